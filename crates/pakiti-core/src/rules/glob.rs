//! Shell patterns as apt asks fnmatch(3): `*`, `?`, `[a-z]`, `[!a]`, `[[:digit:]]`, `\*`; letter case counts for
//! nothing (`FNM_CASEFOLD`), a slash and a leading dot are characters like any other.
//!
//! Linear in pattern times text: one backtrack point, no recursion, so hostile patterns stay cheap.

/// Does `text` match `pattern`?
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    matches_in(pattern, text, true)
}

/// The same where letter case counts (dnf's patterns); bracket expressions take both cases all the same.
pub(super) fn matches_case(pattern: &str, text: &str) -> bool {
    matches_in(pattern, text, false)
}

fn matches_in(pattern: &str, text: &str, fold: bool) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(&byte) = text.get(t) {
        match step(pattern, p, byte, fold) {
            Step::Star => {
                star = Some((p + 1, t));
                p += 1;
            }
            Step::Match(next) => {
                p = next;
                t += 1;
            }
            Step::Fail => match star {
                Some((after, from)) => {
                    star = Some((after, from + 1));
                    p = after;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|&c| c == b'*')
}

enum Step {
    Star,
    Match(usize),
    Fail,
}

/// One step of the pattern at `at` against a byte.
fn step(pattern: &[u8], at: usize, byte: u8, fold: bool) -> Step {
    let literal = |at: usize| match pattern.get(at) {
        Some(c) if *c == byte || (fold && c.eq_ignore_ascii_case(&byte)) => Step::Match(at + 1),
        _ => Step::Fail,
    };
    match pattern.get(at) {
        Some(b'*') => Step::Star,
        Some(b'?') => Step::Match(at + 1),
        Some(b'[') => match Bracket::read(pattern, at + 1, b"!^", true) {
            Some((bracket, next)) if bracket.has(byte.to_ascii_lowercase()) => Step::Match(next),
            Some(_) => Step::Fail,
            None => literal(at),
        },
        Some(b'\\') => literal(at + 1),
        _ => literal(at),
    }
}

/// A bracket expression, of shell patterns and of regular expressions: one bit per byte, letters in both cases.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bracket([u64; 4]);

impl Bracket {
    /// Reads what follows the opening `[` at `from`; `not` are the signs that negate, `escapes` says whether a
    /// backslash quotes. Gives the set and the position after its `]`; `None` if it never ends.
    pub(super) fn read(pattern: &[u8], from: usize, not: &[u8], escapes: bool) -> Option<(Self, usize)> {
        let mut at = from;
        let negated = pattern.get(at).is_some_and(|c| not.contains(c));
        at += usize::from(negated);
        let (first, mut set) = (at, Self([0; 4]));
        loop {
            match *pattern.get(at)? {
                // A `]` right after the opening stands for itself.
                b']' if at > first => break,
                b'[' if pattern.get(at + 1) == Some(&b':') => {
                    let len = pattern.get(at + 2..)?.windows(2).position(|two| two == b":]")?;
                    set.add_class(pattern.get(at + 2..at + 2 + len)?)?;
                    at += len + 4;
                }
                _ => at = set.add_range(pattern, at, escapes)?,
            }
        }
        if negated {
            set.0 = set.0.map(|bits| !bits);
        }
        Some((set, at + 1))
    }

    /// Is this byte of a lower-case text in the set?
    pub(super) fn has(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte >> 6)).is_some_and(|bits| bits >> (byte & 63) & 1 == 1)
    }

    fn add(&mut self, byte: u8) {
        let byte = byte.to_ascii_lowercase();
        if let Some(bits) = self.0.get_mut(usize::from(byte >> 6)) {
            *bits |= 1 << (byte & 63);
        }
    }

    /// Adds the character or range at `at`; gives the position after it.
    fn add_range(&mut self, pattern: &[u8], at: usize, escapes: bool) -> Option<usize> {
        let (low, next) = member(pattern, at, escapes)?;
        if pattern.get(next) != Some(&b'-') || pattern.get(next + 1) == Some(&b']') {
            self.add(low);
            return Some(next);
        }
        let (high, next) = member(pattern, next + 1, escapes)?;
        (low.to_ascii_lowercase()..=high.to_ascii_lowercase()).for_each(|byte| self.add(byte));
        Some(next)
    }

    fn add_class(&mut self, name: &[u8]) -> Option<()> {
        let holds: fn(&u8) -> bool = match name {
            b"alpha" | b"upper" | b"lower" => u8::is_ascii_alphabetic,
            b"digit" => u8::is_ascii_digit,
            b"alnum" => u8::is_ascii_alphanumeric,
            b"punct" => u8::is_ascii_punctuation,
            b"xdigit" => u8::is_ascii_hexdigit,
            b"space" => |b| b.is_ascii_whitespace() || *b == 0x0b,
            b"blank" => |b| matches!(b, b' ' | b'\t'),
            b"graph" => u8::is_ascii_graphic,
            b"print" => |b| b.is_ascii_graphic() || *b == b' ',
            b"cntrl" => u8::is_ascii_control,
            _ => return None,
        };
        (0..=127).filter(holds).for_each(|byte| self.add(byte));
        Some(())
    }
}

fn member(pattern: &[u8], at: usize, escapes: bool) -> Option<(u8, usize)> {
    match *pattern.get(at)? {
        b'\\' if escapes => Some((*pattern.get(at + 1)?, at + 2)),
        byte => Some((byte, at + 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_as_fnmatch() {
        for (pattern, text, want) in [
            ("*", "", true),
            ("linux-*", "linux-image", true),
            ("linux-*-amd64", "linux-image-6.1-amd64", true),
            ("linux-?", "linux-", false),
            ("[a-c]x", "bx", true),
            ("[!a-c]x", "bx", false),
            ("[^a-c]x", "dx", true),
            ("[]]", "]", true),
            ("[!]]", "]", false),
            ("[", "[", true),
            ("[a-", "[a-", true),
            ("[a-]", "-", true),
            ("[[:digit:]].*", "5.2", true),
            ("[![:digit:]].*", "5.2", false),
            ("[\\]]", "]", true),
            ("a*b*c", "axxbxxc", true),
            ("a*b*c", "axxbxx", false),
            ("", "a", false),
            ("a\\*", "a*", true),
            ("a\\", "a\\", false),
            ("DEBIAN*", "Debian Backports", true),
            ("[A-C]", "b", true),
            ("*.debian.org", "ftp.de.debian.org", true),
            ("a/*", "a/.b/c", true),
        ] {
            assert_eq!(matches(pattern, text), want, "{pattern} ~ {text}");
        }
    }

    #[test]
    fn letter_case_counts_where_dnf_says_so() {
        use super::matches_case;
        assert!(matches_case("Foo*", "Foo-bar") && !matches_case("foo*", "Foo-bar"));
    }

    #[test]
    fn many_stars_stay_cheap() {
        let pattern = "*a".repeat(200);
        assert!(!matches(&pattern, &"b".repeat(20_000)));
    }
}
