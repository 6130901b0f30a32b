//! The rules of the installation itself, kept in the options of one source and in force at once.
//!
//! A change is a synchronisation like any other: a new snapshot, a new generation, re-evaluation.

use crate::engine::Engine;
use crate::source::options::{ConfigError, SourceOptions};
use crate::source::sync::SyncError;
use crate::sweeper::Swept;
use pakiti_core::local_rule::{self, LocalRule, LocalRuleError};
use pakiti_store::db::Db;
use pakiti_store::error::StoreError;
use pakiti_store::scope::Scope;
use pakiti_store::source::{self, NewSource, Source, SourceChange};
use thiserror::Error;

/// Name of the source that holds them; one of kind [`KIND`] under another name counts as well.
pub const NAME: &str = "local rules";
/// Kind of that source.
pub const KIND: &str = "local";
/// Nothing is fetched: it is only looked at again once a day.
const INTERVAL: i64 = 86_400;
/// How often a change is made anew because somebody else was faster.
const TRIES: usize = 20;

/// Why a change of the rules failed.
#[derive(Debug, Error)]
pub enum LocalRulesError {
    /// A rule that cannot be used.
    #[error("rule `{name}`: {reason}")]
    Rule {
        /// Its name.
        name: String,
        /// What is wrong.
        reason: LocalRuleError,
    },
    /// All of them together cannot be used.
    #[error(transparent)]
    Rules(LocalRuleError),
    /// Only administrators change rules.
    #[error("only an administrator may change the local rules")]
    NotAllowed,
    /// No rule of this name.
    #[error("there is no local rule `{0}`")]
    Unknown(String),
    /// The stored options cannot be read.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The rules could not be brought into force.
    #[error(transparent)]
    Sync(#[from] SyncError),
    /// The database refused.
    #[error("database: {0}")]
    Store(#[from] StoreError),
}

/// The rules, by name.
///
/// # Errors
/// Database errors; options that cannot be read.
pub async fn list(db: &Db) -> Result<Vec<LocalRule>, LocalRulesError> {
    let mut rules = match stored(db).await? {
        Some(source) => SourceOptions::read(&source.options)?.rules,
        None => Vec::new(),
    };
    rules.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(rules)
}

/// Adds rules, or replaces those of the same name; gives what re-evaluation changed.
///
/// # Errors
/// [`LocalRulesError`]; nothing is changed then.
pub async fn put(engine: &Engine, scope: &Scope, new: Vec<LocalRule>) -> Result<Swept, LocalRulesError> {
    for rule in &new {
        rule.check().map_err(|reason| LocalRulesError::Rule { name: rule.name.clone(), reason })?;
    }
    edit(engine, scope, |rules| {
        rules.retain(|rule| !new.iter().any(|new| new.name == rule.name));
        rules.extend(new.iter().cloned());
        Ok(())
    })
    .await
}

/// Removes a rule; gives what re-evaluation changed.
///
/// # Errors
/// [`LocalRulesError`].
pub async fn remove(engine: &Engine, scope: &Scope, name: &str) -> Result<Swept, LocalRulesError> {
    edit(engine, scope, |rules| {
        let before = rules.len();
        rules.retain(|rule| rule.name != name);
        if rules.len() == before { Err(LocalRulesError::Unknown(name.to_owned())) } else { Ok(()) }
    })
    .await
}

async fn stored(db: &Db) -> Result<Option<Source>, StoreError> {
    let all = source::all(db).await?;
    let Some(found) = all.into_iter().find(|source| source.kind == KIND) else { return Ok(None) };
    source::by_id(db, &Scope::operator(), found.id).await.map(Some)
}

/// Changes the rules, and again from what is there now if somebody else was faster: no rule of two who add one at
/// once is lost.
async fn edit(
    engine: &Engine,
    scope: &Scope,
    change: impl Fn(&mut Vec<LocalRule>) -> Result<(), LocalRulesError>,
) -> Result<Swept, LocalRulesError> {
    if !scope.is_administrator() {
        return Err(LocalRulesError::NotAllowed);
    }
    let mut lost = 0;
    let id = loop {
        match edited(engine, scope, &change).await {
            Err(LocalRulesError::Store(StoreError::SourceMoved | StoreError::Exists { .. }))
                if lost < TRIES =>
            {
                lost += 1;
            }
            result => break result?,
        }
    };
    let mut source = source::by_id(&engine.db, scope, id).await?;
    let mut lost = 0;
    loop {
        let swept = match engine.sync_source(&source).await {
            Err(SyncError::Store(error)) if is_lost(&error) && lost < TRIES => {
                lost += 1;
                continue;
            }
            synced => synced?.1,
        };
        // Rules that came meanwhile may have been in force already, and be no longer.
        let now = source::by_id(&engine.db, scope, id).await?;
        if now.options == source.options {
            return Ok(swept);
        }
        source = now;
    }
}

/// Was somebody else faster, and is it worth trying again?
fn is_lost(error: &StoreError) -> bool {
    matches!(error, StoreError::SnapshotMoved) || error.is_lost_race()
}

/// Stores the changed rules; gives the source that holds them.
async fn edited(
    engine: &Engine,
    scope: &Scope,
    change: &impl Fn(&mut Vec<LocalRule>) -> Result<(), LocalRulesError>,
) -> Result<i64, LocalRulesError> {
    let source = stored(&engine.db).await?;
    let mut options = match &source {
        Some(source) => SourceOptions::read(&source.options)?,
        None => SourceOptions::default(),
    };
    change(&mut options.rules)?;
    options.rules.sort_by(|a, b| a.name.cmp(&b.name));
    local_rule::check_all(&options.rules).map_err(LocalRulesError::Rules)?;
    let now = (engine.clock)();
    if let Some(Source { id, options: were, .. }) = source {
        let change = SourceChange {
            options: Some(options.record()),
            options_were: Some(were),
            ..SourceChange::default()
        };
        source::change(&engine.db, scope, id, &change, now).await?;
        return Ok(id);
    }
    let new = NewSource {
        name: NAME.to_owned(),
        kind: KIND.to_owned(),
        url: String::new(),
        options: options.record(),
        os_group: String::new(),
        interval_seconds: INTERVAL,
    };
    Ok(source::add(&engine.db, &new, now).await?)
}
