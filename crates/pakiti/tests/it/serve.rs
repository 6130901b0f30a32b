//! `pakiti serve` as it is run: the line that tests and supervisors wait for, signals, what is not lost.

use crate::command::pakiti;
use crate::process::{Process, Server, debian_report};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;

#[test]
fn a_server_on_defaults_listens_says_how_to_begin_and_ends_with_0_at_sigterm() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &[]);
    assert!(server.get("/health").0.starts_with("HTTP/1.1 200"));
    let (status, log) = server.terminate();
    assert!(status.success(), "{log}");
    assert!(log.contains("pakiti user add NAME --admin"), "{log}");
    assert!(log.contains("stopped"), "{log}");
}

#[test]
fn ctrl_c_ends_it_too_and_an_idle_connection_does_not_keep_it() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &["--log", "json"]);
    let mut idle = TcpStream::connect(&server.address).unwrap();
    idle.write_all(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut first = [0u8; 12];
    idle.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    server.process.signal("INT");
    let (status, _, log) = server.process.end();
    assert!(status.success(), "{log}");
    for line in log.lines() {
        serde_json::from_str::<serde_json::Value>(line).expect("every line of the log is JSON");
    }
}

#[test]
fn an_accepted_report_is_there_after_the_end() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().to_str().unwrap();
    let server = Server::start(data.path(), &[]);
    assert_eq!(server.report(&debian_report("a.example.org", "tar 1")).1, "OK\n");
    assert!(server.report("nonsense").1.starts_with("ERROR: "));
    assert!(server.terminate().0.success());
    let hosts = pakiti(&["host", "list", "--output", "tsv", "--data", folder]);
    assert_eq!(hosts.text().lines().count(), 2, "{}", hosts.text());
    assert_eq!(pakiti(&["verify", "--data", folder]).code, Some(0));
}

#[test]
fn a_taken_port_is_told_with_a_way_out() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let data = tempfile::tempdir().unwrap();
    for command in ["serve", "demo"] {
        let run = pakiti(&[command, "--listen", &address, "--data", data.path().to_str().unwrap()]);
        assert_eq!(run.code, Some(1));
        assert!(
            run.stderr.contains(&format!("{address} is taken")) && run.stderr.contains("--listen"),
            "{}",
            run.stderr
        );
    }
    assert!(std::fs::read_dir(data.path()).unwrap().next().is_none(), "nothing is made before it listens");
}

#[test]
fn a_source_folder_must_exist() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().to_str().unwrap();
    let run =
        pakiti(&["serve", "--listen", "127.0.0.1:0", "--data", folder, "--source-folder", "/nowhere/at/all"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("source folder /nowhere/at/all"), "{}", run.stderr);
}

#[test]
fn in_the_background_due_sources_are_fetched_below_the_given_folders_only() {
    use crate::evaluate::archive::{Archive, index};
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().to_str().unwrap();
    let archive = Archive::new();
    let suite = archive.suite("bookworm", "", &[("amd64", &index("tar 1 amd64"))]);
    let outside = Archive::new();
    let other = outside.suite("bookworm", "", &[("amd64", &index("tar 1 amd64"))]);
    for (name, suite) in [("inside", &suite), ("outside", &other)] {
        let url = suite.folder.display().to_string();
        let added =
            pakiti(&["source", "add", name, "--kind", "apt", "--url", &url, "--trusted", "--data", folder]);
        assert_eq!(added.code, Some(0), "{}", added.stderr);
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_pakiti"));
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--data", folder, "--source-folder"])
        .arg(archive.path());
    let mut process = Process::start(&mut command);
    process.line_with("listening on");
    let list = || pakiti(&["source", "list", "--output", "tsv", "--data", folder]).text().to_owned();
    let since = std::time::Instant::now();
    while list().contains("never fetched") {
        assert!(since.elapsed().as_secs() < 20, "{}", list());
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    process.signal("TERM");
    assert!(process.end().0.success());
    let list = list();
    let line = |name: &str| list.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    assert!(line("inside").contains("\tfresh\t"), "{list}");
    assert!(line("outside").contains("is not below a folder the server may read"), "{list}");
}
