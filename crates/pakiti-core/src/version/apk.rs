//! The version order of apk-tools: `number{.number}[letter]{_suffix[number]}[~hash][-rN]`.
//!
//! Rules: the cases of apk-tools' own `version.data` and the behaviour behind them. A version is read as
//! tokens; the first token that differs decides. Numbers compare by value, but after the first one a number
//! with a leading zero compares as text, before all without (8.2.0015 < 8.2.002). A version that goes on is
//! newer than one that ends, except for a pre-release suffix. apk reads numbers into 64 bits; here they
//! may have any length. What apk calls invalid is refused even if an earlier token would decide.

use super::{Number, split_digits, split_run};
use std::cmp::Ordering;
use thiserror::Error;

/// Why apk calls a version invalid; `at` is the byte where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ApkError {
    /// No digits where a number must stand (at the start, after `.` or `-r`).
    #[error("a number is missing at byte {at}")]
    NumberMissing {
        /// Offset in bytes.
        at: usize,
    },
    /// A suffix word that apk does not know.
    #[error("unknown suffix at byte {at}")]
    UnknownSuffix {
        /// Offset in bytes.
        at: usize,
    },
    /// `~` without lower-case hexadecimal digits.
    #[error("the commit hash is missing at byte {at}")]
    HashMissing {
        /// Offset in bytes.
        at: usize,
    },
    /// A character that may not stand there.
    #[error("unexpected character at byte {at}")]
    Unexpected {
        /// Offset in bytes.
        at: usize,
    },
}

const PRE_SUFFIXES: [&[u8]; 4] = [b"alpha", b"beta", b"pre", b"rc"];
const POST_SUFFIXES: [&[u8]; 5] = [b"cvs", b"svn", b"git", b"hg", b"p"];

/// One token; the order of the variants is apk's: what continues a version in the later way is newer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Token<'a> {
    PreSuffix(u8),
    End,
    Revision(Number<'a>),
    Hash(&'a [u8]),
    SuffixNumber(Number<'a>),
    PostSuffix(u8),
    Letter(u8),
    /// A number with a leading zero, not the first one.
    Padded(&'a [u8]),
    Number(Number<'a>),
}

impl Token<'_> {
    /// Appends the token as bytes that sort like the tokens: a byte for the variant, then the value.
    fn push_key(self, key: &mut Vec<u8>) {
        match self {
            Self::PreSuffix(index) => key.extend([1, index]),
            Self::End => key.push(2),
            Self::Revision(number) => push_number(key, 3, number),
            Self::Hash(text) => push_text(key, 4, text),
            Self::SuffixNumber(number) => push_number(key, 5, number),
            Self::PostSuffix(index) => key.extend([6, index]),
            Self::Letter(letter) => key.extend([7, letter]),
            Self::Padded(digits) => push_text(key, 8, digits),
            Self::Number(number) => push_number(key, 9, number),
        }
    }
}

fn push_number(key: &mut Vec<u8>, variant: u8, number: Number<'_>) {
    key.push(variant);
    number.push_key(key);
}

/// Text is ended by 0, which it cannot hold.
fn push_text(key: &mut Vec<u8>, variant: u8, text: &[u8]) {
    key.push(variant);
    key.extend_from_slice(text);
    key.push(0);
}

/// What was read last: it decides what may follow, only later parts and a few repeated ones.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Start,
    Number,
    Letter,
    Suffix,
    SuffixNumber,
    Hash,
    Revision,
}

struct Tokens<'a> {
    rest: &'a [u8],
    length: usize,
    last: Part,
}

impl<'a> Tokens<'a> {
    fn new(text: &'a str) -> Self {
        Self { rest: text.as_bytes(), length: text.len(), last: Part::Start }
    }

    fn at(&self) -> usize {
        self.length - self.rest.len()
    }

    /// The next token; [`Token::End`] when the version is used up, again and again.
    fn next(&mut self) -> Result<Token<'a>, ApkError> {
        let last = self.last;
        match self.rest {
            _ if last == Part::Start => Ok(Token::Number(Number::new(self.number(Part::Number, 0)?))),
            [] => Ok(Token::End),
            [b'.', ..] if last == Part::Number => Ok(match self.number(Part::Number, 1)? {
                padded @ [b'0', ..] => Token::Padded(padded),
                digits => Token::Number(Number::new(digits)),
            }),
            [letter @ b'a'..=b'z', rest @ ..] if last == Part::Number => {
                (self.rest, self.last) = (rest, Part::Letter);
                Ok(Token::Letter(*letter))
            }
            [b'0'..=b'9', ..] if last == Part::Suffix => {
                Ok(Token::SuffixNumber(Number::new(self.number(Part::SuffixNumber, 0)?)))
            }
            [b'_', ..] if last <= Part::SuffixNumber => self.suffix(),
            [b'~', ..] if last < Part::Hash => self.hash(),
            [b'-', b'r', ..] if last < Part::Revision => {
                Ok(Token::Revision(Number::new(self.number(Part::Revision, 2)?)))
            }
            _ => Err(ApkError::Unexpected { at: self.at() }),
        }
    }

    /// The digits after `skip` bytes of introduction.
    fn number(&mut self, part: Part, skip: usize) -> Result<&'a [u8], ApkError> {
        let (digits, rest) = split_digits(self.rest.get(skip..).unwrap_or_default());
        if digits.is_empty() {
            return Err(ApkError::NumberMissing { at: self.at() + skip });
        }
        (self.rest, self.last) = (rest, part);
        Ok(digits)
    }

    fn suffix(&mut self) -> Result<Token<'a>, ApkError> {
        let (word, rest) =
            split_run(self.rest.get(1..).unwrap_or_default(), |byte| byte.is_ascii_lowercase());
        let index_in = |suffixes: &[&[u8]]| suffixes.iter().position(|&suffix| suffix == word);
        let token = match (index_in(&PRE_SUFFIXES), index_in(&POST_SUFFIXES)) {
            (Some(index), _) => Token::PreSuffix(index as u8),
            (_, Some(index)) => Token::PostSuffix(index as u8),
            _ => return Err(ApkError::UnknownSuffix { at: self.at() + 1 }),
        };
        (self.rest, self.last) = (rest, Part::Suffix);
        Ok(token)
    }

    fn hash(&mut self) -> Result<Token<'a>, ApkError> {
        let is_hex = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let (hash, rest) = split_run(self.rest.get(1..).unwrap_or_default(), is_hex);
        if hash.is_empty() {
            return Err(ApkError::HashMissing { at: self.at() + 1 });
        }
        (self.rest, self.last) = (rest, Part::Hash);
        Ok(Token::Hash(hash))
    }

    /// Reads the rest, for its errors only.
    fn finish(mut self) -> Result<(), ApkError> {
        while self.next()? != Token::End {}
        Ok(())
    }
}

pub(super) fn compare(a: &str, b: &str) -> Result<Ordering, ApkError> {
    let (mut a, mut b) = (Tokens::new(a), Tokens::new(b));
    loop {
        let (token_a, token_b) = (a.next()?, b.next()?);
        let order = token_a.cmp(&token_b);
        if order.is_ne() {
            a.finish()?;
            b.finish()?;
            return Ok(order);
        }
        if token_a == Token::End {
            return Ok(order);
        }
    }
}

/// The key: the tokens of the version, [`Token::End`] included.
pub(super) fn sort_key(text: &str) -> Result<Vec<u8>, ApkError> {
    let mut key = Vec::with_capacity(text.len() * 2 + 2);
    let mut tokens = Tokens::new(text);
    loop {
        let token = tokens.next()?;
        token.push_key(&mut key);
        if token == Token::End {
            return Ok(key);
        }
    }
}
