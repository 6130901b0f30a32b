//! Entities of objects and states, and states (oval-definitions-schema, `EntityAttributeGroup`, `StateType`).

use super::head::Head;
use super::problem::{Problem, Stop, What};
use super::reading::Reading;
use super::words::{Fault, check, datatype, flag, operation};
use crate::xml::Tag;
use pakiti_core::oval::field::Field;
use pakiti_core::oval::model::{Entity, Kind, State};

/// An entity without its value, and the id of the variable that gives it.
pub(super) fn entity_of(tag: &Tag<'_>) -> Result<(Entity, Option<String>), Problem> {
    let mut entity = Entity { field: Field::of(tag.name()), ..Entity::default() };
    let mut variable = None;
    let mut fault = Fault::default();
    let whole = tag.each(|name, value| match name {
        "operation" => fault.read(&mut entity.operation, "operation", &value, operation),
        "datatype" => fault.read(&mut entity.datatype, "datatype", &value, datatype),
        "var_check" => fault.read(&mut entity.var_check, "var_check", &value, check),
        "entity_check" => fault.read(&mut entity.entity_check, "entity_check", &value, check),
        "var_ref" if value.is_empty() => fault.add(Problem::Missing("id in var_ref")),
        "var_ref" => variable = Some(value.into_owned()),
        _ if name == "nil" || name.ends_with(":nil") => fault.read(&mut entity.nil, "nil", &value, flag),
        _ => {}
    });
    fault.finish(whole).map(|()| (entity, variable))
}

/// Elements that no comparison is made of.
pub(super) fn is_note(name: &str) -> bool {
    matches!(name, "notes" | "Signature" | "signature")
}

impl Reading<'_> {
    /// Completes an entity; it is at `depth`.
    pub(super) fn entity(
        &mut self,
        (mut entity, variable): (Entity, Option<String>),
        depth: usize,
    ) -> Result<Entity, Stop> {
        if let Field::Other(name) = &entity.field {
            self.budget.part(name.len())?;
        }
        // A variable_object names its variable as text.
        let variable = match (variable, &entity.field) {
            (None, Field::VarRef) => Some(self.exact(depth, "var_ref")?.trim().to_owned()),
            (variable, _) => variable,
        };
        match variable {
            Some(id) => {
                self.budget.part(id.len())?;
                let number = self.ids.variables.of(&id);
                self.met(What::Variable, number);
                entity.variable = Some(number);
            }
            None => entity.value = self.exact(depth, "value")?,
        }
        Ok(entity)
    }

    /// A state; its children are at `depth`.
    pub(super) fn state(&mut self, kind: Kind, head: Head, depth: usize) -> Result<State, Stop> {
        let mut entities = Vec::new();
        while let Some(tag) = self.xml.child(depth - 1)? {
            if is_note(tag.name()) {
                continue;
            }
            let started = entity_of(&tag)?;
            entities.push(self.entity(started, depth)?);
        }
        entities.shrink_to_fit();
        Ok(State { kind, operator: head.operator, entities })
    }
}
