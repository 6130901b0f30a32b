//! The document for people: its sections, security updates and the worst findings first.
//!
//! Colours only on a terminal. Text of vendors and reporters may hold control characters: they are not printed.

use super::document::{Document, ObsoleteRow, UpdateRow};
use super::findings::FindingRow;
use comfy_table::{Attribute, Cell, Color, ContentArrangement, Table, presets};
use pakiti_core::finding::FindingState;
use pakiti_core::severity::Severity;
use std::io::{self, Write};

/// Names of unknown packages that are listed.
const LISTED_NAMES: usize = 20;

/// Writes the sections.
///
/// # Errors
/// What writing to `output` gave.
pub(crate) fn write(output: &mut impl Write, document: &Document) -> io::Result<()> {
    section(output, "Host", &host(document))?;
    let security = document.updates.iter().filter(|row| row.kind == "security").count();
    let title = format!("Updates: {} ({security} security)", document.updates.len());
    section(output, &title, &updates(&document.updates))?;
    section(output, &findings_title(&document.findings), &findings(&document.findings))?;
    if !document.obsoletes.is_empty() {
        section(output, &format!("Replaced: {}", document.obsoletes.len()), &obsoletes(&document.obsoletes))?;
    }
    section(output, "Coverage", &coverage(document))?;
    let count: u64 = document.skipped.iter().map(|row| row.count).sum();
    section(output, &format!("Skipped: {count}"), &skipped(document))
}

fn section(output: &mut impl Write, title: &str, table: &Table) -> io::Result<()> {
    writeln!(output, "{title}")?;
    for line in table.lines() {
        writeln!(output, "{}", line.trim_end())?;
    }
    writeln!(output)
}

fn plain(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    if !header.is_empty() {
        table.set_header(header.iter().map(|name| Cell::new(name).add_attribute(Attribute::Bold)));
    }
    table
}

/// A cell without control characters.
fn cell(text: &str) -> Cell {
    Cell::new(text.replace(char::is_control, "\u{fffd}"))
}

fn host(document: &Document) -> Table {
    let host = &document.host;
    let mut table = plain(&[]);
    for (name, value, unknown) in [
        ("name", &host.name, "not reported"),
        ("system", &host.os, "not reported"),
        ("OS group", &host.os_group, "not mapped"),
        ("architecture", &host.arch, "not reported"),
        ("kernel", &host.kernel, "not reported"),
    ] {
        table.add_row([cell(name), cell(value.as_deref().unwrap_or(unknown))]);
    }
    table
}

fn updates(rows: &[UpdateRow]) -> Table {
    if rows.is_empty() {
        let mut table = plain(&[]);
        table.add_row(["none"]);
        return table;
    }
    let mut table = plain(&["package", "arch", "installed", "candidate", "kind", "repositories", "notes"]);
    let (security, others): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.kind == "security");
    for row in security.into_iter().chain(others) {
        let kind = cell(row.kind);
        table.add_row([
            cell(&row.package),
            cell(&row.arch),
            cell(&row.installed),
            cell(&row.candidate),
            if row.kind == "security" { kind.fg(Color::Red) } else { kind },
            cell(&row.repositories.join(" ")),
            cell(&notes(row)),
        ]);
    }
    table
}

/// `Findings: 3 (2 fixable, 1 unfixed)`.
fn findings_title(rows: &[FindingRow]) -> String {
    let states =
        [FindingState::Fixable, FindingState::Unfixed, FindingState::PendingReboot, FindingState::Leftover];
    let counts: Vec<String> = (states.iter())
        .map(|state| (rows.iter().filter(|row| row.state == state.word()).count(), state.word()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    match counts.is_empty() {
        true => "Findings: 0".to_owned(),
        false => format!("Findings: {} ({})", rows.len(), counts.join(", ")),
    }
}

/// By severity, then by what can be done.
fn findings(rows: &[FindingRow]) -> Table {
    if rows.is_empty() {
        let mut table = plain(&[]);
        table.add_row(["none"]);
        return table;
    }
    let header = ["severity", "state", "CVE", "advisory", "package", "installed", "fixed", "source"];
    let mut table = plain(&header);
    let mut rows: Vec<&FindingRow> = rows.iter().collect();
    rows.sort_by_key(|row| (Severity::of_word(row.severity), FindingState::from_word(row.state)));
    for row in rows {
        let severity = cell(row.severity);
        let or_dash = |text: &Option<String>| cell(text.as_deref().unwrap_or("-"));
        let state = match &row.vendor_state {
            Some(word) => format!("{}: {word}", row.state),
            None => row.state.to_owned(),
        };
        table.add_row([
            if row.severity == Severity::Critical.word() { severity.fg(Color::Red) } else { severity },
            cell(&state),
            or_dash(&row.cve),
            or_dash(&row.advisory),
            cell(&row.package),
            cell(&row.installed),
            or_dash(&row.fixed),
            cell(&row.source),
        ]);
    }
    table
}

fn obsoletes(rows: &[ObsoleteRow]) -> Table {
    let mut table = plain(&["package", "arch", "installed", "replaced by", "candidate"]);
    for row in rows {
        let cells = [&row.package, &row.arch, &row.installed, &row.by, &row.candidate];
        table.add_row(cells.map(|text| cell(text)));
    }
    table
}

fn notes(row: &UpdateRow) -> String {
    let notes = [
        row.candidate_arch.as_ref().map(|arch| format!("becomes {arch}")),
        row.held.then(|| "held".to_owned()),
        row.phased.map(|percent| format!("phased {percent} %")),
        (!row.advisories.is_empty()).then(|| row.advisories.join(" ")),
        row.reboot.then(|| "reboot".to_owned()),
    ];
    notes.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn coverage(document: &Document) -> Table {
    let coverage = &document.coverage;
    let mut table = plain(&[]);
    table.add_row([cell("packages"), cell(&coverage.packages.to_string())]);
    table.add_row([cell("in a repository"), cell(&coverage.in_repository.to_string())]);
    table.add_row([cell("judged"), cell(&coverage.judged.to_string())]);
    let mut names = coverage.unknown.iter().take(LISTED_NAMES).cloned().collect::<Vec<_>>().join(" ");
    if coverage.unknown.len() > LISTED_NAMES {
        names.push_str(" ...");
    }
    table.add_row([cell("unknown"), cell(format!("{} {names}", coverage.unknown.len()).trim_end())]);
    table
}

fn skipped(document: &Document) -> Table {
    if document.skipped.is_empty() {
        let mut table = plain(&[]);
        table.add_row(["nothing"]);
        return table;
    }
    let mut table = plain(&["source", "at", "reason", "count"]);
    for row in &document.skipped {
        let at = row.at.as_deref().unwrap_or_default();
        table.add_row([cell(&row.source), cell(at), cell(&row.reason), cell(&row.count.to_string())]);
    }
    table
}
