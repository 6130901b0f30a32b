//! Why a host has its state, in words, each with the tab that proves it.
//!
//! Same facts and same order as [`pakiti_core::present::host_state`]: the first reason is the state's, the
//! others are what else is known. A host that is good has one reason that says so.

use crate::view::format::{count, day, percent, span, thousands};
use pakiti_core::present::{COVERAGE_FLOOR, HostFacts, HostState, STALE_AFTER};
use pakiti_core::severity::Severity;

/// One reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The state it stands for; [`HostState::Good`] for facts that change no state.
    pub state: HostState,
    /// In words, without a full stop.
    pub words: String,
    /// Query string of the host page's tab that proves it, `?` included.
    pub proof: &'static str,
}

/// What the facts do not hold but the words need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Names<'a> {
    /// The OS as reported.
    pub os: &'a str,
    /// The OS group, if mapped.
    pub os_group: Option<&'a str>,
    /// Why a reboot is required, if the host or its kernels tell.
    pub reboot: Option<&'a str>,
}

const SECURITY: &str = "?tab=updates&kind=security";
const OTHER: &str = "?tab=updates&kind=other";
const CRITICAL: &str = "?tab=findings&state=fixable&severity=critical";
const FIXABLE: &str = "?tab=findings&state=fixable";
const PENDING: &str = "?tab=findings&state=pending-reboot";
const UNFIXED: &str = "?tab=findings&state=unfixed";
const COVERAGE: &str = "?tab=coverage";
const REPORTS: &str = "?tab=reports";
const UNKNOWN: &str = "?tab=packages&status=unknown";

/// All reasons, strongest first; never empty.
pub fn reasons(facts: &HostFacts, names: &Names<'_>, now: i64) -> Vec<Reason> {
    let mut list = pending(facts, names, now);
    list.extend(ignorance(facts, names, now));
    if list.iter().all(|r| r.state == HostState::Good) {
        list.insert(0, reason(HostState::Good, "no security update is pending".into(), COVERAGE));
    }
    let other = unsigned(facts.counters.other);
    if other > 0 {
        list.push(reason(HostState::Good, count(other, "other update", "other updates"), OTHER));
    }
    let unfixed = unsigned(facts.counters.findings.unfixed);
    if unfixed > 0 {
        let words = format!("{} without a fix", count(unfixed, "finding", "findings"));
        list.push(reason(HostState::Good, words, UNFIXED));
    }
    list
}

/// What is known to be wrong.
fn pending(facts: &HostFacts, names: &Names<'_>, now: i64) -> Vec<Reason> {
    let mut list = Vec::new();
    let findings = &facts.counters.findings;
    let critical = unsigned(findings.fixable_of(Severity::Critical));
    if critical > 0 {
        let words = count(critical, "fixable critical finding", "fixable critical findings");
        list.push(reason(HostState::Exposed, words, CRITICAL));
    }
    let security = unsigned(facts.counters.security);
    if security > 0 {
        let words = format!("{} pending", count(security, "security update", "security updates"));
        list.push(reason(HostState::Security, words, SECURITY));
    }
    let fixable = unsigned(findings.fixable_total());
    if fixable > critical {
        let in_all = if critical > 0 { " in all" } else { "" };
        let words = count(fixable, "fixable finding", "fixable findings");
        list.push(reason(HostState::Security, format!("{words}{in_all}"), FIXABLE));
    }
    list.extend(reboot(facts, names));
    if let Some(end) = facts.support_end.filter(|end| *end < now) {
        list.push(reason(HostState::EndOfLife, format!("support ended on {}", day(end)), COVERAGE));
    }
    let silence = now.saturating_sub(facts.last_report);
    if silence > STALE_AFTER {
        list.push(reason(HostState::Stale, format!("no report for {}", span(silence)), REPORTS));
    }
    list
}

/// Fixed on disk, not yet running.
fn reboot(facts: &HostFacts, names: &Names<'_>) -> Vec<Reason> {
    let mut list = Vec::new();
    if facts.reboot_required {
        let words = match names.reboot {
            Some(why) => format!("reboot pending: {why}"),
            None => "reboot pending".to_owned(),
        };
        list.push(reason(HostState::Reboot, words, REPORTS));
    }
    let pending = unsigned(facts.counters.findings.pending_reboot);
    if pending > 0 {
        let waits = if pending == 1 { "waits" } else { "wait" };
        let words = format!("{} {waits} for a reboot", count(pending, "finding", "findings"));
        list.push(reason(HostState::Reboot, words, PENDING));
    }
    list
}

/// What keeps the server from knowing.
fn ignorance(facts: &HostFacts, names: &Names<'_>, now: i64) -> Vec<Reason> {
    let unknown = |words: String, proof| reason(HostState::Unknown, words, proof);
    let Some(os_group) = names.os_group.filter(|_| facts.mapped) else {
        let os = if names.os.is_empty() { "a system without a name" } else { names.os };
        return vec![unknown(format!("unknown: {os} is mapped to no OS group"), COVERAGE)];
    };
    let mut list = Vec::new();
    match facts.fresh_until {
        None => list.push(unknown(format!("unknown: no security source covers {os_group}"), COVERAGE)),
        Some(until) if until < now => {
            let age = span(now.saturating_sub(until));
            list.push(unknown(
                format!("unknown: the security sources of {os_group} expired {age} ago"),
                COVERAGE,
            ));
        }
        Some(_) => {}
    }
    let c = &facts.counters;
    let packages = unsigned(c.packages);
    if packages == 0 {
        list.push(unknown("unknown: the report lists no packages".to_owned(), REPORTS));
    } else {
        let shares = [(c.in_repository, "in a repository"), (c.judged, "judged by a security source")];
        for (part, what) in shares {
            let share = percent(unsigned(part), packages);
            if share < unsigned(COVERAGE_FLOOR) {
                let of = thousands(packages);
                list.push(unknown(format!("unknown: only {share} % of {of} packages are {what}"), COVERAGE));
            }
        }
    }
    let alone = unsigned(c.unknown);
    if list.is_empty() && alone > 0 {
        let words = format!("{} of no source", count(alone, "package", "packages"));
        list.push(reason(HostState::Good, words, UNKNOWN));
    }
    list
}

fn reason(state: HostState, words: String, proof: &'static str) -> Reason {
    Reason { state, words, proof }
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pakiti_core::finding::FindingCounts;
    use pakiti_core::present::host_state;
    use pakiti_core::verdict::Counters;

    const NOW: i64 = 1_795_319_455;
    const NAMES: Names<'_> = Names { os: "Debian GNU/Linux 13", os_group: Some("debian-13"), reboot: None };

    fn good() -> HostFacts {
        HostFacts {
            counters: Counters { packages: 100, in_repository: 100, judged: 100, ..Counters::default() },
            reboot_required: false,
            mapped: true,
            last_report: NOW - 60,
            fresh_until: Some(NOW + 60),
            support_end: None,
        }
    }

    fn words(facts: &HostFacts) -> String {
        let list = reasons(facts, &NAMES, NOW);
        list.into_iter().map(|r| r.words).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn the_first_reason_is_the_one_of_the_state() {
        let mut seen = Vec::new();
        for case in 0..8192_i64 {
            let bit = |n: i64| case >> n & 1 == 1;
            let facts = HostFacts {
                counters: Counters {
                    packages: if bit(0) { 0 } else { 1000 },
                    in_repository: if bit(1) { 899 } else { 900 },
                    judged: if bit(2) { 899 } else { 1000 },
                    unknown: if bit(3) { 7 } else { 0 },
                    security: if bit(4) { 1 } else { 0 },
                    other: 2,
                    held: 0,
                    findings: FindingCounts {
                        fixable: [i64::from(bit(10)), i64::from(bit(11)), 0, 0, 0, 0],
                        pending_reboot: i64::from(bit(12)),
                        unfixed: 3,
                        leftover: 5,
                    },
                },
                reboot_required: bit(5),
                mapped: !bit(6),
                last_report: if bit(7) { NOW - STALE_AFTER - 1 } else { NOW - STALE_AFTER },
                fresh_until: if bit(8) { Some(NOW - 1) } else { Some(NOW) },
                support_end: bit(9).then_some(NOW - 1),
            };
            let state = host_state(&facts, NOW);
            let first = reasons(&facts, &NAMES, NOW).into_iter().next().map(|r| r.state);
            assert_eq!(first, Some(state), "{facts:?}");
            seen.push(state);
        }
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 7, "every state this version can tell: {seen:?}");
    }

    #[test]
    fn reasons_are_words_a_person_can_act_on() {
        let mut facts = good();
        insta::assert_snapshot!(words(&facts), @"no security update is pending");
        facts.counters.unknown = 7;
        facts.counters.other = 1;
        insta::assert_snapshot!(words(&facts), @"no security update is pending; 7 packages of no source; 1 other update");
        facts.fresh_until = None;
        insta::assert_snapshot!(words(&facts), @"unknown: no security source covers debian-13; 1 other update");
        facts.fresh_until = Some(NOW - 4 * 86_400);
        facts.counters.judged = 89;
        insta::assert_snapshot!(words(&facts), @"unknown: the security sources of debian-13 expired 4 days ago; unknown: only 89 % of 100 packages are judged by a security source; 1 other update");
        facts.last_report = NOW - 5 * 86_400;
        facts.counters.security = 2;
        facts.mapped = false;
        insta::assert_snapshot!(words(&facts), @"2 security updates pending; no report for 5 days; unknown: Debian GNU/Linux 13 is mapped to no OS group; 1 other update");
    }
    #[test]
    fn findings_say_what_can_be_done_and_each_sum_has_its_proof() {
        let mut facts = good();
        facts.counters.findings.unfixed = 1200;
        facts.counters.findings.leftover = 3;
        insta::assert_snapshot!(words(&facts), @"no security update is pending; 1,200 findings without a fix");
        facts.counters.findings.pending_reboot = 1;
        insta::assert_snapshot!(words(&facts), @"1 finding waits for a reboot; 1,200 findings without a fix");
        facts.counters.findings.fixable[1] = 2;
        insta::assert_snapshot!(words(&facts), @"2 fixable findings; 1 finding waits for a reboot; 1,200 findings without a fix");
        facts.counters.findings.fixable[0] = 1;
        let proofs: Vec<_> = reasons(&facts, &NAMES, NOW).into_iter().map(|r| (r.words, r.proof)).collect();
        assert_eq!(proofs[0], ("1 fixable critical finding".to_owned(), CRITICAL));
        assert_eq!(proofs[1], ("3 fixable findings in all".to_owned(), FIXABLE));
    }
}
