//! `pakiti cve list`.

use super::cvss;
use crate::cli::output::{Column, Format, Listing, OutputArgs, Value};
use crate::cli::{Outcome, told};
use clap::Args;
use clap::builder::PossibleValuesParser;
use pakiti_core::finding::FindingState;
use pakiti_core::severity::Severity;
use pakiti_store::cve::{self, CveRow};
use pakiti_store::db::Db;
use pakiti_store::scope::Scope;
use pakiti_store::source;
use std::io;
use std::process::ExitCode;

/// The states in the order of [`CveRow::hosts`].
const STATES: [FindingState; 4] =
    [FindingState::Fixable, FindingState::Unfixed, FindingState::PendingReboot, FindingState::Leftover];

const COLUMNS: &[Column] = &[
    ("cve", Some("CVE")),
    ("severity", Some("severity")),
    ("cvss", Some("CVSS")),
    ("hosts", Some("hosts")),
    ("fixable", Some("fixable")),
    ("unfixed", Some("unfixed")),
    ("pending_reboot", Some("pending reboot")),
    ("leftover", None),
    ("packages", Some("packages")),
    ("since", Some("since (UTC)")),
];

const HELP: &str = "\
A host counts once for each CVE, by the strongest state it has it in. hosts leaves those out that only have it in an old \
kernel that does not run (leftover).

JSON (an array of objects) and TSV: cve (or the advisory that names none), severity (the worst that a source gives it: \
critical, important, moderate, low, none, unknown), cvss (the highest base score), hosts, fixable, unfixed, pending_reboot, \
leftover (hosts in this state), packages (names), since (when it was first known of any host).";

/// Options of `pakiti cve list`.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub(super) struct ListArgs {
    /// Only those of this severity; may repeat
    #[arg(long, value_name = "SEVERITY", value_parser = PossibleValuesParser::new(Severity::ALL.map(Severity::word)))]
    severity: Vec<String>,
    /// Only those that a host has in this state; may repeat
    #[arg(long, value_name = "STATE", value_parser = PossibleValuesParser::new(STATES.map(FindingState::word)))]
    state: Vec<String>,
    /// Only those whose id or packages hold this text
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
    /// At most this many [default: all]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,
    #[command(flatten)]
    output: OutputArgs,
}

/// Lists the CVEs.
pub(super) async fn run(db: &Db, args: &ListArgs) -> Outcome {
    let all = cve::list(db, &Scope::operator()).await.map_err(told)?;
    let any = !all.is_empty();
    let mut found: Vec<&CveRow> = all.iter().filter(|row| args.takes(row)).collect();
    let count = found.len();
    let limit = args.limit.map_or(usize::MAX, |limit| limit as usize);
    found.truncate(limit);
    let empty = match any {
        true => "no CVE is so",
        false => "no host has a CVE",
    };
    let listing = Listing { columns: COLUMNS, rows: found.into_iter().map(row).collect(), empty };
    listing.print(args.output.output, &mut io::stdout().lock())?;
    if count > limit {
        eprintln!("pakiti: there are {count}, more than --limit {limit}");
    }
    if !any && args.output.output == Format::Table {
        tell_why(db).await?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Nothing is found where nobody looks.
async fn tell_why(db: &Db) -> anyhow::Result<()> {
    let sources = source::list(db, &Scope::operator()).await.map_err(told)?;
    let speaks = |source: &source::Source| {
        let snapshot = source.snapshot.as_ref().filter(|_| source.enabled);
        snapshot.is_some_and(|snapshot| source.kind == "oval" || snapshot.meta.errata)
    };
    if !sources.iter().any(speaks) {
        eprintln!(
            "pakiti: no source in force speaks of CVEs: add OVAL definitions or a yum repository with advisories \
             (pakiti source templates)"
        );
    }
    Ok(())
}

impl ListArgs {
    fn takes(&self, row: &CveRow) -> bool {
        let severity =
            self.severity.is_empty() || self.severity.iter().any(|word| word == row.severity.word());
        let of_state = |word: &String| {
            let counts = STATES.iter().zip(row.hosts);
            counts.filter(|(state, _)| state.word() == word).any(|(_, hosts)| hosts > 0)
        };
        let state = self.state.is_empty() || self.state.iter().any(of_state);
        severity && state && self.text.as_deref().is_none_or(|text| holds(row, text))
    }
}

fn holds(row: &CveRow, text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let has = |within: &str| within.to_ascii_lowercase().contains(&text);
    has(&row.subject) || row.packages.iter().any(|name| has(name))
}

fn row(row: &CveRow) -> Vec<Value> {
    let [fixable, unfixed, pending_reboot, leftover] = row.hosts;
    vec![
        row.subject.as_str().into(),
        row.severity.word().into(),
        cvss(row.cvss_tenths).into(),
        row.exposed_hosts().into(),
        fixable.into(),
        unfixed.into(),
        pending_reboot.into(),
        leftover.into(),
        row.packages.iter().cloned().collect::<Vec<_>>().into(),
        Value::Time(row.since),
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
