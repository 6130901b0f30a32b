//! A source that is limited to a host group, from its options to the hosts.

use crate::feed::Suite;
use crate::reports::v5_with;
use crate::world::{HOUR, World};
use pakiti_engine::source::options::SourceOptions;
use pakiti_engine::source::sync::Synced;
use pakiti_formats::report::Protocol;
use pakiti_store::scope::Scope;
use pakiti_store::source::{self, SourceChange};
use pakiti_store::verify;

const MAIN: &str = "bookworm";
const SECURITY: &str = "bookworm-security";

fn limited(only: &[&str], not: &[&str]) -> SourceOptions {
    let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let (host_groups, not_host_groups) = (list(only), list(not));
    SourceOptions { trusted: true, host_groups, not_host_groups, ..SourceOptions::default() }
}

/// Hosts `a` of group A, `b` of B, and `none` that names no group.
async fn fleet(w: &World) {
    for (host, site) in [("a", "site: A"), ("b", "site: B"), ("none", "comment: x")] {
        let lines = ["system: Debian GNU/Linux 12.8", site];
        w.feed(Protocol::V5, &v5_with(&format!("{host}.example.org"), &lines, &["bash 5"])).await;
    }
}

async fn exposed(w: &World) -> Vec<&'static str> {
    let mut found = Vec::new();
    for host in ["a", "b", "none"] {
        let counters = w.host(&format!("{host}.example.org")).await.row.counters;
        found.extend((counters.security > 0).then_some(host));
    }
    let verified = verify::verify(w.db(), &w.engine.rules.current(), 1).await.unwrap();
    assert_eq!(verified.differences, Vec::<String>::new());
    found
}

/// Changes the limits of a source; whether it must be fetched anew.
async fn limit(w: &World, name: &str, only: &[&str], not: &[&str]) -> bool {
    let change = SourceChange { options: Some(limited(only, not).record()), ..SourceChange::default() };
    let id = w.source(name).await.id;
    source::change(w.db(), &Scope::operator(), id, &change, w.now()).await.unwrap()
}

on_both! {
    async fn a_source_limited_to_a_group_judges_only_its_hosts(w: &mut World) {
        let base = w.publish(&Suite::debian(SECURITY, &["bash 6"]));
        w.add(SECURITY, &base, &limited(&["A"], &[])).await;
        w.sync(SECURITY).await.unwrap();
        fleet(w).await;
        assert_eq!(exposed(w).await, ["a"]);
        // A host that moves to the group is judged by it from its report on.
        let lines = ["system: Debian GNU/Linux 12.8", "site: A"];
        w.feed(Protocol::V5, &v5_with("b.example.org", &lines, &["bash 5"])).await;
        assert_eq!(exposed(w).await, ["a", "b"]);
    }

    async fn a_limit_that_comes_later_takes_effect_with_the_next_fetch_and_goes_again(w: &mut World) {
        fleet(w).await;
        // Only the main suite offers vim, but the security suite decides whether it counts as judged.
        let lines = ["system: Debian GNU/Linux 12.8", "site: B"];
        w.feed(Protocol::V5, &v5_with("vim.example.org", &lines, &["vim 1"])).await;
        w.serve(&Suite::debian(MAIN, &["bash 5", "vim 1"])).await;
        w.serve(&Suite::debian(SECURITY, &["bash 6"])).await;
        w.sync(MAIN).await.unwrap();
        w.sync(SECURITY).await.unwrap();
        assert_eq!(exposed(w).await, ["a", "b", "none"]);
        let steps: [(&[&str], &[&str], &[&str]); 4] = [
            (&["A"], &[], &["a"]),
            (&["A", "N/A"], &[], &["a", "none"]),
            (&[], &["A"], &["b", "none"]),
            (&[], &[], &["a", "b", "none"]),
        ];
        for (only, not, expected) in steps {
            let before = exposed(w).await;
            assert!(limit(w, SECURITY, only, not).await);
            assert_eq!(exposed(w).await, before, "not before it was fetched");
            // The same bytes, and a server that would say "not modified".
            w.engine.background_once().await.unwrap();
            assert_eq!(exposed(w).await, expected, "only {only:?}, not {not:?}");
            let judged = w.host("b.example.org").await.row.counters.judged;
            assert_eq!(judged, i64::from(expected.contains(&"b")), "a silent security source judges nothing");
            assert_eq!(w.host("vim.example.org").await.row.counters.judged, judged);
            assert_eq!(w.sync(SECURITY).await.unwrap().0, Synced::NotModified);
        }
    }

    async fn a_disabled_or_removed_source_names_no_group(w: &mut World) {
        fleet(w).await;
        let base = w.publish(&Suite::debian(SECURITY, &["bash 6"]));
        let source = w.add(SECURITY, &base, &limited(&["A"], &[])).await;
        w.sync(SECURITY).await.unwrap();
        let contexts = "SELECT COUNT(DISTINCT context_id) FROM host";
        assert_eq!((exposed(w).await.as_slice(), w.number(contexts).await), (&["a"][..], 2));
        source::set_enabled(w.db(), source.id, false, w.now()).await.unwrap();
        w.engine.background_once().await.unwrap();
        assert_eq!((exposed(w).await.len(), w.number(contexts).await), (0, 1));
        source::set_enabled(w.db(), source.id, true, w.now()).await.unwrap();
        w.engine.background_once().await.unwrap();
        assert_eq!((exposed(w).await.as_slice(), w.number(contexts).await), (&["a"][..], 2));
        source::remove(w.db(), source.id, w.now()).await.unwrap();
        w.engine.background_once().await.unwrap();
        assert_eq!((exposed(w).await.len(), w.number(contexts).await), (0, 1));
    }

    async fn a_change_while_it_is_fetched_is_not_forgotten(w: &mut World) {
        fleet(w).await;
        w.serve(&Suite::debian(SECURITY, &["bash 6"])).await;
        let asked = w.source(SECURITY).await;
        assert!(limit(w, SECURITY, &["B"], &[]).await);
        // The fetch had begun before the change.
        w.engine.sync_source(&asked).await.unwrap();
        assert_eq!(exposed(w).await, ["a", "b", "none"]);
        assert_eq!(w.source(SECURITY).await.next_due, w.now(), "due again at once");
        w.engine.background_once().await.unwrap();
        assert_eq!(exposed(w).await, ["b"]);
        assert!(w.source(SECURITY).await.next_due > w.now() + HOUR);
    }
}
