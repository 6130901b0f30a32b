//! A repository made of AlmaLinux's OSV archive: every package version its advisories name, and the advisories.
//!
//! OSV has neither architectures nor modules: the stream is told by the summary (`nodejs:14 security update`), the build
//! by the release (`.module_el8.7.0+3373+a4c18c43`), the architecture is chosen here by the name.
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, ensure};
use serde_json::Value;

use super::model::{Advisory, ModuleBuild, Package, Repository};

/// Default streams of EL 8, those that the archive knows.
const DEFAULTS: [(&str, &str); 14] = [
    ("container-tools", "rhel8"),
    ("httpd", "2.4"),
    ("mariadb", "10.3"),
    ("mysql", "8.0"),
    ("nodejs", "10"),
    ("perl", "5.26"),
    ("php", "7.2"),
    ("postgresql", "10"),
    ("python27", "2.7"),
    ("python36", "3.6"),
    ("ruby", "2.5"),
    ("squid", "4"),
    ("subversion", "1.10"),
    ("virt", "rhel"),
];

/// Reads `archive` (`.tar.xz`), unpacking it into `folder`. `keep` says which package names the repository has.
pub(super) fn repository(
    id: &str,
    archive: &Path,
    folder: &Path,
    noarch: &BTreeSet<String>,
    keep: impl Fn(&str) -> bool,
) -> anyhow::Result<Repository> {
    fs::create_dir_all(folder)?;
    let status =
        Command::new("tar").arg("-xJf").arg(archive).arg("-C").arg(folder).status().context("tar")?;
    ensure!(status.success(), "tar -xJf {}: {status}", archive.display());
    let mut files = Vec::new();
    for place in fs::read_dir(folder)? {
        for file in fs::read_dir(place?.path())? {
            files.push(file?.path());
        }
    }
    files.sort();
    let mut collected = Collected::default();
    for file in files {
        let document: Value = serde_json::from_slice(&fs::read(&file)?)?;
        collected.add(&document, noarch, &keep).with_context(|| file.display().to_string())?;
    }
    Ok(collected.repository(id))
}

#[derive(Default)]
struct Collected {
    packages: BTreeMap<String, Package>,
    advisories: Vec<Advisory>,
    /// By label.
    builds: BTreeMap<String, BTreeSet<String>>,
}

impl Collected {
    fn add(
        &mut self,
        document: &Value,
        noarch: &BTreeSet<String>,
        keep: impl Fn(&str) -> bool,
    ) -> anyhow::Result<()> {
        let text = |name: &str| document.get(name).and_then(Value::as_str).unwrap_or_default();
        let (id, summary) = (text("id"), text("summary"));
        let stream = stream(summary);
        let mut collections: BTreeMap<String, Vec<Package>> = BTreeMap::new();
        for (name, evr) in fixed(document) {
            let label = label(&evr, stream);
            // A module build whose stream the summary does not tell belongs to no repository.
            if !keep(&name) || (label.is_empty() && evr.contains(".module_")) {
                continue;
            }
            for arch in archs(&name, noarch, !label.is_empty()) {
                let package = made(&name, &evr, arch, &label);
                if !label.is_empty() {
                    self.builds.entry(label.clone()).or_default().insert(package.artifact());
                }
                self.packages.insert(package.to_string(), package.clone());
                collections.entry(label.clone()).or_default().push(package);
            }
        }
        let kind = match id.get(..4) {
            Some("ALSA") => "security",
            Some("ALBA") => "bugfix",
            _ => "enhancement",
        };
        let severity = summary.split(':').next().filter(|_| kind == "security").unwrap_or("None");
        let (id, kind, severity) = (id.to_owned(), kind.to_owned(), severity.to_owned());
        if !collections.is_empty() {
            self.advisories.push(Advisory {
                id,
                kind,
                severity,
                collections: collections.into_iter().collect(),
            });
        }
        Ok(())
    }

    fn repository(self, id: &str) -> Repository {
        let build = |(label, artifacts): (String, BTreeSet<String>)| {
            let words: Vec<&str> = label.split(':').collect();
            let word = |at: usize| words.get(at).copied().unwrap_or_default();
            ModuleBuild {
                name: word(0).to_owned(),
                stream: word(1).to_owned(),
                version: word(2).parse().unwrap_or(1),
                context: word(3).to_owned(),
                requires: vec![("platform".to_owned(), "el8".to_owned())],
                artifacts: artifacts.into_iter().collect(),
            }
        };
        let modules: Vec<ModuleBuild> = self.builds.into_iter().map(build).collect();
        let known = |(name, stream): &&(&str, &str)| {
            modules.iter().any(|module| (module.name.as_str(), module.stream.as_str()) == (*name, *stream))
        };
        let defaults = DEFAULTS.iter().filter(known);
        Repository {
            id: id.to_owned(),
            packages: self.packages.into_values().collect(),
            advisories: self.advisories,
            defaults: defaults.map(|(name, stream)| ((*name).to_owned(), (*stream).to_owned())).collect(),
            modules,
            ..Repository::default()
        }
    }
}

fn made(name: &str, evr: &str, arch: &str, label: &str) -> Package {
    let (name, evr, arch) = (name.to_owned(), evr.to_owned(), arch.to_owned());
    let package = Package { name, evr, arch, label: label.to_owned(), ..Package::default() };
    let (_, version, release) = package.parts();
    let source = format!("{}-{version}-{release}.src.rpm", package.name);
    Package { source, vendor: "AlmaLinux".to_owned(), ..package }
}

/// Every (name, EVR) that the document calls fixed.
fn fixed(document: &Value) -> Vec<(String, String)> {
    let list =
        |value: &Value, name: &str| value.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut found = Vec::new();
    for affected in list(document, "affected") {
        let name = affected.pointer("/package/name").and_then(Value::as_str).unwrap_or_default().to_owned();
        let events = list(&affected, "ranges").into_iter().flat_map(|range| list(&range, "events"));
        for event in events {
            if let Some(evr) = event.get("fixed").and_then(Value::as_str).filter(|evr| evr.contains('-')) {
                found.push((name.clone(), evr.to_owned()));
            }
        }
    }
    found
}

/// `Moderate: nodejs:14 security update` tells nodejs and 14.
fn stream(summary: &str) -> Option<(&str, &str)> {
    let mut pairs = summary.split_whitespace().filter_map(|word| word.split_once(':'));
    pairs.find(|(name, stream)| !name.is_empty() && !stream.is_empty())
}

/// The module label of a release that ends in `.module_elA.B.C+BUILD+CONTEXT[...]`.
fn label(evr: &str, stream: Option<(&str, &str)>) -> String {
    let read = || {
        let (name, stream) = stream?;
        let (_, build) = evr.split_once(".module_el")?;
        let mut words = build.split(['+', '.']);
        let numbers = [words.next()?, words.next()?, words.next()?, words.next()?];
        let context: String = words.next()?.chars().take(8).collect();
        let number = numbers.map(|word| word.parse::<u64>().ok());
        let [major, minor, patch, build] = number;
        let version = ((major? * 100 + minor?) * 100 + patch?) * 1_000_000 + build?;
        Some(format!("{name}:{stream}:{version}:{context}"))
    };
    read().unwrap_or_default()
}

/// Libraries are multilib as on a real mirror.
fn archs(name: &str, noarch: &BTreeSet<String>, modular: bool) -> &'static [&'static str] {
    let data = ["-doc", "-docs", "-javadoc", "-data", "-noarch", "-fonts", "-selinux", "-all-langpacks"];
    if noarch.contains(name) || data.iter().any(|end| name.ends_with(end)) {
        &["noarch"]
    } else if !modular && (name.ends_with("-libs") || name.starts_with("lib")) {
        &["i686", "x86_64"]
    } else {
        &["x86_64"]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stream_and_build_of_a_module_are_read_from_summary_and_release() {
        let found = stream("Moderate: nodejs:14 security, bug fix, and enhancement update");
        assert_eq!(found, Some(("nodejs", "14")));
        assert_eq!(stream("Important: bash security update"), None);
        let evr = "1:14.21.1-2.module_el8.7.0+3373+a4c18c43";
        assert_eq!(label(evr, found), "nodejs:14:80700003373:a4c18c43");
        assert_eq!(
            label("2.4.37-43.module_el8.5.0+2597+c4b14997.alma", found),
            "nodejs:14:80500002597:c4b14997"
        );
        assert_eq!(label("1-1.el8", found), "");
    }
}
