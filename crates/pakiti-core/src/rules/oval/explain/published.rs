//! What the definitions of OVAL sources say of one subject, whatever hosts have.

use super::{fixed_of, is_about, names_of};
use crate::oval::model::Place;
use crate::rules::explain::{MOST, Published};
use crate::rules::oval::{OvalIndex, vendor};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// What all OVAL sources publish of a subject.
pub(in crate::rules) fn published(index: &OvalIndex, subject: &str) -> Vec<Published> {
    let mut rows = Vec::new();
    for compiled in &index.documents {
        let groups = || compiled.meta.os_group.iter().chain(&compiled.meta.further_groups);
        let mut by_fix: BTreeMap<(Place, Option<String>), BTreeSet<&str>> = BTreeMap::new();
        let definitions = compiled.document.definitions.iter().zip(0..);
        let named: HashSet<Place> = definitions
            .filter(|(definition, place)| {
                is_about(compiled, definition, *place, |id| subject.eq_ignore_ascii_case(id))
            })
            .map(|(_, place)| place)
            .collect();
        for rule in compiled.rules.rules.iter().filter(|rule| named.contains(&rule.definition)) {
            let cves = compiled.cves.get(rule.definition as usize).map_or(&[][..], Vec::as_slice);
            let asked = cves.iter().zip(0..).find(|(cve, _)| subject.eq_ignore_ascii_case(&cve.id));
            if asked.is_some_and(|(_, at)| !compiled.tells(rule, at)) {
                continue;
            }
            let names = by_fix.entry((rule.definition, fixed_of(rule))).or_default();
            names.extend(names_of(&compiled.document, rule));
        }
        for ((place, fixed), packages) in by_fix.into_iter().take(MOST) {
            let Some(definition) = compiled.document.definitions.get(place as usize) else { continue };
            let cves = compiled.cves.get(place as usize).map_or(&[][..], Vec::as_slice);
            let cve = cves.iter().find(|cve| subject.eq_ignore_ascii_case(&cve.id));
            let first = packages.first().copied().unwrap_or_default();
            rows.push(Published {
                os_groups: groups().filter(|group| compiled.speaks_for(place, group)).cloned().collect(),
                source_name: compiled.meta.name.clone(),
                rule: definition.id.to_string(),
                advisory: vendor::advisory(definition).map(str::to_owned),
                vendor_state: fixed.is_none().then(|| vendor::word(definition, first, "", &[]).text()),
                fixed,
                severity: vendor::severity(definition, cve, cves.len() < 2).0,
                packages: packages.into_iter().map(str::to_owned).collect(),
                feed_date: compiled.meta.date,
            });
        }
    }
    rows.retain(|row| !row.os_groups.is_empty());
    rows
}
