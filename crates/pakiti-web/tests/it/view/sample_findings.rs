//! Sample findings: a tab of a host, a list of CVEs, one CVE.

use super::{DAY, NOW, head, host, layout};
use pakiti_core::finding::{FindingCounts, FindingState, FindingWhy};
use pakiti_core::package::{Package, PackageFormat};
use pakiti_core::present::HostState;
use pakiti_core::severity::Severity;
use pakiti_web::view::cve::{CvePage, Holders, HostLine, PackageLine, Statement};
use pakiti_web::view::cves::{CveLine, CvesPage};
use pakiti_web::view::finding_filter::FindingFilter;
use pakiti_web::view::host::findings::{FindingRow, FindingsTab, NextKernel, Proof};
use pakiti_web::view::host::{HostPage, HostTab};
use pakiti_web::view::layout::Section;

pub(crate) fn finding(
    (name, installed): (&str, &str),
    subject: &str,
    state: FindingState,
    severity: Severity,
    fixed: Option<&str>,
) -> FindingRow {
    let vendor_state = (state == FindingState::Unfixed).then(|| "Will not fix".to_owned());
    let since = NOW - 9 * DAY;
    let proof = Proof {
        source: 7,
        source_name: "rhel-9-oval".into(),
        advisory: fixed.map(|_| "RHSA-2026:4711".to_owned()),
        severity: (severity, Some(format!("vendor, of {subject}"))),
        fixed: fixed.map(str::to_owned),
        vendor_state: vendor_state.clone(),
        why: FindingWhy {
            rule: "rhel-9-oval oval:com.redhat.rhsa:def:20264711".into(),
            criterion: format!("{name} is earlier than {}", fixed.unwrap_or("any")),
            comparison: format!("{installed} < {}", fixed.unwrap_or("any")),
            gates: vec!["OS group rhel-9".into(), "signed by Red Hat (reported key)".into()],
        },
        since,
    };
    FindingRow {
        package: Package::new(PackageFormat::Rpm, name, installed, "x86_64"),
        subject: subject.into(),
        state,
        severity: (severity, Some("vendor".into())),
        cvss_tenths: Some(98 - 20 * (severity as u8).min(4)),
        fixed: fixed.map(str::to_owned),
        vendor_state,
        since,
        proofs: vec![proof],
    }
}

pub(crate) fn findings() -> Vec<FindingRow> {
    use FindingState::{Fixable, Leftover, PendingReboot, Unfixed};
    use Severity::{Critical, Important, Low, Moderate, Unknown};
    let openssl = ("openssl", "1:3.0.7-24.el9");
    let old = ("kernel-core", "5.14.0-427.el9");
    let running = ("kernel-core", "5.14.0-503.el9");
    vec![
        finding(openssl, "CVE-2026-1001", Fixable, Critical, Some("1:3.0.7-25.el9")),
        finding(openssl, "CVE-2026-1002", Fixable, Important, Some("1:3.0.7-27.el9")),
        finding(("zlib", "1.2.11-40.el9"), "CVE-2026-1003", Fixable, Moderate, Some("1.2.11-41.el9")),
        finding(running, "CVE-2026-2001", PendingReboot, Important, Some("5.14.0-570.el9")),
        finding(("bash", "5.1.8-6.el9"), "CVE-2026-3001", Unfixed, Low, None),
        finding(("vim-minimal", "2:8.2.2637-20.el9"), "CVE-2026-3002", Unfixed, Unknown, None),
        finding(old, "CVE-2026-2001", Leftover, Important, Some("5.14.0-570.el9")),
    ]
}

pub(crate) fn host_findings() -> HostPage {
    let next = NextKernel { release: "5.14.0-570.el9.x86_64".into(), other_boots: false };
    let tab = FindingsTab::new(findings(), Some(&next), FindingFilter::default(), 200);
    let mut page = host(HostTab::Findings(tab));
    page.head = head();
    page.head.state = HostState::Exposed;
    page.head.facts.counters.findings =
        FindingCounts { fixable: [1, 1, 1, 0, 0, 0], unfixed: 2, pending_reboot: 1, leftover: 1 };
    page
}

pub(crate) fn cve_line(subject: &str, severity: Severity, hosts: [u64; 4]) -> CveLine {
    let packages = ["openssl", "openssl-libs", "openssl-devel", "compat-openssl11", "edk2-ovmf"];
    CveLine {
        subject: subject.into(),
        severity,
        cvss_tenths: Some(75),
        hosts,
        packages: packages.map(str::to_owned).to_vec(),
        since: NOW - 3 * DAY,
    }
}

pub(crate) fn cves() -> CvesPage {
    let lines = vec![
        cve_line("CVE-2026-1001", Severity::Critical, [12, 0, 3, 1]),
        cve_line("CVE-2026-1002", Severity::Important, [1207, 14, 0, 0]),
        cve_line("RHSA-2026:4711", Severity::Moderate, [3, 0, 0, 0]),
        cve_line("CVE-2026-3001", Severity::Low, [0, 980, 0, 0]),
        cve_line("CVE-2026-3002", Severity::Unknown, [0, 2, 0, 0]),
        cve_line("CVE-2026-3003", Severity::None, [0, 2, 0, 0]),
    ];
    let mut page =
        CvesPage::new(layout(Section::Cves), (lines, Some(NOW - 12), true), FindingFilter::default(), 100);
    page.next = Some("2.3.RHSA-2026:4711".into());
    page
}

pub(crate) fn no_cves() -> CvesPage {
    CvesPage::new(layout(Section::Cves), (vec![], None, false), FindingFilter::default(), 100)
}

pub(crate) fn host_line(id: i64, name: &str, state: FindingState) -> HostLine {
    let line = |package: &str, state| PackageLine {
        name: package.into(),
        arch: "x86_64".into(),
        installed: "1:3.0.7-24.el9".into(),
        state,
        fixed: Some("1:3.0.7-25.el9".into()),
        vendor_state: (state == FindingState::Unfixed).then(|| "Affected".into()),
    };
    HostLine {
        id,
        name: name.into(),
        os_group: "rhel-9".into(),
        state,
        since: NOW - 3 * DAY,
        packages: vec![line("openssl", state), line("openssl-libs", FindingState::Unfixed)],
    }
}

pub(crate) fn statement(os_group: &str, package: &str) -> Statement {
    Statement {
        os_group: os_group.into(),
        source: ("rhel-9-oval".into(), 7),
        package: package.into(),
        fixed: Some("1:3.0.7-25.el9".into()),
        vendor_state: None,
        advisory: Some("RHSA-2026:4711".into()),
        severity: (Severity::Critical, Some("vendor, of CVE-2026-1001".into())),
        cvss_tenths: Some(98),
    }
}

pub(crate) fn cve() -> CvePage {
    let hosts = vec![
        host_line(42, "wn042.site-b.example.org", FindingState::Fixable),
        host_line(7, "ui-login.grid.example.org", FindingState::Fixable),
        host_line(5, "ce01.site-b.example.org", FindingState::PendingReboot),
    ];
    let mut unfixed = statement("rocky-9", "openssl");
    (unfixed.fixed, unfixed.vendor_state) = (None, Some("Affected".into()));
    let statements = vec![statement("rhel-9", "openssl"), statement("rhel-9", "openssl-libs"), unfixed];
    let held = Holders { counts: [2, 0, 1, 0], since: NOW - 3 * DAY, statements, hosts, more: false };
    let mut page = CvePage::new(layout(Section::Cves), "CVE-2026-1001", held, None, true);
    page.as_of = Some(NOW - 7);
    page
}
