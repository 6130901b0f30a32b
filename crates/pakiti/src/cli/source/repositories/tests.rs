//! What is written is read again; a bad entry costs only itself.

use super::*;
use proptest::prelude::*;

fn full() -> Wanted {
    let text = |list: &[&str]| -> Vec<String> { list.iter().map(|text| (*text).to_owned()).collect() };
    Wanted {
        name: "é-1".to_owned(),
        kind: "yum".to_owned(),
        url: "https://me:secret@example.org/\"x\"".to_owned(),
        options: SourceOptions {
            suite: "s/".to_owned(),
            components: text(&["main", "contrib"]),
            architectures: text(&["x86_64"]),
            security: "no".to_owned(),
            priority: Some(-5),
            keyrings: vec!["/etc/a.gpg".into()],
            inline_key: Some("-----BEGIN\n\nx\\y\n".to_owned()),
            trusted: true,
            check_valid_until: false,
            excludes: text(&["kernel*"]),
            module_hotfixes: true,
            mirrorlist: true,
            further_groups: text(&["rocky-9"]),
            host_groups: text(&["Site A", "N/A"]),
            not_host_groups: text(&["B"]),
            proxy: Some("http://proxy:1".to_owned()),
            client_certificate: Some("/c".into()),
            client_key: Some("/k".into()),
            authorities: Some("/ca".into()),
            rules: Vec::new(),
            complete: "yes".to_owned(),
        },
        os_group: "rhel-9".to_owned(),
        interval_seconds: 5400,
        enabled: false,
    }
}

#[test]
fn every_field_is_written_and_read_again() {
    let plain = Wanted {
        name: "plain".to_owned(),
        kind: "apt".to_owned(),
        url: "http://example.org".to_owned(),
        options: SourceOptions::default(),
        os_group: String::new(),
        interval_seconds: 3600,
        enabled: true,
    };
    let sources = [full(), plain];
    let written = write(&sources).unwrap();
    let read: Vec<Wanted> = parse(&written).into_iter().map(|read| read.source.unwrap()).collect();
    assert_eq!(read, sources, "{written}");
    assert!(
        written.ends_with(
            "[[source]]\nname = \"plain\"\nkind = \"apt\"\nurl = \"http://example.org\"\ninterval = \"1h\"\n"
        ),
        "{written}"
    );
    assert!(parse(&write(&[]).unwrap()).is_empty());
}

#[test]
fn an_error_names_its_line_and_costs_only_its_entry() {
    let text = "[[source]]\nname = \"a\"\nkind = \"apt\"\nurl = \"/x\"\nsuit = \"y\"\n\n[[source]]\nname = \"b\"\n\
                kind = \"apt\"\nurl = \"/x\"\n[[source]]\nname = \"c\"\nkind = \"apt\"\nurl = 3\n[[source]]\n\
                name = \"d\"\nkind = \"apt\"\nurl = \"/x\"\ninterval = \"5s\"\n[[source]]\nname = \"e\"\n[other]\nx = 1\n";
    let told: Vec<String> = parse(text)
        .into_iter()
        .map(|read| match read.source {
            Ok(source) => format!("{}: {} good", read.line, source.name),
            Err(error) => format!("{}: {} {}", read.line, read.name, error.split(',').next().unwrap()),
        })
        .collect();
    assert_eq!(
        told,
        [
            "5: a unknown field `suit`",
            "7: b good",
            "14: c invalid type: integer `3`",
            "15: d interval `5s`: an interval is between one minute and thirty days",
            "20: e missing field `kind`",
            "22:  `other` is no [[source]]",
        ]
    );
}

#[test]
fn what_is_no_toml_is_told_with_its_line() {
    let read = parse("[[source]]\nname = \nurl = \"x\"\n");
    assert_eq!((read.len(), read[0].line), (1, 2), "{read:?}");
    assert!(read[0].source.is_err());
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..500)) {
        let _ = parse(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn pieces_of_toml_never_panic(parts in prop::collection::vec(prop::sample::select(vec![
        "[[source]]\n", "[source]\n", "name", "=", "\"a\"", "\n", "kind = \"apt\"\n", "url = \"/x\"\n", "[", "]", "{", "}",
        "priority = 1\n", "x.y = 1\n", "'''", "\"", "#", ",", "é", "1979-05-27\n", "[[source.x]]\n",
    ]), 0..40)) {
        let _ = parse(&parts.concat());
    }
}
