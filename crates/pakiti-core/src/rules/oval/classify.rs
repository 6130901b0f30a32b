//! What the tests of a definition are for: gates, guards, signatures, packages.
//!
//! oval-semantics.md 6 and 7: the running kernel is answered by kernel truth; system, products, modules and
//! architecture by the group context; what is left blames packages.

mod part;

pub(super) use part::{format_of_test, formats_of, is_product, names, path, product_names};

use crate::oval::model::{Check, Document, Existence, Kind, Node, Operation, Operator, Place, VariableValue};
use part::{is_own, part_of, prefix_of};
use std::collections::BTreeSet;

/// What a node is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// "X must be installed": true on foreign systems only, never a finding.
    Guard,
    /// System, product, module, architecture: asked once per group context. One definition may have a branch for
    /// each of several releases.
    Gate,
    /// The running kernel, or the one that boots next.
    Kernel,
    /// Who signed a package.
    Signature,
    /// A package.
    Package,
    /// "X is not installed": true of no package.
    Absent,
    /// Can never be true.
    Never,
    /// Packages whose names cannot be told (a list of packages, by patterns of no known form).
    Unnamed,
    /// More than one of these, or what needs the whole set.
    Mixed,
}

/// Tells the parts of one document.
pub(super) struct Classifier<'a> {
    document: &'a Document,
    tests: Vec<Part>,
    /// It asks for no rpm.
    of_dpkg: bool,
}

impl<'a> Classifier<'a> {
    pub(super) fn new(document: &'a Document) -> Self {
        let tests = document.tests.iter().map(|test| part_of(document, test)).collect();
        let of_dpkg = !document.tests.iter().any(|test| test.kind == Kind::RpmInfo);
        Self { document, tests, of_dpkg }
    }

    /// What a test is for.
    pub(super) fn test(&self, test: Place) -> Part {
        self.tests.get(test as usize).copied().unwrap_or(Part::Mixed)
    }

    /// What a node is for: what all its tests are, or mixed. What is negated is a gate, the kernel, or mixed.
    pub(super) fn node(&self, node: &Node, extends: usize) -> Part {
        match node {
            Node::Criterion { test, negate, .. } => positive(self.test(*test), *negate),
            Node::Extend { definition, negate } if extends < MAX_EXTENDS => {
                let part = self.extended(*definition).map(|criteria| self.node(criteria, extends + 1));
                part.map_or(Part::Mixed, |part| positive(part, *negate))
            }
            Node::Extend { .. } => Part::Mixed,
            Node::Criteria { children, negate, .. } => {
                let mut parts = children.iter().map(|child| self.node(child, extends));
                let first = parts.next().unwrap_or(Part::Mixed);
                let sum = parts.fold(first, |sum, part| match (sum, part) {
                    (sum, part) if sum == part && sum != Part::Package => sum,
                    _ => Part::Mixed,
                });
                positive(sum, *negate)
            }
        }
    }

    /// Does any test of the node ask for a package?
    pub(super) fn asks_packages(&self, node: &Node, extends: usize) -> bool {
        self.has(Part::Package, node, extends)
    }

    /// Is any test of the node for this?
    pub(super) fn has(&self, part: Part, node: &Node, extends: usize) -> bool {
        match node {
            Node::Criterion { test, .. } => self.test(*test) == part,
            Node::Criteria { children, .. } => children.iter().any(|child| self.has(part, child, extends)),
            Node::Extend { definition, .. } if extends < MAX_EXTENDS => {
                self.extended(*definition).is_some_and(|criteria| self.has(part, criteria, extends + 1))
            }
            Node::Extend { .. } => false,
        }
    }

    /// Can the node be true on any host of the vendor's?
    pub(super) fn can_hold(&self, node: &Node, extends: usize) -> bool {
        match node {
            Node::Criterion { test, negate, .. } => {
                *negate || !matches!(self.test(*test), Part::Never | Part::Guard)
            }
            Node::Criteria { negate: true, .. } | Node::Extend { negate: true, .. } => true,
            Node::Criteria { operator: Operator::And, children, .. } => {
                children.iter().all(|child| self.can_hold(child, extends))
            }
            Node::Criteria { children, .. } => children.iter().any(|child| self.can_hold(child, extends)),
            Node::Extend { definition, .. } if extends < MAX_EXTENDS => {
                self.extended(*definition).is_none_or(|criteria| self.can_hold(criteria, extends + 1))
            }
            Node::Extend { .. } => true,
        }
    }

    /// The tests that alone say that the running kernel is concerned: Canonical's, of `uname -r` and of variables made
    /// of it. Beside packages such tests are guards.
    pub(super) fn kernel_tests(&self, node: &Node, extends: usize) -> Vec<Place> {
        let mut found = Vec::new();
        if self.of_dpkg {
            self.running_kernel(node, extends, &mut found);
            found.sort_unstable();
            found.dedup();
        }
        found
    }

    fn running_kernel(&self, node: &Node, extends: usize, found: &mut Vec<Place>) {
        match node {
            Node::Criterion { test, negate: false, .. } if self.is_of_kernel(*test) => found.push(*test),
            Node::Criteria { operator: Operator::Or, negate: false, children } => {
                children.iter().for_each(|child| self.running_kernel(child, extends, found));
            }
            Node::Criteria { operator: Operator::And, negate: false, children } => {
                let asking = |child: &&Node| self.asks_packages(child, extends);
                let (packages, rest): (Vec<_>, Vec<_>) = children.iter().partition(asking);
                let guarded = rest.iter().any(|child| self.has(Part::Kernel, child, extends));
                match packages.as_slice() {
                    [] => {
                        let mut tests = Vec::new();
                        rest.iter().for_each(|child| self.running_kernel(child, extends, &mut tests));
                        // The comparison of the version says more than which kernel runs.
                        let compares = |test: &Place| self.kind(*test) == Some(&Kind::Variable);
                        let any = tests.iter().any(compares);
                        found.extend(tests.into_iter().filter(|test| !any || compares(test)));
                    }
                    [child] if !guarded => self.running_kernel(child, extends, found),
                    _ => {}
                }
            }
            Node::Extend { definition, negate: false } if extends < MAX_EXTENDS => {
                let criteria = self.extended(*definition);
                criteria.into_iter().for_each(|node| self.running_kernel(node, extends + 1, found));
            }
            _ => {}
        }
    }

    fn is_of_kernel(&self, test: Place) -> bool {
        self.test(test) == Part::Kernel && matches!(self.kind(test), Some(Kind::Uname | Kind::Variable))
    }

    fn kind(&self, test: Place) -> Option<&Kind> {
        self.document.tests.get(test as usize).map(|test| &test.kind)
    }

    /// How the names begin that a test of dpkg packages asks for by patterns; empty = they cannot be told.
    pub(super) fn prefixes(&self, test: Place) -> Vec<Box<str>> {
        let Some(test) = self.document.tests.get(test as usize) else { return Vec::new() };
        let object = self.document.objects.get(test.object as usize);
        let Some([name]) = object.map(|object| object.entities.as_slice()) else { return Vec::new() };
        if test.kind != Kind::DpkgInfo || name.operation != Operation::PatternMatch {
            return Vec::new();
        }
        let variable = name.variable.and_then(|place| self.document.variables.get(place as usize));
        let values = match variable.map(|variable| &variable.value) {
            None => std::slice::from_ref(&name.value),
            Some(VariableValue::Constant(values)) => values.as_slice(),
            Some(_) => &[],
        };
        let prefixes: Option<BTreeSet<Box<str>>> = values.iter().map(|value| prefix_of(value)).collect();
        prefixes.unwrap_or_default().into_iter().collect()
    }

    /// The criteria of a definition.
    pub(super) fn extended(&self, definition: Place) -> Option<&'a Node> {
        self.document.definitions.get(definition as usize)?.criteria.as_ref()
    }

    /// The test of a criterion that is not negated.
    pub(super) fn test_of(&self, node: &Node) -> Option<Place> {
        match node {
            Node::Criterion { test, negate: false, .. } => Some(*test),
            _ => None,
        }
    }

    /// The object of a test.
    pub(super) fn object_of(&self, test: Place) -> Option<Place> {
        self.document.tests.get(test as usize).map(|test| test.object)
    }

    /// The package names a test is about; empty = they cannot be told.
    pub(super) fn names(&self, test: Place) -> Vec<&'a str> {
        let test = self.document.tests.get(test as usize);
        let object = test.and_then(|test| self.document.objects.get(test.object as usize));
        object.map(|object| names(self.document, object)).unwrap_or_default()
    }

    /// Can the test be asked of single packages: one satisfying instance is enough, the names are known, and the
    /// states ask for nothing but the package itself?
    pub(super) fn is_blaming(&self, test: Place) -> bool {
        let Some(asked) = self.document.tests.get(test as usize) else { return false };
        let one_is_enough = match asked.check {
            Check::AtLeastOne => true,
            // dpkg has one instance of a name. SUSE asks the signatures of all instances.
            Check::All => {
                (asked.kind == Kind::DpkgInfo && self.names(test).len() == 1)
                    || asked.states.is_empty()
                    || self.test(test) == Part::Signature
            }
            _ => asked.states.is_empty(),
        };
        let existence = matches!(
            asked.existence,
            Existence::AtLeastOneExists | Existence::AllExist | Existence::AnyExist
        );
        let states = asked.states.iter().map(|place| self.document.states.get(*place as usize));
        let own = states.into_iter().all(|state| state.is_some_and(|s| s.entities.iter().all(is_own)));
        one_is_enough && existence && own && !self.names(test).is_empty()
    }
}

/// Definitions within definitions; real ones have two.
pub(super) const MAX_EXTENDS: usize = 16;

fn positive(part: Part, negate: bool) -> Part {
    match part {
        Part::Gate | Part::Kernel => part,
        _ if negate => Part::Mixed,
        part => part,
    }
}
