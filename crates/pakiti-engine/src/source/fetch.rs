//! Fetching over http and https: conditional, bounded, never anywhere else.
//!
//! Redirects stay http(s) and end after five; bodies stop at the caller's limit; a server that stalls, or drips,
//! is given up after a while. The first request is conditional (ETag, Last-Modified).

use futures_util::StreamExt;
use pakiti_formats::repository::apt::suite::Folder;
use reqwest::header::{ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};
use reqwest::{Client, Response, StatusCode, redirect};
use std::io;
use std::time::Duration;
use thiserror::Error;
use url::Url;

/// One file may take this long, whatever the server does: the largest real one then needs 25 kB/s.
const WHOLE_FILE: Duration = Duration::from_secs(900);
/// Redirects followed for one file.
const MAX_REDIRECTS: usize = 5;
/// Longest validator that is kept and sent back, bytes.
const MAX_VALIDATOR: usize = 1024;

/// Why something could not be fetched.
#[derive(Debug, Error)]
pub enum FetchError {
    /// No answer, TLS failure, too many redirects.
    #[error("{url}: {reason}")]
    Unreachable {
        /// What was asked for.
        url: String,
        /// The chain of causes.
        reason: String,
    },
    /// An answer that is neither content nor "not modified".
    #[error("{url}: the server answered {status}")]
    Status {
        /// What was asked for.
        url: String,
        /// HTTP status.
        status: StatusCode,
    },
    /// There is no such file.
    #[error("{url}: there is no such file")]
    Missing {
        /// What was asked for.
        url: String,
    },
    /// More bytes than allowed.
    #[error("{url}: larger than {limit} bytes")]
    TooLarge {
        /// What was asked for.
        url: String,
        /// The limit.
        limit: u64,
    },
}

/// Validators of an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Validators {
    /// `ETag`.
    pub etag: String,
    /// `Last-Modified`.
    pub last_modified: String,
}

/// What a conditional request brought.
#[derive(Debug)]
pub enum Answer {
    /// The content is the one the validators belong to.
    NotModified,
    /// There is no such file.
    Missing,
    /// New content.
    Content(Vec<u8>, Validators),
}

/// The client all sources share.
///
/// # Errors
/// A TLS set-up that cannot be made (no root certificates).
pub fn client() -> Result<Client, reqwest::Error> {
    client_for(&Connection::default())
}

/// How one source is reached, where not as all others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Connection {
    /// Proxy for http and https, a URL.
    pub proxy: Option<String>,
    /// Client certificate and key, PEM.
    pub identity: Option<Vec<u8>>,
    /// Certificates of authorities to trust besides the system's, PEM.
    pub authorities: Option<Vec<u8>>,
}

/// What of a connection cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionPart {
    /// The proxy is no URL.
    Proxy,
    /// No certificate, or no key of it.
    Identity,
    /// No certificates.
    Authorities,
}

impl Connection {
    /// Can it be used?
    ///
    /// # Errors
    /// The part that cannot.
    pub fn check(&self) -> Result<(), ConnectionPart> {
        if self.proxy.as_ref().is_some_and(|proxy| reqwest::Proxy::all(proxy).is_err()) {
            return Err(ConnectionPart::Proxy);
        }
        if self.identity.as_ref().is_some_and(|pem| reqwest::Identity::from_pem(pem).is_err()) {
            return Err(ConnectionPart::Identity);
        }
        let some =
            |pem: &Vec<u8>| reqwest::Certificate::from_pem_bundle(pem).is_ok_and(|list| !list.is_empty());
        if self.authorities.as_ref().is_some_and(|pem| !some(pem)) {
            return Err(ConnectionPart::Authorities);
        }
        Ok(())
    }
}

/// The client for sources with this connection.
///
/// # Errors
/// As [`client`]; a proxy, certificate or key that cannot be used.
pub fn client_for(connection: &Connection) -> Result<Client, reqwest::Error> {
    // Another part of the process may have installed it already; one is enough.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let policy = redirect::Policy::custom(|attempt| match refusal(attempt.previous(), attempt.url()) {
        Some(reason) => attempt.error(reason),
        None => attempt.follow(),
    });
    let mut builder = Client::builder();
    if let Some(proxy) = &connection.proxy {
        builder = builder.proxy(reqwest::Proxy::all(proxy)?);
    }
    if let Some(pem) = &connection.identity {
        builder = builder.identity(reqwest::Identity::from_pem(pem)?);
    }
    if let Some(pem) = &connection.authorities {
        for authority in reqwest::Certificate::from_pem_bundle(pem)? {
            builder = builder.add_root_certificate(authority);
        }
    }
    builder
        .user_agent(concat!("pakiti/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(Duration::from_secs(15))
        .read_timeout(Duration::from_secs(60))
        .timeout(WHOLE_FILE)
        .redirect(policy)
        .build()
}

/// Why a redirect to `next` is not followed; `previous` are the URLs asked so far, the first one included.
fn refusal(previous: &[Url], next: &Url) -> Option<&'static str> {
    let from_https = previous.last().is_some_and(|from| from.scheme() == "https");
    if previous.len() > MAX_REDIRECTS {
        return Some("more than five redirects");
    }
    match next.scheme() {
        "https" => None,
        "http" if from_https => Some("a redirect from https to http"),
        "http" => None,
        _ => Some("a redirect to something that is not http(s)"),
    }
}

fn unreachable(url: &Url, error: &reqwest::Error) -> FetchError {
    let mut reason = error.without_url_text();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        reason.push_str(": ");
        reason.push_str(&cause.to_string());
        source = cause.source();
    }
    FetchError::Unreachable { url: redacted(url), reason }
}

trait WithoutUrl {
    fn without_url_text(&self) -> String;
}

impl WithoutUrl for reqwest::Error {
    /// The kind of failure; the URL is told apart and without credentials.
    fn without_url_text(&self) -> String {
        if self.is_timeout() {
            "timed out".to_owned()
        } else if self.is_redirect() {
            "redirect refused".to_owned()
        } else if self.is_connect() {
            "no connection".to_owned()
        } else {
            "transfer failed".to_owned()
        }
    }
}

/// A URL without user name and password.
pub fn redacted(url: &Url) -> String {
    let mut shown = url.clone();
    // Neither can fail for http(s) URLs; if it did, the URL would only be shown as it is without both.
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    shown.to_string()
}

/// The same for a text that may be no URL at all: what stands before the last `@` of its authority goes.
pub(crate) fn redacted_text(text: &str) -> String {
    if let Ok(url) = Url::parse(text)
        && url.has_host()
    {
        return redacted(&url);
    }
    let Some((scheme, rest)) = text.split_once("//") else { return text.to_owned() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}//{host}{path}")
}

/// Gets `url`, conditionally if validators are given.
///
/// # Errors
/// [`FetchError`].
pub async fn get(client: &Client, url: &Url, known: &Validators, limit: u64) -> Result<Answer, FetchError> {
    let mut request = client.get(url.clone());
    if !known.etag.is_empty() {
        request = request.header(IF_NONE_MATCH, &known.etag);
    }
    if !known.last_modified.is_empty() {
        request = request.header(IF_MODIFIED_SINCE, &known.last_modified);
    }
    let response = request.send().await.map_err(|e| unreachable(url, &e))?;
    let conditional = *known != Validators::default();
    match response.status() {
        // Nobody asked: then it is no answer.
        StatusCode::NOT_MODIFIED if conditional => Ok(Answer::NotModified),
        StatusCode::NOT_FOUND | StatusCode::GONE => Ok(Answer::Missing),
        status if status.is_success() => {
            let validators = validators(&response);
            Ok(Answer::Content(body(response, url, limit).await?, validators))
        }
        status => Err(FetchError::Status { url: redacted(url), status }),
    }
}

fn validators(response: &Response) -> Validators {
    let text = |name| {
        let value = response.headers().get(name).and_then(|v| v.to_str().ok());
        value.filter(|v| v.len() <= MAX_VALIDATOR).unwrap_or_default().to_owned()
    };
    Validators { etag: text(ETAG), last_modified: text(LAST_MODIFIED) }
}

async fn body(response: Response, url: &Url, limit: u64) -> Result<Vec<u8>, FetchError> {
    let too_large = || FetchError::TooLarge { url: redacted(url), limit };
    if response.content_length().is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let mut out = Vec::new();
    let mut stream = response.bytes_stream();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|e| unreachable(url, &e))?;
        if out.len() as u64 + chunk.len() as u64 > limit {
            return Err(too_large());
        }
        out.extend_from_slice(&chunk);
    }
    Ok(out)
}

/// A repository's folder on the web, for loaders that read files one after the other. Must be used off the async
/// threads (`spawn_blocking`): each file blocks until it is there.
#[derive(Debug)]
pub struct WebFolder {
    /// The shared client.
    pub client: Client,
    /// Folder of the Release, or the one that holds `repodata/`; `/` at the end.
    pub base: Url,
    /// Runtime that drives the transfers.
    pub runtime: tokio::runtime::Handle,
    /// A file that was asked for before, and what came.
    pub ready: Option<(String, Option<Vec<u8>>)>,
}

impl Folder for WebFolder {
    fn fetch(&self, path: &str, limit: u64) -> io::Result<Option<Vec<u8>>> {
        if let Some((name, data)) = &self.ready
            && name == path
        {
            return Ok(data.clone());
        }
        let url = self.base.join(path).map_err(io::Error::other)?;
        if url.origin() != self.base.origin() || !url.path().starts_with(self.base.path()) {
            return Ok(None);
        }
        let answer = self.runtime.block_on(get(&self.client, &url, &Validators::default(), limit));
        let answer = answer.map_err(|error| match error {
            // The limit is the size that Release names: such a file is another one.
            FetchError::TooLarge { .. } => io::Error::new(io::ErrorKind::FileTooLarge, error),
            error => io::Error::other(error),
        });
        match answer? {
            Answer::Content(data, _) => Ok(Some(data)),
            Answer::Missing | Answer::NotModified => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Url, redacted_text, refusal};

    fn urls(texts: &[&str]) -> Vec<Url> {
        texts.iter().map(|text| Url::parse(text).unwrap()).collect()
    }

    #[test]
    fn redirects_stay_on_the_web_and_do_not_give_up_tls() {
        let of = |from: &str, to: &str| refusal(&urls(&[from]), &urls(&[to])[0]);
        assert_eq!(of("http://a/", "https://b/x"), None);
        assert_eq!(of("http://a/", "http://b/x"), None);
        assert_eq!(of("https://a/", "https://b/x"), None);
        assert_eq!(of("https://a/", "http://a/"), Some("a redirect from https to http"));
        for elsewhere in ["file:///etc/passwd", "ftp://a/x", "data:,x", "gopher://a/"] {
            assert!(of("http://a/", elsewhere).is_some_and(|why| why.contains("not http(s)")), "{elsewhere}");
        }
    }

    #[test]
    fn five_redirects_are_followed() {
        let next = &urls(&["http://a/"])[0];
        assert_eq!(refusal(&urls(&["http://a/"; 5]), next), None);
        assert_eq!(refusal(&urls(&["http://a/"; 6]), next), Some("more than five redirects"));
    }

    #[test]
    fn credentials_are_never_shown() {
        for text in [
            "https://me:secret@example.org/debian",
            "https://secret@example.org",
            "ftp://me:secret@example.org/debian",
            "http://me:secret@/debian",
            "http://me:secret@example.org:port/debian",
            "https://me:s@secret@example org/a@b",
        ] {
            let shown = redacted_text(text);
            assert!(!shown.contains("secret") && !shown.contains("me:"), "{shown}");
        }
        assert_eq!(redacted_text("http://me:secret@[/debian"), "http://[/debian");
        assert_eq!(redacted_text("srv/a@b"), "srv/a@b");
    }
}
