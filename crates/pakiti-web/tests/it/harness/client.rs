//! A client of the router: cookies, forms, raw bodies. Nothing goes through a socket.

use super::html;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, header};
use std::net::SocketAddr;
use tower::ServiceExt as _;

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    /// A header that is there at most once.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        assert!(self.headers.get_all(name).iter().count() <= 1, "{name} twice");
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// Somebody with a browser.
#[derive(Clone)]
pub(crate) struct Client {
    router: Router,
    peer: SocketAddr,
    cookie: Option<String>,
    headers: Vec<(String, String)>,
}

impl Client {
    pub(crate) fn new(router: Router) -> Self {
        let peer = SocketAddr::from(([192, 0, 2, 1], 4711));
        Self { router, peer, cookie: None, headers: Vec::new() }
    }

    /// The same person at another address.
    pub(crate) fn at_address(&self, peer: [u8; 4]) -> Self {
        Self { peer: SocketAddr::from((peer, 4711)), ..self.clone() }
    }

    /// The same person, whose requests carry one more header.
    pub(crate) fn with_header(&self, name: &str, value: &str) -> Self {
        let mut client = self.clone();
        client.headers.push((name.to_owned(), value.to_owned()));
        client
    }

    /// `name=value` of the session cookie.
    pub(crate) fn cookie(&self) -> Option<&str> {
        self.cookie.as_deref()
    }

    /// Sends a request without cookies or headers of its own. Cookies of the answer are not kept.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let (mut parts, body) = request.into_parts();
        parts.extensions.insert(ConnectInfo(self.peer));
        let response = self.router.clone().oneshot(Request::from_parts(parts, body)).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    /// Sends anything as this person.
    pub(crate) async fn request(&self, method: Method, path: &str, body: Body) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "pakiti.test");
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, format!("theme=dark; {cookie}"));
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        self.send(request.body(body).unwrap()).await
    }

    /// GET.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.request(Method::GET, path, Body::empty()).await
    }

    /// HEAD.
    pub(crate) async fn head(&self, path: &str) -> Answer {
        self.request(Method::HEAD, path, Body::empty()).await
    }

    /// The text of a page that must be there.
    pub(crate) async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.text()
    }

    /// POST of raw bytes, as they are.
    pub(crate) async fn post(&self, path: &str, body: impl Into<Vec<u8>>) -> Answer {
        self.request(Method::POST, path, Body::from(body.into())).await
    }

    /// POST of form fields, as they are.
    pub(crate) async fn post_fields(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        let body = form.extend_pairs(fields).finish();
        let client = self.with_header("content-type", "application/x-www-form-urlencoded");
        client.post(path, body).await
    }

    /// POST of form fields with the CSRF token of this person's session.
    pub(crate) async fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf().await;
        let mut fields = fields.to_vec();
        fields.push(("csrf", &csrf));
        self.post_fields(path, &fields).await
    }

    /// The CSRF token that this person's pages carry.
    pub(crate) async fn csrf(&self) -> String {
        let page = self.page("/hosts").await;
        html::field(&page, "csrf").expect("pages carry a CSRF token")
    }

    /// Fills in the sign-in form; keeps the cookie.
    pub(crate) async fn sign_in(&mut self, name: &str, password: &str) -> Answer {
        let answer = self.post_fields("/sign-in", &[("name", name), ("password", password)]).await;
        if let Some(cookie) = answer.header("set-cookie") {
            self.cookie = cookie.split(';').next().map(str::to_owned);
        }
        answer
    }
}
