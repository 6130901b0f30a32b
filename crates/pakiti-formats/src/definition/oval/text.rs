//! Texts for people, dates and scores as vendors write them.

use crate::xml::NOT_TEXT;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use std::borrow::Cow;

/// Longest text for people that is kept, characters.
const MAX_LINE: usize = 2000;

/// `text` on one line: white space collapsed, none at the ends.
pub(super) fn line(text: &str) -> Cow<'_, str> {
    let mut before = b' ';
    let single = text.bytes().all(|byte| {
        let fits = (0x20..0x7f).contains(&byte) && (byte != b' ' || before != b' ');
        before = byte;
        fits
    });
    let tidy = single && text.len() <= MAX_LINE && (before != b' ' || text.is_empty());
    if tidy { Cow::Borrowed(text) } else { Cow::Owned(collapsed(text)) }
}

fn collapsed(text: &str) -> String {
    let mut out = String::new();
    let words = text.split(|c: char| c.is_whitespace() || c == NOT_TEXT).filter(|word| !word.is_empty());
    for word in words {
        if out.len() > 4 * MAX_LINE {
            break;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    if let Some((end, _)) = out.char_indices().nth(MAX_LINE) {
        out.truncate(end);
    }
    out
}

/// The day that `text` begins with (`2019-03-19`, `20190319`, either with a time): its midnight, unix seconds.
pub(super) fn day(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (length, form) = if digits == 8 { (8, "%Y%m%d") } else { (10, "%Y-%m-%d") };
    let rest = text.as_bytes().get(length);
    if rest.is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let day = Date::strptime(form, text.get(..length)?).ok()?;
    Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second())
}

/// A moment as XML Schema writes it, unix seconds; without a zone it is UTC.
pub(super) fn moment(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment.as_second());
    }
    let civil: DateTime = text.parse().ok()?;
    Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second())
}

/// The base score that `text` begins with (`7.5/CVSS:3.1/...`, `5.9`) times ten; `None` = it has none.
pub(super) fn score(text: &str) -> Option<u8> {
    let number = text.split('/').next()?.trim();
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |text: &str| !text.is_empty() && text.len() <= 2 && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return None;
    }
    let tenth: u8 = fraction.get(..1)?.parse().ok()?;
    let tenths = whole.parse::<u8>().ok()?.checked_mul(10)?.checked_add(tenth)?;
    (tenths <= 100).then_some(tenths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_every_form() {
        for text in ["2019-03-19", " 20190319", "2019-03-19 15:00:00 UTC", "2019-03-19T23:31:28.188-04:00"] {
            assert_eq!(day(text), Some(1_552_953_600), "{text}");
        }
        for text in [
            "",
            "unknown",
            "2019-13-01",
            "201903191",
            "2019-03-1",
            "2019-03-190",
            "19.03.2019",
            "\u{e4}2019-03-19",
        ] {
            assert_eq!(day(text), None, "{text}");
        }
    }

    #[test]
    fn moments_with_and_without_zone() {
        assert_eq!(moment("2022-07-12T23:31:28.188-04:00"), Some(1_657_683_088));
        assert_eq!(moment("2022-07-13T03:31:28"), Some(1_657_683_088));
        assert_eq!(moment("2022-07-13T03:31:28Z\n"), Some(1_657_683_088));
        assert_eq!(moment("yesterday"), None);
    }

    #[test]
    fn scores() {
        let cases = [
            ("7.5/CVSS:3.1/AV:N", Some(75)),
            ("10.0/AV:N", Some(100)),
            ("7/CVSS:3.0", Some(70)),
            ("5.9", Some(59)),
            ("0.0", Some(0)),
            ("CVSS:3.0/AV:N", None),
            ("", None),
            ("10.1", None),
            ("-1.0", None),
            ("7.", None),
            ("1e1", None),
        ];
        for (text, expected) in cases {
            assert_eq!(score(text), expected, "{text}");
        }
    }

    #[test]
    fn lines() {
        assert_eq!(line("a b"), "a b");
        assert_eq!(line("\n\tELSA-1:  x\r\n (A) \0"), "ELSA-1: x (A)");
        assert_eq!(line(" "), "");
        assert_eq!(line(&"\u{e4}".repeat(3000)).chars().count(), MAX_LINE);
    }
}
