//! Damaged and hostile feeds: each is refused with a sentence.

use super::feed::{Feed, entry, gzip, package, primary, told, updates, xz, zstd};
use pakiti_formats::repository::yum::{YumOptions, check_repomd, load_primary};

fn one() -> Vec<u8> {
    primary(&package("a", "1", "1", "noarch"))
}

fn of_primary(data: &[u8]) -> String {
    Feed::of(&[("primary", "p.xml", data)]).refusal()
}

#[test]
fn files_that_are_not_the_ones_that_repomd_names() {
    let good = one();
    let named = entry("primary", "repodata/p.xml", &good);
    let with = |data: &[u8], entries: &str| {
        let mut feed = Feed::default().repomd(entries);
        feed.0.insert("repodata/p.xml".to_owned(), data.to_vec());
        feed.refusal()
    };
    let mut other = good.clone();
    let last = other.len() - 1;
    other[last] = b' ';
    insta::assert_snapshot!(with(&other, &named), @"repodata/p.xml: its sha256 checksum is not the one that repomd.xml names");
    insta::assert_snapshot!(with(&good[..last], &named), @"repodata/p.xml: it has not the size that repomd.xml names");
    insta::assert_snapshot!(with(&[good.as_slice(), b" "].concat(), &named), @"repodata/p.xml: it has not the size that repomd.xml names");
    insta::assert_snapshot!(with(&good, &named.replace("sha256", "md5")), @r#"repodata/p.xml: its checksum is of type "md5", which is not accepted"#);
    insta::assert_snapshot!(with(&good, &named.replace("sha256", "sha512")), @"repodata/p.xml: its sha512 checksum is not the one that repomd.xml names");
    let none = "<data type='primary'><location href='repodata/p.xml'/></data>";
    insta::assert_snapshot!(with(&good, none), @"repodata/p.xml: repomd.xml names no checksum of it");
    insta::assert_snapshot!(Feed::default().repomd(&named).refusal(), @"repodata/p.xml: not there");
}

#[test]
fn an_updateinfo_or_modules_that_is_another_one_refuses_the_whole() {
    let (packages, errata) = (one(), updates(""));
    let bad = entry("updateinfo", "repodata/u.xml", b"other");
    let feed = Feed::of(&[("primary", "p.xml", &packages), ("updateinfo", "u.xml", &errata)]);
    let named = entry("primary", "repodata/p.xml", &packages);
    insta::assert_snapshot!(feed.clone().repomd(&format!("{named}{bad}")).refusal(), @"repodata/u.xml: it has not the size that repomd.xml names");
    let modules = bad.replace("updateinfo", "modules");
    insta::assert_snapshot!(feed.clone().repomd(&format!("{named}{modules}")).refusal(), @"repodata/u.xml: it has not the size that repomd.xml names");
    insta::assert_snapshot!(feed.repomd(&(named + &bad.replace("sha256", "md5"))).refusal(), @r#"repodata/u.xml: its checksum is of type "md5", which is not accepted"#);
}

#[test]
fn absent_files_are_skipped_as_long_as_something_is_left() {
    let (packages, errata) = (one(), updates("<update><id>A</id></update>"));
    let name = YumOptions::new("t");
    let mut feed = Feed::of(&[("primary", "p.xml", &packages), ("updateinfo", "u.xml", &errata)]);
    feed.0.remove("repodata/u.xml");
    let loaded = feed.load(&name).unwrap();
    assert_eq!(told(&loaded), "repodata/u.xml: not there");
    assert!(!loaded.content.meta.errata);
    let mut feed = Feed::of(&[("primary", "p.xml", &packages), ("updateinfo", "u.xml", &errata)]);
    feed.0.remove("repodata/p.xml");
    let loaded = feed.load(&name).unwrap();
    assert_eq!(told(&loaded), "repodata/p.xml: not there");
    assert_eq!((loaded.content.packages.len(), loaded.content.advisories.len()), (0, 1));
    let loaded = Feed::of(&[("updateinfo", "u.xml", &errata)]).load(&name).unwrap();
    assert_eq!(told(&loaded), "repodata/repomd.xml: names no packages, only advisories");
    insta::assert_snapshot!(Feed::of(&[]).refusal(), @"repodata/repomd.xml names no primary and no updateinfo");
    insta::assert_snapshot!(Feed::default().refusal(), @"no repodata/repomd.xml");
}

#[test]
fn other_forms_of_the_files_are_told_or_refused() {
    let forms =
        [("primary_db", "p.sqlite", &b"x"[..]), ("primary_zck", "p.zck", b"x"), ("filelists_db", "f", b"x")];
    insta::assert_snapshot!(Feed::of(&forms).refusal(), @"repodata/repomd.xml names primary in no form that is read, only as primary_db, primary_zck");
    let packages = one();
    let loaded = Feed::of(&[&forms[..], &[("primary", "p.xml", &packages)]].concat());
    insta::assert_snapshot!(told(&loaded.load(&YumOptions::new("t")).unwrap()), @r"
    repodata/p.sqlite: a sqlite form, not read
    repodata/p.zck: a zchunk form, not read
    ");
    insta::assert_snapshot!(of_primary(b"\0ZCK1 and so on"), @"repodata/p.xml: a zchunk form, not read");
    insta::assert_snapshot!(of_primary(b"SQLite format 3\0 and so on"), @"repodata/p.xml: a sqlite form, not read");
}

#[test]
fn paths_outside_the_repository_are_refused() {
    let data = one();
    for path in [
        "../p.xml",
        "repodata/../../p.xml",
        "/etc/passwd",
        "http://x.example/p.xml",
        "",
        "a//b",
        "repodata\\p.xml",
        "repodata/%2e%2e/p",
        "./p",
    ] {
        let text = format!("<repomd>{}</repomd>", entry("primary", path, &data));
        let error = check_repomd(text.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), format!("{path}: its path does not lie inside the repository"));
    }
    let based =
        entry("primary", "p.xml", &data).replace("<location", "<location xml:base='https://x.example/'");
    let error = check_repomd(format!("<repomd>{based}</repomd>").as_bytes()).unwrap_err();
    assert_eq!(error.to_string(), "p.xml: it lies elsewhere (xml:base)");
    let fine =
        format!("<repomd>{}{}</repomd>", entry("updateinfo", "r/u", b"x"), entry("primary", "r/p", b"x"));
    assert_eq!(check_repomd(fine.as_bytes()).unwrap(), ["r/p", "r/u"]);
}

#[test]
fn streams_that_end_early_are_refused() {
    let many: String = (0..2000).map(|number| package(&format!("p{number}"), "1", "1", "noarch")).collect();
    let data = primary(&many);
    for (packed, sentence) in [
        (xz(&data), "repodata/p.xml: xz stream is truncated"),
        (gzip(&data), "repodata/p.xml: gzip stream is truncated"),
        (zstd(&data), "repodata/p.xml: zstd stream is truncated"),
    ] {
        assert_eq!(of_primary(&packed[..packed.len() / 2]), sentence);
    }
    insta::assert_snapshot!(of_primary(&data[..data.len() / 2]), @"repodata/p.xml: line 5024: the file ends inside an element");
    insta::assert_snapshot!(of_primary(&data[..data.len() - 20]), @"repodata/p.xml: line 10002: the file ends inside an element");
}

#[test]
fn entity_bombs_are_refused() {
    let bomb = "<!DOCTYPE metadata [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>\n";
    let text = String::from_utf8(one()).unwrap().replacen("<metadata", &format!("{bomb}<metadata"), 1);
    insta::assert_snapshot!(of_primary(text.as_bytes()), @"repodata/p.xml: line 2: entity definitions");
    let mut feed = Feed::default();
    feed.0.insert("repodata/repomd.xml".to_owned(), format!("{bomb}<repomd/>").into_bytes());
    insta::assert_snapshot!(feed.refusal(), @"repodata/repomd.xml: line 1: entity definitions");
    // A document type without entities is harmless.
    let text = text.replace(bomb, "<!DOCTYPE metadata>\n");
    assert_eq!(load_primary("p", text.as_bytes(), &YumOptions::new("t")).unwrap().content.packages.len(), 1);
}

#[test]
fn endless_elements_are_refused_without_being_held() {
    let endless = |start: &str| [start.as_bytes(), &vec![b'x'; 8 << 20]].concat();
    insta::assert_snapshot!(of_primary(&endless("<metadata><package><name>")), @"repodata/p.xml: line 1: a tag or text longer than 1048576 bytes");
    insta::assert_snapshot!(of_primary(&endless("<metadata><package><name a='")), @"repodata/p.xml: line 1: a tag or text longer than 1048576 bytes");
    insta::assert_snapshot!(of_primary(&endless("<metadata><!--")), @"repodata/p.xml: line 1: a tag or text longer than 1048576 bytes");
    insta::assert_snapshot!(of_primary(&endless("<")), @"repodata/p.xml: line 1: a tag or text longer than 1048576 bytes");
    let pieces = "x&amp;".repeat(1 << 20);
    insta::assert_snapshot!(of_primary(format!("<metadata><package><name>{pieces}").as_bytes()), @"repodata/p.xml: line 1: a tag or text longer than 1048576 bytes");
}

#[test]
fn deep_nesting_is_refused() {
    let deep = format!("<metadata>\n<package>{}", "<x>".repeat(100_000));
    insta::assert_snapshot!(of_primary(deep.as_bytes()), @"repodata/p.xml: line 2: elements nested deeper than 64");
}

#[test]
fn bombs_are_refused_by_their_ratio() {
    let bomb = xz(format!("<metadata>{}", "<x/>\n".repeat(8 << 20)).as_bytes());
    insta::assert_snapshot!(of_primary(&bomb), @"repodata/p.xml: expands more than 1000 times: refused as a decompression bomb");
    let bomb = zstd("--- a\n".repeat(8 << 20).as_bytes());
    insta::assert_snapshot!(Feed::of(&[("primary", "p", &one()), ("modules", "m", &bomb)]).refusal(), @"repodata/m: expands more than 1000 times: refused as a decompression bomb");
}

#[test]
fn files_of_another_kind_are_refused() {
    insta::assert_snapshot!(of_primary(b"<html><body>404</body></html>"), @"repodata/p.xml: not a file of <metadata>");
    insta::assert_snapshot!(of_primary(b""), @"repodata/p.xml: not a file of <metadata>");
    insta::assert_snapshot!(of_primary(b"not found"), @"repodata/p.xml: not a file of <metadata>");
    insta::assert_snapshot!(of_primary(b"<metadata><package></metadata>"), @"repodata/p.xml: line 1: not well-formed (ill-formed document: expected `</package>`, but `</metadata>` was found)");
    insta::assert_snapshot!(of_primary(&updates("")), @"repodata/p.xml: not a file of <metadata>");
}
