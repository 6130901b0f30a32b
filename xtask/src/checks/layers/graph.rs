//! The dependency graph by crate name, read from `cargo metadata --format-version 1`.
//!
//! Two versions of one crate are one node here: for layers only the name matters.
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};
use serde_json::Value;

type Edges = BTreeMap<String, BTreeSet<String>>;

/// Who depends on whom.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    /// Names of the workspace's own crates.
    pub(crate) members: BTreeSet<String>,
    /// Normal and build dependencies.
    linked: Edges,
    /// Dependencies of tests, benches and examples.
    dev: Edges,
}

impl Graph {
    /// Makes `name` a crate of the workspace.
    pub(crate) fn add_member(&mut self, name: &str) {
        self.members.insert(name.to_owned());
    }

    /// Records that `from` links `to`.
    pub(crate) fn add_edge(&mut self, from: &str, to: &str) {
        self.linked.entry(from.to_owned()).or_default().insert(to.to_owned());
    }

    /// Records that only the tests of `from` use `to`.
    pub(crate) fn add_dev_edge(&mut self, from: &str, to: &str) {
        self.dev.entry(from.to_owned()).or_default().insert(to.to_owned());
    }

    /// Direct dependencies of every kind.
    pub(crate) fn all_dependencies(&self, from: &str) -> BTreeSet<&String> {
        [&self.linked, &self.dev].into_iter().filter_map(|edges| edges.get(from)).flatten().collect()
    }

    /// The shortest chain of linked dependencies from one crate to another, both ends included.
    pub(crate) fn path(&self, from: &str, to: &str) -> Option<Vec<String>> {
        let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
        let mut queue = VecDeque::from([from]);
        while let Some(at) = queue.pop_front() {
            if at == to {
                let mut path = vec![at.to_owned()];
                let mut step = at;
                while let Some(previous) = came_from.get(step) {
                    path.insert(0, (*previous).to_owned());
                    step = previous;
                }
                return Some(path);
            }
            for next in self.linked.get(at).into_iter().flatten() {
                if next != from && !came_from.contains_key(next.as_str()) {
                    came_from.insert(next, at);
                    queue.push_back(next);
                }
            }
        }
        None
    }
}

/// Asks cargo for the graph of the workspace at `root`.
///
/// # Errors
/// cargo cannot be run or refuses (e.g. the lock file is out of date), or its answer has an unknown shape.
pub(crate) fn read_graph(root: &Path) -> anyhow::Result<Graph> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["metadata", "--format-version", "1", "--locked"]).current_dir(root);
    let output = command.output().context("cargo metadata")?;
    if !output.status.success() {
        bail!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    from_metadata(&serde_json::from_slice(&output.stdout)?)
}

fn from_metadata(metadata: &Value) -> anyhow::Result<Graph> {
    let mut names = BTreeMap::new();
    for package in list(&metadata["packages"], "packages")? {
        names.insert(text(&package["id"], "id")?, text(&package["name"], "name")?);
    }
    let name = |id: &Value| -> anyhow::Result<&str> {
        let id = text(id, "package id")?;
        names.get(id).copied().with_context(|| format!("cargo metadata: unknown package {id}"))
    };
    let mut graph = Graph::default();
    for member in list(&metadata["workspace_members"], "workspace_members")? {
        graph.add_member(name(member)?);
    }
    for node in list(&metadata["resolve"]["nodes"], "resolve.nodes")? {
        let from = name(&node["id"])?;
        for dependency in list(&node["deps"], "deps")? {
            let to = name(&dependency["pkg"])?;
            for kind in list(&dependency["dep_kinds"], "dep_kinds")? {
                match kind["kind"].as_str() {
                    Some("dev") => graph.add_dev_edge(from, to),
                    _ => graph.add_edge(from, to),
                }
            }
        }
    }
    Ok(graph)
}

fn list<'a>(value: &'a Value, what: &str) -> anyhow::Result<&'a Vec<Value>> {
    value.as_array().with_context(|| format!("cargo metadata: {what} is no list"))
}

fn text<'a>(value: &'a Value, what: &str) -> anyhow::Result<&'a str> {
    value.as_str().with_context(|| format!("cargo metadata: {what} is no text"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn metadata_becomes_edges_by_name() {
        let metadata = json!({
            "packages": [{"id": "a 1", "name": "a"}, {"id": "b 1", "name": "b"}, {"id": "c 1", "name": "c"}],
            "workspace_members": ["a 1"],
            "resolve": {"nodes": [
                {"id": "a 1", "deps": [
                    {"pkg": "b 1", "dep_kinds": [{"kind": null}]},
                    {"pkg": "c 1", "dep_kinds": [{"kind": "dev"}]},
                ]},
                {"id": "b 1", "deps": [{"pkg": "c 1", "dep_kinds": [{"kind": "build"}]}]},
            ]},
        });
        let graph = from_metadata(&metadata).unwrap();
        assert_eq!(graph.members.iter().collect::<Vec<_>>(), ["a"]);
        assert_eq!(graph.all_dependencies("a").into_iter().collect::<Vec<_>>(), ["b", "c"]);
        assert_eq!(graph.path("a", "c").unwrap(), ["a", "b", "c"]);
        assert_eq!(graph.path("c", "a"), None);
    }

    #[test]
    fn a_cycle_ends() {
        let mut graph = Graph::default();
        graph.add_edge("a", "b");
        graph.add_edge("b", "a");
        assert_eq!(graph.path("a", "z"), None);
    }

    #[test]
    fn an_unknown_shape_is_an_error() {
        assert!(from_metadata(&json!({})).is_err());
    }

    #[test]
    fn this_workspace_is_readable() {
        let graph = read_graph(&crate::source_tree::workspace_root()).unwrap();
        assert!(graph.members.contains("xtask"));
        assert!(graph.path("xtask", "clap").is_some());
        // What the purity check looks for must be visible where it is allowed.
        assert!(graph.path("pakiti-store", "tokio").is_some());
    }
}
