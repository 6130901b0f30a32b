//! What one test of a document is for, and whose packages it names.
//!
//! oval-semantics.md 6 and 7; vendor-rules.md (table).

use super::super::manifest::is_manifest;
use super::{MAX_EXTENDS, Part};
use crate::oval::field::Field;
use crate::oval::model::{
    Check, Component, Datatype, Document, Entity, Existence, Kind, MISSING, Object, Operation, Operator,
    Place, Test, VariableValue,
};
use crate::package::PackageFormat;

/// Can one package answer this?
pub(super) fn is_own(entity: &Entity) -> bool {
    let plain = entity.variable.is_none() && !entity.nil;
    plain
        && match entity.field {
            Field::Name | Field::Arch | Field::Epoch | Field::Version | Field::Release | Field::Evr => true,
            Field::SignatureKeyid => entity.operation == Operation::Equals,
            _ => false,
        }
}

pub(super) fn part_of(document: &Document, test: &Test) -> Part {
    match &test.kind {
        Kind::RpmVerifyFile if test.check == Check::NoneSatisfy => Part::Guard,
        Kind::RpmVerifyFile | Kind::Family => Part::Gate,
        Kind::Uname if asks(document, test, |field| *field == Field::OsRelease) => Part::Kernel,
        Kind::Uname => Part::Gate,
        Kind::TextFileContent54 => text_file(document, test),
        Kind::RpmInfo | Kind::DpkgInfo => package(document, test),
        Kind::Variable if compares_kernel(document, test) => Part::Kernel,
        _ => Part::Mixed,
    }
}

fn asks(document: &Document, test: &Test, wanted: impl Fn(&Field) -> bool) -> bool {
    let states = test.states.iter().filter_map(|place| document.states.get(*place as usize));
    states.flat_map(|state| &state.entities).any(|entity| wanted(&entity.field))
}

/// By the path of the file.
fn text_file(document: &Document, test: &Test) -> Part {
    let Some(object) = document.objects.get(test.object as usize) else { return Part::Mixed };
    if is_manifest(object) {
        return Part::Unnamed;
    }
    let path = path(object);
    if path.contains("/modules.d") {
        Part::Gate
    } else if path.contains("/boot/") || path.contains("grub") {
        Part::Kernel
    } else if ["-release", "_version", "/os-release"].iter().any(|end| path.ends_with(end)) {
        Part::Gate
    } else {
        Part::Mixed
    }
}

/// Is the variable that a test asks for made of the running kernel alone?
pub(super) fn compares_kernel(document: &Document, test: &Test) -> bool {
    let object = document.objects.get(test.object as usize);
    let reference = object.and_then(|object| object.entities.iter().find(|e| e.field == Field::VarRef));
    let variable =
        reference.and_then(|entity| document.variables.get(entity.variable.unwrap_or(MISSING) as usize));
    let is_uname = |object: Place| {
        document.objects.get(object as usize).is_some_and(|object| object.kind == Kind::Uname)
    };
    match variable.map(|variable| &variable.value) {
        Some(VariableValue::Local(component)) => {
            let mut objects = Vec::new();
            asked_objects(component, MAX_EXTENDS, &mut objects);
            !objects.is_empty() && objects.into_iter().all(is_uname)
        }
        _ => false,
    }
}

/// The objects that a component takes its values of, through what Canonical's variables are made with.
pub(super) fn asked_objects(component: &Component, left: usize, found: &mut Vec<Place>) {
    let Some(left) = left.checked_sub(1) else { return };
    match component {
        Component::Object { object, .. } => found.push(*object),
        Component::Concat(parts) => parts.iter().for_each(|part| asked_objects(part, left, found)),
        Component::RegexCapture(_, of) => asked_objects(of, left, found),
        _ => {}
    }
}

/// What every name begins with that a pattern for whole names selects; `None` = nothing.
pub(super) fn prefix_of(pattern: &str) -> Option<Box<str>> {
    let body = pattern.strip_prefix('^')?;
    let body = body.strip_prefix("(?:").unwrap_or(body);
    let plain = body.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')).count();
    let (prefix, rest) = body.split_at(plain);
    if rest.contains('[') {
        return None;
    }
    let (mut depth, mut rest_of) = (0u32, rest.chars());
    while let Some(c) = rest_of.next() {
        match c {
            '\\' => drop(rest_of.next()),
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            // Another alternative begins anew.
            '|' if depth == 0 => return None,
            _ => {}
        }
    }
    // The last character may be left out.
    let prefix = match rest.starts_with(['?', '*', '{']) {
        true => prefix.get(..plain.saturating_sub(1))?,
        false => prefix,
    };
    (!prefix.is_empty()).then(|| prefix.into())
}

pub(in super::super) fn path(object: &Object) -> String {
    let value = |field: Field| {
        let entity = object.entities.iter().find(|entity| entity.field == field);
        entity.map(|entity| entity.value.to_string())
    };
    value(Field::Filepath).unwrap_or_else(|| {
        let (path, name) = (value(Field::Path), value(Field::Filename));
        format!("{}/{}", path.unwrap_or_default(), name.unwrap_or_default())
    })
}

fn package(document: &Document, test: &Test) -> Part {
    let Some(object) = document.objects.get(test.object as usize) else { return Part::Mixed };
    let names = names(document, object);
    let states: Vec<_> =
        test.states.iter().filter_map(|place| document.states.get(*place as usize)).collect();
    let entities = || states.iter().flat_map(|state| &state.entities);
    // "redhat-release is earlier than 5Server-5.11.0.7" is about the package, not about the product.
    let below = entities().any(|entity| entity.operation == Operation::LessThan);
    let products = !names.is_empty() && names.iter().all(|name| is_product(name));
    if products && !below && test.kind == Kind::RpmInfo {
        return Part::Gate;
    }
    if test.existence == Existence::NoneExist {
        return Part::Absent;
    }
    let all = test.state_operator == Operator::And && states.iter().all(|s| s.operator == Operator::And);
    if all && test.check != Check::NoneSatisfy && entities().any(never) {
        return Part::Never;
    }
    if !states.is_empty() && entities().all(|entity| entity.field == Field::SignatureKeyid) {
        return Part::Signature;
    }
    // "kernel version equals V" beside a live patch: which kernel runs, not what is old.
    let is_kernel = !names.is_empty() && names.iter().all(|name| name.starts_with("kernel"));
    if is_kernel
        && entities().any(|entity| entity.field == Field::Evr && entity.operation == Operation::Equals)
    {
        return Part::Kernel;
    }
    Part::Package
}

/// SUSE's "is not affected".
fn never(entity: &Entity) -> bool {
    entity.field == Field::Version && entity.operation == Operation::Equals && &*entity.value == "0"
        || (entity.datatype == Datatype::EvrString
            && entity.operation == Operation::LessThan
            && &*entity.value == "0:0-0")
}

/// Packages that say which product is installed: they are told to the group context.
pub(in super::super) fn is_product(name: &str) -> bool {
    name.ends_with("-release") || name.contains("-release-") || name == "centos-linux-repos"
}

/// The names an object selects, if it says so by literals.
pub(in super::super) fn names<'a>(document: &'a Document, object: &'a Object) -> Vec<&'a str> {
    if object.set.is_some() || !object.filters.is_empty() {
        return Vec::new();
    }
    let [entity] = object.entities.as_slice() else { return Vec::new() };
    if entity.field != Field::Name || entity.operation != Operation::Equals {
        return Vec::new();
    }
    match entity.variable {
        None => vec![&entity.value],
        Some(place) => match document.variables.get(place as usize).map(|variable| &variable.value) {
            Some(VariableValue::Constant(values)) if entity.var_check == Check::AtLeastOne => {
                values.iter().map(|value| &**value).collect()
            }
            // Without a check of its own an object's variable selects the union as well (oval-semantics.md 4).
            Some(VariableValue::Constant(values)) => values.iter().map(|value| &**value).collect(),
            _ => Vec::new(),
        },
    }
}

/// Names of the product packages that gates ask for.
pub(in super::super) fn product_names(document: &Document) -> impl Iterator<Item = &str> {
    let packages =
        document.objects.iter().filter(|object| matches!(object.kind, Kind::RpmInfo | Kind::DpkgInfo));
    packages.flat_map(|object| names(document, object)).filter(|name| is_product(name))
}

/// Whose packages a test is about; tests of the running kernel without a package are Canonical's.
pub(in super::super) fn format_of_test(document: &Document, test: Place) -> PackageFormat {
    match document.tests.get(test as usize).map(|test| &test.kind) {
        Some(Kind::DpkgInfo | Kind::Uname | Kind::Variable) => PackageFormat::Deb,
        _ => PackageFormat::Rpm,
    }
}

/// Whose packages the definitions of a document are about; rules of an installation may be about several.
pub(in super::super) fn formats_of(document: &Document) -> Vec<PackageFormat> {
    let has = |kind: Kind| document.tests.iter().any(|test| test.kind == kind);
    let rpm = has(Kind::RpmInfo);
    let kernels = || document.tests.iter().any(|test| compares_kernel(document, test));
    let deb = has(Kind::DpkgInfo) || (!rpm && kernels());
    let found = [(rpm, PackageFormat::Rpm), (deb, PackageFormat::Deb)];
    found.into_iter().filter_map(|(has, format)| has.then_some(format)).collect()
}
