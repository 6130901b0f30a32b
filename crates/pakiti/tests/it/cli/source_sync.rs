//! What a synchronisation tells: a sentence for each source, and the hosts that changed.

use super::{Data, columns, yum_repository};
use crate::evaluate::archive::{Archive, index};
use crate::process::{Server, debian_report};
use serde_json::Value;

#[test]
fn a_yum_repository_is_fetched_and_told_with_its_advisories() {
    let data = Data::new();
    let archive = Archive::new();
    let folder = archive.path().join("baseos");
    yum_repository::write(&folder, &["bash 5.1 9.el9", "tar 1.34 6.el9"], &["ALSA-2024:1", "ALSA-2024:2"]);
    let path = folder.display();
    data.said(&format!(
        "source add baseos --kind yum --url {path} --os-group almalinux-9 --also-for rocky-9"
    ));
    insta::assert_snapshot!(data.said("source sync baseos"), @"baseos: 2 packages, 2 advisories, 2 names touched; changed 0 verdicts on 0 hosts");
    insta::assert_snapshot!(data.said("source sync --all"), @"baseos: nothing new; 2 packages, 2 advisories");
    let tsv = data.said("source sync baseos --output tsv");
    insta::assert_snapshot!(columns(tsv.lines().last().unwrap()).replace(char::is_numeric, "N"), @"baseos|not modified|N|NNNN|N|N|N|N||N||");
    let shown: Value = serde_json::from_str(&data.said("source show baseos --output json")).unwrap();
    assert_eq!((&shown["errata"], &shown["advisories"]), (&true.into(), &2.into()));
    assert_eq!(shown["also_for"], serde_json::json!(["rocky-9"]));
    let listed = data.said("source list --output json");
    let rows: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!((&rows[0]["errata"], &rows[0]["kind"]), (&true.into(), &"yum".into()));
    let plain = archive.path().join("plain");
    yum_repository::write(&plain, &["x 1 1"], &[]);
    data.said(&format!("source add plain --kind yum --url {} --os-group almalinux-9", plain.display()));
    insta::assert_snapshot!(data.said("source sync plain"), @"plain: 1 package, 3 names touched; changed 0 verdicts on 0 hosts");
    let shown: Value = serde_json::from_str(&data.said("source show plain --output json")).unwrap();
    assert_eq!((&shown["errata"], &shown["advisories"]), (&false.into(), &Value::Null));
}

#[test]
fn a_bare_primary_is_a_source() {
    let data = Data::new();
    let archive = Archive::new();
    yum_repository::write(archive.path(), &["bash 5.1 9.el9"], &[]);
    let path = archive.path().join("repodata/primary.xml").display().to_string();
    data.said(&format!("source add bare --kind yum --url {path} --os-group almalinux-9"));
    insta::assert_snapshot!(data.said("source sync bare"), @"bare: 1 package, 1 name touched; changed 0 verdicts on 0 hosts");
}

#[test]
fn the_hosts_that_changed_are_listed_below_the_source() {
    let data = Data::new();
    let archive = Archive::new();
    let server = Server::start(data.path(), &[]);
    for (host, version) in [("old.example.org", "3.0.19-1"), ("new.example.org", "3.0.20-1")] {
        let (status, _) = server.report(&debian_report(host, &format!("openssl {version}\ntar 1.34-1")));
        assert_eq!(status, "HTTP/1.1 200 OK");
    }
    assert!(server.terminate().0.success());
    let packages = index("openssl 3.0.20-1 amd64\ntar 1.35-1 amd64");
    let suite = archive.suite("bookworm-security", "Label: Debian-Security\n", &[("amd64", &packages)]);
    data.said(&format!("source add security --kind apt --url {} --trusted", suite.folder.display()));
    data.said("source add gone --kind apt --url /nowhere/at/all");
    let run = data.run("source sync --all");
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), ""));
    insta::assert_snapshot!(run.text(), @r"
    gone: failed: `/nowhere/at/all` is not below a folder the server may read (pakiti serve --source-folder)
    security: 2 packages, 2 names touched; changed 2 verdicts on 2 hosts
      old.example.org: security +2, other +0
      new.example.org: security +1, other +0
    ");
    let packages = index("openssl 3.0.20-1 amd64\ntar 1.34-1 amd64");
    archive.suite("bookworm-security", "Label: Debian-Security\n", &[("amd64", &packages)]);
    let rows: Value = serde_json::from_str(&data.said("source sync security --output json")).unwrap();
    assert_eq!(rows[0]["hosts"], serde_json::json!(["old.example.org -1 +0", "new.example.org -1 +0"]));
    assert_eq!((&rows[0]["verdicts_changed"], &rows[0]["hosts_changed"]), (&2.into(), &2.into()));
    assert_eq!(data.run("verify").code, Some(0));
}
