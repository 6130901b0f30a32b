//! Hosts on the command line, reported to a server of the test's own.

use super::{Data, columns, untimed};
use crate::evaluate::archive::{Archive, index};
use crate::process::{Server, debian_report};
use serde_json::Value;

/// Two hosts, one with a security update, and the suite that says so.
fn fleet() -> (Data, Archive) {
    let data = Data::new();
    let archive = Archive::new();
    let packages = index("openssl 3.0.20-1 amd64\ntar 1.35-1 amd64");
    let suite = archive.suite("bookworm-security", "Label: Debian-Security\n", &[("amd64", &packages)]);
    data.said(&format!("source add security --kind apt --url {} --trusted", suite.folder.display()));
    data.said("source sync security");
    let server = Server::start(data.path(), &[]);
    for (host, packages) in [
        ("old.example.org", "openssl 3.0.19-1\ntar 1.35-1\nhome-made 1"),
        ("new.example.org", "openssl 3.0.20-1\ntar 1.35-1"),
    ] {
        let (status, body) = server.report(&debian_report(host, packages));
        assert_eq!((status.as_str(), body.as_str()), ("HTTP/1.1 200 OK", "OK\n"));
    }
    assert!(server.terminate().0.success());
    (data, archive)
}

#[test]
fn hosts_are_listed_filtered_and_sorted() {
    let (data, _archive) = fleet();
    insta::assert_snapshot!(columns(&data.said("host list --output tsv")), @r"
    #id|name|state|security|other|unknown|packages|in_repository|judged|held|os_group|os|arch|kernel|reboot_required|groups|last_report|critical|fixable|unfixed|pending_reboot
    1|old.example.org|security|1|0|1|3|2|2|0|debian-12|Debian GNU/Linux 12|x86_64|6.1.0-26-amd64|false|lab|TIME|0|0|0|0
    2|new.example.org|good|0|0|0|2|2|2|0|debian-12|Debian GNU/Linux 12|x86_64|6.1.0-26-amd64|false|lab|TIME|0|0|0|0
    ");
    let names = |options: &str| {
        let rows: Value =
            serde_json::from_str(&data.said(&format!("host list --output json {options}"))).unwrap();
        let names: Vec<String> = rows
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["name"].as_str().unwrap().replace(".example.org", ""))
            .collect();
        names.join(" ")
    };
    assert_eq!(names(""), "old new");
    assert_eq!(names("--sort name"), "new old");
    assert_eq!(names("--sort name --descending"), "old new");
    assert_eq!(names("--state security"), "old");
    assert_eq!(names("--search NEW"), "new");
    assert_eq!(names("--os-group debian-12 --group lab --limit 1"), "old");
    assert_eq!(names("--group other"), "");
    let run = data.run("host list --limit 1");
    assert_eq!(run.stderr, "pakiti: there are more hosts than --limit 1\n");
}

#[test]
fn a_host_is_shown_by_name_or_id_with_updates_and_what_nobody_knows() {
    let (data, _archive) = fleet();
    let text = data.said("host show old.example.org --output tsv");
    let (facts, lists) = text.split_once("\n\n").unwrap();
    insta::assert_snapshot!(columns(lists), @r"
    #package|arch|installed|candidate|candidate_arch|kind|repositories|advisories|held|phased|reboot|since|why
    openssl|amd64|3.0.19-1|3.0.20-1||security|bookworm-security/main||false||false|TIME|bookworm-security/main offers 3.0.20-1 (security suite): 3.0.19-1 < 3.0.20-1

    #package|arch|installed
    home-made|amd64|1

    #severity|state|cve|advisory|package|arch|installed|fixed|vendor_state|cvss|source|since
    ");
    for line in
        ["state\tsecurity", "os_group\tdebian-12", "kernel\t6.1.0-26-amd64", "unknown\t1", "groups\tlab"]
    {
        assert!(facts.lines().any(|l| l == line), "{line} in {facts}");
    }
    let by_name: Value = serde_json::from_str(&data.said("host show old.example.org --output json")).unwrap();
    let by_id = data.said(&format!("host show {} --output json", by_name["id"]));
    assert_eq!(by_name, serde_json::from_str::<Value>(&by_id).unwrap());
    assert_eq!(by_name["why"][0], "1 security update pending");
    let run = data.run("host show nobody");
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), "pakiti: host `nobody` not found\n"));
    assert_eq!(data.run("host show 999").code, Some(1));
}

#[test]
fn a_feed_that_changes_changes_the_hosts_and_verification_agrees() {
    let (data, archive) = fleet();
    let packages = index("openssl 3.0.21-1 amd64\ntar 1.35-1 amd64\nhome-made 1 amd64");
    archive.suite("bookworm-security", "Label: Debian-Security\n", &[("amd64", &packages)]);
    insta::assert_snapshot!(columns(data.said("source sync security --output tsv").lines().last().unwrap()), @"security|changed|3|157|2|0|2|2|||new.example.org +1 +0|");
    let rows: Value = serde_json::from_str(&data.said("host list --output json --sort name")).unwrap();
    assert_eq!(
        (&rows[0]["security"], &rows[1]["security"], &rows[1]["unknown"]),
        (&1.into(), &1.into(), &0.into())
    );
    let run = data.run("verify --all --output tsv");
    assert_eq!(run.code, Some(0), "{}", run.text());
    insta::assert_snapshot!(columns(&untimed(run.text())), @r"
    #key|value
    sets|2
    verdicts|2
    hosts|2
    cells|1
    re_evaluated|0

    #difference
    ");
    assert_eq!(data.run("verify --sample 50").code, Some(0));
}

#[test]
fn a_host_is_granted_and_revoked_by_its_name() {
    let (data, _archive) = fleet();
    assert_eq!(data.reading("user add bob", "correct horse battery\n").code, Some(0));
    assert_eq!(
        data.said("user grant bob --host old.example.org --group lab"),
        "bob sees host group lab\nbob sees host old.example.org\n"
    );
    assert!(data.said("user list --output tsv").contains("\tlab\told.example.org\t"));
    data.said("user revoke bob --host old.example.org");
    assert!(data.said("user list --output tsv").contains("\tlab\t\t"));
    assert_eq!(data.run("verify").code, Some(0));
}
