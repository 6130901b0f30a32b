//! The engine of a command or server: the machine's clock, the distributions' keyrings, an HTTP client.

use super::{now, told};
use crate::keyrings;
use anyhow::Context as _;
use pakiti_engine::Clock;
use pakiti_engine::engine::Engine;
use pakiti_engine::source::fetch;
use pakiti_engine::source::sync::Sync;
use pakiti_store::db::Db;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::task::JoinHandle;

/// The machine's clock for everything below.
pub(crate) fn clock() -> Clock {
    Arc::new(now)
}

/// Starts an engine that may read the files below `folders`. The handle ends when the last engine is dropped.
///
/// # Errors
/// A folder that does not exist, no TLS, a database that cannot be read.
pub(crate) async fn start(db: Db, folders: &[PathBuf]) -> anyhow::Result<(Engine, JoinHandle<()>)> {
    let sync = Sync {
        db: db.clone(),
        client: fetch::client().map_err(|e| told(format!("cannot set up TLS: {e}")))?,
        folders: folders.iter().map(|folder| canonical(folder)).collect::<anyhow::Result<_>>()?,
        default_keyrings: keyrings::installed(Path::new(keyrings::FOLDER)),
    };
    Engine::start(db, sync, clock()).await.map_err(told)
}

fn canonical(folder: &Path) -> anyhow::Result<PathBuf> {
    folder.canonicalize().with_context(|| format!("source folder {}", folder.display()))
}
