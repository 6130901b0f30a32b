//! What the tests of a definition are for: gates, guards, signatures, packages.
//!
//! oval-semantics.md 6 and 7: the running kernel is answered by kernel truth; system, products, modules and
//! architecture by the group context; what is left blames packages.

use crate::oval::field::Field;
use crate::oval::model::{
    Check, Datatype, Document, Entity, Existence, Kind, Node, Object, Operation, Operator, Place, Test,
    VariableValue,
};
use crate::package::PackageFormat;

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
    /// More than one of these, or what needs the whole set.
    Mixed,
}

/// Tells the parts of one document.
pub(super) struct Classifier<'a> {
    document: &'a Document,
    tests: Vec<Part>,
}

impl<'a> Classifier<'a> {
    pub(super) fn new(document: &'a Document) -> Self {
        let tests = document.tests.iter().map(|test| part_of(document, test)).collect();
        Self { document, tests }
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
        match node {
            Node::Criterion { test, .. } => self.test(*test) == Part::Package,
            Node::Criteria { children, .. } => {
                children.iter().any(|child| self.asks_packages(child, extends))
            }
            Node::Extend { definition, .. } if extends < MAX_EXTENDS => {
                self.extended(*definition).is_some_and(|criteria| self.asks_packages(criteria, extends + 1))
            }
            Node::Extend { .. } => false,
        }
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
                asked.kind == Kind::DpkgInfo || asked.states.is_empty() || self.test(test) == Part::Signature
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

/// Can one package answer this?
fn is_own(entity: &Entity) -> bool {
    let plain = entity.variable.is_none() && !entity.nil;
    plain
        && match entity.field {
            Field::Name | Field::Arch | Field::Epoch | Field::Version | Field::Release | Field::Evr => true,
            Field::SignatureKeyid => entity.operation == Operation::Equals,
            _ => false,
        }
}

fn part_of(document: &Document, test: &Test) -> Part {
    match &test.kind {
        Kind::RpmVerifyFile if test.check == Check::NoneSatisfy => Part::Guard,
        Kind::RpmVerifyFile | Kind::Family => Part::Gate,
        Kind::Uname if asks(document, test, |field| *field == Field::OsRelease) => Part::Kernel,
        Kind::Uname => Part::Gate,
        Kind::TextFileContent54 => text_file(document, test),
        Kind::RpmInfo | Kind::DpkgInfo => package(document, test),
        _ => Part::Mixed,
    }
}

fn asks(document: &Document, test: &Test, wanted: impl Fn(&Field) -> bool) -> bool {
    let states = test.states.iter().filter_map(|place| document.states.get(*place as usize));
    states.flat_map(|state| &state.entities).any(|entity| wanted(&entity.field))
}

/// By the path of the file.
fn text_file(document: &Document, test: &Test) -> Part {
    let Some(object) = document.objects.get(test.object as usize) else { return Part::Mixed };
    let path = path(object);
    if path.contains("/modules.d") {
        Part::Gate
    } else if path.contains("/boot/") || path.contains("grub") {
        Part::Kernel
    } else if ["-release", "_version", "/os-release"].iter().any(|end| path.ends_with(end)) {
        Part::Gate
    } else {
        Part::Mixed
    }
}

fn path(object: &Object) -> String {
    let value = |field: Field| {
        let entity = object.entities.iter().find(|entity| entity.field == field);
        entity.map(|entity| entity.value.to_string())
    };
    value(Field::Filepath).unwrap_or_else(|| {
        let (path, name) = (value(Field::Path), value(Field::Filename));
        format!("{}/{}", path.unwrap_or_default(), name.unwrap_or_default())
    })
}

fn package(document: &Document, test: &Test) -> Part {
    let Some(object) = document.objects.get(test.object as usize) else { return Part::Mixed };
    let names = names(document, object);
    let states: Vec<_> =
        test.states.iter().filter_map(|place| document.states.get(*place as usize)).collect();
    let entities = || states.iter().flat_map(|state| &state.entities);
    // "redhat-release is earlier than 5Server-5.11.0.7" is about the package, not about the product.
    let below = entities().any(|entity| entity.operation == Operation::LessThan);
    let products = !names.is_empty() && names.iter().all(|name| is_product(name));
    if products && !below && test.kind == Kind::RpmInfo {
        return Part::Gate;
    }
    if test.existence == Existence::NoneExist {
        return Part::Absent;
    }
    let all = test.state_operator == Operator::And && states.iter().all(|s| s.operator == Operator::And);
    if all && test.check != Check::NoneSatisfy && entities().any(never) {
        return Part::Never;
    }
    if !states.is_empty() && entities().all(|entity| entity.field == Field::SignatureKeyid) {
        return Part::Signature;
    }
    // "kernel version equals V" beside a live patch: which kernel runs, not what is old.
    let is_kernel = !names.is_empty() && names.iter().all(|name| name.starts_with("kernel"));
    if is_kernel
        && entities().any(|entity| entity.field == Field::Evr && entity.operation == Operation::Equals)
    {
        return Part::Kernel;
    }
    Part::Package
}

/// SUSE's "is not affected".
fn never(entity: &Entity) -> bool {
    entity.field == Field::Version && entity.operation == Operation::Equals && &*entity.value == "0"
        || (entity.datatype == Datatype::EvrString
            && entity.operation == Operation::LessThan
            && &*entity.value == "0:0-0")
}

/// Packages that say which product is installed: they are told to the group context.
pub(in super::super) fn is_product(name: &str) -> bool {
    name.ends_with("-release") || name.contains("-release-") || name == "centos-linux-repos"
}

/// The names an object selects, if it says so by literals.
pub(super) fn names<'a>(document: &'a Document, object: &'a Object) -> Vec<&'a str> {
    if object.set.is_some() || !object.filters.is_empty() {
        return Vec::new();
    }
    let [entity] = object.entities.as_slice() else { return Vec::new() };
    if entity.field != Field::Name || entity.operation != Operation::Equals {
        return Vec::new();
    }
    match entity.variable {
        None => vec![&entity.value],
        Some(place) => match document.variables.get(place as usize).map(|variable| &variable.value) {
            Some(VariableValue::Constant(values)) if entity.var_check == Check::AtLeastOne => {
                values.iter().map(|value| &**value).collect()
            }
            // Without a check of its own an object's variable selects the union as well (oval-semantics.md 4).
            Some(VariableValue::Constant(values)) => values.iter().map(|value| &**value).collect(),
            _ => Vec::new(),
        },
    }
}

/// Names of the product packages that gates ask for.
pub(super) fn product_names(document: &Document) -> impl Iterator<Item = &str> {
    let packages =
        document.objects.iter().filter(|object| matches!(object.kind, Kind::RpmInfo | Kind::DpkgInfo));
    packages.flat_map(|object| names(document, object)).filter(|name| is_product(name))
}

/// Whose packages a document is about.
pub(super) fn format_of(document: &Document) -> PackageFormat {
    let count = |kind: Kind| document.tests.iter().filter(|test| test.kind == kind).count();
    if count(Kind::DpkgInfo) > count(Kind::RpmInfo) { PackageFormat::Deb } else { PackageFormat::Rpm }
}
