//! The time between two fetches as people write it: `90s`, `30m`, `6h`, `1d`, or a plain number of seconds. Command
//! line, files and pages read it here.

use thiserror::Error;

/// Shortest interval between two attempts (seconds): the scheduler's own floor.
const SHORTEST: i64 = 60;
/// Longest one (seconds): a source older than three days no longer counts as fresh.
const LONGEST: i64 = 30 * 86_400;

/// Why a text is no interval.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum IntervalError {
    /// Not a number with a unit.
    #[error("not a number with one of the units s, m, h, d (`6h`)")]
    Form,
    /// Too short or too long.
    #[error("an interval is between one minute and thirty days")]
    Range,
}

/// Reads an interval; gives seconds.
///
/// # Errors
/// [`IntervalError`].
pub fn parse(text: &str) -> Result<i64, IntervalError> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match text.get(digits.len()..) {
        Some("" | "s") => 1,
        Some("m") => 60,
        Some("h") => 3600,
        Some("d") => 86_400,
        _ => return Err(IntervalError::Form),
    };
    let number: u32 = digits.parse().map_err(|_| IntervalError::Form)?;
    let seconds = i64::from(number) * unit;
    if (SHORTEST..=LONGEST).contains(&seconds) { Ok(seconds) } else { Err(IntervalError::Range) }
}

/// An interval as it is written: `6h`.
pub fn written(seconds: i64) -> String {
    for (unit, size) in [("d", 86_400), ("h", 3600), ("m", 60)] {
        if seconds > 0 && seconds % size == 0 {
            return format!("{}{unit}", seconds / size);
        }
    }
    format!("{seconds}s")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_read_and_written_with_their_unit() {
        for (text, seconds) in [("6h", 21_600), ("90s", 90), ("2m", 120), ("1d", 86_400)] {
            assert_eq!(parse(text), Ok(seconds));
            assert_eq!(written(seconds), text);
        }
        assert_eq!(parse("3600"), Ok(3600));
    }

    #[test]
    fn what_is_no_interval_is_refused() {
        for text in ["", "h", "-6h", "6 h", "6w", "1h30m", "6é", "99999999999h"] {
            assert_eq!(parse(text), Err(IntervalError::Form), "{text}");
        }
        for text in ["59s", "0", "31d"] {
            assert_eq!(parse(text), Err(IntervalError::Range), "{text}");
        }
    }
}
