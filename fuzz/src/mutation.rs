//! Blind mutation of seeds, for the quick tests: the same number gives the same inputs.
//!
//! A seed is cut, spliced with another, repeated, its bytes are changed, tokens of a dictionary are put in. What
//! coverage can lead further is left to libFuzzer.

/// Pseudo-random numbers (splitmix64): nothing secret, the same on every machine.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// A row of numbers that begins with `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 if there is none.
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % (end.max(1) as u64)).unwrap_or(0)
    }

    fn range(&mut self, length: usize) -> std::ops::Range<usize> {
        let from = self.below(length + 1);
        // Mostly short pieces, now and then any.
        let most = if self.below(4) == 0 { length - from } else { (length - from).min(40) };
        from..from + self.below(most + 1)
    }

    fn pick<'a>(&mut self, list: &'a [Vec<u8>]) -> &'a [u8] {
        let at = self.below(list.len());
        list.get(at).map_or(&[], Vec::as_slice)
    }
}

/// A new input of at most `longest` bytes.
pub fn input(random: &mut Random, seeds: &[Vec<u8>], tokens: &[Vec<u8>], longest: usize) -> Vec<u8> {
    let mut data = random.pick(seeds).to_vec();
    for _ in 0..=random.below(6) {
        mutate(random, &mut data, seeds, tokens);
        data.truncate(longest);
    }
    data
}

fn mutate(random: &mut Random, data: &mut Vec<u8>, seeds: &[Vec<u8>], tokens: &[Vec<u8>]) {
    let at = random.below(data.len() + 1);
    let piece = random.range(data.len());
    match random.below(8) {
        0 => drop(data.drain(piece)),
        1 => data.truncate(at),
        2 => insert(data, at, random.pick(tokens)),
        3 => drop(data.splice(piece, random.pick(tokens).iter().copied())),
        4 => {
            let other = random.pick(seeds);
            let range = random.range(other.len());
            insert(data, at, other.get(range).unwrap_or_default());
        }
        5 => {
            let copy = data.get(piece).unwrap_or_default().repeat(1 + random.below(8));
            insert(data, at, &copy);
        }
        6 => {
            let byte = random.next().to_le_bytes()[0];
            data.iter_mut().skip(at).take(1).for_each(|changed| *changed = byte);
        }
        _ => {
            let bit = 1 << random.below(8);
            data.iter_mut().skip(at).take(1).for_each(|changed| *changed ^= bit);
        }
    }
}

fn insert(data: &mut Vec<u8>, at: usize, piece: &[u8]) {
    drop(data.splice(at..at, piece.iter().copied()));
}

/// The token of a line of a dictionary: what stands between its quotes, with `\\`, `\"` and `\xAB`.
pub fn token(line: &str) -> Option<Vec<u8>> {
    let (_, rest) = line.trim().split_once('"')?;
    let mut rest = rest.strip_suffix('"')?.bytes();
    let mut out = Vec::new();
    while let Some(byte) = rest.next() {
        match (byte, byte == b'\\') {
            (_, false) => out.push(byte),
            _ => match rest.next()? {
                b'x' => {
                    let digits = [rest.next()?, rest.next()?];
                    out.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
                }
                other => out.push(other),
            },
        }
    }
    (!line.starts_with('#')).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_number_gives_the_same_inputs() {
        let (seeds, tokens) = ([b"one two".to_vec(), b"three".to_vec()], [b"<a>".to_vec()]);
        let inputs = |number| {
            let mut random = Random::new(number);
            (0..200).map(|_| input(&mut random, &seeds, &tokens, 30)).collect::<Vec<_>>()
        };
        assert_eq!(inputs(7), inputs(7));
        assert_ne!(inputs(7), inputs(8));
        assert!(inputs(7).iter().all(|input| input.len() <= 30));
        assert!(inputs(7).iter().any(|input| input.windows(3).any(|three| three == b"<a>")));
    }

    #[test]
    fn tokens_are_read_as_libfuzzer_reads_them() {
        assert_eq!(token("\"a\\x0a\\\\\\\"b\""), Some(b"a\n\\\"b".to_vec()));
        assert_eq!(token("name=\"x\""), Some(b"x".to_vec()));
        assert_eq!(token("# \"x\""), None);
        assert_eq!(token(""), None);
    }
}
