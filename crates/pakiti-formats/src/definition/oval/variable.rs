//! Variables: constants, and the components and functions of local ones (oval-definitions-schema,
//! `ComponentGroup`, `FunctionGroup`).

use super::problem::{Problem, Stop, What};
use super::reading::Reading;
use super::words::{arithmetic, flag};
use crate::xml::{NOT_TEXT, Tag};
use pakiti_core::oval::field::Field;
use pakiti_core::oval::model::Component;

/// A component without what it is made of.
enum Function {
    Literal,
    Object { object: String, field: Field },
    Variable(String),
    Concat,
    Arithmetic { multiply: bool },
    Begin(Box<str>),
    End(Box<str>),
    EscapeRegex,
    Split(Box<str>),
    Substring { start: i64, length: i64 },
    RegexCapture(Box<str>),
    Count,
    Unique,
    GlobToRegex,
    Unsupported(Box<str>),
}

impl Function {
    fn of(tag: &Tag<'_>) -> Result<Self, Problem> {
        if !tag.each(|_, _| {}) {
            return Err(Problem::Attributes);
        }
        Ok(match tag.name() {
            "literal_component" => Self::Literal,
            "object_component" if tag.attribute("record_field").is_some() => {
                Self::Unsupported("record_field".into())
            }
            "object_component" => Self::Object {
                object: needed(tag, "object_ref")?,
                field: Field::of(&needed(tag, "item_field")?),
            },
            "variable_component" => Self::Variable(needed(tag, "var_ref")?),
            "concat" => Self::Concat,
            "arithmetic" => {
                let word = needed(tag, "arithmetic_operation")?;
                let multiply =
                    arithmetic(&word).ok_or_else(|| Problem::word("arithmetic_operation", &word))?;
                Self::Arithmetic { multiply }
            }
            "begin" => Self::Begin(needed(tag, "character")?.into()),
            "end" => Self::End(needed(tag, "character")?.into()),
            "escape_regex" => Self::EscapeRegex,
            "split" => Self::Split(needed(tag, "delimiter")?.into()),
            "substring" => Self::Substring {
                start: number(tag, "substring_start")?,
                length: number(tag, "substring_length")?,
            },
            "regex_capture" => Self::RegexCapture(tag.attribute("pattern").unwrap_or_default().into()),
            "count" => Self::Count,
            "unique" => Self::Unique,
            "glob_to_regex" => glob(tag)?,
            other => Self::Unsupported(other.into()),
        })
    }

    /// Bytes that are kept of its attributes.
    fn length(&self) -> usize {
        match self {
            Self::Begin(text)
            | Self::End(text)
            | Self::Split(text)
            | Self::RegexCapture(text)
            | Self::Unsupported(text) => text.len(),
            Self::Object { object, field } => object.len() + field.name().len(),
            Self::Variable(id) => id.len(),
            _ => 0,
        }
    }
}

/// Globs whose backslash is a plain character are another function.
fn glob(tag: &Tag<'_>) -> Result<Function, Problem> {
    let word = tag.attribute("glob_noescape").unwrap_or_else(|| "false".to_owned());
    match flag(&word) {
        Some(false) => Ok(Function::GlobToRegex),
        Some(true) => Ok(Function::Unsupported("glob_noescape".into())),
        None => Err(Problem::word("glob_noescape", &word)),
    }
}

fn needed(tag: &Tag<'_>, name: &'static str) -> Result<String, Problem> {
    let value = tag.attribute(name).filter(|value| !value.is_empty()).ok_or(Problem::Missing(name))?;
    if value.contains(NOT_TEXT) { Err(Problem::NotText(name)) } else { Ok(value) }
}

fn number(tag: &Tag<'_>, name: &'static str) -> Result<i64, Problem> {
    let word = needed(tag, name)?;
    word.trim().parse().map_err(|_| Problem::word(name, &word))
}

impl Reading<'_> {
    /// The values of a constant; they are at `depth`.
    pub(super) fn values(&mut self, depth: usize) -> Result<Vec<Box<str>>, Stop> {
        let mut values = Vec::new();
        while let Some(tag) = self.xml.child(depth - 1)? {
            if tag.name() == "value" {
                values.push(self.exact(depth, "value")?);
            }
        }
        values.shrink_to_fit();
        Ok(values)
    }

    /// The one component at `depth`.
    pub(super) fn only_component(&mut self, depth: usize) -> Result<Component, Stop> {
        let mut components = self.components(depth)?;
        let first = components.pop().ok_or(Problem::Missing("component"))?;
        if components.is_empty() { Ok(first) } else { Err(Problem::Several("component").into()) }
    }

    /// The components at `depth`. The reader bounds the depth, and so this recursion.
    fn components(&mut self, depth: usize) -> Result<Vec<Component>, Stop> {
        let mut components = Vec::new();
        while let Some(tag) = self.xml.child(depth - 1)? {
            if tag.name() == "notes" {
                continue;
            }
            let function = Function::of(&tag)?;
            components.push(self.component(function, depth)?);
        }
        Ok(components)
    }

    fn component(&mut self, function: Function, depth: usize) -> Result<Component, Stop> {
        self.budget.part(function.length())?;
        let below = depth + 1;
        Ok(match function {
            Function::Literal => Component::Literal(self.exact(depth, "literal_component")?),
            Function::Object { object, field } => {
                let object = self.ids.objects.of(&object);
                self.met(What::Object, object);
                Component::Object { object, field }
            }
            Function::Variable(id) => {
                let variable = self.ids.variables.of(&id);
                self.met(What::Variable, variable);
                Component::Variable(variable)
            }
            Function::Concat => Component::Concat(self.components(below)?),
            Function::Arithmetic { multiply } => {
                Component::Arithmetic { multiply, operands: self.components(below)? }
            }
            Function::Begin(text) => Component::Begin(text, self.boxed(below)?),
            Function::End(text) => Component::End(text, self.boxed(below)?),
            Function::EscapeRegex => Component::EscapeRegex(self.boxed(below)?),
            Function::Split(text) => Component::Split(text, self.boxed(below)?),
            Function::Substring { start, length } => {
                Component::Substring { start, length, of: self.boxed(below)? }
            }
            Function::RegexCapture(pattern) => Component::RegexCapture(pattern, self.boxed(below)?),
            Function::Count => Component::Count(self.components(below)?),
            Function::Unique => Component::Unique(self.components(below)?),
            Function::GlobToRegex => Component::GlobToRegex(self.boxed(below)?),
            Function::Unsupported(name) => Component::Unsupported(name),
        })
    }

    fn boxed(&mut self, depth: usize) -> Result<Box<Component>, Stop> {
        self.only_component(depth).map(Box::new)
    }
}
