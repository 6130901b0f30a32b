//! Sources on the command line, with small suites of their own.

use super::{Data, columns};
use crate::evaluate::archive::{Archive, index};
use serde_json::Value;

/// A security suite of Debian 12 with two packages.
fn archive() -> (Archive, String) {
    let archive = Archive::new();
    let packages = index("openssl 3.0.20-1 amd64\ntar 1.34-1 amd64");
    let suite = archive.suite("bookworm-security", "Label: Debian-Security\n", &[("amd64", &packages)]);
    let folder = suite.folder.display().to_string();
    (archive, folder)
}

#[test]
fn what_can_never_be_fetched_is_refused_before_it_is_stored() {
    let data = Data::new();
    for (line, code) in [
        ("source add x --kind apt --url ftp://example.org/debian", 1),
        ("source add x --kind apt --url relative/path", 1),
        ("source add x --kind apt --url http://example.org --keyring relative.gpg", 1),
        ("source add x --kind apt --url http://example.org --os-group windows-11", 2),
        ("source add x --kind apt --url http://example.org --interval 5s", 2),
        ("source add x --kind yum --url http://example.org", 2),
        ("source add x --kind yum --url http://example.org --os-group debian-12", 1),
        ("source add x --kind yum --url http://example.org --os-group rhel-9 --suite bookworm", 2),
        ("source add x --kind yum --url http://example.org --os-group rhel-9 --component main", 2),
        ("source add x --kind yum --url http://example.org --os-group rhel-9 --no-check-valid-until", 2),
        ("source add x --kind yum --url /srv/list --os-group rhel-9 --mirrorlist", 2),
        ("source add x --kind yum --url http://example.org?x=1 --os-group rhel-9", 1),
        ("source add x --kind yum --url http://example.org --os-group rhel-9 --proxy socks5://x", 1),
        ("source add x --kind yum --url http://example.org --os-group rhel-9 --client-key /k.pem", 2),
        ("source add x --kind yum --url http://example.org --os-group rhel-9 --client-certificate c.pem", 1),
        ("source add x --kind yum --url http://example.org --os-group rhel-9 --also-for windows-11", 2),
        ("source add x --kind apt --url http://example.org/primary.xml.gz", 2),
        ("source add x --url http://example.org --exclude kernel*", 2),
        ("source add x --url http://example.org --module-hotfixes", 2),
        ("source add x --url http://example.org --mirrorlist", 2),
        ("source add x --url http://example.org --mirror http://example.org", 2),
        ("source add x", 2),
        ("source add -- -x --kind apt", 2),
    ] {
        let run = data.run(line);
        assert_eq!(run.code, Some(code), "{line}: {}", run.stderr);
        assert!(!run.stderr.is_empty());
    }
    assert_eq!(data.said("source list --output json"), "[]\n");
    insta::assert_snapshot!(data.said("source list"), @"no source yet; see pakiti source add --help");
}

#[test]
fn a_source_goes_from_added_to_fetched_to_removed() {
    let data = Data::new();
    let (_archive, folder) = archive();
    let add = format!("source add security --kind apt --url {folder} --trusted --interval 1h");
    insta::assert_snapshot!(data.said(&add), @r"
    source security added; fetch it now: pakiti source sync security
    a server reads it only below its --source-folder
    ");
    let run = data.run(&add);
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), "pakiti: source `security` exists already\n"));
    let of = |line: &str| data.said(line).replace(&folder, "FOLDER");
    let column = |name: &str| {
        let text = of("source list --output tsv");
        let position =
            text.lines().next().unwrap().trim_start_matches('#').split('\t').position(|c| c == name).unwrap();
        text.lines().nth(1).unwrap().split('\t').nth(position).unwrap().to_owned()
    };
    assert_eq!(column("state"), "never fetched");
    insta::assert_snapshot!(columns(&of("source sync security --output tsv")), @r"
    #name|result|packages|bytes|names_changed|skipped|verdicts_changed|hosts_changed|error|advisories|hosts|definitions
    security|changed|2|106|2|0|0|0||||
    ");
    assert_eq!(column("state"), "fresh");
    assert_eq!(
        (column("os_group"), column("packages"), column("security")),
        ("debian-12".into(), "2".into(), "true".into())
    );
    insta::assert_snapshot!(columns(of("source sync --all --output tsv").lines().last().unwrap()), @"security|not modified|2|106|0|0|0|0||||");
    insta::assert_snapshot!(data.said("source disable security"), @"source security disabled; 0 verdicts changed, on 0 hosts");
    assert_eq!(column("state"), "disabled");
    assert_eq!(data.run("verify").code, Some(0));
    insta::assert_snapshot!(data.said("source remove security"), @"source security removed; 0 verdicts changed, on 0 hosts");
    let run = data.run("source show security");
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), "pakiti: source `security` not found\n"));
}

#[test]
fn a_source_is_shown_with_what_was_read_and_skipped() {
    let data = Data::new();
    let archive = Archive::new();
    let packages = index("openssl 3.0.20-1 amd64\ntar x:1 amd64");
    let suite = archive.suite("bookworm", "", &[("amd64", &packages)]);
    let folder = suite.folder.display().to_string();
    data.said(&format!(
        "source add main --kind apt --url file://{folder} --trusted --component main --priority -5"
    ));
    data.said("source sync main");
    let shown: Value = serde_json::from_str(&data.said("source show main --output json")).unwrap();
    assert_eq!(
        (&shown["state"], &shown["os_group"], &shown["os_group_by"]),
        (&"fresh".into(), &"debian-12".into(), &"feed".into())
    );
    assert_eq!(
        (&shown["interval"], &shown["priority"], &shown["packages"]),
        (&"6h".into(), &(-5).into(), &1.into())
    );
    assert_eq!(shown["files"][0]["path"], "main/binary-amd64/Packages");
    assert_eq!(shown["skipped"], 1);
    assert!(
        shown["skipped_items"][0]["at"].as_str().unwrap().starts_with("main/binary-amd64/Packages"),
        "{shown}"
    );
    assert_eq!(shown["snapshots"].as_array().unwrap().len(), 1);
    let text = data.said("source show main");
    assert!(text.contains("trusted by configuration: hashes checked, signature not"), "{text}");
}

#[test]
fn one_source_that_fails_does_not_stop_the_others() {
    let data = Data::new();
    let (_archive, folder) = archive();
    data.said(&format!("source add a-good --kind apt --url {folder} --trusted"));
    data.said("source add b-gone --kind apt --url http://127.0.0.1:1/debian --suite bookworm");
    data.said("source add c-nobody --kind apt --url /nowhere/at/all");
    let run = data.run("source sync --all --output json");
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    let rows: Value = serde_json::from_str(run.text()).unwrap();
    let results: Vec<&str> =
        rows.as_array().unwrap().iter().map(|row| row["result"].as_str().unwrap()).collect();
    assert_eq!(results, ["changed", "failed", "failed"]);
    assert!(rows[1]["error"].as_str().unwrap().contains("no connection"), "{rows}");
    let list: Value = serde_json::from_str(&data.said("source list --output json")).unwrap();
    assert_eq!((&list[0]["state"], &list[1]["state"]), (&"fresh".into(), &"error".into()));
    assert_eq!(data.run("source sync a-good").code, Some(0));
}

#[test]
fn a_feed_that_names_no_os_group_needs_one_from_the_administrator() {
    let data = Data::new();
    let archive = Archive::new();
    let suite = archive.suite("tools", "", &[("amd64", &index("tool 1 amd64"))]);
    let release = std::fs::read_to_string(suite.folder.join("Release")).unwrap();
    std::fs::write(suite.folder.join("Release"), release.replace("Origin: Debian", "Origin: Example"))
        .unwrap();
    let folder = suite.folder.display();
    data.said(&format!("source add plain --kind apt --url {folder} --trusted"));
    data.said(&format!("source add mapped --kind apt --url {folder} --trusted --os-group debian-12"));
    let run = data.run("source sync plain --output tsv");
    assert_eq!(run.code, Some(1));
    assert!(run.text().contains("--os-group"), "{}", run.text());
    data.said("source sync mapped");
    let shown: Value = serde_json::from_str(&data.said("source show mapped --output json")).unwrap();
    assert_eq!((&shown["os_group"], &shown["os_group_by"]), (&"debian-12".into(), &"mapping".into()));
}

#[test]
fn every_option_of_a_yum_source_is_stored_and_shown() {
    let data = Data::new();
    data.said(
        "source add epel --kind yum --url https://mirrors.example.org/metalink?repo=epel-9 --mirrorlist --os-group rhel-9 \
         --also-for almalinux-9 --also-for rocky-9 --exclude kernel* --exclude foo --module-hotfixes --priority 50 \
         --proxy http://me:secret@proxy.example.org:3128 --client-certificate /c.pem --client-key /k.pem --ca /ca.pem \
         --arch x86_64 --security yes --keyring /etc/k.asc --interval 1d",
    );
    let shown: Value = serde_json::from_str(&data.said("source show epel --output json")).unwrap();
    for (key, value) in [
        ("kind", "yum".into()),
        ("url", "https://mirrors.example.org/metalink?repo=epel-9".into()),
        ("os_group", "rhel-9".into()),
        ("also_for", serde_json::json!(["almalinux-9", "rocky-9"])),
        ("mirrorlist", true.into()),
        ("exclude", serde_json::json!(["kernel*", "foo"])),
        ("module_hotfixes", true.into()),
        ("priority", 50.into()),
        ("proxy", "http://proxy.example.org:3128/".into()),
        ("client_certificate", "/c.pem".into()),
        ("client_key", "/k.pem".into()),
        ("ca", "/ca.pem".into()),
        ("architectures", serde_json::json!(["x86_64"])),
        ("security_option", "yes".into()),
        ("keyrings", serde_json::json!(["/etc/k.asc"])),
        ("errata", Value::Null),
    ] {
        assert_eq!(shown[key], value, "{key}");
    }
    let rows: Value = serde_json::from_str(&data.said("source list --output json")).unwrap();
    assert_eq!((&rows[0]["kind"], &rows[0]["also_for"][0]), (&"yum".into(), &"almalinux-9".into()));
    data.said("source add bare --kind yum --url http://example.org/x/primary.xml.gz --os-group rhel-9");
}
