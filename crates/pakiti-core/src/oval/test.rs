//! The result of a test: existence first, then the states (oval-semantics.md, section 2).

use super::collected::{Collected, Item};
use super::evaluation::Evaluation;
use super::model::{Check, Existence, Kind, Place, Test};
use super::outcome::{Flag, Outcome, Tally, existence};

impl<'a> Evaluation<'a> {
    /// The result of a test; one that the document does not hold is not evaluated.
    pub fn test(&mut self, place: Place) -> Outcome {
        let Some(test) = self.document.tests.get(place as usize) else { return Outcome::NotEvaluated };
        if let Some(known) = self.tests.get(place as usize).copied().flatten() {
            return known;
        }
        let outcome = self.test_outcome(test);
        if let Some(slot) = self.tests.get_mut(place as usize) {
            *slot = Some(outcome);
        }
        outcome
    }

    /// Of a test of installed packages: each package its object selects (its place in the host's list), and what the
    /// test's states say of it; without states that it is installed.
    pub fn instances(&mut self, place: Place) -> Vec<(usize, Outcome)> {
        let Some(test) = self.document.tests.get(place as usize) else { return Vec::new() };
        if !matches!(test.kind, Kind::RpmInfo | Kind::DpkgInfo) {
            return Vec::new();
        }
        let collected = self.object(test.object);
        let package = |item: &Item<'a>| match item {
            Item::Package(position) => Some(*position as usize),
            _ => None,
        };
        let mut instances = Vec::new();
        for item in &collected.items {
            if let Some(position) = package(item) {
                let outcome = if test.states.is_empty() { Outcome::True } else { self.item(test, item) };
                instances.push((position, outcome));
            }
        }
        instances
    }

    fn test_outcome(&mut self, test: &'a Test) -> Outcome {
        if test.kind == Kind::Unknown {
            return Outcome::Unknown;
        }
        let collected = self.object(test.object);
        let count = collected.items.len();
        let anything = test.existence == Existence::AnyExist;
        match collected.flag {
            Flag::Complete => match existence(test.existence, count, 0) {
                Outcome::True if !test.states.is_empty() => self.check(test, &collected),
                outcome => outcome,
            },
            // The states are not looked at, whatever `check` says.
            Flag::DoesNotExist => (anything || test.existence == Existence::NoneExist).into(),
            Flag::Incomplete => self.incomplete(test, &collected),
            _ if anything && test.states.is_empty() => Outcome::True,
            Flag::Error => Outcome::Error,
            Flag::NotCollected => Outcome::Unknown,
            Flag::NotApplicable => Outcome::NotApplicable,
        }
    }

    /// The result where more items may exist than were found.
    fn incomplete(&mut self, test: &'a Test, collected: &Collected<'a>) -> Outcome {
        let found = match (test.existence, collected.items.len()) {
            (Existence::AnyExist, _) | (Existence::AtLeastOneExists, 1..) => Outcome::True,
            (Existence::NoneExist, 1..) | (Existence::OnlyOneExists, 2..) => Outcome::False,
            _ => Outcome::Unknown,
        };
        if found != Outcome::True || test.states.is_empty() {
            return found;
        }
        match self.check(test, collected) {
            Outcome::True if test.check == Check::AtLeastOne => Outcome::True,
            Outcome::False => Outcome::False,
            _ => Outcome::Unknown,
        }
    }

    /// `check` over the items.
    fn check(&mut self, test: &'a Test, collected: &Collected<'a>) -> Outcome {
        let tally: Tally = collected.items.iter().map(|item| self.item(test, item)).collect();
        tally.by_check(test.check)
    }

    /// What the states of a test say of an item.
    fn item(&mut self, test: &'a Test, item: &Item<'a>) -> Outcome {
        let tally: Tally = test.states.iter().map(|&state| self.state(state, item)).collect();
        tally.by_operator(test.state_operator)
    }
}
