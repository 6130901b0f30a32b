//! Words of attributes (oval-common-schema and oval-definitions-schema, enumerations).

use super::problem::Problem;
use pakiti_core::oval::model::{Check, Class, Datatype, Existence, Kind, Operation, Operator, SetOperator};

/// The first thing that is wrong with the attributes of a tag.
#[derive(Debug, Default)]
pub(super) struct Fault(Option<Problem>);

impl Fault {
    pub(super) fn add(&mut self, problem: Problem) {
        self.0.get_or_insert(problem);
    }

    /// Puts the meaning of `word` into `into`, or notes that it has none.
    pub(super) fn read<T>(
        &mut self,
        into: &mut T,
        attribute: &'static str,
        word: &str,
        of: fn(&str) -> Option<T>,
    ) {
        match of(word) {
            Some(meaning) => *into = meaning,
            None => self.add(Problem::word(attribute, word)),
        }
    }

    /// `whole`: all attributes could be read.
    pub(super) fn finish(self, whole: bool) -> Result<(), Problem> {
        match self.0 {
            Some(problem) => Err(problem),
            None if !whole => Err(Problem::Attributes),
            None => Ok(()),
        }
    }
}

pub(super) fn flag(word: &str) -> Option<bool> {
    match word.trim() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// Classes that are not known are no findings either.
pub(super) fn class(word: &str) -> Class {
    match word {
        "vulnerability" => Class::Vulnerability,
        "patch" => Class::Patch,
        "inventory" => Class::Inventory,
        "compliance" => Class::Compliance,
        _ => Class::Miscellaneous,
    }
}

pub(super) fn operator(word: &str) -> Option<Operator> {
    Some(match word {
        "AND" => Operator::And,
        "OR" => Operator::Or,
        "ONE" => Operator::One,
        "XOR" => Operator::Xor,
        _ => return None,
    })
}

pub(super) fn set_operator(word: &str) -> Option<SetOperator> {
    Some(match word {
        "UNION" => SetOperator::Union,
        "INTERSECTION" => SetOperator::Intersection,
        "COMPLEMENT" => SetOperator::Complement,
        _ => return None,
    })
}

/// `action` of a filter: is it `include`?
pub(super) fn action(word: &str) -> Option<bool> {
    match word {
        "include" => Some(true),
        "exclude" => Some(false),
        _ => None,
    }
}

/// `arithmetic_operation`: is it `multiply`?
pub(super) fn arithmetic(word: &str) -> Option<bool> {
    match word {
        "multiply" => Some(true),
        "add" => Some(false),
        _ => None,
    }
}

pub(super) fn check(word: &str) -> Option<Check> {
    Some(match word {
        "all" => Check::All,
        "at least one" => Check::AtLeastOne,
        "only one" => Check::OnlyOne,
        "none satisfy" | "none exist" => Check::NoneSatisfy,
        _ => return None,
    })
}

pub(super) fn existence(word: &str) -> Option<Existence> {
    Some(match word {
        "all_exist" => Existence::AllExist,
        "any_exist" => Existence::AnyExist,
        "at_least_one_exists" => Existence::AtLeastOneExists,
        "none_exist" => Existence::NoneExist,
        "only_one_exists" => Existence::OnlyOneExists,
        _ => return None,
    })
}

pub(super) fn operation(word: &str) -> Option<Operation> {
    Some(match word {
        "equals" => Operation::Equals,
        "not equal" => Operation::NotEqual,
        "case insensitive equals" => Operation::CaseInsensitiveEquals,
        "case insensitive not equal" => Operation::CaseInsensitiveNotEqual,
        "greater than" => Operation::GreaterThan,
        "less than" => Operation::LessThan,
        "greater than or equal" => Operation::GreaterThanOrEqual,
        "less than or equal" => Operation::LessThanOrEqual,
        "bitwise and" => Operation::BitwiseAnd,
        "bitwise or" => Operation::BitwiseOr,
        "pattern match" => Operation::PatternMatch,
        "subset of" => Operation::SubsetOf,
        "superset of" => Operation::SupersetOf,
        _ => return None,
    })
}

pub(super) fn datatype(word: &str) -> Option<Datatype> {
    Some(match word {
        "string" => Datatype::String,
        "int" => Datatype::Int,
        "float" => Datatype::Float,
        "boolean" => Datatype::Boolean,
        "binary" => Datatype::Binary,
        "version" => Datatype::Version,
        "evr_string" => Datatype::EvrString,
        "debian_evr_string" => Datatype::DebianEvrString,
        "ipv4_address" => Datatype::Ipv4Address,
        "ipv6_address" => Datatype::Ipv6Address,
        "record" => Datatype::Record,
        "fileset_revision" | "ios_version" => Datatype::Other,
        _ => return None,
    })
}

/// What a test, object or state of this name (without `_test`) is about.
pub(super) fn kind(name: &str) -> Kind {
    match name {
        "rpminfo" => Kind::RpmInfo,
        "dpkginfo" => Kind::DpkgInfo,
        "rpmverifyfile" => Kind::RpmVerifyFile,
        "textfilecontent54" => Kind::TextFileContent54,
        "uname" => Kind::Uname,
        "family" => Kind::Family,
        "variable" => Kind::Variable,
        "unknown" => Kind::Unknown,
        other => Kind::Other(other.into()),
    }
}
