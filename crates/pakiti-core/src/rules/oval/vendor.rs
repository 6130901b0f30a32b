//! What vendors say around their definitions: systems, advisory ids, severities, their word on what is not fixed.
//!
//! vendor-rules.md (table, "Severity and coverage"); oval-semantics.md 7.

use super::classify::MAX_EXTENDS;
use crate::os_group::OsGroupId;
use crate::oval::model::{Cve, Definition, Document, Node, Place};
use crate::oval::platform;
use crate::severity::Severity;
use std::collections::{BTreeSet, HashMap};

/// The OS groups that each definition speaks for.
#[derive(Debug, Default)]
pub(super) struct Systems {
    /// Distinct sets of groups.
    sets: Vec<BTreeSet<OsGroupId>>,
    /// Definition -> place in `sets`.
    of: Vec<u32>,
}

impl Systems {
    /// By the platforms of the definitions; one that names none speaks for those of the whole document.
    pub(super) fn new(document: &Document) -> Self {
        let mut groups: HashMap<&str, Option<OsGroupId>> = HashMap::new();
        for platform in document.definitions.iter().flat_map(|d| &d.metadata.platforms) {
            groups.entry(platform).or_insert_with(|| platform::group_of(platform));
        }
        let mut out = Self {
            sets: vec![platform::groups(document)],
            of: Vec::with_capacity(document.definitions.len()),
        };
        let mut places: HashMap<BTreeSet<OsGroupId>, u32> = HashMap::new();
        for definition in &document.definitions {
            let named: BTreeSet<OsGroupId> =
                definition.metadata.platforms.iter().filter_map(|p| groups.get(&**p)?.clone()).collect();
            let place = if named.is_empty() {
                0
            } else {
                let next = out.sets.len() as u32;
                *places.entry(named).or_insert_with_key(|named| {
                    out.sets.push(named.clone());
                    next
                })
            };
            out.of.push(place);
        }
        out
    }

    /// Does this definition speak for the group?
    pub(super) fn speaks_for(&self, definition: Place, group: &OsGroupId) -> bool {
        let set = self.of.get(definition as usize).and_then(|place| self.sets.get(*place as usize));
        set.is_some_and(|set| set.contains(group))
    }

    /// Every group that some definition speaks for.
    pub(super) fn all(&self) -> impl Iterator<Item = &OsGroupId> {
        self.sets.iter().flatten()
    }
}

/// The advisory a definition is of; `None` = it is about CVEs only.
pub(super) fn advisory(definition: &Definition) -> Option<&str> {
    let metadata = &definition.metadata;
    let reference = metadata.references.iter().find(|reference| {
        !reference.source.to_ascii_uppercase().contains("CVE") && !reference.id.contains("CVE-")
    });
    reference.map(|reference| &*reference.id).filter(|id| !id.is_empty())
}

/// The CVEs of a definition: those it lists, else those it refers to.
pub(super) fn cves(definition: &Definition) -> Vec<Cve> {
    let metadata = &definition.metadata;
    let mut seen = BTreeSet::new();
    let mut cves: Vec<Cve> =
        metadata.cves.iter().filter(|cve| seen.insert(cve.id.clone())).cloned().collect();
    for reference in &metadata.references {
        if let Some(id) = cve_id(&reference.id).or_else(|| cve_id(&reference.source))
            && seen.insert(id.into())
        {
            cves.push(Cve { id: id.into(), ..Cve::default() });
        }
    }
    // Ubuntu's, where the title alone says it.
    if cves.is_empty()
        && let Some(id) = cve_id(&metadata.title)
    {
        cves.push(Cve { id: id.into(), ..Cve::default() });
    }
    cves
}

/// The first `CVE-YYYY-NNNN...` in `text`.
fn cve_id(text: &str) -> Option<&str> {
    let start = text.find("CVE-")?;
    let rest = text.get(start..)?;
    let length = rest.bytes().skip(4).take_while(|byte| byte.is_ascii_digit() || *byte == b'-').count();
    let id = rest.get(..4 + length)?.trim_end_matches('-');
    let (year, number) = id.get(4..)?.split_once('-')?;
    let digits = |text: &str, range: std::ops::RangeInclusive<usize>| {
        range.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    (digits(year, 4..=4) && digits(number, 4..=10)).then_some(id)
}

/// How severe one CVE of a definition is, and whose word that is.
///
/// The vendor's word for the CVE, else that of a definition about nothing else, else the CVSS score: an advisory's
/// word is the worst of its CVEs.
pub(super) fn severity(
    definition: &Definition,
    cve: Option<&Cve>,
    alone: bool,
) -> (Severity, Option<String>) {
    let subject = || advisory(definition).unwrap_or(&definition.id).to_owned();
    if let Some(cve) = cve.filter(|cve| !cve.impact.is_empty()) {
        let severity = Severity::of_word(&cve.impact);
        if severity != Severity::Unknown {
            return (severity, Some(format!("vendor, of {}", cve.id)));
        }
    }
    let own = Severity::of_word(&definition.metadata.severity);
    if alone && own != Severity::Unknown && own != Severity::None {
        return (own, Some(subject()));
    }
    if let Some(tenths) = cve.and_then(|cve| cve.cvss_tenths) {
        return (Severity::of_cvss(tenths), Some("CVSS of the vendor".to_owned()));
    }
    match own {
        Severity::None if alone => (own, Some(subject())),
        _ => (Severity::Unknown, None),
    }
}

/// The vendor's word on a component without a fix.
pub(super) fn vendor_state(definition: &Definition, package: &str, comment: &str) -> String {
    let resolutions = &definition.metadata.resolutions;
    let of_package = resolutions.iter().find(|r| r.components.iter().any(|c| component_is(c, package)));
    if let Some(resolution) = of_package.or(resolutions.first().filter(|_| resolutions.len() == 1)) {
        return resolution.state.to_string();
    }
    // Ubuntu: "... is affected and needs fixing.", "... may need fixing", "decision ... deferred", "pending".
    let words = ["needs fixing", "may need fixing", "deferred", "pending", "will not be fixed", "ignored"];
    let found = words.iter().filter(|word| comment.contains(**word)).max_by_key(|word| word.len());
    found.map_or_else(|| "affected".to_owned(), |word| (*word).to_owned())
}

/// Red Hat writes `nodejs:18/nodejs` for components of modules.
fn component_is(component: &str, package: &str) -> bool {
    component == package || component.rsplit('/').next() == Some(package)
}

/// Is it work in progress, which is no finding? (contract.md: undetermined / under investigation)
pub(super) fn is_undetermined(state: &str) -> bool {
    state.eq_ignore_ascii_case("under investigation")
}

/// The comment of the criterion of a test, also where it stands in a definition that this one extends.
pub(super) fn criterion<'d>(document: &'d Document, definition: &'d Definition, test: Place) -> &'d str {
    fn find<'d>(document: &'d Document, node: &'d Node, test: Place, extends: usize) -> Option<&'d str> {
        match node {
            Node::Criterion { test: own, comment, .. } => (*own == test).then_some(&**comment),
            Node::Criteria { children, .. } => {
                children.iter().find_map(|child| find(document, child, test, extends))
            }
            Node::Extend { definition, .. } if extends < MAX_EXTENDS => {
                let criteria = document.definitions.get(*definition as usize)?.criteria.as_ref()?;
                find(document, criteria, test, extends + 1)
            }
            Node::Extend { .. } => None,
        }
    }
    definition.criteria.as_ref().and_then(|node| find(document, node, test, 0)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cve_ids_are_taken_out_of_what_surrounds_them() {
        assert_eq!(cve_id("SUSE CVE-2019-16168"), Some("CVE-2019-16168"));
        assert_eq!(cve_id("CVE:00001:CVE-2019-16168"), Some("CVE-2019-16168"));
        assert_eq!(cve_id("CVE-19-1"), None);
        assert_eq!(cve_id("CVE-2002-2439 on Ubuntu"), Some("CVE-2002-2439"));
    }
}
