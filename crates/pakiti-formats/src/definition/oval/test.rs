//! Tests (oval-definitions-schema, `TestType`).

use super::head::Head;
use super::problem::{Problem, Stop, What};
use super::reading::Reading;
use pakiti_core::oval::model::{Kind, MISSING, Test};

impl Reading<'_> {
    /// A test; its children are at `depth`.
    pub(super) fn test(&mut self, kind: Kind, head: Head, depth: usize) -> Result<Test, Stop> {
        let mut object = None;
        let mut states = Vec::new();
        while let Some(tag) = self.xml.child(depth - 1)? {
            let (attribute, what) = match tag.name() {
                "object" => ("object_ref", What::Object),
                "state" => ("state_ref", What::State),
                _ => continue,
            };
            let mut number = None;
            let (ids, budget) = (&mut self.ids, &mut self.budget);
            let mut spent = Ok(());
            let whole = tag.each(|name, value| {
                if name == attribute && !value.is_empty() {
                    spent = budget.part(value.len());
                    number = Some(ids.table(what).of(&value));
                }
            });
            spent?;
            if !whole {
                return Err(Problem::Attributes.into());
            }
            let number = number.ok_or(Problem::Missing(attribute))?;
            self.met(what, number);
            if what == What::State {
                states.push(number);
            } else if object.replace(number).is_some() {
                return Err(Problem::Several("object").into());
            }
        }
        if object.is_none() && kind != Kind::Unknown {
            return Err(Problem::Missing("object").into());
        }
        states.shrink_to_fit();
        let Head { check, existence, operator, .. } = head;
        Ok(Test {
            id: self.id.as_str().into(),
            kind,
            check,
            existence,
            state_operator: operator,
            object: object.unwrap_or(MISSING),
            states,
        })
    }
}
