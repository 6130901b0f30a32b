//! Module names: a module is a noun of the domain, so names that say nothing are refused.
use super::Problem;
use crate::source_tree::SourceFile;

const BANNED: [&str; 8] = ["utils", "util", "common", "helpers", "helper", "manager", "misc", "stuff"];

/// Finds Rust files, folders and inline modules with a banned name.
pub(crate) fn check(files: &[SourceFile]) -> Vec<Problem> {
    files.iter().filter(|file| file.kind() == "rs").flat_map(check_file).collect()
}

fn check_file(file: &SourceFile) -> Vec<Problem> {
    let message = |name: &str| format!("`{name}` says nothing: name the module after what it holds");
    let by_path = file.path.trim_end_matches(".rs").split('/').filter(|part| BANNED.contains(part));
    let mut problems: Vec<Problem> = by_path.map(|name| Problem::of(&file.path, message(name))).collect();
    for (number, line) in file.lines() {
        if let Some(name) = inline_module(line).filter(|name| BANNED.contains(name)) {
            problems.push(Problem::at(&file.path, number, message(name)));
        }
    }
    problems
}

/// The name in `mod name {`, with any visibility; a `mod name;` is found by its file.
fn inline_module(line: &str) -> Option<&str> {
    let head = line.trim().strip_suffix('{')?.trim_end();
    let (visibility, name) = head.rsplit_once("mod ")?;
    let visibility = visibility.trim();
    (visibility.is_empty() || visibility.starts_with("pub")).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_folders_are_checked() {
        let files = [
            SourceFile::new("crates/a/src/utils.rs", "//! x"),
            SourceFile::new("crates/a/tests/common/mod.rs", "//! x"),
            SourceFile::new("crates/a/src/host.rs", "//! x"),
            SourceFile::new("docs/common.md", ""),
        ];
        let found: Vec<String> = check(&files).into_iter().map(|problem| problem.place).collect();
        assert_eq!(found, ["crates/a/src/utils.rs", "crates/a/tests/common/mod.rs"]);
    }

    #[test]
    fn inline_modules_are_checked() {
        let file = SourceFile::new("a.rs", "//! x\npub(crate) mod helpers {\n}\nmod tests {\n}\n");
        let found = check(&[file]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].line, 2);
    }

    #[test]
    fn longer_words_are_fine() {
        assert!(check(&[SourceFile::new("a/common_platform.rs", "//! mod misc {")]).is_empty());
    }
}
