//! The whole OVAL files of the shared data, unpacked, as both sides read them.
//!
//! Debian 8 comes as a `def-group` (ComplianceAsCode keeps fragments so): its elements are sorted into an
//! `oval_definitions` with the header that oscap wants, nothing else is changed.
//!
//! A trap of the RHEL 8 file: the pattern for grubenv is a CDATA section between white space. oscap takes the section alone: nodes
//! of white space are no part of a value.
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail, ensure};

/// Name, path below `data/oval`.
pub(super) const FEEDS: [(&str, &str); 7] = [
    ("rhel-5", "redhat/com.redhat.rhsa-RHEL5.xml.bz2"),
    ("rhel-7-including-unpatched", "redhat/rhel-7-including-unpatched.oval.xml.bz2"),
    ("rhel-8", "redhat/rhel-8.oval.xml.xz"),
    ("photon-3", "photon/com.vmware.phsa-photon3.xml.xz"),
    ("ubuntu-16.04", "ubuntu/com.ubuntu.xenial.cve.oval.xml.bz2"),
    ("ubuntu-18.04", "ubuntu/com.ubuntu.bionic.cve.oval.xml.bz2"),
    ("debian-8", "debian/oval_deb8_dsa.xml.xz"),
];

const SPACES: &str = "http://oval.mitre.org/XMLSchema/oval-definitions-5";

/// The file of this name, unpacked into `folder`.
pub(super) fn unpacked(name: &str, shared: &Path, folder: &Path) -> anyhow::Result<PathBuf> {
    let (_, path) =
        FEEDS.iter().find(|(feed, _)| *feed == name).with_context(|| format!("no file {name}"))?;
    let packed = shared.join("data/oval").join(path);
    let program = match packed.extension().and_then(|extension| extension.to_str()) {
        Some("bz2") => "bzip2",
        Some("xz") => "xz",
        _ => bail!("{}: neither .bz2 nor .xz", packed.display()),
    };
    let output =
        Command::new(program).args(["--decompress", "--stdout"]).arg(&packed).output().context(program)?;
    ensure!(output.status.success(), "{program} {}: {}", packed.display(), output.status);
    let text = String::from_utf8(output.stdout).with_context(|| packed.display().to_string())?;
    let text = if text.contains("<def-group") { definitions_of_group(&text)? } else { text };
    fs::create_dir_all(folder)?;
    let file = folder.join(format!("{name}.xml"));
    fs::write(&file, text)?;
    Ok(file)
}

/// `<def-group>` ELEMENTS `</def-group>` as a whole document.
fn definitions_of_group(text: &str) -> anyhow::Result<String> {
    let (_, inner) = text.split_once("<def-group>").context("no <def-group>")?;
    let (inner, _) = inner.rsplit_once("</def-group>").context("no </def-group>")?;
    let mut sorted: [String; 5] = Default::default();
    let mut rest = inner.trim_start();
    while !rest.is_empty() {
        let (element, after) = first_element(rest)?;
        let name = element.trim_start_matches('<').split([' ', '>', '/']).next().unwrap_or_default();
        let ends = ["definition", "_test", "_object", "_state", "_variable"];
        let place = ends.iter().position(|end| name.ends_with(end)).with_context(|| format!("<{name}>"))?;
        if let Some(section) = sorted.get_mut(place) {
            section.push_str(element);
            section.push('\n');
        }
        rest = after.trim_start();
    }
    let mut document = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<oval_definitions xmlns=\"{SPACES}\" \
         xmlns:oval=\"http://oval.mitre.org/XMLSchema/oval-common-5\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xsi:schemaLocation=\"{SPACES} oval-definitions-schema.xsd\">\n<generator>\
         <oval:product_name>referee</oval:product_name><oval:product_version>1</oval:product_version>\
         <oval:schema_version>5.11</oval:schema_version><oval:timestamp>2017-01-01T00:00:00</oval:timestamp></generator>\n"
    );
    for (section, elements) in ["definitions", "tests", "objects", "states", "variables"].iter().zip(&sorted)
    {
        if !elements.is_empty() {
            document.push_str(&format!("<{section}>\n{elements}</{section}>\n"));
        }
    }
    document.push_str("</oval_definitions>\n");
    Ok(document)
}

/// The element that `text` begins with, and what follows. No element of the group holds one of its own name.
fn first_element(text: &str) -> anyhow::Result<(&str, &str)> {
    ensure!(text.starts_with('<'), "not an element: {}", text.chars().take(60).collect::<String>());
    let tag_end = text.find('>').context("a tag without end")?;
    let tag = text.get(..=tag_end).unwrap_or_default();
    let end = if tag.ends_with("/>") {
        tag_end + 1
    } else {
        let name = tag.trim_start_matches('<').split([' ', '>']).next().unwrap_or_default();
        let close = format!("</{name}>");
        text.find(&close).with_context(|| format!("no {close}"))? + close.len()
    };
    Ok(text.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_becomes_a_document_with_sections() {
        let group = "<def-group>\n<o:definition id=\"d\"><a/></o:definition>\n<x_object id=\"o\" />\n<x_test id=\"t\"><b/>\
                     </x_test>\n<definition id=\"e\"></definition></def-group>\n";
        let text = definitions_of_group(group).unwrap();
        let body = text.split_once("</generator>\n").unwrap().1;
        assert_eq!(
            body,
            "<definitions>\n<o:definition id=\"d\"><a/></o:definition>\n<definition id=\"e\"></definition>\n</definitions>\n\
             <tests>\n<x_test id=\"t\"><b/></x_test>\n</tests>\n<objects>\n<x_object id=\"o\" />\n</objects>\n\
             </oval_definitions>\n"
        );
        assert!(definitions_of_group("<def-group><surprise/></def-group>").is_err());
    }
}
