//! Help, exit status and where the database is.

use super::{Data, columns};
use crate::command::pakiti;

const COMMANDS: [&str; 29] = [
    "serve",
    "demo",
    "migrate",
    "verify",
    "source add",
    "source change",
    "source list",
    "source show",
    "source enable",
    "source disable",
    "source remove",
    "source sync",
    "source import",
    "source export",
    "source templates",
    "host list",
    "host show",
    "cve list",
    "cve show",
    "explain",
    "user add",
    "user list",
    "user passwd",
    "user grant",
    "user revoke",
    "user enable",
    "user disable",
    "user remove",
    "evaluate",
];

#[test]
fn every_command_has_help_and_the_first_page_tells_the_exit_status() {
    let first = pakiti(&["--help"]);
    assert_eq!(first.code, Some(0));
    assert!(first.text().contains("Exit status: 0 done, 1 failed"), "{}", first.text());
    for command in COMMANDS {
        let args: Vec<&str> = command.split(' ').chain(["--help"]).collect();
        let run = pakiti(&args);
        assert_eq!(run.code, Some(0), "{command}");
        assert!(run.text().contains("Usage: pakiti"), "{command}");
    }
}

#[test]
fn commands_with_an_output_format_document_their_keys() {
    for command in [
        "migrate",
        "verify",
        "source list",
        "source show",
        "source sync",
        "host list",
        "host show",
        "cve list",
        "cve show",
        "explain",
        "user list",
    ] {
        let args: Vec<&str> = command.split(' ').chain(["--help"]).collect();
        let run = pakiti(&args);
        assert!(run.text().contains("JSON"), "{command}");
        assert!(
            run.text().contains("[possible values: table, json, tsv]") || run.text().contains("- tsv:"),
            "{command}"
        );
    }
}

#[test]
fn a_wrong_command_line_is_status_2() {
    for line in [
        "nonsense",
        "source",
        "host list --state purple",
        "user grant a",
        "source add",
        "verify --sample 0",
        "source sync",
    ] {
        let args: Vec<&str> = line.split(' ').collect();
        let run = pakiti(&args);
        assert_eq!(run.code, Some(2), "{line}: {}", run.stderr);
        assert!(run.stdout.is_empty());
    }
}

#[test]
fn migrations_are_told_once() {
    let data = Data::new();
    insta::assert_snapshot!(columns(&data.said("migrate --output tsv")), @r"
    #migration
    0001_create_schema
    0002_keep_effects
    0003_keep_findings
    ");
    insta::assert_snapshot!(data.said("migrate"), @"nothing to do: the schema is up to date");
}

#[test]
fn a_new_database_is_told_so_that_a_mistyped_path_is_noticed() {
    let data = Data::new();
    let path = data.path().join("pakiti.db");
    assert_eq!(data.run("host list").stderr, format!("pakiti: new database {}\n", path.display()));
    assert_eq!(data.run("host list").stderr, "");
}

#[test]
fn a_database_that_cannot_be_opened_is_told_without_its_password() {
    for url in [
        "postgres://me:secret@127.0.0.1:1/pakiti",
        "mysql://me:secret@127.0.0.1/pakiti",
        "sqlite:/nowhere/x.db",
    ] {
        let run = pakiti(&["host", "list", "--database", url]);
        assert_eq!(run.code, Some(1), "{url}");
        assert!(run.stderr.starts_with("pakiti: ") && !run.stderr.contains("secret"), "{}", run.stderr);
    }
}
