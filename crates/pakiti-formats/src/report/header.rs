//! The header of protocols 5 and 6, and where the package list begins.
//!
//! Rules: pakiti3-interfaces.md 1.2 (layout, names, last duplicate wins) and protocol6.md (further names, which
//! may repeat). Differences from Pakiti 3: several names in `host` are one host with aliases (G-17), `cpu` stays
//! apart from `arch` (G-14). Protocol 5 reads only protocol 5's names.

use super::header_value::{boot_time, machine_id, module, pins, reboot, repository};
use super::lines::{Line, Lines, Skipped, clean};
use super::{Limits, Protocol, ReportError, SkipReason, SkippedLine};
use pakiti_core::context::{HostRepository, Pin};
use pakiti_core::package::PackageFormat;
use std::collections::{BTreeMap, BTreeSet};

/// What a report says about its host. `None` and empty mean "not reported".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Header {
    /// Host name; empty only in the formats without a header.
    pub host: String,
    /// Further names of the host, in their order.
    pub aliases: Vec<String>,
    /// The host's own address, as some reporters tell it.
    pub ip: Option<String>,
    /// `uname -m`; in the formats without a header the packages' main architecture.
    pub arch: Option<String>,
    /// CPU model.
    pub cpu: Option<String>,
    /// `uname -r`.
    pub kernel: Option<String>,
    /// `rpm`, `dpkg`, `pkg`, ... as reported; see [`Header::package_format`].
    pub packager: Option<String>,
    /// Host groups the reporter asks for, in its order.
    pub sites: Vec<String>,
    /// OS name.
    pub system: Option<String>,
    /// Free tag.
    pub tag: Option<String>,
    /// Value of `version`: `1` in protocol 5, `6` in protocol 6.
    pub version: Option<String>,
    /// SHA-256 of machine-id and `pakiti`, 64 lower-case hex digits.
    pub machine_id: Option<String>,
    /// os-release `ID`.
    pub os_id: Option<String>,
    /// os-release `VERSION_ID`.
    pub os_version_id: Option<String>,
    /// os-release `ID_LIKE`.
    pub os_like: Option<String>,
    /// os-release `VERSION_CODENAME`.
    pub os_codename: Option<String>,
    /// The kernel's boot id.
    pub boot_id: Option<String>,
    /// Boot time, unix seconds.
    pub boot_time: Option<i64>,
    /// Does the host itself ask for a reboot, and why (may be empty)?
    pub reboot_required: Option<(bool, String)>,
    /// `uname -v`.
    pub kernel_version: Option<String>,
    /// The next boot's kernel release.
    pub default_kernel: Option<String>,
    /// Live patching technology and its state.
    pub livepatch: Option<String>,
    /// dnf's releasever.
    pub releasever: Option<String>,
    /// Entitlements.
    pub entitlements: BTreeSet<String>,
    /// Foreign architectures of dpkg.
    pub foreign_archs: BTreeSet<String>,
    /// Module name -> `stream:state`.
    pub modules: BTreeMap<String, String>,
    /// Enabled repositories, in the host's order.
    pub repositories: Vec<HostRepository>,
    /// apt preferences, in the host's order; a record for several patterns is several pins.
    pub pins: Vec<Pin>,
    /// dnf excludes and version locks.
    pub excludes: BTreeSet<String>,
    /// Container technology.
    pub container: Option<String>,
}

/// The package list of a report, not yet parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawList<'a> {
    /// Everything after the line that ends the header.
    pub bytes: &'a [u8],
    /// Line number of the list's first line in the report.
    pub first_line: usize,
}

/// A report whose header is parsed and whose package list is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split<'a> {
    /// The header.
    pub header: Header,
    /// The package list; empty if the report ends within the header.
    pub list: RawList<'a>,
    /// The first 100 header lines that were skipped.
    pub skipped: Vec<SkippedLine>,
    /// How many header lines were skipped in all.
    pub skipped_count: u64,
}

/// Parses the header only, so that an unchanged list can be recognised by its bytes (together with
/// [`Header::packager`], which decides how they are read).
///
/// # Errors
/// [`ReportError`]: empty, no `#` line at the start, no usable host name, too many header lines.
pub fn split<'a>(protocol: Protocol, bytes: &'a [u8], limits: &Limits) -> Result<Split<'a>, ReportError> {
    let mut lines = Lines::new(bytes, 1);
    match lines.next() {
        Some(line) if line.is_separator() => {}
        _ if bytes.trim_ascii().is_empty() => return Err(ReportError::Empty),
        _ => return Err(ReportError::NoSeparator { line: 1 }),
    }
    let (mut header, mut skipped) = (Header::default(), Skipped::default());
    let mut left = limits.max_header_lines;
    for line in lines.by_ref() {
        if line.is_separator() {
            break;
        }
        if left == 0 {
            let limit = limits.max_header_lines;
            return Err(ReportError::TooManyHeaderLines { line: line.number, limit });
        }
        left -= 1;
        let read = match name_and_value(line, limits) {
            Ok((b"", _)) => Ok(()),
            Ok((b"host", value)) => {
                header.set_host(value, line.number)?;
                Ok(())
            }
            Ok((name, value)) => header.set(protocol, name, value),
            Err(reason) => Err(reason),
        };
        if let Err(reason) = read {
            skipped.note(line.number, reason);
        }
    }
    if header.host.is_empty() {
        return Err(ReportError::NoHost);
    }
    let mut seen = BTreeSet::new();
    header.sites.retain(|site| seen.insert(site.clone()));
    let (bytes, first_line) = lines.remainder();
    let list = RawList { bytes, first_line };
    Ok(Split { header, list, skipped: skipped.lines, skipped_count: skipped.count })
}

/// Name and value of a header line; blank lines have neither.
fn name_and_value<'a>(line: Line<'a>, limits: &Limits) -> Result<(&'a [u8], &'a [u8]), SkipReason> {
    if line.is_blank() {
        return Ok((b"", b""));
    }
    if line.bytes.len() > limits.max_line {
        return Err(SkipReason::TooLong { limit: limits.max_line });
    }
    let colon = memchr::memchr(b':', line.bytes).ok_or(SkipReason::NoColon)?;
    let (name, value) = line.bytes.split_at_checked(colon).unwrap_or_default();
    Ok((name.trim_ascii(), value.get(1..).unwrap_or_default()))
}

impl Header {
    /// The packaging system that `packager` names; `None` if the report does not say it.
    pub fn package_format(&self) -> Option<PackageFormat> {
        let packager = self.packager.as_deref()?;
        Some(match packager.to_ascii_lowercase().as_str() {
            "rpm" => PackageFormat::Rpm,
            "dpkg" | "deb" => PackageFormat::Deb,
            "apk" => PackageFormat::Apk,
            _ => PackageFormat::Other,
        })
    }

    fn set_host(&mut self, value: &[u8], line: usize) -> Result<(), ReportError> {
        if std::str::from_utf8(value).is_err() {
            return Err(ReportError::HostNotUtf8 { line });
        }
        let value = clean(value);
        let mut names = value.split(' ');
        self.host = names.next().unwrap_or_default().to_owned();
        self.aliases.clear();
        let mut seen = BTreeSet::from([self.host.as_str()]);
        for name in names {
            if seen.insert(name) {
                self.aliases.push(name.to_owned());
            }
        }
        Ok(())
    }

    fn set(&mut self, protocol: Protocol, name: &[u8], value: &[u8]) -> Result<(), SkipReason> {
        if let Some(slot) = self.slot(protocol, name) {
            *slot = non_empty(clean(value));
            return Ok(());
        }
        match (protocol, name) {
            (Protocol::V5, b"site") => self.sites = non_empty(clean(value)).into_iter().collect(),
            (Protocol::V5, _) => {}
            (Protocol::V6, _) => return self.set_typed(name, value),
        }
        Ok(())
    }

    /// The field of a header that is plain text and does not repeat.
    fn slot(&mut self, protocol: Protocol, name: &[u8]) -> Option<&mut Option<String>> {
        Some(match name {
            b"ip" => &mut self.ip,
            b"arch" => &mut self.arch,
            b"cpu" => &mut self.cpu,
            b"kernel" => &mut self.kernel,
            b"packager" => &mut self.packager,
            b"system" => &mut self.system,
            b"tag" => &mut self.tag,
            b"version" => &mut self.version,
            _ if protocol == Protocol::V5 => return None,
            b"os-id" => &mut self.os_id,
            b"os-version-id" => &mut self.os_version_id,
            b"os-like" => &mut self.os_like,
            b"os-codename" => &mut self.os_codename,
            b"boot-id" => &mut self.boot_id,
            b"kernel-version" => &mut self.kernel_version,
            b"default-kernel" => &mut self.default_kernel,
            b"livepatch" => &mut self.livepatch,
            b"releasever" => &mut self.releasever,
            b"container" => &mut self.container,
            _ => return None,
        })
    }

    /// The headers of protocol 6 that repeat or have a form of their own; unknown names are ignored.
    fn set_typed(&mut self, name: &[u8], value: &[u8]) -> Result<(), SkipReason> {
        match name {
            b"site" => self.sites.extend(non_empty(clean(value))),
            b"entitlement" => self.entitlements.extend(non_empty(clean(value))),
            b"foreign-arch" => self.foreign_archs.extend(non_empty(clean(value))),
            b"exclude" => self.excludes.extend(non_empty(clean(value))),
            b"machine-id" => self.machine_id = Some(machine_id(value)?),
            b"boot-time" => self.boot_time = Some(boot_time(value)?),
            b"reboot-required" => self.reboot_required = Some(reboot(value)?),
            b"module" => self.modules.extend([module(value)?]),
            b"repository" => self.repositories.push(repository(value)?),
            b"pin" => self.pins.extend(pins(value)?),
            _ => {}
        }
        Ok(())
    }
}

fn non_empty(value: String) -> Option<String> {
    (!value.is_empty()).then_some(value)
}
