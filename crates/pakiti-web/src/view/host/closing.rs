//! Which findings the updates of a host close, and which none of them does: the vendor has a version that no
//! repository of this server offers.

use crate::view::host::findings::FindingRow;
use crate::view::host::updates::UpdateRow;
use pakiti_core::finding::FindingState;
use pakiti_core::severity::Severity;
use pakiti_core::version;
use std::collections::HashMap;

/// A number of findings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Number {
    /// All of them.
    pub all: u64,
    /// The critical ones.
    pub critical: u64,
}

/// Findings by what closes them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Closing {
    /// The security updates.
    pub by_security: Number,
    /// The other updates.
    pub by_other: Number,
    /// No update that is known.
    pub by_none: Number,
    /// A reboot.
    pub by_reboot: u64,
}

impl Closing {
    /// Counts the findings that count.
    pub fn new(findings: &[FindingRow], updates: &[UpdateRow]) -> Self {
        let offered: HashMap<(&str, &str), &UpdateRow> =
            updates.iter().map(|update| ((&*update.package, &*update.arch), update)).collect();
        let mut out = Self::default();
        for row in findings.iter().filter(|row| row.severity.0 != Severity::None) {
            let number = match row.state {
                FindingState::PendingReboot => {
                    out.by_reboot += 1;
                    continue;
                }
                FindingState::Unfixed | FindingState::Leftover => continue,
                FindingState::Fixable => {
                    let update = offered.get(&(&*row.package.name, &*row.package.arch));
                    match update.filter(|update| closes(update, row)) {
                        Some(update) if update.is_security() => &mut out.by_security,
                        Some(_) => &mut out.by_other,
                        None => &mut out.by_none,
                    }
                }
            };
            number.all += 1;
            number.critical += u64::from(row.severity.0 == Severity::Critical);
        }
        out
    }
}

fn closes(update: &UpdateRow, row: &FindingRow) -> bool {
    let key = |text: &str| version::sort_key(row.package.format, text).ok();
    let fixed = row.fixed.as_deref().and_then(key);
    fixed.is_some_and(|fixed| key(&update.update.candidate).is_some_and(|candidate| candidate >= fixed))
}
