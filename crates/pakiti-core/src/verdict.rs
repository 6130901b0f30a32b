//! The verdict: what holds for a package set in a context.
//!
//! `evaluate = fold(judge_package) + judge_set` (law 1). A stored verdict is counters, a digest and two id
//! lists (packages with an update, packages no source knows); the judgements themselves are the memo's.

use crate::context::Context;
use crate::finding::FindingCounts;
use crate::judgement::{Judgement, Update, UpdateKind, Why};
use crate::kernel::KernelTruth;
use crate::package::{Package, PackageKey};
use crate::package_set::PackageId;
use crate::rules::FindingSummary;
use serde::{Deserialize, Serialize};

/// The numbers of a verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// Installed instances.
    pub packages: i64,
    /// Packages whose exact name and architecture a repository has.
    pub in_repository: i64,
    /// Packages a complete security source has spoken for.
    pub judged: i64,
    /// Packages no source knows.
    pub unknown: i64,
    /// Updates that close a security hole.
    pub security: i64,
    /// All other updates.
    pub other: i64,
    /// Updates of held packages (counted in the two above too).
    pub held: i64,
    /// Findings by state and severity.
    #[serde(default)]
    pub findings: FindingCounts,
}

/// BLAKE3 over everything a verdict says: did it change? is one comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digest(pub [u8; 32]);

/// What holds for (set, context).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The numbers.
    pub counters: Counters,
    /// Changes exactly when the verdict says something else.
    pub digest: Digest,
    /// Packages with an update, ascending.
    pub concerned: Vec<PackageId>,
    /// Packages no source knows, ascending.
    pub unknown: Vec<PackageId>,
    /// Packages with findings, ascending.
    pub exposed: Vec<PackageId>,
}

/// A judgement with what a verdict takes of it.
#[derive(Debug, Clone, Copy)]
pub struct Weighed<'a> {
    /// The judgement.
    pub judgement: &'a Judgement,
    /// The [`update_hash`] of its update; `None` = it has none that counts on this host.
    pub update: Option<[u8; 32]>,
    /// Its findings, summed up.
    pub findings: &'a FindingSummary,
}

/// Folds judgements into a verdict. Feed the packages in ascending id order.
#[derive(Debug)]
pub struct Fold<'a> {
    context: &'a Context,
    counters: Counters,
    /// The digest must not depend on ids, which differ between databases: lines are sorted by package key.
    lines: Vec<(PackageKey, [u8; 32])>,
    concerned: Vec<PackageId>,
    unknown: Vec<PackageId>,
    exposed: Vec<PackageId>,
    truth: KernelTruth,
}

impl<'a> Fold<'a> {
    /// An empty verdict for this context and these kernels.
    pub fn new(context: &'a Context, truth: KernelTruth) -> Self {
        Self {
            context,
            truth,
            exposed: Vec::new(),
            counters: Counters::default(),
            lines: Vec::new(),
            concerned: Vec::new(),
            unknown: Vec::new(),
        }
    }

    /// Adds one package with its judgement and the sum of its findings.
    pub fn add(
        &mut self,
        id: PackageId,
        key: PackageKey,
        package: &Package,
        judgement: &Judgement,
        findings: &FindingSummary,
    ) {
        let update = judgement.update.as_ref().map(update_hash);
        self.add_weighed(id, key, package, &Weighed { judgement, update, findings });
    }

    /// The same with what a memo computes once and a fleet adds a million times.
    pub fn add_weighed(&mut self, id: PackageId, key: PackageKey, package: &Package, weighed: &Weighed<'_>) {
        let Weighed { judgement, update: hash, findings } = *weighed;
        self.counters.packages += 1;
        self.counters.in_repository += i64::from(judgement.covered.in_repository);
        self.counters.judged += i64::from(judgement.covered.judged);
        if !judgement.covered.known() {
            self.counters.unknown += 1;
            self.unknown.push(id);
            self.lines.push((key, [0; 32]));
        }
        if !judgement.replaced_by.is_empty() {
            let record = serde_json::to_vec(&judgement.replaced_by).unwrap_or_default();
            self.lines.push((key, *blake3::hash(&record).as_bytes()));
        }
        if let (Some(update), Some(hash)) = (&judgement.update, hash) {
            match update.kind {
                UpdateKind::Security => self.counters.security += 1,
                _ => self.counters.other += 1,
            }
            self.counters.held += i64::from(is_held(self.context, package));
            self.concerned.push(id);
            self.lines.push((key, hash));
        }
        if let Some(hash) = findings.hash {
            self.counters.findings.merge(&findings.counts_on(&self.truth, package));
            self.exposed.push(id);
            self.lines.push((key, hash));
        }
    }

    /// Closes the fold.
    pub fn finish(mut self) -> Verdict {
        self.lines.sort_unstable();
        let mut hasher = blake3::Hasher::new();
        for count in [
            self.counters.packages,
            self.counters.in_repository,
            self.counters.judged,
            self.counters.unknown,
            self.counters.security,
            self.counters.other,
            self.counters.held,
        ] {
            hasher.update(&count.to_le_bytes());
        }
        let found = &self.counters.findings;
        for count in found.fixable.into_iter().chain([found.unfixed, found.pending_reboot, found.leftover]) {
            hasher.update(&count.to_le_bytes());
        }
        for (key, line) in &self.lines {
            hasher.update(&key.0);
            hasher.update(line);
        }
        Verdict {
            counters: self.counters,
            digest: Digest(*hasher.finalize().as_bytes()),
            concerned: self.concerned,
            unknown: self.unknown,
            exposed: self.exposed,
        }
    }
}

/// The hash of what an update says. Its source is left out: the ids of sources differ between databases, and
/// the repositories are named.
pub fn update_hash(update: &Update) -> [u8; 32] {
    let Update {
        candidate,
        candidate_arch,
        kind,
        repositories,
        advisories,
        phased,
        reboot,
        source: _,
        why: Why { rule, comparison, gates },
    } = update;
    let record = (
        candidate,
        candidate_arch,
        kind,
        repositories,
        advisories,
        phased,
        reboot,
        (rule, comparison, gates),
    );
    *blake3::hash(&serde_json::to_vec(&record).unwrap_or_default()).as_bytes()
}

/// Is the package on hold on this host? Holds are context, not package (design.md).
pub fn is_held(context: &Context, package: &Package) -> bool {
    !context.held.is_empty()
        && (context.held.contains(&format!("{}:{}", package.name, package.arch))
            || context.held.contains(&package.name))
}
