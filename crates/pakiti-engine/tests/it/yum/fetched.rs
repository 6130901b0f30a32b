//! What a synchronisation of a yum repository does: snapshot, requests, touched names.

use super::feed::{
    HOST, Packing, REPOMD, Repo, add, configure, entry, plain, publish, repomd, report, serve, touched,
    updates,
};
use crate::web::Reply;
use crate::world::{HOUR, T0, World};
use pakiti_engine::source::options::SourceOptions;
use pakiti_engine::source::report::FetchReport;
use pakiti_engine::source::sync::Synced;

fn repo() -> Repo {
    Repo::of(&["bash 5.1-1 x86_64", "bash 5.1-4 x86_64", "curl 1:8-2 x86_64", "tzdata 2026b-1 noarch"])
        .fixes("security", "SA-1", &["bash 5.1-3 x86_64"])
        .fixes("bugfix", "BA-2", &["bash 5.1-4 x86_64", "curl 1:8-2 x86_64"])
}

async fn report_of(w: &World, name: &str) -> FetchReport {
    serde_json::from_str(&w.source(name).await.snapshot.unwrap().report).unwrap()
}

on_both! {
    async fn a_repository_is_fetched_and_the_hosts_are_judged(w: &mut World) {
        let packages = ["bash 5.1-1 x86_64", "curl 1:8-2 x86_64", "tzdata 2026a-1 noarch", "own 1-1 x86_64"];
        report(w, HOST, &[], &packages).await;
        for packing in [Packing::Plain, Packing::Gzip, Packing::Xz, Packing::Zstd] {
            let name = format!("base{}", packing.suffix());
            let repo = repo().stream("web:1", &["web-0:1-1.x86_64"]).packed(packing);
            add(w, &name, &publish(w, &name, &repo), &plain(), "rhel-9").await;
            let before = w.generation().await.active;
            let (synced, _) = w.sync(&name).await.unwrap();
            let Synced::Changed { generation, packages: 4, skipped: 0, .. } = synced else { panic!("{synced:?}") };
            assert_eq!(generation, before + 1);
            let told = report_of(w, &name).await;
            let files: Vec<_> = told.files.iter().map(|f| (f.path.clone(), f.records)).collect();
            let path = |kind| repo.path_of(kind);
            assert_eq!(files, [(path("updateinfo"), 2), (path("modules"), 1), (path("primary"), 4)]);
            assert!(told.unchecked.unwrap().starts_with("no keyring"));
            assert_eq!(
                updates(w).await,
                [
                    format!("bash 5.1-1 > 5.1-4 security {name} BA-2 SA-1"),
                    format!("tzdata 2026a-1 > 2026b-1 unknown {name}"),
                ]
            );
            let counters = w.host(HOST).await.row.counters;
            assert_eq!((counters.security, counters.other), (1, 1));
            assert_eq!((counters.in_repository, counters.judged, counters.unknown), (3, 3, 1));
            let source = w.source(&name).await;
            let meta = source.snapshot.unwrap().meta;
            assert_eq!((meta.name.as_str(), meta.origin.as_str(), meta.errata), (name.as_str(), "Example", true));
            assert_eq!((meta.date, meta.os_group.unwrap().0.as_str()), (Some(1_795_000_000), "rhel-9"));
            assert_eq!(meta.url, format!("{}/", w.web.url(&format!("/{name}"))));
            pakiti_store::source::set_enabled(w.db(), source.id, false, T0).await.unwrap();
            w.engine.reevaluate().await.unwrap();
        }
    }

    async fn not_modified_fetches_nothing_else(w: &mut World) {
        serve(w, "base", &repo()).await;
        let (first, generation) = (w.source("base").await, w.generation().await);
        w.web.asked();
        w.set_time(T0 + HOUR);
        assert_eq!(w.sync("base").await.unwrap().0, Synced::NotModified);
        let asked = w.web.asked();
        assert_eq!(asked.len(), 1, "{asked:?}");
        assert_eq!((asked[0].path.as_str(), asked[0].etag.as_ref()), ("/base/repodata/repomd.xml", Some(&first.etag)));
        let second = w.source("base").await;
        assert_eq!((second.snapshot, second.last_success), (first.snapshot, Some(T0 + HOUR)));
        assert_eq!(w.generation().await, generation);
    }

    async fn the_same_repomd_without_validators_parses_nothing(w: &mut World) {
        serve(w, "base", &repo()).await;
        w.web.set(&format!("/base/{REPOMD}"), Reply::Bare(repo().repomd().into()));
        let generation = w.generation().await;
        w.web.asked();
        assert_eq!(w.sync("base").await.unwrap().0, Synced::NotModified);
        assert_eq!(w.web.paths(), [format!("/base/{REPOMD}")]);
        assert_eq!(w.generation().await, generation);
    }

    async fn a_change_of_one_package_touches_only_its_name(w: &mut World) {
        report(w, HOST, &[], &["bash 5.1-1 x86_64", "curl 1:8-2 x86_64"]).await;
        serve(w, "base", &repo()).await;
        let mut newer = repo();
        newer.packages[2] = "curl 1:8-3 x86_64".into();
        publish(w, "base", &newer);
        let (synced, swept) = w.sync("base").await.unwrap();
        assert!(matches!(synced, Synced::Changed { names: 1, .. }), "{synced:?}");
        assert_eq!((touched(w).await, swept.verdicts), (vec!["curl".to_owned()], 1));
        assert_eq!(
            updates(w).await,
            ["bash 5.1-1 > 5.1-4 security base BA-2 SA-1", "curl 1:8-2 > 1:8-3 unknown base"]
        );
    }

    async fn a_package_that_obsoletes_touches_what_it_replaces(w: &mut World) {
        report(w, HOST, &[], &["old 1-1 x86_64", "bash 5.1-4 x86_64"]).await;
        serve(w, "base", &repo()).await;
        let mut newer = repo();
        newer.packages.push("new 2-1 x86_64 -old".into());
        publish(w, "base", &newer);
        w.sync("base").await.unwrap();
        assert_eq!(touched(w).await, ["new", "old"]);
    }

    async fn a_fix_that_only_updateinfo_tells_makes_the_same_update_security(w: &mut World) {
        report(w, HOST, &[], &["bash 5.1-1 x86_64", "curl 1:8-1 x86_64"]).await;
        let plain = Repo::of(&["bash 5.1-4 x86_64", "curl 1:8-2 x86_64"]);
        serve(w, "base", &plain.clone().fixes("bugfix", "BA-1", &["bash 5.1-4 x86_64"])).await;
        assert_eq!(
            updates(w).await,
            ["bash 5.1-1 > 5.1-4 bugfix base BA-1", "curl 1:8-1 > 1:8-2 unknown base"]
        );
        let told = plain
            .fixes("bugfix", "BA-1", &["bash 5.1-4 x86_64"])
            .fixes("security", "SA-2", &["bash 5.1-2 x86_64"])
            .with_reboot();
        publish(w, "base", &told);
        w.sync("base").await.unwrap();
        assert_eq!(touched(w).await, ["bash"]);
        assert_eq!(
            updates(w).await,
            ["bash 5.1-1 > 5.1-4 security base BA-1 SA-2 reboot", "curl 1:8-1 > 1:8-2 unknown base"]
        );
    }

    async fn an_updateinfo_that_goes_leaves_its_packages_unjudged(w: &mut World) {
        // vendor-rules.md: Rocky's vanished from repomd; that is no word on security.
        report(w, HOST, &[], &["bash 5.1-1 x86_64"]).await;
        serve(w, "base", &repo()).await;
        assert_eq!(w.host(HOST).await.row.counters.judged, 1);
        publish(w, "base", &Repo { updates: Vec::new(), ..repo() });
        w.sync("base").await.unwrap();
        assert_eq!(w.host(HOST).await.row.counters.judged, 0);
        assert_eq!(updates(w).await, ["bash 5.1-1 > 5.1-4 unknown base"]);
    }

    async fn new_options_count_although_the_server_has_nothing_new(w: &mut World) {
        report(w, HOST, &[], &["bash 5.1-1 x86_64"]).await;
        serve(w, "base", &repo()).await;
        let options = SourceOptions { excludes: vec!["ba*".into()], ..plain() };
        configure(w, "base", "options", &options.record()).await;
        let (synced, _) = w.sync("base").await.unwrap();
        assert!(matches!(synced, Synced::Changed { .. }), "{synced:?}");
        assert!(updates(w).await.is_empty());
        assert_eq!(w.sync("base").await.unwrap().0, Synced::NotModified);
        // The same content at another place: its address is what hosts know it by.
        publish(w, "mirror", &repo());
        configure(w, "base", "url", &w.web.url("/mirror")).await;
        w.sync("base").await.unwrap();
        assert!(w.source("base").await.snapshot.unwrap().meta.url.ends_with("/mirror/"));
        w.web.asked();
        assert_eq!(w.sync("base").await.unwrap().0, Synced::NotModified);
        assert!(w.web.asked()[0].etag.is_some());
    }

    async fn forms_that_are_not_read_are_skipped_and_counted(w: &mut World) {
        let repo = repo();
        let mut files = repo.files();
        let mut entries: String = repo.parts().iter().map(|(k, p, d)| entry(k, p, d)).collect();
        for kind in ["primary_db", "primary_zck", "updateinfo_zck", "filelists_db"] {
            entries += &entry(kind, &format!("repodata/{kind}"), b"x");
        }
        files.insert(REPOMD.into(), repomd(&entries).into_bytes());
        w.web.publish("/base", &files);
        add(w, "base", &w.web.url("/base"), &plain(), "rhel-9").await;
        let (synced, _) = w.sync("base").await.unwrap();
        assert!(matches!(synced, Synced::Changed { skipped: 3, .. }), "{synced:?}");
        let told = report_of(w, "base").await;
        for (at, reason) in [("repodata/primary_db", "sqlite"), ("repodata/updateinfo_zck", "zchunk")] {
            assert!(told.skipped.iter().any(|s| s.at == at && s.reason.contains(reason)), "{told:?}");
        }
        assert!(!w.web.paths().iter().any(|path| path.ends_with("_db") || path.ends_with("_zck")));
    }
}
