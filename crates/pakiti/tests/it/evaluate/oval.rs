//! oval and updateinfo sources: contract.md "definitions", "JSON" (findings) and "Exit".

use super::archive::{Archive, status};
use super::oval_file::OvalFile;
use super::yum::repository::{Repository, table};
use super::{NOW, evaluate, lines, rows, value};
use crate::command::{Run, pakiti};
use insta::assert_snapshot;

const FINDING: [&str; 7] = ["cve", "advisory", "package", "installed", "fixed", "state", "severity"];

const RHEL: &str = "\
    oval:t:def:1 CVE-2026-0001+RHSA-2026:1 critical bash 5.1-4.el9
    oval:t:def:2 CVE-2026-0002 moderate tar -
    oval:t:def:3 CVE-2026-0003+RHSA-2026:3 low openssl 1:3.0-9.el9
    oval:t:def:4 CVE-2026-0004+CVE-2026-0005+RHSA-2026:4 important bash 5.1-3.el9";

const PACKAGES: &str =
    "bash 5.1-2.el9 x86_64\ntar 1.34-1.el9 x86_64\nopenssl 1:3.0-9.el9 x86_64\nzsh 5-1 x86_64";

/// A report of `PACKAGES` that tells no vendor.
fn report(archive: &Archive, lines: &str) -> String {
    archive.file("rpm-qa.tsv", table(lines).replace("\tExample\t", "\t(none)\t"))
}

fn oval(archive: &Archive, name: &str, file: &OvalFile) -> String {
    format!("--source=oval={}", archive.file(name, file.xml()))
}

fn rhel(report: &str, sources: &[&str]) -> Run {
    let system = ["--system=Red Hat Enterprise Linux 9.4", "--arch=x86_64"];
    evaluate(report, &sources.iter().chain(&system).map(|&arg| arg.to_owned()).collect::<Vec<_>>())
}

fn definitions(report: &str, args: &[&str]) -> Run {
    let mut all = vec!["evaluate", "--output=definitions", NOW, "--report", report];
    all.extend_from_slice(args);
    pakiti(&all)
}

#[test]
fn findings_of_rpm_definitions_are_as_the_contract_says() {
    let archive = Archive::new();
    let source = oval(&archive, "rhel-9.xml", &OvalFile::rhel("9", RHEL));
    let run = rhel(&report(&archive, PACKAGES), &[&source]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    assert_snapshot!(lines(&run), @r#"
    {"schema":1,
    "host":{"name":null,"os":"Red Hat Enterprise Linux 9.4","os_group":"rhel-9","arch":"x86_64","kernel":null},
    "updates":[],
    "obsoletes":[],
    "findings":[
      {"cve":"CVE-2026-0001","advisory":"RHSA-2026:1","package":"bash","arch":"x86_64","installed":"5.1-2.el9","fixed":"5.1-4.el9","state":"fixable","vendor_state":null,"severity":"critical","severity_source":"vendor, of CVE-2026-0001","cvss":7.5,"epss":null,"kev":false,"source":"oval:rhel-9.xml","why":{"rule":"oval:rhel-9.xml oval:t:def:1","criterion":"bash is earlier than 0:5.1-4.el9","comparison":"5.1-2.el9 < 5.1-4.el9","gates":["OS group rhel-9","Red Hat Enterprise Linux 9 is installed","signature assumed: the report names neither key nor vendor"]}},
      {"cve":"CVE-2026-0004","advisory":"RHSA-2026:4","package":"bash","arch":"x86_64","installed":"5.1-2.el9","fixed":"5.1-3.el9","state":"fixable","vendor_state":null,"severity":"important","severity_source":"vendor, of CVE-2026-0004","cvss":7.5,"epss":null,"kev":false,"source":"oval:rhel-9.xml","why":{"rule":"oval:rhel-9.xml oval:t:def:4","criterion":"bash is earlier than 0:5.1-3.el9","comparison":"5.1-2.el9 < 5.1-3.el9","gates":["OS group rhel-9","Red Hat Enterprise Linux 9 is installed","signature assumed: the report names neither key nor vendor","by advisory: oval:t:def:4 names 2 CVEs for all its packages"]}},
      {"cve":"CVE-2026-0005","advisory":"RHSA-2026:4","package":"bash","arch":"x86_64","installed":"5.1-2.el9","fixed":"5.1-3.el9","state":"fixable","vendor_state":null,"severity":"important","severity_source":"vendor, of CVE-2026-0005","cvss":7.5,"epss":null,"kev":false,"source":"oval:rhel-9.xml","why":{"rule":"oval:rhel-9.xml oval:t:def:4","criterion":"bash is earlier than 0:5.1-3.el9","comparison":"5.1-2.el9 < 5.1-3.el9","gates":["OS group rhel-9","Red Hat Enterprise Linux 9 is installed","signature assumed: the report names neither key nor vendor","by advisory: oval:t:def:4 names 2 CVEs for all its packages"]}},
      {"cve":"CVE-2026-0002","advisory":null,"package":"tar","arch":"x86_64","installed":"1.34-1.el9","fixed":null,"state":"unfixed","vendor_state":"affected","severity":"moderate","severity_source":"vendor, of CVE-2026-0002","cvss":7.5,"epss":null,"kev":false,"source":"oval:rhel-9.xml","why":{"rule":"oval:rhel-9.xml oval:t:def:2","criterion":"tar is installed","comparison":"1.34-1.el9 is installed; no version is fixed","gates":["OS group rhel-9","Red Hat Enterprise Linux 9 is installed","signature assumed: the report names neither key nor vendor"]}}],
    "coverage":{"packages":4,"in_repository":0,"judged":3,"unknown":["zsh"]},
    "skipped":[]}
    "#);
    assert_eq!(
        run.stdout,
        rhel(&report(&archive, PACKAGES), &[&source]).stdout,
        "two runs give the same bytes"
    );
    let complete = rhel(&report(&archive, PACKAGES), &[&format!("{source},complete=yes,name=mine")]);
    assert_eq!(value(&complete, "/coverage/judged"), 4);
    assert_eq!(value(&complete, "/findings/0/source"), "mine");
}

#[test]
fn findings_of_deb_definitions_and_the_table_for_people() {
    let archive = Archive::new();
    let file = OvalFile::debian(
        "oval:d:def:1 CVE-2026-0001 high bash 5.2-2+deb12u1
         oval:d:def:2 CVE-2026-0002 low bash -
         oval:d:def:3 CVE-2026-0003 high tar 1.34",
    );
    let source = oval(&archive, "bookworm.xml", &file);
    let report = archive.file("status", status("bash 5.2-2 amd64\ntar 1.35-1 amd64"));
    let args = [source.clone(), "--system=Debian GNU/Linux 12".to_owned()];
    let run = evaluate(&report, &args);
    assert_snapshot!(rows(&run, "findings", &FINDING), @r"
    CVE-2026-0001 null bash 5.2-2 5.2-2+deb12u1 fixable important
    CVE-2026-0002 null bash 5.2-2 null unfixed low
    ");
    let run = pakiti(&["evaluate", NOW, "--report", &report, &source, "--system=Debian GNU/Linux 12"]);
    assert_eq!(run.code, Some(0));
    assert_snapshot!(run.text(), @r"
    Host
     name          not reported
     system        Debian GNU/Linux 12
     OS group      debian-12
     architecture  amd64
     kernel        not reported

    Updates: 0 (0 security)
     none

    Findings: 2 (1 fixable, 1 unfixed)
     severity   state              CVE            advisory  package  installed  fixed          source
     important  fixable            CVE-2026-0001  -         bash     5.2-2      5.2-2+deb12u1  oval:bookworm.xml
     low        unfixed: affected  CVE-2026-0002  -         bash     5.2-2      -              oval:bookworm.xml

    Coverage
     packages         2
     in a repository  0
     judged           2
     unknown          0

    Skipped: 0
     nothing
    ");
}

#[test]
fn without_an_os_group_there_are_no_findings_and_nothing_is_judged() {
    let archive = Archive::new();
    let source = oval(&archive, "rhel-9.xml", &OvalFile::rhel("9", RHEL));
    let report = report(&archive, PACKAGES);
    for system in ["--system=Nobody's Linux 1", "--arch=x86_64"] {
        let run = evaluate(&report, &[format!("{source},complete=yes"), system.to_owned()]);
        assert_eq!((run.code, rows(&run, "findings", &FINDING)), (Some(0), String::new()), "{system}");
        assert_eq!(value(&run, "/host/os_group"), serde_json::Value::Null);
        assert_eq!(value(&run, "/coverage/judged"), 0);
    }
    // Another release's definitions say nothing either.
    let run = evaluate(&report, &[source, "--os-group=rhel-8".to_owned()]);
    assert_eq!((rows(&run, "findings", &FINDING).as_str(), value(&run, "/coverage/judged")), ("", 0.into()));
}

#[test]
fn a_mapped_source_is_compared_as_a_rebuild() {
    let archive = Archive::new();
    let file = OvalFile::rhel(
        "7",
        "oval:t:def:1 CVE-2026-0001+RHSA-2026:1 important bash 4.2-35.el7_9
         oval:t:def:2 CVE-2026-0002+RHSA-2026:2 important bind 9.11-26.el7_9.16",
    );
    let source = oval(&archive, "rhel-7.xml", &file);
    let report = report(&archive, "bash 4.2-35.el7.centos x86_64\nbind 9.11-26.el7.centos.15 x86_64");
    let run = evaluate(&report, &[source.clone(), "--os-group=centos-7".to_owned()]);
    assert_eq!(rows(&run, "findings", &FINDING), "", "no cousin's data unless mapped");
    let run = evaluate(&report, &[format!("{source},os-group=centos-7"), "--os-group=centos-7".to_owned()]);
    assert_snapshot!(rows(&run, "findings", &["cve", "package", "why"]), @r#"CVE-2026-0002 bind {"rule":"oval:rhel-7.xml oval:t:def:2","criterion":"bind is earlier than 0:9.11-26.el7_9.16","comparison":"9.11-26.el7.centos.15 < 9.11-26.el7_9.16","gates":["OS group centos-7: mapped to this source by an administrator","Red Hat Enterprise Linux 7 is installed","signature assumed: the report names neither key nor vendor","compared without dist tags: a rebuild has others"]}"#);
}

#[test]
fn updateinfo_gives_findings_alone_and_in_a_repository() {
    let archive = Archive::new();
    let updates = "<updates><update type=\"security\"><id>SA-1</id><severity>Important</severity><references>\
         <reference type=\"cve\" id=\"CVE-2026-0001\" href=\"x\"/></references><pkglist><collection>\
         <package name=\"bash\" epoch=\"0\" version=\"5.1\" release=\"4.el9\" arch=\"x86_64\"/></collection></pkglist>\
         </update><update type=\"security\"><id>SA-2</id><pkglist><collection><package name=\"tar\" epoch=\"0\" \
         version=\"1.34\" release=\"2.el9\" arch=\"x86_64\"/></collection></pkglist></update>\
         <update type=\"bugfix\"><id>BA-3</id><pkglist><collection><package name=\"tar\" epoch=\"0\" version=\"1.34\" \
         release=\"9.el9\" arch=\"x86_64\"/></collection></pkglist></update></updates>";
    let alone = format!("--source=updateinfo={}", archive.file("updateinfo.xml", updates));
    let report = report(&archive, PACKAGES);
    let run = rhel(&report, &[&alone]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    assert_snapshot!(rows(&run, "findings", &FINDING), @r"
    CVE-2026-0001 SA-1 bash 5.1-2.el9 5.1-4.el9 fixable important
    null SA-2 tar 1.34-1.el9 1.34-2.el9 fixable unknown
    ");
    assert_snapshot!(rows(&run, "findings", &["source", "severity_source", "why"]), @r#"
    updateinfo:updateinfo.xml SA-1 {"rule":"updateinfo:updateinfo.xml SA-1","criterion":"bash is earlier than 5.1-4.el9","comparison":"5.1-2.el9 < 5.1-4.el9","gates":["OS group rhel-9","architecture x86_64","vendor not reported"]}
    updateinfo:updateinfo.xml null {"rule":"updateinfo:updateinfo.xml SA-2","criterion":"tar is earlier than 1.34-2.el9","comparison":"1.34-1.el9 < 1.34-2.el9","gates":["OS group rhel-9","architecture x86_64","vendor not reported"]}
    "#);
    let folder = Repository::of("bash 5.1-4.el9 x86_64\ntar 1.34-9.el9 x86_64")
        .fixes("security", "SA-2", "tar 1.34-2.el9 x86_64")
        .fixes("bugfix", "BA-3", "tar 1.34-9.el9 x86_64")
        .write(&archive, "baseos");
    let run = rhel(&report, &[&folder]);
    assert_snapshot!(rows(&run, "findings", &FINDING), @"null SA-2 tar 1.34-1.el9 1.34-2.el9 fixable unknown");
    assert_eq!(rows(&run, "updates", &["package", "kind"]), "bash unknown\ntar security");
}

#[test]
fn two_sources_that_say_the_same_are_two_findings() {
    let archive = Archive::new();
    let line = "oval:t:def:1 CVE-2026-0001+RHSA-2026:1 critical bash 5.1-4.el9";
    let one = oval(&archive, "b.xml", &OvalFile::rhel("9", line));
    let two = oval(&archive, "a.xml", &OvalFile::rhel("9", line));
    let run = rhel(&report(&archive, PACKAGES), &[&one, &two]);
    assert_eq!(rows(&run, "findings", &["source"]), "oval:a.xml\noval:b.xml");
}

#[test]
fn a_refused_file_stands_in_skipped_and_the_others_count() {
    let archive = Archive::new();
    let good = oval(&archive, "good.xml", &OvalFile::rhel("9", RHEL));
    let text = OvalFile::rhel("9", RHEL).xml();
    let cut = format!("--source=oval={}", archive.file("cut.xml", &text[..text.len() / 2]));
    let other = format!("--source=oval={}", archive.file("other.xml", "<html/>"));
    let missing = format!("--source=oval={},name=gone", archive.path().join("missing.xml").display());
    let packed = format!("--source=oval={}", archive.file("bad.xml.bz2", "no bzip2"));
    let report = report(&archive, PACKAGES);
    let run = rhel(&report, &[&good, &cut, &other, &missing, &packed]);
    assert_eq!(run.code, Some(3));
    assert_eq!(rows(&run, "findings", &["cve"]).lines().count(), 4);
    let skipped = rows(&run, "skipped", &["source", "reason"]);
    assert_snapshot!(skipped.replace(&archive.path().display().to_string(), ""), @r"
    gone refused: not readable: No such file or directory (os error 2)
    oval:bad.xml.bz2 refused: not a file of <oval_definitions>
    oval:cut.xml refused: line 4: the file ends inside an element
    oval:other.xml refused: not a file of <oval_definitions>
    ");
    let run = definitions(&report, &[&good, &cut]);
    assert_eq!((run.code, run.text().lines().count()), (Some(3), 4));
    let updates = format!("--source=updateinfo={}", archive.file("u.xml", "<updates><update>"));
    assert_eq!(rhel(&report, &[&updates]).code, Some(3));
}

/// One definition for each of the six results, on a host with bash 1.
fn six() -> OvalFile {
    let criterion = |test: &str| format!("<criteria><criterion test_ref=\"{test}\"/></criteria>");
    let package = |id: &str, kind: &str, name: &str| {
        (
            format!(
                "<lin:{kind}_test id=\"t:{id}\" version=\"1\" check=\"at least one\" comment=\"x\">\
                 <lin:object object_ref=\"o:{id}\"/></lin:{kind}_test>"
            ),
            format!("<lin:{kind}_object id=\"o:{id}\" version=\"1\">{name}</lin:{kind}_object>"),
        )
    };
    let file = |id: &str| {
        (
            format!(
                "<ind:textfilecontent54_test id=\"t:{id}\" version=\"1\" check=\"all\" comment=\"x\">\
                 <ind:object object_ref=\"o:{id}\"/></ind:textfilecontent54_test>"
            ),
            format!(
                "<ind:textfilecontent54_object id=\"o:{id}\" version=\"1\"><ind:filepath>/etc/told.conf</ind:filepath>\
                 <ind:pattern operation=\"pattern match\">^yes</ind:pattern><ind:instance datatype=\"int\">1\
                 </ind:instance></ind:textfilecontent54_object>"
            ),
        )
    };
    let (bash, bash_object) = package("bash", "rpminfo", "<lin:name>bash</lin:name>");
    let (zsh, zsh_object) = package("zsh", "rpminfo", "<lin:name>zsh</lin:name>");
    let (odd, odd_object) = package("odd", "rpminfo", "<lin:name operation=\"pattern match\">(</lin:name>");
    let (told, told_object) = file("file");
    OvalFile::default()
        .and(&bash, &bash_object)
        .and(&zsh, &zsh_object)
        .and(&odd, &odd_object)
        .and(&told, &told_object)
        .with("d:true", &criterion("t:bash"))
        .with("d:false", &criterion("t:zsh"))
        .with("d:error", &criterion("t:odd"))
        .with("d:unknown", &criterion("t:file"))
        .with("d:none", "")
}

#[test]
fn every_definition_has_its_word_in_file_order_whatever_the_os_group() {
    let archive = Archive::new();
    let source = oval(&archive, "six.xml", &six());
    let report = report(&archive, "bash 1-1 x86_64");
    let run = definitions(&report, &[&source]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    assert_snapshot!(run.text().replace('\t', " "), @r"
    d:true true
    d:false false
    d:error error
    d:unknown unknown
    d:none not evaluated
    ");
    // The report is the whole host: what it does not have is absent.
    let unknown = |args: &[&str]| {
        let all: Vec<&str> = std::iter::once(source.as_str()).chain(args.iter().copied()).collect();
        let run = definitions(&report, &all);
        let line = run.text().lines().find(|line| line.starts_with("d:unknown")).unwrap().to_owned();
        (run.code, line)
    };
    let word = |word: &str| (Some(0), format!("d:unknown\t{word}"));
    assert_eq!(unknown(&[]), word("unknown"));
    assert_eq!(unknown(&["--facts=complete"]), word("false"));
    for (content, expected) in
        [(&b"yes it is\n"[..], "true"), (b"no\n", "false"), (b"\xff\xfe\0yes", "false"), (b"", "false")]
    {
        let fact = format!("--fact=file:/etc/told.conf={}", archive.file("fact", content));
        assert_eq!(unknown(&[&fact]), word(expected), "{content:?}");
    }
}

#[test]
fn signatures_are_assumed_only_where_it_is_said() {
    let archive = Archive::new();
    let source =
        oval(&archive, "rhel-9.xml", &OvalFile::rhel("9", "oval:t:def:1 CVE-2026-0001 low bash 2-1"));
    let report = report(&archive, "bash 1-1 x86_64\nredhat-release 9.4-1.el9 x86_64");
    let word = |args: &[&str]| {
        let system = "--system=Red Hat Enterprise Linux 9.4";
        let all: Vec<&str> = [source.as_str(), system].into_iter().chain(args.iter().copied()).collect();
        definitions(&report, &all).text().to_owned()
    };
    assert_eq!(word(&[]), "oval:t:def:1\tunknown\n");
    assert_eq!(word(&["--assume=signature=true"]), "oval:t:def:1\ttrue\n");
}

#[test]
fn a_definition_of_modules_asks_what_the_command_line_says() {
    let archive = Archive::new();
    let test = "<ind:textfilecontent54_test id=\"t:m\" version=\"1\" check=\"all\" comment=\"x\">\
         <ind:object object_ref=\"o:m\"/></ind:textfilecontent54_test>";
    let object = "<ind:textfilecontent54_object id=\"o:m\" version=\"1\"><ind:filepath>/etc/dnf/modules.d/nodejs.module\
         </ind:filepath><ind:pattern operation=\"pattern match\">\\nstream\\s*=\\s*18\\b</ind:pattern>\
         <ind:instance datatype=\"int\">1</ind:instance></ind:textfilecontent54_object>";
    let file = OvalFile::default()
        .and(test, object)
        .with("d:m", "<criteria><criterion test_ref=\"t:m\"/></criteria>");
    let source = oval(&archive, "m.xml", &file);
    let report = report(&archive, "bash 1-1 x86_64");
    assert_eq!(definitions(&report, &[&source, "--module=nodejs:18"]).text(), "d:m\ttrue\n");
    assert_eq!(definitions(&report, &[&source, "--module=nodejs:16"]).text(), "d:m\tfalse\n");
}

#[test]
fn odd_input_is_told_with_the_status_of_the_contract() {
    let archive = Archive::new();
    let source = oval(&archive, "six.xml", &six());
    let good = report(&archive, "bash 1-1 x86_64");
    for (args, code, sentence) in [
        (vec!["--report", "/no/such", &source], 3, "report /no/such: not readable"),
        (vec!["--report", &archive.file("empty", ""), &source], 3, "report"),
        (vec!["--report", &archive.file("odd", "\0\0\0"), &source], 3, "report"),
        (vec!["--report", &good, &source, "--fact=file:/etc/x=/no/such"], 2, "/no/such: No such file"),
        (vec!["--report", &good, &source, "--fact=file:/etc/x=/"], 2, "is a folder"),
        (vec!["--report", &good, &source, "--fact=file:etc/x=/dev/null"], 2, "file:/PATH"),
        (vec!["--report", &good, &source, "--fact=/etc/x=/dev/null"], 2, "file:/PATH"),
        (vec!["--report", &good, &source, "--facts=some"], 2, "[possible values: report, complete]"),
        (vec!["--report", &good, &source, "--assume=signature"], 2, "signature=true"),
        (vec!["--report", &good, &source, "--module=:18"], 2, "NAME:STREAM"),
        (vec!["--report", &good, "--source=oval=/x,suite=y"], 2, "unknown option `suite` of an oval source"),
        (vec!["--report", &good, "--source=oval=/x,complete=maybe"], 2, "`maybe` is not yes or no"),
        (vec!["--report", &good, "--source=oval=/x,os-group=linux"], 2, "the id of an OS group"),
    ] {
        let all: Vec<&str> =
            ["evaluate", "--output=definitions", NOW].into_iter().chain(args.clone()).collect();
        let run = pakiti(&all);
        assert_eq!((run.code, run.text()), (Some(code), ""), "{args:?}: {}", run.stderr);
        assert!(run.stderr.contains(sentence), "{args:?}: {}", run.stderr);
    }
    // What is skipped within a file is told by --strict.
    let broken = six().with("d:broken", "<criteria><criterion test_ref=\"t:gone\"/></criteria>");
    let source = oval(&archive, "broken.xml", &broken);
    let run = rhel(&good, &[&source]);
    assert_eq!(run.code, Some(0));
    assert!(!rows(&run, "skipped", &["source"]).is_empty());
    assert_eq!(rhel(&good, &[&source, "--strict"]).code, Some(1));
    assert_eq!(definitions(&good, &[&source, "--strict"]).code, Some(1));
}
