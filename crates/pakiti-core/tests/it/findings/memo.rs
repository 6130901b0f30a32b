//! The memo path - rules compiled per package, the few for sets beside them - finds what the evaluation of whole
//! definitions says (design.md "The heart").

use super::*;
use pakiti_core::oval::{Evaluation, HostFacts, HostIndex, Outcome};
use pakiti_core::rules::oval_rules;
use pakiti_core::version::{VersionKey, sort_key};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A criteria tree, before it is one.
#[derive(Debug, Clone)]
enum Tree {
    Below(usize, u8),
    BelowOn(usize, u8, bool),
    AtLeast(usize, u8),
    Installed(usize),
    Absent(usize),
    Signed(usize, bool),
    NoneBelow(usize, u8),
    AllBelow(usize, u8),
    Never(usize),
    System(bool),
    Guard,
    Module(u8),
    Product(u8),
    Machine(bool),
    Unknown,
    Of(Operator, Vec<Tree>),
    Not(Box<Tree>),
}

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

fn leaf() -> impl Strategy<Value = Tree> {
    let name = 0..NAMES.len();
    prop_oneof![
        8 => (name.clone(), 1u8..6).prop_map(|(n, v)| Tree::Below(n, v)),
        2 => (name.clone(), 1u8..6, any::<bool>()).prop_map(|(n, v, b)| Tree::BelowOn(n, v, b)),
        1 => (name.clone(), 1u8..6).prop_map(|(n, v)| Tree::AtLeast(n, v)),
        3 => name.clone().prop_map(Tree::Installed),
        1 => name.clone().prop_map(Tree::Absent),
        3 => (name.clone(), any::<bool>()).prop_map(|(n, k)| Tree::Signed(n, k)),
        1 => (name.clone(), 1u8..6).prop_map(|(n, v)| Tree::NoneBelow(n, v)),
        1 => (name.clone(), 1u8..6).prop_map(|(n, v)| Tree::AllBelow(n, v)),
        1 => name.prop_map(Tree::Never),
        3 => any::<bool>().prop_map(Tree::System),
        1 => Just(Tree::Guard),
        2 => (1u8..3).prop_map(Tree::Module),
        2 => (1u8..3).prop_map(Tree::Product),
        2 => any::<bool>().prop_map(Tree::Machine),
        1 => Just(Tree::Unknown),
    ]
}

fn tree() -> impl Strategy<Value = Tree> {
    leaf().prop_recursive(4, 20, 4, |inner| {
        let children = prop::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            5 => children.clone().prop_map(|c| Tree::Of(Operator::And, c)),
            5 => children.clone().prop_map(|c| Tree::Of(Operator::Or, c)),
            1 => children.clone().prop_map(|c| Tree::Of(Operator::One, c)),
            1 => children.prop_map(|c| Tree::Of(Operator::Xor, c)),
            1 => inner.prop_map(|t| Tree::Not(Box::new(t))),
        ]
    })
}

/// As vendors write them: a system, gates, a list of packages with signatures.
fn usual() -> impl Strategy<Value = Tree> {
    let one =
        (0..NAMES.len(), 1u8..6, any::<bool>(), any::<bool>()).prop_map(|(name, version, fixed, key)| {
            let first = if fixed { Tree::Below(name, version) } else { Tree::Installed(name) };
            Tree::Of(Operator::And, vec![first, Tree::Signed(name, key)])
        });
    let list = prop::collection::vec(one, 1..4).prop_map(|c| Tree::Of(Operator::Or, c));
    let gates = prop::collection::vec(
        prop_oneof![
            any::<bool>().prop_map(Tree::System),
            (1u8..3).prop_map(Tree::Module),
            (1u8..3).prop_map(Tree::Product)
        ],
        0..3,
    );
    (gates, list).prop_map(|(mut gates, list)| {
        gates.push(list);
        Tree::Of(Operator::Or, vec![Tree::Guard, Tree::Of(Operator::And, gates)])
    })
}

fn built(doc: &mut Doc, tree: &Tree) -> Node {
    let exists = Existence::AtLeastOneExists;
    let version = |v: u8| format!("{v}-1");
    match tree {
        Tree::Below(name, v) => doc.below(NAMES[*name], &version(*v)),
        Tree::BelowOn(name, v, own) => {
            let arch = if *own { "i686|x86_64" } else { "ppc64|s390x" };
            let state = vec![
                doc.evr(Operation::LessThan, &version(*v)),
                entity(Field::Arch, Operation::PatternMatch, Datatype::String, arch),
            ];
            says(doc.package(NAMES[*name], Check::AtLeastOne, exists, state), "below on")
        }
        Tree::AtLeast(name, v) => {
            let state = vec![doc.evr(Operation::GreaterThanOrEqual, &version(*v))];
            says(doc.package(NAMES[*name], Check::AtLeastOne, exists, state), "at least")
        }
        Tree::Installed(name) => doc.installed(NAMES[*name], "installed"),
        Tree::Absent(name) => doc.absent(NAMES[*name]),
        Tree::Signed(name, own) => doc.signed(NAMES[*name], if *own { KEY } else { "0000000000000000" }),
        Tree::NoneBelow(name, v) => {
            let state = vec![doc.evr(Operation::LessThan, &version(*v))];
            says(doc.package(NAMES[*name], Check::NoneSatisfy, exists, state), "none")
        }
        Tree::AllBelow(name, v) => {
            let state = vec![doc.evr(Operation::LessThan, &version(*v))];
            says(doc.package(NAMES[*name], Check::All, exists, state), "all")
        }
        Tree::Never(name) => {
            let state = vec![entity(Field::Version, Operation::Equals, Datatype::String, "0")];
            says(doc.package(NAMES[*name], Check::AtLeastOne, exists, state), "never")
        }
        Tree::System(own) => {
            doc.release(if *own { "redhat-release" } else { "rocky-release" }, Check::AtLeastOne)
        }
        Tree::Guard => doc.release("redhat-release", Check::NoneSatisfy),
        Tree::Module(stream) => doc.module("m", &stream.to_string()),
        Tree::Product(v) => doc.product("p-release", &v.to_string()),
        Tree::Machine(own) => doc.machine(if *own { "x86_64" } else { "s390x" }),
        Tree::Unknown => {
            let test = Test { kind: Kind::Other("service".into()), ..Test::default() };
            says(doc.test(test, Vec::new(), Vec::new()), "unknown")
        }
        Tree::Of(operator, children) => {
            let children = children.iter().map(|child| built(doc, child)).collect();
            Node::Criteria { operator: *operator, negate: false, children }
        }
        Tree::Not(tree) => not(built(doc, tree)),
    }
}

/// Packages (version, has the vendor's key / another / none), the stream that is enabled, the product's version.
type HostShape = (Vec<Option<(u8, u8)>>, Option<u8>, Option<u8>);

fn hosts() -> impl Strategy<Value = HostShape> {
    let package = prop::option::weighted(0.8, (1u8..6, 0u8..3));
    (prop::collection::vec(package, NAMES.len()), prop::option::of(1u8..3), prop::option::of(1u8..3))
}

fn host((shapes, stream, product): &HostShape) -> Vec<Package> {
    let mut out = rpms("redhat-release-server 7.9-6.el7");
    for (name, shape) in NAMES.iter().zip(shapes) {
        let Some((version, key)) = shape else { continue };
        let mut package = Package::new(PackageFormat::Rpm, name, &format!("{version}-1"), "x86_64");
        package.key_id = ["", KEY, "1111111111111111"][*key as usize].into();
        package.module = stream.map(|stream| format!("m:{stream}:1:c")).unwrap_or_default();
        out.push(package);
    }
    out.extend(product.map(|v| Package::new(PackageFormat::Rpm, "p-release", &format!("{v}-1"), "noarch")));
    out
}

/// What closes what a node blames a package for: of an AND the lowest version, of an OR the highest.
type Fixed = Option<VersionKey>;

/// The packages that a node with the wanted result blames, and what closes it.
fn blamed(
    document: &Document,
    evaluation: &mut Evaluation<'_>,
    node: &Node,
    wanted: Outcome,
) -> BTreeMap<usize, Fixed> {
    let mut out: BTreeMap<usize, Fixed> = BTreeMap::new();
    match node {
        Node::Criterion { test, negate, .. } => {
            let test = *test;
            let asked = &document.tests[test as usize];
            let wanted = wanted.negated(*negate);
            if asked.kind != Kind::RpmInfo || evaluation.test(test) != wanted {
                return out;
            }
            let entities = || asked.states.iter().flat_map(|s| &document.states[*s as usize].entities);
            let product = &*document.objects[asked.object as usize].entities[0].value == "p-release";
            let signature = entities().any(|e| e.field == Field::SignatureKeyid);
            let never = entities().any(|e| e.field == Field::Version);
            if product || signature || never || asked.existence == Existence::NoneExist {
                return out;
            }
            let sense = (wanted == Outcome::True) != (asked.check == Check::NoneSatisfy);
            let operation = if sense { Operation::LessThan } else { Operation::GreaterThanOrEqual };
            let fix = entities().find(|e| e.operation == operation);
            let fix = fix.map(|e| sort_key(PackageFormat::Rpm, e.value.trim_start_matches("0:")).unwrap());
            for (at, outcome) in evaluation.instances(test) {
                if outcome == Outcome::from(sense) {
                    out.insert(at, fix.clone());
                }
            }
        }
        Node::Criteria { operator, negate, children } => {
            let wanted = wanted.negated(*negate);
            if wanted == Outcome::False && !matches!(operator, Operator::And | Operator::Or) {
                return out;
            }
            for child in children {
                if evaluation.node(child) != wanted {
                    continue;
                }
                for (at, fix) in blamed(document, evaluation, child, wanted) {
                    let known = out.entry(at).or_insert_with(|| fix.clone());
                    let lowest = *operator == Operator::And;
                    *known = match (known.take(), fix) {
                        (Some(a), Some(b)) if lowest => Some(a.min(b)),
                        (a, b) => a.max(b),
                    };
                }
            }
        }
        Node::Extend { .. } => {}
    }
    out
}

/// Place and subject -> what closes it; `Err` where a definition for whole sets has a say in it.
fn naive(doc: &Doc, context: &Context, packages: &[Package]) -> BTreeMap<(usize, String), Option<Fixed>> {
    let document = &doc.document;
    let facts = HostFacts {
        packages,
        context,
        system: "Red Hat Enterprise Linux 7",
        complete: true,
        assume_signed: true,
        files: &BTreeMap::new(),
    };
    let index = HostIndex::new(facts);
    let mut evaluation = Evaluation::new(document, &index);
    let rules = oval_rules(document);
    let mut out: BTreeMap<(usize, String), Option<Fixed>> = BTreeMap::new();
    for (definition, place) in document.definitions.iter().zip(0..) {
        if evaluation.definition(place) != Outcome::True {
            continue;
        }
        let whole = rules.whole.iter().any(|(whole, _)| *whole == place);
        let criteria = definition.criteria.as_ref().unwrap();
        for (at, fix) in blamed(document, &mut evaluation, criteria, Outcome::True) {
            let subjects: Vec<String> = match definition.metadata.cves.as_slice() {
                [] => vec![definition.metadata.references[0].id.to_string()],
                cves => cves.iter().map(|cve| cve.id.to_string()).collect(),
            };
            for subject in subjects {
                let fix = (!whole).then(|| fix.clone());
                let known = out.entry((at, subject)).or_insert_with(|| fix.clone());
                *known = match (known.take(), fix) {
                    (Some(a), Some(b)) => Some(a.max(b)),
                    _ => None,
                };
            }
        }
    }
    out
}

const CVES: [&str; 3] = ["CVE-2024-0001", "CVE-2024-0002", "CVE-2024-0003"];

fn documents(trees: impl Strategy<Value = Tree>) -> impl Strategy<Value = Doc> {
    let cves = prop::sample::subsequence(CVES.to_vec(), 0..=2);
    prop::collection::vec((trees, cves), 1..5).prop_map(|definitions| {
        let mut doc = Doc::rpm("Red Hat Enterprise Linux 7");
        for (at, (tree, cves)) in definitions.iter().enumerate() {
            let criteria = built(&mut doc, tree);
            doc.patch(&format!("RHSA-{at}"), cves, criteria);
        }
        doc
    })
}

fn agree(doc: &Doc, shape: &HostShape) -> Result<(), TestCaseError> {
    let packages = host(shape);
    let context = running("rhel-7", "3.10.0-1.el7.x86_64");
    let judged = judge(&doc.index(), &context, &packages);
    let expected = naive(doc, &context, &packages);
    let key = |finding: &Finding| {
        finding.fixed.as_deref().map(|version| sort_key(PackageFormat::Rpm, version).unwrap())
    };
    let mut got = BTreeMap::new();
    for (at, findings) in judged.findings.iter().enumerate() {
        for finding in findings {
            let before = got.insert((at, finding.subject().to_owned()), key(finding));
            prop_assert!(before.is_none(), "one finding for each subject");
            prop_assert_eq!(finding.fixed.is_some(), finding.state.word() == "fixable");
        }
    }
    prop_assert_eq!(
        got.keys().collect::<Vec<_>>(),
        expected.keys().collect::<Vec<_>>(),
        "{:?}\n{:?}",
        doc.document,
        packages
    );
    for (pair, fix) in expected {
        if let Some(fix) = fix {
            prop_assert_eq!(&got[&pair], &fix, "{:?}", pair);
        }
    }
    prop_assert_eq!(judged.verdict.counters.findings.total(), got.len() as i64);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn compiled_rules_find_what_whole_definitions_say(doc in documents(tree()), shape in hosts()) {
        agree(&doc, &shape)?;
    }

    #[test]
    fn also_where_criteria_are_as_vendors_write_them(doc in documents(usual()), shape in hosts()) {
        prop_assert!(oval_rules(&doc.document).whole.is_empty());
        agree(&doc, &shape)?;
    }
}
