//! The one catalogue of HTTP errors: status, sentence, and how they look to browsers and to programs.
//!
//! Library errors are mapped here and nowhere else. What the store could not do is logged with a request id and
//! shown without details.

use crate::access::Person;
use crate::view::error::ErrorPage;
use crate::view::layout::{Layout, Section};
use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use pakiti_store::error::StoreError;
use std::sync::atomic::{AtomicU64, Ordering};
use thiserror::Error;

/// Why a page cannot be shown.
#[derive(Debug, Error)]
pub enum PageError {
    /// Nothing there, or out of scope: the two look the same.
    #[error("not found")]
    NotFound,
    /// A CVE that no host in scope has; whether others have it is not told.
    #[error("no host that you can see has it")]
    NoHostHasIt,
    /// The form's token is missing or wrong, or the request comes from another site.
    #[error("this form was open too long or came from another site")]
    Forged,
    /// Signed in, but not allowed.
    #[error("not allowed")]
    Forbidden,
    /// A value that cannot be read.
    #[error("{0}")]
    Bad(&'static str),
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
    /// A template failed.
    #[error(transparent)]
    Render(#[from] askama::Error),
}

impl From<StoreError> for PageError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound { what: "host" | "source", .. } => Self::NotFound,
            other => Self::Store(other),
        }
    }
}

impl PageError {
    fn status(&self) -> StatusCode {
        match self {
            Self::NotFound | Self::NoHostHasIt => StatusCode::NOT_FOUND,
            Self::Forged | Self::Forbidden => StatusCode::FORBIDDEN,
            Self::Bad(_) => StatusCode::BAD_REQUEST,
            Self::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Render(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn log_failure(&self, id: &str) {
        tracing::error!(error = %self, request.id = %id, "a page could not be shown");
    }

    fn log_refusal(&self, id: &str) {
        tracing::info!(error = %self, request.id = %id, "a page was refused");
    }

    /// The page of this error for a person (`None` = nobody signed in).
    pub fn page(&self, person: Option<&Person>, now: i64) -> Response {
        let status = self.status();
        let id = request_id(now);
        if status.is_server_error() {
            self.log_failure(&id)
        } else {
            self.log_refusal(&id)
        }
        let mut layout = Layout::new(now, Section::Elsewhere, "");
        if let Some(person) = person {
            layout.viewer = Some(person.viewer());
            layout.csrf = person.csrf.clone();
        }
        let mut page = ErrorPage::new(layout, status.as_u16(), &id);
        if matches!(self, Self::Forged | Self::Bad(_) | Self::NoHostHasIt) {
            page.sentence = sentence(&self.to_string());
        }
        match page.render() {
            Ok(html) => (status, Html(html)).into_response(),
            Err(_) => (status, [(header::CONTENT_TYPE, "text/plain")], self.to_string()).into_response(),
        }
    }
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().collect::<String>()).unwrap_or_default();
    format!("{first}{}.", chars.as_str())
}

/// A short id that finds the log line; it tells nothing by itself.
fn request_id(now: i64) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let mut hasher = blake3::Hasher::new();
    hasher.update(&now.to_le_bytes()).update(&count.to_le_bytes());
    hasher.finalize().to_hex().chars().take(12).collect()
}

impl IntoResponse for PageError {
    /// Without a person at hand; the gate turns it into a page of the person where there is one.
    fn into_response(self) -> Response {
        let status = self.status();
        let mut response = (status, self.to_string()).into_response();
        response.extensions_mut().insert(std::sync::Arc::new(self));
        response
    }
}
