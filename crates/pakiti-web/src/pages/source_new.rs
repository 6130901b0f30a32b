//! Adding a source.

use super::source_change::Done;
use super::source_form::SourceForm;
use super::{layout, render};
use crate::access::Person;
use crate::app::App;
use crate::error::PageError;
use crate::view::layout::Section;
use crate::view::source_edit::SourceFormPage;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Form};
use pakiti_store::error::StoreError;
use pakiti_store::source;
use std::collections::HashMap;

pub(crate) async fn form(
    State(app): State<App>,
    Extension(person): Extension<Person>,
) -> Result<Response, PageError> {
    page(&app, &person, &SourceForm::empty()).await
}

async fn page(app: &App, person: &Person, form: &SourceForm) -> Result<Response, PageError> {
    render(&SourceFormPage {
        layout: layout(app, person, Section::Sources).await?,
        edited: None,
        groups: form.groups(),
        folders: app.engine.sync.folders.iter().map(|folder| folder.display().to_string()).collect(),
    })
}

pub(crate) async fn submit(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    Form(fields): Form<HashMap<String, String>>,
) -> Result<Response, PageError> {
    let mut form = SourceForm::sent(fields);
    if let Some(new) = form.source(&app.engine.sync.folders) {
        match source::add(&app.engine.db, &new, app.now()).await {
            Ok(id) => {
                tracing::info!(source.name = %new.name, account.name = %person.name, "source added");
                return Ok(Done::Added.at_source(id));
            }
            Err(StoreError::Exists { .. }) => form.refuse("name", "another source has this name"),
            Err(error) => return Err(error.into()),
        }
    }
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&app, &person, &form).await?).into_response())
}
