//! The suites this machine's apt uses, and where their indexes are at hand: in apt's own lists, in a folder, or
//! on the web.
//!
//! sources.list(5). Entries of one suite are merged, as apt merges them. apt 2.6 names the files of its lists
//! after their URL (`URItoFileName`).

use super::apt_paths::AptPaths;
use pakiti_engine::source::options::SourceOptions;
use pakiti_formats::repository::SkipList;
use pakiti_formats::repository::apt::sources_list::{self, AptSource, SignedBy};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Largest file with sources that is read (bytes).
const MAX_FILE: u64 = 4 << 20;

/// Where a suite can be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// In apt's lists: its InRelease or Release there.
    Lists(PathBuf),
    /// In a folder of this machine: the one that holds InRelease.
    Folder(PathBuf),
    /// At its URL.
    Web,
    /// Nowhere that Pakiti reads.
    Nowhere,
}

/// A suite of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Suite {
    /// As configured; components and architectures of all its entries.
    pub(super) source: AptSource,
    /// Where it is.
    pub(super) place: Place,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The suites, in apt's order.
    pub(super) suites: Vec<Suite>,
    /// Lines that could not be used: where and why.
    pub(super) skipped: Vec<String>,
}

/// Reads apt's sources.
pub(super) fn discover(paths: &AptPaths) -> Found {
    let mut skipped = SkipList::default();
    let mut sources: Vec<AptSource> = Vec::new();
    for file in paths.source_files() {
        let name = file.display().to_string();
        let Some(text) = read(&file, MAX_FILE) else { continue };
        let text = String::from_utf8_lossy(&text);
        let found = match name.ends_with(".sources") {
            true => sources_list::parse_sources(&text, &name, &mut skipped),
            false => sources_list::parse_list(&text, &name, &mut skipped),
        };
        for source in found {
            merge(&mut sources, source);
        }
    }
    let suites = sources.into_iter().map(|source| Suite { place: place(&source, &paths.lists), source });
    Found { suites: suites.collect(), skipped: skipped.kept().iter().map(ToString::to_string).collect() }
}

/// A file of at most `limit` bytes.
pub(super) fn read(path: &Path, limit: u64) -> Option<Vec<u8>> {
    let size = std::fs::metadata(path).ok()?.len();
    if size > limit { None } else { std::fs::read(path).ok() }
}

/// Adds an entry; one of the same suite takes over its components and architectures.
fn merge(sources: &mut Vec<AptSource>, new: AptSource) {
    let Some(known) = sources.iter_mut().find(|known| raw_folder(known) == raw_folder(&new)) else {
        sources.push(new);
        return;
    };
    for component in new.components {
        if !known.components.contains(&component) {
            known.components.push(component);
        }
    }
    // No architectures are all of the machine.
    if known.architectures.is_empty() || new.architectures.is_empty() {
        known.architectures.clear();
    } else {
        let all: BTreeSet<String> = known.architectures.drain(..).chain(new.architectures).collect();
        known.architectures = all.into_iter().collect();
    }
}

/// The suite's folder as apt writes it, `/` at the end: `./` of flat repositories stays.
fn raw_folder(source: &AptSource) -> String {
    let slash = if source.uri.ends_with('/') { "" } else { "/" };
    let base = format!("{}{slash}", source.uri);
    match source.suite.as_str() {
        "/" => base,
        flat if flat.ends_with('/') => format!("{base}{flat}"),
        suite => format!("{base}dists/{suite}/"),
    }
}

fn place(source: &AptSource, lists: &Path) -> Place {
    if let Some(release) = in_lists(lists, &list_prefix(&raw_folder(source))) {
        return Place::Lists(release);
    }
    match source.uri.split_once(':') {
        Some(("http" | "https", _)) => Place::Web,
        Some(("file" | "copy", path)) => {
            let root = format!("/{}", path.trim_start_matches('/'));
            let folder = AptSource { uri: root, ..source.clone() }.folder();
            Place::Folder(PathBuf::from(folder))
        }
        _ => Place::Nowhere,
    }
}

/// The Release in apt's lists, if at least one Packages file is there too.
fn in_lists(lists: &Path, prefix: &str) -> Option<PathBuf> {
    let has_packages = std::fs::read_dir(lists).ok()?.flatten().any(|entry| {
        let name = entry.file_name();
        let rest = name.to_str().and_then(|name| name.strip_prefix(prefix));
        rest.and_then(|rest| rest.split('.').next())
            .is_some_and(|stem| stem == "Packages" || stem.ends_with("_Packages"))
    });
    let release = ["InRelease", "Release"].map(|file| lists.join(format!("{prefix}{file}")));
    release.into_iter().find(|path| has_packages && path.is_file())
}

/// What the files of a suite begin with in apt's lists.
fn list_prefix(folder: &str) -> String {
    const QUOTED: &[u8] = b"\\|{}[]<>\"^~_=!@#$%&*";
    let rest = folder.split_once(':').map_or(folder, |(_, rest)| rest);
    // `file:///srv` and `file:/srv` are the same; `http://host/path` has user and password left out.
    let rest = match rest.strip_prefix("//") {
        Some(authority) => {
            let (host, path) = authority.split_at(authority.find('/').unwrap_or(authority.len()));
            format!("{}{path}", host.rsplit_once('@').map_or(host, |(_, host)| host))
        }
        None => rest.to_owned(),
    };
    let mut name = String::with_capacity(rest.len());
    for byte in rest.bytes() {
        match byte {
            b'/' => name.push('_'),
            b'!'..=b'~' if !QUOTED.contains(&byte) => name.push(char::from(byte)),
            _ => name.push_str(&format!("%{byte:02x}")),
        }
    }
    name
}

impl Suite {
    /// How people are told of it: URL without password, suite, components.
    pub(super) fn shown(&self) -> String {
        let mut words = vec![crate::cli::source::shown_url(&self.source.uri), self.source.suite.clone()];
        words.extend(self.source.components.iter().cloned());
        words.join(" ").replace(char::is_control, "\u{fffd}")
    }

    /// A name that tells it from suites of other archives: host (of a folder: its last part) and suite.
    pub(super) fn long_name(&self) -> String {
        let prefix = list_prefix(&raw_folder(&self.source));
        let host = prefix.split('_').next().filter(|host| !host.is_empty());
        let archive =
            host.or_else(|| self.source.uri.trim_end_matches('/').rsplit('/').next()).unwrap_or("archive");
        let suite = self.source.suite.trim_matches(['/', '.']);
        if suite.is_empty() { archive.to_owned() } else { format!("{archive}/{suite}") }
    }

    /// URL and options of a source for it, for a machine of these architectures (dpkg's words).
    pub(super) fn source_options(
        &self,
        paths: &AptPaths,
        architectures: &[String],
    ) -> (String, SourceOptions) {
        let source = &self.source;
        let (keyrings, inline_key) = keys(&source.signed_by, paths);
        let wanted = if source.architectures.is_empty() { architectures } else { &source.architectures };
        let mut options = SourceOptions {
            components: source.components.clone(),
            architectures: wanted.to_vec(),
            keyrings,
            inline_key,
            trusted: source.trusted == Some(true),
            check_valid_until: source.check_valid_until != Some(false),
            ..SourceOptions::default()
        };
        let url = match &self.place {
            Place::Lists(path) | Place::Folder(path) => format!("file://{}", path.display()),
            Place::Web | Place::Nowhere => {
                options.suite.clone_from(&source.suite);
                source.uri.clone()
            }
        };
        (url, options)
    }
}

/// Keyring files and inline key. A fingerprint names no file: then any key of the machine does.
fn keys(signed_by: &SignedBy, paths: &AptPaths) -> (Vec<PathBuf>, Option<String>) {
    match signed_by {
        SignedBy::Inline(key) => (Vec::new(), Some(key.clone())),
        SignedBy::Default => (paths.keyrings(), None),
        SignedBy::Named(names) => {
            let files: Vec<PathBuf> =
                names.iter().map(PathBuf::from).filter(|path| path.is_absolute()).collect();
            (if files.is_empty() { paths.keyrings() } else { files }, None)
        }
    }
}

#[cfg(test)]
mod tests;
