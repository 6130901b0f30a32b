//! What a document says about each package name, as a hash: which names does a new one touch?
//!
//! Places differ between two versions of a file, so what they stand for is hashed. A name too few is a wrong verdict,
//! a name too many only work.

use super::classify::MAX_EXTENDS;
use super::compile::{Rule, Whole, compile};
use super::leaf::Fix;
use super::manifest::with_package_tests;
use crate::oval::model::{Document, Node, Place};
use std::collections::{BTreeMap, BTreeSet};

/// Package name -> hash of every rule that may blame it; `None` = some definition names its packages by a pattern, and
/// any name may matter to it. `linux-image-*` stands for all names that begin so.
///
/// What needs whole package sets touches the names that it may blame: no finding of it is about another package.
pub fn fingerprints(document: &Document) -> Option<BTreeMap<String, [u8; 32]>> {
    let rewritten = with_package_tests(document);
    let document = rewritten.as_ref().unwrap_or(document);
    let rules = compile(document);
    let mut of_sets: BTreeMap<String, Vec<[u8; 32]>> = BTreeMap::new();
    for whole in &rules.whole {
        let hash = whole_hash(document, whole);
        let blamed = whole.names.as_ref()?;
        let prefixes = blamed.prefixes.iter().map(|prefix| format!("{prefix}*"));
        for name in blamed.names.iter().map(|name| name.to_string()).chain(prefixes) {
            of_sets.entry(name).or_default().push(hash);
        }
    }
    let hashes: Vec<[u8; 32]> =
        rules.rules.iter().map(|rule| rule_hash(document, &rules.gates, rule)).collect();
    let mut out = BTreeMap::new();
    let names: BTreeSet<&str> =
        rules.by_name.keys().map(|name| &**name).chain(of_sets.keys().map(String::as_str)).collect();
    for name in names {
        let places = rules.by_name.get(name).map_or(&[][..], Vec::as_slice);
        let mut of_name: Vec<&[u8; 32]> =
            places.iter().filter_map(|place| hashes.get(*place as usize)).collect();
        of_name.extend(of_sets.get(name).into_iter().flatten());
        of_name.sort_unstable();
        let mut hasher = blake3::Hasher::new();
        for hash in of_name {
            hasher.update(hash);
        }
        out.insert(name.to_string(), *hasher.finalize().as_bytes());
    }
    Some(out)
}

fn whole_hash(document: &Document, whole: &Whole) -> [u8; 32] {
    let mut hasher = Hasher { document, hasher: blake3::Hasher::new(), extends: 0 };
    if let Some(definition) = document.definitions.get(whole.definition as usize) {
        hasher.record(&(&definition.id, &definition.metadata));
        definition.criteria.iter().for_each(|criteria| hasher.node(criteria));
    }
    for (test, satisfied, _) in &whole.leaves {
        hasher.record(satisfied);
        hasher.test(*test);
    }
    *hasher.hasher.finalize().as_bytes()
}

fn rule_hash(document: &Document, gates: &[Vec<Node>], rule: &Rule) -> [u8; 32] {
    let mut hasher = Hasher { document, hasher: blake3::Hasher::new(), extends: 0 };
    if let Some(definition) = document.definitions.get(rule.definition as usize) {
        hasher.record(&(&definition.id, &definition.metadata));
        hasher.text(super::vendor::criterion(document, definition, rule.test));
        // One test may tell several CVEs, each with a word of its own.
        definition.criteria.iter().for_each(|criteria| hasher.comments(criteria, rule.test));
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
    /// Definitions within definitions, on the way down.
    extends: usize,
}

impl Hasher<'_> {
    fn text(&mut self, text: &str) {
        self.hasher.update(text.as_bytes()).update(&[0]);
    }

    fn comments(&mut self, node: &Node, wanted: Place) {
        super::pins::for_each(node, &mut |test, comment| {
            if test == wanted {
                self.text(comment);
            }
        });
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
                let criteria = definition.and_then(|definition| definition.criteria.as_ref());
                if self.extends < MAX_EXTENDS {
                    self.extends += 1;
                    criteria.into_iter().for_each(|criteria| self.node(criteria));
                    self.extends -= 1;
                }
            }
        }
    }
}
