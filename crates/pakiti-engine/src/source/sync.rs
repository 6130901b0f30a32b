//! One synchronisation of one source: fetch, verify, parse, diff, switch.
//!
//! Whatever goes wrong is told with source and reason and leaves the active snapshot in force. "Not modified"
//! parses nothing. An expired index fetched over the network is refused (contract.md, "Sources").

use crate::source::fetch::{self, Answer, FetchError, Validators, WebFolder};
use crate::source::folder::BoundFolder;
use crate::source::options::{ConfigError, Place, SourceOptions};
use crate::source::report::FetchReport;
use crate::source::touched;
use pakiti_core::arch::deb_arch;
use pakiti_core::os_group::{self, OsGroupId};
use pakiti_core::repository::RepositoryContent;
use pakiti_formats::repository::apt::lists::ListsFolder;
use pakiti_formats::repository::apt::suite::{self, Folder};
use pakiti_formats::repository::apt::{AptError, AptOptions, LoadedSuite};
use pakiti_formats::repository::{SkipReason, Skipped};
use pakiti_store::db::Db;
use pakiti_store::error::StoreError;
use pakiti_store::source::{self, NewSnapshot, Source};
use std::collections::BTreeSet;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Largest InRelease (bytes).
const MAX_RELEASE: u64 = 64 << 20;
/// Largest keyring file (bytes); Debian's has 55 KB.
const MAX_KEYRING: u64 = 16 << 20;

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

/// What a synchronisation brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Synced {
    /// Nothing new.
    NotModified,
    /// A new snapshot is active.
    Changed {
        /// The new generation.
        generation: i64,
        /// Package versions in it.
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
        if source.kind != "apt" {
            return Err(ConfigError::Kind(source.kind.clone()).into());
        }
        known_group(&source.os_group)?;
        let mut options = SourceOptions::read(&source.options)?;
        let place = options.place(&source.url, &self.folders)?;
        let web = matches!(place, Place::Web(_));
        if web && options.architectures.is_empty() {
            options.architectures = self.architectures().await?;
        }
        let refuse_expired = web && options.check_valid_until;
        let known = self.validators(source, &options.architectures);
        let Some((folder, release, validators)) = self.open(known, place.clone()).await? else {
            return not_modified(source, refuse_expired, now);
        };
        let hash = content_hash(&release, source, &options);
        if source.snapshot.as_ref().is_some_and(|s| s.hash == hash) {
            return not_modified(source, refuse_expired, now);
        }
        let keyrings = self.keyrings(&options)?;
        let apt = options.apt(&source.os_group, &site(&place), keyrings, now);
        let suite = load(folder, apt).await?;
        if let (true, true, Some(until)) = (refuse_expired, suite.expired, suite.content.meta.valid_until) {
            return Err(SyncError::Expired(date(until)));
        }
        if let (true, Some(missing)) = (web, missing(&suite)) {
            let (path, reason) = (missing.file.clone(), missing.reason.to_string());
            return Err(SyncError::Incomplete { path, reason });
        }
        let mut report = FetchReport::of(&suite);
        report.architectures = options.architectures;
        self.switch(source, suite, &report, (hash, validators), (next_due, now)).await
    }

    /// The architectures to fetch where a source names none: a mirror has a dozen, the fleet one or two.
    async fn architectures(&self) -> Result<Vec<String>, SyncError> {
        let mut all: BTreeSet<String> = BTreeSet::from([deb_arch(std::env::consts::ARCH).to_owned()]);
        for machine in pakiti_store::host::architectures(&self.db).await? {
            all.insert(deb_arch(&machine).to_owned());
        }
        Ok(all.into_iter().collect())
    }

    /// Validators of the active snapshot; none where there is no snapshot or it holds other architectures: they
    /// would only hide the content.
    fn validators(&self, source: &Source, architectures: &[String]) -> Validators {
        let snapshot = source.snapshot.as_ref();
        let report: FetchReport =
            snapshot.and_then(|s| serde_json::from_str(&s.report).ok()).unwrap_or_default();
        if snapshot.is_none() || report.architectures != architectures {
            return Validators::default();
        }
        Validators { etag: source.etag.clone(), last_modified: source.last_modified.clone() }
    }

    /// The folder, the Release's bytes and its validators; `None` = not modified.
    async fn open(
        &self,
        known: Validators,
        place: Place,
    ) -> Result<Option<(Box<dyn Folder + Send>, Vec<u8>, Validators)>, SyncError> {
        let unreadable = |source| AptError::Unreadable { path: "InRelease".to_owned(), source };
        let folder: Box<dyn Folder + Send> = match place {
            Place::Web(base) => return self.open_web(known, base).await,
            Place::Folder(root) => Box::new(BoundFolder { root, folders: self.folders.clone() }),
            Place::Lists(root, prefix) => Box::new(ListsFolder { root, prefix }),
        };
        let mut release = folder.fetch("InRelease", MAX_RELEASE).map_err(unreadable)?;
        if release.is_none() {
            release = folder.fetch("Release", MAX_RELEASE).map_err(unreadable)?;
        }
        Ok(Some((folder, release.unwrap_or_default(), Validators::default())))
    }

    async fn open_web(
        &self,
        known: Validators,
        base: url::Url,
    ) -> Result<Option<(Box<dyn Folder + Send>, Vec<u8>, Validators)>, SyncError> {
        let url = |name: &str| base.join(name).map_err(|_| ConfigError::Url(fetch::redacted(&base)));
        let (in_release, release, validators) =
            match fetch::get(&self.client, &url("InRelease")?, &known, MAX_RELEASE).await? {
                Answer::NotModified => return Ok(None),
                Answer::Content(data, validators) => (Some(data.clone()), data, validators),
                Answer::Missing => {
                    match fetch::get(&self.client, &url("Release")?, &known, MAX_RELEASE).await? {
                        Answer::NotModified => return Ok(None),
                        Answer::Content(data, validators) => (None, data, validators),
                        Answer::Missing => return Err(AptError::NoRelease.into()),
                    }
                }
            };
        let runtime = tokio::runtime::Handle::current();
        let folder = WebFolder { client: self.client.clone(), base, runtime, in_release };
        Ok(Some((Box::new(folder), release, validators)))
    }

    fn keyrings(&self, options: &SourceOptions) -> Result<Vec<Vec<u8>>, SyncError> {
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
            out.extend(self.default_keyrings.iter().filter_map(|path| read_keyring(path).ok()));
        }
        Ok(out)
    }

    async fn switch(
        &self,
        source: &Source,
        suite: LoadedSuite,
        report: &FetchReport,
        (hash, validators): ([u8; 32], Validators),
        (next_due, now): (i64, i64),
    ) -> Result<Synced, SyncError> {
        let meta = &suite.content.meta;
        if meta.os_group.is_none() {
            return Err(SyncError::NoOsGroup {
                origin: meta.origin.clone(),
                codename: meta.codename.clone(),
            });
        }
        let before = source::active_content(&self.db, source.id).await?;
        let touched = self.touched(before.as_ref(), &suite.content).await?;
        let report = serde_json::to_string(report).unwrap_or_default();
        let (packages, names, skipped) = (suite.content.packages.len(), touched.len(), suite.skipped.count());
        let new = NewSnapshot {
            content: &suite.content,
            hash,
            skipped: skipped as i64,
            report,
            touched,
            etag: validators.etag,
            last_modified: validators.last_modified,
        };
        let generation = source::switch(&self.db, source.id, &new, next_due, now).await?;
        Ok(Synced::Changed { generation, packages, names, skipped })
    }

    /// The names that the new content touches, in this source and in those whose packages it makes judged.
    async fn touched(
        &self,
        before: Option<&RepositoryContent>,
        after: &RepositoryContent,
    ) -> Result<Vec<String>, SyncError> {
        let vendors = touched::vendors(before, after);
        let siblings = match vendors.is_empty() {
            true => Vec::new(),
            false => source::active_contents(&self.db).await?.1,
        };
        let concerned = |meta| vendors.iter().any(|vendor| touched::same_vendor(vendor, meta));
        let mut names = touched::names(before, after);
        for (_, sibling) in siblings.iter().filter(|(_, sibling)| concerned(&sibling.meta)) {
            names.extend(sibling.packages.iter().map(|package| package.name.as_str()));
        }
        Ok(names.into_iter().map(str::to_owned).collect())
    }
}

fn known_group(os_group: &str) -> Result<(), ConfigError> {
    if os_group.is_empty() || os_group::family_of(&OsGroupId(os_group.to_owned())).is_some() {
        return Ok(());
    }
    Err(ConfigError::OsGroup(os_group.to_owned()))
}

/// Nothing new is a success only as long as what is in force has not expired: a mirror that stands still is as
/// wrong as one that offers something old.
fn not_modified(source: &Source, refuse_expired: bool, now: i64) -> Result<Synced, SyncError> {
    let until = source.snapshot.as_ref().and_then(|snapshot| snapshot.meta.valid_until);
    match until {
        Some(until) if refuse_expired && until < now => Err(SyncError::Expired(date(until))),
        _ => Ok(Synced::NotModified),
    }
}

/// An index that is there, wrong or unreachable in every form.
fn missing(suite: &LoadedSuite) -> Option<&Skipped> {
    let folder = |path: &str| path.rsplit_once('/').map_or_else(String::new, |(folder, _)| folder.to_owned());
    suite.skipped.kept().iter().find(|item| {
        let whole = matches!(
            item.reason,
            SkipReason::HashMismatch | SkipReason::Unreadable(_) | SkipReason::Decompress(_)
        );
        whole && item.line == 0 && !suite.files.iter().any(|file| folder(&file.path) == folder(&item.file))
    })
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

async fn load(folder: Box<dyn Folder + Send>, options: AptOptions) -> Result<LoadedSuite, SyncError> {
    let loaded = tokio::task::spawn_blocking(move || suite::load(folder.as_ref(), &options)).await;
    Ok(loaded.map_err(|_| SyncError::Stopped)??)
}

/// Host part of the URL, as apt's `origin` pins name it; in apt's lists it is the first part of the prefix.
fn site(place: &Place) -> String {
    match place {
        Place::Web(url) => url.host_str().unwrap_or_default().to_owned(),
        Place::Folder(_) => String::new(),
        Place::Lists(_, prefix) => prefix.split('_').next().unwrap_or_default().to_owned(),
    }
}

/// The Release decides the content (it names every hash), the options decide how it is read.
fn content_hash(release: &[u8], source: &Source, options: &SourceOptions) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(release).update(&[0]);
    hasher.update(options.record().as_bytes()).update(&[0]);
    hasher.update(source.os_group.as_bytes());
    *hasher.finalize().as_bytes()
}

fn date(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), |time| time.to_string())
}
