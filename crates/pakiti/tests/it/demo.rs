//! `pakiti demo` on this machine: apt is the referee; and on made-up apt folders (`APT_CONFIG`).

use crate::command::pakiti;
use crate::evaluate::archive::{Archive, index};
use crate::process::Process;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// A demo on a port of its own.
fn demo(further: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pakiti"));
    command.args(["demo", "--listen", "127.0.0.1:0"]).args(further);
    command
}

/// `apt list --upgradable` as (package, arch, installed, candidate); `None` (and why) where that cannot be asked.
fn apt_rows() -> Option<BTreeSet<[String; 4]>> {
    let lists = std::fs::read_dir("/var/lib/apt/lists").into_iter().flatten().flatten();
    let indexed = lists.filter(|entry| entry.file_name().to_string_lossy().contains("_Packages")).count();
    let output = Command::new("apt").args(["list", "--upgradable"]).env("LC_ALL", "C").output();
    let Some(output) = output.ok().filter(|output| output.status.success() && indexed > 0) else {
        eprintln!("left out: no apt here, or its lists are empty");
        return None;
    };
    let row = |line: &str| -> Option<[String; 4]> {
        // appstream/oldstable 0.16.1-2+b1 amd64 [upgradable from: 0.16.1-2]
        let (name, rest) = line.split_once('/')?;
        let words: Vec<&str> = rest.split_whitespace().collect();
        let [_, candidate, arch, "[upgradable", "from:", installed] = words.as_slice() else { return None };
        Some([name, arch, installed.trim_end_matches(']'), candidate].map(|word| (*word).to_owned()))
    };
    Some(String::from_utf8_lossy(&output.stdout).lines().filter_map(row).collect())
}

/// The updates of the one host in `data`.
fn update_rows(data: &Path) -> BTreeSet<[String; 4]> {
    let data = data.to_str().unwrap();
    let hosts: Value =
        serde_json::from_str(pakiti(&["host", "list", "--output", "json", "--data", data]).text()).unwrap();
    let id = hosts[0]["id"].to_string();
    let host: Value =
        serde_json::from_str(pakiti(&["host", "show", &id, "--output", "json", "--data", data]).text())
            .unwrap();
    let text = |row: &Value, key: &str| row[key].as_str().map(str::to_owned);
    let row = |row: &Value| {
        // apt names the architecture of the candidate.
        let arch = text(row, "candidate_arch").or_else(|| text(row, "arch"));
        [text(row, "package"), arch, text(row, "installed"), text(row, "candidate")]
            .map(Option::unwrap_or_default)
    };
    host["updates"].as_array().unwrap().iter().map(row).collect()
}

#[test]
fn the_updates_of_this_machine_are_those_apt_lists() {
    let Some(expected) = apt_rows() else { return };
    let data = tempfile::tempdir().unwrap();
    let output = demo(&["--once", "--data", data.path().to_str().unwrap()]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(update_rows(data.path()), expected);
    for part in ["\nHost ", "\nOS group ", "\nSecurity updates: ", "\nOther updates: ", "\nCoverage: of "] {
        assert!(text.contains(part), "`{part}` in {text}");
    }
    assert!(!text.contains("password"), "nobody can sign in when it has ended");
}

/// A made-up machine: apt's folders below `root`, its sources from `sources`.
fn made_up_apt(root: &Archive, sources: &str) -> String {
    root.file("etc/apt/sources.list", sources);
    root.file("var/lib/apt/lists/lock", "");
    root.file("apt.conf", format!("Dir \"{}\";\n", root.path().display()))
}

#[test]
fn third_party_suites_are_mapped_and_what_fails_does_not_stop_the_rest() {
    let root = Archive::new();
    let suite = root.suite("flat", "", &[("amd64", &index("bash 99 amd64\nbroken"))]);
    let release = std::fs::read_to_string(suite.folder.join("Release")).unwrap();
    std::fs::write(suite.folder.join("Release"), release.replace("Origin: Debian", "Origin: Example"))
        .unwrap();
    let flat = format!("file:{}", root.path().display());
    let config = made_up_apt(
        &root,
        &format!(
            "deb http://127.0.0.1:1/debian bookworm main\ndeb [trusted=yes] {flat} flat/\ndeb {flat} absent/\n\
             deb s3://bucket/debian bookworm main\n"
        ),
    );
    let data = tempfile::tempdir().unwrap();
    let run = demo(&["--once", "--data", data.path().to_str().unwrap()])
        .env("APT_CONFIG", config)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&run.stdout);
    let error = String::from_utf8_lossy(&run.stderr);
    if std::fs::read_to_string("/etc/os-release").is_ok_and(|text| text.contains("ID=debian")) {
        assert!(text.contains("names no OS group: mapped to debian-"), "{text}{error}");
    }
    assert!(text.contains("http://127.0.0.1:1/debian bookworm main: cannot be reached: "), "{text}");
    assert!(text.contains("absent/: no Release in "), "{text}");
    assert!(text.contains("s3://bucket/debian bookworm main: left out: "), "{text}");
    assert!(run.status.success(), "{text}{error}");
}

#[test]
fn without_apt_sources_it_says_so_and_reports_all_the_same() {
    let root = Archive::new();
    let config = made_up_apt(&root, "");
    let run = demo(&["--once"]).env("APT_CONFIG", config).env("TMPDIR", root.path()).output().unwrap();
    let text = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{text}{}", String::from_utf8_lossy(&run.stderr));
    assert!(text.contains("This machine has no apt sources"), "{text}");
    assert!(text.contains("\nHost "), "{text}");
}

#[test]
fn ctrl_c_ends_it_and_its_folder_goes() {
    let root = Archive::new();
    let config = made_up_apt(&root, "");
    let folder = tempfile::tempdir().unwrap();
    let mut process = Process::start(demo(&[]).env("APT_CONFIG", config).env("TMPDIR", folder.path()));
    let line = process.line_with("Sign in at http://127.0.0.1:");
    assert!(line.contains("as admin with the password "), "{line}");
    process.line_with("Ctrl-C stops");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    process.signal("INT");
    let (status, text, log) = process.end();
    assert!(status.success() && text.contains("stopped"), "{text}{log}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the temporary folder is removed");
}
