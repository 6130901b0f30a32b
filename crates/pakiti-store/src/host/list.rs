//! Lists of hosts: filters, order, paging by key.

use super::{HostRow, read_row, row_columns, visible, with_groups};
use crate::db::{Db, Value};
use crate::error::Result;
use crate::scope::Scope;
use pakiti_core::present::HostState;
use pakiti_core::severity::Severity;

/// What a list is ordered by; ties are broken by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Strongest state first.
    #[default]
    State,
    /// Host name.
    Name,
    /// OS group.
    Os,
    /// Kernel.
    Kernel,
    /// Security updates.
    Security,
    /// Other updates.
    Other,
    /// Packages no source knows.
    Unknown,
    /// Fixable critical findings, then fixable important ones.
    Findings,
    /// Last report.
    LastReport,
}

/// What weighs one critical finding in [`Sort::Findings`]: more than a host can have important ones.
const CRITICAL: i64 = 1_000_000;

impl Sort {
    /// Every order with the word it has in URLs.
    pub const ALL: [(Self, &'static str); 9] = [
        (Self::State, "state"),
        (Self::Name, "name"),
        (Self::Os, "os"),
        (Self::Kernel, "kernel"),
        (Self::Security, "security"),
        (Self::Other, "other"),
        (Self::Unknown, "unknown"),
        (Self::Findings, "findings"),
        (Self::LastReport, "last"),
    ];

    fn column(self) -> &'static str {
        match self {
            Self::State => "h.state",
            Self::Name => "h.name",
            Self::Os => "h.os_group",
            Self::Kernel => "h.kernel",
            Self::Security => "h.security",
            Self::Other => "h.other",
            Self::Unknown => "h.unknown",
            Self::Findings => "(h.fix_critical * 1000000 + h.fix_important)",
            Self::LastReport => "h.last_report",
        }
    }

    fn key(self, row: &HostRow) -> Key {
        match self {
            Self::State => Key::Int(row.state.rank()),
            Self::Name => Key::Text(row.name.clone()),
            Self::Os => Key::Text(row.os_group.clone()),
            Self::Kernel => Key::Text(row.kernel.clone()),
            Self::Security => Key::Int(row.counters.security),
            Self::Other => Key::Int(row.counters.other),
            Self::Unknown => Key::Int(row.counters.unknown),
            Self::Findings => {
                let fixable = |severity| row.counters.findings.fixable_of(severity);
                Key::Int(fixable(Severity::Critical) * CRITICAL + fixable(Severity::Important))
            }
            Self::LastReport => Key::Int(row.last_report),
        }
    }
}

/// The sort value of the last row of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// Of a numeric order.
    Int(i64),
    /// Of a text order.
    Text(String),
}

/// A filtered, ordered page of hosts.
#[derive(Debug, Clone, Default)]
pub struct HostQuery {
    /// Part of name, reported system or kernel, any case.
    pub text: Option<String>,
    /// Only this state.
    pub state: Option<HostState>,
    /// Only this OS group; empty string = not mapped.
    pub os_group: Option<String>,
    /// Only this host group.
    pub group: Option<String>,
    /// Only hosts with security updates (true) or with other updates (false).
    pub security: Option<bool>,
    /// Only hosts with any update (true) or without one (false).
    pub pending: Option<bool>,
    /// Order.
    pub sort: Sort,
    /// Largest first.
    pub descending: bool,
    /// Continue after this row.
    pub after: Option<(Key, i64)>,
    /// Rows per page.
    pub limit: usize,
}

/// A page of hosts.
#[derive(Debug)]
pub struct HostPage {
    /// The rows.
    pub rows: Vec<HostRow>,
    /// Where the next page continues; `None` = this is the last.
    pub next: Option<(Key, i64)>,
}

/// One page of the hosts in scope.
pub async fn list(db: &Db, scope: &Scope, query: &HostQuery, now: i64) -> Result<HostPage> {
    let mut args = Vec::new();
    let from = visible(scope, &mut args, now);
    let mut filter = conditions(query, &mut args);
    let column = query.sort.column();
    let (direction, beyond) = if query.descending { ("DESC", "<") } else { ("ASC", ">") };
    if let Some((key, id)) = &query.after {
        args.push(match key {
            Key::Int(value) => Value::from(*value),
            Key::Text(value) => Value::from(value),
        });
        args.push(Value::from(*id));
        let (k, i) = (args.len() - 1, args.len());
        filter.push_str(&format!(" AND ({column}, h.id) {beyond} (${k}, ${i})"));
    }
    args.push(Value::from(query.limit as i64 + 1));
    let sql = format!(
        "SELECT {} {from} WHERE {filter} ORDER BY {column} {direction}, h.id {direction} LIMIT ${}",
        row_columns(),
        args.len()
    );
    let rows = db.fetch(&sql, args).await?;
    let mut rows = rows.iter().map(read_row).collect::<Result<Vec<_>>>()?;
    let more = rows.len() > query.limit;
    rows.truncate(query.limit);
    let rows = with_groups(db, rows).await?;
    let next = rows.last().filter(|_| more).map(|row| (query.sort.key(row), row.id));
    Ok(HostPage { rows, next })
}

fn conditions(query: &HostQuery, args: &mut Vec<Value>) -> String {
    let mut out = String::from("1 = 1");
    let mut add = |template: &str, value: Value| {
        args.push(value);
        out.push_str(" AND ");
        out.push_str(&template.replace('?', &format!("${}", args.len())));
    };
    if let Some(text) = &query.text {
        add(
            "(LOWER(h.name) LIKE ? ESCAPE '!' OR LOWER(h.os) LIKE ? ESCAPE '!' OR LOWER(h.kernel) LIKE ? ESCAPE '!')",
            Value::from(like(text)),
        );
    }
    if let Some(state) = query.state {
        add("h.state = ?", Value::from(state.rank()));
    }
    if let Some(group) = &query.os_group {
        add("h.os_group = ?", Value::from(group));
    }
    if let Some(group) = &query.group {
        add(
            "h.cell_id IN (SELECT cg.cell_id FROM cell_group cg JOIN host_group hg ON hg.id = cg.group_id WHERE hg.name = ?)",
            Value::from(group),
        );
    }
    match query.security {
        Some(true) => out.push_str(" AND h.security > 0"),
        Some(false) => out.push_str(" AND h.other > 0"),
        None => {}
    }
    match query.pending {
        Some(true) => out.push_str(" AND h.security + h.other > 0"),
        Some(false) => out.push_str(" AND h.security + h.other = 0"),
        None => {}
    }
    out
}

/// `%text%` with LIKE's own signs escaped by `!`.
fn like(text: &str) -> String {
    let mut out = String::from("%");
    // ASCII only, as LOWER is in both databases.
    for c in text.to_ascii_lowercase().chars() {
        if matches!(c, '%' | '_' | '!') {
            out.push('!');
        }
        out.push(c);
    }
    out.push('%');
    out
}
