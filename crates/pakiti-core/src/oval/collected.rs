//! Items, their values, and what an object collected (oval-semantics.md, sections 2 and 5).

use super::field::Field;
use super::host::HostIndex;
use super::model::Place;
use super::outcome::Flag;
use super::{file_items, package_items};
use crate::arch;
use std::borrow::Cow;
use std::rc::Rc;

/// One item.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Item<'a> {
    /// An installed package, by its position.
    Package(u32),
    /// A package that owns a file.
    Owner(u32, Rc<str>),
    /// A match in a text file.
    Line(Rc<file_items::Line<'a>>),
    /// `uname`.
    Uname,
    /// The family of the system.
    Family,
    /// The values of a variable.
    Variable(Place, Rc<[Box<str>]>),
}

/// The values an item has for a field.
#[derive(Debug)]
pub(super) enum Values<'v> {
    /// The item has no such field.
    Missing,
    /// It has one, but nobody told its value.
    NotCollected,
    /// It has one that does not exist.
    DoesNotExist,
    /// One value.
    One(Cow<'v, str>),
    /// Several.
    Many(Vec<Cow<'v, str>>),
}

impl<'v> Values<'v> {
    pub(super) fn text(text: &'v str) -> Self {
        Self::One(Cow::Borrowed(text))
    }

    /// The values as a list.
    pub(super) fn as_slice(&self) -> &[Cow<'v, str>] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
            _ => &[],
        }
    }
}

/// What an object collected.
#[derive(Debug, Clone)]
pub(super) struct Collected<'a> {
    pub(super) flag: Flag,
    pub(super) items: Vec<Item<'a>>,
}

impl<'a> Collected<'a> {
    /// Nothing, for this reason.
    pub(super) fn nothing(flag: Flag) -> Self {
        Self { flag, items: Vec::new() }
    }

    /// All there is; nothing does not exist.
    pub(super) fn all(items: Vec<Item<'a>>) -> Self {
        let flag = if items.is_empty() { Flag::DoesNotExist } else { Flag::Complete };
        Self { flag, items }
    }

    /// As [`Collected::all`] where the flag said that all is there.
    pub(super) fn settled(mut self) -> Self {
        if self.flag == Flag::Complete && self.items.is_empty() {
            self.flag = Flag::DoesNotExist;
        }
        self
    }
}

/// The values an item has for a field.
pub(super) fn values<'v>(host: &'v HostIndex<'v>, item: &'v Item<'_>, field: &Field) -> Values<'v> {
    match item {
        Item::Package(position) => package_items::values(host, *position, field),
        Item::Owner(_, path) if *field == Field::Filepath => Values::text(path),
        Item::Owner(position, _) => package_items::values(host, *position, field),
        Item::Line(line) => line.values(field),
        Item::Uname => uname(host, field),
        Item::Family if *field == Field::Family => Values::text("unix"),
        Item::Family => Values::Missing,
        Item::Variable(_, values) if *field == Field::Value => {
            Values::Many(values.iter().map(|value| Cow::Borrowed(&**value)).collect())
        }
        Item::Variable(..) => Values::Missing,
    }
}

/// `uname` as reported.
fn uname<'v>(host: &'v HostIndex<'v>, field: &Field) -> Values<'v> {
    let facts = host.facts();
    let told = |text: Option<&'v str>| match text {
        Some(text) if !text.is_empty() => Values::text(text),
        _ if facts.complete => Values::DoesNotExist,
        _ => Values::NotCollected,
    };
    match field {
        Field::OsName => Values::text("Linux"),
        Field::OsRelease => told(facts.context.kernel.as_deref()),
        Field::OsVersion => told(facts.context.kernel_version.as_deref()),
        Field::MachineClass | Field::ProcessorType => told(Some(arch::machine(&facts.context.group.arch))),
        Field::NodeName => told(None),
        _ => Values::Missing,
    }
}
