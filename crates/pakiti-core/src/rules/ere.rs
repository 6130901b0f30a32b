//! POSIX extended regular expressions as apt asks regexec(3) with `REG_EXTENDED | REG_ICASE`: does the text hold
//! a match anywhere?
//!
//! Compiled to a small program that is run over the text once with all its states at a time, so the cost is
//! program times text whatever the pattern says. Back references and GNU's word borders (`\b`, `\<`) are not
//! known: such a pattern matches nothing.

use super::glob::Bracket;

/// Steps a program may have; a longer one matches nothing.
const MAX_STEPS: usize = 5_000;
/// Parts that are looked at while it is made: repetitions of nothing (`(){255}{255}`) give no step but take time.
const MAX_EMITTED: usize = 4 * MAX_STEPS;
/// Parentheses within parentheses, and repetitions of repetitions.
const MAX_DEPTH: usize = 30;
/// The largest count in `{m,n}`.
const MAX_REPEAT: usize = 255;

/// Does `text` hold a match of `pattern`? An invalid pattern matches nothing, as in apt.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let mut parser = Parser { pattern: pattern.as_bytes(), at: 0 };
    let Some(node) = parser.alternatives(0) else { return false };
    let mut program = Program::default();
    // What is left over is nothing: `)` without `(` is a character outside of parentheses.
    program.emit(&node).is_some() && program.runs(text.as_bytes())
}

enum Node {
    Empty,
    Start,
    End,
    Byte(u8),
    Any,
    Set(Bracket),
    Sequence(Vec<Node>),
    Either(Vec<Node>),
    Repeat(Box<Node>, usize, Option<usize>),
}

struct Parser<'a> {
    pattern: &'a [u8],
    at: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.pattern.get(self.at).copied()
    }

    fn take(&mut self, wanted: u8) -> bool {
        let hit = self.peek() == Some(wanted);
        self.at += usize::from(hit);
        hit
    }

    fn alternatives(&mut self, depth: usize) -> Option<Node> {
        let mut all = vec![self.sequence(depth)?];
        while self.take(b'|') {
            all.push(self.sequence(depth)?);
        }
        Some(if all.len() == 1 { all.pop()? } else { Node::Either(all) })
    }

    fn sequence(&mut self, depth: usize) -> Option<Node> {
        let mut all = Vec::new();
        while let Some(byte) = self.peek() {
            if byte == b'|' || (byte == b')' && depth > 0) {
                break;
            }
            let mut node = self.atom(depth)?;
            // A border cannot be repeated: what follows it stands for itself, and so is refused.
            let border = matches!(node, Node::Start | Node::End);
            let mut repeats = 0;
            while let Some((low, high)) = if border { None } else { self.repeat()? } {
                repeats += 1;
                if repeats > MAX_DEPTH {
                    return None;
                }
                node = Node::Repeat(Box::new(node), low, high);
            }
            all.push(node);
        }
        Some(if all.is_empty() { Node::Empty } else { Node::Sequence(all) })
    }

    fn atom(&mut self, depth: usize) -> Option<Node> {
        let byte = self.peek()?;
        self.at += 1;
        match byte {
            b'(' if depth >= MAX_DEPTH => None,
            b'(' => {
                let node = self.alternatives(depth + 1)?;
                self.take(b')').then_some(node)
            }
            b'[' => {
                let (set, next) = Bracket::read(self.pattern, self.at, b"^", false)?;
                self.at = next;
                Some(Node::Set(set))
            }
            b'\\' => self.escape(),
            b'.' => Some(Node::Any),
            b'^' => Some(Node::Start),
            b'$' => Some(Node::End),
            // Nothing stands before it that could be repeated.
            b'*' | b'+' | b'?' | b'{' => None,
            _ => Some(Node::Byte(byte.to_ascii_lowercase())),
        }
    }

    fn escape(&mut self) -> Option<Node> {
        let byte = self.peek()?;
        self.at += 1;
        let set = |body: &[u8]| Bracket::read(body, 0, b"^", false).map(|(set, _)| Node::Set(set));
        match byte {
            b'w' => set(b"[:alnum:]_]"),
            b'W' => set(b"^[:alnum:]_]"),
            b's' => set(b"[:space:]]"),
            b'S' => set(b"^[:space:]]"),
            // Back references, word borders, ends of the buffer.
            b'1'..=b'9' | b'b' | b'B' | b'<' | b'>' | b'`' | b'\'' => None,
            _ => Some(Node::Byte(byte.to_ascii_lowercase())),
        }
    }

    /// The counts of the repetition that follows, `Some(None)` if none does, `None` if it is malformed.
    fn repeat(&mut self) -> Option<Option<(usize, Option<usize>)>> {
        let found = match self.peek() {
            Some(b'*') => (0, None),
            Some(b'+') => (1, None),
            Some(b'?') => (0, Some(1)),
            Some(b'{') => return self.interval().map(Some),
            _ => return Some(None),
        };
        self.at += 1;
        Some(Some(found))
    }

    fn interval(&mut self) -> Option<(usize, Option<usize>)> {
        self.at += 1;
        let low = self.number();
        let high = if self.take(b',') { self.number() } else { Some(low?) };
        let fits = self.take(b'}') && high.is_none_or(|high| high >= low.unwrap_or(0));
        fits.then_some((low.unwrap_or(0), high)).filter(|(low, high)| high.unwrap_or(*low) <= MAX_REPEAT)
    }

    fn number(&mut self) -> Option<usize> {
        let digits = self.pattern.get(self.at..)?.iter().take_while(|b| b.is_ascii_digit()).count();
        let text = std::str::from_utf8(self.pattern.get(self.at..self.at + digits)?).ok()?;
        self.at += digits;
        text.parse().ok()
    }
}

enum Step {
    Byte(u8),
    Any,
    Set(Bracket),
    Start,
    End,
    /// Go on at both.
    Fork(usize, usize),
    Done,
}

#[derive(Default)]
struct Program {
    steps: Vec<Step>,
    emitted: usize,
}

impl Program {
    fn push(&mut self, step: Step) -> Option<usize> {
        let at = self.steps.len();
        self.steps.push(step);
        (at < MAX_STEPS).then_some(at)
    }

    /// Where a fork that is not aimed yet goes: the step to come.
    fn land(&mut self, fork: usize) {
        let here = self.steps.len();
        if let Some(Step::Fork(_, second)) = self.steps.get_mut(fork) {
            *second = here;
        }
    }

    fn emit(&mut self, node: &Node) -> Option<()> {
        self.emitted += 1;
        if self.emitted > MAX_EMITTED {
            return None;
        }
        match node {
            Node::Empty => {}
            Node::Start => drop(self.push(Step::Start)?),
            Node::End => drop(self.push(Step::End)?),
            Node::Byte(byte) => drop(self.push(Step::Byte(*byte))?),
            Node::Any => drop(self.push(Step::Any)?),
            Node::Set(set) => drop(self.push(Step::Set(*set))?),
            Node::Sequence(all) => all.iter().try_for_each(|node| self.emit(node))?,
            Node::Either(all) => self.emit_either(all)?,
            Node::Repeat(node, low, high) => self.emit_repeat(node, *low, *high)?,
        }
        Some(())
    }

    fn emit_either(&mut self, all: &[Node]) -> Option<()> {
        let mut ends = Vec::new();
        for node in all {
            let fork = self.push(Step::Fork(self.steps.len() + 1, 0))?;
            self.emit(node)?;
            let here = self.steps.len();
            ends.push(self.push(Step::Fork(here, here))?);
            self.land(fork);
        }
        // No alternative is left: nowhere to go but to itself.
        let here = self.steps.len();
        self.push(Step::Fork(here, here))?;
        let after = self.steps.len();
        for end in ends {
            if let Some(step) = self.steps.get_mut(end) {
                *step = Step::Fork(after, after);
            }
        }
        Some(())
    }

    fn emit_repeat(&mut self, node: &Node, low: usize, high: Option<usize>) -> Option<()> {
        for _ in 0..low {
            self.emit(node)?;
        }
        match high {
            Some(high) => {
                let mut forks = Vec::new();
                for _ in low..high {
                    forks.push(self.push(Step::Fork(self.steps.len() + 1, 0))?);
                    self.emit(node)?;
                }
                forks.into_iter().for_each(|fork| self.land(fork));
            }
            None => {
                let fork = self.push(Step::Fork(self.steps.len() + 1, 0))?;
                self.emit(node)?;
                self.push(Step::Fork(fork, fork))?;
                self.land(fork);
            }
        }
        Some(())
    }

    /// Runs the program over the text, begun anew at every byte.
    fn runs(mut self, text: &[u8]) -> bool {
        self.steps.push(Step::Done);
        let mut now = vec![false; self.steps.len()];
        for at in 0..=text.len() {
            let here = Place { first: at == 0, last: at == text.len() };
            let mut stack: Vec<usize> =
                now.iter().enumerate().filter(|(_, on)| **on).map(|(s, _)| s).collect();
            stack.push(0);
            now.iter_mut().for_each(|on| *on = false);
            if self.follow(stack, &mut now, here) {
                return true;
            }
            let Some(&byte) = text.get(at) else { break };
            now = self.advance(&now, byte.to_ascii_lowercase());
        }
        false
    }

    /// Follows forks and borders from `stack`; true when a match ends here.
    fn follow(&self, mut stack: Vec<usize>, on: &mut [bool], here: Place) -> bool {
        while let Some(at) = stack.pop() {
            match on.get_mut(at) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            match self.steps.get(at) {
                Some(Step::Done) => return true,
                Some(Step::Fork(one, other)) => stack.extend([*one, *other]),
                Some(Step::Start) if here.first => stack.push(at + 1),
                Some(Step::End) if here.last => stack.push(at + 1),
                _ => {}
            }
        }
        false
    }

    fn advance(&self, now: &[bool], byte: u8) -> Vec<bool> {
        let mut next = vec![false; now.len()];
        for ((at, step), _) in self.steps.iter().enumerate().zip(now).filter(|(_, on)| **on) {
            let hit = match step {
                Step::Byte(wanted) => *wanted == byte,
                Step::Any => true,
                Step::Set(set) => set.has(byte),
                _ => false,
            };
            if let Some(slot) = next.get_mut(at + 1).filter(|_| hit) {
                *slot = true;
            }
        }
        next
    }
}

#[derive(Clone, Copy)]
struct Place {
    first: bool,
    last: bool,
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn expressions_as_regexec() {
        for (pattern, text, want) in [
            ("kde", "libkde4", true),
            ("^kde", "libkde4", false),
            ("^linux-(image|headers)-[0-9.]+-amd64$", "linux-image-6.1-amd64", true),
            ("^linux-(image|headers)-[0-9.]+-amd64$", "linux-image-6.1-arm64", false),
            ("LIBC6?$", "libc", true),
            ("a{2,3}b", "ab", false),
            ("a{2,3}b", "aaaab", true),
            ("^a{2}$", "aaa", false),
            ("^a{2,}$", "aaa", true),
            ("^(ab)*$", "ababa", false),
            ("^(a|b|)$", "", true),
            ("[[:digit:]]$", "libfoo2", true),
            ("[^a-z]", "abc", false),
            ("a\\.b", "axb", false),
            ("", "anything", true),
            ("()", "anything", true),
            ("a)", "a)", true),
            ("(a*)*b", "aaab", true),
            ("x*", "", true),
            ("(", "(", false),
            ("*a", "a", false),
            ("^*a", "a", false),
            ("{1}", "{1}", false),
            ("a{b", "a{b", false),
            ("a|*b", "a", false),
            ("[a", "[a", false),
            ("(a)\\1", "aa", false),
        ] {
            assert_eq!(matches(pattern, text), want, "{pattern} ~ {text}");
        }
    }

    #[test]
    fn hostile_expressions_stay_cheap() {
        assert!(!matches(&format!("{}b", "(a*)*".repeat(50)), &"a".repeat(2_000)));
        assert!(!matches(&format!("{}a{}", "(".repeat(100), ")".repeat(100)), "a"));
        assert!(!matches("((a{255}){255}){255}", "a"));
        assert!(!matches("(){255}{255}{255}{255}{255}", "a"));
        assert!(!matches(&format!("a{}", "{1}".repeat(20_000)), "a"));
        assert!(matches("^a{1}{1}+*$", "a"));
    }
}
