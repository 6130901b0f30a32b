//! The components and functions of local variables (oval-semantics.md, section 4).
//!
//! The results of single functions are those of oscap 1.3.7: arithmetic reads a text's leading number, as C does
//! (a title as `saved_entry` is 0), and writes whole numbers unless the variable is a float.

use super::collected::{Values, values};
use super::evaluation::Evaluation;
use super::field::Field;
use super::model::{Component, Datatype, Place};
use super::outcome::Flag;
use super::variable::{List, MOST_VALUES};
use std::collections::HashSet;

impl<'a> Evaluation<'a> {
    /// The values of a component.
    pub(super) fn component(&mut self, component: &'a Component, datatype: Datatype) -> List {
        self.deeper(|this| this.function(component, datatype))
            .unwrap_or_else(|| List::nothing(Flag::Error))
            .bounded()
    }

    fn function(&mut self, component: &'a Component, datatype: Datatype) -> List {
        match component {
            Component::Literal(text) => List::of(Flag::Complete, vec![text.clone()]),
            Component::Object { object, field } => self.item_values(*object, field),
            Component::Variable(place) => {
                let resolved = self.variable(*place);
                List::of(resolved.flag, resolved.values.to_vec())
            }
            Component::Concat(parts) => {
                self.product(parts, datatype, String::new(), |text, part| format!("{text}{part}"), Into::into)
            }
            Component::Arithmetic { multiply, operands } => self.arithmetic(*multiply, operands, datatype),
            Component::Begin(prefix, of) => self.component(of, datatype).each(|text| {
                let prefix = if text.starts_with(&**prefix) { "" } else { prefix };
                [format!("{prefix}{text}").into()]
            }),
            Component::End(suffix, of) => self.component(of, datatype).each(|text| {
                let suffix = if text.ends_with(&**suffix) { "" } else { suffix };
                [format!("{text}{suffix}").into()]
            }),
            Component::EscapeRegex(of) => {
                self.component(of, datatype).each(|text| [escape_regex(text).into()])
            }
            Component::Split(delimiter, of) => {
                self.component(of, datatype).each(|text| split(text, delimiter))
            }
            Component::Substring { start, length, of } => {
                let list = self.component(of, datatype);
                substring(*start, *length, list)
            }
            Component::RegexCapture(pattern, of) => self.regex_capture(pattern, of, datatype),
            Component::Count(parts) => {
                let list = self.together(parts, datatype);
                let count = list.values.len().to_string().into();
                match list.flag {
                    Flag::Complete | Flag::DoesNotExist => List::of(Flag::Complete, vec![count]),
                    flag => List::of(flag, vec![count]),
                }
            }
            Component::Unique(parts) => {
                let List { flag, values } = self.together(parts, datatype);
                let mut seen = HashSet::new();
                List::of(flag, values.into_iter().filter(|value| seen.insert(value.clone())).collect())
            }
            Component::GlobToRegex(of) => {
                let list = self.component(of, datatype);
                let made: Option<Vec<Box<str>>> =
                    list.values.iter().map(|text| glob_to_regex(text).map(Box::from)).collect();
                made.map_or_else(|| List::nothing(Flag::Error), |values| List::of(list.flag, values))
            }
            Component::Unsupported(_) => List::nothing(Flag::Error),
        }
    }

    /// The field of every item of an object. An item that lacks it is an error.
    fn item_values(&mut self, object: Place, field: &Field) -> List {
        let collected = self.object(object);
        let mut list = List::nothing(collected.flag);
        for item in &collected.items {
            match values(self.host, item, field) {
                Values::Missing => return List::nothing(Flag::Error),
                Values::NotCollected => return List::nothing(Flag::NotCollected),
                Values::DoesNotExist => {}
                found => list.values.extend(found.as_slice().iter().map(|value| Box::from(&**value))),
            }
            if list.values.len() > MOST_VALUES {
                return List::nothing(Flag::Error);
            }
        }
        list
    }

    /// The values of all components, one after the other.
    fn together(&mut self, parts: &'a [Component], datatype: Datatype) -> List {
        let mut all = List::nothing(Flag::Complete);
        for part in parts {
            let list = self.component(part, datatype);
            all.flag = graver(all.flag, list.flag);
            all.values.extend(list.values);
            if all.values.len() > MOST_VALUES {
                return List::nothing(Flag::Error);
            }
        }
        all
    }

    /// One value for each choice of a value from every component, at most [`MOST_VALUES`]. The first component's
    /// values change fastest. A component without values adds nothing.
    fn product<T: Clone>(
        &mut self,
        parts: &'a [Component],
        datatype: Datatype,
        nothing: T,
        join: impl Fn(&T, &str) -> T,
        write: impl Fn(T) -> Box<str>,
    ) -> List {
        let mut lists = Vec::with_capacity(parts.len());
        let (mut flag, mut count) = (Flag::Complete, 1usize);
        for part in parts {
            let list = self.component(part, datatype);
            flag = graver(flag, list.flag);
            if !list.values.is_empty() {
                count = count.saturating_mul(list.values.len());
                lists.push(list.values);
            }
        }
        if !matches!(flag, Flag::Complete | Flag::Incomplete) {
            return List::nothing(flag);
        }
        if count > MOST_VALUES || lists.is_empty() || !self.spend(count) {
            return List::nothing(Flag::Error);
        }
        let mut made = vec![nothing];
        let mut bytes = 0usize;
        for list in &lists {
            bytes = list.iter().map(|value| value.len() * made.len()).fold(bytes, usize::saturating_add);
            if bytes > super::variable::MOST_BYTES {
                return List::nothing(Flag::Error);
            }
            made = list
                .iter()
                .flat_map(|value| made.iter().map(|text| join(text, value)).collect::<Vec<_>>())
                .collect();
        }
        List::of(flag, made.into_iter().map(write).collect())
    }

    fn arithmetic(&mut self, multiply: bool, operands: &'a [Component], datatype: Datatype) -> List {
        let write = |number: f64| -> Box<str> {
            match datatype {
                Datatype::Float => format!("{number:.6}").into(),
                _ => (number as i64).to_string().into(),
            }
        };
        if multiply {
            self.product(operands, datatype, 1.0, |number, text| number * leading_number(text), write)
        } else {
            self.product(operands, datatype, 0.0, |number, text| number + leading_number(text), write)
        }
    }

    /// The first group of the first match, or the empty text.
    fn regex_capture(&mut self, pattern: &str, of: &'a Component, datatype: Datatype) -> List {
        let list = self.component(of, datatype);
        let Ok(compiled) = self.patterns.get(pattern, false) else { return List::nothing(Flag::Error) };
        let mut values = Vec::with_capacity(list.values.len());
        for text in &list.values {
            let Ok(found) = self.patterns.first_group(&compiled, text) else {
                return List::nothing(Flag::Error);
            };
            values.push(found.into());
        }
        List::of(list.flag, values)
    }
}

/// The flag of a function over several components.
fn graver(a: Flag, b: Flag) -> Flag {
    let weight = |flag| match flag {
        Flag::Complete => 0,
        Flag::Incomplete => 1,
        Flag::NotApplicable => 2,
        Flag::DoesNotExist => 3,
        Flag::NotCollected => 4,
        Flag::Error => 5,
    };
    if weight(a) >= weight(b) { a } else { b }
}

/// The number a text begins with, as C's `strtod` reads decimal ones; none is 0.
fn leading_number(text: &str) -> f64 {
    let text = text.trim_start();
    let end = text
        .bytes()
        .take_while(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E'))
        .count();
    let candidates = (1..=end.min(64)).rev().filter_map(|end| text.get(..end));
    candidates.filter_map(|digits| digits.parse().ok()).find(|number: &f64| number.is_finite()).unwrap_or(0.0)
}

fn escape_regex(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if r"^$\.[](){}*+?|".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// The parts between delimiters; an empty delimiter stands between all characters.
fn split(text: &str, delimiter: &str) -> Vec<Box<str>> {
    match delimiter {
        "" => text.chars().map(|c| Box::from(c.to_string())).collect(),
        _ => text.split(delimiter).map(Box::from).collect(),
    }
}

/// A start behind the end of a value is an error.
fn substring(start: i64, length: i64, list: List) -> List {
    let skip = usize::try_from(start.saturating_sub(1)).unwrap_or(0);
    let take = usize::try_from(length).unwrap_or(usize::MAX);
    if list.values.iter().any(|text| text.chars().count() <= skip) {
        return List::nothing(Flag::Error);
    }
    list.each(|text| [text.chars().skip(skip).take(take).collect::<String>().into()])
}

/// A shell's pattern as a regular expression over the whole text, as oscap writes it: wildcards match no slash, and no
/// dot at the beginning of a name. A bracket that nothing closes is an error.
fn glob_to_regex(glob: &str) -> Option<String> {
    let mut regex = String::from("^");
    let mut rest = glob.chars().peekable();
    let mut begins = true;
    while let Some(c) = rest.next() {
        let class = c == '[' && rest.clone().skip(1).any(|c| c == ']');
        let begin = std::mem::replace(&mut begins, c == '/');
        match c {
            '*' => regex.push_str(if begin { "(?=[^.])[^/]*" } else { "[^/]*" }),
            '?' => regex.push_str(if begin { "[^./]" } else { "[^/]" }),
            _ if class => {
                regex.push('[');
                if rest.next_if_eq(&'!').is_some() {
                    regex.push('^');
                }
                // The first character belongs to the class even if it is a bracket.
                regex.extend(rest.next());
                regex.extend(rest.by_ref().take_while(|&c| c != ']'));
                regex.push(']');
            }
            '[' => return None,
            '\\' => regex.push_str(&escape_regex(&rest.next().unwrap_or('\\').to_string())),
            other => regex.push_str(&escape_regex(&other.to_string())),
        }
    }
    regex.push('$');
    Some(regex)
}
