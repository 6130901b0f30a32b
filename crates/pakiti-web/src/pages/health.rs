//! `/health`, `/metrics` and the files pages refer to.

use crate::app::App;
use crate::error::PageError;
use crate::metrics;
use crate::view::asset;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use pakiti_store::generation;

/// `ok` if the database answers; says nothing else to nobody in particular.
pub(crate) async fn health(State(app): State<App>) -> Response {
    match generation::peek(&app.engine.db).await {
        Ok(_) => (StatusCode::OK, "ok\n").into_response(),
        Err(error) => {
            tracing::error!(error = %error, "health: the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response()
        }
    }
}

pub(crate) async fn metrics(State(app): State<App>) -> Result<Response, PageError> {
    let text = metrics::render(&app).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}

pub(crate) async fn asset(Path(name): Path<String>) -> Response {
    let Some(asset) = asset::asset(&name) else {
        return (StatusCode::NOT_FOUND, "no such file\n").into_response();
    };
    let headers =
        [(header::CONTENT_TYPE, asset.content_type), (header::CACHE_CONTROL, "public, max-age=3600")];
    (headers, asset.bytes).into_response()
}
