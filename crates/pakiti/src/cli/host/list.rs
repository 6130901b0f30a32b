//! `pakiti host list`.

use crate::cli::output::{Column, Listing, OutputArgs, Value};
use crate::cli::{Outcome, now, told};
use clap::Args;
use clap::builder::PossibleValuesParser;
use pakiti_core::present::HostState;
use pakiti_core::severity::Severity;
use pakiti_store::db::Db;
use pakiti_store::host::{self, HostQuery, HostRow, Sort};
use pakiti_store::scope::Scope;
use std::io;
use std::process::ExitCode;

/// Hosts fetched at once.
const PAGE: usize = 500;

const COLUMNS: &[Column] = &[
    ("id", Some("id")),
    ("name", Some("name")),
    ("state", Some("state")),
    ("security", Some("security")),
    ("other", Some("other")),
    ("unknown", Some("unknown")),
    ("packages", Some("packages")),
    ("in_repository", None),
    ("judged", None),
    ("held", None),
    ("os_group", Some("OS group")),
    ("os", None),
    ("arch", None),
    ("kernel", Some("kernel")),
    ("reboot_required", None),
    ("groups", Some("groups")),
    ("last_report", Some("last report (UTC)")),
    ("critical", Some("critical")),
    ("fixable", Some("fixable")),
    ("unfixed", None),
    ("pending_reboot", None),
];

const HELP: &str = "\
JSON (an array of objects) and TSV: id, name, state (exposed, overdue, security, reboot, eol, stale, unknown, good), \
security (security updates pending), other (other updates), unknown (packages no source knows), packages, \
in_repository (packages a repository knows), judged (packages a complete security source speaks for), held (updates of \
held packages), os_group (null: not mapped), os (as reported), arch, kernel (null: none, as in a container), \
reboot_required, groups, last_report, critical (fixable critical findings), fixable (fixable findings of all severities), \
unfixed (findings without a fix), pending_reboot (findings whose fix runs after a reboot).";

/// Options of `pakiti host list`.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub(super) struct ListArgs {
    /// Only hosts in this state
    #[arg(long, value_name = "STATE", value_parser = PossibleValuesParser::new(HostState::ALL.map(HostState::word)))]
    state: Option<String>,
    /// Only hosts of this OS group; an empty text: those that are not mapped
    #[arg(long, value_name = "ID")]
    os_group: Option<String>,
    /// Only hosts of this host group
    #[arg(long, value_name = "GROUP")]
    group: Option<String>,
    /// Only hosts whose name holds this text
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Order; state: strongest first
    #[arg(long, value_name = "ORDER", default_value = "state", value_parser = PossibleValuesParser::new(Sort::ALL.map(|(_, word)| word)))]
    sort: String,
    /// Turn the order round
    #[arg(long)]
    descending: bool,
    /// At most this many hosts [default: all]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,
    #[command(flatten)]
    output: OutputArgs,
}

/// Lists the hosts.
pub(super) async fn run(db: &Db, args: ListArgs) -> Outcome {
    let format = args.output.output;
    let limit = args.limit.map_or(usize::MAX, |limit| limit as usize);
    let mut query = args.query();
    let now = now();
    let mut rows = Vec::new();
    loop {
        query.limit = PAGE.min(limit - rows.len());
        let page = host::list(db, &Scope::operator(), &query, now).await.map_err(told)?;
        rows.extend(page.rows.iter().map(row));
        query.after = page.next;
        if query.after.is_none() || rows.len() >= limit {
            break;
        }
    }
    let listing = Listing { columns: COLUMNS, rows, empty: "no hosts" };
    listing.print(format, &mut io::stdout().lock())?;
    if query.after.is_some() {
        eprintln!("pakiti: there are more hosts than --limit {limit}");
    }
    Ok(ExitCode::SUCCESS)
}

impl ListArgs {
    fn query(self) -> HostQuery {
        let sort = Sort::ALL.into_iter().find(|(_, word)| *word == self.sort);
        HostQuery {
            text: self.search,
            state: self.state.as_deref().and_then(HostState::from_word),
            os_group: self.os_group,
            group: self.group,
            sort: sort.map(|(sort, _)| sort).unwrap_or_default(),
            descending: self.descending,
            ..HostQuery::default()
        }
    }
}

fn row(host: &HostRow) -> Vec<Value> {
    let counters = &host.counters;
    vec![
        host.id.into(),
        host.name.as_str().into(),
        host.state.word().into(),
        counters.security.into(),
        counters.other.into(),
        counters.unknown.into(),
        counters.packages.into(),
        counters.in_repository.into(),
        counters.judged.into(),
        counters.held.into(),
        Value::stated(&host.os_group),
        host.os.as_str().into(),
        host.arch.as_str().into(),
        Value::stated(&host.kernel),
        host.reboot_required.into(),
        host.groups.clone().into(),
        Value::Time(host.last_report),
        counters.findings.fixable_of(Severity::Critical).into(),
        counters.findings.fixable_total().into(),
        counters.findings.unfixed.into(),
        counters.findings.pending_reboot.into(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_names_every_key() {
        for (key, _) in COLUMNS {
            assert!(HELP.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == *key), "{key}");
        }
    }
}
