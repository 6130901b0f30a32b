//! The report of `pakiti evaluate`: from the bytes to packages and context.
//!
//! contract.md "Reports" (formats, compression) and "evaluate" (what a flag says wins over what the report says).

use super::args::{EvaluateArgs, FormatChoice};
use pakiti_core::context::{Context, GroupContext};
use pakiti_core::os_group::{self, OsGroupId, OsRelease};
use pakiti_core::package::{Package, PackageFormat};
use pakiti_core::rules::RuleIndex;
use pakiti_formats::decompress::{self, DecompressError, DecompressLimits};
use pakiti_formats::report::{self, Limits, Report, ReportError, ReportedPackage};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use thiserror::Error;

/// Largest report as it is read, bytes. 10,000 packages of a dpkg status file are 15 MB.
const MAX_READ: u64 = 256 << 20;
/// Largest report after decompression, bytes.
const MAX_REPORT: u64 = 512 << 20;

/// Why there is no report.
#[derive(Debug, Error)]
pub(crate) enum ReadError {
    /// The file cannot be read.
    #[error("not readable: {0}")]
    Unreadable(#[from] io::Error),
    /// No real report is that large.
    #[error("larger than {MAX_READ} bytes")]
    TooLarge,
    /// It cannot be decompressed.
    #[error(transparent)]
    Decompress(#[from] DecompressError),
    /// Nothing in it tells its format.
    #[error("its format cannot be told: name it with --report-format")]
    UnknownFormat,
    /// There is no report in it.
    #[error(transparent)]
    Report(#[from] ReportError),
}

/// What is judged.
#[derive(Debug)]
pub(crate) struct Subject {
    /// Host name; `None` in formats without a header.
    pub(crate) name: Option<String>,
    /// System name.
    pub(crate) os: Option<String>,
    /// Architecture as it was given or reported.
    pub(crate) arch: Option<String>,
    /// Everything but the packages that decides.
    pub(crate) context: Context,
    /// The installed packages.
    pub(crate) packages: Vec<Package>,
    /// Places of those whose rpm epoch the report does not tell.
    epochs_open: Vec<usize>,
}

impl Subject {
    /// Are there packages whose epoch only a repository can tell?
    pub(crate) fn has_open_epochs(&self) -> bool {
        !self.epochs_open.is_empty()
    }

    /// Takes the epochs that the report does not tell from the repositories. contract.md "Reports": that of the
    /// matching (name, version-release, arch), else 0.
    pub(crate) fn take_epochs(&mut self, index: &RuleIndex) {
        for at in std::mem::take(&mut self.epochs_open) {
            if let Some(package) = self.packages.get_mut(at)
                && let Some(version) = index.indexed_rpm_version(package)
            {
                package.version = version.to_owned();
            }
        }
    }
}

/// Reads the report at `path` (`-` = standard input).
///
/// # Errors
/// [`ReadError`] if there is no report there.
pub(crate) fn read(path: &Path, format: FormatChoice) -> Result<Report, ReadError> {
    let data =
        if path.as_os_str() == "-" { bounded(io::stdin().lock())? } else { bounded(File::open(path)?)? };
    let limits = DecompressLimits { max_bytes: MAX_REPORT, ..DecompressLimits::default() };
    let text = decompress::bytes(&data, &limits)?;
    let format = match format {
        FormatChoice::Named(format) => format,
        FormatChoice::Auto if text.trim_ascii().is_empty() => return Err(ReportError::Empty.into()),
        FormatChoice::Auto => report::detect(&text).ok_or(ReadError::UnknownFormat)?,
    };
    Ok(report::parse(format, &text, &Limits::default())?)
}

fn bounded(input: impl Read) -> Result<Vec<u8>, ReadError> {
    let mut data = Vec::new();
    input.take(MAX_READ + 1).read_to_end(&mut data)?;
    if data.len() as u64 > MAX_READ { Err(ReadError::TooLarge) } else { Ok(data) }
}

/// Packages and context of a report; what the command line says wins.
pub(crate) fn subject(args: &EvaluateArgs, report: Report) -> Subject {
    let os_group = os_group_of(args, &report);
    let held = report.packages.iter().filter(|reported| reported.flags.held);
    let held = held.map(|reported| format!("{}:{}", reported.package.name, reported.package.arch)).collect();
    let header = report.header;
    let own_kernel = header.container.is_none();
    let own = |value: Option<String>| value.filter(|_| own_kernel);
    let mut foreign_archs = header.foreign_archs;
    foreign_archs.extend(args.foreign_arch.iter().cloned());
    let mut modules = header.modules;
    modules.extend(args.module.iter().map(|m| (m.name.clone(), format!("{}:enabled", m.stream))));
    let arch = args.arch.clone().or(header.arch);
    let context = Context {
        group: GroupContext {
            os_group,
            arch: arch.clone().unwrap_or_default(),
            foreign_archs,
            releasever: header.releasever,
            entitlements: header.entitlements,
            container: header.container,
            modules,
            repositories: header.repositories,
            pins: header.pins,
            excludes: header.excludes,
            ..GroupContext::default()
        },
        // A container runs its host's kernel: only who calls us may say which one counts.
        kernel: args.kernel.clone().or_else(|| own(header.kernel)),
        kernel_version: own(header.kernel_version),
        default_kernel: own(header.default_kernel),
        livepatch: own(header.livepatch),
        held,
    };
    Subject {
        name: Some(header.host).filter(|name| !name.is_empty()),
        os: args.system.clone().or(header.system),
        arch,
        context,
        epochs_open: (report.packages.iter().enumerate())
            .filter(|(_, reported)| !reported.epoch_known)
            .map(|(at, _)| at)
            .collect(),
        packages: report.packages.into_iter().map(|reported| reported.package).collect(),
    }
}

/// `--os-group`, else the system that `--system` or the report names, else Debian's `base-files`, which only
/// counts where no system is named: a derivative has it too.
fn os_group_of(args: &EvaluateArgs, report: &Report) -> Option<OsGroupId> {
    if let Some(id) = &args.os_group {
        return Some(id.clone());
    }
    if let Some(system) = &args.system {
        return os_group::from_system(system);
    }
    let header = &report.header;
    if header.os_id.is_none() && header.system.is_none() {
        return base_files(&report.packages);
    }
    os_group::from_os_release(&OsRelease {
        id: header.os_id.as_deref(),
        version_id: header.os_version_id.as_deref(),
        like: header.os_like.as_deref(),
        codename: header.os_codename.as_deref(),
        system: header.system.as_deref(),
    })
}

fn base_files(packages: &[ReportedPackage]) -> Option<OsGroupId> {
    let mut packages = packages.iter().map(|reported| &reported.package);
    let found = packages.find(|p| p.format == PackageFormat::Deb && p.name == "base-files")?;
    os_group::from_base_files(&found.version)
}
