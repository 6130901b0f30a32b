//! Signatures over repomd.xml: tests/data/yum, and the one of openSUSE 11.0.

use super::feed::{Feed, package, primary};
use crate::debian::{NOW, shared};
use pakiti_formats::repository::apt::suite::LocalFolder;
use pakiti_formats::repository::apt::{Signature, Unchecked};
use pakiti_formats::repository::yum::{LoadedRepository, YumError, YumOptions, load, load_primary};

const FEB_2024: i64 = 1_706_745_600;

fn fixture(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/data/yum/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn signed() -> Feed {
    let files = ["repomd.xml", "repomd.xml.asc", "updateinfo.xml"];
    Feed(files.map(|name| (format!("repodata/{name}"), fixture(name))).into())
}

fn options() -> YumOptions {
    YumOptions { keyrings: vec![fixture("repomd.xml.key")], now: NOW, ..YumOptions::new("signed") }
}

fn sentence(outcome: Result<LoadedRepository, YumError>) -> String {
    outcome.map(|loaded| loaded.signature).unwrap_err().to_string()
}

#[test]
fn a_good_signature_is_told() {
    let loaded = signed().load(&options()).unwrap();
    let Signature::Good(good) = &loaded.signature else { panic!("{:?}", loaded.signature) };
    assert_eq!((good.len(), good[0].created), (1, FEB_2024));
    assert_eq!(loaded.content.advisories[0].id, "SIGNED-1");
    assert_eq!(loaded.content.meta.date, Some(FEB_2024));
}

#[test]
fn without_a_keyring_or_when_trusted_it_is_not_looked_at() {
    let mut feed = signed();
    feed.0.remove("repodata/repomd.xml.asc");
    let loaded = feed.load(&YumOptions::new("t")).unwrap();
    assert_eq!(loaded.signature, Signature::NotChecked(Unchecked::NoKeyring));
    let loaded = feed.load(&YumOptions { trusted: true, ..options() }).unwrap();
    assert_eq!(loaded.signature, Signature::NotChecked(Unchecked::Trusted));
}

#[test]
fn missing_bad_and_premature_signatures_are_refused() {
    let mut feed = signed();
    feed.0.remove("repodata/repomd.xml.asc");
    assert_eq!(sentence(feed.load(&options())), "repomd.xml is not signed");
    let mut feed = signed();
    feed.0.get_mut("repodata/repomd.xml").unwrap().push(b'\n');
    insta::assert_snapshot!(sentence(feed.load(&options())), @"repodata/repomd.xml.asc: no good signature (2de5eff7a38d07ba: it does not match the text)");
    feed.0.insert("repodata/repomd.xml.asc".to_owned(), b"nonsense".to_vec());
    insta::assert_snapshot!(sentence(feed.load(&options())), @"repodata/repomd.xml.asc: the signature is not readable");
    insta::assert_snapshot!(sentence(signed().load(&YumOptions { now: 0, ..options() })), @"repodata/repomd.xml.asc: no good signature (2de5eff7a38d07ba: it was made in the future)");
    insta::assert_snapshot!(sentence(signed().load(&YumOptions { keyrings: vec![b"x".to_vec()], ..options() })), @"keyring 1: not an OpenPGP keyring");
    let lone = primary(&package("a", "1", "1", "noarch"));
    insta::assert_snapshot!(sentence(load_primary("p.xml", &lone, &options())), @"p.xml: a file without repomd.xml has no signature to check");
}

#[test]
fn the_signature_of_opensuse_11_is_refused_by_the_policy() {
    let Some(root) = shared() else { return };
    let root = root.join("data/rpm-repo/opensuse-11.0-update");
    let key = std::fs::read(root.join("repodata/repomd.xml.key")).unwrap();
    let options = YumOptions { keyrings: vec![key], now: NOW, ..YumOptions::new("opensuse") };
    insta::assert_snapshot!(sentence(load(&LocalFolder { root }, &options)), @"repodata/repomd.xml.asc: no good signature (a84edae89c800aca: its form is not that of a signature over a text)");
}
