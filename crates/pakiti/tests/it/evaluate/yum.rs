//! yum sources: contract.md "updates, dnf", "Sources" and "JSON".

pub(super) mod repository;

use super::archive::Archive;
use super::{evaluate, lines, rows, value};
use crate::command::Run;
use crate::shared::shared_data;
use insta::assert_snapshot;
use repository::{Repository, table, v6};

const UPDATE: [&str; 5] = ["package", "installed", "candidate", "kind", "repositories"];
const SKIPPED: [&str; 4] = ["source", "at", "reason", "count"];

fn updates(run: &Run) -> String {
    rows(run, "updates", &UPDATE)
}

fn at_rhel(report: &str, sources: &[&str]) -> Run {
    let mut args: Vec<String> = sources.iter().map(|&source| source.to_owned()).collect();
    args.push("--os-group=rhel-9".to_owned());
    evaluate(report, &args)
}

#[test]
fn the_whole_document_is_as_the_contract_says() {
    let archive = Archive::new();
    let base = Repository::of(
        "bash 5.1-4 x86_64
         kernel-core 5.14.0-9 x86_64
         tzdata 2026b-1 noarch
         moved 2-1 noarch
         new 3-1 x86_64 -old
         curl 1:8-2 x86_64
         same 1-1 x86_64
         foreign 2-1 aarch64",
    )
    .fixes("security reboot", "SA-1", "kernel-core 5.14.0-5 x86_64")
    .fixes("bugfix", "BA-2", "kernel-core 5.14.0-9 x86_64\nbash 5.1-4 x86_64")
    .fixes("enhancement", "EA-3", "bash 5.1-3 x86_64\ntzdata 2026b-1 noarch")
    .fixes("security", "SA-4", "bash 5.1-1 x86_64\nbash 5.1-9 x86_64")
    .write(&archive, "base");
    let extras = Repository::of("bash 5.1-4 x86_64\nsame 1-1 x86_64").write(&archive, "extras");
    let report = archive.file(
        "rpm-qa.tsv",
        table(
            "bash 5.1-1 x86_64
             kernel-core 5.14.0-1 x86_64
             kernel-core 5.14.0-3 x86_64
             tzdata 2026a-1 noarch
             moved 1-1 x86_64
             old 1-1 x86_64
             curl 1:8-2 x86_64
             same 1-1 x86_64
             foreign 1-1 x86_64
             own 1-1 x86_64",
        ),
    );
    let args = [
        base,
        format!("{extras},name=more"),
        "--system=Red Hat Enterprise Linux 9.4".to_owned(),
        "--arch=x86_64".to_owned(),
    ];
    let run = evaluate(&report, &args);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    assert_snapshot!(lines(&run), @r#"
    {"schema":1,
    "host":{"name":null,"os":"Red Hat Enterprise Linux 9.4","os_group":"rhel-9","arch":"x86_64","kernel":null},
    "updates":[
      {"package":"bash","arch":"x86_64","installed":"5.1-1","candidate":"5.1-4","candidate_arch":null,"kind":"bugfix","repositories":["base","more"],"advisories":["BA-2","EA-3"],"held":false,"phased":null,"reboot":false},
      {"package":"kernel-core","arch":"x86_64","installed":"5.14.0-3","candidate":"5.14.0-9","candidate_arch":null,"kind":"security","repositories":["base"],"advisories":["BA-2","SA-1"],"held":false,"phased":null,"reboot":true},
      {"package":"moved","arch":"x86_64","installed":"1-1","candidate":"2-1","candidate_arch":"noarch","kind":"unknown","repositories":["base"],"advisories":[],"held":false,"phased":null,"reboot":false},
      {"package":"tzdata","arch":"noarch","installed":"2026a-1","candidate":"2026b-1","candidate_arch":null,"kind":"enhancement","repositories":["base"],"advisories":["EA-3"],"held":false,"phased":null,"reboot":false}],
    "obsoletes":[
      {"package":"old","arch":"x86_64","installed":"1-1","by":"new","candidate":"3-1"}],
    "findings":[
      {"cve":null,"advisory":"SA-4","package":"bash","arch":"x86_64","installed":"5.1-1","fixed":"5.1-9","state":"fixable","vendor_state":null,"severity":"unknown","severity_source":null,"cvss":null,"epss":null,"kev":false,"source":"base","why":{"rule":"base SA-4","criterion":"bash is earlier than 5.1-9","comparison":"5.1-1 < 5.1-9","gates":["OS group rhel-9","architecture x86_64","vendor Example"]}},
      {"cve":null,"advisory":"SA-1","package":"kernel-core","arch":"x86_64","installed":"5.14.0-1","fixed":"5.14.0-5","state":"fixable","vendor_state":null,"severity":"unknown","severity_source":null,"cvss":null,"epss":null,"kev":false,"source":"base","why":{"rule":"base SA-1","criterion":"kernel-core is earlier than 5.14.0-5","comparison":"5.14.0-1 < 5.14.0-5","gates":["OS group rhel-9","architecture x86_64","vendor Example","the running kernel is not told, or is of no installed package"]}},
      {"cve":null,"advisory":"SA-1","package":"kernel-core","arch":"x86_64","installed":"5.14.0-3","fixed":"5.14.0-5","state":"fixable","vendor_state":null,"severity":"unknown","severity_source":null,"cvss":null,"epss":null,"kev":false,"source":"base","why":{"rule":"base SA-1","criterion":"kernel-core is earlier than 5.14.0-5","comparison":"5.14.0-3 < 5.14.0-5","gates":["OS group rhel-9","architecture x86_64","vendor Example","the running kernel is not told, or is of no installed package"]}}],
    "coverage":{"packages":10,"in_repository":6,"judged":6,"unknown":["foreign","moved","old","own"]},
    "skipped":[]}
    "#);
    assert_eq!(run.stdout, evaluate(&report, &args).stdout, "two runs give the same bytes");
}

#[test]
fn a_later_bugfix_never_hides_a_security_fix() {
    let archive = Archive::new();
    let source = Repository::of("a 3-1 x86_64\nb 3-1 x86_64\nc 3-1 x86_64\nd 3-1 x86_64")
        .fixes("security", "SA-1", "a 2-1 x86_64\nb 1-1 x86_64\nc 4-1 x86_64\nd 2-1 s390x")
        .fixes("bugfix", "BA-1", "a 3-1 x86_64\nb 3-1 x86_64\nc 2-1 x86_64")
        .write(&archive, "base");
    let report = archive.file("report", table("a 1-1 x86_64\nb 1-1 x86_64\nc 1-1 x86_64\nd 1-1 x86_64"));
    let run = at_rhel(&report, &[&source]);
    assert_snapshot!(rows(&run, "updates", &["package", "candidate", "kind", "advisories"]), @r#"
    a 3-1 security ["BA-1","SA-1"]
    b 3-1 bugfix ["BA-1"]
    c 3-1 bugfix ["BA-1"]
    d 3-1 unknown []
    "#);
    // Every package of a security repository is a fix.
    let run = at_rhel(&report, &[&format!("{source},security=yes")]);
    assert_eq!(rows(&run, "updates", &["kind"]), "security\nsecurity\nsecurity\nsecurity");
}

#[test]
fn plain_lines_take_their_epoch_from_the_repository() {
    let archive = Archive::new();
    let source = Repository::of(
        "vim 2:8-1 x86_64\nvim 2:8-2 x86_64\nbind 32:9-1 x86_64\nbind 9-2 x86_64\nzip 3-1 x86_64\nzip 1:3-2 x86_64",
    )
    .write(&archive, "base");
    let report = archive.file("rpm-qa.txt", "vim-8-1.x86_64\nbind-9-1.x86_64\nzip-3-0.x86_64\nbad line\n");
    let run = at_rhel(&report, &[&source]);
    assert_eq!(run.code, Some(0));
    assert_snapshot!(updates(&run), @r#"
    vim 2:8-1 2:8-2 unknown ["base"]
    zip 3-0 1:3-2 unknown ["base"]
    "#);
    assert_eq!(rows(&run, "skipped", &["source", "at"]), "report rpm-qa.txt:4");
    assert_eq!(at_rhel(&report, &[&source, "--strict"]).code, Some(1));
    // A table says that there is none.
    let report = archive.file("report", table("bind 9-1 x86_64"));
    assert_eq!(updates(&at_rhel(&report, &[&source])), r#"bind 9-1 32:9-1 unknown ["base"]"#);
}

/// Streams 10 (default) and 12 of nodejs, and a package outside them of the same name.
fn nodejs() -> Repository {
    Repository::of(
        "nodejs 1:10.1-1 x86_64\nnodejs 1:10.2-1 x86_64\nnodejs 1:12.1-1 x86_64\nnodejs 1:99-1 x86_64\n\
         npm 1:6.2-1 x86_64\nnpm 1:7-1 x86_64",
    )
    .stream("nodejs:10", &["nodejs-1:10.1-1.x86_64", "nodejs-1:10.2-1.x86_64", "npm-1:6.2-1.x86_64"])
    .stream("nodejs:12", &["nodejs-1:12.1-1.x86_64", "npm-1:7-1.x86_64"])
}

#[test]
fn enabled_streams_labels_and_defaults_decide_about_modular_packages() {
    let archive = Archive::new();
    let plain = nodejs().write(&archive, "plain");
    let default = nodejs().default_stream("nodejs", "10").write(&archive, "default");
    let bare = archive.file("bare", table("npm 1:6.1-1 x86_64"));
    let told = archive.file("told", table("nodejs 1:10.1-1 x86_64\nnpm 1:6.1-1 x86_64"));
    let label = archive.file("label", table("nodejs 1:11-1 x86_64 nodejs:12:1:c0ffee\nnpm 1:6.1-1 x86_64"));
    let candidates = |report: &str, args: &[&str]| {
        rows(&at_rhel(report, args), "updates", &["package", "candidate"]).replace('\n', ", ")
    };
    assert_eq!(candidates(&bare, &[&plain]), "", "no stream is active");
    assert_eq!(candidates(&bare, &[&default]), "npm 1:6.2-1");
    assert_eq!(candidates(&bare, &[&default, "--module=nodejs:12"]), "npm 1:7-1");
    // Told by the NEVRA of a package in modules.yaml, by a label, and by who asks, who wins.
    assert_eq!(candidates(&told, &[&plain]), "nodejs 1:10.2-1, npm 1:6.2-1");
    assert_eq!(candidates(&label, &[&default]), "nodejs 1:12.1-1, npm 1:7-1");
    assert_eq!(candidates(&label, &[&plain, "--module=nodejs:10"]), "npm 1:6.2-1");
    // Hotfix repositories are not filtered.
    let hotfixes = format!("{plain},module-hotfixes=yes");
    assert_eq!(candidates(&bare, &[&hotfixes]), "npm 1:7-1");
}

#[test]
fn protocol_6_brings_modules_excludes_and_locks() {
    let archive = Archive::new();
    let source = nodejs().default_stream("nodejs", "10").write(&archive, "app");
    let base = Repository::of("bash 6-1 x86_64\ncurl 9-1 x86_64\nvim 9-1 x86_64\nvim 9-2 x86_64")
        .write(&archive, "base");
    let packages = "nodejs 1:10.1-1 x86_64\nbash 5-1 x86_64\ncurl 8-1 x86_64\nvim 8-1 x86_64";
    let header = [
        "module: nodejs:12:enabled",
        "exclude: cur*",
        "exclude: versionlock vim-9-1.*",
        "repository: elsewhere\tyum\thttps://x.example/\t-\t-",
    ];
    let run = evaluate(&archive.file("report", v6(&header, packages)), &[source.clone(), base.clone()]);
    assert_eq!((run.code, rows(&run, "skipped", &SKIPPED)), (Some(0), String::new()));
    assert_eq!(value(&run, "/host/os_group"), "rhel-9");
    assert_snapshot!(updates(&run), @r#"
    bash 5-1 6-1 unknown ["base"]
    nodejs 1:10.1-1 1:12.1-1 unknown ["app"]
    vim 8-1 9-1 unknown ["base"]
    "#);
    let run = evaluate(&archive.file("report", v6(&[], packages)), &[source, base]);
    assert_snapshot!(updates(&run), @r#"
    bash 5-1 6-1 unknown ["base"]
    curl 8-1 9-1 unknown ["base"]
    nodejs 1:10.1-1 1:10.2-1 unknown ["app"]
    vim 8-1 9-2 unknown ["base"]
    "#);
}

#[test]
fn priorities_come_before_versions_and_excludes_before_both() {
    let archive = Archive::new();
    let base = Repository::of("a 3-1 x86_64\nb 3-1 x86_64").write(&archive, "base");
    let local = Repository::of("a 2-1 x86_64\na 2-2 x86_64").write(&archive, "local");
    let report = archive.file("report", table("a 1-1 x86_64\nb 1-1 x86_64"));
    let shown = |local: &str| {
        rows(&at_rhel(&report, &[&base, local]), "updates", &["package", "candidate"]).replace('\n', ", ")
    };
    assert_eq!(shown(&local), "a 3-1, b 3-1");
    assert_eq!(shown(&format!("{local},priority=10")), "a 2-2, b 3-1");
    assert_eq!(shown(&format!("{local},priority=10,excludes=a-2-2*")), "a 2-1, b 3-1");
    assert_eq!(shown(&format!("{local},priority=10,excludes=a")), "a 3-1, b 3-1");
    assert_eq!(shown(&format!("{local},priority=10,os-group=rhel-8")), "a 3-1, b 3-1");
}

#[test]
fn forms_that_are_not_read_are_skipped_and_strict_tells() {
    let archive = Archive::new();
    let source = Repository::of("a 2-1 x86_64")
        .names("primary_db", "repodata/p.sqlite")
        .names("primary_zck", "repodata/p.zck")
        .names("updateinfo_zck", "repodata/u.zck")
        .write(&archive, "base");
    let report = archive.file("report", table("a 1-1 x86_64"));
    let run = at_rhel(&report, &[&source]);
    assert_eq!((run.code, rows(&run, "updates", &["package"])), (Some(0), "a".to_owned()));
    assert_snapshot!(rows(&run, "skipped", &SKIPPED), @"
    yum:base repodata/u.zck a zchunk form, not read 1
    yum:base repodata/p.sqlite a sqlite form, not read 1
    yum:base repodata/p.zck a zchunk form, not read 1
    ");
    assert_eq!(at_rhel(&report, &[&source, "--strict"]).code, Some(1));
}

#[test]
fn a_refused_repository_stands_in_skipped_and_the_others_count() {
    let archive = Archive::new();
    let good = Repository::of("a 2-1 x86_64").write(&archive, "good");
    let bad = Repository::of("a 3-1 x86_64").write(&archive, "bad");
    archive.file("bad/repodata/primary.xml.gz", "x");
    let unsigned = format!("{},keyring={}", good.replace("/good", "/good2"), archive.file("key", "no key"));
    Repository::of("a 4-1 x86_64").write(&archive, "good2");
    let missing = format!("--source=yum={}", archive.path().join("missing").display());
    let report = archive.file("report", table("a 1-1 x86_64"));
    let run = at_rhel(&report, &[&good, &bad, &unsigned, &missing]);
    assert_eq!((run.code, rows(&run, "updates", &["candidate"])), (Some(3), "2-1".to_owned()));
    assert_snapshot!(rows(&run, "skipped", &["source", "reason"]), @"
    yum:bad refused: repodata/primary.xml.gz: it has not the size that repomd.xml names
    yum:good2 refused: keyring 1: not an OpenPGP keyring
    yum:missing refused: no repodata/repomd.xml
    ");
    assert_eq!(at_rhel(&report, &[&bad, "--strict"]).code, Some(3));
}

#[test]
fn a_bare_primary_is_a_repository_without_advisories() {
    let archive = Archive::new();
    Repository::of("a 2-1 x86_64").fixes("security", "SA-1", "a 2-1 x86_64").write(&archive, "base");
    let path = archive.path().join("base/repodata/primary.xml.gz");
    let report = archive.file("report", table("a 1-1 x86_64"));
    let run = at_rhel(&report, &[&format!("--source=yum={},name=old", path.display())]);
    assert_eq!((run.code, updates(&run)), (Some(0), r#"a 1-1 2-1 unknown ["old"]"#.to_owned()));
    assert_eq!(value(&run, "/coverage/judged"), 0);
}

#[test]
fn a_repository_is_read_over_http_and_half_a_one_is_refused() {
    let archive = Archive::new();
    let repository = Repository::of("a 2-1 x86_64").fixes("security", "SA-1", "a 2-1 x86_64");
    repository.write(&archive, "el9");
    let report = archive.file("report", table("a 1-1 x86_64"));
    let base = super::web::serve(archive.path().to_owned());
    let run = at_rhel(&report, &[&format!("--source=yum={base}/el9")]);
    assert_eq!((run.code, updates(&run)), (Some(0), r#"a 1-1 2-1 security ["el9"]"#.to_owned()));
    let run = at_rhel(&report, &[&format!("--source=yum={base}/el9/repodata/primary.xml.gz")]);
    assert_eq!((run.code, rows(&run, "updates", &["kind"])), (Some(0), "unknown".to_owned()));
    for path in ["none", "none/primary.xml.gz"] {
        assert_eq!(at_rhel(&report, &[&format!("--source=yum={base}/{path}")]).code, Some(3));
    }
    std::fs::remove_file(archive.path().join("el9/repodata/primary.xml.gz")).unwrap();
    let run = at_rhel(&report, &[&format!("--source=yum={base}/el9")]);
    let skipped = rows(&run, "skipped", &["source", "reason"]);
    assert_eq!(
        (run.code, skipped.as_str()),
        (Some(3), "yum:el9 refused: repodata/primary.xml.gz: not there")
    );
    // A folder may be an excerpt.
    let folder = archive.path().join("el9");
    let run = at_rhel(&report, &[&format!("--source=yum={}", folder.display())]);
    assert_eq!((run.code, rows(&run, "updates", &["kind"])), (Some(0), String::new()));
}

#[test]
fn a_real_rhel_6_host_against_the_real_rhel_6_repository() {
    let Some(host) = shared_data("data/hosts/rpm/rhel-6.7-insights.rpm-qa.txt") else { return };
    let Some(repository) = shared_data("data/rpm-repo/pulp-xz-repo") else { return };
    let args = [
        format!("--source=yum={},name=rhel-6", repository.display()),
        "--os-group=rhel-6".to_owned(),
        "--arch=x86_64".to_owned(),
    ];
    let run = evaluate(&host.display().to_string(), &args);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let kinds = rows(&run, "updates", &["kind"]);
    let count = |kind: &str| kinds.lines().filter(|line| *line == kind).count();
    assert_eq!((kinds.lines().count(), count("security")), (60, 1));
    let security = rows(&run, "updates", &["kind", "package", "candidate", "advisories"]);
    let security: Vec<&str> = security.lines().filter(|line| line.starts_with("security")).collect();
    let row = r#"security perl-Compress-Raw-Zlib 1:2.020-127.el6 ["RHSA-2011:0558","RHSA-2011:1424"]"#;
    assert_eq!(security, [row]);
    // dnf lists it twice, once for each architecture of qt3; the document has none of what obsoletes.
    assert_eq!(rows(&run, "obsoletes", &["package", "by", "candidate"]), "qt qt3 3.3.8b-30.el6");
    let skipped = rows(&run, "skipped", &["reason", "count"]);
    assert_eq!(skipped, "a sqlite form, not read 1");
}
