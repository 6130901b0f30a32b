//! `Acquire-By-Hash`: a mirror that switches during a sync does no harm; what is missing there falls back.

use super::{INDEX, Made, NOW, hex, names, told};
use pakiti_formats::repository::apt::suite::{Folder, LocalFolder, load};
use pakiti_formats::repository::apt::{AptError, AptOptions, LoadedSuite};
use sha2::{Digest, Sha256, Sha512};
use std::cell::RefCell;
use std::io;

const PLAIN: &str = "main/binary-amd64/Packages";
const NEWER: &[u8] = b"Package: a\nVersion: 2\nArchitecture: amd64\n";

fn by_hash(data: &[u8]) -> String {
    format!("main/binary-amd64/by-hash/SHA256/{}", hex(&Sha256::digest(data)))
}

fn options() -> AptOptions {
    AptOptions { trusted: true, ..AptOptions::new(NOW) }
}

/// Loads it and gives the paths that were asked for, `Release` left out.
fn asked(made: &Made) -> (Result<LoadedSuite, AptError>, Vec<String>) {
    let asked = RefCell::new(Vec::new());
    let folder = |path: &str, _: u64| -> io::Result<Option<Vec<u8>>> {
        asked.borrow_mut().push(path.to_owned());
        match made.0.get(path).cloned() {
            Some(data) if data == b"forbidden" => Err(io::ErrorKind::PermissionDenied.into()),
            data => Ok(data),
        }
    };
    let loaded = load(&folder as &dyn Folder, &options());
    let mut asked = asked.into_inner();
    asked.retain(|path| !path.ends_with("Release"));
    (loaded, asked)
}

#[test]
fn a_mirror_that_switched_since_its_release_was_read_is_no_error() {
    let mut made = Made::new("Acquire-By-Hash: yes\n", &[(PLAIN, INDEX)]);
    let data = made.0.insert(PLAIN.to_owned(), NEWER.to_vec()).unwrap();
    made.0.insert(by_hash(&data), data);
    let (loaded, asked) = asked(&made);
    let loaded = loaded.unwrap();
    assert_eq!(names(&loaded), ["main/a", "main/b"]);
    assert_eq!(loaded.files[0].path, PLAIN, "told under the name that people know");
    assert_eq!(asked, [by_hash(INDEX)], "the plain name is not asked for at all");
}

#[test]
fn a_mirror_without_the_name_below_by_hash_is_asked_for_the_plain_one() {
    let made = Made::new("Acquire-By-Hash: yes\n", &[(PLAIN, INDEX)]);
    let (loaded, asked) = asked(&made);
    assert_eq!(names(&loaded.unwrap()), ["main/a", "main/b"]);
    assert_eq!(asked, [by_hash(INDEX), PLAIN.to_owned()]);
}

#[test]
fn a_name_below_by_hash_that_is_refused_or_wrong_falls_back() {
    for wrong in [&b"forbidden"[..], NEWER, b""] {
        let mut made = Made::new("Acquire-By-Hash: yes\n", &[(PLAIN, INDEX)]);
        made.0.insert(by_hash(INDEX), wrong.to_vec());
        let (loaded, asked) = asked(&made);
        let loaded = loaded.unwrap();
        assert_eq!(names(&loaded), ["main/a", "main/b"]);
        assert!(loaded.skipped.is_empty(), "{}", told(&loaded));
        assert_eq!(asked, [by_hash(INDEX), PLAIN.to_owned()]);
    }
}

#[test]
fn what_was_there_and_wrong_is_told_even_if_the_plain_name_is_absent() {
    for (wrong, reason) in [
        (NEWER, "its hash or size is not the one that Release names"),
        (b"forbidden", "not readable: permission denied"),
    ] {
        let mut made = Made::new("Acquire-By-Hash: yes\n", &[(PLAIN, INDEX)]);
        made.0.remove(PLAIN);
        made.0.insert(by_hash(INDEX), wrong.to_vec());
        let (Err(AptError::NoPackages { skipped }), _) = asked(&made) else { panic!("loaded") };
        assert_eq!(skipped.kept()[0].to_string(), format!("{PLAIN}: {reason}"));
    }
}

#[test]
fn only_a_release_that_offers_it_is_asked_by_hash() {
    for fields in ["", "Acquire-By-Hash: no\n"] {
        let made = Made::new(fields, &[(PLAIN, INDEX)]);
        assert_eq!(asked(&made).1, [PLAIN], "{fields:?}");
    }
}

#[test]
fn a_release_with_sha512_alone_names_the_file_by_that() {
    let mut made = Made::new("", &[(PLAIN, INDEX)]);
    let hash = hex(&Sha512::digest(INDEX));
    let release = format!("Acquire-By-Hash: yes\nSHA512:\n {hash} {} {PLAIN}\n", INDEX.len());
    made.0.insert("Release".to_owned(), release.into_bytes());
    made.0.remove(PLAIN);
    made.0.insert(format!("main/binary-amd64/by-hash/SHA512/{hash}"), INDEX.to_vec());
    assert_eq!(names(&asked(&made).0.unwrap()), ["main/a", "main/b"]);
}

#[test]
fn folders_on_disk_are_asked_by_hash_too_and_so_are_flat_ones() {
    for path in [PLAIN, "Packages"] {
        let made = Made::new("Acquire-By-Hash: yes\n", &[(path, INDEX)]);
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join(path).parent().unwrap().join("by-hash/SHA256");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(root.path().join("Release"), &made.0["Release"]).unwrap();
        std::fs::write(root.path().join(path), NEWER).unwrap();
        std::fs::write(folder.join(hex(&Sha256::digest(INDEX))), INDEX).unwrap();
        let loaded = load(&LocalFolder { root: root.path().to_owned() }, &options()).unwrap();
        let versions: Vec<_> = loaded.content.packages.iter().map(|p| p.version.as_str()).collect();
        assert_eq!(versions, ["1", "x"], "{path}");
    }
}
