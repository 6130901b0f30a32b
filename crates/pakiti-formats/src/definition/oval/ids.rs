//! Ids: a number for every one that is met, and where its item stands.
//!
//! References come before and after what they refer to. While the file is read a reference is the number of its
//! id; [`super::resolve`] puts places in their stead.

use super::problem::What;
use foldhash::fast::RandomState;
use pakiti_core::oval::model::{MISSING, Place};
use std::collections::HashMap;

/// Place of an item that was there and is skipped.
const SKIPPED: Place = MISSING - 1;

/// The ids of a document. They are told apart by kind of item.
#[derive(Debug, Default)]
pub(super) struct Ids {
    pub(super) definitions: Table,
    pub(super) tests: Table,
    pub(super) objects: Table,
    pub(super) states: Table,
    pub(super) variables: Table,
}

impl Ids {
    pub(super) fn table(&mut self, what: What) -> &mut Table {
        match what {
            What::Definition => &mut self.definitions,
            What::Test => &mut self.tests,
            What::Object => &mut self.objects,
            What::State => &mut self.states,
            What::Variable => &mut self.variables,
        }
    }

    /// What is referred to and not there: line of the first reference, kind, id; by line.
    pub(super) fn absent(&self) -> Vec<(u32, What, &str)> {
        let tables = [
            (What::Definition, &self.definitions),
            (What::Test, &self.tests),
            (What::Object, &self.objects),
            (What::State, &self.states),
            (What::Variable, &self.variables),
        ];
        let mut found = Vec::new();
        for (what, table) in tables {
            for (id, number) in &table.numbers {
                if let Some(slot) = table.slots.get(*number as usize).filter(|slot| slot.place == MISSING) {
                    found.push((slot.line, what, &**id));
                }
            }
        }
        found.sort_unstable();
        found
    }
}

/// The ids of one kind of item.
#[derive(Debug, Default)]
pub(super) struct Table {
    // Seeded at random: a file cannot choose ids that collide.
    numbers: HashMap<Box<str>, u32, RandomState>,
    slots: Vec<Slot>,
}

#[derive(Debug)]
struct Slot {
    place: Place,
    /// Line it was first met on; 0 = not told yet.
    line: u32,
}

impl Table {
    /// The number of an id.
    pub(super) fn of(&mut self, id: &str) -> u32 {
        if let Some(number) = self.numbers.get(id) {
            return *number;
        }
        let number = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        self.slots.push(Slot { place: MISSING, line: 0 });
        self.numbers.insert(id.into(), number);
        number
    }

    /// Was an item with this id there?
    pub(super) fn is_taken(&self, number: u32) -> bool {
        self.place(number) != MISSING || self.slots.get(number as usize).is_some_and(|s| s.place == SKIPPED)
    }

    /// Where the item stands.
    pub(super) fn put(&mut self, number: u32, place: usize) {
        self.set(number, u32::try_from(place).unwrap_or(SKIPPED));
    }

    /// The item was there and is not kept.
    pub(super) fn skip(&mut self, number: u32) {
        self.set(number, SKIPPED);
    }

    fn set(&mut self, number: u32, place: Place) {
        if let Some(slot) = self.slots.get_mut(number as usize) {
            slot.place = place;
        }
    }

    /// Tells the line of the first reference, if it is not told yet.
    pub(super) fn met(&mut self, number: u32, line: impl FnOnce() -> u64) {
        if let Some(slot) = self.slots.get_mut(number as usize).filter(|slot| slot.line == 0) {
            slot.line = u32::try_from(line()).unwrap_or(u32::MAX);
        }
    }

    /// The place of a number; [`MISSING`] = the item is not there or skipped.
    pub(super) fn place(&self, number: u32) -> Place {
        match self.slots.get(number as usize) {
            Some(slot) if slot.place != SKIPPED => slot.place,
            _ => MISSING,
        }
    }
}
