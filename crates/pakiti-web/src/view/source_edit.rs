//! Pages on which administrators add and remove sources. Both work without scripts.

use crate::view::layout::Layout;
use askama::Template;

/// One text field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextField {
    /// Name in the form.
    pub name: &'static str,
    /// Its label.
    pub label: &'static str,
    /// What it takes, in one line.
    pub hint: &'static str,
    /// What stands in it.
    pub value: String,
    /// What is wrong with it.
    pub error: Option<String>,
    /// Must something be entered?
    pub required: bool,
}

/// One choice of several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChoiceField {
    /// Name in the form.
    pub name: &'static str,
    /// Its label.
    pub label: &'static str,
    /// Value and words of each choice.
    pub choices: &'static [(&'static str, &'static str)],
    /// The value in force.
    pub value: String,
    /// What is wrong with it.
    pub error: Option<String>,
}

/// A box to tick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TickField {
    /// Name in the form.
    pub name: &'static str,
    /// Its label.
    pub label: &'static str,
    /// Is it ticked?
    pub ticked: bool,
    /// What is wrong with it.
    pub error: Option<String>,
}

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// Text.
    Text(TextField),
    /// A choice.
    Choice(ChoiceField),
    /// A tick.
    Tick(TickField),
}

impl Field {
    /// What is wrong with it, with its name and label.
    fn trouble(&self) -> Option<(&'static str, &'static str, &str)> {
        let (name, label, error) = match self {
            Self::Text(field) => (field.name, field.label, &field.error),
            Self::Choice(field) => (field.name, field.label, &field.error),
            Self::Tick(field) => (field.name, field.label, &field.error),
        };
        error.as_deref().map(|error| (name, label, error))
    }
}

/// Fields that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldGroup {
    /// Its heading.
    pub legend: &'static str,
    /// The fields, in order.
    pub fields: Vec<Field>,
}

/// The form for a new source; posts to `/sources/new`.
#[derive(Debug, Clone, Template)]
#[template(path = "source_new.html")]
pub struct SourceNewPage {
    /// The frame.
    pub layout: Layout,
    /// The fields.
    pub groups: Vec<FieldGroup>,
    /// Folders of this machine that a source may be in; empty = none.
    pub folders: Vec<String>,
}

impl SourceNewPage {
    /// What is wrong: name, label and words of each field.
    pub fn troubles(&self) -> Vec<(&'static str, &'static str, &str)> {
        self.groups.iter().flat_map(|group| &group.fields).filter_map(Field::trouble).collect()
    }
}

/// Asks whether a source is to be removed; posts to the same address.
#[derive(Debug, Clone, Template)]
#[template(path = "source_remove.html")]
pub struct SourceRemovePage {
    /// The frame.
    pub layout: Layout,
    /// Id in URLs.
    pub id: i64,
    /// Name.
    pub name: String,
    /// The OS groups it speaks for, in words; empty = none.
    pub groups: String,
}
