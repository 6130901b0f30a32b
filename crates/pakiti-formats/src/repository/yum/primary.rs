//! `primary.xml`: the packages of a repository, read as a stream.
//!
//! Format: createrepo_c's (`src/xml_dump_primary.c`). Kept of a package are name, version, architecture, source
//! package and vendor, the plain names it provides and what it obsoletes. Source packages are left out.

use super::YumOptions;
use super::evr::{Evr, is_source, word};
use crate::repository::{SkipList, SkipReason};
use crate::xml::{Tag, Xml, XmlError, resolved};
use pakiti_core::repository::{Dependency, IndexedPackage, Relation};
use std::collections::HashMap;

/// Most packages of one file. Fedora's largest repository has 70,000.
const MAX_PACKAGES: u64 = 5_000_000;
/// Most names one package may provide, and obsolete.
const MAX_NAMES: usize = 20_000;
/// Vendors that are told apart.
const MAX_VENDORS: usize = 1000;

/// What a `primary.xml` gave.
#[derive(Debug, Default)]
pub(super) struct Primary {
    pub(super) packages: Vec<IndexedPackage>,
    /// Packages in the file, the ones left out included.
    pub(super) records: u64,
    vendors: HashMap<String, u64>,
}

impl Primary {
    /// The vendor of most packages; of equally many, the first by name.
    pub(super) fn origin(&self) -> String {
        let most = self.vendors.iter().max_by(|a, b| a.1.cmp(b.1).then_with(|| b.0.cmp(a.0)));
        most.map(|(vendor, _)| vendor.clone()).unwrap_or_default()
    }
}

/// Reads a `primary.xml`, compressed or not. Packages that cannot be read go to `skipped` under the name `file`.
pub(super) fn read(
    file: &str,
    data: &[u8],
    options: &YumOptions,
    skipped: &mut SkipList,
) -> Result<Primary, XmlError> {
    let mut xml = Xml::open(data, "metadata")?;
    let mut primary = Primary::default();
    let mut record = Record::default();
    while let Some(tag) = xml.child(1)? {
        if tag.name() != "package" {
            continue;
        }
        let line = xml.line();
        primary.records += 1;
        if primary.records > MAX_PACKAGES {
            return Err(XmlError::TooMany { what: "packages", limit: MAX_PACKAGES });
        }
        record.clear();
        record.read(&mut xml)?;
        if record.is_left_out(options) {
            continue;
        }
        match record.package() {
            Ok(package) => {
                record.count_vendor(&mut primary.vendors);
                primary.packages.push(package);
                if let Some(reason) = record.note.take() {
                    skipped.push(file, line, reason);
                }
            }
            Err(reason) => skipped.push(file, line, reason),
        }
    }
    Ok(primary)
}

/// One package; its buffers serve the next one.
#[derive(Default)]
struct Record {
    name: String,
    arch: String,
    evr: Evr,
    source: String,
    vendor: String,
    provides: Vec<String>,
    obsoletes: Vec<Dependency>,
    bound: Evr,
    spoiled: Option<SkipReason>,
    /// A part that could not be read; the package counts without it.
    note: Option<SkipReason>,
}

impl Record {
    fn clear(&mut self) {
        for text in [&mut self.name, &mut self.arch, &mut self.source, &mut self.vendor] {
            text.clear();
        }
        self.evr.clear();
        self.provides.clear();
        self.obsoletes.clear();
        self.spoiled = None;
        self.note = None;
    }

    fn read(&mut self, xml: &mut Xml<'_>) -> Result<(), XmlError> {
        while let Some(tag) = xml.child(2)? {
            match tag.name() {
                "name" => xml.text(3, &mut self.name)?,
                "arch" => xml.text(3, &mut self.arch)?,
                "version" => take_evr(&tag, &mut self.evr),
                "format" => self.read_format(xml)?,
                "summary" | "description" | "packager" | "url" | "checksum" => xml.pass_over(3)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn read_format(&mut self, xml: &mut Xml<'_>) -> Result<(), XmlError> {
        while let Some(tag) = xml.child(3)? {
            match tag.name() {
                "vendor" => xml.text(4, &mut self.vendor)?,
                "sourcerpm" => xml.text(4, &mut self.source)?,
                "provides" => {
                    while let Some(tag) = xml.child(4)? {
                        self.provide(&tag);
                    }
                }
                "obsoletes" => {
                    while let Some(tag) = xml.child(4)? {
                        self.obsolete(&tag);
                    }
                }
                "file" | "requires" | "conflicts" | "suggests" | "recommends" | "supplements"
                | "enhances" | "license" | "group" | "buildhost" => xml.pass_over(4)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn provide(&mut self, tag: &Tag<'_>) {
        let Some((_, name)) = tag.attributes().find(|(key, _)| *key == "name") else { return };
        if is_plain(&name) && *name != *self.name.trim_ascii() {
            if self.provides.len() < MAX_NAMES {
                self.provides.push(name.into_owned());
            } else {
                self.spoil(SkipReason::TooMany { limit: MAX_NAMES as u64 });
            }
        }
    }

    fn obsolete(&mut self, tag: &Tag<'_>) {
        let (mut name, mut flags) = (String::new(), String::new());
        self.bound.clear();
        take_evr(tag, &mut self.bound);
        for (key, value) in tag.attributes() {
            match key {
                "name" => name.push_str(&resolved(&value)),
                "flags" => flags.push_str(&value),
                _ => {}
            }
        }
        if self.obsoletes.len() >= MAX_NAMES {
            return self.spoil(SkipReason::TooMany { limit: MAX_NAMES as u64 });
        }
        match dependency(&name, &flags, &self.bound) {
            Ok(dependency) => self.obsoletes.push(dependency),
            Err(reason) => {
                self.note.get_or_insert(reason);
            }
        }
    }

    fn spoil(&mut self, reason: SkipReason) {
        self.spoiled.get_or_insert(reason);
    }

    fn is_left_out(&self, options: &YumOptions) -> bool {
        let arch = self.arch.trim_ascii();
        let wanted = options.architectures.as_ref();
        is_source(arch)
            || wanted.is_some_and(|wanted| {
                !arch.is_empty() && arch != "noarch" && !wanted.iter().any(|one| one == arch)
            })
    }

    fn package(&mut self) -> Result<IndexedPackage, SkipReason> {
        if let Some(reason) = self.spoiled.take() {
            return Err(reason);
        }
        let name = word(&self.name, "name")?.to_owned();
        let arch = word(&self.arch, "arch")?.to_owned();
        let version = self.evr.written(false)?;
        let (source_name, source_version) = self.source();
        self.provides.sort_unstable();
        self.provides.dedup();
        self.obsoletes.sort_unstable();
        self.obsoletes.dedup();
        Ok(IndexedPackage {
            name,
            version,
            arch,
            source_name,
            source_version,
            // Copies, so that the buffers keep their room and the packages take no more than they need.
            provides: self.provides.as_slice().to_vec(),
            obsoletes: self.obsoletes.as_slice().to_vec(),
            ..IndexedPackage::default()
        })
    }

    /// Name and `version-release` of `name-version-release.src.rpm`; empty if there is none.
    fn source(&mut self) -> (String, String) {
        let text = self.source.trim_ascii();
        if text.is_empty() {
            return Default::default();
        }
        match word(text, "sourcerpm").and_then(source_parts) {
            Ok(parts) => parts,
            Err(reason) => {
                self.note.get_or_insert(reason);
                Default::default()
            }
        }
    }

    fn count_vendor(&self, vendors: &mut HashMap<String, u64>) {
        let vendor = self.vendor.trim();
        if let Some(count) = vendors.get_mut(vendor) {
            *count += 1;
        } else if !vendor.is_empty() && vendors.len() < MAX_VENDORS && !vendor.contains(char::is_control) {
            vendors.insert(vendor.to_owned(), 1);
        }
    }
}

fn source_parts(text: &str) -> Result<(String, String), SkipReason> {
    let nvr = [".src.rpm", ".nosrc.rpm"].iter().find_map(|end| text.strip_suffix(end));
    let parts = nvr.and_then(|nvr| {
        let (rest, release) = nvr.rsplit_once('-')?;
        let (name, version) = rest.rsplit_once('-')?;
        let whole = ![name, version, release].contains(&"");
        whole.then(|| (name.to_owned(), format!("{version}-{release}")))
    });
    parts.ok_or(SkipReason::Value { field: "sourcerpm" })
}

fn take_evr(tag: &Tag<'_>, evr: &mut Evr) {
    for (key, value) in tag.attributes() {
        let field = match key {
            "epoch" => &mut evr.epoch,
            "ver" => &mut evr.version,
            "rel" => &mut evr.release,
            _ => continue,
        };
        field.clear();
        field.push_str(&resolved(&value));
    }
}

/// A name that could be a package's: the modules' filter asks for no other.
fn is_plain(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'+' | b'-');
    !name.is_empty() && name.len() <= 256 && name.bytes().all(plain)
}

fn dependency(name: &str, flags: &str, bound: &Evr) -> Result<Dependency, SkipReason> {
    let name = word(name, "obsoletes")?.to_owned();
    let relation = match flags {
        "" => return Ok(Dependency { name, bound: None }),
        "LT" => Relation::Less,
        "LE" => Relation::LessOrEqual,
        "EQ" => Relation::Equal,
        "GE" => Relation::GreaterOrEqual,
        "GT" => Relation::Greater,
        _ => return Err(SkipReason::Value { field: "obsoletes" }),
    };
    if bound.version.is_empty() {
        return Ok(Dependency { name, bound: None });
    }
    Ok(Dependency { name, bound: Some((relation, bound.written(true)?)) })
}
