//! The place of SQL: only pakiti-store speaks it (law 6, one text of SQL for both databases).
//!
//! Outside that crate no Rust code names sqlx, and no crate holds a statement in a string. The developer
//! commands in xtask may speak SQL to a referee's database, but not through sqlx.
use super::Problem;
use crate::source_tree::SourceFile;

const HOME: &str = "crates/pakiti-store/";

/// How a statement in a string begins, or goes on. Upper case, as this house writes SQL.
const STATEMENTS: [&str; 5] = ["SELECT ", "INSERT INTO ", "DELETE FROM ", "CREATE TABLE ", "ON CONFLICT "];

/// Finds sqlx and SQL text outside their home.
pub(crate) fn check(files: &[SourceFile]) -> Vec<Problem> {
    let foreign = files.iter().filter(|file| file.kind() == "rs" && !file.path.starts_with(HOME));
    foreign.flat_map(check_file).collect()
}

fn check_file(file: &SourceFile) -> Vec<Problem> {
    let in_crate_source = file.path.starts_with("crates/") && file.path.contains("/src/");
    let code = file.lines().map(|(number, line)| (number, line.trim()));
    let mut problems = Vec::new();
    for (number, line) in code.filter(|(_, line)| !line.starts_with("//")) {
        if names_sqlx(line) {
            problems.push(Problem::at(&file.path, number, "names sqlx: only pakiti-store may"));
        }
        if in_crate_source && holds_statement(line) {
            problems.push(Problem::at(&file.path, number, "holds SQL: move the statement to pakiti-store"));
        }
    }
    problems
}

fn names_sqlx(line: &str) -> bool {
    const PATH: &str = concat!("sqlx", "::");
    const IMPORT: &str = concat!("use ", "sqlx");
    line.contains(PATH) || line.contains(IMPORT)
}

/// A string literal that opens with a statement; SQL words inside a sentence do not count.
fn holds_statement(line: &str) -> bool {
    STATEMENTS.iter().any(|start| line.contains(&format!("\"{start}")) || line.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, line: &str) -> usize {
        check(&[SourceFile::new(path, line)]).len()
    }

    #[test]
    fn sqlx_stays_at_home() {
        let line = concat!("let pool: sqlx", "::PgPool = open();");
        assert_eq!(count("crates/pakiti-store/src/pool.rs", line), 0);
        assert_eq!(count("crates/pakiti-web/src/page.rs", line), 1);
        assert_eq!(count("xtask/src/bench.rs", line), 1);
        assert_eq!(count("crates/pakiti/tests/it/main.rs", concat!("    use ", "sqlx;")), 1);
    }

    #[test]
    fn statements_stay_at_home() {
        let line = r#"    let text = "SELECT id FROM host WHERE id = $1";"#;
        assert_eq!(count("crates/pakiti-store/src/host.rs", line), 0);
        assert_eq!(count("crates/pakiti-engine/src/ingest.rs", line), 1);
        assert_eq!(count("crates/pakiti-engine/src/ingest.rs", "  INSERT INTO host VALUES ($1)"), 1);
        assert_eq!(count("xtask/src/bench.rs", line), 0);
    }

    #[test]
    fn prose_is_not_sql() {
        assert_eq!(count("crates/pakiti-web/src/page.rs", "// SELECT is said here"), 0);
        assert_eq!(count("crates/pakiti-web/src/page.rs", r#""Please SELECT a host""#), 0);
    }
}
