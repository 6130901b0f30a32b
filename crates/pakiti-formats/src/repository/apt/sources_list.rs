//! `sources.list` and `.sources`: which suites a machine (or an administrator) wants.
//!
//! sources.list(5), apt 2.6. `deb-src`, disabled stanzas and `cdrom:` lines are passed over; lines that apt
//! would refuse are skipped and told.

use super::deb822::{self, Field, Stanza};
use crate::repository::{SkipList, SkipReason};

/// Suites one file may ask for.
const MAX_SOURCES: usize = 10_000;

/// Whose signature a source wants.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum SignedBy {
    /// Any key of the machine.
    #[default]
    Default,
    /// Keyring files (absolute paths) or fingerprints, as they stand.
    Named(Vec<String>),
    /// An armored key inside the `.sources` file.
    Inline(String),
}

/// One suite of one repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AptSource {
    /// Line it stands at, from 1.
    pub line: u64,
    /// URI of the archive, as it stands.
    pub uri: String,
    /// Suite, or for a flat repository the exact path with `/` at the end.
    pub suite: String,
    /// Components; empty for a flat repository.
    pub components: Vec<String>,
    /// Architectures; empty = those of the machine.
    pub architectures: Vec<String>,
    /// Whose signature it wants.
    pub signed_by: SignedBy,
    /// `Trusted`, when set.
    pub trusted: Option<bool>,
    /// `Check-Valid-Until`, when set.
    pub check_valid_until: Option<bool>,
}

impl AptSource {
    /// Is it a flat repository: no `dists/`, no components?
    pub fn is_flat(&self) -> bool {
        self.suite.ends_with('/')
    }

    /// URL of the folder that holds `InRelease`, without `/` at the end.
    pub fn folder(&self) -> String {
        let uri = self.uri.trim_end_matches('/');
        if !self.is_flat() {
            return format!("{uri}/dists/{}", self.suite.trim_end_matches('/'));
        }
        let path = self.suite.trim_matches('/');
        let path = path.strip_prefix("./").unwrap_or(path);
        if matches!(path, "" | ".") { uri.to_owned() } else { format!("{uri}/{path}") }
    }
}

/// What applies to every suite of a line or stanza.
#[derive(Debug, Clone, Default)]
struct Settings {
    architectures: Vec<String>,
    signed_by: SignedBy,
    trusted: Option<bool>,
    check_valid_until: Option<bool>,
}

/// Reads a one-line-style file (`.list`).
pub fn parse_list(text: &str, file: &str, skipped: &mut SkipList) -> Vec<AptSource> {
    let mut sources = Vec::new();
    for (number, line) in (1u64..).zip(text.lines()) {
        let line = line.split_once('#').map_or(line, |(line, _)| line).trim();
        if line.is_empty() || sources.len() >= MAX_SOURCES {
            continue;
        }
        match list_line(line, number) {
            Ok(source) => sources.extend(source),
            Err(reason) => skipped.push(file, number, reason),
        }
    }
    sources
}

/// One line; `None` = not for us.
fn list_line(line: &str, number: u64) -> Result<Option<AptSource>, SkipReason> {
    let malformed = SkipReason::Malformed { expected: "`deb [options] uri suite components`" };
    let (kind, rest) = line.split_once([' ', '\t']).unwrap_or((line, ""));
    match kind {
        "deb" => {}
        "deb-src" => return Ok(None),
        _ => return Err(malformed),
    }
    let rest = rest.trim_start();
    let (settings, rest) = match rest.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((options, rest)) => (list_options(options), rest),
            None => return Err(malformed),
        },
        None => (Settings::default(), rest),
    };
    let mut words = words(rest);
    let (Some(uri), Some(suite)) = (words.next(), words.next()) else { return Err(malformed) };
    let components: Vec<String> = words.map(str::to_owned).collect();
    if uri.starts_with("cdrom:") {
        return Ok(None);
    }
    source(number, uri, suite, &components, &settings).map(Some).ok_or(malformed)
}

/// Words by blanks; a bracket keeps its blanks (`cdrom:[Debian 12 ...]/`).
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        let mut depth = 0usize;
        let end = rest.find(|c: char| {
            match c {
                '[' => depth += 1,
                ']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && c.is_whitespace()
        });
        let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after;
        if word.is_empty() { None } else { Some(word) }
    })
}

fn list_options(options: &str) -> Settings {
    let mut settings = Settings::default();
    for option in options.split_whitespace() {
        let Some((name, value)) = option.split_once('=') else { continue };
        let values = || value.split(',').filter(|value| !value.is_empty()).map(str::to_owned).collect();
        match name.to_ascii_lowercase().as_str() {
            "arch" => settings.architectures = values(),
            "signed-by" => settings.signed_by = SignedBy::Named(values()),
            "trusted" => settings.trusted = flag(value),
            "check-valid-until" => settings.check_valid_until = flag(value),
            _ => {}
        }
    }
    settings
}

fn flag(value: &str) -> Option<bool> {
    if deb822::is_yes(value) { Some(true) } else { deb822::is_no(value).then_some(false) }
}

/// A source if apt would take it: a flat one without components, any other with at least one.
fn source(
    line: u64,
    uri: &str,
    suite: &str,
    components: &[String],
    settings: &Settings,
) -> Option<AptSource> {
    let flat = suite.ends_with('/');
    if flat != components.is_empty() || !uri.contains(':') {
        return None;
    }
    let Settings { architectures, signed_by, trusted, check_valid_until } = settings.clone();
    Some(AptSource {
        line,
        uri: uri.to_owned(),
        suite: suite.to_owned(),
        components: components.to_vec(),
        architectures,
        signed_by,
        trusted,
        check_valid_until,
    })
}

/// Reads a deb822-style file (`.sources`): one [`AptSource`] per URI and suite.
pub fn parse_sources(text: &str, file: &str, skipped: &mut SkipList) -> Vec<AptSource> {
    let mut sources = Vec::new();
    for stanza in deb822::stanzas(text, file, skipped) {
        if let Err(reason) = stanza_sources(&stanza, &mut sources) {
            skipped.push(file, stanza.line, reason);
        }
    }
    sources
}

fn stanza_sources(stanza: &Stanza<'_>, sources: &mut Vec<AptSource>) -> Result<(), SkipReason> {
    let words = |name: &str| stanza.field(name).map(Field::words).unwrap_or_default();
    let required = |name: &str, field: &'static str| {
        let words = words(name);
        if words.is_empty() { Err(SkipReason::MissingField { field }) } else { Ok(words) }
    };
    let types = required("types", "Types")?;
    let enabled = stanza.field("enabled").is_none_or(|field| !deb822::is_no(field.first_line()));
    if !enabled || !types.iter().any(|kind| kind == "deb") {
        return Ok(());
    }
    let (uris, suites) = (required("uris", "URIs")?, required("suites", "Suites")?);
    let components = words("components");
    let switch = |name: &str| stanza.field(name).and_then(|field| flag(field.first_line()));
    let settings = Settings {
        architectures: words("architectures"),
        signed_by: stanza.field("signed-by").map(signed_by).unwrap_or_default(),
        trusted: switch("trusted"),
        check_valid_until: switch("check-valid-until"),
    };
    for uri in &uris {
        for suite in &suites {
            if sources.len() >= MAX_SOURCES {
                return Err(SkipReason::TooMany { limit: MAX_SOURCES as u64 });
            }
            let malformed = SkipReason::Malformed { expected: "suite with components or path ending in /" };
            sources.push(source(stanza.line, uri, suite, &components, &settings).ok_or(malformed)?);
        }
    }
    Ok(())
}

/// `Signed-By`: a key (its empty lines are written as `.`) or names.
fn signed_by(field: &Field<'_>) -> SignedBy {
    let lines: Vec<&str> = field.lines().map(|(_, line)| if line == "." { "" } else { line }).collect();
    if lines.iter().any(|line| line.starts_with("-----BEGIN PGP ")) {
        return SignedBy::Inline(lines.join("\n").trim_start().to_owned() + "\n");
    }
    let words = field.words();
    let names = words.iter().flat_map(|word| word.split(',')).filter(|name| !name.is_empty());
    SignedBy::Named(names.map(str::to_owned).collect())
}

#[cfg(test)]
mod tests;
