//! Package lists of real hosts, as the shared data have them.
use std::fs;
use std::path::Path;

use anyhow::Context;

use super::model::{Deb, Rpm};

/// Rows of a TSV whose first line names the columns; `(none)` is no value.
fn rows(file: &Path) -> anyhow::Result<Vec<impl Fn(&str) -> String>> {
    let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let mut lines = text.lines();
    let head = lines.next().unwrap_or_default().trim_start_matches('#');
    let head: Vec<String> = head.split('\t').map(str::to_owned).collect();
    let row = |line: &str| {
        let (head, fields) = (head.clone(), line.split('\t').map(str::to_owned).collect::<Vec<String>>());
        move |name: &str| {
            let field = head.iter().position(|column| column == name).and_then(|at| fields.get(at));
            field.filter(|field| *field != "(none)").cloned().unwrap_or_default()
        }
    };
    Ok(lines.map(row).collect())
}

/// The packages of an `rpm -qa` TSV.
pub(super) fn rpm_qa(file: &Path) -> anyhow::Result<Vec<Rpm>> {
    let package = |of: &dyn Fn(&str) -> String| Rpm {
        name: of("NAME"),
        epoch: of("EPOCH"),
        version: of("VERSION"),
        release: of("RELEASE"),
        arch: of("ARCH"),
        source: of("SOURCERPM"),
        vendor: of("VENDOR"),
        label: of("MODULARITYLABEL"),
        ..Rpm::default()
    };
    Ok(rows(file)?.iter().map(|row| package(row)).collect())
}

/// The packages of a `dpkg-query` TSV.
pub(super) fn dpkg_query(file: &Path) -> anyhow::Result<Vec<Deb>> {
    let package = |of: &dyn Fn(&str) -> String| {
        let (name, version, arch) = (of("Package"), of("Version"), of("Architecture"));
        Deb { name, version, arch, status: of("Status") }
    };
    Ok(rows(file)?.iter().map(|row| package(row)).collect())
}
