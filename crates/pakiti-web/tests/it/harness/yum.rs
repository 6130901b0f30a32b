//! Yum repositories put into force directly, as a synchronisation leaves them: their own wire format is tested where
//! it is read.

use super::TestServer;
use pakiti_core::advisory::{Advisory, AdvisoryPackage};
use pakiti_core::judgement::UpdateKind;
use pakiti_core::os_group::OsGroupId;
use pakiti_core::repository::{Dependency, IndexedPackage, SnapshotContent, SourceKind};
use pakiti_engine::source::options::SourceOptions;
use pakiti_store::scope::Scope;
use pakiti_store::source::{self, NewSnapshot, NewSource};

/// A repository under construction.
#[derive(Debug, Clone, Default)]
pub(crate) struct Repository {
    content: SnapshotContent,
    options: SourceOptions,
}

/// An advisory of type security, issued on 2026-10-01.
pub(crate) fn security(id: &str, severity: &str, cves: &[&str]) -> Advisory {
    Advisory {
        id: id.to_owned(),
        kind: UpdateKind::Security,
        severity: severity.to_owned(),
        title: format!("{id} fixes things"),
        issued: Some(1_790_812_800),
        updated: None,
        cves: cves.iter().map(|cve| (*cve).to_owned()).collect(),
        reboot: false,
        packages: Vec::new(),
    }
}

impl Repository {
    /// Of RHEL 9, with errata.
    pub(crate) fn rhel9(name: &str) -> Self {
        let mut new = Self::default();
        let meta = &mut new.content.meta;
        meta.kind = SourceKind::Yum;
        meta.name = name.to_owned();
        meta.origin = "Red Hat, Inc.".to_owned();
        meta.os_group = Some(OsGroupId("rhel-9".to_owned()));
        meta.errata = true;
        new
    }

    /// With these options; they count for the page only.
    pub(crate) fn with_options(mut self, options: SourceOptions) -> Self {
        self.content.meta.further_groups =
            options.further_groups.iter().map(|group| OsGroupId(group.clone())).collect();
        self.options = options;
        self
    }

    /// With an x86_64 package.
    pub(crate) fn package(mut self, name: &str, version: &str) -> Self {
        self.content.packages.push(IndexedPackage {
            name: name.to_owned(),
            version: version.to_owned(),
            arch: "x86_64".to_owned(),
            ..IndexedPackage::default()
        });
        self
    }

    /// The last package obsoletes this name.
    pub(crate) fn obsoleting(mut self, name: &str) -> Self {
        let last = self.content.packages.last_mut().unwrap();
        last.obsoletes.push(Dependency { name: name.to_owned(), bound: None });
        self
    }

    /// With an advisory that names this build.
    pub(crate) fn advisory(mut self, mut advisory: Advisory, package: &str, version: &str) -> Self {
        advisory.packages.push(AdvisoryPackage {
            name: package.to_owned(),
            version: version.to_owned(),
            arch: "x86_64".to_owned(),
            module: None,
            reboot: false,
        });
        self.content.advisories.push(advisory);
        self
    }

    /// Makes it the active snapshot of the source of its name, mapped to RHEL 9, and judges all hosts by it; gives
    /// the id of the source.
    pub(crate) async fn put(mut self, server: &TestServer) -> i64 {
        self.content.canonicalise();
        let name = self.content.meta.name.clone();
        let new = NewSource {
            name: name.clone(),
            kind: "yum".to_owned(),
            url: format!("https://cdn.example.org/{name}"),
            options: self.options.record(),
            os_group: "rhel-9".to_owned(),
            interval_seconds: 3600,
        };
        let db = &server.db;
        let known = source::by_name(db, &Scope::operator(), &name).await.ok();
        let id = match &known {
            Some(known) => known.id,
            None => source::add(db, &new, server.now()).await.unwrap(),
        };
        let before = source::active_content(db, id).await.unwrap();
        let names = before.iter().flat_map(|(_, content)| &content.packages).chain(&self.content.packages);
        let obsoletes = self.content.packages.iter().flat_map(|package| &package.obsoletes);
        let mut touched: Vec<String> = names.map(|package| package.name.clone()).collect();
        touched.extend(obsoletes.map(|dependency| dependency.name.clone()));
        touched.sort();
        touched.dedup();
        let snapshot = NewSnapshot {
            content: &self.content,
            replaces: known.and_then(|known| known.snapshot).map(|snapshot| snapshot.id),
            hash: [7; 32],
            skipped: 0,
            report: "{}".to_owned(),
            touched,
            etag: String::new(),
            last_modified: String::new(),
        };
        source::switch(db, id, &snapshot, server.now() + 3600, server.now()).await.unwrap();
        server.app.engine.reevaluate().await.unwrap();
        id
    }
}
