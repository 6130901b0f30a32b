//! A report's package list: its set, and what else it says.

use super::EXAMPLES;
use super::lines::{LineMemory, Listed};
use foldhash::HashMap;
use pakiti_core::package_set::set_hash;
use pakiti_formats::report::{
    Limits, PackageLine, PackageLines, Protocol, ReportError, SkipReason, SkippedLine,
};
use pakiti_store::ingest::ReportedSet;
use std::collections::{BTreeSet, HashSet};
use std::hash::BuildHasher;
use std::sync::Arc;

/// Installed versions of one name that are taken. Kernels are kept by the dozen at most; each brings thousands of
/// findings, so a report of many would cost what a fleet does.
const MOST_VERSIONS: usize = 64;
/// Of one name so many instances are usual: two architectures, each before and after an upgrade.
const USUAL: usize = 4;
/// Instances beyond the usual that are taken of all names together; dozens of kernels of a dozen packages have fewer.
const MOST_FURTHER: usize = 512;
/// Lines looked up at a time: nobody holds the memory for as long as a whole list takes.
const AT_ONCE: usize = 256;

/// What a parsed list gave besides its packages.
#[derive(Debug, Clone)]
pub(super) struct ListFacts {
    pub(super) held: Arc<BTreeSet<String>>,
    pub(super) skipped: u64,
    /// The first skipped lines, counted from the list's first: headers before the same list differ in length.
    pub(super) skipped_lines: Arc<Vec<SkippedLine>>,
    pub(super) oracle: bool,
}

/// Reads a list whose first line has this number in the report; parses only lines the memory does not know.
pub(super) fn read(
    protocol: Protocol,
    lines: &PackageLines<'_>,
    first_line: usize,
    limits: &Limits,
    memory: &LineMemory,
) -> Result<(ReportedSet, ListFacts), ReportError> {
    let mut list = List::new(lines.size());
    let kind = (protocol, lines.format());
    let (mut piece, mut found) = (Vec::with_capacity(AT_ONCE), Vec::with_capacity(AT_ONCE));
    let mut iter = lines.iter();
    loop {
        piece.clear();
        piece.extend(iter.by_ref().take(AT_ONCE).map(|line| (line, line.stem(limits))));
        if piece.is_empty() {
            break;
        }
        memory.recall(kind, piece.iter().map(|(_, stem)| *stem), &mut found);
        for ((line, stem), listed) in piece.iter().zip(found.drain(..)) {
            match listed {
                Some(listed) => list.take(line, listed, limits)?,
                None => list.parse(line, *stem, limits)?,
            }
        }
    }
    memory.remember(kind, std::mem::take(&mut list.new));
    Ok(list.finish(first_line))
}

/// A list while it is read.
struct List {
    listed: Vec<Listed>,
    /// Hash of a package name -> how often it is listed.
    versions: HashMap<u64, usize>,
    hasher: foldhash::fast::RandomState,
    /// Lines that were parsed, to be remembered.
    new: Vec<(Box<[u8]>, Listed)>,
    /// Instances beyond the usual ones.
    further: usize,
    skipped: u64,
    skipped_lines: Vec<SkippedLine>,
}

impl List {
    /// For a list of about `size` bytes.
    fn new(size: usize) -> Self {
        // Lines of protocol 5 are the shortest; the memory for a usual list is had at once.
        let listed = Vec::with_capacity((size / 24).min(4096));
        let versions =
            HashMap::with_capacity_and_hasher(listed.capacity(), foldhash::fast::RandomState::default());
        let hasher = foldhash::fast::RandomState::default();
        Self { listed, versions, hasher, new: Vec::new(), further: 0, skipped: 0, skipped_lines: Vec::new() }
    }

    fn take(&mut self, line: &PackageLine<'_>, listed: Listed, limits: &Limits) -> Result<(), ReportError> {
        if self.listed.len() >= limits.max_packages {
            return Err(ReportError::TooManyPackages { line: line.number(), limit: limits.max_packages });
        }
        let versions = self.versions.entry(self.hasher.hash_one(&listed.known.1.name)).or_default();
        *versions += 1;
        let versions = *versions;
        self.further += usize::from(versions > USUAL);
        if versions > MOST_VERSIONS {
            self.skip(line, SkipReason::TooManyVersions { limit: MOST_VERSIONS });
        } else if versions > USUAL && self.further > MOST_FURTHER {
            self.skip(line, SkipReason::TooManyFurther { limit: MOST_FURTHER });
        } else {
            self.listed.push(listed);
        }
        Ok(())
    }

    fn skip(&mut self, line: &PackageLine<'_>, reason: SkipReason) {
        self.skipped += 1;
        if self.skipped_lines.len() < EXAMPLES {
            self.skipped_lines.push(SkippedLine { line: line.number(), reason });
        }
    }

    fn parse(
        &mut self,
        line: &PackageLine<'_>,
        stem: Option<&[u8]>,
        limits: &Limits,
    ) -> Result<(), ReportError> {
        match line.parse(limits) {
            Ok(Some(reported)) => {
                let listed = Listed::new(reported);
                self.new.extend(stem.map(|stem| (stem.into(), listed.clone())));
                self.take(line, listed, limits)?;
            }
            Ok(None) => {}
            Err(reason) => self.skip(line, reason),
        }
        Ok(())
    }

    fn finish(mut self, first_line: usize) -> (ReportedSet, ListFacts) {
        let mut keys = self.listed.iter().map(|listed| listed.known.0).collect::<Vec<_>>();
        let hash = set_hash(&mut keys).0;
        if keys.len() < self.listed.len() {
            // The first copy counts.
            let mut seen = HashSet::with_capacity(keys.len());
            self.listed.retain(|listed| seen.insert(listed.known.0));
        }
        for at in &mut self.skipped_lines {
            at.line = at.line.saturating_sub(first_line);
        }
        let held = self.listed.iter().filter(|listed| listed.held).map(|listed| &listed.known.1);
        let facts = ListFacts {
            held: Arc::new(held.map(|package| format!("{}:{}", package.name, package.arch)).collect()),
            skipped: self.skipped,
            skipped_lines: Arc::new(self.skipped_lines),
            oracle: self.listed.iter().any(|listed| listed.oracle),
        };
        // The store needs no order.
        let packages = self.listed.into_iter().map(|listed| listed.known).collect();
        (ReportedSet::New { hash, packages }, facts)
    }
}
