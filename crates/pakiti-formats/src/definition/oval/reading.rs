//! A document while it is read: sections and the items in them.

use super::budget::Budget;
use super::head::{Head, Item};
use super::ids::Ids;
use super::problem::{ItemError, Problem, Stop, What};
use super::resolve::resolve;
use super::text;
use super::{LoadedDocument, XmlError};
use crate::repository::{SkipList, SkipReason};
use crate::xml::{NOT_TEXT, Xml};
use pakiti_core::oval::model::{Document, Generator, Variable, VariableValue};

/// A document while it is read. Until the end, references in it are the numbers of ids.
pub(super) struct Reading<'a> {
    pub(super) xml: Xml<'a>,
    pub(super) ids: Ids,
    pub(super) budget: Budget,
    /// The text that was read last.
    pub(super) text: String,
    /// The id of the item that is read.
    pub(super) id: String,
    /// The line it begins at.
    pub(super) line: u64,
    document: Document,
    file: String,
    skipped: SkipList,
}

impl<'a> Reading<'a> {
    pub(super) fn new(xml: Xml<'a>, file: &str) -> Self {
        Self {
            xml,
            ids: Ids::default(),
            budget: Budget::default(),
            text: String::new(),
            id: String::new(),
            line: 0,
            document: Document::default(),
            file: file.to_owned(),
            skipped: SkipList::default(),
        }
    }

    /// Goes on with another file of the same archive.
    pub(super) fn turn_to(&mut self, xml: Xml<'a>, file: &str) {
        self.xml = xml;
        file.clone_into(&mut self.file);
    }

    /// Reads the file to its end.
    pub(super) fn document(&mut self) -> Result<(), XmlError> {
        while let Some(tag) = self.xml.child(1)? {
            let name = tag.name();
            if name == "generator" {
                self.generator(3)?;
            } else if let Some(item) = Item::of(name) {
                let head = Head::of(&tag, item.what(), &mut self.id);
                self.item(item, head, 3)?;
            } else {
                self.section()?;
            }
        }
        Ok(())
    }

    /// The document, every reference resolved.
    pub(super) fn finish(mut self) -> LoadedDocument {
        for (line, what, id) in self.ids.absent() {
            let error = ItemError::new(what, id, Problem::Absent);
            self.skipped.push(&self.file, line.into(), SkipReason::Oval(error));
        }
        resolve(&mut self.document, &self.ids);
        LoadedDocument { document: self.document, skipped: self.skipped }
    }

    /// Counts a file of an archive as left out.
    pub(super) fn skip_file(&mut self, file: &str, reason: String) {
        self.skipped.push(file, 0, SkipReason::Member(reason));
    }

    fn section(&mut self) -> Result<(), XmlError> {
        while let Some(tag) = self.xml.child(2)? {
            if let Some(item) = Item::of(tag.name()) {
                let head = Head::of(&tag, item.what(), &mut self.id);
                self.item(item, head, 4)?;
            }
        }
        Ok(())
    }

    fn generator(&mut self, depth: usize) -> Result<(), XmlError> {
        let mut generator = Generator::default();
        while let Some(tag) = self.xml.child(depth - 1)? {
            match tag.name() {
                "product_name" => generator.product = self.words(depth)?,
                "timestamp" => {
                    self.xml.text(depth, &mut self.text)?;
                    generator.timestamp = text::moment(&self.text);
                }
                _ => {}
            }
        }
        self.document.generator = generator;
        Ok(())
    }

    /// One item; its children are at `depth`.
    fn item(&mut self, item: Item, head: Result<Head, Problem>, depth: usize) -> Result<(), XmlError> {
        let what = item.what();
        self.budget.item(what)?;
        self.line = self.xml.line();
        if self.id.is_empty() || self.id.contains(NOT_TEXT) {
            if let Err(problem) = head {
                self.skip(what, problem);
            }
            return Ok(());
        }
        self.budget.part(self.id.len())?;
        let number = self.ids.table(what).of(&self.id);
        if self.ids.table(what).is_taken(number) {
            self.skip(what, Problem::Duplicate);
            return Ok(());
        }
        let place = match head {
            Ok(head) => self.kept(item, head, depth),
            Err(problem) => Err(Stop::Broken(problem)),
        };
        match place {
            Ok(place) => self.ids.table(what).put(number, place),
            Err(Stop::Fatal(error)) => return Err(error),
            Err(Stop::Broken(problem)) => {
                self.ids.table(what).skip(number);
                self.skip(what, problem);
            }
        }
        Ok(())
    }

    /// Reads an item and gives its place.
    fn kept(&mut self, item: Item, head: Head, depth: usize) -> Result<usize, Stop> {
        Ok(match item {
            Item::Definition => {
                let definition = self.definition(head, depth)?;
                push(&mut self.document.definitions, definition)
            }
            Item::Test(kind) => {
                let test = self.test(kind, head, depth)?;
                push(&mut self.document.tests, test)
            }
            Item::Object(kind) => {
                let object = self.object(kind, depth)?;
                push(&mut self.document.objects, object)
            }
            Item::State(kind) => {
                let state = self.state(kind, head, depth)?;
                push(&mut self.document.states, state)
            }
            Item::Constant => {
                let value = VariableValue::Constant(self.values(depth)?);
                push(&mut self.document.variables, Variable { datatype: head.datatype, value })
            }
            Item::External => {
                let value = VariableValue::External;
                push(&mut self.document.variables, Variable { datatype: head.datatype, value })
            }
            Item::Local => {
                let value = VariableValue::Local(self.only_component(depth)?);
                push(&mut self.document.variables, Variable { datatype: head.datatype, value })
            }
        })
    }

    /// Counts something of the item that is read as left out.
    pub(super) fn skip(&mut self, what: What, problem: Problem) {
        let error = ItemError::new(what, &self.id, problem);
        self.skipped.push(&self.file, self.line, SkipReason::Oval(error));
    }

    /// Notes where an id was referred to.
    pub(super) fn met(&mut self, what: What, number: u32) {
        let xml = &mut self.xml;
        self.ids.table(what).met(number, || xml.line());
    }

    /// The text of the element at `depth` for people: white space collapsed.
    pub(super) fn words(&mut self, depth: usize) -> Result<Box<str>, XmlError> {
        self.xml.text(depth, &mut self.text)?;
        self.budget.keep(&text::line(&self.text))
    }

    /// The text of the element at `depth` as it stands.
    pub(super) fn exact(&mut self, depth: usize, what: &'static str) -> Result<Box<str>, Stop> {
        self.xml.text(depth, &mut self.text)?;
        if self.text.contains(NOT_TEXT) {
            return Err(Problem::NotText(what).into());
        }
        Ok(self.budget.keep(&self.text)?)
    }

    /// The text of the element at `depth` as an id that is referred to: its number.
    pub(super) fn reference(&mut self, depth: usize, what: What) -> Result<u32, Stop> {
        self.xml.text(depth, &mut self.text)?;
        let id = self.text.trim();
        if id.is_empty() {
            return Err(Problem::Missing("id that it refers to").into());
        }
        self.budget.part(id.len())?;
        let number = self.ids.table(what).of(id);
        self.met(what, number);
        Ok(number)
    }
}

/// Puts `one` at the end and gives its place.
fn push<T>(list: &mut Vec<T>, one: T) -> usize {
    list.push(one);
    list.len() - 1
}
