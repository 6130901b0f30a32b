//! What a document says about each package name, as a hash: which names does a new one touch?
//!
//! Places differ between two versions of a file, so what they stand for is hashed. A name too few is a wrong verdict,
//! a name too many only work.

use super::compile::{Rule, compile};
use super::leaf::Fix;
use crate::oval::model::{Document, Node, Place};
use std::collections::BTreeMap;

/// Package name -> hash of every rule for it; `None` = some definition needs whole package sets, and any name may
/// matter to it.
pub fn fingerprints(document: &Document) -> Option<BTreeMap<String, [u8; 32]>> {
    let rules = compile(document);
    if !rules.whole.is_empty() {
        return None;
    }
    let hashes: Vec<[u8; 32]> =
        rules.rules.iter().map(|rule| rule_hash(document, &rules.gates, rule)).collect();
    let mut out = BTreeMap::new();
    for (name, places) in &rules.by_name {
        let mut of_name: Vec<&[u8; 32]> =
            places.iter().filter_map(|place| hashes.get(*place as usize)).collect();
        of_name.sort_unstable();
        let mut hasher = blake3::Hasher::new();
        for hash in of_name {
            hasher.update(hash);
        }
        out.insert(name.to_string(), *hasher.finalize().as_bytes());
    }
    Some(out)
}

fn rule_hash(document: &Document, gates: &[Vec<Node>], rule: &Rule) -> [u8; 32] {
    let mut hasher = Hasher { document, hasher: blake3::Hasher::new() };
    if let Some(definition) = document.definitions.get(rule.definition as usize) {
        hasher.record(&(&definition.id, &definition.metadata));
        hasher.text(super::vendor::criterion(document, definition, rule.test));
    }
    hasher.test(rule.test);
    rule.same.iter().for_each(|test| hasher.test(*test));
    gates.get(rule.gates as usize).into_iter().flatten().for_each(|gate| hasher.node(gate));
    if let Fix::Version { version, .. } = &rule.fix {
        hasher.text(version);
    }
    *hasher.hasher.finalize().as_bytes()
}

/// Follows places to what they stand for.
struct Hasher<'a> {
    document: &'a Document,
    hasher: blake3::Hasher,
}

impl Hasher<'_> {
    fn text(&mut self, text: &str) {
        self.hasher.update(text.as_bytes()).update(&[0]);
    }

    fn record(&mut self, value: &impl serde::Serialize) {
        self.hasher.update(&serde_json::to_vec(value).unwrap_or_default()).update(&[0]);
    }

    fn test(&mut self, place: Place) {
        let document = self.document;
        let Some(test) = document.tests.get(place as usize) else { return self.text("no test") };
        self.record(&(&test.kind, test.check, test.existence, test.state_operator));
        if let Some(object) = document.objects.get(test.object as usize) {
            for entity in &object.entities {
                self.record(&(&entity.field, entity.operation, &entity.value));
                let variable = entity.variable.and_then(|place| document.variables.get(place as usize));
                self.record(&variable.map(|variable| &variable.value));
            }
        }
        for place in &test.states {
            self.record(&document.states.get(*place as usize));
        }
    }

    fn node(&mut self, node: &Node) {
        match node {
            Node::Criterion { test, negate, .. } => {
                self.record(negate);
                self.test(*test);
            }
            Node::Criteria { operator, negate, children } => {
                self.record(&(operator, negate, children.len()));
                children.iter().for_each(|child| self.node(child));
            }
            Node::Extend { definition, negate } => {
                let definition = self.document.definitions.get(*definition as usize);
                self.record(&(definition.map(|definition| &definition.id), negate));
            }
        }
    }
}
