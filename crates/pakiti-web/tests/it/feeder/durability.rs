//! Accepted means durable, once, and an unchanged report costs one row update (laws 3 and 4).

use super::{PLAIN, detail, hosts, refused};
use crate::harness::report::Report;
use crate::harness::{DAY, NOW};
use pakiti_store::db::Db;
use pakiti_store::host;
use pakiti_store::host_packages;
use pakiti_store::scope::Scope;

on_both! {
    async fn after_ok_another_handle_sees_the_host(s: &mut TestServer) {
        let other = Db::open(&s.url).await.unwrap();
        let id = s.report(&Report::debian("n1.example.org").package("bash", "1")).await;
        let detail = host::by_id(&other, &Scope::operator(), id, NOW).await.unwrap();
        assert_eq!((detail.row.name.as_str(), detail.row.counters.packages), ("n1.example.org", 1));
        assert_eq!(detail.row.last_report, NOW);
        other.close().await;
    }

    async fn ok_is_exactly_ok_and_names_the_host(s: &mut TestServer) {
        let answer = s.feed("6", "", PLAIN).await;
        assert_eq!((answer.status, &answer.body[..]), (200, &b"OK\n"[..]));
        assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
        let id: i64 = answer.header("x-pakiti-host").unwrap().parse().unwrap();
        assert_eq!(id, hosts(s).await[0].id);
        let again = s.feed("6", "", PLAIN.replace("bash", "dash")).await;
        assert_eq!(again.header("x-pakiti-host"), Some(id.to_string().as_str()), "the same host");
    }

    async fn an_unchanged_report_only_moves_the_host_row(s: &mut TestServer) {
        let report = Report::debian("n1.example.org").package("bash", "1");
        let id = s.report(&report).await;
        let before = detail(s, id).await;
        s.set_clock(NOW + DAY);
        assert_eq!(s.report(&report).await, id);
        let after = detail(s, id).await;
        assert_eq!((after.row.last_report, after.reports), (NOW + DAY, 2));
        assert_eq!((after.changed_at, after.first_report), (NOW, NOW));
        assert_eq!((after.set_id, after.context_id), (before.set_id, before.context_id));
        assert_eq!(host_packages::periods(&s.db, &after, 10).await.unwrap().len(), 1);
        let metrics = pakiti_web::metrics::render(&s.app).await.unwrap();
        assert!(metrics.contains("pakiti_reports_total{outcome=\"new\"} 1\n"), "{metrics}");
        assert!(metrics.contains("pakiti_reports_total{outcome=\"unchanged\"} 1\n"), "{metrics}");
    }

    async fn the_same_host_twice_at_once_is_one_host(s: &mut TestServer) {
        let report = |version| Report::debian("n1.example.org").package("bash", version);
        let (a, b) = (report("1"), report("2"));
        let (first, second) = tokio::join!(s.report(&a), s.report(&b));
        assert_eq!(first, second);
        let hosts = hosts(s).await;
        assert_eq!((hosts.len(), hosts[0].counters.packages), (1, 1));
        assert_eq!(detail(s, first).await.reports, 2, "none is lost, none is doubled");
    }

    async fn two_hundred_reports_at_once_are_two_hundred_hosts(s: &mut TestServer) {
        let reports: Vec<Report> = (0..200)
            .map(|i| Report::debian(&format!("n{i}.example.org")).package("bash", &format!("1.{}", i % 7)))
            .collect();
        let mut ids = futures_util::future::join_all(reports.iter().map(|report| s.report(report))).await;
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 200);
        let hosts = hosts(s).await;
        assert_eq!(hosts.len(), 200);
        assert!(hosts.iter().all(|host| host.counters.packages == 1));
        let [total, ..] = host::totals(&s.db, &Scope::operator()).await.unwrap();
        assert_eq!(total, 200);
    }

    async fn without_a_writer_reporters_are_told_to_come_back(s: &mut TestServer) {
        s.close_writer().await;
        let answer = s.feed("5", "", PLAIN).await;
        assert_eq!(answer.header("retry-after"), Some("30"));
        let (status, text) = refused(s, answer).await;
        assert_eq!((status, text.as_str()), (503, "ERROR: the server is shutting down, try again later\n"));
        assert!(hosts(s).await.is_empty());
        assert_eq!(s.feed("5", "report-only", PLAIN).await.text(), "OK\n", "what stores nothing needs no writer");
    }

    async fn a_refused_report_leaves_the_host_as_it_was(s: &mut TestServer) {
        let id = s.report(&Report::debian("n1.example.org").package("bash", "1")).await;
        let answer = s.feed("6", "", "#\nhost: n1.example.org\nnonsense").await;
        assert_eq!(answer.status, 200, "a header that ends early is a report without packages");
        assert_eq!(detail(s, id).await.row.counters.packages, 0);
        let answer = s.feed("6", "", "host: n1.example.org\n#\n").await;
        refused(s, answer).await;
        assert_eq!(detail(s, id).await.reports, 2);
    }
}
