//! Templates on the command line.

use super::Data;
use serde_json::Value;

fn listed(data: &Data) -> Vec<[String; 3]> {
    let rows: Value = serde_json::from_str(&data.said("source list --output json")).unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let row = |row: &Value| [text(&row["name"]), text(&row["url"]), text(&row["os_group"])];
    rows.as_array().unwrap().iter().map(row).collect()
}

#[test]
fn templates_are_listed_with_their_sources() {
    let data = Data::new();
    let rows: Value = serde_json::from_str(&data.said("source templates --output json")).unwrap();
    let names: Vec<&str> =
        rows.as_array().unwrap().iter().map(|row| row["template"].as_str().unwrap()).collect();
    for name in
        "debian-11 debian-12 debian-13 ubuntu-22.04 ubuntu-24.04 ubuntu-26.04 almalinux-8 almalinux-9 almalinux-10 rocky-8 \
         rocky-9 rocky-10 centos-stream-9 centos-stream-10 epel-8 epel-9 epel-10 fedora-42 fedora-43 opensuse-leap-15.6 \
         oracle-8 oracle-9 amazon-2023"
            .split(' ')
            .filter(|name| !name.is_empty())
    {
        assert!(names.contains(&name), "{name}");
    }
    assert!(data.said("source templates").contains("debian-12-security"));
    // It needs no database.
    assert!(!data.path().join("pakiti.db").exists());
}

#[test]
fn a_template_adds_all_sources_of_a_distribution_once() {
    let data = Data::new();
    insta::assert_snapshot!(data.said("source add --template debian-12"), @r"
    source debian-12 added
    source debian-12-updates added
    source debian-12-security added
    fetch them now: pakiti source sync debian-12 debian-12-updates debian-12-security
    ");
    insta::assert_snapshot!(data.said("source add --template debian-12"), @r"
    source debian-12 exists already, just so
    source debian-12-updates exists already, just so
    source debian-12-security exists already, just so
    ");
    let run = data.run("source add --template debian-12 --mirror http://mirror.example.org");
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("source `debian-12` exists already"), "{}", run.stderr);
    assert_eq!(listed(&data).len(), 3);
}

#[test]
fn a_mirror_and_architectures_are_put_into_a_template() {
    let data = Data::new();
    data.said("source add --template epel-9 --mirror /srv/mirror --arch x86_64 --arch aarch64 --interval 1d");
    let name = |name: &str, arch: &str| {
        [name.to_owned(), format!("/srv/mirror/pub/epel/9/Everything/{arch}/"), "rhel-9".to_owned()]
    };
    assert_eq!(listed(&data), [name("epel-9", "x86_64"), name("epel-9-aarch64", "aarch64")]);
    let shown: Value = serde_json::from_str(&data.said("source show epel-9 --output json")).unwrap();
    assert_eq!(
        shown["also_for"],
        serde_json::json!(["almalinux-9", "rocky-9", "oracle-9", "centos-stream-9"])
    );
    assert_eq!(shown["interval"], "1d");
}

#[test]
fn a_wrong_use_of_templates_is_a_wrong_command_line() {
    let data = Data::new();
    for (line, hint) in [
        ("source add --template debian-99", "debian-13"),
        ("source add x --template debian-12", "cannot be used with"),
        ("source add --template debian-12 --suite bookworm", "cannot be used with"),
        ("source add --template debian-12 --kind yum", "cannot be used with"),
        ("source add --template ubuntu-24.04 --arch arm64", "amd64, i386"),
        ("source add --template amazon-2023 --mirror http://mirror.example.org", "--url"),
    ] {
        let run = data.run(line);
        assert_eq!(run.code, Some(2), "{line}: {}", run.stderr);
        assert!(run.stderr.contains(hint), "{line}: {}", run.stderr);
    }
    let run = data.run("source add --template debian-12 --mirror ftp://mirror.example.org");
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert_eq!(listed(&data).len(), 0);
}
