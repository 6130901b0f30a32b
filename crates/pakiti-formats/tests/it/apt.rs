//! apt suites: Debian's real indices, damaged copies of them, made-up suites, this machine's own lists.

mod by_hash;
mod places;

use crate::debian::{NOW, keyring, suite};
use pakiti_core::os_group::OsGroupId;
use pakiti_formats::openpgp::{SignatureError, Unfit};
use pakiti_formats::repository::SkipReason;
use pakiti_formats::repository::apt::lists::load_path;
use pakiti_formats::repository::apt::suite::{Folder, LocalFolder, load};
use pakiti_formats::repository::apt::{AptError, AptOptions, LoadedSuite, Security, Signature, Unchecked};
use sha2::{Digest, Sha256, Sha512};
use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

const DECEMBER: i64 = NOW + 9 * 86_400;

fn signed(now: i64) -> Option<AptOptions> {
    Some(AptOptions { keyrings: vec![keyring()?], ..AptOptions::new(now) })
}

fn local(root: &Path, options: &AptOptions) -> Result<LoadedSuite, AptError> {
    load(&LocalFolder { root: root.to_owned() }, options)
}

fn told(suite: &LoadedSuite) -> String {
    suite.skipped.kept().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn debians_suites_load_with_the_counts_of_the_manifest() {
    for (name, arch_files, security, os) in [
        ("bookworm", &[("main/binary-amd64/Packages.xz", 63_440)][..], false, "debian-12"),
        (
            "bookworm-updates",
            &[("main/binary-amd64/Packages.xz", 38), ("main/binary-arm64/Packages.xz", 38)],
            false,
            "debian-12",
        ),
        (
            "bookworm-security",
            &[("main/binary-amd64/Packages.xz", 3006), ("main/binary-arm64/Packages.xz", 3014)],
            true,
            "debian-12",
        ),
        ("bullseye-security", &[("main/binary-amd64/Packages.xz", 3816)], true, "debian-11"),
    ] {
        let (Some(root), Some(options)) = (suite(name), signed(NOW)) else { return };
        let loaded = local(&root, &options).unwrap();
        let files: Vec<_> = loaded.files.iter().map(|file| (file.path.as_str(), file.stanzas)).collect();
        assert_eq!(files, arch_files, "{name}");
        assert_eq!(loaded.skipped.count(), 0, "{name}: {}", told(&loaded));
        assert!(matches!(&loaded.signature, Signature::Good(good) if good.len() >= 2), "{name}");
        assert_eq!(loaded.content.meta.security, security, "{name}");
        assert_eq!(loaded.content.meta.codename, name);
        assert_eq!(loaded.content.meta.os_group, Some(OsGroupId(os.to_owned())), "{name}");
        assert!(!loaded.expired);
        assert!(loaded.content.packages.iter().all(|package| package.component == "main"));
        assert!(loaded.content.packages.is_sorted());
    }
}

#[test]
fn a_package_of_bookworm_security_is_indexed_with_its_source() {
    let Some(root) = suite("bookworm-security") else { return };
    let options = AptOptions { architectures: Some(vec!["amd64".to_owned()]), ..AptOptions::new(NOW) };
    let loaded = local(&root, &options).unwrap();
    assert_eq!(loaded.files.len(), 1);
    let mut archs: Vec<_> = loaded.architectures.iter().map(String::as_str).collect();
    archs.sort_unstable();
    assert_eq!(archs, ["all", "amd64"]);
    let kernels =
        loaded.content.packages.iter().filter(|package| package.name.starts_with("linux-image-6.1"));
    let signed = kernels.filter(|package| package.source_name == "linux-signed-amd64");
    assert!(signed.clone().count() > 0);
    for package in signed {
        assert_ne!(package.source_version, package.version, "{package:?}");
    }
    let renamed = loaded.content.packages.iter().find(|package| package.name == "libssl3").unwrap();
    assert_eq!((renamed.source_name.as_str(), &renamed.source_version), ("openssl", &renamed.version));
}

#[test]
fn an_expired_suite_is_told_and_loaded() {
    let (Some(root), Some(options)) = (suite("bookworm-security"), signed(DECEMBER)) else { return };
    let loaded = local(&root, &options).unwrap();
    assert!(loaded.expired);
    assert_eq!(told(&loaded), "InRelease: expired at 2026-11-27T00:12:41Z");
    let unchecked = AptOptions { check_valid_until: false, ..options };
    let loaded = local(&root, &unchecked).unwrap();
    assert!(!loaded.expired && loaded.skipped.is_empty());
}

#[test]
fn without_a_keyring_hashes_are_checked_and_that_is_told() {
    let Some(root) = suite("bookworm-updates") else { return };
    let loaded = local(&root, &AptOptions::new(NOW)).unwrap();
    assert_eq!(loaded.signature, Signature::NotChecked(Unchecked::NoKeyring));
    assert_eq!(told(&loaded), "InRelease: no keyring: hashes checked, signature not");
    let trusted = AptOptions { trusted: true, ..AptOptions::new(NOW) };
    let loaded = local(&root, &trusted).unwrap();
    assert_eq!(loaded.signature, Signature::NotChecked(Unchecked::Trusted));
    assert!(loaded.skipped.is_empty());
}

#[test]
fn a_wrong_key_refuses_the_suite() {
    let Some(root) = suite("bookworm-updates") else { return };
    let key = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/openpgp/good.gpg");
    let options = AptOptions { keyrings: vec![std::fs::read(key).unwrap()], ..AptOptions::new(NOW) };
    let error = local(&root, &options).unwrap_err();
    let AptError::Signature { file: "InRelease", source: SignatureError::NoneGood { refused } } = error
    else {
        panic!("{error}")
    };
    assert!(refused.iter().all(|refused| refused.reason == Unfit::UnknownKey));
    let broken = AptOptions { keyrings: vec![b"no keyring".to_vec()], ..AptOptions::new(NOW) };
    assert!(matches!(local(&root, &broken), Err(AptError::Keyring { number: 1, .. })));
}

/// A writable copy of a suite, its arm64 index left out.
fn copy(name: &str) -> Option<(tempfile::TempDir, std::path::PathBuf)> {
    let from = suite(name)?;
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join(name);
    std::fs::create_dir_all(root.join("main/binary-amd64")).unwrap();
    for file in ["InRelease", "main/binary-amd64/Packages.xz"] {
        std::fs::write(root.join(file), std::fs::read(from.join(file)).unwrap()).unwrap();
    }
    Some((folder, root))
}

#[test]
fn a_tampered_release_is_refused() {
    let (Some((_folder, root)), Some(options)) = (copy("bookworm-updates"), signed(NOW)) else { return };
    let text = std::fs::read_to_string(root.join("InRelease")).unwrap();
    std::fs::write(root.join("InRelease"), text.replace("Label: Debian", "Label: Debian-Security")).unwrap();
    let error = local(&root, &options).unwrap_err();
    assert!(matches!(error, AptError::Signature { source: SignatureError::NoneGood { .. }, .. }), "{error}");
    std::fs::write(root.join("InRelease"), text + "Label: Debian-Security\n").unwrap();
    let error = local(&root, &options).unwrap_err();
    assert!(
        matches!(error, AptError::Signature { source: SignatureError::TextOutside { .. }, .. }),
        "{error}"
    );
}

#[test]
fn a_tampered_index_is_refused_and_so_is_a_suite_without_another() {
    let (Some((_folder, root)), Some(options)) = (copy("bookworm-updates"), signed(NOW)) else { return };
    assert!(local(&root, &options).is_ok());
    let index = root.join("main/binary-amd64/Packages.xz");
    let whole = std::fs::read(&index).unwrap();
    let mut changed = whole.clone();
    changed[2000] ^= 1;
    for data in [changed, whole[..whole.len() / 2].to_vec(), [&whole[..], b"x"].concat(), Vec::new()] {
        std::fs::write(&index, data).unwrap();
        let Err(AptError::NoPackages { skipped }) = local(&root, &options) else { panic!("loaded") };
        assert_eq!(
            skipped.kept()[0].to_string(),
            "main/binary-amd64/Packages.xz: its hash or size is not the one that Release names"
        );
    }
}

#[test]
fn any_form_of_an_index_is_read_when_its_content_is_the_one_that_release_names() {
    let Some((_folder, root)) = copy("bookworm-updates") else { return };
    let folder = root.join("main/binary-amd64");
    let plain = liblzma::decode_all(std::fs::read(folder.join("Packages.xz")).unwrap().as_slice()).unwrap();
    std::fs::remove_file(folder.join("Packages.xz")).unwrap();
    let mut lz4 = lz4_flex::frame::FrameEncoder::new(Vec::new());
    lz4.write_all(&plain).unwrap();
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(&plain).unwrap();
    let zst = zstd::encode_all(plain.as_slice(), 1).unwrap();
    for (suffix, data) in
        [("", plain.clone()), (".lz4", lz4.finish().unwrap()), (".gz", gz.finish().unwrap()), (".zst", zst)]
    {
        let file = folder.join(format!("Packages{suffix}"));
        std::fs::write(&file, data).unwrap();
        let loaded = local(&root, &AptOptions::new(NOW)).unwrap();
        assert_eq!(loaded.files[0].path, format!("main/binary-amd64/Packages{suffix}"));
        assert_eq!(loaded.files[0].stanzas, 38);
        std::fs::remove_file(&file).unwrap();
    }
    let other = String::from_utf8(plain).unwrap().replacen("Package: ", "Package: x", 1);
    std::fs::write(folder.join("Packages.zst"), zstd::encode_all(other.as_bytes(), 1).unwrap()).unwrap();
    assert!(matches!(local(&root, &AptOptions::new(NOW)), Err(AptError::NoPackages { .. })));
}

/// A suite out of a map, as a downloader would give it.
struct Made(HashMap<String, Vec<u8>>);

impl Made {
    fn new(fields: &str, indexes: &[(&str, &[u8])]) -> Self {
        let mut release = format!("{fields}SHA256:\n");
        let mut files = HashMap::new();
        for (path, data) in indexes {
            release += &format!(" {} {} {path}\n", hex(&Sha256::digest(data)), data.len());
            files.insert((*path).to_owned(), data.to_vec());
        }
        files.insert("Release".to_owned(), release.into_bytes());
        Self(files)
    }
    fn load(&self, options: &AptOptions) -> Result<LoadedSuite, AptError> {
        let folder = |path: &str, _: u64| Ok(self.0.get(path).cloned());
        load(&folder as &dyn Folder, options)
    }
}

fn hex(data: &[u8]) -> String {
    data.iter().map(|byte| format!("{byte:02x}")).collect()
}

const INDEX: &[u8] =
    b"Package: a\nVersion: 1\nArchitecture: amd64\n\nPackage: b\nVersion: x\nArchitecture: all\n";

fn names(suite: &LoadedSuite) -> Vec<String> {
    let packages = suite.content.packages.iter();
    packages.map(|package| format!("{}/{}", package.component, package.name)).collect()
}

#[test]
fn components_and_architectures_are_those_of_the_paths_and_can_be_chosen() {
    let made = Made::new(
        "Codename: x\nComponents: updates/main updates/contrib\n",
        &[
            ("updates/main/binary-amd64/Packages", b"Package: a\nVersion: 1\nArchitecture: amd64\n"),
            ("contrib/binary-amd64/Packages", b"Package: b\nVersion: 1\nArchitecture: amd64\n"),
            ("main/binary-i386/Packages", b"Package: c\nVersion: 1\nArchitecture: i386\n"),
            ("main/binary-all/Packages", b"Package: d\nVersion: 1\nArchitecture: all\n"),
            ("main/debian-installer/binary-amd64/Packages", b"Package: e\nVersion: 1\nArchitecture: amd64\n"),
            ("main/source/Sources", b""),
        ],
    );
    let options = AptOptions { trusted: true, ..AptOptions::new(NOW) };
    assert_eq!(names(&made.load(&options).unwrap()), ["main/a", "contrib/b", "main/c", "main/d"]);
    let main = AptOptions { components: Some(vec!["main".to_owned()]), ..options.clone() };
    assert_eq!(names(&made.load(&main).unwrap()), ["main/a", "main/c", "main/d"]);
    let amd64 = AptOptions { architectures: Some(vec!["amd64".to_owned()]), ..options.clone() };
    assert_eq!(names(&made.load(&amd64).unwrap()), ["main/a", "contrib/b", "main/d"]);
    let none = AptOptions { components: Some(vec!["non-free".to_owned()]), ..options };
    assert!(matches!(made.load(&none), Err(AptError::NoPackages { .. })));
}

#[test]
fn sha512_is_enough_and_md5_is_not() {
    let mut made = Made::new("", &[("main/binary-amd64/Packages", INDEX)]);
    let line = |hash: &str| format!(" {hash} {} main/binary-amd64/Packages\n", INDEX.len());
    let sha512 = format!("SHA512:\n{}", line(&hex(&Sha512::digest(INDEX))));
    made.0.insert("Release".to_owned(), sha512.into_bytes());
    assert!(made.load(&AptOptions::new(NOW)).is_ok());
    made.0.insert("Release".to_owned(), format!("MD5Sum:\n{}", line(&"0".repeat(32))).into_bytes());
    assert!(matches!(made.load(&AptOptions::new(NOW)), Err(AptError::Release(_))));
}

#[test]
fn a_release_without_signature_is_refused_when_there_is_a_keyring() {
    let made = Made::new("", &[("main/binary-amd64/Packages", INDEX)]);
    let key = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/openpgp/good.gpg");
    let options = AptOptions { keyrings: vec![std::fs::read(key).unwrap()], ..AptOptions::new(NOW) };
    assert!(matches!(made.load(&options), Err(AptError::Unsigned)));
    let empty = Made(HashMap::new());
    assert!(matches!(empty.load(&options), Err(AptError::NoRelease)));
    let trusted = AptOptions { trusted: true, ..options };
    assert!(made.load(&trusted).is_ok());
}

#[test]
fn a_security_suite_is_told_by_label_suite_or_codename() {
    let security = |fields: &str, security: Security| {
        let made = Made::new(fields, &[("main/binary-amd64/Packages", INDEX)]);
        let options = AptOptions { security, ..AptOptions::new(NOW) };
        made.load(&options).unwrap().content.meta.security
    };
    for yes in [
        "Label: Debian-Security\n",
        "Suite: jammy-security\n",
        "Codename: bookworm-security\n",
        "Codename: stretch/updates\n",
        "Suite: trusty-infra-security\n",
        "Suite: jammy-apps-updates\n",
    ] {
        assert!(security(yes, Security::Auto), "{yes}");
        assert!(!security(yes, Security::No), "{yes}");
    }
    for no in ["Label: Debian\nSuite: stable\n", "Suite: jammy-updates\n", "Suite: x-apps-beta\n"] {
        assert!(!security(no, Security::Auto), "{no}");
        assert!(security(no, Security::Yes), "{no}");
    }
}

#[test]
fn bombs_and_broken_streams_are_refused_and_the_other_index_is_read() {
    let bomb = |size: usize| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(&vec![b'\n'; size]).unwrap();
        encoder.finish().unwrap()
    };
    let cut = &liblzma::encode_all(INDEX, 6).unwrap()[..60];
    let made = Made::new(
        "",
        &[
            ("bomb/binary-amd64/Packages.gz", &bomb(16 << 20)),
            ("cut/binary-amd64/Packages.xz", cut),
            ("good/binary-amd64/Packages", INDEX),
            ("empty/binary-amd64/Packages", b""),
            ("nul/binary-amd64/Packages", &[0; 3000]),
        ],
    );
    let loaded = made.load(&AptOptions { trusted: true, ..AptOptions::new(NOW) }).unwrap();
    insta::assert_snapshot!(told(&loaded), @"
    bomb/binary-amd64/Packages.gz: expands more than 1000 times: refused as a decompression bomb
    cut/binary-amd64/Packages.xz: xz stream is truncated
    nul/binary-amd64/Packages:1: no Package
    ");
    assert_eq!(names(&loaded), ["good/a", "good/b"]);
    let files: Vec<_> = loaded.files.iter().map(|file| (file.path.as_str(), file.stanzas)).collect();
    assert_eq!(
        files,
        [
            ("empty/binary-amd64/Packages", 0),
            ("good/binary-amd64/Packages", 2),
            ("nul/binary-amd64/Packages", 1),
        ]
    );
}

#[test]
fn apts_own_lists_of_this_machine_load() {
    let path = Path::new("/var/lib/apt/lists");
    let Some(options) = signed(DECEMBER + 400 * 86_400) else { return };
    let suites = match load_path(path, &options) {
        Ok(suites) => suites,
        Err(error) => return println!("skipped: {error}"),
    };
    let mut debian = 0;
    for suite in suites.iter().filter(|suite| suite.name.starts_with("deb.debian.org_")) {
        let loaded = suite.suite.as_ref().unwrap_or_else(|error| panic!("{}: {error}", suite.name));
        assert!(!loaded.content.packages.is_empty(), "{}", suite.name);
        assert_eq!(loaded.content.meta.site, "deb.debian.org");
        assert!(matches!(loaded.signature, Signature::Good(_)));
        let bad = loaded.skipped.kept().iter().find(|s| !matches!(s.reason, SkipReason::Expired { .. }));
        assert!(bad.is_none(), "{}: {}", suite.name, told(loaded));
        debian += 1;
    }
    if debian == 0 {
        println!("skipped: no suite of deb.debian.org in {}", path.display());
    }
}

#[test]
fn made_up_lists_load_by_prefix_and_one_bad_suite_does_not_stop_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, data: &[u8]| std::fs::write(folder.path().join(name), data).unwrap();
    let made = Made::new("Codename: y\n", &[("non-free_x/binary-amd64/Packages", INDEX)]);
    write("mirror.example:8080_d_dists_y_Release", &made.0["Release"]);
    let mut lz4 = lz4_flex::frame::FrameEncoder::new(Vec::new());
    lz4.write_all(INDEX).unwrap();
    let lz4 = lz4.finish().unwrap();
    write("mirror.example:8080_d_dists_y_non-free%5fx_binary-amd64_Packages.lz4", &lz4);
    write("bad.example_dists_z_InRelease", b"garbage");
    write("lock", b"");
    let options = AptOptions { trusted: true, ..AptOptions::new(NOW) };
    let suites = load_path(folder.path(), &options).unwrap();
    let found: Vec<_> = suites.iter().map(|suite| (suite.name.as_str(), suite.suite.is_ok())).collect();
    assert_eq!(found, [("bad.example_dists_z", false), ("mirror.example:8080_d_dists_y", true)]);
    let loaded = suites[1].suite.as_ref().unwrap();
    assert_eq!(loaded.content.meta.site, "mirror.example:8080");
    assert_eq!(names(loaded), ["non-free_x/a", "non-free_x/b"]);
    let other = tempfile::tempdir().unwrap();
    assert!(matches!(load_path(other.path(), &options), Err(AptError::NoRelease)));
}
