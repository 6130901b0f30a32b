//! What the `Pin` line of an apt preference says, and which versions and indexes it means.
//!
//! Rules: apt_preferences(5) and, where that is silent, apt 2.6.1 (`apt-pkg/versionmatch.cc`); every oddity here
//! was found in or confirmed by what that apt prints.

use super::{ere, glob};
use crate::repository::SourceMeta;

/// More conditions than this and apt takes the whole line for meaningless.
const MAX_CONDITIONS: usize = 19;

/// One `Pin` line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expression<'a> {
    /// The report gives a priority and no condition.
    Everything,
    /// `version 5.32*`
    Version(VersionPattern<'a>),
    /// `release a=stable,n=bookworm`
    Release(Release<'a>),
    /// `origin ftp.debian.org`; empty = local files.
    Origin(&'a str),
    /// Means nothing to apt.
    Nothing,
}

/// A version to match: `5.32*` is a prefix taken literally, all else a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct VersionPattern<'a> {
    text: &'a str,
    prefix: bool,
}

/// Conditions on the Release file; of a condition given twice the last holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Release<'a> {
    everything: bool,
    version: Option<VersionPattern<'a>>,
    archive_or_codename: Option<&'a str>,
    archive: Option<&'a str>,
    codename: Option<&'a str>,
    origin: Option<&'a str>,
    label: Option<&'a str>,
    component: Option<&'a str>,
    arch: Option<&'a str>,
}

/// One index file that offers a version.
#[derive(Debug, Clone, Copy)]
pub(super) struct IndexFile<'a> {
    /// Its repository.
    pub(super) meta: &'a SourceMeta,
    /// Its component.
    pub(super) component: &'a str,
    /// The architecture it is for: never `all`, vendors list such packages in the index of each architecture.
    pub(super) arch: &'a str,
}

impl<'a> Expression<'a> {
    /// Reads a `Pin` line.
    pub(super) fn read(text: &'a str) -> Self {
        let (word, rest) = text.trim().split_once(char::is_whitespace).unwrap_or((text.trim(), ""));
        let rest = rest.trim();
        match word.to_ascii_lowercase().as_str() {
            "" => Self::Everything,
            "version" => Self::Version(VersionPattern::read(rest)),
            "release" => Release::read(rest).map_or(Self::Nothing, Self::Release),
            "origin" => {
                Self::Origin(rest.strip_prefix('"').and_then(|r| r.strip_suffix('"')).unwrap_or(rest))
            }
            _ => Self::Nothing,
        }
    }

    /// Does it mean this version, whatever index it comes from?
    pub(super) fn means_version(&self, version: &str) -> bool {
        match self {
            Self::Everything => true,
            Self::Version(pattern) => pattern.matches(version),
            _ => false,
        }
    }

    /// Does it mean this index file?
    pub(super) fn means_index(&self, file: &IndexFile<'_>) -> bool {
        match self {
            Self::Everything => true,
            Self::Release(release) => release.matches(file),
            Self::Origin(site) => pattern_matches(site, &file.meta.site),
            Self::Version(_) | Self::Nothing => false,
        }
    }

    /// Does it mean dpkg's own status file? That is an archive and a component `now` without any other fact, and
    /// it is what a line without any condition means.
    pub(super) fn means_status_file(&self) -> bool {
        let now = |wanted: Option<&str>| wanted.is_none_or(|pattern| pattern_matches(pattern, "now"));
        match self {
            Self::Everything => true,
            Self::Release(r) if r.everything => true,
            Self::Release(r) => {
                now(r.archive)
                    && now(r.archive_or_codename)
                    && now(r.component)
                    && r.version.is_none()
                    && [r.codename, r.origin, r.label, r.arch].iter().all(Option::is_none)
            }
            _ => false,
        }
    }
}

impl<'a> VersionPattern<'a> {
    fn read(text: &'a str) -> Self {
        match text.strip_suffix('*') {
            Some(prefix) => Self { text: prefix, prefix: true },
            None => Self { text, prefix: false },
        }
    }

    fn matches(&self, version: &str) -> bool {
        let head =
            if self.prefix { version.as_bytes().get(..self.text.len()) } else { Some(version.as_bytes()) };
        head.is_some_and(|head| head.eq_ignore_ascii_case(self.text.as_bytes()))
            || pattern_matches(self.text, version)
    }
}

impl<'a> Release<'a> {
    /// `None`: apt gives up on it.
    fn read(text: &'a str) -> Option<Self> {
        let mut release = Self::default();
        if text == "*" {
            release.everything = true;
            return Some(release);
        }
        if !text.contains('=') {
            match text.bytes().next() {
                None => {}
                Some(b'0'..=b'9') => release.version = Some(VersionPattern::read(text)),
                Some(_) => release.archive_or_codename = Some(text),
            }
            return Some(release);
        }
        let conditions = || text.split(',').map(str::trim).filter(|c| !c.is_empty());
        if conditions().count() > MAX_CONDITIONS {
            return None;
        }
        conditions().for_each(|condition| release.condition(condition));
        Some(release)
    }

    /// A condition apt does not know is as good as none.
    fn condition(&mut self, text: &'a str) {
        let Some((key, value)) = text.split_once('=').filter(|(_, value)| !value.is_empty()) else { return };
        match key.to_ascii_lowercase().as_str() {
            // `v=*` takes the condition away.
            "v" => self.version = Some(VersionPattern::read(value)).filter(|v| !v.text.is_empty()),
            "o" => self.origin = Some(value),
            "a" => self.archive = Some(value),
            "n" => self.codename = Some(value),
            "l" => self.label = Some(value),
            "c" => self.component = Some(value),
            "b" => self.arch = Some(value),
            _ => {}
        }
    }

    fn matches(&self, file: &IndexFile<'_>) -> bool {
        let meta = file.meta;
        let fact = |wanted: Option<&str>, fact: &str| {
            wanted.is_none_or(|pattern| !fact.is_empty() && pattern_matches(pattern, fact))
        };
        if *self == Self::default() {
            return false;
        }
        self.everything
            || (self.version.is_none_or(|v| !meta.version.is_empty() && v.matches(&meta.version))
                && fact(self.origin, &meta.origin)
                && fact(self.archive, &meta.suite)
                && fact(self.codename, &meta.codename)
                && (fact(self.archive_or_codename, &meta.suite)
                    || fact(self.archive_or_codename, &meta.codename))
                && fact(self.label, &meta.label)
                && fact(self.component, file.component)
                && fact(self.arch, file.arch))
    }
}

/// The body of `/.../`.
pub(super) fn regular_expression(pattern: &str) -> Option<&str> {
    pattern.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'))
}

/// A pattern as apt takes it wherever a word may stand: `/regular expression/` or a shell pattern.
pub(super) fn pattern_matches(pattern: &str, text: &str) -> bool {
    match regular_expression(pattern) {
        Some(body) => ere::matches(body, text),
        None => glob::matches(pattern, text),
    }
}
