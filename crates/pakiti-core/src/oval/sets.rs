//! Sets of objects (oval-semantics.md, section 4; the flags: `set_operator` of oval-definitions-schema 5.11).

use super::collected::{Collected, Item};
use super::evaluation::Evaluation;
use super::model::{Set, SetOperator};
use super::object::distinct;
use super::outcome::Flag;
use std::collections::HashSet;

impl<'a> Evaluation<'a> {
    /// The items of a set.
    pub(super) fn set_of(&mut self, set: &'a Set) -> Collected<'a> {
        self.deeper(|this| this.combined(set)).unwrap_or_else(|| Collected::nothing(Flag::Error))
    }

    fn combined(&mut self, set: &'a Set) -> Collected<'a> {
        let mut parts = Vec::with_capacity(set.sets.len() + set.objects.len());
        for inner in &set.sets {
            parts.push(self.set_of(inner));
        }
        for &place in &set.objects {
            let collected = self.object(place);
            if !self.spend(collected.items.len()) {
                return Collected::nothing(Flag::Error);
            }
            // The filters are asked of each object's items, before these are combined.
            parts.push(self.filtered((*collected).clone(), &set.filters));
        }
        parts
            .into_iter()
            .reduce(|first, second| combine(set.operator, first, second))
            .unwrap_or_else(|| Collected::nothing(Flag::Error))
            .settled()
    }
}

fn combine<'a>(operator: SetOperator, first: Collected<'a>, second: Collected<'a>) -> Collected<'a> {
    let flag = combined_flag(operator, first.flag, second.flag);
    let mut items = first.items;
    match operator {
        SetOperator::Union => {
            items.extend(second.items);
            items = distinct(items);
        }
        SetOperator::Intersection => {
            let other: HashSet<Item<'_>> = second.items.into_iter().collect();
            items.retain(|item| other.contains(item));
        }
        SetOperator::Complement => {
            let other: HashSet<Item<'_>> = second.items.into_iter().collect();
            items.retain(|item| !other.contains(item));
        }
    }
    Collected { flag, items }
}

/// The tables of the schema, row by row the first object's flag.
pub(super) fn combined_flag(operator: SetOperator, first: Flag, second: Flag) -> Flag {
    use Flag::{Complete, DoesNotExist, Error, Incomplete, NotApplicable, NotCollected};
    match operator {
        SetOperator::Complement => match (first, second) {
            (DoesNotExist | NotCollected | NotApplicable | Error, _) => first,
            (_, Complete | DoesNotExist) => first,
            _ => Error,
        },
        SetOperator::Intersection => match (first, second) {
            (DoesNotExist, _) | (_, DoesNotExist) => DoesNotExist,
            (Error, _) | (_, Error) => Error,
            (NotCollected, _) | (_, NotCollected) => NotCollected,
            (Incomplete, _) | (_, Incomplete) => Incomplete,
            (Complete, _) | (_, Complete) => Complete,
            (NotApplicable, NotApplicable) => NotApplicable,
        },
        SetOperator::Union => match (first, second) {
            (Error, _) | (_, Error) => Error,
            (Incomplete, _) | (_, Incomplete) => Incomplete,
            (NotCollected, NotCollected | NotApplicable) | (NotApplicable, NotCollected) => NotCollected,
            (NotCollected, _) | (_, NotCollected) => Incomplete,
            (Complete, _) | (_, Complete) => Complete,
            (DoesNotExist, _) | (_, DoesNotExist) => DoesNotExist,
            (NotApplicable, NotApplicable) => NotApplicable,
        },
    }
}
