//! Whose word counts: signatures, keyrings, trusted sources.

use crate::feed::{Suite, clear_signed, detached, key_file};
use crate::web::Reply;
use crate::world::{T0, World};
use pakiti_engine::source::options::SourceOptions;
use pakiti_engine::source::report::FetchReport;
use std::path::PathBuf;

const SUITE: &str = "bookworm-security";
/// Unix seconds when `expired.gpg`'s key was still valid: 2024-02-02.
const FEB_2024: i64 = 1_706_832_000;

fn keyrings(files: &[&str]) -> SourceOptions {
    SourceOptions { keyrings: files.iter().map(|name| key_file(name)).collect(), ..SourceOptions::default() }
}

/// Adds a source of the published suite under the name of the case.
async fn add(w: &World, name: &str, options: &SourceOptions) {
    w.add(name, &w.web.url(&format!("/dists/{SUITE}")), options).await;
}

async fn report(w: &World, name: &str) -> FetchReport {
    serde_json::from_str(&w.source(name).await.snapshot.unwrap().report).unwrap()
}

on_both! {
    async fn a_good_signature_is_told_with_its_key(w: &mut World) {
        w.publish(&Suite::debian(SUITE, &["bash 5"]).signed());
        add(w, "file", &keyrings(&["good.gpg"])).await;
        w.sync("file").await.unwrap();
        let told = report(w, "file").await;
        assert_eq!((told.signed_by.len(), told.unchecked), (1, None));
        assert_eq!(told.signed_by[0].len(), 16);
        // One of several keys is enough; a key may stand in the options itself.
        add(w, "two", &keyrings(&["subkey.gpg", "good.asc"])).await;
        w.sync("two").await.unwrap();
        let key = std::fs::read_to_string(key_file("good.asc")).unwrap();
        add(w, "inline", &SourceOptions { inline_key: Some(key), ..SourceOptions::default() }).await;
        w.sync("inline").await.unwrap();
        assert_eq!(report(w, "inline").await.signed_by, told.signed_by);
    }

    async fn a_signature_by_an_unknown_key_is_refused(w: &mut World) {
        w.publish(&Suite::debian(SUITE, &["bash 5"]).signed());
        add(w, "other", &keyrings(&["subkey.gpg"])).await;
        let told = w.refusal("other").await;
        assert!(told.starts_with("refused: InRelease: no good signature"), "{told}");
        assert!(told.contains("its key is not in the keyring"), "{told}");
        // The default keyrings do not help where the source names its own.
        let mut sync = w.engine.sync.as_ref().clone();
        sync.default_keyrings = vec![key_file("good.gpg")];
        assert!(sync.run(&w.source("other").await, T0, T0).await.is_err());
        add(w, "default", &SourceOptions::default()).await;
        sync.run(&w.source("default").await, T0, T0).await.unwrap();
        assert_eq!(report(w, "default").await.signed_by.len(), 1);
    }

    async fn a_text_that_was_not_signed_is_refused(w: &mut World) {
        let suite = Suite::debian(SUITE, &["bash 5"]).signed();
        w.publish(&suite);
        let evil = String::from_utf8(suite.files()["InRelease"].clone()).unwrap();
        let evil = evil.replace("Suite: test", "Suite: best");
        w.web.set(&format!("/dists/{SUITE}/InRelease"), Reply::Bare(evil.into()));
        add(w, "changed", &keyrings(&["good.gpg"])).await;
        let told = w.refusal("changed").await;
        assert!(told.contains("it does not match the text"), "{told}");
    }

    async fn a_release_without_a_signature_is_refused_where_there_is_a_keyring(w: &mut World) {
        w.publish(&Suite::debian(SUITE, &["bash 5"]));
        add(w, "unsigned", &keyrings(&["good.gpg"])).await;
        assert_eq!(w.refusal("unsigned").await, "refused: Release is not signed");
        let release = Suite::debian(SUITE, &["bash 5"]).release();
        w.web.set(&format!("/dists/{SUITE}/Release.gpg"), Reply::Bare(detached(release.as_bytes()).into()));
        w.sync("unsigned").await.unwrap();
        assert_eq!(report(w, "unsigned").await.signed_by.len(), 1);
    }

    async fn without_any_keyring_hashes_count_and_it_is_told(w: &mut World) {
        w.publish(&Suite::debian(SUITE, &["bash 5"]).signed());
        add(w, "none", &SourceOptions::default()).await;
        w.sync("none").await.unwrap();
        let told = report(w, "none").await;
        assert!(told.signed_by.is_empty() && told.unchecked.unwrap().starts_with("no keyring"));
        assert!(told.skipped.iter().any(|item| item.reason.contains("no keyring")), "{:?}", told.skipped);
    }

    async fn an_expired_key_is_refused(w: &mut World) {
        w.publish(&Suite::debian(SUITE, &["bash 5"]).signed());
        let signed = std::fs::read(key_file("expired.inline")).unwrap();
        w.web.set(&format!("/dists/{SUITE}/InRelease"), Reply::Bare(signed.into()));
        add(w, "old", &keyrings(&["expired.gpg"])).await;
        assert!(w.refusal("old").await.contains("its key has expired"));
        w.set_time(FEB_2024);
        // Then it was good, but says nothing of files.
        assert_eq!(w.refusal("old").await, "refused: Release names no file with a SHA256 or SHA512 hash");
        w.set_time(T0);
    }

    async fn keyring_files_that_cannot_be_read_refuse_the_source(w: &mut World) {
        w.publish(&Suite::debian(SUITE, &["bash 5"]).signed());
        let big = w.folder().join("big");
        std::fs::File::create(&big).unwrap().set_len((16 << 20) + 1).unwrap();
        let cases: [(&str, PathBuf, &str); 5] = [
            ("missing", w.folder().join("missing.gpg"), "No such file"),
            ("folder", w.folder(), "not a regular file"),
            ("device", "/dev/zero".into(), "not a regular file"),
            ("big", big, "too large"),
            ("text", key_file("text"), "keyring 2"),
        ];
        for (name, file, reason) in cases {
            let keyrings = vec![key_file("good.gpg"), file.clone()];
            add(w, name, &SourceOptions { keyrings, ..SourceOptions::default() }).await;
            let told = w.refusal(name).await;
            assert!(told.contains("keyring") && told.contains(reason), "{told}");
            assert!(name == "text" || told.contains(file.to_str().unwrap()), "{told}");
        }
        add(w, "inline", &SourceOptions { inline_key: Some("no key".into()), ..SourceOptions::default() }).await;
        assert!(w.refusal("inline").await.contains("keyring 1"));
    }

    async fn a_signed_text_with_something_around_it_is_refused(w: &mut World) {
        let suite = Suite::debian(SUITE, &["bash 5"]);
        w.publish(&suite);
        let mut signed = clear_signed(&suite.release());
        signed.extend_from_slice(b"Origin: Evil\n");
        w.web.set(&format!("/dists/{SUITE}/InRelease"), Reply::Bare(signed.into()));
        let trusted = SourceOptions { trusted: true, ..SourceOptions::default() };
        for (name, options) in [("checked", keyrings(&["good.gpg"])), ("trusted", trusted)] {
            add(w, name, &options).await;
            assert!(w.refusal(name).await.contains("text outside the signed part"));
        }
    }
}
