//! What administrators do with a source: synchronise, enable, disable, remove. The server's background fetches and
//! judges hosts again; a page only orders it, so none waits for a slow mirror.

use super::{layout, render, sources};
use crate::access::Person;
use crate::app::App;
use crate::error::PageError;
use crate::view::layout::{Notice, Section};
use crate::view::source_edit::SourceRemovePage;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use pakiti_store::source::{self, Source};

/// What was just done, told on the page that the redirect leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Done {
    Added,
    Changed,
    Saved,
    Due,
    NotDue,
    Enabled,
    Disabled,
    Removed,
}

impl Done {
    const ALL: [Self; 8] = [
        Self::Added,
        Self::Changed,
        Self::Saved,
        Self::Due,
        Self::NotDue,
        Self::Enabled,
        Self::Disabled,
        Self::Removed,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Saved => "saved",
            Self::Due => "due",
            Self::NotDue => "not-due",
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
            Self::Removed => "removed",
        }
    }

    /// The notice of a value of `?done=`; none for anything unknown.
    pub(super) fn notice(word: Option<&String>) -> Option<Notice> {
        let done = Self::ALL.into_iter().find(|done| Some(done.word()) == word.map(String::as_str))?;
        let text = match done {
            Self::Added => "The source was added; the server fetches it within a minute.",
            Self::Changed => {
                "The source was changed; the server fetches it again within a minute and judges its hosts anew."
            }
            Self::Saved => "The source is as it was entered.",
            Self::Due => "The source is due now; the server fetches it within a minute.",
            Self::NotDue => "The source is disabled: enable it, then it is fetched.",
            Self::Enabled => {
                "The source is enabled; the server fetches it and judges its hosts again within a minute."
            }
            Self::Disabled => {
                "The source is disabled; its hosts are judged again without it within a minute."
            }
            Self::Removed => "The source was removed; its hosts are judged again without it within a minute.",
        };
        Some(Notice { good: done != Self::NotDue, text: text.to_owned() })
    }

    pub(super) fn at_source(self, id: i64) -> Response {
        Redirect::to(&format!("/sources/{id}?done={}", self.word())).into_response()
    }
}

pub(super) async fn found(app: &App, person: &Person, id: &str) -> Result<Source, PageError> {
    let id = id.parse().map_err(|_| PageError::NotFound)?;
    Ok(source::by_id(&app.engine.db, &person.scope, id).await?)
}

fn log(source: &Source, person: &Person, done: Done) {
    tracing::info!(source.name = %source.name, account.name = %person.name, done = done.word(), "source changed");
}

pub(crate) async fn sync(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let source = found(&app, &person, &id).await?;
    if !source.enabled {
        return Ok(Done::NotDue.at_source(source.id));
    }
    source::set_next_due(&app.engine.db, source.id, app.now()).await?;
    log(&source, &person, Done::Due);
    Ok(Done::Due.at_source(source.id))
}

pub(crate) async fn enable(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    set_enabled(&app, &person, &id, Done::Enabled).await
}

pub(crate) async fn disable(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    set_enabled(&app, &person, &id, Done::Disabled).await
}

async fn set_enabled(app: &App, person: &Person, id: &str, done: Done) -> Result<Response, PageError> {
    let source = found(app, person, id).await?;
    source::set_enabled(&app.engine.db, source.id, done == Done::Enabled, app.now()).await?;
    log(&source, person, done);
    Ok(done.at_source(source.id))
}

pub(crate) async fn confirm_removal(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let source = found(&app, &person, &id).await?;
    let row = sources::row(&source, app.now());
    render(&SourceRemovePage {
        layout: layout(&app, &person, Section::Sources).await?,
        id: source.id,
        groups: row.groups().join(", "),
        name: row.name,
    })
}

pub(crate) async fn remove(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let source = found(&app, &person, &id).await?;
    source::remove(&app.engine.db, source.id, app.now()).await?;
    log(&source, &person, Done::Removed);
    Ok(Redirect::to(&format!("/sources?done={}", Done::Removed.word())).into_response())
}
