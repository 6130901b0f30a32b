//! All routes in one table, each with who may use it. The router is built from the table, and so is the test
//! that walks every route with every role: a route cannot exist outside of it.

use crate::access::{Access, gate};
use crate::app::App;
use crate::error::PageError;
use crate::{feeder, pages};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use axum::routing::{MethodRouter, get, post};

/// One route.
#[derive(Debug, Clone)]
pub struct Route {
    /// Method.
    pub method: Method,
    /// Path pattern.
    pub path: &'static str,
    /// Who may use it.
    pub access: Access,
    handler: MethodRouter<App>,
}

fn route(method: Method, path: &'static str, access: Access, handler: MethodRouter<App>) -> Route {
    Route { method, path, access, handler }
}

/// The table.
pub fn table() -> Vec<Route> {
    use Access::{Administrator, Anyone, SignedIn};
    use pages::source_change as change;
    vec![
        route(Method::POST, "/feed", Anyone, post(feeder::feed)),
        route(Method::POST, "/feed/", Anyone, post(feeder::feed)),
        // Where the PHP system's installations had it.
        route(Method::POST, "/pakiti/feed/", Anyone, post(feeder::feed)),
        route(Method::GET, "/health", Anyone, get(pages::health::health)),
        route(Method::GET, "/metrics", Access::Metrics, get(pages::health::metrics)),
        route(Method::GET, "/assets/{name}", Anyone, get(pages::health::asset)),
        route(Method::GET, "/sign-in", Anyone, get(pages::sign_in::form)),
        route(Method::POST, "/sign-in", Anyone, post(pages::sign_in::submit)),
        route(Method::POST, "/sign-out", SignedIn, post(pages::sign_in::sign_out)),
        route(Method::GET, "/", SignedIn, get(pages::hosts::home)),
        route(Method::GET, "/hosts", SignedIn, get(pages::hosts::list)),
        route(Method::GET, "/hosts/{id}", SignedIn, get(pages::host::show)),
        route(Method::GET, "/cves", SignedIn, get(pages::cves::list)),
        route(Method::GET, "/cves/{id}", SignedIn, get(pages::cve::show)),
        route(Method::GET, "/sources", SignedIn, get(pages::sources::list)),
        route(Method::GET, "/sources/new", Administrator, get(pages::source_new::form)),
        route(Method::POST, "/sources/new", Administrator, post(pages::source_new::submit)),
        route(Method::GET, "/sources/{id}", SignedIn, get(pages::sources::show)),
        route(Method::GET, "/sources/{id}/edit", Administrator, get(pages::source_edit::form)),
        route(Method::POST, "/sources/{id}/edit", Administrator, post(pages::source_edit::submit)),
        route(Method::POST, "/sources/{id}/sync", Administrator, post(change::sync)),
        route(Method::POST, "/sources/{id}/enable", Administrator, post(change::enable)),
        route(Method::POST, "/sources/{id}/disable", Administrator, post(change::disable)),
        route(Method::GET, "/sources/{id}/remove", Administrator, get(change::confirm_removal)),
        route(Method::POST, "/sources/{id}/remove", Administrator, post(change::remove)),
        route(Method::GET, "/rules", SignedIn, get(pages::rules::show)),
        route(Method::POST, "/rules", Administrator, post(pages::rules::add)),
        route(Method::POST, "/rules/remove", Administrator, post(pages::rules::remove)),
    ]
}

/// The router: every route behind its gate; everything else is "not found" for those signed in and the sign-in
/// page for those who are not. Forms are small; the feeder reads its body itself, with bounds of its own.
pub fn router(app: App) -> Router {
    let mut router = Router::new();
    for route in table() {
        let gate = from_fn_with_state((app.clone(), route.access), gate::pass);
        router = router.route(route.path, route.handler.layer(gate));
    }
    let gate = from_fn_with_state((app.clone(), Access::SignedIn), gate::pass);
    let nowhere = axum::routing::any(|| async { PageError::NotFound.into_response() }).layer(gate);
    router
        .fallback_service(nowhere.with_state(app.clone()))
        .layer(DefaultBodyLimit::max(gate::MAX_FORM))
        .with_state(app)
}
