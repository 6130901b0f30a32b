//! The rows of judgements: opened and closed so that exactly what is said is open.
//!
//! design.md "The heart": the memo is the history; a row is never overwritten, only closed. An update is one row,
//! a finding one per (CVE or advisory, source).

use crate::args;
use crate::db::{Tx, Value};
use crate::dialect::{Type, lists, tables};
use crate::error::{Result, StoreError};
use crate::memo::{FastSet, Judged, Memo};
use crate::set_judgements::{self, FreshSets};
use pakiti_core::finding::{Finding, FindingState, FindingWhy, Found};
use pakiti_core::judgement::{Judgement, Update};
use pakiti_core::kernel::KernelTruth;
use pakiti_core::package::Package;
use pakiti_core::package_set::PackageId;
use pakiti_core::rules::GroupRules;
use pakiti_core::severity::Severity;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Judgements whose rows are not yet known to be stored.
#[derive(Debug, Default)]
pub(crate) struct Fresh {
    /// By (group context, package).
    packages: BTreeMap<(i64, PackageId), FreshJudgement>,
    /// What only whole sets tell.
    pub(crate) sets: FreshSets,
}

/// What is to be stored of one judgement.
#[derive(Debug)]
pub(crate) struct FreshJudgement {
    rows: Vec<Said>,
    now: i64,
}

/// One row: what tells it apart, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) kind: &'static str,
    /// CVE or advisory; empty for updates.
    pub(crate) subject: String,
    pub(crate) source: i64,
    pub(crate) state: &'static str,
    pub(crate) fixed: String,
    pub(crate) record: String,
}

/// What a finding's row keeps beside its columns.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct FindingRecord {
    #[serde(rename = "advisory", skip_serializing_if = "Option::is_none")]
    advisory: Option<String>,
    /// The subject is the advisory: there is no CVE.
    #[serde(rename = "no_cve", skip_serializing_if = "std::ops::Not::not")]
    no_cve: bool,
    #[serde(rename = "word", skip_serializing_if = "Option::is_none")]
    vendor_state: Option<String>,
    severity: Severity,
    #[serde(rename = "whose", skip_serializing_if = "Option::is_none")]
    severity_source: Option<String>,
    #[serde(rename = "cvss", skip_serializing_if = "Option::is_none")]
    cvss_tenths: Option<u8>,
    #[serde(rename = "from")]
    source_name: String,
    rule: String,
    criterion: String,
    /// Where it is not that of the installed version with the fixed one.
    #[serde(rename = "compared", skip_serializing_if = "Option::is_none")]
    comparison: Option<String>,
}

/// Everything a judgement says, in the order of its natural key.
pub(crate) fn said(rules: &GroupRules<'_>, package: &Package, judgement: &Judgement) -> Vec<Said> {
    let mut rows: Vec<Said> = judgement.update.iter().map(of_update).collect();
    rows.extend(judgement.findings.iter().filter_map(|found| of_found(rules, None, package, found)));
    rows.sort_by(|a, b| key(a).cmp(&key(b)));
    rows
}

/// What a finding says, as the package alone is judged, or, with what runs, as its set tells.
pub(crate) fn of_found(
    rules: &GroupRules<'_>,
    truth: Option<&KernelTruth>,
    package: &Package,
    found: &Found,
) -> Option<Said> {
    let finding = match truth {
        Some(truth) => rules.describe_in_set(truth, package, found)?,
        None => rules.describe(package, found)?,
    };
    let comparison = found.running.then(|| finding.why.comparison.clone());
    Some(of_finding(finding, comparison))
}

fn key(said: &Said) -> (&'static str, &str, i64) {
    (said.kind, &said.subject, said.source)
}

fn of_update(update: &Update) -> Said {
    Said {
        kind: "update",
        subject: String::new(),
        source: update.source,
        state: update.kind.word(),
        fixed: update.candidate.clone(),
        record: serde_json::to_string(update).unwrap_or_default(),
    }
}

fn of_finding(finding: Finding, comparison: Option<String>) -> Said {
    let subject = finding.subject().to_owned();
    let record = FindingRecord {
        no_cve: finding.cve.is_none(),
        advisory: finding.advisory.filter(|_| finding.cve.is_some()),
        vendor_state: finding.vendor_state,
        severity: finding.severity,
        severity_source: finding.severity_source,
        cvss_tenths: finding.cvss_tenths,
        source_name: finding.source_name,
        rule: finding.why.rule,
        criterion: finding.why.criterion,
        comparison,
    };
    Said {
        kind: "finding",
        subject,
        source: finding.source,
        state: finding.state.word(),
        fixed: finding.fixed.unwrap_or_default(),
        record: serde_json::to_string(&record).unwrap_or_default(),
    }
}

/// A finding from its row: subject, source, state, fixed version, record. The gates are not stored: they are asked
/// anew when somebody wants the proof.
pub(crate) fn read_finding(
    package: &Package,
    (subject, source, state, fixed, record): (String, i64, &str, String, &str),
) -> Result<Finding> {
    let corrupt = |reason: String| StoreError::Corrupt { what: "finding", reason };
    let record: FindingRecord = serde_json::from_str(record).map_err(|e| corrupt(e.to_string()))?;
    let state = FindingState::from_word(state).ok_or_else(|| corrupt(format!("state {state}")))?;
    let fixed = Some(fixed).filter(|fixed| !fixed.is_empty());
    let comparison = match (&record.comparison, &fixed) {
        (Some(compared), _) => compared.clone(),
        (None, Some(fixed)) => format!("{} < {fixed}", package.version),
        (None, None) => format!("{} is installed; no version is fixed", package.version),
    };
    let (cve, advisory) = match record.no_cve {
        true => (None, Some(subject)),
        false => (Some(subject), record.advisory),
    };
    Ok(Finding {
        cve,
        advisory,
        fixed,
        state,
        vendor_state: record.vendor_state,
        severity: record.severity,
        severity_source: record.severity_source,
        cvss_tenths: record.cvss_tenths,
        source,
        source_name: record.source_name,
        why: FindingWhy { rule: record.rule, criterion: record.criterion, comparison, gates: Vec::new() },
    })
}

/// Notes a judgement to be stored.
pub(crate) fn note(
    fresh: &mut Fresh,
    rules: &GroupRules<'_>,
    key: (i64, PackageId),
    package: &Package,
    judged: &Arc<Judged>,
    now: i64,
) {
    fresh.packages.insert(key, FreshJudgement { rows: said(rules, package, &judged.judgement), now });
}

/// Opens and closes rows so that exactly what the judgements say is open, in the order of their natural key.
pub(crate) async fn persist(tx: &mut Tx, memo: &mut Memo, fresh: Fresh) -> Result<()> {
    persist_new(tx, memo, fresh, &FastSet::default()).await
}

/// The same where these packages were stored by this very transaction: nobody else can have seen them, so they
/// have no rows yet.
pub(crate) async fn persist_new(
    tx: &mut Tx,
    memo: &mut Memo,
    fresh: Fresh,
    new: &FastSet<PackageId>,
) -> Result<()> {
    let Fresh { packages, sets } = fresh;
    let asked = packages.keys().copied().filter(|(_, id)| !new.contains(id));
    let mut stored = open_rows(tx, asked).await?;
    let mut closed = Vec::new();
    let mut opened = Vec::new();
    for (key, judgement) in &packages {
        let mut open = stored.remove(key).unwrap_or_default();
        for said in &judgement.rows {
            match open.iter().position(|row| row.said == *said) {
                Some(at) => drop(open.swap_remove(at)),
                None => opened.push(row_args(*key, said, judgement.now)),
            }
        }
        closed.extend(open.into_iter().map(|row| args![row.id, judgement.now]));
    }
    for (table, args) in tables(tx.dialect(), &[Type::Int, Type::Int], closed, 128) {
        let sql = format!(
            "WITH v (id, now) AS ({table}) UPDATE judgement SET until = v.now FROM v \
             WHERE judgement.id = v.id AND judgement.until IS NULL"
        );
        tx.execute(&sql, args).await?;
    }
    let count = opened.len();
    for (table, args) in tables(tx.dialect(), &TYPES, opened, 128) {
        let sql = format!(
            "INSERT INTO judgement (group_context_id, package_id, kind, cve, source_id, state, fixed, rule, since) \
             {table} ON CONFLICT DO NOTHING"
        );
        tx.insert(&sql, args, count).await?;
    }
    set_judgements::persist(tx, memo, sets).await
}

const TYPES: [Type; 9] = {
    use Type::{Int, Text};
    [Int, Int, Text, Text, Int, Text, Text, Text, Int]
};

fn row_args((group_id, id): (i64, PackageId), said: &Said, now: i64) -> Vec<Value> {
    args![
        group_id,
        i64::from(id),
        said.kind,
        &said.subject,
        said.source,
        said.state,
        &said.fixed,
        &said.record,
        now,
    ]
}

/// An open row.
#[derive(Debug)]
pub(crate) struct OpenRow {
    id: i64,
    pub(crate) said: Said,
}

/// The open rows of the packages in question.
pub(crate) async fn open_rows(
    tx: &mut Tx,
    asked: impl Iterator<Item = (i64, PackageId)>,
) -> Result<HashMap<(i64, PackageId), Vec<OpenRow>>> {
    let mut groups: BTreeMap<i64, Vec<PackageId>> = BTreeMap::new();
    for (group_id, id) in asked {
        groups.entry(group_id).or_default().push(id);
    }
    let mut out: HashMap<_, Vec<OpenRow>> = HashMap::new();
    for (group_id, ids) in groups {
        let ids = ids.into_iter().map(|id| Value::from(i64::from(id))).collect();
        for (list, mut args) in lists(tx.dialect(), Type::Int, ids, 256) {
            args.push(Value::from(group_id));
            let sql = format!(
                "SELECT package_id, id, kind, cve, source_id, state, fixed, rule FROM judgement \
                 WHERE package_id {list} AND group_context_id = ${} AND until IS NULL",
                args.len()
            );
            for row in tx.fetch(&sql, args).await? {
                let said = Said {
                    kind: kind_of(&row.text(2)?),
                    subject: row.text(3)?,
                    source: row.int(4)?,
                    state: state_of(&row.text(5)?),
                    fixed: row.text(6)?,
                    record: row.text(7)?,
                };
                let open = OpenRow { id: row.int(1)?, said };
                out.entry((group_id, row.int(0)? as PackageId)).or_default().push(open);
            }
        }
    }
    Ok(out)
}

fn kind_of(word: &str) -> &'static str {
    if word == "update" { "update" } else { "finding" }
}

/// The state as the constant that judgements use; a word of a later version is none of them.
pub(crate) fn state_of(word: &str) -> &'static str {
    use pakiti_core::judgement::UpdateKind::{Bugfix, Enhancement, Newpackage, Security, Unknown};
    let kinds = [Security, Bugfix, Enhancement, Newpackage, Unknown].map(|kind| kind.word());
    let states = [FindingState::Fixable, FindingState::Unfixed].map(FindingState::word);
    kinds.into_iter().chain(states).find(|known| *known == word).unwrap_or("")
}
