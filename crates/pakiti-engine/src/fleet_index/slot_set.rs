//! Sets of slots: which verdicts of a group context hold a package.
//!
//! Most packages are either on most hosts or on a few. The first are words of bits, the others a short list: thousands of
//! unions of them are counted for one page. A roaring bitmap does the same for any 32-bit number, but unions of parts of
//! 65,536 bits cost ten times as much where a group context has a few thousand verdicts.

/// Numbers from 0 on, as they come: mostly ascending.
#[derive(Debug, Clone)]
pub(super) enum SlotSet {
    /// Ascending.
    Few(Vec<u32>),
    /// Bit `n % 64` of word `n / 64`; words after the last set bit are left out.
    Words(Vec<u64>),
}

impl Default for SlotSet {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

/// The word and the bit of a slot.
fn place(slot: u32) -> (usize, u64) {
    (slot as usize / 64, 1 << (slot % 64))
}

/// Sets the bit of a slot; words are added as it takes.
pub(super) fn set(words: &mut Vec<u64>, slot: u32) {
    let (at, bit) = place(slot);
    if words.len() <= at {
        words.resize(at + 1, 0);
    }
    if let Some(word) = words.get_mut(at) {
        *word |= bit;
    }
}

impl SlotSet {
    /// Adds a slot.
    pub(super) fn insert(&mut self, slot: u32) {
        match self {
            Self::Few(few) => {
                match few.last() {
                    Some(last) if *last >= slot => {
                        if let Err(at) = few.binary_search(&slot) {
                            few.insert(at, slot);
                        }
                    }
                    _ => few.push(slot),
                }
                // A list takes 32 bits for each, words one bit for every slot up to the last.
                let last = few.last().copied().unwrap_or_default();
                if few.len() as u64 * 32 > u64::from(last) + 2_048 {
                    let mut words = Vec::new();
                    few.iter().for_each(|slot| set(&mut words, *slot));
                    *self = Self::Words(words);
                }
            }
            Self::Words(words) => set(words, slot),
        }
    }

    /// Is the slot in it?
    pub(super) fn contains(&self, slot: u32) -> bool {
        match self {
            Self::Few(few) => few.binary_search(&slot).is_ok(),
            Self::Words(words) => {
                let (at, bit) = place(slot);
                words.get(at).is_some_and(|word| word & bit != 0)
            }
        }
    }

    /// Adds all of it to words, which are long enough for every slot there is.
    pub(super) fn add_to(&self, words: &mut [u64]) {
        match self {
            Self::Few(few) => {
                for slot in few {
                    let (at, bit) = place(*slot);
                    if let Some(word) = words.get_mut(at) {
                        *word |= bit;
                    }
                }
            }
            Self::Words(own) => words.iter_mut().zip(own).for_each(|(word, own)| *word |= own),
        }
    }

    /// Has it one of these?
    pub(super) fn meets(&self, words: &[u64]) -> bool {
        match self {
            Self::Few(few) => few.iter().any(|slot| {
                let (at, bit) = place(*slot);
                words.get(at).is_some_and(|word| word & bit != 0)
            }),
            Self::Words(own) => own.iter().zip(words).any(|(own, word)| own & word != 0),
        }
    }
}

/// The slots of words, ascending.
pub(super) fn slots(words: &[u64]) -> impl Iterator<Item = u32> {
    words.iter().zip(0_u32..).flat_map(|(word, at)| {
        let mut left = *word;
        std::iter::from_fn(move || {
            let bit = (left != 0).then(|| left.trailing_zeros())?;
            left &= left - 1;
            Some(at * 64 + bit)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn it_is_a_set(numbers in prop::collection::vec(0_u32..9_000, 0..600), other in prop::collection::btree_set(0_u32..9_000, 0..9)) {
            let (mut ours, known) = (SlotSet::default(), numbers.iter().copied().collect::<BTreeSet<u32>>());
            numbers.iter().for_each(|slot| ours.insert(*slot));
            let mut words = vec![0; 9_000 / 64 + 1];
            ours.add_to(&mut words);
            prop_assert_eq!(slots(&words).collect::<Vec<_>>(), known.iter().copied().collect::<Vec<_>>());
            let mut others = Vec::new();
            other.iter().for_each(|slot| set(&mut others, *slot));
            prop_assert_eq!(ours.meets(&others), !known.is_disjoint(&other));
            prop_assert!((0..9_000).all(|slot| ours.contains(slot) == known.contains(&slot)));
        }
    }

    #[test]
    fn many_are_words_and_few_are_a_list() {
        let (mut many, mut few) = (SlotSet::default(), SlotSet::default());
        (0..10_000).for_each(|slot| many.insert(slot));
        (0..10_000).step_by(1_000).for_each(|slot| few.insert(slot));
        assert!(matches!(many, SlotSet::Words(words) if words.len() == 157));
        assert!(matches!(few, SlotSet::Few(_)));
    }
}
