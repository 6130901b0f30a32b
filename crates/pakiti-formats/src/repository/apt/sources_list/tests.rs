use super::*;

fn list(text: &str) -> (Vec<AptSource>, String) {
    let mut skipped = SkipList::default();
    let sources = parse_list(text, "sources.list", &mut skipped);
    (sources, skipped.kept().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

fn deb822(text: &str) -> (Vec<AptSource>, String) {
    let mut skipped = SkipList::default();
    let sources = parse_sources(text, "debian.sources", &mut skipped);
    (sources, skipped.kept().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

#[test]
fn one_line_style_is_read() {
    let (sources, skipped) = list(
        "# comment\n\
         deb http://deb.debian.org/debian bookworm main contrib # more\n\
         deb-src http://deb.debian.org/debian bookworm main\n\
         deb [ arch=amd64,arm64 signed-by=/k.gpg trusted=yes check-valid-until=no ] https://x/y/ suite/updates a\n\
         deb\t[arch=i386]\thttps://x\t./\n\
         deb cdrom:[Debian GNU/Linux 12 _Bookworm_]/ bookworm main\n",
    );
    assert_eq!(skipped, "");
    let folders: Vec<_> = sources.iter().map(|source| (source.line, source.folder())).collect();
    assert_eq!(
        folders,
        [
            (2, "http://deb.debian.org/debian/dists/bookworm".to_owned()),
            (4, "https://x/y/dists/suite/updates".to_owned()),
            (5, "https://x".to_owned()),
        ]
    );
    assert_eq!(sources[0].components, ["main", "contrib"]);
    assert_eq!(sources[1].architectures, ["amd64", "arm64"]);
    assert_eq!(sources[1].signed_by, SignedBy::Named(vec!["/k.gpg".to_owned()]));
    assert_eq!((sources[1].trusted, sources[1].check_valid_until), (Some(true), Some(false)));
    assert!(sources[2].is_flat() && !sources[1].is_flat());
}

#[test]
fn bad_lines_are_skipped_with_their_number() {
    let (sources, skipped) = list(
        "rpm http://x y z\ndeb http://x\ndeb [arch=amd64 http://x y z\ndeb http://x suite\n\
         deb http://x flat/ main\ndeb nowhere suite main\ndeb http://x suite main\n",
    );
    assert_eq!(sources.len(), 1);
    insta::assert_snapshot!(skipped, @"
    sources.list:1: not a `deb [options] uri suite components` line
    sources.list:2: not a `deb [options] uri suite components` line
    sources.list:3: not a `deb [options] uri suite components` line
    sources.list:4: not a `deb [options] uri suite components` line
    sources.list:5: not a `deb [options] uri suite components` line
    sources.list:6: not a `deb [options] uri suite components` line
    ");
}

#[test]
fn deb822_style_is_expanded_by_uri_and_suite() {
    let (sources, skipped) = deb822(
        "Types: deb deb-src\n# a comment\nURIs: http://a http://b\nSuites: bookworm bookworm-updates\n\
         Components: main\n contrib\nArchitectures: amd64\nSigned-By: /k.gpg\nTrusted: no\n\n\
         Types: deb-src\nURIs: http://c\nSuites: s\nComponents: main\n\n\
         Types: deb\nEnabled: no\nURIs: http://d\nSuites: s\nComponents: main\n\n\
         types: deb\nuris: http://e\nsuites: ./sub/\n",
    );
    assert_eq!(skipped, "");
    let folders: Vec<_> = sources.iter().map(AptSource::folder).collect();
    assert_eq!(
        folders,
        [
            "http://a/dists/bookworm",
            "http://a/dists/bookworm-updates",
            "http://b/dists/bookworm",
            "http://b/dists/bookworm-updates",
            "http://e/sub",
        ]
    );
    assert_eq!(sources[3].components, ["main", "contrib"]);
    assert_eq!(sources[3].trusted, Some(false));
    assert_eq!(sources[4].signed_by, SignedBy::Default);
}

#[test]
fn an_inline_key_is_taken_out_of_its_escapes() {
    let (sources, _) = deb822(
        "Types: deb\nURIs: http://a\nSuites: s\nComponents: c\nSigned-By:\n \
         -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mDME\n -----END PGP PUBLIC KEY BLOCK-----\n",
    );
    let SignedBy::Inline(key) = &sources[0].signed_by else { panic!("{:?}", sources[0].signed_by) };
    assert_eq!(key, "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDME\n-----END PGP PUBLIC KEY BLOCK-----\n");
}

#[test]
fn bad_stanzas_are_skipped_with_their_line() {
    let (sources, skipped) = deb822(
        "URIs: http://a\nSuites: s\n\nTypes: deb\nSuites: s\nComponents: c\n\n\
         Types: deb\nURIs: http://a\nComponents: c\n\nTypes: deb\nURIs: http://a\nSuites: s\n\nodd\n",
    );
    assert!(sources.is_empty());
    insta::assert_snapshot!(skipped, @"
    debian.sources:16: not a `Field: value` line
    debian.sources:1: no Types
    debian.sources:4: no URIs
    debian.sources:8: no Suites
    debian.sources:12: not a suite with components or path ending in / line
    ");
}
