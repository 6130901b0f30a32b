//! dnf's choice, case by case, as contract.md "updates, dnf" and vendor-rules.md state it. The same questions are
//! asked of the real dnf by `cargo xtask referee dnf`.

use pakiti_core::advisory::{Advisory, AdvisoryPackage};
use pakiti_core::context::{Context, GroupContext, HostRepository};
use pakiti_core::judge::judge;
use pakiti_core::judgement::{Judgement, UpdateKind};
use pakiti_core::module::ModuleStream;
use pakiti_core::os_group::OsGroupId;
use pakiti_core::package::{Package, PackageFormat};
use pakiti_core::repository::{Dependency, IndexedPackage, Relation};
use pakiti_core::repository::{SnapshotContent, SourceKind, SourceMeta};
use pakiti_core::rules::RuleIndex;

/// A repository of `name version arch` lines.
fn repository(name: &str, packages: &str) -> SnapshotContent {
    let read = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        IndexedPackage {
            name: words[0].into(),
            version: words[1].into(),
            arch: words[2].into(),
            ..IndexedPackage::default()
        }
    };
    SnapshotContent {
        meta: SourceMeta {
            kind: SourceKind::Yum,
            name: name.into(),
            origin: "Vendor".into(),
            os_group: Some(OsGroupId("rhel-8".into())),
            ..SourceMeta::default()
        },
        packages: packages.lines().map(str::trim).filter(|line| !line.is_empty()).map(read).collect(),
        ..SnapshotContent::default()
    }
}

/// Adds an advisory that fixes one build.
fn fix(content: &mut SnapshotContent, id: &str, kind: UpdateKind, fixed: &str, module: Option<&str>) {
    let words: Vec<&str> = fixed.split_whitespace().collect();
    content.meta.errata = true;
    content.advisories.push(Advisory {
        id: id.into(),
        kind,
        severity: "important".into(),
        title: String::new(),
        issued: None,
        updated: None,
        cves: Vec::new(),
        reboot: words.get(3) == Some(&"reboot"),
        packages: vec![AdvisoryPackage {
            name: words[0].into(),
            version: words[1].into(),
            arch: words[2].into(),
            module: module.map(str::to_owned),
            reboot: false,
        }],
    });
}

/// Adds one build of a module stream.
fn stream(content: &mut SnapshotContent, module: &str, requires: &[(&str, &str)], artifacts: &[&str]) {
    let (name, stream) = module.split_once(':').unwrap();
    let requires = requires.iter().map(|(name, stream)| ((*name).to_owned(), vec![(*stream).to_owned()]));
    content.modules.streams.push(ModuleStream {
        name: name.into(),
        stream: stream.into(),
        version: content.modules.streams.len() as u64,
        context: "c".into(),
        arch: "x86_64".into(),
        requires: vec![requires.collect()],
        artifacts: artifacts.iter().map(|artifact| (*artifact).to_owned()).collect(),
    });
}

fn host() -> GroupContext {
    GroupContext {
        os_group: Some(OsGroupId("rhel-8".into())),
        arch: "x86_64".into(),
        ..GroupContext::default()
    }
}

fn enabled(module: &str) -> GroupContext {
    let (name, stream) = module.split_once(':').unwrap();
    let mut group = host();
    group.modules.insert(name.into(), format!("{stream}:enabled"));
    group
}

/// Installed `name version arch [module label]` lines.
fn installed(packages: &str) -> Vec<Package> {
    let read = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let mut package = Package::new(PackageFormat::Rpm, words[0], words[1], words[2]);
        package.module = words.get(3).copied().unwrap_or_default().to_owned();
        package
    };
    packages.lines().map(str::trim).filter(|line| !line.is_empty()).map(read).collect()
}

fn judged(contents: Vec<SnapshotContent>, group: GroupContext, packages: &str) -> Vec<Judgement> {
    let index = RuleIndex::build(1, (1..).zip(contents).collect());
    judge(&index, &Context { group, ..Context::default() }, &installed(packages)).judgements
}

/// The updates as `name version arch -> candidate arch kind`.
fn rows(contents: Vec<SnapshotContent>, group: GroupContext, packages: &str) -> Vec<String> {
    let judgements = judged(contents, group, packages);
    let row = |(package, judgement): (Package, Judgement)| {
        let update = judgement.update?;
        let arch = update.candidate_arch.unwrap_or(package.arch);
        let Package { name, version, .. } = package;
        Some(format!("{name} {version} -> {} {arch} {}", update.candidate, update.kind.word()))
    };
    installed(packages).into_iter().zip(judgements).filter_map(row).collect()
}

#[test]
fn the_newest_version_of_the_best_priority_is_the_candidate() {
    let base = repository("base", "a 1-1 x86_64\n a 3-1 x86_64\n b 2-1 x86_64");
    let mut better = repository("better", "a 2-1 x86_64\n c 1-1 x86_64");
    better.meta.priority = Some(10);
    assert_eq!(
        rows(vec![base.clone(), better], host(), "a 1-1 x86_64\n b 1-1 x86_64"),
        ["a 1-1 -> 2-1 x86_64 unknown", "b 1-1 -> 2-1 x86_64 unknown"]
    );
    let mut older = repository("older", "a 1-1 x86_64");
    older.meta.priority = Some(10);
    // A better repository with nothing newer shadows the others all the same.
    assert!(rows(vec![base, older], host(), "a 1-1 x86_64").is_empty());
}

#[test]
fn only_the_newest_installed_instance_is_updated() {
    let contents = vec![repository("base", "kernel-core 4-3 x86_64\n twice 2-1 x86_64")];
    let packages = "kernel-core 4-1 x86_64\n kernel-core 4-2 x86_64\n twice 1-1 x86_64\n twice 2-1 x86_64";
    assert_eq!(rows(contents.clone(), host(), packages), ["kernel-core 4-2 -> 4-3 x86_64 unknown"]);
    assert!(rows(contents, host(), "kernel-core 4-1 x86_64\n kernel-core 4-3 x86_64").is_empty());
}

#[test]
fn a_report_with_any_number_of_versions_of_one_name_is_judged_in_one_pass() {
    let contents = vec![repository("base", "kernel-core 5-0 x86_64")];
    let packages: String = (0..100_000).map(|n| format!("kernel-core 4-{n} x86_64\n")).collect();
    assert_eq!(rows(contents, host(), &packages), ["kernel-core 4-99999 -> 5-0 x86_64 unknown"]);
}

#[test]
fn instances_of_other_architectures_count_as_dnf_counts_them() {
    let base = || vec![repository("base", "a 3-1 noarch\n b 2-1 i686\n b 2-1 x86_64\n c 2-1 x86_64")];
    // noarch takes the place of any; i686 and x86_64 do not meet.
    assert!(rows(base(), host(), "a 1-1 x86_64\n a 3-1 i686").is_empty());
    assert_eq!(rows(base(), host(), "b 1-1 i686\n b 2-1 x86_64"), ["b 1-1 -> 2-1 i686 unknown"]);
    // Of one version in two architectures that both become the candidate's one row is enough.
    assert_eq!(rows(base(), host(), "c 1-1 noarch\n c 1-1 x86_64"), ["c 1-1 -> 2-1 x86_64 unknown"]);
}

#[test]
fn architectures_do_not_mix_but_with_noarch() {
    let contents = vec![repository("base", "a 2-1 i686\n b 2-1 x86_64\n c 2-1 noarch\n d 2-1 aarch64")];
    let packages = "a 1-1 x86_64\n b 1-1 noarch\n c 1-1 x86_64\n d 1-1 noarch";
    assert_eq!(
        rows(contents, host(), packages),
        ["b 1-1 -> 2-1 x86_64 unknown", "c 1-1 -> 2-1 noarch unknown"]
    );
}

#[test]
fn a_later_bugfix_never_hides_an_earlier_security_fix() {
    let mut base = repository("base", "a 4-1 x86_64");
    fix(&mut base, "SA-2", UpdateKind::Security, "a 2-1 x86_64 reboot", None);
    fix(&mut base, "BA-4", UpdateKind::Bugfix, "a 4-1 x86_64", None);
    fix(&mut base, "SA-5", UpdateKind::Security, "a 5-1 x86_64", None);
    let update = judged(vec![base.clone()], host(), "a 1-1 x86_64").remove(0).update.unwrap();
    assert_eq!((update.kind, update.reboot), (UpdateKind::Security, true));
    assert_eq!(update.advisories, ["BA-4", "SA-2"]);
    assert_eq!(update.why.comparison, "1-1 < 2-1");
    let update = judged(vec![base], host(), "a 2-1 x86_64").remove(0).update.unwrap();
    assert_eq!((update.kind, update.reboot), (UpdateKind::Bugfix, false));
}

#[test]
fn packages_of_streams_that_are_not_active_are_hidden() {
    let mut base = repository("appstream", "nodejs 16-2 x86_64\n nodejs 18-2 x86_64\n perl 5-2 x86_64");
    stream(&mut base, "nodejs:16", &[], &["nodejs-0:16-2.x86_64"]);
    stream(&mut base, "nodejs:18", &[], &["nodejs-0:18-2.x86_64"]);
    let packages = "nodejs 16-1 x86_64\n perl 5-1 x86_64";
    let of = |group| rows(vec![base.clone()], group, packages);
    assert_eq!(of(enabled("nodejs:16"))[0], "nodejs 16-1 -> 16-2 x86_64 unknown");
    assert_eq!(of(enabled("nodejs:18"))[0], "nodejs 16-1 -> 18-2 x86_64 unknown");
    assert_eq!(of(host()), ["perl 5-1 -> 5-2 x86_64 unknown"]);
    base.modules.defaults.insert("nodejs".into(), "18".into());
    assert_eq!(rows(vec![base.clone()], host(), packages).len(), 2);
    let mut disabled = host();
    disabled.modules.insert("nodejs".into(), "18:disabled".into());
    assert_eq!(rows(vec![base], disabled, packages).len(), 1);
}

#[test]
fn an_active_stream_hides_what_is_not_modular_by_name_and_by_provides() {
    let mut base = repository("appstream", "nodejs 16-2 x86_64");
    stream(&mut base, "nodejs:16", &[], &["nodejs-0:16-2.x86_64"]);
    let mut other = repository("other", "nodejs 20-1 x86_64\n nodejs-next 2-1 x86_64\n npm 9-1 x86_64");
    other.packages[1].provides = vec!["nodejs".into()];
    let packages = "nodejs 16-1 x86_64\n nodejs-next 1-1 x86_64\n npm 8-1 x86_64";
    assert_eq!(
        rows(vec![base.clone(), other.clone()], enabled("nodejs:16"), packages),
        ["nodejs 16-1 -> 16-2 x86_64 unknown", "npm 8-1 -> 9-1 x86_64 unknown"]
    );
    other.meta.module_hotfixes = true;
    assert_eq!(
        rows(vec![base, other], enabled("nodejs:16"), packages)[0],
        "nodejs 16-1 -> 20-1 x86_64 unknown"
    );
}

#[test]
fn streams_are_told_by_labels_and_by_builds() {
    let mut base = repository("appstream", "nodejs 16-2 x86_64\n npm 8-2 x86_64\n nodejs 18-2 x86_64");
    stream(
        &mut base,
        "nodejs:16",
        &[],
        &["nodejs-0:16-1.x86_64", "npm-0:8-1.x86_64", "nodejs-0:16-2.x86_64"],
    );
    stream(&mut base, "nodejs:18", &[], &["npm-0:8-1.x86_64", "nodejs-0:18-2.x86_64", "npm-0:8-2.x86_64"]);
    let of = |packages: &str| rows(vec![base.clone()], host(), packages);
    assert_eq!(of("nodejs 16-0 x86_64 nodejs:16:1:c"), ["nodejs 16-0 -> 16-2 x86_64 unknown"]);
    // npm is in both streams, its sibling only in one: that one is the host's.
    assert_eq!(of("nodejs 16-1 x86_64\n npm 8-1 x86_64"), ["nodejs 16-1 -> 16-2 x86_64 unknown"]);
}

#[test]
fn a_needed_stream_is_active_and_decides_between_builds() {
    let mut base =
        repository("appstream", "dbi 1-2 x86_64\n dbi 1-3 x86_64\n perl 26-2 x86_64\n perl 30-2 x86_64");
    stream(&mut base, "perl:26", &[], &["perl-0:26-2.x86_64"]);
    stream(&mut base, "perl:30", &[], &["perl-0:30-2.x86_64"]);
    stream(&mut base, "dbi:1", &[("perl", "26")], &["dbi-0:1-2.x86_64"]);
    stream(&mut base, "dbi:1", &[("perl", "30")], &["dbi-0:1-3.x86_64"]);
    let mut group = enabled("dbi:1");
    group.modules.insert("perl".into(), "26:enabled".into());
    assert_eq!(
        rows(vec![base], group, "dbi 1-1 x86_64\n perl 26-1 x86_64"),
        ["dbi 1-1 -> 1-2 x86_64 unknown", "perl 26-1 -> 26-2 x86_64 unknown"]
    );
}

#[test]
fn a_stream_made_for_another_platform_is_not_active_and_hides_nothing() {
    let mut base = repository("appstream", "nodejs 16-2 x86_64\n nodejs 14-2 x86_64");
    stream(&mut base, "nodejs:16", &[("platform", "el9")], &["nodejs-0:16-2.x86_64"]);
    let of = |contents: Vec<SnapshotContent>| rows(contents, enabled("nodejs:16"), "nodejs 14-1 x86_64");
    assert_eq!(of(vec![base.clone()]), ["nodejs 14-1 -> 14-2 x86_64 unknown"]);
    // A second build of the same needs that runs here makes the first one active too.
    stream(&mut base, "nodejs:16", &[("platform", "el8")], &["nodejs-0:16-1.x86_64"]);
    assert_eq!(of(vec![base]), ["nodejs 14-1 -> 16-2 x86_64 unknown"]);
}

#[test]
fn dnf_lists_a_row_for_every_architecture_that_noarch_becomes() {
    let base = repository("base", "a 2-1 i686\n a 3-1 x86_64\n a 2-1 noarch");
    let judgement = judged(vec![base.clone()], host(), "a 1-1 noarch").remove(0);
    let arch = |update: &pakiti_core::judgement::Update| update.candidate_arch.clone();
    assert_eq!(arch(&judgement.update.unwrap()).as_deref(), Some("x86_64"));
    let further: Vec<_> = judgement.further.iter().map(|u| (arch(u), u.candidate.as_str())).collect();
    assert_eq!(further, [(None, "2-1"), (Some("i686".into()), "2-1")]);
    let beside = judged(vec![base], host(), "a 1-1 noarch\n a 2-1 i686").remove(0);
    assert!(beside.update.is_some() && beside.further.is_empty(), "{:?}", beside.further);
}

#[test]
fn an_advisory_for_a_stream_counts_only_where_it_is_enabled() {
    let mut base = repository("appstream", "nodejs 16-2 x86_64");
    stream(&mut base, "nodejs:16", &[], &["nodejs-0:16-2.x86_64"]);
    fix(&mut base, "SA-16", UpdateKind::Security, "nodejs 16-2 x86_64", Some("nodejs:16"));
    fix(&mut base, "SA-12", UpdateKind::Security, "nodejs 16-2 x86_64", Some("nodejs:12"));
    let update = judged(vec![base], enabled("nodejs:16"), "nodejs 16-1 x86_64").remove(0).update.unwrap();
    assert_eq!(update.advisories, ["SA-16"]);
    assert_eq!(
        update.why.gates,
        ["OS group rhel-8", "architecture x86_64", "module nodejs:16", "priority 99"]
    );
}

#[test]
fn excluded_and_locked_builds_are_no_candidates() {
    let mut base = repository("base", "a 2-1 x86_64\n a 3-1 x86_64\n b 2-1 x86_64\n c 2-1 x86_64");
    base.meta.excludes = vec!["a-3*".into()];
    let mut group = host();
    group.excludes = ["b*".to_owned(), "versionlock c-0:1-1.*".to_owned()].into();
    let packages = "a 1-1 x86_64\n b 1-1 x86_64\n c 1-1 x86_64";
    assert_eq!(rows(vec![base], group, packages), ["a 1-1 -> 2-1 x86_64 unknown"]);
}

#[test]
fn obsoletes_stand_apart_and_follow_their_bounds() {
    let mut base = repository("base", "new 5-1 x86_64\n other 1-1 x86_64\n old 1-2 x86_64");
    let bound = |relation, version: &str| Some((relation, version.to_owned()));
    base.packages[0].obsoletes =
        vec![Dependency { name: "old".into(), bound: bound(Relation::LessOrEqual, "1") }];
    base.packages[1].obsoletes = vec![Dependency { name: "old".into(), bound: bound(Relation::Less, "1-1") }];
    let judgement = judged(vec![base], host(), "old 1-1 x86_64").remove(0);
    // A bound without release leaves the release out: 1-1 <= 1.
    let by: Vec<_> = judgement.replaced_by.iter().map(|r| (r.by.as_str(), r.candidate.as_str())).collect();
    assert_eq!(by, [("new", "5-1")]);
    assert_eq!(judgement.update.unwrap().candidate, "1-2");
}

#[test]
fn errata_make_packages_of_the_vendor_judged_and_others_not() {
    let mut base = repository("base", "a 1-1 x86_64");
    fix(&mut base, "SA", UpdateKind::Security, "x 1-1 x86_64", None);
    let sibling = repository("appstream", "b 1-1 x86_64");
    let mut third = repository("third", "c 1-1 x86_64");
    third.meta.origin = "Third party".into();
    let found = judged(
        vec![base, sibling, third],
        host(),
        "a 1-1 x86_64\n b 1-1 x86_64\n c 1-1 x86_64\n d 1-1 x86_64",
    );
    let covered: Vec<_> = found.iter().map(|j| (j.covered.in_repository, j.covered.judged)).collect();
    assert_eq!(covered, [(true, true), (true, true), (true, false), (false, false)]);
}

#[test]
fn a_repository_where_everything_is_a_security_fix_makes_security_updates() {
    let base = repository("base", "a 3-1 x86_64");
    let mut security = repository("security", "a 2-1 x86_64");
    security.meta.security = true;
    assert_eq!(rows(vec![base, security], host(), "a 1-1 x86_64"), ["a 1-1 -> 3-1 x86_64 security"]);
}

#[test]
fn repositories_a_host_has_not_enabled_do_not_speak_to_it() {
    let contents = vec![repository("baseos", "a 2-1 x86_64"), repository("extra", "b 2-1 x86_64")];
    let packages = "a 1-1 x86_64\n b 1-1 x86_64";
    let own = |id: &str, url: &str| HostRepository {
        id: id.into(),
        kind: "yum".into(),
        url: url.into(),
        suite: None,
        priority: None,
    };
    let mut group = host();
    group.repositories = vec![own("baseos", "https://mirror/x")];
    assert_eq!(rows(contents.clone(), group.clone(), packages), ["a 1-1 -> 2-1 x86_64 unknown"]);
    group.repositories = vec![own("baseos", "https://mirror/x"), own("tools", "https://tools/x")];
    // One of them is not known here, and may be any source: the OS group decides.
    assert_eq!(rows(contents.clone(), group.clone(), packages).len(), 2);
    let mut named = contents.clone();
    named[0].meta.name = "rhel-8-baseos".into();
    group.repositories = vec![own("baseos", "https://mirror/x")];
    assert_eq!(rows(named, group.clone(), packages), ["a 1-1 -> 2-1 x86_64 unknown"]);
    group.repositories = vec![own("other", "https://mirror/x")];
    assert_eq!(rows(contents.clone(), group.clone(), packages).len(), 2);
    let mut by_url = contents;
    by_url[1].meta.url = "http://mirror/x/".into();
    assert_eq!(rows(by_url, group, packages), ["b 1-1 -> 2-1 x86_64 unknown"]);
}

#[test]
fn a_repository_speaks_for_the_further_groups_it_is_mapped_to() {
    let mut epel = repository("epel", "a 2-1 x86_64");
    let mut rocky = host();
    rocky.os_group = Some(OsGroupId("rocky-8".into()));
    assert!(rows(vec![epel.clone()], rocky.clone(), "a 1-1 x86_64").is_empty());
    epel.meta.further_groups = [OsGroupId("rocky-8".into())].into();
    assert_eq!(rows(vec![epel], rocky, "a 1-1 x86_64").len(), 1);
}
