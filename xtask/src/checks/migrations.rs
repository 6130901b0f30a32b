//! Migrations: both trees (SQLite, PostgreSQL) hold the same numbers and names.
//!
//! A name is `NNNN_verb_noun.sql`; numbers begin at 0001 and have no gap. Twin trees that drift apart
//! are the classic fault of servers on two databases.
use std::collections::BTreeSet;

use super::Problem;
use crate::source_tree::SourceFile;

const ROOT: &str = "crates/pakiti-store/migrations/";
const TREES: [&str; 2] = ["sqlite", "postgres"];

/// Finds differences between the trees, odd names and gaps; no migrations at all is fine.
pub(crate) fn check(files: &[SourceFile]) -> Vec<Problem> {
    let [sqlite, postgres] = TREES.map(|tree| names(files, tree));
    let mut problems = Vec::new();
    for (tree, have, other) in [("sqlite", &sqlite, &postgres), ("postgres", &postgres, &sqlite)] {
        let place = format!("{ROOT}{tree}");
        problems.extend(other.difference(have).map(|name| Problem::of(&place, format!("has no {name}"))));
        problems.extend(odd_names(&place, have));
    }
    problems
}

fn names<'a>(files: &'a [SourceFile], tree: &str) -> BTreeSet<&'a str> {
    let folder = format!("{ROOT}{tree}/");
    files
        .iter()
        .filter_map(|file| file.path.strip_prefix(folder.as_str()))
        .filter(|name| name.ends_with(".sql"))
        .collect()
}

fn odd_names(place: &str, names: &BTreeSet<&str>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let number = number_of(name);
        if number.is_none() {
            problems.push(Problem::of(place, format!("{name} is not named NNNN_verb_noun.sql")));
        } else if number != Some(index + 1) {
            problems.push(Problem::of(place, format!("{name} should have number {:04}", index + 1)));
        }
    }
    problems
}

/// The number of a well-formed name: four digits, then at least two lower-case words.
fn number_of(name: &str) -> Option<usize> {
    let (digits, words) = name.strip_suffix(".sql")?.split_once('_')?;
    let word_is_fine =
        |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let well_formed = digits.len() == 4 && words.contains('_') && words.split('_').all(word_is_fine);
    if well_formed { digits.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(names: &[&str]) -> Vec<SourceFile> {
        names.iter().map(|name| SourceFile::new(&format!("{ROOT}{name}"), "")).collect()
    }

    fn messages(names: &[&str]) -> Vec<String> {
        check(&tree(names)).into_iter().map(|problem| problem.to_string()).collect()
    }

    #[test]
    fn equal_trees_pass() {
        assert!(messages(&[]).is_empty());
        let both = ["sqlite/0001_create_host.sql", "postgres/0001_create_host.sql", "README.md"];
        assert!(messages(&both).is_empty());
    }

    #[test]
    fn a_missing_twin_is_named() {
        assert_eq!(
            messages(&["sqlite/0001_create_host.sql"]),
            ["error: crates/pakiti-store/migrations/postgres: has no 0001_create_host.sql"]
        );
    }

    #[test]
    fn doubled_and_missing_numbers_are_found() {
        let doubled = ["sqlite/0001_create_host.sql", "sqlite/0001_create_user.sql"];
        assert!(messages(&doubled)[0].ends_with("0001_create_user.sql should have number 0002"));
        let gap = ["sqlite/0002_create_host.sql", "postgres/0002_create_host.sql"];
        assert_eq!(messages(&gap).len(), 2);
    }

    #[test]
    fn names_say_what_they_do() {
        assert_eq!(number_of("0012_add_cell.sql"), Some(12));
        for odd in ["12_add_cell.sql", "0012_add.sql", "0012_Add_cell.sql", "0012_add__cell.sql", "0012.sql"]
        {
            assert_eq!(number_of(odd), None, "{odd}");
        }
    }
}
