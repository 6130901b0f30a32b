//! Reports: recorded examples, real package lists, round trips, hostile bytes.

mod hostile;
mod protocols;
mod real;
mod round_trip;

use pakiti_formats::report::{Limits, Report, ReportError, ReportFormat, ReportedPackage, parse};

/// Parses with the default limits.
fn read(format: ReportFormat, text: impl AsRef<[u8]>) -> Result<Report, ReportError> {
    parse(format, text.as_ref(), &Limits::default())
}

/// A protocol 5 report of an rpm host with these package lines.
fn rpm_report(lines: &str) -> String {
    format!("#\nhost: node1.example.org\npackager: rpm\n#\n{lines}#\n")
}

/// One line per package: name, version, arch, and what else is known, for snapshots.
fn shown(packages: &[ReportedPackage]) -> String {
    let line = |reported: &ReportedPackage| {
        let p = &reported.package;
        let mut line = format!("{:?} {}|{}|{}", p.format, p.name, p.version, p.arch);
        for more in [&p.source_name, &p.source_version, &p.vendor, &p.module, &p.key_id] {
            if !more.is_empty() {
                line = format!("{line}|{more}");
            }
        }
        let flags = &reported.flags;
        line += if flags.held { " held" } else { "" };
        line += if flags.auto { " auto" } else { "" };
        line += &flags.state.map(|state| format!(" {}", state.name())).unwrap_or_default();
        line += &reported.installed_at.map(|time| format!(" @{time}")).unwrap_or_default();
        line += if reported.epoch_known { "" } else { " epoch?" };
        line
    };
    packages.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The skipped lines, for snapshots.
fn skipped(report: &Report) -> String {
    report.skipped.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
