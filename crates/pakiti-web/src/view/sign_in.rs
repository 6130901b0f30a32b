//! The sign-in page.

use crate::view::format::span;
use crate::view::layout::Layout;
use crate::view::query::local_path;
use askama::Template;

/// Why the last attempt did not work. The words never tell whether the name exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInError {
    /// Name or password is wrong.
    WrongCredentials,
    /// Too many attempts; the next one is heard after so many seconds.
    TooManyAttempts {
        /// Seconds to wait.
        retry_after: i64,
    },
    /// The form was open too long, or came from elsewhere.
    FormExpired,
}

impl SignInError {
    /// The sentence on the page.
    pub fn sentence(self) -> String {
        match self {
            Self::WrongCredentials => "Name or password is wrong.".to_owned(),
            Self::TooManyAttempts { retry_after } => {
                format!("Too many attempts. Try again in {}.", span(retry_after.max(1)))
            }
            Self::FormExpired => "This form was open too long. Please sign in again.".to_owned(),
        }
    }
}

/// The sign-in page; its form posts `name`, `password`, `next` and `csrf` to `/sign-in`.
#[derive(Debug, Clone, Template)]
#[template(path = "sign_in.html")]
pub struct SignInPage {
    /// The frame.
    pub layout: Layout,
    /// Where to go afterwards, as the request gave it; pages of other servers are dropped.
    pub next: String,
    /// The name of the last attempt.
    pub name: String,
    /// Why the last attempt did not work.
    pub error: Option<SignInError>,
}

impl SignInPage {
    /// The value of the hidden `next` field: always a path of this server.
    pub fn next_path(&self) -> &str {
        local_path(&self.next)
    }
}
