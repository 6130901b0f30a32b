//! The tabs of a host's page, each read from the store when it is shown.

use super::{host::host_facts, host_findings, sources};
use crate::app::App;
use crate::error::PageError;
use crate::view::command::PackageTool;
use crate::view::host::advisory::{self, AdvisoryRow};
use crate::view::host::closing::Closing;
use crate::view::host::coverage::{CoverageSource, CoverageTab};
use crate::view::host::packages::{PackageRow, PackageStatus, PackagesFilter, PackagesTab, StatusFilter};
use crate::view::host::reports::{IntervalRow, LastReport, ReportsTab};
use crate::view::host::todo::{TodoFacts, TodoTab};
use crate::view::host::updates::{KindFilter, ReplacedRow, UpdateRow, UpdatesTab};
use pakiti_core::arch::deb_arch;
use pakiti_core::context::Context;
use pakiti_core::package::{Package, PackageFormat};
use pakiti_core::rules::RuleIndex;
use pakiti_engine::prepare::Facts;
use pakiti_store::db::Db;
use pakiti_store::host::HostDetail;
use pakiti_store::host_packages::{self, PackageStatus as Known};
use pakiti_store::scope::Scope;
use pakiti_store::source;
use std::collections::{BTreeMap, HashMap};

/// Packages per page.
const PACKAGES: usize = 200;
/// Unknown packages named.
const UNKNOWN: usize = 100;
/// Periods per page.
const PERIODS: usize = 50;

async fn update_rows(app: &App, detail: &HostDetail) -> Result<Vec<UpdateRow>, PageError> {
    let updates = host_packages::updates(&app.engine.db, detail).await?;
    let rules = app.engine.rules.current();
    let rows = updates.into_iter().map(|u| UpdateRow {
        advisories: advisories(&rules, &u.update.advisories),
        package: u.package.name,
        arch: u.package.arch,
        installed: u.package.version,
        update: u.update,
        held: u.held,
    });
    Ok(rows.collect())
}

fn advisories(rules: &RuleIndex, ids: &[String]) -> Vec<AdvisoryRow> {
    let mut rows: Vec<AdvisoryRow> = ids.iter().map(|id| AdvisoryRow::new(id, rules.advisory(id))).collect();
    advisory::sort(&mut rows);
    rows
}

pub(super) async fn todo(app: &App, detail: &HostDetail, facts: &Facts) -> Result<TodoTab, PageError> {
    let now = app.now();
    let updates = update_rows(app, detail).await?;
    let row = &detail.row;
    let found = &row.counters.findings;
    let findings = match found.fixable_total() + found.pending_reboot {
        0 => Vec::new(),
        _ => host_findings::rows(app, detail).await?,
    };
    let os_group = (!row.os_group.is_empty()).then_some(row.os_group.as_str());
    let format = package_format(facts);
    let native =
        if format == PackageFormat::Deb { deb_arch(&row.arch) } else { row.arch.as_str() }.to_owned();
    Ok(TodoTab::new(&TodoFacts {
        updates: &updates,
        tool: PackageTool::of(format, os_group),
        native_arch: &native,
        reboot: row.reboot_required.then(|| facts.reboot_reason.as_deref().unwrap_or_default()),
        findings: Closing::new(&findings, &updates),
        last_report: row.last_report,
        unknown: row.counters.unknown.unsigned_abs(),
        os_group,
        fresh_security: host_facts(detail).fresh_until.is_some_and(|until| until >= now),
        now,
    }))
}

fn package_format(facts: &Facts) -> PackageFormat {
    match facts.packager.as_deref() {
        Some("dpkg" | "deb") => PackageFormat::Deb,
        Some("rpm") => PackageFormat::Rpm,
        Some("apk") => PackageFormat::Apk,
        _ => PackageFormat::Other,
    }
}

pub(super) async fn updates(
    app: &App,
    detail: &HostDetail,
    kind: &str,
    text: &str,
) -> Result<UpdatesTab, PageError> {
    let mut tab = UpdatesTab::new(update_rows(app, detail).await?, KindFilter::from_word(kind), text);
    tab.replaced = replaced(app, detail).await?;
    Ok(tab)
}

/// The packages that others replace, by the rules in force now: no verdict keeps a list of them.
async fn replaced(app: &App, detail: &HostDetail) -> Result<Vec<ReplacedRow>, PageError> {
    let index = app.engine.rules.current();
    let Ok(context) = serde_json::from_str::<Context>(&detail.context) else { return Ok(Vec::new()) };
    let installed = host_packages::installed(&app.engine.db, detail).await?;
    // As the verdict is: with the module streams that the packages tell.
    let told = index.complete(&context.group, installed.iter().map(|(package, _)| package));
    let rules = index.for_group(told.as_ref().unwrap_or(&context.group));
    let rows = installed.into_iter().filter(|(package, _)| package.format == PackageFormat::Rpm);
    let rows = rows.filter_map(|(package, _)| {
        let by = rules.judge(&package).replaced_by;
        (!by.is_empty()).then(|| ReplacedRow {
            package: package.name,
            arch: package.arch,
            installed: package.version,
            by: by.into_iter().map(|replacement| (replacement.by, replacement.candidate)).collect(),
        })
    });
    Ok(rows.collect())
}

pub(super) async fn packages(
    db: &Db,
    detail: &HostDetail,
    status: &str,
    text: &str,
    after: Option<String>,
) -> Result<PackagesTab, PageError> {
    let updates = host_packages::updates(db, detail).await?;
    let mut candidates: HashMap<_, _> = updates.into_iter().map(|u| (u.package, u.update)).collect();
    let installed = host_packages::installed(db, detail).await?;
    let own_vendor = most_common_vendor(installed.iter().map(|(package, _)| package));
    let rows = installed.into_iter().map(|(package, known)| {
        let status = match (candidates.remove(&package), known) {
            (Some(update), _) => PackageStatus::Update { candidate: update.candidate, kind: update.kind },
            (None, Known::Unknown) => PackageStatus::Unknown,
            (None, _) => PackageStatus::UpToDate,
        };
        let other =
            own_vendor.as_ref().is_some_and(|own| !package.vendor.is_empty() && package.vendor != *own);
        PackageRow {
            other_vendor: other.then_some(package.vendor),
            name: package.name,
            version: package.version,
            arch: package.arch,
            source: package.source_name,
            status,
        }
    });
    let filter = PackagesFilter { q: text.to_owned(), status: StatusFilter::from_word(status), after };
    Ok(PackagesTab::new(rows.collect(), filter, PACKAGES))
}

/// The vendor of most rpm packages of a host; of two with as many, the first by name.
fn most_common_vendor<'p>(packages: impl Iterator<Item = &'p Package>) -> Option<String> {
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    for package in packages.filter(|p| p.format == PackageFormat::Rpm && !p.vendor.is_empty()) {
        *numbers.entry(&package.vendor).or_default() += 1;
    }
    // The last of equal ones is taken: the walk is from the end, so it is the first by name.
    numbers.into_iter().rev().max_by_key(|(_, number)| *number).map(|(vendor, _)| vendor.to_owned())
}

pub(super) async fn coverage(
    db: &Db,
    scope: &Scope,
    detail: &HostDetail,
    facts: &Facts,
    now: i64,
) -> Result<CoverageTab, PageError> {
    let unknown = host_packages::unknown(db, detail).await?;
    let all = source::list(db, scope).await?;
    let (os_group, groups) = (&detail.row.os_group, &detail.row.groups);
    let mine = all.iter().map(|source| (source, sources::row(source, now)));
    let mine = mine.filter(|(source, row)| sources::judges(source, row, os_group, groups));
    let context: Context = serde_json::from_str(&detail.context).unwrap_or_default();
    let c = detail.row.counters;
    Ok(CoverageTab {
        packages: c.packages.unsigned_abs(),
        in_repository: c.in_repository.unsigned_abs(),
        judged: c.judged.unsigned_abs(),
        unknown: unknown.iter().take(UNKNOWN).map(|p| p.name.clone()).collect(),
        unknown_total: unknown.len() as u64,
        sources: mine
            .map(|(_, row)| CoverageSource {
                id: row.id,
                name: row.name,
                kind: row.kind,
                security: row.security,
                state: row.state,
                last_success: row.last_success,
            })
            .collect(),
        facts: context_facts(&context, facts),
        assumed: assumed(&context, facts),
        not_reported: not_reported(&context, facts),
    })
}

fn context_facts(context: &Context, facts: &Facts) -> Vec<(String, String)> {
    let group = &context.group;
    let list =
        |values: &std::collections::BTreeSet<String>| values.iter().cloned().collect::<Vec<_>>().join(", ");
    let pins = group.pins.iter().map(|p| format!("{} {} = {}", p.package, p.expression, p.priority));
    let repositories = group.repositories.iter().map(|r| match &r.suite {
        Some(suite) => format!("{} {suite}", r.url),
        None => r.url.clone(),
    });
    let all = [
        ("OS group", group.os_group.as_ref().map_or_else(|| "not mapped".to_owned(), ToString::to_string)),
        ("architecture", group.arch.clone()),
        ("foreign architectures", list(&group.foreign_archs)),
        ("protocol", facts.protocol.to_string()),
        ("preferences (pins)", pins.collect::<Vec<_>>().join("; ")),
        ("held packages", list(&context.held)),
        ("container", group.container.clone().unwrap_or_default()),
        ("running kernel", context.kernel.clone().unwrap_or_default()),
        ("kernel build", context.kernel_version.clone().unwrap_or_default()),
        ("live patching", context.livepatch.clone().unwrap_or_default()),
        ("entitlements", list(&group.entitlements)),
        ("repositories of the host", repositories.collect::<Vec<_>>().join("; ")),
    ];
    all.into_iter().filter(|(_, v)| !v.is_empty()).map(|(k, v)| (k.to_owned(), v)).collect()
}

fn assumed(context: &Context, facts: &Facts) -> Vec<String> {
    let mut out = Vec::new();
    if context.group.repositories.is_empty() {
        out.push("The host uses every configured repository of its OS group.".to_owned());
    }
    if facts.protocol < 6 {
        out.push("No apt preferences and no held packages: protocol 5 does not report them.".to_owned());
        out.push("The OS group follows from the reported system name.".to_owned());
    }
    out
}

fn not_reported(context: &Context, facts: &Facts) -> Vec<String> {
    let missing = [
        (context.group.repositories.is_empty(), "its repositories"),
        (context.kernel_version.is_none() && context.group.container.is_none(), "the kernel's build"),
        (facts.os_id.is_none(), "os-release"),
        (facts.machine_id.is_none(), "machine-id"),
        (facts.boot_time.is_none(), "boot time"),
    ];
    missing.into_iter().filter(|(is, _)| *is).map(|(_, what)| what.to_owned()).collect()
}

pub(super) async fn reports(
    db: &Db,
    detail: &HostDetail,
    facts: &Facts,
    after: Option<i64>,
) -> Result<ReportsTab, PageError> {
    let start = after.and_then(|n| usize::try_from(n).ok()).unwrap_or(0).min(10_000);
    let wanted = start + PERIODS + 1;
    let periods = host_packages::periods(db, detail, wanted as i64).await?;
    let whole = periods.len();
    let rows: Vec<IntervalRow> = periods
        .into_iter()
        .enumerate()
        .skip(start)
        .take(PERIODS)
        .map(|(i, p)| {
            let oldest = i + 1 == whole && whole < wanted;
            IntervalRow {
                from: p.since,
                to: p.until,
                packages: p.packages.unsigned_abs(),
                added: (!oldest).then_some(p.added as u64),
                removed: (!oldest).then_some(p.removed as u64),
                kernel: p.context.kernel.clone(),
                os: p.context.group.os_group.map(|g| g.0).unwrap_or_else(|| "not mapped".to_owned()),
            }
        })
        .collect();
    let next = (whole > start + PERIODS).then(|| (start + PERIODS).to_string());
    Ok(ReportsTab { last: Some(last(detail, facts)), rows, first: start == 0, next })
}

fn last(detail: &HostDetail, facts: &Facts) -> LastReport {
    let optional = [
        ("Further names", Some(facts.aliases.join(", ")).filter(|v| !v.is_empty())),
        ("CPU", facts.cpu.clone()),
        ("Reboot", facts.reboot_reason.clone()),
        ("Skipped lines", (facts.skipped > 0).then(|| skipped(facts))),
    ];
    let mut more = vec![("Reports received".to_owned(), detail.reports.to_string())];
    more.extend(optional.into_iter().filter_map(|(k, v)| Some((k.to_owned(), v?))));
    LastReport {
        received: detail.row.last_report,
        protocol: facts.protocol.to_string(),
        client: None,
        ip: facts.ip.clone().unwrap_or_default(),
        tag: facts.tag.clone(),
        more,
    }
}

fn skipped(facts: &Facts) -> String {
    format!("{} ({})", facts.skipped, facts.skipped_examples.join("; "))
}
