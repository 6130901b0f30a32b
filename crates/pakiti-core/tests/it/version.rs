//! The version orders against real pairs, the upstreams' own tables and single cases.

mod laws;

use crate::shared::shared_data;
use pakiti_core::package::PackageFormat::{self, Apk, Deb, Other, Rpm};
use pakiti_core::version::{ApkError, DebError, RpmError, VersionError, compare, sort_key};
use std::cmp::Ordering::{self, Equal, Greater, Less};
use std::io::Read;

/// Asserts that comparison and keys both give `order`, in both directions.
#[track_caller]
fn assert_order(format: PackageFormat, a: &str, b: &str, order: Ordering) {
    assert_eq!(compare(format, a, b), Ok(order), "{a} against {b}");
    assert_eq!(compare(format, b, a), Ok(order.reverse()), "{b} against {a}");
    let keys = (sort_key(format, a).unwrap(), sort_key(format, b).unwrap());
    assert_eq!(keys.0.cmp(&keys.1), order, "keys of {a} and {b}: {keys:?}");
}

/// Asserts that each version is older than the next.
#[track_caller]
fn assert_ascending(format: PackageFormat, versions: &[&str]) {
    for (at, older) in versions.iter().enumerate() {
        for newer in &versions[at + 1..] {
            assert_order(format, older, newer, Less);
        }
    }
}

#[track_caller]
fn assert_invalid(format: PackageFormat, version: &str, error: impl Into<VersionError>) {
    let error = error.into();
    assert_eq!(sort_key(format, version), Err(error), "{version:?}");
    assert_eq!(compare(format, version, "1"), Err(error), "{version:?}");
    assert_eq!(compare(format, "1", version), Err(error), "{version:?}");
}

/// Checks the rows `A TAB B TAB -1|0|1` of a shared table; gives their number.
fn check_table(format: PackageFormat, path: &str) -> Option<usize> {
    let bytes = std::fs::read(shared_data(path)?).unwrap();
    let mut text = String::new();
    if path.ends_with(".xz") {
        liblzma::read::XzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
    } else {
        text = String::from_utf8(bytes).unwrap();
    }
    let rows = text.lines().filter(|line| !line.starts_with('#'));
    Some(
        rows.map(|row| {
            let fields: Vec<_> = row.split('\t').collect();
            let [a, b, order] = fields[..] else { panic!("not a row: {row}") };
            assert_order(format, a, b, order.parse::<i8>().unwrap().cmp(&0));
        })
        .count(),
    )
}

#[test]
fn real_deb_pairs_are_ordered_as_by_dpkg() {
    if let Some(rows) = check_table(Deb, "data/vercmp/dpkg-real-pairs.tsv.xz") {
        assert_eq!(rows, 24_001);
    }
}

#[test]
fn real_rpm_pairs_are_ordered_as_by_librpm() {
    if let Some(rows) = check_table(Rpm, "data/vercmp/rpm-real-pairs.tsv.xz") {
        assert_eq!(rows, 30_000);
    }
}

#[test]
fn rpm_upstream_table_holds() {
    if let Some(rows) = check_table(Rpm, "data/vercmp/rpm-upstream-table.tsv") {
        assert_eq!(rows, 91);
    }
}

/// Rows are `A < B` (also `>`, `=`), a valid version, or `!` and an invalid one. The fuzzy operators (`~`)
/// are dependency matching, not order. Two rows order invalid versions: those are refused.
#[test]
fn apk_upstream_table_holds() {
    let Some(path) = shared_data("data/vercmp/apk-upstream-table.txt") else { return };
    let text = std::fs::read_to_string(path).unwrap();
    let (mut ordered, mut refused, mut valid, mut invalid) = (0, 0, 0, 0);
    for row in text.lines() {
        let fields: Vec<_> = row.split('#').next().unwrap().split_whitespace().collect();
        match fields[..] {
            [a, operator @ ("<" | "=" | ">"), b] => {
                let order = match operator {
                    "<" => Less,
                    "=" => Equal,
                    _ => Greater,
                };
                if matches!((a, b), ("1.0", "1.0bc") | ("23_foo", "4_beta")) {
                    assert!(compare(Apk, a, b).is_err(), "{row}");
                    refused += 1;
                } else {
                    assert_order(Apk, a, b, order);
                    ordered += 1;
                }
            }
            [_, "~" | "<~" | ">~" | "!~", _] | [] => {}
            [version] => match version.strip_prefix('!') {
                Some(version) => {
                    assert!(sort_key(Apk, version).is_err(), "{row}");
                    invalid += 1;
                }
                None => {
                    assert_order(Apk, version, version, Equal);
                    valid += 1;
                }
            },
            _ => panic!("unknown row: {row}"),
        }
    }
    assert_eq!((ordered, refused, valid, invalid), (736, 2, 6, 25));
}

#[test]
fn rpm_missing_release_is_older_than_any() {
    assert_ascending(Rpm, &["1", "1-~a", "1-", "1-a", "1-0", "1-1", "1.0"]);
}

#[test]
fn rpm_missing_or_empty_epoch_is_zero() {
    for same in ["0:1-1", ":1-1", "00:1-1"] {
        assert_order(Rpm, same, "1-1", Equal);
    }
    assert_ascending(
        Rpm,
        &["9-9", "1:1-1", "01:2-1", "4294967295:1", "4294967296:1", "99999999999999999999:0"],
    );
}

#[test]
fn rpm_epoch_is_digits_and_the_release_follows_the_last_hyphen() {
    // `a:1` has no epoch: the colon separates; `-1:1` neither, its version is empty.
    assert_order(Rpm, "a:1", "a.1", Equal);
    assert_order(Rpm, "-1:1", "1", Less);
    assert_order(Rpm, "1-2-3", "1.2-3", Equal);
}

#[test]
fn rpm_refuses_only_the_empty_version() {
    assert_invalid(Rpm, "", RpmError::Empty);
    assert_invalid(Rpm, "1\0", RpmError::Nul);
    for odd in [" ", ":", "-", "é", "(none):1", "1:1:1", "1 1"] {
        assert!(sort_key(Rpm, odd).is_ok(), "{odd:?}");
    }
}

#[test]
fn numbers_of_any_length_are_ordered_by_value() {
    let nines = |length: usize| "9".repeat(length);
    for format in [Rpm, Deb, Apk] {
        let numbers: Vec<_> = [1, 19, 20, 254, 255, 256, 257, 509, 510, 511, 800].map(nines).into();
        let padded = format!("{}{}", "0".repeat(300), numbers[4]);
        assert_order(format, &padded, &numbers[4], Equal);
        let numbers: Vec<_> = numbers.iter().map(String::as_str).collect();
        assert_ascending(format, &numbers);
        assert_order(format, &format!("1.{}.1", nines(256)), &format!("1.{}.2", nines(256)), Less);
        assert_order(format, &format!("1.{}", nines(256)), &format!("1.{}.1", nines(256)), Less);
    }
}

#[test]
fn deb_order_of_characters() {
    assert_ascending(
        Deb,
        &["", "1~~", "1~~a", "1~", "1", "1A", "1Z", "1a", "1z", "1é", "1%", "1+", "1-x-0", "1."],
    );
    assert_ascending(Deb, &["1-1~bpo12+1", "1-1", "1-1+b1", "1-1+deb12u1", "1-1.1", "1-2", "1.1-1", "1:0"]);
}

#[test]
fn deb_empty_run_of_digits_is_zero() {
    for (a, b) in [("1.0b", "1.0b0"), ("9b4b-0", "9b4b0"), ("2275~", "2275~0"), ("1.", "1.0"), ("1-0", "1")] {
        assert_order(Deb, a, b, Equal);
    }
}

#[test]
fn deb_no_version_is_older_than_any() {
    assert_order(Deb, "", "<unknown>", Equal);
    assert_order(Deb, "", "~", Less);
    assert_order(Deb, "<unknown> ", "1", Greater); // not the word itself: a version of odd syntax
}

#[test]
fn deb_accepts_what_dpkg_only_warns_about() {
    assert_order(Deb, "a1", "1", Greater);
    assert_order(Deb, "1.0_x", "1.0", Greater);
    assert_order(Deb, "-1-2", "1", Greater);
    assert_order(Deb, "1:1:1", "1:1", Greater);
    assert_order(Deb, "1\r", "1", Greater);
}

#[test]
fn deb_blanks_and_signs_around_the_version_do_not_count() {
    for same in [" 1:1", "1:1\t ", "+1:1", " +1:1", "01:1", "\r1:1"] {
        assert_order(Deb, same, "1:1", Equal);
    }
    assert_order(Deb, "-0:1", "1", Equal);
}

#[test]
fn deb_refuses_what_dpkg_refuses() {
    use DebError::*;
    for (version, error) in [
        (" ", Blank),
        ("1 2", EmbeddedSpaces),
        ("1: 2", EmbeddedSpaces),
        (":1", EpochEmpty),
        ("+:1", EpochEmpty),
        ("a:1", EpochEmpty),
        ("1a:1", EpochNotNumber),
        ("0x1:1", EpochNotNumber),
        ("-1:1", EpochNegative),
        ("-99999999999999999999:1", EpochNegative),
        ("2147483648:1", EpochTooBig),
        ("99999999999999999999:1", EpochTooBig),
        ("1:", VersionEmpty),
        ("1: ", VersionEmpty),
        ("-1", VersionEmpty),
        ("1:-1", VersionEmpty),
        ("1-", RevisionEmpty),
        ("-", RevisionEmpty),
        ("1\0", Nul),
    ] {
        assert_invalid(Deb, version, error);
    }
    assert!(sort_key(Deb, "2147483647:1").is_ok());
}

#[test]
fn apk_order_of_what_continues_a_version() {
    assert_ascending(
        Apk,
        &[
            "1_alpha",
            "1_alpha1",
            "1_beta",
            "1_pre",
            "1_rc",
            "1_rc-r0",
            "1_rc1",
            "1",
            "1-r0",
            "1-r1",
            "1~0a",
            "1~a",
            "1_cvs",
            "1_svn",
            "1_git",
            "1_hg",
            "1_p_alpha",
            "1_p",
            "1_p-r1",
            "1_p0",
            "1_p1",
            "1_p_p",
            "1a",
            "1z",
            "1.0",
            "1.00",
            "1.01",
            "1.1",
            "1.2",
            "1.10",
            "2",
        ],
    );
    assert_order(Apk, "05.1-r01", "5.1-r1", Equal);
}

#[test]
fn apk_refuses_what_apk_calls_invalid() {
    use ApkError::*;
    for (version, error) in [
        ("", NumberMissing { at: 0 }),
        ("a", NumberMissing { at: 0 }),
        ("1.", NumberMissing { at: 2 }),
        ("1-r", NumberMissing { at: 3 }),
        ("6.6.2p1-r0", Unexpected { at: 6 }),
        ("1a.1", Unexpected { at: 2 }),
        ("1-1", Unexpected { at: 1 }),
        ("1-r1~a", Unexpected { at: 4 }),
        ("1~a~b", Unexpected { at: 3 }),
        ("1A", Unexpected { at: 1 }),
        ("1é", Unexpected { at: 1 }),
        ("1\0", Unexpected { at: 1 }),
        ("1_alphabet", UnknownSuffix { at: 2 }),
        ("1_", UnknownSuffix { at: 2 }),
        ("1~", HashMissing { at: 2 }),
        ("1~A", HashMissing { at: 2 }),
        // The first number would decide; the version is refused all the same.
        ("9.9.9-r1-r1", Unexpected { at: 8 }),
    ] {
        assert_invalid(Apk, version, error);
    }
}

#[test]
fn other_formats_know_equality_only() {
    assert_eq!(compare(Other, "1,1", "1,1"), Ok(Equal));
    assert_eq!(compare(Other, "1,1", "1,2"), Err(VersionError::NoOrder));
    assert_eq!(sort_key(Other, "1,1"), Err(VersionError::NoOrder));
}

#[test]
fn errors_say_what_is_wrong() {
    insta::assert_snapshot!(sort_key(Apk, "1_foo").unwrap_err(), @"invalid apk version: unknown suffix at byte 2");
    insta::assert_snapshot!(sort_key(Deb, "1-").unwrap_err(), @"invalid deb version: its revision number is empty");
    insta::assert_snapshot!(sort_key(Rpm, "").unwrap_err(), @"invalid rpm version: it is empty");
}
