//! What a state says of an item: entity by entity, value by value (oval-semantics.md, sections 2 and 3).

use super::collected::{Item, Values, values};
use super::compare::compare;
use super::evaluation::Evaluation;
use super::field::Field;
use super::model::{Datatype, Entity, Place};
use super::outcome::{Flag, Outcome, Tally};
use super::signature;

impl<'a> Evaluation<'a> {
    /// What a state says of an item; a state that the document does not hold says nothing.
    pub(super) fn state(&mut self, place: Place, item: &Item<'a>) -> Outcome {
        let Some(state) = self.document.states.get(place as usize) else { return Outcome::Unknown };
        let tally: Tally = state
            .entities
            .iter()
            .filter(|entity| !entity.nil)
            .map(|entity| self.entity(entity, item))
            .collect();
        tally.by_operator(state.operator)
    }

    /// `entity_check` over the values of the item.
    fn entity(&mut self, entity: &'a Entity, item: &Item<'a>) -> Outcome {
        if entity.field == Field::SignatureKeyid
            && let Item::Package(position) | Item::Owner(position, _) = item
            && let Some(package) = self.host.package(*position)
            && let Some(outcome) = signature::without_key(
                package,
                entity.operation,
                self.host.facts().assume_signed,
                self.vendor,
            )
        {
            return outcome;
        }
        match values(self.host, item, &entity.field) {
            Values::Missing | Values::NotCollected => Outcome::Unknown,
            Values::DoesNotExist => Outcome::False,
            Values::One(value) => self.compared(entity, &value),
            Values::Many(found) => {
                let tally: Tally = found.iter().map(|value| self.compared(entity, value)).collect();
                tally.by_check(entity.entity_check)
            }
        }
    }

    /// One value of the item against the entity's value, or by `var_check` against those of its variable.
    pub(super) fn compared(&mut self, entity: &'a Entity, value: &str) -> Outcome {
        let Some(place) = entity.variable else {
            return self.step(entity.datatype, entity, value, &entity.value);
        };
        let resolved = self.variable(place);
        if resolved.flag == Flag::NotCollected {
            return Outcome::Unknown;
        }
        if resolved.values.is_empty() || !matches!(resolved.flag, Flag::Complete | Flag::Incomplete) {
            return Outcome::Error;
        }
        let datatype = match entity.datatype {
            Datatype::String => resolved.datatype,
            own => own,
        };
        let tally: Tally =
            resolved.values.iter().map(|own| self.step(datatype, entity, value, own)).collect();
        tally.by_check(entity.var_check)
    }

    /// One comparison, which is counted.
    pub(super) fn step(&mut self, datatype: Datatype, entity: &Entity, item: &str, own: &str) -> Outcome {
        if !self.spend(1) {
            return Outcome::Error;
        }
        compare(datatype, entity.operation, item, own, &mut self.patterns)
    }
}
