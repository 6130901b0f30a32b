//! How numbers and times are written: relative ages with the exact UTC time behind them, thousands
//! separators, sizes. Times are unix seconds; the clock is a parameter.

use askama::Template;
use askama::filters::HtmlSafe;
use jiff::Timestamp;
use std::borrow::Borrow;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A moment as people read it: `<time datetime="..." title="2026-11-22 03:50:55 UTC">2 h ago</time>`.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(
    source = r#"<time datetime="{{ machine }}" title="{{ absolute }}">{{ words }}</time>"#,
    ext = "html"
)]
pub struct Ago {
    machine: String,
    absolute: String,
    words: String,
}

impl HtmlSafe for Ago {}

impl Ago {
    /// `at` seen from `now`, as a relative age.
    pub fn new(at: i64, now: i64) -> Self {
        Self { machine: machine(at), absolute: absolute(at), words: relative(at, now) }
    }

    /// `at` as the time of day to the second, for what is a little behind; with its date once that is another.
    pub fn clock(at: i64, now: i64) -> Self {
        let words = if day(at) == day(now) { written(at, "%H:%M:%S UTC") } else { absolute(at) };
        Self { machine: machine(at), absolute: absolute(at), words }
    }

    /// `at` as a date and time to the minute, for tables where the order of events matters more than their age.
    pub fn exact(at: impl Borrow<i64>) -> Self {
        let at = *at.borrow();
        Self { machine: machine(at), absolute: absolute(at), words: minute(at) }
    }
}

/// A span of seconds in its largest fitting unit: `20 s`, `5 min`, `2 h`, `5 days`, `3 months`, `2 years`.
pub fn span(seconds: i64) -> String {
    let seconds = seconds.saturating_abs();
    match seconds {
        s if s < MINUTE => format!("{s} s"),
        s if s < HOUR => format!("{} min", s / MINUTE),
        s if s < 2 * DAY => format!("{} h", s / HOUR),
        s if s < 60 * DAY => format!("{} days", s / DAY),
        s if s < 730 * DAY => format!("{} months", s / (30 * DAY)),
        s => format!("{} years", thousands((s / (365 * DAY)).unsigned_abs())),
    }
}

/// `2 h ago`, `in 22 h`; less than five seconds either way is `now`.
pub fn relative(at: i64, now: i64) -> String {
    let passed = now.saturating_sub(at);
    match passed {
        -4..=4 => "now".to_owned(),
        p if p < 0 => format!("in {}", span(p)),
        p => format!("{} ago", span(p)),
    }
}

/// RFC 3339 in UTC, for `datetime` attributes; empty for a time no calendar holds.
pub fn machine(at: i64) -> String {
    Timestamp::from_second(at).map(|t| t.to_string()).unwrap_or_default()
}

/// `2026-11-22 03:50:55 UTC`, or the bare number for a time no calendar holds.
pub fn absolute(at: i64) -> String {
    written(at, "%Y-%m-%d %H:%M:%S UTC")
}

/// `2026-11-22 03:50`, in UTC.
pub fn minute(at: i64) -> String {
    written(at, "%Y-%m-%d %H:%M")
}

/// `2026-11-22`, in UTC.
pub fn day(at: i64) -> String {
    written(at, "%Y-%m-%d")
}

fn written(at: i64, pattern: &str) -> String {
    match Timestamp::from_second(at) {
        Ok(time) => time.strftime(pattern).to_string(),
        Err(_) => format!("second {at}"),
    }
}

/// `1284` as `1,284`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 update`, `2 updates`: the number with separators and the fitting word.
pub fn count(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(number), if number == 1 { one } else { many })
}

/// A size in bytes with a decimal unit and at most one decimal: `512 B`, `8.5 MB`.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut tenths = u128::from(bytes) * 10;
    let mut unit = 0;
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths /= 1000;
        unit += 1;
    }
    let word = UNITS.get(unit).copied().unwrap_or_default();
    if tenths.is_multiple_of(10) || tenths >= 1000 {
        format!("{} {word}", tenths / 10)
    } else {
        format!("{}.{} {word}", tenths / 10, tenths % 10)
    }
}

/// The share of `part` in `whole` in whole percent, rounded down so that 100 means all; 0 of 0 is 100.
pub fn percent(part: u64, whole: u64) -> u64 {
    match whole {
        0 => 100,
        _ => u64::try_from(u128::from(part) * 100 / u128::from(whole)).unwrap_or(u64::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_uses_the_largest_unit_that_fits() {
        let spans: Vec<String> = [0, 59, 60, 3599, 3600, 47 * HOUR, 48 * HOUR, 59 * DAY, 60 * DAY, 800 * DAY]
            .into_iter()
            .map(span)
            .collect();
        assert_eq!(
            spans,
            ["0 s", "59 s", "1 min", "59 min", "1 h", "47 h", "2 days", "59 days", "2 months", "2 years"]
        );
    }

    #[test]
    fn relative_times_look_both_ways_and_survive_the_extremes() {
        assert_eq!(relative(100, 102), "now");
        assert_eq!(relative(0, 7200), "2 h ago");
        assert_eq!(relative(7200, 0), "in 2 h");
        assert!(relative(i64::MIN, i64::MAX).ends_with("years ago"));
        assert!(relative(i64::MAX, i64::MIN).starts_with("in "));
    }

    #[test]
    fn what_is_a_little_behind_is_a_time_of_day() {
        let words = |at, now| Ago::clock(at, now).words;
        assert_eq!(words(DAY + 3_661, DAY + 3_700), "01:01:01 UTC");
        assert_eq!(words(DAY - 1, DAY), "1970-01-01 23:59:59 UTC", "of the day before");
    }

    #[test]
    fn dates_are_utc_and_no_time_is_out_of_range() {
        assert_eq!(absolute(1_795_319_455), "2026-11-22 03:50:55 UTC");
        assert_eq!(machine(1_795_319_455), "2026-11-22T03:50:55Z");
        assert_eq!(minute(1_795_319_455), "2026-11-22 03:50");
        assert_eq!(day(1_795_319_455), "2026-11-22");
        assert_eq!(day(i64::MAX), format!("second {}", i64::MAX));
        assert_eq!(machine(i64::MAX), "");
    }

    #[test]
    fn a_time_is_markup_with_the_exact_time_behind_it() {
        insta::assert_snapshot!(
            Ago::new(1_795_319_455, 1_795_326_655),
            @r#"<time datetime="2026-11-22T03:50:55Z" title="2026-11-22 03:50:55 UTC">2 h ago</time>"#
        );
    }

    #[test]
    fn numbers_have_separators_and_fitting_words() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(1000), "1,000");
        assert_eq!(thousands(u64::MAX), "18,446,744,073,709,551,615");
        assert_eq!(count(1, "host", "hosts"), "1 host");
        assert_eq!(count(12_000, "host", "hosts"), "12,000 hosts");
    }

    #[test]
    fn sizes_have_one_decimal_below_a_hundred() {
        let sizes: Vec<String> =
            [0, 999, 1000, 8_540_000, 12_300_000, 123_400_000, u64::MAX].into_iter().map(size).collect();
        assert_eq!(sizes, ["0 B", "999 B", "1 kB", "8.5 MB", "12.3 MB", "123 MB", "18446744 TB"]);
    }

    #[test]
    fn a_share_says_100_only_for_all() {
        assert_eq!(percent(999, 1000), 99);
        assert_eq!(percent(0, 0), 100);
        assert_eq!(percent(u64::MAX, u64::MAX), 100);
    }
}
