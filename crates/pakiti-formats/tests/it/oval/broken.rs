//! Damaged and hostile documents: refused with a sentence, or the bad part left out.

use super::document::{document, loaded};
use pakiti_formats::definition::oval::load;
use std::io::Write;

fn refusal(data: &[u8]) -> String {
    load(data, "f").unwrap_err().to_string()
}

fn bzip2(data: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn what_is_no_document() {
    insta::assert_snapshot!(refusal(b""), @"not a file of <oval_definitions>");
    insta::assert_snapshot!(refusal(b"<html/>"), @"not a file of <oval_definitions>");
    insta::assert_snapshot!(refusal(b"{\"a\": 1}"), @"not a file of <oval_definitions>");
    insta::assert_snapshot!(refusal(b"<oval_definitions>\n\n<tests>"), @"line 3: the file ends inside an element");
    insta::assert_snapshot!(refusal(b"<oval_definitions>\n</tests></oval_definitions>"), @"line 2: not well-formed (ill-formed document: expected `</oval_definitions>`, but `</tests>` was found)");
    insta::assert_snapshot!(refusal(b"<oval_results><oval_definitions/></oval_results>"), @"not a file of <oval_definitions>");
}

#[test]
fn what_stands_outside_of_the_document_is_not_left_out_in_silence() {
    let two = format!("{}\n{}", document(""), document(""));
    insta::assert_snapshot!(refusal(two.as_bytes()), @r#"line 4: content outside of <oval_definitions>: an archive, or several documents in one file?"#);
    let before = format!("header\n{}", document(""));
    insta::assert_snapshot!(refusal(before.as_bytes()), @r#"line 3: content outside of <oval_definitions>: an archive, or several documents in one file?"#);
    let around = format!("<?xml version='1.0'?>\n<!-- made -->\n{}\n<!-- end -->\n", document(""));
    assert!(load(around.as_bytes(), "f").is_ok());
}

#[test]
fn files_of_an_archive_are_one_document() {
    let one = |id: &str| document(&format!("<definition id='{id}' class='patch' version='1'/>"));
    let mut archive = tar::Builder::new(Vec::new());
    for (name, data) in [
        ("a.xml", one("a").into_bytes()),
        ("dir/b.xml", one("b").into_bytes()),
        ("packed.xml.bz2", bzip2(one("c").as_bytes())),
        ("again.xml", one("a").into_bytes()),
        ("broken.xml", b"<html/>".to_vec()),
        ("README", b"no definitions".to_vec()),
    ] {
        let mut header = tar::Header::new_ustar();
        header.set_size(data.len() as u64);
        header.set_cksum();
        archive.append_data(&mut header, name, data.as_slice()).unwrap();
    }
    let archive = archive.into_inner().unwrap();
    let loaded = load(&bzip2(&archive), "f.tar.bz2").unwrap();
    let ids: Vec<&str> = loaded.document.definitions.iter().map(|definition| &*definition.id).collect();
    assert_eq!(ids, ["a", "b"]);
    let skipped: Vec<String> =
        loaded.skipped.kept().iter().map(|item| format!("{}: {}", item.file, item.reason)).collect();
    insta::assert_snapshot!(skipped.join("\n"), @r#"
    f.tar.bz2/again.xml: definition "a": its id was there before
    f.tar.bz2/packed.xml.bz2: it is compressed within the archive
    f.tar.bz2/broken.xml: not a file of <oval_definitions>
    "#);
    let mut empty = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_ustar();
    header.set_size(1);
    header.set_cksum();
    empty.append_data(&mut header, "README", &b"x"[..]).unwrap();
    insta::assert_snapshot!(refusal(&empty.into_inner().unwrap()), @r#"the archive cannot be read: it holds no .xml file"#);
    insta::assert_snapshot!(refusal(&archive[..700]), @r#"the archive cannot be read: unexpected EOF during skip"#);
}

#[test]
fn bombs() {
    let entities =
        b"<?xml version='1.0'?>\n<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><oval_definitions/>";
    insta::assert_snapshot!(refusal(entities), @"line 2: entity definitions");
    let deep = format!("<definition id='d'>{}", "<criteria>".repeat(100));
    insta::assert_snapshot!(refusal(document(&deep).as_bytes()), @"line 2: elements nested deeper than 64");
    let endless = format!("<definition id='d'><metadata><title>{}", "x".repeat(2 << 20));
    insta::assert_snapshot!(refusal(document(&endless).as_bytes()), @"line 2: a tag or text longer than 1048576 bytes");
    let comment = format!("<definition id='d'><criteria><criterion comment='{}", "x".repeat(2 << 20));
    insta::assert_snapshot!(refusal(document(&comment).as_bytes()), @"line 2: a tag or text longer than 1048576 bytes");
    let blanks = document(&" ".repeat(64 << 20));
    insta::assert_snapshot!(refusal(&bzip2(blanks.as_bytes())), @"expands more than 1000 times: refused as a decompression bomb");
}

#[test]
fn a_description_may_be_long_and_is_not_kept() {
    let text = format!(
        "<definition id='d'><metadata><description>{}</description><title>t</title></metadata></definition>",
        "x &amp; <b/> ".repeat(500_000)
    );
    assert_eq!(&*loaded(&text).document.definitions[0].metadata.title, "t");
}

#[test]
fn compressed_documents_are_read_and_their_damage_told() {
    let text = document("<uname_object id='o'/>");
    let packed = bzip2(text.as_bytes());
    let zstd = zstd::encode_all(text.as_bytes(), 1).unwrap();
    for data in [text.as_bytes(), &packed, &zstd, &liblzma::encode_all(text.as_bytes(), 1).unwrap()] {
        assert_eq!(load(data, "f").unwrap().document.objects.len(), 1);
    }
    insta::assert_snapshot!(refusal(&packed[..packed.len() - 3]), @"bzip2 stream is truncated");
    insta::assert_snapshot!(refusal(&zstd[..zstd.len() - 3]), @"zstd stream is truncated");
}

#[test]
fn a_million_items_with_one_id_are_one() {
    let loaded = loaded(&"<a_state id='s'><evr>1</evr></a_state>".repeat(1_000_000));
    assert_eq!((loaded.document.states.len(), loaded.skipped.count()), (1, 999_999));
    assert_eq!(loaded.skipped.kept().len(), 100);
}

#[test]
fn more_items_than_any_feed_has_are_refused() {
    let text = document(&"<a_test/>".repeat(2_000_001));
    insta::assert_snapshot!(refusal(text.as_bytes()), @"more than 2000000 tests");
}
