//! Findings: kept with their history, counted as they stand on each host, shown only within a scope.

use crate::spec::{Spec, report};
use crate::world::World;
use pakiti_core::advisory::{Advisory, AdvisoryPackage};
use pakiti_core::finding::FindingState;
use pakiti_core::judgement::UpdateKind;
use pakiti_core::kernel::ImageCase;
use pakiti_core::os_group::OsGroupId;
use pakiti_core::oval::field::Field;
use pakiti_core::oval::model::{
    Check, Class, Cve, Datatype, Definition, Document, Entity, Kind, Metadata, Node, Object, Operation,
    Operator, State, Test,
};
use pakiti_core::oval::snapshot::{self, DocumentOptions};
use pakiti_core::package::{Package, PackageFormat};
use pakiti_core::present::HostState;
use pakiti_core::repository::{SnapshotContent, SourceKind, SourceMeta};
use pakiti_store::account::{self, Role};
use pakiti_store::fleet::Reading;
use pakiti_store::scope::Scope;
use pakiti_store::{cve, grant, host_packages};

/// A document for RHEL 8 of `CVE package fixed severity` lines; `-` = not fixed.
pub(crate) fn document(lines: &[&str]) -> SnapshotContent {
    let mut document = Document::default();
    for line in lines {
        let words: Vec<&str> = line.split(' ').collect();
        let place = document.tests.len() as u32;
        let entity = |field, value: &str| Entity { field, value: value.into(), ..Entity::default() };
        let name = entity(Field::Name, words[1]);
        document.objects.push(Object { kind: Kind::RpmInfo, entities: vec![name], ..Object::default() });
        let mut states = Vec::new();
        if words[2] != "-" {
            states.push(document.states.len() as u32);
            let below = Entity {
                operation: Operation::LessThan,
                datatype: Datatype::EvrString,
                ..entity(Field::Evr, &format!("0:{}", words[2]))
            };
            document.states.push(State {
                kind: Kind::RpmInfo,
                operator: Operator::And,
                entities: vec![below],
            });
        }
        let check = Check::AtLeastOne;
        document.tests.push(Test { kind: Kind::RpmInfo, check, object: place, states, ..Test::default() });
        let cve = Cve { id: words[0].into(), impact: words[3].into(), cvss_tenths: Some(75) };
        let platforms = vec!["Red Hat Enterprise Linux 8".into()];
        document.definitions.push(Definition {
            id: format!("oval:test:def:{place}").into(),
            class: Class::Patch,
            metadata: Metadata { platforms, cves: vec![cve], ..Metadata::default() },
            criteria: Some(Node::Criterion { test: place, negate: false, comment: "it is old".into() }),
            ..Definition::default()
        });
    }
    let options =
        DocumentOptions { name: "rhel-8".into(), complete: Some(true), ..DocumentOptions::default() };
    snapshot::content(document, options)
}

pub(crate) fn rhel(host: &str, packages: &[&str]) -> Spec {
    let mut spec = report(host).os_group(Some("rhel-8")).arch("x86_64");
    for line in packages {
        let (name, version) = line.split_once(' ').unwrap();
        spec.packages.push(Package::new(PackageFormat::Rpm, name, version, "x86_64"));
    }
    spec
}

/// The findings of a host as `cve package state`.
pub(crate) async fn findings(w: &World, host: &str) -> Vec<String> {
    let detail = w.host(host).await;
    let rows = host_packages::findings(&w.db, &detail).await.unwrap();
    let text = |row: &host_packages::HostFinding| {
        format!("{} {} {}", row.finding.subject(), row.package.name, row.finding.state.word())
    };
    let mut rows: Vec<String> = rows.iter().map(text).collect();
    rows.sort();
    rows
}

on_both! {
    async fn a_finding_comes_with_its_definition_and_goes_with_the_upgrade(w: &mut World) {
        w.ingest(&[rhel("a", &["bash 1-1", "curl 1-1"])]).await;
        assert!(findings(w, "a").await.is_empty());
        w.sync(&[("oval", document(&["CVE-1 bash 1-2 critical", "CVE-2 curl - low"]))]).await;
        assert_eq!(findings(w, "a").await, ["CVE-1 bash fixable", "CVE-2 curl unfixed"]);
        let host = w.host("a").await.row;
        assert_eq!((host.state, host.counters.findings.fixable[0]), (HostState::Exposed, 1));
        assert_eq!((host.counters.findings.unfixed, host.counters.judged), (1, 2));
        assert_eq!(w.number("SELECT critical FROM cell").await, 1);
        assert_eq!(w.differences().await, [""; 0]);
        // The vendor fixes curl, and takes back what it said of bash.
        w.sync(&[("oval", document(&["CVE-2 curl 1-3 important"]))]).await;
        assert_eq!(findings(w, "a").await, ["CVE-2 curl fixable"]);
        assert_eq!(w.host("a").await.row.state, HostState::Security);
        assert_eq!(w.number("SELECT COUNT(*) FROM judgement WHERE kind = 'finding' AND until IS NOT NULL").await, 2);
        w.ingest(&[rhel("a", &["bash 1-1", "curl 1-3"]).at(w.now + 60)]).await;
        assert!(findings(w, "a").await.is_empty());
        assert_eq!(w.host("a").await.row.counters.findings.total(), 0);
        assert_eq!(w.number("SELECT fixable FROM cell").await, 0);
    }

    async fn a_kernel_counts_as_it_stands_on_each_host(w: &mut World) {
        w.sync(&[("oval", document(&["CVE-1 kernel 4-3 important", "CVE-2 kernel - moderate"]))]).await;
        let images = ["kernel 4-1", "kernel 4-2", "kernel 4-3"];
        w.ingest(&[
            rhel("old", &images[..2]).kernel("4-2.x86_64"),
            rhel("fixed", &images).kernel("4-3.x86_64"),
            rhel("waiting", &images).kernel("4-2.x86_64"),
        ])
        .await;
        let counted = |row: &pakiti_store::host::HostRow| {
            let found = row.counters.findings;
            (found.fixable_total(), found.unfixed, found.pending_reboot, found.leftover)
        };
        assert_eq!(counted(&w.host("old").await.row), (1, 1, 0, 2));
        assert_eq!(counted(&w.host("fixed").await.row), (0, 1, 0, 4));
        assert_eq!(counted(&w.host("waiting").await.row), (0, 2, 1, 2));
        assert_eq!(w.host("waiting").await.row.state, HostState::Reboot);
        let detail = w.host("waiting").await;
        let listed = host_packages::findings(&w.db, &detail).await.unwrap();
        let pending = listed.iter().filter(|row| row.finding.state == FindingState::PendingReboot);
        assert_eq!(pending.map(|row| row.package.version.as_str()).collect::<Vec<_>>(), ["4-2"]);
        let (group, context, packages) = host_packages::subject(&w.db, &detail).await.unwrap();
        assert_eq!((group.os_group.unwrap().0.as_str(), packages.len()), ("rhel-8", 3));
        assert_eq!(context.kernel.as_deref(), Some("4-2.x86_64"));
    }

    async fn the_fleet_index_reads_findings_and_how_images_stand(w: &mut World) {
        w.sync(&[("oval", document(&["CVE-1 kernel 4-3 important", "CVE-2 bash - moderate"]))]).await;
        w.ingest(&[rhel("a", &["kernel 4-1", "kernel 4-2", "kernel 4-3", "bash 1-1"]).kernel("4-2.x86_64")]).await;
        let mut reading = Reading::begin(&w.db).await.unwrap();
        let host = reading.hosts(0, 1).await.unwrap().remove(0);
        let verdict = reading.verdicts(&[host.verdict]).await.unwrap().remove(0);
        let packages = reading.packages(&verdict.exposed).await.unwrap();
        let version = |id| &packages.iter().find(|(known, _)| *known == id).unwrap().1.version;
        let mut cases: Vec<_> = verdict.images.iter().map(|(id, case)| (version(*id).as_str(), case)).collect();
        cases.sort_by_key(|(version, _)| *version);
        let newest = pakiti_core::version::sort_key(PackageFormat::Rpm, "4-3").ok();
        assert_eq!(cases, [("4-1", &ImageCase::Old), ("4-2", &ImageCase::Running { newest })]);
        let findings = reading.findings(verdict.group_id, &verdict.exposed).await.unwrap();
        let mut told: Vec<_> = findings
            .iter()
            .map(|found| (version(found.package_id).as_str(), found.finding.subject(), found.finding.state))
            .collect();
        told.sort();
        let (fixable, unfixed) = (FindingState::Fixable, FindingState::Unfixed);
        assert_eq!(told, [("1-1", "CVE-2", unfixed), ("4-1", "CVE-1", fixable), ("4-2", "CVE-1", fixable)]);
    }

    async fn cves_are_listed_and_shown_within_a_scope_only(w: &mut World) {
        w.sync(&[("oval", document(&["CVE-1 bash 1-2 low", "CVE-2 curl 1-2 critical"]))]).await;
        w.ingest(&[
            rhel("a", &["bash 1-1"]).group("one"),
            rhel("b", &["bash 1-1", "curl 1-1"]).group("two"),
        ])
        .await;
        let rows = cve::list(&w.db, &Scope::operator()).await.unwrap();
        let text = |row: &cve::CveRow| format!("{} {} {:?}", row.subject, row.severity.word(), row.hosts);
        let all: Vec<String> = rows.iter().map(text).collect();
        assert_eq!(all, ["CVE-2 critical [1, 0, 0, 0]", "CVE-1 low [2, 0, 0, 0]"]);
        let account = account::add(&w.db, "reader", "-", Role::Viewer, w.now).await.unwrap();
        grant::grant_group(&w.db, account, "one").await.unwrap();
        let one = Scope::of_account(&w.db, account).await.unwrap();
        let seen = cve::list(&w.db, &one).await.unwrap();
        assert_eq!(seen.iter().map(text).collect::<Vec<_>>(), ["CVE-1 low [1, 0, 0, 0]"]);
        let names = |rows: Vec<cve::CveHost>| rows.into_iter().map(|row| row.name).collect::<Vec<_>>();
        assert_eq!(names(cve::hosts(&w.db, &Scope::operator(), "CVE-1", 10).await.unwrap()), ["a", "b"]);
        assert_eq!(names(cve::hosts(&w.db, &one, "CVE-1", 10).await.unwrap()), ["a"]);
        assert!(cve::hosts(&w.db, &one, "CVE-2", 10).await.unwrap().is_empty());
    }

    async fn advisories_of_a_repository_are_findings_too(w: &mut World) {
        let mut content = SnapshotContent {
            meta: SourceMeta {
                kind: SourceKind::Yum,
                name: "baseos".into(),
                errata: true,
                os_group: Some(OsGroupId("rhel-8".into())),
                ..SourceMeta::default()
            },
            ..SnapshotContent::default()
        };
        content.advisories.push(Advisory {
            id: "RHSA-1".into(),
            kind: UpdateKind::Security,
            severity: "important".into(),
            title: String::new(),
            issued: None,
            updated: None,
            cves: vec!["CVE-1".into()],
            reboot: false,
            packages: vec![AdvisoryPackage {
                name: "bash".into(),
                version: "1-2".into(),
                arch: "x86_64".into(),
                module: None,
                reboot: false,
            }],
        });
        w.sync(&[("baseos", content)]).await;
        w.ingest(&[rhel("a", &["bash 1-1"]), rhel("b", &["bash 1-2"])]).await;
        assert_eq!(findings(w, "a").await, ["CVE-1 bash fixable"]);
        assert!(findings(w, "b").await.is_empty());
        // A definition that says the same is a second finding and counts once.
        w.sync(&[("oval", document(&["CVE-1 bash 1-2 important"]))]).await;
        assert_eq!(findings(w, "a").await.len(), 2);
        assert_eq!(w.host("a").await.row.counters.findings.fixable_total(), 1);
    }
}
