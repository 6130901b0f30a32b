//! oscap's results file: the result of every definition with its tree of criteria, of every test, and what the probes found.
use std::collections::HashMap;

use anyhow::{Context, ensure};

use super::xml::{self, Step, Tag};

/// A criteria, criterion or extend_definition with its result.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) operator: String,
    pub(super) negate: bool,
    pub(super) result: String,
    /// Test of a criterion; empty for the others.
    pub(super) test: String,
    pub(super) children: Vec<Node>,
}

/// A definition with its result.
#[derive(Debug)]
pub(super) struct Definition {
    pub(super) result: String,
    /// None: it has no criteria.
    pub(super) root: Option<Node>,
}

/// A test with its result, and how many items its object has found.
#[derive(Debug, Default)]
pub(super) struct Tested {
    pub(super) result: String,
    pub(super) items: usize,
}

/// What oscap's file says.
#[derive(Debug, Default)]
pub(super) struct Results {
    pub(super) definitions: HashMap<String, Definition>,
    pub(super) tests: HashMap<String, Tested>,
    /// `os_release` of the uname items.
    pub(super) kernels: Vec<String>,
    /// Path and matched text of the textfilecontent items.
    pub(super) texts: Vec<(String, String)>,
}

/// Where the reader is.
#[derive(Default)]
struct State {
    results: Results,
    definition: Option<(String, String)>,
    /// Criteria that are not closed yet.
    open: Vec<Node>,
    root: Option<Node>,
    test: Option<String>,
    /// Element of an item and its child that are being read.
    item: Option<&'static str>,
    child: String,
    path: String,
}

/// Reads a results file.
pub(super) fn read(text: &str) -> anyhow::Result<Results> {
    let mut state = State::default();
    xml::walk(text, |step| match step {
        Step::Open(tag) => state.open(tag),
        Step::Text(text) => state.text(text),
        Step::Close(name) => state.close(name),
    })?;
    ensure!(state.open.is_empty() && state.definition.is_none(), "the results end inside a definition");
    let results = state.results;
    ensure!(!results.definitions.is_empty(), "no definitions in the results");
    results
        .definitions
        .values()
        .all(|definition| !definition.result.is_empty())
        .then_some(())
        .context("no result")?;
    Ok(results)
}

impl State {
    fn open(&mut self, tag: &Tag<'_>) {
        let attribute = |name: &str| tag.attribute(name).unwrap_or_default();
        match tag.name() {
            // The copy of the definitions in the results has `id`, the results have `definition_id`.
            "definition" => {
                let id = tag.attribute("definition_id");
                self.definition = id.map(|id| (id, attribute("result")));
                self.root = None;
            }
            "criteria" | "criterion" | "extend_definition" if self.definition.is_some() => {
                let operator = tag.attribute("operator").unwrap_or_else(|| "AND".to_owned());
                let (result, test) = (attribute("result"), attribute("test_ref"));
                let negate = matches!(attribute("negate").as_str(), "true" | "1");
                self.open.push(Node { operator, negate, result, test, children: Vec::new() });
            }
            "test" => {
                if let Some(id) = tag.attribute("test_id") {
                    let tested = Tested { result: attribute("result"), items: 0 };
                    self.results.tests.insert(id.clone(), tested);
                    self.test = Some(id);
                }
            }
            "tested_item" => {
                if let Some(tested) = self.test.as_ref().and_then(|id| self.results.tests.get_mut(id)) {
                    tested.items += 1;
                }
            }
            "uname_item" => self.item = Some("uname"),
            "textfilecontent_item" => self.item = Some("text"),
            name if self.item.is_some() => self.child = name.to_owned(),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        match (self.item, self.child.as_str()) {
            (Some("uname"), "os_release") => self.results.kernels.push(text.to_owned()),
            (Some("text"), "filepath") => self.path = text.to_owned(),
            (Some("text"), "text") => self.results.texts.push((self.path.clone(), text.to_owned())),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        self.child.clear();
        match name {
            "definition" => {
                if let Some((id, result)) = self.definition.take() {
                    let definition = Definition { result, root: self.root.take() };
                    self.results.definitions.insert(id, definition);
                }
            }
            "criteria" | "criterion" | "extend_definition" => {
                if let Some(node) = self.open.pop() {
                    match self.open.last_mut() {
                        Some(parent) => parent.children.push(node),
                        None => self.root = Some(node),
                    }
                }
            }
            "test" => self.test = None,
            "uname_item" | "textfilecontent_item" => self.item = None,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_has_its_tree_and_a_test_its_items() {
        let text = r#"<oval_results><oval_definitions><definitions><definition id="d"><criteria>
            <criterion test_ref="t"/></criteria></definition></definitions></oval_definitions>
            <results><system><definitions><definition definition_id="d" result="true"><criteria operator="OR" result="true">
            <criterion test_ref="t" result="true"/><criterion test_ref="u" negate="true" result="false"/></criteria>
            </definition></definitions><tests><test test_id="t" result="true"><tested_item item_id="1"/></test></tests>
            <x><unix-sys:uname_item><unix-sys:os_release>4.18</unix-sys:os_release></unix-sys:uname_item>
            <ind-sys:textfilecontent_item><ind-sys:filepath>/boot/a</ind-sys:filepath><ind-sys:text>b</ind-sys:text>
            </ind-sys:textfilecontent_item></x></system></results></oval_results>"#;
        let results = read(text).unwrap();
        let root = results.definitions["d"].root.as_ref().unwrap();
        assert_eq!((root.operator.as_str(), root.children.len(), root.children[1].negate), ("OR", 2, true));
        assert_eq!(
            (results.tests["t"].items, results.kernels.as_slice()),
            (1, ["4.18".to_owned()].as_slice())
        );
        assert_eq!(results.texts, [("/boot/a".to_owned(), "b".to_owned())]);
        assert!(read(&text.replace("result=\"true\"", "result=\"\"")).is_err());
    }
}
