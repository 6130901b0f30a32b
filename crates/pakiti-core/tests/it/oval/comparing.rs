//! Section 3: one value of an item against one of a state.

use super::{Builder, Host, by_variable, entity, evr_below, outcome, typed};
use pakiti_core::oval::field::Field;
use pakiti_core::oval::model::{Check, Datatype, Entity, Kind, Operation, VariableValue};
use pakiti_core::oval::{Outcome, compare_values};

fn operation(word: &str) -> Operation {
    match word {
        "=" => Operation::Equals,
        "!=" => Operation::NotEqual,
        "i=" => Operation::CaseInsensitiveEquals,
        "i!=" => Operation::CaseInsensitiveNotEqual,
        ">" => Operation::GreaterThan,
        "<" => Operation::LessThan,
        ">=" => Operation::GreaterThanOrEqual,
        "<=" => Operation::LessThanOrEqual,
        "&" => Operation::BitwiseAnd,
        "|" => Operation::BitwiseOr,
        "~" => Operation::PatternMatch,
        "sub" => Operation::SubsetOf,
        "super" => Operation::SupersetOf,
        other => panic!("{other} is no operation"),
    }
}

/// Rows of `item operation state result`.
fn check(datatype: Datatype, rows: &[(&str, &str, &str, &str)]) {
    for (item, op, state, expected) in rows {
        let result = compare_values(datatype, operation(op), item, state);
        assert_eq!(result, outcome(expected), "{datatype:?}: {item:?} {op} {state:?}");
    }
}

#[test]
fn strings() {
    check(
        Datatype::String,
        &[
            ("bash", "=", "bash", "T"),
            ("bash", "=", "Bash", "F"),
            ("bash", "!=", "Bash", "T"),
            ("bash", "i=", "BASH", "T"),
            ("bash", "i!=", "BASH", "F"),
            ("1", "<", "2", "E"),
            ("1", "&", "1", "E"),
            ("1", "sub", "1", "E"),
            ("x86_64", "~", "x86", "T"),
            ("foo_x86_64", "~", "i686|x86_64", "T"),
            ("x86_64", "~", "^x86$", "F"),
            ("x86_64", "~", "(", "E"),
            ("x86_64", "~", "", "T"),
            ("", "~", "", "T"),
            ("6Server", "~", r"^6[^\d]", "T"),
            ("8.10", "~", r"^8[^\d]", "T"),
            ("88", "~", r"^8[^\d]", "F"),
            ("saved_entry=0", "~", "(?<=^saved_entry=).*", "T"),
            ("abab", "~", r"^(ab)\1$", "T"),
            ("abcd", "~", r"^(?!abc)", "F"),
            ("a\n", "~", "a$", "T"),
            ("a\n", "~", r"a\z", "F"),
            ("a\nb", "~", "a$", "F"),
            ("[", "~", "^[[]$", "T"),
            ("]", "~", "^[]]$", "T"),
            ("a{b", "~", "^a{b$", "T"),
            ("aa", "~", "^a{2}$", "T"),
            ("<a>", "~", r"^\<a\>$", "T"),
            ("\u{663}", "~", r"^\d$", "F"),
            ("a&&b", "~", "^[a&&b]+$", "T"),
            ("x.y", "~", r"^\Qx.y\E$", "T"),
            ("xzy", "~", r"^\Qx.y\E$", "F"),
            ("a-b", "~", "^[[:alpha:]-]+$", "T"),
        ],
    );
}

#[test]
fn numbers() {
    check(
        Datatype::Int,
        &[
            ("10", ">", "9", "T"),
            ("10", "=", "010", "T"),
            ("-1", "<", "0", "T"),
            ("+5", ">=", "5", "T"),
            ("5", "<=", "4", "F"),
            ("5", "!=", "4", "T"),
            ("(none)", "=", "0", "E"),
            ("1x", "=", "1", "E"),
            ("", "=", "0", "E"),
            ("99999999999999999999", ">", "1", "E"),
            ("7", "&", "5", "T"),
            ("2", "&", "5", "F"),
            ("1", "|", "5", "T"),
            ("2", "|", "5", "F"),
            ("1", "~", "1", "E"),
        ],
    );
    check(
        Datatype::Float,
        &[
            ("1.0", "=", "1.0000000001", "T"),
            ("1.0", "=", "1.00001", "F"),
            ("1.0", "<", "1.00001", "T"),
            ("1e3", ">", "999.5", "T"),
            ("0", "=", "0.0", "T"),
            ("x", "=", "0", "E"),
        ],
    );
    check(
        Datatype::Boolean,
        &[("true", "=", "1", "T"), ("0", "=", "false", "T"), ("1", "!=", "0", "T"), ("1", ">", "0", "E")],
    );
    check(Datatype::Binary, &[("0aFF", "=", "0Aff", "T"), ("0a", "!=", "0b", "T"), ("0a", "<", "0b", "E")]);
    check(
        Datatype::Version,
        &[
            ("1.2.3", "<", "1.10", "T"),
            ("1.2", "=", "1.2.0", "T"),
            ("2#1", ">", "2.0.9", "T"),
            ("1.2", "!=", "1.2", "F"),
            ("1", "~", "1", "E"),
        ],
    );
}

#[test]
fn addresses_and_the_rest() {
    check(
        Datatype::Ipv4Address,
        &[
            ("10.0.0.1", "=", "10.0.0.1/32", "T"),
            ("10.0.0.1", "<", "10.0.0.2", "T"),
            ("10.0.0.0/25", "sub", "10.0.0.0/24", "T"),
            ("10.0.0.0/24", "sub", "10.0.0.0/25", "F"),
            ("10.0.0.0/24", "super", "10.0.0.0/25", "T"),
            ("10.0.0.0/33", "=", "10.0.0.0", "E"),
            ("::1", "=", "10.0.0.0", "E"),
            ("1.1.1.1", "sub", "0.0.0.0/0", "T"),
        ],
    );
    check(Datatype::Ipv6Address, &[("::1", "=", "0:0::1", "T"), ("fe80::1", "sub", "fe80::/10", "T")]);
    check(Datatype::Other, &[("1", "=", "1", "NE")]);
    check(Datatype::Record, &[("1", "=", "1", "E")]);
}

#[test]
fn evr_strings() {
    check(
        Datatype::EvrString,
        &[
            // A side with an epoch is newer than one without.
            ("0:1-1", "<", "99-1", "F"),
            ("0:1-1", ">", "99-1", "T"),
            ("1-1", "<", "0:0-0", "T"),
            ("1-1", "=", "1-1", "T"),
            (":1-1", "=", "0:1-1", "T"),
            ("00:1-1", "=", "0:1-1", "T"),
            // A missing release is older.
            ("0:5.1-1", "=", "0:5.1", "F"),
            ("0:5.1-1", ">", "0:5.1", "T"),
            ("0:5.1-1", "<", "0:99", "T"),
            // The release follows the last dash.
            ("0:1-2-3", "<", "0:1-2-4", "T"),
            ("0:1-2-3", "=", "0:1-2-3", "T"),
            // Segments.
            ("0:1.0~rc1-1", "<", "0:1.0-1", "T"),
            ("0:1.0^git1-1", ">", "0:1.0-1", "T"),
            ("0:1.0^git1-1", "<", "0:1.0.1-1", "T"),
            ("0:1.10-1", ">", "0:1.9-1", "T"),
            ("0:1.a-1", "<", "0:1.1-1", "T"),
            ("1:1-1", ">", "0:9-9", "T"),
            ("0:1-1", "<=", "0:1-1", "T"),
            ("0:1-1", ">=", "0:1-2", "F"),
            ("0:1-1", "!=", "0:1-2", "T"),
            ("0:1-1", "~", "0:1-1", "E"),
            ("0:1-1.el8_1", "=", "0:1-1.el8.1", "T"),
            ("a:1-1", "<", "0:1-1", "T"),
        ],
    );
}

#[test]
fn debian_evr_strings() {
    check(
        Datatype::DebianEvrString,
        &[
            ("0:1.0-1", "<", "0:1.0-2", "T"),
            ("1.0-1", "=", "0:1.0-1", "T"),
            ("0:3.134", "=", "0:3.134-0", "T"),
            ("0:3.134-", "=", "0:3.134", "T"),
            ("0:1.0~rc1-1", "<", "0:1.0-1", "T"),
            ("0:1.0+b1-1", ">", "0:1.0-1", "T"),
            ("0:1-2-3", ">", "0:1-2-2", "T"),
            ("1:0-1", ">", "0:9-1", "T"),
            ("2147483647:1-1", ">", "0:1-1", "T"),
            ("2147483648:1-1", ">", "0:1-1", "E"),
            ("0:1-1", "<", "99999999999:1-1", "E"),
            ("0:1.1-1", "~", "0:1.1-1", "E"),
            ("0:2.2.0~rc2-2+deb8u1", ">", "0:2.2.0~rc2-2", "T"),
        ],
    );
}

/// The cases of shared/data/vercmp/openscap, transcribed: one document and one system each.
#[test]
fn openscaps_own_cases() {
    let mut builder = Builder::default();
    let variable = builder.constant(&["logrotate"]);
    let debian = typed(Field::Evr, Operation::LessThan, Datatype::DebianEvrString, "0:3.18.0-2ubuntu1.1");
    let test = builder.package_test(&Kind::DpkgInfo, "", vec![debian]);
    builder.0.objects[0].entities = vec![by_variable(Field::Name, variable)];
    builder.0.tests[test as usize].check = Check::AtLeastOne;
    let host = Host::deb("logrotate 3.18.0-2ubuntu1.1 amd64");
    assert_eq!(host.test(&builder, test), Outcome::False);
    let rpm = builder.package_test(&Kind::RpmInfo, "pokus", vec![evr_below("0:0.4.20-33.el5_5.2")]);
    builder.0.tests[rpm as usize].check = Check::AtLeastOne;
    assert_eq!(Host::rpm("pokus 0.4.20.1-6 x86_64").test(&builder, rpm), Outcome::False);
    assert_eq!(Host::rpm("pokus 0.4.20-6 x86_64").test(&builder, rpm), Outcome::True);
}

/// A state on `variable_test`, whose item has the given values.
fn over_values(values: &[&str], state: Entity) -> Outcome {
    let mut builder = Builder::default();
    let variable = builder.constant(values);
    let object = builder.object(Kind::Variable, vec![by_variable(Field::VarRef, variable)]);
    let states = vec![builder.state(Kind::Variable, vec![state])];
    let test = builder.test(super::Test { kind: Kind::Variable, object, states, ..Default::default() });
    Host::default().test(&builder, test)
}

#[test]
fn entity_check_combines_the_items_values() {
    let rows: &[(Check, &[&str], &str)] = &[
        (Check::All, &["a", "a"], "T"),
        (Check::All, &["a", "b"], "F"),
        (Check::AtLeastOne, &["a", "b"], "T"),
        (Check::AtLeastOne, &["c", "b"], "F"),
        (Check::OnlyOne, &["a", "b"], "T"),
        (Check::OnlyOne, &["a", "a"], "F"),
        (Check::NoneSatisfy, &["b", "c"], "T"),
        (Check::NoneSatisfy, &["a", "c"], "F"),
    ];
    for (check, values, expected) in rows {
        let state = Entity { entity_check: *check, ..entity(Field::Value, "a") };
        assert_eq!(over_values(values, state), outcome(expected), "{check:?} {values:?}");
    }
}

#[test]
fn var_check_combines_the_states_values() {
    let rows: &[(Check, &[&str], &str)] = &[
        (Check::All, &["bash"], "T"),
        (Check::All, &["bash", "zsh"], "F"),
        (Check::AtLeastOne, &["bash", "zsh"], "T"),
        (Check::AtLeastOne, &["zsh"], "F"),
        (Check::OnlyOne, &["bash", "bash"], "F"),
        (Check::NoneSatisfy, &["zsh", "ksh"], "T"),
        (Check::All, &[], "E"),
    ];
    for (check, values, expected) in rows {
        let mut builder = Builder::default();
        let variable = builder.constant(values);
        let state = Entity { var_check: *check, ..by_variable(Field::Name, variable) };
        let test = builder.package_test(&Kind::RpmInfo, "bash", vec![state]);
        let result = Host::rpm("bash 1-1 x86_64").test(&builder, test);
        assert_eq!(result, outcome(expected), "{check:?} {values:?}");
    }
    let mut builder = Builder::default();
    let variable = builder.variable(Datatype::String, VariableValue::External);
    let test = builder.package_test(&Kind::RpmInfo, "bash", vec![by_variable(Field::Name, variable)]);
    assert_eq!(Host::rpm("bash 1-1 x86_64").test(&builder, test), Outcome::Error);
}
