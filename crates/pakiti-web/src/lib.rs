//! Everything that speaks HTTP: feeder, GUI, sign-in, metrics.
//!
//! One router from one table of routes ([`routes`]); one gate in front of all of them ([`access::gate`]).
#![deny(missing_docs)]

pub mod access;
pub mod app;
pub mod error;
pub mod feeder;
pub mod metrics;
mod pages;
pub mod routes;
pub mod view;

pub use app::{App, ServeOptions};

use pakiti_engine::engine::Engine;
use std::future::Future;
use std::net::SocketAddr;

/// Serves until `shutdown` resolves; requests under way are finished.
///
/// # Errors
/// A listener that fails.
pub async fn serve(
    engine: Engine,
    listener: tokio::net::TcpListener,
    options: ServeOptions,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let router = routes::router(App::new(engine, options));
    axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(shutdown)
        .await
}
