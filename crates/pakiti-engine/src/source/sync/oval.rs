//! Fetching OVAL definitions: one file, compressed or not.
//!
//! contract.md "Sources". Its hash decides whether anything is new. OVAL files carry no signature of their own
//! that vendors agree on: https, and what the file says of itself, are what there is.

use super::{Asked, Fetched, SyncError, content_hash, request, validators};
use crate::source::fetch::{self, Answer, FetchError, Validators};
use crate::source::folder::BoundFolder;
use crate::source::options::{ConfigError, Place};
use crate::source::report::{FetchReport, FileRead, SkippedItem};
use pakiti_core::os_group::OsGroupId;
use pakiti_core::oval::model::Document;
use pakiti_core::oval::snapshot::{self, DocumentOptions};
use pakiti_core::rules::{SILENT, oval_rules};
use pakiti_formats::definition::oval::{self, LoadedDocument, OvalError};
use pakiti_formats::repository::apt::suite::Folder;
use sha2::{Digest, Sha256};
use std::path::Path;
use url::Url;

/// Largest file as it is fetched, bytes; Red Hat's largest have 20 MB, Ubuntu's 10 MB.
const MAX_FILE: u64 = 256 << 20;

/// The document; `None` = it is the one in force.
pub(super) async fn fetch(asked: Asked<'_>) -> Result<Option<Fetched>, SyncError> {
    let place = asked.options.file(&asked.source.url, &asked.sync.folders)?;
    let (data, validators, url, name) = match place {
        Place::Web(url) => {
            let Some((data, validators, url)) = asked.download(url).await? else { return Ok(None) };
            let name = url.path().rsplit('/').next().unwrap_or_default().to_owned();
            (data, validators, fetch::redacted(&url), name)
        }
        Place::Folder(path) | Place::Lists(path, _) => {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            (asked.read(&path, &name)?, Validators::default(), String::new(), name)
        }
    };
    let hash = content_hash(&data, asked.source, &asked.options);
    if asked.source.snapshot.as_ref().is_some_and(|snapshot| snapshot.hash == hash) {
        return Ok(None);
    }
    let file = FileRead {
        path: name.clone(),
        size: data.len() as u64,
        records: 0,
        sha256: Sha256::digest(&data).iter().map(|byte| format!("{byte:02x}")).collect(),
    };
    let load = move || {
        let loaded = oval::load(&data, &name)?;
        let silent = silent(&loaded.document);
        Ok::<_, OvalError>((loaded, silent))
    };
    let loaded = tokio::task::spawn_blocking(load).await;
    let (loaded, silent) = loaded.map_err(|_| SyncError::Stopped)??;
    let mut fetched = asked.fetched(loaded, (hash, validators, url), file);
    fetched.report.skipped.extend(silent);
    Ok(Some(fetched))
}

/// The definitions that could give findings and name no package that one could be about: nobody is told whether hosts
/// are affected.
fn silent(document: &Document) -> Option<SkippedItem> {
    let silent = oval_rules(document).silent;
    let first = document.definitions.get(*silent.first()? as usize)?;
    let reason = format!("{} definitions: {SILENT}", silent.len());
    Some(SkippedItem { at: first.id.to_string(), reason })
}

impl Asked<'_> {
    async fn download(&self, mut url: Url) -> Result<Option<(Vec<u8>, Validators, Url)>, SyncError> {
        // A place on the web is kept as a folder; this one is a file.
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        let known = validators(self.source, &self.options);
        match fetch::get(&self.client, &url, &known, MAX_FILE).await? {
            Answer::NotModified => Ok(None),
            Answer::Missing => Err(FetchError::Missing { url: fetch::redacted(&url) }.into()),
            Answer::Content(data, validators) => Ok(Some((data, validators, url))),
        }
    }

    fn read(&self, path: &Path, name: &str) -> Result<Vec<u8>, SyncError> {
        let refused = |reason: String| ConfigError::File { path: path.display().to_string(), reason };
        let root = path.parent().unwrap_or(path).to_owned();
        let folder = BoundFolder { root, folders: self.sync.folders.clone() };
        let data = folder.fetch(name, MAX_FILE).map_err(|error| refused(error.to_string()))?;
        Ok(data.ok_or_else(|| refused("there is no such file".to_owned()))?)
    }

    fn fetched(
        &self,
        loaded: LoadedDocument,
        (hash, validators, url): ([u8; 32], Validators, String),
        mut file: FileRead,
    ) -> Fetched {
        let source = self.source;
        let options = DocumentOptions {
            name: source.name.clone(),
            url,
            os_group: (!source.os_group.is_empty()).then(|| OsGroupId(source.os_group.clone())),
            further_groups: self.options.further_groups.iter().map(|id| OsGroupId(id.clone())).collect(),
            complete: match self.options.complete.as_str() {
                "yes" => Some(true),
                "no" => Some(false),
                _ => None,
            },
        };
        file.records = loaded.document.definitions.len() as u64;
        let skipped = loaded.skipped.kept().iter().map(|item| SkippedItem {
            at: if item.line == 0 { item.file.clone() } else { format!("{}:{}", item.file, item.line) },
            reason: item.reason.to_string(),
        });
        let report = FetchReport {
            files: vec![file],
            skipped: skipped.collect(),
            unchecked: Some("OVAL files are not signed: taken as the server gave it".to_owned()),
            request: request(source, &self.options),
            ..FetchReport::default()
        };
        let skipped = loaded.skipped.count();
        Fetched { content: snapshot::content(loaded.document, options), hash, validators, report, skipped }
    }
}
