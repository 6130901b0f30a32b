//! Reports of every form: read, split, written and read again.
//!
//! Rules: contract.md "Reports", protocol6.md, pakiti3-interfaces.md 1.2.

use pakiti_formats::report::{
    Limits, Protocol, Report, ReportFormat, detect, parse, parse_packages, split, write,
};

/// No panic in any format; the limits hold; reading in two steps is reading in one; what is written is read again.
pub(crate) fn run(data: &[u8]) {
    let _ = detect(data);
    let small = Limits { max_line: 200, max_packages: 20, max_header_lines: 20 };
    for limits in [Limits::default(), small] {
        for format in ReportFormat::ALL {
            let Ok(report) = parse(format, data, &limits) else { continue };
            bounded(&report, &limits);
            match format {
                ReportFormat::V5 => two_steps(Protocol::V5, data, &limits, &report),
                ReportFormat::V6 => two_steps(Protocol::V6, data, &limits, &report),
                _ => {}
            }
        }
    }
    written(Protocol::V5, ReportFormat::V5, data);
    written(Protocol::V6, ReportFormat::V6, data);
}

fn bounded(report: &Report, limits: &Limits) {
    assert!(report.packages.len() <= limits.max_packages);
    assert!(report.skipped.len() as u64 <= report.skipped_count);
    assert!(report.skipped.len() <= 100);
    let longest = report.packages.iter().map(|reported| reported.package.name.len()).max();
    assert!(longest.unwrap_or(0) <= limits.max_line);
}

fn two_steps(protocol: Protocol, data: &[u8], limits: &Limits, report: &Report) {
    let split = split(protocol, data, limits).expect("it was read in one step");
    assert_eq!(split.header, report.header);
    let list = parse_packages(protocol, &split.header, split.list, limits).expect("it was read in one step");
    assert_eq!(list.packages, report.packages);
    assert_eq!(split.skipped_count + list.skipped_count, report.skipped_count);
}

/// What was read is written and can be read again. Writing reduces values to what a protocol carries (double spaces,
/// columns of a later protocol), so what it gave is compared with what it gives the next time.
fn written(protocol: Protocol, format: ReportFormat, data: &[u8]) {
    let limits = Limits::default();
    let Ok(report) = parse(format, data, &limits) else { return };
    let again = |report: &Report| {
        let text = write(protocol, &report.header, &report.packages);
        parse(format, text.as_bytes(), &limits).unwrap_or_else(|error| panic!("{error}\n{text}"))
    };
    let once = again(&report);
    assert_eq!(once.header.host, report.header.host);
    assert!(once.packages.len() <= report.packages.len());
    let twice = again(&once);
    assert_eq!(twice.header, once.header);
    assert_eq!(twice.packages, once.packages);
}
