//! dnf's `.repo` files as sources.

use super::{Entry, ImportArgs, Read, at, missing};
use crate::cli::source::wanted::Wanted;
use pakiti_engine::source::options::SourceOptions;
use pakiti_formats::repository::SkipList;
use pakiti_formats::repository::yum::repo_file::{self, RepoSection, UnknownVariable, Variables};
use std::path::PathBuf;

/// The entries of a file.
pub(super) fn read(text: &str, file: &str, args: &ImportArgs, skipped: &mut SkipList) -> Vec<Entry> {
    let sections = repo_file::parse(text, file, skipped);
    sections.iter().map(|section| entry(section, file, args)).collect()
}

fn entry(section: &RepoSection, file: &str, args: &ImportArgs) -> Entry {
    let at = at(file, section.line);
    let name = args.named(&section.id);
    let read = match section.enabled || args.with_disabled {
        false => Read::LeftOut("disabled in the file; --with-disabled imports it, disabled".to_owned()),
        true => source(section, &name, args)
            .map_or_else(Read::Refused, |(wanted, notes)| Read::Source(Box::new(wanted), notes)),
    };
    Entry { at, name, read }
}

fn source(section: &RepoSection, name: &str, args: &ImportArgs) -> Result<(Wanted, Vec<String>), String> {
    let os_group = args.os_group.clone().unwrap_or_default();
    let variables = args.variables(&os_group, "");
    let put = |text: &String| variables.put_in(text).map_err(|unknown| no_value(&unknown));
    let path = |text: &String| put(text).map(PathBuf::from);
    let (url, mirrorlist) = place(section, &variables)?;
    let mut keyrings = Vec::new();
    if section.signed {
        keyrings = key_files(section, &variables, &args.keyring)?;
    }
    let options = SourceOptions {
        priority: section.priority,
        keyrings,
        excludes: section.excludes.clone(),
        module_hotfixes: section.module_hotfixes,
        mirrorlist,
        further_groups: args.also_for.clone(),
        proxy: section.proxy.as_ref().map(put).transpose()?,
        client_certificate: section.client_certificate.as_ref().map(path).transpose()?,
        client_key: section.client_key.as_ref().map(path).transpose()?,
        authorities: section.authorities.as_ref().map(path).transpose()?,
        ..SourceOptions::default()
    };
    let mut files = options.keyrings.clone();
    files.extend(
        [&options.client_certificate, &options.client_key, &options.authorities]
            .into_iter()
            .flatten()
            .cloned(),
    );
    let mut notes = missing(&files);
    if !section.unused.is_empty() {
        notes.push(format!("not used: {}", section.unused.join(", ")));
    }
    let wanted = Wanted {
        name: name.to_owned(),
        kind: "yum".to_owned(),
        url,
        options,
        os_group,
        interval_seconds: args.interval,
        enabled: section.enabled,
    };
    Ok((wanted, notes))
}

/// The first address that can be fetched from, else the list of mirrors; the second value tells which.
fn place(section: &RepoSection, variables: &Variables) -> Result<(String, bool), String> {
    let put = |text: &String| variables.put_in(text).map_err(|unknown| no_value(&unknown));
    let fetched = |url: &&String| {
        let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme).to_ascii_lowercase();
        matches!(scheme.as_str(), "http" | "https" | "file") || url.starts_with('/')
    };
    match (section.base_urls.iter().find(fetched), &section.mirrorlist) {
        (Some(url), _) => put(url).map(|url| (local(url), false)),
        (None, Some(list)) => put(list).map(|url| (url, true)),
        (None, None) if section.base_urls.is_empty() => {
            Err("it has no baseurl, mirrorlist or metalink".to_owned())
        }
        (None, None) => Err("none of its addresses is http, https or a file".to_owned()),
    }
}

/// `file:/x` and `file:///x` are the path `/x`.
fn local(url: String) -> String {
    match url.strip_prefix("file:") {
        Some(path) => format!("/{}", path.trim_start_matches('/')),
        None => url,
    }
}

/// The key files of a repository whose index is to be signed.
fn key_files(
    section: &RepoSection,
    variables: &Variables,
    given: &[PathBuf],
) -> Result<Vec<PathBuf>, String> {
    let mut files = Vec::new();
    for key in section.keys.iter().filter(|key| key.starts_with("file:") || key.starts_with('/')) {
        let key = variables.put_in(key).map_err(|unknown| no_value(&unknown))?;
        files.push(PathBuf::from(local(key)));
    }
    match (files.is_empty(), given.is_empty()) {
        (false, _) => Ok(files),
        (true, false) => Ok(given.to_vec()),
        (true, true) => Err(format!(
            "its index is to be signed (repo_gpgcheck=1), but its key is no file here ({}): give it by --keyring",
            if section.keys.is_empty() { "no gpgkey".to_owned() } else { section.keys.join(" ") }
        )),
    }
}

/// What to do about a variable.
pub(super) fn no_value(unknown: &UnknownVariable) -> String {
    match unknown.0.as_str() {
        "releasever" | "releasever_major" | "releasever_minor" => {
            format!("{unknown}: give --releasever or --os-group")
        }
        "basearch" | "arch" => format!("{unknown}: give --arch"),
        other => format!("{unknown}: give --var {other}=VALUE"),
    }
}
