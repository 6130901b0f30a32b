//! Pins, case by case: the examples of apt_preferences(5), and every point where a first reading of it differed
//! from what apt 2.6.1 printed on random hosts.

use super::*;
use crate::rules::pin::NEVER;

/// `package | expression | priority`, one pin a line.
fn pins(text: &str) -> Vec<Pin> {
    let read = |line: &str| {
        let fields: Vec<&str> = line.split(" | ").collect();
        let [package, expression, priority] = fields[..] else { panic!("not a pin: {line}") };
        Pin { package: package.into(), expression: expression.into(), priority: priority.parse().unwrap() }
    };
    text.lines().map(read).collect()
}

/// stable 5.32 and 5.36~bpo1 (main), unstable 5.38 (contrib, another site), security 5.32+u1, all of `perl`.
fn vendors() -> Vec<SnapshotContent> {
    let named = |codename: &str, suite: &str, label: &str, version: &str, site: &str, packages: &[_]| {
        let mut content = repository(codename, false, packages);
        content.meta.suite = suite.into();
        content.meta.label = label.into();
        content.meta.version = version.into();
        content.meta.site = site.into();
        content
    };
    let deb = "deb.example.org";
    let mut unstable =
        named("sid", "unstable", "Debian", "", "ftp.example.net", &[("perl", "5.38", "amd64")]);
    unstable.packages[0].component = "contrib".into();
    let mut bpo = named("bookworm-backports", "stable-backports", "Debian Backports", "", deb, &[]);
    bpo.meta.origin = "Debian Backports".into();
    bpo.meta.not_automatic = true;
    bpo.meta.but_automatic_upgrades = true;
    bpo.packages = named("", "", "", "", "", &[("perl", "5.36~bpo1", "amd64")]).packages;
    vec![
        named(
            "bookworm",
            "stable",
            "Debian",
            "12.1",
            deb,
            &[("perl", "5.32", "amd64"), ("perl", "5.32", "i386")],
        ),
        named(
            "bookworm-security",
            "stable-security",
            "Debian-Security",
            "12",
            "",
            &[("perl", "5.32+u1", "amd64")],
        ),
        bpo,
        unstable,
    ]
}

/// The candidate for `perl` installed as `version`, or `-`.
fn candidate_for(pin: &str, version: &str, arch: &str) -> String {
    let context = GroupContext { pins: pins(pin), foreign_archs: ["i386".to_owned()].into(), ..host() };
    update(vendors(), &context, ("perl", version, arch)).map_or_else(|| "-".into(), |u| u.candidate)
}

#[track_caller]
fn check(cases: &[(&str, &str)]) {
    for (pin, want) in cases {
        assert_eq!(candidate_for(pin, "5.30", "amd64"), *want, "{pin}");
    }
}

#[test]
fn the_examples_of_the_manual() {
    check(&[
        ("perl | version 5.32* | 1001", "5.32+u1"),
        ("* | origin \"\" | 999", "5.32+u1"),
        ("* | origin \"deb.example.org\" | 999", "5.36~bpo1"),
        ("* | release a=unstable | 50", "5.32+u1"),
        ("* | release n=bookworm | 900", "5.32"),
        ("* | release a=stable, v=12* | 600", "5.32"),
        ("* | release a=stable | 900\n* | release o=Debian | -10", "5.32"),
        ("* | release a=stable | 900\n* | release a=unstable | 800\n* | release o=Debian | -10", "5.32"),
        ("p* | release a=unstable | 1\n/kde/ | release a=unstable | 1", "5.32+u1"),
        ("src:p*:any | version * | 990", "5.38"),
        ("perl | version 5.32* | 1001\n* | origin \"\" | 999\n* | release unstable | 50", "5.32+u1"),
    ]);
    assert_eq!(candidate_for("perl | version 5.32* | 1001", "5.36", "amd64"), "-");
}

#[test]
fn every_condition_of_a_release() {
    check(&[
        ("* | release a=unstable | -1", "5.32+u1"),
        ("* | release n=sid | -1", "5.32+u1"),
        ("* | release l=Debian | -1", "5.32+u1"),
        ("* | release o=Debian | -1", "5.36~bpo1"),
        ("* | release o=Debian Backports | 990", "5.36~bpo1"),
        ("* | release c=contrib | 1", "5.32+u1"),
        ("* | release v=12.1 | 990", "5.32"),
        ("* | release 12.1 | 990", "5.32"),
        ("* | release 12* | 990", "5.32+u1"),
        ("* | release b=amd64 | -1", "-"),
        ("* | release b=i386 | -1", "5.38"),
        ("* | release bookworm | 990", "5.32"),
        ("* | release STABLE | 990", "5.32"),
        ("* | release A=Stable | 990", "5.32"),
        ("* | release a=/^stable$/ | 990", "5.32"),
        ("* | release a=bookworm | 990", "5.38"),
        // The last of two conditions on the same thing holds.
        ("* | release a=unstable,a=stable | 990", "5.32"),
        // `v=*` is no condition, and a line without one means no index, only dpkg's status file.
        ("* | release v=* | 300", "5.38"),
        ("* | release v=* | 990", "-"),
        ("* | release v=*,n=bookworm | 990", "5.32"),
        ("* | release x=1 | 300", "5.38"),
        ("* | release | 300", "5.38"),
        ("* | release * | -1", "-"),
        // Quotes belong to the value, and no blank may stand before `=`.
        ("* | release n=\"bookworm\" | 990", "5.38"),
        ("* | release n =bookworm | 300", "5.38"),
    ]);
}

#[test]
fn a_fact_that_a_repository_does_not_tell_matches_no_condition() {
    check(&[("* | release v=/.*/ | 990", "5.32+u1"), ("* | release l=* | 990", "5.38")]);
}

#[test]
fn an_origin_is_a_pattern_of_host_names_and_the_empty_one_means_local_files() {
    check(&[
        ("* | origin *.example.org | 990", "5.36~bpo1"),
        ("* | origin FTP.example.net | -1", "5.32+u1"),
        ("* | origin /\\.net$/ | -1", "5.32+u1"),
        ("* | origin | 990", "5.32+u1"),
        ("* | origin * | -1", "-"),
        ("* | origin example | -1", "5.38"),
    ]);
}

#[test]
fn a_version_pattern_is_a_prefix_if_a_star_ends_it_and_else_a_pattern() {
    check(&[
        ("perl | version 5.32 | 990", "5.32"),
        ("perl | version 5.32* | 990", "5.32+u1"),
        ("perl | version *u1 | 990", "5.32+u1"),
        ("perl | version 5.3?~BPO1 | 990", "5.36~bpo1"),
        ("perl | version /bpo/ | 990", "5.36~bpo1"),
        // The rest of a prefix is taken literally, or else has to match the whole version.
        ("perl | version 5.3?* | 990", "5.38"),
        ("perl | version 5.3[26]* | 990", "5.32"),
        // Not for all packages at once.
        ("* | version 5.32 | 990", "5.38"),
        ("?* | version 5.32 | 990", "5.32"),
    ]);
}

#[test]
fn names_architectures_and_source_packages() {
    for (package, native, foreign) in [
        ("perl", true, false),
        ("PERL", false, false),
        ("P*", true, false),
        ("perl:any", true, true),
        ("perl:amd64", true, false),
        ("perl:i386", false, true),
        ("perl:linux-any", true, true),
        ("perl:any-i386", false, true),
        ("perl:all", false, false),
        // The manual knows it, apt 2.6 does not.
        ("perl:native", false, false),
        ("*", true, true),
        ("?*", true, false),
        ("*:any", true, true),
        ("p[a-f]rl:any", true, true),
        ("/^perl$/", true, false),
        ("/^(perl|ruby)$/:any", true, true),
        ("src:perl", true, false),
        ("src:perl:any", true, true),
        ("src:per", false, false),
        ("src:/er/", true, false),
    ] {
        let pin = format!("{package} | release * | -1");
        let pinned = |arch| candidate_for(&pin, "5.30", arch) == "-";
        assert_eq!((pinned("amd64"), pinned("i386")), (native, foreign), "{package}");
    }
}

#[test]
fn a_build_for_all_architectures_belongs_to_the_native_one() {
    let offers = || vec![repository("bookworm", false, &[("a", "2", "all")])];
    let with = |pin: &str| {
        let context = GroupContext { pins: pins(pin), foreign_archs: ["i386".to_owned()].into(), ..host() };
        update(offers(), &context, ("a", "1", "all")).is_some()
    };
    assert!(!with("a | release * | -1"));
    assert!(!with("a:amd64 | release * | -1"));
    assert!(with("a:all | release * | -1"));
    // Vendors list it in the index of each architecture.
    assert!(!with("a | release b=amd64 | -1"));
    assert!(!with("a | release b=i386 | -1"));
    assert!(with("a | release b=all | -1"));
    // A general pin on one of these indexes leaves it the priority of the others.
    assert!(with("* | release b=amd64 | -1"));
    assert!(!with("* | release b=* | -1"));
}

#[test]
fn a_specific_pin_holds_for_the_version_whichever_index_it_matches() {
    let offers = || {
        let mut mirror = repository("trixie", false, &[("a", "2", "amd64")]);
        mirror.meta.site = "mirror.example.org".into();
        vec![repository("bookworm", false, &[("a", "2", "amd64")]), mirror]
    };
    let with = |pin: &str| {
        update(offers(), &GroupContext { pins: pins(pin), ..host() }, ("a", "1", "amd64")).is_some()
    };
    assert!(!with("a | release n=trixie | -1"));
    // A general one holds for the index alone.
    assert!(with("* | release n=trixie | -1"));
    assert!(with("* | release n=trixie | -1\na | release n=bookworm | 500"));
}

#[test]
fn the_first_matching_record_of_a_kind_wins_and_specific_ones_come_before_general_ones() {
    check(&[
        ("* | release n=bookworm | 990\n* | release n=bookworm | 1", "5.32"),
        ("* | release n=bookworm | 1\n* | release n=bookworm | 990", "5.38"),
        ("* | release n=bookworm | 990\nperl | release n=bookworm | 1", "5.38"),
        ("p* | release n=bookworm | 990\nperl | release n=bookworm | 1", "5.32"),
    ]);
}

#[test]
fn pins_hold_for_the_installed_version_too() {
    let at = |pin: &str| candidate_for(pin, "5.36", "amd64");
    assert_eq!(at("perl | version 5.36 | 600"), "-");
    assert_eq!(at("perl | version 5.36 | 500"), "5.38");
    assert_eq!(at("perl | version * | 50"), "5.38");
    assert_eq!(at("src:perl | version 5.36 | 501"), "-");
    assert_eq!(at("perl | release a=now | 600"), "-");
    assert_eq!(at("* | release now | 600"), "-");
    assert_eq!(at("* | release c=now | 600"), "-");
    // A line without any condition means dpkg's status file alone.
    assert_eq!(at("* | release a= | 600"), "-");
    assert_eq!(at("perl | release x=1 | 600"), "-");
    assert_eq!(at("* | origin * | 50"), "-");
    assert_eq!(at("* | release o=* | 50"), "-");
}

#[test]
fn priorities_at_the_edges() {
    for (priority, want) in [
        (-1, "-"),
        (0, "-"),
        (1, "-"),
        (99, "-"),
        (100, "5.38"),
        (500, "5.38"),
        (999, "5.38"),
        (1001, "5.38"),
    ] {
        let pin = format!("?* | release o=* | {priority}");
        assert_eq!(candidate_for(&pin, "5.37", "amd64"), want, "{priority}");
    }
    // From 1000 on an older version wins: then there is no update.
    assert_eq!(candidate_for("perl | version 5.32 | 999", "5.36", "amd64"), "5.38");
    assert_eq!(candidate_for("perl | version 5.32 | 1000", "5.36", "amd64"), "-");
}

#[test]
fn never_beats_every_other_record() {
    check(&[
        (&format!("* | release n=sid | 990\n* | release n=sid | {NEVER}"), "5.32+u1"),
        (&format!("perl | release n=sid | 990\n* | release n=sid | {NEVER}"), "5.32+u1"),
        ("perl | release n=sid | 990\n* | release n=sid | -1", "5.38"),
    ]);
}

#[test]
fn versions_that_compare_equal_are_one_version() {
    let offers = vec![
        repository("bookworm", false, &[("a", "1.00", "amd64")]),
        repository("trixie", false, &[("a", "2", "amd64")]),
    ];
    let context = GroupContext { pins: pins("a | release n=bookworm | 900"), ..host() };
    assert_eq!(update(offers, &context, ("a", "1.0", "amd64")), None);
}
