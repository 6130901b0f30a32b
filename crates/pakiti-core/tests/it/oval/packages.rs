//! Section 5: rpminfo, dpkginfo, who owns a file, uname, family; section 6: signatures.

use super::{Builder, Host, by_variable, entity, evr_below, outcome, pattern, typed};
use pakiti_core::oval::field::Field;
use pakiti_core::oval::model::{Check, Datatype, Entity, Kind, Operation, Test};
use pakiti_core::oval::{Evaluation, HostIndex, Outcome};

/// A field of the one package of this name.
fn has(host: &Host, kind: &Kind, name: &str, field: Field, value: &str) -> Outcome {
    let mut builder = Builder::default();
    let test = builder.package_test(kind, name, vec![entity(field, value)]);
    host.test(&builder, test)
}

#[test]
fn fields_of_an_rpm() {
    let host = Host::rpm("bash 5.1-1.el9 x86_64\n bind 32:9.16-2 i686\n gpg-pubkey fd431d51-4ae0493b");
    let host = Host { complete: true, ..host };
    let rows = [
        ("bash", Field::Name, "bash"),
        ("bash", Field::Arch, "x86_64"),
        ("bash", Field::Epoch, "(none)"),
        ("bash", Field::Version, "5.1"),
        ("bash", Field::Release, "1.el9"),
        ("bash", Field::Evr, "0:5.1-1.el9"),
        ("bash", Field::ExtendedName, "bash-0:5.1-1.el9.x86_64"),
        ("bash", Field::SignatureKeyid, "0"),
        ("bind", Field::Epoch, "32"),
        ("bind", Field::Evr, "32:9.16-2"),
        ("bind", Field::ExtendedName, "bind-32:9.16-2.i686"),
        ("gpg-pubkey", Field::Version, "fd431d51"),
    ];
    for (name, field, value) in rows {
        assert_eq!(has(&host, &Kind::RpmInfo, name, field.clone(), value), Outcome::True, "{name} {field:?}");
        assert_eq!(has(&host, &Kind::RpmInfo, name, field, "other"), Outcome::False);
    }
    let mut builder = Builder::default();
    let number = typed(Field::Epoch, Operation::Equals, Datatype::Int, "0");
    let test = builder.package_test(&Kind::RpmInfo, "bash", vec![number]);
    assert_eq!(host.test(&builder, test), Outcome::Error);
    assert_eq!(has(&host, &Kind::RpmInfo, "bash", Field::Epoch, "0"), Outcome::False);
}

#[test]
fn every_instance_of_an_rpm_is_an_item() {
    let host = Host::rpm(
        "kernel 1-1 x86_64\n bash 1-1 x86_64\n kernel 2-1 x86_64\n zlib 1-1 i686\n zlib 1-1 x86_64",
    );
    let mut builder = Builder::default();
    let kernels = builder.package_test(&Kind::RpmInfo, "kernel", vec![evr_below("0:2-1")]);
    let zlib = builder.package_test(&Kind::RpmInfo, "zlib", Vec::new());
    let none = builder.package_test(&Kind::RpmInfo, "zsh", Vec::new());
    let object = builder.object(Kind::Uname, Vec::new());
    let uname = builder.test(Test { kind: Kind::Uname, object, ..Test::default() });
    let index = HostIndex::new(host.facts());
    let mut evaluation = Evaluation::new(&builder.0, &index);
    assert_eq!(evaluation.instances(kernels), [(0, Outcome::True), (2, Outcome::False)]);
    assert_eq!(evaluation.instances(zlib), [(3, Outcome::True), (4, Outcome::True)]);
    assert_eq!(evaluation.instances(none), []);
    assert_eq!(evaluation.instances(uname), []);
    assert_eq!(evaluation.instances(99), []);
}

#[test]
fn rpm_names_are_equal_not_equal_or_match() {
    let host = Host::rpm("bash 1-1 x86_64\n bash-doc 1-1 noarch\n zsh 1-1 x86_64");
    let rows = [
        (Operation::Equals, "bash", Some(1)),
        (Operation::Equals, "bas", None),
        (Operation::NotEqual, "bash", Some(2)),
        (Operation::PatternMatch, "bash", Some(2)),
        (Operation::PatternMatch, "sh$", Some(2)),
        (Operation::PatternMatch, "^ash", None),
    ];
    for (operation, name, count) in rows {
        let mut builder = Builder::default();
        let test = builder.package_test(&Kind::RpmInfo, name, Vec::new());
        builder.0.objects[0].entities[0].operation = operation;
        let index = HostIndex::new(host.facts());
        let found = Evaluation::new(&builder.0, &index).instances(test).len();
        assert_eq!(found, count.unwrap_or(0), "{operation:?} {name}");
        assert_eq!(host.test(&builder, test), count.is_some().into());
    }
    let mut builder = Builder::default();
    let test = builder.package_test(&Kind::RpmInfo, "bash", Vec::new());
    builder.0.objects[0].entities[0].operation = Operation::CaseInsensitiveEquals;
    assert_eq!(host.test(&builder, test), Outcome::Error);
    builder.0.objects[0].entities.clear();
    assert_eq!(host.test(&builder, test), Outcome::Error);
}

#[test]
fn a_variable_selects_the_union_of_its_names() {
    let host = Host::rpm("bash 1-1 x86_64\n zsh 2-1 x86_64\n ksh 1-1 x86_64");
    let mut builder = Builder::default();
    let names = builder.constant(&["bash", "zsh", "bash", "none"]);
    let test = builder.package_test(&Kind::RpmInfo, "", vec![evr_below("0:2-1")]);
    builder.0.objects[0].entities = vec![by_variable(Field::Name, names)];
    builder.0.tests[0].check = Check::AtLeastOne;
    let index = HostIndex::new(host.facts());
    let instances = Evaluation::new(&builder.0, &index).instances(test);
    assert_eq!(instances, [(0, Outcome::True), (1, Outcome::False)]);
    assert_eq!(host.test(&builder, test), Outcome::True);
    let nothing = builder.constant(&[]);
    builder.0.objects[0].entities = vec![by_variable(Field::Name, nothing)];
    assert_eq!(host.test(&builder, test), Outcome::False);
}

#[test]
fn dpkg_has_one_item_a_name_of_the_native_architecture() {
    let mut host = Host::deb("libc6 2.36-9 amd64\n libc6 2.36-8 i386\n zlib1g 1-1 i386\n tzdata 2024a-0 all");
    let fields = |host: &Host, name: &str, value: &str| has(host, &Kind::DpkgInfo, name, Field::Evr, value);
    for arch in ["amd64", "x86_64"] {
        host.context.group.arch = arch.into();
        assert_eq!(fields(&host, "libc6", "0:2.36-9"), Outcome::True);
        assert_eq!(fields(&host, "zlib1g", "0:1-1"), Outcome::False, "only the foreign one is there");
        assert_eq!(fields(&host, "tzdata", "0:2024a-0"), Outcome::True);
    }
    assert_eq!(has(&host, &Kind::DpkgInfo, "tzdata", Field::Arch, "all"), Outcome::True);
    // Without a reported architecture that of most packages counts.
    let host = Host::deb("libc6 2.36-8 i386\n libc6 2.36-9 amd64\n bash 1-1 amd64");
    assert_eq!(fields(&host, "libc6", "0:2.36-9"), Outcome::True);
    assert_eq!(has(&host, &Kind::RpmInfo, "bash", Field::Arch, "amd64"), Outcome::False, "it is no rpm");
}

#[test]
fn fields_of_a_deb() {
    let host = Host::deb("a 1.0-1-2 amd64\n b 2:3.134 amd64\n c 5 amd64");
    let rows = [
        ("a", Field::Epoch, "0"),
        ("a", Field::Version, "1.0"),
        ("a", Field::Release, "1-2"),
        ("a", Field::Evr, "0:1.0-1-2"),
        ("b", Field::Epoch, "2"),
        ("b", Field::Version, "3.134"),
        ("b", Field::Release, ""),
        ("b", Field::Evr, "2:3.134"),
        ("c", Field::Evr, "0:5"),
    ];
    for (name, field, value) in rows {
        assert_eq!(
            has(&host, &Kind::DpkgInfo, name, field.clone(), value),
            Outcome::True,
            "{name} {field:?}"
        );
    }
    // Names are literal, whatever the operation.
    let mut builder = Builder::default();
    let test = builder.package_test(&Kind::DpkgInfo, "^a$", Vec::new());
    builder.0.objects[0].entities[0].operation = Operation::PatternMatch;
    assert_eq!(host.test(&builder, test), Outcome::False);
    // Old documents ask deb packages by rpm's rule.
    let old = builder.package_test(&Kind::DpkgInfo, "c", vec![evr_below("0:5-0")]);
    assert_eq!(host.test(&builder, old), Outcome::True, "a missing release is older");
}

fn signed(host: &Host, id: &str) -> Outcome {
    let mut builder = Builder::default();
    let test =
        builder.package_test(&Kind::RpmInfo, "bash", vec![entity(Field::SignatureKeyid, "199e2f91fd431d51")]);
    builder.definition(None);
    builder.0.definitions[0].id = id.into();
    host.test(&builder, test)
}

#[test]
fn signatures_come_from_key_assumption_vendor_in_this_order() {
    let redhat = "oval:com.redhat.rhsa:def:1";
    // key id, assumed, vendor, complete: result.
    let rows = [
        ("199e2f91fd431d51", false, "", false, "T"),
        ("199e2f91fd431d51", false, "CentOS", false, "T"),
        ("24c6a8a7f4a80eb5", true, "Red Hat, Inc.", true, "F"),
        ("", true, "", false, "T"),
        ("", true, "CentOS", true, "T"),
        ("", false, "Red Hat, Inc.", false, "T"),
        ("", false, "CentOS", false, "F"),
        ("", false, "CentOS", true, "F"),
        ("", false, "", true, "F"),
        ("", false, "", false, "U"),
    ];
    for (key, assume_signed, vendor, complete, expected) in rows {
        let mut host = Host { assume_signed, complete, ..Host::rpm("bash 1-1 x86_64") };
        host.packages[0].key_id = key.into();
        host.packages[0].vendor = vendor.into();
        assert_eq!(signed(&host, redhat), outcome(expected), "{key} {assume_signed} {vendor} {complete}");
    }
    let host = Host::rpm("bash 1-1 x86_64 Red_Hat,_Inc.");
    assert_eq!(signed(&host, "oval:example:def:1"), Outcome::Unknown, "nobody knows whose document it is");
}

/// Red Hat's inventory test and its guard, over a file.
fn owned(host: &Host, file: &str, begin: &str, version: &str) -> [Outcome; 2] {
    let mut builder = Builder::default();
    let all = [Field::Name, Field::Epoch, Field::Version, Field::Release, Field::Arch];
    let mut entities: Vec<Entity> = all.map(|field| pattern(field, "")).into();
    entities.push(entity(Field::Filepath, file));
    let kind = Kind::RpmVerifyFile;
    let object = builder.object(kind.clone(), entities);
    let installed =
        builder.state(kind.clone(), vec![pattern(Field::Name, begin), pattern(Field::Version, version)]);
    let guard = builder.state(kind.clone(), vec![pattern(Field::Name, begin)]);
    let base = Test { kind, object, ..Test::default() };
    let installed = builder.test(Test { check: Check::AtLeastOne, states: vec![installed], ..base.clone() });
    let guard = builder.test(Test { check: Check::NoneSatisfy, states: vec![guard], ..base });
    [installed, guard].map(|test| host.test(&builder, test))
}

#[test]
fn the_release_file_is_owned_by_the_installed_release_package() {
    let redhat = ("/etc/redhat-release", "^redhat-release");
    let rows = [
        ("redhat-release-server 7.9-3.el7 x86_64", r"^7[^\d]", "T F"),
        ("redhat-release-server 6Server-6.10 x86_64", r"^6[^\d]", "T F"),
        ("redhat-release 8.10-1.el8 x86_64", r"^8[^\d]", "T F"),
        ("redhat-release 8.10-1.el8 x86_64", r"^7[^\d]", "F F"),
        ("centos-release 7-9.2009.el7 x86_64", r"^7[^\d]", "F T"),
        ("rocky-release 8.9-1.el8 noarch", r"^8[^\d]", "F T"),
        ("centos-stream-release 9.0-26.el9 noarch", r"^9[^\d]", "F T"),
        ("fedora-release-common 40-40 noarch\n fedora-release-server 40-40 noarch", r"^4[^\d]", "F T"),
        // Oracle Linux has a package of Red Hat's name too.
        ("oraclelinux-release 8.9-1 x86_64\n redhat-release 3:8.9-0.1 x86_64", r"^8[^\d]", "T F"),
        ("bash 1-1 x86_64", r"^8[^\d]", "F F"),
        ("redhat-release-notes 5Server-1 noarch", r"^5[^\d]", "F F"),
    ];
    for (packages, version, expected) in rows {
        let host = Host::rpm(packages);
        let results = owned(&host, redhat.0, redhat.1, version);
        let expected: Vec<Outcome> = expected.split(' ').map(outcome).collect();
        assert_eq!(results.as_slice(), expected, "{packages}");
    }
    let alma = Host::rpm("almalinux-release 9.3-1.el9 x86_64");
    let of = |file: &str, begin: &str| owned(&alma, file, begin, r"^9[^\d]");
    assert_eq!(of("/etc/almalinux-release", "^almalinux-release"), ["T", "F"].map(outcome));
    assert_eq!(of("/etc/redhat-release", "^redhat-release"), ["F", "T"].map(outcome));
    assert_eq!(of("/usr/bin/bash", "bash"), ["U", "U"].map(outcome));
    let whole = Host { complete: true, ..alma };
    assert_eq!(owned(&whole, "/usr/bin/bash", "bash", ""), ["F", "F"].map(outcome));
}

#[test]
fn uname_is_what_is_reported() {
    let ask = |host: &Host, field: Field, value: &str| {
        let mut builder = Builder::default();
        let object = builder.object(Kind::Uname, Vec::new());
        let state = builder.state(Kind::Uname, vec![pattern(field, value)]);
        let test = Test { kind: Kind::Uname, object, ..Test::default() };
        let plain = builder.test(test.clone());
        let asked = builder.test(Test { states: vec![state], ..test });
        [host.test(&builder, plain), host.test(&builder, asked)]
    };
    let mut host = Host::rpm("bash 1-1 x86_64");
    assert_eq!(ask(&host, Field::OsRelease, "3"), ["T", "U"].map(outcome));
    host.complete = true;
    assert_eq!(ask(&host, Field::OsRelease, "3"), ["F", "F"].map(outcome));
    host.context.kernel = Some("3.10.0-1160.el7.x86_64".into());
    host.context.kernel_version = Some("#1 SMP".into());
    host.context.group.arch = "amd64".into();
    let rows = [
        (Field::OsName, "^Linux$"),
        (Field::OsRelease, r"(3\.10\.0-(11[0-9]{2})\.)"),
        (Field::OsVersion, "^#1 SMP$"),
        (Field::MachineClass, "^x86_64$"),
        (Field::ProcessorType, "^x86_64$"),
    ];
    for (field, value) in rows {
        assert_eq!(ask(&host, field.clone(), value), ["T", "T"].map(outcome), "{field:?}");
    }
    assert_eq!(ask(&host, Field::NodeName, ""), ["T", "F"].map(outcome));
    host.complete = false;
    assert_eq!(ask(&host, Field::NodeName, ""), ["T", "U"].map(outcome));
}

#[test]
fn the_family_is_unix() {
    let mut builder = Builder::default();
    let object = builder.object(Kind::Family, Vec::new());
    for (family, expected) in [("unix", "T"), ("windows", "F")] {
        let state = builder.state(Kind::Family, vec![entity(Field::Family, family)]);
        let test = builder.test(Test { kind: Kind::Family, object, states: vec![state], ..Test::default() });
        assert_eq!(Host::default().test(&builder, test), outcome(expected));
    }
}
