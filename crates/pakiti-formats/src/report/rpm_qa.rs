//! Output of `rpm -qa`: a table with header `#NAME EPOCH VERSION RELEASE ARCH ...`, or plain NEVRA lines.
//!
//! contract.md "Reports". An empty or `(none)` epoch of a table is 0; a table without the column and a NEVRA line
//! without the part leave it open ([`ReportedPackage::epoch_known`]).

use super::lines::{Line, Lines};
use super::list::{ListBuilder, main_arch};
use super::table::{Column, Row, Table};
use super::{Limits, PackageFlags, Report, ReportError, ReportedPackage, SkipReason, headerless, nevra, rpm};
use pakiti_core::package::{Package, PackageFormat};

struct Columns {
    name: Column,
    epoch: Column,
    version: Column,
    release: Column,
    arch: Column,
    source: Column,
    vendor: Column,
    module: Column,
    key: Column,
    install_time: Column,
}

/// Reads the table or the lines.
pub(super) fn parse(bytes: &[u8], limits: &Limits) -> Result<Report, ReportError> {
    let mut lines = Lines::new(bytes, 1).filter(|line| !line.is_blank()).peekable();
    let header = lines.next_if(|line| line.bytes.starts_with(b"#"));
    let table = header.and_then(|line| Table::from_header(line, limits));
    let columns = table.as_ref().map(Columns::of).transpose()?;
    let mut list = ListBuilder::new(limits, bytes.len());
    for line in lines {
        let read = match &columns {
            Some(columns) => package(line, columns, limits),
            None => line.text(limits.max_line).and_then(nevra::package),
        };
        list.take(line.number, read)?;
    }
    let list = list.finish();
    let arch = main_arch(&list.packages, "noarch");
    headerless("rpm", arch, list)
}

impl Columns {
    fn of(table: &Table) -> Result<Self, ReportError> {
        Ok(Self {
            name: table.required("NAME")?,
            epoch: table.column("EPOCH"),
            version: table.required("VERSION")?,
            release: table.required("RELEASE")?,
            arch: table.required("ARCH")?,
            source: table.column("SOURCERPM"),
            vendor: table.column("VENDOR"),
            module: table.column("MODULARITYLABEL"),
            key: table.column("SIGKEYID"),
            install_time: table.column("INSTALLTIME"),
        })
    }
}

fn package(
    line: Line<'_>,
    columns: &Columns,
    limits: &Limits,
) -> Result<Option<ReportedPackage>, SkipReason> {
    let row = Row::new(line, limits)?;
    let name = match row.cell(columns.name) {
        rpm::KEY_RECORD => return Ok(None),
        "" => return Err(SkipReason::NoName),
        name => name,
    };
    let version =
        rpm::version_of(row.cell(columns.epoch), row.cell(columns.version), row.cell(columns.release))?;
    let (source_name, source_version) = rpm::source(row.cell(columns.source)).unwrap_or_default();
    let package = Package {
        format: PackageFormat::Rpm,
        name: name.to_owned(),
        version,
        arch: row.cell(columns.arch).to_owned(),
        source_name: source_name.to_owned(),
        source_version: source_version.to_owned(),
        vendor: row.cell(columns.vendor).to_owned(),
        module: row.cell(columns.module).to_owned(),
        key_id: rpm::key_id(row.cell(columns.key)),
    };
    let installed_at = row.cell(columns.install_time).parse().ok();
    let epoch_known = columns.epoch.exists();
    Ok(Some(ReportedPackage { package, flags: PackageFlags::default(), installed_at, epoch_known }))
}
