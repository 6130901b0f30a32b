//! modules.yaml: streams, defaults, and documents that cannot be read.

use super::feed::{Feed, package, primary, told};
use pakiti_formats::repository::yum::{LoadedRepository, YumOptions};

fn parsed(text: &[u8]) -> LoadedRepository {
    let packages = primary(&package("a", "1", "1", "noarch"));
    let feed = Feed::of(&[("primary", "p.xml", &packages), ("modules", "m.yaml", text)]);
    feed.load(&YumOptions::new("test")).unwrap()
}

#[test]
fn everything_that_is_kept_of_a_stream() {
    let loaded = parsed(
        b"---\ndocument: modulemd\nversion: 2\ndata:\n  name: nodejs\n  stream: 1.10\n  version: 20190304173846\n  \
          context: 6c81f848\n  arch: x86_64\n  description: >-\n    text\n    ---- text\n  dependencies:\n  \
          - buildrequires: {platform: [el8]}\n    requires:\n      platform: [el8, -el7]\n      perl: []\n  \
          - requires: {platform: [el9]}\n  artifacts:\n    rpms:\n    - npm-1:6.4-1.x86_64\n    \
          - nodejs-1:10.1-1.src\n    - nodejs-1:10.1-1.x86_64\n...\n---\ndocument: modulemd-defaults\nversion: 1\n\
          data:\n  module: nodejs\n  stream: \"1.10\"\n...\n",
    );
    assert_eq!(told(&loaded), "");
    insta::assert_debug_snapshot!(loaded.content.modules, @r#"
    Modules {
        streams: [
            ModuleStream {
                name: "nodejs",
                stream: "1.10",
                version: 20190304173846,
                context: "6c81f848",
                arch: "x86_64",
                requires: [
                    {
                        "perl": [],
                        "platform": [
                            "el8",
                            "-el7",
                        ],
                    },
                    {
                        "platform": [
                            "el9",
                        ],
                    },
                ],
                artifacts: [
                    "nodejs-1:10.1-1.x86_64",
                    "npm-1:6.4-1.x86_64",
                ],
            },
        ],
        defaults: {
            "nodejs": "1.10",
        },
    }
    "#);
}

#[test]
fn version_1_has_one_set_of_requirements() {
    let loaded = parsed(
        b"document: modulemd\nversion: 1\ndata:\n  name: base\n  stream: f27\n  version: 7\n  dependencies:\n    \
          buildrequires: {x: f27}\n    requires: {platform: f27}\n",
    );
    let stream = &loaded.content.modules.streams[0];
    assert_eq!((stream.version, stream.context.as_str()), (7, ""));
    assert_eq!(format!("{:?}", stream.requires), r#"[{"platform": ["f27"]}]"#);
}

#[test]
fn bad_documents_are_skipped_with_their_line_and_the_rest_counts() {
    let deep = format!("document: modulemd\nversion: 2\ndata: {}{}\n", "[".repeat(90), "]".repeat(90));
    let parts: [&[u8]; 9] = [
        b"---\ndocument: modulemd\nversion: 2\ndata: {name: [}\n",
        b"---\ndocument: modulemd\nversion: 2\ndata: {stream: 1}\n",
        b"---\ndocument: modulemd\nversion: 7\ndata: {stream: 1}\n",
        b"---\na: &a [1]\nb: [*a, *a]\n",
        b"---\ndocument: modulemd\nname: \xff\n",
        b"---\nno: document\n",
        b"---\n",
        deep.as_bytes(),
        b"---\n\n# comment\ndocument: modulemd\nversion: 2\ndata: {name: a, stream: b, version: 1x}\n",
    ];
    let good = b"---\ndocument: modulemd-obsoletes\nversion: 1\n--- \ndocument: modulemd\nversion: 2\n\
                 data: {name: a, stream: b}\n";
    let loaded = parsed(&[parts.join(&b"...\n"[..]), good.to_vec()].concat());
    insta::assert_snapshot!(told(&loaded), @r"
    repodata/m.yaml:2: not YAML: mismatched bracket '[' closed by '}'
    repodata/m.yaml:7: no name
    repodata/m.yaml:12: version of the format is not readable
    repodata/m.yaml:17: the document has aliases
    repodata/m.yaml:21: the document is not UTF-8
    repodata/m.yaml:25: no document
    repodata/m.yaml:29: the document is nested deeper than 64
    repodata/m.yaml:36: version is not readable
    ");
    assert_eq!(loaded.content.modules.streams.len(), 1);
}

#[test]
fn the_default_that_was_modified_last_counts() {
    let default = |stream: &str, modified: u64| {
        format!(
            "---\ndocument: modulemd-defaults\nversion: 1\ndata: {{module: m, stream: {stream}, modified: {modified}}}\n"
        )
    };
    let of = |text: String| parsed(text.as_bytes()).content.modules.defaults.get("m").cloned();
    assert_eq!(of(default("a", 2) + &default("b", 1)).as_deref(), Some("a"));
    assert_eq!(of(default("a", 1) + &default("b", 2)).as_deref(), Some("b"));
    assert_eq!(of(default("a", 1) + &default("b", 1)), None);
    assert_eq!(of("---\ndocument: modulemd-defaults\nversion: 1\ndata: {module: m}\n".to_owned()), None);
}
