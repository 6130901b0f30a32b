//! `updateinfo.xml`: the advisories of a repository, read as a stream.
//!
//! Format: createrepo_c's (`src/xml_dump_updateinfo.c`), and what vendors make of it: unix seconds as dates and
//! own type words (openSUSE), versions of the file format in `version`. `status="retracted"` stays, as dnf
//! ignores it (vendor-rules.md). An advisory without an id, and a package line without name, version, release or
//! architecture, is skipped.

use super::date;
use super::evr::{Evr, is_source, word};
use crate::cve::first as cve;
use crate::repository::{SkipList, SkipReason};
use crate::xml::{NOT_TEXT, Tag, Xml, XmlError, resolved};
use pakiti_core::advisory::{Advisory, AdvisoryPackage, kind_of};
use pakiti_core::judgement::UpdateKind;

/// Most advisories of one file. RHEL 8's has 10,000.
const MAX_ADVISORIES: u64 = 5_000_000;
/// Most packages, and CVEs, of one advisory. A kernel's has 300.
const MAX_LIST: usize = 100_000;
/// Longest title that is kept, characters.
const MAX_TITLE: usize = 500;

/// What an `updateinfo.xml` gave.
#[derive(Debug, Default)]
pub(super) struct Updateinfo {
    pub(super) advisories: Vec<Advisory>,
    /// Advisories in the file, the skipped ones included.
    pub(super) records: u64,
}

/// Reads an `updateinfo.xml`, compressed or not. What cannot be read goes to `skipped` under the name `file`.
pub(super) fn read(file: &str, data: &[u8], skipped: &mut SkipList) -> Result<Updateinfo, XmlError> {
    let mut xml = Xml::open(data, "updates")?;
    let mut found = Updateinfo::default();
    let mut text = String::new();
    while let Some(tag) = xml.child(1)? {
        if tag.name() != "update" {
            continue;
        }
        let kind = tag.attribute("type").map_or(UpdateKind::Unknown, |word| kind_of(&word));
        let line = xml.line();
        found.records += 1;
        if found.records > MAX_ADVISORIES {
            return Err(XmlError::TooMany { what: "advisories", limit: MAX_ADVISORIES });
        }
        let mut record = Record { advisory: empty(kind), line, file, skipped, text: &mut text };
        record.read(&mut xml)?;
        let advisory = record.advisory;
        match word(&advisory.id, "id") {
            Ok(_) => found.advisories.push(finished(advisory)),
            Err(reason) => skipped.push(file, line, reason),
        }
    }
    Ok(found)
}

fn empty(kind: UpdateKind) -> Advisory {
    Advisory {
        id: String::new(),
        kind,
        severity: String::new(),
        title: String::new(),
        issued: None,
        updated: None,
        cves: Vec::new(),
        reboot: false,
        packages: Vec::new(),
    }
}

fn finished(mut advisory: Advisory) -> Advisory {
    advisory.cves.sort_unstable();
    advisory.cves.dedup();
    advisory.packages.sort_unstable();
    advisory.packages.dedup();
    advisory.cves.shrink_to_fit();
    advisory.packages.shrink_to_fit();
    advisory
}

/// One advisory while it is read.
struct Record<'a> {
    advisory: Advisory,
    line: u64,
    file: &'a str,
    skipped: &'a mut SkipList,
    text: &'a mut String,
}

impl Record<'_> {
    fn read(&mut self, xml: &mut Xml<'_>) -> Result<(), XmlError> {
        while let Some(tag) = xml.child(2)? {
            match tag.name() {
                "id" => {
                    xml.text(3, self.text)?;
                    self.advisory.id = self.text.trim().to_owned();
                }
                "title" => {
                    xml.text(3, self.text)?;
                    self.advisory.title = one_line(self.text);
                }
                "severity" => {
                    xml.text(3, self.text)?;
                    self.advisory.severity = severity(self.text);
                }
                "issued" => self.advisory.issued = self.date(&tag, "issued"),
                "updated" => self.advisory.updated = self.date(&tag, "updated"),
                "references" => {
                    while let Some(tag) = xml.child(3)? {
                        self.reference(&tag);
                    }
                }
                "reboot_suggested" => self.advisory.reboot |= flag(xml, 3, self.text)?,
                "pkglist" => {
                    while xml.child(3)?.is_some() {
                        self.collection(xml)?;
                    }
                }
                "description" | "summary" | "solution" | "rights" | "release" => xml.pass_over(3)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn date(&mut self, tag: &Tag<'_>, field: &'static str) -> Option<i64> {
        let text = tag.attribute("date").filter(|text| !text.trim().is_empty())?;
        let seconds = date::seconds(&text);
        if seconds.is_none() {
            self.skipped.push(self.file, self.line, SkipReason::Date { field });
        }
        seconds
    }

    fn reference(&mut self, tag: &Tag<'_>) {
        let kind = tag.attribute("type").unwrap_or_default();
        let id = tag.attribute("id").unwrap_or_default();
        let found = if kind.eq_ignore_ascii_case("cve") {
            let elsewhere = || ["title", "href"].iter().find_map(|name| cve(&tag.attribute(name)?));
            cve(&id).or_else(elsewhere)
        } else {
            cve(&id).filter(|found| found.len() == id.trim().len())
        };
        if let Some(found) = found.filter(|_| self.advisory.cves.len() < MAX_LIST) {
            self.advisory.cves.push(found);
        }
    }

    fn collection(&mut self, xml: &mut Xml<'_>) -> Result<(), XmlError> {
        let mut module = None;
        while let Some(tag) = xml.child(4)? {
            match tag.name() {
                "module" => module = module_of(&tag),
                "package" => {
                    let package = package(&tag, module.as_deref());
                    let line = xml.line();
                    let reboot = self.package_reboot(xml)?;
                    match package {
                        Ok(package) if is_source(&package.arch) => {}
                        Ok(package) if self.advisory.packages.len() < MAX_LIST => {
                            self.advisory.packages.push(AdvisoryPackage { reboot, ..package });
                        }
                        Ok(_) => {
                            let limit = MAX_LIST as u64;
                            self.skipped.push(self.file, line, SkipReason::TooMany { limit });
                        }
                        Err(reason) => self.skipped.push(self.file, line, reason),
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn package_reboot(&mut self, xml: &mut Xml<'_>) -> Result<bool, XmlError> {
        let mut reboot = false;
        while let Some(tag) = xml.child(5)? {
            match tag.name() {
                "reboot_suggested" => reboot |= flag(xml, 6, self.text)?,
                "filename" | "sum" => xml.pass_over(6)?,
                _ => {}
            }
        }
        Ok(reboot)
    }
}

/// `<x>True</x>`, `<x>1</x>`; an empty `<x/>` counts too, as libsolv reads it.
fn flag(xml: &mut Xml<'_>, depth: usize, text: &mut String) -> Result<bool, XmlError> {
    xml.text(depth, text)?;
    let word = text.trim();
    Ok(!["false", "0", "no"].iter().any(|no| word.eq_ignore_ascii_case(no)))
}

/// `name:stream:context`, the context left out where none is told.
fn module_of(tag: &Tag<'_>) -> Option<String> {
    let (name, stream) = (tag.attribute("name")?, tag.attribute("stream")?);
    let mut module = format!("{}:{}", word(&name, "module").ok()?, word(&stream, "stream").ok()?);
    let context = tag.attribute("context").filter(|context| !context.is_empty());
    if let Some(context) = context {
        module.push(':');
        module.push_str(word(&context, "context").ok()?);
    }
    Some(module)
}

fn package(tag: &Tag<'_>, module: Option<&str>) -> Result<AdvisoryPackage, SkipReason> {
    let (mut name, mut arch, mut evr) = (String::new(), String::new(), Evr::default());
    for (key, value) in tag.attributes() {
        let field = match key {
            "name" => &mut name,
            "arch" => &mut arch,
            "epoch" => &mut evr.epoch,
            "version" => &mut evr.version,
            "release" => &mut evr.release,
            _ => continue,
        };
        field.clear();
        field.push_str(&resolved(&value));
    }
    Ok(AdvisoryPackage {
        version: evr.written(false)?,
        name: word(&name, "name")?.to_owned(),
        arch: word(&arch, "arch")?.to_owned(),
        module: module.map(str::to_owned),
        reboot: false,
    })
}

fn one_line(text: &str) -> String {
    let mut out = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c == NOT_TEXT).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    match out.char_indices().nth(MAX_TITLE) {
        Some((end, _)) => out.get(..end).unwrap_or_default().to_owned(),
        None => out,
    }
}

/// The word in lower case; `None` is createrepo's way to say nothing.
fn severity(text: &str) -> String {
    let word = text.trim().to_ascii_lowercase();
    let plain = word.len() <= 40 && word.chars().all(|c| !c.is_control());
    if plain && word != "none" { word } else { String::new() }
}
