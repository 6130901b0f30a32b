//! Findings: small OVAL documents and hosts. Rules: oval-semantics.md 7, vendor-rules.md, contract.md "JSON".

mod images;
mod kernels;
mod laws;
mod makers;
mod memo;
mod naming;
mod streams;
mod truth;
mod ubuntu;
mod whole;
mod words;

use pakiti_core::context::{Context, GroupContext};
use pakiti_core::finding::Finding;
use pakiti_core::judge::{Judged, judge};
use pakiti_core::os_group::OsGroupId;
use pakiti_core::oval::field::Field;
use pakiti_core::oval::model::{
    Check, Class, Cve, Datatype, Definition, Document, Entity, Existence, Kind, Metadata, Node, Object,
    Operation, Operator, Place, Reference, State, Test,
};
use pakiti_core::oval::snapshot::{DocumentOptions, content};
use pakiti_core::package::{Package, PackageFormat};
use pakiti_core::repository::SnapshotContent;
use pakiti_core::rules::RuleIndex;
use std::collections::HashMap;

/// The key of the vendor's packages.
const KEY: &str = "199e2f91fd431d51";

/// A document that grows by definitions; objects are shared by name, as vendors do.
#[derive(Debug, Clone, Default)]
struct Doc {
    document: Document,
    objects: HashMap<(Kind, String), Place>,
    kind: Kind,
    platform: String,
}

fn entity(field: Field, operation: Operation, datatype: Datatype, value: &str) -> Entity {
    Entity { field, operation, datatype, value: value.into(), ..Entity::default() }
}

fn place(length: usize) -> Place {
    Place::try_from(length - 1).unwrap()
}

impl Doc {
    fn rpm(platform: &str) -> Self {
        Self { kind: Kind::RpmInfo, platform: platform.into(), ..Self::default() }
    }

    fn deb(platform: &str) -> Self {
        Self { kind: Kind::DpkgInfo, ..Self::rpm(platform) }
    }

    fn object(&mut self, kind: &Kind, entities: Vec<Entity>) -> Place {
        let name = entities.iter().map(|entity| &*entity.value).collect::<Vec<_>>().join(" ");
        let document = &mut self.document;
        *self.objects.entry((kind.clone(), name)).or_insert_with(|| {
            document.objects.push(Object { kind: kind.clone(), entities, ..Object::default() });
            place(document.objects.len())
        })
    }

    fn test(&mut self, test: Test, object: Vec<Entity>, state: Vec<Entity>) -> Place {
        let object = self.object(&test.kind, object);
        let mut states = Vec::new();
        if !state.is_empty() {
            let kind = test.kind.clone();
            self.document.states.push(State { kind, operator: Operator::And, entities: state });
            states.push(place(self.document.states.len()));
        }
        let id = format!("tst:{}", self.document.tests.len()).into();
        self.document.tests.push(Test { id, object, states, ..test });
        place(self.document.tests.len())
    }

    fn package(&mut self, name: &str, check: Check, existence: Existence, state: Vec<Entity>) -> Place {
        let test = Test { kind: self.kind.clone(), check, existence, ..Test::default() };
        self.test(test, vec![entity(Field::Name, Operation::Equals, Datatype::String, name)], state)
    }

    fn evr(&self, operation: Operation, version: &str) -> Entity {
        let deb = self.kind == Kind::DpkgInfo;
        let datatype = if deb { Datatype::DebianEvrString } else { Datatype::EvrString };
        let epoch = if version.contains(':') { "" } else { "0:" };
        entity(Field::Evr, operation, datatype, &format!("{epoch}{version}"))
    }

    /// `name is earlier than version`.
    fn below(&mut self, name: &str, version: &str) -> Node {
        let state = vec![self.evr(Operation::LessThan, version)];
        let test = self.package(name, Check::AtLeastOne, Existence::AtLeastOneExists, state);
        says(test, &format!("{name} is earlier than {version}"))
    }

    /// `name is installed`, with the words of the criterion.
    fn installed(&mut self, name: &str, words: &str) -> Node {
        let test = self.package(name, Check::AtLeastOne, Existence::AtLeastOneExists, Vec::new());
        says(test, words)
    }

    fn absent(&mut self, name: &str) -> Node {
        let test = self.package(name, Check::AtLeastOne, Existence::NoneExist, Vec::new());
        says(test, &format!("{name} is not installed"))
    }

    fn signed(&mut self, name: &str, key: &str) -> Node {
        let state = vec![entity(Field::SignatureKeyid, Operation::Equals, Datatype::String, key)];
        let test = self.package(name, Check::AtLeastOne, Existence::AtLeastOneExists, state);
        says(test, &format!("{name} is signed"))
    }

    /// `product version is installed`.
    fn product(&mut self, name: &str, version: &str) -> Node {
        let state = vec![entity(Field::Version, Operation::Equals, Datatype::String, version)];
        let test = self.package(name, Check::AtLeastOne, Existence::AtLeastOneExists, state);
        says(test, &format!("{name} {version} is installed"))
    }

    /// The owner of the release file begins with `name`: is it there, or must it be?
    fn release(&mut self, name: &str, check: Check) -> Node {
        let object =
            vec![entity(Field::Filepath, Operation::Equals, Datatype::String, "/etc/redhat-release")];
        let state = vec![entity(Field::Name, Operation::PatternMatch, Datatype::String, &format!("^{name}"))];
        let test = Test { kind: Kind::RpmVerifyFile, check, ..Test::default() };
        let test = self.test(test, object, state);
        says(test, "the system is installed")
    }

    fn module(&mut self, name: &str, stream: &str) -> Node {
        let path = format!("/etc/dnf/modules.d/{name}.module");
        let object = vec![
            entity(Field::Filepath, Operation::Equals, Datatype::String, &path),
            entity(
                Field::Pattern,
                Operation::PatternMatch,
                Datatype::String,
                &format!(r"\nstream\s*=\s*{stream}\b[\w\W]*\nstate\s*=\s*(enabled|1|true)"),
            ),
            entity(Field::Instance, Operation::Equals, Datatype::Int, "1"),
        ];
        let test = Test { kind: Kind::TextFileContent54, ..Test::default() };
        let test = self.test(test, object, Vec::new());
        says(test, &format!("Module {name}:{stream} is enabled"))
    }

    fn machine(&mut self, class: &str) -> Node {
        let state = vec![entity(Field::MachineClass, Operation::Equals, Datatype::String, class)];
        let test = self.test(Test { kind: Kind::Uname, ..Test::default() }, Vec::new(), state);
        says(test, &format!("architecture {class}"))
    }

    /// A patch definition of this advisory for these CVEs.
    fn patch(&mut self, id: &str, cves: &[&str], criteria: Node) -> &mut Definition {
        let reference = Reference { source: "RHSA".into(), id: id.into(), url: "".into() };
        let metadata = Metadata {
            platforms: vec![self.platform.as_str().into()],
            references: vec![reference],
            cves: cves.iter().map(|cve| Cve { id: (*cve).into(), ..Cve::default() }).collect(),
            ..Metadata::default()
        };
        self.document.definitions.push(Definition {
            id: format!("oval:test:def:{id}").into(),
            class: Class::Patch,
            metadata,
            criteria: Some(criteria),
            ..Definition::default()
        });
        self.document.definitions.last_mut().unwrap()
    }

    fn content(&self, mapped: Option<&str>) -> SnapshotContent {
        let os_group = mapped.map(|group| OsGroupId(group.into()));
        let options = DocumentOptions { name: "feed".into(), os_group, ..DocumentOptions::default() };
        content(self.document.clone(), options)
    }

    fn index(&self) -> RuleIndex {
        RuleIndex::build(1, vec![(1, self.content(None))])
    }
}

fn says(test: Place, words: &str) -> Node {
    Node::Criterion { test, negate: false, comment: words.into() }
}

fn every(children: Vec<Node>) -> Node {
    Node::Criteria { operator: Operator::And, negate: false, children }
}

fn either(children: Vec<Node>) -> Node {
    Node::Criteria { operator: Operator::Or, negate: false, children }
}

fn not(node: Node) -> Node {
    match node {
        Node::Criterion { test, negate, comment } => Node::Criterion { test, negate: !negate, comment },
        Node::Criteria { operator, negate, children } => {
            Node::Criteria { operator, negate: !negate, children }
        }
        Node::Extend { definition, negate } => Node::Extend { definition, negate: !negate },
    }
}

/// `name version [arch]`, one a line.
fn packages(format: PackageFormat, list: &str) -> Vec<Package> {
    let read = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let arch = if format == PackageFormat::Deb { "amd64" } else { "x86_64" };
        Package::new(format, words[0], words[1], words.get(2).copied().unwrap_or(arch))
    };
    list.lines().map(str::trim).filter(|line| !line.is_empty()).map(read).collect()
}

fn rpms(list: &str) -> Vec<Package> {
    packages(PackageFormat::Rpm, list)
}

fn context(group: &str) -> Context {
    let group = GroupContext {
        os_group: Some(OsGroupId(group.into())),
        arch: "x86_64".into(),
        ..GroupContext::default()
    };
    Context { group, ..Context::default() }
}

fn running(group: &str, kernel: &str) -> Context {
    Context { kernel: Some(kernel.into()), ..context(group) }
}

/// What a finding says, a line.
fn line(package: &Package, finding: &Finding) -> String {
    let fixed = finding.fixed.as_deref().or(finding.vendor_state.as_deref()).unwrap_or("-");
    let state = finding.state.word();
    format!("{} {} {} {state} {fixed}", package.name, package.version, finding.subject())
}

/// All findings, a line each, sorted.
fn lines(packages: &[Package], judged: &Judged) -> Vec<String> {
    let pairs = packages.iter().zip(&judged.findings);
    let mut lines: Vec<String> = pairs.flat_map(|(p, all)| all.iter().map(move |f| line(p, f))).collect();
    lines.sort();
    lines
}

/// The gates of all findings.
fn gates(index: &RuleIndex, context: &Context, packages: &[Package]) -> String {
    let judged = judge(index, context, packages);
    judged.findings.concat().iter().flat_map(|f| f.why.gates.clone()).collect::<Vec<_>>().join("; ")
}

/// Findings of these packages, a line each.
fn found(index: &RuleIndex, context: &Context, packages: &[Package]) -> Vec<String> {
    lines(packages, &judge(index, context, packages))
}
