//! Which yum repositories judge a host, and what their options do (contract.md, "updates, dnf").

use super::feed::{
    HOST, Repo, add, configure, plain, publish, report, serve, serve_with, updates, updates_of,
};
use pakiti_engine::source::options::SourceOptions;

/// The header line of a host's own repository.
fn own(id: &str, url: &str) -> String {
    format!("repository: {id}\tyum\t{url}\t-\t-")
}

on_both! {
    async fn an_administrators_further_groups_are_judged_too(w: &mut World) {
        report(w, HOST, &[], &["tool 1-1 x86_64"]).await;
        report(w, "b.example.org", &["os-id: rocky"], &["tool 1-1 x86_64"]).await;
        report(w, "c.example.org", &["os-id: almalinux"], &["tool 1-1 x86_64"]).await;
        let repo = Repo::of(&["tool 2-1 x86_64"]);
        serve(w, "epel", &repo).await;
        assert_eq!(updates(w).await, ["tool 1-1 > 2-1 unknown epel"]);
        assert!(updates_of(w, "b.example.org").await.is_empty());
        let options = SourceOptions { further_groups: vec!["rocky-9".into()], ..plain() };
        configure(w, "epel", "options", &options.record()).await;
        w.sync("epel").await.unwrap();
        for host in [HOST, "b.example.org"] {
            assert_eq!(updates_of(w, host).await, ["tool 1-1 > 2-1 unknown epel"], "{host}");
        }
        assert!(updates_of(w, "c.example.org").await.is_empty());
        // One group less again.
        configure(w, "epel", "options", &plain().record()).await;
        w.sync("epel").await.unwrap();
        assert!(updates_of(w, "b.example.org").await.is_empty());
    }

    async fn a_hosts_own_repositories_are_the_ones_that_speak(w: &mut World) {
        let packages = ["tool 1-1 x86_64", "bash 5-1 x86_64"];
        let lines = [own("appstream", "https://mirror.example/9/appstream")];
        report(w, HOST, &[&lines[0]], &packages).await;
        report(w, "one.example.org", &[&lines[0]], &packages[1..]).await;
        report(w, "all.example.org", &[], &packages).await;
        report(w, "other.example.org", &[&own("internal", "https://x.example/")], &packages).await;
        serve(w, "extras", &Repo::of(&["tool 3-1 x86_64", "bash 6-1 x86_64"])).await;
        let extras = ["bash 5-1 > 6-1 unknown extras", "tool 1-1 > 3-1 unknown extras"];
        assert_eq!(updates(w).await, extras, "none of its own is known: all speak");
        // Its own one comes: the other falls silent, about packages too that the new one does not have.
        serve(w, "appstream", &Repo::of(&["tool 2-1 x86_64"])).await;
        assert_eq!(updates(w).await, ["tool 1-1 > 2-1 unknown appstream"]);
        let counters = w.host("one.example.org").await.row.counters;
        assert_eq!((counters.other, counters.unknown), (0, 1), "though it has no package of the new one");
        for host in ["all.example.org", "other.example.org"] {
            assert_eq!(updates_of(w, host).await, extras, "{host}");
        }
        // And may speak again.
        let id = w.source("appstream").await.id;
        pakiti_store::source::remove(w.db(), id, w.now()).await.unwrap();
        w.engine.reevaluate().await.unwrap();
        assert_eq!(updates(w).await, extras);
    }

    async fn a_hosts_own_repository_is_known_by_its_address_too(w: &mut World) {
        let url = w.web.url("/second");
        report(w, HOST, &[&own("local", &format!("{url}/"))], &["tool 1-1 x86_64"]).await;
        serve(w, "first", &Repo::of(&["tool 3-1 x86_64"])).await;
        serve(w, "second", &Repo::of(&["tool 2-1 x86_64"])).await;
        assert_eq!(updates(w).await, ["tool 1-1 > 2-1 unknown second"]);
    }

    async fn the_best_priority_wins_over_the_newest(w: &mut World) {
        report(w, HOST, &[], &["tool 1-1 x86_64", "bash 5-1 x86_64"]).await;
        serve(w, "base", &Repo::of(&["tool 3-1 x86_64", "bash 6-1 x86_64"])).await;
        let options = SourceOptions { priority: Some(10), ..plain() };
        serve_with(w, "local", &Repo::of(&["tool 2-1 x86_64"]), &options).await;
        assert_eq!(updates(w).await, ["bash 5-1 > 6-1 unknown base", "tool 1-1 > 2-1 unknown local"]);
    }

    async fn excludes_of_the_source_and_of_the_host_are_no_candidates(w: &mut World) {
        let packages = ["tool 1-1 x86_64", "bash 5-1 x86_64", "curl 8-1 x86_64"];
        report(w, HOST, &["exclude: curl*"], &packages).await;
        let repo = Repo::of(&["tool 2-1 x86_64", "tool 3-1 x86_64", "bash 6-1 x86_64", "curl 9-1 x86_64"]);
        let options = SourceOptions { excludes: vec!["tool-3*".into(), "bas?".into()], ..plain() };
        serve_with(w, "base", &repo, &options).await;
        assert_eq!(updates(w).await, ["tool 1-1 > 2-1 unknown base"]);
        assert_eq!(w.host(HOST).await.row.counters.in_repository, 3, "they are known all the same");
    }

    async fn every_package_of_a_security_repository_is_a_fix(w: &mut World) {
        report(w, HOST, &[], &["tool 1-1 x86_64"]).await;
        let options = SourceOptions { security: "yes".into(), ..plain() };
        serve_with(w, "fixes", &Repo::of(&["tool 2-1 x86_64"]), &options).await;
        serve(w, "base", &Repo::of(&["tool 3-1 x86_64"])).await;
        assert_eq!(updates(w).await, ["tool 1-1 > 3-1 security base"]);
    }

    async fn without_an_os_group_the_source_asks_for_one(w: &mut World) {
        let url = publish(w, "base", &Repo::of(&["bash 5-1 x86_64"]));
        add(w, "base", &url, &plain(), "").await;
        let told = w.refusal("base").await;
        assert!(told.contains("names no OS group") && told.contains("set --os-group"), "{told}");
        configure(w, "base", "os_group", "rhel-9").await;
        w.sync("base").await.unwrap();
    }
}
