//! A finding of a definition in full: for people and documents.

use super::leaf::Fix;
use super::pro::FIXABLE_WITH_PRO;
use super::{Asked, OvalIndex, vendor};
use crate::context::GroupContext;
use crate::finding::{Finding, FindingState, FindingWhy, Found};
use crate::package::Package;
use crate::severity::Severity;
use crate::version::VersionKey;

/// Document and rule of a finding.
type At = (u32, u32);

/// The CVE a finding is about, else the advisory or definition.
pub(in super::super) fn subject(index: &OvalIndex, (document, rule): At, cve: u32) -> Option<&str> {
    let compiled = index.documents.get(document as usize)?;
    let place = compiled.rule(rule)?.definition;
    if let Some(cve) = compiled.cves.get(place as usize)?.get(cve as usize) {
        return Some(&cve.id);
    }
    let definition = compiled.document.definitions.get(place as usize)?;
    Some(vendor::advisory(definition).unwrap_or(&definition.id))
}

/// The order of the version that closes a finding.
pub(in super::super) fn fixed_key(index: &OvalIndex, (document, rule): At) -> Option<&VersionKey> {
    index.documents.get(document as usize)?.rule(rule)?.fix.key()
}

/// A finding in full.
pub(in super::super) fn describe(
    index: &OvalIndex,
    context: &GroupContext,
    package: &Package,
    found: &Found,
    (place, rule): At,
) -> Option<Finding> {
    let compiled = index.documents.get(place as usize)?;
    let rule = compiled.rule(rule)?;
    let definition = compiled.document.definitions.get(rule.definition as usize)?;
    let cves = compiled.cves.get(rule.definition as usize)?;
    let cve = cves.get(found.cve as usize);
    let group = context.os_group.as_ref()?;
    let asked = Asked { compiled, place, group, context, package, gates: &[] };
    let id = cve.map(|cve| &*cve.id);
    let criterion = vendor::criterion_of(&compiled.document, definition, rule.test, id).to_owned();
    let (_, severity_source) = vendor::severity(definition, cve, cves.len() < 2);
    let fixed = match &rule.fix {
        Fix::Version { version, .. } => Some(version.to_string()),
        Fix::None => None,
    };
    let unfixed = found.state == FindingState::Unfixed;
    Some(Finding {
        cve: cve.map(|cve| cve.id.to_string()),
        advisory: vendor::advisory(definition)
            .map(str::to_owned)
            .or_else(|| cve.is_none().then(|| definition.id.to_string())),
        state: found.state,
        vendor_state: unfixed.then(|| match fixed {
            Some(_) => FIXABLE_WITH_PRO.to_owned(),
            None => compiled.word(definition, rule, (&package.name, context), id).text(),
        }),
        severity: found.severity,
        severity_source: severity_source.filter(|_| found.severity != Severity::Unknown),
        cvss_tenths: cve.and_then(|cve| cve.cvss_tenths),
        source: compiled.source,
        source_name: compiled.meta.name.clone(),
        why: FindingWhy {
            rule: format!("{} {}", compiled.meta.name, definition.id),
            criterion: if criterion.is_empty() { format!("{} is named", package.name) } else { criterion },
            comparison: match &fixed {
                Some(fixed) => format!("{} < {fixed}", compiled.compared(package)),
                None => format!("{} is installed; no version is fixed", compiled.compared(package)),
            },
            gates: asked.gates(rule, definition),
        },
        fixed,
    })
}

impl Asked<'_> {
    /// The gates that were passed, in words.
    fn gates(&self, rule: &super::Rule, definition: &crate::oval::model::Definition) -> Vec<String> {
        let compiled = self.compiled;
        let mut gates = vec![match compiled.is_foreign(self.group) {
            true => format!("OS group {}: mapped to this source by an administrator", self.group),
            false => format!("OS group {}", self.group),
        }];
        gates.extend(compiled.streams.words(rule.definition));
        let list = compiled.rules.gates.get(rule.gates as usize).map_or(&[][..], Vec::as_slice);
        gates.extend(list.iter().filter_map(comment_of).map(str::to_owned));
        let key = self.asks(rule).find_map(|test| super::leaf::key_of(&compiled.document, test));
        if self.package.format == crate::package::PackageFormat::Rpm {
            gates.push(self.maker(key).gate(self.package));
        }
        if self.rebuilt() {
            gates.push("compared without dist tags: a rebuild has others".to_owned());
        }
        if rule.kernel {
            gates.push("its test of the running kernel is answered by the installed images".to_owned());
        }
        if rule.is_of_running_kernel(&compiled.document) {
            gates.push("found by what uname -r says of the running kernel".to_owned());
        }
        if rule.pro.is_some() {
            gates.push(match self.needs_pro(rule) {
                true => "the fix is for subscribers of Ubuntu Pro: the host tells of no such subscription"
                    .to_owned(),
                false => "the fix is for subscribers of Ubuntu Pro: the host is one".to_owned(),
            });
        }
        let cves = compiled.cves.get(rule.definition as usize).map_or(0, Vec::len);
        if cves > 1 && !compiled.pins.contains_key(&rule.definition) {
            gates.push(format!("by advisory: {} names {cves} CVEs for all its packages", definition.id));
        }
        if definition.id.contains(".rhba:") || definition.id.contains(".rhea:") {
            gates.push("security fix shipped as bug fix or enhancement".to_owned());
        }
        gates
    }
}

/// The first comment within a node.
fn comment_of(node: &crate::oval::model::Node) -> Option<&str> {
    use crate::oval::model::Node;
    match node {
        Node::Criterion { comment, .. } => Some(comment).filter(|c| !c.is_empty()).map(|c| &**c),
        Node::Criteria { children, .. } => children.iter().find_map(comment_of),
        Node::Extend { .. } => None,
    }
}
