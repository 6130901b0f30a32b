//! What all handlers share.

use crate::access::limiter::Limiter;
use crate::metrics::Metrics;
use pakiti_engine::engine::Engine;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// How the server is reached.
#[derive(Debug, Clone, Default)]
pub struct ServeOptions {
    /// Cookies only over TLS (`__Host-` prefix, `Secure`): on wherever people come through https.
    pub secure_cookies: bool,
    /// Bearer token that may read `/metrics` (beside administrators); `None` = administrators only.
    pub metrics_token: Option<String>,
}

/// Bytes of report bodies held in memory at once, in KiB.
const BODY_BUDGET: usize = 512 * 1024;
/// Password checks at once: each takes 19 MiB and a core.
const PASSWORD_CHECKS: usize = 2;

/// The state of the web server; cheap to clone.
#[derive(Clone)]
pub struct App {
    /// Store, rules, writer, sources.
    pub engine: Engine,
    /// How the server is reached.
    pub options: Arc<ServeOptions>,
    /// Counters for `/metrics`.
    pub metrics: Arc<Metrics>,
    pub(crate) sign_ins: Arc<Limiter>,
    pub(crate) bodies: Arc<Semaphore>,
    pub(crate) password_checks: Arc<Semaphore>,
}

impl App {
    /// The state around an engine.
    pub fn new(engine: Engine, options: ServeOptions) -> Self {
        Self {
            engine,
            options: Arc::new(options),
            metrics: Arc::default(),
            sign_ins: Arc::default(),
            bodies: Arc::new(Semaphore::new(BODY_BUDGET)),
            password_checks: Arc::new(Semaphore::new(PASSWORD_CHECKS)),
        }
    }

    /// The time, unix seconds.
    pub fn now(&self) -> i64 {
        (self.engine.clock)()
    }
}
