//! An apt source by URL: from a server of this test's own.

use super::archive::{Archive, index, status};
use super::{evaluate, rows};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::PathBuf;

/// Serves the files below `folder` as long as the test runs; gives the base URL.
pub(super) fn serve(folder: PathBuf) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
            let request = lines.next().unwrap_or_default();
            // The rest of the head, up to the empty line.
            lines.by_ref().take_while(|line| !line.is_empty()).for_each(drop);
            let path = request.split(' ').nth(1).unwrap_or_default().trim_start_matches('/');
            let (word, body) = match std::fs::read(folder.join(path)) {
                Ok(body) => ("200 OK", body),
                Err(_) => ("404 Not Found", Vec::new()),
            };
            let head =
                format!("HTTP/1.1 {word}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            // A client that has left is its own business.
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
        }
    });
    format!("http://{address}")
}

#[test]
fn a_suite_is_read_over_http() {
    let archive = Archive::new();
    archive.suite("bookworm", "", &[("amd64", &index("a 2 amd64"))]);
    let report = archive.file("status", status("a 1 amd64"));
    let base = serve(archive.path().to_owned());
    let run = evaluate(&report, &[format!("--source=apt={base}/bookworm,trusted=yes")]);
    assert_eq!((run.code, rows(&run, "updates", &["package", "candidate"])), (Some(0), "a 2".to_owned()));
    let run = evaluate(&report, &[format!("--source=apt={base}/no/such,trusted=yes")]);
    assert_eq!(run.code, Some(3));
    let skipped = rows(&run, "skipped", &["source", "at", "reason"]);
    assert_eq!(skipped, format!("apt:such {base}/no/such/ refused: no InRelease and no Release"));
}

#[test]
fn an_expired_suite_of_the_network_is_refused_unless_that_is_not_checked() {
    let archive = Archive::new();
    let fields = "Valid-Until: Sat, 21 Nov 2026 12:00:00 UTC\n";
    archive.suite("bookworm", fields, &[("amd64", &index("a 2 amd64"))]);
    let report = archive.file("status", status("a 1 amd64"));
    let base = serve(archive.path().to_owned());
    let run = evaluate(&report, &[format!("--source=apt={base}/bookworm,trusted=yes")]);
    assert_eq!((run.code, rows(&run, "updates", &["package"])), (Some(3), String::new()));
    let run = evaluate(&report, &[format!("--source=apt={base}/bookworm,trusted=yes,check-valid-until=no")]);
    assert_eq!((run.code, rows(&run, "updates", &["package"])), (Some(0), "a".to_owned()));
}

#[test]
fn a_server_that_does_not_answer_is_a_refused_source() {
    let archive = Archive::new();
    let report = archive.file("status", status("a 1 amd64"));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://user:secret@{}", listener.local_addr().unwrap());
    drop(listener);
    let run = evaluate(&report, &[format!("--source=apt={base}/x,trusted=yes")]);
    assert_eq!(run.code, Some(3));
    assert!(!run.text().contains("secret") && !run.stderr.contains("secret"), "{}", run.text());
}
