//! Module heads: each Rust file opens with `//!`, saying what it holds and where its rule comes from.
//!
//! A crate may open with its README instead (`#![doc = include_str!(...)]`). A `tests.rs` beside a module
//! of `src` is the end of that module's file, moved out: the module's own head speaks for it.
use super::Problem;
use crate::source_tree::SourceFile;

/// Finds Rust files that open with anything else.
pub(crate) fn check(files: &[SourceFile]) -> Vec<Problem> {
    let rust = files.iter().filter(|file| file.kind() == "rs");
    rust.filter(|file| !has_head(&file.text) && !is_moved_out(&file.path))
        .map(|file| Problem::at(&file.path, 1, "does not open with `//!`: say what the module holds"))
        .collect()
}

fn has_head(text: &str) -> bool {
    let said = text.strip_prefix("//!").and_then(|rest| rest.lines().next()).map(str::trim);
    said.is_some_and(|words| !words.is_empty()) || text.starts_with("#![doc")
}

fn is_moved_out(path: &str) -> bool {
    path.contains("/src/") && path.ends_with("/tests.rs")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unit_tests_go_without() {
        assert!(is_moved_out("crates/a/src/host/tests.rs"));
        assert!(!is_moved_out("crates/a/tests/it/tests.rs"));
    }

    #[test]
    fn a_head_has_words() {
        assert!(has_head("//! Hosts.\nuse x;"));
        assert!(has_head("#![doc = include_str!(\"../README.md\")]\n"));
        assert!(!has_head("//!\n"));
        assert!(!has_head("use x;\n//! Hosts."));
        assert!(!has_head("/// Hosts.\n"));
        assert!(!has_head(""));
    }

    #[test]
    fn only_rust_files_have_heads() {
        let files = [SourceFile::new("a.sql", "SELECT 1"), SourceFile::new("a.rs", "fn main() {}")];
        let found = check(&files);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].place, "a.rs");
    }
}
