//! Ubuntu's OCI forms: tests of the lines of a list of packages (`manifest`), said as tests of packages.
//!
//! Data: `oci.com.ubuntu.*` of shared/data/oval. A line is a name, `:arch` for foreign ones, white space and the
//! version; a pattern of one fixed form selects the package and captures the version (oval-semantics.md 5). What is
//! evaluated whole for people stays as the vendor wrote it; findings are made of the package tests. A test whose
//! names cannot be told stays what it is: the classifier calls it unnamed.

use super::classify::path;
use crate::oval::field::Field;
use crate::oval::model::{
    Check, Datatype, Document, Entity, Kind, Object, Operation, Place, State, Test, Variable, VariableValue,
};
use crate::oval::{BY_PATTERN, MANIFEST};
use std::collections::HashMap;

/// What stands behind the name in a pattern.
const TAIL: &str = r"(?::\w+|)\s+(.*)$";

/// Does this object select lines of the list of packages?
pub(super) fn is_manifest(object: &Object) -> bool {
    object.kind == Kind::TextFileContent54 && path(object) == MANIFEST
}

/// The document with package tests in the stead of tests of the list; `None` = it has none that can be said so.
pub(super) fn with_package_tests(document: &Document) -> Option<Document> {
    let asks = |test: &Test| {
        test.kind == Kind::TextFileContent54
            && document.objects.get(test.object as usize).is_some_and(is_manifest)
    };
    if !document.tests.iter().any(asks) {
        return None;
    }
    let mut rewriting =
        Rewriting { document: document.clone(), objects: HashMap::new(), states: HashMap::new() };
    for (place, test) in document.tests.iter().enumerate().filter(|(_, test)| asks(test)) {
        let Some(object) = rewriting.object(test.object) else { continue };
        let states: Option<Vec<Place>> = test.states.iter().map(|state| rewriting.state(*state)).collect();
        let Some((states, test)) = states.zip(rewriting.document.tests.get_mut(place)) else { continue };
        test.kind = Kind::DpkgInfo;
        test.object = object;
        test.states = states;
    }
    Some(rewriting.document)
}

/// The document while its tests are rewritten; old place -> new place of what was said anew.
struct Rewriting {
    document: Document,
    objects: HashMap<Place, Option<Place>>,
    states: HashMap<Place, Option<Place>>,
}

impl Rewriting {
    fn object(&mut self, place: Place) -> Option<Place> {
        if let Some(known) = self.objects.get(&place) {
            return *known;
        }
        let made = self.selection(place).map(|selection| self.named(selection));
        self.objects.insert(place, made);
        made
    }

    fn selection(&self, place: Place) -> Option<Selection> {
        let object = self.document.objects.get(place as usize)?;
        let entity = |field: Field| object.entities.iter().find(|entity| entity.field == field);
        let plain = object.set.is_none() && object.filters.is_empty() && object.behaviors.is_empty();
        let instance = entity(Field::Instance)?;
        // Every line of a package, not only one of them.
        let every = instance.operation == Operation::GreaterThanOrEqual && &*instance.value == "1";
        let pattern =
            entity(Field::Pattern).filter(|pattern| pattern.operation == Operation::PatternMatch)?;
        if !plain || !every {
            return None;
        }
        selection(&values(&self.document, pattern)?)
    }

    /// An object that selects packages by their names.
    fn named(&mut self, selection: Selection) -> Place {
        let (operation, mut values) = match selection {
            Selection::Names(names) => (Operation::Equals, names),
            Selection::Patterns(patterns) => (Operation::PatternMatch, patterns),
        };
        let mut name = Entity { field: Field::Name, operation, ..Entity::default() };
        match values.pop() {
            Some(only) if values.is_empty() => name.value = only,
            last => {
                values.extend(last);
                let value = VariableValue::Constant(values);
                self.document.variables.push(Variable { datatype: Datatype::String, value });
                name.variable = Some(last_place(self.document.variables.len()));
                name.var_check = Check::AtLeastOne;
            }
        }
        let behaviors = match operation {
            Operation::PatternMatch => vec![(BY_PATTERN.into(), "true".into())],
            _ => Vec::new(),
        };
        let object = Object { kind: Kind::DpkgInfo, entities: vec![name], behaviors, ..Object::default() };
        self.document.objects.push(object);
        last_place(self.document.objects.len())
    }

    fn state(&mut self, place: Place) -> Option<Place> {
        if let Some(known) = self.states.get(&place) {
            return *known;
        }
        let made = self.of_version(place).map(|state| {
            self.document.states.push(state);
            last_place(self.document.states.len())
        });
        self.states.insert(place, made);
        made
    }

    /// The state of the captured version as one of a package's version.
    fn of_version(&self, place: Place) -> Option<State> {
        let state = self.document.states.get(place as usize)?;
        let entity = |entity: &Entity| {
            let is_version = entity.field == Field::Subexpression
                && entity.datatype == Datatype::DebianEvrString
                && !entity.nil;
            let values = values(&self.document, entity).filter(|_| is_version)?;
            let [value] = values.as_slice() else { return None };
            let (operation, datatype) = (entity.operation, entity.datatype);
            Some(Entity { field: Field::Evr, operation, datatype, value: value.clone(), ..Entity::default() })
        };
        let entities: Option<Vec<Entity>> = state.entities.iter().map(entity).collect();
        Some(State { kind: Kind::DpkgInfo, operator: state.operator, entities: entities? })
    }
}

fn last_place(length: usize) -> Place {
    Place::try_from(length.saturating_sub(1)).unwrap_or(Place::MAX)
}

/// The values an entity is compared with; `None` = only a host can tell them.
fn values(document: &Document, entity: &Entity) -> Option<Vec<Box<str>>> {
    let Some(place) = entity.variable else { return Some(vec![entity.value.clone()]) };
    match &document.variables.get(place as usize)?.value {
        VariableValue::Constant(values) => Some(values.clone()),
        _ => None,
    }
}

/// Which packages patterns select.
#[derive(Debug, PartialEq, Eq)]
enum Selection {
    Names(Vec<Box<str>>),
    /// Patterns of whole names: those of kernels.
    Patterns(Vec<Box<str>>),
}

fn selection(patterns: &[Box<str>]) -> Option<Selection> {
    let body = |pattern: &str| pattern.strip_prefix('^')?.strip_suffix(TAIL).map(str::to_owned);
    let bodies: Vec<String> = patterns.iter().map(|pattern| body(pattern)).collect::<Option<_>>()?;
    if bodies.is_empty() {
        return None;
    }
    let names: Option<Vec<Box<str>>> = bodies.iter().map(|body| name_of(body).map(Into::into)).collect();
    let pattern = |body: &String| match name_of(body) {
        Some(name) => format!("^{}$", name.replace('.', r"\.").replace('+', r"\+")).into(),
        None => format!("^(?:{body})$").into(),
    };
    Some(match names {
        Some(names) => Selection::Names(names),
        None => Selection::Patterns(bodies.iter().map(pattern).collect()),
    })
}

/// The package name that a pattern spells. Canonical writes names as they are (`libstdc++6`), so dots and plus signs
/// stand for themselves, escaped or not.
fn name_of(body: &str) -> Option<String> {
    let (mut name, mut escaped) = (String::with_capacity(body.len()), false);
    for c in body.chars() {
        match c {
            '\\' if !escaped => escaped = true,
            '.' | '+' | '-' => {
                name.push(c);
                escaped = false;
            }
            c if !escaped && (c.is_ascii_alphanumeric() || c == '_') => name.push(c),
            _ => return None,
        }
    }
    (!escaped && !name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bodies: &[&str]) -> Option<Selection> {
        selection(&bodies.iter().map(|body| format!("^{body}{TAIL}").into()).collect::<Vec<Box<str>>>())
    }

    #[test]
    fn names_are_told_and_kernels_stay_patterns() {
        let names = Selection::Names(vec!["libstdc++6".into(), "libapt-pkg6.0".into(), "g++".into()]);
        assert_eq!(of(&["libstdc++6", r"libapt\-pkg6\.0", r"g\+\+"]), Some(names));
        let kernel = r"linux-image-(?:unsigned-)?5.15.0-\d+(?:-generic|-lowlatency)";
        let patterns = vec![format!("^(?:{kernel})$").into(), r"^a\.b$".into()];
        assert_eq!(of(&[kernel, "a.b"]), Some(Selection::Patterns(patterns)));
        assert_eq!(selection(&["^bash .*$".into()]), None, "no form that is known");
        assert_eq!(selection(&[]), None);
    }
}
