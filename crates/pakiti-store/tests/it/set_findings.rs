//! Definitions that only a whole package set can answer: kept per (set, context), with their history.

use crate::findings::{document, findings, rhel};
use crate::spec::report;
use pakiti_core::os_group::OsGroupId;
use pakiti_core::oval::model::{Datatype, Document, Kind, Node, Operator};
use pakiti_core::present::HostState;
use pakiti_core::repository::SnapshotContent;
use pakiti_store::host_packages;
use std::sync::Arc;

/// One definition out of two: the first's criteria and these of the second.
fn joined(lines: [&str; 2], operator: Operator, negate_second: bool) -> SnapshotContent {
    let mut content = document(&lines);
    let mut document = Document::clone(content.definitions.as_ref().unwrap());
    let second = document.definitions.pop().unwrap().criteria.unwrap();
    let first = document.definitions[0].criteria.take().unwrap();
    let second = Node::Criteria { operator: Operator::And, negate: negate_second, children: vec![second] };
    let children = vec![first, second];
    document.definitions[0].criteria = Some(Node::Criteria { operator, negate: false, children });
    content.definitions = Some(Arc::new(document));
    content
}

const OPEN: &str = "SELECT COUNT(*) FROM set_judgement WHERE until IS NULL";
const CLOSED: &str = "SELECT COUNT(*) FROM set_judgement WHERE until IS NOT NULL";

on_both! {
    async fn what_two_packages_together_expose_is_found_and_closed(w: &mut World) {
        w.ingest(&[rhel("both", &["bash 1-1", "curl 1-1"]), rhel("one", &["bash 1-1"])]).await;
        let both = || joined(["CVE-1 bash 1-2 critical", "CVE-1 curl 1-2 critical"], Operator::And, false);
        w.sync(&[("oval", both())]).await;
        assert_eq!(findings(w, "both").await, ["CVE-1 bash fixable", "CVE-1 curl fixable"]);
        assert!(findings(w, "one").await.is_empty());
        assert_eq!(w.host("both").await.row.counters.findings.fixable[0], 2);
        assert_eq!((w.number(OPEN).await, w.number(CLOSED).await), (2, 0));
        assert_eq!(w.number("SELECT critical FROM cell").await, 2);
        assert_eq!(w.differences().await, [""; 0]);
        // A host that comes later is judged as it comes.
        w.ingest(&[rhel("later", &["bash 1-1", "curl 1-1", "zlib 1-1"]).at(w.now + 60)]).await;
        assert_eq!(findings(w, "later").await.len(), 2);
        w.ingest(&[rhel("both", &["bash 1-1", "curl 1-2"]).at(w.now + 60)]).await;
        assert!(findings(w, "both").await.is_empty());
        assert_eq!(w.differences().await, [""; 0]);
        // The vendor takes it back.
        w.sync(&[("oval", document(&["CVE-2 zlib 1-2 low"]))]).await;
        assert_eq!(findings(w, "later").await, ["CVE-2 zlib fixable"]);
        assert_eq!((w.number(OPEN).await, w.number(CLOSED).await), (0, 4));
        assert_eq!(w.differences().await, [""; 0]);
        // And says it again: the history keeps both periods.
        w.sync(&[("oval", both())]).await;
        assert_eq!(findings(w, "later").await, ["CVE-1 bash fixable", "CVE-1 curl fixable"]);
        assert_eq!((w.number(OPEN).await, w.number(CLOSED).await), (4, 4));
    }

    async fn what_must_be_absent_is_asked_of_each_set(w: &mut World) {
        w.sync(&[("oval", joined(["CVE-1 bash 1-2 low", "CVE-1 hotfix - low"], Operator::And, true))]).await;
        w.ingest(&[rhel("bare", &["bash 1-1"]), rhel("patched", &["bash 1-1", "hotfix 1-1"])]).await;
        assert_eq!(findings(w, "bare").await, ["CVE-1 bash fixable"]);
        assert!(findings(w, "patched").await.is_empty());
        assert_eq!(w.differences().await, [""; 0]);
        w.ingest(&[rhel("bare", &["bash 1-1", "hotfix 1-1"]).at(w.now + 60)]).await;
        assert!(findings(w, "bare").await.is_empty());
    }

    async fn of_one_cve_the_newer_fix_stands_once(w: &mut World) {
        let of_set = joined(["CVE-1 bash 1-9 critical", "CVE-1 curl - low"], Operator::And, false);
        let alone = document(&["CVE-1 bash 1-2 critical"]);
        let mut content = alone.clone();
        let mut both = Document::clone(of_set.definitions.as_ref().unwrap());
        let own = Document::clone(alone.definitions.as_ref().unwrap());
        let mut definition = own.definitions[0].clone();
        definition.id = "oval:test:def:alone".into();
        // Behind the others, so that all places of the first document stay.
        let (object, state) = (both.objects.len() as u32, both.states.len() as u32);
        both.objects.extend(own.objects);
        both.states.extend(own.states);
        let mut test = own.tests[0].clone();
        (test.object, test.states) = (object, vec![state]);
        definition.criteria = Some(Node::Criterion {
            test: both.tests.len() as u32,
            negate: false,
            comment: "it is old".into(),
        });
        both.tests.push(test);
        both.definitions.push(definition);
        content.definitions = Some(Arc::new(both));
        w.sync(&[("oval", content)]).await;
        w.ingest(&[rhel("a", &["bash 1-1", "curl 1-1"]), rhel("b", &["bash 1-1"])]).await;
        let fixed = async |host: &str| {
            let detail = w.host(host).await;
            let rows = host_packages::findings(&w.db, &detail).await.unwrap();
            let text = |row: host_packages::HostFinding| {
                format!("{} {}", row.package.name, row.finding.fixed.unwrap_or_default())
            };
            let mut rows: Vec<String> = rows.into_iter().map(text).collect();
            rows.sort();
            rows
        };
        assert_eq!(fixed("a").await, ["bash 1-9", "curl "]);
        assert_eq!(fixed("b").await, ["bash 1-2"]);
        assert_eq!(w.host("a").await.row.counters.findings.total(), 2);
        assert_eq!(w.differences().await, [""; 0]);
    }

    async fn verify_finds_a_row_of_a_set_that_is_wrong(w: &mut World) {
        w.sync(&[("oval", joined(["CVE-1 a 2-1 low", "CVE-1 b - low"], Operator::And, false))]).await;
        w.ingest(&[rhel("host", &["a 1-1", "b 1-1"])]).await;
        assert_eq!(w.differences().await, [""; 0]);
        w.damage();
        for sql in ["UPDATE set_judgement SET fixed = '9'", "UPDATE set_judgement SET until = 1"] {
            w.raw(sql, Vec::new()).await;
            let found = w.differences().await;
            assert!(found.len() == 1 && found[0].contains("as a whole"), "{found:?}");
        }
    }

    async fn a_kernel_replaced_under_its_name_waits_for_the_reboot(w: &mut World) {
        let mut content = document(&["CVE-1 linux-image-6.1.0-30-amd64 6.1.124-1 critical"]);
        let mut document = Document::clone(content.definitions.as_ref().unwrap());
        document.definitions[0].metadata.platforms = vec!["Debian GNU/Linux 12".into()];
        for kind in document.objects.iter_mut().map(|object| &mut object.kind) {
            *kind = Kind::DpkgInfo;
        }
        document.states[0].kind = Kind::DpkgInfo;
        document.states[0].entities[0].datatype = Datatype::DebianEvrString;
        document.tests[0].kind = Kind::DpkgInfo;
        content.meta.os_group = Some(OsGroupId("debian-12".into()));
        content.definitions = Some(Arc::new(document));
        w.sync(&[("oval", content)]).await;
        let host = |name: &str, told: &str| {
            let mut spec = report(name).pkg("linux-image-6.1.0-30-amd64", "6.1.124-1");
            spec.context.kernel_version = Some(told.into());
            spec
        };
        w.ingest(&[
            host("old", "#1 SMP PREEMPT_DYNAMIC Debian 6.1.119-1 (2024-11-22)"),
            host("new", "#1 SMP PREEMPT_DYNAMIC Debian 6.1.124-1 (2025-01-12)"),
        ])
        .await;
        assert!(findings(w, "new").await.is_empty());
        assert_eq!(findings(w, "old").await, ["CVE-1 linux-image-6.1.0-30-amd64 pending-reboot"]);
        let row = w.host("old").await.row;
        assert_eq!((row.state, row.counters.findings.pending_reboot), (HostState::Reboot, 1));
        let detail = w.host("old").await;
        let listed = host_packages::findings(&w.db, &detail).await.unwrap();
        assert_eq!(listed[0].finding.why.comparison, "running 6.1.119-1 < 6.1.124-1");
        assert_eq!(w.differences().await, [""; 0]);
        // After the reboot it is gone.
        let rebooted = host("old", "#1 SMP PREEMPT_DYNAMIC Debian 6.1.124-1 (2025-01-12)");
        w.ingest(&[rebooted.at(w.now + 60)]).await;
        assert!(findings(w, "old").await.is_empty());
    }
}
