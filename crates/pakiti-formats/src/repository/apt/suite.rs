//! Loading one suite: signature, Release, then every `Packages` file that is at hand.
//!
//! contract.md "Sources": a file that Release names but that is absent is no error; what is there must have the
//! hash that Release names, of the compressed or of the uncompressed file; a suite of which no `Packages` file
//! could be read is refused.

use super::index_file::{self, SUFFIXES};
use super::release::{Release, is_inside, plain_component};
use super::{AptError, AptOptions, LoadedSuite, Security, Signature, Unchecked};
use crate::openpgp::{self, Keyring};
use crate::repository::{SkipList, SkipReason};
use pakiti_core::os_group;
use pakiti_core::repository::{SnapshotContent, SourceMeta};
use std::collections::BTreeSet;
use std::io::{self, Read};
use std::path::PathBuf;

/// Largest Release or signature, bytes. Debian's InRelease has 150 KB.
const MAX_RELEASE: u64 = 64 << 20;

/// Where the files of a suite come from. Closures of the same shape are folders too.
pub trait Folder {
    /// The file at `path` (relative to the Release, `/` between parts); `None` = there is none. Stops with an
    /// error after `limit` bytes.
    ///
    /// # Errors
    /// What reading it gave; the file is then left out.
    fn fetch(&self, path: &str, limit: u64) -> io::Result<Option<Vec<u8>>>;

    /// May files be compressed anew, so that only the hash of the content can fit? (apt's lists)
    fn recompressed(&self) -> bool {
        false
    }
}

impl<F: Fn(&str, u64) -> io::Result<Option<Vec<u8>>>> Folder for F {
    fn fetch(&self, path: &str, limit: u64) -> io::Result<Option<Vec<u8>>> {
        self(path, limit)
    }
}

/// A `dists/<suite>` folder on disk.
#[derive(Debug, Clone)]
pub struct LocalFolder {
    /// The folder that holds `InRelease`.
    pub root: PathBuf,
}

impl Folder for LocalFolder {
    fn fetch(&self, path: &str, limit: u64) -> io::Result<Option<Vec<u8>>> {
        if is_inside(path) { read_file(&self.root.join(path), limit) } else { Ok(None) }
    }
}

/// A file of at most `limit` bytes; `None` = it does not exist.
pub(super) fn read_file(path: &std::path::Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let mut data = Vec::new();
    file.take(limit.saturating_add(1)).read_to_end(&mut data)?;
    if data.len() as u64 > limit { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(Some(data)) }
}

/// A Release with its signature looked at.
#[derive(Debug)]
pub struct OpenedRelease {
    /// Its content.
    pub release: Release,
    /// Its signature.
    pub signature: Signature,
    /// Lines left out, a missing keyring, an expired `Valid-Until`.
    pub skipped: SkipList,
    /// Is `Valid-Until` past (and checked)?
    pub expired: bool,
}

/// One index that a Release names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Index {
    /// Path without a compression suffix: `main/binary-amd64/Packages`.
    pub path: String,
    /// Component, a leading `updates/` dropped; empty for flat repositories.
    pub component: String,
    /// Architecture of the folder; empty for flat repositories.
    pub arch: String,
}

/// Loads a suite.
///
/// # Errors
/// [`AptError`] when there is no Release, its signature is not good, it names no strong hash, or no `Packages`
/// file of it could be read.
pub fn load(folder: &dyn Folder, options: &AptOptions) -> Result<LoadedSuite, AptError> {
    let OpenedRelease { release, signature, mut skipped, expired } = open_release(folder, options)?;
    let mut content = SnapshotContent { meta: meta(&release, options), ..Default::default() };
    let mut files = Vec::new();
    for index in indexes(&release, options) {
        files.extend(index_file::read(folder, &release, &index, &mut content.packages, &mut skipped));
    }
    if files.is_empty() {
        return Err(AptError::NoPackages { skipped });
    }
    content.canonicalise();
    let mut architectures = BTreeSet::new();
    for package in &content.packages {
        if !architectures.contains(&package.arch) {
            architectures.insert(package.arch.clone());
        }
    }
    Ok(LoadedSuite { content, architectures, files, skipped, signature, expired })
}

/// Reads `InRelease`, else `Release` with `Release.gpg`, and checks its signature.
///
/// # Errors
/// As [`load`], but for the `Packages` files.
pub fn open_release(folder: &dyn Folder, options: &AptOptions) -> Result<OpenedRelease, AptError> {
    let keyring = keyring(options)?;
    let (file, text, signature) = match fetch(folder, "InRelease")? {
        Some(data) => inline(&data, keyring.as_ref(), options)?,
        None => detached(folder, keyring.as_ref(), options)?,
    };
    let mut skipped = SkipList::default();
    if signature == Signature::NotChecked(Unchecked::NoKeyring) {
        skipped.push(file, 0, SkipReason::NoKeyring);
    }
    let release = Release::parse(&text, file, &mut skipped)?;
    let since = release.valid_until.filter(|until| options.check_valid_until && *until < options.now);
    if let Some(since) = since {
        skipped.push(file, 0, SkipReason::Expired { since });
    }
    Ok(OpenedRelease { release, signature, skipped, expired: since.is_some() })
}

fn fetch(folder: &dyn Folder, path: &'static str) -> Result<Option<Vec<u8>>, AptError> {
    folder.fetch(path, MAX_RELEASE).map_err(|source| AptError::Unreadable { path: path.to_owned(), source })
}

/// The keyring to check against; `None` = signatures are not looked at.
fn keyring(options: &AptOptions) -> Result<Option<Keyring>, AptError> {
    if options.trusted || options.keyrings.is_empty() {
        return Ok(None);
    }
    let mut keyring = Keyring::default();
    for (number, data) in (1..).zip(&options.keyrings) {
        keyring.extend(Keyring::load(data).map_err(|source| AptError::Keyring { number, source })?);
    }
    Ok(Some(keyring))
}

type Opened = (&'static str, Vec<u8>, Signature);

fn not_checked(options: &AptOptions) -> Signature {
    Signature::NotChecked(if options.trusted { Unchecked::Trusted } else { Unchecked::NoKeyring })
}

fn inline(data: &[u8], keyring: Option<&Keyring>, options: &AptOptions) -> Result<Opened, AptError> {
    const FILE: &str = "InRelease";
    let wrong = |source| AptError::Signature { file: FILE, source };
    match keyring {
        Some(keyring) => {
            let verified = openpgp::verify_inline(data, keyring, options.now).map_err(wrong)?;
            Ok((FILE, verified.text, Signature::Good(verified.good)))
        }
        None => Ok((FILE, openpgp::text_unverified(data).map_err(wrong)?, not_checked(options))),
    }
}

fn detached(
    folder: &dyn Folder,
    keyring: Option<&Keyring>,
    options: &AptOptions,
) -> Result<Opened, AptError> {
    const FILE: &str = "Release";
    let data = fetch(folder, FILE)?.ok_or(AptError::NoRelease)?;
    let Some(keyring) = keyring else { return Ok((FILE, data, not_checked(options))) };
    let signature = fetch(folder, "Release.gpg")?.ok_or(AptError::Unsigned)?;
    let verified = openpgp::verify_detached(&data, &signature, keyring, options.now)
        .map_err(|source| AptError::Signature { file: "Release.gpg", source })?;
    Ok((FILE, verified.text, Signature::Good(verified.good)))
}

fn meta(release: &Release, options: &AptOptions) -> SourceMeta {
    let stated = options.os_group.clone();
    SourceMeta {
        origin: release.origin.clone(),
        label: release.label.clone(),
        suite: release.suite.clone(),
        codename: release.codename.clone(),
        version: release.version.clone(),
        site: options.site.clone(),
        not_automatic: release.not_automatic,
        but_automatic_upgrades: release.but_automatic_upgrades,
        date: release.date,
        valid_until: release.valid_until,
        os_group: stated.or_else(|| os_group::from_codename(&release.origin, &release.codename)),
        security: match options.security {
            Security::Yes => true,
            Security::No => false,
            Security::Auto => is_security(release),
        },
        priority: options.priority,
        ..SourceMeta::default()
    }
}

/// Does the Release say that this is a security suite? contract.md, "updates, apt".
pub fn is_security(release: &Release) -> bool {
    let esm = |name: &str| {
        ["-infra-", "-apps-"].iter().any(|pocket| {
            name.split_once(pocket).is_some_and(|(_, rest)| matches!(rest, "security" | "updates"))
        })
    };
    release.label == "Debian-Security"
        || [&release.suite, &release.codename]
            .iter()
            .any(|name| name.ends_with("-security") || name.ends_with("/updates") || esm(name))
}

/// The indexes that `release` names and `options` want, by path. Installer indexes only when asked for.
pub fn indexes(release: &Release, options: &AptOptions) -> BTreeSet<Index> {
    let named = release.files.keys().filter_map(|path| index(path));
    named.filter(|index| wanted(index, release, options)).collect()
}

fn index(path: &str) -> Option<Index> {
    let plain = SUFFIXES.iter().find_map(|suffix| {
        let plain = path.strip_suffix(suffix)?;
        (plain == "Packages" || plain.ends_with("/Packages")).then_some(plain)
    })?;
    let Some(folder) = plain.strip_suffix("/Packages") else {
        return Some(Index { path: plain.to_owned(), component: String::new(), arch: String::new() });
    };
    let (component, arch) = folder.rsplit_once('/')?;
    let arch = arch.strip_prefix("binary-")?;
    Some(Index {
        path: plain.to_owned(),
        component: plain_component(component).to_owned(),
        arch: arch.to_owned(),
    })
}

fn wanted(index: &Index, release: &Release, options: &AptOptions) -> bool {
    if index.arch.is_empty() {
        return true;
    }
    let component = match &options.components {
        Some(wanted) => wanted.contains(&index.component),
        None => !index.component.ends_with("/debian-installer"),
    };
    let arch = options.architectures.as_ref().is_none_or(|wanted| {
        wanted.contains(&index.arch) || (index.arch == "all" && !release.all_is_repeated)
    });
    component && arch
}
