//! One synchronisation of one source: fetch, verify, parse, diff, switch.
//!
//! Whatever goes wrong is told with source and reason and leaves the active snapshot in force. "Not modified"
//! parses nothing. An expired index fetched over the network is refused (contract.md, "Sources").

mod apt;
mod local;
mod oval;
mod yum;

use crate::source::fetch::{self, FetchError, Validators};
use crate::source::options::{ConfigError, SourceOptions};
use crate::source::report::FetchReport;
use crate::source::touched;
use pakiti_core::os_group::{self, OsGroupId};
use pakiti_core::repository::{SnapshotContent, SourceKind, SourceMeta};
use pakiti_formats::definition::oval::OvalError;
use pakiti_formats::repository::apt::AptError;
use pakiti_formats::repository::yum::YumError;
use pakiti_store::db::Db;
use pakiti_store::error::StoreError;
use pakiti_store::source::{self, NewSnapshot, Source};
use std::collections::BTreeSet;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Largest keyring file (bytes); Debian's has 55 KB.
const MAX_KEYRING: u64 = 16 << 20;
/// How often the diff is made anew because another process switched first.
const SWITCHES: usize = 3;

/// Why a source could not be synchronised.
#[derive(Debug, Error)]
pub enum SyncError {
    /// It cannot be used as configured.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// It could not be fetched.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// Its content was refused.
    #[error("refused: {0}")]
    Refused(#[from] AptError),
    /// Its content was refused.
    #[error("refused: {0}")]
    RefusedYum(#[from] YumError),
    /// Its content was refused.
    #[error("refused: {0}")]
    RefusedOval(#[from] OvalError),
    /// No mirror of a list answers.
    #[error("none of the {count} mirrors of the list can be used; the last: {last}")]
    NoMirror {
        /// Mirrors in the list.
        count: usize,
        /// What the last one tried gave.
        last: String,
    },
    /// The client for it cannot be made.
    #[error("the connection cannot be set up: {0}")]
    Client(#[from] reqwest::Error),
    /// A keyring file cannot be read.
    #[error("keyring {path}: {reason}")]
    Keyring {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// `Valid-Until` is past.
    #[error("refused: expired at {0} (Valid-Until); a mirror that no longer updates, or a wrong clock")]
    Expired(String),
    /// One of its files could not be had as Release names it; a part of a repository would hide updates.
    #[error("refused: {path}: {reason}")]
    Incomplete {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// It does not say whom it speaks for.
    #[error(
        "the feed names no OS group this version knows (origin `{origin}`, codename `{codename}`): set --os-group"
    )]
    NoOsGroup {
        /// `Origin` of the Release.
        origin: String,
        /// `Codename` of the Release.
        codename: String,
    },
    /// The database refused.
    #[error("database: {0}")]
    Store(#[from] StoreError),
    /// The loader ended without an answer.
    #[error("the loader stopped unexpectedly")]
    Stopped,
}

/// What every kind of source is fetched with.
struct Asked<'a> {
    sync: &'a Sync,
    client: reqwest::Client,
    source: &'a Source,
    options: SourceOptions,
    now: i64,
}

/// A new content, verified and parsed.
struct Fetched {
    content: SnapshotContent,
    hash: [u8; 32],
    validators: Validators,
    report: FetchReport,
    skipped: u64,
}

/// What a synchronisation brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Synced {
    /// Nothing new.
    NotModified,
    /// A new snapshot is active.
    Changed {
        /// The new generation.
        generation: i64,
        /// Package versions, or definitions, in it.
        packages: usize,
        /// Names that differ.
        names: usize,
        /// Items skipped.
        skipped: u64,
    },
}

/// What every synchronisation needs.
#[derive(Debug, Clone)]
pub struct Sync {
    /// The database.
    pub db: Db,
    /// HTTP client.
    pub client: reqwest::Client,
    /// Canonical folders files may be read from.
    pub folders: Vec<PathBuf>,
    /// Keyrings used where a source names none.
    pub default_keyrings: Vec<PathBuf>,
}

impl Sync {
    /// Synchronises one source and notes how it went.
    ///
    /// # Errors
    /// [`SyncError`]; it is noted at the source too, and the active snapshot stays.
    pub async fn run(&self, source: &Source, next_due: i64, now: i64) -> Result<Synced, SyncError> {
        let result = self.attempt(source, next_due, now).await;
        match &result {
            Ok(Synced::NotModified) => source::note_attempt(&self.db, source.id, None, next_due, now).await?,
            Ok(Synced::Changed { .. }) => {}
            Err(error) => {
                let text = error.to_string();
                source::note_attempt(&self.db, source.id, Some(&text), next_due, now).await?;
            }
        }
        result
    }

    async fn attempt(&self, source: &Source, next_due: i64, now: i64) -> Result<Synced, SyncError> {
        known_group(&source.os_group)?;
        let options = SourceOptions::read(&source.options)?;
        options.further_groups.iter().try_for_each(|group| known_group(group))?;
        let client = self.client_of(&options)?;
        let asked = Asked { sync: self, client, source, options, now };
        let fetched = match source.kind.as_str() {
            "apt" => apt::fetch(asked).await?,
            "yum" => yum::fetch(asked).await?,
            "oval" => oval::fetch(asked).await?,
            "local" => local::fetch(&asked)?,
            other => return Err(ConfigError::Kind(other.to_owned()).into()),
        };
        match fetched {
            None => Ok(Synced::NotModified),
            Some(fetched) => self.switch(source, fetched, next_due, now).await,
        }
    }

    /// The client that a source is fetched with: its own where it has a proxy or a certificate.
    fn client_of(&self, options: &SourceOptions) -> Result<reqwest::Client, SyncError> {
        match options.connection()? {
            None => Ok(self.client.clone()),
            Some(connection) => Ok(fetch::client_for(&connection)?),
        }
    }

    /// The content of the keyrings a source names, else of those that are used where none is named.
    fn keyrings(&self, options: &SourceOptions, default: &[PathBuf]) -> Result<Vec<Vec<u8>>, SyncError> {
        let mut out: Vec<Vec<u8>> = options.inline_key.iter().map(|key| key.clone().into_bytes()).collect();
        if !options.keyrings.is_empty() {
            for path in &options.keyrings {
                out.push(read_keyring(path).map_err(|e| SyncError::Keyring {
                    path: path.display().to_string(),
                    reason: e.to_string(),
                })?);
            }
        } else if out.is_empty() {
            // The distribution's keyrings count only where they are installed.
            out.extend(default.iter().filter_map(|path| read_keyring(path).ok()));
        }
        Ok(out)
    }

    /// Makes a content the active one. The names it touches are those that differ from the content it replaces:
    /// if another process has just replaced that one, they are found anew.
    async fn switch(
        &self,
        source: &Source,
        mut fetched: Fetched,
        next_due: i64,
        now: i64,
    ) -> Result<Synced, SyncError> {
        let options = SourceOptions::read(&source.options)?;
        let meta = &mut fetched.content.meta;
        // Definitions name their groups themselves, unless they are mapped.
        if meta.kind != SourceKind::Oval {
            meta.further_groups =
                options.further_groups.iter().map(|group| OsGroupId(group.clone())).collect();
        }
        meta.host_groups = options.host_groups.into_iter().collect();
        meta.not_host_groups = options.not_host_groups.into_iter().collect();
        // An installation without rules speaks for nobody.
        if meta.os_group.is_none() && source.kind != "local" {
            return Err(SyncError::NoOsGroup {
                origin: meta.origin.clone(),
                codename: meta.codename.clone(),
            });
        }
        let report = serde_json::to_string(&fetched.report).unwrap_or_default();
        for _ in 0..SWITCHES {
            let before = source::active_content(&self.db, source.id).await?;
            let content = before.as_ref().map(|(_, content)| content);
            let touched = match fetched.content.meta.kind {
                SourceKind::Oval => touched::of_definitions(content, &fetched.content),
                SourceKind::Apt | SourceKind::Yum => self.touched(content, &fetched.content).await?,
            };
            let names = touched.len();
            let new = NewSnapshot {
                content: &fetched.content,
                replaces: before.as_ref().map(|(id, _)| *id),
                hash: fetched.hash,
                skipped: fetched.skipped as i64,
                report: report.clone(),
                touched,
                etag: fetched.validators.etag.clone(),
                last_modified: fetched.validators.last_modified.clone(),
            };
            drop(before);
            match source::switch(&self.db, source.id, &new, next_due, now).await {
                Err(StoreError::SnapshotMoved) => {}
                switched => {
                    let (packages, skipped) = (fetched.content.items(), fetched.skipped);
                    return Ok(Synced::Changed { generation: switched?, packages, names, skipped });
                }
            }
        }
        Err(StoreError::SnapshotMoved.into())
    }

    /// The names that the new content touches, in this source and in those whose packages it judges, silences,
    /// hides or shows.
    async fn touched(
        &self,
        before: Option<&SnapshotContent>,
        after: &SnapshotContent,
    ) -> Result<Vec<String>, SyncError> {
        let vendors = touched::vendors(before, after);
        let gate = gate_moved(before.map(|content| &content.meta), &after.meta);
        let modules = before.map_or(!after.modules.is_empty(), |content| content.modules != after.modules);
        let yum = after.meta.kind == SourceKind::Yum;
        let siblings = match vendors.is_empty() && !gate && !modules && !yum {
            true => Vec::new(),
            false => source::active_contents(&self.db).await?.1,
        };
        let judged = |meta| vendors.iter().any(|vendor| touched::same_vendor(vendor, meta));
        let beside = |meta| {
            shares_hosts(meta, &after.meta) || before.is_some_and(|before| shares_hosts(meta, &before.meta))
        };
        let mut names = touched::names(before, after);
        for (_, sibling) in &siblings {
            if judged(&sibling.meta) || (gate && beside(&sibling.meta)) {
                names.extend(sibling.packages.iter().map(|package| package.name.as_str()));
            }
        }
        if yum {
            let beside = siblings.iter().map(|(_, sibling)| sibling).filter(|sibling| beside(&sibling.meta));
            touched::add_obsoleted(beside, &mut names);
        }
        if modules {
            let beside = siblings.iter().map(|(_, sibling)| sibling).filter(|sibling| beside(&sibling.meta));
            let contents: Vec<_> = beside.chain(before).chain([after]).collect();
            touched::add_hidden(&contents, &mut names);
        }
        Ok(names.into_iter().map(str::to_owned).collect())
    }
}

/// Which hosts it speaks to, or under which name hosts know it: a host that finds its own repositories among the
/// sources hears no others (pakiti-core, `rules::view`), so what these say may count no longer, or again.
fn gate_moved(before: Option<&SourceMeta>, after: &SourceMeta) -> bool {
    let gate = |meta: &SourceMeta| SourceMeta {
        name: meta.name.clone(),
        url: meta.url.clone(),
        suite: meta.suite.clone(),
        codename: meta.codename.clone(),
        os_group: meta.os_group.clone(),
        further_groups: meta.further_groups.clone(),
        host_groups: meta.host_groups.clone(),
        not_host_groups: meta.not_host_groups.clone(),
        kind: meta.kind,
        ..SourceMeta::default()
    };
    before.is_none_or(|before| gate(before) != gate(after))
}

/// Can a host hear both?
fn shares_hosts(a: &SourceMeta, b: &SourceMeta) -> bool {
    let groups = |meta: &SourceMeta| -> BTreeSet<OsGroupId> {
        meta.os_group.iter().chain(&meta.further_groups).cloned().collect()
    };
    a.kind == b.kind && !groups(a).is_disjoint(&groups(b))
}

fn known_group(os_group: &str) -> Result<(), ConfigError> {
    if os_group.is_empty() || os_group::family_of(&OsGroupId(os_group.to_owned())).is_some() {
        return Ok(());
    }
    Err(ConfigError::OsGroup(os_group.to_owned()))
}

fn read_keyring(path: &Path) -> io::Result<Vec<u8>> {
    // Opening a pipe would wait for somebody to write into it, and a device may never end.
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    let mut data = Vec::new();
    std::fs::File::open(path)?.take(MAX_KEYRING + 1).read_to_end(&mut data)?;
    if data.len() as u64 > MAX_KEYRING { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(data) }
}

/// What a source asks for: another address, other options, another OS group or name need their own answer.
fn request(source: &Source, options: &SourceOptions) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in [&source.kind, &source.name, &source.url, &source.os_group, &options.record()] {
        hasher.update(part.as_bytes()).update(&[0]);
    }
    hasher.finalize().to_hex().to_string()
}

/// Validators of the active snapshot; none where there is no snapshot or it was asked for otherwise: they would
/// only hide the content.
fn validators(source: &Source, options: &SourceOptions) -> Validators {
    let snapshot = source.snapshot.as_ref();
    let report: FetchReport = snapshot.and_then(|s| serde_json::from_str(&s.report).ok()).unwrap_or_default();
    if snapshot.is_none() || report.request != request(source, options) {
        return Validators::default();
    }
    Validators { etag: source.etag.clone(), last_modified: source.last_modified.clone() }
}

/// The index decides the content (it names every hash), the request decides how it is read and what it is called.
fn content_hash(index: &[u8], source: &Source, options: &SourceOptions) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(index).update(&[0]).update(request(source, options).as_bytes());
    *hasher.finalize().as_bytes()
}

fn date(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), |time| time.to_string())
}
