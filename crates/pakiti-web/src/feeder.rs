//! `POST /feed/`: where reports arrive.
//!
//! Rules: pakiti3-interfaces.md 1.1, 1.2, 1.7, 1.8 and protocol6.md. The body is read raw whatever its
//! Content-Type says; `OK` is sent only when the report is durable (law 4); every error is one line
//! `ERROR: <reason>` with the right status.

use crate::app::App;
use crate::metrics::count;
use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use pakiti_engine::prepare::Prepared;
use pakiti_engine::writer::IngestError;
use pakiti_formats::decompress::{self, DecompressError, DecompressLimits};
use pakiti_formats::report::{Protocol, ReportError};
use pakiti_store::ingest::{Outcome, Stored};
use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::time::Duration;
use thiserror::Error;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Largest report (bytes), compressed or not. The largest hosts known send about 1 MB.
pub const MAX_BODY: usize = 32 << 20;

/// A body that takes longer is given up: the slowest lines known send the largest reports in half of it.
pub const SLOWEST_BODY: Duration = Duration::from_secs(120);
/// How long a body waits for room in memory before its reporter is told to come back.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// What the reporter asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    StoreOnly,
    StoreAndReport,
    ReportOnly,
}

/// Why a report was not accepted.
#[derive(Debug, Error)]
pub enum FeedError {
    /// Protocol of the query.
    #[error("unknown protocol `{0}`: this server takes 5 and 6")]
    Protocol(String),
    /// Mode of the query.
    #[error("unknown mode `{0}`: store-only, store-and-report or report-only")]
    Mode(String),
    /// Body above the limit.
    #[error("the report is larger than {MAX_BODY} bytes")]
    TooLarge,
    /// The connection ended early.
    #[error("the report did not arrive whole")]
    Incomplete,
    /// The body takes longer than [`SLOWEST_BODY`].
    #[error("the report took too long to arrive")]
    Slow,
    /// An encoding other than gzip.
    #[error("unknown content encoding: send the report plain or as gzip")]
    Encoding,
    /// Broken or bomb-like compression.
    #[error("the report cannot be decompressed: {0}")]
    Decompress(DecompressError),
    /// No report in the body.
    #[error("{0}")]
    Report(#[from] ReportError),
    /// Not stored; nothing is lost, the client keeps the report.
    #[error("{0}")]
    Ingest(#[from] IngestError),
}

impl FeedError {
    fn status(&self) -> StatusCode {
        match self {
            Self::TooLarge | Self::Report(ReportError::TooManyPackages { .. }) => {
                StatusCode::PAYLOAD_TOO_LARGE
            }
            Self::Encoding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::Ingest(_) => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

impl IntoResponse for FeedError {
    fn into_response(self) -> Response {
        // One line, whatever the reason holds.
        let reason: String = self.to_string().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let mut response = (self.status(), plain(), format!("ERROR: {reason}\n")).into_response();
        if self.status() == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("30"));
        }
        response
    }
}

fn plain() -> [(header::HeaderName, &'static str); 1] {
    [(header::CONTENT_TYPE, "text/plain; charset=utf-8")]
}

/// The handler.
pub async fn feed(
    State(app): State<App>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match receive(&app, &query, &headers, body).await {
        Ok(response) => response,
        Err(error) => {
            let turned_away = error.status().is_server_error();
            count(if turned_away { &app.metrics.reports_failed } else { &app.metrics.reports_refused });
            tracing::info!(error = %error, "report not accepted");
            error.into_response()
        }
    }
}

async fn receive(
    app: &App,
    query: &HashMap<String, String>,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, FeedError> {
    let protocol = protocol(query)?;
    let mode = mode(query)?;
    let length = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > MAX_BODY) {
        return Err(FeedError::TooLarge);
    }
    let read = tokio::time::timeout(SLOWEST_BODY, read_body(&app.bodies, body));
    let (body, _room) = read.await.map_err(|_| FeedError::Slow)??;
    app.metrics.report_bytes.fetch_add(body.len() as u64, Ordering::Relaxed);
    let prepared = prepare(app, protocol, headers, body).await?;
    if mode == Mode::ReportOnly {
        count(&app.metrics.reports_not_stored);
        return Ok((plain(), "OK\n").into_response());
    }
    let stored = app.engine.ingest(prepared).await?;
    Ok(accepted(app, stored))
}

fn accepted(app: &App, stored: Stored) -> Response {
    count(match stored.outcome {
        Outcome::New => &app.metrics.reports_new,
        Outcome::Changed => &app.metrics.reports_changed,
        Outcome::Unchanged => &app.metrics.reports_unchanged,
    });
    let mut response = (plain(), "OK\n").into_response();
    response.headers_mut().insert("x-pakiti-host", HeaderValue::from(stored.host_id));
    response
}

fn protocol(query: &HashMap<String, String>) -> Result<Protocol, FeedError> {
    match query.get("protocol").or_else(|| query.get("version")).map(String::as_str) {
        None | Some("5") => Ok(Protocol::V5),
        Some("6") => Ok(Protocol::V6),
        Some(other) => Err(FeedError::Protocol(other.chars().take(20).collect())),
    }
}

fn mode(query: &HashMap<String, String>) -> Result<Mode, FeedError> {
    match query.get("mode").or_else(|| query.get("report")).map(String::as_str) {
        None | Some("store-only" | "0") => Ok(Mode::StoreOnly),
        Some("store-and-report" | "1") => Ok(Mode::StoreAndReport),
        Some("report-only" | "2") => Ok(Mode::ReportOnly),
        Some(other) => Err(FeedError::Mode(other.chars().take(20).collect())),
    }
}

/// Reads the body. All bodies together stay below a budget, of which each takes only what it has sent: announcing
/// much, or sending slowly, keeps nobody out.
async fn read_body(
    budget: &Semaphore,
    body: Body,
) -> Result<(Bytes, Option<SemaphorePermit<'_>>), FeedError> {
    let mut chunks = body.into_data_stream();
    let mut out = Vec::new();
    let (mut room, mut taken) = (None::<SemaphorePermit<'_>>, 0);
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| FeedError::Incomplete)?;
        if out.len() + chunk.len() > MAX_BODY {
            return Err(FeedError::TooLarge);
        }
        let kib = (out.len() + chunk.len()) / 1024 + 1;
        if kib > taken {
            let more = u32::try_from(kib - taken).unwrap_or(u32::MAX);
            let more = tokio::time::timeout(LONGEST_WAIT, budget.acquire_many(more)).await;
            let more = more.map_err(|_| IngestError::Busy)?.map_err(|_| IngestError::Closed)?;
            match &mut room {
                Some(room) => room.merge(more),
                None => room = Some(more),
            }
            taken = kib;
        }
        out.extend_from_slice(&chunk);
    }
    Ok((out.into(), room))
}

/// Parses off the async threads when the report is large; small ones cost less than the hop.
async fn prepare(
    app: &App,
    protocol: Protocol,
    headers: &HeaderMap,
    body: Bytes,
) -> Result<Prepared, FeedError> {
    let encoded = match headers.get(header::CONTENT_ENCODING).map(HeaderValue::as_bytes) {
        None | Some(b"identity" | b"") => false,
        Some(b"gzip" | b"x-gzip") => true,
        Some(_) => return Err(FeedError::Encoding),
    };
    let now = app.now();
    let preparer = app.engine.preparer.clone();
    let work = move || -> Result<Prepared, FeedError> {
        if !encoded {
            return Ok(preparer.prepare(protocol, &body, now)?);
        }
        let limits = DecompressLimits { max_bytes: MAX_BODY as u64, ..DecompressLimits::default() };
        let plain = decompress::bytes(&body, &limits).map_err(FeedError::Decompress)?;
        Ok(preparer.prepare(protocol, &plain, now)?)
    };
    if headers.get(header::CONTENT_LENGTH).is_some_and(|v| v.len() <= 6) && !encoded {
        return work();
    }
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(FeedError::Incomplete))
}
