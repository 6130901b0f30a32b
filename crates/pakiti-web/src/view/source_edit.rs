//! Pages on which administrators add, change and remove sources. All work without scripts.

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
    /// What to know before filling them in, one sentence.
    pub note: Option<&'static str>,
}

/// A source that the form changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditedSource {
    /// Id in URLs.
    pub id: i64,
    /// Its name as it is stored.
    pub name: String,
}

/// The form of a source: of a new one it posts to `/sources/new`, else to `/sources/{id}/edit`.
#[derive(Debug, Clone, Template)]
#[template(path = "source_form.html")]
pub struct SourceFormPage {
    /// The frame.
    pub layout: Layout,
    /// The fields.
    pub groups: Vec<FieldGroup>,
    /// Folders of this machine that a source may be in; empty = none.
    pub folders: Vec<String>,
    /// The source it changes; `None` = a new one.
    pub edited: Option<EditedSource>,
}

impl SourceFormPage {
    /// Its heading.
    pub fn heading(&self) -> String {
        match &self.edited {
            Some(source) => format!("Change {}", source.name),
            None => "Add a source".to_owned(),
        }
    }

    /// Where it posts to.
    pub fn action(&self) -> String {
        match &self.edited {
            Some(source) => format!("/sources/{}/edit", source.id),
            None => "/sources/new".to_owned(),
        }
    }

    /// Where one goes without sending it.
    pub fn back(&self) -> String {
        match &self.edited {
            Some(source) => format!("/sources/{}", source.id),
            None => "/sources".to_owned(),
        }
    }

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
