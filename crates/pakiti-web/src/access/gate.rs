//! The gate: every request passes here before its handler.
//!
//! Finds the person of the session, refuses what the route's [`Access`] does not allow, checks the CSRF token
//! and origin of every POST, and puts security headers on every answer.

use crate::access::{Access, Person, session};
use crate::app::App;
use crate::error::PageError;
use crate::view::query::Query;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use pakiti_store::account;
use pakiti_store::scope::Scope;
use std::sync::Arc;

/// Largest form (bytes).
pub(crate) const MAX_FORM: usize = 64 * 1024;

/// The gate of a route.
pub async fn pass(State((app, access)): State<(App, Access)>, request: Request, next: Next) -> Response {
    let now = app.now();
    let person = match person(&app, request.headers()).await {
        Ok(person) => person,
        Err(error) => return with_headers(&app, PageError::Store(error).page(None, now)),
    };
    let response = match admit(&app, access, person.as_ref(), request).await {
        Ok(request) => next.run(request).await,
        Err(response) => *response,
    };
    // Errors of handlers become pages here, with the person's frame.
    let response = match response.extensions().get::<Arc<PageError>>() {
        Some(error) => error.page(person.as_ref(), now),
        None => response,
    };
    with_headers(&app, response)
}

async fn person(app: &App, headers: &HeaderMap) -> Result<Option<Person>, pakiti_store::error::StoreError> {
    let Some(token) = session::token(app, headers) else { return Ok(None) };
    let db = &app.engine.db;
    let Some(found) = account::session(db, session::token_hash(&token), app.now()).await? else {
        return Ok(None);
    };
    let scope = Scope::of_account(db, found.account.id).await?;
    Ok(Some(Person { name: found.account.name, scope, csrf: found.csrf }))
}

/// Lets the request through, with the person attached, or answers it.
async fn admit(
    app: &App,
    access: Access,
    person: Option<&Person>,
    mut request: Request,
) -> Result<Request, Box<Response>> {
    let administrator = person.is_some_and(|p| p.scope.is_administrator());
    let allowed = match access {
        Access::Anyone => true,
        Access::SignedIn => person.is_some(),
        Access::Administrator => administrator,
        Access::Metrics => administrator || bears_metrics_token(app, request.headers()),
    };
    if !allowed {
        return Err(Box::new(refuse(person, &request, access)));
    }
    if let Some(person) = person {
        request.extensions_mut().insert(person.clone());
    }
    if request.method() == Method::POST && access != Access::Anyone {
        let csrf = person.map(|p| p.csrf.clone()).unwrap_or_default();
        return checked_form(request, &csrf).await;
    }
    Ok(request)
}

fn refuse(person: Option<&Person>, request: &Request, access: Access) -> Response {
    match (person, access) {
        (Some(_), _) => PageError::Forbidden.into_response(),
        (None, Access::Metrics) => {
            let mut response = (StatusCode::UNAUTHORIZED, "a token is needed\n").into_response();
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            response
        }
        (None, _) if matches!(*request.method(), Method::GET | Method::HEAD) => {
            let wanted = request.uri().path_and_query().map_or("/hosts", |p| p.as_str());
            Redirect::to(&format!("/sign-in{}", Query::new().with("next", wanted).finish())).into_response()
        }
        (None, _) => (StatusCode::UNAUTHORIZED, "sign in first\n").into_response(),
    }
}

fn bears_metrics_token(app: &App, headers: &HeaderMap) -> bool {
    let given = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()?.strip_prefix("Bearer "));
    match (given, &app.options.metrics_token) {
        (Some(given), Some(token)) => same(given, token),
        _ => false,
    }
}

/// Equality in a time that does not depend on where the first difference is.
pub(crate) fn same(a: &str, b: &str) -> bool {
    blake3::hash(a.as_bytes()) == blake3::hash(b.as_bytes())
}

/// Does the browser say that the request comes from this site? Programs that say nothing pass: they hold no
/// cookies of other people.
pub(crate) fn same_site(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|v| v.to_str().ok());
    if let Some(site) = text(HeaderName::from_static("sec-fetch-site"))
        && !matches!(site, "same-origin" | "none")
    {
        return false;
    }
    match (text(header::ORIGIN), text(header::HOST)) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, o)| o == host),
        _ => true,
    }
}

/// Reads the form, compares its `csrf`, and hands the same bytes on.
async fn checked_form(request: Request, csrf: &str) -> Result<Request, Box<Response>> {
    let forged = || Box::new(PageError::Forged.into_response());
    if !same_site(request.headers()) {
        return Err(forged());
    }
    let (parts, body) = request.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, MAX_FORM).await else {
        return Err(Box::new(PageError::Bad("the form is too large").into_response()));
    };
    let fields: Vec<(String, String)> = serde_urlencoded(&bytes);
    let given = fields.iter().find(|(name, _)| name == "csrf").map_or("", |(_, value)| value);
    if csrf.is_empty() || !same(given, csrf) {
        return Err(forged());
    }
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

fn serde_urlencoded(bytes: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(bytes).into_owned().collect()
}

const CSP: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; \
                   base-uri 'none'; frame-ancestors 'none'";

fn with_headers(app: &App, mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CSP));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    if app.options.secure_cookies {
        let hsts = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, hsts);
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    }
    response
}
