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
    /// Percentage of the machines it is for, below 100.
    pub(super) phased: Option<u64>,
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Row { package, arch, installed, candidate, candidate_arch, kind, held, phased } = self;
        let held = if *held { " held" } else { "" };
        let phased = phased.map_or_else(String::new, |percent| format!(" phased {percent}"));
        write!(f, "{package}:{arch} {installed} -> {candidate} {candidate_arch} {kind}{held}{phased}")
    }
}

/// Compares two lists as sets and gives the differences; a row that one side has twice is one, too.
pub(super) fn compare(apt: &[Row], pakiti: &[Row]) -> Vec<String> {
    let (left, right): (BTreeSet<&Row>, BTreeSet<&Row>) = (apt.iter().collect(), pakiti.iter().collect());
    let mut differences = Vec::new();
    differences.extend(left.difference(&right).map(|row| format!("only apt: {row}")));
    differences.extend(right.difference(&left).map(|row| format!("only pakiti: {row}")));
    for (name, rows, distinct) in [("apt", apt.len(), left.len()), ("pakiti", pakiti.len(), right.len())] {
        if rows != distinct {
            differences.push(format!("{name} has {} rows twice", rows - distinct));
        }
    }
    differences
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
    let (mut security, mut older_security) = (false, false);
    let mut phases = BTreeSet::new();
    let mut candidate_archs = BTreeSet::new();
    for suite in &archive.suites {
        for offer in suite.offers(&line.package).iter().filter(|offer| fits(&line.arch, offer, native)) {
            let version = offer.get("Version");
            if version == line.candidate {
                candidate_archs.insert(offer.get("Architecture"));
                phases.extend(offer.get("Phased-Update-Percentage").parse::<u64>().ok());
            }
            // contract.md: a security suite offers a version v, installed < v <= candidate.
            let fixes = suite.security
                && asked::holds(&line.installed, "lt", version)?
                && asked::holds(version, "le", &line.candidate)?;
            security |= fixes;
            older_security |= fixes && asked::holds(version, "lt", &line.candidate)?;
        }
    }
    let own = candidate_archs.get(line.arch.as_str()).or_else(|| candidate_archs.first());
    let candidate_arch = own.with_context(|| format!("apt lists what no index has: {line:?}"))?.to_string();
    // apt 2.6 (`IsSecurityUpdate` of upgrade.cc): who would skip a security fix by waiting does not wait.
    let phased = phases.last().copied().filter(|percent| *percent < 100 && !older_security);
    let kind = if security { "security" } else { "bugfix" }.to_owned();
    let UpgradableLine { package, candidate, arch, installed } = line;
    Ok(Row { package, arch, installed, candidate, candidate_arch, kind, held, phased })
}

/// Can this offer replace a build of architecture `arch`?
fn fits(arch: &str, offer: &Stanza, native: &str) -> bool {
    let offered = offer.get("Architecture");
    offered == arch || offered == "all" || (arch == "all" && offered == native)
}
