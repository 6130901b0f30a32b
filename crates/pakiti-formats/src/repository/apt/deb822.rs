//! Small files of `Field: value` stanzas: `Release`, `.sources`, `preferences`.
//!
//! deb822(5). `Packages` is too large for this and has its own scanner in [`super::packages`].

use crate::repository::{SkipList, SkipReason};

/// One stanza.
#[derive(Debug)]
pub(super) struct Stanza<'a> {
    /// Line of its first field, from 1.
    pub(super) line: u64,
    pub(super) fields: Vec<Field<'a>>,
}

/// One field.
#[derive(Debug)]
pub(super) struct Field<'a> {
    /// Line of its name, from 1.
    pub(super) line: u64,
    pub(super) name: &'a str,
    text: &'a str,
    /// Offset in `text` of what follows the colon.
    start: usize,
    /// Offset of the end of the last continuation line; comments among them are included.
    end: usize,
}

impl<'a> Stanza<'a> {
    /// The field of this name (case does not matter); the last one, as apt takes it.
    pub(super) fn field(&self, name: &str) -> Option<&Field<'a>> {
        self.fields.iter().rev().find(|field| field.name.eq_ignore_ascii_case(name))
    }
}

impl<'a> Field<'a> {
    fn value(&self) -> &'a str {
        self.text.get(self.start..self.end).unwrap_or_default()
    }

    /// What stands on the line of the name.
    pub(super) fn first_line(&self) -> &'a str {
        self.value().lines().next().unwrap_or_default().trim()
    }

    /// Every line of the value with its number, trimmed, comments left out.
    pub(super) fn lines(&self) -> impl Iterator<Item = (u64, &'a str)> {
        let lines = (self.line..).zip(self.value().lines());
        lines.filter(|(_, text)| !text.starts_with('#')).map(|(line, text)| (line, text.trim()))
    }

    /// The words of all lines.
    pub(super) fn words(&self) -> Vec<String> {
        self.lines().flat_map(|(_, text)| text.split_whitespace()).map(str::to_owned).collect()
    }
}

/// apt's words for true.
pub(super) fn is_yes(value: &str) -> bool {
    ["yes", "true", "with", "on", "enable", "1"].iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// apt's words for false.
pub(super) fn is_no(value: &str) -> bool {
    ["no", "false", "without", "off", "disable", "0"].iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// Splits `text` into stanzas. Lines that are neither field, continuation nor comment go to `skipped`.
pub(super) fn stanzas<'a>(text: &'a str, file: &str, skipped: &mut SkipList) -> Vec<Stanza<'a>> {
    let mut stanzas = Vec::new();
    let mut fields: Vec<Field<'a>> = Vec::new();
    let mut end = 0;
    for (number, line) in (1u64..).zip(text.split_inclusive('\n')) {
        end += line.len();
        let blank = line.trim_end_matches(['\r', '\n']).is_empty();
        let taken = if blank {
            end_stanza(&mut stanzas, &mut fields);
            true
        } else if line.starts_with([' ', '\t']) {
            fields.last_mut().map(|field| field.end = end).is_some()
        } else if let (false, Some((name, value))) = (line.starts_with('#'), line.split_once(':')) {
            fields.push(Field { line: number, name: name.trim_end(), text, start: end - value.len(), end });
            true
        } else {
            line.starts_with('#')
        };
        if !taken {
            skipped.push(file, number, SkipReason::Malformed { expected: "`Field: value`" });
        }
    }
    end_stanza(&mut stanzas, &mut fields);
    stanzas
}

fn end_stanza<'a>(stanzas: &mut Vec<Stanza<'a>>, fields: &mut Vec<Field<'a>>) {
    if let Some(first) = fields.first() {
        stanzas.push(Stanza { line: first.line, fields: std::mem::take(fields) });
    }
}
