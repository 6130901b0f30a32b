//! Documents of the tests.

use pakiti_core::oval::model::{Document, MISSING, Place};
use pakiti_formats::definition::oval::{LoadedDocument, load};

/// A document of these items, in an order of sections that no vendor has.
pub(super) fn document(items: &str) -> String {
    format!("<?xml version=\"1.0\"?>\n<oval_definitions xmlns=\"x\"><any>{items}</any></oval_definitions>")
}

pub(super) fn loaded(items: &str) -> LoadedDocument {
    load(document(items).as_bytes(), "f").unwrap()
}

/// The document of these items, nothing of which is left out.
pub(super) fn whole(items: &str) -> Document {
    let loaded = loaded(items);
    assert_eq!(told(&loaded), "");
    loaded.document
}

/// What was left out, a line each.
pub(super) fn told(loaded: &LoadedDocument) -> String {
    let lines: Vec<_> = loaded.skipped.kept().iter().map(ToString::to_string).collect();
    assert!(loaded.skipped.count() == lines.len() as u64 || lines.len() == 100);
    lines.join("\n")
}

/// A place as the snapshots show it.
pub(super) fn shown(place: Place) -> String {
    if place == MISSING { "-".to_owned() } else { place.to_string() }
}
