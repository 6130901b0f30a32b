//! Reports: what a host says about itself, in every form it may arrive in.
//!
//! Protocols 5 and 6 (pakiti3-interfaces.md 1.2, protocol6.md) have a header and a package list; the server
//! reads them with [`split`] and parses the list only if its bytes are new. The forms of `pakiti evaluate`
//! (contract.md "Reports": dpkg status file, `dpkg-query` and `rpm -qa` tables, NEVRA lines) have no header:
//! there [`Header::host`] is empty. All functions take decompressed bytes and treat them as hostile: bounded,
//! no panic, one bad line is skipped and counted.

mod detect;
mod dpkg;
mod dpkg_query;
mod dpkg_status;
mod error;
mod header;
mod header_value;
mod lines;
mod list;
mod nevra;
mod package_lines;
mod rpm;
mod rpm_qa;
mod table;
mod v5;
mod v6;
mod write;

pub use detect::detect;
pub use error::{ReportError, SkipReason};
pub use header::{Header, RawList, Split, split};
pub use list::PackageList;
pub use package_lines::{PackageLine, PackageLines};
pub use write::write;

use pakiti_core::package::Package;
use std::fmt;

/// What a client sent once: header and package list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Facts about the host.
    pub header: Header,
    /// Installed packages in the order of the report, without duplicates.
    pub packages: Vec<ReportedPackage>,
    /// The first 100 lines that were skipped.
    pub skipped: Vec<SkippedLine>,
    /// How many lines were skipped in all.
    pub skipped_count: u64,
}

/// One installed package and what a report says about it beyond its identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedPackage {
    /// The package.
    pub package: Package,
    /// How it is installed.
    pub flags: PackageFlags,
    /// Install time, unix seconds.
    pub installed_at: Option<i64>,
    /// Did the report say the rpm epoch? If not, the true one may be above 0. Always true for deb.
    pub epoch_known: bool,
}

/// How a package is installed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PackageFlags {
    /// Held back by the administrator.
    pub held: bool,
    /// Installed only because another package needs it.
    pub auto: bool,
    /// dpkg state other than installed.
    pub state: Option<PackageState>,
}

/// A dpkg state in which files of the package are there though it is not (fully) installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PackageState {
    /// Unpacking was interrupted.
    HalfInstalled,
    /// Unpacked, not configured.
    Unpacked,
    /// Configuring was interrupted.
    HalfConfigured,
    /// Waits for another package's trigger.
    TriggersAwaited,
    /// Has triggers to process.
    TriggersPending,
}

impl PackageState {
    const ALL: [Self; 5] = [
        Self::HalfInstalled,
        Self::Unpacked,
        Self::HalfConfigured,
        Self::TriggersAwaited,
        Self::TriggersPending,
    ];

    /// dpkg's word for the state.
    pub fn name(self) -> &'static str {
        match self {
            Self::HalfInstalled => "half-installed",
            Self::Unpacked => "unpacked",
            Self::HalfConfigured => "half-configured",
            Self::TriggersAwaited => "triggers-awaited",
            Self::TriggersPending => "triggers-pending",
        }
    }

    /// The state dpkg calls `name`; `None` for installed and for words dpkg does not have.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A line that was skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SkippedLine {
    /// Line number, from 1; of a dpkg stanza its first line.
    pub line: usize,
    /// Why.
    pub reason: SkipReason,
}

impl fmt::Display for SkippedLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

/// Bounds of one report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest line in bytes; longer ones are skipped.
    pub max_line: usize,
    /// Most packages; more end the report.
    pub max_packages: usize,
    /// Most header lines; more end the report.
    pub max_header_lines: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_line: 64 * 1024, max_packages: 200_000, max_header_lines: 10_000 }
    }
}

/// A report format with a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// Protocol 5: Pakiti 3's client.
    V5,
    /// Protocol 6: this project's client.
    V6,
}

/// A report format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportFormat {
    /// Protocol 5.
    V5,
    /// Protocol 6.
    V6,
    /// `/var/lib/dpkg/status`.
    DpkgStatus,
    /// Table of `dpkg-query`.
    DpkgQuery,
    /// Table or NEVRA lines of `rpm -qa`.
    RpmQa,
}

impl ReportFormat {
    /// All formats, in the order of contract.md.
    pub const ALL: [Self; 5] = [Self::V5, Self::V6, Self::DpkgStatus, Self::DpkgQuery, Self::RpmQa];

    /// The word of `--report-format`.
    pub fn name(self) -> &'static str {
        match self {
            Self::V5 => "v5",
            Self::V6 => "v6",
            Self::DpkgStatus => "dpkg-status",
            Self::DpkgQuery => "dpkg-query",
            Self::RpmQa => "rpm-qa",
        }
    }

    /// The format `--report-format` calls `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }
}

impl fmt::Display for ReportFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Reads a whole report of a known format (see [`detect()`]).
///
/// # Errors
/// [`ReportError`] if there is no report in the bytes or a limit is exceeded; single bad lines are skipped.
pub fn parse(format: ReportFormat, bytes: &[u8], limits: &Limits) -> Result<Report, ReportError> {
    if bytes.trim_ascii().is_empty() {
        return Err(ReportError::Empty);
    }
    match format {
        ReportFormat::V5 => parse_protocol(Protocol::V5, bytes, limits),
        ReportFormat::V6 => parse_protocol(Protocol::V6, bytes, limits),
        ReportFormat::DpkgStatus => dpkg_status::parse(bytes, limits),
        ReportFormat::DpkgQuery => dpkg_query::parse(bytes, limits),
        ReportFormat::RpmQa => rpm_qa::parse(bytes, limits),
    }
}

/// Parses the package list that [`split`] left. The result depends on the bytes, the protocol and
/// [`Header::packager`], on nothing else of the header.
///
/// # Errors
/// [`ReportError::TooManyPackages`].
pub fn parse_packages(
    protocol: Protocol,
    header: &Header,
    list: RawList<'_>,
    limits: &Limits,
) -> Result<PackageList, ReportError> {
    let lines = PackageLines::new(protocol, header, list);
    let mut packages = list::ListBuilder::new(limits, list.bytes.len());
    for line in lines.iter() {
        packages.take(line.number(), line.parse(limits))?;
    }
    Ok(packages.finish())
}

fn parse_protocol(protocol: Protocol, bytes: &[u8], limits: &Limits) -> Result<Report, ReportError> {
    let Split { header, list, skipped, skipped_count } = split(protocol, bytes, limits)?;
    let list = parse_packages(protocol, &header, list, limits)?;
    let mut all = lines::Skipped { lines: skipped, count: skipped_count };
    all.append(list.skipped, list.skipped_count);
    Ok(Report { header, packages: list.packages, skipped: all.lines, skipped_count: all.count })
}

/// A report of a format that has no header: the packages, the packaging system and the architecture `arch`
/// that follows from them.
fn headerless(packager: &str, arch: Option<String>, list: PackageList) -> Result<Report, ReportError> {
    if let (true, Some(first)) = (list.packages.is_empty(), list.skipped.first()) {
        return Err(ReportError::NothingReadable {
            skipped: list.skipped_count,
            line: first.line,
            reason: first.reason,
        });
    }
    let header = Header { packager: Some(packager.to_owned()), arch, ..Header::default() };
    let PackageList { packages, skipped, skipped_count } = list;
    Ok(Report { header, packages, skipped, skipped_count })
}
