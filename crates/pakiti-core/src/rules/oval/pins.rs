//! Which CVEs of a definition which of its tests tells.
//!
//! Ubuntu's package form: one definition for all CVEs of a source package. `advisory/cve@test_ref` names the test of each,
//! and criteria begin with the CVE they are about ("(CVE-2023-48795) openssh package ..."). A CVE of which neither is
//! said is told by every test, as in advisories.

use super::compile::Rule;
use crate::oval::model::{Cve, Definition, Document, Node, Place};
use std::collections::{BTreeSet, HashMap};

/// The CVEs of one definition by the tests that tell them; numbers are places in the list of its CVEs.
#[derive(Debug, Default)]
pub(super) struct Pins {
    by_test: HashMap<Place, BTreeSet<u32>>,
    /// Told by every test.
    free: Vec<u32>,
}

impl Pins {
    /// `None` = the definition tells its CVEs not apart.
    pub(super) fn new(document: &Document, definition: &Definition, cves: &[Cve]) -> Option<Self> {
        let criteria = definition.criteria.as_ref()?;
        let numbers: HashMap<&str, u32> = cves.iter().zip(0..).map(|(cve, at)| (&*cve.id, at)).collect();
        let mut named: HashMap<&str, BTreeSet<u32>> = HashMap::new();
        for (cve, test) in &definition.metadata.cve_tests {
            named.entry(test).or_default().extend(numbers.get(&**cve));
        }
        let mut by_test: HashMap<Place, BTreeSet<u32>> = HashMap::new();
        for_each(criteria, &mut |test, comment| {
            let id = document.tests.get(test as usize).map(|test| &*test.id);
            let of_id = id.and_then(|id| named.get(id)).into_iter().flatten();
            let of_comment = cve_at_start(comment).and_then(|cve| numbers.get(cve));
            let told: Vec<u32> = of_id.chain(of_comment).copied().collect();
            if !told.is_empty() {
                by_test.entry(test).or_default().extend(told);
            }
        });
        if by_test.is_empty() {
            return None;
        }
        let told: BTreeSet<u32> = by_test.values().flatten().copied().collect();
        let free = numbers.into_values().filter(|at| !told.contains(at)).collect();
        Some(Self { by_test, free })
    }

    /// The CVEs that a rule tells.
    pub(super) fn of(&self, rule: &Rule) -> BTreeSet<u32> {
        let tests = std::iter::once(&rule.test).chain(&rule.same);
        tests.filter_map(|test| self.by_test.get(test)).flatten().chain(&self.free).copied().collect()
    }
}

/// The CVE in the brackets that a comment begins with.
fn cve_at_start(comment: &str) -> Option<&str> {
    let (cve, _) = comment.strip_prefix('(')?.split_once(')')?;
    cve.starts_with("CVE-").then_some(cve)
}

/// Every criterion below a node: its test and comment.
pub(super) fn for_each<'d>(node: &'d Node, call: &mut impl FnMut(Place, &'d str)) {
    match node {
        Node::Criterion { test, comment, .. } => call(*test, comment),
        Node::Criteria { children, .. } => children.iter().for_each(|child| for_each(child, call)),
        Node::Extend { .. } => {}
    }
}
