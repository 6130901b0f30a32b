//! A host of Ubuntu's kind with phased updates (vendor-rules.md, the Ubuntu box): updates are offered to a share of
//! the machines, `Phased-Update-Percentage`, unless waiting would skip a security fix.
use std::path::Path;

use super::deb822::{self, Stanza};
use super::made::{self, Facts};
use super::place::Place;

const fn facts(text: &'static str, suite: &'static str) -> Facts {
    Facts { text, site: "archive.ubuntu.com/ubuntu", suite, component: Some("main") }
}
const BASE: Facts =
    facts("Origin: Ubuntu\nLabel: Ubuntu\nSuite: noble\nCodename: noble\nVersion: 24.04\n", "noble");
const UPDATES: Facts = facts(
    "Origin: Ubuntu\nLabel: Ubuntu\nSuite: noble-updates\nCodename: noble\nVersion: 24.04\n",
    "noble-updates",
);
const SECURITY: Facts = facts(
    "Origin: Ubuntu\nLabel: Ubuntu\nSuite: noble-security\nCodename: noble\nVersion: 24.04\n",
    "noble-security",
);

/// Packages of the host.
const PACKAGES: usize = 120;

/// The suites and the status file.
pub(super) fn host(root: &Path) -> anyhow::Result<(Vec<Place>, String)> {
    let [mut base, mut updates, mut security] = [const { Vec::new() }; 3];
    let mut status = String::new();
    for number in 0..PACKAGES {
        let package = |version: &str| package(number, version);
        base.push(package("1.0-1"));
        let mut update = package("1.0-1ubuntu2");
        // 0, 100 and everything between; every ninth has no percentage at all.
        if number % 9 != 8 {
            update.set("Phased-Update-Percentage", &(number * 10 % 110).to_string());
        }
        match number % 5 {
            // The same build is in the security suite, phased there, too: it waits like any other.
            0 => security.push(update.clone()),
            // An older one is a security fix: nobody waits.
            1 => security.push(package("1.0-1ubuntu1")),
            _ => {}
        }
        updates.push(update);
        let mut installed = package(match number % 7 {
            5 => "1.0-1ubuntu1",
            6 => "1.0-1ubuntu2",
            _ => "1.0-1",
        });
        let held = number % 13 == 12;
        installed.set("Status", if held { "hold ok installed" } else { "install ok installed" });
        installed.remove(&["Filename", "Size", "SHA256"]);
        status.push_str(&installed.text());
    }
    let places = [(&BASE, &base), (&UPDATES, &updates), (&SECURITY, &security)];
    let places = places.map(|(facts, packages)| made::write(root, facts, packages));
    Ok((places.into_iter().collect::<anyhow::Result<_>>()?, status))
}

fn package(number: usize, version: &str) -> Stanza {
    let text = format!(
        "Package: phased-{number:03}\nArchitecture: {}\nVersion: {version}\nMaintainer: R <r@example.org>\n\
         Installed-Size: 10\nDescription: made\nFilename: pool/phased-{number:03}_{version}.deb\nSize: 1000\n\
         SHA256: {:064}\n",
        if number % 4 == 3 { "all" } else { "amd64" },
        number
    );
    deb822::stanzas(&text).pop().unwrap_or_default()
}
