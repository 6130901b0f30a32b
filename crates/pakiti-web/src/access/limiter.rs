//! Slows down guessing: after a few failures for a name or from an address, sign-in waits.

use std::collections::HashMap;
use std::sync::Mutex;

/// Failures before waiting begins.
const FREE: u32 = 5;
/// A window begins anew after this long without a failure (seconds).
const WINDOW: i64 = 300;
/// Names and addresses remembered; above it the oldest windows go.
const REMEMBERED: usize = 20_000;

/// Counts failures per key.
#[derive(Debug, Default)]
pub struct Limiter {
    failures: Mutex<HashMap<String, (u32, i64)>>,
}

impl Limiter {
    /// Seconds until the next attempt is heard; 0 = now.
    pub fn wait(&self, keys: &[String], now: i64) -> i64 {
        let Ok(failures) = self.failures.lock() else { return 0 };
        let waits = keys.iter().filter_map(|key| failures.get(key));
        waits
            .filter(|(count, _)| *count >= FREE)
            .map(|(_, last)| last + WINDOW - now)
            .max()
            .unwrap_or(0)
            .max(0)
    }

    /// Notes a failure.
    pub fn failed(&self, keys: &[String], now: i64) {
        let Ok(mut failures) = self.failures.lock() else { return };
        if failures.len() > REMEMBERED {
            failures.retain(|_, (_, last)| *last + WINDOW > now);
        }
        for key in keys {
            let entry = failures.entry(key.clone()).or_insert((0, now));
            if entry.1 + WINDOW <= now {
                entry.0 = 0;
            }
            *entry = (entry.0 + 1, now);
        }
    }

    /// Forgets the failures of a key after a success.
    pub fn succeeded(&self, keys: &[String]) {
        let Ok(mut failures) = self.failures.lock() else { return };
        for key in keys {
            failures.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_five_failures_the_next_attempt_waits_and_time_heals() {
        let limiter = Limiter::default();
        let keys = vec!["name:maria".to_owned()];
        for _ in 0..4 {
            limiter.failed(&keys, 100);
        }
        assert_eq!(limiter.wait(&keys, 100), 0);
        limiter.failed(&keys, 100);
        assert_eq!(limiter.wait(&keys, 110), 290);
        assert_eq!(limiter.wait(&["name:other".to_owned()], 110), 0);
        assert_eq!(limiter.wait(&keys, 500), 0);
        limiter.failed(&keys, 500);
        assert_eq!(limiter.wait(&keys, 500), 0, "an old window does not count");
    }
}
