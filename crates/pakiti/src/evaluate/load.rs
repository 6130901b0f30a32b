//! Loading the sources that the command line names.
//!
//! contract.md "Sources": a refused source stands in `skipped`, the others count. A path never touches the
//! network; an index fetched over the network is refused once it is expired, as the server refuses it.

mod single;

use super::skipped::SkippedRows;
use super::source::{AptSourceOptions, Kind, Place, SourceArg, YumSourceOptions};
use crate::keyrings;
use pakiti_core::arch::deb_arch;
use pakiti_core::context::GroupContext;
use pakiti_core::judgement::SourceId;
use pakiti_core::package::{Package, PackageFormat};
use pakiti_core::repository::SnapshotContent;
use pakiti_engine::source::fetch::{self, Answer, FetchError, Validators, WebFolder};
use pakiti_formats::definition::oval::OvalError;
use pakiti_formats::repository::apt::lists::{self, NamedSuite};
use pakiti_formats::repository::apt::suite::{Folder, LocalFolder};
use pakiti_formats::repository::apt::{AptError, AptOptions, LoadedSuite, suite};
use pakiti_formats::repository::yum::{self, FileError, LoadedRepository, YumError, YumOptions};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use thiserror::Error;
use url::Url;

/// Largest InRelease, bytes.
const MAX_RELEASE: u64 = 64 << 20;
/// The index of a yum repository.
const REPOMD: &str = "repodata/repomd.xml";
/// Largest repomd.xml, bytes.
const MAX_REPOMD: u64 = 16 << 20;
/// Largest bare primary.xml as it is stored, bytes.
const MAX_PRIMARY: u64 = 512 << 20;

/// What the sources gave.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// Content of every suite, with the number of its source.
    pub(crate) contents: Vec<(SourceId, SnapshotContent)>,
    /// Was a source, or a suite of one, refused?
    pub(crate) refused: bool,
}

/// Why a source is refused.
#[derive(Debug, Error)]
enum RefusedError {
    #[error("keyring {path}: {source}")]
    Keyring { path: String, source: std::io::Error },
    #[error(transparent)]
    Apt(#[from] AptError),
    #[error(transparent)]
    Yum(#[from] YumError),
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("cannot fetch: {0}")]
    Client(#[from] reqwest::Error),
    #[error("cannot fetch: {0}")]
    Runtime(std::io::Error),
    #[error("not readable: {0}")]
    Unreadable(std::io::Error),
    #[error("no such file")]
    Missing,
    #[error(transparent)]
    Oval(#[from] OvalError),
}

/// How all sources are loaded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Loading<'a> {
    /// Architectures of the host; `None` = not known.
    pub(crate) architectures: Option<&'a [String]>,
    /// Folder of the distribution's keyrings.
    pub(crate) keyrings: &'a Path,
    /// The time, unix seconds.
    pub(crate) now: i64,
}

/// Loads every source; what is left out goes to `skipped`.
pub(crate) fn load(sources: &[SourceArg], how: Loading<'_>, skipped: &mut SkippedRows) -> Loaded {
    let mut loaded = Loaded { contents: Vec::new(), refused: false };
    for (id, source) in (0..).zip(sources) {
        let done = match &source.kind {
            Kind::Apt(apt) => suites(source, apt, how).map(|suites| {
                for suite in suites {
                    loaded.take(id, source, suite, skipped);
                }
            }),
            Kind::Yum(yum) => repository(source, yum, how.now).map(|repository| {
                skipped.push_list(&source.label(), &repository.skipped, str::to_owned);
                loaded.contents.push((id, repository.content));
            }),
            Kind::Updateinfo(yum) => single::updateinfo(source, yum).map(|repository| {
                skipped.push_list(&source.label(), &repository.skipped, str::to_owned);
                loaded.contents.push((id, repository.content));
            }),
            Kind::Oval(oval) => single::oval(source, oval).map(|(content, list)| {
                skipped.push_list(&source.label(), &list, str::to_owned);
                loaded.contents.push((id, content));
            }),
        };
        match done {
            Ok(()) => {}
            Err(error) => loaded.refuse(source, source.place.to_string(), error.to_string(), skipped),
        }
    }
    loaded
}

/// The architectures of which a host can have packages, in dpkg's words; `None` = it says nothing of them.
/// apt reads the indexes of these and no others.
pub(crate) fn architectures(context: &GroupContext, packages: &[Package]) -> Option<Vec<String>> {
    let installed = packages.iter().filter(|p| p.format == PackageFormat::Deb).map(|p| p.arch.as_str());
    let told = std::iter::once(&context.arch).chain(&context.foreign_archs).map(|arch| deb_arch(arch));
    let mut known: BTreeSet<&str> = told.chain(installed).collect();
    known.remove("");
    known.remove("all");
    (!known.is_empty()).then(|| known.into_iter().map(str::to_owned).collect())
}

impl Loaded {
    fn take(&mut self, id: SourceId, source: &SourceArg, named: NamedSuite, skipped: &mut SkippedRows) {
        let label = source.label();
        let NamedSuite { name, suite } = named;
        // Of a folder with one suite every file is told by its path there; in apt's lists the prefix tells suites apart.
        let place = |file: &str| match &source.place {
            Place::Path(path) if is_suite(path) => file.to_owned(),
            Place::Path(_) => format!("{name}_{}", file.replace('/', "_")),
            Place::Web(_) => file.to_owned(),
        };
        match suite {
            Ok(suite) => {
                skipped.push_list(&label, &suite.skipped, place);
                let web = matches!(source.place, Place::Web(_));
                if web && suite.expired {
                    let reason = "an expired index is not taken from the network".to_owned();
                    return self.refuse(source, source.place.to_string(), reason, skipped);
                }
                self.contents.push((id, suite.content));
            }
            Err(error) => {
                if let AptError::NoPackages { skipped: list } = &error {
                    skipped.push_list(&label, list, place);
                }
                self.refuse(source, name, error.to_string(), skipped);
            }
        }
    }

    fn refuse(&mut self, source: &SourceArg, at: String, reason: String, skipped: &mut SkippedRows) {
        self.refused = true;
        skipped.push(&source.label(), at, format!("refused: {reason}"));
    }
}

fn is_suite(path: &Path) -> bool {
    path.join("InRelease").is_file() || path.join("Release").is_file()
}

fn suites(
    source: &SourceArg,
    apt: &AptSourceOptions,
    how: Loading<'_>,
) -> Result<Vec<NamedSuite>, RefusedError> {
    let options = AptOptions {
        components: apt.components.clone(),
        architectures: how.architectures.map(<[String]>::to_vec),
        security: apt.security,
        priority: apt.priority,
        keyrings: if apt.trusted { Vec::new() } else { keys(apt.keyring.as_deref(), how.keyrings)? },
        trusted: apt.trusted,
        check_valid_until: apt.check_valid_until,
        os_group: apt.os_group.clone(),
        ..AptOptions::new(how.now)
    };
    match &source.place {
        Place::Path(path) => Ok(lists::load_path(path, &options)?),
        Place::Web(url) => {
            let suite = web_suite(url, options)?;
            Ok(vec![NamedSuite { name: source.place.to_string(), suite }])
        }
    }
}

/// A yum repository: its folder, or a bare primary.xml as old installations configure it.
fn repository(
    source: &SourceArg,
    yum: &YumSourceOptions,
    now: i64,
) -> Result<LoadedRepository, RefusedError> {
    let options = YumOptions {
        security: yum.security,
        priority: yum.priority,
        excludes: yum.excludes.clone(),
        module_hotfixes: yum.module_hotfixes,
        keyrings: yum.keyring.as_deref().map_or_else(|| Ok(Vec::new()), |path| keys(Some(path), path))?,
        trusted: yum.trusted,
        os_group: yum.os_group.clone(),
        now,
        ..YumOptions::new(&source.repository_name())
    };
    match &source.place {
        Place::Path(path) if path.is_file() => {
            let folder = LocalFolder { root: path.parent().unwrap_or(Path::new("")).to_owned() };
            bare_primary(&folder, &source.place.file_name(), &options)
        }
        Place::Path(path) => Ok(yum::load(&LocalFolder { root: path.clone() }, &options)?),
        Place::Web(url) => web_repository(url, &options),
    }
}

fn bare_primary(
    folder: &dyn Folder,
    name: &str,
    options: &YumOptions,
) -> Result<LoadedRepository, RefusedError> {
    let data = folder
        .fetch(name, MAX_PRIMARY)
        .map_err(|source| YumError::Unreadable { path: name.to_owned(), source })?;
    Ok(yum::load_primary(name, &data.ok_or(YumError::NoRepomd)?, options)?)
}

fn web_repository(base: &Url, options: &YumOptions) -> Result<LoadedRepository, RefusedError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(RefusedError::Runtime)?;
    let site = base.host_str().unwrap_or_default().to_owned();
    let options = YumOptions { site, ..options.clone() };
    let bare =
        base.path().trim_end_matches('/').rsplit_once('/').filter(|(_, name)| name.contains("primary.xml"));
    let mut folder_url = base.clone();
    if let Some((parent, _)) = bare {
        folder_url.set_path(&format!("{parent}/"));
    }
    let client = fetch::client()?;
    let mut folder = WebFolder { client, base: folder_url, runtime: runtime.handle().clone(), ready: None };
    if let Some((_, name)) = bare {
        return bare_primary(&folder, name, &options);
    }
    let index = folder
        .fetch(REPOMD, MAX_REPOMD)
        .map_err(|source| YumError::Unreadable { path: REPOMD.to_owned(), source })?;
    folder.ready = Some((REPOMD.to_owned(), index.clone()));
    let loaded = yum::load(&folder, &options)?;
    // A folder may be an excerpt, a server is not: what it names but does not have would hide updates.
    let named = yum::check_repomd(&index.unwrap_or_default())?;
    match named.into_iter().find(|path| !loaded.files.iter().any(|file| file.path == *path)) {
        Some(file) => Err(YumError::File { file, reason: FileError::Missing }.into()),
        None => Ok(loaded),
    }
}

/// The content of the keyring that is named, else of those of the distribution in `folder`.
fn keys(named: Option<&Path>, folder: &Path) -> Result<Vec<Vec<u8>>, RefusedError> {
    let paths = match named {
        Some(path) => vec![path.to_owned()],
        None => keyrings::installed(folder),
    };
    let read = |path: PathBuf| {
        std::fs::read(&path)
            .map_err(|source| RefusedError::Keyring { path: path.display().to_string(), source })
    };
    paths.into_iter().map(read).collect()
}

fn web_suite(base: &Url, options: AptOptions) -> Result<Result<LoadedSuite, AptError>, RefusedError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(RefusedError::Runtime)?;
    let client = fetch::client()?;
    let url = base.join("InRelease").unwrap_or_else(|_| base.clone());
    let answer = runtime.block_on(fetch::get(&client, &url, &Validators::default(), MAX_RELEASE))?;
    let in_release = match answer {
        Answer::Content(data, _) => Some(data),
        Answer::Missing | Answer::NotModified => None,
    };
    let site = base.host_str().unwrap_or_default().to_owned();
    let ready = Some(("InRelease".to_owned(), in_release));
    let folder = WebFolder { client, base: base.clone(), runtime: runtime.handle().clone(), ready };
    Ok(suite::load(&folder, &AptOptions { site, ..options }))
}

#[cfg(test)]
mod tests;
