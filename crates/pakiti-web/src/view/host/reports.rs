//! The reports of a host: intervals in which nothing changed, and the facts of the last report.

use crate::view::query::Query;

/// A time in which the host's package set and context stayed the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntervalRow {
    /// First report with this content.
    pub from: i64,
    /// First report with other content; `None` = it still holds.
    pub to: Option<i64>,
    /// Number of packages.
    pub packages: u64,
    /// Packages it has and the interval before had not; `None` = there is none before, or it is not kept.
    pub added: Option<u64>,
    /// Packages the interval before had and it has not.
    pub removed: Option<u64>,
    /// Running kernel.
    pub kernel: Option<String>,
    /// The OS as reported.
    pub os: String,
}

/// The facts of the last report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LastReport {
    /// When it was received.
    pub received: i64,
    /// Protocol (`5`, `6`).
    pub protocol: String,
    /// Client and its version, if it says.
    pub client: Option<String>,
    /// Address it came from.
    pub ip: String,
    /// Tag of the report.
    pub tag: Option<String>,
    /// Further facts: name and value.
    pub more: Vec<(String, String)>,
}

/// The reports of a host.
#[derive(Debug, Clone, Default)]
pub struct ReportsTab {
    /// The last report; `None` = it is not kept.
    pub last: Option<LastReport>,
    /// The intervals, newest first.
    pub rows: Vec<IntervalRow>,
    /// Is this the first page?
    pub first: bool,
    /// Paging key of the next page.
    pub next: Option<String>,
}

impl ReportsTab {
    /// Query string of the next page.
    pub fn next_query(&self) -> Option<String> {
        self.next.as_deref().map(|key| Query::new().with("tab", "reports").with("after", key).finish())
    }
}
