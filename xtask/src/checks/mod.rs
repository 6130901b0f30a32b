//! `cargo xtask check`: the rules of the house that the compiler does not know.
//!
//! One file per check. A check is a pure function of the files (or of cargo's metadata) that returns
//! problems; this module loads the input once, prints what was found and decides the exit code.
//! The rules themselves are written down in CONTRIBUTING.md.
mod file_size;
mod layers;
mod markers;
mod migrations;
mod module_heads;
mod module_names;
mod sql_place;

use std::fmt;

use anyhow::bail;

use crate::source_tree::{self, SourceFile};

/// Arguments of `check`: none, it always checks everything.
#[derive(clap::Args)]
pub(crate) struct Args {}

/// What a check found. Only problems that are not warnings make the run fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Path from the workspace root, or a crate's name.
    pub(crate) place: String,
    /// Line in the file, from 1; 0 when the whole file is meant.
    pub(crate) line: usize,
    /// What is wrong and what to do.
    pub(crate) message: String,
    /// A warning is printed and forgiven.
    pub(crate) warning: bool,
}

impl Problem {
    /// A failure at a line of a file.
    pub(crate) fn at(place: &str, line: usize, message: impl Into<String>) -> Problem {
        Problem { place: place.to_owned(), line, message: message.into(), warning: false }
    }

    /// A failure of a whole file or crate.
    pub(crate) fn of(place: &str, message: impl Into<String>) -> Problem {
        Problem::at(place, 0, message)
    }

    /// The same as a warning.
    pub(crate) fn into_warning(self) -> Problem {
        Problem { warning: true, ..self }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.warning { "warning" } else { "error" };
        match self.line {
            0 => write!(f, "{word}: {}: {}", self.place, self.message),
            line => write!(f, "{word}: {}:{line}: {}", self.place, self.message),
        }
    }
}

/// A check over the files of the tree.
type FileCheck = fn(&[SourceFile]) -> Vec<Problem>;

const FILE_CHECKS: [(&str, FileCheck); 6] = [
    ("file sizes", file_size::check),
    ("module names", module_names::check),
    ("module heads", module_heads::check),
    ("migrations", migrations::check),
    ("place of SQL", sql_place::check),
    ("markers", markers::check),
];

/// Runs every check, prints every problem, and fails if one of them is more than a warning.
pub(crate) fn run(_: Args) -> anyhow::Result<()> {
    let root = source_tree::workspace_root();
    let files = source_tree::load(&root)?;
    let mut results = vec![("layers", layers::check(&layers::read_graph(&root)?))];
    results.extend(FILE_CHECKS.map(|(name, check)| (name, check(&files))));

    let mut failed = 0;
    for (name, problems) in &results {
        let errors = problems.iter().filter(|problem| !problem.warning).count();
        let warnings = problems.len() - errors;
        println!("check {name}: {errors} errors, {warnings} warnings");
        problems.iter().for_each(|problem| println!("  {problem}"));
        failed += errors;
    }
    if failed > 0 {
        bail!("check: {failed} problems; the rules stand in CONTRIBUTING.md");
    }
    println!("check: {} checks passed over {} files", results.len(), files.len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_names_place_and_line() {
        let problem = Problem::at("a/b.rs", 7, "too long");
        assert_eq!(problem.to_string(), "error: a/b.rs:7: too long");
        assert_eq!(Problem::of("a/b.rs", "odd").into_warning().to_string(), "warning: a/b.rs: odd");
    }
}
