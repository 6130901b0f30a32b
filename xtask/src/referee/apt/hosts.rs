//! The hosts that both sides are asked about.
//!
//! Hosts with preferences, holds or foreign architectures reach Pakiti as a report of protocol 6, as from a client;
//! the others as the dpkg status file itself.
use std::fs;
use std::path::{Path, PathBuf};

use super::archive::{Archive, Shelf};
use super::asked::{self, AptRoot};
use super::deb822::{self, Stanza};
use super::made::{self, Newer};
use super::place::Place;
use super::preferences::{self, Record};
use super::report::{self, About};
use super::seeded::Seeded;
use super::synthetic::{self, Recipe, USUALLY_HELD};
use super::{Host, phased};

/// When the shared indexes were fetched.
const NOW: &str = "2026-11-22T00:00:00Z";
/// Suites of the shared data, with apt's names for where they come from.
const SUITES: [(&str, &str); 3] = [
    ("bookworm", "deb.debian.org/debian"),
    ("bookworm-updates", "deb.debian.org/debian"),
    ("bookworm-security", "deb.debian.org/debian-security"),
];

/// Records about single packages and patterns on the first host that has any.
const PINS: usize = 40;

/// What the hosts are made from.
pub(super) struct Maker<'a> {
    /// `dists` of the shared data.
    pub(super) dists: &'a Path,
    /// Where they are made.
    pub(super) work: &'a Path,
    pub(super) seed: u64,
    /// Small ones only: nothing reads Debian's largest index.
    pub(super) reduced: bool,
    pub(super) shelf: Shelf,
}

/// What makes up a host that reports in protocol 6.
#[derive(Default)]
struct Reported<'a> {
    os: (&'a str, &'a str),
    foreign: Vec<String>,
    records: Vec<Record>,
}

impl Maker<'_> {
    /// Every host, the cheap ones last.
    pub(super) fn hosts(&mut self) -> anyhow::Result<Vec<Host>> {
        let mut hosts = Vec::new();
        if !self.reduced {
            hosts.push(self.machine()?);
            for number in 1..=3 {
                hosts.push(self.synthetic(number)?);
            }
        }
        for number in 1..=if self.reduced { 2 } else { 4 } {
            hosts.push(self.pinned(number)?);
        }
        hosts.push(self.held()?);
        hosts.push(self.bullseye()?);
        hosts.push(self.phased()?);
        hosts.push(self.flat()?);
        Ok(hosts)
    }

    /// The real suites; where things shall be quick the largest of the small ones stands for `main`.
    fn suites(&self) -> Vec<Place> {
        let mut suites = SUITES.to_vec();
        if self.reduced {
            suites.remove(0);
            suites.reverse();
        }
        suites.iter().map(|(suite, site)| Place::new(self.dists.join(suite), site, suite)).collect()
    }

    /// This machine, by its own lists. No preferences: `pakiti evaluate` has none of a dpkg status file either.
    fn machine(&self) -> anyhow::Result<Host> {
        let (status, lists) = (PathBuf::from("/var/lib/dpkg/status"), PathBuf::from("/var/lib/apt/lists"));
        let foreign = asked::lines("dpkg", &["--print-foreign-architectures"])?;
        let mut pakiti = dpkg_status(&status);
        pakiti.extend(["--source".to_owned(), format!("apt={}", lists.display())]);
        pakiti.extend(foreign.iter().map(|arch| format!("--foreign-arch={arch}")));
        Ok(Host {
            name: "this machine".to_owned(),
            apt: AptRoot::machine(&self.work.join("machine"), &lists)?,
            archive: Archive::of_lists(&lists)?,
            native: asked::lines("dpkg", &["--print-architecture"])?.concat(),
            status,
            pakiti,
            phased: false,
        })
    }

    /// Signatures checked, no report: dpkg's status file.
    fn synthetic(&mut self, number: u64) -> anyhow::Result<Host> {
        let root = self.root(&format!("synthetic-{number}"))?;
        let foreign = if number == 3 { vec!["arm64".to_owned()] } else { Vec::new() };
        let places = self.suites();
        let archive = self.shelf.archive(&places)?;
        let seed = self.seed.wrapping_add(number);
        let foreign_packages = if foreign.is_empty() { 0 } else { 60 };
        let recipe = Recipe { seed, packages: 800, foreign: foreign_packages, held: USUALLY_HELD };
        let status = root.join("status");
        fs::write(&status, synthetic::status(&archive, &recipe)?)?;
        let mut pakiti = dpkg_status(&status);
        pakiti.push(format!("--now={NOW}"));
        pakiti.extend(foreign.iter().map(|arch| format!("--foreign-arch={arch}")));
        for place in &places {
            pakiti.extend(["--source".to_owned(), format!("apt={}", place.folder.display())]);
        }
        let apt = AptRoot::made(&root, &places, &foreign, "")?;
        let name = format!("synthetic {number}, seed {seed}");
        Ok(Host { name, status, apt, pakiti, archive, native: amd64(), phased: false })
    }

    /// Backports, a suite that is never automatic and another vendor; preferences of every kind.
    fn pinned(&mut self, number: u64) -> anyhow::Result<Host> {
        let root = self.root(&format!("pinned-{number}"))?;
        let mut seeded = Seeded::new(self.seed.wrapping_add(100 + number));
        let mut places = self.suites();
        let archive = self.shelf.archive(&places)?;
        for (facts, upstream, revision) in [
            (&made::BACKPORTS, "+new", "1~bpo12+1"),
            (&made::NOT_AUTOMATIC, "+next", "1"),
            (&made::VENDOR, "+ex", "4"),
        ] {
            let count = made::native(&archive).len() / 3;
            let packages = made::newer(&archive, Newer { upstream, revision }, count, &mut seeded);
            places.push(made::write(&root, facts, &packages)?);
        }
        let archive = self.shelf.archive(&places)?;
        let recipe = Recipe { seed: self.seed + number, packages: 600, foreign: 0, held: USUALLY_HELD };
        let status = synthetic::status(&archive, &recipe)?;
        let installed = deb822::stanzas(&status);
        // The first host has backports and no preferences.
        let records = match number {
            1 => Vec::new(),
            _ => preferences::records(&installed, PINS * (number as usize - 1), &mut seeded),
        };
        let name = format!("backports, {} pins, seed {}", records.len(), recipe.seed);
        let reported = Reported { os: ("debian", "12"), records, ..Reported::default() };
        Self::reported(&name, &root, &places, archive, &status, reported)
    }

    /// A quarter held; arm64 from the real suites, i386 from a local one.
    fn held(&mut self) -> anyhow::Result<Host> {
        let root = self.root("held")?;
        let mut seeded = Seeded::new(self.seed.wrapping_add(200));
        let mut places = self.suites();
        let archive = self.shelf.archive(&places)?;
        let mut local = made::newer(&archive, Newer { upstream: "+i", revision: "1" }, 400, &mut seeded);
        for package in local.iter_mut().filter(|package| package.get("Architecture") != "all") {
            if seeded.chance(80) {
                package.set("Architecture", "i386");
            }
        }
        places.push(made::write(&root, &made::LOCAL, &local)?);
        let archive = self.shelf.archive(&places)?;
        let recipe = Recipe { seed: self.seed + 5, packages: 600, foreign: 200, held: 25 };
        let status = synthetic::status(&archive, &recipe)?;
        let foreign = vec!["arm64".to_owned(), "i386".to_owned()];
        let reported = Reported { os: ("debian", "12"), foreign, ..Reported::default() };
        Self::reported("holds, foreign arm64 and i386", &root, &places, archive, &status, reported)
    }

    /// Debian 11 with its security suite alone.
    fn bullseye(&mut self) -> anyhow::Result<Host> {
        let root = self.root("bullseye")?;
        let (suite, site) = ("bullseye-security", "deb.debian.org/debian-security");
        let places = vec![Place::new(self.dists.join(suite), site, suite)];
        let archive = self.shelf.archive(&places)?;
        let mut seeded = Seeded::new(self.seed.wrapping_add(300));
        let mut status = String::new();
        for stanza in seeded.choose(&made::native(&archive), 700) {
            let mut package = synthetic::as_installed(stanza);
            let version = stanza.get("Version");
            let fix = version.rsplit_once("+deb11u").map(|(before, _)| before);
            match (seeded.below(4), fix) {
                (0, _) => package.set("Version", &format!("{version}~")),
                (1 | 2, Some(before)) => package.set("Version", before),
                _ => {}
            }
            status.push_str(&package.text());
        }
        let reported = Reported { os: ("debian", "11"), ..Reported::default() };
        Self::reported("bullseye-security", &root, &places, archive, &status, reported)
    }

    fn phased(&mut self) -> anyhow::Result<Host> {
        let root = self.root("phased")?;
        let (places, status) = phased::host(&root)?;
        let archive = self.shelf.archive(&places)?;
        let reported = Reported { os: ("ubuntu", "24.04"), ..Reported::default() };
        let mut host = Self::reported("phased updates", &root, &places, archive, &status, reported)?;
        host.phased = true;
        Ok(host)
    }

    /// A flat repository beside Debian's updates, pinned by its origin.
    fn flat(&mut self) -> anyhow::Result<Host> {
        let root = self.root("flat")?;
        let mut seeded = Seeded::new(self.seed.wrapping_add(400));
        let (suite, site) = SUITES[2];
        let mut places = vec![Place::new(self.dists.join(suite), site, suite)];
        let archive = self.shelf.archive(&places)?;
        let packages = made::newer(&archive, Newer { upstream: "+flat", revision: "1" }, 300, &mut seeded);
        places.push(made::write(&root, &made::FLAT, &packages)?);
        let archive = self.shelf.archive(&places)?;
        let recipe = Recipe { seed: self.seed + 6, packages: 400, foreign: 0, held: USUALLY_HELD };
        let status = synthetic::status(&archive, &recipe)?;
        let record = |package: &str, pin: &str, priority: &str| Record {
            packages: vec![package.to_owned()],
            pin: pin.to_owned(),
            priority: priority.to_owned(),
        };
        let records = vec![
            record("lib*", "origin \"flat.example.net\"", "-1"),
            record("*-dev", "release o=Flat", "1001"),
            record("*", "release l=Flat", "200"),
        ];
        let reported = Reported { os: ("debian", "12"), records, ..Reported::default() };
        Self::reported("a flat repository, 3 pins", &root, &places, archive, &status, reported)
    }

    /// A host of this status file, which Pakiti gets as a report and apt's lists folder.
    fn reported(
        name: &str,
        root: &Path,
        places: &[Place],
        archive: Archive,
        status: &str,
        reported: Reported<'_>,
    ) -> anyhow::Result<Host> {
        let Reported { os: (os_id, os_version), foreign, records } = reported;
        let apt = AptRoot::made(root, places, &foreign, &preferences::text(&records))?;
        let installed: Vec<Stanza> = deb822::stanzas(status);
        let about = About { os_id, os_version, foreign: &foreign, records: &records };
        let (status_file, report_file) = (root.join("status"), root.join("report"));
        fs::write(&status_file, status)?;
        fs::write(&report_file, report::text(&about, &installed))?;
        let pakiti = vec![
            format!("--now={NOW}"),
            "--report-format=v6".to_owned(),
            "--report".to_owned(),
            report_file.display().to_string(),
            "--source".to_owned(),
            // By apt's lists: only their names tell the host part of the URL, which pins ask for.
            format!("apt={},trusted", apt.lists.display()),
        ];
        Ok(Host {
            name: name.to_owned(),
            status: status_file,
            apt,
            pakiti,
            archive,
            native: amd64(),
            phased: false,
        })
    }

    fn root(&self, name: &str) -> anyhow::Result<PathBuf> {
        let root = self.work.join(name);
        fs::create_dir_all(&root)?;
        Ok(root)
    }
}

fn amd64() -> String {
    "amd64".to_owned()
}

fn dpkg_status(status: &Path) -> Vec<String> {
    vec!["--report-format=dpkg-status".to_owned(), "--report".to_owned(), status.display().to_string()]
}
