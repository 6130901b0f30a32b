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
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Word {
    /// It is vulnerable.
    Unfixed(String),
    /// The vendor has not decided, or says what nobody has explained: no finding, and not judged (contract.md).
    Undecided(String),
    /// It is not vulnerable.
    NotAffected(String),
}

impl Word {
    /// As the vendor says it.
    pub(super) fn text(self) -> String {
        match self {
            Self::Unfixed(text) | Self::Undecided(text) | Self::NotAffected(text) => text,
        }
    }
}

/// Red Hat's words for what is vulnerable and has no fix (vendor-rules.md).
const UNFIXED: [&str; 4] = ["affected", "will not fix", "fix deferred", "out of support scope"];

/// Ubuntu's words, by how its comments say them: the statuses of its tracker. Notes behind them are not asked.
const STATUSES: [(&str, &str); 8] = [
    ("needs fixing", "needs fixing"),
    ("may need fixing", "may need fixing"),
    ("decision has been made to defer", "deferred"),
    ("deferred", "deferred"),
    ("decision has been made to ignore", "ignored"),
    ("ignored", "ignored"),
    ("pending", "pending"),
    ("will not be fixed", "will not be fixed"),
];

/// What the vendor says of a package, in the module streams that the gates of the rule ask for.
pub(super) fn word(definition: &Definition, package: &str, comment: &str, modules: &[Box<str>]) -> Word {
    if let Some(state) = resolution(definition, package, modules) {
        let text = state.trim();
        let known = text.to_ascii_lowercase();
        return match known.as_str() {
            "not affected" => Word::NotAffected(text.to_owned()),
            "" => Word::Unfixed("affected".to_owned()),
            known if UNFIXED.contains(&known) => Word::Unfixed(text.to_owned()),
            _ => Word::Undecided(text.to_owned()),
        };
    }
    let said = comment.split("(note:").next().unwrap_or_default();
    let found = STATUSES.iter().find(|(phrase, _)| said.contains(phrase));
    Word::Unfixed(found.map_or("affected", |(_, word)| word).to_owned())
}

/// Red Hat's word for a component: with a module gate that of the component in those streams, else that of the component
/// in no module, else any.
fn resolution<'d>(definition: &'d Definition, package: &str, modules: &[Box<str>]) -> Option<&'d str> {
    let resolutions = &definition.metadata.resolutions;
    let all = || resolutions.iter().flat_map(|r| r.components.iter().map(move |c| (r, component_of(c))));
    let asked = |module: Option<&str>| module.is_some_and(|own| modules.iter().any(|asked| **asked == *own));
    let named = || all().filter(|(_, (_, name))| *name == package);
    let plain = || named().find(|(_, (module, _))| module.is_none());
    let found = match modules.is_empty() {
        true => plain().or_else(|| named().next()),
        false => named().find(|(_, (module, _))| asked(*module)).or_else(plain),
    };
    if let Some((resolution, _)) = found {
        return Some(&resolution.state);
    }
    // Components are sources: a package of another name is judged as its module is, if that has one word.
    let mut of_module =
        all().filter(|(_, (module, _))| asked(*module)).map(|(resolution, _)| &*resolution.state);
    let of_module = of_module.next().filter(|first| of_module.all(|other| other == *first));
    let only = || resolutions.first().filter(|_| resolutions.len() == 1).map(|resolution| &*resolution.state);
    of_module.or_else(only)
}

/// Red Hat writes `nodejs:18/nodejs` for components of modules: the stream, and the name.
fn component_of(component: &str) -> (Option<&str>, &str) {
    match component.rsplit_once('/') {
        Some((module, name)) if module.contains(':') => (Some(module), name),
        Some((_, name)) => (None, name),
        None => (None, component),
    }
}

/// The module streams that gates ask for, by their comments ("Module nodejs:18 is enabled").
pub(super) fn modules(gates: &[Node]) -> Vec<Box<str>> {
    fn collect(node: &Node, found: &mut Vec<Box<str>>) {
        match node {
            Node::Criterion { negate: false, comment, .. } => {
                let words = comment.strip_prefix("Module ").and_then(|rest| rest.split_whitespace().next());
                found.extend(words.filter(|word| word.contains(':')).map(Box::from));
            }
            Node::Criteria { negate: false, children, .. } => {
                children.iter().for_each(|child| collect(child, found));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    gates.iter().for_each(|gate| collect(gate, &mut found));
    found
}

/// What the criteria of a definition say, by test: the first of each.
pub(super) fn comments(criteria: &Node) -> HashMap<Place, &str> {
    fn collect<'d>(node: &'d Node, found: &mut HashMap<Place, &'d str>) {
        match node {
            Node::Criterion { test, comment, .. } => drop(found.entry(*test).or_insert(comment)),
            Node::Criteria { children, .. } => children.iter().for_each(|child| collect(child, found)),
            Node::Extend { .. } => {}
        }
    }
    let mut found = HashMap::new();
    collect(criteria, &mut found);
    found
}

/// The comment of the criterion of a test, also where it stands in a definition that this one extends.
pub(super) fn criterion<'d>(document: &'d Document, definition: &'d Definition, test: Place) -> &'d str {
    find(document, definition, test, "").unwrap_or_default()
}

/// The comment of the criterion that tells a CVE by this test: Ubuntu's package form has one for each
/// ("(CVE-2023-48795) openssh package ...").
pub(super) fn criterion_of<'d>(
    document: &'d Document,
    definition: &'d Definition,
    test: Place,
    cve: Option<&str>,
) -> &'d str {
    let own = cve.and_then(|cve| find(document, definition, test, &format!("({cve})")));
    own.unwrap_or_else(|| criterion(document, definition, test))
}

/// The first comment of a test that holds this text.
fn find<'d>(document: &'d Document, definition: &'d Definition, test: Place, text: &str) -> Option<&'d str> {
    fn below<'d>(
        document: &'d Document,
        node: &'d Node,
        (test, text): (Place, &str),
        extends: usize,
    ) -> Option<&'d str> {
        match node {
            Node::Criterion { test: own, comment, .. } => {
                (*own == test && comment.contains(text)).then_some(&**comment)
            }
            Node::Criteria { children, .. } => {
                children.iter().find_map(|child| below(document, child, (test, text), extends))
            }
            Node::Extend { definition, .. } if extends < MAX_EXTENDS => {
                let criteria = document.definitions.get(*definition as usize)?.criteria.as_ref()?;
                below(document, criteria, (test, text), extends + 1)
            }
            Node::Extend { .. } => None,
        }
    }
    below(document, definition.criteria.as_ref()?, (test, text), 0)
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
