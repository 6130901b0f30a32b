//! What the advisories of yum repositories find in one installed rpm.
//!
//! Rules: contract.md "JSON" (findings) and vendor-rules.md: an advisory concerns a build of its name and
//! architecture that is older than the one it names, of the same module stream and of the repository's vendor.
//! An advisory of another type that names CVEs is a security fix shipped as bug fix. Several advisories for one
//! CVE are closed together by the newest.

pub(in crate::rules) mod explain;

use super::{Fix, modules};
use crate::advisory::Advisory;
use crate::context::GroupContext;
use crate::finding::{Finding, FindingState, FindingWhy, Found, FoundBy};
use crate::judgement::UpdateKind;
use crate::package::Package;
use crate::rules::view::View;
use crate::rules::{Repository, RuleIndex, oval};
use crate::severity::Severity;
use crate::version::VersionKey;
use std::collections::BTreeMap;

/// The number of a CVE that an advisory does not name.
pub(crate) const NO_CVE: u32 = u32::MAX;

/// What the advisories find in this package.
pub(in super::super) fn found(
    index: &RuleIndex,
    view: &View,
    context: &GroupContext,
    package: &Package,
    installed: &VersionKey,
) -> Vec<Found> {
    let fixes = index.rpm.fixes.get(package.name.as_str()).map_or(&[][..], Vec::as_slice);
    if context.os_group.is_none() || fixes.is_empty() {
        return Vec::new();
    }
    let asked = Asked { index, view, context, package };
    let mut closing: BTreeMap<&str, (&VersionKey, Found)> = BTreeMap::new();
    for (fix, at) in fixes.iter().zip(0..).filter(|(fix, _)| fix.key > *installed && asked.concerns(fix)) {
        let Some(advisory) = index.rpm.advisories.get(fix.advisory as usize) else { continue };
        let none = advisory.cves.is_empty().then_some((advisory.id.as_str(), NO_CVE));
        let cves = advisory.cves.iter().map(String::as_str).zip(0..);
        for (subject, cve) in cves.chain(none) {
            let found = Found {
                by: FoundBy::Errata { fix: at },
                cve,
                state: FindingState::Fixable,
                severity: severity(advisory),
                running: false,
                counted: true,
            };
            match closing.get(subject) {
                Some((key, _)) if **key >= fix.key => {}
                _ => drop(closing.insert(subject, (&fix.key, found))),
            }
        }
    }
    closing.into_values().map(|(_, found)| found).collect()
}

/// One package that advisories are asked about.
struct Asked<'a> {
    index: &'a RuleIndex,
    view: &'a View,
    context: &'a GroupContext,
    package: &'a Package,
}

impl Asked<'_> {
    fn concerns(&self, fix: &Fix) -> bool {
        let package = self.package;
        (*fix.arch == *package.arch || &*fix.arch == "noarch" || package.arch == "noarch")
            && self.view.hears(fix.repository)
            && self.tells_security(fix)
            && self.repository(fix).is_some_and(|repository| is_of_vendor(repository, package))
            && self.same_stream(fix)
            && oval::same_flavour(package, &fix.version)
    }

    fn repository(&self, fix: &Fix) -> Option<&Repository> {
        self.index.repositories.get(fix.repository as usize)
    }

    fn tells_security(&self, fix: &Fix) -> bool {
        let advisory = self.index.rpm.advisories.get(fix.advisory as usize);
        advisory.is_some_and(|advisory| advisory.kind == UpdateKind::Security || !advisory.cves.is_empty())
    }

    /// Modular builds are judged by fixes of their own stream, the others by fixes without a module.
    fn same_stream(&self, fix: &Fix) -> bool {
        let package = self.package;
        let builds = self.index.rpm.builds_of(&package.name, &fix.version, &fix.arch);
        let mut streams = (builds.iter())
            .filter_map(|at| self.index.rpm.streams.get(*at as usize))
            .map(|stream| (&*stream.name, &*stream.stream))
            .chain(fix.module.as_deref().and_then(modules::name_and_stream))
            .peekable();
        let modular = streams.peek().is_some() || fix.version.contains(".module");
        let label = modules::name_and_stream(&package.module);
        if !modular {
            return label.is_none() && !package.version.contains(".module");
        }
        match (label, streams.peek()) {
            (Some(own), Some(_)) => streams.any(|stream| stream == own),
            // The advisory does not say its stream (Rocky): the package must be modular at least.
            (Some(_), None) => true,
            (None, Some(_)) => {
                let stated = |(name, stream): (&str, &str)| {
                    let told = self.context.modules.get(name).and_then(|value| value.rsplit_once(':'));
                    told == Some((stream, "enabled"))
                };
                package.version.contains(".module") && streams.any(stated)
            }
            (None, None) => package.version.contains(".module"),
        }
    }
}

/// Is the package by the vendor of the repository? Twins of another vendor under the same name are not judged by
/// its advisories.
fn is_of_vendor(repository: &Repository, package: &Package) -> bool {
    let origin = &repository.meta.origin;
    origin.is_empty() || package.vendor.is_empty() || *origin == package.vendor
}

/// The advisory's word is the worst of its CVEs: it is that of a CVE only if there is no other.
fn severity(advisory: &Advisory) -> Severity {
    if advisory.cves.len() > 1 { Severity::Unknown } else { Severity::of_word(&advisory.severity) }
}

/// The CVE of a fix's advisory, else its id.
pub(in super::super) fn subject<'a>(
    index: &'a RuleIndex,
    package: &Package,
    fix: u32,
    cve: u32,
) -> Option<&'a str> {
    let advisory = index.rpm.advisories.get(index.rpm.fix(package, fix)?.advisory as usize)?;
    Some(advisory.cves.get(cve as usize).unwrap_or(&advisory.id))
}

/// A finding in full.
pub(in super::super) fn describe(
    index: &RuleIndex,
    context: &GroupContext,
    package: &Package,
    found: &Found,
    fix: u32,
) -> Option<Finding> {
    let fix = index.rpm.fix(package, fix)?;
    let advisory = index.rpm.advisories.get(fix.advisory as usize)?;
    let repository = index.repositories.get(fix.repository as usize)?;
    let group = context.os_group.as_ref().map_or("", |group| &group.0);
    let mut gates = vec![format!("OS group {group}"), format!("architecture {}", fix.arch)];
    if let Some(module) = &fix.module {
        gates.push(format!("module {module}"));
    }
    gates.push(match package.vendor.as_str() {
        "" => "vendor not reported".to_owned(),
        vendor => format!("vendor {vendor}"),
    });
    if advisory.kind != UpdateKind::Security {
        gates.push(format!("security fix shipped as {}", advisory.kind.word()));
    }
    if advisory.cves.len() > 1 {
        gates.push(format!(
            "by advisory: {} names {} CVEs for all its packages",
            advisory.id,
            advisory.cves.len()
        ));
    }
    let named = found.severity != Severity::Unknown;
    Some(Finding {
        cve: advisory.cves.get(found.cve as usize).cloned(),
        advisory: Some(advisory.id.clone()),
        fixed: Some(fix.version.to_string()),
        state: found.state,
        vendor_state: None,
        severity: found.severity,
        severity_source: named.then(|| advisory.id.clone()),
        cvss_tenths: None,
        source: repository.source,
        source_name: repository.meta.name.clone(),
        why: FindingWhy {
            rule: format!("{} {}", repository.meta.name, advisory.id),
            criterion: format!("{} is earlier than {}", package.name, fix.version),
            comparison: format!("{} < {}", package.version, fix.version),
            gates,
        },
    })
}
