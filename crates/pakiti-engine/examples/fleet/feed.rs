//! The feed a fleet is judged by: an apt suite, or OVAL definitions; its packages, and a change of it.

use crate::Outcome;
use pakiti_core::context::{Context, GroupContext};
use pakiti_core::os_group::OsGroupId;
use pakiti_core::oval::field::Field;
use pakiti_core::oval::model::{Document, Operation};
use pakiti_core::oval::snapshot::{self, DocumentOptions};
use pakiti_core::package::{Package, PackageFormat};
use pakiti_core::repository::SnapshotContent;
use pakiti_formats::definition::oval;
use pakiti_formats::repository::apt::AptOptions;
use pakiti_formats::repository::apt::suite::{self, LocalFolder};
use pakiti_store::memo::Known;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// Packages that hosts of definitions are made of.
const POOL: usize = 2_000;

/// What hosts are made of: an old and a present version.
pub(crate) type Pool = Vec<[Known; 2]>;

/// A feed with what a simulation needs of it.
pub(crate) struct Feed {
    pub(crate) kind: &'static str,
    pub(crate) content: SnapshotContent,
    pub(crate) pool: Pool,
    /// Packages every host has.
    pub(crate) always: Vec<Known>,
    pub(crate) context: Arc<Context>,
    pub(crate) os: &'static str,
}

impl Feed {
    /// A `dists/<suite>` folder, or a file of definitions for RHEL 7.
    pub(crate) fn load(path: &Path, packages: usize, now: i64) -> Outcome<Self> {
        if path.is_file() { Self::definitions(path) } else { Self::suite(path, packages, now) }
    }

    fn suite(path: &Path, packages: usize, now: i64) -> Outcome<Self> {
        let mut options = AptOptions::new(now);
        options.architectures = Some(vec!["amd64".into()]);
        options.check_valid_until = false;
        let content = suite::load(&LocalFolder { root: path.into() }, &options)?.content;
        let step = (content.packages.len() / (3 * packages)).max(1);
        let chosen = content.packages.iter().step_by(step).take(3 * packages);
        let known = |name: &str, version: &str, arch: &str| known(PackageFormat::Deb, name, version, arch);
        let pool =
            chosen.map(|p| [known(&p.name, "0~old", &p.arch), known(&p.name, &p.version, &p.arch)]).collect();
        let context = context("debian-12", "6.1.0-18-amd64");
        Ok(Self { kind: "apt", content, pool, always: Vec::new(), context, os: "Debian GNU/Linux 12" })
    }

    fn definitions(path: &Path) -> Outcome<Self> {
        let data = std::fs::read(path)?;
        let document = oval::load(&data, "definitions")?.document;
        let known = |name: &str, version: &str| known(PackageFormat::Rpm, name, version, "x86_64");
        // Most of a host's packages have a few CVEs; the kernel makes up for them: about 2,000 findings a host.
        let named = times_named(&document);
        let mut pool: Vec<(String, String)> = fixes(&document).into_iter().collect();
        pool.retain(|(name, _)| !name.starts_with("kernel"));
        pool.sort_by_key(|(name, _)| named.get(name).copied().unwrap_or(0));
        pool.truncate(POOL);
        let pool =
            pool.into_iter().map(|(name, fix)| [known(&name, "0.1-1.el7"), known(&name, &fix)]).collect();
        // A kernel as hosts have it.
        let always = vec![known("kernel", "3.10.0-957.el7")];
        let options = DocumentOptions { name: "rhel-7".into(), ..DocumentOptions::default() };
        let content = snapshot::content(document, options);
        let context = context("rhel-7", "3.10.0-957.el7.x86_64");
        let os = "Red Hat Enterprise Linux Server release 7.6 (Maipo)";
        Ok(Self { kind: "oval", content, pool, always, context, os })
    }

    /// The same content with something else said of `names` names that hosts have.
    pub(crate) fn changed(&self, names: usize, packages: usize) -> (SnapshotContent, Vec<String>) {
        let mut after = self.content.clone();
        let mut touched = BTreeSet::new();
        if let Some(document) = &mut after.definitions {
            let document = Arc::make_mut(document);
            let wanted: BTreeSet<&str> =
                self.pool.iter().step_by(10).take(names).map(|[_, new]| new.1.name.as_str()).collect();
            for test in &document.tests {
                let name = document.objects.get(test.object as usize).and_then(|o| o.entities.first());
                let Some(name) = name.filter(|name| wanted.contains(&*name.value)) else { continue };
                for place in &test.states {
                    let state = document.states.get_mut(*place as usize);
                    for entity in state.into_iter().flat_map(|state| &mut state.entities) {
                        if entity.field == Field::Evr {
                            entity.value = format!("{}.1", entity.value).into();
                            touched.insert(name.value.to_string());
                        }
                    }
                }
            }
            return (after, touched.into_iter().collect());
        }
        let step = (self.content.packages.len() / (3 * packages)).max(1);
        for package in after.packages.iter_mut().step_by(step * 10).take(names) {
            package.version.push_str("+deb12u99");
            touched.insert(package.name.clone());
        }
        after.canonicalise();
        (after, touched.into_iter().collect())
    }
}

fn known(format: PackageFormat, name: &str, version: &str, arch: &str) -> Known {
    let package = Package::new(format, name, version, arch);
    Arc::new((package.key(), package))
}

fn context(os_group: &str, kernel: &str) -> Arc<Context> {
    let os_group = Some(OsGroupId(os_group.into()));
    let group = GroupContext { os_group, arch: "x86_64".into(), ..GroupContext::default() };
    Arc::new(Context { group, kernel: Some(kernel.into()), ..Context::default() })
}

/// How many tests ask for each package name.
fn times_named(document: &Document) -> BTreeMap<String, usize> {
    let mut out = BTreeMap::new();
    for test in &document.tests {
        let object = document.objects.get(test.object as usize);
        if let Some(name) = object.and_then(|object| object.entities.first()) {
            *out.entry(name.value.to_string()).or_default() += 1;
        }
    }
    out
}

/// Package name -> the newest version that some definition of the file calls fixed.
fn fixes(document: &Document) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for test in &document.tests {
        let name = document.objects.get(test.object as usize).and_then(|object| object.entities.first());
        let Some(name) = name.filter(|name| name.field == Field::Name) else { continue };
        let states = test.states.iter().filter_map(|place| document.states.get(*place as usize));
        let below = |e: &&pakiti_core::oval::model::Entity| {
            e.field == Field::Evr && e.operation == Operation::LessThan
        };
        if let Some(entity) = states.flat_map(|state| &state.entities).find(below) {
            let version = entity.value.strip_prefix("0:").unwrap_or(&entity.value);
            out.insert(name.value.to_string(), version.to_owned());
        }
    }
    out
}
