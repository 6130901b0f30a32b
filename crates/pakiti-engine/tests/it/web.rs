//! A web server in the test: answers what it was told, remembers what it was asked.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Response, StatusCode, Uri, header};
use futures_util::StreamExt as _;
use std::collections::{BTreeMap, HashMap};
use std::io;
use std::sync::{Arc, Mutex};

/// What a path answers.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// A file, with an ETag made of its content and this Last-Modified.
    File(Bytes, String),
    /// A file without validators.
    Bare(Bytes),
    /// Only a status.
    Status(u16),
    /// A redirect to this.
    Redirect(String),
    /// The connection ends after these bytes of a longer body.
    Cut(Bytes),
    /// These bytes again and again, of unknown length.
    Endless(Bytes),
}

/// One request that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) etag: Option<String>,
    pub(crate) since: Option<String>,
    pub(crate) authorization: Option<String>,
}

#[derive(Debug, Default)]
struct Inner {
    replies: HashMap<String, Reply>,
    asked: Vec<Asked>,
}

type Shared = Arc<Mutex<Inner>>;

/// The server.
pub(crate) struct Web {
    inner: Shared,
    pub(crate) address: std::net::SocketAddr,
}

impl Web {
    pub(crate) async fn start() -> Self {
        let inner = Shared::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(answer).with_state(inner.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { inner, address }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn set(&self, path: &str, reply: Reply) {
        self.inner.lock().unwrap().replies.insert(path.into(), reply);
    }

    /// Makes these the only files below `folder`.
    pub(crate) fn publish(&self, folder: &str, files: &BTreeMap<String, Vec<u8>>) {
        let mut inner = self.inner.lock().unwrap();
        inner.replies.retain(|path, _| !path.starts_with(&format!("{folder}/")));
        for (path, data) in files {
            let reply = Reply::File(data.clone().into(), "Sun, 22 Nov 2026 00:00:00 GMT".into());
            inner.replies.insert(format!("{folder}/{path}"), reply);
        }
    }

    /// The requests since the last call.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.inner.lock().unwrap().asked)
    }

    /// The paths asked for since the last call.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.path).collect()
    }
}

async fn answer(State(inner): State<Shared>, uri: Uri, headers: HeaderMap) -> Response<Body> {
    let text = |name| headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let asked = Asked {
        path: uri.to_string(),
        etag: text(header::IF_NONE_MATCH),
        since: text(header::IF_MODIFIED_SINCE),
        authorization: text(header::AUTHORIZATION),
    };
    let reply = {
        let mut inner = inner.lock().unwrap();
        inner.asked.push(asked.clone());
        inner.replies.get(uri.path()).cloned()
    };
    match reply.unwrap_or(Reply::Status(404)) {
        Reply::File(data, modified) => file(&asked, data, &modified),
        Reply::Bare(data) => Response::new(data.into()),
        Reply::Status(status) => {
            let status = StatusCode::from_u16(status).unwrap();
            Response::builder().status(status).body(Body::empty()).unwrap()
        }
        Reply::Redirect(to) => {
            Response::builder().status(302).header(header::LOCATION, to).body(Body::empty()).unwrap()
        }
        Reply::Cut(data) => {
            let broken = Err(io::Error::other("the server goes away"));
            let length = data.len() * 2;
            let body = Body::from_stream(futures_util::stream::iter([Ok(data), broken]));
            Response::builder().header(header::CONTENT_LENGTH, length).body(body).unwrap()
        }
        Reply::Endless(data) => {
            let again = futures_util::stream::repeat(data).map(Ok::<_, io::Error>);
            Response::new(Body::from_stream(again))
        }
    }
}

/// As mirrors do: the ETag decides where there is one, else the time, compared as text.
fn file(asked: &Asked, data: Bytes, modified: &str) -> Response<Body> {
    let etag = format!("\"{}\"", blake3::hash(&data).to_hex());
    let same = match (&asked.etag, &asked.since) {
        (Some(known), _) => *known == etag,
        (None, Some(since)) => since == modified,
        (None, None) => false,
    };
    let response =
        Response::builder().header(header::ETAG, etag).header(header::LAST_MODIFIED, modified.to_owned());
    match same {
        true => response.status(StatusCode::NOT_MODIFIED).body(Body::empty()).unwrap(),
        false => response.body(data.into()).unwrap(),
    }
}
