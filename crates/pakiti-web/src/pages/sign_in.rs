//! Signing in and out with a local account.

use crate::access::{gate, password, session};
use crate::app::App;
use crate::error::PageError;
use crate::view::layout::{Layout, Section};
use crate::view::query::local_path;
use crate::view::sign_in::{SignInError, SignInPage};
use askama::Template;
use axum::Form;
use axum::extract::{ConnectInfo, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use pakiti_store::account;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

pub(crate) async fn form(
    State(app): State<App>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, PageError> {
    let next = query.get("next").cloned().unwrap_or_default();
    page(&app, &next, "", None, StatusCode::OK)
}

fn page(
    app: &App,
    next: &str,
    name: &str,
    error: Option<SignInError>,
    status: StatusCode,
) -> Result<Response, PageError> {
    let page = SignInPage {
        layout: Layout::new(app.now(), Section::Elsewhere, ""),
        next: next.to_owned(),
        name: name.to_owned(),
        error,
    };
    Ok((status, Html(page.render()?)).into_response())
}

pub(crate) async fn submit(
    State(app): State<App>,
    peer: Option<axum::Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Result<Response, PageError> {
    let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let (name, next) = (field("name").trim(), field("next"));
    if !gate::same_site(&headers) {
        return page(&app, next, name, Some(SignInError::FormExpired), StatusCode::FORBIDDEN);
    }
    let keys = keys(name, peer.map(|peer| peer.0.0.ip()));
    let now = app.now();
    // Checks take turns, and only whose turn it is looks at the limit: guesses sent at once do not pass it together.
    let _turn = app.password_checks.acquire().await.map_err(|_| PageError::Bad("the server is stopping"))?;
    let retry_after = app.sign_ins.wait(&keys, now);
    if retry_after > 0 {
        let error = SignInError::TooManyAttempts { retry_after };
        return page(&app, next, name, Some(error), StatusCode::TOO_MANY_REQUESTS);
    }
    let Some(account_id) = check(&app, name, field("password")).await? else {
        app.sign_ins.failed(&keys, now);
        tracing::warn!("sign-in refused");
        return page(&app, next, name, Some(SignInError::WrongCredentials), StatusCode::UNAUTHORIZED);
    };
    app.sign_ins.succeeded(&keys);
    welcome(&app, account_id, next).await
}

/// Opens a session and leads to where the person wanted to be.
async fn welcome(app: &App, account_id: i64, next: &str) -> Result<Response, PageError> {
    tracing::info!(account.id = account_id, "signed in");
    let cookie = session::open(app, account_id).await?;
    let cookie = cookie.ok_or(PageError::Bad("the server has no randomness, try again"))?;
    // Addresses of this server arrive encoded; what is not was made up.
    let target = if next.is_ascii() { local_path(next) } else { local_path("") };
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(target)).into_response())
}

/// What failures are counted for: the name, and the address unless it is this machine (a proxy: everybody's).
fn keys(name: &str, peer: Option<IpAddr>) -> Vec<String> {
    // Longer names than the form takes share their counter.
    let name: String = name.to_lowercase().chars().take(200).collect();
    let peer = peer.map(|peer| peer.to_canonical()).filter(|peer| !peer.is_loopback());
    let address = peer.map(|peer| format!("address:{peer}"));
    [format!("name:{name}")].into_iter().chain(address).collect()
}

/// The account, if name and password fit and it is enabled.
async fn check(app: &App, name: &str, given: &str) -> Result<Option<i64>, PageError> {
    // PostgreSQL refuses a NUL in any text; no name has one.
    let found = if name.contains('\0') { None } else { account::by_name(&app.engine.db, name).await? };
    let (account, hash) = match found {
        Some((account, hash)) => (Some(account), Some(hash)),
        None => (None, None),
    };
    let given = given.to_owned();
    let good = tokio::task::spawn_blocking(move || password::verify(&given, hash.as_deref())).await;
    Ok(account.filter(|account| good.unwrap_or(false) && account.enabled).map(|account| account.id))
}

pub(crate) async fn sign_out(State(app): State<App>, headers: HeaderMap) -> Result<Response, PageError> {
    if let Some(token) = session::token(&app, &headers) {
        account::close_session(&app.engine.db, session::token_hash(&token)).await?;
    }
    let mut response = Redirect::to("/sign-in").into_response();
    if let Some(removal) = session::removal(&app) {
        response.headers_mut().insert(header::SET_COOKIE, removal);
    }
    Ok(response)
}
