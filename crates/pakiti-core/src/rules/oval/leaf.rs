//! One package test, asked of one package.
//!
//! oval-semantics.md 2, 3 and 7. The fixed version is that of the state, never of a comment.

use crate::kernel;
use crate::oval::field::Field;
use crate::oval::model::{Datatype, Document, Entity, Kind, Operation, Place, State};
use crate::oval::{Outcome, Tally, compare_values};
use crate::package::{Package, PackageFormat};
use crate::version::{self, VersionKey};

/// What closes a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fix {
    /// A version the vendor has published.
    Version {
        /// As documents show it: without the epoch 0.
        version: Box<str>,
        /// Its order.
        key: VersionKey,
    },
    /// The vendor has none.
    None,
}

impl Fix {
    /// The order of the fixing version.
    pub(super) fn key(&self) -> Option<&VersionKey> {
        match self {
            Self::Version { key, .. } => Some(key),
            Self::None => None,
        }
    }
}

/// What closes what a test finds; `None` = its fixed version has no order.
///
/// `unsatisfied`: it finds the packages that do not satisfy it ("not at least 1.2", none satisfy).
pub(super) fn fix_of(document: &Document, test: Place, unsatisfied: bool) -> Option<Fix> {
    let test = document.tests.get(test as usize)?;
    let format = match test.kind {
        // Only Canonical compares the running kernel.
        Kind::DpkgInfo | Kind::Uname | Kind::Variable => PackageFormat::Deb,
        _ => PackageFormat::Rpm,
    };
    let states = test.states.iter().filter_map(|place| document.states.get(*place as usize));
    let operation = if unsatisfied { Operation::GreaterThanOrEqual } else { Operation::LessThan };
    let below = |entity: &&Entity| {
        matches!(entity.field, Field::Evr | Field::Version | Field::Release | Field::Value)
            && entity.operation == operation
    };
    let Some(entity) = states.flat_map(|state| &state.entities).find(below) else { return Some(Fix::None) };
    let version = entity.value.strip_prefix("0:").unwrap_or(&entity.value);
    // Ubuntu writes `2.8.0- 1`, and `8.0 only` of what concerns other versions: that closes nothing.
    if version.split_whitespace().skip(1).any(|word| word.starts_with(|c: char| c.is_ascii_alphabetic())) {
        return None;
    }
    let written: String = version.chars().filter(|c| !c.is_whitespace()).collect();
    let key = version::sort_key(format, &written).ok()?;
    Some(Fix::Version { version: version.into(), key })
}

/// Does the test hold for this package, looked at alone? What is not surely so is no finding.
///
/// `rebuilt`: versions are compared without the dist tags of RHEL and CentOS, which differ between a build and its
/// rebuild.
pub(super) fn holds(document: &Document, test: Place, package: &Package, rebuilt: bool) -> bool {
    let Some(test) = document.tests.get(test as usize) else { return false };
    if test.states.is_empty() {
        return true;
    }
    let mut tally = Tally::default();
    for place in &test.states {
        tally.add(match document.states.get(*place as usize) {
            Some(state) => state_of(state, package, rebuilt),
            None => Outcome::NotEvaluated,
        });
    }
    tally.by_operator(test.state_operator) == Outcome::True
}

fn state_of(state: &State, package: &Package, rebuilt: bool) -> Outcome {
    let mut tally = Tally::default();
    for entity in &state.entities {
        tally.add(entity_of(entity, package, rebuilt));
    }
    tally.by_operator(state.operator)
}

fn entity_of(entity: &Entity, package: &Package, rebuilt: bool) -> Outcome {
    // A signature beside other entities is asked with the maker of the package.
    if entity.field == Field::SignatureKeyid {
        return Outcome::True;
    }
    let (Some(item), None) = (value_of(&entity.field, package), entity.variable) else {
        return Outcome::Unknown;
    };
    if entity.operation == Operation::PatternMatch && entity.field == Field::Arch {
        return arch_matches(&entity.value, &item);
    }
    if entity.field == Field::Evr && entity.value.contains(char::is_whitespace) {
        let written: String = entity.value.split_whitespace().collect();
        return compare_values(entity.datatype, entity.operation, &item, &written);
    }
    if rebuilt && entity.datatype == Datatype::EvrString {
        let (item, state) = (without_dist_tags(&item), without_dist_tags(&entity.value));
        return compare_values(entity.datatype, entity.operation, &item, &state);
    }
    compare_values(entity.datatype, entity.operation, &item, &entity.value)
}

/// The value of a package's field as the probes give it.
fn value_of(field: &Field, package: &Package) -> Option<String> {
    let (epoch, rest) = match package.version.split_once(':') {
        Some((epoch, rest)) => (Some(epoch), rest),
        None => (None, package.version.as_str()),
    };
    let deb = package.format == PackageFormat::Deb;
    let (version, release) =
        if deb { rest.split_once('-') } else { rest.rsplit_once('-') }.unwrap_or((rest, ""));
    Some(match field {
        Field::Name => package.name.clone(),
        Field::Arch => package.arch.clone(),
        Field::Epoch => epoch.unwrap_or(if deb { "0" } else { "(none)" }).to_owned(),
        Field::Version => version.to_owned(),
        Field::Release => release.to_owned(),
        Field::Evr => format!("{}:{rest}", epoch.unwrap_or("0")),
        _ => return None,
    })
}

/// Patterns of architectures are alternatives of plain words, found anywhere; others are left to the matcher.
fn arch_matches(pattern: &str, arch: &str) -> Outcome {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '|';
    if pattern.chars().all(plain) {
        return pattern.split('|').any(|word| arch.contains(word)).into();
    }
    compare_values(Datatype::String, Operation::PatternMatch, arch, pattern)
}

/// The key that a test asks for, alone or beside other things.
pub(super) fn key_of(document: &Document, test: Place) -> Option<&str> {
    let test = document.tests.get(test as usize)?;
    let states = test.states.iter().filter_map(|place| document.states.get(*place as usize));
    let mut entities = states.flat_map(|state| &state.entities);
    entities.find(|entity| entity.field == Field::SignatureKeyid).map(|entity| &*entity.value)
}

/// Words of builds that are lines of their own (vendor-rules.md, Oracle).
const FLAVOURS: [&str; 2] = [".ksplice", "_fips"];

/// Is the fixed version of the installed one's flavour? Ksplice and FIPS builds are fixed by such builds only, and
/// fix nothing else; so are kernels of the series that a vendor keeps beside each other.
pub(in super::super) fn same_flavour(package: &Package, fixed: &str) -> bool {
    FLAVOURS.iter().all(|word| package.version.contains(word) == fixed.contains(word))
        && kernel::same_series(package, fixed)
}

/// vendor-rules.md, CentOS Linux: `.elN.centos[.M]` and `.elN_X[.M]` both become `.elN[.M]`.
fn without_dist_tags(evr: &str) -> String {
    let Some(at) = evr.rfind(".el") else { return evr.to_owned() };
    let (before, tag) = evr.split_at(at);
    let digits = tag.bytes().skip(3).take_while(u8::is_ascii_digit).count();
    let (release, rest) = tag.split_at(3 + digits);
    let rest = match rest.strip_prefix('_') {
        Some(minor) => minor.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => rest,
    };
    format!("{before}{release}{}", rest.strip_prefix(".centos").unwrap_or(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rebuild_is_compared_without_the_tags_in_which_it_differs() {
        assert_eq!(without_dist_tags("0:1.0-67.el7.centos.6"), "0:1.0-67.el7.6");
        assert_eq!(without_dist_tags("0:1.0-67.el7_4.6"), "0:1.0-67.el7.6");
        assert_eq!(without_dist_tags("0:1.0-67.el7_9"), "0:1.0-67.el7");
        assert_eq!(without_dist_tags("0:1.0-67.el7.centos"), "0:1.0-67.el7");
        assert_eq!(without_dist_tags("0:1.0-67"), "0:1.0-67");
    }

    #[test]
    fn patterns_of_architectures_match_anywhere() {
        assert_eq!(arch_matches("i686|x86", "x86_64"), Outcome::True);
        assert_eq!(arch_matches("i686|ppc64", "x86_64"), Outcome::False);
        assert_eq!(arch_matches("^(i.86|noarch)$", "i686"), Outcome::True);
    }
}
