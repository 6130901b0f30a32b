//! Places in the stead of the numbers of ids, once everything is read.

use super::ids::Ids;
use pakiti_core::oval::model::{
    Component, Document, Entity, Filter, MISSING, Node, Object, Place, Set, Variable, VariableValue,
};

/// Resolves every reference of `document`.
pub(super) fn resolve(document: &mut Document, ids: &Ids) {
    for definition in &mut document.definitions {
        if let Some(criteria) = &mut definition.criteria {
            node(criteria, ids);
        }
    }
    for test in &mut document.tests {
        if test.object != MISSING {
            test.object = ids.objects.place(test.object);
        }
        for state in &mut test.states {
            *state = ids.states.place(*state);
        }
    }
    for one in &mut document.objects {
        object(one, ids);
    }
    for state in &mut document.states {
        entities(&mut state.entities, ids);
    }
    for Variable { value, .. } in &mut document.variables {
        if let VariableValue::Local(of) = value {
            component(of, ids);
        }
    }
}

fn node(of: &mut Node, ids: &Ids) {
    match of {
        Node::Criteria { children, .. } => children.iter_mut().for_each(|child| node(child, ids)),
        Node::Criterion { test, .. } => *test = ids.tests.place(*test),
        Node::Extend { definition, .. } => *definition = ids.definitions.place(*definition),
    }
}

fn object(of: &mut Object, ids: &Ids) {
    entities(&mut of.entities, ids);
    filters(&mut of.filters, ids);
    if let Some(of) = &mut of.set {
        set(of, ids);
    }
}

fn set(of: &mut Set, ids: &Ids) {
    of.sets.iter_mut().for_each(|inner| set(inner, ids));
    of.objects.iter_mut().for_each(|object| *object = ids.objects.place(*object));
    filters(&mut of.filters, ids);
}

fn filters(of: &mut [Filter], ids: &Ids) {
    of.iter_mut().for_each(|filter| filter.state = ids.states.place(filter.state));
}

fn entities(of: &mut [Entity], ids: &Ids) {
    for variable in of.iter_mut().filter_map(|entity| entity.variable.as_mut()) {
        *variable = ids.variables.place(*variable);
    }
}

fn component(of: &mut Component, ids: &Ids) {
    let variable = |place: &mut Place| *place = ids.variables.place(*place);
    match of {
        Component::Literal(_) | Component::Unsupported(_) => {}
        Component::Object { object, .. } => *object = ids.objects.place(*object),
        Component::Variable(place) => variable(place),
        Component::Concat(inner)
        | Component::Arithmetic { operands: inner, .. }
        | Component::Count(inner)
        | Component::Unique(inner) => inner.iter_mut().for_each(|one| component(one, ids)),
        Component::Begin(_, inner)
        | Component::End(_, inner)
        | Component::EscapeRegex(inner)
        | Component::Split(_, inner)
        | Component::Substring { of: inner, .. }
        | Component::RegexCapture(_, inner)
        | Component::GlobToRegex(inner) => component(inner, ids),
    }
}
