//! The package lists of data/hosts against the counts of its MANIFEST.md.

use super::read;
use pakiti_formats::report::{Report, ReportFormat, detect};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};

/// data/hosts of the shared data; without it tests have nothing to check, which CI does not accept.
fn hosts() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let root = std::env::var_os("PAKITI_SHARED").map_or(beside, PathBuf::from);
    let hosts = root.join("data/hosts");
    if hosts.is_dir() {
        return Some(hosts);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "no shared data at {}", hosts.display());
    eprintln!("skipped: no shared data at {}", hosts.display());
    None
}

fn content(path: &Path) -> Vec<u8> {
    let bytes = std::fs::read(path).expect("a readable file");
    if path.extension().is_none_or(|extension| extension != "xz") {
        return bytes;
    }
    let mut plain = Vec::new();
    liblzma::read::XzDecoder::new(bytes.as_slice()).read_to_end(&mut plain).expect("xz data");
    plain
}

fn report(path: &Path, format: ReportFormat) -> Report {
    let bytes = content(path);
    assert_eq!(detect(&bytes), Some(format), "{}", path.display());
    read(format, bytes).expect("a report")
}

/// File -> last column of MANIFEST.md, for files in `folder` with this ending.
fn manifest(hosts: &Path, folder: &str, ending: &str) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(hosts.join("MANIFEST.md")).expect("MANIFEST.md");
    let rows = text.lines().filter_map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let (file, inside) = (*cells.get(1)?, *cells.get(8)?);
        let wanted = file.starts_with(folder) && file.ends_with(ending);
        wanted.then(|| (file.to_owned(), inside.to_owned()))
    });
    rows.collect()
}

/// The number before `word` in a text like `110 packages; 9 with epoch`.
fn counted(inside: &str, word: &str) -> usize {
    let before = inside.split(word).next().expect("the word");
    before.trim().rsplit(' ').next().and_then(|n| n.parse().ok()).expect("a count")
}

#[test]
fn rpm_tables_have_the_counts_of_the_manifest() {
    let Some(hosts) = hosts() else { return };
    let files = manifest(&hosts, "rpm/", ".rpm-qa.tsv");
    assert_eq!(files.len(), 19);
    for (file, inside) in files {
        let path = hosts.join(&file);
        let text = String::from_utf8(content(&path)).expect("UTF-8");
        let keys = text.lines().filter(|line| line.starts_with("gpg-pubkey\t")).count();
        let report = report(&path, ReportFormat::RpmQa);
        let packages = &report.packages;
        assert_eq!(packages.len() + keys, counted(&inside, "packages"), "{file}");
        assert_eq!(report.skipped_count, 0, "{file}: {:?}", report.skipped);
        let epochs = packages.iter().filter(|p| p.package.version.contains(':')).count();
        assert_eq!(epochs, counted(&inside, "with epoch"), "{file}");
        let labels = packages.iter().filter(|p| !p.package.module.is_empty()).count();
        assert_eq!(labels, counted(&inside, "with modularity"), "{file}");
        assert!(packages.iter().all(|p| p.epoch_known && !p.package.arch.is_empty()), "{file}");
        assert_eq!(report.header.arch.as_deref(), Some("x86_64"), "{file}");
        let sources = packages.iter().filter(|p| !p.package.source_name.is_empty()).count();
        let told = text.lines().skip(1).filter(|line| line.contains(".src.rpm\t")).count();
        assert_eq!(sources, told, "{file}");
    }
}

#[test]
fn dpkg_tables_have_the_counts_of_the_manifest() {
    let Some(hosts) = hosts() else { return };
    let files = manifest(&hosts, "dpkg/", ".dpkg-query.tsv");
    assert_eq!(files.len(), 5);
    for (file, inside) in files {
        let report = report(&hosts.join(&file), ReportFormat::DpkgQuery);
        // The text of the build host's row is shared with its status file; its count is the first number.
        assert_eq!(report.packages.len(), counted(&inside, "packages"), "{file}");
        assert_eq!(report.skipped_count, 0, "{file}");
        let epochs = report.packages.iter().filter(|p| p.package.version.contains(':')).count();
        assert_eq!(epochs, counted(&inside, "with epoch"), "{file}");
        assert_eq!(report.header.arch.as_deref(), Some("amd64"), "{file}");
    }
}

#[test]
fn the_status_file_and_the_table_of_one_host_are_the_same_package_set() {
    let Some(hosts) = hosts() else { return };
    let status = report(&hosts.join("dpkg/debian-12-build-host.status.xz"), ReportFormat::DpkgStatus);
    let table = report(&hosts.join("dpkg/debian-12-build-host.dpkg-query.tsv"), ReportFormat::DpkgQuery);
    let set =
        |report: &Report| -> BTreeSet<_> { report.packages.iter().map(|p| p.package.clone()).collect() };
    assert_eq!(status.packages.len(), 875);
    assert_eq!(set(&status), set(&table));
    assert_eq!(status.header, table.header);
    assert_eq!(status.skipped_count, 0);
}

#[test]
fn the_old_status_file_has_ninety_installed_packages() {
    let Some(hosts) = hosts() else { return };
    let report = report(&hosts.join("dpkg/trivy-valid.txtar"), ReportFormat::DpkgStatus);
    assert_eq!(report.packages.len(), 90);
    assert!(report.packages.iter().all(|p| p.package.name != "git"), "only its configuration is left");
    // The two lines of the archive around the file.
    assert_eq!(report.skipped.iter().map(|s| s.line).collect::<Vec<_>>(), [1, 3]);
}

#[test]
fn the_insights_list_gives_nevra_without_epochs() {
    let Some(hosts) = hosts() else { return };
    let report = report(&hosts.join("rpm/rhel-6.7-insights.rpm-qa.txt"), ReportFormat::RpmQa);
    assert_eq!(report.packages.len(), 667 - 2, "two of the 667 lines are keys");
    assert_eq!(report.skipped_count, 0);
    assert!(report.packages.iter().all(|p| !p.epoch_known && !p.package.arch.is_empty()));
    assert_eq!(report.header.arch.as_deref(), Some("x86_64"));
}

#[test]
fn rpm_manifests_of_images_are_no_report() {
    let Some(hosts) = hosts() else { return };
    assert_eq!(detect(&content(&hosts.join("rpm/ubi8_ubi.manifests.txtar.xz"))), None);
}
