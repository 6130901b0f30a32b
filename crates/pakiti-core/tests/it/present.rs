//! The state of a host, rule by rule of design.md "Colour of a host".

use pakiti_core::present::{HostFacts, HostState, STALE_AFTER, covered_enough, host_state};
use pakiti_core::verdict::Counters;

const NOW: i64 = 1_800_000_000;
const DAY: i64 = 86_400;

/// A host of which everything is known and nothing is pending.
fn good() -> HostFacts {
    HostFacts {
        counters: Counters { packages: 100, in_repository: 100, judged: 100, ..Counters::default() },
        reboot_required: false,
        mapped: true,
        last_report: NOW - 3_600,
        fresh_until: Some(NOW + DAY),
        support_end: Some(NOW + 100 * DAY),
    }
}

fn counted(in_repository: i64, judged: i64) -> Counters {
    Counters { packages: 100, in_repository, judged, ..Counters::default() }
}

#[test]
fn every_rule_of_the_colour_of_a_host() {
    let one_security = Counters { security: 1, ..good().counters };
    let one_other = Counters { other: 1, ..good().counters };
    for (what, facts, want) in [
        ("nothing is pending", good(), HostState::Good),
        ("other updates colour nothing", HostFacts { counters: one_other, ..good() }, HostState::Good),
        ("security update", HostFacts { counters: one_security, ..good() }, HostState::Security),
        ("reboot", HostFacts { reboot_required: true, ..good() }, HostState::Reboot),
        ("end of life", HostFacts { support_end: Some(NOW - 1), ..good() }, HostState::EndOfLife),
        ("last day of support", HostFacts { support_end: Some(NOW), ..good() }, HostState::Good),
        ("end of support not known", HostFacts { support_end: None, ..good() }, HostState::Good),
        ("silent", HostFacts { last_report: NOW - STALE_AFTER - 1, ..good() }, HostState::Stale),
        ("silent for three days", HostFacts { last_report: NOW - STALE_AFTER, ..good() }, HostState::Good),
        ("OS not mapped", HostFacts { mapped: false, ..good() }, HostState::Unknown),
        ("no security source", HostFacts { fresh_until: None, ..good() }, HostState::Unknown),
        ("old security source", HostFacts { fresh_until: Some(NOW - 1), ..good() }, HostState::Unknown),
        ("fresh to the second", HostFacts { fresh_until: Some(NOW), ..good() }, HostState::Good),
        ("few in repositories", HostFacts { counters: counted(89, 100), ..good() }, HostState::Unknown),
        ("few judged", HostFacts { counters: counted(100, 89), ..good() }, HostState::Unknown),
        ("nine in ten of both", HostFacts { counters: counted(90, 90), ..good() }, HostState::Good),
        ("no packages", HostFacts { counters: Counters::default(), ..good() }, HostState::Unknown),
    ] {
        assert_eq!(host_state(&facts, NOW), want, "{what}");
    }
}

#[test]
fn the_stronger_state_hides_the_weaker() {
    let mut facts = HostFacts {
        counters: Counters { security: 1, packages: 1, ..Counters::default() },
        reboot_required: true,
        mapped: false,
        last_report: NOW - 100 * DAY,
        fresh_until: None,
        support_end: Some(NOW - DAY),
    };
    assert_eq!(host_state(&facts, NOW), HostState::Security, "a silent host keeps its last exposure");
    facts.counters.security = 0;
    assert_eq!(host_state(&facts, NOW), HostState::Reboot);
    facts.reboot_required = false;
    assert_eq!(host_state(&facts, NOW), HostState::EndOfLife);
    facts.support_end = None;
    assert_eq!(host_state(&facts, NOW), HostState::Stale);
    facts.last_report = NOW;
    assert_eq!(host_state(&facts, NOW), HostState::Unknown);
}

#[test]
fn coverage_is_enough_from_exactly_nine_in_ten() {
    for (packages, known, want) in [
        (0, 0, false),
        (1, 1, true),
        (1, 0, false),
        (9, 9, true),
        (9, 8, false),
        (10, 9, true),
        (11, 10, true),
        (11, 9, false),
        (1_999, 1_800, true),
        (1_999, 1_799, false),
    ] {
        let both = Counters { packages, in_repository: known, judged: known, ..Counters::default() };
        assert_eq!(covered_enough(&both), want, "{known} of {packages}");
        let all = Counters { packages, in_repository: packages, judged: packages, ..Counters::default() };
        assert_eq!(covered_enough(&Counters { judged: known, ..all }), want, "{known} of {packages} judged");
        assert_eq!(
            covered_enough(&Counters { in_repository: known, ..all }),
            want,
            "{known} of {packages} indexed"
        );
    }
}

#[test]
fn states_have_one_word_and_one_rank_each_in_the_order_of_the_design() {
    let words = HostState::ALL.map(HostState::word).join(" > ");
    assert_eq!(words, "exposed > overdue > security > reboot > eol > stale > unknown > good");
    for (rank, state) in HostState::ALL.into_iter().enumerate() {
        assert_eq!(state.rank(), rank as i64);
        assert_eq!(HostState::from_rank(state.rank()), Some(state));
        assert_eq!(HostState::from_word(state.word()), Some(state));
    }
    assert_eq!((HostState::from_rank(8), HostState::from_rank(-1)), (None, None));
    assert_eq!(HostState::from_word("Good"), None);
}
