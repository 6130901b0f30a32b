//! When a source is due: its interval with jitter, sooner after a failure.
//!
//! Jitter spreads sources (and servers) over a quarter of the interval so that mirrors are not hit at once. It
//! follows from the source's id and the time, so the schedule needs no randomness.

/// A failed source is tried again after this long at the latest (seconds).
const RETRY_AFTER: i64 = 900;

/// When a source that was attempted at `now` is due next.
pub fn next_due(source_id: i64, interval: i64, failed: bool, now: i64) -> i64 {
    let interval = interval.max(60);
    let base = if failed { interval.min(RETRY_AFTER) } else { interval };
    let mut seed = [0u8; 16];
    let (id, time) = seed.split_at_mut(8);
    id.copy_from_slice(&source_id.to_le_bytes());
    time.copy_from_slice(&now.to_le_bytes());
    let hash = blake3::hash(&seed);
    let word = hash.as_bytes().iter().take(4).fold(0i64, |acc, b| (acc << 8) | i64::from(*b));
    now + base - base / 8 + word % (base / 4 + 1)
}

#[cfg(test)]
mod tests {
    use super::next_due;

    #[test]
    fn due_times_stay_within_an_eighth_of_the_interval_and_differ() {
        let due: Vec<i64> = (1..50).map(|id| next_due(id, 3600, false, 1000)).collect();
        assert!(due.iter().all(|d| (1000 + 3150..=1000 + 4050).contains(d)), "{due:?}");
        assert!(due.iter().collect::<std::collections::HashSet<_>>().len() > 30);
    }

    #[test]
    fn a_failed_source_is_tried_sooner() {
        assert!(next_due(1, 86_400, true, 0) <= 900 + 113);
        assert!(next_due(1, 86_400, false, 0) > 70_000);
    }
}
