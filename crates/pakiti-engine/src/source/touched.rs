//! Which package names a new content touches: the ones whose judgement can differ from before.
//!
//! The sweep looks only at package sets that hold one of them (design.md, "The heart"), so a name too few is a
//! wrong verdict and a name too many only work.

use pakiti_core::module::{ModuleStream, Modules};
use pakiti_core::repository::{IndexedPackage, SnapshotContent, SourceMeta};
use pakiti_core::rules::{fingerprints, names_sources};
use pakiti_store::generation::ALL_NAMES;
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// The names whose offers differ; all names of both when the repository's own facts changed.
pub(crate) fn names<'a>(
    before: Option<&'a SnapshotContent>,
    after: &'a SnapshotContent,
) -> BTreeSet<&'a str> {
    let old = before.map(|b| b.packages.as_slice()).unwrap_or_default();
    let mut names = BTreeSet::new();
    let (mut advisories, mut streams) = (Vec::new(), Vec::new());
    match before {
        Some(before) if same_rules(&before.meta, &after.meta) => {
            for package in difference(old, &after.packages) {
                add_package(package, &mut names);
            }
            advisories.extend(difference(&before.advisories, &after.advisories));
            streams.extend(moved_streams(&before.modules, &after.modules));
        }
        before => {
            old.iter().chain(&after.packages).for_each(|package| add_package(package, &mut names));
            for content in before.into_iter().chain([after]) {
                advisories.extend(&content.advisories);
                streams.extend(&content.modules.streams);
            }
        }
    }
    names.extend(advisories.iter().flat_map(|advisory| &advisory.packages).map(|p| p.name.as_str()));
    names.extend(streams.iter().flat_map(|stream| &stream.artifacts).filter_map(|a| artifact_name(a)));
    names
}

/// The names that OVAL definitions touch: those of which they say something else. A document that comes, goes or
/// changes whom it speaks for changes what counts as judged, and so every package.
pub(crate) fn of_definitions(before: Option<&SnapshotContent>, after: &SnapshotContent) -> Vec<String> {
    let before = before.filter(|before| same_rules(&before.meta, &after.meta));
    // Names of sources and names of packages cannot be told apart by the names alone.
    let sources = |content: &SnapshotContent| content.definitions.as_deref().is_some_and(names_sources);
    let before = before.filter(|before| sources(before) == sources(after));
    let old = before.and_then(|before| fingerprints(before.definitions.as_deref()?));
    let new = after.definitions.as_deref().and_then(fingerprints);
    let (Some(old), Some(new)) = (old, new) else { return vec![ALL_NAMES.to_owned()] };
    let differs = |name: &&String| old.get(*name) != new.get(*name);
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).filter(differs).collect();
    // "linux-image-*" is no name: whatever begins so is touched.
    if names.iter().any(|name| name.ends_with('*')) {
        return vec![ALL_NAMES.to_owned()];
    }
    names.into_iter().cloned().collect()
}

/// Modules moved: what streams of other repositories hold may be active because of it, or no longer, and so do
/// packages under other names go or come that provide a touched one, with what they obsolete.
pub(crate) fn add_hidden<'a>(contents: &[&'a SnapshotContent], names: &mut BTreeSet<&'a str>) {
    let streams = contents.iter().flat_map(|content| &content.modules.streams);
    names.extend(streams.flat_map(|stream| &stream.artifacts).filter_map(|a| artifact_name(a)));
    let mut further = BTreeSet::new();
    for package in contents.iter().flat_map(|content| &content.packages) {
        let provided = package.provides.iter().map(String::as_str);
        if std::iter::once(package.name.as_str()).chain(provided).any(|name| names.contains(name)) {
            add_package(package, &mut further);
        }
    }
    names.extend(further);
}

/// A build of a better priority shadows those of its name in other repositories, and with them what they obsolete.
pub(crate) fn add_obsoleted<'a>(
    contents: impl Iterator<Item = &'a SnapshotContent>,
    names: &mut BTreeSet<&'a str>,
) {
    let mut further = BTreeSet::new();
    for package in contents.flat_map(|content| &content.packages).filter(|p| !p.obsoletes.is_empty()) {
        if names.contains(package.name.as_str()) {
            add_package(package, &mut further);
        }
    }
    names.extend(further);
}

/// A package touches its own name and those it obsoletes.
fn add_package<'a>(package: &'a IndexedPackage, names: &mut BTreeSet<&'a str>) {
    names.insert(&package.name);
    names.extend(package.obsoletes.iter().map(|obsoleted| obsoleted.name.as_str()));
}

/// All streams, old and new, of the modules of which any stream or the default differs: which of them is active
/// may change, and with it what the others show and hide.
fn moved_streams<'a>(before: &'a Modules, after: &'a Modules) -> Vec<&'a ModuleStream> {
    let mut moved: BTreeSet<&str> =
        difference(&before.streams, &after.streams).into_iter().map(|stream| stream.name.as_str()).collect();
    for (name, stream) in before.defaults.iter().chain(&after.defaults) {
        if before.defaults.get(name) != Some(stream) || after.defaults.get(name) != Some(stream) {
            moved.insert(name);
        }
    }
    let both = || before.streams.iter().chain(&after.streams);
    // What a moved stream needs may be active because of it, and so on.
    loop {
        let needed =
            both().filter(|s| moved.contains(s.name.as_str())).flat_map(|s| s.requires.iter().flatten());
        let more: Vec<&str> =
            needed.map(|(name, _)| name.as_str()).filter(|name| !moved.contains(name)).collect();
        if more.is_empty() {
            break;
        }
        moved.extend(more);
    }
    both().filter(|stream| moved.contains(stream.name.as_str())).collect()
}

/// The name in `name-epoch:version-release.arch`.
fn artifact_name(artifact: &str) -> Option<&str> {
    artifact.rsplitn(3, '-').nth(2)
}

/// Do both judge alike, apart from their packages? Dates do not enter a verdict.
fn same_rules(a: &SourceMeta, b: &SourceMeta) -> bool {
    let undated = |meta: &SourceMeta| SourceMeta { date: None, valid_until: None, ..meta.clone() };
    undated(a) == undated(b)
}

/// The vendors (OS group, origin) of which a security suite comes or goes: packages of their other suites count
/// as judged from now on, or no longer.
pub(crate) fn vendors(before: Option<&SnapshotContent>, after: &SnapshotContent) -> Vec<SourceMeta> {
    let secures = |content: &SnapshotContent| {
        (content.meta.security || content.meta.errata).then(|| content.meta.clone())
    };
    let (old, new) = (before.and_then(secures), secures(after));
    match (old, new) {
        (Some(old), Some(new)) if same_vendor(&old, &new) => Vec::new(),
        (old, new) => old.into_iter().chain(new).collect(),
    }
}

/// Do both speak for the same OS group by the same origin?
pub(crate) fn same_vendor(a: &SourceMeta, b: &SourceMeta) -> bool {
    (a.kind, &a.os_group, &a.origin) == (b.kind, &b.os_group, &b.origin)
}

/// What stands in one of two sorted lists only: one pass.
fn difference<'a, T: Ord>(a: &'a [T], b: &'a [T]) -> Vec<&'a T> {
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    let mut out = Vec::new();
    loop {
        let order = match (a.peek(), b.peek()) {
            (None, None) => return out,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(x), Some(y)) => x.cmp(y),
        };
        match order {
            Ordering::Less => out.extend(a.next()),
            Ordering::Greater => out.extend(b.next()),
            Ordering::Equal => {
                a.next();
                b.next();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pakiti_core::os_group::OsGroupId;

    fn content(packages: &[&str], change: impl FnOnce(&mut SourceMeta)) -> SnapshotContent {
        let mut content = SnapshotContent::default();
        for text in packages {
            let (name, version) = text.split_once(' ').unwrap();
            content.packages.push(IndexedPackage {
                name: name.into(),
                version: version.into(),
                arch: "amd64".into(),
                component: "main".into(),
                source_name: name.into(),
                source_version: version.into(),
                phased: None,
                ..Default::default()
            });
        }
        content.canonicalise();
        change(&mut content.meta);
        content
    }

    fn of(before: &SnapshotContent, after: &SnapshotContent) -> Vec<String> {
        names(Some(before), after).into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn only_names_whose_offers_differ_are_touched() {
        let before = content(&["a 1", "b 1", "c 1", "c 2", "e 1"], |_| {});
        let after = content(&["a 1", "b 2", "c 2", "d 1", "e 1"], |meta| meta.date = Some(7));
        assert_eq!(of(&before, &after), ["b", "c", "d"]);
        assert!(of(&before, &before).is_empty());
    }

    #[test]
    fn a_change_of_the_repository_itself_touches_all_names_of_both() {
        let before = content(&["a 1", "b 1"], |_| {});
        let after = content(&["b 1", "c 1"], |meta| meta.security = true);
        assert_eq!(of(&before, &after), ["a", "b", "c"]);
        assert_eq!(names(None, &before).len(), 2);
    }

    fn stream(module: &str, requires: &[&str], artifact: &str) -> ModuleStream {
        let (name, stream) = module.split_once(':').unwrap();
        ModuleStream {
            name: name.into(),
            stream: stream.into(),
            version: 1,
            context: String::new(),
            arch: "x86_64".into(),
            requires: vec![requires.iter().map(|name| ((*name).to_owned(), Vec::new())).collect()],
            artifacts: vec![artifact.to_owned()],
        }
    }

    #[test]
    fn errata_obsoletes_and_streams_touch_the_names_they_speak_of() {
        let before = content(&["a 1"], |_| {});
        let mut after = content(&["a 1", "b 1"], |_| {});
        after.packages[1].obsoletes =
            vec![pakiti_core::repository::Dependency { name: "old".into(), bound: None }];
        after.advisories.push(pakiti_core::advisory::Advisory {
            id: "SA-1".into(),
            kind: pakiti_core::judgement::UpdateKind::Security,
            severity: String::new(),
            title: String::new(),
            issued: None,
            updated: None,
            cves: Vec::new(),
            reboot: false,
            packages: vec![pakiti_core::advisory::AdvisoryPackage {
                name: "fixed".into(),
                version: "1-1".into(),
                arch: "noarch".into(),
                module: None,
                reboot: false,
            }],
        });
        assert_eq!(of(&before, &after), ["b", "fixed", "old"]);

        let (mut before, mut after) = (content(&["a 1"], |_| {}), content(&["a 1"], |_| {}));
        let common = [
            stream("web:1", &["lang"], "web-1-1.x86_64"),
            stream("lang:2", &[], "lang-0:2-1.x86_64"),
            stream("db:1", &[], "db-server-0:1-1.x86_64"),
        ];
        before.modules.streams = common.to_vec();
        after.modules.streams = [&common[..], &[stream("web:2", &[], "web-ng-0:1-1.x86_64")]].concat();
        after.modules.canonicalise();
        before.modules.canonicalise();
        assert_eq!(of(&before, &after), ["lang", "web", "web-ng"]);
        after.modules = before.modules.clone();
        after.modules.defaults.insert("db".into(), "1".into());
        assert_eq!(of(&before, &after), ["db-server"]);
    }

    #[test]
    fn what_a_shadowed_package_obsoletes_is_touched() {
        let mut sibling = content(&["new 1", "other 1"], |_| {});
        for (package, old) in sibling.packages.iter_mut().zip(["old", "elder"]) {
            package.obsoletes = vec![pakiti_core::repository::Dependency { name: old.into(), bound: None }];
        }
        let mut names = BTreeSet::from(["new"]);
        add_obsoleted([&sibling].into_iter(), &mut names);
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["new", "old"]);
    }

    #[test]
    fn a_security_suite_that_comes_goes_or_moves_concerns_its_vendors() {
        let security = |group: &str| {
            content(&["a 1"], |meta| {
                meta.security = true;
                meta.os_group = Some(OsGroupId(group.into()));
            })
        };
        let plain = content(&["a 1"], |_| {});
        let twelve = security("debian-12");
        assert_eq!(vendors(None, &twelve).len(), 1);
        assert_eq!(vendors(Some(&plain), &twelve).len(), 1);
        assert_eq!(vendors(Some(&twelve), &plain).len(), 1);
        assert_eq!(vendors(Some(&twelve), &security("debian-13")).len(), 2);
        assert!(vendors(Some(&twelve), &twelve).is_empty());
        assert!(vendors(None, &plain).is_empty());
    }
}
