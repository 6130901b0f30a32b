//! Layers: data flows one way, and dependencies point the same way (law 7 of ARCHITECTURE.md).
//!
//! Read from `cargo metadata`, so what counts is what is linked, not what a document says. A crate
//! without a row in [`ALLOWED`] is an error: adding one is a decision. The two crates that must be right
//! (core, formats) stay free of the async runtime and of databases, through all their dependencies.
mod graph;

pub(crate) use graph::{Graph, read_graph};

use super::Problem;

/// Crate of the workspace -> crates of the workspace it may depend on.
const ALLOWED: [(&str, &[&str]); 8] = [
    ("pakiti-core", &[]),
    ("pakiti-formats", &["pakiti-core"]),
    ("pakiti-store", &["pakiti-core"]),
    ("pakiti-engine", &["pakiti-core", "pakiti-formats", "pakiti-store"]),
    ("pakiti-web", &["pakiti-core", "pakiti-formats", "pakiti-store", "pakiti-engine"]),
    ("pakiti", &["pakiti-core", "pakiti-formats", "pakiti-store", "pakiti-engine", "pakiti-web"]),
    ("pakiti-fuzz", &["pakiti-core", "pakiti-formats"]),
    ("xtask", &["pakiti-core", "pakiti-formats", "pakiti-store", "pakiti-engine", "pakiti-web", "pakiti"]),
];

/// Crates that must stay pure, and what they must not reach at any distance (tests apart).
const PURE: [&str; 2] = ["pakiti-core", "pakiti-formats"];
const IMPURE: [&str; 3] = ["tokio", "sqlx", "sqlx-core"];

/// Finds edges that point back, crates without a layer, impure dependencies and foreign users of sqlx.
pub(crate) fn check(graph: &Graph) -> Vec<Problem> {
    let mut problems: Vec<Problem> =
        graph.members.iter().flat_map(|member| check_member(graph, member)).collect();
    for pure in PURE {
        for impure in IMPURE {
            if let Some(path) = graph.path(pure, impure) {
                problems.push(Problem::of(pure, format!("reaches {impure}: {}", path.join(" -> "))));
            }
        }
    }
    problems
}

fn check_member(graph: &Graph, member: &str) -> Vec<Problem> {
    let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == member) else {
        let message = "has no layer: add a row to xtask/src/checks/layers.rs and to ARCHITECTURE.md";
        return vec![Problem::of(member, message)];
    };
    let mut problems = Vec::new();
    for dependency in graph.all_dependencies(member) {
        if graph.members.contains(dependency) && !allowed.contains(&dependency.as_str()) {
            problems.push(Problem::of(member, format!("must not depend on {dependency}")));
        }
        if dependency.starts_with("sqlx") && member != "pakiti-store" {
            problems.push(Problem::of(member, "must not depend on sqlx: only pakiti-store may"));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(graph: &Graph) -> Vec<String> {
        check(graph).into_iter().map(|problem| problem.to_string()).collect()
    }

    #[test]
    fn the_house_as_designed_passes() {
        let mut graph = Graph::default();
        for (member, allowed) in ALLOWED {
            graph.add_member(member);
            allowed.iter().for_each(|dependency| graph.add_edge(member, dependency));
        }
        graph.add_edge("pakiti-store", "sqlx");
        graph.add_edge("sqlx", "tokio");
        assert!(messages(&graph).is_empty());
    }

    #[test]
    fn an_edge_that_points_back_is_found() {
        let mut graph = Graph::default();
        graph.add_member("pakiti-store");
        graph.add_member("pakiti-engine");
        graph.add_edge("pakiti-store", "pakiti-engine");
        assert_eq!(messages(&graph), ["error: pakiti-store: must not depend on pakiti-engine"]);
    }

    #[test]
    fn a_test_dependency_that_points_back_is_found_too() {
        let mut graph = Graph::default();
        graph.add_member("pakiti-core");
        graph.add_member("pakiti-formats");
        graph.add_dev_edge("pakiti-core", "pakiti-formats");
        assert_eq!(messages(&graph), ["error: pakiti-core: must not depend on pakiti-formats"]);
    }

    #[test]
    fn a_new_crate_needs_a_row() {
        let mut graph = Graph::default();
        graph.add_member("pakiti-extra");
        assert!(messages(&graph)[0].starts_with("error: pakiti-extra: has no layer"));
    }

    #[test]
    fn purity_is_checked_at_any_distance() {
        let mut graph = Graph::default();
        graph.add_member("pakiti-core");
        graph.add_edge("pakiti-core", "feeds");
        graph.add_edge("feeds", "tokio");
        assert_eq!(messages(&graph), ["error: pakiti-core: reaches tokio: pakiti-core -> feeds -> tokio"]);
    }

    #[test]
    fn tests_of_a_pure_crate_may_use_the_runtime() {
        let mut graph = Graph::default();
        graph.add_member("pakiti-core");
        graph.add_dev_edge("pakiti-core", "tokio");
        assert!(messages(&graph).is_empty());
    }

    #[test]
    fn sqlx_has_one_user() {
        let mut graph = Graph::default();
        graph.add_member("pakiti-web");
        graph.add_dev_edge("pakiti-web", "sqlx");
        assert_eq!(messages(&graph), ["error: pakiti-web: must not depend on sqlx: only pakiti-store may"]);
    }
}
