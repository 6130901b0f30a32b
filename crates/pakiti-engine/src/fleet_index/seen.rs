//! Which changes of the log were seen.
//!
//! A change takes its number before it is committed, so on PostgreSQL one may be seen before another with a smaller
//! number. Whatever number was left out is asked for again, until it is there or nobody can be under way with it.

use pakiti_store::fleet::Change;
use std::collections::BTreeMap;

/// No transaction that tells a change takes so long (seconds): the number was lost by one that was rolled back.
const LATE: i64 = 600;
/// Numbers asked for at once; the oldest are given up. A whole reading every hour makes up for it.
const MOST: i64 = 1_000;

/// Changes up to the last one, and the numbers before it that were not there, each with when it was missed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Seen {
    last: i64,
    missing: BTreeMap<i64, i64>,
}

impl Seen {
    /// To begin with: the last changes before this one are still to be taken.
    pub(super) fn until(last: i64) -> Self {
        Self { last: last.saturating_sub(MOST).max(0), missing: BTreeMap::new() }
    }

    /// The last change that was seen.
    pub(super) fn last(&self) -> i64 {
        self.last
    }

    /// Numbers before it that may still come.
    pub(super) fn missing(&self) -> Vec<i64> {
        self.missing.keys().copied().collect()
    }

    /// Was everything seen that can be told before the last change?
    pub(super) fn is_whole(&self) -> bool {
        self.missing.is_empty()
    }

    /// Takes what was missing, and what came after the last one, in order.
    pub(super) fn take(&mut self, told: &[Change], now: i64) {
        for change in told {
            self.missing.remove(&change.seq);
            if change.seq > self.last {
                let left_out = self.last.saturating_add(1).max(change.seq.saturating_sub(MOST))..change.seq;
                self.missing.extend(left_out.map(|seq| (seq, now)));
                self.last = change.seq;
            }
        }
        self.missing.retain(|_, missed| now.saturating_sub(*missed) < LATE);
        while self.missing.len() as i64 > MOST {
            self.missing.pop_first();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(numbers: &[i64]) -> Vec<Change> {
        numbers.iter().map(|seq| Change { seq: *seq, host_id: None }).collect()
    }

    #[test]
    fn what_was_left_out_is_asked_for_until_it_comes_or_cannot() {
        let mut seen = Seen::until(3);
        assert_eq!(seen.last(), 0);
        seen.take(&told(&[1, 2, 3]), 100);
        assert!(seen.is_whole());
        seen.take(&told(&[5, 8]), 200);
        assert_eq!((seen.last(), seen.missing()), (8, vec![4, 6, 7]));
        seen.take(&told(&[6]), 300);
        seen.take(&told(&[4, 9, 11]), 400);
        assert_eq!((seen.last(), seen.missing()), (11, vec![7, 10]));
        seen.take(&[], 799);
        assert_eq!(seen.missing(), [7, 10]);
        seen.take(&[], 800);
        assert_eq!(seen.missing(), [10], "7 was missed 600 seconds ago");
    }

    #[test]
    fn however_far_numbers_jump_few_are_asked_for() {
        let mut seen = Seen::until(i64::MAX - 5_000_000);
        seen.take(&told(&[i64::MAX - 4_000_000, i64::MAX]), 0);
        assert_eq!(seen.missing().len(), 1_000);
        assert_eq!(seen.missing().last(), Some(&(i64::MAX - 1)));
    }
}
