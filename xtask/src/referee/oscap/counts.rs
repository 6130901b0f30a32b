//! What decides a definition: versions, the kernel, a module, or only which system it is.
//!
//! By oscap's own tree of results. A true definition is decided by versions if it would be false with every true version
//! test false; a false one, if it would be true with every false version test of a package that is installed true. The
//! same with the tests of the kernel (uname, boot loader) and of modules. A definition that is true by a guard ("Red Hat
//! Enterprise Linux must be installed") or false by one is decided by neither.
use std::fmt;

use super::document::{Document, Kind};
use super::results::{Definition, Node, Results, Tested};

/// Definitions of a file on a host.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) true_: usize,
    pub(super) false_: usize,
    /// unknown, error, not evaluated, not applicable.
    pub(super) other: usize,
    pub(super) by_version: [usize; 2],
    pub(super) by_kernel: [usize; 2],
    pub(super) by_module: [usize; 2],
    /// Definitions whose result does not follow from those of their tests by the plain rules of AND and OR.
    pub(super) odd: usize,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { true_, false_, other, by_version: v, by_kernel: k, by_module: m, .. } = self;
        write!(f, "true {true_} (versions {}, kernel {}, module {}), ", v[0], k[0], m[0])?;
        write!(f, "false {false_} (versions {}, kernel {}, module {}), other {other}", v[1], k[1], m[1])
    }
}

/// Counts a file's definitions.
pub(super) fn count(document: &Document, results: &Results) -> Counts {
    let mut counts = Counts::default();
    for definition in results.definitions.values() {
        let holds = match definition.result.as_str() {
            "true" => true,
            "false" => false,
            _ => {
                counts.other += 1;
                continue;
            }
        };
        let side = usize::from(!holds);
        if holds {
            counts.true_ += 1;
        } else {
            counts.false_ += 1;
        }
        counts.odd += usize::from(outcome(definition, &|_| false) != Some(holds));
        counts.by_version[side] += usize::from(decided(document, results, definition, holds, Kind::Version));
        counts.by_kernel[side] += usize::from(decided(document, results, definition, holds, Kind::Kernel));
        counts.by_module[side] += usize::from(decided(document, results, definition, holds, Kind::Module));
    }
    counts
}

/// Does the definition turn if its tests of this kind do?
fn decided(document: &Document, results: &Results, of: &Definition, holds: bool, kind: Kind) -> bool {
    let word = if holds { "true" } else { "false" };
    let turned = |test: &str| {
        let tested = results.tests.get(test);
        let counts =
            |tested: &Tested| tested.result == word && (holds || kind != Kind::Version || tested.items > 0);
        document.kinds.get(test) == Some(&kind) && tested.is_some_and(counts)
    };
    outcome(of, &turned) == Some(!holds)
}

/// The result of a definition if the tests that `turned` names had the other one; None = neither true nor false.
fn outcome(definition: &Definition, turned: &impl Fn(&str) -> bool) -> Option<bool> {
    definition.root.as_ref().and_then(|root| node(root, turned))
}

fn node(of: &Node, turned: &impl Fn(&str) -> bool) -> Option<bool> {
    if of.children.is_empty() {
        // A leaf's result has its negation in it.
        let result = match of.result.as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        };
        return if turned(&of.test) { result.map(|holds| !holds) } else { result };
    }
    let children: Vec<Option<bool>> = of.children.iter().map(|child| node(child, turned)).collect();
    let deciding = of.operator == "OR";
    let result = if children.contains(&Some(deciding)) {
        Some(deciding)
    } else if children.contains(&None) {
        None
    } else {
        Some(!deciding)
    };
    if of.negate { result.map(|holds| !holds) } else { result }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::referee::oscap::results;

    #[test]
    fn a_definition_is_decided_by_what_would_turn_it() {
        let text = r#"<r><definition definition_id="d" result="true"><criteria operator="OR" result="true">
            <criterion test_ref="g" result="false"/><criteria operator="AND" result="true"><criterion test_ref="s"
            result="true"/><criterion test_ref="v" result="true"/></criteria></criteria></definition>
            <definition definition_id="e" result="false"><criteria operator="AND" result="false"><criterion
            test_ref="s" result="true"/><criterion test_ref="w" result="false"/></criteria></definition>
            <definition definition_id="f" result="false"><criteria operator="AND" result="false"><criterion
            test_ref="g" result="false"/><criterion test_ref="w" result="false"/></criteria></definition>
            <test test_id="g" result="false"/><test test_id="s" result="true"/><test test_id="v" result="true"/>
            <test test_id="w" result="false"><tested_item/></test></r>"#;
        let mut document = Document::default();
        for (test, kind) in
            [("g", Kind::System), ("s", Kind::System), ("v", Kind::Version), ("w", Kind::Version)]
        {
            document.kinds.insert(test.to_owned(), kind);
        }
        let results = results::read(text).unwrap();
        let counts = count(&document, &results);
        assert_eq!((counts.true_, counts.false_, counts.odd), (1, 2, 0));
        assert_eq!(counts.by_version, [1, 1], "{counts}");
        let absent = results::read(&text.replace("<tested_item/>", "")).unwrap();
        assert_eq!(
            count(&document, &absent).by_version,
            [1, 0],
            "a package that is not there decides nothing"
        );
    }
}
