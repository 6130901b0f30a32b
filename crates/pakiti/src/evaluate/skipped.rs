//! What was left out, as rows of the document.
//!
//! contract.md: `skipped` has source, place, reason and count. The formats keep the first hundred of a list in
//! full and count the rest: these become one row without a place.

use pakiti_formats::report::Report;
use pakiti_formats::repository::SkipList;
use serde::Serialize;

/// `source` of what was left out of the report itself.
const REPORT: &str = "report";

/// Something that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct SkippedRow {
    pub(crate) source: String,
    /// `file:line` or file.
    pub(crate) at: Option<String>,
    pub(crate) reason: String,
    pub(crate) count: u64,
}

/// Rows as they come; equal ones are counted.
#[derive(Debug, Default)]
pub(crate) struct SkippedRows(Vec<SkippedRow>);

impl SkippedRows {
    /// Adds one thing.
    pub(crate) fn push(&mut self, source: &str, at: String, reason: String) {
        self.add(SkippedRow { source: source.to_owned(), at: Some(at), reason, count: 1 });
    }

    /// Adds several things of one place.
    pub(crate) fn push_count(&mut self, source: &str, at: &str, reason: &str, count: u64) {
        let (source, at) = (source.to_owned(), Some(at.to_owned()));
        self.add(SkippedRow { source, at, reason: reason.to_owned(), count });
    }

    /// Adds a list of a source; `place` tells where a file is.
    pub(crate) fn push_list(&mut self, source: &str, list: &SkipList, place: impl Fn(&str) -> String) {
        for skipped in list.kept() {
            let file = place(&skipped.file);
            let at = if skipped.line == 0 { file } else { format!("{file}:{}", skipped.line) };
            self.push(source, at, skipped.reason.to_string());
        }
        self.push_rest(source, list.count().saturating_sub(list.kept().len() as u64));
    }

    /// Adds the lines of a report; `file` is its name.
    pub(crate) fn push_report(&mut self, file: &str, report: &Report) {
        for skipped in &report.skipped {
            self.push(REPORT, format!("{file}:{}", skipped.line), skipped.reason.to_string());
        }
        self.push_rest(REPORT, report.skipped_count.saturating_sub(report.skipped.len() as u64));
    }

    fn push_rest(&mut self, source: &str, count: u64) {
        if count > 0 {
            let reason = "more of these, not listed one by one".to_owned();
            self.add(SkippedRow { source: source.to_owned(), at: None, reason, count });
        }
    }

    fn add(&mut self, row: SkippedRow) {
        let same = |known: &&mut SkippedRow| {
            (&known.source, &known.at, &known.reason) == (&row.source, &row.at, &row.reason)
        };
        match self.0.iter_mut().find(same) {
            Some(known) => known.count += row.count,
            None => self.0.push(row),
        }
    }

    /// The rows by source; those of one source in the order they came.
    pub(crate) fn finish(mut self) -> Vec<SkippedRow> {
        self.0.sort_by(|a, b| a.source.cmp(&b.source));
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pakiti_formats::repository::SkipReason;

    #[test]
    fn equal_rows_are_counted_and_the_rest_of_a_long_list_is_one_row() {
        let mut list = SkipList::default();
        list.push("Packages", 1, SkipReason::MissingField { field: "Version" });
        list.push("Packages", 1, SkipReason::MissingField { field: "Version" });
        for line in 2..=100 {
            list.push("Packages", line, SkipReason::MissingField { field: "Package" });
        }
        let mut rows = SkippedRows::default();
        rows.push_list("b", &list, |file| format!("x/{file}"));
        rows.push("a", "InRelease".to_owned(), "odd".to_owned());
        let rows = rows.finish();
        assert_eq!(rows.iter().map(|row| row.count).sum::<u64>(), list.count() + 1);
        assert_eq!(rows.first().map(|row| row.source.as_str()), Some("a"));
        let row = |at: Option<&str>, reason: &str, count| SkippedRow {
            source: "b".to_owned(),
            at: at.map(str::to_owned),
            reason: reason.to_owned(),
            count,
        };
        assert_eq!(rows[1], row(Some("x/Packages:1"), "no Version", 2));
        assert_eq!(rows[100], row(None, "more of these, not listed one by one", 1));
    }
}
