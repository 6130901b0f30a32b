//! What cannot be asked of the binary: a machine without keyrings, and which architectures count.

use super::*;
use std::fs;

/// A suite without a signature whose one index is empty, and a source that names it.
fn unsigned(folder: &Path) -> SourceArg {
    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    fs::create_dir_all(folder.join("main/binary-amd64")).unwrap();
    fs::write(folder.join("main/binary-amd64/Packages"), b"").unwrap();
    let release = format!("Codename: bookworm\nSHA256:\n {EMPTY} 0 main/binary-amd64/Packages\n");
    fs::write(folder.join("Release"), release).unwrap();
    SourceArg::parse(&format!("apt={},name=mine", folder.display())).unwrap()
}

#[test]
fn without_an_installed_keyring_hashes_are_checked_and_that_is_told() {
    let (suite, keyrings) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let source = [unsigned(suite.path())];
    let how = Loading { architectures: None, keyrings: keyrings.path(), now: 0 };
    let mut skipped = SkippedRows::default();
    let loaded = load(&source, how, &mut skipped);
    assert!(!loaded.refused && loaded.contents.len() == 1);
    let reasons: Vec<_> = skipped.finish().into_iter().map(|row| row.reason).collect();
    assert_eq!(reasons, ["no keyring: hashes checked, signature not"]);

    // With a keyring the same suite has no signature to show.
    let keyring =
        include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../pakiti-formats/tests/data/openpgp/good.gpg"));
    fs::write(keyrings.path().join("debian-archive-keyring.gpg"), keyring).unwrap();
    let mut skipped = SkippedRows::default();
    assert!(load(&source, how, &mut skipped).refused);
    let reasons: Vec<_> = skipped.finish().into_iter().map(|row| row.reason).collect();
    assert_eq!(reasons, ["refused: Release is not signed"]);
}

#[test]
fn the_architectures_of_a_host_are_its_own_its_foreign_ones_and_those_of_its_packages() {
    let deb = |arch: &str| Package::new(PackageFormat::Deb, "a", "1", arch);
    let context = GroupContext {
        arch: "x86_64".to_owned(),
        foreign_archs: BTreeSet::from(["armv7l".to_owned()]),
        ..GroupContext::default()
    };
    let found = architectures(&context, &[deb("all"), deb("i386"), deb("")]);
    assert_eq!(found.unwrap_or_default(), ["amd64", "armhf", "i386"]);
    assert_eq!(architectures(&GroupContext::default(), &[deb("all")]), None);
}
