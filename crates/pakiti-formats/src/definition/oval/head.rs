//! The start tag of an item: what it is, its id, its attributes.

use super::problem::{Problem, What};
use super::words::{Fault, check, class, datatype, existence, flag, kind, operator};
use crate::xml::{NOT_TEXT, Tag};
use pakiti_core::oval::model::{Check, Class, Datatype, Existence, Kind, Operator};

/// What an element at the place of an item is.
#[derive(Debug)]
pub(super) enum Item {
    Definition,
    Test(Kind),
    Object(Kind),
    State(Kind),
    Constant,
    External,
    Local,
}

impl Item {
    /// By the element's local name; `None` = no item.
    pub(super) fn of(name: &str) -> Option<Self> {
        match name {
            "definition" => return Some(Self::Definition),
            "constant_variable" => return Some(Self::Constant),
            "external_variable" => return Some(Self::External),
            "local_variable" => return Some(Self::Local),
            _ => {}
        }
        let (name, what) = name.rsplit_once('_')?;
        match what {
            "test" => Some(Self::Test(kind(name))),
            "object" => Some(Self::Object(kind(name))),
            "state" => Some(Self::State(kind(name))),
            _ => None,
        }
    }

    pub(super) fn what(&self) -> What {
        match self {
            Self::Definition => What::Definition,
            Self::Test(_) => What::Test,
            Self::Object(_) => What::Object,
            Self::State(_) => What::State,
            Self::Constant | Self::External | Self::Local => What::Variable,
        }
    }
}

/// Attributes of an item; the schema's defaults where it has none.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub(super) class: Class,
    pub(super) deprecated: bool,
    pub(super) check: Check,
    pub(super) existence: Existence,
    pub(super) operator: Operator,
    pub(super) datatype: Datatype,
}

impl Head {
    /// Reads a tag; its id replaces `id`.
    pub(super) fn of(tag: &Tag<'_>, what: What, id: &mut String) -> Result<Self, Problem> {
        id.clear();
        let mut head = Self::default();
        let mut fault = Fault::default();
        let whole = tag.each(|name, value| match (what, name) {
            (_, "id") => {
                id.clear();
                id.push_str(&value);
            }
            (What::Definition, "class") => head.class = class(&value),
            (What::Definition, "deprecated") => fault.read(&mut head.deprecated, "deprecated", &value, flag),
            (What::Test, "check") => fault.read(&mut head.check, "check", &value, check),
            (What::Test, "check_existence") => {
                fault.read(&mut head.existence, "check_existence", &value, existence);
            }
            (What::Test, "state_operator") => {
                fault.read(&mut head.operator, "state_operator", &value, operator);
            }
            (What::State, "operator") => fault.read(&mut head.operator, "operator", &value, operator),
            (What::Variable, "datatype") => fault.read(&mut head.datatype, "datatype", &value, datatype),
            _ => {}
        });
        if id.is_empty() {
            fault.add(Problem::Missing("id"));
        }
        if id.contains(NOT_TEXT) {
            fault.add(Problem::NotText("id"));
        }
        fault.finish(whole).map(|()| head)
    }
}
