//! Fetching a yum repository: repomd.xml, its signature, then what it names; or a bare primary.xml, as old
//! installations configure it.
//!
//! contract.md "Sources". The hash of repomd.xml decides whether anything is new: then nothing else is fetched.

use super::{Asked, Fetched, SyncError, content_hash, request, validators};
use crate::source::fetch::{self, Answer, FetchError, Validators, WebFolder};
use crate::source::folder::BoundFolder;
use crate::source::options::{ConfigError, Place};
use crate::source::report::FetchReport;
use pakiti_formats::repository::apt::suite::Folder;
use pakiti_formats::repository::yum::{self, FileError, LoadedRepository, YumError, YumOptions, mirrorlist};
use std::path::Path;
use url::Url;

/// The index of a repository.
const REPOMD: &str = "repodata/repomd.xml";
/// Largest repomd.xml or list of mirrors (bytes).
const MAX_INDEX: u64 = 16 << 20;
/// Largest bare primary.xml as it is fetched (bytes).
const MAX_PRIMARY: u64 = 512 << 20;
/// Mirrors of a list that are tried.
const MIRRORS: usize = 5;

/// What decides whether a repository is new, and how to get the rest.
struct Opened {
    /// repomd.xml, or the whole of a bare primary.
    index: Vec<u8>,
    validators: Validators,
    rest: Rest,
}

enum Rest {
    Folder(Box<dyn Folder + Send>),
    /// The index is a primary.xml of this name.
    Primary(String),
}

/// The repository's content; `None` = it is the one in force.
pub(super) async fn fetch(asked: Asked<'_>) -> Result<Option<Fetched>, SyncError> {
    let place = asked.options.place(&asked.source.url, &asked.sync.folders)?;
    let known = validators(asked.source, &asked.options);
    match place {
        Place::Web(list) if asked.options.mirrorlist => asked.by_mirrors(&list).await,
        Place::Web(url) => match asked.open_base(&known, &url).await? {
            Some(opened) => asked.take(opened, Some(&url)).await,
            None => Ok(None),
        },
        Place::Folder(root) => asked.take(asked.open_folder(&root)?, None).await,
        Place::Lists(root, _) => Err(ConfigError::Url(root.display().to_string()).into()),
    }
}

/// The content, and the paths that the index names of it.
async fn load(opened: Opened, options: YumOptions) -> Result<(LoadedRepository, Vec<String>), SyncError> {
    let loaded = tokio::task::spawn_blocking(move || match opened.rest {
        Rest::Folder(folder) => {
            let loaded = yum::load(folder.as_ref(), &options)?;
            Ok::<_, YumError>((loaded, yum::check_repomd(&opened.index)?))
        }
        Rest::Primary(name) => Ok((yum::load_primary(&name, &opened.index, &options)?, Vec::new())),
    });
    Ok(loaded.await.map_err(|_| SyncError::Stopped)??)
}

/// The file name of a URL or path that is a primary.xml itself.
fn primary_name(path: &str) -> Option<String> {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.contains("primary.xml").then(|| name.to_owned())
}

impl Asked<'_> {
    /// The content of what was opened; `None` = it is the one in force. `address` is where it is said to be; none
    /// for folders.
    async fn take(&self, opened: Opened, address: Option<&Url>) -> Result<Option<Fetched>, SyncError> {
        let source = self.source;
        let hash = content_hash(&opened.index, source, &self.options);
        if source.snapshot.as_ref().is_some_and(|s| s.hash == hash) {
            return Ok(None);
        }
        let keyrings = self.sync.keyrings(&self.options, &[])?;
        let options = self.options.yum(&source.name, &source.os_group, address, (keyrings, self.now));
        let validators = opened.validators.clone();
        let (mut loaded, named) = load(opened, options).await?;
        // What is named but not there would hide updates; a folder may be an excerpt, a server is not.
        let absent = named.into_iter().find(|path| !loaded.files.iter().any(|file| file.path == *path));
        if let (Some(path), Some(_)) = (absent, address) {
            return Err(SyncError::Incomplete { path, reason: FileError::Missing.to_string() });
        }
        loaded.content.meta.url = address.map(fetch::redacted).unwrap_or_default();
        let mut report = FetchReport::of(&loaded.files, &loaded.skipped, &loaded.signature);
        report.request = request(source, &self.options);
        let skipped = loaded.skipped.count();
        Ok(Some(Fetched { content: loaded.content, hash, validators, report, skipped }))
    }

    async fn open_base(&self, known: &Validators, base: &Url) -> Result<Option<Opened>, SyncError> {
        if let Some(name) = primary_name(base.path().trim_end_matches('/')) {
            let mut url = base.clone();
            url.set_path(base.path().trim_end_matches('/'));
            return match fetch::get(&self.client, &url, known, MAX_PRIMARY).await? {
                Answer::NotModified => Ok(None),
                Answer::Missing => Err(FetchError::Missing { url: fetch::redacted(&url) }.into()),
                Answer::Content(index, validators) => {
                    Ok(Some(Opened { index, validators, rest: Rest::Primary(name) }))
                }
            };
        }
        let url = base.join(REPOMD).map_err(|_| ConfigError::Url(fetch::redacted(base)))?;
        match fetch::get(&self.client, &url, known, MAX_INDEX).await? {
            Answer::NotModified => Ok(None),
            Answer::Missing => Err(YumError::NoRepomd.into()),
            Answer::Content(index, validators) => {
                let ready = Some((REPOMD.to_owned(), Some(index.clone())));
                let runtime = tokio::runtime::Handle::current();
                let folder = WebFolder { client: self.client.clone(), base: base.clone(), runtime, ready };
                Ok(Some(Opened { index, validators, rest: Rest::Folder(Box::new(folder)) }))
            }
        }
    }

    /// From the first mirror of a list that has a whole repository. The list stands for all of them: which one
    /// answers must not make it another repository.
    async fn by_mirrors(&self, list: &Url) -> Result<Option<Fetched>, SyncError> {
        let none = Validators::default();
        let Answer::Content(data, _) = fetch::get(&self.client, list, &none, MAX_INDEX).await? else {
            return Err(FetchError::Missing { url: fetch::redacted(list) }.into());
        };
        let mirrors = mirrorlist::parse(&data);
        let mut last = "the list is empty".to_owned();
        for mirror in mirrors.iter().take(MIRRORS) {
            let Ok(base) = Url::parse(mirror) else { continue };
            let taken = match self.open_base(&none, &base).await {
                Ok(Some(opened)) => self.take(opened, Some(list)).await,
                Ok(None) => continue,
                Err(error) => Err(error),
            };
            match taken {
                Ok(taken) => return Ok(taken),
                Err(error) => last = format!("{}: {error}", fetch::redacted(&base)),
            }
        }
        Err(SyncError::NoMirror { count: mirrors.len(), last })
    }

    fn open_folder(&self, root: &Path) -> Result<Opened, SyncError> {
        let folder = |root: &Path| BoundFolder { root: root.to_owned(), folders: self.sync.folders.clone() };
        let unreadable =
            |path: &Path, source| YumError::Unreadable { path: path.display().to_string(), source };
        let validators = Validators::default();
        if let (true, Some(name), Some(parent)) =
            (root.is_file(), primary_name(&root.to_string_lossy()), root.parent())
        {
            let read = folder(parent).fetch(&name, MAX_PRIMARY).map_err(|e| unreadable(root, e))?;
            let index = read.ok_or(YumError::NoRepomd)?;
            return Ok(Opened { index, validators, rest: Rest::Primary(name) });
        }
        let folder = folder(root);
        let read = folder.fetch(REPOMD, MAX_INDEX).map_err(|e| unreadable(root, e))?;
        let index = read.ok_or(YumError::NoRepomd)?;
        Ok(Opened { index, validators, rest: Rest::Folder(Box::new(folder)) })
    }
}
