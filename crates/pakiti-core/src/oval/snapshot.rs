//! A document as the content of a source's snapshot.
//!
//! Which OS groups it speaks for is what its platforms say, unless an administrator maps it (law 8). contract.md
//! "coverage": OVAL of a whole release is complete; excerpts and files of single products are not.

use super::model::{Class, Document};
use super::platform;
use crate::os_group::OsGroupId;
use crate::repository::{SnapshotContent, SourceKind, SourceMeta};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Fewer definitions than this are no whole release: the smallest real one (Debian 8's DSAs) has 160.
const WHOLE_RELEASE: usize = 100;

/// How an administrator wants a document to be used.
#[derive(Debug, Clone, Default)]
pub struct DocumentOptions {
    /// What documents call the source.
    pub name: String,
    /// URL it came from, without credentials; empty for paths.
    pub url: String,
    /// The OS group it is mapped to; `None` = what the feed says.
    pub os_group: Option<OsGroupId>,
    /// Further OS groups it is mapped to.
    pub further_groups: BTreeSet<OsGroupId>,
    /// Is it that of a whole release? `None` = by its size.
    pub complete: Option<bool>,
}

/// The content of a snapshot with this document.
pub fn content(document: Document, options: DocumentOptions) -> SnapshotContent {
    let DocumentOptions { name, url, os_group, further_groups, complete } = options;
    let (os_group, further_groups) = match os_group {
        Some(group) => (Some(group), further_groups),
        None => {
            let mut groups = platform::groups(&document);
            (groups.pop_first(), groups)
        }
    };
    let judging = |class: Class| matches!(class, Class::Vulnerability | Class::Patch);
    let count = document.definitions.iter().filter(|definition| judging(definition.class)).count();
    let meta = SourceMeta {
        kind: SourceKind::Oval,
        name,
        url,
        origin: document.generator.product.to_string(),
        date: document.generator.timestamp,
        os_group,
        further_groups,
        complete: complete.unwrap_or(count >= WHOLE_RELEASE),
        security: true,
        ..SourceMeta::default()
    };
    SnapshotContent { meta, definitions: Some(Arc::new(document)), ..SnapshotContent::default() }
}
