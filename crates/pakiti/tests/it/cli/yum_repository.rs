//! Small yum repositories in a folder of their own.

use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;

/// Writes a repository of Alma Linux 9: `name version release` of its packages, ids of its advisories.
pub(super) fn write(folder: &Path, packages: &[&str], advisories: &[&str]) {
    let repodata = folder.join("repodata");
    fs::create_dir_all(&repodata).unwrap();
    let primary: String = packages.iter().map(|package| stanza(package)).collect();
    let primary = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<metadata xmlns=\"http://linux.duke.edu/metadata/common\" \
         xmlns:rpm=\"http://linux.duke.edu/metadata/rpm\" packages=\"{}\">\n{primary}</metadata>\n",
        packages.len()
    );
    let mut entries = entry(&repodata, "primary", &primary);
    if !advisories.is_empty() {
        let updates: String = advisories.iter().map(|id| update(id, packages[0])).collect();
        let updates = format!("<?xml version=\"1.0\"?>\n<updates>\n{updates}</updates>\n");
        entries += &entry(&repodata, "updateinfo", &updates);
    }
    let repomd =
        format!("<?xml version=\"1.0\"?>\n<repomd>\n<revision>1700000000</revision>\n{entries}</repomd>\n");
    fs::write(repodata.join("repomd.xml"), repomd).unwrap();
}

fn words(package: &str) -> [&str; 3] {
    package.split(' ').collect::<Vec<_>>().try_into().unwrap()
}

fn stanza(package: &str) -> String {
    let [name, version, release] = words(package);
    format!(
        "<package type=\"rpm\">\n<name>{name}</name>\n<arch>x86_64</arch>\n\
         <version epoch=\"0\" ver=\"{version}\" rel=\"{release}\"/>\n</package>\n"
    )
}

fn update(id: &str, package: &str) -> String {
    let [name, version, release] = words(package);
    format!(
        "<update from=\"x\" status=\"final\" type=\"security\" version=\"1\"><id>{id}</id><title>{id}</title>\
         <issued date=\"2024-01-01 00:00:00\"/><severity>Important</severity><references/><pkglist><collection>\
         <package name=\"{name}\" version=\"{version}\" release=\"{release}\" epoch=\"0\" arch=\"x86_64\">\
         <filename>x.rpm</filename></package></collection></pkglist></update>\n"
    )
}

fn entry(repodata: &Path, kind: &str, text: &str) -> String {
    fs::write(repodata.join(format!("{kind}.xml")), text).unwrap();
    let hash: String = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    format!(
        "<data type=\"{kind}\"><checksum type=\"sha256\">{hash}</checksum><location href=\"repodata/{kind}.xml\"/>\
         <timestamp>1700000000</timestamp><size>{}</size></data>\n",
        text.len()
    )
}
