//! Every file of data/rpm-repo of the shared data loads with the counts of its MANIFEST, or is refused with the
//! sentence that this table names.

use super::feed::{Feed, primary, told};
use crate::debian::shared;
use pakiti_core::judgement::UpdateKind;
use pakiti_formats::repository::apt::suite::LocalFolder;
use pakiti_formats::repository::yum::{
    LoadedRepository, YumError, YumOptions, check_repomd, load, load_primary,
};
use std::path::{Path, PathBuf};

/// Folder => what it gives (source packages are not counted; a module may have a default without a stream, which
/// is none) and what is skipped; or why it is refused. The hashes that alma and rocky name are made up.
const FOLDERS: &str = "\
createrepo_c/repo_03 => 0 packages, 0 advisories, 0 security, 1 streams, 1 defaults; repodata/e0ac..-primary.xml.zck: a zchunk form, not read
createrepo_c/repo_with_additional_metadata => 1 packages, 1 advisories, 0 security, 64 streams, 14 defaults; repodata/0219..-updateinfo_01.xml.gz.zck: a zchunk form, not read; repodata/cb0f..-modules.yaml.gz.zck: a zchunk form, not read; repodata/1e12..-primary.sqlite.bz2: a sqlite form, not read; repodata/e9e6..-primary.xml.zck: a zchunk form, not read
fixtures/alma/badid/almalinux/9/BaseOS/x86_64/os => repodata/badid-updateinfo.xml.gz: its sha256 checksum is not the one that repomd.xml names
fixtures/alma/corruptcrc/almalinux/9/BaseOS/x86_64/os => repodata/corrupt-updateinfo.xml.gz: its sha256 checksum is not the one that repomd.xml names
fixtures/alma/happy/almalinux-epel/10/x86_64_v2 => repodata/primary.xml.gz: not there
fixtures/alma/happy/almalinux/9/AppStream/x86_64/os => repodata/cccc125de8ddb7f66ac6a9850f48af285670c3ace1e29f2b0ce002ab69b88ee5-updateinfo.xml.gz: its sha256 checksum is not the one that repomd.xml names
fixtures/alma/happy/almalinux/9/BaseOS/x86_64/os => repodata/106ba7d2cc8d0ba45aebfe29e32dbbc6ac0bb0378413184d62e6198d13fedb76-updateinfo.xml.gz: its sha256 checksum is not the one that repomd.xml names
fixtures/rocky/badid/pub/rocky/9/BaseOS/x86_64/os => repodata/badid-updateinfo.xml.gz: its sha256 checksum is not the one that repomd.xml names
fixtures/rocky/corruptcrc/pub/rocky/9/BaseOS/x86_64/os => repodata/corrupt-updateinfo.xml.gz: its sha256 checksum is not the one that repomd.xml names
fixtures/rocky/happy/pub/rocky/9/AppStream/x86_64/os => repodata/bbbb125de8ddb7f66ac6a9850f48af285670c3ace1e29f2b0ce002ab69b88ee5-updateinfo.xml.gz: its sha256 checksum is not the one that repomd.xml names
fixtures/rocky/happy/pub/rocky/9/BaseOS/x86_64/os => repodata/aaaa587b7c2316f0b357a284fc32836ceee13fe54e277cc841b30ecefb7cbb42a-updateinfo.xml.gz: its sha256 checksum is not the one that repomd.xml names
fixtures/rocky/happy/pub/sig/9/cloud/x86_64/cloud-common => repodata/primary.xml.gz: not there
fixtures/rocky/happy/vault/rocky/8.6/BaseOS/x86_64/os => repodata/dddd587b7c2316f0b357a284fc32836ceee13fe54e277cc841b30ecefb7cbb42a-updateinfo.xml.gz: its sha256 checksum is not the one that repomd.xml names
opensuse-11.0-update => 2266 packages, 164 advisories, 76 security, 0 streams, 0 defaults
pulp-xz-repo => 3657 packages, 1448 advisories, 330 security, 0 streams, 0 defaults; repodata/ebdd..-primary.sqlite.bz2: a sqlite form, not read
";

/// File => the same, the file beside an empty primary. A lone repomd.xml: how many files of it would be read.
const FILES: &str = "\
createrepo_c/repo_03/repodata/1cb6..-primary.xml.gz => 0 packages, 0 advisories, 0 security, 0 streams, 0 defaults
createrepo_c/repo_03/repodata/a850..-modules.yaml.xz => 0 packages, 0 advisories, 0 security, 1 streams, 1 defaults
createrepo_c/repo_03/repodata/e0ac..-primary.xml.zck => primary.xml: a zchunk form, not read
createrepo_c/repo_with_additional_metadata/repodata/490a..-primary.xml.gz => 1 packages, 0 advisories, 0 security, 0 streams, 0 defaults
createrepo_c/repo_with_additional_metadata/repodata/4fba..-modules.yaml.gz => 0 packages, 0 advisories, 0 security, 64 streams, 14 defaults
createrepo_c/repo_with_additional_metadata/repodata/8851..-updateinfo_01.xml.gz => 0 packages, 1 advisories, 0 security, 0 streams, 0 defaults
createrepo_c/repo_with_additional_metadata/repodata/e9e6..-primary.xml.zck => primary.xml: a zchunk form, not read
createrepo_c/updateinfo_files/updateinfo_00.xml => 0 packages, 0 advisories, 0 security, 0 streams, 0 defaults
createrepo_c/updateinfo_files/updateinfo_01.xml => 0 packages, 1 advisories, 0 security, 0 streams, 0 defaults
createrepo_c/updateinfo_files/updateinfo_02.xml.xz => 0 packages, 0 advisories, 0 security, 0 streams, 0 defaults; repodata/file:9: no version; repodata/file:3: no id
createrepo_c/updateinfo_files/updateinfo_03.xml => 0 packages, 6 advisories, 3 security, 0 streams, 0 defaults; repodata/file:49: issued is not a date
dnf-behave/additional-field-modulemd/modules.yaml => 0 packages, 0 advisories, 0 security, 1 streams, 0 defaults
dnf-behave/advisories-updates/updateinfo.xml => 0 packages, 5 advisories, 3 security, 0 streams, 0 defaults
dnf-behave/dnf-ci-fedora-modular-demodularized/modules.yaml => 0 packages, 0 advisories, 0 security, 1 streams, 0 defaults
dnf-behave/dnf-ci-fedora-modular-obsoletes/modules.yaml => 0 packages, 0 advisories, 0 security, 0 streams, 0 defaults
dnf-behave/dnf-ci-fedora-modular-updates/updateinfo.xml => 0 packages, 1 advisories, 0 security, 0 streams, 0 defaults
dnf-behave/dnf-ci-fedora-updates-testing/updateinfo.xml => 0 packages, 2 advisories, 1 security, 0 streams, 0 defaults
dnf-behave/dnf-ci-fifthparty-modular/modules.yaml => 0 packages, 0 advisories, 0 security, 2 streams, 2 defaults
dnf-behave/dnf-ci-fourthparty-modular/modules.yaml => 0 packages, 0 advisories, 0 security, 1 streams, 0 defaults
dnf-behave/dnf-ci-multicontext-hybrid-multiversion-modular-updates/modules.yaml => 0 packages, 0 advisories, 0 security, 4 streams, 0 defaults
dnf-behave/dnf-ci-multicontext-modular-advisory/modules.yaml => 0 packages, 0 advisories, 0 security, 8 streams, 2 defaults
dnf-behave/dnf-ci-multicontext-modular/modules.yaml => 0 packages, 0 advisories, 0 security, 4 streams, 0 defaults
dnf-behave/dnf-ci-security/updateinfo.xml => 0 packages, 13 advisories, 5 security, 0 streams, 0 defaults
dnf-behave/dnf-ci-static-context-requires-change/modules.yaml => 0 packages, 0 advisories, 0 security, 3 streams, 0 defaults
dnf-behave/dnf-ci-thirdparty-modular-updates-duplicate/modules.yaml => 0 packages, 0 advisories, 0 security, 1 streams, 0 defaults
dnf-behave/dnf-ci-thirdparty-modular/modules.yaml => 0 packages, 0 advisories, 0 security, 26 streams, 2 defaults
dnf-behave/enhancement-test/updateinfo.xml => 0 packages, 1 advisories, 0 security, 0 streams, 0 defaults
dnf-behave/module-problem-latest/modules.yaml => 0 packages, 0 advisories, 0 security, 2 streams, 0 defaults
dnf-behave/repomanage-8.3/modules.yaml => 0 packages, 0 advisories, 0 security, 2 streams, 0 defaults
dnf-behave/repomanage-modular/modules.yaml => 0 packages, 0 advisories, 0 security, 2 streams, 0 defaults
dnf-behave/repoquery-security-filters/updateinfo.xml => 0 packages, 4 advisories, 4 security, 0 streams, 0 defaults
dnf-behave/security-upgrade-duplicates-1/updateinfo.xml => 0 packages, 5 advisories, 5 security, 0 streams, 0 defaults
dnf-behave/security-upgrade-multilib/updateinfo.xml => 0 packages, 2 advisories, 2 security, 0 streams, 0 defaults
dnf-behave/security-upgrade-obsoletes/updateinfo.xml => 0 packages, 4 advisories, 4 security, 0 streams, 0 defaults
dnf-behave/unsigned/updateinfo.xml => 0 packages, 1 advisories, 0 security, 0 streams, 0 defaults
epel/0a22..-updateinfo.xml.gz => 0 packages, 1622 advisories, 136 security, 0 streams, 0 defaults
epel/repomd.xml => 2 files
fixtures/alma/badid/almalinux/9/BaseOS/x86_64/os/repodata/badid-updateinfo.xml.gz => 0 packages, 1 advisories, 1 security, 0 streams, 0 defaults
fixtures/alma/corruptcrc/almalinux/9/BaseOS/x86_64/os/repodata/corrupt-updateinfo.xml.gz => repodata/file: gzip stream is unreadable: corrupt gzip stream does not have a matching checksum
fixtures/alma/happy/almalinux/9/AppStream/x86_64/os/repodata/bce3..-modules.yaml.gz => 0 packages, 0 advisories, 0 security, 1 streams, 0 defaults
fixtures/alma/happy/almalinux/9/AppStream/x86_64/os/repodata/cccc..-updateinfo.xml.gz => 0 packages, 1 advisories, 1 security, 0 streams, 0 defaults
fixtures/alma/happy/almalinux/9/BaseOS/x86_64/os/repodata/106b..-updateinfo.xml.gz => 0 packages, 2 advisories, 1 security, 0 streams, 0 defaults
fixtures/amazon/repomd_invalid.xml => 0 files
fixtures/amazon/repomd_noupdateinfo.xml => 0 files
fixtures/amazon/repomd_valid.xml => 2 files
fixtures/amazon/updateinfo_1.xml.gz => 0 packages, 1 advisories, 1 security, 0 streams, 0 defaults
fixtures/amazon/updateinfo_2.xml.gz => 0 packages, 1 advisories, 1 security, 0 streams, 0 defaults
fixtures/amazon/updateinfo_2022.xml.gz => 0 packages, 1 advisories, 1 security, 0 streams, 0 defaults
fixtures/amazon/updateinfo_2_kernel-5.15.xml.gz => 0 packages, 1 advisories, 1 security, 0 streams, 0 defaults
fixtures/amazon/updateinfo_invalid_gzip.xml.gz => 0 packages, 1 advisories, 1 security, 0 streams, 0 defaults
fixtures/amazon/updateinfo_invalid_xml.xml.gz => repodata/file: not a file of <updates>
fixtures/rocky/badid/pub/rocky/9/BaseOS/x86_64/os/repodata/badid-updateinfo.xml.gz => 0 packages, 1 advisories, 1 security, 0 streams, 0 defaults
fixtures/rocky/corruptcrc/pub/rocky/9/BaseOS/x86_64/os/repodata/corrupt-updateinfo.xml.gz => repodata/file: gzip stream is unreadable: corrupt gzip stream does not have a matching checksum
fixtures/rocky/happy/pub/rocky/9/AppStream/x86_64/os/repodata/bbbb..-updateinfo.xml.gz => 0 packages, 1 advisories, 1 security, 0 streams, 0 defaults
fixtures/rocky/happy/pub/rocky/9/AppStream/x86_64/os/repodata/cccc..-modules.yaml.xz => 0 packages, 0 advisories, 0 security, 1 streams, 0 defaults
fixtures/rocky/happy/pub/rocky/9/BaseOS/x86_64/os/repodata/aaaa..-updateinfo.xml.gz => 0 packages, 2 advisories, 1 security, 0 streams, 0 defaults
fixtures/rocky/happy/vault/rocky/8.6/BaseOS/x86_64/os/repodata/dddd..-updateinfo.xml.gz => 0 packages, 1 advisories, 1 security, 0 streams, 0 defaults
modules/f29-updates.modules.yaml.xz => 0 packages, 0 advisories, 0 security, 56 streams, 3 defaults
opensuse-11.0-update/repodata/primary.xml.gz => 2266 packages, 0 advisories, 0 security, 0 streams, 0 defaults
opensuse-11.0-update/repodata/updateinfo.xml.gz => 0 packages, 164 advisories, 76 security, 0 streams, 0 defaults
pulp-xz-repo/repodata/4927..-updateinfo.xml.xz => 0 packages, 1448 advisories, 330 security, 0 streams, 0 defaults
pulp-xz-repo/repodata/4a96..-updateinfo.xml.xz => 0 packages, 1443 advisories, 328 security, 0 streams, 0 defaults
pulp-xz-repo/repodata/6b57..-primary.xml.gz => 3657 packages, 0 advisories, 0 security, 0 streams, 0 defaults
vmaas/modules.yaml => 0 packages, 0 advisories, 0 security, 2 streams, 1 defaults
vmaas/primary.xml => 12 packages, 0 advisories, 0 security, 0 streams, 0 defaults
vmaas/repomd.xml => 2 files
vmaas/repomd_primary_only.xml => 1 files
vmaas/updateinfo.xml => 0 packages, 9 advisories, 0 security, 0 streams, 0 defaults
zchunk/primary.xml.zck => primary.xml: a zchunk form, not read
";

fn root() -> Option<PathBuf> {
    shared().map(|root| root.join("data/rpm-repo"))
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { walk(&path, found) } else { found.push(path) }
    }
}

fn files(root: &Path) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    walk(root, &mut found);
    found.sort();
    let named = |path: PathBuf| (path.strip_prefix(root).unwrap().display().to_string(), path);
    found.into_iter().map(named).collect()
}

fn shown(outcome: Result<LoadedRepository, YumError>) -> String {
    let loaded = match outcome {
        Ok(loaded) => loaded,
        Err(error) => return error.to_string(),
    };
    let content = &loaded.content;
    let security = content.advisories.iter().filter(|advisory| advisory.kind == UpdateKind::Security).count();
    let mut text = format!(
        "{} packages, {} advisories, {security} security, {} streams, {} defaults",
        content.packages.len(),
        content.advisories.len(),
        content.modules.streams.len(),
        content.modules.defaults.len(),
    );
    if !loaded.skipped.is_empty() {
        text += &format!("; {}", told(&loaded).replace('\n', "; "));
    }
    short(&text)
}

/// Without the hashes that names of files begin with.
fn short(text: &str) -> String {
    let parts = text.split_inclusive('/').map(|part| match part.split_once('-') {
        Some((hash, rest)) if hash.len() >= 40 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            format!("{}..-{rest}", &hash[..4])
        }
        _ => part.to_owned(),
    });
    parts.collect()
}

fn compare(found: &[(String, String)], table: &str) {
    let mut found: Vec<_> = found.iter().map(|(name, text)| format!("{name} => {text}")).collect();
    found.sort();
    let mut expected: Vec<_> = table.lines().collect();
    expected.sort_unstable();
    for line in found.iter().filter(|line| !expected.contains(&line.as_str())) {
        println!("{line}");
    }
    assert_eq!(found, expected);
}

#[test]
fn every_folder_with_repodata() {
    let Some(root) = root() else { return };
    let mut found = Vec::new();
    for (name, path) in files(&root) {
        if let Some(folder) = name.strip_suffix("/repodata/repomd.xml") {
            let folder_path = path.parent().unwrap().parent().unwrap().to_owned();
            let outcome = load(&LocalFolder { root: folder_path }, &YumOptions::new(folder));
            found.push((folder.to_owned(), shown(outcome)));
        }
    }
    compare(&found, FOLDERS);
}

#[test]
fn every_lone_file() {
    let Some(root) = root() else { return };
    let mut found = Vec::new();
    let empty = primary("");
    let options = YumOptions::new("t");
    for (name, path) in files(&root) {
        let data = std::fs::read(&path).unwrap();
        let with = |kind: &str| Feed::of(&[("primary", "p", &empty), (kind, "file", &data)]).load(&options);
        let file = name.rsplit('/').next().unwrap();
        let text = if file.contains("repomd") {
            if !file.ends_with(".xml") || name.contains("repodata/") {
                continue;
            }
            check_repomd(&data)
                .map_or_else(|error| error.to_string(), |paths| paths.len().to_string() + " files")
        } else if file.contains("updateinfo") && !file.ends_with(".zck") {
            shown(with("updateinfo"))
        } else if file.contains("modules.yaml") && !file.ends_with(".zck") {
            shown(with("modules"))
        } else if file.contains("primary.xml") {
            shown(load_primary("primary.xml", &data, &options))
        } else {
            continue;
        };
        found.push((short(&name), text));
    }
    compare(&found, FILES);
}

#[test]
fn what_a_package_and_an_advisory_of_rhel_6_hold() {
    let Some(root) = root() else { return };
    let folder = LocalFolder { root: root.join("pulp-xz-repo") };
    let loaded = load(&folder, &YumOptions::new("rhel6")).unwrap();
    let meta = &loaded.content.meta;
    assert_eq!((meta.origin.as_str(), meta.date, meta.errata), ("Red Hat, Inc.", Some(1_355_930_139), true));
    assert_eq!(loaded.files.iter().map(|file| file.stanzas).collect::<Vec<_>>(), [1448, 3657]);
    let packages = &loaded.content.packages;
    let ds = packages.iter().find(|package| package.name == "389-ds-base").unwrap();
    insta::assert_debug_snapshot!(ds, @r#"
    IndexedPackage {
        name: "389-ds-base",
        version: "1.2.10.2-20.el6_3",
        arch: "x86_64",
        component: "",
        source_name: "389-ds-base",
        source_version: "1.2.10.2-20.el6_3",
        phased: None,
        provides: [
            "ldif2ldbm",
        ],
        obsoletes: [],
    }
    "#);
    let with_epoch = packages.iter().filter(|package| package.version.contains(':')).count();
    let obsoleting: usize = packages.iter().map(|package| package.obsoletes.len()).sum();
    assert_eq!((with_epoch, obsoleting), (352, 1150));
    let advisory =
        loaded.content.advisories.iter().find(|one| one.cves.len() > 2 && one.packages.len() < 4).unwrap();
    insta::assert_debug_snapshot!(advisory, @r#"
    Advisory {
        id: "RHSA-2010:0861",
        kind: Security,
        severity: "critical",
        title: "Critical: firefox security update",
        issued: Some(
            1289347200,
        ),
        updated: None,
        cves: [
            "CVE-2010-3175",
            "CVE-2010-3176",
            "CVE-2010-3177",
            "CVE-2010-3178",
            "CVE-2010-3179",
            "CVE-2010-3180",
            "CVE-2010-3182",
            "CVE-2010-3183",
            "CVE-2010-3765",
        ],
        reboot: false,
        packages: [
            AdvisoryPackage {
                name: "firefox",
                version: "3.6.12-1.el6_0",
                arch: "x86_64",
                module: None,
                reboot: false,
            },
            AdvisoryPackage {
                name: "xulrunner",
                version: "1.9.2.12-1.el6_0",
                arch: "i686",
                module: None,
                reboot: false,
            },
            AdvisoryPackage {
                name: "xulrunner",
                version: "1.9.2.12-1.el6_0",
                arch: "x86_64",
                module: None,
                reboot: false,
            },
        ],
    }
    "#);
    let with_cves = loaded.content.advisories.iter().filter(|one| !one.cves.is_empty()).count();
    let undated = loaded.content.advisories.iter().filter(|one| one.issued.is_none()).count();
    assert_eq!((with_cves, undated), (322, 0));
}

#[test]
fn opensuse_11_has_as_many_packages_as_the_manifest_counts() {
    let Some(root) = root() else { return };
    let folder = LocalFolder { root: root.join("opensuse-11.0-update") };
    let loaded = load(&folder, &YumOptions::new("opensuse")).unwrap();
    // 164 of them are source packages.
    assert_eq!(loaded.files.iter().map(|file| file.stanzas).collect::<Vec<_>>(), [164, 2430]);
    assert_eq!(loaded.content.packages.len(), 2430 - 164);
    assert_eq!(loaded.content.meta.date, Some(1_224_755_535));
}
