//! Sources that are refused, things that are skipped, and the exit status of each.

use super::archive::{Archive, index, status};
use super::{evaluate, rows};
use crate::command::pakiti;
use insta::assert_snapshot;
use std::fs;

const SKIPPED: [&str; 4] = ["source", "at", "reason", "count"];

#[test]
fn a_tampered_index_is_refused_and_the_other_sources_count() {
    let archive = Archive::new();
    let main = archive.suite("bookworm", "", &[("amd64", &index("a 2 amd64"))]);
    let security = archive.suite("bookworm-security", "", &[("amd64", &index("a 3 amd64"))]);
    security.tamper("amd64", &index("a 9 amd64"));
    let report = archive.file("status", status("a 1 amd64"));
    let run = evaluate(&report, &[main.source(), security.source(), "--strict".to_owned()]);
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    assert_eq!(rows(&run, "updates", &["package", "candidate", "kind"]), "a 2 bugfix");
    assert_snapshot!(rows(&run, "skipped", &SKIPPED), @"
    apt:bookworm-security main/binary-amd64/Packages its hash or size is not the one that Release names 1
    apt:bookworm-security bookworm-security refused: no Packages file could be read (main/binary-amd64/Packages: its hash or size is not the one that Release names) 1
    ");
}

#[test]
fn one_wrong_index_of_several_is_skipped_and_the_suite_counts() {
    let archive = Archive::new();
    let indexes = [("amd64", index("a 2 amd64")), ("i386", index("a 2 i386"))];
    let indexes = [(indexes[0].0, indexes[0].1.as_str()), (indexes[1].0, indexes[1].1.as_str())];
    let main = archive.suite("bookworm", "", &indexes);
    main.tamper("i386", &index("a 9 i386"));
    let report = archive.file("status", status("a 1 amd64\na 1 i386"));
    let run = evaluate(&report, &[main.source()]);
    assert_eq!(run.code, Some(0));
    assert_eq!(rows(&run, "updates", &["package", "arch", "candidate"]), "a amd64 2");
    assert_snapshot!(rows(&run, "skipped", &SKIPPED), @"apt:bookworm main/binary-i386/Packages its hash or size is not the one that Release names 1");
    assert_eq!(evaluate(&report, &[main.source(), "--strict".to_owned()]).code, Some(1));
}

#[test]
fn nothing_skipped_is_no_failure_of_strict() {
    let archive = Archive::new();
    let main = archive.suite("bookworm", "", &[("amd64", &index("a 2 amd64"))]);
    let report = archive.file("status", status("a 1 amd64"));
    let run = evaluate(&report, &[main.source(), "--strict".to_owned()]);
    assert_eq!((run.code, rows(&run, "skipped", &SKIPPED)), (Some(0), String::new()));
}

#[test]
fn an_expired_index_of_a_path_is_loaded_and_told() {
    let archive = Archive::new();
    let fields = "Valid-Until: Sat, 21 Nov 2026 12:00:00 UTC\n";
    let main = archive.suite("bookworm", fields, &[("amd64", &index("a 2 amd64"))]);
    let report = archive.file("status", status("a 1 amd64"));
    let run = evaluate(&report, &[main.source()]);
    assert_eq!((run.code, rows(&run, "updates", &["candidate"])), (Some(0), "2".to_owned()));
    assert_snapshot!(rows(&run, "skipped", &SKIPPED), @"apt:bookworm Release expired at 2026-11-21T12:00:00Z 1");
    let run = evaluate(&report, &[format!("{},check-valid-until=no", main.source())]);
    assert_eq!(rows(&run, "skipped", &SKIPPED), "");
}

#[test]
fn a_folder_without_release_is_refused_by_its_name() {
    let archive = Archive::new();
    let report = archive.file("status", status("a 1 amd64"));
    let run = evaluate(&report, &["--source=apt=/does/not/exist".to_owned()]);
    assert_eq!(run.code, Some(3));
    assert_snapshot!(rows(&run, "skipped", &SKIPPED), @"apt:exist /does/not/exist refused: /does/not/exist: No such file or directory (os error 2) 1");
    let run = evaluate(&report, &[format!("--source=apt={},name=mine", archive.path().display())]);
    assert_eq!(
        (run.code, rows(&run, "skipped", &["source", "reason"]).as_str()),
        (Some(3), "mine refused: no InRelease and no Release")
    );
}

#[test]
fn a_keyring_refuses_what_it_did_not_sign() {
    let archive = Archive::new();
    let main = archive.suite("bookworm", "", &[("amd64", &index("a 2 amd64"))]);
    let report = archive.file("status", status("a 1 amd64"));
    let source = format!("--source=apt={}", main.folder.display());
    let keyring = archive.file("keys.gpg", b"no keyring");
    for (option, reason) in [
        (format!(",keyring={keyring}"), "refused: keyring 1: not an OpenPGP keyring".to_owned()),
        (
            ",keyring=/no/such".to_owned(),
            "refused: keyring /no/such: No such file or directory (os error 2)".to_owned(),
        ),
    ] {
        let run = evaluate(&report, &[format!("{source}{option}")]);
        assert_eq!((run.code, rows(&run, "skipped", &["reason"])), (Some(3), reason));
    }
}

#[test]
fn apts_lists_folder_is_as_many_suites_as_it_has_and_each_is_told_apart() {
    let archive = Archive::new();
    let lists = archive.path().join("lists");
    fs::create_dir(&lists).unwrap();
    for (codename, version) in [("bookworm", "2"), ("bookworm-security", "3")] {
        let suite =
            archive.suite(codename, "", &[("amd64", &index(&format!("a {version} amd64\n{codename}")))]);
        let name = |file: &str| lists.join(format!("deb.example.org_debian_dists_{codename}_{file}"));
        fs::copy(suite.folder.join("Release"), name("Release")).unwrap();
        fs::copy(suite.folder.join("main/binary-amd64/Packages"), name("main_binary-amd64_Packages"))
            .unwrap();
    }
    fs::write(lists.join("deb.example.org_debian_dists_broken_Release"), "Codename: broken\n").unwrap();
    let report = archive.file("status", status("a 1 amd64"));
    let run = evaluate(&report, &[format!("--source=apt={},trusted=yes", lists.display())]);
    assert_eq!(run.code, Some(3));
    assert_eq!(
        rows(&run, "updates", &["candidate", "kind", "repositories"]),
        r#"3 security ["bookworm-security/main"]"#
    );
    assert_snapshot!(rows(&run, "skipped", &SKIPPED), @"
    apt:lists deb.example.org_debian_dists_bookworm-security_main_binary-amd64_Packages:5 no Version 1
    apt:lists deb.example.org_debian_dists_bookworm_main_binary-amd64_Packages:5 no Version 1
    apt:lists deb.example.org_debian_dists_broken refused: Release names no file with a SHA256 or SHA512 hash 1
    ");
}

#[test]
fn a_wrong_command_line_is_status_2_with_a_sentence() {
    let report = "--report=-";
    for (args, sentence) in [
        (&["evaluate", report][..], "--source"),
        (&["evaluate", "--source=apt=/x"][..], "--report"),
        (
            &["evaluate", report, "--source=csaf=/x"][..],
            "source kind `csaf` is not supported by this version",
        ),
        (&["evaluate", report, "--source=rpm=/x"][..], "unknown source kind `rpm`"),
        (&["evaluate", report, "--source=apt=/x,colour=red"][..], "unknown option `colour`"),
        (
            &["evaluate", report, "--source=apt=/x", "--report-format=glpi"][..],
            "`glpi` is not supported by this version",
        ),
        (&["evaluate", report, "--source=apt=/x", "--report-format=csv"][..], "unknown report format"),
        (&["evaluate", report, "--source=apt=/x", "--os-group=linux"][..], "not the id of an OS group"),
        (&["evaluate", report, "--source=apt=/x", "--module=nodejs"][..], "NAME:STREAM"),
        (&["evaluate", report, "--source=apt=/x", "--fact=file:/etc/os-release"][..], "file:/PATH"),
        (&["evaluate", report, "--source=apt=/x", "--fact=file:/etc/os-release=/no/such"][..], "/no/such"),
        (&["evaluate", report, "--source=apt=/x", "--assume=signature=false"][..], "signature=true"),
        (&["evaluate", report, "--source=apt=/x", "--facts=all"][..], "--facts"),
        (&["evaluate", report, "--source=apt=/x", "--now=yesterday"][..], "--now"),
        (&["evaluate", report, "--source=apt=/x", "--output=xml"][..], "--output"),
    ] {
        let run = pakiti(args);
        assert_eq!((run.code, run.stdout.as_slice()), (Some(2), &b""[..]), "{args:?}");
        assert!(run.stderr.contains(sentence), "{args:?}: {}", run.stderr);
    }
}
