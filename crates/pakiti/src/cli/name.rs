//! Names of sources and accounts on the command line: what can be typed and told.

/// Longest name (bytes).
const LONGEST: usize = 100;

/// Checks a name.
pub(crate) fn parse(text: &str) -> Result<String, &'static str> {
    let odd = |c: char| c.is_control() || c.is_whitespace();
    match text {
        "" => Err("a name is needed"),
        text if text.len() > LONGEST => Err("a name has at most 100 bytes"),
        text if text.starts_with('-') => Err("a name does not begin with -"),
        text if text.contains(odd) => Err("a name holds no blanks"),
        text => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn names_can_be_typed_and_told() {
        assert!(parse("debian-12").is_ok() && parse("é").is_ok());
        assert!(["", "-x", "a b", "a\u{1b}[2J", &"x".repeat(101)].iter().all(|bad| parse(bad).is_err()));
    }
}
