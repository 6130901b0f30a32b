//! Arbitrary input never panics; what is written is read again.

use super::feed::{Feed, primary};
use pakiti_core::repository::{Dependency, IndexedPackage, Relation};
use pakiti_formats::repository::yum::{YumOptions, check_repomd, load_primary, mirrorlist};
use proptest::prelude::*;

/// Bytes that look a bit like the files.
fn soup() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop::sample::select(vec![
        "<metadata>",
        "<package type='rpm'>",
        "</package>",
        "<name>",
        "</name>",
        "<version epoch='0' ver='1'",
        "/>",
        " rel='2'",
        "<format>",
        "</format>",
        "<rpm:provides>",
        "<rpm:entry name='",
        "<rpm:obsoletes>",
        "&amp;",
        "&#x0;",
        "&bad;",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "<!DOCTYPE x [",
        "<?xml version='1.0'?>",
        "<updates>",
        "<update",
        "<id>",
        "<pkglist>",
        "<collection>",
        "<references>",
        "<reference id='CVE-2020-1234' type='cve'",
        "<issued date='",
        "2020-01-01",
        "<repomd>",
        "<data type='primary'>",
        "<location href='",
        "<metalink>",
        "<files>",
        "<file>",
        "<url>",
        "https://a.example/repodata/repomd.xml",
        "---\n",
        "...\n",
        "document: modulemd\n",
        "version: 2\n",
        "data:\n",
        "  name: a\n",
        "  stream: [",
        "]",
        "{",
        "}",
        "- ",
        ": ",
        "&a ",
        "*a",
        "|\n",
        ">-\n",
        "\"",
        "'",
        "\t",
        "\n",
        "  ",
        "? ",
        "!!str ",
        "%YAML 1.2\n",
        "#",
        "<",
        ">",
        "/",
        "\u{e4}",
        "a",
        "1",
    ]);
    let piece = prop_oneof![
        8 => pieces.prop_map(|piece| piece.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn read_as_everything(data: &[u8]) {
    let options = YumOptions::new("p");
    for root in ["", "<metadata><package>", "<metadata><package><format>"] {
        let _ = load_primary("p", &[root.as_bytes(), data].concat(), &options);
    }
    let _ = check_repomd(data);
    let _ = check_repomd(&[b"<repomd><data>", data].concat());
    mirrorlist::parse(data);
    mirrorlist::parse(&[b"<metalink><files><file><resources>", data].concat());
    let packages = primary("");
    for root in ["", "<updates><update>", "<updates><update><pkglist><collection>"] {
        let errata = [root.as_bytes(), data].concat();
        let _ = Feed::of(&[("primary", "p", &packages), ("updateinfo", "u", &errata)]).load(&options);
    }
    for start in ["", "document: modulemd\nversion: 2\ndata:\n", "document: modulemd-defaults\ndata: {"] {
        let modules = [start.as_bytes(), data].concat();
        let _ = Feed::of(&[("primary", "p", &packages), ("modules", "m", &modules)]).load(&options);
    }
}

fn text() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9._+~^&<\"-]{1,12}".prop_map(|text| format!("a{text}"))
}

fn version() -> impl Strategy<Value = (u32, String, String)> {
    (0u32..3, "[0-9][a-z0-9._~^]{0,6}", "[0-9][a-z0-9._]{0,8}")
}

fn written(&(epoch, ref version, ref release): &(u32, String, String)) -> String {
    if epoch == 0 { format!("{version}-{release}") } else { format!("{epoch}:{version}-{release}") }
}

fn evr(&(epoch, ref version, ref release): &(u32, String, String)) -> String {
    format!("epoch=\"{epoch}\" ver=\"{version}\" rel=\"{release}\"")
}

const RELATIONS: [(&str, Relation); 5] = [
    ("LT", Relation::Less),
    ("LE", Relation::LessOrEqual),
    ("EQ", Relation::Equal),
    ("GE", Relation::GreaterOrEqual),
    ("GT", Relation::Greater),
];

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&#60;").replace('"', "&quot;")
}

prop_compose! {
    /// A package and its XML.
    fn any_package()(
        name in text(),
        evr_of in version(),
        arch in prop::sample::select(vec!["noarch", "x86_64", "i686"]),
        source in prop::option::of(("[a-z][a-z-]{0,6}[a-z]", version())),
        provides in prop::collection::btree_set("[a-z][a-z0-9._+-]{0,8}", 0..4),
        other in prop::collection::vec("[a-z]{1,4}\\([a-z]{0,4}\\)|/[a-z]{1,5}", 0..3),
        obsoletes in prop::collection::vec((text(), prop::option::of((0usize..5, version()))), 0..4),
    ) -> (IndexedPackage, String) {
        let mut xml = format!(
            "<package type=\"rpm\"><name>{}</name><arch>{arch}</arch><version {}/><format>",
            escaped(&name), evr(&evr_of),
        );
        if let Some((name, (_, version, release))) = &source {
            xml += &format!("<rpm:sourcerpm>{name}-{version}-{release}.src.rpm</rpm:sourcerpm>");
        }
        xml += "<rpm:provides>";
        for name in provides.iter().chain(&other).chain([&name]) {
            xml += &format!("<rpm:entry name=\"{}\"/>", escaped(name));
        }
        xml += "</rpm:provides><rpm:obsoletes>";
        let mut kept = Vec::new();
        for (name, bound) in &obsoletes {
            let bound = bound.as_ref().map(|(at, version)| (RELATIONS[*at], version));
            xml += &format!("<rpm:entry name=\"{}\"", escaped(name));
            if let Some(((flags, _), version)) = bound {
                xml += &format!(" flags=\"{flags}\" {}", evr(version));
            }
            xml += "/>";
            let bound = bound.map(|((_, relation), version)| (relation, written(version)));
            kept.push(Dependency { name: name.clone(), bound });
        }
        xml += "</rpm:obsoletes></format></package>\n";
        kept.sort();
        kept.dedup();
        let provides = provides.into_iter().filter(|one| *one != name).collect();
        let (source_name, source_version) = source.map_or_else(Default::default, |(name, (_, version, release))| {
            (name, format!("{version}-{release}"))
        });
        let arch = arch.to_owned();
        let version = written(&evr_of);
        let obsoletes = kept;
        let package = IndexedPackage {
            name, version, arch, source_name, source_version, provides, obsoletes, ..IndexedPackage::default()
        };
        (package, xml)
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(data in prop::collection::vec(any::<u8>(), 0..300)) {
        read_as_everything(&data);
    }

    #[test]
    fn pieces_of_files_never_panic(data in soup()) {
        read_as_everything(&data);
    }

    #[test]
    fn packages_written_as_xml_are_read_again(packages in prop::collection::vec(any_package(), 0..8)) {
        let xml: String = packages.iter().map(|(_, xml)| xml.as_str()).collect();
        let loaded = load_primary("p", &primary(&xml), &YumOptions::new("p")).unwrap();
        let mut expected: Vec<_> = packages.into_iter().map(|(package, _)| package).collect();
        expected.sort();
        expected.dedup();
        prop_assert_eq!(loaded.skipped.count(), 0);
        prop_assert_eq!(loaded.content.packages, expected);
    }
}
