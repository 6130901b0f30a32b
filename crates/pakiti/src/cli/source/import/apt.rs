//! apt's `.list` and `.sources` files as sources. Entries of one suite are merged, as apt merges them.

use super::{Entry, ImportArgs, Read, at, missing};
use crate::cli::source::wanted::Wanted;
use pakiti_engine::source::options::SourceOptions;
use pakiti_formats::repository::SkipList;
use pakiti_formats::repository::apt::sources_list::{self, AptSource, SignedBy};
use std::path::PathBuf;
use url::Url;

/// The entries of a file.
pub(super) fn read(
    text: &str,
    file: &str,
    stanzas: bool,
    args: &ImportArgs,
    skipped: &mut SkipList,
) -> Vec<Entry> {
    let found = match stanzas {
        true => sources_list::parse_sources(text, file, skipped),
        false => sources_list::parse_list(text, file, skipped),
    };
    let mut merged: Vec<AptSource> = Vec::new();
    for source in found {
        match merged.iter_mut().find(|known| known.folder() == source.folder()) {
            Some(known) => merge(known, source),
            None => merged.push(source),
        }
    }
    merged.iter().map(|source| entry(source, file, args)).collect()
}

fn merge(known: &mut AptSource, new: AptSource) {
    for component in new.components {
        if !known.components.contains(&component) {
            known.components.push(component);
        }
    }
    // No architectures are all.
    match known.architectures.is_empty() || new.architectures.is_empty() {
        true => known.architectures.clear(),
        false => known.architectures.extend(new.architectures),
    }
    known.architectures.sort();
    known.architectures.dedup();
}

fn entry(source: &AptSource, file: &str, args: &ImportArgs) -> Entry {
    let url = match source.uri.split_once(':') {
        Some(("file" | "copy", path)) => format!("/{}", path.trim_start_matches('/')),
        _ => source.uri.clone(),
    };
    let name = args.named(&long_name(&url, &source.suite));
    let at = at(file, source.line);
    let (keyrings, inline_key) = match keys(&source.signed_by, &args.keyring) {
        Ok(keys) => keys,
        Err(reason) => return Entry::refused(at, name, reason),
    };
    let notes = missing(&keyrings);
    // The URL of a flat repository at `./` is the folder itself.
    let suite =
        if source.is_flat() && source.suite.trim_matches(['/', '.']).is_empty() { "" } else { &source.suite };
    let options = SourceOptions {
        suite: suite.to_owned(),
        components: source.components.clone(),
        architectures: source.architectures.clone(),
        keyrings,
        inline_key,
        trusted: source.trusted == Some(true),
        check_valid_until: source.check_valid_until != Some(false),
        further_groups: args.also_for.clone(),
        ..SourceOptions::default()
    };
    let wanted = Wanted {
        name: name.clone(),
        kind: "apt".to_owned(),
        url,
        options,
        os_group: args.os_group.clone().unwrap_or_default(),
        interval_seconds: args.interval,
        enabled: true,
    };
    Entry { at, name, read: Read::Source(Box::new(wanted), notes) }
}

/// Host, folders and suite: what tells it from suites of other archives.
fn long_name(url: &str, suite: &str) -> String {
    let parsed = Url::parse(url).ok();
    let place = parsed.map(|url| format!("{}/{}", url.host_str().unwrap_or_default(), url.path()));
    let suite = suite.trim_matches(['/', '.']);
    format!("{}/{suite}", place.as_deref().unwrap_or(url))
}

type Keys = (Vec<PathBuf>, Option<String>);

/// Keyring files and inline key. A fingerprint names no file; taking any other key would be less than was asked.
fn keys(signed_by: &SignedBy, given: &[PathBuf]) -> Result<Keys, String> {
    let names = match signed_by {
        SignedBy::Inline(key) => return Ok((Vec::new(), Some(key.clone()))),
        SignedBy::Default => return Ok((given.to_vec(), None)),
        SignedBy::Named(names) => names,
    };
    let files: Vec<PathBuf> = names.iter().map(PathBuf::from).filter(|path| path.is_absolute()).collect();
    match (files.is_empty(), given.is_empty()) {
        (false, _) => Ok((files, None)),
        (true, false) => Ok((given.to_vec(), None)),
        (true, true) => Err(format!(
            "it is to be signed by {}, which is no file: give the file with that key by --keyring",
            names.join(" ")
        )),
    }
}
