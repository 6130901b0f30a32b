//! Building URLs: percent-encoding and the query strings behind every filter, sort and paging link, and which
//! outside text may become a link at all.
//!
//! RFC 3986: everything but its unreserved characters is encoded, so a value can never end its parameter,
//! start a fragment or leave an HTML attribute.

use std::fmt::Write as _;

/// A query string under construction; prints as `?a=b&c=d`, or as nothing when empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query(String);

impl Query {
    /// An empty query.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds `name=value`; an empty value is left out.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        if !value.is_empty() {
            self.0.push(if self.0.is_empty() { '?' } else { '&' });
            self.0.push_str(&encode(name));
            self.0.push('=');
            self.0.push_str(&encode(value));
        }
        self
    }

    /// The finished text, `?` included.
    pub fn finish(self) -> String {
        self.0
    }
}

/// Percent-encodes all but the unreserved characters of RFC 3986.
pub fn encode(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// The URL if it may become a link: absolute http or https. Anything else (`javascript:`, `data:`, a path) is
/// shown as text.
pub fn safe_link(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("://")?;
    let web = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    let clean = !rest.is_empty() && !url.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\');
    (web && clean).then_some(url)
}

/// Where to go after signing in: a path of this server, else `/hosts`. Refuses `//host`, `/\host` and control
/// characters, which browsers read as other servers.
pub fn local_path(next: &str) -> &str {
    let local = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && !next.chars().any(char::is_control);
    if local { next } else { "/hosts" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_leave_its_parameter() {
        let query = Query::new().with("q", "a&b=c#d \"<é>").with("empty", "").with("x", "1~2").finish();
        assert_eq!(query, "?q=a%26b%3Dc%23d%20%22%3C%C3%A9%3E&x=1~2");
        assert_eq!(Query::new().with("q", "").finish(), "");
    }

    #[test]
    fn only_web_addresses_become_links() {
        for good in ["https://deb.debian.org/debian", "HTTP://example.org/x?y=z"] {
            assert_eq!(safe_link(good), Some(good));
        }
        for bad in [
            "javascript:alert(1)",
            "javascript://%0aalert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "/srv/mirror",
            "https://",
            "https://a b",
            "https:\\\\evil",
            "java\nscript://x",
            "",
        ] {
            assert_eq!(safe_link(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn after_signing_in_nobody_is_sent_elsewhere() {
        assert_eq!(local_path("/hosts/7?tab=updates"), "/hosts/7?tab=updates");
        for bad in ["", "https://evil", "//evil", "/\\evil", "javascript:x", "/\t/evil"] {
            assert_eq!(local_path(bad), "/hosts", "{bad:?}");
        }
    }
}
