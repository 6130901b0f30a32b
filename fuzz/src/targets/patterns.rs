//! Patterns that strangers write: OVAL's, apt's pins, dnf's excludes. Whatever they say, matching ends soon.
//!
//! Rules: oval-semantics.md section 3 (PCRE), apt_preferences(5) (globs and `/expressions/`), contract.md "updates,
//! dnf". The first line is the pattern, the rest is the text.

use crate::host;
use pakiti_core::context::Pin;
use pakiti_core::oval::field::Field;
use pakiti_core::oval::model::{Datatype, Definition, Document, Entity, Kind, Node, Object, Operation, Test};
use pakiti_core::oval::{HostFacts, HostIndex, compare_values, evaluate};
use pakiti_core::repository::{IndexedPackage, SnapshotContent, SourceKind, SourceMeta};
use std::collections::BTreeMap;

/// No panic and no hang; a text is matched by itself in `\Q...\E`.
pub(crate) fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (pattern, text) = text.split_once('\n').unwrap_or((&text, "bash"));
    let _ = compare_values(Datatype::String, Operation::PatternMatch, text, pattern);
    searched(pattern, text);
    pinned(pattern, text);
    excluded(pattern, text);
}

fn entity(field: Field, operation: Operation, value: &str) -> Entity {
    Entity { field, operation, value: value.into(), ..Entity::default() }
}

/// Every match of the pattern in a file.
fn searched(pattern: &str, text: &str) {
    let instance =
        Entity { datatype: Datatype::Int, ..entity(Field::Instance, Operation::GreaterThanOrEqual, "1") };
    let entities = vec![
        entity(Field::Filepath, Operation::Equals, "/f"),
        entity(Field::Pattern, Operation::PatternMatch, pattern),
        instance,
    ];
    let document = Document {
        objects: vec![Object { kind: Kind::TextFileContent54, entities, ..Object::default() }],
        tests: vec![Test { id: "tst:1".into(), kind: Kind::TextFileContent54, object: 0, ..Test::default() }],
        definitions: vec![Definition {
            id: "def:1".into(),
            criteria: Some(Node::Criterion { test: 0, negate: false, comment: Box::default() }),
            ..Definition::default()
        }],
        ..Document::default()
    };
    let host = host::rpm();
    let files = BTreeMap::from([("/f".to_owned(), text.to_owned())]);
    let facts = HostFacts {
        packages: &host.packages,
        context: &host.context,
        system: host.system,
        complete: true,
        assume_signed: false,
        files: &files,
    };
    assert_eq!(evaluate(&document, &HostIndex::new(facts)).len(), 1);
}

/// The pattern in the places where apt has one.
fn pinned(pattern: &str, text: &str) {
    let mut host = host::deb();
    let pin =
        |package: &str, expression: String| Pin { package: package.to_owned(), expression, priority: 900 };
    host.context.group.pins = vec![
        pin(pattern, String::new()),
        pin(&format!("/{pattern}/"), "release a=stable".into()),
        pin("*", format!("release n={pattern}, o=/{pattern}/")),
        pin("*", format!("version {pattern}")),
        pin("*", format!("origin {pattern}")),
    ];
    let word: String = text.chars().take(2_000).collect();
    let meta = SourceMeta {
        kind: SourceKind::Apt,
        codename: word.clone(),
        origin: word.clone(),
        ..SourceMeta::default()
    };
    host::judge(
        &host,
        SnapshotContent {
            meta,
            packages: vec![offer("bash", &word), offer(&word, "9")],
            ..SnapshotContent::default()
        },
    );
}

/// The pattern in the places where dnf has one.
fn excluded(pattern: &str, text: &str) {
    let mut host = host::rpm();
    host.context.group.excludes.insert(pattern.to_owned());
    let meta =
        SourceMeta { kind: SourceKind::Yum, excludes: vec![pattern.to_owned()], ..SourceMeta::default() };
    let word: String = text.chars().take(2_000).collect();
    let packages = vec![offer("bash", "9-1"), offer(&word, "9-1")];
    host::judge(&host, SnapshotContent { meta, packages, ..SnapshotContent::default() });
}

fn offer(name: &str, version: &str) -> IndexedPackage {
    let (name, version, arch) = (name.to_owned(), version.to_owned(), "amd64".to_owned());
    IndexedPackage { source_name: name.clone(), name, version, arch, ..IndexedPackage::default() }
}
