//! Criteria in the feed's words: comments, and the way to a test.

use crate::oval::model::{Definition, Document, Node, Operator, Place};

/// Levels of criteria that are told.
const DEEPEST: usize = 128;

/// The first comment within a node.
pub(super) fn comment_of(node: &Node) -> Option<&str> {
    match node {
        Node::Criterion { comment, .. } => Some(&**comment).filter(|comment| !comment.is_empty()),
        Node::Criteria { children, .. } => children.iter().find_map(comment_of),
        Node::Extend { .. } => None,
    }
}

/// The way from the top of a definition's criteria to a test, in the feed's words.
pub(super) fn path_to(document: &Document, definition: &Definition, test: Place) -> Vec<String> {
    let mut path = Vec::new();
    if let Some(criteria) = &definition.criteria {
        find(document, criteria, test, &mut path, DEEPEST);
    }
    path
}

fn find(document: &Document, node: &Node, test: Place, path: &mut Vec<String>, left: usize) -> bool {
    let Some(left) = left.checked_sub(1) else { return false };
    match node {
        Node::Criterion { test: own, comment, .. } if *own == test => {
            path.push(if comment.is_empty() { "a criterion without a comment" } else { comment }.to_owned());
            true
        }
        Node::Criterion { .. } => false,
        Node::Criteria { operator, children, .. } => {
            let word = match operator {
                Operator::And => "AND",
                Operator::Or => "OR",
                Operator::One => "ONE",
                Operator::Xor => "XOR",
            };
            step(path, word.to_owned(), |path| {
                children.iter().any(|child| find(document, child, test, path, left))
            })
        }
        Node::Extend { definition, .. } => {
            let Some(extended) = document.definitions.get(*definition as usize) else { return false };
            let Some(criteria) = &extended.criteria else { return false };
            // Definitions that extend many others could be walked again and again: a few levels are enough.
            let left = left.min(16);
            step(path, format!("extends {}", extended.id), |path| find(document, criteria, test, path, left))
        }
    }
}

fn step(path: &mut Vec<String>, word: String, walk: impl FnOnce(&mut Vec<String>) -> bool) -> bool {
    path.push(word);
    let found = walk(path);
    if !found {
        path.pop();
    }
    found
}
