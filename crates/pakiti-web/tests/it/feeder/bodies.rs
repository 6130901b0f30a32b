//! Bodies of all kinds: whatever arrives, the answer is one line, and the server goes on.

use super::{PLAIN, detail, hosts, refused};
use crate::harness::report::Report;
use axum::body::{Body, Bytes};
use axum::http::Method;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::stream;
use pakiti_engine::prepare::Facts;
use pakiti_store::host_packages;
use pakiti_web::feeder::MAX_BODY;
use std::io::{Error, Write as _};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A report whose package list is filled up with a comment line of blanks and sharps to `size` bytes.
fn report_of_size(size: usize) -> Vec<u8> {
    let mut body = PLAIN.as_bytes().to_vec();
    body.resize(size, b'\n');
    body
}

on_both! {
    async fn the_content_type_does_not_matter(s: &mut TestServer) {
        let nobody = s.nobody();
        let types = ["application/x-www-form-urlencoded", "text/plain", "application/json", "multipart/form-data", "/"];
        for content_type in types {
            let client = nobody.with_header("content-type", content_type);
            assert_eq!(client.post("/feed/", PLAIN).await.text(), "OK\n", "{content_type}");
        }
        assert_eq!(nobody.post("/feed/", PLAIN).await.text(), "OK\n");
    }

    async fn a_body_may_come_in_pieces(s: &mut TestServer) {
        let pieces: Vec<Result<Bytes, Error>> =
            PLAIN.as_bytes().chunks(7).map(|piece| Ok(Bytes::from_static(piece))).collect();
        let body = Body::from_stream(stream::iter(pieces));
        assert_eq!(s.nobody().request(Method::POST, "/feed/", body).await.text(), "OK\n");
        assert_eq!(hosts(s).await[0].name, "n1.example.org");
    }

    async fn a_body_that_breaks_off_is_not_taken(s: &mut TestServer) {
        let pieces = [Ok(Bytes::from_static(PLAIN.as_bytes())), Err(Error::other("reset"))];
        let answer = s.nobody().request(Method::POST, "/feed/", Body::from_stream(stream::iter(pieces))).await;
        assert_eq!(refused(s, answer).await, (400, "ERROR: the report did not arrive whole\n".to_owned()));
        assert!(hosts(s).await.is_empty());
    }

    async fn gzip_is_taken_and_anything_else_is_415(s: &mut TestServer) {
        for (i, encoding) in ["gzip", "x-gzip"].into_iter().enumerate() {
            let body = gzip(PLAIN.replace("n1", &format!("g{i}")).as_bytes());
            let answer = s.nobody().with_header("content-encoding", encoding).post("/feed/", body).await;
            assert_eq!(answer.text(), "OK\n", "{encoding}");
        }
        assert_eq!(hosts(s).await.len(), 2);
        let plain = s.nobody().with_header("content-encoding", "identity");
        assert_eq!(plain.post("/feed/", PLAIN).await.text(), "OK\n");
        for encoding in ["br", "deflate", "gzip, gzip", "zstd", "x"] {
            let answer = s.nobody().with_header("content-encoding", encoding).post("/feed/", PLAIN).await;
            assert_eq!(refused(s, answer).await.0, 415, "{encoding}");
        }
    }

    async fn damaged_gzip_and_bombs_are_400(s: &mut TestServer) {
        let whole = gzip(PLAIN.as_bytes());
        // Members one after the other are one stream: a report, then a gigabyte of blank lines.
        let blank = gzip(&vec![b'\n'; 1 << 20]);
        let bomb = [whole.clone(), blank.repeat(1000)].concat();
        for (body, reason) in [
            (&whole[..whole.len() / 2], "gzip stream is truncated"),
            (&whole[..4], "gzip stream is truncated"),
            (b"\x1f\x8b\x08garbage", "gzip stream is"),
            (&bomb, "more than 33554432 bytes after decompression"),
        ] {
            let answer = s.nobody().with_header("content-encoding", "gzip").post("/feed/", body).await;
            let (status, text) = refused(s, answer).await;
            let expected = format!("ERROR: the report cannot be decompressed: {reason}");
            assert!(status == 400 && text.starts_with(&expected), "{status} {text}");
        }
        assert!(hosts(s).await.is_empty());
    }

    async fn the_largest_body_is_taken_and_one_byte_more_is_413(s: &mut TestServer) {
        assert_eq!(s.feed("5", "", report_of_size(MAX_BODY)).await.text(), "OK\n");
        let answer = s.feed("5", "", report_of_size(MAX_BODY + 1)).await;
        assert_eq!(refused(s, answer).await.0, 413);
        let announced = s.nobody().with_header("content-length", &(MAX_BODY + 1).to_string());
        let answer = announced.post("/feed/", PLAIN).await;
        assert_eq!(refused(s, answer).await.0, 413, "it is not even read");
    }

    async fn what_is_no_report_is_400(s: &mut TestServer) {
        let no_host = PLAIN.replace("host: n1.example.org\n", "");
        let blank_host = PLAIN.replace("n1.example.org", " \t");
        let other_encoding = PLAIN.replace("n1", "\u{1}").into_bytes();
        let other_encoding: Vec<u8> = other_encoding.iter().map(|b| if *b == 1 { 0xe9 } else { *b }).collect();
        for (body, reason) in [
            (&b""[..], "the report is empty"),
            (b" \n\n", "the report is empty"),
            (b"GET / HTTP/1.1\n", "line 1: a report begins with a line `#`"),
            (b"#", "the report has no host header"),
            (no_host.as_bytes(), "the report has no host header"),
            (blank_host.as_bytes(), "the report has no host header"),
            (&other_encoding, "line 3: the host name is not UTF-8"),
        ] {
            let answer = s.feed("5", "", body).await;
            assert_eq!(refused(s, answer).await, (400, format!("ERROR: {reason}\n")));
        }
        assert!(hosts(s).await.is_empty());
    }

    async fn a_header_alone_is_a_host_without_packages(s: &mut TestServer) {
        let (header, _) = PLAIN.split_once("#\nbash").unwrap();
        let answer = s.feed("5", "", header).await;
        assert_eq!(answer.text(), "OK\n");
        let host = &hosts(s).await[0];
        assert_eq!((host.name.as_str(), host.counters.packages), ("n1.example.org", 0));
    }

    async fn a_line_of_10_mb_is_skipped_with_its_number(s: &mut TestServer) {
        let long = "x".repeat(10 << 20);
        let body = PLAIN.replace("bash\t", &format!("{long}\t1\tamd64\nbash\t"));
        let answer = s.feed("5", "", body).await;
        assert_eq!(answer.text(), "OK\n");
        let detail = detail(s, hosts(s).await[0].id).await;
        assert_eq!(detail.row.counters.packages, 1);
        let facts: Facts = serde_json::from_str(&detail.facts).unwrap();
        assert_eq!(facts.skipped, 1);
        assert_eq!(facts.skipped_examples, ["line 10: longer than 65536 bytes"]);
    }

    async fn more_packages_than_any_host_has_are_413(s: &mut TestServer) {
        let lines: String = (0..300_000).map(|i| format!("p{i}\t1\tamd64\n")).collect();
        let answer = s.feed("5", "", PLAIN.replace("bash\t5.2.15-2+b7\tamd64\n", &lines)).await;
        let (status, text) = refused(s, answer).await;
        assert_eq!((status, text.as_str()), (413, "ERROR: line 200010: more than 200000 packages\n"));
        assert!(hosts(s).await.is_empty());
    }

    async fn nul_and_other_unprintable_bytes_never_reach_the_store(s: &mut TestServer) {
        let report = Report::debian("n1\0.example.org").with("system", "Deb\0ian\u{7}").with("site", "a\0b");
        let report = report.line("ba\0sh\t1\tamd64\t-\t-\t-\t-\t-\t-\t-").package("bash", "5.2.15-2+b7");
        let id = s.report(&report.with("tag", "\u{202e}x\0").with("cpu", "\0")).await;
        let detail = detail(s, id).await;
        assert_eq!((detail.row.name.as_str(), detail.row.os.as_str()), ("n1", "Deb ian"));
        assert_eq!(detail.row.groups, ["a b"]);
        let packages = host_packages::installed(&s.db, &detail).await.unwrap();
        assert_eq!(packages.iter().map(|(p, _)| p.name.as_str()).collect::<Vec<_>>(), ["bash"]);
        let facts: Facts = serde_json::from_str(&detail.facts).unwrap();
        assert_eq!(facts.skipped_examples, ["line 14: unprintable characters"]);
        let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
        let answer = s.feed("6", "", bytes).await;
        assert_eq!(refused(s, answer).await.0, 400);
    }

    async fn markup_in_every_field_is_stored_as_text(s: &mut TestServer) {
        const EVIL: &str = "<script>alert(1)</script>";
        let names = ["arch", "kernel", "system", "tag", "cpu", "site", "packager", "os-id", "os-version-id", "ip"];
        let report = names.into_iter().fold(Report::debian(EVIL), |report, name| report.with(name, EVIL));
        let id = s.report(&report.line(&[EVIL; 10].join("\t"))).await;
        let detail = detail(s, id).await;
        assert_eq!((detail.row.name.as_str(), detail.row.kernel.as_str()), (EVIL, EVIL));
        assert!(s.is_alive().await);
    }
}
