//! What the demo says of this machine: facts, updates, coverage.

use crate::cli::host::why;
use crate::cli::told;
use anyhow::Context as _;
use pakiti_core::judgement::UpdateKind;
use pakiti_core::package::Package;
use pakiti_engine::prepare::Facts;
use pakiti_store::db::Db;
use pakiti_store::host::{self, HostDetail, HostQuery, Sort};
use pakiti_store::host_packages::{self, HostUpdate};
use pakiti_store::scope::Scope;
use pakiti_web::view::format::{count, percent, thousands};
use std::fmt::Write as _;

/// Other updates, and unknown packages, that are listed.
const LISTED: usize = 20;

/// One host with what is pending.
pub(super) struct Summary {
    detail: HostDetail,
    updates: Vec<HostUpdate>,
    unknown: Vec<Package>,
    why: Vec<String>,
}

impl Summary {
    /// Of the host that reported last.
    ///
    /// # Errors
    /// A database that cannot be read, or no host in it.
    pub(super) async fn of_last_report(db: &Db, now: i64) -> anyhow::Result<Self> {
        let scope = Scope::operator();
        let query = HostQuery { sort: Sort::LastReport, descending: true, limit: 1, ..HostQuery::default() };
        let page = host::list(db, &scope, &query, now).await.map_err(told)?;
        let id = page.rows.first().context("the report did not arrive")?.id;
        let detail = host::by_id(db, &scope, id, now).await.map_err(told)?;
        let reported: Facts =
            serde_json::from_str(&detail.facts).context("the stored facts cannot be read")?;
        Ok(Self {
            updates: host_packages::updates(db, &detail).await.map_err(told)?,
            unknown: host_packages::unknown(db, &detail).await.map_err(told)?,
            why: why(&detail, &reported, now),
            detail,
        })
    }

    /// Name of the host.
    pub(super) fn name(&self) -> &str {
        &self.detail.row.name
    }

    /// The text, without control characters but line breaks.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = self.write(&mut out);
        out.replace(|c: char| c.is_control() && c != '\n', "\u{fffd}")
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        let row = &self.detail.row;
        let stated =
            |text: &str, none: &'static str| if text.is_empty() { none.to_owned() } else { text.to_owned() };
        writeln!(out, "Host      {}", row.name)?;
        writeln!(out, "OS        {}", stated(&row.os, "not reported"))?;
        writeln!(out, "OS group  {}", stated(&row.os_group, "not mapped"))?;
        writeln!(out, "Kernel    {}", stated(&row.kernel, "none of its own (a container)"))?;
        writeln!(out, "Packages  {}", thousands(row.counters.packages.unsigned_abs()))?;
        writeln!(out, "State     {}: {}", row.state.word(), self.why.join("; "))?;
        let of = |security: bool| -> Vec<&HostUpdate> {
            self.updates.iter().filter(|u| (u.update.kind == UpdateKind::Security) == security).collect()
        };
        let (security, other) = (of(true), of(false));
        writeln!(out, "\nSecurity updates: {}", security.len())?;
        write_updates(out, &security)?;
        writeln!(out, "\nOther updates: {}{}", other.len(), kinds(&other))?;
        write_updates(out, other.get(..LISTED).unwrap_or(&other))?;
        if other.len() > LISTED {
            writeln!(out, "  and {} more", other.len() - LISTED)?;
        }
        self.write_coverage(out)
    }

    fn write_coverage(&self, out: &mut String) -> std::fmt::Result {
        let counters = &self.detail.row.counters;
        let share = |part: i64| {
            let (part, whole) = (part.unsigned_abs(), counters.packages.unsigned_abs());
            format!("{} ({} %)", thousands(part), percent(part, whole))
        };
        writeln!(
            out,
            "\nCoverage: of {} a repository knows {}, a security source judges {}",
            count(counters.packages.unsigned_abs(), "package", "packages"),
            share(counters.in_repository),
            share(counters.judged)
        )?;
        if self.unknown.is_empty() {
            return writeln!(out, "Packages of no known source: none");
        }
        let names =
            self.unknown.iter().take(LISTED).map(|package| format!("{} {}", package.name, package.version));
        let names: Vec<String> = names.collect();
        writeln!(out, "Packages of no known source: {}", self.unknown.len())?;
        write!(out, "  {}", names.join(", "))?;
        match self.unknown.len().saturating_sub(LISTED) {
            0 => writeln!(out),
            more => writeln!(out, " and {more} more"),
        }
    }
}

/// ` (22 bugfix, 1 unknown)`
fn kinds(updates: &[&HostUpdate]) -> String {
    let all = [UpdateKind::Bugfix, UpdateKind::Enhancement, UpdateKind::Newpackage, UpdateKind::Unknown];
    let counted = all.map(|kind| (updates.iter().filter(|u| u.update.kind == kind).count(), kind.word()));
    let words: Vec<String> = counted
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    if words.is_empty() { String::new() } else { format!(" ({})", words.join(", ")) }
}

/// One line each: package, installed -> candidate, repositories, notes.
fn write_updates(out: &mut String, updates: &[&HostUpdate]) -> std::fmt::Result {
    let names: Vec<String> =
        updates.iter().map(|u| format!("{}:{}", u.package.name, u.package.arch)).collect();
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    for (update, name) in updates.iter().zip(&names) {
        let to = &update.update;
        write!(
            out,
            "  {name:width$}  {} -> {}  {}",
            update.package.version,
            to.candidate,
            to.repositories.join(" ")
        )?;
        if let Some(arch) = &to.candidate_arch {
            write!(out, ", becomes {arch}")?;
        }
        if update.held {
            write!(out, ", held")?;
        }
        if let Some(percent) = to.phased {
            write!(out, ", phased {percent} %")?;
        }
        writeln!(out)?;
    }
    Ok(())
}
