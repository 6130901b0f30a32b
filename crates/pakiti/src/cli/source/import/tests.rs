//! What files are, and the names that are made of them.

use super::*;
use clap::Parser;

#[derive(Parser)]
struct Command {
    #[command(flatten)]
    args: ImportArgs,
}

fn args(line: &str) -> ImportArgs {
    Command::parse_from(["x", "FILE"].into_iter().chain(line.split_whitespace())).args
}

#[test]
fn a_file_is_told_by_its_ending_else_by_what_is_in_it() {
    for (name, text, expected) in [
        ("a.list", "", Some(Form::List)),
        ("a.sources", "", Some(Form::Sources)),
        ("a.repo", "", Some(Form::Repo)),
        ("Repositories.xml", "", Some(Form::Php)),
        ("repositories.toml", "", Some(Form::Toml)),
        ("sources.list.save", "# x\n\ndeb http://x y z", Some(Form::List)),
        ("x", "Types: deb\n", Some(Form::Sources)),
        ("x", "; c\n[id]\n", Some(Form::Repo)),
        ("x", "# c\n[[source]]\n", Some(Form::Toml)),
        ("x", "\u{feff}<?xml", Some(Form::Php)),
        ("x", "hello", None),
        ("x", "Subject: hello", None),
        ("x", "", None),
    ] {
        assert_eq!(form(Path::new(name), text), expected, "{name} {text}");
    }
}

#[test]
fn names_are_made_of_what_can_be_typed() {
    let plain = args("");
    assert_eq!(plain.named("Debian Lenny (Security)/Updates"), "Debian-Lenny-Security-Updates");
    assert_eq!(plain.named("--é x"), "é-x");
    assert_eq!(args("--prefix rocky-9-").named("baseos"), "rocky-9-baseos");
    assert_eq!(args("--prefix rocky-9-").named("-baseos"), "rocky-9-baseos");
}

#[test]
fn the_release_comes_from_the_os_group() {
    let of = |line: &str, group: &str| args(line).variables(group, "").releasever;
    assert_eq!(of("", "opensuse-leap-15.6").as_deref(), Some("15.6"));
    assert_eq!(of("", "amazon-2023").as_deref(), Some("latest"));
    assert_eq!(of("--releasever 9.4", "rocky-9").as_deref(), Some("9.4"));
    assert_eq!(of("", ""), None);
}
