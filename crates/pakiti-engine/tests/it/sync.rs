//! What a synchronisation that succeeds does: snapshot, generation, touched names, validators, requests.

use crate::feed::Suite;
use crate::reports::{v5, v6};
use crate::web::Reply;
use crate::world::{HOUR, T0, World};
use pakiti_engine::source::options::SourceOptions;
use pakiti_engine::source::report::FetchReport;
use pakiti_engine::source::sync::Synced;
use pakiti_formats::report::Protocol;
use pakiti_store::args;

const SUITE: &str = "bookworm-security";

fn suite(packages: &[&str]) -> Suite {
    Suite::debian(SUITE, packages)
}

/// The names that the newest generation touches.
async fn touched(w: &World) -> Vec<String> {
    let sql = "SELECT names FROM generation_change ORDER BY generation DESC LIMIT 1";
    let row = w.db().fetch_optional(sql, args![]).await.unwrap().unwrap();
    String::from_utf8(row.blob(0).unwrap()).unwrap().lines().map(str::to_owned).collect()
}

on_both! {
    async fn a_first_fetch_becomes_the_active_snapshot(w: &mut World) {
        w.serve(&suite(&["bash 5", "vim 9"])).await;
        let before = w.generation().await.active;
        let (synced, _) = w.sync(SUITE).await.unwrap();
        assert_eq!(synced, Synced::Changed { generation: before + 1, packages: 2, names: 2, skipped: 0 });
        let source = w.source(SUITE).await;
        let snapshot = source.snapshot.unwrap();
        assert_eq!((snapshot.packages, snapshot.generation, snapshot.fetched_at), (2, before + 1, T0));
        assert_eq!(snapshot.meta.os_group.unwrap().0, "debian-12");
        assert!(snapshot.meta.security);
        assert_eq!((source.last_success, source.last_error), (Some(T0), None));
        assert!(source.etag.starts_with('"') && source.last_modified.ends_with("GMT"));
        let report: FetchReport = serde_json::from_str(&snapshot.report).unwrap();
        assert_eq!(report.files[0].path, Suite::index("amd64"));
        assert_eq!((report.files[0].records, report.signed_by.len()), (2, 0));
        assert!(report.unchecked.unwrap().contains("trusted"));
        assert_eq!(w.engine.rules.current().generation, before + 1, "the rules are in force in this process");
    }

    async fn not_modified_reads_nothing_and_changes_nothing(w: &mut World) {
        w.serve(&suite(&["bash 5"]).signed()).await;
        w.sync(SUITE).await.unwrap();
        let (first, generation) = (w.source(SUITE).await, w.generation().await);
        w.web.asked();
        w.set_time(T0 + HOUR);
        assert_eq!(w.sync(SUITE).await.unwrap().0, Synced::NotModified);
        let asked = w.web.asked();
        assert_eq!(asked.len(), 1, "{asked:?}");
        assert_eq!(asked[0].path, format!("/dists/{SUITE}/InRelease"));
        assert_eq!(asked[0].etag.as_ref(), Some(&first.etag));
        assert_eq!(asked[0].since.as_ref(), Some(&first.last_modified));
        let second = w.source(SUITE).await;
        assert_eq!((second.last_attempt, second.last_success), (Some(T0 + HOUR), Some(T0 + HOUR)));
        assert_eq!((second.snapshot, second.etag), (first.snapshot, first.etag));
        assert_eq!(w.generation().await, generation);
    }

    async fn a_server_without_validators_sends_it_again_and_it_is_recognised(w: &mut World) {
        let suite = suite(&["bash 5"]).signed();
        w.serve(&suite).await;
        let path = format!("/dists/{SUITE}/InRelease");
        w.web.set(&path, Reply::Bare(suite.files()["InRelease"].clone().into()));
        w.sync(SUITE).await.unwrap();
        let generation = w.generation().await;
        w.web.asked();
        assert_eq!(w.sync(SUITE).await.unwrap().0, Synced::NotModified);
        assert_eq!(w.web.paths(), [path]);
        assert_eq!(w.generation().await, generation);
    }

    async fn only_what_differs_is_touched(w: &mut World) {
        w.serve(&suite(&["bash 5", "curl 7", "gone 1", "vim 9"])).await;
        w.sync(SUITE).await.unwrap();
        w.publish(&suite(&["bash 5", "curl 8", "new 1", "vim 9"]));
        let before = w.generation().await.active;
        let (synced, _) = w.sync(SUITE).await.unwrap();
        assert_eq!(synced, Synced::Changed { generation: before + 1, packages: 4, names: 3, skipped: 0 });
        assert_eq!(touched(w).await, ["curl", "gone", "new"]);
        assert_eq!(w.source(SUITE).await.snapshot.unwrap().changed_names, 3);
    }

    async fn new_dates_alone_touch_no_name(w: &mut World) {
        w.serve(&suite(&["bash 5"]).valid_until(T0 + HOUR)).await;
        w.sync(SUITE).await.unwrap();
        w.publish(&suite(&["bash 5"]).valid_until(T0 + 9 * HOUR));
        let (synced, swept) = w.sync(SUITE).await.unwrap();
        assert!(matches!(synced, Synced::Changed { names: 0, .. }), "{synced:?}");
        assert_eq!(swept.verdicts, 0);
        assert_eq!(w.source(SUITE).await.snapshot.unwrap().meta.valid_until, Some(T0 + 9 * HOUR));
    }

    async fn a_first_security_suite_makes_its_siblings_packages_judged(w: &mut World) {
        w.feed(Protocol::V5, &v5("a.example.org", &["vim 9"])).await;
        w.serve(&Suite::debian("bookworm", &["bash 5", "vim 9"])).await;
        w.sync("bookworm").await.unwrap();
        let counters = w.host("a.example.org").await.row.counters;
        assert_eq!((counters.in_repository, counters.judged), (1, 0));
        // The security suite itself does not name vim.
        w.serve(&suite(&["bash 6"])).await;
        w.sync(SUITE).await.unwrap();
        assert_eq!(w.host("a.example.org").await.row.counters.judged, 1);
    }

    async fn the_fleet_decides_which_architectures_are_fetched(w: &mut World) {
        let own = pakiti_core::arch::deb_arch(std::env::consts::ARCH);
        w.serve(&suite(&["bash 5"]).with("arm64", &["bash 5"]).with("s390x", &["bash 5"]).signed()).await;
        w.sync(SUITE).await.unwrap();
        let indexes = |paths: Vec<String>| -> Vec<String> {
            paths.iter().filter_map(|p| Some(p.split_once("binary-")?.1.split_once('/')?.0.to_owned())).collect()
        };
        assert_eq!(indexes(w.web.paths()), [own]);
        // A host of another architecture: the same content is fetched again, without asking whether it changed.
        let text = v6("a.example.org", &["os-id: debian", "os-version-id: 12"], &["bash\t4\ts390x"]);
        w.feed(Protocol::V6, &text.replace("x86_64", "s390x")).await;
        let (synced, _) = w.sync(SUITE).await.unwrap();
        assert!(matches!(synced, Synced::Changed { .. }), "{synced:?}");
        let mut expected = vec![own, "s390x"];
        expected.sort_unstable();
        assert_eq!(indexes(w.web.paths()), expected);
        assert_eq!(w.host("a.example.org").await.row.counters.security, 1);
        assert_eq!(w.sync(SUITE).await.unwrap().0, Synced::NotModified);
        // One that names its architectures gets these.
        let architectures = vec!["arm64".into()];
        let options = SourceOptions { trusted: true, architectures, ..SourceOptions::default() };
        w.add("arm", &w.web.url(&format!("/dists/{SUITE}")), &options).await;
        w.web.asked();
        w.sync("arm").await.unwrap();
        assert_eq!(indexes(w.web.paths()), ["arm64"]);
    }

    async fn components_that_are_not_asked_for_are_not_fetched(w: &mut World) {
        let mut suite = suite(&["bash 5"]);
        let contrib = crate::feed::xz(b"Package: odd\nVersion: 1\nArchitecture: amd64\n");
        suite.extra.insert("contrib/binary-amd64/Packages.xz".into(), contrib);
        let components = vec!["main".into()];
        let options = SourceOptions { trusted: true, components, ..SourceOptions::default() };
        let base = w.publish(&suite);
        w.add("part", &base, &options).await;
        w.sync("part").await.unwrap();
        assert!(!w.web.paths().iter().any(|path| path.contains("contrib")));
        w.serve(&suite).await;
        let (synced, _) = w.sync(SUITE).await.unwrap();
        assert!(matches!(synced, Synced::Changed { packages: 2, .. }), "{synced:?}");
    }

    async fn bad_records_are_skipped_counted_and_told_with_their_place(w: &mut World) {
        let mut suite = suite(&["bash 5"]);
        let text = b"Package: odd\nArchitecture: amd64\n\nPackage: even\nVersion: 2\nArchitecture: amd64\n";
        let path = "contrib/binary-amd64/Packages.xz";
        suite.extra.insert(path.into(), crate::feed::xz(text));
        w.serve(&suite).await;
        let (synced, _) = w.sync(SUITE).await.unwrap();
        assert!(matches!(synced, Synced::Changed { packages: 2, skipped: 1, .. }), "{synced:?}");
        let snapshot = w.source(SUITE).await.snapshot.unwrap();
        let report: FetchReport = serde_json::from_str(&snapshot.report).unwrap();
        assert_eq!((snapshot.skipped, report.skipped[0].at.as_str()), (1, "contrib/binary-amd64/Packages.xz:1"));
    }

    async fn a_file_that_the_mirror_does_not_have_is_no_error(w: &mut World) {
        let suite = suite(&["bash 5"]).with("all", &["doc 1"]);
        let base = w.publish(&suite);
        let path = format!("/dists/{SUITE}/{}", Suite::index("all"));
        w.web.set(&path, Reply::Status(404));
        w.add(SUITE, &base, &SourceOptions { trusted: true, ..SourceOptions::default() }).await;
        let (synced, _) = w.sync(SUITE).await.unwrap();
        assert!(matches!(synced, Synced::Changed { packages: 1, .. }), "{synced:?}");
        assert!(w.web.paths().contains(&path), "it was asked for");
    }
}
