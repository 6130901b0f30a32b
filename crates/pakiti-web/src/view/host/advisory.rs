//! The advisories between an installed version and its candidate, strongest first.
//!
//! Vendors write severities in their own words (vendor-rules.md); the word is shown as it is, only the order is ours.

use crate::view::format::{count, day};
use crate::view::pill::Pill;
use crate::view::state::kind_pill;
use pakiti_core::advisory::Advisory;
use pakiti_core::judgement::UpdateKind;
use std::cmp::Reverse;

/// Ids in the one line that is always shown.
const IN_SUMMARY: usize = 2;

/// One advisory of an update.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AdvisoryRow {
    /// Id.
    pub id: String,
    /// What it is for; `None` = no active source tells about it any more.
    pub kind: Option<UpdateKind>,
    /// The vendor's word; empty = not told.
    pub severity: String,
    /// One line.
    pub title: String,
    /// First published.
    pub issued: Option<i64>,
    /// CVE ids.
    pub cves: Vec<String>,
    /// Does it ask for a reboot?
    pub reboot: bool,
}

impl AdvisoryRow {
    /// An advisory as an active source tells it; `None` = none does.
    pub fn new(id: &str, known: Option<&Advisory>) -> Self {
        let Some(known) = known else { return Self { id: id.to_owned(), ..Self::default() } };
        Self {
            id: id.to_owned(),
            kind: Some(known.kind),
            severity: known.severity.clone(),
            title: known.title.clone(),
            issued: known.issued,
            cves: known.cves.clone(),
            reboot: known.reboot,
        }
    }

    /// Does it close a security problem?
    pub fn is_security(&self) -> bool {
        self.kind == Some(UpdateKind::Security)
    }

    /// The pill of its kind.
    pub fn pill(&self) -> Option<Pill> {
        self.kind.map(kind_pill)
    }

    /// Its date.
    pub fn issued_day(&self) -> Option<String> {
        self.issued.map(day)
    }

    fn order(&self) -> impl Ord + use<> {
        (!self.is_security(), rank(&self.severity), Reverse(self.issued), self.id.clone())
    }
}

/// The order of the vendors' words, strongest first; Debian, Red Hat, SUSE and Ubuntu use different ones.
fn rank(severity: &str) -> u8 {
    match severity.to_ascii_lowercase().as_str() {
        "critical" | "urgent" => 0,
        "important" | "high" => 1,
        "moderate" | "medium" => 2,
        "low" | "negligible" | "minor" => 3,
        "" | "none" | "unspecified" | "unknown" => 5,
        _ => 4,
    }
}

/// Puts advisories into the order of [`AdvisoryRow`]s on pages: security first, then the severest, then the newest.
pub fn sort(rows: &mut [AdvisoryRow]) {
    rows.sort_by_cached_key(AdvisoryRow::order);
}

/// The severest word among security advisories; `None` = no vendor told one.
pub fn worst(rows: &[AdvisoryRow]) -> Option<&str> {
    let told = rows.iter().filter(|row| row.is_security() && rank(&row.severity) < 5);
    told.min_by_key(|row| rank(&row.severity)).map(|row| row.severity.as_str())
}

/// `RHSA-2015:0092, RHSA-2015:0100 and 3 more`; the rows are sorted.
pub fn summary(rows: &[AdvisoryRow]) -> String {
    let named: Vec<&str> = rows.iter().take(IN_SUMMARY).map(|row| row.id.as_str()).collect();
    match rows.len().saturating_sub(IN_SUMMARY) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// `1 critical, 3 important` over the worst words of several updates, severest first; empty = none told.
pub fn severities<'a>(worst: impl Iterator<Item = &'a str>) -> String {
    let mut words: Vec<(u8, &str, u64)> = Vec::new();
    for word in worst {
        match words.iter_mut().find(|(_, known, _)| *known == word) {
            Some((_, _, number)) => *number += 1,
            None => words.push((rank(word), word, 1)),
        }
    }
    words.sort_unstable();
    words.iter().map(|(_, word, number)| count(*number, word, word)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, kind: UpdateKind, severity: &str, issued: i64) -> AdvisoryRow {
        AdvisoryRow {
            id: id.into(),
            kind: Some(kind),
            severity: severity.into(),
            issued: Some(issued),
            ..AdvisoryRow::default()
        }
    }

    #[test]
    fn a_later_bugfix_never_hides_an_earlier_security_fix() {
        let mut rows = vec![
            row("RHBA-3", UpdateKind::Bugfix, "", 30),
            row("RHSA-1", UpdateKind::Security, "moderate", 10),
            row("RHSA-2", UpdateKind::Security, "Critical", 5),
            AdvisoryRow::new("RHSA-0", None),
            row("RHSA-4", UpdateKind::Security, "moderate", 20),
        ];
        sort(&mut rows);
        let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        assert_eq!(ids, ["RHSA-2", "RHSA-4", "RHSA-1", "RHBA-3", "RHSA-0"]);
        assert_eq!((summary(&rows).as_str(), worst(&rows)), ("RHSA-2, RHSA-4 and 3 more", Some("Critical")));
        assert_eq!(worst(&rows[3..]), None, "a bugfix has no severity that counts");
        assert_eq!(summary(&rows[..1]), "RHSA-2");
    }

    #[test]
    fn severities_are_counted_severest_first() {
        let words = ["low", "important", "critical", "important"];
        assert_eq!(severities(words.into_iter()), "1 critical, 2 important, 1 low");
        assert_eq!(severities([].into_iter()), "");
    }
}
