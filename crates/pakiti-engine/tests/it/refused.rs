//! Synchronisations that fail: the reason is told and noted, what is in force stays in force.
//!
//! [`World::refusal`] checks the second half of that in every test here.

use crate::feed::{Suite, xz};
use crate::reports::v5;
use crate::web::Reply;
use crate::world::{DAY, HOUR, T0, World};
use pakiti_engine::source::options::SourceOptions;
use pakiti_engine::source::sync::Synced;
use pakiti_formats::report::Protocol;

const SUITE: &str = "bookworm-security";

fn path(file: &str) -> String {
    format!("/dists/{SUITE}/{file}")
}

fn packages() -> String {
    path(&Suite::index("amd64"))
}

/// A source with a snapshot, a host judged by it, and a newer content published that is still whole.
async fn in_force(w: &World) -> Suite {
    w.serve(&Suite::debian(SUITE, &["bash 5", "vim 9"]).signed()).await;
    w.sync(SUITE).await.unwrap();
    w.feed(Protocol::V5, &v5("a.example.org", &["bash 4"])).await;
    let newer = Suite::debian(SUITE, &["bash 6", "vim 9"]).signed();
    w.publish(&newer);
    w.set_time(T0 + HOUR);
    newer
}

/// The host is judged as before, and the same content is taken once the server is well again.
async fn recovers(w: &World, newer: &Suite) {
    assert_eq!(w.host("a.example.org").await.row.counters.security, 1);
    w.publish(newer);
    let (synced, _) = w.sync(SUITE).await.unwrap();
    assert!(matches!(synced, Synced::Changed { names: 1, .. }), "{synced:?}");
    assert_eq!(w.source(SUITE).await.last_error, None);
}

on_both! {
    async fn a_server_that_answers_with_an_error(w: &mut World) {
        let newer = in_force(w).await;
        for status in [500, 503, 403] {
            w.web.set(&path("InRelease"), Reply::Status(status));
            let told = w.refusal(SUITE).await;
            assert!(told.contains("/dists/bookworm-security/InRelease"), "{told}");
            assert!(told.contains(&status.to_string()), "{told}");
        }
        recovers(w, &newer).await;
    }

    async fn a_suite_that_is_not_there(w: &mut World) {
        let newer = in_force(w).await;
        w.web.publish(&path("")[..path("").len() - 1], &Default::default());
        assert_eq!(w.refusal(SUITE).await, "refused: no InRelease and no Release");
        recovers(w, &newer).await;
    }

    async fn a_server_that_is_not_there(w: &mut World) {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://me:secret@{}/debian", listener.local_addr().unwrap());
        drop(listener);
        w.add("gone", &url, &SourceOptions::default()).await;
        let told = w.refusal("gone").await;
        assert!(told.contains("no connection") && !told.contains("secret"), "{told}");
    }

    async fn a_connection_that_ends_early(w: &mut World) {
        let newer = in_force(w).await;
        w.web.set(&path("InRelease"), Reply::Cut(newer.files()["InRelease"].clone().into()));
        let told = w.refusal(SUITE).await;
        assert!(told.contains("InRelease: transfer failed"), "{told}");
        w.publish(&newer);
        w.web.set(&packages(), Reply::Cut(newer.files()[&Suite::index("amd64")].clone().into()));
        let told = w.refusal(SUITE).await;
        assert!(told.contains("Packages.xz") && told.contains("transfer failed"), "{told}");
        recovers(w, &newer).await;
    }

    async fn a_server_that_stalls(w: &mut World) {
        w.serve(&Suite::debian(SUITE, &["bash 5"])).await;
        let hanging = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let options = SourceOptions { trusted: true, ..SourceOptions::default() };
        w.add("slow", &format!("http://{}/", hanging.local_addr().unwrap()), &options).await;
        let mut sync = w.engine.sync.as_ref().clone();
        let soon = std::time::Duration::from_millis(50);
        sync.client = reqwest::Client::builder().read_timeout(soon).build().unwrap();
        let error = sync.run(&w.source("slow").await, T0 + HOUR, T0).await.unwrap_err();
        assert!(error.to_string().contains("timed out"), "{error}");
    }

    async fn an_index_that_is_another_one(w: &mut World) {
        let newer = in_force(w).await;
        let other = xz(b"Package: bash\nVersion: 666\nArchitecture: amd64\n");
        w.web.set(&packages(), Reply::Bare(other.into()));
        let told = w.refusal(SUITE).await;
        assert!(told.contains("main/binary-amd64/Packages.xz"), "{told}");
        assert!(told.contains("its hash or size is not the one that Release names"), "{told}");
        recovers(w, &newer).await;
    }

    async fn an_index_of_which_bytes_are_missing(w: &mut World) {
        let newer = in_force(w).await;
        let mut cut = newer.files()[&Suite::index("amd64")].clone();
        cut.truncate(cut.len() / 2);
        w.web.set(&packages(), Reply::Bare(cut.into()));
        let told = w.refusal(SUITE).await;
        assert!(told.contains("its hash or size"), "{told}");
        recovers(w, &newer).await;
    }

    async fn an_index_that_release_names_but_cannot_be_decompressed(w: &mut World) {
        let newer = in_force(w).await;
        let mut suite = newer.clone();
        let mut cut = xz(b"Package: odd\nVersion: 1\nArchitecture: amd64\n");
        cut.truncate(cut.len() - 20);
        suite.extra.insert("contrib/binary-amd64/Packages.xz".into(), cut);
        w.publish(&suite);
        let told = w.refusal(SUITE).await;
        assert!(told.contains("contrib/binary-amd64/Packages.xz"), "{told}");
        recovers(w, &newer).await;
    }

    async fn one_index_of_two_that_cannot_be_had(w: &mut World) {
        // A part of a suite would hide the updates of the other part.
        let newer = in_force(w).await;
        let mut suite = newer.clone();
        let path_of = "contrib/binary-amd64/Packages.xz";
        suite.extra.insert(path_of.into(), xz(b"Package: odd\nVersion: 1\nArchitecture: amd64\n"));
        for reply in [Reply::Status(502), Reply::Bare("x".into()), Reply::Cut("Package: ".into())] {
            w.publish(&suite);
            w.web.set(&path(path_of), reply);
            let told = w.refusal(SUITE).await;
            assert!(told.contains(path_of), "{told}");
        }
        recovers(w, &newer).await;
    }

    async fn a_body_beyond_the_limit(w: &mut World) {
        let newer = in_force(w).await;
        // Its length is told, and no byte of it is taken.
        let huge = vec![b'x'; (64 << 20) + 1];
        w.web.set(&path("InRelease"), Reply::Bare(huge.into()));
        let told = w.refusal(SUITE).await;
        assert!(told.ends_with("InRelease: larger than 67108864 bytes"), "{told}");
        // Its length is not told.
        w.web.set(&path("InRelease"), Reply::Endless(vec![b'x'; 1 << 20].into()));
        let told = w.refusal(SUITE).await;
        assert!(told.ends_with("InRelease: larger than 67108864 bytes"), "{told}");
        // The limit of an index is the size that Release names.
        w.publish(&newer);
        w.web.set(&packages(), Reply::Endless(vec![b'x'; 1 << 20].into()));
        let told = w.refusal(SUITE).await;
        assert!(told.contains("Packages.xz: its hash or size"), "{told}");
        recovers(w, &newer).await;
    }

    async fn text_that_is_no_release(w: &mut World) {
        let newer = in_force(w).await;
        w.web.set(&path("InRelease"), Reply::Bare("<html>Please sign in</html>".into()));
        assert_eq!(w.refusal(SUITE).await, "refused: InRelease: not a clear-signed file");
        w.web.set(&path("InRelease"), Reply::Bare("".into()));
        assert_eq!(w.refusal(SUITE).await, "refused: InRelease: not a clear-signed file");
        recovers(w, &newer).await;
    }

    async fn an_answer_not_modified_that_nobody_asked_for(w: &mut World) {
        w.serve(&Suite::debian(SUITE, &["bash 5"])).await;
        w.web.set(&path("InRelease"), Reply::Status(304));
        let told = w.refusal(SUITE).await;
        assert!(told.contains("304"), "{told}");
    }

    async fn an_expired_suite(w: &mut World) {
        w.serve(&Suite::debian(SUITE, &["bash 5"]).valid_until(T0 - 1).signed()).await;
        let told = w.refusal(SUITE).await;
        assert!(told.contains("expired at 2026-11-21T23:59:59Z (Valid-Until)"), "{told}");
        let lenient = SourceOptions { trusted: true, check_valid_until: false, ..SourceOptions::default() };
        w.add("lenient", &w.web.url(&path("")), &lenient).await;
        w.sync("lenient").await.unwrap();
    }

    async fn a_suite_that_expires_while_the_mirror_stands_still(w: &mut World) {
        w.serve(&Suite::debian(SUITE, &["bash 5"]).valid_until(T0 + DAY).signed()).await;
        w.sync(SUITE).await.unwrap();
        w.set_time(T0 + DAY);
        assert_eq!(w.sync(SUITE).await.unwrap().0, Synced::NotModified, "valid to the last second");
        w.set_time(T0 + DAY + 1);
        let told = w.refusal(SUITE).await;
        assert!(told.contains("expired at 2026-11-23T00:00:00Z"), "{told}");
        // The same where the server sends it anew.
        let again = Suite::debian(SUITE, &["bash 5"]).valid_until(T0 + DAY).signed().files()["InRelease"].clone();
        w.web.set(&path("InRelease"), Reply::Bare(again.into()));
        assert_eq!(w.refusal(SUITE).await, told);
        assert_eq!(w.source(SUITE).await.last_success, Some(T0 + DAY));
    }

    async fn a_feed_that_does_not_say_whom_it_speaks_for(w: &mut World) {
        let mut suite = Suite::debian("stable", &["bash 5"]);
        suite.origin = "Acme".into();
        let source = w.serve(&suite).await;
        let told = w.refusal("stable").await;
        assert!(told.contains("(origin `Acme`, codename `stable`): set --os-group"), "{told}");
        w.add_raw("told", &source.url, &source.options, "debian-12").await;
        w.sync("told").await.unwrap();
        assert_eq!(w.source("told").await.snapshot.unwrap().meta.os_group.unwrap().0, "debian-12");
    }

    async fn an_os_group_that_no_host_can_be_of(w: &mut World) {
        let source = w.serve(&Suite::debian(SUITE, &["bash 5"])).await;
        for odd in ["debian", "Debian 12", "windows-11"] {
            w.add_raw(odd, &source.url, &source.options, odd).await;
            let told = w.refusal(odd).await;
            assert!(told.starts_with(&format!("`{odd}` is no OS group")), "{told}");
        }
        assert!(w.web.paths().is_empty(), "nothing is fetched for it");
    }

    async fn kinds_and_options_that_this_version_does_not_know(w: &mut World) {
        let source = w.serve(&Suite::debian(SUITE, &["bash 5"])).await;
        w.db().execute("UPDATE source SET kind = 'csaf'", vec![]).await.unwrap();
        assert_eq!(w.refusal(SUITE).await, "source kind `csaf` is not known: this version knows `apt`, `yum`, `oval` and `local`");
        for (name, options) in [("a", "{\"color\":1}"), ("b", "[]x"), ("c", "{\"security\":\"maybe\"}")] {
            w.add_raw(name, &source.url, options, "").await;
            let told = w.refusal(name).await;
            assert!(told.starts_with("the options cannot be read: "), "{told}");
        }
        assert!(w.web.paths().is_empty());
    }
}
