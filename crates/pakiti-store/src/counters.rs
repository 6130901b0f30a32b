//! The columns of a verdict's numbers: the same in `verdict` and `host`, in one order everywhere.

use crate::db::{Row, Value};
use crate::error::Result;
use pakiti_core::finding::FindingCounts;
use pakiti_core::verdict::Counters;
use std::collections::BTreeSet;

/// How many columns there are.
pub(crate) const WIDTH: usize = 16;

/// The columns.
const NAMES: [&str; WIDTH] = [
    "packages",
    "in_repository",
    "judged",
    "unknown",
    "security",
    "other",
    "held",
    "fix_critical",
    "fix_important",
    "fix_moderate",
    "fix_low",
    "fix_none",
    "fix_unknown",
    "unfixed",
    "pending_reboot",
    "leftover",
];

/// The columns as a list.
pub(crate) const LIST: &str = "packages, in_repository, judged, unknown, security, other, held, fix_critical, \
     fix_important, fix_moderate, fix_low, fix_none, fix_unknown, unfixed, pending_reboot, leftover";

/// The columns of a table's alias as a list: `h.packages, h.in_repository, ...`.
pub(crate) fn of(alias: &str) -> String {
    joined(", ", |name| format!("{alias}.{name}"))
}

/// The places of the columns in which two counters differ.
pub(crate) fn changed(a: &Counters, b: &Counters) -> impl Iterator<Item = usize> {
    let pairs = numbers(a).zip(numbers(b)).zip(0..);
    pairs.filter(|((a, b), _)| a != b).map(|(_, at)| at)
}

/// The names of these columns.
pub(crate) fn names(places: &BTreeSet<usize>) -> Vec<&'static str> {
    places.iter().filter_map(|at| NAMES.get(*at).copied()).collect()
}

/// The numbers of these columns as arguments.
pub(crate) fn values_of(counters: &Counters, places: &BTreeSet<usize>) -> Vec<Value> {
    numbers(counters).zip(0..).filter(|(_, at)| places.contains(at)).map(|(n, _)| Value::from(n)).collect()
}

/// `packages = v.packages, ...`
pub(crate) fn assign(from: &str) -> String {
    joined(", ", |name| format!("{name} = {from}.{name}"))
}

fn joined(separator: &str, each: impl Fn(&str) -> String) -> String {
    NAMES.map(each).join(separator)
}

/// The numbers as arguments, in the order of the columns.
pub(crate) fn values(counters: &Counters) -> impl Iterator<Item = Value> + use<> {
    numbers(counters).map(Value::from)
}

fn numbers(counters: &Counters) -> impl Iterator<Item = i64> + use<> {
    let Counters { packages, in_repository, judged, unknown, security, other, held, findings } = *counters;
    let FindingCounts { fixable, unfixed, pending_reboot, leftover } = findings;
    let updates = [packages, in_repository, judged, unknown, security, other, held];
    updates.into_iter().chain(fixable).chain([unfixed, pending_reboot, leftover])
}

/// The numbers of [`WIDTH`] consecutive columns from `first` on.
pub(crate) fn read(row: &Row, first: usize) -> Result<Counters> {
    let at = |column: usize| row.int(first + column);
    Ok(Counters {
        packages: at(0)?,
        in_repository: at(1)?,
        judged: at(2)?,
        unknown: at(3)?,
        security: at(4)?,
        other: at(5)?,
        held: at(6)?,
        findings: FindingCounts {
            fixable: [at(7)?, at(8)?, at(9)?, at(10)?, at(11)?, at(12)?],
            unfixed: at(13)?,
            pending_reboot: at(14)?,
            leftover: at(15)?,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_names_every_column_in_order() {
        assert_eq!(LIST, NAMES.join(", "));
        assert_eq!(values(&Counters::default()).count(), WIDTH);
    }
}
