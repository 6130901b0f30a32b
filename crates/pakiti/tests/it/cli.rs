//! The commands that open a database, as they are run: help, accounts, sources, hosts, verification.

mod findings;
mod help;
mod hosts;
mod source_change;
mod source_import;
mod source_lists;
mod source_sync;
mod source_templates;
mod sources;
mod users;
mod yum_repository;

use crate::command::{Run, pakiti_reading};
use std::path::Path;
use tempfile::TempDir;

/// A data folder of its own.
struct Data {
    folder: TempDir,
}

impl Data {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs `pakiti LINE --data FOLDER`; blanks separate.
    fn run(&self, line: &str) -> Run {
        self.reading(line, "")
    }

    /// The same with text on standard input.
    fn reading(&self, line: &str, input: &str) -> Run {
        let mut args: Vec<&str> = line.split_whitespace().collect();
        args.extend(["--data", self.path().to_str().unwrap()]);
        pakiti_reading(&args, input.as_bytes())
    }

    /// Standard output of a command that must go well, times left out.
    #[track_caller]
    fn said(&self, line: &str) -> String {
        let run = self.run(line);
        assert_eq!(run.code, Some(0), "{line}: {}", run.stderr);
        untimed(run.text())
    }
}

/// TSV with its TABs made visible.
fn columns(text: &str) -> String {
    text.replace('\t', "|")
}

/// Text with every RFC 3339 time as `TIME`.
fn untimed(text: &str) -> String {
    let is_time = |word: &str| word.len() == 20 && word.starts_with("20") && word.ends_with('Z');
    let mut out = String::new();
    for part in text.split_inclusive(['\t', '\n', '"']) {
        let word = part.trim_end_matches(['\t', '\n', '"']);
        let end = part.get(word.len()..).unwrap_or_default();
        out.push_str(if is_time(word) { "TIME" } else { word });
        out.push_str(end);
    }
    out
}
