//! `modules.yaml`: module streams and their defaults.
//!
//! Format: libmodulemd's (`yaml_specs/modulemd_stream_v2.yaml`, `modulemd_defaults_v1.yaml`); version 1 of the
//! streams differs in one list less. Translations, obsoletes and packager documents tell nothing that is judged.
//! Of two defaults of a module the one that was modified later counts; if they are equally old and differ, the
//! module has none (`modulemd-defaults.c`, merge).

use super::evr::word;
use super::yaml::{Documents, Node};
use crate::decompress::{self, DecompressError, DecompressLimits};
use crate::repository::{SkipList, SkipReason};
use pakiti_core::module::{ModuleStream, Modules};
use std::collections::BTreeMap;

/// Most documents of one file. RHEL 8's has 1000.
const MAX_DOCUMENTS: u64 = 200_000;

/// What a `modules.yaml` gave.
#[derive(Debug, Default)]
pub(super) struct ModulesFile {
    pub(super) modules: Modules,
    /// Documents in the file, the skipped ones and those of other kinds included.
    pub(super) records: u64,
    /// Module -> when its default was modified, and the default.
    defaults: BTreeMap<String, (u64, Option<String>)>,
}

/// Reads a `modules.yaml`, compressed or not. Documents that cannot be read go to `skipped` under the name `file`.
pub(super) fn read(file: &str, data: &[u8], skipped: &mut SkipList) -> Result<ModulesFile, DecompressError> {
    let input = decompress::reader(data, &DecompressLimits::default())?;
    let mut documents = Documents::new(input);
    let mut found = ModulesFile::default();
    while let Some(document) = documents.next_document().map_err(DecompressError::from_io)? {
        found.records += 1;
        if found.records > MAX_DOCUMENTS {
            skipped.push(file, document.line, SkipReason::TooMany { limit: MAX_DOCUMENTS });
            break;
        }
        let taken = match &document.root {
            Ok(root) => found.take(root),
            Err(error) => Err(SkipReason::Yaml(error.clone())),
        };
        if let Err(reason) = taken {
            skipped.push(file, document.line, reason);
        }
    }
    let defaults = std::mem::take(&mut found.defaults);
    let told = defaults.into_iter().filter_map(|(module, (_, stream))| Some((module, stream?)));
    found.modules.defaults = told.collect();
    Ok(found)
}

impl ModulesFile {
    fn take(&mut self, root: &Node) -> Result<(), SkipReason> {
        let data = root.get("data");
        match (root.text("document"), root.text("version")) {
            (Some("modulemd"), Some("1" | "2")) => {
                let data = data.ok_or(SkipReason::MissingField { field: "data" })?;
                self.modules.streams.push(stream(data)?);
            }
            (Some("modulemd"), _) => return Err(SkipReason::Value { field: "version of the format" }),
            (Some("modulemd-defaults"), _) => {
                let data = data.ok_or(SkipReason::MissingField { field: "data" })?;
                self.take_default(data)?;
            }
            (Some(_), _) => {}
            (None, _) => return Err(SkipReason::MissingField { field: "document" }),
        }
        Ok(())
    }

    fn take_default(&mut self, data: &Node) -> Result<(), SkipReason> {
        let module = word(data.text("module").unwrap_or_default(), "module")?.to_owned();
        let stream = data.text("stream").map(|text| word(text, "stream")).transpose()?.map(str::to_owned);
        // Digits of a time (202601311200) in all files that have it.
        let modified = data.text("modified").and_then(|text| text.parse().ok()).unwrap_or(0);
        let known = self.defaults.entry(module).or_insert_with(|| (modified, stream.clone()));
        if modified > known.0 {
            *known = (modified, stream);
        } else if modified == known.0 && stream != known.1 {
            known.1 = None;
        }
        Ok(())
    }
}

fn stream(data: &Node) -> Result<ModuleStream, SkipReason> {
    let field = |key: &'static str| word(data.text(key).unwrap_or_default(), key).map(str::to_owned);
    let optional =
        |key: &'static str| data.text(key).map_or(Ok(""), |text| word(text, key)).map(str::to_owned);
    let version = match data.text("version") {
        Some(text) => text.parse().map_err(|_| SkipReason::Value { field: "version" })?,
        None => 0,
    };
    Ok(ModuleStream {
        name: field("name")?,
        stream: field("stream")?,
        version,
        context: optional("context")?,
        arch: optional("arch")?,
        requires: data.get("dependencies").map(requires).unwrap_or_default(),
        artifacts: artifacts(data),
    })
}

/// Version 2: a list of alternatives; version 1: one map, whose modules have one stream each.
fn requires(dependencies: &Node) -> Vec<BTreeMap<String, Vec<String>>> {
    let one = std::slice::from_ref(dependencies);
    let alternatives = if matches!(dependencies, Node::Map(_)) { one } else { dependencies.items() };
    let needs = alternatives.iter().filter_map(|alternative| alternative.get("requires"));
    needs
        .map(|needs| needs.pairs().iter().map(|(module, node)| (module.clone(), streams(node))).collect())
        .collect()
}

fn streams(node: &Node) -> Vec<String> {
    match node {
        Node::List(items) => items.iter().filter_map(Node::scalar).map(str::to_owned).collect(),
        node => node.scalar().map(str::to_owned).into_iter().collect(),
    }
}

fn artifacts(data: &Node) -> Vec<String> {
    let Some(rpms) = data.get("artifacts").and_then(|artifacts| artifacts.get("rpms")) else {
        return Vec::new();
    };
    let named = rpms.items().iter().filter_map(Node::scalar);
    let binary = named.filter(|rpm| !rpm.ends_with(".src") && !rpm.ends_with(".nosrc"));
    let mut artifacts: Vec<_> = binary.map(str::to_owned).collect();
    artifacts.sort_unstable();
    artifacts.dedup();
    artifacts
}
