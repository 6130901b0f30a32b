//! How many nodes a definition's criteria have with those of the definitions that they extend.
//!
//! A few definitions that extend each other several times stand for more nodes than any machine can walk. The
//! evaluator asks each definition once; whoever walks trees asks here first (design.md, law 10).

use super::model::{Document, Node, Place};

/// Nodes of every definition, by place, with definitions within definitions down to `depth`; what is more than `u32`
/// holds is `u32::MAX`.
pub(crate) fn expansions(document: &Document, depth: usize) -> Vec<u32> {
    let own: Vec<(u32, Vec<Place>)> = (document.definitions.iter())
        .map(|definition| {
            let mut found = (0, Vec::new());
            definition.criteria.iter().for_each(|criteria| count(criteria, &mut found));
            found
        })
        .collect();
    let mut sums: Vec<u32> = own.iter().map(|(nodes, _)| *nodes).collect();
    for _ in 0..depth {
        let next: Vec<u32> = own.iter().map(|(nodes, extended)| sum(*nodes, extended, &sums)).collect();
        // Most documents are two levels deep.
        if next == sums {
            break;
        }
        sums = next;
    }
    sums
}

fn sum(nodes: u32, extended: &[Place], sums: &[u32]) -> u32 {
    let of = |place: &Place| sums.get(*place as usize).copied().unwrap_or(0);
    extended.iter().map(of).fold(nodes, u32::saturating_add)
}

fn count(node: &Node, found: &mut (u32, Vec<Place>)) {
    found.0 = found.0.saturating_add(1);
    match node {
        Node::Criteria { children, .. } => children.iter().for_each(|child| count(child, found)),
        Node::Extend { definition, .. } => found.1.push(*definition),
        Node::Criterion { .. } => {}
    }
}
