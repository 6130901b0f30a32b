//! `repositories.toml`, the list of sources of our own: one `[[source]]` for each. Written by `pakiti source export`,
//! read by `pakiti source import`.
//!
//! Keys are those of `pakiti source add`; what is not written has its default. A key that is not known is an error:
//! half of what somebody meant would judge hosts by something else. An entry with an error costs only itself.

use super::wanted::Wanted;
use crate::cli::interval;
use pakiti_engine::source::options::SourceOptions;
use serde::{Deserialize, Serialize};
use std::ops::Range;
use std::path::PathBuf;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

/// Above the entries of a written file.
const HEAD: &str =
    "# Sources of Pakiti. Read by: pakiti source import FILE (--update changes those that differ).\n";

/// One `[[source]]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Entry {
    name: String,
    kind: String,
    url: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    suite: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    components: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    architectures: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    os_group: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    also_for: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    host_groups: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    not_host_groups: Vec<String>,
    #[serde(default = "auto", skip_serializing_if = "is_auto")]
    security: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<i32>,
    #[serde(default = "six_hours")]
    interval: String,
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    enabled: bool,
    #[serde(default, skip_serializing_if = "is_no")]
    trusted: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    keyrings: Vec<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inline_key: Option<String>,
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    check_valid_until: bool,
    #[serde(default, skip_serializing_if = "is_no")]
    mirrorlist: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    exclude: Vec<String>,
    #[serde(default, skip_serializing_if = "is_no")]
    module_hotfixes: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    proxy: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_certificate: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_key: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ca: Option<PathBuf>,
    #[serde(default = "auto", skip_serializing_if = "is_auto")]
    complete: String,
}

/// The file that is written.
#[derive(Serialize)]
struct Document {
    source: Vec<Entry>,
}

/// One entry as it was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Read {
    /// Line it begins at, from 1; of an error: the line of the error.
    pub(super) line: usize,
    /// Its name, where it has one.
    pub(super) name: String,
    /// The source, or what is wrong with the entry.
    pub(super) source: Result<Wanted, String>,
}

fn auto() -> String {
    "auto".to_owned()
}

fn six_hours() -> String {
    "6h".to_owned()
}

const fn yes() -> bool {
    true
}

fn is_auto(text: &str) -> bool {
    text == "auto"
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives references")]
const fn is_yes(flag: &bool) -> bool {
    *flag
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives references")]
const fn is_no(flag: &bool) -> bool {
    !*flag
}

/// Reads a file. What is no TOML at all is one entry with an error.
pub(super) fn parse(text: &str) -> Vec<Read> {
    let line = |at: usize| 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count();
    let bad = |span: Option<Range<usize>>, reason: String| Read {
        line: span.map_or(1, |span| line(span.start)),
        name: String::new(),
        source: Err(reason),
    };
    let root = match DeTable::parse(text) {
        Ok(root) => root.into_inner(),
        Err(error) => return vec![bad(error.span(), error.message().to_owned())],
    };
    let mut found = Vec::new();
    for (key, value) in root {
        match value.into_inner() {
            DeValue::Array(items) if key.get_ref() == "source" => {
                found.extend(items.into_iter().map(|item| read(item, &line)));
            }
            _ => found.push(bad(Some(key.span()), format!("`{}` is no [[source]]", key.get_ref()))),
        }
    }
    found.sort_by_key(|read| read.line);
    found
}

fn read(item: Spanned<DeValue<'_>>, line: &dyn Fn(usize) -> usize) -> Read {
    let at = item.span().start;
    let named = item.get_ref().get("name").and_then(|name| name.get_ref().as_str());
    let name = named.unwrap_or_default().to_owned();
    match Entry::deserialize(ValueDeserializer::from(item)) {
        Ok(entry) => Read { line: line(at), name, source: entry.wanted() },
        Err(error) => Read {
            line: line(error.span().map_or(at, |span| span.start)),
            name,
            source: Err(error.message().to_owned()),
        },
    }
}

/// The file that lists these sources.
///
/// # Errors
/// A path that is not UTF-8.
pub(super) fn write(sources: &[Wanted]) -> Result<String, toml::ser::Error> {
    let source = sources.iter().map(Entry::of).collect();
    Ok(format!("{HEAD}\n{}", toml::to_string(&Document { source })?))
}

impl Entry {
    fn of(wanted: &Wanted) -> Self {
        let Wanted { name, kind, url, options, os_group, interval_seconds, enabled } = wanted.clone();
        Self {
            name,
            kind,
            url,
            suite: options.suite,
            components: options.components,
            architectures: options.architectures,
            os_group,
            also_for: options.further_groups,
            host_groups: options.host_groups,
            not_host_groups: options.not_host_groups,
            security: options.security,
            priority: options.priority,
            interval: interval::written(interval_seconds),
            enabled,
            trusted: options.trusted,
            keyrings: options.keyrings,
            inline_key: options.inline_key,
            check_valid_until: options.check_valid_until,
            mirrorlist: options.mirrorlist,
            exclude: options.excludes,
            module_hotfixes: options.module_hotfixes,
            proxy: options.proxy,
            client_certificate: options.client_certificate,
            client_key: options.client_key,
            ca: options.authorities,
            complete: options.complete,
        }
    }

    fn wanted(self) -> Result<Wanted, String> {
        let interval_seconds = interval::parse(&self.interval)
            .map_err(|error| format!("interval `{}`: {error}", self.interval))?;
        let options = SourceOptions {
            suite: self.suite,
            components: self.components,
            architectures: self.architectures,
            security: self.security,
            priority: self.priority,
            keyrings: self.keyrings,
            inline_key: self.inline_key,
            trusted: self.trusted,
            check_valid_until: self.check_valid_until,
            excludes: self.exclude,
            module_hotfixes: self.module_hotfixes,
            mirrorlist: self.mirrorlist,
            further_groups: self.also_for,
            host_groups: self.host_groups,
            not_host_groups: self.not_host_groups,
            proxy: self.proxy,
            client_certificate: self.client_certificate,
            client_key: self.client_key,
            authorities: self.ca,
            rules: Vec::new(),
            complete: self.complete,
        };
        let Self { name, kind, url, os_group, enabled, .. } = self;
        Ok(Wanted { name, kind, url, options, os_group, interval_seconds, enabled })
    }
}

#[cfg(test)]
mod tests;
