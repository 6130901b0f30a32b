//! Building the rule index from the contents of snapshots, or from what another index has compiled of them.

use super::{Offer, Repository, RuleIndex, rpm};
use crate::judgement::SourceId;
use crate::package::PackageFormat;
use crate::repository::{SnapshotContent, SourceKind, SourceMeta};
use crate::version;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::RwLock;

/// What one active source brings to an index.
#[derive(Debug)]
pub struct Active {
    /// The source.
    pub source: SourceId,
    /// Its snapshot.
    pub snapshot: i64,
    /// What that says; `None` = the index at hand has compiled it.
    pub content: Option<SnapshotContent>,
}

impl RuleIndex {
    /// Compiles the contents of the active sources. Versions that have no order were dropped by the formats.
    pub fn build(generation: i64, contents: Vec<(SourceId, SnapshotContent)>) -> Self {
        let active = |(source, content)| Active { source, snapshot: 0, content: Some(content) };
        Self::default().rebuilt(generation, contents.into_iter().map(active).collect())
    }

    /// The same where this index has compiled some of the documents: those of sources that give no content, because
    /// their snapshot is the one that [`RuleIndex::compiled`] names, are taken over.
    pub fn rebuilt(&self, generation: i64, active: Vec<Active>) -> Self {
        let mut index = Self { generation, ..Self::default() };
        let mut words: HashMap<String, u16> = HashMap::new();
        for Active { source, snapshot, content } in active {
            match content {
                Some(content) => index.add(source, content, &mut words),
                None => index.adopt(source, self),
            }
            index.snapshots.insert(source, snapshot);
        }
        index.rpm.finish();
        index.mark_judged();
        index
    }

    /// For `pakiti evaluate`: the sources were named for this very report, so a report of no known OS group
    /// takes all of them, and a source that names no OS group speaks for every report.
    pub fn named_for_the_report(mut self) -> Self {
        self.named_for_the_report = true;
        self.views = RwLock::default();
        self
    }

    fn add(&mut self, source: SourceId, content: SnapshotContent, words: &mut HashMap<String, u16>) {
        let repository = self.repositories.len() as u32;
        let kind = content.meta.kind;
        self.enter(source, content.meta.clone());
        match kind {
            SourceKind::Apt => {}
            SourceKind::Yum => return self.rpm.add(repository, content),
            SourceKind::Oval => {
                let meta = content.meta;
                return content.definitions.into_iter().for_each(|document| {
                    self.oval.add(source, repository, meta.clone(), document);
                });
            }
        }
        for package in content.packages {
            let Ok(key) = version::sort_key(PackageFormat::Deb, &package.version) else { continue };
            let arch = self.word(package.arch, words);
            let component = self.word(package.component, words);
            let source_name =
                (package.source_name != package.name).then(|| package.source_name.into_boxed_str());
            self.offers.entry(package.name.into_boxed_str()).or_default().push(Offer {
                version: package.version.into_boxed_str(),
                key,
                arch,
                component,
                repository,
                phased: package.phased,
                source_name,
            });
        }
    }

    fn adopt(&mut self, source: SourceId, from: &Self) {
        let repository = self.repositories.len() as u32;
        let Some(meta) = self.oval.adopt(source, repository, &from.oval) else { return };
        self.enter(source, meta);
    }

    /// Notes a source as the next repository.
    fn enter(&mut self, source: SourceId, meta: SourceMeta) {
        let default_priority = default_priority(&meta);
        self.named_host_groups.extend(meta.host_groups.iter().cloned());
        self.named_host_groups.extend(meta.not_host_groups.iter().cloned());
        self.repositories.push(Repository { source, meta, judged: false, default_priority });
    }

    /// The sources whose documents are compiled here, each with its snapshot.
    pub fn compiled(&self) -> BTreeMap<SourceId, i64> {
        let sources = self.repositories.iter().filter(|repository| repository.meta.kind == SourceKind::Oval);
        let known = sources.filter_map(|of| Some((of.source, *self.snapshots.get(&of.source)?)));
        known.filter(|(_, snapshot)| *snapshot != 0).collect()
    }

    fn word(&mut self, text: String, words: &mut HashMap<String, u16>) -> u16 {
        if let Some(&id) = words.get(&text) {
            return id;
        }
        // More than 65,535 architectures and components cannot come from real feeds; they share the last.
        let id = u16::try_from(self.words.len()).unwrap_or(u16::MAX);
        if id < u16::MAX {
            self.words.push(text.clone().into_boxed_str());
            words.insert(text, id);
        }
        id
    }

    /// contract.md "coverage": a security source is complete for what it and its siblings index: those of the
    /// same kind, OS group and vendor.
    fn mark_judged(&mut self) {
        let secured: BTreeSet<_> =
            self.repositories.iter().filter(|r| r.tells_security()).map(Repository::vendor).collect();
        for repository in &mut self.repositories {
            repository.judged = secured.contains(&repository.vendor());
        }
    }
}

/// apt's priorities where no preference says otherwise, and dnf's.
fn default_priority(meta: &SourceMeta) -> i32 {
    if meta.kind == SourceKind::Yum {
        return meta.priority.unwrap_or(rpm::DEFAULT_PRIORITY);
    }
    match (meta.priority, meta.not_automatic, meta.but_automatic_upgrades) {
        (Some(priority), _, _) => priority,
        // apt asks this flag first, even where the other is absent.
        (None, _, true) => 100,
        (None, true, false) => 1,
        (None, false, false) => 500,
    }
}
