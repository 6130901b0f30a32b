//! The six results of OVAL and how they are combined (oval-semantics.md, sections 1 and 2).

use super::model::{Check, Existence, Operator};

/// A result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// true
    True,
    /// false
    False,
    /// error
    Error,
    /// unknown
    Unknown,
    /// not evaluated
    NotEvaluated,
    /// not applicable
    NotApplicable,
}

impl Outcome {
    /// All six.
    pub const ALL: [Self; 6] =
        [Self::True, Self::False, Self::Error, Self::Unknown, Self::NotEvaluated, Self::NotApplicable];

    /// The word of the results schema.
    pub fn word(self) -> &'static str {
        match self {
            Self::True => "true",
            Self::False => "false",
            Self::Error => "error",
            Self::Unknown => "unknown",
            Self::NotEvaluated => "not evaluated",
            Self::NotApplicable => "not applicable",
        }
    }

    /// True and false swap where `negate` is set; the other results stay.
    #[must_use]
    pub fn negated(self, negate: bool) -> Self {
        match self {
            Self::True if negate => Self::False,
            Self::False if negate => Self::True,
            other => other,
        }
    }
}

impl From<bool> for Outcome {
    fn from(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }
}

/// How many of each result there are: all that a combination depends on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    yes: u32,
    no: u32,
    error: u32,
    unknown: u32,
    not_evaluated: u32,
    not_applicable: u32,
}

impl Tally {
    /// Counts one more result.
    pub fn add(&mut self, outcome: Outcome) {
        let count = match outcome {
            Outcome::True => &mut self.yes,
            Outcome::False => &mut self.no,
            Outcome::Error => &mut self.error,
            Outcome::Unknown => &mut self.unknown,
            Outcome::NotEvaluated => &mut self.not_evaluated,
            Outcome::NotApplicable => &mut self.not_applicable,
        };
        *count = count.saturating_add(1);
    }

    /// Combined by an operator of criteria, of a state or of a test's states.
    pub fn by_operator(&self, operator: Operator) -> Outcome {
        if let Some(early) = self.early() {
            return early;
        }
        let undecided = self.undecided();
        match operator {
            Operator::And if self.no > 0 => Outcome::False,
            Operator::And => undecided.unwrap_or(Outcome::True),
            Operator::Or if self.yes > 0 => Outcome::True,
            Operator::Or => undecided.unwrap_or(Outcome::False),
            Operator::One if self.yes > 1 => Outcome::False,
            Operator::One => undecided.unwrap_or((self.yes == 1).into()),
            Operator::Xor => undecided.unwrap_or((self.yes % 2 == 1).into()),
        }
    }

    /// Combined by `check`, `entity_check` or `var_check`.
    pub fn by_check(&self, check: Check) -> Outcome {
        match check {
            Check::All => self.by_operator(Operator::And),
            Check::AtLeastOne => self.by_operator(Operator::Or),
            Check::OnlyOne => self.by_operator(Operator::One),
            Check::NoneSatisfy => match self.early() {
                Some(early) => early,
                None if self.yes > 0 => Outcome::False,
                None => self.undecided().unwrap_or(Outcome::True),
            },
        }
    }

    /// No operand, or only such that do not apply.
    fn early(&self) -> Option<Outcome> {
        if *self == Self::default() {
            return Some(Outcome::Unknown);
        }
        let only = Self { not_applicable: self.not_applicable, ..Self::default() };
        (*self == only).then_some(Outcome::NotApplicable)
    }

    /// The gravest of the results that are neither true nor false.
    fn undecided(&self) -> Option<Outcome> {
        match self {
            Self { error: 1.., .. } => Some(Outcome::Error),
            Self { unknown: 1.., .. } => Some(Outcome::Unknown),
            Self { not_evaluated: 1.., .. } => Some(Outcome::NotEvaluated),
            _ => None,
        }
    }
}

impl FromIterator<Outcome> for Tally {
    fn from_iter<I: IntoIterator<Item = Outcome>>(outcomes: I) -> Self {
        let mut tally = Self::default();
        outcomes.into_iter().for_each(|outcome| tally.add(outcome));
        tally
    }
}

/// How the items of an object were collected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Flag {
    /// All items are there.
    Complete,
    /// Some items are there; there may be more.
    Incomplete,
    /// No item exists.
    DoesNotExist,
    /// Collecting failed.
    Error,
    /// Nobody looked.
    NotCollected,
    /// There is no such thing on this system.
    NotApplicable,
}

/// `check_existence` over a complete object with so many existing items and items with errors. Existing items
/// beside errors are an error for `none_exist`, as oscap has it.
pub fn existence(existence: Existence, exist: usize, errors: usize) -> Outcome {
    match existence {
        Existence::AllExist if errors > 0 => Outcome::Error,
        Existence::AllExist => (exist >= 1).into(),
        Existence::AnyExist if exist >= 1 || errors == 0 => Outcome::True,
        Existence::AnyExist => Outcome::Error,
        Existence::AtLeastOneExists if exist >= 1 => Outcome::True,
        Existence::AtLeastOneExists if errors > 0 => Outcome::Error,
        Existence::AtLeastOneExists => Outcome::False,
        Existence::NoneExist if errors > 0 => Outcome::Error,
        Existence::NoneExist => (exist == 0).into(),
        Existence::OnlyOneExists if exist >= 2 => Outcome::False,
        Existence::OnlyOneExists if errors > 0 => Outcome::Error,
        Existence::OnlyOneExists => (exist == 1).into(),
    }
}
