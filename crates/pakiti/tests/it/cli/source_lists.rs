//! repositories.toml: exported, imported, compared, changed.

use super::{Data, yum_repository};
use crate::command::pakiti;
use crate::evaluate::archive::Archive;
use serde_json::Value;
use std::os::unix::fs::PermissionsExt as _;

/// `source list` and every `source show`, without times and counters of fetches.
fn all(data: &Data) -> Vec<Value> {
    let rows: Value = serde_json::from_str(&data.said("source list --output json")).unwrap();
    let names = rows.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned());
    let show = |name: String| {
        let mut shown: Value =
            serde_json::from_str(&data.said(&format!("source show {name} --output json"))).unwrap();
        shown["next_due"] = Value::Null;
        shown
    };
    names.map(show).collect()
}

#[test]
fn an_export_imported_elsewhere_gives_the_same_sources() {
    let (from, to) = (Data::new(), Data::new());
    for template in ["debian-12", "ubuntu-24.04", "almalinux-9", "epel-9", "amazon-2023"] {
        from.said(&format!("source add --template {template}"));
    }
    from.said(
        "source add odd --kind yum --url https://me:secret@example.org/x --os-group rhel-9 --also-for rocky-9 --exclude a* \
         --module-hotfixes --priority 7 --proxy http://proxy:1 --client-certificate /c --client-key /k --ca /ca --trusted \
         --arch x86_64 --security yes --interval 90m --host-group N/A --host-group A --not-host-group B",
    );
    from.said("source disable odd");
    let file = from.path().join("repositories.toml");
    let path = file.display();
    // `--output FILE` stands before --data.
    let said = from.said(&format!("source export --output {path}"));
    assert_eq!(said, format!("13 sources written to {path}\n"));
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let text = std::fs::read_to_string(&file).unwrap();
    assert_eq!(text, from.said("source export"));
    assert!(text.contains("https://me:secret@example.org/x"), "{text}");
    let said = to.said(&format!("source import {path} --output tsv"));
    assert!(said.lines().skip(1).all(|line| line.starts_with("added\t")), "{said}");
    assert_eq!(all(&to), all(&from));
    assert_eq!(to.said("source export"), text);
    let said = to.said(&format!("source import {path} --output tsv"));
    assert!(said.lines().skip(1).all(|line| line.starts_with("unchanged\t")), "{said}");
    let said = from.said(&format!("source export --output {path}"));
    assert!(said.starts_with("13 sources"), "an existing file is replaced");
}

#[test]
fn what_differs_is_changed_only_by_update_and_not_by_a_dry_run() {
    let (data, files) = (Data::new(), Archive::new());
    let folder = files.path().join("baseos");
    yum_repository::write(&folder, &["bash 5.1 9.el9"], &[]);
    let head = format!(
        "[[source]]\nname = \"a\"\nkind = \"yum\"\nurl = \"{}\"\nos-group = \"almalinux-9\"\n",
        folder.display()
    );
    let file = files.file("repositories.toml", &head);
    let result = |options: &str| {
        let rows = data.said(&format!("source import {file} {options} --output tsv"));
        let fields: Vec<String> = rows.lines().last().unwrap().split('\t').map(str::to_owned).collect();
        format!("{}: {}", fields[0], fields[5])
    };
    let shown = |key: &str| {
        let shown: Value = serde_json::from_str(&data.said("source show a --output json")).unwrap();
        shown[key].clone()
    };
    assert_eq!(result("--dry-run"), "added: ");
    assert_eq!(data.said("source list --output json"), "[]\n");
    assert_eq!(result(""), "added: ");
    data.said("source sync a");
    files.file("repositories.toml", format!("{head}enabled = false\n"));
    assert_eq!(result("--update"), "changed: enabled");
    assert_eq!((shown("enabled"), shown("packages")), (false.into(), 1.into()), "the snapshot stays");
    files.file("repositories.toml", format!("{head}priority = 5\nexclude = [\"x\"]\n"));
    assert_eq!(result(""), "differs: enabled, excludes, priority");
    assert_eq!(result("--update --dry-run"), "changed: enabled, excludes, priority");
    assert_eq!(shown("priority"), Value::Null);
    assert_eq!(result("--update"), "changed: enabled, excludes, priority");
    assert_eq!((shown("enabled"), shown("priority")), (true.into(), 5.into()));
    assert_eq!(shown("packages"), Value::from(1), "its snapshot stays until it is fetched again");
    assert_eq!(result("--update"), "unchanged: ");
    assert_eq!(data.run("verify").code, Some(0));
}

#[test]
fn one_bad_entry_never_stops_the_rest() {
    let (data, files) = (Data::new(), Archive::new());
    let file = files.file(
        "repositories.toml",
        "[[source]]\nname = \"a\"\nkind = \"apt\"\nurl = \"http://example.org\"\nsuit = \"x\"\n\n\
         [[source]]\nname = \"b\"\nkind = \"yum\"\nurl = \"http://example.org\"\n\n\
         [[source]]\nname = \"c c\"\nkind = \"apt\"\nurl = \"http://example.org\"\n\n\
         [[source]]\nname = \"d\"\nkind = \"csaf\"\nurl = \"http://example.org\"\n\n\
         [[source]]\nname = \"e\"\nkind = \"apt\"\nurl = \"http://example.org\"\n\n\
         [[source]]\nname = \"e\"\nkind = \"apt\"\nurl = \"http://example.com\"\n",
    );
    let run = data.run(&format!("source import {file} --output tsv"));
    assert_eq!(run.code, Some(1));
    let text = run.text().replace(&file, "FILE").replace('\t', "|");
    insta::assert_snapshot!(text, @r"
    #result|name|kind|os_group|at|reason
    refused|a|||FILE:5|unknown field `suit`, expected one of `name`, `kind`, `url`, `suite`, `components`, `architectures`, `os-group`, `also-for`, `host-groups`, `not-host-groups`, `security`, `priority`, `interval`, `enabled`, `trusted`, `keyrings`, `inline-key`, `check-valid-until`, `mirrorlist`, `exclude`, `module-hotfixes`, `proxy`, `client-certificate`, `client-key`, `ca`, `complete`
    refused|b|yum||FILE:7|a yum repository does not say whom it speaks for: give --os-group (rhel-9, almalinux-9, fedora-42)
    refused|c c|apt||FILE:12|name `c c`: a name holds no blanks
    refused|d|csaf||FILE:17|kind `csaf` is not known: it is apt, yum or oval
    added|e|apt||FILE:22|
    refused|e|apt||FILE:27|another source of this name stands at FILE:22: import it with --prefix
    ");
}

#[test]
fn the_new_commands_have_help_that_names_their_keys() {
    for (command, words) in [
        ("import", ["Repositories.xml", "--with-disabled", "JSON", "Exit status"].as_slice()),
        ("export", &["repositories", "passwords"]),
        ("templates", &["JSON", "--template"]),
        ("add", &["--also-for", "--client-certificate", "yum feed rarely"]),
    ] {
        let run = pakiti(&["source", command, "--help"]);
        assert_eq!(run.code, Some(0));
        let text = run.text().split_whitespace().collect::<Vec<_>>().join(" ");
        for word in words {
            assert!(text.contains(word), "{command}: {word}\n{text}");
        }
    }
}
