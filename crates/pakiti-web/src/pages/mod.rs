//! Handlers of pages: read from the store within the person's scope, fill the view, render.

pub(crate) mod cve;
pub(crate) mod cves;
pub(crate) mod health;
pub(crate) mod host;
mod host_findings;
mod host_tabs;
pub(crate) mod hosts;
pub(crate) mod rules;
pub(crate) mod sign_in;
pub(crate) mod source_change;
pub(crate) mod source_edit;
mod source_form;
pub(crate) mod source_new;
pub(crate) mod sources;
mod stale;

use crate::access::Person;
use crate::app::App;
use crate::error::PageError;
use crate::view::layout::{Layout, Section};
use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use pakiti_store::source;

/// The frame of a page for a person, with the navigation's numbers.
async fn layout(app: &App, person: &Person, section: Section) -> Result<Layout, PageError> {
    let db = &app.engine.db;
    let mut layout = Layout::new(app.now(), section, &person.csrf);
    layout.viewer = Some(person.viewer());
    let [hosts, ..] = pakiti_store::host::totals(db, &person.scope).await?;
    layout.hosts = Some(hosts.unsigned_abs());
    layout.sources = Some(source::list(db, &person.scope).await?.len() as u64);
    Ok(layout)
}

fn render(page: &impl Template) -> Result<Response, PageError> {
    Ok(Html(page.render()?).into_response())
}
