//! Rows of both sides in one form, and their comparison.
use std::collections::BTreeSet;
use std::fmt;

use anyhow::Context;

use super::archive::Archive;
use super::asked::{self, UpgradableLine};
use super::deb822::Stanza;

/// One update.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Row {
    pub(super) package: String,
    pub(super) arch: String,
    pub(super) installed: String,
    pub(super) candidate: String,
    pub(super) candidate_arch: String,
    pub(super) kind: String,
    pub(super) held: bool,
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Row { package, arch, installed, candidate, candidate_arch, kind, held } = self;
        let held = if *held { " held" } else { "" };
        write!(f, "{package}:{arch} {installed} -> {candidate} {candidate_arch} {kind}{held}")
    }
}

/// What a comparison found.
pub(super) struct Compared {
    pub(super) equal: usize,
    pub(super) differences: Vec<String>,
}

/// Compares two lists as sets; a row that one side has twice is a difference, too.
pub(super) fn compare(apt: &[Row], pakiti: &[Row]) -> Compared {
    let (left, right): (BTreeSet<&Row>, BTreeSet<&Row>) = (apt.iter().collect(), pakiti.iter().collect());
    let mut differences = Vec::new();
    differences.extend(left.difference(&right).map(|row| format!("only apt: {row}")));
    differences.extend(right.difference(&left).map(|row| format!("only pakiti: {row}")));
    for (name, rows, distinct) in [("apt", apt.len(), left.len()), ("pakiti", pakiti.len(), right.len())] {
        if rows != distinct {
            differences.push(format!("{name} has {} rows twice", rows - distinct));
        }
    }
    Compared { equal: left.intersection(&right).count(), differences }
}

/// apt's line with what apt does not print: the architecture of the candidate, hold and kind.
pub(super) fn from_apt(
    line: UpgradableLine,
    installed: &[Stanza],
    archive: &Archive,
    native: &str,
) -> anyhow::Result<Row> {
    let is = |stanza: &&Stanza| {
        (stanza.get("Package"), stanza.get("Version"), stanza.get("Architecture"))
            == (line.package.as_str(), line.installed.as_str(), line.arch.as_str())
    };
    let found =
        installed.iter().find(is).with_context(|| format!("apt lists what is not installed: {line:?}"))?;
    let held = found.get("Status").starts_with("hold ");
    let mut security = false;
    let mut candidate_archs = BTreeSet::new();
    for suite in &archive.suites {
        for offer in suite.offers(&line.package).iter().filter(|offer| fits(&line.arch, offer, native)) {
            let version = offer.get("Version");
            if version == line.candidate {
                candidate_archs.insert(offer.get("Architecture"));
            }
            // contract.md: a security suite offers a version v, installed < v <= candidate.
            security |= suite.security
                && asked::holds(&line.installed, "lt", version)?
                && asked::holds(version, "le", &line.candidate)?;
        }
    }
    let own = candidate_archs.get(line.arch.as_str()).or_else(|| candidate_archs.first());
    let candidate_arch = own.with_context(|| format!("apt lists what no index has: {line:?}"))?.to_string();
    let kind = if security { "security" } else { "bugfix" }.to_owned();
    let UpgradableLine { package, candidate, arch, installed } = line;
    Ok(Row { package, arch, installed, candidate, candidate_arch, kind, held })
}

/// Can this offer replace a build of architecture `arch`?
fn fits(arch: &str, offer: &Stanza, native: &str) -> bool {
    let offered = offer.get("Architecture");
    offered == arch || offered == "all" || (arch == "all" && offered == native)
}
