//! textfilecontent54: matches of a pattern in files (oval-semantics.md, section 5).
//!
//! The whole file is searched, `^` and `$` stand for line ends unless `behaviors` say otherwise, and successive
//! matches are the instances 1, 2, ... Files are those the report tells or that are made from it (`facts`).

use super::collected::{Collected, Item, Values};
use super::evaluation::Evaluation;
use super::facts::{File, MANIFEST};
use super::field::Field;
use super::model::{Datatype, Entity, Object, Operation};
use super::object::{Operands, distinct, entity_of};
use super::outcome::{Flag, Outcome};
use super::pattern::PatternError;
use std::borrow::Cow;
use std::rc::Rc;

/// Matches looked at in one file.
const MOST_MATCHES: usize = 65_536;

/// One match.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Line<'a> {
    path: Rc<str>,
    pattern: Rc<str>,
    instance: usize,
    text: Cow<'a, str>,
    subexpressions: Vec<Cow<'a, str>>,
}

impl Line<'_> {
    /// A field of the match.
    pub(super) fn values(&self, field: &Field) -> Values<'_> {
        let (folder, name) = split_path(&self.path);
        match field {
            Field::Filepath => Values::text(&self.path),
            Field::Path => Values::text(folder),
            Field::Filename => Values::text(name),
            Field::Pattern => Values::text(&self.pattern),
            Field::Instance => Values::One(Cow::Owned(self.instance.to_string())),
            Field::Text => Values::text(&self.text),
            Field::Subexpression if self.subexpressions.is_empty() => Values::Missing,
            Field::Subexpression => {
                Values::Many(self.subexpressions.iter().map(|s| Cow::Borrowed(&**s)).collect())
            }
            _ => Values::Missing,
        }
    }
}

/// The text of a match and of its groups.
struct Match<'a> {
    text: Cow<'a, str>,
    subexpressions: Vec<Cow<'a, str>>,
}

/// The folder and the name of a path.
fn split_path(path: &str) -> (&str, &str) {
    match path.rsplit_once('/') {
        Some(("", name)) => ("/", name),
        Some(parts) => parts,
        None => ("", path),
    }
}

impl<'a> Evaluation<'a> {
    /// The matches an object selects.
    pub(super) fn lines(&mut self, object: &'a Object) -> Collected<'a> {
        self.matches(object).unwrap_or_else(Collected::nothing)
    }

    fn matches(&mut self, object: &'a Object) -> Result<Collected<'a>, Flag> {
        let pattern = entity_of(object, &Field::Pattern).ok_or(Flag::Error)?;
        let instance = entity_of(object, &Field::Instance).ok_or(Flag::Error)?;
        let patterns = self.operands(pattern)?;
        let instances = self.operands(instance)?;
        let (paths, mut all_known) = self.paths(object)?;
        let mut items = Vec::new();
        for path in paths {
            let host = self.host;
            match host.files().get(host, &path) {
                File::Absent => {}
                File::Unknown => all_known = false,
                File::Content(content) => {
                    for pattern in patterns.iter() {
                        let found = self.in_file(object, &path, content, pattern, (instance, &instances));
                        items.extend(found.map_err(|PatternError| Flag::Error)?);
                    }
                }
            }
        }
        let mut collected =
            Collected::all(if patterns.iter().nth(1).is_some() { distinct(items) } else { items });
        if !all_known {
            let nothing = collected.items.is_empty();
            collected.flag = if nothing { Flag::NotCollected } else { Flag::Incomplete };
        }
        Ok(collected)
    }

    /// The paths an object names, and whether there can be no others.
    fn paths(&mut self, object: &'a Object) -> Result<(Vec<Rc<str>>, bool), Flag> {
        let whole = entity_of(object, &Field::Filepath);
        let parts = (entity_of(object, &Field::Path), entity_of(object, &Field::Filename));
        let (first, second) = match (whole, parts) {
            (Some(whole), _) => (whole, None),
            (None, (Some(path), Some(name))) => (path, Some(name)),
            _ => return Err(Flag::Error),
        };
        let first_operands = self.operands(first)?;
        let second_operands = second.map(|entity| self.operands(entity)).transpose()?;
        let literal = |entity: &Entity| entity.operation == Operation::Equals && !entity.nil;
        if literal(first) && second.is_none_or(literal) {
            let mut paths = Vec::new();
            for begin in first_operands.iter() {
                match &second_operands {
                    None => paths.push(Rc::from(begin)),
                    Some(names) => paths.extend(names.iter().map(|name| Rc::from(join(begin, name)))),
                }
                if !self.spend(1) {
                    return Err(Flag::Error);
                }
            }
            return Ok((paths, true));
        }
        let host = self.host;
        let mut paths = Vec::new();
        for path in host.files().paths(host) {
            let (folder, name) = split_path(path);
            let own = if second.is_some() { folder } else { path };
            let selected = self.selects(first, &first_operands, own) == Outcome::True
                && match (second, &second_operands) {
                    (Some(entity), Some(operands)) if !entity.nil => {
                        self.selects(entity, operands, name) == Outcome::True
                    }
                    _ => true,
                };
            if selected {
                paths.push(Rc::from(path));
            }
        }
        Ok((paths, host.facts().complete))
    }

    /// The matches of one pattern in one file, of the instances that are asked for.
    fn in_file(
        &mut self,
        object: &Object,
        path: &Rc<str>,
        content: &'a str,
        pattern: &str,
        (instance, wanted): (&'a Entity, &Operands<'_>),
    ) -> Result<Vec<Item<'a>>, PatternError> {
        let is_made = &**path == MANIFEST && !self.host.facts().files.contains_key(MANIFEST);
        let found = match manifest_name(pattern).filter(|_| is_made && object.behaviors.is_empty()) {
            Some(name) => self.manifest_lines(&name),
            None => self.search(object, content, pattern, enough(instance, wanted))?,
        };
        let count = found.len();
        let pattern: Rc<str> = pattern.into();
        let mut items = Vec::new();
        for (number, found) in (1..).zip(found) {
            if self.wants(instance, wanted, number, count) {
                items.push(Item::Line(Rc::new(Line {
                    path: path.clone(),
                    pattern: pattern.clone(),
                    instance: number,
                    text: found.text,
                    subexpressions: found.subexpressions,
                })));
            }
        }
        Ok(items)
    }

    /// Is this instance asked for? Negative numbers count from the end.
    fn wants(&mut self, instance: &'a Entity, wanted: &Operands<'_>, number: usize, count: usize) -> bool {
        if instance.operation == Operation::Equals
            && wanted.iter().any(|own| from_end(own, count) == Some(number))
        {
            return true;
        }
        let number = number.to_string();
        // An instance is a number, also where the document does not say so.
        wanted.iter().any(|own| self.step(Datatype::Int, instance, &number, own) == Outcome::True)
    }

    /// Successive matches, as PCRE's caller in oscap goes on: from the end of the last one, or one character further
    /// if that did not move.
    fn search(
        &mut self,
        object: &Object,
        content: &'a str,
        pattern: &str,
        most: usize,
    ) -> Result<Vec<Match<'a>>, PatternError> {
        let behavior =
            |name: &str| object.behaviors.iter().find(|(own, _)| &**own == name).map(|(_, value)| &**value);
        let mut flags = String::new();
        if matches!(behavior("ignore_case"), Some("true" | "1")) {
            flags.push_str("(?i)");
        }
        if matches!(behavior("singleline"), Some("true" | "1")) {
            flags.push_str("(?s)");
        }
        let multi_line = !matches!(behavior("multiline"), Some("false" | "0"));
        let compiled = self.patterns.get(&format!("{flags}{pattern}"), multi_line)?;
        let (mut found, mut from) = (Vec::new(), 0);
        while from <= content.len() && found.len() < most {
            if found.len() >= MOST_MATCHES || !self.spend(1 + (content.len() - from) / 1024) {
                return Err(PatternError);
            }
            let Some(groups) = self.patterns.groups(&compiled, content, from)? else { break };
            let Some((&(start, end), rest)) = groups.split_first() else { break };
            // PCRE's `^` does not hold behind the last line end.
            if start == content.len() && pattern.starts_with('^') && content.ends_with('\n') && multi_line {
                break;
            }
            let text =
                |(start, end): (usize, usize)| Cow::Borrowed(content.get(start..end).unwrap_or_default());
            found.push(Match {
                text: text((start, end)),
                subexpressions: rest.iter().map(|&g| text(g)).collect(),
            });
            from = if from == end { next_character(content, end) } else { end };
        }
        Ok(found)
    }

    /// What Ubuntu's pattern for a package finds in the list that was made from the installed packages.
    fn manifest_lines(&mut self, name: &Literal<'_>) -> Vec<Match<'a>> {
        let host = self.host;
        let mut found = Vec::new();
        let name_at = |&position: &u32| host.package(position).map_or("", |package| package.name.as_str());
        let prefix = name.prefix();
        let start = host.debs().partition_point(|position| name_at(position) < prefix);
        for package in host.debs().iter().skip(start).filter_map(|&position| host.package(position)) {
            if !package.name.starts_with(prefix) {
                break;
            }
            if name.fits(&package.name) {
                let native =
                    matches!(package.arch.as_str(), "" | "all") || package.arch == host.native_arch();
                let arch = if native { String::new() } else { format!(":{}", package.arch) };
                let text = Cow::Owned(format!("{}{arch}\t{}", package.name, package.version));
                found.push(Match { text, subexpressions: vec![Cow::Borrowed(package.version.as_str())] });
            }
        }
        found
    }
}

/// How many matches are needed: up to the largest number asked for.
fn enough(instance: &Entity, wanted: &Operands<'_>) -> usize {
    let number = |own: &str| own.trim_start().parse::<usize>().ok();
    let largest = wanted.iter().map(number).try_fold(0, |most, own| own.map(|own| most.max(own)));
    largest.filter(|_| instance.operation == Operation::Equals).unwrap_or(usize::MAX)
}

/// The instance a negative number means.
fn from_end(own: &str, count: usize) -> Option<usize> {
    let back = own.trim_start().strip_prefix('-')?.parse::<usize>().ok()?;
    count.checked_sub(back)?.checked_add(1).filter(|_| back > 0)
}

fn join(folder: &str, name: &str) -> String {
    format!("{}/{name}", folder.strip_suffix('/').unwrap_or(folder))
}

/// The place behind the character at `at`.
fn next_character(text: &str, at: usize) -> usize {
    at + text.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
}

/// A package name as a pattern spells it: plain, but for dots that stand for any character.
struct Literal<'p> {
    name: Cow<'p, str>,
    /// Places of the dots that are not escaped.
    dots: Vec<usize>,
}

impl Literal<'_> {
    /// What comes before the first open place.
    fn prefix(&self) -> &str {
        self.name.get(..self.dots.first().copied().unwrap_or(self.name.len())).unwrap_or_default()
    }

    fn fits(&self, name: &str) -> bool {
        name.is_ascii()
            && name.len() == self.name.len()
            && name
                .bytes()
                .zip(self.name.bytes())
                .enumerate()
                .all(|(at, (a, b))| a == b || self.dots.contains(&at))
    }
}

/// The name in `^name(?::\w+|)\s+(.*)$`, the one form of Ubuntu's OCI data, which is answered by the name; any other
/// pattern is searched for.
fn manifest_name(pattern: &str) -> Option<Literal<'_>> {
    let name = pattern.strip_prefix('^')?.strip_suffix(r"(?::\w+|)\s+(.*)$")?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if name.chars().all(plain) {
        return Some(Literal { name: Cow::Borrowed(name), dots: Vec::new() });
    }
    let (mut text, mut dots, mut escaped) = (String::new(), Vec::new(), false);
    for c in name.chars() {
        match c {
            '\\' if !escaped => {
                escaped = true;
                continue;
            }
            '.' | '+' | '-' if escaped => text.push(c),
            '.' => {
                dots.push(text.len());
                text.push(c);
            }
            c if plain(c) && !escaped => text.push(c),
            _ => return None,
        }
        escaped = false;
    }
    (!escaped && !text.is_empty()).then_some(Literal { name: Cow::Owned(text), dots })
}
