//! File sizes: aim at 80-250 lines, a warning above 400, an error above 600.
//!
//! A long file is two files that nobody has named yet. Tables are the exception: a table cut in two is
//! no easier to read. They stand in [`EXEMPT`] with a reason, as does the client, which is one file because
//! that is how it is copied to hosts.
use super::Problem;
use crate::source_tree::SourceFile;

const SOFT_LIMIT: usize = 400;
const HARD_LIMIT: usize = 600;

/// Kinds of files that the limits hold for.
const KINDS: [&str; 5] = ["rs", "sh", "html", "css", "js"];

/// Files that may be long, and why. A row that is no longer needed is an error too.
const EXEMPT: &[(&str, &str)] = &[("client/pakiti-client", "one file, copied to hosts as it is")];

/// Finds files that are too long.
pub(crate) fn check(files: &[SourceFile]) -> Vec<Problem> {
    check_with(files, EXEMPT)
}

fn check_with(files: &[SourceFile], exempt: &[(&str, &str)]) -> Vec<Problem> {
    let is_exempt = |path: &str| exempt.iter().any(|(row, _)| *row == path);
    let long_files = files.iter().filter(|file| KINDS.contains(&file.kind()) && !is_exempt(&file.path));
    let mut problems: Vec<Problem> = long_files.filter_map(judge).collect();
    for (path, _) in exempt {
        let still_long = files.iter().any(|file| file.path == *path && length(file) > SOFT_LIMIT);
        if !still_long {
            problems.push(Problem::of(path, "is exempt, but absent or short: remove the row"));
        }
    }
    problems
}

fn length(file: &SourceFile) -> usize {
    file.text.lines().count()
}

fn judge(file: &SourceFile) -> Option<Problem> {
    match length(file) {
        0..=SOFT_LIMIT => None,
        lines @ ..=HARD_LIMIT => {
            let message = format!("{lines} lines, above the soft limit of {SOFT_LIMIT}");
            Some(Problem::of(&file.path, message).into_warning())
        }
        lines => {
            Some(Problem::of(&file.path, format!("{lines} lines, above the limit of {HARD_LIMIT}: split it")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, lines: usize) -> SourceFile {
        SourceFile::new(path, &"x\n".repeat(lines))
    }

    #[test]
    fn limits_are_inclusive() {
        let files = [file("a.rs", 400), file("b.rs", 401), file("c.rs", 600), file("d.rs", 601)];
        let found: Vec<(String, bool)> =
            check_with(&files, &[]).into_iter().map(|p| (p.place, p.warning)).collect();
        let expected = [("b.rs", true), ("c.rs", true), ("d.rs", false)];
        assert_eq!(found, expected.map(|(path, warning)| (path.to_owned(), warning)));
    }

    #[test]
    fn prose_and_migrations_may_be_long() {
        assert!(check_with(&[file("README.md", 900), file("0001_create.sql", 900)], &[]).is_empty());
    }

    #[test]
    fn scripts_count_by_first_line() {
        let script = SourceFile::new("client/pakiti-client", &format!("#!/bin/bash\n{}", "x\n".repeat(700)));
        assert_eq!(check_with(&[script], &[]).len(), 1);
    }

    #[test]
    fn a_file_is_exempt_only_while_it_is_long() {
        let exempt = [("t.rs", "vendors' table")];
        assert!(check_with(&[file("t.rs", 900)], &exempt).is_empty());
        assert_eq!(check_with(&[file("t.rs", 90)], &exempt).len(), 1);
        assert_eq!(check_with(&[], &exempt).len(), 1);
    }
}
