//! Files of yum repositories: repomd.xml, primary, updateinfo, modules, `.repo` files, mirror lists.
//!
//! Rules: contract.md "Sources" and "updates, dnf". The bytes are taken as each file in turn; a repository that
//! loads is judged with.

use crate::host;
use pakiti_formats::repository::SkipList;
use pakiti_formats::repository::yum::repo_file::{self, Variables};
use pakiti_formats::repository::yum::{
    YumOptions, check_repomd, load, load_primary, load_updateinfo, mirrorlist,
};
use sha2::{Digest, Sha256};
use std::io;

/// No panic, and what loads can be judged with.
pub(crate) fn run(data: &[u8]) {
    let _ = check_repomd(data);
    let _ = mirrorlist::parse(data);
    sections(data);
    let options = YumOptions { security: true, ..YumOptions::new("fuzz") };
    let host = host::rpm();
    for kind in ["primary", "updateinfo", "modules"] {
        if let Ok(loaded) = repository(kind, data, &options) {
            host::judge(&host, loaded.content);
        }
    }
    // The same bytes alone and as a part of a repository say the same.
    let alone = load_primary("f", data, &options).ok().map(|loaded| loaded.content.packages);
    assert_eq!(alone, repository("primary", data, &options).ok().map(|loaded| loaded.content.packages));
    let alone = load_updateinfo("f", data, &options).ok().map(|loaded| loaded.content.advisories);
    assert_eq!(alone, repository("updateinfo", data, &options).ok().map(|loaded| loaded.content.advisories));
}

fn sections(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let variables = Variables {
        releasever: Some("8".into()),
        arch: Some("x86_64".into()),
        further: [("rltype".to_owned(), "-$rltype".to_owned())].into(),
    };
    for section in repo_file::parse(&text, "f", &mut SkipList::default()) {
        let _ = format!("{section:?}");
    }
    let _ = variables.put_in(&text);
}

type Loaded =
    Result<pakiti_formats::repository::yum::LoadedRepository, pakiti_formats::repository::yum::YumError>;

/// A repository of these bytes as its file of one kind, and an updateinfo that stands for the others.
fn repository(kind: &str, data: &[u8], options: &YumOptions) -> Loaded {
    const UPDATES: &[u8] = b"<updates></updates>";
    let mut files = vec![(kind, data)];
    if kind == "modules" {
        files.push(("updateinfo", UPDATES));
    }
    let mut repomd = String::from("<repomd>");
    for (kind, data) in &files {
        let sha256: String = Sha256::digest(data).iter().map(|byte| format!("{byte:02x}")).collect();
        repomd += &format!(
            "<data type='{kind}'><checksum type='sha256'>{sha256}</checksum>\
             <location href='repodata/{kind}'/></data>"
        );
    }
    repomd += "</repomd>";
    let folder = |path: &str, _: u64| -> io::Result<Option<Vec<u8>>> {
        let name = path.strip_prefix("repodata/").unwrap_or_default();
        let file = files.iter().find(|(kind, _)| *kind == name).map(|(_, data)| data.to_vec());
        Ok(file.or_else(|| (name == "repomd.xml").then(|| repomd.clone().into_bytes())))
    };
    load(&folder, options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_reached() {
        let options = YumOptions::new("fuzz");
        let primary = b"<metadata><package type='rpm'><name>a</name><arch>x86_64</arch>\
            <version epoch='0' ver='2' rel='1'/></package></metadata>";
        assert_eq!(repository("primary", primary, &options).unwrap().content.packages.len(), 1);
        assert!(repository("updateinfo", b"<updates/>", &options).is_ok());
        assert!(repository("modules", b"---\n", &options).is_ok());
        assert!(repository("modules", b"[", &options).is_ok_and(|loaded| !loaded.skipped.is_empty()));
    }
}
