//! Tables with a header line `#NAME TAB NAME...` (contract.md "Reports"): columns by name, in any order.

use super::lines::{Columns, Line};
use super::{Limits, ReportError, SkipReason};

/// The columns of a table.
#[derive(Debug)]
pub(super) struct Table {
    names: Vec<String>,
    line: usize,
}

/// The cells of one row.
#[derive(Debug)]
pub(super) struct Row<'a>(Vec<&'a str>);

/// Position of a column, if the table has it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column(Option<usize>);

impl Table {
    /// The table whose header is `line`; `None` if the line does not begin with `#`.
    pub(super) fn from_header(line: Line<'_>, limits: &Limits) -> Option<Self> {
        let names = line.text(limits.max_line).ok()?.strip_prefix('#')?;
        let names = names.split('\t').map(|name| name.trim().to_owned()).collect();
        Some(Self { names, line: line.number })
    }

    /// A column that may be missing: its cells are then empty.
    pub(super) fn column(&self, name: &str) -> Column {
        Column(self.names.iter().position(|n| n.eq_ignore_ascii_case(name)))
    }

    /// A column that must be there.
    pub(super) fn required(&self, column: &'static str) -> Result<Column, ReportError> {
        let found = self.column(column);
        found.0.map_or(Err(ReportError::MissingColumn { line: self.line, column }), |_| Ok(found))
    }
}

impl Column {
    pub(super) fn exists(self) -> bool {
        self.0.is_some()
    }
}

impl<'a> Row<'a> {
    pub(super) fn new(line: Line<'a>, limits: &Limits) -> Result<Self, SkipReason> {
        Ok(Self(Columns::of(line.text(limits.max_line)?).collect()))
    }

    /// A cell; missing, empty and `(none)` are all the empty string.
    pub(super) fn cell(&self, column: Column) -> &'a str {
        let cell = column.0.and_then(|at| self.0.get(at)).copied().unwrap_or_default();
        if cell == super::rpm::NONE { "" } else { cell }
    }
}
