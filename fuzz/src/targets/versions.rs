//! Version orders: total for every packaging system, and the keys follow them.
//!
//! Rules: contract.md "compare"; the laws are those of pakiti-core's tests (`tests/it/version/laws.rs`).

use pakiti_core::package::PackageFormat::{self, Apk, Deb, Rpm};
use pakiti_core::version::{VersionError, VersionKey, compare, compare_bytes, sort_key};
use std::cmp::Ordering;

/// Up to three versions, a line each.
pub(crate) fn run(data: &[u8]) {
    let lines: Vec<&[u8]> = data.split(|byte| *byte == b'\n').take(3).collect();
    let line = |at: usize| lines.get(at).copied().unwrap_or_default();
    let bytes = [line(0), line(1), line(2)];
    let texts = bytes.map(String::from_utf8_lossy);
    for format in [Rpm, Deb, Apk] {
        laws(format, [&texts[0], &texts[1], &texts[2]]);
        byte_laws(format, bytes);
    }
}

fn laws(format: PackageFormat, texts: [&str; 3]) {
    let keys = texts.map(|text| sort_key(format, text));
    for (a, key_a) in texts.iter().zip(&keys) {
        for (b, key_b) in texts.iter().zip(&keys) {
            let order = compare(format, a, b);
            follows(order, key_a, key_b, || format!("{format:?} {a:?} {b:?}"));
            assert_eq!(
                order.ok(),
                compare(format, b, a).ok().map(Ordering::reverse),
                "{format:?} {a:?} {b:?}"
            );
        }
        if key_a.is_ok() {
            assert_eq!(compare(format, a, a), Ok(Ordering::Equal), "{format:?} {a:?}");
        }
    }
    let [a, b, c] = texts;
    transitive([(a, b), (b, c), (a, c)].map(|(x, y)| compare(format, x, y)), || {
        format!("{format:?} {texts:?}")
    });
}

/// The order is that of the keys; what has no key has no order.
fn follows(
    order: Result<Ordering, VersionError>,
    a: &Result<VersionKey, VersionError>,
    b: &Result<VersionKey, VersionError>,
    told: impl Fn() -> String,
) {
    match (a, b) {
        (Ok(a), Ok(b)) => assert_eq!(order, Ok(a.cmp(b)), "{}", told()),
        _ => assert!(order.is_err(), "{}", told()),
    }
}

fn transitive([ab, bc, ac]: [Result<Ordering, VersionError>; 3], told: impl Fn() -> String) {
    let (Ok(ab), Ok(bc), Ok(ac)) = (ab, bc, ac) else { return };
    if ab == bc || bc.is_eq() {
        assert_eq!(ac, ab, "{}", told());
    } else if ab.is_eq() {
        assert_eq!(ac, bc, "{}", told());
    }
}

/// The same for bytes that are no text, which dpkg compares as they are.
fn byte_laws(format: PackageFormat, [a, b, c]: [&[u8]; 3]) {
    let orders = [(a, b), (b, c), (a, c)].map(|(x, y)| compare_bytes(format, x, y));
    let told = || format!("{format:?} {:?} {:?} {:?}", a.escape_ascii(), b.escape_ascii(), c.escape_ascii());
    let back = compare_bytes(format, b, a);
    assert_eq!(orders[0].ok(), back.ok().map(Ordering::reverse), "{}", told());
    transitive(orders, told);
}
