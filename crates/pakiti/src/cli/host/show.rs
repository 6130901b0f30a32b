//! `pakiti host show`: one host with everything that is pending and why its state is what it is.

use super::find;
use crate::cli::output::{Column, Document, Format, Listing, OutputArgs, Value};
use crate::cli::{Outcome, now, told};
use anyhow::Context as _;
use clap::Args;
use pakiti_core::context::Context;
use pakiti_core::finding::FindingState;
use pakiti_core::package::Package;
use pakiti_core::present::HostFacts;
use pakiti_core::severity::Severity;
use pakiti_engine::prepare::Facts;
use pakiti_store::db::Db;
use pakiti_store::host::{self, HostDetail};
use pakiti_store::host_packages::{self, HostFinding, HostUpdate};
use pakiti_store::scope::Scope;
use pakiti_web::view::reason::{Names, reasons};
use std::io;
use std::process::ExitCode;

const UPDATES: &[Column] = &[
    ("package", Some("package")),
    ("arch", Some("arch")),
    ("installed", Some("installed")),
    ("candidate", Some("candidate")),
    ("candidate_arch", None),
    ("kind", Some("kind")),
    ("repositories", Some("repositories")),
    ("advisories", None),
    ("held", Some("held")),
    ("phased", None),
    ("reboot", None),
    ("since", None),
    ("why", None),
];
const UNKNOWN: &[Column] =
    &[("package", Some("package")), ("arch", Some("arch")), ("installed", Some("installed"))];

const FINDINGS: &[Column] = &[
    ("severity", Some("severity")),
    ("state", Some("state")),
    ("cve", Some("CVE")),
    ("advisory", Some("advisory")),
    ("package", Some("package")),
    ("arch", None),
    ("installed", Some("installed")),
    ("fixed", Some("fixed")),
    ("vendor_state", None),
    ("cvss", None),
    ("source", Some("source")),
    ("since", None),
];

const HELP: &str = "\
JSON (one object) and TSV (key TAB value, then the lists): id, name, state, why (reasons of the state, strongest \
first), groups, os, os_group, arch, kernel, kernel_version, container, ip, protocol, packages, in_repository, judged, \
unknown, security, other, held, reboot_required, first_report, last_report, changed_at (packages or context last \
changed), reports (received), fresh_until (of its security sources), support_end; lists: updates (package, arch, \
installed, candidate, candidate_arch (null: the same), kind, repositories, advisories, held, phased (percent), reboot, \
since, why (rule and comparison)), unknown_packages (package, arch, installed), findings (severity, state (fixable, unfixed, \
pending-reboot, leftover), cve, advisory, package, arch, installed, fixed (null: there is no fix), vendor_state (the \
vendor's word where there is none), cvss, source, since).
\
Their numbers by severity: fixable, fixable_critical, fixable_important, fixable_moderate, fixable_low, fixable_none, \
fixable_unknown; unfixed, pending_reboot, leftover (kernels that do not run).

A table lists the findings that somebody can close; --unfixed lists the others too. pakiti explain HOST CVE tells why.";

/// Options of `pakiti host show`.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub(super) struct ShowArgs {
    /// Name or id of the host
    host: String,
    /// List findings without a fix and those of old kernels too (tables; JSON and TSV always have all)
    #[arg(long)]
    unfixed: bool,
    #[command(flatten)]
    output: OutputArgs,
}

/// Shows the host.
pub(super) async fn run(db: &Db, args: &ShowArgs) -> Outcome {
    let now = now();
    let id = find(db, &args.host).await?;
    let detail = host::by_id(db, &Scope::operator(), id, now).await.map_err(told)?;
    let updates = host_packages::updates(db, &detail).await.map_err(told)?;
    let unknown = host_packages::unknown(db, &detail).await.map_err(told)?;
    let findings = host_packages::findings(db, &detail).await.map_err(told)?;
    let security = updates.iter().filter(|row| row.update.kind.word() == "security").count();
    let document = Document {
        facts: facts(&detail, now)?,
        lists: vec![
            (
                "updates",
                format!("Updates: {}, {security} of them security", updates.len()),
                listing(UPDATES, updates.iter().map(update)),
            ),
            (
                "unknown_packages",
                format!("Packages of no known source: {}", unknown.len()),
                listing(UNKNOWN, unknown.iter().map(package)),
            ),
            found(&findings, &detail, args),
        ],
    };
    document.print(args.output.output, &mut io::stdout().lock())?;
    Ok(ExitCode::SUCCESS)
}

/// The findings: the worst of those that somebody can close first.
fn found(findings: &[HostFinding], detail: &HostDetail, args: &ShowArgs) -> (&'static str, String, Listing) {
    let counts = &detail.row.counters.findings;
    let all = args.unfixed || args.output.output != Format::Table;
    let can_close =
        |row: &&HostFinding| matches!(row.finding.state, FindingState::Fixable | FindingState::PendingReboot);
    let listed: Vec<&HostFinding> = findings.iter().filter(|row| all || can_close(row)).collect();
    let hidden = findings.len() - listed.len();
    let mut title = format!(
        "Findings: {} ({} fixable, {} of them critical; {} unfixed, {} pending reboot, {} leftover)",
        counts.total(),
        counts.fixable_total(),
        counts.fixable_of(Severity::Critical),
        counts.unfixed,
        counts.pending_reboot,
        counts.leftover,
    );
    if hidden > 0 {
        title.push_str(&format!("; {hidden} without a fix not listed: --unfixed"));
    }
    ("findings", title, listing(FINDINGS, listed.into_iter().map(finding)))
}

fn finding(row: &HostFinding) -> Vec<Value> {
    let finding = &row.finding;
    vec![
        finding.severity.word().into(),
        finding.state.word().into(),
        finding.cve.clone().into(),
        finding.advisory.clone().into(),
        row.package.name.as_str().into(),
        row.package.arch.as_str().into(),
        row.package.version.as_str().into(),
        finding.fixed.clone().into(),
        finding.vendor_state.clone().into(),
        finding.cvss_tenths.map(|tenths| format!("{}.{}", tenths / 10, tenths % 10)).into(),
        finding.source_name.as_str().into(),
        Value::Time(row.since),
    ]
}

fn listing(columns: &'static [Column], rows: impl Iterator<Item = Vec<Value>>) -> Listing {
    Listing { columns, rows: rows.collect(), empty: "none" }
}

/// Why the host has its state, strongest first.
pub(crate) fn why(detail: &HostDetail, reported: &Facts, now: i64) -> Vec<String> {
    let row = &detail.row;
    let facts = HostFacts {
        counters: row.counters,
        reboot_required: row.reboot_required,
        mapped: !row.os_group.is_empty(),
        last_report: row.last_report,
        fresh_until: detail.fresh_until,
        support_end: detail.support_end,
    };
    let os_group = Some(row.os_group.as_str()).filter(|group| !group.is_empty());
    let names = Names { os: &row.os, os_group, reboot: reported.reboot_reason.as_deref() };
    reasons(&facts, &names, now).into_iter().map(|reason| reason.words).collect()
}

type Fact = (&'static str, &'static str, Value);

fn facts(detail: &HostDetail, now: i64) -> anyhow::Result<Vec<Fact>> {
    let row = &detail.row;
    let reported: Facts = serde_json::from_str(&detail.facts).context("the stored facts cannot be read")?;
    let context: Context =
        serde_json::from_str(&detail.context).context("the stored context cannot be read")?;
    let mut facts: Vec<Fact> = vec![
        ("id", "id", row.id.into()),
        ("name", "name", row.name.as_str().into()),
        ("state", "state", row.state.word().into()),
        ("why", "why", why(detail, &reported, now).into()),
        ("groups", "groups", row.groups.clone().into()),
        ("os", "OS", Value::stated(&row.os)),
        ("os_group", "OS group", Value::stated(&row.os_group)),
        ("arch", "architecture", Value::stated(&row.arch)),
        ("kernel", "kernel", Value::stated(&row.kernel)),
        ("kernel_version", "kernel version", context.kernel_version.into()),
        ("container", "container", context.group.container.into()),
        ("ip", "address", reported.ip.into()),
        ("protocol", "protocol", i64::from(reported.protocol).into()),
    ];
    facts.extend(numbers(detail));
    Ok(facts)
}

fn numbers(detail: &HostDetail) -> Vec<Fact> {
    let (row, counters) = (&detail.row, &detail.row.counters);
    let fixable = |severity| counters.findings.fixable_of(severity).into();
    vec![
        ("packages", "packages", counters.packages.into()),
        ("in_repository", "in a repository", counters.in_repository.into()),
        ("judged", "judged", counters.judged.into()),
        ("unknown", "of no known source", counters.unknown.into()),
        ("security", "security updates", counters.security.into()),
        ("other", "other updates", counters.other.into()),
        ("held", "held updates", counters.held.into()),
        ("reboot_required", "reboot required", row.reboot_required.into()),
        ("first_report", "first report (UTC)", Value::Time(detail.first_report)),
        ("last_report", "last report (UTC)", Value::Time(row.last_report)),
        ("changed_at", "last change (UTC)", Value::Time(detail.changed_at)),
        ("reports", "reports", detail.reports.into()),
        ("fresh_until", "sources fresh until (UTC)", Value::time(detail.fresh_until)),
        ("support_end", "support ends (UTC)", Value::time(detail.support_end)),
        ("fixable", "fixable findings", counters.findings.fixable_total().into()),
        ("fixable_critical", "", fixable(Severity::Critical)),
        ("fixable_important", "", fixable(Severity::Important)),
        ("fixable_moderate", "", fixable(Severity::Moderate)),
        ("fixable_low", "", fixable(Severity::Low)),
        ("fixable_none", "", fixable(Severity::None)),
        ("fixable_unknown", "", fixable(Severity::Unknown)),
        ("unfixed", "findings without a fix", counters.findings.unfixed.into()),
        ("pending_reboot", "findings pending reboot", counters.findings.pending_reboot.into()),
        ("leftover", "findings of old kernels", counters.findings.leftover.into()),
    ]
}

fn update(row: &HostUpdate) -> Vec<Value> {
    let update = &row.update;
    vec![
        row.package.name.as_str().into(),
        row.package.arch.as_str().into(),
        row.package.version.as_str().into(),
        update.candidate.as_str().into(),
        update.candidate_arch.clone().into(),
        update.kind.word().into(),
        update.repositories.clone().into(),
        update.advisories.clone().into(),
        row.held.into(),
        update.phased.map(i64::from).into(),
        update.reboot.into(),
        Value::Time(row.since),
        format!("{}: {}", update.why.rule, update.why.comparison).into(),
    ]
}

fn package(package: &Package) -> Vec<Value> {
    vec![package.name.as_str().into(), package.arch.as_str().into(), package.version.as_str().into()]
}
