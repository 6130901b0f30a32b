//! Findings on the command line: OVAL sources, CVEs, hosts and explanations, over a server of the test's own.

use super::{Data, columns};
use crate::evaluate::archive::Archive;
use crate::evaluate::oval_file::OvalFile;
use crate::process::Server;
use insta::assert_snapshot;
use serde_json::Value;

const DEFINITIONS: &str = "\
    oval:t:def:1 CVE-2026-0001+RHSA-2026:1 critical bash 5.1-4.el9
    oval:t:def:2 CVE-2026-0002 moderate tar -
    oval:t:def:3 CVE-2026-0003+RHSA-2026:3 low openssl 1:3.0-9.el9
    oval:t:def:4 CVE-2026-0001+RHSA-2026:4 critical bash 5.1-3.el9
    oval:t:def:5 CVE-2026-0005+RHSA-2026:5 important zsh 9-1";

fn rhel_report(host: &str, packages: &str) -> String {
    let mut text = format!(
        "#\narch: x86_64\nhost: {host}\nkernel: 5.14.0-1.el9.x86_64\nos-id: rhel\nos-version-id: 9.4\npackager: rpm\n\
         system: Red Hat Enterprise Linux 9.4\nversion: 6\n#\n"
    );
    for line in packages.lines() {
        let (name, version) = line.trim().split_once(' ').unwrap();
        text.push_str(&format!("{name}\t{version}\tx86_64\t-\t-\tRed Hat, Inc.\t-\t-\t-\t-\n"));
    }
    text.push_str("#\n");
    text
}

/// An OVAL source that is fetched, and two hosts: `old` has findings, `new` has one without a fix.
fn fleet() -> (Data, Archive) {
    let (data, archive) = (Data::new(), Archive::new());
    let path = archive.file("rhel-9.oval.xml", OvalFile::rhel("9", DEFINITIONS).xml());
    data.said(&format!("source add rhel-9-oval --kind oval --url {path}"));
    data.said("source sync rhel-9-oval");
    let server = Server::start(data.path(), &[]);
    for (host, packages) in [
        ("old.example.org", "bash 5.1-2.el9\ntar 1.34-1.el9\nopenssl 1:3.0-8.el9"),
        ("new.example.org", "bash 5.1-4.el9\ntar 1.34-1.el9\nopenssl 1:3.0-9.el9"),
    ] {
        let (status, body) = server.report(&rhel_report(host, packages));
        assert_eq!((status.as_str(), body.as_str()), ("HTTP/1.1 200 OK", "OK\n"));
    }
    assert!(server.terminate().0.success());
    (data, archive)
}

fn json(data: &Data, line: &str) -> Value {
    serde_json::from_str(&data.said(&format!("{line} --output json"))).unwrap()
}

#[test]
fn definitions_are_counted_as_such() {
    let (data, archive) = fleet();
    assert_snapshot!(data.said("source sync rhel-9-oval"), @"rhel-9-oval: nothing new; 5 definitions");
    let rows = json(&data, "source list");
    let row = &rows[0];
    for (key, value) in [
        ("kind", "oval".into()),
        ("definitions", 5.into()),
        ("packages", Value::Null),
        ("os_group", "rhel-9".into()),
        ("complete", false.into()),
    ] {
        assert_eq!(row[key], value, "{key}");
    }
    let shown = json(&data, "source show rhel-9-oval");
    for (key, value) in [
        ("definitions", 5.into()),
        ("packages", Value::Null),
        ("os_group_by", "feed".into()),
        ("complete_option", "auto".into()),
        ("trusted", Value::Null),
        ("security_option", Value::Null),
    ] {
        assert_eq!(shown[key], value, "{key}");
    }
    assert_eq!(shown["snapshots"][0]["definitions"], 5);
    assert!(data.said("source show rhel-9-oval").contains("OVAL files are not signed"));
    let more = format!("{DEFINITIONS}\n oval:t:def:6 CVE-2026-0006 low bash -");
    archive.file("rhel-9.oval.xml", OvalFile::rhel("9", &more).xml());
    let tsv = data.said("source sync rhel-9-oval --output tsv");
    let line = columns(tsv.lines().last().unwrap());
    assert!(line.starts_with("rhel-9-oval|changed||") && line.ends_with("|6"), "{line}");
    assert_eq!(data.run("verify --all").code, Some(0));
}

#[test]
fn options_of_definitions_are_stored_changed_exported_and_imported() {
    let data = Data::new();
    let url = "https://security.example.org/oval/rhel-7.oval.xml.bz2";
    data.said(&format!(
        "source add mapped --kind oval --url {url} --os-group centos-7 --complete yes --interval 1d"
    ));
    assert_eq!(json(&data, "source show mapped")["complete_option"], "yes");
    assert_snapshot!(data.said("source export"), @r#"
    # Sources of Pakiti. Read by: pakiti source import FILE (--update changes those that differ).

    [[source]]
    name = "mapped"
    kind = "oval"
    url = "https://security.example.org/oval/rhel-7.oval.xml.bz2"
    os-group = "centos-7"
    interval = "1d"
    complete = "yes"
    "#);
    let file = data.path().join("repositories.toml");
    data.said(&format!("source export --output {}", file.display()));
    data.said("source change mapped --complete no");
    assert_eq!(json(&data, "source show mapped")["complete_option"], "no");
    assert_snapshot!(
        columns(data.said(&format!("source import {} --output tsv --update", file.display())).lines().last().unwrap())
            .replace(&file.display().to_string(), "FILE"),
        @"changed|mapped|oval|centos-7|FILE:3|complete"
    );
    assert_eq!(json(&data, "source show mapped")["complete_option"], "yes");
    data.said("source change mapped --reset complete");
    assert_eq!(json(&data, "source show mapped")["complete_option"], "auto");
}

#[test]
fn options_of_repositories_are_refused_with_a_sentence() {
    let data = Data::new();
    let url = "https://security.example.org/oval/rhel-9.oval.xml.bz2";
    for (options, sentence) in [
        ("--suite bookworm", "OVAL definitions have no suite"),
        ("--component main", "OVAL definitions have no suite and no components"),
        ("--arch x86_64", "--arch"),
        ("--security yes", "every definition is about security"),
        ("--priority 1", "they offer no packages"),
        ("--keyring /etc/k.asc", "fetch them by https"),
        ("--trusted", "fetch them by https"),
        ("--no-check-valid-until", "Valid-Until"),
        ("--mirrorlist", "list of mirrors"),
        ("--exclude kernel*", "excludes"),
        ("--module-hotfixes", "module hotfixes"),
        ("--complete maybe", "possible values: auto, yes, no"),
    ] {
        let run = data.run(&format!("source add x --kind oval --url {url} {options}"));
        assert_eq!(run.code, Some(2), "{options}: {}", run.stderr);
        assert!(run.stderr.contains(sentence), "{options}: {}", run.stderr);
    }
    for (line, code, sentence) in [
        ("--kind oval --url https://example.org/oval/", 2, "that of the file"),
        ("--kind oval --url ftp://example.org/x.xml", 1, "http"),
        (
            "--kind apt --url https://example.org/debian --complete yes",
            2,
            "only definitions are complete or not",
        ),
        ("--kind yum --url https://example.org/x --os-group rhel-9 --complete no", 2, "say --kind oval"),
    ] {
        let run = data.run(&format!("source add x {line}"));
        assert_eq!(run.code, Some(code), "{line}: {}", run.stderr);
        assert!(run.stderr.contains(sentence), "{line}: {}", run.stderr);
    }
    assert_eq!(json(&data, "source list"), serde_json::json!([]));
}

#[test]
fn templates_of_definitions_name_their_file() {
    let data = Data::new();
    assert_snapshot!(data.said("source add --template rhel-9-oval"), @"source rhel-9-oval added; fetch it now: pakiti source sync rhel-9-oval");
    let shown = json(&data, "source show rhel-9-oval");
    assert_eq!(
        shown["url"],
        "https://security.access.redhat.com/data/oval/v2/RHEL9/rhel-9-including-unpatched.oval.xml.bz2"
    );
    assert_eq!((&shown["kind"], &shown["os_group"]), (&"oval".into(), &Value::Null));
    data.said("source add --template debian-12-oval --mirror http://mirror.example.org");
    let url = &json(&data, "source show debian-12-oval")["url"];
    assert_eq!(*url, "http://mirror.example.org/security/oval/oval-definitions-bookworm.xml.bz2");
    let run = data.run("source add --template rhel-9-oval --complete yes");
    assert_eq!(run.code, Some(2), "{}", run.stderr);
}

#[test]
fn cves_are_listed_and_filtered() {
    let (data, _archive) = fleet();
    assert_snapshot!(columns(&data.said("cve list --output tsv")), @r"
    #cve|severity|cvss|hosts|fixable|unfixed|pending_reboot|leftover|packages|since
    CVE-2026-0001|critical|7.5|1|1|0|0|0|bash|TIME
    CVE-2026-0002|moderate|7.5|2|0|2|0|0|tar|TIME
    CVE-2026-0003|low|7.5|1|1|0|0|0|openssl|TIME
    ");
    assert_snapshot!(data.said("cve list --severity critical").replace(char::is_numeric, "N"), @r"
    CVE            severity  CVSS  hosts  fixable  unfixed  pending reboot  packages  since (UTC)
    CVE-NNNN-NNNN  critical  N.N       N        N        N               N  bash      NNNN-NN-NN NN:NN
    ");
    let ids = |options: &str| {
        let rows = json(&data, &format!("cve list {options}"));
        let ids: Vec<&str> =
            rows.as_array().unwrap().iter().map(|row| row["cve"].as_str().unwrap()).collect();
        ids.join(" ")
    };
    assert_eq!(ids("--severity critical --severity low"), "CVE-2026-0001 CVE-2026-0003");
    assert_eq!(ids("--state unfixed"), "CVE-2026-0002");
    assert_eq!(ids("--state pending-reboot"), "");
    assert_eq!(ids("--text BASH"), "CVE-2026-0001");
    assert_eq!(ids("--text 2026-0003"), "CVE-2026-0003");
    let run = data.run("cve list --limit 1");
    assert_eq!(run.stderr, "pakiti: there are 3, more than --limit 1\n");
    assert_eq!(data.said("cve list --state leftover"), "no CVE is so\n");
    assert_eq!(data.run("cve list --severity dire").code, Some(2));
}

#[test]
fn a_cve_is_shown_with_its_hosts_and_what_sources_say() {
    let (data, _archive) = fleet();
    assert_snapshot!(columns(&data.said("cve show cve-2026-0001 --output tsv")), @r"
    #key|value
    cve|CVE-2026-0001
    severity|critical
    cvss|7.5
    host_count|1

    #host|host_id|os_group|state|package|arch|installed|fixed|vendor_state|advisory|source|since
    old.example.org|1|rhel-9|fixable|bash|x86_64|5.1-2.el9|5.1-4.el9||RHSA-2026:1|rhel-9-oval|TIME

    #os_group|severity|fixed|vendor_state|packages|advisory|rule|source|feed_date
    rhel-9|critical|5.1-4.el9||bash|RHSA-2026:1|oval:t:def:1|rhel-9-oval|TIME
    rhel-9|critical|5.1-3.el9||bash|RHSA-2026:4|oval:t:def:4|rhel-9-oval|TIME
    ");
    let shown = json(&data, "cve show CVE-2026-0002");
    assert_eq!((&shown["host_count"], &shown["hosts"][1]["state"]), (&2.into(), &"unfixed".into()));
    // Known, but no host has it.
    let text = data.said("cve show CVE-2026-0005");
    assert!(text.contains("no host has it") && text.contains("zsh"), "{text}");
    let run = data.run("cve show CVE-1999-0001");
    assert_eq!(
        (run.code, run.stderr.as_str()),
        (Some(1), "pakiti: no source in force speaks of CVE-1999-0001, and no host has it\n")
    );
}

#[test]
fn where_nothing_is_found_it_is_said_whether_anybody_looks() {
    let data = Data::new();
    let run = data.run("cve list");
    assert_eq!((run.code, run.text()), (Some(0), "no host has a CVE\n"));
    assert!(run.stderr.contains("no source in force speaks of CVEs"), "{}", run.stderr);
    assert_eq!(data.said("cve list --output json"), "[]\n");
}

#[test]
fn a_host_is_listed_and_shown_with_its_findings() {
    let (data, _archive) = fleet();
    let rows = json(&data, "host list --sort name");
    let counts = |at: usize| {
        ["name", "state", "critical", "fixable", "unfixed"].map(|key| rows[at][key].to_string()).join(" ")
    };
    assert_eq!(counts(0), r#""new.example.org" "unknown" 0 0 1"#);
    assert_eq!(counts(1), r#""old.example.org" "exposed" 1 2 1"#);
    let tsv = data.said("host show old.example.org --output tsv");
    assert_snapshot!(columns(tsv.rsplit_once("\n\n").unwrap().1), @r"
    #severity|state|cve|advisory|package|arch|installed|fixed|vendor_state|cvss|source|since
    critical|fixable|CVE-2026-0001|RHSA-2026:1|bash|x86_64|5.1-2.el9|5.1-4.el9||7.5|rhel-9-oval|TIME
    low|fixable|CVE-2026-0003|RHSA-2026:3|openssl|x86_64|1:3.0-8.el9|1:3.0-9.el9||7.5|rhel-9-oval|TIME
    moderate|unfixed|CVE-2026-0002||tar|x86_64|1.34-1.el9||affected|7.5|rhel-9-oval|TIME
    ");
    for line in [
        "fixable\t2",
        "fixable_critical\t1",
        "fixable_low\t1",
        "unfixed\t1",
        "pending_reboot\t0",
        "leftover\t0",
    ] {
        assert!(tsv.lines().any(|own| own == line), "{line} in {tsv}");
    }
    let table = data.said("host show old.example.org");
    let title = "Findings: 3 (2 fixable, 1 of them critical; 1 unfixed, 0 pending reboot, 0 leftover); \
                 1 without a fix not listed: --unfixed";
    assert!(table.contains(title) && !table.contains("CVE-2026-0002"), "{table}");
    assert!(data.said("host show old.example.org --unfixed").contains("CVE-2026-0002"));
}

#[test]
fn an_explanation_has_its_answer_first_and_then_the_proof() {
    let (data, _archive) = fleet();
    assert_snapshot!(data.said("explain old.example.org CVE-2026-0001"), @r"
    old.example.org and CVE-2026-0001: affected

    affected - bash.x86_64: fixable
      compared   5.1-2.el9 < 5.1-4.el9
      severity   critical
      rule       rhel-9-oval oval:t:def:1 (RHSA-2026:1)
      criterion  AND > bash is earlier than 0:5.1-4.el9
      gate       OS group rhel-9
      gate       Red Hat Enterprise Linux 9 is installed
      gate       vendor Red Hat, Inc.
      feed of    2026-11-01 00:00

    not affected - bash.x86_64: superseded by RHSA-2026:1 (5.1-4.el9), a newer fix of the same
      compared   5.1-2.el9 < 5.1-3.el9
      severity   critical
      rule       rhel-9-oval oval:t:def:4 (RHSA-2026:4)
      criterion  AND > bash is earlier than 0:5.1-3.el9
      gate       OS group rhel-9
      gate       Red Hat Enterprise Linux 9 is installed
      gate       vendor Red Hat, Inc.
      feed of    2026-11-01 00:00
    ");
    assert_snapshot!(data.said("explain new.example.org rhsa-2026:3"), @r"
    new.example.org and rhsa-2026:3: not affected

    not affected - openssl.x86_64: the fix is installed
      compared   1:3.0-9.el9 >= 1:3.0-9.el9
      severity   low
      rule       rhel-9-oval oval:t:def:3 (RHSA-2026:3)
      criterion  AND > openssl is earlier than 1:3.0-9.el9
      gate       OS group rhel-9
      gate       Red Hat Enterprise Linux 9 is installed
      gate       vendor Red Hat, Inc.
      feed of    2026-11-01 00:00
    ");
    assert_snapshot!(data.said("explain old.example.org CVE-2026-0005"), @r"
    old.example.org and CVE-2026-0005: not affected

    not affected: 1 named but not installed: zsh
    ");
    assert_snapshot!(data.said("explain old.example.org CVE-2026-0099"), @"old.example.org and CVE-2026-0099: unknown: no source of rhel-9 speaks of CVE-2026-0099");
    assert_eq!(
        data.said("explain 1 CVE-2026-0001 --format json"),
        data.said("explain old.example.org CVE-2026-0001 --output json")
    );
    let told = json(&data, "explain old.example.org CVE-2026-0002");
    assert_snapshot!(serde_json::to_string(&told).unwrap(), @r#"{"host":"old.example.org","os_group":"rhel-9","subject":"CVE-2026-0002","answer":"affected","statements":[{"answer":"affected","reason":"unfixed","package":"tar","arch":"x86_64","installed":"1.34-1.el9","fixed":null,"severity":"moderate","vendor_state":"affected","source":"rhel-9-oval","rule":"rhel-9-oval oval:t:def:2","advisory":null,"criterion":["AND","tar is installed"],"comparison":"1.34-1.el9 is installed; no version is fixed","gates":[{"words":"OS group rhel-9","state":"passed"},{"words":"Red Hat Enterprise Linux 9 is installed","state":"passed"},{"words":"vendor Red Hat, Inc.","state":"passed"}],"feed_date":"TIME"}]}"#);
    let tsv = data.said("explain old.example.org CVE-2026-0001 --output tsv");
    assert_snapshot!(columns(&tsv), @r"
    #answer|reason|package|arch|installed|fixed|severity|vendor_state|source|rule|advisory|criterion|comparison|gates|feed_date
    affected|fixable|bash|x86_64|5.1-2.el9|5.1-4.el9|critical||rhel-9-oval|rhel-9-oval oval:t:def:1|RHSA-2026:1|AND > bash is earlier than 0:5.1-4.el9|5.1-2.el9 < 5.1-4.el9|OS group rhel-9,Red Hat Enterprise Linux 9 is installed,vendor Red Hat, Inc.|TIME
    not affected|superseded by RHSA-2026:1 (5.1-4.el9), a newer fix of the same|bash|x86_64|5.1-2.el9|5.1-3.el9|critical||rhel-9-oval|rhel-9-oval oval:t:def:4|RHSA-2026:4|AND > bash is earlier than 0:5.1-3.el9|5.1-2.el9 < 5.1-3.el9|OS group rhel-9,Red Hat Enterprise Linux 9 is installed,vendor Red Hat, Inc.|TIME
    ");
    let run = data.run("explain nobody CVE-2026-0001");
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), "pakiti: host `nobody` not found\n"));
    assert_eq!(data.run("explain old.example.org").code, Some(2));
}
