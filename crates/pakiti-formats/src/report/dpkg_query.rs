//! Tables of `dpkg-query`: `#Package Version Architecture [Source Source-Version Status]`, TAB separated.
//!
//! contract.md "Reports". Without a `Status` column every row is an installed package.

use super::lines::{Line, Lines};
use super::list::{ListBuilder, main_arch};
use super::table::{Column, Row, Table};
use super::{Limits, Report, ReportError, ReportedPackage, SkipReason, dpkg, headerless};

struct Columns {
    name: Column,
    version: Column,
    arch: Column,
    source: Column,
    source_version: Column,
    status: Column,
}

/// Reads the table.
pub(super) fn parse(bytes: &[u8], limits: &Limits) -> Result<Report, ReportError> {
    let mut lines = Lines::new(bytes, 1);
    let header = lines.find(|line| !line.is_blank()).ok_or(ReportError::Empty)?;
    let missing = ReportError::MissingColumn { line: header.number, column: "Package" };
    let table = Table::from_header(header, limits).ok_or(missing)?;
    let columns = Columns {
        name: table.required("Package")?,
        version: table.required("Version")?,
        arch: table.required("Architecture")?,
        source: table.column("Source"),
        source_version: table.column("Source-Version"),
        status: table.column("Status"),
    };
    let mut list = ListBuilder::new(limits, bytes.len());
    for line in lines.filter(|line| !line.is_blank()) {
        list.take(line.number, package(line, &columns, limits))?;
    }
    let list = list.finish();
    let arch = super::dpkg_status::native_arch(&list.packages).or_else(|| main_arch(&list.packages, "all"));
    headerless("dpkg", arch, list)
}

fn package(
    line: Line<'_>,
    columns: &Columns,
    limits: &Limits,
) -> Result<Option<ReportedPackage>, SkipReason> {
    let row = Row::new(line, limits)?;
    let Some(flags) = dpkg::status(row.cell(columns.status)) else { return Ok(None) };
    // ${binary:Package} writes `name:arch` for foreign and multi-arch packages.
    let name = row.cell(columns.name).split(':').next().unwrap_or_default();
    let (version, arch) = (row.cell(columns.version), row.cell(columns.arch));
    let (source, version_in_source) = dpkg::source(row.cell(columns.source));
    let source_version = match row.cell(columns.source_version) {
        "" => version_in_source.unwrap_or_default(),
        version => version,
    };
    dpkg::package([name, version, arch], (source, source_version), flags).map(Some)
}
