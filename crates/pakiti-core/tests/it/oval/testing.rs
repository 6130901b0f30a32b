//! Section 2: a test, existence first, then the state; and the flags of sets.

use super::{Builder, Host, entity, outcome, pattern, place};
use pakiti_core::oval::field::Field;
use pakiti_core::oval::model::{
    Check, Existence, Filter, Kind, MISSING, Object, Operator, Set, SetOperator, State, Test,
};
use pakiti_core::oval::{Outcome, existence};

const EXISTENCES: [Existence; 5] = [
    Existence::AllExist,
    Existence::AnyExist,
    Existence::AtLeastOneExists,
    Existence::NoneExist,
    Existence::OnlyOneExists,
];

#[test]
fn existence_follows_the_table() {
    // Items that exist, errors: all, any, at least one, none, only one.
    let rows = [
        (0, 0, "F T F T F"),
        (1, 0, "T T T F T"),
        (2, 0, "T T T F F"),
        (0, 1, "E E E E E"),
        (1, 1, "E T T E E"),
        (2, 1, "E T T E F"),
    ];
    for (exist, errors, expected) in rows {
        let results = EXISTENCES.map(|own| existence(own, exist, errors));
        let expected: Vec<Outcome> = expected.split(' ').map(outcome).collect();
        assert_eq!(results.as_slice(), expected, "{exist} exist, {errors} errors");
    }
}

/// What a flag comes from: an object of that flag.
fn object_of(builder: &mut Builder, flag: &str) -> u32 {
    let name = |word: &str| vec![entity(Field::Name, word)];
    match flag {
        "complete" => builder.object(Kind::RpmInfo, name("kernel")),
        "one" => builder.object(Kind::RpmInfo, name("bash")),
        "nothing" => builder.object(Kind::RpmInfo, name("zsh")),
        "error" => builder.object(Kind::RpmInfo, vec![pattern(Field::Name, "(")]),
        "not collected" => builder.object(Kind::Other("password".into()), Vec::new()),
        other => panic!("{other}"),
    }
}

#[test]
fn collection_flags_follow_the_table() {
    // Without state, then with one that is true of every kernel.
    let rows = [
        ("complete", "T T T F F", "T T T F F"),
        ("one", "T T T F T", "F F F F F"),
        ("nothing", "F T F T F", "F T F T F"),
        ("error", "E T E E E", "E E E E E"),
        ("not collected", "U T U U U", "U U U U U"),
    ];
    let host = Host::rpm("kernel 1-1 x86_64\n kernel 2-1 x86_64\n bash 1-1 x86_64");
    for (flag, without, with) in rows {
        for (own, (without, with)) in EXISTENCES.into_iter().zip(without.split(' ').zip(with.split(' '))) {
            let mut builder = Builder::default();
            let object = object_of(&mut builder, flag);
            let state = builder.state(Kind::RpmInfo, vec![entity(Field::Name, "kernel")]);
            let base = Test { kind: Kind::RpmInfo, existence: own, object, ..Test::default() };
            let plain = builder.test(base.clone());
            let asked = builder.test(Test { states: vec![state], ..base });
            assert_eq!(host.test(&builder, plain), outcome(without), "{flag} {own:?} without state");
            assert_eq!(host.test(&builder, asked), outcome(with), "{flag} {own:?} with state");
        }
    }
}

#[test]
fn what_does_not_exist_is_false_also_for_none_satisfy() {
    let mut builder = Builder::default();
    let test = builder.package_test(&Kind::RpmInfo, "zsh", vec![entity(Field::Arch, "x86_64")]);
    for check in [Check::All, Check::AtLeastOne, Check::OnlyOne, Check::NoneSatisfy] {
        builder.0.tests[test as usize].check = check;
        assert_eq!(Host::rpm("bash 1-1 x86_64").test(&builder, test), Outcome::False, "{check:?}");
    }
}

#[test]
fn check_runs_over_the_items_and_state_operator_over_the_states() {
    let host = Host::rpm("kernel 1-1 x86_64\n kernel 2-1 x86_64\n kernel 3-1 i686");
    let rows = [
        (Check::All, "kernel", "T"),
        (Check::AtLeastOne, "kernel", "T"),
        (Check::OnlyOne, "kernel", "F"),
        (Check::NoneSatisfy, "kernel", "F"),
        (Check::NoneSatisfy, "bash", "T"),
    ];
    for (check, name, expected) in rows {
        let mut builder = Builder::default();
        let test = builder.package_test(&Kind::RpmInfo, "kernel", vec![entity(Field::Name, name)]);
        builder.0.tests[test as usize].check = check;
        assert_eq!(host.test(&builder, test), outcome(expected), "{check:?} {name}");
    }
    for (operator, expected) in
        [(Operator::And, "F"), (Operator::Or, "T"), (Operator::One, "T"), (Operator::Xor, "T")]
    {
        let mut builder = Builder::default();
        let test = builder.package_test(&Kind::RpmInfo, "kernel", vec![entity(Field::Arch, "i686")]);
        let other = builder.state(Kind::RpmInfo, vec![entity(Field::Version, "9")]);
        builder.0.tests[test as usize].states.push(other);
        builder.0.tests[test as usize].state_operator = operator;
        builder.0.tests[test as usize].check = Check::AtLeastOne;
        assert_eq!(host.test(&builder, test), outcome(expected), "{operator:?}");
        // The same of the entities of one state.
        let entities = vec![entity(Field::Arch, "i686"), entity(Field::Version, "9")];
        builder.0.states.push(State { kind: Kind::RpmInfo, operator, entities });
        builder.0.tests[test as usize].states = vec![place(builder.0.states.len())];
        builder.0.tests[test as usize].state_operator = Operator::And;
        assert_eq!(host.test(&builder, test), outcome(expected), "{operator:?} of entities");
    }
}

#[test]
fn what_is_missing_is_unknown_or_not_evaluated() {
    let mut builder = Builder::default();
    let host = Host::rpm("bash 1-1 x86_64");
    let no_entity =
        builder.package_test(&Kind::RpmInfo, "bash", vec![entity(Field::Other("size".into()), "1")]);
    assert_eq!(host.test(&builder, no_entity), Outcome::Unknown);
    let no_object = builder.test(Test { kind: Kind::RpmInfo, object: MISSING, ..Test::default() });
    assert_eq!(host.test(&builder, no_object), Outcome::Unknown);
    let no_state = builder.package_test(&Kind::RpmInfo, "bash", Vec::new());
    builder.0.tests[no_state as usize].states = vec![MISSING];
    assert_eq!(host.test(&builder, no_state), Outcome::Unknown);
    let unknown = builder.test(Test { kind: Kind::Unknown, object: 0, ..Test::default() });
    assert_eq!(host.test(&builder, unknown), Outcome::Unknown);
    assert_eq!(host.test(&builder, MISSING), Outcome::NotEvaluated);
}

fn set(operator: SetOperator, objects: Vec<u32>) -> Set {
    Set { operator, sets: Vec::new(), objects, filters: Vec::new() }
}

/// The names a set selects from bash, kernel (two) and zlib; `-` = it does not exist, else the result of asking.
fn selected(set: impl FnOnce(&mut Builder, [u32; 4]) -> Set) -> String {
    let mut builder = Builder::default();
    let objects = ["^(bash|kernel)$", "^(kernel|zlib)$", "^none$", "("]
        .map(|text| builder.object(Kind::RpmInfo, vec![pattern(Field::Name, text)]));
    let set = set(&mut builder, objects);
    let object =
        builder.any_object(Object { kind: Kind::RpmInfo, set: Some(Box::new(set)), ..Object::default() });
    let test = builder.test(Test { kind: Kind::RpmInfo, object, ..Test::default() });
    let host = Host::rpm("bash 1-1 x86_64\n kernel 1-1 x86_64\n kernel 2-1 x86_64\n zlib 1-1 x86_64");
    let index = pakiti_core::oval::HostIndex::new(host.facts());
    let mut evaluation = pakiti_core::oval::Evaluation::new(&builder.0, &index);
    match evaluation.test(test) {
        Outcome::True => {
            let mut positions: Vec<usize> =
                evaluation.instances(test).into_iter().map(|(at, _)| at).collect();
            positions.sort_unstable();
            positions.iter().map(|&at| format!("{}{} ", host.packages[at].name, at)).collect::<String>()
        }
        Outcome::False => "-".to_owned(),
        other => other.word().to_owned(),
    }
}

#[test]
fn sets_combine_objects() {
    use SetOperator::{Complement, Intersection, Union};
    assert_eq!(selected(|_, [a, b, ..]| set(Union, vec![a, b])), "bash0 kernel1 kernel2 zlib3 ");
    assert_eq!(selected(|_, [a, b, ..]| set(Intersection, vec![a, b])), "kernel1 kernel2 ");
    assert_eq!(selected(|_, [a, b, ..]| set(Complement, vec![a, b])), "bash0 ");
    assert_eq!(selected(|_, [a, ..]| set(Union, vec![a])), "bash0 kernel1 kernel2 ");
    assert_eq!(selected(|_, [a, _, none, _]| set(Intersection, vec![a, none])), "-");
    assert_eq!(selected(|_, [a, _, none, _]| set(Complement, vec![a, none])), "bash0 kernel1 kernel2 ");
    assert_eq!(selected(|_, [a, _, none, _]| set(Complement, vec![none, a])), "-");
    assert_eq!(selected(|_, [a, ..]| set(Complement, vec![a, a])), "-");
    assert_eq!(selected(|_, [a, _, _, error]| set(Union, vec![a, error])), "error");
    assert_eq!(selected(|_, [_, _, none, error]| set(Intersection, vec![error, none])), "-");
    let nested = |_: &mut Builder, [a, b, ..]: [u32; 4]| {
        let inner = vec![set(Union, vec![a, b]), set(Intersection, vec![a, b])];
        Set { sets: inner, ..set(Complement, Vec::new()) }
    };
    assert_eq!(selected(nested), "bash0 zlib3 ");
}

#[test]
fn filters_take_items_out_or_keep_them() {
    let filtered = |include| {
        move |builder: &mut Builder, [a, ..]: [u32; 4]| {
            let state = builder.state(Kind::RpmInfo, vec![entity(Field::Version, "2")]);
            Set { filters: vec![Filter { include, state }], ..set(SetOperator::Union, vec![a]) }
        }
    };
    assert_eq!(selected(filtered(false)), "bash0 kernel1 ");
    assert_eq!(selected(filtered(true)), "kernel2 ");
    let mut builder = Builder::default();
    let state = builder.state(Kind::RpmInfo, vec![entity(Field::Name, "bash")]);
    let test = builder.package_test(&Kind::RpmInfo, "bash", Vec::new());
    builder.0.objects[0].filters = vec![Filter { include: false, state }];
    assert_eq!(Host::rpm("bash 1-1 x86_64").test(&builder, test), Outcome::False);
}
