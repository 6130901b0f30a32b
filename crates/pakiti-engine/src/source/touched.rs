//! Which package names a new content touches: the ones whose judgement can differ from before.
//!
//! The sweep looks only at package sets that hold one of them (design.md, "The heart"), so a name too few is a
//! wrong verdict and a name too many only work.

use pakiti_core::repository::{IndexedPackage, RepositoryContent, RepositoryMeta};
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// The names whose offers differ; all names of both when the repository's own facts changed.
pub(crate) fn names<'a>(
    before: Option<&'a RepositoryContent>,
    after: &'a RepositoryContent,
) -> BTreeSet<&'a str> {
    let old = before.map(|b| b.packages.as_slice()).unwrap_or_default();
    let mut names = BTreeSet::new();
    if before.is_some_and(|b| same_rules(&b.meta, &after.meta)) {
        symmetric_difference(old, &after.packages, &mut names);
    } else {
        names.extend(old.iter().chain(&after.packages).map(|p| p.name.as_str()));
    }
    names
}

/// Do both judge alike, apart from their packages? Dates do not enter a verdict.
fn same_rules(a: &RepositoryMeta, b: &RepositoryMeta) -> bool {
    let undated = |meta: &RepositoryMeta| RepositoryMeta { date: None, valid_until: None, ..meta.clone() };
    undated(a) == undated(b)
}

/// The vendors (OS group, origin) of which a security suite comes or goes: packages of their other suites count
/// as judged from now on, or no longer.
pub(crate) fn vendors(before: Option<&RepositoryContent>, after: &RepositoryContent) -> Vec<RepositoryMeta> {
    let secures = |content: &RepositoryContent| content.meta.security.then(|| content.meta.clone());
    let (old, new) = (before.and_then(secures), secures(after));
    match (old, new) {
        (Some(old), Some(new)) if same_vendor(&old, &new) => Vec::new(),
        (old, new) => old.into_iter().chain(new).collect(),
    }
}

/// Do both speak for the same OS group by the same origin?
pub(crate) fn same_vendor(a: &RepositoryMeta, b: &RepositoryMeta) -> bool {
    (&a.os_group, &a.origin) == (&b.os_group, &b.origin)
}

/// Both lists are sorted: one pass.
fn symmetric_difference<'a>(a: &'a [IndexedPackage], b: &'a [IndexedPackage], names: &mut BTreeSet<&'a str>) {
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    loop {
        let order = match (a.peek(), b.peek()) {
            (None, None) => return,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(x), Some(y)) => x.cmp(y),
        };
        let differs = match order {
            Ordering::Less => a.next(),
            Ordering::Greater => b.next(),
            Ordering::Equal => {
                a.next();
                b.next();
                None
            }
        };
        names.extend(differs.map(|p| p.name.as_str()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pakiti_core::os_group::OsGroupId;

    fn content(packages: &[&str], change: impl FnOnce(&mut RepositoryMeta)) -> RepositoryContent {
        let mut content = RepositoryContent::default();
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
            });
        }
        content.canonicalise();
        change(&mut content.meta);
        content
    }

    fn of(before: &RepositoryContent, after: &RepositoryContent) -> Vec<String> {
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
