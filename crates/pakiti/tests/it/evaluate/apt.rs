//! Updates, coverage and skipped things of apt sources: contract.md "updates, apt" and "JSON".

use super::archive::{Archive, index, status};
use super::{evaluate, lines, rows};
use insta::assert_snapshot;

const UPDATE: [&str; 7] =
    ["package", "arch", "installed", "candidate", "candidate_arch", "kind", "repositories"];

#[test]
fn the_whole_document_is_as_the_contract_says() {
    let archive = Archive::new();
    let main = archive.suite(
        "bookworm",
        "Label: Debian\n",
        &[("amd64", &index("openssl 3.0-1 amd64\nbash 5.2-2 amd64\ntzdata 2024a all\nvim 9-2 amd64"))],
    );
    let security = archive.suite(
        "bookworm-security",
        "Label: Debian-Security\n",
        &[("amd64", &index("openssl 3.0-2 amd64\nbroken"))],
    );
    let updates = archive.suite(
        "bookworm-updates",
        "Label: Debian\n",
        &[("amd64", &index("openssl 3.0-3 amd64\ntzdata 2024b all | Phased-Update-Percentage: 20"))],
    );
    let report = archive.file(
        "status",
        status(
            "zsh 5.9 amd64
             openssl 3.0-1 amd64
             bash 5.2-1 amd64 | Status: hold ok installed
             tzdata 2024a all
             vim 9-1 amd64 | Status: deinstall ok config-files
             base-files 12.4+deb12u5 amd64
             nothing | Status: install ok installed",
        ),
    );
    let args = [main.source(), security.source(), updates.source()];
    let run = evaluate(&report, &args);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    assert_snapshot!(lines(&run), @r#"
    {"schema":1,
    "host":{"name":null,"os":null,"os_group":"debian-12","arch":"amd64","kernel":null},
    "updates":[
      {"package":"bash","arch":"amd64","installed":"5.2-1","candidate":"5.2-2","candidate_arch":null,"kind":"bugfix","repositories":["bookworm/main"],"advisories":[],"held":true,"phased":null,"reboot":false},
      {"package":"openssl","arch":"amd64","installed":"3.0-1","candidate":"3.0-3","candidate_arch":null,"kind":"security","repositories":["bookworm-updates/main"],"advisories":[],"held":false,"phased":null,"reboot":false},
      {"package":"tzdata","arch":"all","installed":"2024a","candidate":"2024b","candidate_arch":null,"kind":"bugfix","repositories":["bookworm-updates/main"],"advisories":[],"held":false,"phased":20,"reboot":false}],
    "obsoletes":[],
    "findings":[],
    "coverage":{"packages":5,"in_repository":3,"judged":3,"unknown":["base-files","zsh"]},
    "skipped":[
      {"source":"apt:bookworm-security","at":"main/binary-amd64/Packages:5","reason":"no Version","count":1},
      {"source":"report","at":"status:31","reason":"no version","count":1}]}
    "#);
    assert_eq!(run.stdout, evaluate(&report, &args).stdout, "two runs give the same bytes");
}

#[test]
fn kind_is_security_if_a_security_suite_fixes_something_on_the_way() {
    let archive = Archive::new();
    let main = archive.suite("bookworm", "", &[("amd64", &index("a 1 amd64\nb 3 amd64\nc 2 amd64"))]);
    let security =
        archive.suite("bookworm-security", "", &[("amd64", &index("a 2 amd64\nb 2 amd64\nc 3 amd64"))]);
    let updates = archive.suite("bookworm-updates", "", &[("amd64", &index("a 4 amd64"))]);
    let report = archive.file("status", status("a 1 amd64\nb 2 amd64\nc 2.5 amd64"));
    let args = [main.source(), security.source(), updates.source(), "--os-group=debian-12".to_owned()];
    assert_snapshot!(rows(&evaluate(&report, &args), "updates", &UPDATE), @r#"
    a amd64 1 4 null security ["bookworm-updates/main"]
    b amd64 2 3 null bugfix ["bookworm/main"]
    c amd64 2.5 3 null security ["bookworm-security/main"]
    "#);
    // Told by the option instead of by the names.
    let args =
        [main.source(), format!("{},security=no", security.source()), "--os-group=debian-12".to_owned()];
    assert_snapshot!(rows(&evaluate(&report, &args), "updates", &UPDATE), @r#"
    a amd64 1 2 null bugfix ["bookworm-security/main"]
    b amd64 2 3 null bugfix ["bookworm/main"]
    c amd64 2.5 3 null bugfix ["bookworm-security/main"]
    "#);
    let args = [format!("{},security=yes", main.source()), "--os-group=debian-12".to_owned()];
    assert_snapshot!(rows(&evaluate(&report, &args), "updates", &UPDATE), @r#"b amd64 2 3 null security ["bookworm/main"]"#);
}

#[test]
fn architectures_change_to_all_and_back_and_foreign_ones_keep_theirs() {
    let archive = Archive::new();
    let main = archive.suite(
        "bookworm",
        "",
        &[
            ("amd64", &index("grown 2 amd64\nshrunk 2 all\nlibc6 2 amd64\nodd 2 amd64")),
            ("i386", &index("libc6 3 i386\ngrown 3 i386\nodd 3 i386")),
        ],
    );
    let report = archive.file("status", status("grown 1 all\nshrunk 1 amd64\nlibc6 1 amd64\nlibc6 1 i386"));
    let args = [main.source(), "--os-group=debian-12".to_owned(), "--arch=x86_64".to_owned()];
    let args = [&args[..], &["--foreign-arch=i386".to_owned()]].concat();
    let run = evaluate(&report, &args);
    assert_eq!(super::value(&run, "/host/arch"), "x86_64");
    assert_snapshot!(rows(&run, "updates", &UPDATE), @r#"
    grown all 1 2 amd64 bugfix ["bookworm/main"]
    libc6 amd64 1 2 null bugfix ["bookworm/main"]
    libc6 i386 1 3 null bugfix ["bookworm/main"]
    shrunk amd64 1 2 all bugfix ["bookworm/main"]
    "#);
}

#[test]
fn an_index_of_an_architecture_the_host_does_not_have_says_nothing() {
    let archive = Archive::new();
    let main = archive.suite(
        "bookworm",
        "",
        &[("amd64", &index("a 2 all\nb 1 amd64")), ("arm64", &index("a 3 all\nb 9 arm64"))],
    );
    let report = archive.file("status", status("a 1 all\nb 1 amd64"));
    let run = evaluate(&report, &[main.source(), "--os-group=debian-12".to_owned()]);
    assert_snapshot!(rows(&run, "updates", &UPDATE), @r#"a all 1 2 null bugfix ["bookworm/main"]"#);
}

#[test]
fn suites_that_are_not_automatic_upgrade_only_what_came_from_them() {
    let archive = Archive::new();
    let main = archive.suite("bookworm", "", &[("amd64", &index("a 1 amd64\nb 1 amd64\nc 1 amd64"))]);
    let backports = archive.suite(
        "bookworm-backports",
        "NotAutomatic: yes\nButAutomaticUpgrades: yes\n",
        &[("amd64", &index("a 3 amd64\nb 3 amd64"))],
    );
    let other =
        archive.suite("bookworm-proposed-updates", "NotAutomatic: yes\n", &[("amd64", &index("c 2 amd64"))]);
    let report = archive.file("status", status("a 1 amd64\nb 2 amd64\nc 1 amd64"));
    let args = |option: &str| {
        [
            main.source(),
            backports.source(),
            format!("{}{option}", other.source()),
            "--os-group=debian-12".to_owned(),
        ]
    };
    assert_snapshot!(rows(&evaluate(&report, &args("")), "updates", &UPDATE), @r#"b amd64 2 3 null bugfix ["bookworm-backports/main"]"#);
    assert_snapshot!(rows(&evaluate(&report, &args(",priority=500")), "updates", &UPDATE), @r#"
    b amd64 2 3 null bugfix ["bookworm-backports/main"]
    c amd64 1 2 null bugfix ["bookworm-proposed-updates/main"]
    "#);
}

#[test]
fn sources_of_another_os_group_say_nothing() {
    let archive = Archive::new();
    let main = archive.suite("bookworm", "", &[("amd64", &index("a 2 amd64"))]);
    let report = archive.file("status", status("a 1 amd64"));
    let updates = |args: &[&str]| {
        let args = args.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>();
        rows(&evaluate(&report, &args), "updates", &["package", "candidate"])
    };
    let source = main.source();
    assert_eq!(updates(&[&source, "--os-group=debian-12"]), "a 2");
    assert_eq!(updates(&[&source, "--os-group=debian-11"]), "");
    assert_eq!(updates(&[&format!("{source},os-group=debian-11"), "--os-group=debian-11"]), "a 2");
    // Not mapped: the sources were named for this report.
    assert_eq!(updates(&[&source]), "a 2");
}

#[test]
fn components_that_are_not_named_are_not_read() {
    let archive = Archive::new();
    let main = archive.suite("bookworm", "", &[("amd64", &index("a 2 amd64"))]);
    let report = archive.file("status", status("a 1 amd64"));
    let with = |components: &str| evaluate(&report, &[format!("{},components={components}", main.source())]);
    assert_eq!(rows(&with("contrib+main"), "updates", &["package"]), "a");
    let run = with("contrib");
    assert_eq!(run.code, Some(3));
    assert_snapshot!(rows(&run, "skipped", &["source", "at", "reason", "count"]), @"apt:bookworm bookworm refused: no Packages file could be read 1");
}
