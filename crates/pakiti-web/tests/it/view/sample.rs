//! Sample pages for the view tests and for `cargo run --example gallery`: a small mixed fleet.

use pakiti_core::judgement::{Update, UpdateKind, Why};
use pakiti_core::package::PackageFormat;
use pakiti_core::present::{HostFacts, HostState};
use pakiti_core::verdict::Counters;
use pakiti_web::view::command::PackageTool;
use pakiti_web::view::host::advisory::AdvisoryRow;
use pakiti_web::view::host::coverage::{CoverageSource, CoverageTab};
use pakiti_web::view::host::packages::{PackageRow, PackageStatus, PackagesFilter, PackagesTab};
use pakiti_web::view::host::reports::{IntervalRow, LastReport, ReportsTab};
use pakiti_web::view::host::todo::{TodoFacts, TodoTab};
use pakiti_web::view::host::updates::{KindFilter, ReplacedRow, UpdateRow, UpdatesTab};
use pakiti_web::view::host::{HostHead, HostPage, HostTab};
use pakiti_web::view::hosts::{Choice, HostRow, HostsPage, StateCount};
use pakiti_web::view::hosts_filter::HostsFilter;
use pakiti_web::view::layout::{Layout, Section, Viewer};
use pakiti_web::view::stale::StaleNotice;
use pakiti_web::view::state::SourceState;

#[path = "sample_findings.rs"]
mod findings;
#[path = "sample_sources.rs"]
mod sources;

pub(crate) use findings::*;
pub(crate) use sources::*;

/// 2026-11-22 03:50:55 UTC.
pub(crate) const NOW: i64 = 1_795_319_455;
pub(crate) const HOUR: i64 = 3600;
pub(crate) const DAY: i64 = 24 * HOUR;

pub(crate) fn layout(section: Section) -> Layout {
    let mut layout = Layout::new(NOW, section, "csrf-token");
    layout.viewer = Some(Viewer { name: "maria".into(), administrator: true });
    layout.hosts = Some(1284);
    layout.sources = Some(6);
    layout
}

fn row(id: i64, name: &str, state: HostState, os: (&str, Option<&str>), numbers: [u64; 3]) -> HostRow {
    let [security, other, unknown] = numbers;
    let kernel = match os.0.split(' ').next() {
        Some("Debian") => "6.1.0-44-amd64",
        Some("Ubuntu") => "5.15.0-161-generic",
        _ => "5.14.0-611.9.1.el9_7.x86_64",
    };
    let judged = state != HostState::Unknown;
    HostRow {
        id,
        name: name.into(),
        state,
        groups: vec![if id % 2 == 0 { "SITE-A" } else { "SITE-B" }.into()],
        os: os.0.into(),
        os_group: os.1.map(str::to_owned),
        kernel: Some(kernel.into()),
        findings: judged.then_some(if state == HostState::Exposed { [2, 14] } else { [0, security] }),
        security: judged.then_some(security),
        other: judged.then_some(other),
        unknown,
        last_report: NOW - id * 37 * 60,
    }
}

pub(crate) fn hosts() -> HostsPage {
    const DEBIAN: (&str, Option<&str>) = ("Debian GNU/Linux 12", Some("debian-12"));
    const UBUNTU: (&str, Option<&str>) = ("Ubuntu 22.04", Some("ubuntu-22.04"));
    const ROCKY: (&str, Option<&str>) = ("Rocky Linux release 9.7 (Blue Onyx)", Some("rocky-9"));
    const BUSTER: (&str, Option<&str>) = ("Debian GNU/Linux 10", Some("debian-10"));
    let mut rows = vec![
        row(42, "wn042.site-b.example.org", HostState::Exposed, DEBIAN, [3, 9, 7]),
        row(7, "ui-login.grid.example.org", HostState::Overdue, ROCKY, [1, 31, 0]),
        row(3, "db1.example.org", HostState::Security, DEBIAN, [2, 6, 0]),
        row(
            12,
            "www-frontend-production-03.dmz.campus.example.org",
            HostState::Security,
            UBUNTU,
            [12, 1046, 3],
        ),
        row(5, "ce01.site-b.example.org", HostState::Security, ROCKY, [1, 0, 0]),
        row(6, "se02.site-a.example.org", HostState::Reboot, DEBIAN, [0, 4, 0]),
        row(9, "legacy-mail.example.org", HostState::EndOfLife, BUSTER, [0, 0, 12]),
        row(10, "wn017.site-a.example.org", HostState::Stale, ROCKY, [0, 2, 0]),
        row(14, "appliance-4711.example.org", HostState::Unknown, ("SuperStorage OS 4.2", None), [0, 0, 412]),
        row(
            15,
            "new-trixie.example.org",
            HostState::Unknown,
            ("Debian GNU/Linux 13", Some("debian-13")),
            [0, 0, 31],
        ),
        row(2, "wn001.site-a.example.org", HostState::Good, DEBIAN, [0, 0, 0]),
        row(4, "wn002.site-a.example.org", HostState::Good, DEBIAN, [0, 2, 0]),
        row(1, "puppet.example.org", HostState::Good, UBUNTU, [0, 17, 1]),
    ];
    rows[0].groups = vec!["SITE-B".into(), "worker nodes".into()];
    rows[7].last_report = NOW - 5 * DAY;
    rows[8].kernel = None;
    let summary = HostState::ALL.into_iter().zip([7, 3, 96, 18, 5, 11, 4, 1140]);
    HostsPage {
        layout: layout(Section::Hosts),
        total_visible: 1284,
        summary: summary.map(|(state, count)| StateCount { state, count }).collect(),
        rows,
        filter: HostsFilter::default(),
        os_options: ["debian-12", "rocky-9", "ubuntu-22.04"].map(|v| Choice::new(v, v)).to_vec(),
        group_options: ["SITE-A", "SITE-B", "worker nodes"].map(|v| Choice::new(v, v)).to_vec(),
        next: Some("djE6Mnx3bjA0Mg".into()),
        first: true,
        stale: StaleNotice::new(vec![stale(4, "bookworm-updates"), stale(3, "bookworm-backports")]),
        progress: None,
        feeder_url: "https://pakiti.example.org/feed".into(),
    }
}

pub(crate) fn no_hosts() -> HostsPage {
    let mut page = hosts();
    page.layout.hosts = Some(0);
    HostsPage { total_visible: 0, summary: vec![], rows: vec![], next: None, ..page }
}

pub(crate) fn update(package: &str, from: &str, to: &str, kind: UpdateKind) -> UpdateRow {
    let suite = if kind == UpdateKind::Security { "bookworm-security/main" } else { "bookworm/main" };
    UpdateRow {
        package: package.into(),
        arch: "amd64".into(),
        installed: from.into(),
        update: Update {
            candidate: to.into(),
            candidate_arch: None,
            kind,
            repositories: vec![suite.into()],
            advisories: vec![],
            phased: None,
            reboot: false,
            source: 1,
            why: Why {
                rule: format!("{suite} offers {to}"),
                comparison: format!("{from} < {to}"),
                gates: vec!["OS group debian-12".into(), "priority 500".into()],
            },
        },
        held: false,
        advisories: vec![],
    }
}

pub(crate) fn advisory(id: &str) -> AdvisoryRow {
    AdvisoryRow {
        id: id.into(),
        kind: Some(UpdateKind::Security),
        severity: "important".into(),
        title: "firmware: fixes of two flaws".into(),
        issued: Some(NOW - 20 * DAY),
        cves: vec!["CVE-2026-1111".into(), "CVE-2026-2222".into()],
        reboot: true,
    }
}

pub(crate) fn updates() -> Vec<UpdateRow> {
    let mut all = vec![
        update("libssl3", "3.0.17-1~deb12u3", "3.0.19-1~deb12u1", UpdateKind::Security),
        update("openssh-server", "1:9.2p1-2+deb12u7", "1:9.2p1-2+deb12u9", UpdateKind::Security),
        update("linux-image-amd64", "6.1.153-1", "6.1.158-1", UpdateKind::Security),
        update("base-files", "12.4+deb12u12", "12.4+deb12u13", UpdateKind::Bugfix),
        update("libc6", "2.36-9+deb12u13", "2.36-9+deb12u14", UpdateKind::Bugfix),
        update("tzdata", "2025b-0+deb12u1", "2025b-0+deb12u2", UpdateKind::Unknown),
        update("postgresql-15", "15.13-0+deb12u1", "15.14-0+deb12u1", UpdateKind::Bugfix),
        update("firmware-amd-graphics", "20230210-5", "20230210-5+deb12u1", UpdateKind::Enhancement),
    ];
    all[2].update.reboot = true;
    all[5].update.phased = Some(30);
    all[6].held = true;
    all[7].update.advisories = vec!["RHBA-2026:8123".into(), "RHEA-2026:8124".into()];
    all[7].advisories = vec![advisory("RHBA-2026:8123"), AdvisoryRow::new("RHEA-2026:8124", None)];
    all[7].update.candidate_arch = Some("all".into());
    all
}

pub(crate) fn facts() -> HostFacts {
    HostFacts {
        counters: Counters {
            packages: 836,
            in_repository: 829,
            judged: 829,
            unknown: 7,
            security: 3,
            other: 5,
            held: 1,
            findings: Default::default(),
        },
        reboot_required: true,
        mapped: true,
        last_report: NOW - 2 * HOUR,
        fresh_until: Some(NOW + 2 * DAY),
        support_end: Some(NOW + 580 * DAY),
    }
}

pub(crate) fn head() -> HostHead {
    HostHead {
        id: 42,
        name: "wn042.site-b.example.org".into(),
        state: HostState::Security,
        facts: facts(),
        groups: vec!["SITE-B".into(), "worker nodes".into()],
        os: "Debian GNU/Linux 12".into(),
        os_group: Some("debian-12".into()),
        arch: "x86_64".into(),
        kernel: Some("6.1.0-40-amd64".into()),
        reboot_reason: Some("running 6.1.0-40, installed 6.1.0-44".into()),
        next_report: Some(NOW + 22 * HOUR),
        findings_told: true,
    }
}

pub(crate) fn host(tab: HostTab) -> HostPage {
    HostPage { layout: layout(Section::Hosts), head: head(), stale: StaleNotice::default(), tab }
}

pub(crate) fn todo_facts(updates: &[UpdateRow]) -> TodoFacts<'_> {
    TodoFacts {
        updates,
        tool: PackageTool::of(PackageFormat::Deb, Some("debian-12")),
        native_arch: "amd64",
        reboot: Some("running 6.1.0-40, installed 6.1.0-44"),
        findings: Default::default(),
        last_report: NOW - 2 * HOUR,
        unknown: 7,
        os_group: Some("debian-12"),
        fresh_security: true,
        now: NOW,
    }
}

pub(crate) fn todo() -> HostPage {
    host(HostTab::Todo(TodoTab::new(&todo_facts(&updates()))))
}

pub(crate) fn host_updates() -> HostPage {
    let mut tab = UpdatesTab::new(updates(), KindFilter::All, "");
    tab.replaced = vec![ReplacedRow {
        package: "python3-libs".into(),
        arch: "x86_64".into(),
        installed: "3.6.8-1".into(),
        by: vec![("platform-python".into(), "3.6.8-70".into())],
    }];
    let mut page = host(HostTab::Updates(tab));
    page.stale = StaleNotice::new(vec![stale(4, "bookworm-updates")]);
    page
}

pub(crate) fn packages() -> Vec<PackageRow> {
    let package = |name: &str, version: &str, source: &str, status| PackageRow {
        name: name.into(),
        version: version.into(),
        arch: "amd64".into(),
        source: source.into(),
        status,
        other_vendor: source.is_empty().then(|| "Example Monitoring Ltd.".into()),
    };
    let newer = |candidate: &str, kind| PackageStatus::Update { candidate: candidate.into(), kind };
    let mut all = vec![
        package("libssl3", "3.0.17-1~deb12u3", "openssl", newer("3.0.19-1~deb12u1", UpdateKind::Security)),
        package("libc6", "2.36-9+deb12u13", "glibc", newer("2.36-9+deb12u14", UpdateKind::Bugfix)),
        package("site-monitoring-agent", "4.2.1", "", PackageStatus::Unknown),
    ];
    all.extend((1..=25).map(|n| package(&format!("lib{n:02}"), "1.0-1", "libs", PackageStatus::UpToDate)));
    all
}

pub(crate) fn host_packages() -> HostPage {
    host(HostTab::Packages(PackagesTab::new(packages(), PackagesFilter::default(), 20)))
}

pub(crate) fn host_coverage() -> HostPage {
    let source = |id, name: &str, security, state, age: Option<i64>| CoverageSource {
        id,
        name: name.into(),
        kind: "apt".into(),
        security,
        state,
        last_success: age.map(|age| NOW - age),
    };
    let facts =
        [("OS group", "debian-12"), ("Architecture", "x86_64 (amd64)"), ("Running kernel", "6.1.0-40-amd64")];
    let unknown = ["site-monitoring-agent", "megacli", "puppet8-release", "hp-health", "zabbix-agent2"];
    host(HostTab::Coverage(CoverageTab {
        packages: 836,
        in_repository: 829,
        judged: 702,
        unknown: unknown.map(str::to_owned).to_vec(),
        unknown_total: 7,
        sources: vec![
            source(1, "bookworm-security", true, SourceState::Fresh, Some(6 * 60)),
            source(2, "bookworm", false, SourceState::NotModified, Some(6 * 60)),
            source(3, "bookworm-backports", false, SourceState::Expired, Some(9 * DAY)),
        ],
        facts: facts.map(|(n, v)| (n.to_owned(), v.to_owned())).to_vec(),
        assumed: vec!["Every repository of debian-12 is enabled, with its default priority.".into()],
        not_reported: ["repositories", "pins", "foreign architectures", "kernel version"]
            .map(str::to_owned)
            .to_vec(),
    }))
}

pub(crate) fn host_reports() -> HostPage {
    let interval = |from: i64, to: Option<i64>, packages, change: Option<(u64, u64)>| IntervalRow {
        from: NOW - from * DAY,
        to: to.map(|to| NOW - to * DAY),
        packages,
        added: change.map(|c| c.0),
        removed: change.map(|c| c.1),
        kernel: Some("6.1.0-40-amd64".into()),
        os: "Debian GNU/Linux 12".into(),
    };
    host(HostTab::Reports(ReportsTab {
        last: Some(LastReport {
            received: NOW - 2 * HOUR,
            protocol: "6".into(),
            client: Some("pakiti-client 4.0.0".into()),
            ip: "2001:db8::42".into(),
            tag: Some("worker".into()),
            more: vec![("Boot time".into(), "2026-09-01 06:12 UTC".into())],
        }),
        rows: vec![
            interval(2, None, 836, Some((2, 0))),
            interval(12, Some(2), 834, Some((31, 30))),
            interval(40, Some(12), 833, None),
        ],
        first: true,
        next: Some("k40".into()),
    }))
}
