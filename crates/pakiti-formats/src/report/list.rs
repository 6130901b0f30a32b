//! Collecting a package list: limit, skipped lines, duplicates, and the packaging system where none is told.

use super::lines::{Lines, Skipped};
use super::{Limits, ReportError, ReportedPackage, SkipReason, SkippedLine};
use pakiti_core::package::PackageFormat;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// A parsed package list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackageList {
    /// Packages in the order of the report, without duplicates.
    pub packages: Vec<ReportedPackage>,
    /// The first 100 lines that were skipped.
    pub skipped: Vec<SkippedLine>,
    /// How many lines were skipped in all.
    pub skipped_count: u64,
}

/// A package list while it is read.
#[derive(Debug)]
pub(super) struct ListBuilder {
    packages: Vec<ReportedPackage>,
    skipped: Skipped,
    max_packages: usize,
    order: Order,
}

/// How the names stand to each other. Clients sort their lists; then only runs of one name can hold copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Distinct,
    Sorted,
    Unsorted,
}

impl ListBuilder {
    /// For a list of about `size` bytes.
    pub(super) fn new(limits: &Limits, size: usize) -> Self {
        // No sensible line is shorter, and the memory for a small list is had at once.
        const USUAL_LINE: usize = 32;
        let expected = (size / USUAL_LINE).min(limits.max_packages).min(4096);
        Self {
            packages: Vec::with_capacity(expected),
            skipped: Skipped::default(),
            max_packages: limits.max_packages,
            order: Order::Distinct,
        }
    }

    /// Takes what one line gave: a package, nothing (a line that is none, like `gpg-pubkey`), or a reason to
    /// skip it.
    #[inline]
    pub(super) fn take(
        &mut self,
        line: usize,
        read: Result<Option<ReportedPackage>, SkipReason>,
    ) -> Result<(), ReportError> {
        match read {
            Ok(Some(_)) if self.packages.len() >= self.max_packages => {
                return Err(ReportError::TooManyPackages { line, limit: self.max_packages });
            }
            Ok(Some(reported)) => {
                if let Some(last) = self.packages.last() {
                    self.order = self.order.then(&last.package.name, &reported.package.name);
                }
                self.packages.push(reported);
            }
            Ok(None) => {}
            Err(reason) => self.skipped.note(line, reason),
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> PackageList {
        drop_duplicates(&mut self.packages, self.order);
        PackageList {
            packages: self.packages,
            skipped: self.skipped.lines,
            skipped_count: self.skipped.count,
        }
    }
}

impl Order {
    /// The order of a list that goes on with `next` after `last`.
    fn then(self, last: &str, next: &str) -> Self {
        match (self, last.cmp(next)) {
            (Self::Unsorted, _) | (_, Ordering::Greater) => Self::Unsorted,
            (_, Ordering::Equal) => Self::Sorted,
            (order, Ordering::Less) => order,
        }
    }
}

/// Drops later copies of the same package.
fn drop_duplicates(packages: &mut Vec<ReportedPackage>, order: Order) {
    let mut later = Vec::new();
    match order {
        Order::Distinct => {}
        Order::Sorted => {
            let mut start = 0;
            for run in packages.chunk_by(|a, b| a.package.name == b.package.name) {
                if run.len() > 1 {
                    mark_later_copies(run, start, &mut later);
                }
                start += run.len();
            }
        }
        Order::Unsorted => mark_later_copies(packages, 0, &mut later),
    }
    if later.is_empty() {
        return;
    }
    later.sort_unstable();
    let (mut at, mut later) = (0, later.into_iter().peekable());
    packages.retain(|_| {
        let drop = later.next_if_eq(&at).is_some();
        at += 1;
        !drop
    });
}

/// Adds the positions (from `start`) of all packages that have an equal one before them.
fn mark_later_copies(packages: &[ReportedPackage], start: usize, later: &mut Vec<usize>) {
    let mut order: Vec<_> = packages.iter().map(|p| &p.package).zip(start..).collect();
    order.sort_unstable();
    later.extend(order.windows(2).filter_map(|pair| match pair {
        [(a, _), (b, at)] if a == b => Some(*at),
        _ => None,
    }));
}

/// The architecture most packages have, other than `neutral` (`all`, `noarch`) and the empty one.
pub(super) fn main_arch(packages: &[ReportedPackage], neutral: &str) -> Option<String> {
    let mut counts = BTreeMap::<&str, usize>::new();
    for arch in packages.iter().map(|p| p.package.arch.as_str()) {
        if !arch.is_empty() && arch != neutral {
            *counts.entry(arch).or_default() += 1;
        }
    }
    let (arch, _) = counts.into_iter().max_by_key(|(arch, count)| (*count, std::cmp::Reverse(*arch)))?;
    Some(arch.to_owned())
}

/// The packaging system of a list whose report has no `packager`: what the architecture words of its first 200
/// lines say; words both systems use (`s390x`, `i386`) are decided by the epoch that rpm clients always send.
pub(super) fn infer_format(list: &[u8]) -> PackageFormat {
    let (mut rpm, mut deb, mut epochs) = (0u32, 0u32, 0u32);
    for line in Lines::new(list, 1).take(200) {
        let mut fields = line.bytes.split(|b| matches!(b, b'\t' | b' ')).filter(|f| !f.is_empty()).skip(1);
        let version = fields.next().unwrap_or_default();
        match fields.next().unwrap_or_default() {
            b"noarch" | b"x86_64" | b"aarch64" | b"i486" | b"i586" | b"i686" | b"ppc64le" | b"armv7hl" => {
                rpm += 1
            }
            b"all" | b"amd64" | b"arm64" | b"armhf" | b"armel" | b"ppc64el" | b"mips64el" => deb += 1,
            _ => {}
        }
        epochs += u32::from(version.starts_with(b"0:"));
    }
    if rpm > deb || (rpm == deb && epochs > 0) {
        PackageFormat::Rpm
    } else if deb > 0 {
        PackageFormat::Deb
    } else {
        PackageFormat::Other
    }
}

#[cfg(test)]
mod tests {
    use super::{ListBuilder, infer_format, main_arch};
    use crate::report::{Limits, PackageFlags, ReportedPackage};
    use pakiti_core::package::{Package, PackageFormat};

    fn packages(texts: &[&str]) -> Vec<ReportedPackage> {
        let package = |text: &&str| {
            let (name, arch) = text.split_once('.').unwrap_or((text, ""));
            let package = Package::new(PackageFormat::Deb, name, "1", arch);
            ReportedPackage { package, flags: PackageFlags::default(), installed_at: None, epoch_known: true }
        };
        texts.iter().map(package).collect()
    }

    fn deduplicated(texts: &[&str]) -> Vec<String> {
        let mut list = ListBuilder::new(&Limits::default(), 0);
        for package in packages(texts) {
            list.take(1, Ok(Some(package))).expect("few packages");
        }
        list.finish().packages.iter().map(|p| format!("{}.{}", p.package.name, p.package.arch)).collect()
    }

    #[test]
    fn duplicates_go_and_the_order_stays_in_sorted_and_unsorted_lists() {
        assert_eq!(deduplicated(&["a.x", "b.y", "b.x", "b.y", "c.x"]), ["a.x", "b.y", "b.x", "c.x"]);
        assert_eq!(deduplicated(&["c.x", "a.x", "c.x", "b.x", "a.x", "a.x"]), ["c.x", "a.x", "b.x"]);
        assert_eq!(deduplicated(&["a.x", "a.x"]), ["a.x"]);
        assert_eq!(deduplicated(&["b.x", "a.x", "a.x", "c.x"]), ["b.x", "a.x", "c.x"]);
        assert!(deduplicated(&[]).is_empty());
    }

    #[test]
    fn the_main_architecture_is_the_most_common_one_that_is_not_neutral() {
        assert_eq!(main_arch(&packages(&["a.all", "b.all", "c.arm64"]), "all").as_deref(), Some("arm64"));
        assert_eq!(main_arch(&packages(&["a.i386", "b.amd64"]), "all").as_deref(), Some("amd64"));
        assert_eq!(main_arch(&packages(&["a.all", "b"]), "all"), None);
    }

    #[test]
    fn the_packaging_system_follows_from_architecture_words_or_epochs() {
        assert_eq!(infer_format(b"a 1.0-1 amd64\nb 0:1 x\nc 2 all\n"), PackageFormat::Deb);
        assert_eq!(infer_format(b"a\t0:1.0-1\tx86_64\n"), PackageFormat::Rpm);
        assert_eq!(infer_format(b"a\t0:1.0-1\ts390x\n"), PackageFormat::Rpm);
        assert_eq!(infer_format(b"curl 8.1 FreeBSD\n"), PackageFormat::Other);
        assert_eq!(infer_format(b""), PackageFormat::Other);
    }
}
