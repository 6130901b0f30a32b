//! Section 4: variables and their functions.

use super::{Builder, Host, by_variable, entity, pattern};
use pakiti_core::oval::field::Field;
use pakiti_core::oval::model::{Check, Component, Datatype, Entity, Existence, Kind, Test, VariableValue};
use pakiti_core::oval::{Outcome, Outcome::True};

fn literal(text: &str) -> Component {
    Component::Literal(text.into())
}

/// A component of several values: the given words.
fn words(builder: &mut Builder, words: &str) -> Component {
    let values: Vec<&str> = words.split_whitespace().collect();
    Component::Variable(builder.constant(&values))
}

/// The values of a component on a host with three rpms: each word that is one; else the result of asking.
fn values(
    datatype: Datatype,
    make: impl Fn(&mut Builder) -> Component,
    expected: &[&str],
) -> Result<(), Outcome> {
    let host = Host::rpm("bash 1-1 x86_64\n bash-doc 1-1 noarch\n zlib 1-1 i686");
    let mut builder = Builder::default();
    let component = make(&mut builder);
    let variable = builder.local(datatype, component);
    let object = builder.object(Kind::Variable, vec![by_variable(Field::VarRef, variable)]);
    let test = Test { kind: Kind::Variable, object, ..Test::default() };
    let exists = builder.test(test.clone());
    match host.test(&builder, exists) {
        True => {}
        other => return Err(other),
    }
    // Every expected value is one of the variable's, and every value of the variable is expected.
    for own in expected {
        let state = Entity { entity_check: Check::AtLeastOne, ..entity(Field::Value, own) };
        let states = vec![builder.state(Kind::Variable, vec![state])];
        let test = builder.test(Test { states, ..test.clone() });
        assert_eq!(host.test(&builder, test), True, "{own:?} is missing");
    }
    let all = builder.constant(expected);
    let state = Entity { var_check: Check::AtLeastOne, ..by_variable(Field::Value, all) };
    let states = vec![builder.state(Kind::Variable, vec![state])];
    let test = builder.test(Test { states, ..test });
    assert_eq!(host.test(&builder, test), True, "there are more values than {expected:?}");
    Ok(())
}

fn check(make: impl Fn(&mut Builder) -> Component, expected: &[&str]) {
    assert_eq!(values(Datatype::String, make, expected), Ok(()));
}

#[test]
fn text_functions() {
    check(|_| literal("a"), &["a"]);
    check(
        |b| Component::Concat(vec![literal("x"), words(b, "1 2"), words(b, "a b")]),
        &["x1a", "x1b", "x2a", "x2b"],
    );
    check(|b| Component::Begin("/".into(), Box::new(words(b, "a /b"))), &["/a", "/b"]);
    check(|b| Component::End("/".into(), Box::new(words(b, "a b/"))), &["a/", "b/"]);
    check(|_| Component::EscapeRegex(Box::new(literal("a.b(c)"))), &[r"a\.b\(c\)"]);
    check(|_| Component::Split("::".into(), Box::new(literal("a::b::"))), &["a", "b", ""]);
    check(|_| Component::Split("".into(), Box::new(literal("ab"))), &["a", "b"]);
    check(|_| Component::RegexCapture("^(a+)".into(), Box::new(literal("aab"))), &["aa"]);
    check(|_| Component::RegexCapture("^(x)?".into(), Box::new(literal("aab"))), &[""]);
    check(|_| Component::RegexCapture("(?<=a)(b)".into(), Box::new(literal("aab"))), &["b"]);
    // As `oscap oval collect` writes them.
    let globs = [
        ("a*.[!x]?", r"^a[^/]*\.[^x][^/]$"),
        ("*.conf", r"^(?=[^.])[^/]*\.conf$"),
        ("/etc/*", r"^/etc/(?=[^.])[^/]*$"),
        (r"a\*b", r"^a\*b$"),
        ("?a", "^[^./]a$"),
        ("[ab]c", "^[ab]c$"),
        ("[!]a]x", "^[^]a]x$"),
        ("x/?", "^x/[^./]$"),
        ("{a,b}", r"^\{a,b\}$"),
    ];
    let open = |_: &mut Builder| Component::GlobToRegex(Box::new(literal("a[b")));
    assert_eq!(values(Datatype::String, open, &[]), Err(Outcome::Error));
    for (glob, expected) in globs {
        check(|_| Component::GlobToRegex(Box::new(literal(glob))), &[expected]);
    }
    let substring = |start, length| {
        move |_: &mut Builder| Component::Substring { start, length, of: Box::new(literal("abcd")) }
    };
    check(substring(2, 2), &["bc"]);
    check(substring(0, 9), &["abcd"]);
    check(substring(2, -1), &["bcd"]);
    check(substring(3, 0), &[""]);
    assert_eq!(values(Datatype::String, substring(5, 1), &[]), Err(Outcome::Error));
}

#[test]
fn numbers_lists_and_objects() {
    let arithmetic = |multiply| {
        move |b: &mut Builder| Component::Arithmetic {
            multiply,
            operands: vec![words(b, "1 2"), words(b, "10 x")],
        }
    };
    assert_eq!(values(Datatype::Int, arithmetic(false), &["11", "12", "1", "2"]), Ok(()));
    assert_eq!(values(Datatype::Int, arithmetic(true), &["10", "20", "0"]), Ok(()));
    let half = |_: &mut Builder| Component::Arithmetic {
        multiply: true,
        operands: vec![literal("1.5"), literal("3")],
    };
    assert_eq!(values(Datatype::Float, half, &["4.500000"]), Ok(()));
    assert_eq!(values(Datatype::Int, half, &["4"]), Ok(()));
    check(|b| Component::Count(vec![words(b, "a b a"), literal("c")]), &["4"]);
    check(|b| Component::Unique(vec![words(b, "a b a"), literal("b")]), &["a", "b"]);
    let of_object = |name: &'static str, field: Field| {
        move |b: &mut Builder| {
            let object = b.object(Kind::RpmInfo, vec![pattern(Field::Name, name)]);
            Component::Object { object, field: field.clone() }
        }
    };
    check(of_object("^bash", Field::Name), &["bash", "bash-doc"]);
    check(|b| Component::Count(vec![of_object("^none", Field::Name)(b)]), &["0"]);
    assert_eq!(values(Datatype::String, of_object("^none", Field::Name), &[]), Err(Outcome::False));
    assert_eq!(values(Datatype::String, of_object("^bash", Field::Text), &[]), Err(Outcome::Error));
    let nobody = |b: &mut Builder| Component::Object {
        object: b.object(Kind::Other("file".into()), Vec::new()),
        field: Field::Path,
    };
    assert_eq!(values(Datatype::String, nobody, &[]), Err(Outcome::Unknown));
    let unsupported = |_: &mut Builder| Component::Unsupported("time_difference".into());
    assert_eq!(values(Datatype::String, unsupported, &[]), Err(Outcome::Error));
}

#[test]
fn variables_without_values_select_nothing_but_are_errors_in_states() {
    let host = Host::rpm("bash 1-1 x86_64");
    let mut builder = Builder::default();
    let outside = builder.variable(Datatype::String, VariableValue::External);
    let test = builder.package_test(&Kind::RpmInfo, "", Vec::new());
    builder.0.objects[0].entities = vec![by_variable(Field::Name, outside)];
    assert_eq!(host.test(&builder, test), Outcome::False);
    builder.0.tests[0].existence = Existence::NoneExist;
    assert_eq!(host.test(&builder, test), True);
    let state = builder.package_test(&Kind::RpmInfo, "bash", vec![by_variable(Field::Name, outside)]);
    assert_eq!(host.test(&builder, state), Outcome::Error);
    // A variable and an object that need each other.
    let object = builder.object(Kind::RpmInfo, vec![by_variable(Field::Name, 1)]);
    let circle = builder.local(Datatype::String, Component::Object { object, field: Field::Name });
    assert_eq!(circle, 1);
    let test = builder.test(Test { kind: Kind::RpmInfo, object, ..Test::default() });
    assert_eq!(host.test(&builder, test), Outcome::False, "an error of the variable leaves no value");
}
