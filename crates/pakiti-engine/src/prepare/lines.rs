//! Package lines that were read before: hosts share most of their packages, so a line is parsed and its package
//! hashed once for all of them.
//!
//! Keyed by the line's own bytes (a hash alone could be forged by a host) without the install time, apart for
//! each protocol and packaging system, which decide what the bytes mean. The entries are facts: they never
//! become wrong, only too many.

use pakiti_core::package::PackageFormat;
use pakiti_formats::report::{Protocol, ReportedPackage};
use pakiti_store::memo::Known;
use std::sync::{Arc, RwLock};

/// Lines remembered; above it the memory is emptied.
const MOST_LINES: usize = 300_000;
/// Longer lines are parsed each time: real ones are shorter, and hostile ones must not fill the memory.
const LONGEST: usize = 384;

/// What decides the meaning of a line besides its bytes.
pub(super) type Kind = (Protocol, PackageFormat);

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) known: Known,
    /// The administrator holds it back.
    pub(super) held: bool,
    /// It is the release package of Oracle Linux.
    pub(super) oracle: bool,
}

impl Listed {
    pub(super) fn new(reported: ReportedPackage) -> Self {
        let package = reported.package;
        Self {
            held: reported.flags.held,
            oracle: package.name.starts_with("oraclelinux-release"),
            known: Arc::new((package.key(), package)),
        }
    }
}

type Lines = foldhash::HashMap<Box<[u8]>, Listed>;

/// The memory, shared by all threads that prepare reports.
#[derive(Debug)]
pub(super) struct LineMemory {
    /// Few kinds: searched one by one.
    kinds: RwLock<Vec<(Kind, Lines)>>,
    most: usize,
}

impl Default for LineMemory {
    fn default() -> Self {
        Self { kinds: RwLock::default(), most: MOST_LINES }
    }
}

impl LineMemory {
    /// What these lines say, each `None` where it is not known.
    pub(super) fn recall<'a>(
        &self,
        kind: Kind,
        stems: impl Iterator<Item = Option<&'a [u8]>>,
        found: &mut Vec<Option<Listed>>,
    ) {
        found.clear();
        let kinds = self.kinds.read().ok();
        let lines = kinds.as_ref().and_then(|kinds| kinds.iter().find(|(of, _)| *of == kind));
        found.extend(stems.map(|stem| lines?.1.get(stem?).cloned()));
    }

    /// Remembers lines.
    pub(super) fn remember(&self, kind: Kind, mut new: Vec<(Box<[u8]>, Listed)>) {
        new.retain(|(stem, _)| stem.len() <= LONGEST);
        new.truncate(self.most);
        if new.is_empty() {
            return;
        }
        let Ok(mut kinds) = self.kinds.write() else { return };
        let size: usize = kinds.iter().map(|(_, lines)| lines.len()).sum();
        let dropped = if size + new.len() > self.most { std::mem::take(&mut *kinds) } else { Vec::new() };
        let at = kinds.iter().position(|(of, _)| *of == kind).unwrap_or_else(|| {
            kinds.push((kind, Lines::default()));
            kinds.len() - 1
        });
        if let Some((_, lines)) = kinds.get_mut(at) {
            lines.extend(new);
        }
        drop(kinds);
        // Freeing them takes longer than others should wait.
        drop(dropped);
    }

    /// How many lines are remembered.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.kinds.read().expect("not poisoned").iter().map(|(_, lines)| lines.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, LONGEST, LineMemory, Listed};
    use pakiti_core::package::{Package, PackageFormat};
    use pakiti_formats::report::{PackageFlags, Protocol, ReportedPackage};
    use std::sync::RwLock;

    const DEB: Kind = (Protocol::V6, PackageFormat::Deb);

    fn line(name: &str) -> (Box<[u8]>, Listed) {
        let package = Package::new(PackageFormat::Deb, name, "1", "amd64");
        let flags = PackageFlags::default();
        let listed = Listed::new(ReportedPackage { package, flags, installed_at: None, epoch_known: true });
        (name.as_bytes().into(), listed)
    }

    fn small(most: usize) -> LineMemory {
        LineMemory { kinds: RwLock::default(), most }
    }

    fn knows(memory: &LineMemory, kind: Kind, stem: &str) -> bool {
        let mut found = Vec::new();
        memory.recall(kind, std::iter::once(Some(stem.as_bytes())), &mut found);
        found == [Some(line(stem).1)]
    }

    #[test]
    fn the_memory_is_emptied_when_it_would_grow_above_its_bound() {
        let memory = small(5);
        memory.remember(DEB, vec![line("a"), line("b"), line("c")]);
        memory.remember(DEB, vec![line("d"), line("e")]);
        assert_eq!((memory.len(), knows(&memory, DEB, "a")), (5, true));
        memory.remember((Protocol::V5, PackageFormat::Rpm), vec![line("f")]);
        assert_eq!((memory.len(), knows(&memory, DEB, "a")), (1, false));
        memory.remember(DEB, (0..50).map(|n| line(&n.to_string())).collect());
        assert_eq!(memory.len(), 5);
    }

    #[test]
    fn lines_longer_than_any_real_one_are_not_remembered() {
        let memory = small(5);
        let (longest, longer) = ("a".repeat(LONGEST), "a".repeat(LONGEST + 1));
        memory.remember(DEB, vec![line(&longest), line(&longer)]);
        assert_eq!([knows(&memory, DEB, &longest), knows(&memory, DEB, &longer)], [true, false]);
    }

    #[test]
    fn a_line_means_something_only_under_its_protocol_and_packaging_system() {
        let memory = small(5);
        memory.remember(DEB, vec![line("a")]);
        for other in [(Protocol::V5, PackageFormat::Deb), (Protocol::V6, PackageFormat::Rpm)] {
            assert!(!knows(&memory, other, "a"), "{other:?}");
        }
        assert!(knows(&memory, DEB, "a"));
    }
}
