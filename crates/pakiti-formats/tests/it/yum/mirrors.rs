//! Lists of mirrors.

use pakiti_formats::repository::yum::mirrorlist::parse;

#[test]
fn plain_lists_give_web_addresses_in_their_order() {
    let list = "# repo = x\nhttps://a.example/os\n\nhttp://b.example/os/\r\nftp://c.example/\nfile:///etc\nrsync://d/x\n\
                https:///x\nhttps://a.example/os/\nhttps://e.example/a b\nnonsense\nHTTPS://f.example\n";
    assert_eq!(
        parse(list.as_bytes()),
        ["https://a.example/os/", "http://b.example/os/", "HTTPS://f.example/"]
    );
}

#[test]
fn metalinks_give_the_folder_of_repomd_by_preference() {
    let list = br#"<?xml version="1.0" encoding="utf-8"?>
<metalink version="3.0" xmlns="http://www.metalinker.org/" xmlns:mm0="http://fedorahosted.org/mirrormanager">
 <files><file name="repomd.xml"><mm0:timestamp>1</mm0:timestamp><size>9</size>
  <verification><hash type="sha256">ab</hash></verification>
  <resources maxconnections="1">
   <url protocol="https" preference="90">https://b.example/7/repodata/repomd.xml</url>
   <url protocol="rsync" preference="100">rsync://a.example/7/repodata/repomd.xml</url>
   <url protocol="https" preference="100">https://a.example/7/repodata/repomd.xml</url>
   <url protocol="https">https://c.example/7/other.xml</url>
  </resources></file></files>
</metalink>"#;
    assert_eq!(parse(list), ["https://a.example/7/", "https://b.example/7/"]);
    // Cut off: what was read counts.
    assert_eq!(parse(&list[..list.len() - 90]), ["https://a.example/7/", "https://b.example/7/"]);
}

#[test]
fn at_most_a_hundred_mirrors_are_kept() {
    let list: String = (0..1000).map(|number| format!("https://m{number}.example/\n")).collect();
    assert_eq!(parse(list.as_bytes()).len(), 100);
}
