//! Loading one yum repository: signature, `repomd.xml`, then the three files that count.
//!
//! contract.md "Sources". A file that `repomd.xml` names but that is absent is skipped (excerpts of repositories
//! are used for tests and audits), except for the packages when there are no advisories either.

use super::repomd::{Entry, FileError, Repomd, form, hex};
use super::{LoadedRepository, YumError, YumOptions, modules, primary, updateinfo};
use crate::openpgp::{self, Keyring};
use crate::repository::apt::suite::Folder;
use crate::repository::apt::{LoadedFile, Signature, Unchecked};
use crate::repository::{SkipList, SkipReason};
use pakiti_core::module::Modules;
use pakiti_core::repository::{IndexedPackage, SnapshotContent, SourceKind, SourceMeta};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io;

/// Largest repomd.xml or signature, bytes. Real ones have 10 KB.
const MAX_REPOMD: u64 = 16 << 20;
const REPOMD: &str = "repodata/repomd.xml";
const SIGNATURE: &str = "repodata/repomd.xml.asc";

/// Loads the repository of a folder that holds `repodata`.
///
/// # Errors
/// [`YumError`] when there is no repomd.xml, its signature is not good, a file it names is another one, or
/// there are neither packages nor advisories.
pub fn load(folder: &dyn Folder, options: &YumOptions) -> Result<LoadedRepository, YumError> {
    let data = fetch(folder, REPOMD)?.ok_or(YumError::NoRepomd)?;
    let signature = signature(folder, &data, options)?;
    let repomd = Repomd::parse(&data).map_err(|source| YumError::Repomd { source })?;
    let mut loading = Loading::new(folder, options);
    loading.meta.date = repomd.date();
    let advisories = loading.updateinfo(&repomd)?;
    let modules = loading.modules(&repomd)?;
    loading.primary(&repomd, advisories)?;
    Ok(loading.finish(signature, modules))
}

/// Loads a lone `primary.xml`, compressed or not: no hash, no advisories. `file` is its name for messages.
///
/// # Errors
/// [`YumError`] when it is not one, or when a signature is asked for.
pub fn load_primary(file: &str, data: &[u8], options: &YumOptions) -> Result<LoadedRepository, YumError> {
    if !options.trusted && !options.keyrings.is_empty() {
        return Err(YumError::Unsignable { file: file.to_owned() });
    }
    let none = |_: &str, _: u64| -> io::Result<Option<Vec<u8>>> { Ok(None) };
    let mut loading = Loading::new(&none, options);
    let refused = |reason| YumError::File { file: file.to_owned(), reason };
    form(data).map_err(refused)?;
    let sha256 = hex(&Sha256::digest(data));
    let whole = File { path: file.to_owned(), data: Cow::Borrowed(data), sha256 };
    loading.packages(whole).map_err(refused)?;
    Ok(loading.finish(not_checked(options), Modules::default()))
}

/// Loads a lone `updateinfo.xml`, compressed or not: advisories without packages. `file` is its name for messages.
///
/// # Errors
/// [`YumError`] when it is not one.
pub fn load_updateinfo(file: &str, data: &[u8], options: &YumOptions) -> Result<LoadedRepository, YumError> {
    let none = |_: &str, _: u64| -> io::Result<Option<Vec<u8>>> { Ok(None) };
    let mut loading = Loading::new(&none, options);
    let refused = |reason| YumError::File { file: file.to_owned(), reason };
    form(data).map_err(refused)?;
    let found = updateinfo::read(file, data, &mut loading.skipped).map_err(|error| refused(error.into()))?;
    loading.advisories = found.advisories;
    loading.meta.errata = true;
    let sha256 = hex(&Sha256::digest(data));
    loading.loaded(File { path: file.to_owned(), data: Cow::Borrowed(data), sha256 }, found.records);
    Ok(loading.finish(not_checked(options), Modules::default()))
}

/// The paths that [`load`] would read of a repository with this `repomd.xml`.
///
/// # Errors
/// [`YumError`] when it is unusable.
pub fn check_repomd(data: &[u8]) -> Result<Vec<String>, YumError> {
    let repomd = Repomd::parse(data).map_err(|source| YumError::Repomd { source })?;
    let mut paths = Vec::new();
    for kind in ["primary", "updateinfo", "modules"] {
        let chosen = choose(&repomd, kind, &mut SkipList::default())?;
        paths.extend(chosen.map(|entry| entry.href.clone()));
    }
    Ok(paths)
}

fn fetch(folder: &dyn Folder, path: &'static str) -> Result<Option<Vec<u8>>, YumError> {
    folder.fetch(path, MAX_REPOMD).map_err(|source| YumError::Unreadable { path: path.to_owned(), source })
}

fn not_checked(options: &YumOptions) -> Signature {
    Signature::NotChecked(if options.trusted { Unchecked::Trusted } else { Unchecked::NoKeyring })
}

fn signature(folder: &dyn Folder, data: &[u8], options: &YumOptions) -> Result<Signature, YumError> {
    if options.trusted || options.keyrings.is_empty() {
        return Ok(not_checked(options));
    }
    let mut keyring = Keyring::default();
    for (number, data) in (1..).zip(&options.keyrings) {
        keyring.extend(Keyring::load(data).map_err(|source| YumError::Keyring { number, source })?);
    }
    let signature = fetch(folder, SIGNATURE)?.ok_or(YumError::Unsigned)?;
    let verified = openpgp::verify_detached(data, &signature, &keyring, options.now)
        .map_err(|source| YumError::Signature { source })?;
    Ok(Signature::Good(verified.good))
}

/// The newest usable entry of a kind. The others, and other forms of it, go to `skipped`; if none is usable,
/// the reason of the newest refuses the repository.
fn choose<'a>(repomd: &'a Repomd, kind: &str, skipped: &mut SkipList) -> Result<Option<&'a Entry>, YumError> {
    for form in ["_db", "_zck"] {
        for entry in repomd.of_kind(&format!("{kind}{form}")) {
            let reason = if form == "_db" { FileError::Sqlite } else { FileError::Zchunk };
            skipped.push(&entry.href, 0, SkipReason::File(reason));
        }
    }
    let (mut chosen, mut refused) = (None, Vec::new());
    for entry in repomd.of_kind(kind) {
        match entry.check() {
            Ok(()) => chosen = chosen.or(Some(entry)),
            Err(reason) => refused.push((entry.href.clone(), reason)),
        }
    }
    if chosen.is_none() && !refused.is_empty() {
        let (file, reason) = refused.swap_remove(0);
        return Err(YumError::File { file, reason });
    }
    for (file, reason) in refused {
        skipped.push(&file, 0, SkipReason::File(reason));
    }
    Ok(chosen)
}

/// A file that is the one that repomd.xml names.
struct File<'a> {
    path: String,
    data: Cow<'a, [u8]>,
    /// Lower-case hex.
    sha256: String,
}

/// A repository while it is loaded.
struct Loading<'a> {
    folder: &'a dyn Folder,
    options: &'a YumOptions,
    meta: SourceMeta,
    packages: Vec<IndexedPackage>,
    advisories: Vec<pakiti_core::advisory::Advisory>,
    files: Vec<LoadedFile>,
    skipped: SkipList,
}

impl<'a> Loading<'a> {
    fn new(folder: &'a dyn Folder, options: &'a YumOptions) -> Self {
        let meta = SourceMeta {
            kind: SourceKind::Yum,
            name: options.name.clone(),
            site: options.site.clone(),
            os_group: options.os_group.clone(),
            further_groups: options.further_groups.clone(),
            module_hotfixes: options.module_hotfixes,
            excludes: options.excludes.clone(),
            security: options.security,
            priority: options.priority,
            ..SourceMeta::default()
        };
        let (packages, advisories, files) = (Vec::new(), Vec::new(), Vec::new());
        Self { folder, options, meta, packages, advisories, files, skipped: SkipList::default() }
    }

    /// The bytes of an entry, proven; `None` = absent.
    fn proven(&self, entry: &Entry) -> Result<Option<Vec<u8>>, YumError> {
        let refused = |reason| YumError::File { file: entry.href.clone(), reason };
        let fetched = self.folder.fetch(&entry.href, entry.limit()).map_err(|error| match error.kind() {
            io::ErrorKind::FileTooLarge => FileError::Size,
            _ => FileError::Unreadable(error),
        });
        let Some(data) = fetched.map_err(refused)? else { return Ok(None) };
        entry.verify(&data).map_err(refused)?;
        Ok(Some(data))
    }

    /// The file of a kind; an absent one goes to `skipped`.
    fn file(&mut self, repomd: &Repomd, kind: &str) -> Result<Option<File<'static>>, YumError> {
        let Some(entry) = choose(repomd, kind, &mut self.skipped)? else { return Ok(None) };
        let Some(data) = self.proven(entry)? else {
            self.skipped.push(&entry.href, 0, SkipReason::File(FileError::Missing));
            return Ok(None);
        };
        Ok(Some(File { path: entry.href.clone(), sha256: entry.sha256(&data), data: data.into() }))
    }

    /// Was there an updateinfo?
    fn updateinfo(&mut self, repomd: &Repomd) -> Result<bool, YumError> {
        let Some(file) = self.file(repomd, "updateinfo")? else { return Ok(false) };
        let found = updateinfo::read(&file.path, &file.data, &mut self.skipped)
            .map_err(|error| YumError::File { file: file.path.clone(), reason: error.into() })?;
        self.advisories = found.advisories;
        self.meta.errata = true;
        self.loaded(file, found.records);
        Ok(true)
    }

    fn modules(&mut self, repomd: &Repomd) -> Result<Modules, YumError> {
        let Some(file) = self.file(repomd, "modules")? else { return Ok(Modules::default()) };
        let found = modules::read(&file.path, &file.data, &mut self.skipped)
            .map_err(|error| YumError::File { file: file.path.clone(), reason: error.into() })?;
        self.loaded(file, found.records);
        Ok(found.modules)
    }

    fn primary(&mut self, repomd: &Repomd, advisories: bool) -> Result<(), YumError> {
        if let Some(file) = self.file(repomd, "primary")? {
            let path = file.path.clone();
            return self.packages(file).map_err(|reason| YumError::File { file: path, reason });
        }
        if let Some(entry) = repomd.of_kind("primary").first() {
            let missing = || YumError::File { file: entry.href.clone(), reason: FileError::Missing };
            return if advisories { Ok(()) } else { Err(missing()) };
        }
        let others = ["primary_db", "primary_zck"];
        let forms: Vec<_> = others.into_iter().filter(|form| !repomd.of_kind(form).is_empty()).collect();
        match (forms.is_empty(), advisories) {
            (false, _) => Err(YumError::PrimaryForms { forms: forms.join(", ") }),
            (true, false) => Err(YumError::NoPrimary),
            (true, true) => {
                self.skipped.push(REPOMD, 0, SkipReason::NoPackages);
                Ok(())
            }
        }
    }

    fn packages(&mut self, file: File<'_>) -> Result<(), FileError> {
        let found = primary::read(&file.path, &file.data, self.options, &mut self.skipped)?;
        self.meta.origin = found.origin();
        self.loaded(file, found.records);
        self.packages = found.packages;
        Ok(())
    }

    fn loaded(&mut self, file: File<'_>, stanzas: u64) {
        let size = file.data.len() as u64;
        self.files.push(LoadedFile { path: file.path, sha256: file.sha256, size, stanzas });
    }

    fn finish(self, signature: Signature, modules: Modules) -> LoadedRepository {
        let Self { meta, packages, advisories, files, skipped, .. } = self;
        let mut content = SnapshotContent { meta, packages, advisories, modules, definitions: None };
        content.canonicalise();
        let mut architectures = BTreeSet::new();
        for package in &content.packages {
            if !architectures.contains(&package.arch) {
                architectures.insert(package.arch.clone());
            }
        }
        LoadedRepository { content, architectures, files, skipped, signature }
    }
}
