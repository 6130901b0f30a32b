//! Protocols 5 and 6 and the formats without a header, by recorded and made-up examples.

use super::{read, rpm_report, shown, skipped};
use insta::assert_snapshot;
use pakiti_core::context::{HostRepository, Pin};
use pakiti_formats::report::{
    Header, Limits, Protocol, ReportError, ReportFormat, detect, parse, parse_packages, split,
};

/// The example of pakiti3-interfaces.md 1.2.
const RECORDED_V5: &str = "#
arch: x86_64
cpu: Example CPU 9000
host: node1.example.org
kernel: 5.14.0-362.8.1.el9_3.x86_64
packager: rpm
site: SITE-A
system: Red Hat Enterprise Linux release 9.3 (Plow)
tag: nightly
version: 1
#
bash\t0:5.1.8-6.el9_1\tx86_64
bind-libs\t32:9.16.23-14.el9_3\tx86_64
#
";

const V6: &str = "#
arch: x86_64
boot-id: 5f0c
boot-time: 1700000000
container: podman
cpu: Example CPU 9000
default-kernel: 6.1.0-44-amd64
entitlement: esm-infra
entitlement: fips
exclude: kernel*
foreign-arch: i386
host: node1.example.org node1
kernel: 6.1.0-42-amd64
kernel-version: #1 SMP PREEMPT_DYNAMIC Debian 6.1.180-1
livepatch: kpatch 1
machine-id: 0F343B0931126A20F133D67C2B018A3B5E0C5D2F4B6E5A1C7D8E9F0011223344
module: nodejs:18:enabled
new-header: of a later client
os-codename: bookworm
os-id: debian
os-like: x y
os-version-id: 12
packager: dpkg
pin: release n=bookworm-backports\t100
pin: linux-* origin deb.example.org\t1001
reboot-required: yes linux-image
releasever: 9.4
repository: b\tapt\thttps://deb.example.org/debian\tbookworm main\t-
repository: a\tapt\thttps://user:secret@sec.example.org/x\tbookworm-security main\t900
site: SITE-A
site: SITE-B
site: SITE-A
system: Debian GNU/Linux 12
version: 6
#
libssl3\t3.0.11-1~deb12u2\tamd64\topenssl\t3.0.11-1~deb12u2\t-\t-\theld,auto\t-\t1699999999\tlater column
linux-libc-dev\t6.1.1-1\tall
perl-base\t5.36.0-7\tamd64\tperl\t5.36.0-7\t-\t-\thalf-configured\t-\t-
#
";

#[test]
fn recorded_protocol_5_example_is_read() {
    assert_eq!(detect(RECORDED_V5.as_bytes()), Some(ReportFormat::V5));
    let report = read(ReportFormat::V5, RECORDED_V5).expect("a report");
    assert_snapshot!(shown(&report.packages), @r"
    Rpm bash|5.1.8-6.el9_1|x86_64
    Rpm bind-libs|32:9.16.23-14.el9_3|x86_64
    ");
    let header = report.header;
    assert_eq!(header.host, "node1.example.org");
    assert_eq!(header.arch.as_deref(), Some("x86_64"));
    assert_eq!(header.cpu.as_deref(), Some("Example CPU 9000"));
    assert_eq!(header.kernel.as_deref(), Some("5.14.0-362.8.1.el9_3.x86_64"));
    assert_eq!(header.sites, ["SITE-A"]);
    assert_eq!(header.system.as_deref(), Some("Red Hat Enterprise Linux release 9.3 (Plow)"));
    assert_eq!(header.tag.as_deref(), Some("nightly"));
    assert_eq!(header.version.as_deref(), Some("1"));
    assert_eq!(report.skipped_count, 0);
}

#[test]
fn protocol_6_header_and_columns_are_read() {
    assert_eq!(detect(V6.as_bytes()), Some(ReportFormat::V6));
    let report = read(ReportFormat::V6, V6).expect("a report");
    let text = |value: &str| Some(value.to_owned());
    let texts = |values: &[&str]| values.iter().map(|v| (*v).to_owned()).collect::<Vec<_>>();
    let repository = |id: &str, url: &str, suite: &str, priority| HostRepository {
        id: id.to_owned(),
        kind: "apt".to_owned(),
        url: url.to_owned(),
        suite: text(suite),
        priority,
    };
    let pin = |package: &str, expression: &str, priority| Pin {
        package: package.to_owned(),
        expression: expression.to_owned(),
        priority,
    };
    let expected = Header {
        host: "node1.example.org".to_owned(),
        aliases: texts(&["node1"]),
        ip: None,
        arch: text("x86_64"),
        cpu: text("Example CPU 9000"),
        kernel: text("6.1.0-42-amd64"),
        packager: text("dpkg"),
        sites: texts(&["SITE-A", "SITE-B"]),
        system: text("Debian GNU/Linux 12"),
        tag: None,
        version: text("6"),
        machine_id: text("0f343b0931126a20f133d67c2b018a3b5e0c5d2f4b6e5a1c7d8e9f0011223344"),
        os_id: text("debian"),
        os_version_id: text("12"),
        os_like: text("x y"),
        os_codename: text("bookworm"),
        boot_id: text("5f0c"),
        boot_time: Some(1_700_000_000),
        reboot_required: Some((true, "linux-image".to_owned())),
        kernel_version: text("#1 SMP PREEMPT_DYNAMIC Debian 6.1.180-1"),
        default_kernel: text("6.1.0-44-amd64"),
        livepatch: text("kpatch 1"),
        releasever: text("9.4"),
        entitlements: texts(&["esm-infra", "fips"]).into_iter().collect(),
        foreign_archs: texts(&["i386"]).into_iter().collect(),
        modules: [("nodejs".to_owned(), "18:enabled".to_owned())].into(),
        repositories: vec![
            repository("b", "https://deb.example.org/debian", "bookworm main", None),
            repository("a", "https://sec.example.org/x", "bookworm-security main", Some(900)),
        ],
        pins: vec![
            pin("*", "release n=bookworm-backports", 100),
            pin("linux-*", "origin deb.example.org", 1001),
        ],
        excludes: texts(&["kernel*"]).into_iter().collect(),
        container: text("podman"),
    };
    assert_eq!(report.header, expected);
    assert_snapshot!(shown(&report.packages), @r"
    Deb libssl3|3.0.11-1~deb12u2|amd64|openssl|3.0.11-1~deb12u2 held auto @1699999999
    Deb linux-libc-dev|6.1.1-1|all
    Deb perl-base|5.36.0-7|amd64|perl|5.36.0-7 half-configured
    ");
    assert_eq!(report.skipped_count, 0);
}

#[test]
fn rpm_columns_of_protocol_6_carry_source_vendor_module_and_key() {
    let report = "#\nhost: a\npackager: rpm\n#\n\
        nodejs\t1:18.1-2.module+el9\tx86_64\tnodejs\t18.1-2.module+el9\tRed Hat, Inc.\tnodejs:18:9030:x\t-\t199E2F91FD431D51\t1\n\
        kernel\t(none):5.14-1\tx86_64\tkernel\t5.14-1\t-\t-\tnonsense\tfd43\tsoon\n\
        gpg-pubkey\t0:fd431d51-4ae0493b\t-\n";
    let report = read(ReportFormat::V6, report).expect("a report");
    assert_snapshot!(shown(&report.packages), @r"
    Rpm nodejs|1:18.1-2.module+el9|x86_64|nodejs|18.1-2.module+el9|Red Hat, Inc.|nodejs:18:9030:x|199e2f91fd431d51 @1
    Rpm kernel|5.14-1|x86_64|kernel|5.14-1
    ");
    assert_eq!(report.skipped_count, 0);
}

#[test]
fn protocol_5_takes_blanks_tabs_cr_and_deletes_backslashes() {
    let lines = "a 1:1.0-2 x86_64\r\nb\\+\\+\t0:1-1\tx86_64\n\n  \nc 7 noarch\n#\nd-e f\t0:1.0-1-2\ti686\n";
    let report = read(ReportFormat::V5, rpm_report(lines)).expect("a report");
    assert_snapshot!(shown(&report.packages), @r"
    Rpm a|1:1.0-2|x86_64
    Rpm b++|1-1|x86_64
    Rpm c|7|noarch epoch?
    Rpm d-e f|1.0-1-2|i686
    ");
    assert_snapshot!(skipped(&report), @"");
}

#[test]
fn g16_a_bad_line_is_skipped_and_does_not_repeat_the_line_before() {
    let lines = "bash\t0:5.1-1\tx86_64\nwhat is\nfoo\t:1-1\tx86_64\nlast\t0:2-1\tnoarch\n";
    let report = read(ReportFormat::V5, rpm_report(lines)).expect("a report");
    assert_snapshot!(shown(&report.packages), @r"
    Rpm bash|5.1-1|x86_64
    Rpm last|2-1|noarch
    ");
    assert_snapshot!(skipped(&report), @r"
    line 6: not `name version arch`
    line 7: impossible version
    ");
    assert_eq!(report.skipped_count, 2);
}

#[test]
fn g17_further_names_of_a_host_are_aliases() {
    let report = read(ReportFormat::V5, "#\nhost:  a.example.org b  a.example.org c\n#\n").expect("a report");
    assert_eq!(report.header.host, "a.example.org");
    assert_eq!(report.header.aliases, ["b", "c"]);
}

#[test]
fn the_last_of_several_equal_headers_wins_in_protocol_5() {
    let text = "#\nhost: a b\nhost: c\nsite: A\nsite: B\nkernel: 1\nkernel:\nmachine-id: x\n#\n";
    let header = read(ReportFormat::V5, text).expect("a report").header;
    assert_eq!((header.host.as_str(), header.aliases.len()), ("c", 0));
    assert_eq!(header.sites, ["B"]);
    assert_eq!(header.kernel, None);
    assert_eq!(header.machine_id, None, "not a header of protocol 5");
}

#[test]
fn a_report_may_end_within_its_header() {
    let report = read(ReportFormat::V5, "#\nhost: a\nversion: 1").expect("a report");
    assert!(report.packages.is_empty());
    assert_eq!(report.header.version.as_deref(), Some("1"));
}

#[test]
fn the_packager_decides_the_format_and_architectures_do_where_it_is_missing() {
    let format = |packager: &str, line: &str| {
        let text = format!("#\nhost: a\n{packager}#\n{line}\n");
        let report = read(ReportFormat::V5, text).expect("a report");
        shown(&report.packages)
    };
    assert_eq!(format("packager: dpkg\n", "adduser\t3.134\tall"), "Deb adduser|3.134|all");
    assert_eq!(format("packager: dpkg\n", "vim\t2:9.0-1\tamd64"), "Deb vim|2:9.0-1|amd64");
    assert_eq!(format("packager: pkg\n", "curl\t8.1_1\tamd64"), "Other curl|8.1_1|amd64");
    assert_eq!(format("packager: rpm\n", "bash\t5.1-1\tx86_64"), "Rpm bash|5.1-1|x86_64 epoch?");
    assert_eq!(format("", "bash\t0:5.1-1\tx86_64"), "Rpm bash|5.1-1|x86_64");
    assert_eq!(format("", "bash\t5.1-1\tamd64"), "Deb bash|5.1-1|amd64");
    assert_eq!(format("", "bash\t5.1-1\tweird"), "Other bash|5.1-1|weird");
}

#[test]
fn split_leaves_the_list_as_bytes_with_its_line_number() {
    let limits = Limits::default();
    let split = split(Protocol::V5, RECORDED_V5.as_bytes(), &limits).expect("a split report");
    assert!(split.list.bytes.starts_with(b"bash\t") && split.list.bytes.ends_with(b"\n#\n"));
    assert_eq!(split.list.first_line, 12);
    let list = parse_packages(Protocol::V5, &split.header, split.list, &limits).expect("a list");
    let whole = parse(ReportFormat::V5, RECORDED_V5.as_bytes(), &limits).expect("a report");
    assert_eq!(list.packages, whole.packages);
}

#[test]
fn copies_of_a_package_count_once() {
    let lines = "b\t0:1-1\tx86_64\na\t0:1-1\tx86_64\nb\t1-1\tx86_64\nb\t0:1-1\ti686\n";
    let report = read(ReportFormat::V5, rpm_report(lines)).expect("a report");
    assert_snapshot!(shown(&report.packages), @r"
    Rpm b|1-1|x86_64
    Rpm a|1-1|x86_64
    Rpm b|1-1|i686
    ");
}

#[test]
fn bad_values_of_protocol_6_headers_are_skipped_one_by_one() {
    let text = "#\nhost: a\nboot-time: soon\nmachine-id: 12\nmodule: x\nno colon\npin: x\nreboot-required: 1\nrepository: x\n#\n";
    let report = read(ReportFormat::V6, text).expect("a report");
    assert_snapshot!(skipped(&report), @r"
    line 3: bad value of header boot-time
    line 4: bad value of header machine-id
    line 5: bad value of header module
    line 6: no colon in a header line
    line 7: bad value of header pin
    line 8: bad value of header reboot-required
    line 9: bad value of header repository
    ");
}

#[test]
fn dpkg_status_lists_all_states_but_removed_ones() {
    let text = "Package: a\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1-1\nDescription: x\n Package: no\n\n\
        Package: b\nStatus: hold ok installed\nArchitecture: all\nSource: bb (2-0)\nVersion: 2-1\n\n\
        Package: c\nStatus: deinstall ok config-files\nArchitecture: all\nVersion: 3\n\n\
        Package: d\nStatus: install reinstreq half-installed\nArchitecture: i386\nVersion: 4\nSource: dd\n\n\
        Package: e\nStatus: install ok installed\nVersion: 5\n\n\n\
        package: dpkg\nstatus: install ok triggers-pending\narchitecture: arm64\nversion: 6\n\
        stray\n";
    let report = read(ReportFormat::DpkgStatus, text).expect("a report");
    assert_snapshot!(shown(&report.packages), @r"
    Deb a|1-1|amd64|a|1-1
    Deb b|2-1|all|bb|2-0 held
    Deb d|4|i386|dd|4 half-installed
    Deb dpkg|6|arm64|dpkg|6 triggers-pending
    ");
    assert_snapshot!(skipped(&report), @r"
    line 25: no architecture
    line 34: not a `Field: value` line
    ");
    assert_eq!(report.header.arch.as_deref(), Some("arm64"));
    assert_eq!(report.header.packager.as_deref(), Some("dpkg"));
    assert_eq!(report.header.host, "");
}

#[test]
fn dpkg_query_columns_go_by_name() {
    let text = "#Status\tArchitecture\tVersion\tPackage\tSource\n\
        ii \tamd64\t1-1\tlibc6:amd64\tglibc (1-0)\n\
        rc \tamd64\t1-1\told\t\n\
        hold ok installed\tall\t2\tb\t\n\
        installed\t\t2\tc\t\n";
    let report = read(ReportFormat::DpkgQuery, text).expect("a report");
    assert_snapshot!(shown(&report.packages), @r"
    Deb libc6|1-1|amd64|glibc|1-0
    Deb b|2|all held
    ");
    assert_snapshot!(skipped(&report), @"line 5: no architecture");
    let missing = read(ReportFormat::DpkgQuery, "#Package\tVersion\na\t1\n");
    assert_eq!(missing, Err(ReportError::MissingColumn { line: 1, column: "Architecture" }));
}

#[test]
fn rpm_qa_columns_go_by_name() {
    let text = "#ARCH\tRELEASE\tNAME\tVERSION\tEPOCH\tSIGKEYID\tINSTALLTIME\n\
        x86_64\t1.el9\tvim\t9.0\t2\t199e2f91fd431d51\t1700000000\n\
        noarch\t1.el9\ta\t1.0\t(none)\t(none)\t\n\
        (none)\t5faa90a5\tgpg-pubkey\t307e3d54\t(none)\t\t\n\
        x86_64\t1.el9\tb\t1-0\t\t\t\n";
    let report = read(ReportFormat::RpmQa, text).expect("a report");
    assert_snapshot!(shown(&report.packages), @r"
    Rpm vim|2:9.0-1.el9|x86_64|199e2f91fd431d51 @1700000000
    Rpm a|1.0-1.el9|noarch
    ");
    assert_snapshot!(skipped(&report), @"line 5: impossible version");
    assert_eq!(report.header.arch.as_deref(), Some("x86_64"));
}
