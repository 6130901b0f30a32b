//! What one process knows of stored facts and of judgements at one generation.
//!
//! Caches hold only immutable facts (ids of content-addressed rows) and pure results (judgements of one
//! generation). After a failed transaction all of it is dropped: ids of a rolled back insert are not facts.

use crate::args;
use crate::db::{Tx, Value};
use crate::dialect::{Type, lists};
use crate::error::{Result, StoreError};
use crate::intern::{Asking, PACKAGE_COLUMNS, read_package};
use pakiti_core::context::Context;
use pakiti_core::judgement::Judgement;
use pakiti_core::kernel::{self, KernelPart};
use pakiti_core::package::{Package, PackageKey};
use pakiti_core::package_set::{PackageId, decode_ids};
use pakiti_core::rules::{FindingSummary, GroupRules, RuleIndex};
use pakiti_core::verdict::{Counters, update_hash};
use std::collections::HashMap;
use std::sync::Arc;

/// Looked up a thousand times per report, by ids and hashes nobody can choose: a fast hash, randomly seeded.
type FastMap<K, V> = foldhash::HashMap<K, V>;
/// The same as a set.
pub(crate) type FastSet<T> = foldhash::HashSet<T>;

/// Above this many entries a cache is emptied rather than grown.
const CACHE_LIMIT: usize = 600_000;

/// A judgement with what a verdict's digest takes of it.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) judgement: Judgement,
    pub(crate) hash: Option<[u8; 32]>,
    pub(crate) findings: FindingSummary,
    /// Of a kernel image without findings: it may be the fixed one.
    part: Option<KernelPart>,
}

impl Judged {
    fn new(rules: &GroupRules<'_>, package: &Package) -> Self {
        let judgement = rules.judge(package);
        let hash = judgement.update.as_ref().map(update_hash);
        let findings = rules.summary(package, &judgement.findings);
        Self { judgement, hash, findings, part: kernel::part(package) }
    }

    /// What the package has to do with the kernel.
    pub(crate) fn image(&self) -> Option<&KernelPart> {
        self.part.as_ref()
    }
}

/// A package with its key.
pub type Known = Arc<(PackageKey, Package)>;

/// The caches of one writer.
#[derive(Debug, Default)]
pub struct Memo {
    generation: i64,
    /// Ids of stored packages.
    pub(crate) ids: FastMap<PackageKey, PackageId>,
    packages: FastMap<PackageId, Known>,
    /// Are packages looked up before they are inserted?
    pub(crate) asking: Asking,
    /// By group context: the packages judged in it, whose judgement rows are stored as judged.
    judged: FastMap<i64, FastMap<PackageId, (Known, Arc<Judged>)>>,
    /// Packages that can tell more of a group context than the host did, as the rules of this generation ask;
    /// `None` = this one cannot.
    telling: FastMap<PackageId, Option<Known>>,
    /// Is any row of `set_judgement` open? `None` = not asked at this generation.
    pub(crate) set_rows: Option<bool>,
    /// Set hash -> id.
    pub(crate) sets: FastMap<[u8; 32], i64>,
    /// Context hash -> (context id, group context id).
    pub(crate) contexts: FastMap<[u8; 32], (i64, i64)>,
    /// Group context hash -> id, of those that sets tell.
    pub(crate) groups: FastMap<[u8; 32], i64>,
    /// Group names joined by NUL -> cell id.
    pub(crate) cells: HashMap<String, i64>,
    /// Counters of current verdicts.
    pub(crate) verdicts: FastMap<(i64, i64), Counters>,
}

impl Memo {
    /// Forgets everything: after a rolled back transaction.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Forgets what depends on the generation if it is another one, and whatever grew too large.
    pub(crate) fn enter(&mut self, generation: i64) {
        if self.generation != generation {
            self.judged.clear();
            self.telling.clear();
            self.verdicts.clear();
            self.set_rows = None;
            self.generation = generation;
        }
        let sizes = [
            self.ids.len(),
            self.packages.len(),
            self.telling.len(),
            self.judged.values().map(FastMap::len).sum(),
            self.verdicts.len(),
            self.sets.len(),
        ];
        if sizes.into_iter().any(|size| size > CACHE_LIMIT) {
            self.clear();
            self.generation = generation;
        }
    }

    /// Remembers a stored package.
    pub(crate) fn remember(&mut self, id: PackageId, known: Known) {
        self.ids.insert(known.0, id);
        self.packages.entry(id).or_insert(known);
    }

    /// Those of the packages that can tell more of a group context, in their order: asked once of each.
    pub(crate) async fn telling(
        &mut self,
        tx: &mut Tx,
        index: &RuleIndex,
        ids: &[PackageId],
    ) -> Result<Vec<Known>> {
        let new: Vec<PackageId> = ids.iter().copied().filter(|id| !self.telling.contains_key(id)).collect();
        for (id, known) in self.load(tx, &new).await? {
            self.telling.insert(id, index.tells(&known.1).then_some(known));
        }
        Ok(ids.iter().filter_map(|id| self.telling.get(id)?.clone()).collect())
    }

    /// Those of the ids that were not judged in this group context.
    pub(crate) fn unjudged(&self, group_id: i64, ids: &[PackageId]) -> Vec<PackageId> {
        match self.judged.get(&group_id) {
            None => ids.to_vec(),
            Some(judged) => ids.iter().copied().filter(|id| !judged.contains_key(id)).collect(),
        }
    }

    /// Judges a package, once per (group context, package); the caller stores what it says.
    pub(crate) fn judge(
        &mut self,
        rules: &GroupRules<'_>,
        group_id: i64,
        (id, known): (PackageId, Known),
    ) -> Arc<Judged> {
        let judged = Arc::new(Judged::new(rules, &known.1));
        self.judged.entry(group_id).or_default().insert(id, (known, judged.clone()));
        judged
    }

    /// The judged packages of these ids, in their order.
    pub(crate) fn judged<'a>(
        &'a self,
        group_id: i64,
        ids: &'a [PackageId],
    ) -> impl Iterator<Item = Result<(PackageId, &'a Known, &'a Judged)>> {
        let group = self.judged.get(&group_id);
        ids.iter().map(move |id| match group.and_then(|group| group.get(id)) {
            Some((known, judged)) => Ok((*id, known, &**judged)),
            None => Err(StoreError::NotFound { what: "judgement", name: format!("of package {id}") }),
        })
    }

    /// The packages of the given ids, in their order; read from the store where not known yet.
    pub(crate) async fn load(&mut self, tx: &mut Tx, ids: &[PackageId]) -> Result<Vec<(PackageId, Known)>> {
        let missing: Vec<PackageId> =
            ids.iter().copied().filter(|id| !self.packages.contains_key(id)).collect();
        let missing = missing.into_iter().map(|id| Value::from(i64::from(id))).collect();
        for (list, args) in lists(tx.dialect(), Type::Int, missing, 256) {
            let sql = format!("SELECT {PACKAGE_COLUMNS} FROM package WHERE id {list}");
            for row in tx.fetch(&sql, args).await? {
                let (id, key, package) = read_package(&row)?;
                self.remember(id, Arc::new((key, package)));
            }
        }
        ids.iter()
            .map(|id| {
                let known = self.packages.get(id).cloned();
                known.map(|known| (*id, known)).ok_or_else(|| StoreError::Corrupt {
                    what: "package set",
                    reason: format!("package {id} does not exist"),
                })
            })
            .collect()
    }
}

/// The ids of a stored set.
pub(crate) async fn set_ids(tx: &mut Tx, set_id: i64) -> Result<Vec<PackageId>> {
    let row = tx.fetch_optional("SELECT ids FROM package_set WHERE id = $1", args![set_id]).await?;
    let row = row.ok_or_else(|| StoreError::NotFound { what: "package set", name: set_id.to_string() })?;
    decode(&row.blob(0)?)
}

/// Decodes a stored id list.
pub(crate) fn decode(bytes: &[u8]) -> Result<Vec<PackageId>> {
    decode_ids(bytes).map_err(|e| StoreError::Corrupt { what: "id list", reason: e.to_string() })
}

/// A context from its stored record.
pub(crate) fn read_context(record: &str) -> Result<Context> {
    serde_json::from_str(record).map_err(|e| StoreError::Corrupt { what: "context", reason: e.to_string() })
}
