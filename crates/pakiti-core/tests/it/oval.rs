//! OVAL: small documents on small hosts, each rule of oval-semantics.md sections 1 to 6.

mod combining;
mod comparing;
mod files;
mod limits;
mod packages;
mod properties;
mod testing;
mod variables;

use pakiti_core::context::Context;
use pakiti_core::oval::field::Field;
use pakiti_core::oval::model::{
    Component, Datatype, Definition, Document, Entity, Kind, Node, Object, Operation, Operator, Place, State,
    Test, Variable, VariableValue,
};
use pakiti_core::oval::{Evaluation, HostFacts, HostIndex, Outcome};
use pakiti_core::package::{Package, PackageFormat};
use std::collections::BTreeMap;

/// A document that grows by parts; each gives its place.
#[derive(Default)]
struct Builder(Document);

impl Builder {
    fn test(&mut self, test: Test) -> Place {
        self.0.tests.push(Test { id: format!("tst:{}", self.0.tests.len()).into(), ..test });
        place(self.0.tests.len())
    }

    fn object(&mut self, kind: Kind, entities: Vec<Entity>) -> Place {
        self.any_object(Object { kind, entities, ..Object::default() })
    }

    fn any_object(&mut self, object: Object) -> Place {
        self.0.objects.push(object);
        place(self.0.objects.len())
    }

    fn state(&mut self, kind: Kind, entities: Vec<Entity>) -> Place {
        self.0.states.push(State { kind, entities, operator: Operator::And });
        place(self.0.states.len())
    }

    fn variable(&mut self, datatype: Datatype, value: VariableValue) -> Place {
        self.0.variables.push(Variable { datatype, value });
        place(self.0.variables.len())
    }

    fn constant(&mut self, values: &[&str]) -> Place {
        self.variable(Datatype::String, VariableValue::Constant(values.iter().map(|&v| v.into()).collect()))
    }

    fn local(&mut self, datatype: Datatype, component: Component) -> Place {
        self.variable(datatype, VariableValue::Local(component))
    }

    fn definition(&mut self, criteria: Option<Node>) -> Place {
        let id = format!("def:{}", self.0.definitions.len()).into();
        self.0.definitions.push(Definition { id, criteria, ..Definition::default() });
        place(self.0.definitions.len())
    }

    /// A test of a package by its name, with one state of these entities, or with none.
    fn package_test(&mut self, kind: &Kind, name: &str, state: Vec<Entity>) -> Place {
        let object = self.object(kind.clone(), vec![entity(Field::Name, name)]);
        let states = if state.is_empty() { Vec::new() } else { vec![self.state(kind.clone(), state)] };
        self.test(Test { kind: kind.clone(), object, states, ..Test::default() })
    }
}

fn place(length: usize) -> Place {
    Place::try_from(length - 1).unwrap()
}

fn entity(field: Field, value: &str) -> Entity {
    Entity { field, value: value.into(), ..Entity::default() }
}

fn typed(field: Field, operation: Operation, datatype: Datatype, value: &str) -> Entity {
    Entity { operation, datatype, ..entity(field, value) }
}

fn pattern(field: Field, value: &str) -> Entity {
    typed(field, Operation::PatternMatch, Datatype::String, value)
}

fn by_variable(field: Field, variable: Place) -> Entity {
    Entity { variable: Some(variable), ..entity(field, "") }
}

fn evr_below(value: &str) -> Entity {
    typed(Field::Evr, Operation::LessThan, Datatype::EvrString, value)
}

fn criterion(test: Place) -> Node {
    Node::Criterion { test, negate: false, comment: Box::default() }
}

fn extend(definition: Place) -> Node {
    Node::Extend { definition, negate: false }
}

fn group(operator: Operator, children: Vec<Node>) -> Node {
    Node::Criteria { operator, negate: false, children }
}

/// A host that tests change as they need.
#[derive(Default)]
struct Host {
    packages: Vec<Package>,
    context: Context,
    system: String,
    complete: bool,
    assume_signed: bool,
    files: BTreeMap<String, String>,
}

impl Host {
    /// `name version arch [vendor]`, one a line.
    fn with(format: PackageFormat, packages: &str) -> Self {
        let read = |line: &str| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let mut package =
                Package::new(format, words[0], words[1], words.get(2).copied().unwrap_or_default());
            package.vendor = words.get(3).map(|vendor| vendor.replace('_', " ")).unwrap_or_default();
            package
        };
        let lines = packages.lines().map(str::trim).filter(|line| !line.is_empty());
        Self { packages: lines.map(read).collect(), ..Self::default() }
    }

    fn rpm(packages: &str) -> Self {
        Self::with(PackageFormat::Rpm, packages)
    }

    fn deb(packages: &str) -> Self {
        Self::with(PackageFormat::Deb, packages)
    }

    fn facts(&self) -> HostFacts<'_> {
        HostFacts {
            packages: &self.packages,
            context: &self.context,
            system: &self.system,
            complete: self.complete,
            assume_signed: self.assume_signed,
            files: &self.files,
        }
    }

    /// The result of a test.
    fn test(&self, document: &Builder, test: Place) -> Outcome {
        let index = HostIndex::new(self.facts());
        Evaluation::new(&document.0, &index).test(test)
    }

    /// The result of a definition.
    fn definition(&self, document: &Builder, definition: Place) -> Outcome {
        let index = HostIndex::new(self.facts());
        Evaluation::new(&document.0, &index).definition(definition)
    }
}

/// `T F E U NE NA`, as the tables write them.
fn outcome(word: &str) -> Outcome {
    match word {
        "T" => Outcome::True,
        "F" => Outcome::False,
        "E" => Outcome::Error,
        "U" => Outcome::Unknown,
        "NE" => Outcome::NotEvaluated,
        "NA" => Outcome::NotApplicable,
        other => panic!("{other} is no result"),
    }
}
