//! The reference: whole definitions by the evaluator, then the package tests that are true on a way of true nodes.

use super::hosts::Host;
use pakiti_core::kernel::{KernelPart, part};
use pakiti_core::os_group;
use pakiti_core::oval::field::Field;
use pakiti_core::oval::model::{Check, Class, Definition, Document, Existence, Kind, Node, Operation, Place};
use pakiti_core::oval::{Evaluation, HostFacts, HostIndex, Outcome};
use std::collections::{BTreeMap, BTreeSet};

/// What whole evaluation says of a host.
#[derive(Default)]
pub(super) struct Naive {
    /// Definitions of class patch and vulnerability that are true.
    pub(super) true_definitions: BTreeSet<Place>,
    /// Place of a package and CVE (or advisory) -> definitions that say so.
    pub(super) pairs: BTreeMap<(usize, String), BTreeSet<Place>>,
}

pub(super) fn naive(document: &Document, host: &Host) -> Naive {
    let group = host.context.group.os_group.as_ref().unwrap();
    let facts = HostFacts {
        packages: &host.packages,
        context: &host.context,
        system: os_group::describe(group).map_or("", |known| known.name),
        complete: true,
        assume_signed: true,
        files: &BTreeMap::new(),
    };
    let index = HostIndex::new(facts);
    let mut evaluation = Evaluation::new(document, &index);
    let mut out = Naive::default();
    for (definition, place) in document.definitions.iter().zip(0..) {
        let judging = matches!(definition.class, Class::Patch | Class::Vulnerability);
        if !judging || definition.deprecated || definition.id.contains(".unaffected:") {
            continue;
        }
        if evaluation.definition(place) != Outcome::True {
            continue;
        }
        out.true_definitions.insert(place);
        let mut blamed = BTreeSet::new();
        let criteria = definition.criteria.as_ref().unwrap();
        blame(document, &mut evaluation, criteria, &mut blamed);
        for at in blamed {
            if part(&host.packages[at]) == Some(KernelPart::Auxiliary)
                || undetermined(definition, &host.packages[at].name)
            {
                continue;
            }
            for subject in subjects(definition) {
                out.pairs.entry((at, subject)).or_default().insert(place);
            }
        }
    }
    out
}

fn undetermined(definition: &Definition, package: &str) -> bool {
    let of_package = |c: &&pakiti_core::oval::model::Resolution| {
        c.components.iter().any(|one| one.rsplit('/').next() == Some(package))
    };
    let resolution = definition.metadata.resolutions.iter().find(of_package);
    resolution.is_some_and(|resolution| &*resolution.state == "Under investigation")
}

/// The CVEs of a definition, else its advisory.
pub(super) fn subjects(definition: &Definition) -> BTreeSet<String> {
    let metadata = &definition.metadata;
    let texts = metadata.references.iter().flat_map(|one| [&one.id, &one.source]);
    let told = metadata.cves.iter().map(|cve| &cve.id).chain(texts);
    let mut cves: BTreeSet<String> = told.filter_map(|text| cve_of(text)).collect();
    if cves.is_empty() {
        cves.extend(cve_of(&metadata.title));
    }
    if cves.is_empty() {
        let id = metadata.references.iter().map(|one| &one.id).find(|id| !id.is_empty());
        cves.insert(id.unwrap_or(&definition.id).to_string());
    }
    cves
}

fn cve_of(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("CVE-")?;
    let id: String = rest.chars().take_while(|c| c.is_ascii_digit() || *c == '-').collect();
    (id.len() >= 8).then(|| format!("CVE-{}", id.trim_end_matches('-')))
}

/// The packages whose tests are true on a way of true nodes.
fn blame(document: &Document, evaluation: &mut Evaluation<'_>, node: &Node, found: &mut BTreeSet<usize>) {
    if evaluation.node(node) != Outcome::True {
        return;
    }
    match node {
        Node::Criteria { children, negate: false, .. } => {
            children.iter().for_each(|child| blame(document, evaluation, child, found));
        }
        Node::Extend { definition, negate: false } => {
            let criteria = document.definitions[*definition as usize].criteria.as_ref().unwrap();
            blame(document, evaluation, criteria, found);
        }
        Node::Criterion { test, negate: false, .. } if is_package(document, *test) => {
            let instances = evaluation.instances(*test).into_iter();
            found.extend(instances.filter(|(_, outcome)| *outcome == Outcome::True).map(|(at, _)| at));
        }
        _ => {}
    }
}

/// oval-semantics.md 7: an evr or existence state; neither inventory nor the guard of a kernel.
fn is_package(document: &Document, test: Place) -> bool {
    let test = &document.tests[test as usize];
    let package = matches!(test.kind, Kind::RpmInfo | Kind::DpkgInfo);
    let absent = test.existence == Existence::NoneExist || test.check == Check::NoneSatisfy;
    let Some(object) = document.objects.get(test.object as usize).filter(|_| package && !absent) else {
        return false;
    };
    let entities = || test.states.iter().flat_map(|state| &document.states[*state as usize].entities);
    let below = entities().any(|entity| entity.operation == Operation::LessThan);
    let name = object.entities.first().map_or("", |entity| &*entity.value);
    let product = test.kind == Kind::RpmInfo && (name.ends_with("-release") || name.contains("-release-"));
    let signature = entities().any(|entity| entity.field == Field::SignatureKeyid);
    let guard = name.starts_with("kernel")
        && entities().any(|entity| entity.field == Field::Evr && entity.operation == Operation::Equals);
    (below || !product) && !signature && !guard
}

/// Does the definition name a fixed version that is none ("8.0 only")?
pub(super) fn names_no_version(document: &Document, definition: Place) -> bool {
    fn tests(node: &Node, found: &mut Vec<Place>) {
        match node {
            Node::Criteria { children, .. } => children.iter().for_each(|child| tests(child, found)),
            Node::Criterion { test, .. } => found.push(*test),
            Node::Extend { .. } => {}
        }
    }
    let mut found = Vec::new();
    tests(document.definitions[definition as usize].criteria.as_ref().unwrap(), &mut found);
    let states = found.iter().flat_map(|test| &document.tests[*test as usize].states);
    let mut values =
        states.flat_map(|state| &document.states[*state as usize].entities).map(|entity| &entity.value);
    values.any(|value| value.contains(" only"))
}
