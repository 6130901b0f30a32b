//! The choice of candidates, case by case, as contract.md states it.

use super::*;
use crate::context::Pin;
use crate::judgement::{Update, UpdateKind};
use crate::repository::IndexedPackage;
use crate::repository::SnapshotContent;

fn repository(codename: &str, security: bool, packages: &[(&str, &str, &str)]) -> SnapshotContent {
    let meta = SourceMeta {
        origin: "Debian".into(),
        codename: codename.into(),
        os_group: Some(OsGroupId("debian-12".into())),
        security,
        ..SourceMeta::default()
    };
    let packages = packages
        .iter()
        .map(|(name, version, arch)| IndexedPackage {
            name: (*name).into(),
            version: (*version).into(),
            arch: (*arch).into(),
            component: "main".into(),
            source_name: (*name).into(),
            source_version: (*version).into(),
            phased: None,
            ..Default::default()
        })
        .collect();
    SnapshotContent { meta, packages, ..Default::default() }
}

fn host() -> GroupContext {
    GroupContext {
        os_group: Some(OsGroupId("debian-12".into())),
        arch: "x86_64".into(),
        ..GroupContext::default()
    }
}

fn update(contents: Vec<SnapshotContent>, context: &GroupContext, p: (&str, &str, &str)) -> Option<Update> {
    let index = RuleIndex::build(1, contents.into_iter().map(|c| (1, c)).collect());
    index.judge_package(context, &Package::new(PackageFormat::Deb, p.0, p.1, p.2)).update
}

#[test]
fn a_later_bugfix_never_hides_an_earlier_security_fix() {
    let contents = vec![
        repository("bookworm-updates", false, &[("a", "3", "amd64")]),
        repository("bookworm-security", true, &[("a", "2", "amd64")]),
    ];
    let found = update(contents, &host(), ("a", "1", "amd64")).unwrap();
    assert_eq!((found.candidate.as_str(), found.kind), ("3", UpdateKind::Security));
    assert_eq!(found.repositories, ["bookworm-updates/main"]);
    assert_eq!(found.why.comparison, "1 < 2");
}

#[test]
fn a_security_version_not_above_the_installed_one_makes_no_security_update() {
    let contents = vec![
        repository("bookworm", false, &[("a", "3", "amd64")]),
        repository("bookworm-security", true, &[("a", "2", "amd64")]),
    ];
    assert_eq!(update(contents, &host(), ("a", "2", "amd64")).unwrap().kind, UpdateKind::Bugfix);
}

#[test]
fn all_and_the_native_architecture_replace_each_other_and_foreign_ones_do_not() {
    let offers = || vec![repository("bookworm", false, &[("a", "2", "amd64"), ("b", "2", "all")])];
    assert_eq!(
        update(offers(), &host(), ("a", "1", "all")).unwrap().candidate_arch.as_deref(),
        Some("amd64")
    );
    assert_eq!(
        update(offers(), &host(), ("b", "1", "amd64")).unwrap().candidate_arch.as_deref(),
        Some("all")
    );
    assert_eq!(update(offers(), &host(), ("a", "1", "i386")), None);
    let arm = GroupContext { arch: "aarch64".into(), ..host() };
    assert_eq!(update(offers(), &arm, ("a", "1", "all")), None);
}

#[test]
fn not_automatic_suites_only_upgrade_what_came_from_them() {
    let mut backports = repository("bookworm-backports", false, &[("a", "3~bpo", "amd64")]);
    backports.meta.not_automatic = true;
    let mut experimental = backports.clone();
    backports.meta.but_automatic_upgrades = true;
    let main = || repository("bookworm", false, &[("a", "2", "amd64")]);
    assert_eq!(update(vec![backports.clone()], &host(), ("a", "2.9", "amd64")).unwrap().candidate, "3~bpo");
    assert_eq!(update(vec![main(), backports], &host(), ("a", "1", "amd64")).unwrap().candidate, "2");
    experimental.meta.but_automatic_upgrades = false;
    assert_eq!(update(vec![experimental], &host(), ("a", "1", "amd64")), None);
}

#[test]
fn the_os_group_gate_comes_before_any_rule() {
    let contents = || vec![repository("bookworm", false, &[("a", "2", "amd64")])];
    let cousin = GroupContext { os_group: Some(OsGroupId("debian-11".into())), ..host() };
    let unmapped = GroupContext { os_group: None, ..host() };
    assert_eq!(update(contents(), &cousin, ("a", "1", "amd64")), None);
    assert_eq!(update(contents(), &unmapped, ("a", "1", "amd64")), None);
}

#[test]
fn pins_decide_before_default_priorities_and_a_forced_downgrade_is_no_update() {
    let contents = || {
        vec![
            repository("bookworm", false, &[("a", "2", "amd64")]),
            repository("trixie", false, &[("a", "3", "amd64")]),
        ]
    };
    let pin = |package: &str, expression: &str, priority| {
        let pins = vec![Pin { package: package.into(), expression: expression.into(), priority }];
        update(contents(), &GroupContext { pins, ..host() }, ("a", "1", "amd64")).map(|u| u.candidate)
    };
    assert_eq!(pin("*", "release n=trixie", 90).as_deref(), Some("2"));
    assert_eq!(pin("a", "version 2*", 990).as_deref(), Some("2"));
    assert_eq!(pin("b", "version 2*", 990).as_deref(), Some("3"));
    assert_eq!(pin("a", "release o=Debian", -1), None);
    let pins = vec![Pin { package: "a".into(), expression: "version 2".into(), priority: 1001 }];
    assert_eq!(update(contents(), &GroupContext { pins, ..host() }, ("a", "2.5", "amd64")), None);
}

#[test]
fn coverage_needs_the_exact_name_and_architecture_and_a_security_suite_of_the_vendor() {
    let judge = |contents: Vec<SnapshotContent>, arch: &str| {
        let index = RuleIndex::build(1, contents.into_iter().map(|c| (1, c)).collect());
        index.judge_package(&host(), &Package::new(PackageFormat::Deb, "a", "1", arch)).covered
    };
    let main = || repository("bookworm", false, &[("a", "1", "amd64")]);
    let security = || repository("bookworm-security", true, &[]);
    assert_eq!(judge(vec![main()], "amd64"), Covered { in_repository: true, judged: false });
    assert_eq!(judge(vec![main(), security()], "amd64"), Covered { in_repository: true, judged: true });
    assert_eq!(judge(vec![main(), security()], "all"), Covered::default());
    let mut foreign = main();
    foreign.meta.origin = "Somebody".into();
    assert_eq!(judge(vec![foreign, security()], "amd64"), Covered { in_repository: true, judged: false });
}

#[test]
fn but_automatic_upgrades_counts_without_not_automatic() {
    let mut odd = repository("odd", false, &[("a", "3", "amd64")]);
    odd.meta.but_automatic_upgrades = true;
    let main = repository("bookworm", false, &[("a", "2", "amd64")]);
    assert_eq!(update(vec![odd, main], &host(), ("a", "1", "amd64")).unwrap().candidate, "2");
}

#[test]
fn of_equal_versions_the_build_for_the_installed_architecture_is_the_candidate() {
    let offers = || {
        vec![
            repository("a-suite", false, &[("a", "2", "all")]),
            repository("b-suite", false, &[("a", "2", "amd64")]),
        ]
    };
    for (arch, repository) in [("all", "a-suite/main"), ("amd64", "b-suite/main")] {
        let found = update(offers(), &host(), ("a", "1", arch)).unwrap();
        assert_eq!((found.candidate_arch, found.repositories), (None, vec![repository.to_owned()]));
    }
}

#[test]
fn an_update_is_phased_unless_a_security_suite_has_a_version_in_between() {
    let phased = |percent, security| {
        let mut content = repository("u", security, &[("a", "2", "amd64")]);
        content.packages[0].phased = percent;
        content
    };
    let of = |contents| update(contents, &host(), ("a", "1", "amd64")).unwrap().phased;
    assert_eq!(of(vec![phased(Some(20), false), phased(None, false)]), Some(20));
    assert_eq!(of(vec![phased(Some(20), false), phased(None, true)]), Some(20));
    let between = repository("s", true, &[("a", "1.5", "amd64")]);
    assert_eq!(of(vec![phased(Some(20), false), between]), None);
    let below = repository("s", true, &[("a", "1", "amd64")]);
    assert_eq!(of(vec![phased(Some(20), false), below]), Some(20));
    assert_eq!(of(vec![phased(Some(100), false)]), None);
}

mod host_groups;
mod pins;
