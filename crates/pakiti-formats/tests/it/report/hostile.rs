//! Bytes nobody should send.

use super::{read, rpm_report, shown, skipped};
use insta::assert_snapshot;
use pakiti_formats::report::{Limits, ReportError, ReportFormat, SkipReason, parse};

#[test]
fn empty_reports_are_refused_in_every_format() {
    for format in ReportFormat::ALL {
        assert_eq!(read(format, ""), Err(ReportError::Empty));
        assert_eq!(read(format, " \r\n\t\n"), Err(ReportError::Empty));
    }
}

#[test]
fn a_report_without_its_first_separator_is_refused() {
    assert_eq!(read(ReportFormat::V5, "host: a\n#\n"), Err(ReportError::NoSeparator { line: 1 }));
    assert_eq!(read(ReportFormat::V5, "\n#\nhost: a\n#\n"), Err(ReportError::NoSeparator { line: 1 }));
    assert_eq!(read(ReportFormat::V6, "<html>"), Err(ReportError::NoSeparator { line: 1 }));
}

#[test]
fn a_report_without_a_host_is_refused() {
    for header in ["arch: x86_64\n", "host:\n", "host: \x01 \n", "host: a\nhost:\n", "#\nhost: a\n"] {
        assert_eq!(read(ReportFormat::V5, format!("#\n{header}#\n")), Err(ReportError::NoHost), "{header:?}");
    }
}

#[test]
fn a_host_name_in_another_encoding_is_refused_instead_of_repaired() {
    let report = read(ReportFormat::V6, b"#\narch: x\nhost: b\xfccher\n#\n");
    assert_eq!(report, Err(ReportError::HostNotUtf8 { line: 3 }));
}

#[test]
fn header_values_are_reduced_and_package_lines_are_not() {
    let mut text = b"#\nhost: a\nsystem: De\x00bian\x1b[31m \xff 12\npackager: dpkg\n#\n".to_vec();
    text.extend_from_slice(b"nul\x00byte\t1\tall\nlatin\xe9\t1\tall\nesc\x1b[0m\t1\tall\nok\t1\tall\n");
    text.extend_from_slice("bidi\u{202e}\t1\tall\n".as_bytes());
    let report = read(ReportFormat::V5, text).expect("a report");
    assert_eq!(report.header.system.as_deref(), Some("De bian [31m 12"));
    assert_eq!(shown(&report.packages), "Deb ok|1|all");
    assert_snapshot!(skipped(&report), @r"
    line 6: unprintable characters
    line 7: not UTF-8
    line 8: unprintable characters
    line 10: unprintable characters
    ");
}

#[test]
fn html_stays_as_it_came() {
    let html = "<script>alert('1')&amp;</script>";
    let text = format!(
        "#\nhost: {html}\nsystem: {html}\nsite: {html}\npackager: rpm\n#\n\
         {html}\t0:{html}\t{html}\t{html}\t{html}\t{html}\t{html}\t{html}\t{html}\t{html}\n"
    );
    let report = read(ReportFormat::V6, text).expect("a report");
    assert_eq!(report.header.host, html);
    assert_eq!(report.header.sites, [html]);
    let package = &report.packages[0].package;
    assert_eq!([&package.name, &package.version, &package.vendor, &package.module], [html; 4]);
    assert_eq!((package.key_id.as_str(), report.packages[0].installed_at), ("", None));
}

#[test]
fn a_report_cut_anywhere_is_read_up_to_there_or_refused() {
    let whole = rpm_report("bash\t0:5.1-1\tx86_64\nzlib\t0:1.2-1\tx86_64\n");
    for end in 0..whole.len() {
        match read(ReportFormat::V5, &whole[..end]) {
            Ok(report) => assert!(report.packages.len() + report.skipped.len() <= 2),
            Err(error) => assert!(matches!(error, ReportError::Empty | ReportError::NoHost), "{error}"),
        }
    }
}

#[test]
fn a_line_of_ten_megabytes_is_skipped() {
    let long = "x".repeat(10 << 20);
    let lines = format!("bash\t0:5.1-1\tx86_64\n{long}\t0:1-1\tx86_64\nzlib\t0:1.2-1\tx86_64\n");
    let text = format!("#\nhost: a\ncpu: {long}\n#\n{lines}");
    for format in [ReportFormat::V5, ReportFormat::V6] {
        let report = read(format, &text).expect("a report");
        assert_eq!(report.packages.len(), 2);
        assert_eq!(report.header.cpu, None);
        assert_eq!(skipped(&report), "line 3: longer than 65536 bytes\nline 6: longer than 65536 bytes");
    }
    let status = format!(
        "Package: a\nVersion: 1\nArchitecture: all\nDepends: {long}\n {long}\n\nPackage: {long}\nVersion: 1\nArchitecture: all\n"
    );
    let report = read(ReportFormat::DpkgStatus, status).expect("a report");
    assert_eq!(shown(&report.packages), "Deb a|1|all|a|1");
    assert_eq!(report.skipped[0].reason, SkipReason::TooLong { limit: 64 << 10 });
    for format in [ReportFormat::RpmQa, ReportFormat::DpkgQuery, ReportFormat::DpkgStatus] {
        assert!(read(format, &long).is_err(), "{format}");
    }
}

#[test]
fn more_packages_than_allowed_end_the_report() {
    let million: String = (0..1_000_000).map(|i| format!("p{i:07}\t1\tall\n")).collect();
    let text = format!("#\nhost: a\npackager: dpkg\n#\n{million}");
    let too_many = ReportError::TooManyPackages { line: 200_005, limit: 200_000 };
    assert_eq!(read(ReportFormat::V5, &text), Err(too_many));
    let limits = Limits { max_packages: 1_000_000, ..Limits::default() };
    let report = parse(ReportFormat::V6, text.as_bytes(), &limits).expect("a report");
    assert_eq!(report.packages.len(), 1_000_000);
}

#[test]
fn a_million_bad_lines_are_counted_and_a_hundred_kept() {
    let report = read(ReportFormat::V5, rpm_report(&"x\n".repeat(1_000_000))).expect("a report");
    assert_eq!(report.skipped_count, 1_000_000);
    assert_eq!(report.skipped.len(), 100);
}

#[test]
fn header_and_list_share_the_hundred_kept_lines() {
    let text = format!("#\nhost: a\n{}#\n{}", "x\n".repeat(60), "y\n".repeat(60));
    let report = read(ReportFormat::V6, text).expect("a report");
    assert_eq!((report.skipped.len(), report.skipped_count), (100, 120));
    assert_eq!(report.skipped[99].line, 103);
}

#[test]
fn too_many_header_lines_end_the_report() {
    let limits = Limits { max_header_lines: 3, ..Limits::default() };
    let text = |lines: usize| format!("#\nhost: a\n{}#\n", "tag: x\n".repeat(lines - 1));
    assert!(parse(ReportFormat::V5, text(3).as_bytes(), &limits).is_ok());
    let too_many = Err(ReportError::TooManyHeaderLines { line: 5, limit: 3 });
    assert_eq!(parse(ReportFormat::V5, text(4).as_bytes(), &limits), too_many);
}

#[test]
fn lists_without_a_readable_line_are_refused() {
    let nothing = |format, text: &str| match read(format, text) {
        Err(ReportError::NothingReadable { skipped, line, reason }) => (skipped, line, reason),
        other => panic!("{other:?}"),
    };
    assert_eq!(nothing(ReportFormat::RpmQa, "hello\nworld\n"), (2, 1, SkipReason::NotNevra));
    assert_eq!(nothing(ReportFormat::DpkgStatus, "{\"a\": 1}\n"), (1, 1, SkipReason::NoName));
    assert_eq!(
        nothing(ReportFormat::DpkgQuery, "#Package\tVersion\tArchitecture\n\t1\tall\n"),
        (1, 2, SkipReason::NoName)
    );
    let no_table = ReportError::MissingColumn { line: 1, column: "Package" };
    assert_eq!(read(ReportFormat::DpkgQuery, "a\t1\tall\n"), Err(no_table));
}
