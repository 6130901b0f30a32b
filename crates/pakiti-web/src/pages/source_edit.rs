//! Changing a source that is there.

use super::source_change::{Done, found};
use super::source_form::SourceForm;
use super::{layout, render};
use crate::access::Person;
use crate::app::App;
use crate::error::PageError;
use crate::view::layout::Section;
use crate::view::source_edit::{EditedSource, SourceFormPage};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use pakiti_engine::local_rules;
use pakiti_engine::source::options::SourceOptions;
use pakiti_store::error::StoreError;
use pakiti_store::source::{self, NewSource, Source, SourceChange};
use std::collections::HashMap;

pub(crate) async fn form(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let source = found(&app, &person, &id).await?;
    // Local rules have a page of their own.
    if source.kind == local_rules::KIND {
        return Ok(Redirect::to("/rules").into_response());
    }
    let form = SourceForm::of(&source).map_err(unreadable)?;
    page(&app, &person, &source, &form).await
}

async fn page(app: &App, person: &Person, source: &Source, form: &SourceForm) -> Result<Response, PageError> {
    render(&SourceFormPage {
        layout: layout(app, person, Section::Sources).await?,
        groups: form.groups(),
        folders: app.engine.sync.folders.iter().map(|folder| folder.display().to_string()).collect(),
        edited: Some(EditedSource { id: source.id, name: source.name.clone() }),
    })
}

pub(crate) async fn submit(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    Path(id): Path<String>,
    Form(fields): Form<HashMap<String, String>>,
) -> Result<Response, PageError> {
    let source = found(&app, &person, &id).await?;
    if source.kind == local_rules::KIND {
        return Ok(Redirect::to("/rules").into_response());
    }
    let mut form = SourceForm::sent_for(&source, fields).map_err(unreadable)?;
    if let Some(new) = form.source(&app.engine.sync.folders) {
        let wanted = change(&source, new);
        match source::change(&app.engine.db, &person.scope, source.id, &wanted, app.now()).await {
            Ok(anew) => {
                tracing::info!(source.name = %source.name, account.name = %person.name, "source edited");
                let done = if anew && source.enabled { Done::Changed } else { Done::Saved };
                return Ok(done.at_source(source.id));
            }
            Err(StoreError::Exists { .. }) => form.refuse("name", "another source has this name"),
            Err(StoreError::SourceMoved) => {
                form.refuse("name", "somebody else has just changed this source: look at it again");
            }
            Err(error) => return Err(error.into()),
        }
    }
    let page = page(&app, &person, &source, &form).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

fn change(source: &Source, new: NewSource) -> SourceChange {
    // The stored record may be an older one with fewer fields, which says the same.
    let read = |record: &str| SourceOptions::read(record).ok();
    let same = read(&source.options) == read(&new.options);
    SourceChange {
        name: Some(new.name),
        url: Some(new.url),
        options: (!same).then_some(new.options),
        os_group: Some(new.os_group),
        options_were: Some(source.options.clone()),
        interval_seconds: Some(new.interval_seconds),
    }
}

/// A stored record that this version cannot read: nothing of it must be overwritten.
fn unreadable(error: impl std::fmt::Display) -> PageError {
    PageError::from(StoreError::Corrupt { what: "options of the source", reason: error.to_string() })
}
