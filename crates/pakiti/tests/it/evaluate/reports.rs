//! Reports: formats, compression, standard input, and what no report is in.

use super::archive::{Archive, index, status};
use super::{NOW, evaluate, rows, value};
use crate::command::{pakiti, pakiti_reading};
use std::io::Write;

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn xz(text: &str) -> Vec<u8> {
    let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 6);
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// An archive, a source that offers `a 2`, and a status file with `a 1`.
fn fixture() -> (Archive, String, String) {
    let archive = Archive::new();
    let source = archive.suite("bookworm", "", &[("amd64", &index("a 2 amd64"))]).source();
    (archive, source, status("a 1 amd64"))
}

#[test]
fn compressed_reports_are_read_whatever_their_name() {
    let (archive, source, text) = fixture();
    let plain = evaluate(&archive.file("plain", &text), std::slice::from_ref(&source));
    assert_eq!(rows(&plain, "updates", &["package", "candidate"]), "a 2");
    for packed in [gzip(&text), xz(&text)] {
        let run = evaluate(&archive.file("status.txt", packed), std::slice::from_ref(&source));
        assert_eq!((run.code, run.stdout), (Some(0), plain.stdout.clone()));
    }
}

#[test]
fn a_dash_is_standard_input() {
    let (_archive, source, text) = fixture();
    let args = ["evaluate", "--report=-", "--output=json", NOW, &source];
    let run = pakiti_reading(&args, &[gzip(&format!("{text}odd line\n")).as_slice()].concat());
    assert_eq!(rows(&run, "updates", &["package", "candidate"]), "a 2");
    assert_eq!(
        rows(&run, "skipped", &["source", "at", "reason", "count"]),
        "report -:6 not a `Field: value` line 1"
    );
}

#[test]
fn what_the_command_line_says_wins_over_the_report() {
    let (archive, source, _) = fixture();
    let report = archive.file(
        "report",
        "#\nhost: node1.example.org\nversion: 6\npackager: dpkg\narch: x86_64\nkernel: 6.1.0-42-amd64\nos-id: debian\n\
         os-version-id: 12\nsystem: Debian GNU/Linux 12\nforeign-arch: i386\n#\na\t1\tamd64\t-\t-\t-\t-\theld\n",
    );
    let run = evaluate(&report, std::slice::from_ref(&source));
    let expected = r#"{"name":"node1.example.org","os":"Debian GNU/Linux 12","os_group":"debian-12","arch":"x86_64","kernel":"6.1.0-42-amd64"}"#;
    assert!(run.text().contains(&format!("\"host\":{expected}")), "{}", run.text());
    assert_eq!(rows(&run, "updates", &["package", "candidate", "held"]), "a 2 true");
    let args = ["--system=Debian GNU/Linux 11", "--arch=amd64", "--kernel=5.10.0-1-amd64"].map(str::to_owned);
    let run = evaluate(&report, &[&args[..], &[source]].concat());
    let host = value(&run, "/host");
    assert_eq!(
        (&host["os"], &host["os_group"], &host["arch"], &host["kernel"]),
        (&"Debian GNU/Linux 11".into(), &"debian-11".into(), &"amd64".into(), &"5.10.0-1-amd64".into())
    );
    assert_eq!(rows(&run, "updates", &["package"]), "", "the source speaks for debian-12");
}

#[test]
fn base_files_tells_the_os_group_only_where_no_system_is_named() {
    let (archive, source, _) = fixture();
    let report = archive.file("status", status("base-files 12.4+deb12u5 amd64"));
    let os_group = |args: &[String]| value(&evaluate(&report, args), "/host/os_group");
    assert_eq!(os_group(std::slice::from_ref(&source)), "debian-12");
    assert_eq!(os_group(&[source.clone(), "--system=Some Derivative 3".to_owned()]), serde_json::Value::Null);
    assert_eq!(os_group(&[source, "--os-group=debian-11".to_owned()]), "debian-11");
}

#[test]
fn flags_for_other_kinds_of_sources_are_taken_and_change_nothing_for_apt() {
    let (archive, source, text) = fixture();
    let report = archive.file("status", &text);
    let release = archive.file("redhat-release", "x");
    let plain = evaluate(&report, std::slice::from_ref(&source));
    let args = [
        source,
        "--module=nodejs:18".to_owned(),
        format!("--fact=file:/etc/redhat-release={release}"),
        "--assume=signature=true".to_owned(),
        "--facts=complete".to_owned(),
    ];
    let run = evaluate(&report, &args);
    assert_eq!((run.code, run.stdout), (Some(0), plain.stdout));
}

#[test]
fn without_a_report_there_is_no_document() {
    let (archive, source, text) = fixture();
    let mut truncated = gzip(&text.repeat(100));
    truncated.truncate(truncated.len() - 10);
    for (content, sentence) in [
        (Vec::new(), "the report is empty"),
        (b" \n\n".to_vec(), "the report is empty"),
        (b"some text\n".to_vec(), "its format cannot be told"),
        (b"\x00\xff\xfe\x01".to_vec(), "its format cannot be told"),
        (truncated, "gzip stream is truncated"),
        (gzip(&"\n".repeat(50 << 20)), "bomb"),
        (b"Package: a\nVersion: 1 1\nArchitecture: amd64\n".to_vec(), "no package in 1 lines"),
    ] {
        let report = archive.file("report", &content);
        let run = evaluate(&report, std::slice::from_ref(&source));
        assert_eq!((run.code, run.stdout.as_slice()), (Some(3), &b""[..]), "{sentence}");
        assert!(run.stderr.contains(sentence) && run.stderr.matches('\n').count() == 1, "{}", run.stderr);
    }
    let run = evaluate("/no/such/report", &[source]);
    assert_eq!((run.code, run.stdout.as_slice()), (Some(3), &b""[..]));
}

#[test]
fn the_table_shows_security_updates_first_and_no_control_characters() {
    let archive = Archive::new();
    let main = archive.suite("bookworm", "", &[("amd64", &index("a 2 amd64"))]);
    let security = archive.suite(
        "bookworm-security\u{1b}[31m",
        "Label: Debian-Security\n",
        &[("amd64", &index("z 2 amd64"))],
    );
    let report =
        archive.file("status", status("a 1 amd64\nz 1 amd64 | Status: hold ok installed\nb 1 amd64"));
    let run = pakiti(&["evaluate", "--report", &report, NOW, &main.source(), &security.source()]);
    assert_eq!(run.code, Some(0));
    insta::assert_snapshot!(run.text(), @r"
    Host
     name          not reported
     system        not reported
     OS group      not mapped
     architecture  amd64
     kernel        not reported

    Updates: 2 (1 security)
     package  arch   installed  candidate  kind      repositories                 notes
     z        amd64  1          2          security  bookworm-security�[31m/main  held
     a        amd64  1          2          bugfix    bookworm/main

    Findings: 0
     none

    Coverage
     packages         3
     in a repository  2
     judged           0
     unknown          1 b

    Skipped: 0
     nothing
    ");
}

#[test]
fn apt_sources_have_no_definitions() {
    let (archive, source, text) = fixture();
    let report = archive.file("status", &text);
    let run = pakiti(&["evaluate", "--report", &report, NOW, &source, "--output=definitions"]);
    assert_eq!((run.code, run.stdout.as_slice()), (Some(0), &b""[..]));
}
