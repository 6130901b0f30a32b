//! Explanations: for one CVE, advisory or definition every rule answers, and says why (design.md, law 2).

use insta::assert_snapshot;
use pakiti_core::advisory::{Advisory, AdvisoryPackage};
use pakiti_core::context::Context;
use pakiti_core::finding::FindingState;
use pakiti_core::judge::judge;
use pakiti_core::judgement::UpdateKind;
use pakiti_core::os_group::OsGroupId;
use pakiti_core::oval::field::Field;
use pakiti_core::oval::model::{
    Check, Class, Cve, Datatype, Definition, Document, Entity, Generator, Kind, Metadata, Node, Object,
    Operation, Operator, Place, Reference, State, Test,
};
use pakiti_core::oval::snapshot::{self, DocumentOptions};
use pakiti_core::package::{Package, PackageFormat};
use pakiti_core::repository::{SnapshotContent, SourceKind, SourceMeta};
use pakiti_core::rules::RuleIndex;
use pakiti_core::rules::explain::{Answer, GateState, MOST, MOST_ABSENT, Statement, Unknown};

/// Key of Red Hat's releases.
const KEY: &str = "199e2f91fd431d51";

/// Definitions of RHEL 9 as Red Hat writes them.
#[derive(Default)]
struct Definitions(Document);

fn entity(field: Field, operation: Operation, datatype: Datatype, value: &str) -> Entity {
    Entity { field, operation, datatype, value: value.into(), ..Entity::default() }
}

fn text(field: Field, value: &str) -> Entity {
    entity(field, Operation::Equals, Datatype::String, value)
}

fn pattern(field: Field, value: &str) -> Entity {
    entity(field, Operation::PatternMatch, Datatype::String, value)
}

fn and(children: Vec<Node>) -> Node {
    Node::Criteria { operator: Operator::And, negate: false, children }
}

fn or(children: Vec<Node>) -> Node {
    Node::Criteria { operator: Operator::Or, negate: false, children }
}

impl Definitions {
    fn test(&mut self, kind: Kind, object: Vec<Entity>, state: Vec<Entity>) -> Place {
        // As in real files, tests of one package share its object.
        let wanted = Object { kind: kind.clone(), entities: object, ..Object::default() };
        let known = self.0.objects.iter().position(|known| *known == wanted);
        let object = known.unwrap_or(self.0.objects.len()) as Place;
        if known.is_none() {
            self.0.objects.push(wanted);
        }
        let mut states = Vec::new();
        if !state.is_empty() {
            self.0.states.push(State { kind: kind.clone(), entities: state, operator: Operator::And });
            states.push((self.0.states.len() - 1) as Place);
        }
        let id = format!("tst:{}", self.0.tests.len()).into();
        self.0.tests.push(Test { id, kind, object, states, check: Check::AtLeastOne, ..Test::default() });
        (self.0.tests.len() - 1) as Place
    }

    fn criterion(test: Place, comment: &str) -> Node {
        Node::Criterion { test, negate: false, comment: comment.into() }
    }

    fn system(&mut self, release: &str) -> Node {
        let state = vec![
            pattern(Field::Name, "^redhat-release"),
            pattern(Field::Version, &format!("^{release}[^\\d]")),
        ];
        let test = self.test(Kind::RpmVerifyFile, vec![text(Field::Filepath, "/etc/redhat-release")], state);
        Self::criterion(test, &format!("Red Hat Enterprise Linux {release} is installed"))
    }

    fn module(&mut self, name: &str, stream: &str) -> Node {
        let object = vec![
            text(Field::Filepath, &format!("/etc/dnf/modules.d/{name}.module")),
            pattern(Field::Pattern, &format!(r"\nstream\s*=\s*{stream}\b")),
            entity(Field::Instance, Operation::Equals, Datatype::Int, "1"),
        ];
        let test = self.test(Kind::TextFileContent54, object, Vec::new());
        Self::criterion(test, &format!("Module {name}:{stream} is enabled"))
    }

    /// "is earlier than" or "is installed", and who signed it.
    fn package(&mut self, name: &str, fixed: Option<&str>) -> [Node; 2] {
        let object = || vec![text(Field::Name, name)];
        let state = match fixed {
            Some(fixed) => vec![
                pattern(Field::Arch, "aarch64|x86_64|noarch"),
                entity(Field::Evr, Operation::LessThan, Datatype::EvrString, fixed),
            ],
            None => Vec::new(),
        };
        let own = self.test(Kind::RpmInfo, object(), state);
        let signed = self.test(Kind::RpmInfo, object(), vec![text(Field::SignatureKeyid, KEY)]);
        let words = fixed.map_or_else(
            || format!("{name} is installed"),
            |fixed| format!("{name} is earlier than {fixed}"),
        );
        [Self::criterion(own, &words), Self::criterion(signed, &format!("{name} is signed with Red Hat key"))]
    }

    fn add(&mut self, id: &str, subjects: &str, criteria: Node) {
        let mut metadata = Metadata {
            title: format!("title of {id}").into(),
            platforms: vec!["Red Hat Enterprise Linux 9".into()],
            severity: "important".into(),
            ..Metadata::default()
        };
        for id in subjects.split(' ') {
            let source = if id.starts_with("CVE-") { "CVE" } else { "RHSA" }.into();
            metadata.references.push(Reference { source, id: id.into(), url: Box::default() });
            if id.starts_with("CVE-") {
                metadata.cves.push(Cve { id: id.into(), impact: "moderate".into(), ..Cve::default() });
            }
        }
        let class = if subjects.contains("RHSA") { Class::Patch } else { Class::Vulnerability };
        let criteria = Some(criteria);
        self.0.definitions.push(Definition { id: id.into(), class, metadata, criteria, deprecated: false });
    }

    /// `RHSA-... CVE-...` fixed by this version, on RHEL 9.
    fn fix(&mut self, id: &str, subjects: &str, name: &str, fixed: Option<&str>) {
        let system = self.system("9");
        let [own, signed] = self.package(name, fixed);
        self.add(id, subjects, or(vec![and(vec![system, own, signed])]));
    }

    fn content(mut self, name: &str) -> SnapshotContent {
        self.0.generator = Generator { product: "Red Hat".into(), timestamp: Some(1_790_000_000) };
        snapshot::content(self.0, DocumentOptions { name: name.to_owned(), ..DocumentOptions::default() })
    }
}

fn host(lines: &str) -> (Context, Vec<Package>) {
    let read = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        let word = |at: usize| words.get(at).copied().unwrap_or_default().replace('_', " ");
        let mut package = Package::new(PackageFormat::Rpm, words[0], words[1], "x86_64");
        (package.vendor, package.module) = (word(2), word(3));
        package
    };
    let packages = lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(read).collect();
    let mut context = Context::default();
    context.group.os_group = Some(OsGroupId("rhel-9".into()));
    context.group.arch = "x86_64".into();
    (context, packages)
}

fn explain(
    contents: Vec<SnapshotContent>,
    (context, packages): &(Context, Vec<Package>),
    subject: &str,
) -> Vec<Statement> {
    let index = RuleIndex::build(1, (1..).zip(contents).collect());
    let completed = index.complete(&context.group, packages.iter());
    let statements =
        index.for_group(completed.as_ref().unwrap_or(&context.group)).explain(context, packages, subject);
    agrees(&index, context, packages, subject, &statements);
    statements
}

/// "Affected" is what judging finds, in the same state, and nothing else.
fn agrees(index: &RuleIndex, context: &Context, packages: &[Package], subject: &str, said: &[Statement]) {
    let judged = judge(index, context, packages);
    let mut found: Vec<(String, FindingState)> = Vec::new();
    for (package, findings) in packages.iter().zip(&judged.findings) {
        let own = findings.iter().filter(|f| f.subject().eq_ignore_ascii_case(subject));
        found.extend(own.map(|f| (format!("{} {}", package.name, package.version), f.state)));
    }
    let affected = said.iter().filter_map(|s| match &s.answer {
        Answer::Affected(state) => {
            Some((format!("{} {}", s.package, s.installed.as_deref().unwrap_or_default()), *state))
        }
        _ => None,
    });
    let mut affected: Vec<_> = affected.collect();
    found.sort();
    affected.sort();
    if subject.to_ascii_uppercase().starts_with("CVE-") {
        assert_eq!(affected, found, "{subject}");
    }
}

/// `answer (reason) | package | comparison | rule`, then the gates.
fn shown(statements: &[Statement]) -> String {
    let gate = |state: GateState| match state {
        GateState::Passed => "+",
        GateState::Closed => "-",
        GateState::NotTold => "?",
    };
    let line = |s: &Statement| {
        let gates: Vec<String> = s.gates.iter().map(|g| format!("{} {}", gate(g.state), g.words)).collect();
        format!(
            "{} ({}) | {} | {} | {} [{}]",
            s.answer.word(),
            s.answer.reason(),
            s.package,
            s.comparison,
            s.rule,
            gates.join("; ")
        )
    };
    statements.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn bash() -> SnapshotContent {
    let mut document = Definitions::default();
    document.fix("def:1", "RHSA-2026:1 CVE-2026-1 CVE-2026-2", "bash", Some("0:5.1-4.el9"));
    document.content("rhel-9.xml")
}

#[test]
fn an_affected_package_has_its_proof() {
    let statements = explain(vec![bash()], &host("bash 5.1-2.el9 Red_Hat,_Inc."), "cve-2026-1");
    assert_snapshot!(shown(&statements), @"affected (fixable) | bash | 5.1-2.el9 < 5.1-4.el9 | rhel-9.xml def:1 [+ OS group rhel-9; + Red Hat Enterprise Linux 9 is installed; + vendor Red Hat, Inc.]");
    let one = &statements[0];
    assert_eq!(one.criterion, ["OR", "AND", "bash is earlier than 0:5.1-4.el9"]);
    assert_eq!((one.advisory.as_deref(), one.fixed.as_deref()), (Some("RHSA-2026:1"), Some("5.1-4.el9")));
    assert_eq!((one.feed_date, one.severity.word(), one.source), (Some(1_790_000_000), "moderate", 1));
    // The advisory and the definition are asked for in the same way.
    for subject in ["RHSA-2026:1", "rhsa-2026:1", "DEF:1", " CVE-2026-2 "] {
        let other = explain(vec![bash()], &host("bash 5.1-2.el9"), subject.trim());
        assert_eq!(other[0].answer, Answer::Affected(FindingState::Fixable), "{subject}");
    }
}

#[test]
fn a_fixed_one_and_one_that_is_not_there_are_not_affected() {
    let fixed = explain(vec![bash()], &host("bash 5.1-4.el9"), "CVE-2026-1");
    assert_snapshot!(shown(&fixed), @"not affected (the fix is installed) | bash | 5.1-4.el9 >= 5.1-4.el9 | rhel-9.xml def:1 [+ OS group rhel-9; + Red Hat Enterprise Linux 9 is installed; + signature assumed: the report names neither key nor vendor]");
    let absent = explain(vec![bash()], &host("zsh 1-1"), "CVE-2026-1");
    assert_snapshot!(shown(&absent), @"not affected (not installed) | bash | not installed | rhel-9.xml def:1 [+ OS group rhel-9; + Red Hat Enterprise Linux 9 is installed]");
}

#[test]
fn what_is_not_fixed_keeps_the_vendors_word() {
    let mut document = Definitions::default();
    document.fix("def:1", "CVE-2026-1", "tar", None);
    let statements = explain(vec![document.content("f")], &host("tar 1.34-1"), "CVE-2026-1");
    assert_snapshot!(shown(&statements), @"affected (unfixed) | tar | 1.34-1 is installed; no version is fixed | f def:1 [+ OS group rhel-9; + Red Hat Enterprise Linux 9 is installed; + signature assumed: the report names neither key nor vendor]");
    assert_eq!(statements[0].vendor_state.as_deref(), Some("affected"));
}

fn nodejs() -> SnapshotContent {
    let mut document = Definitions::default();
    let (system, module) = (document.system("9"), document.module("nodejs", "18"));
    let [own, signed] = document.package("nodejs", Some("1:18.9-1.module+el9"));
    document.add("def:1", "RHSA-2026:1 CVE-2026-1", and(vec![system, module, own, signed]));
    document.content("f")
}

#[test]
fn a_module_gate_is_named_when_it_is_closed_and_when_it_is_not_told() {
    let mut other = host("nodejs 1:16.1-1.module+el9");
    other.0.group.modules.insert("nodejs".into(), "16:enabled".into());
    assert_snapshot!(shown(&explain(vec![nodejs()], &other, "CVE-2026-1")), @"not affected (gate closed: Module nodejs:18 is enabled) | nodejs | 1:16.1-1.module+el9 < 1:18.9-1.module+el9 | f def:1 [+ OS group rhel-9; + Red Hat Enterprise Linux 9 is installed; - Module nodejs:18 is enabled; + signature assumed: the report names neither key nor vendor]");
    other.0.group.modules.insert("nodejs".into(), "18:enabled".into());
    assert_eq!(
        explain(vec![nodejs()], &other, "CVE-2026-1")[0].answer,
        Answer::Affected(FindingState::Fixable)
    );
    // Neither modules nor labels: nobody knows the stream.
    let untold = explain(vec![nodejs()], &host("nodejs 1:16.1-1.module+el9"), "CVE-2026-1");
    let fact = "Module nodejs:18 is enabled".to_owned();
    assert_eq!(untold[0].answer, Answer::Unknown(Unknown::NotReported(fact)));
    assert_eq!(untold[0].gates[2].state, GateState::NotTold);
}

#[test]
fn the_gate_of_another_release_is_closed() {
    let mut document = Definitions::default();
    let [eight, nine] = ["8", "9"].map(|release| document.system(release));
    let [old, old_signed] = document.package("bash", Some("0:4.4-9.el8"));
    let [new, new_signed] = document.package("bash", Some("0:5.1-4.el9"));
    let criteria = or(vec![and(vec![eight, old, old_signed]), and(vec![nine, new, new_signed])]);
    document.add("def:1", "CVE-2026-1", criteria);
    let statements = explain(vec![document.content("f")], &host("bash 5.1-2.el9"), "CVE-2026-1");
    let answers: Vec<String> = statements.iter().map(|s| s.answer.reason()).collect();
    assert_eq!(answers, ["fixable", "gate closed: Red Hat Enterprise Linux 8 is installed"]);
}

#[test]
fn a_package_of_another_vendor_is_not_judged() {
    let statements = explain(vec![bash()], &host("bash 5.1-2.el9 CentOS"), "CVE-2026-1");
    assert_snapshot!(shown(&statements), @"unknown (made by somebody else, for whom the source does not speak: vendor CentOS) | bash | 5.1-2.el9 < 5.1-4.el9 | rhel-9.xml def:1 [+ OS group rhel-9; + Red Hat Enterprise Linux 9 is installed; - vendor CentOS]");
    let mut signed = host("bash 5.1-2.el9");
    signed.1[0].key_id = "0123456789abcdef".into();
    let reason = explain(vec![bash()], &signed, "CVE-2026-1")[0].answer.reason();
    assert_eq!(reason, "made by somebody else, for whom the source does not speak: key 0123456789abcdef");
    signed.1[0].key_id = KEY.into();
    let statements = explain(vec![bash()], &signed, "CVE-2026-1");
    assert_eq!(statements[0].gates.last().unwrap().words, format!("signed with key {KEY}"));
}

#[test]
fn kernels_stand_as_they_run() {
    let mut document = Definitions::default();
    for name in ["kernel-core", "kernel-headers"] {
        document.fix(&format!("def:{name}"), "CVE-2026-1", name, Some("0:5.14.0-9.el9"));
    }
    let mut pending = host("kernel-core 5.14.0-1.el9\nkernel-core 5.14.0-9.el9\nkernel-headers 5.14.0-1.el9");
    pending.0.kernel = Some("5.14.0-1.el9.x86_64".into());
    let statements = explain(vec![document.content("f")], &pending, "CVE-2026-1");
    assert_snapshot!(shown(&statements), @"
    affected (pending-reboot) | kernel-core | 5.14.0-1.el9 < 5.14.0-9.el9 | f def:kernel-core [+ OS group rhel-9; + Red Hat Enterprise Linux 9 is installed; + signature assumed: the report names neither key nor vendor; + runs: kernel 5.14.0-1.el9.x86_64]
    not affected (the fix is installed) | kernel-core | 5.14.0-9.el9 >= 5.14.0-9.el9 | f def:kernel-core [+ OS group rhel-9; + Red Hat Enterprise Linux 9 is installed; + signature assumed: the report names neither key nor vendor]
    not affected (headers, tools and documentation of a kernel expose nothing) | kernel-headers | 5.14.0-1.el9 < 5.14.0-9.el9 | f def:kernel-headers [+ OS group rhel-9; + Red Hat Enterprise Linux 9 is installed; + signature assumed: the report names neither key nor vendor]
    ");
}

#[test]
fn of_two_fixes_of_a_cve_the_newer_speaks() {
    let mut document = Definitions::default();
    document.fix("def:1", "RHSA-2026:1 CVE-2026-1", "bash", Some("0:5.1-4.el9"));
    document.fix("def:2", "RHSA-2026:2 CVE-2026-1", "bash", Some("0:5.1-6.el9"));
    let content = document.content("f");
    let reasons = |subject: &str| {
        let statements = explain(vec![content.clone()], &host("bash 5.1-2.el9"), subject);
        statements.iter().map(|s| format!("{}: {}", s.rule, s.answer.reason())).collect::<Vec<_>>()
    };
    let superseded = "f def:1: superseded by RHSA-2026:2 (5.1-6.el9), a newer fix of the same";
    assert_eq!(reasons("CVE-2026-1"), ["f def:2: fixable", superseded]);
    assert_eq!(reasons("RHSA-2026:1"), [superseded]);
}

#[test]
fn what_nobody_speaks_of_is_unknown() {
    let os_group = OsGroupId("rhel-9".into());
    let reasons = |host: &(Context, Vec<Package>), subject: &str| {
        let statements = explain(vec![bash()], host, subject);
        statements.iter().map(|s| s.answer.reason()).collect::<Vec<_>>()
    };
    let known = host("bash 5.1-2.el9");
    assert_eq!(
        explain(vec![bash()], &known, "CVE-2026-99")[0].answer,
        Answer::Unknown(Unknown::NoSource(os_group))
    );
    assert_eq!(reasons(&known, ""), ["no source of rhel-9 speaks of it"]);
    let mut debian = host("bash 5.1-2.el9");
    debian.0.group.os_group = Some(OsGroupId("debian-12".into()));
    assert_eq!(reasons(&debian, "CVE-2026-1"), ["no source of debian-12 speaks of it"]);
    debian.0.group.os_group = None;
    assert_eq!(reasons(&debian, "CVE-2026-1"), ["the reported system is of no known OS group"]);
}

#[test]
fn a_source_that_does_not_speak_to_the_host_says_why() {
    let mut limited = bash();
    limited.meta.host_groups.insert("A".into());
    let said = |host: &(Context, Vec<Package>)| {
        explain(vec![limited.clone()], host, "CVE-2026-1")[0].answer.reason()
    };
    let mut known = host("bash 5.1-2.el9");
    assert_eq!(said(&known), "the source does not speak to this host: it is limited to host groups A");
    known.0.group.host_groups.insert("A".into());
    assert_eq!(said(&known), "fixable");
}

#[test]
fn the_vendors_not_affected_and_what_is_not_judged_are_answers() {
    let mut document = Definitions::default();
    document.fix("oval:com.redhat.unaffected:def:1", "CVE-2026-1", "bash", None);
    // Both at once: no package alone is to blame.
    let (system, [a, _], [b, _]) =
        (document.system("9"), document.package("a", Some("0:2-1")), document.package("b", Some("0:2-1")));
    document.add("def:2", "CVE-2026-2", and(vec![system, a, b]));
    let content = document.content("f");
    let reason = |subject: &str| {
        let said = explain(vec![content.clone()], &host("bash 1-1\na 1-1\nb 1-1"), subject);
        format!("{}: {}", said[0].answer.word(), said[0].answer.reason())
    };
    assert_eq!(
        reason("CVE-2026-1"),
        "not affected: the vendor says so: title of oval:com.redhat.unaffected:def:1"
    );
    assert_eq!(reason("CVE-2026-2"), "affected: fixable");
    let one = explain(vec![content.clone()], &host("bash 1-1\na 1-1\nb 2-1"), "CVE-2026-2");
    let words: std::collections::BTreeSet<String> =
        one.iter().map(|s| format!("{} {}", s.package, s.answer.word())).collect();
    assert_eq!(words.into_iter().collect::<Vec<_>>(), ["a not affected", "b not affected"]);
    assert_eq!(one.len(), 2, "one statement of each package");
    let one = explain(vec![content], &host("bash 1-1"), "CVE-2026-2");
    let absent: Vec<_> = one.iter().map(|s| (s.package.as_str(), s.answer.reason())).collect();
    assert_eq!(absent, [("a", "not installed".to_owned()), ("b", "not installed".to_owned())]);
}

/// Id, CVEs, kind, name, version, module.
type Fixes<'a> = (&'a str, &'a str, UpdateKind, &'a str, &'a str, Option<&'a str>);

/// A yum repository of RHEL 9 with these advisories.
fn repository(advisories: &[Fixes<'_>]) -> SnapshotContent {
    let advisory = |(id, cves, kind, name, version, module): &Fixes<'_>| Advisory {
        id: (*id).to_owned(),
        kind: *kind,
        severity: "important".into(),
        title: String::new(),
        issued: None,
        updated: None,
        cves: cves.split(' ').filter(|cve| !cve.is_empty()).map(str::to_owned).collect(),
        reboot: false,
        packages: vec![AdvisoryPackage {
            name: (*name).to_owned(),
            version: (*version).to_owned(),
            arch: "x86_64".into(),
            module: module.map(str::to_owned),
            reboot: false,
        }],
    };
    SnapshotContent {
        meta: SourceMeta {
            kind: SourceKind::Yum,
            name: "baseos".into(),
            origin: "Red Hat, Inc.".into(),
            os_group: Some(OsGroupId("rhel-9".into())),
            errata: true,
            ..SourceMeta::default()
        },
        advisories: advisories.iter().map(advisory).collect(),
        ..SnapshotContent::default()
    }
}

#[test]
fn advisories_of_repositories_answer_too() {
    let content = repository(&[
        ("RHSA-1", "CVE-2026-1", UpdateKind::Security, "bash", "5.1-4", None),
        ("RHSA-2", "CVE-2026-1", UpdateKind::Security, "bash", "5.1-6", None),
        ("RHSA-3", "CVE-2026-1", UpdateKind::Security, "nodejs", "18-1.module", Some("nodejs:18:x")),
        ("RHBA-4", "", UpdateKind::Bugfix, "bash", "5.1-9", None),
        ("RHSA-5", "CVE-2026-1", UpdateKind::Security, "zsh", "5-1", None),
    ]);
    let lines = "bash 5.1-2 Red_Hat,_Inc.\nnodejs 16-1.module Red_Hat,_Inc. nodejs:16:1:c";
    let reasons = |lines: &str, subject: &str| {
        let statements = explain(vec![content.clone()], &host(lines), subject);
        let line = |s: &Statement| format!("{} {}: {}", s.rule, s.package, s.answer.reason());
        statements.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(reasons(lines, "CVE-2026-1"), @"
    baseos RHSA-2 bash: fixable
    baseos RHSA-1 bash: superseded by RHSA-2 (5.1-6), a newer fix of the same
    baseos RHSA-3 nodejs: gate closed: module nodejs:18:x
    baseos RHSA-5 zsh: not installed
    ");
    assert_eq!(reasons(lines, "rhba-4"), "baseos RHBA-4 bash: the advisory has no security impact");
    assert_eq!(
        reasons("bash 5.1-2 Elsewhere", "RHSA-2"),
        "baseos RHSA-2 bash: made by somebody else, for whom the source does not speak: vendor Elsewhere"
    );
    assert_eq!(reasons("bash 5.1-6", "RHSA-2"), "baseos RHSA-2 bash: the fix is installed");
}

#[test]
fn what_is_published_needs_no_host() {
    let rows = RuleIndex::build(
        1,
        vec![
            (1, bash()),
            (2, repository(&[("RHSA-1", "CVE-2026-1", UpdateKind::Security, "bash", "5", None)])),
        ],
    )
    .published("cve-2026-1");
    let shown: Vec<String> = rows
        .iter()
        .map(|row| {
            let fixed = row.fixed.as_deref().unwrap_or("-");
            format!(
                "{} {} {fixed} {} {}",
                row.source_name,
                row.rule,
                row.packages.join("+"),
                row.os_groups[0]
            )
        })
        .collect();
    assert_eq!(shown, ["baseos RHSA-1 5 bash rhel-9", "rhel-9.xml def:1 5.1-4.el9 bash rhel-9"]);
}

#[test]
fn there_are_never_more_than_so_many_statements() {
    let mut document = Definitions::default();
    for at in 0..MOST + 50 {
        document.fix(&format!("def:{at}"), "CVE-2026-1", "bash", Some("0:9-1"));
        document.fix(&format!("def:absent{at}"), "CVE-2026-1", &format!("absent{at}"), Some("0:9-1"));
    }
    let statements = explain(vec![document.content("f")], &host("bash 1-1"), "CVE-2026-1");
    assert!(statements.len() <= MOST + MOST_ABSENT, "{}", statements.len());
    assert_eq!(statements[0].answer, Answer::Affected(FindingState::Fixable));
}
