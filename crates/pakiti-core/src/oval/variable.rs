//! The values of variables (oval-semantics.md, section 4).

use super::evaluation::Evaluation;
use super::model::{Datatype, Place, VariableValue};
use super::outcome::Flag;
use std::rc::Rc;

/// Values a variable or a function may give.
pub(super) const MOST_VALUES: usize = 10_000;
/// Bytes they may take together.
pub(super) const MOST_BYTES: usize = 1 << 20;

/// The values of a variable, and how they were come by.
#[derive(Debug)]
pub(super) struct Resolved {
    pub(super) flag: Flag,
    pub(super) datatype: Datatype,
    pub(super) values: Rc<[Box<str>]>,
}

/// The values of a component, and how they were come by.
#[derive(Debug)]
pub(super) struct List {
    pub(super) flag: Flag,
    pub(super) values: Vec<Box<str>>,
}

impl List {
    pub(super) fn nothing(flag: Flag) -> Self {
        Self { flag, values: Vec::new() }
    }

    pub(super) fn of(flag: Flag, values: Vec<Box<str>>) -> Self {
        Self { flag, values }
    }

    /// The list, unless it is beyond the limits: then it is an error.
    pub(super) fn bounded(self) -> Self {
        let bytes: usize = self.values.iter().map(|value| value.len()).sum();
        if self.values.len() > MOST_VALUES || bytes > MOST_BYTES { Self::nothing(Flag::Error) } else { self }
    }

    /// Every value made into others.
    pub(super) fn each<I>(self, mut make: impl FnMut(&str) -> I) -> Self
    where
        I: IntoIterator<Item = Box<str>>,
    {
        let mut values = Vec::with_capacity(self.values.len());
        let mut bytes = 0;
        for value in &self.values {
            for made in make(value) {
                bytes += made.len();
                values.push(made);
                if values.len() > MOST_VALUES || bytes > MOST_BYTES {
                    return Self::nothing(Flag::Error);
                }
            }
        }
        Self::of(self.flag, values)
    }
}

impl<'a> Evaluation<'a> {
    /// The values of a variable, computed once. One that the document does not hold, or that needs itself, is an
    /// error.
    pub(super) fn variable(&mut self, place: Place) -> Rc<Resolved> {
        let error =
            || Rc::new(Resolved { flag: Flag::Error, datatype: Datatype::String, values: Rc::default() });
        let Some(variable) = self.document.variables.get(place as usize) else { return error() };
        if let Some(Some(known)) = self.variables.get(place as usize) {
            return known.clone();
        }
        self.keep_variable(place, error());
        let list = match &variable.value {
            VariableValue::Constant(values) => List::of(Flag::Complete, values.clone()),
            VariableValue::External => List::nothing(Flag::Error),
            VariableValue::Local(component) => self.component(component, variable.datatype),
        };
        let flag = match list.flag {
            Flag::Complete if list.values.is_empty() => Flag::DoesNotExist,
            flag => flag,
        };
        let resolved = Rc::new(Resolved { flag, datatype: variable.datatype, values: list.values.into() });
        self.keep_variable(place, resolved.clone());
        resolved
    }

    fn keep_variable(&mut self, place: Place, resolved: Rc<Resolved>) {
        if let Some(slot) = self.variables.get_mut(place as usize) {
            *slot = Some(resolved);
        }
    }
}
