//! The laws of a total order, and that the keys follow it, on random versions made to be nasty.

use pakiti_core::package::PackageFormat::{self, Apk, Deb, Rpm};
use pakiti_core::version::{compare, sort_key};
use proptest::prelude::*;
use std::cmp::Ordering;

/// Three versions, often with a common beginning, of pieces in which every special case can meet.
fn versions(pieces: &'static [&'static str], long: bool) -> impl Strategy<Value = [String; 3]> {
    let long_runs: Vec<String> = if long {
        vec!["0".repeat(300), "1".repeat(255), "2".repeat(255), "1".repeat(256), "1".repeat(520)]
    } else {
        Vec::new()
    };
    let short = proptest::sample::select(pieces).prop_map(str::to_owned);
    let piece = if long {
        prop_oneof![30 => short, 1 => proptest::sample::select(long_runs)].boxed()
    } else {
        short.boxed()
    };
    let text =
        |most: usize| proptest::collection::vec(piece.clone(), 0..=most).prop_map(|pieces| pieces.concat());
    (text(4), text(5), text(5), text(5))
        .prop_map(|(head, a, b, c)| [a, b, c].map(|tail| format!("{head}{tail}")))
}

const RPM_PIECES: &[&str] =
    &["0", "1", "01", "10", "9", "a", "B", "rc", "el", "~", "^", ".", "-", "+", "_", ":", "1:", "é", " "];
const DEB_PIECES: &[&str] = &[
    "0",
    "1",
    "01",
    "10",
    "9",
    "a",
    "B",
    "rc",
    "~",
    "~",
    "+",
    ".",
    "-",
    "-",
    ":",
    "1:",
    "0:",
    "_",
    "é",
    "\u{f7}",
    "%",
    " ",
    "+1:",
    "-1",
    "<unknown>",
];
const APK_PIECES: &[&str] = &[
    "0", "1", "01", "10", "2", "1.", "0.", ".0", ".01", ".1", ".10", "a", "z", "_alpha", "_rc", "_pre", "_p",
    "_git", "_p1", "_rc01", "~a1", "~0", "-r0", "-r1", "-r01", "-r",
];

fn check_laws(format: PackageFormat, [a, b, c]: &[String; 3]) -> Result<(), TestCaseError> {
    for (x, y) in [(a, b), (b, c), (a, c), (a, a)] {
        let order = compare(format, x, y);
        match (sort_key(format, x), sort_key(format, y)) {
            (Ok(key_x), Ok(key_y)) => prop_assert_eq!(order, Ok(key_x.cmp(&key_y)), "keys: {:?} {:?}", x, y),
            (key_x, key_y) => {
                let error = order.err();
                prop_assert!(
                    error.is_some() && (error == key_x.err() || error == key_y.err()),
                    "{:?} {:?}",
                    x,
                    y
                );
            }
        }
        prop_assert_eq!(compare(format, y, x).map(Ordering::reverse).ok(), order.ok());
    }
    prop_assert!(compare(format, a, a).is_ok_and(Ordering::is_eq) || sort_key(format, a).is_err());
    if let (Ok(ab), Ok(bc), Ok(ac)) = (compare(format, a, b), compare(format, b, c), compare(format, a, c)) {
        if ab == bc || bc.is_eq() {
            prop_assert_eq!(ac, ab, "{:?} {:?} {:?}", a, b, c);
        } else if ab.is_eq() {
            prop_assert_eq!(ac, bc, "{:?} {:?} {:?}", a, b, c);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rpm_order_is_total_and_the_keys_follow_it(versions in versions(RPM_PIECES, true)) {
        check_laws(Rpm, &versions)?;
    }

    #[test]
    fn deb_order_is_total_and_the_keys_follow_it(versions in versions(DEB_PIECES, true)) {
        check_laws(Deb, &versions)?;
    }

    #[test]
    fn apk_order_is_total_and_the_keys_follow_it(versions in versions(APK_PIECES, true)) {
        check_laws(Apk, &versions)?;
    }

    #[test]
    fn the_laws_hold_for_any_text(a in any::<String>(), b in any::<String>(), c in any::<String>()) {
        for format in [Rpm, Deb, Apk] {
            check_laws(format, &[a.clone(), b.clone(), c.clone()])?;
        }
    }
}
