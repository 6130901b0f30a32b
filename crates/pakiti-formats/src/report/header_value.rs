//! Header values of protocol 6 that have a form of their own.
//!
//! Rules: the table of protocol6.md; the forms of pin text follow apt_preferences(5). TABs separate the parts
//! of `repository` and `pin`; each part is reduced like any other value.

use super::SkipReason;
use super::lines::clean;
use pakiti_core::context::{HostRepository, Pin};

/// 64 hex digits, lower-cased.
pub(super) fn machine_id(value: &[u8]) -> Result<String, SkipReason> {
    let id = clean(value).to_ascii_lowercase();
    let valid = id.len() == 64 && id.bytes().all(|b| b.is_ascii_hexdigit());
    if valid { Ok(id) } else { Err(SkipReason::BadHeader { name: "machine-id" }) }
}

/// Unix seconds.
pub(super) fn boot_time(value: &[u8]) -> Result<i64, SkipReason> {
    let time = clean(value).parse().ok().filter(|time| *time >= 0);
    time.ok_or(SkipReason::BadHeader { name: "boot-time" })
}

/// `yes` or `no` and a reason that may be empty.
pub(super) fn reboot(value: &[u8]) -> Result<(bool, String), SkipReason> {
    let value = clean(value);
    let (word, reason) = value.split_once(' ').unwrap_or((&value, ""));
    match word {
        "yes" => Ok((true, reason.to_owned())),
        "no" => Ok((false, reason.to_owned())),
        _ => Err(SkipReason::BadHeader { name: "reboot-required" }),
    }
}

/// `name:stream:state` as name and `stream:state`; the stream of a disabled module may be empty.
pub(super) fn module(value: &[u8]) -> Result<(String, String), SkipReason> {
    let bad = SkipReason::BadHeader { name: "module" };
    let value = clean(value);
    let (name, rest) = value.split_once(':').ok_or(bad)?;
    let known = matches!(rest.rsplit_once(':'), Some((_, "enabled" | "disabled" | "default")));
    if known && !name.is_empty() { Ok((name.to_owned(), rest.to_owned())) } else { Err(bad) }
}

/// id TAB `apt`/`yum` TAB URL TAB suite and components TAB priority; `-` = none.
pub(super) fn repository(value: &[u8]) -> Result<HostRepository, SkipReason> {
    let bad = SkipReason::BadHeader { name: "repository" };
    let mut parts = value.split(|b| *b == b'\t').map(clean);
    let mut part = || parts.next().unwrap_or_default();
    let (id, kind, url, suite, priority) = (part(), part(), part(), part(), part());
    if id.is_empty() || !matches!(kind.as_str(), "apt" | "yum") || url.is_empty() {
        return Err(bad);
    }
    let priority = match priority.as_str() {
        "" | "-" => None,
        number => Some(number.parse().map_err(|_| bad)?),
    };
    let suite = (!matches!(suite.as_str(), "" | "-")).then_some(suite);
    Ok(HostRepository { id, kind, url: without_credentials(url), suite, priority })
}

/// The client leaves credentials out; one that does not shall not get them stored.
fn without_credentials(url: String) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url };
    let authority = rest.split('/').next().unwrap_or_default();
    match authority.rsplit_once('@') {
        Some((credentials, _)) => {
            format!("{scheme}://{}", rest.get(credentials.len() + 1..).unwrap_or_default())
        }
        None => url,
    }
}

/// text TAB priority. The text is `[PATTERN...] release|origin|version ...` or only patterns; without a
/// pattern it holds for `*`. Each pattern gives one pin.
pub(super) fn pins(value: &[u8]) -> Result<Vec<Pin>, SkipReason> {
    let bad = SkipReason::BadHeader { name: "pin" };
    let tab = memchr::memrchr(b'\t', value).ok_or(bad)?;
    let (text, priority) = value.split_at_checked(tab).ok_or(bad)?;
    let (text, priority) = (clean(text), clean(priority).parse().map_err(|_| bad)?);
    let (patterns, expression) = match expression_start(&text).and_then(|at| text.split_at_checked(at)) {
        Some((patterns, expression)) => (patterns.trim_end(), expression),
        None => (text.as_str(), ""),
    };
    let pin =
        |pattern: &str| Pin { package: pattern.to_owned(), expression: expression.to_owned(), priority };
    match (patterns, expression) {
        ("", "") => Err(bad),
        ("", _) => Ok(vec![pin("*")]),
        _ => Ok(patterns.split(' ').map(pin).collect()),
    }
}

/// Where the first word `release`, `origin` or `version` that is followed by another word begins.
fn expression_start(text: &str) -> Option<usize> {
    let mut at = 0;
    for word in text.split(' ') {
        if matches!(word, "release" | "origin" | "version") && text.len() > at + word.len() {
            return Some(at);
        }
        at += word.len() + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{module, pins, reboot, repository};

    fn pin_texts(value: &str) -> Vec<String> {
        let pins = pins(value.as_bytes()).unwrap_or_default();
        pins.iter().map(|p| format!("{}|{}|{}", p.package, p.expression, p.priority)).collect()
    }

    #[test]
    fn pins_come_with_pattern_expression_or_both() {
        assert_eq!(pin_texts("release a=stable, n=bookworm\t990"), ["*|release a=stable, n=bookworm|990"]);
        assert_eq!(pin_texts("origin \"deb.example.org\"\t-1"), ["*|origin \"deb.example.org\"|-1"]);
        assert_eq!(pin_texts("linux-* version 6.1*\t1001"), ["linux-*|version 6.1*|1001"]);
        assert_eq!(
            pin_texts("bash src:curl release o=X\t5"),
            ["bash|release o=X|5", "src:curl|release o=X|5"]
        );
        assert_eq!(pin_texts("firefox\t1"), ["firefox||1"]);
        assert_eq!(pin_texts("release\t1"), ["release||1"]);
        assert!(pin_texts("firefox 1").is_empty());
        assert!(pin_texts("\t1").is_empty());
        assert!(pin_texts("firefox\tmany").is_empty());
    }

    #[test]
    fn repositories_keep_tabs_as_separators_and_lose_credentials() {
        let repository =
            repository(b"main\tapt\thttps://me:p@ss@deb.example.org/debian@x\tbookworm main\t500");
        let repository = repository.expect("a repository");
        assert_eq!(repository.url, "https://deb.example.org/debian@x");
        assert_eq!(repository.suite.as_deref(), Some("bookworm main"));
        assert_eq!(repository.priority, Some(500));
    }

    #[test]
    fn repositories_of_unknown_kind_or_with_a_bad_priority_are_refused() {
        assert!(
            repository(b"x\tyum\thttp://x\t-\t-").is_ok_and(|r| r.suite.is_none() && r.priority.is_none())
        );
        assert!(repository(b"x\tzypp\thttp://x\t-\t-").is_err());
        assert!(repository(b"x\tyum\thttp://x\t-\thigh").is_err());
        assert!(repository(b"x yum http://x").is_err());
    }

    #[test]
    fn modules_need_a_known_state() {
        let module = |text: &str| module(text.as_bytes()).ok();
        assert_eq!(module("nodejs:18:enabled"), Some(("nodejs".into(), "18:enabled".into())));
        assert_eq!(module("perl::disabled"), Some(("perl".into(), ":disabled".into())));
        assert_eq!(module("nodejs:18"), None);
        assert_eq!(module(":18:enabled"), None);
    }

    #[test]
    fn reboot_required_is_yes_or_no_and_a_reason() {
        assert_eq!(reboot(b" yes linux-image,  libc6"), Ok((true, "linux-image, libc6".into())));
        assert_eq!(reboot(b"no"), Ok((false, String::new())));
        assert!(reboot(b"maybe").is_err());
    }
}
