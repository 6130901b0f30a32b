//! Where packages come from: flat repositories, foreign architectures, the source of rebuilt binaries.

use super::{INDEX, Made, NOW, hex, local, names, suite};
use pakiti_formats::repository::apt::lists::load_path;
use pakiti_formats::repository::apt::sources_list::parse_list;
use pakiti_formats::repository::apt::{AptError, AptOptions, LoadedSuite};
use sha2::{Digest, Sha256};
use std::io::Write;
use std::path::Path;

fn options(architectures: &[&str]) -> AptOptions {
    let architectures = architectures.iter().map(|arch| (*arch).to_owned()).collect();
    AptOptions { trusted: true, architectures: Some(architectures), ..AptOptions::new(NOW) }
}

fn builds(suite: &LoadedSuite) -> Vec<String> {
    let packages = suite.content.packages.iter();
    let mut builds: Vec<_> = packages.map(|p| format!("{} {} {}", p.name, p.version, p.arch)).collect();
    builds.sort_unstable();
    builds
}

#[test]
fn flat_repositories_load() {
    let made = Made::new("Origin: x\n", &[("./Packages", INDEX)]);
    let mut made = Made(made.0.into_iter().map(|(path, data)| (path.replace("./", ""), data)).collect());
    let loaded = made.load(&AptOptions::new(NOW)).unwrap();
    assert_eq!(names(&loaded), ["/a", "/b"]);
    assert_eq!(loaded.architectures.iter().collect::<Vec<_>>(), ["all", "amd64"]);
    made.0.remove("Packages");
    assert!(matches!(made.load(&AptOptions::new(NOW)), Err(AptError::NoPackages { .. })));
}

/// A flat repository as `dpkg-scanpackages` and `apt-ftparchive release` leave it: Release beside Packages.gz.
fn write_flat(folder: &Path) {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(INDEX).unwrap();
    let gz = gz.finish().unwrap();
    let line = |path: &str, data: &[u8]| format!(" {} {} {path}\n", hex(&Sha256::digest(data)), data.len());
    // The sub-folder belongs to another flat repository, whose own Release stands in it.
    let release = format!(
        "Date: Fri, 20 Nov 2026 10:00:00 UTC\nSHA256:\n{}{}{}",
        line("Packages", INDEX),
        line("Packages.gz", &gz),
        line("other/Packages", b"")
    );
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("Release"), release).unwrap();
    std::fs::write(folder.join("Packages.gz"), gz).unwrap();
}

#[test]
fn the_folder_that_a_line_of_a_flat_repository_names_loads() {
    let root = tempfile::tempdir().unwrap();
    write_flat(&root.path().join("suite"));
    write_flat(root.path());
    for (line, folder) in [("suite/", "/suite"), ("./", ""), ("/", "")] {
        let text = format!("deb [trusted=yes] file:{} {line}\n", root.path().display());
        let sources = parse_list(&text, "list", &mut Default::default());
        assert!(sources[0].is_flat());
        let found = sources[0].folder();
        assert_eq!(found, format!("file:{}{folder}", root.path().display()));
        let found = Path::new(found.trim_start_matches("file:"));
        // No component names it, and no architecture: it is read whatever is chosen.
        let chosen = AptOptions { components: Some(vec!["main".to_owned()]), ..options(&["i386"]) };
        for options in [&AptOptions::new(NOW), &chosen] {
            let loaded = local(found, options).unwrap();
            assert_eq!(names(&loaded), ["/a", "/b"], "{line}");
            assert_eq!(loaded.files[0].path, "Packages.gz");
        }
    }
}

#[test]
fn flat_repositories_of_apts_lists_load() {
    let root = tempfile::tempdir().unwrap();
    let made = Made::new("", &[("Packages", INDEX)]);
    for prefix in ["flat.example_._", "flat.example_suite_"] {
        std::fs::write(root.path().join(format!("{prefix}Release")), &made.0["Release"]).unwrap();
        std::fs::write(root.path().join(format!("{prefix}Packages")), INDEX).unwrap();
    }
    let suites = load_path(root.path(), &AptOptions { trusted: true, ..AptOptions::new(NOW) }).unwrap();
    assert_eq!(suites.len(), 2);
    for suite in suites {
        let loaded = suite.suite.unwrap();
        assert_eq!(
            (names(&loaded), loaded.content.meta.site.as_str()),
            (vec!["/a".into(), "/b".into()], "flat.example")
        );
    }
}

fn of_arch(name: &str, arch: &str) -> Vec<u8> {
    format!(
        "Package: {name}\nVersion: 1\nArchitecture: {arch}\n\nPackage: doc\nVersion: 1\nArchitecture: all\n"
    )
    .into_bytes()
}

#[test]
fn foreign_architectures_load_when_asked_for() {
    let (amd64, i386, arm64) =
        (of_arch("libc6", "amd64"), of_arch("libc6", "i386"), of_arch("libc6", "arm64"));
    let made = Made::new(
        "Codename: x\nArchitectures: amd64 i386 arm64\n",
        &[
            ("main/binary-amd64/Packages", &amd64),
            ("main/binary-i386/Packages", &i386),
            ("main/binary-arm64/Packages", &arm64),
        ],
    );
    let loaded = |archs: &[&str]| made.load(&options(archs)).unwrap();
    assert_eq!(builds(&loaded(&["amd64"])), ["doc 1 all", "libc6 1 amd64"]);
    // Each index repeats what is for all architectures: one build all the same.
    let both = loaded(&["amd64", "i386"]);
    assert_eq!(builds(&both), ["doc 1 all", "libc6 1 amd64", "libc6 1 i386"]);
    let files: Vec<_> = both.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(files, ["main/binary-amd64/Packages", "main/binary-i386/Packages"]);
    assert_eq!(both.architectures.iter().collect::<Vec<_>>(), ["all", "amd64", "i386"]);
    assert!(matches!(made.load(&options(&["riscv64"])), Err(AptError::NoPackages { .. })));
}

#[test]
fn a_foreign_architecture_of_a_real_suite_loads_beside_the_native_one() {
    let Some(root) = suite("bookworm-security") else { return };
    let native = local(&root, &options(&["amd64"])).unwrap();
    let both = local(&root, &options(&["amd64", "arm64"])).unwrap();
    let count =
        |suite: &LoadedSuite, arch: &str| suite.content.packages.iter().filter(|p| p.arch == arch).count();
    assert_eq!(count(&native, "arm64"), 0);
    assert!(count(&both, "arm64") > 1000);
    assert_eq!(count(&both, "amd64"), count(&native, "amd64"));
}

#[test]
fn the_source_of_a_rebuilt_binary_has_no_binary_number() {
    let Some(root) = suite("bookworm") else { return };
    let loaded = local(&root, &options(&["amd64"])).unwrap();
    let number = |version: &str| {
        let rebuilt = version.rsplit_once("+b").is_some_and(|(_, n)| n.bytes().all(|b| b.is_ascii_digit()));
        rebuilt.then(|| version.rsplit_once("+b").unwrap_or_default().0.to_owned())
    };
    let mut rebuilt = 0;
    for package in &loaded.content.packages {
        assert_eq!(number(&package.source_version), None, "{package:?}");
        // Others have a version of their own besides (gcc-defaults, binutils-arm-none-eabi).
        let plain = number(&package.version).is_some_and(|version| version == package.source_version);
        rebuilt += usize::from(plain);
    }
    assert!(rebuilt > 5000, "{rebuilt}");
}
