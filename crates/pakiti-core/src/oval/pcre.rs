//! PCRE's spelling of a pattern made into that of Rust's engines (oval-semantics.md, section 3).
//!
//! Rules: pcrepattern(3) as oscap compiles it (UTF-8, no UCP): `\d`, `\w`, `\s` are ASCII; `$` also holds before
//! a last line end; `[` and `&` in a class are plain; `{` that starts no count is plain; `\<` is a plain `<`.

use std::fmt::Write;
use std::iter::Peekable;
use std::str::Chars;

/// The same pattern for Rust's engines.
pub(super) fn translate(pattern: &str, multi_line: bool) -> String {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' => escape(&mut rest, &mut out, false),
            '[' => class(&mut rest, &mut out),
            '$' if !multi_line => out.push_str(r"(?:\n?\z)"),
            '{' if !starts_count(&rest) => out.push_str(r"\{"),
            other => out.push(other),
        }
    }
    out
}

/// What follows a backslash.
fn escape(rest: &mut Peekable<Chars<'_>>, out: &mut String, in_class: bool) {
    let Some(c) = rest.next() else { return out.push('\\') };
    let (open, close) = if in_class { ("", "") } else { ("[", "]") };
    let _ = match c {
        'd' => write!(out, "{open}0-9{close}"),
        'w' => write!(out, "{open}0-9A-Za-z_{close}"),
        's' => write!(out, r"{open}\t\n\x0b\x0c\r {close}"),
        'h' => write!(out, r"{open}\t {close}"),
        'D' => out.write_str("[^0-9]"),
        'W' => out.write_str("[^0-9A-Za-z_]"),
        'S' => out.write_str(r"[^\t\n\x0b\x0c\r ]"),
        'N' => out.write_str(r"[^\n]"),
        'R' => out.write_str(r"(?:\r\n|[\n\x0b\x0c\r])"),
        'e' => out.write_str(r"\x1b"),
        'Z' if !in_class => out.write_str(r"(?:\n?\z)"),
        'Q' => return quoted(rest, out),
        '<' | '>' => out.write_char(c),
        'b' if in_class => out.write_str(r"\x08"),
        other => write!(out, "\\{other}"),
    };
}

/// `\Q...\E`: everything is plain.
fn quoted(rest: &mut Peekable<Chars<'_>>, out: &mut String) {
    while let Some(c) = rest.next() {
        if c == '\\' && rest.peek() == Some(&'E') {
            rest.next();
            return;
        }
        if c.is_ascii_punctuation() && !matches!(c, '<' | '>') {
            out.push('\\');
        }
        out.push(c);
    }
}

/// Classes of every character, as patterns over files spell it; spelled so the engine takes a hundred times as long to
/// compile them.
const ANY: [&str; 6] = [r"\w\W]", r"\W\w]", r"\s\S]", r"\S\s]", r"\d\D]", r"\D\d]"];

/// A class, up to its end.
fn class(rest: &mut Peekable<Chars<'_>>, out: &mut String) {
    let ahead: String = rest.clone().take(5).collect();
    if ANY.contains(&ahead.as_str()) {
        rest.nth(4);
        return out.push_str("(?s:.)");
    }
    out.push('[');
    if rest.next_if_eq(&'^').is_some() {
        out.push('^');
    }
    if rest.next_if_eq(&']').is_some() {
        out.push_str(r"\]");
    }
    while let Some(c) = rest.next() {
        match c {
            ']' => return out.push(']'),
            '\\' => escape(rest, out, true),
            '[' if rest.peek() == Some(&':') => out.push_str(&posix_class(rest)),
            '[' | '&' | '~' => out.extend(['\\', c]),
            // Two dashes in a row would be a difference of classes.
            '-' if rest.peek() == Some(&'-') => out.push_str(r"\-"),
            other => out.push(other),
        }
    }
}

/// `[:alpha:]`, or a plain bracket if it is none.
fn posix_class(rest: &mut Peekable<Chars<'_>>) -> String {
    let name: String = rest.clone().take_while(|&c| c != ']').take(16).collect();
    if !name.ends_with(':') || name.len() < 3 {
        return r"\[".to_owned();
    }
    // The name is ASCII up to the bracket, or the engine refuses it.
    for _ in 0..=name.chars().count() {
        rest.next();
    }
    format!("[{name}]")
}

/// Do digits, perhaps with a comma, and `}` follow?
fn starts_count(rest: &Peekable<Chars<'_>>) -> bool {
    let mut ahead = rest.clone();
    let (mut digits, mut commas) = (0, 0);
    loop {
        match ahead.next() {
            Some('0'..='9') => digits += 1,
            Some(',') if digits > 0 && commas == 0 => commas += 1,
            Some('}') => return digits > 0,
            _ => return false,
        }
        if digits > 10 {
            return false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::translate;

    #[test]
    fn classes_of_every_character_are_a_dot() {
        assert_eq!(translate(r"a[\w\W]*[\d\D]\[[\s\S]", true), r"a(?s:.)*(?s:.)\[(?s:.)");
        for other in [r"[\w\W-]", r"[\w\D]", r"[^\w\W]"] {
            assert!(translate(other, true).starts_with('['), "{other}");
        }
    }
}
