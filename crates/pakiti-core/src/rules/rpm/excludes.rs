//! What dnf never offers: excluded packages and locked versions.
//!
//! Patterns are shell globs over the forms dnf's subjects have: name, name.arch, name-version and the full NEVRA
//! with and without epoch. `versionlock PATTERN` (protocol 6) keeps a name at the versions its locks name.

use super::super::glob;
use std::cell::OnceCell;

/// Is this build excluded by any of the patterns?
pub(super) fn is_excluded<'a>(
    mut patterns: impl Iterator<Item = &'a str>,
    (name, version, arch): (&str, &str, &str),
) -> bool {
    let forms = Forms { name, version, arch, full: OnceCell::new() };
    let mut locked = None;
    let excluded = patterns.any(|pattern| match pattern.strip_prefix("versionlock ") {
        None => forms.matches(pattern),
        Some(lock) => {
            if glob::matches_case(locked_name(lock), name) {
                locked = Some(locked.unwrap_or(false) | forms.matches(lock));
            }
            false
        }
    });
    excluded || locked == Some(false)
}

/// One build, in the forms a pattern may have.
struct Forms<'a> {
    name: &'a str,
    version: &'a str,
    arch: &'a str,
    /// All but the name: made once, however many patterns ask.
    full: OnceCell<[String; 6]>,
}

impl Forms<'_> {
    fn matches(&self, pattern: &str) -> bool {
        if glob::matches_case(pattern, self.name) {
            return true;
        }
        // Only a pattern with one of these can mean more than a name.
        if !pattern.contains(['-', '.', '*', '?', '[']) || !may_begin(pattern, self.name) {
            return false;
        }
        self.full.get_or_init(|| self.made()).iter().any(|form| glob::matches_case(pattern, form))
    }

    fn made(&self) -> [String; 6] {
        let Self { name, version, arch, .. } = self;
        let (epoch, bare) = version.split_once(':').unwrap_or(("0", version));
        let upstream = bare.rsplit_once('-').map_or(bare, |(upstream, _)| upstream);
        [
            format!("{name}.{arch}"),
            format!("{name}-{upstream}"),
            format!("{name}-{bare}"),
            format!("{name}-{bare}.{arch}"),
            format!("{name}-{epoch}:{bare}"),
            format!("{name}-{epoch}:{bare}.{arch}"),
        ]
    }
}

/// Cheap: can a pattern match a text that begins with `name`?
fn may_begin(pattern: &str, name: &str) -> bool {
    let literal = pattern.split(['*', '?', '[', '\\']).next().unwrap_or_default();
    let shared = literal.len().min(name.len());
    match (literal.get(..shared), name.get(..shared)) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    }
}

/// The name in a lock, `name-epoch:version-release.arch` with globs in any part.
fn locked_name(lock: &str) -> &str {
    let before_release = lock.rsplit_once('-').map(|(rest, _)| rest);
    before_release.and_then(|rest| rest.rsplit_once('-')).map_or(lock, |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::is_excluded;

    fn excluded(patterns: &[&str], build: (&str, &str, &str)) -> bool {
        is_excluded(patterns.iter().copied(), build)
    }

    #[test]
    fn patterns_have_every_form_of_a_subject() {
        let kernel = ("kernel-core", "4.18.0-80.el8", "x86_64");
        for pattern in [
            "kernel*",
            "kernel-core",
            "kernel-core.x86_64",
            "kernel-core-4.18.0",
            "kernel-core-4.18.0-80.el8",
            "kernel-core-0:4.18.0-80.el8.x86_64",
            "*-80.el8.x86_64",
        ] {
            assert!(excluded(&[pattern], kernel), "{pattern}");
        }
        for pattern in ["kernel", "kernel-core.i686", "kernel-core-4.18", "bash*", ""] {
            assert!(!excluded(&[pattern], kernel), "{pattern}");
        }
    }

    #[test]
    fn a_lock_excludes_the_other_versions_of_its_name_only() {
        let locks = ["versionlock bash-0:4.4-1.el8.*", "versionlock bash-0:4.4-2.el8.*"];
        assert!(!excluded(&locks, ("bash", "4.4-1.el8", "x86_64")));
        assert!(!excluded(&locks, ("bash", "4.4-2.el8", "x86_64")));
        assert!(excluded(&locks, ("bash", "4.4-3.el8", "x86_64")));
        assert!(!excluded(&locks, ("bash-doc", "4.4-3.el8", "noarch")));
        assert!(excluded(&["versionlock dhcp-12:4.3-1.*"], ("dhcp", "12:4.3-2", "x86_64")));
    }
}
