//! What only Canonical's feeds do: lists of packages, the running kernel, CVEs told apart, Ubuntu Pro.

use super::*;
use pakiti_core::oval::model::{Component, Variable, VariableValue};
use pakiti_core::rules::explain::Statement;
use pakiti_core::rules::{NeedsSet, fingerprints, oval_rules};

const RELEASE: &str = "Ubuntu 22.04 LTS";
const TAIL: &str = r"(?::\w+|)\s+(.*)$";

fn debs(list: &str) -> Vec<Package> {
    packages(PackageFormat::Deb, list)
}

impl Doc {
    fn variable(&mut self, datatype: Datatype, value: VariableValue) -> Place {
        self.document.variables.push(Variable { datatype, value });
        place(self.document.variables.len())
    }

    /// A test of lines of the list of packages; `patterns` without their common ends.
    fn manifest(&mut self, patterns: &[String], below: Option<&str>, words: &str) -> Node {
        let values = patterns.iter().map(|pattern| pattern.as_str().into()).collect();
        let variable = self.variable(Datatype::String, VariableValue::Constant(values));
        let text = |field, value| entity(field, Operation::Equals, Datatype::String, value);
        let object = vec![
            text(Field::Path, "."),
            text(Field::Filename, "manifest"),
            Entity {
                variable: Some(variable),
                var_check: Check::AtLeastOne,
                ..entity(Field::Pattern, Operation::PatternMatch, Datatype::String, "")
            },
            entity(Field::Instance, Operation::GreaterThanOrEqual, Datatype::Int, "1"),
        ];
        let evr = |v| entity(Field::Subexpression, Operation::LessThan, Datatype::DebianEvrString, v);
        let test = Test { kind: Kind::TextFileContent54, check: Check::AtLeastOne, ..Test::default() };
        // Objects of one name are shared; these have different variables.
        self.objects.clear();
        let test = self.test(test, object, below.map(evr).into_iter().collect());
        says(test, words)
    }

    /// "Is this kernel running?"
    fn uname(&mut self, pattern: &str) -> Node {
        let state = vec![entity(Field::OsRelease, Operation::PatternMatch, Datatype::String, pattern)];
        let test = Test { kind: Kind::Uname, check: Check::AtLeastOne, ..Test::default() };
        let test = self.test(test, Vec::new(), state);
        says(test, "Is this kernel running?")
    }

    /// "Kernel version comparison": without a version it is not fixed.
    fn kernel_below(&mut self, version: Option<&str>, words: &str) -> Node {
        let object = self.object(&Kind::Uname, Vec::new());
        let release = Component::Object { object, field: Field::OsRelease };
        let capture = Component::RegexCapture(r"^([\d|\.]+-\d+)[-|\w]+$".into(), Box::new(release));
        let value = Component::Concat(vec![Component::Literal("0:".into()), capture]);
        let variable = self.variable(Datatype::DebianEvrString, VariableValue::Local(value));
        let object = vec![Entity { field: Field::VarRef, variable: Some(variable), ..Entity::default() }];
        let value = |v| entity(Field::Value, Operation::LessThan, Datatype::DebianEvrString, v);
        let test = Test { kind: Kind::Variable, check: Check::AtLeastOne, ..Test::default() };
        self.objects.remove(&(Kind::Variable, String::new()));
        let test = self.test(test, object, version.map(value).into_iter().collect());
        says(test, words)
    }
}

fn spelled(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| format!("^{name}{TAIL}")).collect()
}

fn explained(doc: &Doc, context: &Context, packages: &[Package], subject: &str) -> Vec<Statement> {
    doc.index().for_group(&context.group).explain(context, packages, subject)
}

/// `package word: reason`, by statement.
fn answers(statements: &[Statement]) -> Vec<String> {
    let line = |s: &Statement| format!("{} {}: {}", s.package, s.answer.word(), s.answer.reason());
    statements.iter().map(line).collect()
}

#[test]
fn lists_of_packages_are_asked_as_packages() {
    let mut doc = Doc::deb(RELEASE);
    let fixed =
        doc.manifest(&spelled(&["libssh-4", "libstdc++6"]), Some("0:0.9.6-2ubuntu0.22.04.2"), "fixed");
    doc.patch("USN-1", &["CVE-2024-0001"], every(vec![either(vec![fixed])]));
    let open = doc.manifest(&spelled(&["bash"]), None, "bash package in jammy is affected and needs fixing.");
    doc.patch("CVE-2024-0002", &["CVE-2024-0002"], open);
    let host = debs("libssh-4 0.9.6-1\n libstdc++6 0.1-1\n bash 5.1-6\n other 1-1");
    assert_eq!(
        found(&doc.index(), &context("ubuntu-22.04"), &host),
        [
            "bash 5.1-6 CVE-2024-0002 unfixed needs fixing",
            "libssh-4 0.9.6-1 CVE-2024-0001 fixable 0.9.6-2ubuntu0.22.04.2",
            "libstdc++6 0.1-1 CVE-2024-0001 fixable 0.9.6-2ubuntu0.22.04.2",
        ]
    );
    let fixed = debs("libssh-4 0.9.6-2ubuntu0.22.04.2");
    assert_eq!(found(&doc.index(), &context("ubuntu-22.04"), &fixed), Vec::<String>::new());
    let rules = oval_rules(&doc.document);
    assert_eq!((rules.rules, rules.whole.len(), rules.silent.len()), (2, 0, 0));
    let names: Vec<String> = fingerprints(&doc.document).unwrap().into_keys().collect();
    assert_eq!(names, ["bash", "libssh-4", "libstdc++6"]);
}

#[test]
fn kernels_in_lists_are_named_by_patterns() {
    let mut doc = Doc::deb(RELEASE);
    let kernel = r"linux-image-(?:unsigned-)?5.15.0-\d+(?:-generic|-lowlatency)";
    let below = doc.manifest(&spelled(&[kernel]), Some("5.15.0-60.66"), "linux package in jammy");
    doc.patch("USN-2", &["CVE-2024-0003"], below);
    let host = debs("linux-image-5.15.0-50-generic 5.15.0-50.56\n linux-image-5.15.0-50-aws 5.15.0-50.56");
    let index = doc.index();
    assert_eq!(
        found(&index, &running("ubuntu-22.04", "5.15.0-50-generic"), &host),
        ["linux-image-5.15.0-50-generic 5.15.0-50.56 CVE-2024-0003 fixable 5.15.0-60.66"]
    );
    assert_eq!([&host[0], &debs("bash 5")[0]].map(|package| index.asks_sets_of(package)), [true, false]);
    let names: Vec<String> = fingerprints(&doc.document).unwrap().into_keys().collect();
    assert_eq!(names, ["linux-image-*"]);
}

#[test]
fn what_names_no_package_is_unknown_and_counted() {
    let mut doc = Doc::deb(RELEASE);
    let unnamed = doc.manifest(&["(lib)?ssh.*".to_owned()], Some("0:9"), "some ssh");
    doc.patch("USN-3", &["CVE-2024-0004"], unnamed);
    let service = Test { kind: Kind::Other("file".into()), ..Test::default() };
    let service = doc.test(service, Vec::new(), Vec::new());
    doc.patch("USN-4", &["CVE-2024-0005"], says(service, "the snap is there"));
    let never = vec![entity(Field::Version, Operation::Equals, Datatype::String, "0")];
    let never = doc.package("bash", Check::AtLeastOne, Existence::AtLeastOneExists, never);
    doc.patch("USN-5", &["CVE-2024-0006"], says(never, "bash is not affected"));
    assert_eq!(oval_rules(&doc.document).silent, [0, 1]);
    let index = doc.index();
    let silent: Vec<_> = index.silent_definitions().collect();
    assert_eq!(silent, [("feed", "oval:test:def:USN-3", 2)]);
    let word =
        |cve: &str| explained(&doc, &context("ubuntu-22.04"), &debs("bash 5\n ssh 8"), cve)[0].answer.word();
    assert_eq!(
        ["CVE-2024-0004", "CVE-2024-0005", "CVE-2024-0006"].map(word),
        ["unknown", "unknown", "not affected"]
    );
}

/// USN of a kernel, beside one of a package.
fn kernels() -> Doc {
    let mut doc = Doc::deb(RELEASE);
    let runs = doc.uname(r"5.15.0-\d+(-generic|-lowlatency)");
    let below = doc.kernel_below(Some("0:5.15.0-60"), "Long Term Support");
    let package = doc.below("intel-microcode", "3-1");
    doc.patch("USN-5851-1", &["CVE-2023-0179"], either(vec![every(vec![runs, below]), package]));
    let runs = doc.uname(r"5.15.0-\d+(-generic)");
    let open =
        doc.kernel_below(None, "(CVE-2023-0180) linux package in jammy is affected and may need fixing.");
    doc.patch("linux", &["CVE-2023-0180"], every(vec![runs, open]));
    doc
}

#[test]
fn the_running_kernel_is_found_by_its_release() {
    let doc = kernels();
    let reasons: Vec<NeedsSet> = oval_rules(&doc.document).whole.into_iter().map(|(_, r)| r).collect();
    assert_eq!(reasons, [NeedsSet::RunningKernel, NeedsSet::RunningKernel]);
    let list = "linux-image-5.15.0-50-generic 5.15.0-50.56\n linux-modules-5.15.0-50-generic 5.15.0-50.56\n \
                intel-microcode 1-1";
    let runs = running("ubuntu-22.04", "5.15.0-50-generic");
    let image = "linux-image-5.15.0-50-generic 5.15.0-50.56";
    assert_eq!(
        found(&doc.index(), &runs, &debs(list)),
        [
            "intel-microcode 1-1 CVE-2023-0179 fixable 3-1".to_owned(),
            format!("{image} CVE-2023-0179 fixable 5.15.0-60"),
            format!("{image} CVE-2023-0180 unfixed may need fixing"),
        ]
    );
    // The fixed one is installed and waits.
    let both = format!("{list}\n linux-image-5.15.0-60-generic 5.15.0-60.66");
    let lines = found(&doc.index(), &runs, &debs(&both));
    assert!(lines.contains(&format!("{image} CVE-2023-0179 pending-reboot 5.15.0-60")), "{lines:?}");
    // Now it runs; another flavour does; nobody tells; a container.
    let fixed = found(&doc.index(), &running("ubuntu-22.04", "5.15.0-60-generic"), &debs(&both));
    assert!(fixed.iter().all(|line| !line.contains("fixable 5.15")), "{fixed:?}");
    for other in [running("ubuntu-22.04", "5.15.0-50-aws"), context("ubuntu-22.04")] {
        let lines = found(&doc.index(), &other, &debs(list));
        assert_eq!(lines, ["intel-microcode 1-1 CVE-2023-0179 fixable 3-1"]);
    }
    let mut container = runs;
    container.group.container = Some("docker".into());
    assert_eq!(found(&doc.index(), &container, &debs(list)).len(), 1);
}

#[test]
fn of_the_running_kernel_one_statement_is_made() {
    let doc = kernels();
    let list = debs("linux-image-5.15.0-50-generic 5.15.0-50.56");
    let told = |kernel: Option<&str>| {
        let context = kernel.map_or_else(|| context("ubuntu-22.04"), |k| running("ubuntu-22.04", k));
        answers(&explained(&doc, &context, &list, "CVE-2023-0180"))
    };
    assert_eq!(told(Some("5.15.0-50-generic")), ["linux-image-5.15.0-50-generic affected: unfixed"]);
    assert!(told(None)[0].contains("unknown"), "{:?}", told(None));
    assert!(told(Some("5.4.0-1-aws"))[0].contains("not affected"), "{:?}", told(Some("5.4.0-1-aws")));
}

/// A source package with three CVEs; `tests`: does the feed name them?
fn of_package(tests: bool, comments: bool) -> Doc {
    let mut doc = Doc::deb(RELEASE);
    let cves = ["CVE-2023-48795", "CVE-2024-6387", "CVE-2020-14145", "CVE-2020-14146"];
    let open = doc.installed("openssh-server", "x");
    let Node::Criterion { test: open, .. } = open else { unreachable!() };
    let words = |cve: &str, rest: &str| if comments { format!("({cve}) {rest}") } else { rest.to_owned() };
    let mut nodes = Vec::new();
    for (cve, fixed) in cves.iter().zip(["1:8.9p1-3ubuntu0.5", "1:8.9p1-3ubuntu0.10"]) {
        let Node::Criterion { test, .. } = doc.below("openssh-server", fixed) else { unreachable!() };
        nodes.push(says(test, &words(cve, "was vulnerable but has been fixed")));
    }
    nodes.push(says(open, &words(cves[2], "openssh package in jammy is affected and needs fixing.")));
    let deferred =
        "openssh package in jammy is affected, but a decision has been made to defer addressing it.";
    nodes.push(says(open, &words(cves[3], deferred)));
    let ids: Vec<Box<str>> = nodes
        .iter()
        .map(|node| match node {
            Node::Criterion { test, .. } => doc.document.tests[*test as usize].id.clone(),
            _ => unreachable!(),
        })
        .collect();
    let definition = doc.patch("openssh", &cves, every(vec![either(nodes)]));
    if tests {
        definition.metadata.cve_tests = cves.iter().map(|cve| (*cve).into()).zip(ids).collect();
    }
    doc
}

#[test]
fn the_cves_of_a_source_package_are_told_apart() {
    let host = debs("openssh-server 1:8.9p1-3ubuntu0.7");
    let told = |doc: Doc| found(&doc.index(), &context("ubuntu-22.04"), &host);
    let server = "openssh-server 1:8.9p1-3ubuntu0.7";
    let by_comment = told(of_package(false, true));
    assert_eq!(
        by_comment,
        [
            format!("{server} CVE-2020-14145 unfixed needs fixing"),
            format!("{server} CVE-2020-14146 unfixed deferred"),
            format!("{server} CVE-2024-6387 fixable 1:8.9p1-3ubuntu0.10"),
        ]
    );
    assert_eq!(told(of_package(true, true)), by_comment);
    assert_eq!(told(of_package(true, false)).len(), 3, "test_ref alone tells which CVEs");
    assert_eq!(told(of_package(false, false)).len(), 4, "as in advisories");
    let doc = of_package(true, true);
    let fixed = explained(&doc, &context("ubuntu-22.04"), &host, "CVE-2023-48795");
    assert_eq!(answers(&fixed), ["openssh-server not affected: the fix is installed"]);
}

#[test]
fn fixes_for_subscribers_are_open_to_subscribers_only() {
    let mut doc = Doc::deb(RELEASE);
    let esm = doc.below("foo", "1.0-1ubuntu2~esm1");
    doc.patch("CVE-2021-0001", &["CVE-2021-0001"], esm);
    let Node::Criterion { test, .. } = doc.below("bar", "2-1") else { unreachable!() };
    let words = "Available with Ubuntu Pro (Infra-only): https://ubuntu.com/pro";
    doc.patch("USN-9", &["CVE-2021-0002"], says(test, words));
    let host = debs("foo 1.0-1ubuntu1\n bar 1-1");
    let judged = |context: &Context| judge(&doc.index(), context, &host);
    let told = |parts: &[&str]| {
        let mut context = context("ubuntu-22.04");
        context.group.entitlements = parts.iter().map(|part| (*part).to_owned()).collect();
        let judged = judged(&context);
        let findings = judged.findings.iter().flatten();
        let state =
            |f: &Finding| format!("{} {:?} {}", f.state.word(), f.vendor_state, f.fixed.as_deref().unwrap());
        let counts = &judged.verdict.counters.findings;
        (findings.map(state).collect::<Vec<_>>(), counts.unfixed, counts.fixable_total())
    };
    let pro = r#"unfixed Some("fixable with Ubuntu Pro")"#;
    let without = (vec![format!("{pro} 1.0-1ubuntu2~esm1"), format!("{pro} 2-1")], 2, 0);
    assert_eq!(told(&[]), without);
    assert_eq!(told(&["livepatch"]), without);
    assert_eq!(told(&["esm-apps"]).0, ["fixable None 1.0-1ubuntu2~esm1".to_owned(), format!("{pro} 2-1")]);
    assert_eq!(
        told(&["esm-infra"]),
        (vec!["fixable None 1.0-1ubuntu2~esm1".to_owned(), "fixable None 2-1".to_owned()], 0, 2)
    );
    // An installed build of ESM came from there.
    let own = debs("foo 1.0-1ubuntu1~esm9\n bar 3-1");
    let lines = found(&doc.index(), &context("ubuntu-22.04"), &own);
    assert_eq!(lines, ["foo 1.0-1ubuntu1~esm9 CVE-2021-0001 fixable 1.0-1ubuntu2~esm1"]);
    let said = explained(&doc, &context("ubuntu-22.04"), &host, "CVE-2021-0001");
    assert_eq!(said[0].vendor_state.as_deref(), Some("fixable with Ubuntu Pro"));
}

#[test]
fn images_that_only_subscribers_get_are_counted_as_they_are_told() {
    let mut doc = Doc::deb(RELEASE);
    let esm = doc.below("linux-image-5.15.0-50-generic", "5.15.0-50.57~esm1");
    doc.patch("CVE-2021-0003", &["CVE-2021-0003"], esm);
    for kernel in ["5.15.0-50-generic", "5.15.0-60-generic", "5.15.0-1-aws"] {
        let list =
            debs("linux-image-5.15.0-50-generic 5.15.0-50.56\n linux-image-5.15.0-60-generic 5.15.0-60.66");
        let judged = judge(&doc.index(), &running("ubuntu-22.04", kernel), &list);
        let states: Vec<&str> = judged.findings.iter().flatten().map(|f| f.state.word()).collect();
        let counts = judged.verdict.counters.findings;
        let counted = [
            ("fixable", counts.fixable_total()),
            ("unfixed", counts.unfixed),
            ("pending-reboot", counts.pending_reboot),
            ("leftover", counts.leftover),
        ];
        for (word, count) in counted {
            assert_eq!(
                states.iter().filter(|state| **state == word).count() as i64,
                count,
                "{kernel} {word}"
            );
        }
        assert_eq!(states.len(), 1);
    }
}

#[test]
fn every_word_of_the_tracker_is_kept() {
    let mut doc = Doc::deb("Ubuntu 18.04 LTS");
    let words = [
        "foo package in bionic is affected and needs fixing.",
        "foo package in bionic is affected and may need fixing.",
        "foo package in bionic is affected, but a decision has been made to defer addressing it (note: '2019-01-01').",
        "foo package in bionic is affected, but a decision has been made to defer addressing it.",
        "foo: while related to the CVE in some way, a decision has been made to ignore this issue (note: 'was pending now end-of-life').",
        "foo package in bionic is affected. An update containing the fix has been completed and is pending publication (note: '1').",
        "foo package in bionic was vulnerable and has been fixed, but no release version available for it.",
    ];
    for (at, comment) in words.iter().enumerate() {
        let test = doc.installed("foo", comment);
        doc.patch(&format!("d{at}"), &[&format!("CVE-2020-000{at}")], test);
    }
    let states: Vec<String> = judge(&doc.index(), &context("ubuntu-18.04"), &debs("foo 1"))
        .findings
        .iter()
        .flatten()
        .filter_map(|finding| finding.vendor_state.clone())
        .collect();
    assert_eq!(
        states,
        ["needs fixing", "may need fixing", "deferred", "deferred", "ignored", "pending", "affected"]
    );
}
