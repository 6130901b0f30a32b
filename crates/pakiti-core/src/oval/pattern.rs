//! Pattern matches: PCRE by two engines, both bounded (oval-semantics.md, section 3).
//!
//! The linear engine takes what it can; look-around, back references and the like go to the backtracking one,
//! whose steps are limited. What neither compiles, or what runs over a limit, is an error of the comparison.

use super::pcre::translate;
use super::quick_pattern::{Quick, words};
use std::collections::HashMap;
use std::rc::Rc;

/// Patterns above this length (bytes) are refused.
const LONGEST_PATTERN: usize = 32 * 1024;
/// Bytes a compiled pattern may take.
const SIZE_LIMIT: usize = 1 << 20;
/// Steps of the backtracking engine for one match.
const STEPS: usize = 100_000;
/// Patterns kept; above it they are compiled anew.
const MOST_PATTERNS: usize = 2_048;
/// Matches that may run over their steps before the backtracking engine is given up.
const MOST_FAILURES: u32 = 1_000;

/// The pattern does not compile, or it ran over a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PatternError;

/// One compiled pattern.
pub(super) enum Pattern {
    Linear(regex::Regex),
    Backtracking(Box<fancy_regex::Regex>),
}

/// Where the groups of a match are; the first is the whole match. Groups that took no part are left out.
pub(super) type Groups = Vec<(usize, usize)>;

/// The patterns of one evaluation.
#[derive(Default)]
pub(super) struct Patterns {
    compiled: HashMap<Box<str>, Result<Rc<Pattern>, PatternError>>,
    multi_line: HashMap<Box<str>, Result<Rc<Pattern>, PatternError>>,
    /// Patterns as the quick engine has them. `None` = they are to be compiled.
    quick: HashMap<Box<str>, Option<Quick>>,
    failures: u32,
}

impl Patterns {
    /// The compiled pattern; `multi_line` as `textfilecontent54` has it.
    pub(super) fn get(&mut self, pattern: &str, multi_line: bool) -> Result<Rc<Pattern>, PatternError> {
        let known = if multi_line { &mut self.multi_line } else { &mut self.compiled };
        if let Some(found) = known.get(pattern) {
            return found.clone();
        }
        if known.len() >= MOST_PATTERNS {
            known.clear();
        }
        let compiled = compile(pattern, multi_line).map(Rc::new);
        known.insert(pattern.into(), compiled.clone());
        compiled
    }

    /// Does the pattern match anywhere in the text?
    pub(super) fn is_match(&mut self, pattern: &str, text: &str) -> Result<bool, PatternError> {
        if let Some(mut words) = words(pattern) {
            return Ok(words.any(|word| text.contains(word)));
        }
        if let Some(known) = self.quickly(pattern, text) {
            return Ok(known);
        }
        match &*self.get(pattern, false)? {
            Pattern::Linear(regex) => Ok(regex.is_match(text)),
            Pattern::Backtracking(regex) => {
                self.allowed()?;
                self.counted(regex.is_match(text))
            }
        }
    }

    /// The answer of the quick engine; `None` = it has none for this pattern or text.
    fn quickly(&mut self, pattern: &str, text: &str) -> Option<bool> {
        if !self.quick.contains_key(pattern) {
            if self.quick.len() >= MOST_PATTERNS {
                self.quick.clear();
            }
            self.quick.insert(pattern.into(), Quick::of(pattern));
        }
        let quick = self.quick.get_mut(pattern)?;
        let known = quick.as_ref().and_then(|quick| quick.is_match(text));
        if known.is_none() {
            *quick = None;
        }
        known
    }

    /// The first match from `start` on.
    pub(super) fn groups(
        &mut self,
        pattern: &Pattern,
        text: &str,
        start: usize,
    ) -> Result<Option<Groups>, PatternError> {
        match pattern {
            Pattern::Linear(regex) => Ok(regex
                .captures_at(text, start)
                .map(|found| found.iter().flatten().map(|group| (group.start(), group.end())).collect())),
            Pattern::Backtracking(regex) => {
                self.allowed()?;
                let found = self.counted(regex.captures_from_pos(text, start))?;
                Ok(found
                    .map(|found| found.iter().flatten().map(|group| (group.start(), group.end())).collect()))
            }
        }
    }

    /// The text of the first group of the first match; empty if there is none or it took no part.
    pub(super) fn first_group<'t>(
        &mut self,
        pattern: &Pattern,
        text: &'t str,
    ) -> Result<&'t str, PatternError> {
        let range = match pattern {
            Pattern::Linear(regex) => {
                regex.captures(text).and_then(|found| found.get(1)).map(|group| group.range())
            }
            Pattern::Backtracking(regex) => {
                self.allowed()?;
                let found = self.counted(regex.captures(text))?;
                found.and_then(|found| found.get(1)).map(|group| group.range())
            }
        };
        Ok(range.and_then(|range| text.get(range)).unwrap_or_default())
    }

    /// Backtracking that failed too often would only cost time.
    fn allowed(&self) -> Result<(), PatternError> {
        if self.failures < MOST_FAILURES { Ok(()) } else { Err(PatternError) }
    }

    fn counted<T>(&mut self, result: Result<T, fancy_regex::Error>) -> Result<T, PatternError> {
        result.map_err(|_| {
            self.failures += 1;
            PatternError
        })
    }
}

fn compile(pattern: &str, multi_line: bool) -> Result<Pattern, PatternError> {
    if pattern.len() > LONGEST_PATTERN {
        return Err(PatternError);
    }
    let translated = translate(pattern, multi_line);
    let linear = regex::RegexBuilder::new(&translated)
        .multi_line(multi_line)
        .size_limit(SIZE_LIMIT)
        .dfa_size_limit(SIZE_LIMIT)
        .nest_limit(100)
        .build();
    match linear {
        Ok(regex) => Ok(Pattern::Linear(regex)),
        Err(regex::Error::CompiledTooBig(_)) => Err(PatternError),
        Err(_) => fancy_regex::RegexBuilder::new(&translated)
            .multi_line(multi_line)
            .backtrack_limit(STEPS)
            .delegate_size_limit(SIZE_LIMIT)
            .delegate_dfa_size_limit(SIZE_LIMIT)
            .build()
            .map(|regex| Pattern::Backtracking(Box::new(regex)))
            .map_err(|_| PatternError),
    }
}
