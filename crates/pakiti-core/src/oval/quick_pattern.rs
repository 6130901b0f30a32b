//! Pattern matches that need no compiled pattern, or one that is ready at once.
//!
//! Vendors' patterns are alternatives of architectures, and releases of kernels that one text is held against once.
//! Compiling such a pattern for speed takes a thousand times as long as the match. Here is the small part of PCRE they
//! are written in (pcrepattern(3): plain characters, classes, groups, counts), for ASCII; all else is left to the
//! engines of `pattern`. Which match is meant is not asked here, only whether there is one.

/// Longest pattern and text, bytes: beyond them compiling pays.
const LONGEST: usize = 1_024;
/// Most parts of a program, repeated ones counted each time.
const MOST_PARTS: usize = 4_096;
/// Steps of one match.
const MOST_STEPS: usize = 16_384;
/// Groups within groups.
const DEEPEST: u32 = 16;
/// Largest count.
const MOST_TIMES: u32 = 64;

/// ASCII characters, a bit for each.
type Set = u128;

/// The alternatives of a pattern of nothing but plain words (`i386|x86_64`); `None` = it is another one.
pub(super) fn words(pattern: &str) -> Option<std::str::Split<'_, char>> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'|');
    (pattern.len() <= LONGEST && pattern.bytes().all(plain)).then(|| pattern.split('|'))
}

/// A pattern as a program; a match goes back and tries on at every fork.
#[derive(Debug)]
pub(super) struct Quick(Vec<Operation>);

#[derive(Debug, Clone, Copy)]
enum Operation {
    /// One character of these.
    One(Set),
    /// The beginning of the text.
    Begin,
    /// Goes on at the first, later at the second.
    Fork(usize, usize),
    Jump(usize),
}

/// A part of a pattern.
#[derive(Debug)]
enum Part {
    One(Set),
    Begin,
    /// One of these, each a sequence.
    Group(Vec<Vec<Part>>),
    /// At least, at most.
    Repeat(Box<Part>, u32, Option<u32>),
}

impl Quick {
    /// `None` = the pattern is none for this engine.
    pub(super) fn of(pattern: &str) -> Option<Self> {
        if pattern.len() > LONGEST {
            return None;
        }
        let mut reading = Reading { rest: pattern.as_bytes() };
        let group = reading.alternatives(0)?;
        if !reading.rest.is_empty() {
            return None;
        }
        let mut writing = Writing { program: Vec::new(), left: MOST_PARTS };
        writing.part(&group)?;
        Some(Self(writing.program))
    }

    /// Does the pattern match anywhere in the text? `None` = another engine shall say.
    pub(super) fn is_match(&self, text: &str) -> Option<bool> {
        if text.len() > LONGEST || !text.is_ascii() {
            return None;
        }
        let text = text.as_bytes();
        let mut steps = 0;
        let mut forks = Vec::new();
        for start in 0..=text.len() {
            forks.push((0, start));
            while let Some((mut place, mut at)) = forks.pop() {
                loop {
                    steps += 1;
                    if steps > MOST_STEPS {
                        return None;
                    }
                    match self.0.get(place) {
                        None => return Some(true),
                        Some(Operation::One(set)) if text.get(at).is_some_and(|byte| has(*set, *byte)) => {
                            at += 1;
                            place += 1;
                        }
                        Some(Operation::Begin) if at == 0 => place += 1,
                        Some(Operation::One(_) | Operation::Begin) => break,
                        Some(Operation::Fork(first, second)) => {
                            forks.push((*second, at));
                            place = *first;
                        }
                        Some(Operation::Jump(to)) => place = *to,
                    }
                }
            }
        }
        Some(false)
    }
}

fn has(set: Set, byte: u8) -> bool {
    byte.is_ascii() && set >> byte & 1 == 1
}

fn set_of(of: impl Fn(u8) -> bool) -> Set {
    (0..128u8).filter(|byte| of(*byte)).fold(0, |set, byte| set | 1 << byte)
}

/// What follows a backslash.
fn escaped(byte: u8) -> Option<Set> {
    match byte {
        b'd' => Some(set_of(|byte| byte.is_ascii_digit())),
        b'w' => Some(set_of(|byte| byte.is_ascii_alphanumeric() || byte == b'_')),
        b's' => Some(set_of(|byte| matches!(byte, b'\t'..=b'\r' | b' '))),
        // Before `<` and `>` a backslash has had other meanings.
        b'<' | b'>' => None,
        byte if byte.is_ascii_punctuation() => Some(1 << byte),
        _ => None,
    }
}

/// A pattern while it is read. `None` everywhere = it is none for this engine.
struct Reading<'p> {
    rest: &'p [u8],
}

impl Reading<'_> {
    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn next_if(&mut self, byte: u8) -> bool {
        let is = self.rest.first() == Some(&byte);
        if is {
            self.next();
        }
        is
    }

    /// Up to the end of the group or pattern.
    fn alternatives(&mut self, depth: u32) -> Option<Part> {
        let mut all = vec![Vec::new()];
        while let Some(byte) = self.rest.first().filter(|byte| **byte != b')') {
            if *byte == b'|' {
                self.next();
                all.push(Vec::new());
                continue;
            }
            let part = self.part(depth)?;
            let part = self.counted(part)?;
            all.last_mut()?.push(part);
        }
        Some(Part::Group(all))
    }

    fn part(&mut self, depth: u32) -> Option<Part> {
        Some(match self.next()? {
            b'\\' => Part::One(escaped(self.next()?)?),
            b'.' => Part::One(!(1 << b'\n')),
            b'[' => Part::One(self.class()?),
            b'^' => Part::Begin,
            b'(' if depth < DEEPEST && self.rest.first() != Some(&b'?') => {
                let group = self.alternatives(depth + 1)?;
                if !self.next_if(b')') {
                    return None;
                }
                group
            }
            byte if byte.is_ascii_alphanumeric() || b" -_:/,;<>=@%\"'~".contains(&byte) => {
                Part::One(1 << byte)
            }
            _ => return None,
        })
    }

    /// A class, up to its end; nested and named ones are none for this engine.
    fn class(&mut self) -> Option<Set> {
        let negated = self.next_if(b'^');
        let mut set = 0;
        loop {
            match self.next()? {
                b']' if set != 0 => return Some(if negated { !set } else { set }),
                b'\\' => set |= escaped(self.next()?)?,
                first if first.is_ascii_alphanumeric() => {
                    if !self.next_if(b'-') {
                        set |= 1 << first;
                        continue;
                    }
                    let last = self.next().filter(|last| last.is_ascii_alphanumeric() && *last >= first)?;
                    set |= set_of(|byte| (first..=last).contains(&byte));
                }
                plain @ (b'.' | b'_') => set |= 1 << plain,
                _ => return None,
            }
        }
    }

    /// The part with the count behind it.
    fn counted(&mut self, part: Part) -> Option<Part> {
        let (least, most) = match self.rest.first() {
            Some(b'*') => (0, None),
            Some(b'+') => (1, None),
            Some(b'?') => (0, Some(1)),
            Some(b'{') => return self.times(part),
            _ => return Some(part),
        };
        self.next();
        self.repeat(part, least, most)
    }

    /// `{2}`, `{2,}`, `{2,5}`.
    fn times(&mut self, part: Part) -> Option<Part> {
        self.next();
        let least = self.number()?;
        let most = match (self.next_if(b','), self.rest.first()) {
            (false, _) => Some(least),
            (true, Some(b'}')) => None,
            (true, _) => Some(self.number()?),
        };
        if !self.next_if(b'}') || most.is_some_and(|most| most < least) {
            return None;
        }
        self.repeat(part, least, most)
    }

    /// Of counts behind counts and of counted anchors the engines know more.
    fn repeat(&mut self, part: Part, least: u32, most: Option<u32>) -> Option<Part> {
        let more = matches!(self.rest.first(), Some(b'*' | b'+' | b'?' | b'{'));
        let anchor = matches!(part, Part::Begin);
        (!more && !anchor).then(|| Part::Repeat(Box::new(part), least, most))
    }

    fn number(&mut self) -> Option<u32> {
        let digits = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (number, rest) = self.rest.split_at_checked(digits)?;
        self.rest = rest;
        std::str::from_utf8(number).ok()?.parse().ok().filter(|number| *number <= MOST_TIMES)
    }
}

/// A program while it is written.
struct Writing {
    program: Vec<Operation>,
    /// Parts that may still be written: nothing repeated many times is work, too.
    left: usize,
}

impl Writing {
    /// Appends a part; `None` = the program is too long.
    fn part(&mut self, part: &Part) -> Option<()> {
        self.left = self.left.checked_sub(1)?;
        match part {
            Part::One(set) => self.program.push(Operation::One(*set)),
            Part::Begin => self.program.push(Operation::Begin),
            Part::Group(all) => self.group(all)?,
            Part::Repeat(part, least, most) => {
                (0..*least).try_for_each(|_| self.part(part))?;
                match most {
                    None => {
                        let fork = self.reserve();
                        self.part(part)?;
                        self.program.push(Operation::Jump(fork));
                        self.set(fork, |end| Operation::Fork(fork + 1, end));
                    }
                    Some(most) => (*least..*most).try_for_each(|_| {
                        let fork = self.reserve();
                        self.part(part)?;
                        self.set(fork, |end| Operation::Fork(fork + 1, end));
                        Some(())
                    })?,
                }
            }
        }
        Some(())
    }

    fn group(&mut self, all: &[Vec<Part>]) -> Option<()> {
        let mut ends = Vec::new();
        for (number, sequence) in (1..).zip(all) {
            let fork = (number < all.len()).then(|| self.reserve());
            sequence.iter().try_for_each(|part| self.part(part))?;
            if let Some(fork) = fork {
                ends.push(self.reserve());
                self.set(fork, |end| Operation::Fork(fork + 1, end));
            }
        }
        ends.into_iter().for_each(|place| self.set(place, Operation::Jump));
        Some(())
    }

    /// A place whose operation is told later.
    fn reserve(&mut self) -> usize {
        self.program.push(Operation::Begin);
        self.program.len() - 1
    }

    /// Tells the operation of a place by where the program ends now.
    fn set(&mut self, place: usize, of: impl FnOnce(usize) -> Operation) {
        let end = self.program.len();
        if let Some(slot) = self.program.get_mut(place) {
            *slot = of(end);
        }
    }
}

#[cfg(test)]
mod tests;
