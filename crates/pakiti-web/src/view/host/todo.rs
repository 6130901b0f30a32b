//! "To do": the steps that make a host good, in the order to take them, with commands to copy.

use crate::view::command::{Command, PackageTool, Target, upgrade, upgrade_advisories};
use crate::view::format::count;
use crate::view::host::advisory::{AdvisoryRow, severities};
use crate::view::host::closing::{Closing, Number};
use crate::view::host::updates::UpdateRow;
use pakiti_core::judgement::UpdateKind;
use pakiti_core::present::{HostState, STALE_AFTER};
use std::collections::BTreeSet;

/// More advisories are not named in a command: naming the packages is as short.
const MOST_ADVISORIES: usize = 20;

/// What the steps are made of.
#[derive(Debug, Clone, Default)]
pub struct TodoTab {
    /// The steps, in order; empty = nothing to do.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What to do, as a heading.
    pub title: String,
    /// Which state it ends; the colour of its edge.
    pub state: HostState,
    /// The command, if a command does it.
    pub command: Option<String>,
    /// Why, and what the command leaves out; one sentence each.
    pub notes: Vec<String>,
    /// The updates the command installs.
    pub updates: Vec<UpdateRow>,
    /// Where more is shown: words and query string of this host's page.
    pub more: Option<(String, &'static str)>,
}

impl Step {
    /// Are its versions shown at once? Those of security updates are, unless there are very many.
    pub fn is_urgent(&self) -> bool {
        matches!(self.state, HostState::Security | HostState::Exposed) && self.updates.len() <= 20
    }
}

/// What the steps follow from.
#[derive(Debug, Clone, Copy)]
pub struct TodoFacts<'a> {
    /// All updates of the host.
    pub updates: &'a [UpdateRow],
    /// The tool that installs them; `None` = no commands.
    pub tool: Option<PackageTool>,
    /// The packager's word for the host's own architecture (`amd64`).
    pub native_arch: &'a str,
    /// Does the host wait for a reboot, and why (empty = the host does not say)?
    pub reboot: Option<&'a str>,
    /// How many findings it has, by what closes them.
    pub findings: Closing,
    /// Time of the last report.
    pub last_report: i64,
    /// Packages no source knows.
    pub unknown: u64,
    /// Its OS group; `None` = not mapped.
    pub os_group: Option<&'a str>,
    /// Does a fresh security source judge its OS group?
    pub fresh_security: bool,
    /// The clock.
    pub now: i64,
}

impl TodoTab {
    /// The steps of a host.
    pub fn new(facts: &TodoFacts<'_>) -> Self {
        let security: Vec<&UpdateRow> = facts.updates.iter().filter(|u| u.is_security()).collect();
        // A phased update waits for the vendor to widen the phase; asking for its version would jump the queue.
        let others: Vec<&UpdateRow> =
            facts.updates.iter().filter(|u| !u.is_security() && u.update.phased.is_none()).collect();
        let steps = [
            silence(facts),
            install(facts, &security, UpdateKind::Security),
            install(facts, &others, UpdateKind::Bugfix),
            close(facts),
            reboot(facts),
            mapping(facts),
            sources(facts),
            strangers(facts),
        ];
        Self { steps: steps.into_iter().flatten().collect() }
    }
}

fn step(state: HostState, title: String) -> Step {
    Step { title, state, command: None, notes: Vec::new(), updates: Vec::new(), more: None }
}

fn silence(facts: &TodoFacts<'_>) -> Option<Step> {
    let silent = facts.now.saturating_sub(facts.last_report) > STALE_AFTER;
    silent.then(|| {
        let mut step = step(HostState::Stale, "Find out why it stopped reporting".to_owned());
        step.notes.push("Everything below follows from its last report and may be out of date.".to_owned());
        step.notes.push("Run the client on the host by hand: it prints what goes wrong.".to_owned());
        step.more = Some(("Reports".to_owned(), "?tab=reports"));
        step
    })
}

fn install(facts: &TodoFacts<'_>, updates: &[&UpdateRow], kind: UpdateKind) -> Option<Step> {
    let number = updates.len() as u64;
    if number == 0 {
        return None;
    }
    let closing = match kind {
        UpdateKind::Security => facts.findings.by_security,
        _ => facts.findings.by_other,
    };
    let (state, title, proof) = match kind {
        UpdateKind::Security => (
            if closing.critical > 0 { HostState::Exposed } else { HostState::Security },
            format!("Install {}", count(number, "security update", "security updates")),
            "?tab=updates&kind=security",
        ),
        _ => (
            if closing.all > 0 { HostState::Security } else { HostState::Good },
            format!("Install {}", count(number, "other update", "other updates")),
            "?tab=updates&kind=other",
        ),
    };
    let mut step = step(state, title);
    step.more = Some(("Why these".to_owned(), proof));
    step.updates = updates.iter().map(|u| (*u).clone()).collect();
    let severities = severities(updates.iter().filter_map(|u| u.severity()));
    if !severities.is_empty() {
        step.notes.push(format!("Severity: {severities}."));
    }
    step.notes.extend(closes(closing));
    let (held, free): (Vec<&UpdateRow>, Vec<&UpdateRow>) = updates.iter().copied().partition(|u| u.held);
    if !held.is_empty() {
        let held = count(held.len() as u64, "package is", "packages are");
        step.notes.push(format!("{held} on hold and not in the command; release the hold first."));
    }
    if kind == UpdateKind::Security
        && let Some(text) = by_advisory(facts, &free)
    {
        step.command = Some(text);
    } else if let Some(Command { text, left_out }) = command(facts, &free) {
        step.command = Some(text);
        if left_out > 0 {
            let left = count(left_out as u64, "package is", "packages are");
            step.notes.push(format!("{left} not in the command: the name or version is not safe to paste."));
        }
    }
    Some(step)
}

/// `It closes 3 findings, 1 of them critical.`
fn closes(number: Number) -> Option<String> {
    let findings = count(number.all, "finding", "findings");
    match number {
        Number { all: 0, .. } => None,
        Number { critical: 0, .. } => Some(format!("It closes {findings}.")),
        Number { critical, .. } => Some(format!("It closes {findings}, {critical} of them critical.")),
    }
}

/// The findings that the vendor has fixed and no update here closes.
fn close(facts: &TodoFacts<'_>) -> Option<Step> {
    let Number { all, critical } = facts.findings.by_none;
    if all == 0 {
        return None;
    }
    let state = if critical > 0 { HostState::Exposed } else { HostState::Security };
    let findings = count(all, "more finding", "more findings");
    let mut step = step(state, format!("Get the fixes of {findings}"));
    if critical > 0 {
        step.notes.push(format!("Critical: {critical}."));
    }
    step.notes.push("The vendor has fixed versions that no repository of this server offers: see which, and whether the host gets them.".to_owned());
    step.more = Some(("All fixable findings by action".to_owned(), "?tab=findings&state=fixable"));
    Some(step)
}

/// The command that names the newest security advisory of each update: dnf installs what it fixes, or newer. A held
/// package (versionlock) stays as it is. `None` if an update has none: then packages have to be named.
fn by_advisory(facts: &TodoFacts<'_>, updates: &[&UpdateRow]) -> Option<String> {
    let newest = |update: &&'_ UpdateRow| -> Option<String> {
        let security = update.advisories.iter().filter(|advisory| advisory.is_security());
        security.max_by_key(|advisory| newness(advisory)).map(|advisory| advisory.id.clone())
    };
    let ids: BTreeSet<String> = updates.iter().map(newest).collect::<Option<_>>()?;
    if ids.len() > MOST_ADVISORIES {
        return None;
    }
    upgrade_advisories(facts.tool?, &ids.iter().map(String::as_str).collect())
}

fn newness(advisory: &AdvisoryRow) -> (Option<i64>, &str) {
    (advisory.issued, &advisory.id)
}

fn command(facts: &TodoFacts<'_>, updates: &[&UpdateRow]) -> Option<Command> {
    let targets: Vec<Target<'_>> = updates
        .iter()
        .map(|u| Target { name: &u.package, arch: u.candidate_arch(), version: &u.update.candidate })
        .collect();
    upgrade(facts.tool?, facts.native_arch, &targets)
}

fn reboot(facts: &TodoFacts<'_>) -> Option<Step> {
    let after: Vec<&str> =
        facts.updates.iter().filter(|u| u.update.reboot && !u.held).map(|u| u.package.as_str()).collect();
    let waiting = facts.findings.by_reboot;
    let pending = facts.reboot.is_some();
    if !pending && after.is_empty() && waiting == 0 {
        return None;
    }
    let mut step = step(HostState::Reboot, "Reboot".to_owned());
    step.command = facts
        .tool
        .map(|tool| if tool == PackageTool::Apk { "reboot" } else { "systemctl reboot" }.to_owned());
    match facts.reboot {
        Some("") => step.notes.push("The host says that it needs one.".to_owned()),
        Some(why) => step.notes.push(format!("The host needs one: {why}.")),
        None => {}
    }
    if waiting > 0 {
        let closes = count(waiting, "finding", "findings");
        step.notes.push(format!("It closes {closes}: the fix is installed, the old kernel still runs."));
        step.more = Some(("Which".to_owned(), "?tab=findings&state=pending-reboot"));
    }
    if !after.is_empty() {
        step.notes.push(format!("The updates above ask for one: {}.", after.join(", ")));
    }
    Some(step)
}

fn mapping(facts: &TodoFacts<'_>) -> Option<Step> {
    facts.os_group.is_none().then(|| {
        let mut step = step(HostState::Unknown, "Map its OS to an OS group".to_owned());
        step.notes.push("Until then no source speaks for this host, and its updates are unknown.".to_owned());
        step.more = Some(("What it reported".to_owned(), "?tab=coverage"));
        step
    })
}

fn sources(facts: &TodoFacts<'_>) -> Option<Step> {
    let group = facts.os_group?;
    (!facts.fresh_security).then(|| {
        let mut step = step(HostState::Unknown, format!("Get a fresh security source for {group}"));
        step.notes.push("Without one nobody can say that no security update is missing.".to_owned());
        step.more = Some(("Sources of this host".to_owned(), "?tab=coverage"));
        step
    })
}

fn strangers(facts: &TodoFacts<'_>) -> Option<Step> {
    (facts.os_group.is_some() && facts.unknown > 0).then(|| {
        let packages = count(facts.unknown, "package", "packages");
        let mut step = step(HostState::Unknown, format!("Look at {packages} of no source"));
        step.notes.push("No source knows them: nobody tells when they need an update. Add their repository as a source, or remove them.".to_owned());
        step.more = Some(("Show them".to_owned(), "?tab=packages&status=unknown"));
        step
    })
}
