//! Against the engine that knows everything: the same answer, or none.

use super::*;
use crate::oval::pcre::translate;
use proptest::prelude::*;

fn compiled(pattern: &str, text: &str) -> bool {
    regex::Regex::new(&translate(pattern, false)).unwrap().is_match(text)
}

#[test]
fn plain_words_are_found_anywhere() {
    let is_match =
        |pattern: &'static str, text: &str| words(pattern).map(|mut all| all.any(|word| text.contains(word)));
    assert_eq!(is_match("i686|x86", "x86_64"), Some(true));
    assert_eq!(is_match("i686|ppc64", "x86_64"), Some(false));
    assert_eq!(is_match("i686|", "x86_64"), Some(true), "an empty word is everywhere");
    for pattern in ["^i686", "i686|x86-64", "i.86", "(a)", "a*", "\\d", "\u{e4}"] {
        assert!(words(pattern).is_none(), "{pattern}");
    }
    assert!(words(&"a".repeat(LONGEST + 1)).is_none(), "the bounds of the engines stay");
}

#[test]
fn the_kernels_of_red_hat() {
    let pattern = r"([0-1]\.\d+\.\d+-)|(2\.[0-5]\.\d+-)|(2\.6\.([0-9]|1[0-7])-)|(2\.6\.18-([0-9]{1,2}|1[0-1][0-9]|12[0-7])\.)|(2\.6\.18-128\.[^\.]*[a-zA-Z])|(2\.6\.18-128\.1\.)";
    let quick = Quick::of(pattern).unwrap();
    for (kernel, expected) in [
        ("2.6.18-127.el5", true),
        ("2.6.18-128.el5", true),
        ("2.6.18-128.1.10.el5", true),
        ("2.6.18-128.2.1", false),
        ("2.6.18-129.el5", false),
        ("2.6.9-89.EL", true),
        ("", false),
    ] {
        assert_eq!(quick.is_match(kernel), Some(expected), "{kernel}");
        assert_eq!(compiled(pattern, kernel), expected, "{kernel}");
    }
}

#[test]
fn what_it_does_not_know_is_left_to_the_engines() {
    for pattern in [
        "(?<=a)b",
        r"(a)\1",
        "a$",
        "a+?",
        "a**",
        "^*",
        "[[:alpha:]]",
        "[^]a]",
        "[]",
        "[a-]",
        "[z-a]",
        "a{3,2}",
        "a{99}",
        "a{",
        "{1}",
        "(a",
        "a)",
        "[a",
        r"\b",
        r"a\",
        "\u{e4}",
        "+",
        "*a",
        r"\<a",
        "a{,3}",
    ] {
        assert!(Quick::of(pattern).is_none(), "{pattern}");
    }
    assert!(Quick::of(&"a".repeat(LONGEST + 1)).is_none(), "too long");
    assert!(Quick::of("(((a{64}){64}){64}){64}").is_none(), "too large");
    assert!(Quick::of("((((){64}){64}){64}){64}").is_none(), "nothing, too often");
    assert!(Quick::of(&"(".repeat(DEEPEST as usize + 2)).is_none(), "too deep");
    let quick = Quick::of("a.").unwrap();
    assert_eq!(quick.is_match("a\u{e4}"), None);
    assert_eq!(quick.is_match(&"x".repeat(LONGEST + 1)), None);
    assert_eq!(Quick::of("(a*)*b").unwrap().is_match("aaaa"), None, "going in a circle is given up");
    assert_eq!(Quick::of("(a|a)*b").unwrap().is_match(&"a".repeat(100)), None, "so is too much work");
}

/// A pattern of what vendors write, and some more.
fn pattern() -> impl Strategy<Value = String> {
    let atom = prop_oneof![
        4 => "[a-c0-2]",
        2 => Just(r"\.".to_owned()),
        1 => Just(r"\d".to_owned()),
        1 => Just(r"\w".to_owned()),
        1 => Just(r"\s".to_owned()),
        1 => Just(".".to_owned()),
        1 => Just("-".to_owned()),
        1 => Just("[0-2]".to_owned()),
        1 => Just(r"[^\.]".to_owned()),
        1 => Just("[^a-b1]".to_owned()),
        1 => Just("^".to_owned()),
    ];
    let count = prop_oneof![4 => Just(""), 1 => Just("*"), 1 => Just("+"), 1 => Just("?"), 1 => Just("{1,2}"), 1 => Just("{2}"), 1 => Just("{0,}")];
    atom.prop_recursive(3, 24, 4, move |inner| {
        let counted = (inner, count.clone()).prop_map(|(part, count)| format!("{part}{count}"));
        let sequence = prop::collection::vec(counted, 0..4).prop_map(|parts| parts.concat());
        prop::collection::vec(sequence, 1..3).prop_map(|all| format!("({})", all.join("|")))
    })
}

proptest! {
    #[test]
    fn it_answers_as_a_compiled_pattern(pattern in pattern(), texts in prop::collection::vec("[a-c0-2.\\- \n]{0,12}", 1..8)) {
        if let Some(quick) = Quick::of(&pattern) {
            for text in texts {
                if let Some(known) = quick.is_match(&text) {
                    prop_assert_eq!(known, compiled(&pattern, &text), "{} in {:?}", pattern, text);
                }
            }
        }
    }

    #[test]
    fn no_pattern_is_too_much(pattern in "[a-c().|*+?{}\\[\\]^$\\\\0-9,-]{0,40}", text in "[ -~]{0,40}") {
        if let (Some(quick), Ok(regex)) = (Quick::of(&pattern), regex::Regex::new(&translate(&pattern, false)))
            && let Some(known) = quick.is_match(&text)
        {
            prop_assert_eq!(known, regex.is_match(&text), "{} in {:?}", pattern, text);
        }
    }
}
