//! Start tags: where they end, and their attributes (XML 1.0, sections 2.3 and 3.1).
//!
//! A tag as every feed has it (names, `=`, a quoted value, white space between) is read in one pass, and where its
//! attributes stand is kept. Any other tag is left to quick-xml, whose tokenizer decides what is damaged.

use super::NOT_TEXT;
use quick_xml::escape;
use quick_xml::events::attributes::Attributes;
use quick_xml::parser::{ElementParser, Parser};
use std::borrow::Cow;

/// Where an attribute stands, from the `<` on.
#[derive(Debug, Clone, Copy)]
struct Span {
    key: u32,
    equals: u32,
    value: u32,
    end: u32,
    /// There are references in its value.
    references: bool,
}

impl Span {
    fn key<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.key as usize..self.equals as usize).unwrap_or_default()
    }

    fn value<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.value as usize..self.end as usize).unwrap_or_default()
    }
}

/// What is known of the tag that was found last.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Its length, `<` and `>` included.
    pub(super) length: usize,
    /// Bytes of its name.
    name: usize,
    /// It ends in `/>`.
    pub(super) empty: bool,
    spans: Vec<Span>,
    /// `spans` are its attributes; else nobody has looked at them.
    plain: bool,
}

/// A character of names, as far as the quick way takes them.
fn in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':')
}

pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// Bytes from `at` on that are of a kind.
fn run(bytes: &[u8], at: usize, of: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter().position(|byte| !of(*byte)).unwrap_or(rest.len())
}

impl Found {
    /// Looks for the end of the tag that `text` begins with; false = it is not in `text`.
    pub(super) fn find(&mut self, text: &str) -> bool {
        self.plain = self.quick(text.as_bytes()).is_some();
        if self.plain {
            return true;
        }
        let Some(end) = tag_end(text) else { return false };
        let inner = text.get(1..end).unwrap_or_default();
        self.empty = inner.ends_with('/');
        let inner = inner.strip_suffix('/').unwrap_or(inner);
        self.name = inner.bytes().position(is_space).unwrap_or(inner.len());
        self.length = end + 1;
        true
    }

    /// The quick way; `None` = this tag is none for it.
    fn quick(&mut self, bytes: &[u8]) -> Option<()> {
        self.spans.clear();
        self.name = run(bytes, 1, in_name);
        let mut at = 1 + self.name;
        loop {
            let spaces = run(bytes, at, is_space);
            at += spaces;
            match *bytes.get(at)? {
                b'>' => {
                    (self.empty, self.length) = (false, at + 1);
                    return Some(());
                }
                b'/' => {
                    (self.empty, self.length) = (true, at + 2);
                    return (bytes.get(at + 1) == Some(&b'>')).then_some(());
                }
                _ if spaces == 0 => return None,
                _ => at = self.attribute(bytes, at)?,
            }
        }
    }

    /// The attribute at `key`; gives where it ends.
    fn attribute(&mut self, bytes: &[u8], key: usize) -> Option<usize> {
        let equals = key + run(bytes, key, in_name);
        let quote = *bytes.get(equals + 1)?;
        if equals == key || bytes.get(equals) != Some(&b'=') || !matches!(quote, b'"' | b'\'') {
            return None;
        }
        let value = equals + 2;
        let mut end = value + memchr::memchr2(quote, b'&', bytes.get(value..)?)?;
        let references = bytes.get(end) == Some(&b'&');
        if references {
            end += memchr::memchr(quote, bytes.get(end..)?)?;
        }
        let place = |at: usize| u32::try_from(at).ok();
        self.spans.push(Span {
            key: place(key)?,
            equals: place(equals)?,
            value: place(value)?,
            end: place(end)?,
            references,
        });
        Some(end + 1)
    }

    /// Its name in `text`, the tag itself.
    pub(super) fn name_in<'a>(&self, text: &'a str) -> &'a str {
        text.get(1..=self.name).unwrap_or_default()
    }

    /// The tag; `text` is what was found.
    pub(super) fn tag<'a>(&'a self, text: &'a str) -> Tag<'a> {
        Tag { text, found: self }
    }
}

/// Where the tag that `text` begins with has its `>`, quoted ones left out.
pub(super) fn tag_end(text: &str) -> Option<usize> {
    ElementParser::default().feed(text.as_bytes().get(1..)?).map(|at| at + 1)
}

/// The start tag of an element.
pub(crate) struct Tag<'a> {
    /// From `<` to `>`.
    text: &'a str,
    found: &'a Found,
}

impl<'a> Tag<'a> {
    /// Its name without a prefix.
    pub(crate) fn name(&self) -> &'a str {
        local(self.found.name_in(self.text))
    }

    /// Its attributes: names without prefix, values as they stand in the file.
    pub(crate) fn attributes(&self) -> Values<'a> {
        Values { text: self.text, inner: self.raw() }
    }

    fn raw(&self) -> Inner<'a> {
        if self.found.plain {
            return Inner::Plain(self.found.spans.iter());
        }
        let end = self.found.length.saturating_sub(if self.found.empty { 2 } else { 1 });
        let mut attributes =
            Attributes::new(self.text.get(1..end).unwrap_or_default(), self.found.name_in(self.text).len());
        // Looking for doubles is quadratic; the first one counts.
        attributes.with_checks(false);
        Inner::Odd(Box::new(attributes))
    }

    /// Gives every attribute to `take`: its name with its prefix, its value with references resolved. `false`: one
    /// of them is damaged, and what stands behind it is not known.
    pub(crate) fn each(&self, mut take: impl FnMut(&str, Cow<'a, str>)) -> bool {
        let attributes = match self.raw() {
            Inner::Plain(spans) => {
                for span in spans {
                    let value = span.value(self.text);
                    let value = if span.references { resolved(value) } else { Cow::Borrowed(value) };
                    take(span.key(self.text), value);
                }
                return true;
            }
            Inner::Odd(attributes) => attributes,
        };
        for attribute in *attributes {
            let Ok(attribute) = attribute else { return false };
            let value = match attribute.value {
                Cow::Borrowed(raw) => resolved(raw),
                Cow::Owned(raw) => Cow::Owned(resolved(&raw).into_owned()),
            };
            take(attribute.key.into_inner(), value);
        }
        true
    }

    /// The value of an attribute, references resolved.
    pub(crate) fn attribute(&self, name: &str) -> Option<String> {
        let (_, raw) = self.attributes().find(|(key, _)| *key == name)?;
        Some(resolved(&raw).into_owned())
    }
}

fn local(name: &str) -> &str {
    name.bytes().position(|byte| byte == b':').and_then(|at| name.get(at + 1..)).unwrap_or(name)
}

/// The attributes of a tag; ends before one that is damaged.
pub(crate) struct Values<'a> {
    text: &'a str,
    inner: Inner<'a>,
}

enum Inner<'a> {
    Plain(std::slice::Iter<'a, Span>),
    Odd(Box<Attributes<'a>>),
}

impl<'a> Iterator for Values<'a> {
    type Item = (&'a str, Cow<'a, str>);

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.inner {
            Inner::Plain(spans) => {
                let span = spans.next()?;
                Some((local(span.key(self.text)), Cow::Borrowed(span.value(self.text))))
            }
            Inner::Odd(attributes) => {
                let attribute = attributes.next()?.ok()?;
                Some((local(attribute.key.into_inner()), attribute.value))
            }
        }
    }
}

/// A value with its references resolved; [`NOT_TEXT`] if XML does not define one of them.
pub(crate) fn resolved(raw: &str) -> Cow<'_, str> {
    if memchr::memchr(b'&', raw.as_bytes()).is_none() {
        return Cow::Borrowed(raw);
    }
    escape::unescape(raw).unwrap_or_else(|_| Cow::Owned(NOT_TEXT.to_string()))
}

/// The name in an end tag, from `<` to `>`: white space before the `>` is no part of it.
pub(super) fn end_name(text: &str) -> &str {
    let inner = text.get(2..text.len().saturating_sub(1)).unwrap_or_default();
    // quick-xml keeps a name of nothing but white space as it is.
    let end = inner.bytes().rposition(|byte| !is_space(byte)).map_or(inner.len(), |at| at + 1);
    inner.get(..end).unwrap_or_default()
}
