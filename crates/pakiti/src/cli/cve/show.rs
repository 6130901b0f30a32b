//! `pakiti cve show`: who has a CVE, and what sources say of it for each OS group.

use super::cvss;
use crate::cli::output::{Column, Document, Listing, OutputArgs, Value};
use crate::cli::{Outcome, told};
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use pakiti_core::rules::explain::Published;
use pakiti_core::severity::Severity;
use pakiti_engine::rules::Rules;
use pakiti_store::cve::{self, CveHost};
use pakiti_store::db::Db;
use pakiti_store::scope::Scope;
use std::collections::BTreeSet;
use std::io;
use std::process::ExitCode;

/// Rows of hosts that are listed; one host has a row for each package.
const MOST: usize = 10_000;

const HOSTS: &[Column] = &[
    ("host", Some("host")),
    ("host_id", None),
    ("os_group", Some("OS group")),
    ("state", Some("state")),
    ("package", Some("package")),
    ("arch", None),
    ("installed", Some("installed")),
    ("fixed", Some("fixed")),
    ("vendor_state", None),
    ("advisory", Some("advisory")),
    ("source", None),
    ("since", Some("since (UTC)")),
];
const STATEMENTS: &[Column] = &[
    ("os_group", Some("OS group")),
    ("severity", Some("severity")),
    ("fixed", Some("fixed")),
    ("vendor_state", Some("vendor says")),
    ("packages", Some("packages")),
    ("advisory", Some("advisory")),
    ("rule", None),
    ("source", Some("source")),
    ("feed_date", None),
];

const HELP: &str = "\
JSON (one object) and TSV (key TAB value, then the lists): cve, severity (the worst that a source gives it on a host), cvss, \
host_count; lists: hosts (host, host_id, os_group, state (fixable, unfixed, pending-reboot, leftover), package, arch, \
installed, fixed (null: there is no fix), vendor_state (the vendor's word where there is none), advisory, source, since), \
statements (what sources publish of it: os_group, severity, fixed, vendor_state, packages, advisory, rule, source, \
feed_date).

Exit status: 0 told; 1 no source and no host knows it.";

/// Options of `pakiti cve show`.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub(super) struct ShowArgs {
    /// The CVE, or an advisory, in any case
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    cve: String,
    #[command(flatten)]
    output: OutputArgs,
}

/// Shows the CVE.
pub(super) async fn run(db: &Db, args: &ShowArgs) -> Outcome {
    // CVEs and the ids of advisories are stored as vendors write them: in capitals, most of them.
    let asked = args.cve.trim();
    let mut hosts = cve::hosts(db, &Scope::operator(), asked, MOST).await.map_err(told)?;
    let mut subject = asked.to_owned();
    if hosts.is_empty() {
        subject = asked.to_ascii_uppercase();
        hosts = cve::hosts(db, &Scope::operator(), &subject, MOST).await.map_err(told)?;
    }
    let published = Rules::load(db).await.map_err(told)?.current().published(asked);
    if hosts.is_empty() && published.is_empty() {
        eprintln!("pakiti: no source in force speaks of {subject}, and no host has it");
        return Ok(ExitCode::FAILURE);
    }
    if hosts.len() >= MOST {
        eprintln!("pakiti: the first {MOST} rows of hosts are shown");
    }
    document(&subject, &hosts, &published).print(args.output.output, &mut io::stdout().lock())?;
    Ok(ExitCode::SUCCESS)
}

fn document(subject: &str, hosts: &[CveHost], published: &[Published]) -> Document {
    let severities = hosts.iter().map(|host| host.finding.severity);
    let severity = severities.chain(published.iter().map(|row| row.severity)).min();
    let score = hosts.iter().filter_map(|host| host.finding.cvss_tenths).max();
    let ids: BTreeSet<i64> = hosts.iter().map(|host| host.host_id).collect();
    let statements: Vec<Vec<Value>> = published.iter().flat_map(statement).collect();
    Document {
        facts: vec![
            ("cve", "CVE", subject.into()),
            ("severity", "severity", severity.unwrap_or(Severity::Unknown).word().into()),
            ("cvss", "CVSS", cvss(score).into()),
            ("host_count", "hosts", (ids.len() as i64).into()),
        ],
        lists: vec![
            (
                "hosts",
                format!("Hosts: {}", ids.len()),
                Listing { columns: HOSTS, rows: hosts.iter().map(host).collect(), empty: "no host has it" },
            ),
            (
                "statements",
                "What sources say".to_owned(),
                Listing { columns: STATEMENTS, rows: statements, empty: "no source in force speaks of it" },
            ),
        ],
    }
}

fn host(row: &CveHost) -> Vec<Value> {
    let finding = &row.finding;
    vec![
        row.name.as_str().into(),
        row.host_id.into(),
        Value::stated(&row.os_group),
        finding.state.word().into(),
        row.package.name.as_str().into(),
        row.package.arch.as_str().into(),
        row.package.version.as_str().into(),
        finding.fixed.clone().into(),
        finding.vendor_state.clone().into(),
        finding.advisory.clone().into(),
        finding.source_name.as_str().into(),
        Value::Time(row.since),
    ]
}

/// One row for each OS group it is said for.
fn statement(row: &Published) -> Vec<Vec<Value>> {
    let one = |group: &pakiti_core::os_group::OsGroupId| {
        vec![
            group.0.as_str().into(),
            row.severity.word().into(),
            row.fixed.clone().into(),
            row.vendor_state.clone().into(),
            row.packages.clone().into(),
            row.advisory.clone().or_else(|| Some(row.rule.clone())).into(),
            row.rule.as_str().into(),
            row.source_name.as_str().into(),
            Value::time(row.feed_date),
        ]
    };
    row.os_groups.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_names_every_key() {
        for (key, _) in HOSTS.iter().chain(STATEMENTS) {
            assert!(HELP.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == *key), "{key}");
        }
    }
}
