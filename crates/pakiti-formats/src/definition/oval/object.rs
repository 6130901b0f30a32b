//! Objects, sets of objects and filters (oval-definitions-schema, `ObjectType`, `set`, `filter`).

use super::entity::{entity_of, is_note};
use super::problem::{Problem, Stop, What};
use super::reading::Reading;
use super::words::{Fault, action, set_operator};
use crate::xml::{NOT_TEXT, Tag};
use pakiti_core::oval::model::{Filter, Kind, Object, Set, SetOperator};

/// Flags of `behaviors`: names and values.
type Flags = Vec<(Box<str>, Box<str>)>;

impl Reading<'_> {
    /// An object; its children are at `depth`.
    pub(super) fn object(&mut self, kind: Kind, depth: usize) -> Result<Object, Stop> {
        let mut object = Object { kind, ..Object::default() };
        while let Some(tag) = self.xml.child(depth - 1)? {
            match tag.name() {
                "behaviors" => {
                    let flags = flags_of(&tag)?;
                    for (name, value) in &flags {
                        self.budget.part(name.len() + value.len())?;
                    }
                    object.behaviors.extend(flags);
                }
                "set" => {
                    let operator = operator_of(&tag)?;
                    let set = self.set(operator, depth + 1)?;
                    if object.set.replace(Box::new(set)).is_some() {
                        return Err(Problem::Several("set").into());
                    }
                }
                "filter" => {
                    let include = include_of(&tag)?;
                    object.filters.push(self.filter(include, depth)?);
                }
                name if is_note(name) => {}
                _ => {
                    let started = entity_of(&tag)?;
                    object.entities.push(self.entity(started, depth)?);
                }
            }
        }
        object.entities.shrink_to_fit();
        Ok(object)
    }

    /// The reader bounds the depth, and so this recursion.
    fn set(&mut self, operator: SetOperator, depth: usize) -> Result<Set, Stop> {
        self.budget.part(0)?;
        let mut set = Set { operator, sets: Vec::new(), objects: Vec::new(), filters: Vec::new() };
        while let Some(tag) = self.xml.child(depth - 1)? {
            match tag.name() {
                "set" => {
                    let operator = operator_of(&tag)?;
                    set.sets.push(self.set(operator, depth + 1)?);
                }
                "object_reference" => set.objects.push(self.reference(depth, What::Object)?),
                "filter" => {
                    let include = include_of(&tag)?;
                    set.filters.push(self.filter(include, depth)?);
                }
                other => return Err(Problem::element(other).into()),
            }
        }
        Ok(set)
    }

    fn filter(&mut self, include: bool, depth: usize) -> Result<Filter, Stop> {
        Ok(Filter { include, state: self.reference(depth, What::State)? })
    }
}

fn flags_of(tag: &Tag<'_>) -> Result<Flags, Problem> {
    let mut flags = Flags::new();
    let mut fault = Fault::default();
    let whole = tag.each(|name, value| {
        if value.contains(NOT_TEXT) {
            fault.add(Problem::NotText("behaviors"));
        }
        if name != "xmlns" && !name.contains(':') {
            flags.push((name.into(), value.into()));
        }
    });
    fault.finish(whole).map(|()| flags)
}

fn operator_of(tag: &Tag<'_>) -> Result<SetOperator, Problem> {
    let mut operator = SetOperator::default();
    let mut fault = Fault::default();
    let whole = tag.each(|name, value| {
        if name == "set_operator" {
            fault.read(&mut operator, "set_operator", &value, set_operator);
        }
    });
    fault.finish(whole).map(|()| operator)
}

fn include_of(tag: &Tag<'_>) -> Result<bool, Problem> {
    let mut include = false;
    let mut fault = Fault::default();
    let whole = tag.each(|name, value| {
        if name == "action" {
            fault.read(&mut include, "action", &value, action);
        }
    });
    fault.finish(whole).map(|()| include)
}
