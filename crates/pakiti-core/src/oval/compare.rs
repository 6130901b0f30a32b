//! One value of an item against one value of a state: the datatypes (oval-semantics.md, section 3).

use super::model::{Datatype, Operation};
use super::outcome::Outcome;
use super::pattern::Patterns;
use super::{evr, ip};
use std::cmp::Ordering;

/// Compares a value of an item with a value of a state. `evaluate` does it for whole documents; this is one step
/// of it, with its own patterns.
pub fn compare_values(datatype: Datatype, operation: Operation, item: &str, state: &str) -> Outcome {
    compare(datatype, operation, item, state, &mut Patterns::default())
}

/// As [`compare_values`], with the patterns compiled before.
pub(super) fn compare(
    datatype: Datatype,
    operation: Operation,
    item: &str,
    state: &str,
    patterns: &mut Patterns,
) -> Outcome {
    match datatype {
        Datatype::String => string(operation, item, state, patterns),
        Datatype::Int => int(operation, item, state),
        Datatype::Float => match (float(item), float(state)) {
            (Some(item), Some(state)) => ordered(operation, compare_floats(item, state)),
            _ => Outcome::Error,
        },
        Datatype::Boolean => equality(operation, truth(item) == truth(state)),
        Datatype::Binary => equality(operation, item.eq_ignore_ascii_case(state)),
        Datatype::Version => ordered(operation, compare_dotted(item, state)),
        Datatype::EvrString => ordered(operation, evr::compare_rpm(item, state)),
        Datatype::DebianEvrString => {
            evr::compare_deb(item, state).map_or(Outcome::Error, |order| ordered(operation, order))
        }
        Datatype::Ipv4Address => ip::compare_v4(operation, item, state),
        Datatype::Ipv6Address => ip::compare_v6(operation, item, state),
        Datatype::Record => Outcome::Error,
        Datatype::Other => Outcome::NotEvaluated,
    }
}

fn string(operation: Operation, item: &str, state: &str, patterns: &mut Patterns) -> Outcome {
    match operation {
        Operation::Equals => (item == state).into(),
        Operation::NotEqual => (item != state).into(),
        Operation::CaseInsensitiveEquals => item.eq_ignore_ascii_case(state).into(),
        Operation::CaseInsensitiveNotEqual => (!item.eq_ignore_ascii_case(state)).into(),
        Operation::PatternMatch => patterns.is_match(state, item).map_or(Outcome::Error, Outcome::from),
        _ => Outcome::Error,
    }
}

/// The operations that an order answers.
pub(super) fn ordered(operation: Operation, order: Ordering) -> Outcome {
    match operation {
        Operation::Equals => order.is_eq().into(),
        Operation::NotEqual => order.is_ne().into(),
        Operation::GreaterThan => order.is_gt().into(),
        Operation::LessThan => order.is_lt().into(),
        Operation::GreaterThanOrEqual => order.is_ge().into(),
        Operation::LessThanOrEqual => order.is_le().into(),
        _ => Outcome::Error,
    }
}

/// The operations that have only equality.
fn equality(operation: Operation, equal: bool) -> Outcome {
    match operation {
        Operation::Equals => equal.into(),
        Operation::NotEqual => (!equal).into(),
        _ => Outcome::Error,
    }
}

fn int(operation: Operation, item: &str, state: &str) -> Outcome {
    let (Some(item), Some(state)) = (integer(item), integer(state)) else { return Outcome::Error };
    match operation {
        Operation::BitwiseAnd => (item & state == state).into(),
        Operation::BitwiseOr => (item | state == state).into(),
        _ => ordered(operation, item.cmp(&state)),
    }
}

/// A whole text as a number in 64 bits; white space and a sign may stand before it, as C reads it.
pub(super) fn integer(text: &str) -> Option<i64> {
    text.trim_start().parse().ok()
}

fn float(text: &str) -> Option<f64> {
    text.trim_start().parse().ok().filter(|number: &f64| number.is_finite())
}

/// Numbers are equal within a relative error of 1e-9.
fn compare_floats(a: f64, b: f64) -> Ordering {
    let larger = a.abs().max(b.abs());
    if a == b || (a - b).abs() / larger <= 1e-9 {
        return Ordering::Equal;
    }
    a.total_cmp(&b)
}

fn truth(text: &str) -> bool {
    matches!(text, "true" | "1")
}

/// Numbers with anything between them; a missing number is 0.
fn compare_dotted(a: &str, b: &str) -> Ordering {
    let numbers = |text: &'_ str| -> Vec<u64> {
        let fields = text.split(|c: char| !c.is_ascii_digit());
        fields.map(|digits| digits.parse().unwrap_or(if digits.is_empty() { 0 } else { u64::MAX })).collect()
    };
    let (a, b) = (numbers(a), numbers(b));
    let number = |list: &[u64], at: usize| list.get(at).copied().unwrap_or(0);
    let longest = a.len().max(b.len());
    (0..longest)
        .map(|at| number(&a, at).cmp(&number(&b, at)))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}
