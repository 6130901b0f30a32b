//! Fetching an apt suite: Release, signature, then what it names.
//!
//! contract.md "Sources"; "not modified" parses nothing, an expired index from the network is refused.

use super::{Asked, Fetched, SyncError, content_hash, date, request, validators};
use crate::source::fetch::{self, Answer, Validators, WebFolder};
use crate::source::folder::BoundFolder;
use crate::source::options::{ConfigError, Place};
use crate::source::report::FetchReport;
use pakiti_core::arch::deb_arch;
use pakiti_formats::repository::apt::lists::ListsFolder;
use pakiti_formats::repository::apt::suite::{self, Folder};
use pakiti_formats::repository::apt::{AptError, AptOptions, LoadedSuite};
use pakiti_formats::repository::{SkipReason, Skipped};
use pakiti_store::source::Source;
use std::collections::BTreeSet;

/// Largest InRelease (bytes).
const MAX_RELEASE: u64 = 64 << 20;

/// The suite's content; `None` = it is the one in force.
pub(super) async fn fetch(mut asked: Asked<'_>) -> Result<Option<Fetched>, SyncError> {
    let (source, now) = (asked.source, asked.now);
    let place = asked.options.place(&source.url, &asked.sync.folders)?;
    let web = matches!(place, Place::Web(_));
    if web && asked.options.architectures.is_empty() {
        asked.options.architectures = asked.architectures().await?;
    }
    let refuse_expired = web && asked.options.check_valid_until;
    let known = validators(source, &asked.options);
    let Some((folder, release, validators)) = asked.open(known, place.clone()).await? else {
        return not_modified(source, refuse_expired, now).map(|()| None);
    };
    let hash = content_hash(&release, source, &asked.options);
    if source.snapshot.as_ref().is_some_and(|s| s.hash == hash) {
        return not_modified(source, refuse_expired, now).map(|()| None);
    }
    let keyrings = asked.sync.keyrings(&asked.options, &asked.sync.default_keyrings)?;
    let mut suite = load(folder, asked.options.apt(&source.os_group, &site(&place), keyrings, now)).await?;
    if let (true, true, Some(until)) = (refuse_expired, suite.expired, suite.content.meta.valid_until) {
        return Err(SyncError::Expired(date(until)));
    }
    if let (true, Some(missing)) = (web, missing(&suite)) {
        let (path, reason) = (missing.file.clone(), missing.reason.to_string());
        return Err(SyncError::Incomplete { path, reason });
    }
    if let Place::Web(url) = &place {
        suite.content.meta.url = fetch::redacted(url);
    }
    let mut report = FetchReport::of(&suite.files, &suite.skipped, &suite.signature);
    report.request = request(source, &asked.options);
    report.architectures = asked.options.architectures;
    let skipped = suite.skipped.count();
    Ok(Some(Fetched { content: suite.content, hash, validators, report, skipped }))
}

impl Asked<'_> {
    /// The architectures to fetch where a source names none: a mirror has a dozen, the fleet one or two.
    async fn architectures(&self) -> Result<Vec<String>, SyncError> {
        let mut all: BTreeSet<String> = BTreeSet::from([deb_arch(std::env::consts::ARCH).to_owned()]);
        for machine in pakiti_store::host::architectures(&self.sync.db).await? {
            all.insert(deb_arch(&machine).to_owned());
        }
        Ok(all.into_iter().collect())
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
            Place::Folder(root) => Box::new(BoundFolder { root, folders: self.sync.folders.clone() }),
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
        let ready = Some(("InRelease".to_owned(), in_release));
        let folder = WebFolder { client: self.client.clone(), base, runtime, ready };
        Ok(Some((Box::new(folder), release, validators)))
    }
}

/// Nothing new is a success only as long as what is in force has not expired: a mirror that stands still is as
/// wrong as one that offers something old.
fn not_modified(source: &Source, refuse_expired: bool, now: i64) -> Result<(), SyncError> {
    let until = source.snapshot.as_ref().and_then(|snapshot| snapshot.meta.valid_until);
    match until {
        Some(until) if refuse_expired && until < now => Err(SyncError::Expired(date(until))),
        _ => Ok(()),
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
