//! Hostile documents end soon, and in an error where they ask too much.

use super::{Builder, Host, by_variable, criterion, entity, extend, group, pattern};
use pakiti_core::oval::field::Field;
use pakiti_core::oval::model::{Component, Datatype, Kind, Node, Object, Operator, Set, SetOperator, Test};
use pakiti_core::oval::{HostIndex, Outcome, compare_values, evaluate};

#[test]
fn a_long_chain_of_definitions_is_followed() {
    let mut builder = Builder::default();
    let yes = builder.package_test(&Kind::RpmInfo, "bash", Vec::new());
    for place in 1..100_000 {
        builder.definition(Some(group(Operator::And, vec![extend(place), criterion(yes)])));
    }
    builder.definition(Some(criterion(yes)));
    let host = Host::rpm("bash 1-1 x86_64");
    assert_eq!(host.definition(&builder, 0), Outcome::True);
    builder.0.definitions[99_999].criteria = Some(extend(0));
    assert_eq!(host.definition(&builder, 0), Outcome::Error);
}

#[test]
fn deep_criteria_are_an_error() {
    let nested = |depth: usize| {
        let mut node = criterion(0);
        for _ in 0..depth {
            node = Node::Criteria { operator: Operator::And, negate: false, children: vec![node] };
        }
        node
    };
    let mut builder = Builder::default();
    builder.package_test(&Kind::RpmInfo, "bash", Vec::new());
    let (fine, deep) = (builder.definition(Some(nested(64))), builder.definition(Some(nested(1_000))));
    let host = Host::rpm("bash 1-1 x86_64");
    assert_eq!(host.definition(&builder, fine), Outcome::True);
    assert_eq!(host.definition(&builder, deep), Outcome::Error);
}

#[test]
fn long_chains_of_objects_and_sets_are_an_error() {
    let mut builder = Builder::default();
    builder.object(Kind::RpmInfo, vec![entity(Field::Name, "bash")]);
    let chain = |inner: u32| Object {
        kind: Kind::RpmInfo,
        set: Some(Box::new(Set {
            operator: SetOperator::Union,
            sets: Vec::new(),
            // Twice, so that nothing may be collected anew.
            objects: vec![inner, inner],
            filters: Vec::new(),
        })),
        ..Object::default()
    };
    for inner in 0..1_000 {
        builder.any_object(chain(inner));
    }
    let fine = builder.test(Test { kind: Kind::RpmInfo, object: 40, ..Test::default() });
    let deep = builder.test(Test { kind: Kind::RpmInfo, object: 1_000, ..Test::default() });
    let host = Host::rpm("bash 1-1 x86_64");
    assert_eq!(host.test(&builder, fine), Outcome::True);
    assert_eq!(host.test(&builder, deep), Outcome::Error);
}

#[test]
fn catastrophic_patterns_are_errors() {
    let text = "a".repeat(40) + "b";
    let asked =
        |pattern: &str| compare_values(Datatype::String, super::Operation::PatternMatch, &text, pattern);
    // The linear engine has no such patterns.
    assert_eq!(asked("^(a+)+$"), Outcome::False);
    assert_eq!(asked(r"^(?=(a|aa)+$)\1(a|aa)+$"), Outcome::Error);
    assert_eq!(asked(r"^((a|a)*)*\2\2c(?!x)$"), Outcome::Error);
    assert_eq!(asked(&"(".repeat(10_000)), Outcome::Error);
    assert_eq!(asked(&"a".repeat(100_000)), Outcome::Error);
    assert_eq!(asked("(?:a{1000}){1000}"), Outcome::Error);
}

#[test]
fn large_products_are_errors() {
    let hundred: Vec<String> = (0..101).map(|number| number.to_string()).collect();
    let hundred: Vec<&str> = hundred.iter().map(String::as_str).collect();
    let long = "x".repeat(300_000);
    for (values, factors) in [(&hundred[..], 2), (&hundred, 60), (&[long.as_str()], 4)] {
        let mut builder = Builder::default();
        let constant = builder.constant(values);
        let part = || Component::Variable(constant);
        let product =
            builder.local(Datatype::String, Component::Concat((0..factors).map(|_| part()).collect()));
        let object = builder.object(Kind::Variable, vec![by_variable(Field::VarRef, product)]);
        let test = builder.test(Test { kind: Kind::Variable, object, ..Test::default() });
        assert_eq!(Host::default().test(&builder, test), Outcome::Error, "{factors}");
    }
    let mut component = Component::Literal("x".into());
    for _ in 0..1_000 {
        component = Component::Concat(vec![component]);
    }
    let mut builder = Builder::default();
    let deep = builder.local(Datatype::String, component);
    let object = builder.object(Kind::Variable, vec![by_variable(Field::VarRef, deep)]);
    let test = builder.test(Test { kind: Kind::Variable, object, ..Test::default() });
    assert_eq!(Host::default().test(&builder, test), Outcome::Error);
}

/// Twenty-two thousand tests over fifteen hundred packages stay a matter of look-ups: every test looks at the
/// packages of its name only, which the number of steps allowed to one evaluation would not let pass otherwise.
#[test]
fn a_large_document_is_evaluated_by_names() {
    let packages: String = (0..1_500).map(|number| format!("p{number} 1-{number} x86_64\n")).collect();
    let host = Host::rpm(&packages);
    let mut builder = Builder::default();
    for number in 0..22_000 {
        let state = vec![pattern(Field::Arch, "i686|x86_64"), super::evr_below("0:1-500")];
        let test = builder.package_test(&Kind::RpmInfo, &format!("p{}", number % 3_000), state);
        builder.definition(Some(criterion(test)));
    }
    let index = HostIndex::new(host.facts());
    let start = std::time::Instant::now();
    let results = evaluate(&builder.0, &index);
    eprintln!("{} definitions in {:?}", results.len(), start.elapsed());
    for (number, result) in results.iter().enumerate() {
        assert_eq!(*result, (number % 3_000 < 500).into(), "{number}");
    }
}
