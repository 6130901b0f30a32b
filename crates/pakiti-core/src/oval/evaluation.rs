//! The evaluation of one document on one host: every definition and test once.
//!
//! Rules: oval-semantics.md, section 1. Chains of `extend_definition` are followed with a stack of their own, so no
//! chain is too long; definitions that extend each other in a circle are errors (oscap never ends on them).

use super::collected::Collected;
use super::host::HostIndex;
use super::model::{Definition, Document, Node, Operator, Place};
use super::outcome::{Outcome, Tally};
use super::pattern::Patterns;
use super::signature;
use super::variable::Resolved;
use std::collections::HashSet;
use std::rc::Rc;

/// Levels of criteria, and of objects and variables that refer to each other.
const DEEPEST: u32 = 128;
/// Comparisons of values in one evaluation; all that comes after them is an error.
const MOST_STEPS: u64 = 100_000_000;

/// How far a definition is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    New,
    /// On the path that is being followed.
    Open,
    Done(Outcome),
}

/// The results of one document on one host, each computed when it is first asked for.
pub struct Evaluation<'a> {
    pub(super) document: &'a Document,
    pub(super) host: &'a HostIndex<'a>,
    pub(super) patterns: Patterns,
    pub(super) vendor: &'static [&'static str],
    pub(super) objects: Vec<Option<Rc<Collected<'a>>>>,
    pub(super) variables: Vec<Option<Rc<Resolved>>>,
    pub(super) tests: Vec<Option<Outcome>>,
    definitions: Vec<Progress>,
    depth: u32,
    steps: u64,
}

/// The results of all definitions, in file order.
pub fn evaluate(document: &Document, host: &HostIndex<'_>) -> Vec<Outcome> {
    let mut evaluation = Evaluation::new(document, host);
    (0..).zip(&document.definitions).map(|(place, _)| evaluation.definition(place)).collect()
}

impl<'a> Evaluation<'a> {
    /// An evaluation that has computed nothing yet.
    pub fn new(document: &'a Document, host: &'a HostIndex<'a>) -> Self {
        Self {
            document,
            host,
            patterns: Patterns::default(),
            vendor: signature::vendor_of(document),
            objects: vec![None; document.objects.len()],
            variables: vec![None; document.variables.len()],
            tests: vec![None; document.tests.len()],
            definitions: vec![Progress::New; document.definitions.len()],
            depth: 0,
            steps: 0,
        }
    }

    /// The result of a definition; one that the document does not hold is not evaluated.
    pub fn definition(&mut self, place: Place) -> Outcome {
        let mut path = vec![place];
        while let Some(&place) = path.last() {
            match self.progress(place) {
                Some(Progress::New) => self.open(place, &mut path),
                Some(Progress::Open) => {
                    let outcome = self.criteria(place);
                    self.set(place, Progress::Done(outcome));
                    path.pop();
                }
                Some(Progress::Done(_)) | None => {
                    path.pop();
                }
            }
        }
        self.known(place)
    }

    /// Puts what a definition extends on the path before it.
    fn open(&mut self, place: Place, path: &mut Vec<Place>) {
        self.set(place, Progress::Open);
        let mut extended = Vec::new();
        if let Some(Definition { criteria: Some(node), .. }) = self.document.definitions.get(place as usize) {
            collect_extended(node, 0, &mut extended);
        }
        let mut circle = HashSet::new();
        for place in extended {
            match self.progress(place) {
                Some(Progress::New) => path.push(place),
                Some(Progress::Open) => {
                    circle.insert(place);
                }
                _ => {}
            }
        }
        // All that stands between a definition and its own return is in the circle. The last entry of an open
        // definition is the one that was opened.
        for &place in path.iter().rev() {
            if circle.is_empty() {
                break;
            }
            circle.remove(&place);
            if self.progress(place) == Some(Progress::Open) {
                self.set(place, Progress::Done(Outcome::Error));
            }
        }
    }

    fn progress(&self, place: Place) -> Option<Progress> {
        self.definitions.get(place as usize).copied()
    }

    fn set(&mut self, place: Place, progress: Progress) {
        if let Some(slot) = self.definitions.get_mut(place as usize) {
            *slot = progress;
        }
    }

    /// The result of a definition that was evaluated before.
    fn known(&self, place: Place) -> Outcome {
        match self.progress(place) {
            Some(Progress::Done(outcome)) => outcome,
            Some(_) => Outcome::Error,
            None => Outcome::NotEvaluated,
        }
    }

    fn criteria(&mut self, place: Place) -> Outcome {
        match self
            .document
            .definitions
            .get(place as usize)
            .and_then(|definition| definition.criteria.as_ref())
        {
            Some(node) => self.evaluated(node, 0),
            None => Outcome::NotEvaluated,
        }
    }

    /// The result of a node of a criteria tree.
    pub fn node(&mut self, node: &Node) -> Outcome {
        let mut extended = Vec::new();
        collect_extended(node, 0, &mut extended);
        for place in extended {
            self.definition(place);
        }
        self.evaluated(node, 0)
    }

    /// The result of a node whose extended definitions are evaluated.
    fn evaluated(&mut self, node: &Node, depth: u32) -> Outcome {
        match node {
            _ if depth > DEEPEST => Outcome::Error,
            Node::Criteria { operator, negate, children } => {
                let mut tally = Tally::default();
                for child in children {
                    let outcome = self.evaluated(child, depth + 1);
                    tally.add(outcome);
                    // Nothing that follows can change these.
                    let settled = matches!(
                        (operator, outcome),
                        (Operator::And, Outcome::False) | (Operator::Or, Outcome::True)
                    );
                    if settled {
                        break;
                    }
                }
                tally.by_operator(*operator).negated(*negate)
            }
            Node::Criterion { test, negate, .. } => self.test(*test).negated(*negate),
            Node::Extend { definition, negate } => self.known(*definition).negated(*negate),
        }
    }

    /// One level deeper; `None` = that is too deep.
    pub(super) fn deeper<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= DEEPEST {
            return None;
        }
        self.depth += 1;
        let result = work(self);
        self.depth -= 1;
        Some(result)
    }

    /// Counts work; false = there was too much of it.
    pub(super) fn spend(&mut self, steps: usize) -> bool {
        self.steps = self.steps.saturating_add(steps as u64);
        self.steps <= MOST_STEPS
    }
}

/// The definitions that a criteria tree extends.
fn collect_extended(node: &Node, depth: u32, into: &mut Vec<Place>) {
    match node {
        Node::Criteria { children, .. } if depth <= DEEPEST => {
            children.iter().for_each(|child| collect_extended(child, depth + 1, into));
        }
        Node::Extend { definition, .. } => into.push(*definition),
        _ => {}
    }
}
