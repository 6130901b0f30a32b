//! Section 1: combining results, and definitions that extend each other.

use super::{Builder, Host, criterion, extend, group, outcome};
use pakiti_core::oval::field::Field;
use pakiti_core::oval::model::{Check, Kind, MISSING, Node, Operator};
use pakiti_core::oval::{Outcome, Tally, evaluate};

const OPERATORS: [Operator; 4] = [Operator::And, Operator::Or, Operator::One, Operator::Xor];
const CHECKS: [Check; 4] = [Check::All, Check::AtLeastOne, Check::OnlyOne, Check::NoneSatisfy];

/// The tables of section 1, written as they stand there: the first rule that applies.
fn by_table(rules: &str, outcomes: &[Outcome]) -> Outcome {
    let count = |word: &str| outcomes.iter().filter(|&&o| o == outcome(word)).count();
    if outcomes.is_empty() {
        return Outcome::Unknown;
    }
    if count("NA") == outcomes.len() {
        return Outcome::NotApplicable;
    }
    for rule in rules.split("; ") {
        let (condition, result) = rule.rsplit_once(' ').unwrap();
        let applies = match condition {
            "2T" => count("T") >= 2,
            "1T" => count("T") == 1,
            "odd T" => count("T") % 2 == 1,
            "else" => true,
            any => count(any) > 0,
        };
        if applies {
            return outcome(result);
        }
    }
    panic!("no rule applies")
}

fn all_lists() -> Vec<Vec<Outcome>> {
    let mut lists: Vec<Vec<Outcome>> = vec![Vec::new()];
    for length in 1..=4 {
        let shorter: Vec<_> = lists.iter().filter(|list| list.len() == length - 1).cloned().collect();
        for list in shorter {
            lists.extend(Outcome::ALL.map(|next| [list.as_slice(), &[next]].concat()));
        }
    }
    lists
}

#[test]
fn operators_and_checks_follow_the_tables() {
    let and = "F F; E E; U U; NE NE; else T";
    let or = "T T; E E; U U; NE NE; else F";
    let one = "2T F; E E; U U; NE NE; 1T T; else F";
    let xor = "E E; U U; NE NE; odd T T; else F";
    let none = "T F; E E; U U; NE NE; else T";
    let lists = all_lists();
    assert_eq!(lists.len(), 1 + 6 + 36 + 216 + 1296);
    for list in &lists {
        let tally: Tally = list.iter().copied().collect();
        for (operator, rules) in OPERATORS.into_iter().zip([and, or, one, xor]) {
            assert_eq!(tally.by_operator(operator), by_table(rules, list), "{operator:?} of {list:?}");
        }
        for (check, rules) in CHECKS.into_iter().zip([and, or, one, none]) {
            assert_eq!(tally.by_check(check), by_table(rules, list), "{check:?} of {list:?}");
        }
    }
}

#[test]
fn negation_swaps_true_and_false_only() {
    for own in Outcome::ALL {
        let expected = match own {
            Outcome::True => Outcome::False,
            Outcome::False => Outcome::True,
            other => other,
        };
        assert_eq!(own.negated(true), expected);
        assert_eq!(own.negated(false), own);
    }
}

#[test]
fn words_are_those_of_the_schema() {
    let words = Outcome::ALL.map(Outcome::word).join(", ");
    assert_eq!(words, "true, false, error, unknown, not evaluated, not applicable");
}

/// Tests that are true, false, error and unknown on a host with bash.
fn four(builder: &mut Builder) -> [u32; 4] {
    let kind = Kind::RpmInfo;
    let yes = builder.package_test(&kind, "bash", Vec::new());
    let no = builder.package_test(&kind, "zsh", Vec::new());
    let wrong = builder.package_test(&kind, "bash", vec![super::pattern(Field::Arch, "(")]);
    let unknown = builder.package_test(&kind, "bash", vec![super::entity(Field::Other("size".into()), "1")]);
    [yes, no, wrong, unknown]
}

#[test]
fn criteria_combine_tests() {
    let mut builder = Builder::default();
    let tests = four(&mut builder);
    let single = tests.map(|test| builder.definition(Some(criterion(test))));
    let mut pairs = Vec::new();
    for operator in OPERATORS {
        for a in 0..4 {
            for b in 0..4 {
                let node = group(operator, vec![criterion(tests[a]), criterion(tests[b])]);
                pairs.push((operator, a, b, builder.definition(Some(node))));
            }
        }
    }
    let negated = Node::Criterion { test: tests[0], negate: true, comment: "".into() };
    let negated = builder.definition(Some(Node::Criteria {
        operator: Operator::And,
        negate: true,
        children: vec![negated],
    }));
    let empty = builder.definition(None);
    let missing = builder.definition(Some(extend(MISSING)));
    let host = Host::rpm("bash 5.1-1 x86_64");
    let index = pakiti_core::oval::HostIndex::new(host.facts());
    let results = evaluate(&builder.0, &index);
    let own = ["T", "F", "E", "U"].map(outcome);
    assert_eq!(single.map(|definition| results[definition as usize]), own);
    for (operator, a, b, definition) in pairs {
        let expected = Tally::from_iter([own[a], own[b]]).by_operator(operator);
        assert_eq!(results[definition as usize], expected, "{operator:?} {a} {b}");
    }
    assert_eq!(results[negated as usize], Outcome::True);
    assert_eq!(results[empty as usize], Outcome::NotEvaluated);
    assert_eq!(results[missing as usize], Outcome::NotEvaluated);
    assert_eq!(host.definition(&builder, MISSING), Outcome::NotEvaluated);
}

#[test]
fn extended_definitions_are_evaluated_first_and_circles_are_errors() {
    let mut builder = Builder::default();
    let [yes, no, ..] = four(&mut builder);
    let later = builder.definition(Some(group(Operator::And, vec![extend(1), criterion(yes)])));
    builder.definition(Some(criterion(yes)));
    let negated = builder.definition(Some(Node::Extend { definition: 1, negate: true }));
    let itself = builder.definition(Some(group(Operator::And, vec![extend(3), criterion(yes)])));
    let circle = builder.definition(Some(group(Operator::And, vec![extend(5), criterion(yes)])));
    builder.definition(Some(group(Operator::Or, vec![criterion(no), extend(4)])));
    let host = Host::rpm("bash 5.1-1 x86_64");
    let results = [later, negated, itself, circle, circle + 1].map(|place| host.definition(&builder, place));
    assert_eq!(results, ["T", "F", "E", "E", "E"].map(outcome));
}
