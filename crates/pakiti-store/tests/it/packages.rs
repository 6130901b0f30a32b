//! The packages of one host: what is installed, what is due, what nobody knows, and its history.

use crate::spec::{DAY, Spec, T0, main_repository, report, security_repository};
use crate::world::World;
use pakiti_core::judgement::UpdateKind;
use pakiti_store::args;
use pakiti_store::error::StoreError;
use pakiti_store::host_packages::{self, HostPeriod, PackageStatus};

async fn rules(w: &mut World) {
    w.sync(&[
        ("main", main_repository(&[("bash", "2"), ("vim", "2"), ("cur", "1")])),
        ("security", security_repository(&[("ssl", "3"), ("tls", "2")])),
    ])
    .await;
}

fn host() -> Spec {
    report("a")
        .pkgs(&[("vim", "1"), ("bash", "1"), ("tls", "1"), ("ssl", "2"), ("cur", "1"), ("own", "1")])
        .held("vim:amd64")
}

async fn periods(w: &World, limit: i64) -> Vec<HostPeriod> {
    host_packages::periods(&w.db, &w.host("a").await, limit).await.unwrap()
}

on_both! {
    async fn updates_are_listed_security_first_then_by_name_with_their_proof(w: &mut World) {
        rules(w).await;
        w.ingest(&[host()]).await;
        let updates = host_packages::updates(&w.db, &w.host("a").await).await.unwrap();
        let short: Vec<(&str, &str, UpdateKind, bool)> = updates
            .iter()
            .map(|u| (u.package.name.as_str(), u.update.candidate.as_str(), u.update.kind, u.held))
            .collect();
        use UpdateKind::{Bugfix, Security};
        let expected = [
            ("ssl", "3", Security, false),
            ("tls", "2", Security, false),
            ("bash", "2", Bugfix, false),
            ("vim", "2", Bugfix, true),
        ];
        assert_eq!(short, expected);
        assert_eq!(updates[0].update.why.comparison, "2 < 3");
        assert_eq!(updates[0].update.repositories, ["bookworm-security/main"]);
    }

    async fn an_update_is_known_since_it_was_first_judged(w: &mut World) {
        w.ingest(&[report("a").pkg("bash", "1").at(T0)]).await;
        w.now = T0 + DAY;
        rules(w).await;
        w.ingest(&[report("b").pkg("bash", "1").at(T0 + 2 * DAY), report("c").pkg("vim", "1").at(T0 + 2 * DAY)]).await;
        for (name, since) in [("a", T0 + DAY), ("b", T0 + DAY), ("c", T0 + 2 * DAY)] {
            let updates = host_packages::updates(&w.db, &w.host(name).await).await.unwrap();
            assert_eq!(updates[0].since, since, "{name}");
        }
    }

    async fn installed_packages_say_what_is_known_of_them(w: &mut World) {
        rules(w).await;
        w.ingest(&[host()]).await;
        let installed = host_packages::installed(&w.db, &w.host("a").await).await.unwrap();
        let short: Vec<(&str, PackageStatus)> = installed.iter().map(|(p, s)| (p.name.as_str(), *s)).collect();
        use PackageStatus::{Unknown, UpToDate, Update};
        let expected =
            [("bash", Update), ("cur", UpToDate), ("own", Unknown), ("ssl", Update), ("tls", Update), ("vim", Update)];
        assert_eq!(short, expected);
    }

    async fn unknown_packages_are_those_no_source_has(w: &mut World) {
        rules(w).await;
        w.ingest(&[host().pkg("another", "1").pkg_arch("bash", "1", "i386")]).await;
        let unknown = host_packages::unknown(&w.db, &w.host("a").await).await.unwrap();
        let short: Vec<(&str, &str)> = unknown.iter().map(|p| (p.name.as_str(), p.arch.as_str())).collect();
        assert_eq!(short, [("another", "amd64"), ("bash", "i386"), ("own", "amd64")]);
    }

    async fn packages_of_a_large_set_are_all_there(w: &mut World) {
        w.ingest(&[crate::spec::many_packages(report("a"), 1300)]).await;
        let all: Vec<(String, String)> = (0..1300).map(|n| (format!("pkg{n:04}"), "2".to_owned())).collect();
        let all: Vec<(&str, &str)> = all.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        w.sync(&[("main", main_repository(&all))]).await;
        let detail = w.host("a").await;
        assert_eq!(detail.row.counters.other, 1300);
        assert_eq!(host_packages::updates(&w.db, &detail).await.unwrap().len(), 1300);
        assert_eq!(host_packages::installed(&w.db, &detail).await.unwrap().len(), 1300);
    }

    async fn periods_are_newest_first_with_what_came_and_went(w: &mut World) {
        w.ingest(&[report("a").pkgs(&[("a", "1"), ("b", "1")])]).await;
        w.ingest(&[report("a").pkgs(&[("a", "2"), ("b", "1"), ("c", "1")]).at(T0 + 10)]).await;
        w.ingest(&[report("a").pkgs(&[("a", "2"), ("b", "1"), ("c", "1")]).kernel("new").at(T0 + 20)]).await;
        let found = periods(w, 10).await;
        let short: Vec<_> = found.iter().map(|p| (p.since, p.until, p.packages, p.added, p.removed)).collect();
        let expected = [
            (T0 + 20, None, 3, 0, 0),
            (T0 + 10, Some(T0 + 20), 3, 2, 1),
            (T0, Some(T0 + 10), 2, 2, 0),
        ];
        assert_eq!(short, expected);
        assert_eq!(found[0].context.kernel.as_deref(), Some("new"));
    }

    async fn the_oldest_period_shown_is_compared_with_the_one_before_it(w: &mut World) {
        for n in 0..5 {
            w.ingest(&[report("a").pkg("x", &n.to_string()).at(T0 + n)]).await;
        }
        for limit in 1..5 {
            let found = periods(w, limit).await;
            assert_eq!(found.len() as i64, limit);
            assert!(found.iter().all(|p| (p.added, p.removed) == (1, 1)), "{found:?}");
        }
        assert_eq!(periods(w, 0).await.len(), 0);
        assert_eq!(periods(w, 99).await.len(), 5);
    }

    async fn an_unreadable_record_is_an_error_not_a_panic(w: &mut World) {
        w.damage();
        rules(w).await;
        w.ingest(&[host()]).await;
        w.raw("UPDATE judgement SET rule = '{'", args![]).await;
        let refused = host_packages::updates(&w.db, &w.host("a").await).await.unwrap_err();
        assert!(matches!(refused, StoreError::Corrupt { what: "judgement", .. }), "{refused}");
        w.raw("UPDATE verdict SET concerned = $1", args![vec![0x80u8]]).await;
        let refused = host_packages::installed(&w.db, &w.host("a").await).await.unwrap_err();
        assert!(matches!(refused, StoreError::Corrupt { what: "id list", .. }), "{refused}");
    }
}
