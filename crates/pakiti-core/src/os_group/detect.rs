//! From a reported system name or os-release facts to the one OS group.
//!
//! A name is matched from its first word: the family's name, words the vendor puts between, the version or
//! the codename, then nothing but what vendors append. "Linux Mint Debian Edition 6" is therefore no Debian,
//! and "Red Hat Enterprise Linux CoreOS 4.14" no RHEL 4. Every name belongs to one group or to none
//! (design.md, law 8); `tests.rs` counts the matches.

use super::family::{FAMILIES, Family, Name};
use super::version::{Version, form_id, parse, service_pack};
use super::{OsGroupId, table};

/// Names above this length (bytes) are not looked at; the longest real ones have about 80.
const MAX_NAME: usize = 512;
/// Words of a name that are looked at.
const MAX_WORDS: usize = 24;

/// What vendors append to the version of a name.
const APPENDED: &[&str] =
    &["lts", "x86_64", "amd64", "i386", "i586", "i686", "aarch64", "arm64", "ppc64", "ppc64le", "s390x"];

/// What is known of a system from os-release (protocol 6: `os-id`, `os-version-id`, `os-like`, `os-codename`)
/// and its reported name. Empty texts count as not reported.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OsRelease<'a> {
    /// `ID`.
    pub id: Option<&'a str>,
    /// `VERSION_ID`.
    pub version_id: Option<&'a str>,
    /// `ID_LIKE`; held for the reader, never followed: a cousin's data is not the vendor's.
    pub like: Option<&'a str>,
    /// `VERSION_CODENAME`.
    pub codename: Option<&'a str>,
    /// The reported system name.
    pub system: Option<&'a str>,
}

/// The OS group of a reported system name (`/etc/redhat-release`, `NAME VERSION_ID`, `PRETTY_NAME`,
/// lsb_release).
///
/// `X/sid` of Debian maps to the release that X became or becomes: testing and unstable cannot be told apart
/// by name. Moving words (`stable`, `testing`) and unknown names give `None`.
pub fn from_system(system: &str) -> Option<OsGroupId> {
    let mut found = candidates(system).into_iter();
    let first = found.next()?;
    found.all(|other| other == first).then_some(first)
}

/// The OS group of os-release facts: they win over the name, which only decides where the facts leave a
/// choice (CentOS and CentOS Stream 8) or tell no release at all. Without `ID` the name alone is judged; an
/// unknown `ID` or a `VERSION_ID` that the family does not have is unmapped, whatever the name says.
pub fn from_os_release(facts: &OsRelease<'_>) -> Option<OsGroupId> {
    let named = facts.system.and_then(from_system);
    let Some(id) = reported(facts.id) else { return named };
    let possible = possible_groups(id, facts, named.as_ref());
    match named.filter(|n| possible.contains(n)) {
        Some(named) => Some(named),
        None => possible.into_iter().next(),
    }
}

/// The groups that `ID` and its version, else its codename, else the name leave open.
fn possible_groups(id: &str, facts: &OsRelease<'_>, named: Option<&OsGroupId>) -> Vec<OsGroupId> {
    let families = || FAMILIES.iter().filter(|f| f.os_release_ids.iter().any(|n| is(n.text, id)));
    if let Some(text) = reported(facts.version_id) {
        let Some(version) = parse(text) else { return Vec::new() };
        let covering = families().filter(|f| covers(f.os_release_ids, id, version));
        return covering.filter_map(|f| group(f, version)).collect();
    }
    if let Some(codename) = reported(facts.codename) {
        let known: Vec<OsGroupId> = families().filter_map(|f| by_codename(f, codename)).collect();
        if !known.is_empty() {
            return known;
        }
    }
    let family = named.and_then(family_record);
    let own = families().any(|f| family.is_some_and(|r| r.id == f.id));
    named.filter(|_| own).cloned().into_iter().collect()
}

/// Every group a name could mean; more than one would be a fault of the table.
pub(super) fn candidates(system: &str) -> Vec<OsGroupId> {
    if system.len() > MAX_NAME {
        return Vec::new();
    }
    let words: Vec<&str> = system.split_whitespace().map(|w| w.trim_matches('"')).take(MAX_WORDS).collect();
    let words = match words.as_slice() {
        [first, second, rest @ ..] if is("distributor", first) && is("id:", second) => rest,
        all => all,
    };
    let mut found = Vec::new();
    for family in FAMILIES {
        for name in family.names {
            if let Some(rest) = after_name(name, words)
                && let Some(id) = group_after(family, name, rest)
            {
                found.push(id);
            }
        }
    }
    found
}

/// The words behind `name`, if the words begin with it.
fn after_name<'w, 'a>(name: &Name, words: &'w [&'a str]) -> Option<&'w [&'a str]> {
    let mut rest = words;
    for expected in name.text.split(' ') {
        let (first, tail) = rest.split_first()?;
        if !is(expected, first) {
            return None;
        }
        rest = tail;
    }
    Some(rest)
}

/// The group that the words behind a family's name tell.
fn group_after(family: &Family, name: &Name, words: &[&str]) -> Option<OsGroupId> {
    let mut rest = words;
    while let Some((first, tail)) = rest.split_first()
        && (is("release:", first) || family.between.iter().any(|w| is(w, first)))
    {
        rest = tail;
    }
    let Some((first, tail)) = rest.split_first() else { return named_without_version(family, name) };
    let Some(mut version) = parse(first.trim_end_matches(',')) else {
        return by_codename(family, first).filter(|_| appended(tail, None));
    };
    let mut tail = tail;
    if version.minor.is_none()
        && let Some((word, after)) = tail.split_first()
        && let Some(pack) = service_pack(word)
    {
        version.pack = Some(pack);
        tail = after;
    }
    if !within(name, version) {
        return None;
    }
    let id = group(family, version)?;
    let codename = super::describe(&id).and_then(|g| g.codename);
    (first.ends_with(',') || appended(tail, codename)).then_some(id)
}

/// A rolling family needs no version under its own name (`openSUSE Tumbleweed`; plain `openSUSE` is told
/// apart by its number).
fn named_without_version(family: &Family, name: &Name) -> Option<OsGroupId> {
    let own = name.text.replace(' ', "-") == family.id;
    (own && family.rule == super::family::VersionRule::Rolling).then(|| OsGroupId(family.id.to_owned()))
}

/// Whether `words` are only what vendors append: text in brackets or behind a comma is free.
fn appended(words: &[&str], codename: Option<&str>) -> bool {
    for word in words {
        if word.starts_with(['(', '\\']) {
            return true;
        }
        let bare = word.trim_end_matches(',');
        if !APPENDED.iter().any(|a| is(a, bare)) && !codename.is_some_and(|c| is(c, bare)) {
            return false;
        }
        if word.ends_with(',') {
            return true;
        }
    }
    true
}

/// The group of a codename within a family; `trixie/sid` is trixie, `unstable` is sid.
pub(super) fn by_codename(family: &Family, codename: &str) -> Option<OsGroupId> {
    let codename = codename.strip_suffix("/sid").unwrap_or(codename);
    let codename = if family.id == "debian" && is("unstable", codename) { "sid" } else { codename };
    let mut groups = table::GROUPS.iter().filter(|g| g.family == family.id);
    groups.find(|g| g.codename.is_some_and(|c| is(c, codename))).map(|g| OsGroupId(g.id.to_owned()))
}

/// The family of a well-formed id.
pub(super) fn family_record(id: &OsGroupId) -> Option<&'static Family> {
    if let Some(known) = super::describe(id) {
        return FAMILIES.iter().find(|f| f.id == known.family);
    }
    FAMILIES.iter().find(|family| {
        let version = id.0.strip_prefix(family.id).and_then(|rest| rest.strip_prefix('-')).and_then(parse);
        version.is_some_and(|v| {
            let mut names = family.names.iter().chain(family.os_release_ids);
            names.any(|n| within(n, v)) && group(family, v).as_ref() == Some(id)
        })
    })
}

fn group(family: &Family, version: Version<'_>) -> Option<OsGroupId> {
    form_id(family, version).map(OsGroupId)
}

fn covers(names: &[Name], text: &str, version: Version<'_>) -> bool {
    names.iter().any(|n| is(n.text, text) && within(n, version))
}

fn within(name: &Name, version: Version<'_>) -> bool {
    (name.majors.0..=name.majors.1).contains(&version.major)
}

fn is(expected: &str, word: &str) -> bool {
    expected.eq_ignore_ascii_case(word)
}

fn reported(text: Option<&str>) -> Option<&str> {
    text.map(|t| t.trim().trim_matches('"')).filter(|t| !t.is_empty())
}
