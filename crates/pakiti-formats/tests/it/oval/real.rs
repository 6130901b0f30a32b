//! Every file of data/oval of the shared data loads with the counts of its MANIFEST and nothing left out but what
//! an excerpt refers to and does not hold.

use crate::debian::shared;
use pakiti_core::oval::model::{Class, Document, Kind, MISSING, Metadata, Node};
use pakiti_formats::definition::oval::{ItemError, LoadedDocument, Problem, load};
use pakiti_formats::repository::SkipReason;
use std::io::Read;
use std::path::{Path, PathBuf};

/// File => what is in it; left out are ids that an excerpt refers to and does not hold, and one definition that the
/// RHEL 8 excerpt holds twice.
const FILES: &str = "\
almalinux/org.almalinux.alsa-9.excerpt.xml.bz2 => 2 definitions (0 inventory; 2 patch; 0 vulnerability); 18 rpminfo, 0 dpkginfo of 21 tests; 11 objects, 10 states, 0 variables; 0 left out
debian/oval-definitions-bullseye.excerpt.xml.bz2 => 4 definitions (0 inventory; 1 patch; 3 vulnerability); 0 rpminfo, 4 dpkginfo of 6 tests; 4 objects, 5 states, 0 variables; 0 left out
debian/oval_deb8_dsa.xml.xz => 164 definitions (4 inventory; 160 patch; 0 vulnerability); 0 rpminfo, 266 dpkginfo of 271 tests; 115 objects, 269 states, 0 variables; 0 left out
oracle/com.oracle.elsa-all.excerpt.xml.bz2 => 2 definitions (0 inventory; 2 patch; 0 vulnerability); 23 rpminfo, 0 dpkginfo of 24 tests; 12 objects, 10 states, 0 variables; 0 left out
photon/com.vmware.phsa-photon3.xml.xz => 222 definitions (0 inventory; 222 patch; 0 vulnerability); 1778 rpminfo, 0 dpkginfo of 1778 tests; 1000 objects, 1778 states, 0 variables; 0 left out
redhat/ansible-2.8.oval.xml => 5 definitions (0 inventory; 5 patch; 0 vulnerability); 6 rpminfo, 0 dpkginfo of 8 tests; 2 objects, 8 states, 0 variables; 0 left out
redhat/com.redhat.rhsa-RHEL5.xml.bz2 => 1170 definitions (0 inventory; 1170 patch; 0 vulnerability); 12046 rpminfo, 0 dpkginfo of 12259 tests; 1316 objects, 3682 states, 1 variables; 0 left out
redhat/rhel-7-including-unpatched.oval.xml.bz2 => 8491 definitions (0 inventory; 1265 patch; 7226 vulnerability); 21768 rpminfo, 0 dpkginfo of 22039 tests; 4144 objects, 3682 states, 1 variables; 0 left out
redhat/rhel-8-including-unpatched-excerpt.oval.xml => 3 definitions (0 inventory; 0 patch; 3 vulnerability); 2 rpminfo, 0 dpkginfo of 6 tests; 3 objects, 5 states, 1 variables; 127 left out
redhat/rhel-8.oval.xml.xz => 181 definitions (0 inventory; 181 patch; 0 vulnerability); 3985 rpminfo, 0 dpkginfo of 4031 tests; 1383 objects, 780 states, 1 variables; 0 left out
redhat/rhel-9-including-unpatched.excerpt.oval.xml.bz2 => 4 definitions (0 inventory; 2 patch; 2 vulnerability); 17 rpminfo, 0 dpkginfo of 19 tests; 8 objects, 4 states, 1 variables; 1 left out
suse/opensuse.10.2.excerpt.xml.gz => 1 definitions (0 inventory; 0 patch; 1 vulnerability); 2 rpminfo, 0 dpkginfo of 2 tests; 2 objects, 2 states, 0 variables; 0 left out
suse/opensuse.13.2.excerpt.xml.gz => 1 definitions (0 inventory; 0 patch; 1 vulnerability); 5 rpminfo, 0 dpkginfo of 5 tests; 5 objects, 2 states, 0 variables; 0 left out
suse/opensuse.leap.micro.5.2.excerpt.xml.gz => 1 definitions (0 inventory; 0 patch; 1 vulnerability); 7 rpminfo, 0 dpkginfo of 7 tests; 4 objects, 3 states, 0 variables; 0 left out
suse/suse.linux.enterprise.12-affected.excerpt.xml.gz => 2 definitions (0 inventory; 0 patch; 2 vulnerability); 2 rpminfo, 0 dpkginfo of 2 tests; 2 objects, 2 states, 0 variables; 21 left out
suse/suse.linux.enterprise.16-affected.excerpt.xml.gz => 2 definitions (0 inventory; 0 patch; 2 vulnerability); 2 rpminfo, 0 dpkginfo of 2 tests; 2 objects, 2 states, 0 variables; 4 left out
suse/suse.linux.enterprise.micro.5-affected.excerpt.xml.gz => 2 definitions (0 inventory; 0 patch; 2 vulnerability); 18 rpminfo, 0 dpkginfo of 18 tests; 6 objects, 12 states, 0 variables; 0 left out
suse/suse.linux.enterprise.server.9.excerpt.xml.gz => 1 definitions (0 inventory; 0 patch; 1 vulnerability); 2 rpminfo, 0 dpkginfo of 2 tests; 2 objects, 2 states, 0 variables; 0 left out
ubuntu/com.ubuntu.bionic.cve.oval.xml.bz2 => 11976 definitions (1 inventory; 0 patch; 11975 vulnerability); 0 rpminfo, 5552 dpkginfo of 5554 tests; 1816 objects, 3334 states, 916 variables; 0 left out
ubuntu/com.ubuntu.xenial.cve.oval.xml.bz2 => 17146 definitions (1 inventory; 0 patch; 17145 vulnerability); 0 rpminfo, 5710 dpkginfo of 5712 tests; 1885 objects, 3766 states, 982 variables; 0 left out
ubuntu/oci.com.ubuntu.jammy.cve.excerpt.oval.xml.bz2 => 1 definitions (0 inventory; 0 patch; 1 vulnerability); 0 rpminfo, 0 dpkginfo of 2 tests; 2 objects, 2 states, 2 variables; 0 left out
ubuntu/oci.com.ubuntu.jammy.pkg.excerpt.oval.xml.bz2 => 2 definitions (0 inventory; 0 patch; 2 vulnerability); 0 rpminfo, 0 dpkginfo of 2 tests; 2 objects, 2 states, 2 variables; 0 left out
ubuntu/oci.com.ubuntu.jammy.usn.excerpt.oval.xml.bz2 => 1 definitions (0 inventory; 1 patch; 0 vulnerability); 0 rpminfo, 0 dpkginfo of 1 tests; 1 objects, 1 states, 1 variables; 0 left out
com.redhat.rhsa-20231659.xml => 1 definitions (0 inventory; 1 patch; 0 vulnerability); 13 rpminfo, 0 dpkginfo of 22 tests; 8 objects, 16 states, 1 variables; 0 left out
com.redhat.rhsa-RHEL5.xml => 1 definitions (0 inventory; 1 patch; 0 vulnerability); 4 rpminfo, 0 dpkginfo of 6 tests; 3 objects, 4 states, 1 variables; 1 left out
";

fn files() -> Vec<(String, PathBuf)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let Some(root) = shared().map(|root| root.join("data/oval")) else { return Vec::new() };
    let mut found = Vec::new();
    walk(&root, &mut found);
    found.sort();
    let named = |path: PathBuf| (path.strip_prefix(&root).unwrap().display().to_string(), path);
    found.into_iter().map(named).filter(|(name, _)| name.contains(".xml")).collect()
}

fn shown(loaded: &LoadedDocument) -> String {
    let document = &loaded.document;
    let class = |class| document.definitions.iter().filter(|one| one.class == class).count();
    let kind = |kind| document.tests.iter().filter(|test| test.kind == kind).count();
    for one in loaded.skipped.kept() {
        let expected = matches!(
            one.reason,
            SkipReason::Oval(ItemError { problem: Problem::Absent | Problem::Duplicate, .. })
        );
        assert!(expected, "{one}");
    }
    format!(
        "{} definitions ({} inventory; {} patch; {} vulnerability); {} rpminfo, {} dpkginfo of {} tests; {} objects, {} states, {} variables; {} left out",
        document.definitions.len(),
        class(Class::Inventory),
        class(Class::Patch),
        class(Class::Vulnerability),
        kind(Kind::RpmInfo),
        kind(Kind::DpkgInfo),
        document.tests.len(),
        document.objects.len(),
        document.states.len(),
        document.variables.len(),
        loaded.skipped.count(),
    )
}

#[test]
fn every_file() {
    let files = files();
    if files.is_empty() {
        return;
    }
    let mut found = String::new();
    for (name, path) in files {
        let loaded = load(&std::fs::read(path).unwrap(), &name).unwrap();
        found += &format!("{name} => {}\n", shown(&loaded));
    }
    let archive = shared().unwrap().join("data/oval/redhat/oval_v1_20230706.excerpt.tar.gz");
    for (name, data) in members(&archive) {
        if name.ends_with(".xml") {
            found += &format!("{name} => {}\n", shown(&load(&data, &name).unwrap()));
        }
    }
    for line in found.lines().filter(|line| !FILES.contains(line)) {
        println!("{line}");
    }
    assert_eq!(found, FILES);
}

/// Names and bytes of the files in a ustar archive.
fn members(archive: &Path) -> Vec<(String, Vec<u8>)> {
    let mut data = Vec::new();
    let packed = std::fs::read(archive).unwrap();
    flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut data).unwrap();
    let mut found = Vec::new();
    let mut rest = data.as_slice();
    while rest.len() > 512 && rest[0] != 0 {
        let (header, content) = rest.split_at(512);
        let text = |bytes: &[u8]| {
            let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
            String::from_utf8_lossy(&bytes[..end]).into_owned()
        };
        let size = usize::from_str_radix(text(&header[124..136]).trim(), 8).unwrap();
        found.push((text(&header[..100]), content[..size].to_vec()));
        rest = &content[size.next_multiple_of(512)..];
    }
    found
}

pub(super) fn one(name: &str) -> Option<Document> {
    let (_, path) = files().into_iter().find(|(file, _)| file.ends_with(name))?;
    Some(load(&std::fs::read(path).unwrap(), name).unwrap().document)
}

fn metadata<'a>(document: &'a Document, id: &str) -> &'a Metadata {
    &document.definitions.iter().find(|one| &*one.id == id).unwrap().metadata
}

#[test]
fn what_rhel_7_says_of_one_cve() {
    let Some(document) = one("rhel-7-including-unpatched.oval.xml.bz2") else { return };
    let with_cves = document.definitions.iter().filter(|one| !one.metadata.cves.is_empty()).count();
    let dated = document.definitions.iter().filter(|one| one.metadata.updated.is_some()).count();
    let scored = document.definitions.iter().flat_map(|one| &one.metadata.cves);
    let scored = scored.filter(|cve| cve.cvss_tenths.is_some()).count();
    let cpes: usize = document.definitions.iter().map(|one| one.metadata.cpes.len()).sum();
    // Counted by another parser.
    assert_eq!((with_cves, dated, scored, cpes), (8491, 8491, 12_753, 101_892));
}

#[test]
fn what_ubuntu_says_in_comments() {
    let Some(document) = one("com.ubuntu.bionic.cve.oval.xml.bz2") else { return };
    fn comments<'a>(node: &'a Node, found: &mut Vec<&'a str>) {
        match node {
            Node::Criteria { children, .. } => children.iter().for_each(|child| comments(child, found)),
            Node::Criterion { comment, test, .. } => {
                assert_ne!(*test, MISSING);
                found.push(comment);
            }
            Node::Extend { definition, .. } => assert_eq!(*definition, 0),
        }
    }
    let mut found = Vec::new();
    document.definitions.iter().for_each(|one| comments(one.criteria.as_ref().unwrap(), &mut found));
    let with = |word: &str| found.iter().filter(|comment| comment.contains(word)).count();
    assert_eq!(found.iter().filter(|comment| comment.is_empty()).count(), 0);
    assert_eq!((with("may need fixing"), with("needs fixing")), (5730, 2930));
    insta::assert_debug_snapshot!(metadata(&document, "oval:com.ubuntu.bionic:def:200224390000000"), @r#"
    Metadata {
        title: "CVE-2002-2439 on Ubuntu 18.04 LTS (bionic) - low.",
        platforms: [
            "Ubuntu 18.04 LTS",
        ],
        references: [
            Reference {
                source: "CVE",
                id: "CVE-2002-2439",
                url: "https://cve.mitre.org/cgi-bin/cvename.cgi?name=CVE-2002-2439",
            },
        ],
        severity: "Low",
        cves: [
            Cve {
                id: "CVE-2002-2439",
                impact: "",
                cvss_tenths: None,
            },
        ],
        cve_tests: [],
        issued: Some(
            1424649600,
        ),
        updated: None,
        resolutions: [],
        cpes: [],
    }
    "#);
}
