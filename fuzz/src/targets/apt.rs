//! Files of apt repositories: Release, Packages, sources and preferences; and Pakiti 3's list of repositories.
//!
//! Rules: contract.md "Sources" and "updates, apt"; deb822(5). The bytes are taken as each file in turn; a suite
//! that loads is judged with.

use crate::host;
use pakiti_formats::decompress::{DecompressLimits, bytes};
use pakiti_formats::repository::apt::packages::{PackagesFile, scan};
use pakiti_formats::repository::apt::release::Release;
use pakiti_formats::repository::apt::{AptOptions, preferences, sources_list, suite};
use pakiti_formats::repository::{SkipList, php_repositories};
use sha2::{Digest, Sha256};
use std::io;

/// 2026-11-22.
const NOW: i64 = 1_795_305_600;

/// No panic, what loads can be judged with, and a compressed file cannot be larger than is allowed.
pub(crate) fn run(data: &[u8]) {
    small_files(data);
    let mut packages = Vec::new();
    let file = PackagesFile { name: "f", component: "main" };
    let mut skipped = SkipList::default();
    let stanzas = scan(data, file, &mut packages, &mut skipped).expect("reading memory");
    assert_eq!(stanzas, packages.len() as u64 + skipped.count());
    let limits = DecompressLimits { max_bytes: 4 << 20, ..DecompressLimits::default() };
    if let Ok(text) = bytes(data, &limits) {
        assert!(text.len() <= data.len().max(4 << 20));
    }
    let host = host::deb();
    for pins in [false, true] {
        if let Ok(loaded) = suite_of(data) {
            let mut host = host::deb();
            if pins {
                host.context.group.pins = preferences::parse(
                    "Package: *\nPin: release n=bullseye*\nPin-Priority: 900\n",
                    "f",
                    &mut SkipList::default(),
                );
            }
            host::judge(&host, loaded.content);
        }
    }
    // As the Release itself: its text need not name anything.
    let folder = |path: &str, _: u64| -> io::Result<Option<Vec<u8>>> {
        Ok(matches!(path, "InRelease" | "Release").then(|| data.to_vec()))
    };
    if let Ok(loaded) = suite::load(&folder, &AptOptions::new(NOW)) {
        host::judge(&host, loaded.content);
    }
}

fn small_files(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut skipped = SkipList::default();
    let _ = Release::parse(data, "f", &mut skipped);
    for source in sources_list::parse_list(&text, "f", &mut skipped) {
        let _ = (source.is_flat(), source.folder());
    }
    for source in sources_list::parse_sources(&text, "f", &mut skipped) {
        let _ = (source.is_flat(), source.folder());
    }
    let mut host = host::deb();
    host.context.group.pins = preferences::parse(&text, "f", &mut skipped);
    if let Ok(loaded) = suite_of(b"Package: bash\nVersion: 9\nArchitecture: amd64\n") {
        host::judge(&host, loaded.content);
    }
    let _ = php_repositories::parse(&text, "f", &mut skipped);
    assert!(skipped.kept().len() as u64 <= skipped.count());
}

/// A suite with these bytes as its `Packages`.
fn suite_of(
    data: &[u8],
) -> Result<pakiti_formats::repository::apt::LoadedSuite, pakiti_formats::repository::apt::AptError> {
    const PATH: &str = "main/binary-amd64/Packages";
    let sha256: String = Sha256::digest(data).iter().map(|byte| format!("{byte:02x}")).collect();
    let release = format!(
        "Origin: Debian\nLabel: Debian-Security\nSuite: oldstable-security\nCodename: bullseye-security\n\
         Architectures: amd64\nComponents: main\nSHA256:\n {sha256} {} {PATH}\n",
        data.len()
    );
    let folder = |path: &str, _: u64| -> io::Result<Option<Vec<u8>>> {
        Ok(match path {
            PATH => Some(data.to_vec()),
            "Release" => Some(release.clone().into_bytes()),
            _ => None,
        })
    };
    suite::load(&folder, &AptOptions::new(NOW))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suite_is_judged_with() {
        let loaded = suite_of(b"Package: bash\nVersion: 9\nArchitecture: amd64\n").unwrap();
        let judged = host::judge(&host::deb(), loaded.content);
        assert_eq!(judged.judgements.iter().filter(|judgement| judgement.update.is_some()).count(), 1);
    }
}
