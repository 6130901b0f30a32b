//! Lists of hosts: order, paging by key, filters.

use crate::spec::{DAY, Spec, T0, main_repository, report, security_repository};
use crate::world::World;
use pakiti_core::present::HostState;
use pakiti_store::host::{self, HostPage, HostQuery, HostRow, Key, Sort};
use pakiti_store::scope::Scope;

/// 57 hosts with many ties in every order.
async fn fleet(w: &mut World) {
    w.sync(&[
        ("main", main_repository(&[("bash", "2"), ("vim", "2"), ("x", "1")])),
        ("security", security_repository(&[("ssl", "2"), ("tls", "2")])),
    ])
    .await;
    let host = |n: usize| -> Spec {
        let names = ["Web", "web", "db", "mail_1", "mail%2", "Äpfel", "zoo!"];
        let mut spec = report(&format!("{}{}", names[n % 7], n % 4)).identity(&n.to_string());
        spec = spec
            .group(["A", "B", "C"][n % 3])
            .at(T0 - (n as i64 % 5) * DAY)
            .kernel(["6.1-9", "6.1-10", "B", "a"][n % 4]);
        spec = spec.os_group([Some("debian-12"), Some("debian-12"), None, Some("Zeta-1")][n % 4]);
        for (at, name) in ["bash", "vim", "ssl", "tls", "own"].iter().enumerate() {
            if n >> at & 1 == 1 {
                spec = spec.pkg(name, "1");
            }
        }
        if n.is_multiple_of(11) { spec.reboot() } else { spec.pkg("x", "1") }
    };
    let all: Vec<Spec> = (0..57).map(host).collect();
    w.ingest(&all).await;
}

fn key(sort: Sort, row: &HostRow) -> (i64, Vec<u8>) {
    match sort {
        Sort::State => (row.state.rank(), Vec::new()),
        Sort::Name => (0, row.name.clone().into_bytes()),
        Sort::Os => (0, row.os_group.clone().into_bytes()),
        Sort::Kernel => (0, row.kernel.clone().into_bytes()),
        Sort::Security => (row.counters.security, Vec::new()),
        Sort::Other => (row.counters.other, Vec::new()),
        Sort::Unknown => (row.counters.unknown, Vec::new()),
        Sort::Findings => {
            let [critical, important, ..] = row.counters.findings.fixable;
            (critical, important.to_be_bytes().to_vec())
        }
        Sort::LastReport => (row.last_report, Vec::new()),
    }
}

async fn walk(w: &World, query: &HostQuery) -> Vec<HostRow> {
    let mut query = query.clone();
    let mut rows = Vec::new();
    loop {
        let HostPage { rows: page, next } =
            host::list(&w.db, &Scope::operator(), &query, w.now).await.unwrap();
        assert!(page.len() <= query.limit);
        assert!(next.is_none() || page.len() == query.limit, "a short page that is not the last");
        rows.extend(page);
        match next {
            Some(after) => query.after = Some(after),
            None => return rows,
        }
    }
}

fn named(text: &str) -> HostQuery {
    HostQuery { text: Some(text.into()), sort: Sort::Name, ..HostQuery::default() }
}

on_both! {
    async fn every_order_pages_through_all_hosts_without_gap_or_double(w: &mut World) {
        fleet(w).await;
        let all = w.list(&HostQuery::default()).await;
        assert_eq!(all.len(), 57);
        for (sort, word) in Sort::ALL {
            for descending in [false, true] {
                let mut expected = all.clone();
                expected.sort_by_key(|row| (key(sort, row), row.id));
                if descending {
                    expected.reverse();
                }
                for limit in [2, 7, 56, 57] {
                    let query = HostQuery { sort, descending, limit, ..HostQuery::default() };
                    let found = walk(w, &query).await;
                    let ids = |rows: &[HostRow]| rows.iter().map(|row| row.id).collect::<Vec<_>>();
                    assert_eq!(ids(&found), ids(&expected), "{word} descending={descending} limit={limit}");
                }
            }
        }
    }

    async fn a_page_goes_on_after_a_row_that_has_gone(w: &mut World) {
        w.ingest(&[report("a"), report("b"), report("d")]).await;
        let after = Some((Key::Text("c".into()), 999));
        let query = HostQuery { sort: Sort::Name, after, limit: 9, ..HostQuery::default() };
        let page = host::list(&w.db, &Scope::operator(), &query, w.now).await.unwrap();
        assert_eq!(page.rows[0].name, "d");
        assert_eq!((page.rows.len(), page.next), (1, None));
    }

    async fn filters_and_paging_go_together(w: &mut World) {
        fleet(w).await;
        let query = HostQuery { group: Some("B".into()), security: Some(true), sort: Sort::Security, ..HostQuery::default() };
        let all: Vec<HostRow> = w.list(&HostQuery::default()).await;
        let expected = all.iter().filter(|r| r.groups == ["B"] && r.counters.security > 0).count();
        assert!(expected > 5);
        assert_eq!(walk(w, &HostQuery { limit: 2, ..query }).await.len(), expected);
    }

    async fn text_is_part_of_the_name_in_any_case_and_nothing_in_it_is_special(w: &mut World) {
        let names = ["Web-1", "web_2", "web%3", "we!b4", "deb-5", "ÄRGER6", "w\\b7", "it's8"];
        w.ingest(&names.map(report)).await;
        for (text, expected) in [
            ("WEB", vec!["Web-1", "web%3", "web_2"]),
            ("web", vec!["Web-1", "web%3", "web_2"]),
            ("b-", vec!["Web-1", "deb-5"]),
            ("_", vec!["web_2"]),
            ("%", vec!["web%3"]),
            ("!", vec!["we!b4"]),
            ("e!B", vec!["we!b4"]),
            ("b_2", vec!["web_2"]),
            ("\\", vec!["w\\b7"]),
            ("'", vec!["it's8"]),
            ("Ärger", vec!["ÄRGER6"]),
            ("", vec!["Web-1", "deb-5", "it's8", "we!b4", "web%3", "web_2", "w\\b7", "ÄRGER6"]),
            ("b*", vec![]),
            ("w%b", vec![]),
        ] {
            let mut found = w.names(&Scope::operator(), &named(text)).await;
            let mut expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
            found.sort();
            expected.sort();
            assert_eq!(found, expected, "{text}");
        }
    }

    async fn text_is_looked_for_in_system_and_kernel_too(w: &mut World) {
        w.ingest(&[
            report("a").os("Rocky Linux 9.4").kernel("5.14.0-427.el9"),
            report("b").os("ÉOS_1").kernel("6.9"),
            report("c").os("EOS%1").kernel("6.10-Rocky"),
        ])
        .await;
        for (text, expected) in
            [("ROCKY", vec!["a", "c"]), ("EL9", vec!["a"]), ("Éos_", vec!["b"]), ("os%", vec!["c"]), ("6.1", vec!["c"])]
        {
            assert_eq!(w.names(&Scope::operator(), &named(text)).await, expected, "{text}");
        }
    }

    async fn each_filter_gives_exactly_the_hosts_that_match(w: &mut World) {
        fleet(w).await;
        let all = w.list(&HostQuery::default()).await;
        let check = async |query: HostQuery, matches: &dyn Fn(&HostRow) -> bool| {
            let found: Vec<i64> = w.list(&query).await.iter().map(|row| row.id).collect();
            let expected: Vec<i64> = all.iter().filter(|row| matches(row)).map(|row| row.id).collect();
            assert_eq!(found, expected, "{query:?}");
            found.len()
        };
        let q = HostQuery::default;
        let mut counted = 0;
        for state in HostState::ALL {
            counted += check(HostQuery { state: Some(state), ..q() }, &|r| r.state == state).await;
        }
        assert_eq!(counted, 57);
        for os in ["debian-12", "", "Zeta-1", "zeta-1"] {
            check(HostQuery { os_group: Some(os.into()), ..q() }, &|r| r.os_group == os).await;
        }
        for group in ["A", "C", "c", ""] {
            check(HostQuery { group: Some(group.into()), ..q() }, &|r| r.groups == [group]).await;
        }
        assert!(check(HostQuery { security: Some(true), ..q() }, &|r| r.counters.security > 0).await > 0);
        assert!(check(HostQuery { security: Some(false), ..q() }, &|r| r.counters.other > 0).await > 0);
        let due = |r: &HostRow| r.counters.security + r.counters.other > 0;
        let with = check(HostQuery { pending: Some(true), ..q() }, &due).await;
        let without = check(HostQuery { pending: Some(false), ..q() }, &|r| !due(r)).await;
        assert!(with > 0 && without > 0);
        assert_eq!(with + without, 57);
    }

    async fn a_row_says_what_the_report_said(w: &mut World) {
        w.sync(&[("main", main_repository(&[("bash", "2")])), ("security", security_repository(&[("ssl", "2")]))]).await;
        let host = report("a").groups(&["B", "A"]).pkgs(&[("bash", "1"), ("ssl", "1"), ("own", "1")]).held("bash:amd64");
        w.ingest(&[host.reboot().at(T0 + 5)]).await;
        let row = w.host("a").await.row;
        assert_eq!(row.groups, ["A", "B"]);
        assert_eq!((row.os.as_str(), row.os_group.as_str()), ("Debian GNU/Linux 12", "debian-12"));
        assert_eq!((row.arch.as_str(), row.kernel.as_str()), ("x86_64", "6.1.0-30-amd64"));
        assert_eq!((row.reboot_required, row.last_report, row.state), (true, T0 + 5, HostState::Security));
        let c = row.counters;
        assert_eq!((c.packages, c.in_repository, c.judged, c.unknown), (3, 2, 2, 1));
        assert_eq!((c.security, c.other, c.held), (1, 1, 1));
        assert_eq!(w.list(&HostQuery::default()).await, [row]);
    }

    async fn architectures_are_those_of_all_hosts_once_each(w: &mut World) {
        w.ingest(&[report("a"), report("b").arch("aarch64"), report("c")]).await;
        assert_eq!(host::architectures(&w.db).await.unwrap(), ["aarch64", "x86_64"]);
    }

    async fn a_host_that_is_not_there_is_not_found(w: &mut World) {
        let missing = host::by_id(&w.db, &Scope::operator(), 1, w.now).await;
        assert!(matches!(missing, Err(pakiti_store::error::StoreError::NotFound { what: "host", .. })));
        assert!(host::ids_by_name(&w.db, &Scope::operator(), "a").await.unwrap().is_empty());
        assert_eq!(host::totals(&w.db, &Scope::operator()).await.unwrap(), [0; 4]);
        assert!(host::count_by_state(&w.db, &Scope::operator(), w.now).await.unwrap().is_empty());
    }
}
