//! From definitions to rules per package.
//!
//! design.md "The heart": the compiler proves each rule per-package or puts its definition into the small list that
//! is asked for whole sets. A rule is one package test of a criteria tree with what stands beside it on the way
//! down: gates (asked once per group context), tests of the same package, and guards of the running kernel, which
//! kernel truth replaces. Canonical's tests of the running kernel that stand beside no package blame the image that
//! runs ([`NeedsSet::RunningKernel`]). The branch "must be installed" of Red Hat's criteria is never a way (oval-semantics.md 7).

use super::classify::{Classifier, MAX_EXTENDS, Part, format_of_test};
use super::leaf::{Fix, fix_of};
use super::pro::Pro;
use super::{naming, vendor};
use crate::oval::expansions;
use crate::oval::model::{Class, Definition, Document, Kind, Node, Operator, Place};
use crate::package::PackageFormat;
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};

/// One package test with what it needs.
#[derive(Debug)]
pub(super) struct Rule {
    /// The definition.
    pub(super) definition: Place,
    /// The package test that blames a package.
    pub(super) test: Place,
    /// Further tests of the same package (signature, architecture).
    pub(super) same: Box<[Place]>,
    /// Place in [`Rules::gates`].
    pub(super) gates: u32,
    /// A guard asks for the running kernel.
    pub(super) kernel: bool,
    /// What closes it.
    pub(super) fix: Fix,
    /// Whose packages it is about.
    pub(super) format: PackageFormat,
    /// Where the fix is for subscribers of Ubuntu Pro only.
    pub(super) pro: Option<Pro>,
}

impl Rule {
    /// Is it asked with the whole set only?
    pub(super) fn is_of_set(&self) -> bool {
        self.gates == NO_GATES
    }

    /// Is the test that blames one of the running kernel, not of a package?
    pub(super) fn is_of_running_kernel(&self, document: &Document) -> bool {
        let kind = document.tests.get(self.test as usize).map(|test| &test.kind);
        matches!(kind, Some(Kind::Uname | Kind::Variable))
    }
}

/// The rules of one document.
#[derive(Debug, Default)]
pub(super) struct Rules {
    pub(super) rules: Vec<Rule>,
    /// Package name, as [`naming::kept_as`] has it -> places in `rules`.
    pub(super) by_name: HashMap<Box<str>, Vec<u32>>,
    /// Lists of gates; all nodes of a list must be true.
    pub(super) gates: Vec<Vec<Node>>,
    /// By the same places: the module streams (`nodejs:18`) that the gates ask for.
    pub(super) modules: Vec<Vec<Box<str>>>,
    /// Definitions that need the whole set.
    pub(super) whole: Vec<Whole>,
    /// The names of the packages that they may blame.
    pub(super) set_names: SetNames,
    /// Definitions that could give findings and name no package that they could blame, or are too large.
    pub(super) silent: Vec<Place>,
}

/// The names of the packages that definitions about whole sets may blame.
#[derive(Debug, Default)]
pub(super) struct SetNames {
    names: HashSet<Box<str>>,
    /// How names begin that definitions name by patterns.
    pub(super) prefixes: BTreeSet<Box<str>>,
    /// Some definition names its packages by a pattern that says nothing of them.
    any: bool,
}

impl SetNames {
    /// Can any of the definitions blame a package of this name?
    pub(super) fn contain(&self, name: &str) -> bool {
        self.any || self.spell(name) || self.prefixes.iter().any(|prefix| name.starts_with(&**prefix))
    }

    /// Does any of them spell this very name out? Then it speaks for the package.
    pub(super) fn spell(&self, name: &str) -> bool {
        self.names.contains(name)
    }
}

/// A definition that is evaluated whole.
#[derive(Debug)]
pub(super) struct Whole {
    pub(super) definition: Place,
    /// Why one package cannot answer it.
    pub(super) reason: NeedsSet,
    /// What it may blame: place in `rules` of each package test, by the sense in which the test blames.
    pub(super) leaves: Vec<(Place, bool, u32)>,
    /// The packages that it may blame; `None` = any.
    pub(super) names: Option<Blamed>,
}

/// Packages that a definition may blame.
#[derive(Debug, Default)]
pub(super) struct Blamed {
    /// By name, sorted.
    pub(super) names: BTreeSet<Box<str>>,
    /// By how their names begin, sorted.
    pub(super) prefixes: BTreeSet<Box<str>>,
}

impl Blamed {
    /// Is this package among them?
    pub(super) fn contain(&self, name: &str) -> bool {
        self.names.contains(name) || self.prefixes.iter().any(|prefix| name.starts_with(&**prefix))
    }
}

/// How the names of the packages begin that hold the image of a kernel, on systems with dpkg.
pub(super) const KERNEL_IMAGES: &str = "linux-image-";

/// Nodes of a definition with those that it extends; real ones have some thousands. Above it is left out.
const MAX_NODES: u32 = 50_000;

/// Compiles a document.
pub(super) fn compile(document: &Document) -> Rules {
    let mut compiler = Compiler {
        document,
        classifier: Classifier::new(document),
        out: Rules::default(),
        gate_places: HashMap::new(),
        comments: HashMap::new(),
    };
    let expansions = expansions(document, MAX_EXTENDS);
    for ((definition, nodes), place) in document.definitions.iter().zip(expansions).zip(0..) {
        if gives_findings(definition) {
            match nodes <= MAX_NODES {
                true => compiler.definition(definition, place),
                false => compiler.out.silent.push(place),
            }
        }
    }
    compiler.out
}

/// oval-semantics.md 7: which definitions can be findings at all.
pub(super) fn gives_findings(definition: &Definition) -> bool {
    matches!(definition.class, Class::Vulnerability | Class::Patch)
        && !definition.deprecated
        && !definition.id.contains(".unaffected:")
}

struct Compiler<'a> {
    document: &'a Document,
    classifier: Classifier<'a>,
    out: Rules,
    gate_places: HashMap<Vec<Node>, u32>,
    /// Of the definition that is compiled: test -> what its criterion says.
    comments: HashMap<Place, &'a str>,
}

/// What was passed on the way down to a node.
#[derive(Debug, Clone, Default)]
struct Way {
    gates: Vec<Node>,
    same: Vec<Place>,
    kernel: bool,
    extends: usize,
}

/// Why a definition needs the whole set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NeedsSet {
    /// All of several packages must be there, or one there and one absent.
    SeveralPackages,
    /// A package test is negated.
    Negation,
    /// Exactly one, or an odd number, of several.
    Operator,
    /// A test that no single package answers (none satisfy, all instances, names by pattern).
    Test,
    /// Definitions within definitions, too deep.
    TooDeep,
    /// It is about the kernel that runs, whatever its package is called.
    RunningKernel,
}

/// The gates of what is evaluated whole: none.
const NO_GATES: u32 = u32::MAX;

impl<'a> Compiler<'a> {
    fn definition(&mut self, definition: &'a Definition, place: Place) {
        let Some(criteria) = &definition.criteria else { return self.out.silent.push(place) };
        self.comments = vendor::comments(criteria);
        let mut found = Vec::new();
        let kernels = self.classifier.kernel_tests(criteria, 0);
        match self.walk(criteria, &Way::default(), &mut found) {
            Ok(()) => {
                let nobody = found.is_empty() && kernels.is_empty();
                found.into_iter().for_each(|(test, way)| self.emit(place, test, way));
                if !kernels.is_empty() {
                    self.whole(place, NeedsSet::RunningKernel, Vec::new(), kernels);
                }
                if nobody && self.classifier.can_hold(criteria, 0) {
                    return self.out.silent.push(place);
                }
            }
            Err(reason) => {
                let mut tests = Vec::new();
                self.leaves(criteria, 0, &mut tests);
                self.whole(place, reason, tests, kernels);
            }
        }
        // What is said of packages that cannot be named stays unsaid.
        if self.classifier.has(Part::Unnamed, criteria, 0) {
            self.out.silent.push(place);
        }
    }

    fn walk(&self, node: &Node, way: &Way, found: &mut Vec<(Place, Way)>) -> Result<(), NeedsSet> {
        match node {
            Node::Criterion { test, negate, .. } => match self.classifier.test(*test) {
                Part::Package if *negate => Err(NeedsSet::Negation),
                Part::Package => self.leaf(*test, way, found),
                // Without a package beside it nothing else blames one.
                _ => Ok(()),
            },
            _ if !self.classifier.asks_packages(node, way.extends) => Ok(()),
            Node::Extend { negate: true, .. } | Node::Criteria { negate: true, .. } => {
                Err(NeedsSet::Negation)
            }
            Node::Extend { .. } if way.extends >= MAX_EXTENDS => Err(NeedsSet::TooDeep),
            Node::Extend { definition, .. } => {
                let criteria = self.classifier.extended(*definition).ok_or(NeedsSet::TooDeep)?;
                self.walk(criteria, &Way { extends: way.extends + 1, ..way.clone() }, found)
            }
            Node::Criteria { operator, children, .. } => match operator {
                Operator::Or => children.iter().try_for_each(|child| self.walk(child, way, found)),
                Operator::And => self.walk_all(children, way, found),
                // One child: every operator says what it says.
                _ => match children.as_slice() {
                    [child] => self.walk(child, way, found),
                    _ => Err(NeedsSet::Operator),
                },
            },
        }
    }

    /// A package test: what was passed on the way must be about the same package.
    fn leaf(&self, test: Place, way: &Way, found: &mut Vec<(Place, Way)>) -> Result<(), NeedsSet> {
        if !self.classifier.is_blaming(test) {
            return Err(NeedsSet::Test);
        }
        let object = |test: Place| self.classifier.object_of(test);
        let mut way = way.clone();
        // The signature of the kernel beside a live patch goes with the guard of that kernel.
        let is_kernel =
            |test: Place| self.classifier.names(test).iter().all(|name| name.starts_with("kernel"));
        let guarded = way.kernel;
        way.same.retain(|other| object(*other) == object(test) || !(guarded && is_kernel(*other)));
        if way.same.iter().any(|other| object(*other) != object(test)) {
            return Err(NeedsSet::SeveralPackages);
        }
        if !way.same.iter().all(|other| self.classifier.is_blaming(*other)) {
            return Err(NeedsSet::Test);
        }
        found.push((test, way));
        Ok(())
    }

    /// The children of an AND: gates and guards are passed, one child may blame packages.
    fn walk_all(&self, children: &[Node], way: &Way, found: &mut Vec<(Place, Way)>) -> Result<(), NeedsSet> {
        let mut way = way.clone();
        let (mut blaming, mut absent) = (Vec::new(), false);
        for child in children {
            match self.classifier.node(child, way.extends) {
                Part::Gate => way.gates.push(child.clone()),
                Part::Kernel => way.kernel = true,
                // A branch that can never be true makes the whole AND so.
                Part::Never | Part::Guard => return Ok(()),
                Part::Signature => way.same.push(self.classifier.test_of(child).ok_or(NeedsSet::Test)?),
                Part::Absent => absent = true,
                Part::Package | Part::Mixed | Part::Unnamed => blaming.push(child),
            }
        }
        if absent {
            return Err(NeedsSet::SeveralPackages);
        }
        let [child] = blaming.as_slice() else { return self.walk_several(&blaming, &way, found) };
        self.walk(child, &way, found)
    }

    /// Several tests of one package narrow each other; the one with a version says what closes it.
    fn walk_several(
        &self,
        blaming: &[&Node],
        way: &Way,
        found: &mut Vec<(Place, Way)>,
    ) -> Result<(), NeedsSet> {
        let mut tests = Vec::new();
        for node in blaming {
            let test =
                self.classifier.test_of(node).filter(|test| self.classifier.test(*test) == Part::Package);
            let negated = matches!(node, Node::Criterion { negate: true, .. });
            tests.push(test.ok_or(if negated { NeedsSet::Negation } else { NeedsSet::SeveralPackages })?);
        }
        // All must hold, so the lowest of their versions closes it.
        let key = |test: Place| fix_of(self.document, test, false).and_then(|fix| fix.key().cloned());
        let keys = tests.iter().zip(0..).filter_map(|(test, at)| Some((key(*test)?, at)));
        let at = keys.min().map_or(0, |(_, at)| at);
        if tests.is_empty() {
            return Ok(());
        }
        let test = tests.swap_remove(at);
        let mut way = way.clone();
        way.same.extend(tests);
        self.leaf(test, &way, found)
    }

    /// A definition that is evaluated whole: a rule for each of its tests that blame, which no name leads to.
    fn whole(
        &mut self,
        definition: Place,
        reason: NeedsSet,
        mut tests: Vec<(Place, bool)>,
        kernels: Vec<Place>,
    ) {
        tests.extend(kernels.into_iter().map(|test| (test, true)));
        tests.sort_unstable();
        tests.dedup();
        let mut leaves = Vec::new();
        for (test, satisfied) in tests {
            let Some(fix) = fix_of(self.document, test, !satisfied) else { continue };
            leaves.push((test, satisfied, self.out.rules.len() as u32));
            let (same, pro) = (Box::default(), self.pro(test, &fix));
            let (format, kernel) = (format_of_test(self.document, test), false);
            self.out.rules.push(Rule { definition, test, same, gates: NO_GATES, kernel, fix, format, pro });
        }
        let names = self.blamed_names(&leaves);
        match &names {
            Some(blamed) => {
                self.out.set_names.names.extend(blamed.names.iter().cloned());
                self.out.set_names.prefixes.extend(blamed.prefixes.iter().cloned());
            }
            None => self.out.set_names.any = true,
        }
        self.out.whole.push(Whole { definition, reason, leaves, names });
    }

    /// The packages that tests ask for; `None` = one of them asks by a pattern that says nothing of the name.
    fn blamed_names(&self, leaves: &[(Place, bool, u32)]) -> Option<Blamed> {
        let mut out = Blamed::default();
        for (test, ..) in leaves {
            if self.classifier.test(*test) == Part::Kernel {
                out.prefixes.insert(KERNEL_IMAGES.into());
                continue;
            }
            let names = self.classifier.names(*test);
            let prefixes = if names.is_empty() { self.classifier.prefixes(*test) } else { Vec::new() };
            if names.is_empty() && prefixes.is_empty() {
                return None;
            }
            out.names.extend(names.into_iter().map(Box::from));
            out.prefixes.extend(prefixes);
        }
        Some(out)
    }

    /// Is what closes a test for subscribers only?
    fn pro(&self, test: Place, fix: &Fix) -> Option<Pro> {
        match fix {
            Fix::Version { version, .. } if format_of_test(self.document, test) == PackageFormat::Deb => {
                Pro::of(version, self.comments.get(&test).copied().unwrap_or_default())
            }
            _ => None,
        }
    }

    /// The package tests of a tree, each in both senses: instances that satisfy it, and those that do not.
    fn leaves(&self, node: &Node, extends: usize, found: &mut Vec<(Place, bool)>) {
        match node {
            Node::Criterion { test, .. } if self.classifier.test(*test) == Part::Package => {
                found.extend([(*test, true), (*test, false)]);
            }
            Node::Criterion { .. } => {}
            Node::Criteria { children, .. } => {
                children.iter().for_each(|child| self.leaves(child, extends, found));
            }
            Node::Extend { definition, .. } if extends < MAX_EXTENDS => {
                let criteria = self.classifier.extended(*definition);
                criteria.into_iter().for_each(|criteria| self.leaves(criteria, extends + 1, found));
            }
            Node::Extend { .. } => {}
        }
    }

    fn emit(&mut self, definition: Place, test: Place, way: Way) {
        let Some(fix) = fix_of(self.document, test, false) else { return };
        let names = self.classifier.names(test);
        let next = self.out.gates.len() as u32;
        let gates = *self.gate_places.entry(way.gates).or_insert_with_key(|gates| {
            self.out.modules.push(vendor::modules(gates));
            self.out.gates.push(gates.clone());
            next
        });
        let at = self.out.rules.len() as u32;
        let (same, pro) = (way.same.into_boxed_slice(), self.pro(test, &fix));
        let (format, kernel) = (format_of_test(self.document, test), way.kernel);
        self.out.rules.push(Rule { definition, test, same, gates, kernel, fix, format, pro });
        let names: BTreeSet<Cow<'_, str>> = names.into_iter().map(naming::kept_as).collect();
        for name in names {
            self.out.by_name.entry(name.into()).or_default().push(at);
        }
    }
}
