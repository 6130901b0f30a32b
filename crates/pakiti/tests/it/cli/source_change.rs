//! `pakiti source change`: what is given changes, what is not given stays, and so does the snapshot.

use super::{Data, yum_repository};
use crate::evaluate::archive::Archive;
use serde_json::{Value, json};

fn shown(data: &Data, name: &str) -> Value {
    serde_json::from_str(&data.said(&format!("source show {name} --output json"))).unwrap()
}

/// A synchronised yum source `a` with many options.
fn fetched() -> (Data, Archive, String) {
    let (data, files) = (Data::new(), Archive::new());
    let folder = files.path().join("baseos");
    yum_repository::write(&folder, &["bash 5.1 9.el9"], &[]);
    let folder = folder.display().to_string();
    data.said(&format!(
        "source add a --kind yum --url {folder} --os-group almalinux-9 --priority 7 --exclude x* --also-for rocky-9"
    ));
    data.said("source sync a");
    (data, files, folder)
}

#[test]
fn what_is_given_changes_and_the_rest_stays() {
    let (data, _files, folder) = fetched();
    let before = shown(&data, "a");
    let said = data.said(
        "source change a --rename b --host-group A --host-group N/A --exclude y --exclude z --interval 1h",
    );
    insta::assert_snapshot!(said, @"source b changed: name, excludes, host_groups, interval; fetch it now: pakiti source sync b");
    let after = shown(&data, "b");
    let expected = [
        ("url", json!(folder)),
        ("host_groups", json!(["A", "N/A"])),
        ("exclude", json!(["y", "z"])),
        ("interval", json!("1h")),
        ("priority", json!(7)),
        ("also_for", json!(["rocky-9"])),
        ("packages", json!(1)),
    ];
    for (key, value) in expected {
        assert_eq!(after[key], value, "{key}");
    }
    assert_eq!(after["snapshots"], before["snapshots"], "snapshots stay");
    let same = data.said("source change b --host-group A --host-group N/A --priority 7");
    insta::assert_snapshot!(same, @"source b is so already");
    data.said("source sync b");
    let fetched = shown(&data, "b");
    assert_eq!(fetched["snapshots"].as_array().unwrap().len(), 2, "the same bytes take the new meaning");
    let said = data.said("source change b --interval 2h");
    insta::assert_snapshot!(said, @"source b changed: interval");
    assert_eq!(data.run("verify").code, Some(0));
}

#[test]
fn options_are_set_back_to_their_default() {
    let (data, ..) = fetched();
    data.said(
        "source change a --host-group A --not-host-group B --trusted --security yes --proxy http://proxy:1",
    );
    let line = "source change a --reset priority --reset exclude --reset host-group --reset not-host-group \
                --reset trusted --reset security --reset proxy --reset also-for --also-for rhel-9";
    data.said(line);
    let after = shown(&data, "a");
    for key in ["priority", "exclude", "host_groups", "not_host_groups", "proxy"] {
        assert_eq!(after[key], Value::Null, "{key}");
    }
    assert_eq!((&after["trusted"], &after["security_option"]), (&json!(false), &json!("auto")));
    assert_eq!(after["also_for"], json!(["rhel-9"]));
    // Keys and no look at the signature replace each other.
    data.said("source change a --keyring /k.gpg");
    data.said("source change a --trusted");
    assert_eq!(shown(&data, "a")["keyrings"], Value::Null);
    data.said("source change a --keyring /k.gpg");
    assert_eq!(shown(&data, "a")["trusted"], json!(false));
}

#[test]
fn what_can_never_be_fetched_is_refused_and_nothing_changes() {
    let (data, ..) = fetched();
    data.said("source add other --url http://example.org --suite x");
    let before = shown(&data, "a");
    for (line, code) in [
        ("source change a --url ftp://example.org", 1),
        ("source change a --reset os-group", 2),
        ("source change a --suite x", 2),
        ("source change a --interval 5s", 2),
        ("source change a --rename other", 1),
        ("source change a --rename -x", 2),
        ("source change a --host-group A,B", 2),
        ("source change a --reset kind", 2),
        ("source change a --kind apt", 2),
        ("source change nobody --interval 1h", 1),
    ] {
        let run = data.run(line);
        assert_eq!(run.code, Some(code), "{line}: {}", run.stderr);
        assert_eq!(shown(&data, "a"), before, "{line}");
    }
}
