//! What holds of every input.

use super::{Builder, Host, entity, pattern};
use pakiti_core::oval::field::Field;
use pakiti_core::oval::model::{Check, Datatype, Kind, Operation, Operator};
use pakiti_core::oval::{Evaluation, HostIndex, Outcome, Tally, compare_values};
use pakiti_core::package::{Package, PackageFormat};
use proptest::prelude::*;

fn outcomes() -> impl Strategy<Value = Vec<Outcome>> {
    prop::collection::vec(prop::sample::select(Outcome::ALL.to_vec()), 0..12)
}

fn packages() -> impl Strategy<Value = Vec<(String, String, bool)>> {
    prop::collection::vec(("[abc]{1,2}", "[0-9]{1,2}", any::<bool>()), 0..40)
}

proptest! {
    #[test]
    fn combining_does_not_depend_on_the_order(list in outcomes(), swaps in prop::collection::vec((0usize..12, 0usize..12), 0..12)) {
        let mut other = list.clone();
        for (a, b) in swaps {
            if a < other.len() && b < other.len() {
                other.swap(a, b);
            }
        }
        let (one, two): (Tally, Tally) = (list.into_iter().collect(), other.into_iter().collect());
        for operator in [Operator::And, Operator::Or, Operator::One, Operator::Xor] {
            prop_assert_eq!(one.by_operator(operator), two.by_operator(operator));
        }
        for check in [Check::All, Check::AtLeastOne, Check::OnlyOne, Check::NoneSatisfy] {
            prop_assert_eq!(one.by_check(check), two.by_check(check));
        }
    }

    /// A look-up by name finds what a search over all packages finds.
    #[test]
    fn names_are_looked_up_as_searched(list in packages(), name in "[abc]{1,2}", rpm in any::<bool>()) {
        let format = |own: bool| if own { PackageFormat::Rpm } else { PackageFormat::Deb };
        let host = Host {
            packages: list.iter().map(|(name, version, own)| Package::new(format(*own), name, version, "x86_64")).collect(),
            ..Host::default()
        };
        let mut builder = Builder::default();
        let kind = if rpm { Kind::RpmInfo } else { Kind::DpkgInfo };
        let by_name = builder.package_test(&kind, &name, Vec::new());
        let by_pattern = builder.package_test(&Kind::RpmInfo, "", Vec::new());
        builder.0.objects[1].entities = vec![pattern(Field::Name, &format!("^{name}$"))];
        let constant = builder.constant(&[&name]);
        let by_variable = builder.package_test(&kind, "", Vec::new());
        builder.0.objects[2].entities = vec![super::by_variable(Field::Name, constant)];
        let index = HostIndex::new(host.facts());
        let mut evaluation = Evaluation::new(&builder.0, &index);
        let of = |test, evaluation: &mut Evaluation<'_>| -> Vec<usize> {
            evaluation.instances(test).into_iter().map(|(at, _)| at).collect()
        };
        let mut expected: Vec<usize> = (0..list.len()).filter(|&at| list[at].0 == name && list[at].2 == rpm).collect();
        if rpm {
            prop_assert_eq!(of(by_pattern, &mut evaluation), expected.clone());
        } else {
            expected.truncate(1);
        }
        prop_assert_eq!(of(by_name, &mut evaluation), expected.clone());
        prop_assert_eq!(of(by_variable, &mut evaluation), expected);
    }

    /// Whatever is compared, it ends and does not panic; and the two sides of an order agree.
    #[test]
    fn comparing_never_panics(a in "\\PC{0,12}", b in "\\PC{0,12}") {
        let types = [
            Datatype::String, Datatype::Int, Datatype::Float, Datatype::Boolean, Datatype::Binary, Datatype::Version,
            Datatype::EvrString, Datatype::DebianEvrString, Datatype::Ipv4Address, Datatype::Ipv6Address,
        ];
        for datatype in types {
            for operation in [Operation::Equals, Operation::LessThan, Operation::PatternMatch, Operation::SubsetOf] {
                compare_values(datatype, operation, &a, &b);
            }
            if datatype != Datatype::String {
                let less = compare_values(datatype, Operation::LessThan, &a, &b);
                prop_assert_eq!(less, compare_values(datatype, Operation::GreaterThan, &b, &a));
            }
        }
    }

    /// Any pattern over any file ends without a panic.
    #[test]
    fn searching_never_panics(text in "[a\\néß\\\\(){}\\[\\]^$*+?|.&\\-wdsbQE0-9]{0,16}", content in "[aé\\n ]{0,24}") {
        let mut host = Host::default();
        host.files.insert("/f".into(), content);
        let mut builder = Builder::default();
        let entities = vec![entity(Field::Filepath, "/f"), pattern(Field::Pattern, &text), entity(Field::Instance, "-1")];
        let object = builder.object(Kind::TextFileContent54, entities);
        let test = builder.test(super::Test { kind: Kind::TextFileContent54, object, ..Default::default() });
        let result = host.test(&builder, test);
        prop_assert!(matches!(result, Outcome::True | Outcome::False | Outcome::Error));
    }
}
