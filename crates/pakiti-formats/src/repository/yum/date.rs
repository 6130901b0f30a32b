//! Dates as updateinfo files write them, in UTC: `2015-01-27 00:00:00`, the same with ` UTC` or `T...Z`, only the
//! day, or unix seconds.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// Unix seconds; `None` = no date.
pub(super) fn seconds(text: &str) -> Option<i64> {
    let text = text.trim();
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok();
    }
    let text = text.strip_suffix("UTC").or_else(|| text.strip_suffix('Z')).unwrap_or(text).trim_end();
    let civil = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
        .iter()
        .find_map(|form| DateTime::strptime(form, text).ok())
        .or_else(|| Date::strptime("%Y-%m-%d", text).ok().map(|day| day.at(0, 0, 0, 0)))?;
    Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn every_form_of_the_vendors_is_read() {
        let midnight = Some(1_422_316_800);
        for text in [
            "2015-01-27 00:00:00",
            "2015-01-27 00:00:00 UTC",
            "2015-01-27",
            "2015-01-27T00:00:00Z",
            "2015-01-27 00:00",
            "1422316800",
        ] {
            assert_eq!(seconds(text), midnight, "{text}");
        }
        for text in ["", "soon", "2015-13-01", "27.01.2015", "99999999999999999999"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
