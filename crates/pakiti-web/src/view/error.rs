//! The page of a request that cannot be answered: a plain sentence, what to do, and the request's id for the log.

use crate::view::layout::Layout;
use askama::Template;

/// An error page.
#[derive(Debug, Clone, Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    /// The frame; without a viewer the page offers to sign in.
    pub layout: Layout,
    /// HTTP status.
    pub status: u16,
    /// What is wrong, one sentence; [`ErrorPage::new`] chooses it by status.
    pub sentence: String,
    /// Id of the request, as the log has it.
    pub request_id: String,
}

impl ErrorPage {
    /// The page of a status with its usual sentence.
    pub fn new(layout: Layout, status: u16, request_id: &str) -> Self {
        let sentence = usual_sentence(status).to_owned();
        Self { layout, status, sentence, request_id: request_id.to_owned() }
    }

    /// The headline.
    pub fn headline(&self) -> &'static str {
        match self.status {
            400 => "That request makes no sense",
            403 => "Not allowed",
            404 => "Not found",
            429 => "Too many requests",
            503 => "Busy",
            _ => "Something broke",
        }
    }
}

fn usual_sentence(status: u16) -> &'static str {
    match status {
        400 => "The address or form holds a value that this page cannot read.",
        403 => "Your account may not do this. Ask an administrator for the right.",
        404 => "There is nothing at this address, or you may not see it.",
        429 => "Too many requests in a short time. Wait a minute and try again.",
        503 => "The server is busy or just starting. Nothing is lost; try again in a minute.",
        _ => "The server could not answer. The reason is in its log, under the id below.",
    }
}
