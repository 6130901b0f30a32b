//! Definitions and their criteria trees (oval-definitions-schema, `CriteriaType`).

use super::head::Head;
use super::problem::{Problem, Stop, What};
use super::reading::Reading;
use super::text;
use super::words::{Fault, flag, operator};
use crate::xml::Tag;
use pakiti_core::oval::model::{Definition, Node, Operator};
use std::borrow::Cow;

/// What a node is, by its element.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Branch {
    Criteria,
    Criterion,
    Extend,
}

impl Branch {
    fn of(tag: &Tag<'_>) -> Result<Self, Problem> {
        match tag.name() {
            "criteria" => Ok(Self::Criteria),
            "criterion" => Ok(Self::Criterion),
            "extend_definition" => Ok(Self::Extend),
            other => Err(Problem::element(other)),
        }
    }
}

/// The attributes of a node.
#[derive(Default)]
struct Attributes<'a> {
    operator: Operator,
    negate: bool,
    comment: Cow<'a, str>,
    test: Cow<'a, str>,
    definition: Cow<'a, str>,
}

impl<'a> Attributes<'a> {
    fn of(tag: &'a Tag<'_>) -> Result<Self, Problem> {
        let mut found = Self::default();
        let mut fault = Fault::default();
        let whole = tag.each(|name, value| match name {
            "operator" => fault.read(&mut found.operator, "operator", &value, operator),
            "negate" => fault.read(&mut found.negate, "negate", &value, flag),
            "comment" => found.comment = value,
            "test_ref" => found.test = value,
            "definition_ref" => found.definition = value,
            _ => {}
        });
        fault.finish(whole).map(|()| found)
    }
}

impl Reading<'_> {
    /// A definition; its children are at `depth`.
    pub(super) fn definition(&mut self, head: Head, depth: usize) -> Result<Definition, Stop> {
        let mut definition = Definition {
            id: self.id.as_str().into(),
            class: head.class,
            deprecated: head.deprecated,
            ..Definition::default()
        };
        while let Some(tag) = self.xml.child(depth - 1)? {
            match tag.name() {
                "metadata" => definition.metadata = self.metadata(depth + 1)?,
                "criteria" => {
                    let Attributes { operator, negate, .. } = Attributes::of(&tag)?;
                    let criteria = self.criteria(operator, negate, depth + 1)?;
                    if definition.criteria.replace(criteria).is_some() {
                        return Err(Problem::Several("criteria").into());
                    }
                }
                "notes" => self.xml.pass_over(depth)?,
                _ => {}
            }
        }
        Ok(definition)
    }

    /// The reader bounds the depth, and so this recursion.
    fn criteria(&mut self, operator: Operator, negate: bool, depth: usize) -> Result<Node, Stop> {
        self.budget.part(0)?;
        let mut children = Vec::new();
        while let Some(tag) = self.xml.child(depth - 1)? {
            let branch = Branch::of(&tag)?;
            let attributes = Attributes::of(&tag)?;
            let Attributes { operator, negate, .. } = attributes;
            let node = match branch {
                Branch::Criteria => self.criteria(operator, negate, depth + 1)?,
                Branch::Criterion => {
                    let test = named(&attributes.test, "test_ref")?;
                    self.budget.part(test.len())?;
                    let test = self.ids.tests.of(test);
                    let comment = self.budget.keep(&text::line(&attributes.comment))?;
                    self.met(What::Test, test);
                    Node::Criterion { test, negate, comment }
                }
                Branch::Extend => {
                    let definition = named(&attributes.definition, "definition_ref")?;
                    self.budget.part(definition.len())?;
                    let definition = self.ids.definitions.of(definition);
                    self.met(What::Definition, definition);
                    Node::Extend { definition, negate }
                }
            };
            children.push(node);
        }
        children.shrink_to_fit();
        Ok(Node::Criteria { operator, negate, children })
    }
}

fn named<'a>(id: &'a str, attribute: &'static str) -> Result<&'a str, Problem> {
    if id.is_empty() { Err(Problem::Missing(attribute)) } else { Ok(id) }
}
