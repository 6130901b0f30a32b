//! Bounds on what a document may hold, so that a hostile one cannot fill the memory.

use super::problem::What;
use crate::xml::XmlError;

/// Most items of one kind. The largest feeds have 300,000 tests.
const MAX_ITEMS: u32 = 2_000_000;
/// Most small parts in all: nodes of criteria, entities, references, names. The RHEL 7 file has 600,000.
const MAX_PARTS: u64 = 20_000_000;
/// Most text that is kept, bytes. Half of a file is kept at most, and the largest feeds have 300 MB.
const MAX_TEXT: u64 = 512 << 20;

/// What was taken of the bounds.
#[derive(Debug, Default)]
pub(super) struct Budget {
    items: [u32; 5],
    parts: u64,
    text: u64,
}

impl Budget {
    /// One more item, kept or not.
    pub(super) fn item(&mut self, what: What) -> Result<(), XmlError> {
        let Some(count) = self.items.get_mut(what as usize) else { return Ok(()) };
        *count += 1;
        if *count > MAX_ITEMS {
            return Err(XmlError::TooMany { what: what.plural(), limit: MAX_ITEMS.into() });
        }
        Ok(())
    }

    /// One more part with so many bytes of text.
    pub(super) fn part(&mut self, text: usize) -> Result<(), XmlError> {
        self.parts += 1;
        self.text += text as u64;
        if self.parts > MAX_PARTS {
            return Err(XmlError::TooMany { what: "parts of items", limit: MAX_PARTS });
        }
        if self.text > MAX_TEXT {
            return Err(XmlError::TooMany { what: "bytes of text", limit: MAX_TEXT });
        }
        Ok(())
    }

    /// The text, counted.
    pub(super) fn keep(&mut self, text: &str) -> Result<Box<str>, XmlError> {
        self.part(text.len())?;
        Ok(text.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bound_is_told_by_name() {
        let mut budget = Budget::default();
        (0..MAX_ITEMS).for_each(|_| budget.item(What::Test).unwrap());
        assert_eq!(budget.item(What::Test).unwrap_err().to_string(), "more than 2000000 tests");
        assert!(budget.item(What::State).is_ok());
        budget.part(MAX_TEXT as usize).unwrap();
        assert_eq!(budget.keep("x").unwrap_err().to_string(), "more than 536870912 bytes of text");
        let mut budget = Budget::default();
        (0..MAX_PARTS).for_each(|_| budget.part(0).unwrap());
        assert_eq!(budget.part(0).unwrap_err().to_string(), "more than 20000000 parts of items");
    }
}
