//! A fleet with hosts in every state, for pages and screenshots.

use super::report::Report;
use super::suite::Suite;
use super::{DAY, NOW, TestServer};

/// How many hosts the fleet has: more than a page holds.
pub(crate) const HOSTS: usize = 57;

/// Ids of a fleet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fleet {
    /// Source `bookworm`.
    pub(crate) main: i64,
    /// Source `bookworm-security`.
    pub(crate) security: i64,
    /// `web1.example.org`: one host with something of everything.
    pub(crate) web1: i64,
}

/// What the made-up Debian offers: name, version in `bookworm`, version in `bookworm-security`.
const OFFERS: [(&str, &str, &str); 13] = [
    ("base-files", "12.4+deb12u8", ""),
    ("bash", "5.2.15-2+b7", ""),
    ("coreutils", "9.1-1", ""),
    ("curl", "7.88.1-10+deb12u8", ""),
    ("libc6", "2.36-9+deb12u9", ""),
    ("linux-image-6.1.0-28-amd64", "6.1.119-1", ""),
    ("nano", "7.2-1+deb12u1", ""),
    ("nginx", "1.22.1-9", "1.22.1-9+deb12u1"),
    ("openssh-server", "1:9.2p1-2+deb12u3", "1:9.2p1-2+deb12u4"),
    ("openssl", "3.0.14-1~deb12u2", "3.0.15-1~deb12u1"),
    ("perl-base", "5.36.0-7+deb12u1", ""),
    ("tzdata", "2024b-0+deb12u1", ""),
    ("zlib1g", "1:1.2.13.dfsg-1", ""),
];

/// Writes both suites below the server's folder, configures and synchronises them.
pub(crate) async fn sources(server: &TestServer) -> (i64, i64) {
    let (mut main, mut security) = (Suite::debian("bookworm"), Suite::debian("bookworm-security"));
    for (name, version, fixed) in OFFERS {
        main = main.package(name, version);
        if !fixed.is_empty() {
            security = security.package(name, fixed);
        }
    }
    main.stanza("Package: broken\nArchitecture: amd64\n").write(server.folder());
    security.write(server.folder());
    let main = server.add_source("debian-12", "bookworm").await;
    let security = server.add_source("debian-12-security", "bookworm-security").await;
    server.sync(main).await.unwrap();
    server.sync(security).await.unwrap();
    (main, security)
}

/// A report of a Debian 12 machine that has everything up to date.
pub(crate) fn current(host: &str) -> Report {
    OFFERS.iter().fold(Report::debian(host), |report, (name, version, fixed)| {
        report.package(name, if fixed.is_empty() { version } else { fixed })
    })
}

/// The same machine with these packages in other versions.
fn outdated(host: &str, old: &[(&str, &str)]) -> Report {
    OFFERS.iter().fold(Report::debian(host), |report, (name, version, fixed)| {
        let newest = if fixed.is_empty() { version } else { fixed };
        let version = old.iter().find(|(known, _)| known == name).map_or(*newest, |(_, version)| version);
        report.package(name, version)
    })
}

/// One host with something of everything: a security update, another update, a held one, an unknown package.
pub(crate) fn web1() -> Report {
    let old = [("nano", "7.2-1"), ("openssl", "3.0.11-1~deb12u2"), ("tzdata", "2024a-0+deb12u1")];
    outdated("web1.example.org", &old)
        .with("site", "frontend")
        .with("tag", "nightly")
        .with("kernel-version", "#1 SMP PREEMPT_DYNAMIC Debian 6.1.119-1 (2024-11-22)")
        .hold("nano")
        .package("acme-agent", "4.2.0")
}

/// The fleet: two sources, then hosts of all kinds. The clock ends at [`NOW`].
pub(crate) async fn fleet(server: &TestServer) -> Fleet {
    let groups = ["frontend", "batch", "storage", "database"];
    server.set_clock(NOW - 4 * DAY);
    for i in 0..5 {
        server.report(&current(&format!("old{i}.example.org")).with("site", "lab")).await;
    }
    server.set_clock(NOW - 3600);
    let (main, security) = sources(server).await;
    let web1 = server.report(&web1()).await;
    for i in 6..HOSTS {
        let name = format!("node{i:02}.example.org");
        server.set_clock(NOW - 60 * (HOSTS - i) as i64);
        let report = member(&name, i);
        let report = report.with("site", groups[i / 3 % 4]);
        server.report(&if i % 7 == 0 { report.with("site", "lab") } else { report }).await;
    }
    server.set_clock(NOW);
    Fleet { main, security, web1 }
}

/// The `i`th kind of host.
fn member(name: &str, i: usize) -> Report {
    match i % 8 {
        0 => outdated(name, &[("openssh-server", "1:9.2p1-2+deb12u2"), ("nginx", "1.22.1-9")])
            .with("kernel", "6.1.0-21-amd64"),
        1 => outdated(name, &[("tzdata", "2024a-0+deb12u1"), ("curl", "7.88.1-10+deb12u5")]),
        2 => current(name).with("reboot-required", "yes linux-image-6.1.0-28-amd64"),
        3 => (0..4).fold(current(name), |report, n| report.package(&format!("acme-{n}"), "1.0")),
        4 => Report::debian(name).with("system", "Haiku R1").with("os-id", "haiku").package("haiku", "1"),
        _ => current(name),
    }
}
