//! The rule index in force in this process, loaded from the active snapshots.

use pakiti_core::rules::RuleIndex;
use pakiti_store::db::Db;
use pakiti_store::error::{Result, StoreError};
use pakiti_store::{generation, source};
use std::sync::{Arc, RwLock};

/// Shared handle: readers take the present index, a newer generation replaces it.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    current: Arc<RwLock<Arc<RuleIndex>>>,
    /// One load at a time: two would only build the same index twice.
    loading: Arc<tokio::sync::Mutex<()>>,
}

impl Rules {
    /// Loads the rules that are in force now.
    ///
    /// # Errors
    /// A database that cannot be read.
    pub async fn load(db: &Db) -> Result<Self> {
        let rules = Self::default();
        rules.reload(db).await?;
        Ok(rules)
    }

    /// The rules this process works with.
    pub fn current(&self) -> Arc<RuleIndex> {
        match self.current.read() {
            Ok(guard) => guard.clone(),
            Err(poisoned) => poisoned.into_inner().clone(),
        }
    }

    /// Takes over the rules in force now; where another task has just done it, there is nothing to load.
    ///
    /// # Errors
    /// A database that cannot be read.
    pub async fn reload(&self, db: &Db) -> Result<Arc<RuleIndex>> {
        let _one = self.loading.lock().await;
        let present = self.current();
        if generation::peek(db).await?.active == present.generation {
            return Ok(present);
        }
        // Definitions that have not changed are compiled already: a local rule is in force at once.
        let (generation, active) = source::active_beside(db, &present.compiled()).await?;
        let index = tokio::task::spawn_blocking(move || Arc::new(present.rebuilt(generation, active)));
        let index = index
            .await
            .map_err(|e| StoreError::Corrupt { what: "repository content", reason: e.to_string() })?;
        match self.current.write() {
            Ok(mut guard) => *guard = index.clone(),
            Err(poisoned) => *poisoned.into_inner() = index.clone(),
        }
        Ok(index)
    }
}
