//! OS groups of the systems, suites and packages in the shared data, and the reference's own table.

use super::group;
use super::rows::OLD_MAPPING;
use crate::shared::shared_data;
use pakiti_core::os_group::{from_base_files, from_codename};
use std::fs;
use std::io::Read;
use std::path::Path;

fn read(path: &Path) -> String {
    let bytes = fs::read(path).unwrap();
    let mut text = String::new();
    if path.extension().is_some_and(|e| e == "xz") {
        liblzma::read::XzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
    } else {
        text = String::from_utf8(bytes).unwrap();
    }
    text
}

#[test]
fn the_rows_are_those_of_the_reference() {
    let Some(path) = shared_data("reference/pakiti3-interfaces.md") else { return };
    let text = read(&path);
    let (_, table) = text.split_once("| # | OS group | Regex").unwrap();
    let groups: Vec<(usize, String)> = table
        .lines()
        .filter_map(|line| {
            let mut cells = line.split('|').map(str::trim).skip(1);
            Some((cells.next()?.parse().ok()?, cells.next()?.to_owned()))
        })
        .take(91)
        .collect();
    let ours: Vec<(usize, String)> =
        OLD_MAPPING.iter().map(|(row, old, _)| (*row, (*old).to_owned())).collect();
    assert_eq!(ours, groups);
}

#[test]
fn real_system_names_of_glpi_inventories_map() {
    let Some(folder) = shared_data("data/hosts/glpi") else { return };
    let expected = |name: &str| match name {
        "Fedora release 25 (Twenty Five)" => Some("fedora-25"),
        "Fedora 31 (Workstation Edition)" => Some("fedora-31"),
        "Snow Cone Android 12.0 api 31" | "Mac OS X" => None,
        other => panic!("{other} is new: say which group it has"),
    };
    let mut seen = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().is_some_and(|n| n == "inventory.schema.json") {
            continue;
        }
        let text = read(&path);
        let json = text.split("\"full_name\": \"").skip(1).filter_map(|t| t.split('"').next());
        let xml = text.split("<FULL_NAME>").skip(1).filter_map(|t| t.split('<').next());
        for name in json.chain(xml) {
            assert_eq!(group(name).as_deref(), expected(name), "{}", path.display());
            seen += 1;
        }
    }
    assert!(seen >= 7, "only {seen} names found");
}

#[test]
fn real_base_files_and_release_files_map() {
    let Some(data) = shared_data("data") else { return };
    for (file, expected) in [
        ("debian-12-build-host", Some("debian-12")),
        ("image-debian-8", Some("debian-8")),
        ("image-debian-buster", Some("debian-10")),
        ("image-ubuntu-16.04", None),
        ("image-ubuntu-18.04", None),
    ] {
        let text = read(&data.join(format!("hosts/dpkg/{file}.dpkg-query.tsv")));
        let version = text.lines().find_map(|l| l.strip_prefix("base-files\t")?.split('\t').next()).unwrap();
        assert_eq!(from_base_files(version).map(|g| g.0).as_deref(), expected, "{file}: {version}");
    }
    for (suite, expected) in [
        ("bookworm", "debian-12"),
        ("bookworm-security", "debian-12"),
        ("bookworm-updates", "debian-12"),
        ("bullseye-security", "debian-11"),
    ] {
        let text = read(&data.join(format!("debian/dists/{suite}/InRelease")));
        let field = |name: &str| text.lines().find_map(|l| l.strip_prefix(name)).unwrap().trim();
        let found = from_codename(field("Origin:"), field("Codename:")).map(|g| g.0);
        assert_eq!(found.as_deref(), Some(expected), "{suite}");
    }
}
