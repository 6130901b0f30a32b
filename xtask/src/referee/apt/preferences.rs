//! Preferences that a seed makes: every kind of record of apt_preferences(5), about packages the host has.
use super::deb822::Stanza;
use super::seeded::Seeded;

/// One record.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub(super) packages: Vec<String>,
    /// `release a=stable`, `origin "host"`, `version 1.2*`.
    pub(super) pin: String,
    /// A number or `never`.
    pub(super) priority: String,
}

/// Names of places, as a `Pin` line tells them.
const PLACES: [&str; 12] = [
    "release n=bookworm-backports",
    "release a=stable-backports",
    "release o=Debian Backports, l=Debian Backports",
    "release o=Example Inc",
    "release l=Example, c=extra",
    "release v=4.*, o=Example*",
    "release preview",
    "release l=Debian-Security",
    "release n=bookworm*, b=amd64",
    "origin \"packages.example.org\"",
    "origin deb.debian.org",
    "release a=now",
];
/// Priorities; 1000 and more allows a downgrade, below 0 forbids.
const PRIORITIES: [&str; 13] =
    ["-1", "-10", "1", "50", "100", "101", "400", "500", "600", "990", "999", "1000", "1001"];
/// For records about every package also `never`, which apt refuses elsewhere.
const GENERAL_PRIORITIES: [&str; 8] = ["-1", "50", "100", "400", "600", "990", "1001", "never"];
/// Patterns over many packages.
const PATTERNS: [&str; 9] =
    ["lib*", "python3-*", "*-dev", "lib?*-perl", "/^r/", "/doc$/", "src:lib*", "[a-d]*", "*:amd64"];

/// `count` records about single packages and patterns, a few general ones last.
pub(super) fn records(installed: &[Stanza], count: usize, seeded: &mut Seeded) -> Vec<Record> {
    let mut records: Vec<Record> = Vec::new();
    for package in seeded.choose(installed, count) {
        let packages = match seeded.below(10) {
            0 => vec![pick(&PATTERNS, seeded)],
            1 => vec![format!("src:{}", source(&package))],
            2 => vec![format!("{}:amd64", package.get("Package"))],
            3 => vec![package.get("Package").to_owned(), pick(&PATTERNS, seeded)],
            _ => vec![package.get("Package").to_owned()],
        };
        let version = package.get("Version");
        let pin = match seeded.below(10) {
            0 => format!("version {version}"),
            1 => format!("version {}*", version.get(..3).unwrap_or(version)),
            2 => "version *bpo12*".to_owned(),
            3 => "version *".to_owned(),
            _ => pick(&PLACES, seeded),
        };
        records.push(Record { packages, pin, priority: pick(&PRIORITIES, seeded) });
    }
    for _ in 0..3 {
        let (pin, priority) = (pick(&PLACES, seeded), pick(&GENERAL_PRIORITIES, seeded));
        records.push(Record { packages: vec!["*".to_owned()], pin, priority });
    }
    records
}

fn pick(all: &[&str], seeded: &mut Seeded) -> String {
    all.get(seeded.below(all.len())).copied().unwrap_or_default().to_owned()
}

fn source(package: &Stanza) -> &str {
    let source = package.get("Source").split(' ').next().unwrap_or_default();
    if source.is_empty() { package.get("Package") } else { source }
}

/// The file that apt reads.
pub(super) fn text(records: &[Record]) -> String {
    let record = |record: &Record| {
        format!(
            "Explanation: made by the referee\nPackage: {}\nPin: {}\nPin-Priority: {}\n\n",
            record.packages.join(" "),
            record.pin,
            record.priority
        )
    };
    records.iter().map(record).collect()
}
