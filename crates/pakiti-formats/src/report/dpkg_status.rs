//! `/var/lib/dpkg/status`, the database of dpkg: one stanza per package.
//!
//! Rules: deb-control(5) for the syntax (names in any case, continuation lines begin with white space), dpkg.rs
//! for states and sources. Without `Source` the source has the package's own name and version: dpkg says so by
//! leaving it out. Stanzas without `Status` (the `status.d` of distroless images) are installed packages.

use super::lines::{Line, Lines};
use super::list::{ListBuilder, main_arch};
use super::{Limits, Report, ReportError, ReportedPackage, SkipReason, dpkg, headerless};

/// The fields of a stanza that are needed, and where it begins.
#[derive(Default)]
struct Stanza<'a> {
    first_line: usize,
    name: &'a str,
    status: &'a str,
    arch: &'a str,
    version: &'a str,
    source: &'a str,
    /// Why a needed field could not be read.
    damage: Option<SkipReason>,
}

/// Reads the file.
pub(super) fn parse(bytes: &[u8], limits: &Limits) -> Result<Report, ReportError> {
    let mut list = ListBuilder::new(limits, 0);
    let mut stanza = Stanza::default();
    for line in Lines::new(bytes, 1) {
        if line.bytes.is_empty() {
            let done = std::mem::take(&mut stanza);
            list.take(done.first_line, done.package())?;
        } else if let Err(reason) = stanza.read_line(line, limits) {
            list.take(line.number, Err(reason))?;
        }
    }
    list.take(stanza.first_line, stanza.package())?;
    let list = list.finish();
    let arch = native_arch(&list.packages).or_else(|| main_arch(&list.packages, "all"));
    headerless("dpkg", arch, list)
}

/// The machine's own architecture: that of `dpkg`, which runs on it, else of `base-files`.
pub(super) fn native_arch(packages: &[ReportedPackage]) -> Option<String> {
    ["dpkg", "base-files"].into_iter().find_map(|name| {
        let found = packages.iter().find(|p| p.package.name == name && p.package.arch != "all")?;
        Some(found.package.arch.clone())
    })
}

impl<'a> Stanza<'a> {
    fn read_line(&mut self, line: Line<'a>, limits: &Limits) -> Result<(), SkipReason> {
        if matches!(line.bytes.first(), Some(b' ' | b'\t')) {
            return Ok(());
        }
        let name = line.bytes.split(|b| *b == b':').next().unwrap_or_default();
        if name.len() == line.bytes.len() {
            return Err(SkipReason::NotAField);
        }
        if self.first_line == 0 {
            self.first_line = line.number;
        }
        let slot = match name {
            name if name.eq_ignore_ascii_case(b"package") => &mut self.name,
            name if name.eq_ignore_ascii_case(b"status") => &mut self.status,
            name if name.eq_ignore_ascii_case(b"architecture") => &mut self.arch,
            name if name.eq_ignore_ascii_case(b"version") => &mut self.version,
            name if name.eq_ignore_ascii_case(b"source") => &mut self.source,
            _ => return Ok(()),
        };
        match line.text(limits.max_line) {
            Ok(text) => *slot = text.get(name.len() + 1..).unwrap_or_default().trim(),
            Err(reason) => self.damage = Some(reason),
        }
        Ok(())
    }

    /// The package; `None` for the nothing between two empty lines and for packages that are not there.
    fn package(self) -> Result<Option<ReportedPackage>, SkipReason> {
        if self.first_line == 0 {
            return Ok(None);
        }
        if let Some(reason) = self.damage {
            return Err(reason);
        }
        let Some(flags) = dpkg::status(self.status) else { return Ok(None) };
        let source = match dpkg::source(self.source) {
            ("", _) => (self.name, self.version),
            (name, version) => (name, version.unwrap_or(self.version)),
        };
        dpkg::package([self.name, self.version, self.arch], source, flags).map(Some)
    }
}
