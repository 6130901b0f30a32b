//! apt preferences: which priority a version gets.
//!
//! Rules: apt_preferences(5) and apt 2.6.1 (`apt-pkg/policy.cc`). Records that name packages give their priority
//! to a whole version, whichever of its indexes they match; the first match wins. The general ones
//! (`Package: *`) give theirs to an index, the first match wins, and a version has that of its best index.

use super::expression::{Expression, IndexFile, pattern_matches, regular_expression};
use crate::context::Pin;

/// `Pin-Priority: never`: beats every other general record, and every specific one on a version that has no
/// other index.
pub const NEVER: i32 = i16::MIN as i32;

/// The pins of one group context as they bear on one package.
#[derive(Debug, Default)]
pub(super) struct Pins<'a> {
    specific: Vec<(Expression<'a>, &'a Pin)>,
    general: Vec<(Expression<'a>, i32)>,
}

/// The package as apt sees it: an `all` build belongs to the native architecture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject<'a> {
    /// Binary package name.
    pub(super) name: &'a str,
    /// Architecture of the build.
    pub(super) arch: &'a str,
    /// The host's own architecture; empty = not known, then every architecture counts as its own.
    pub(super) native: &'a str,
}

/// One version of the package.
#[derive(Debug, Clone, Copy)]
pub(super) struct Version<'a> {
    /// The version as written.
    pub(super) text: &'a str,
    /// Its source package name.
    pub(super) source_name: &'a str,
    /// Is it the installed one, which dpkg's status file has too?
    pub(super) installed: bool,
}

impl<'a> Pins<'a> {
    /// Reads the pins that can concern this package.
    pub(super) fn read(pins: &'a [Pin], subject: &Subject<'_>) -> Self {
        let mut read = Self::default();
        for pin in pins {
            let expression = || Expression::read(&pin.expression);
            if pin.package == "*" {
                // apt takes no version for all packages at once.
                let expression = expression();
                if !matches!(expression, Expression::Version(_)) {
                    read.general.push((expression, pin.priority));
                }
            } else if pin.package.starts_with("src:") || names(&pin.package, subject.name, subject) {
                read.specific.push((expression(), pin));
            }
        }
        read
    }

    /// The priority of an index file by the general records, else `default`.
    pub(super) fn of_index(&self, file: &IndexFile<'_>, default: i32) -> i32 {
        self.of_file(|expression| expression.means_index(file), default)
    }

    /// The priority of dpkg's status file by the general records, else `default`.
    pub(super) fn of_status_file(&self, default: i32) -> i32 {
        self.of_file(Expression::means_status_file, default)
    }

    fn of_file(&self, means: impl Fn(&Expression<'a>) -> bool, default: i32) -> i32 {
        let mut of_file = self.general.iter().filter(|(e, _)| means(e)).map(|&(_, priority)| priority);
        let Some(first) = of_file.next() else { return default };
        if of_file.any(|priority| priority == NEVER) { NEVER } else { first }
    }

    /// The priority of a whole version by the specific records.
    pub(super) fn of_version<'f>(
        &self,
        subject: &Subject<'_>,
        version: &Version<'_>,
        files: impl Iterator<Item = &'f IndexFile<'f>> + Clone,
    ) -> Option<i32> {
        let hit = self.specific.iter().find(|(expression, pin)| {
            let named =
                pin.package.strip_prefix("src:").is_none_or(|p| names(p, version.source_name, subject));
            named
                && (expression.means_version(version.text)
                    || files.clone().any(|file| expression.means_index(file))
                    || (version.installed && expression.means_status_file()))
        });
        hit.map(|(_, pin)| pin.priority)
    }
}

/// Does `pattern[:arch]` name this package?
fn names(pattern: &str, name: &str, subject: &Subject<'_>) -> bool {
    let (pattern, arch) = match pattern.rsplit_once(':') {
        Some((pattern, arch)) => (pattern, Some(arch)),
        None => (pattern, None),
    };
    let of_package = if subject.arch == "all" { subject.native } else { subject.arch };
    let arch_fits = match arch {
        None => subject.native.is_empty() || of_package == subject.native,
        Some(arch) => arch_means(arch, of_package),
    };
    let is_pattern = regular_expression(pattern).is_some() || pattern.contains(['*', '?', '[']);
    arch_fits && if is_pattern { pattern_matches(pattern, name) } else { pattern == name }
}

/// dpkg's architecture wildcards, as far as Linux has them. (The manual's `:native` means nothing to apt 2.6.)
fn arch_means(wanted: &str, arch: &str) -> bool {
    let cpu = wanted.strip_prefix("any-").or_else(|| wanted.strip_prefix("linux-")).unwrap_or(wanted);
    cpu == "any" || cpu == arch
}
