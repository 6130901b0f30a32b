//! Accounts on the command line.

use super::{Data, columns};

const PASSWORD: &str = "correct horse battery\n";

#[test]
fn an_account_is_added_with_a_password_from_standard_input() {
    let data = Data::new();
    let run = data.reading("user add alice --admin", PASSWORD);
    assert_eq!((run.code, run.text()), (Some(0), "administrator alice added\n"), "{}", run.stderr);
    let file = data.path().join("password");
    std::fs::write(&file, PASSWORD).unwrap();
    let run = data.run(&format!("user add bob --password-file {}", file.display()));
    assert!(run.text().starts_with("viewer bob added\n"), "{}", run.stderr);
    insta::assert_snapshot!(columns(&data.said("user list --output tsv")), @r"
    #name|role|enabled|groups|hosts|created_at
    alice|administrator|true|||TIME
    bob|viewer|true|||TIME
    ");
}

#[test]
fn a_name_that_is_taken_and_a_weak_password_are_refused_with_the_reason() {
    let data = Data::new();
    assert_eq!(data.reading("user add alice", PASSWORD).code, Some(0));
    let run = data.reading("user add alice", PASSWORD);
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), "pakiti: account `alice` exists already\n"));
    let run = data.reading("user add bob", "short\n");
    assert_eq!(
        (run.code, run.stderr.as_str()),
        (Some(1), "pakiti: the password is shorter than 10 characters\n")
    );
    let run = data.reading("user add bob", "");
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("no password on the first line"), "{}", run.stderr);
    assert_eq!(data.said("user list --output tsv").lines().count(), 2);
}

#[test]
fn groups_are_granted_and_revoked() {
    let data = Data::new();
    assert_eq!(data.reading("user add bob", PASSWORD).code, Some(0));
    insta::assert_snapshot!(data.said("user grant bob --group lab --group web"), @r"
    bob sees host group lab (no host has reported this group yet)
    bob sees host group web (no host has reported this group yet)
    ");
    assert!(data.said("user list --output tsv").contains("\tlab,web\t"));
    insta::assert_snapshot!(data.said("user revoke bob --group lab"), @"bob no longer sees host group lab");
    assert!(data.said("user list --output tsv").contains("\tweb\t"));
    let run = data.run("user revoke bob --group web --group lab");
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), "pakiti: bob has no grant of group `lab`\n"));
    assert!(data.said("user list --output tsv").contains("\tweb\t"), "nothing is revoked if one is wrong");
    let run = data.run("user grant bob --host nobody.example.org");
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), "pakiti: host `nobody.example.org` not found\n"));
    let run = data.run("user grant eve --group lab");
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), "pakiti: account `eve` not found\n"));
}

#[test]
fn accounts_are_disabled_and_removed_and_the_last_administrator_is_missed() {
    let data = Data::new();
    assert_eq!(data.reading("user add alice --admin", PASSWORD).code, Some(0));
    let run = data.run("user disable alice");
    assert_eq!((run.code, run.text()), (Some(0), "account alice disabled and signed out\n"));
    assert!(run.stderr.contains("no administrator is left"), "{}", run.stderr);
    assert!(data.said("user list --output json").contains("\"enabled\": false"));
    assert_eq!(data.run("user enable alice").stderr, "");
    let run = data.reading("user passwd alice", "another good one\n");
    assert_eq!(
        (run.code, run.text()),
        (Some(0), "new password for alice set; it is signed out everywhere\n")
    );
    assert_eq!(data.said("user remove alice"), "account alice removed\n");
    insta::assert_snapshot!(data.said("user list"), @"no account yet; make one: pakiti user add NAME --admin");
}
