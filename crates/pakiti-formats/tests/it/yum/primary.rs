//! primary.xml: what is kept of a package, what is left out and how that is told.

use super::feed::{Feed, bzip2, gzip, package, primary, told, xz, zstd};
use pakiti_core::repository::{Dependency, IndexedPackage, Relation, SourceKind};
use pakiti_formats::repository::apt::{Signature, Unchecked};
use pakiti_formats::repository::yum::{LoadedRepository, YumOptions, load_primary};

const BASH: &str = r#"<package type="rpm">
  <name>bash</name><arch>x86_64</arch>
  <version epoch="1" ver="4.1.2" rel="15.el6"/>
  <checksum type="sha" pkgid="YES">30b9345e</checksum>
  <summary>The &lt;shell&gt;</summary>
  <format>
    <rpm:license>GPLv3+</rpm:license>
    <rpm:vendor>Red Hat, &quot;Inc.&quot; &#38; Co</rpm:vendor>
    <rpm:sourcerpm>bash-src-4.1.2-15.el6.src.rpm</rpm:sourcerpm>
    <rpm:provides>
      <rpm:entry name="sh"/>
      <rpm:entry name="bash" flags="EQ" epoch="1" ver="4.1.2" rel="15.el6"/>
      <rpm:entry name="bash(x86-64)" flags="EQ" epoch="1" ver="4.1.2" rel="15.el6"/>
      <rpm:entry name="/bin/sh"/>
      <rpm:entry name="ash"/><rpm:entry name="sh"/>
    </rpm:provides>
    <rpm:requires><rpm:entry name="glibc"/><!-- </rpm:requires> --><x><![CDATA[</rpm:requires>]]></x></rpm:requires>
    <rpm:obsoletes>
      <rpm:entry name="old-bash" flags="LT" epoch="0" ver="3" rel="2"/>
      <rpm:entry name="older-bash"/>
      <rpm:entry name="oldest-bash" flags="LE" epoch="2" ver="1.0"/>
    </rpm:obsoletes>
    <file>/bin/bash</file>
  </format>
</package>
"#;

fn parsed(packages: &str) -> LoadedRepository {
    load_primary("primary.xml", &primary(packages), &YumOptions::new("test")).unwrap()
}

#[test]
fn everything_that_is_kept_of_a_package() {
    let loaded = parsed(BASH);
    let below = |name: &str, bound| Dependency { name: name.to_owned(), bound };
    assert_eq!(told(&loaded), "");
    assert_eq!(
        loaded.content.packages,
        [IndexedPackage {
            name: "bash".to_owned(),
            version: "1:4.1.2-15.el6".to_owned(),
            arch: "x86_64".to_owned(),
            source_name: "bash-src".to_owned(),
            source_version: "4.1.2-15.el6".to_owned(),
            provides: vec!["ash".to_owned(), "sh".to_owned()],
            obsoletes: vec![
                below("old-bash", Some((Relation::Less, "3-2".to_owned()))),
                below("older-bash", None),
                below("oldest-bash", Some((Relation::LessOrEqual, "2:1.0".to_owned()))),
            ],
            ..IndexedPackage::default()
        }]
    );
    let meta = &loaded.content.meta;
    assert_eq!(meta.kind, SourceKind::Yum);
    assert_eq!((meta.name.as_str(), meta.origin.as_str()), ("test", "Red Hat, \"Inc.\" & Co"));
    assert!(!meta.errata);
    assert_eq!(loaded.signature, Signature::NotChecked(Unchecked::NoKeyring));
    assert_eq!(loaded.architectures.into_iter().collect::<Vec<_>>(), ["x86_64"]);
    assert_eq!(loaded.files[0].stanzas, 1);
}

#[test]
fn every_compression_gives_the_same() {
    let plain = primary(&(BASH.to_owned() + &package("a", "1", "2", "noarch")));
    let name = YumOptions::new("test");
    let expected = Feed::of(&[("primary", "p.xml", &plain)]).load(&name).unwrap();
    assert_eq!(expected.content.packages.len(), 2);
    for data in [gzip(&plain), xz(&plain), bzip2(&plain), zstd(&plain)] {
        let loaded = Feed::of(&[("primary", "p.xml.gz", &data)]).load(&name).unwrap();
        assert_eq!(loaded.content, expected.content);
        assert_eq!(loaded.files[0].size, data.len() as u64);
    }
}

#[test]
fn source_packages_and_other_architectures_are_left_out_without_a_word() {
    let all: String = ["x86_64", "src", "nosrc", "i686", "noarch"]
        .iter()
        .map(|arch| package("a", "1", "2", arch))
        .collect();
    let arches = |options: &YumOptions| {
        let loaded = load_primary("p", &primary(&all), options).unwrap();
        assert_eq!(loaded.skipped.count(), 0);
        assert_eq!(loaded.files[0].stanzas, 5);
        loaded.architectures.into_iter().collect::<Vec<_>>()
    };
    assert_eq!(arches(&YumOptions::new("t")), ["i686", "noarch", "x86_64"]);
    let only = YumOptions { architectures: Some(vec!["x86_64".to_owned()]), ..YumOptions::new("t") };
    assert_eq!(arches(&only), ["noarch", "x86_64"]);
}

#[test]
fn bad_packages_are_skipped_with_their_line_and_the_rest_counts() {
    let no_name = "<package type=\"rpm\">\n<arch>noarch</arch><version ver='1' rel='1'/></package>\n";
    let no_arch = "<package><name>a</name>\n<version ver='1' rel='1'/></package>\n";
    let no_version = "<package><name>a</name><arch>noarch</arch></package>\n";
    let blank = "<package><name>a b</name><arch>noarch</arch><version ver='1' rel='1'/></package>\n";
    let entity = "<package><name>a&evil;</name><arch>noarch</arch><version ver='1' rel='1'/></package>\n";
    let epoch = "<package><name>a</name><arch>noarch</arch><version epoch='x' ver='1' rel='1'/></package>\n";
    let order = "<package><name>a</name><arch>noarch</arch><version ver='1:1' rel='1'/></package>\n";
    let parts = "<package><name>b</name><arch>noarch</arch><version ver='1' rel='1'/><format>\
                 <rpm:sourcerpm>b.tar</rpm:sourcerpm></format></package>\n";
    let text = [no_name, no_arch, no_version, blank, entity, epoch, order, parts].concat();
    let loaded = parsed(&(text + &package("good", "1", "2", "noarch")));
    insta::assert_snapshot!(told(&loaded), @r#"
    primary.xml:3: no name
    primary.xml:5: no arch
    primary.xml:7: no version
    primary.xml:8: name holds blanks or control characters
    primary.xml:9: name is not text
    primary.xml:10: epoch is not readable
    primary.xml:11: invalid version "1:1-1"
    primary.xml:12: sourcerpm is not readable
    "#);
    let names: Vec<_> = loaded.content.packages.iter().map(|package| package.name.as_str()).collect();
    assert_eq!(names, ["b", "good"]);
}

#[test]
fn bytes_that_are_not_utf8_cost_only_the_field_they_stand_in() {
    let mut data = primary(&(package("b@d", "1", "2", "noarch") + &package("good", "1", "2", "noarch")));
    data.iter_mut().filter(|byte| **byte == b'@').for_each(|byte| *byte = 0xe4);
    let loaded = load_primary("primary.xml", &data, &YumOptions::new("t")).unwrap();
    assert_eq!(told(&loaded), "primary.xml:3: name is not text");
    assert_eq!(loaded.content.packages.len(), 1);
    // In a description, which nobody reads, they cost nothing.
    let mut data = primary(&BASH.replace("The &lt;shell", "The @"));
    data.iter_mut().filter(|byte| **byte == b'@').for_each(|byte| *byte = 0xe4);
    let loaded = load_primary("primary.xml", &data, &YumOptions::new("t")).unwrap();
    assert_eq!((loaded.content.packages.len(), told(&loaded).as_str()), (1, ""));
}

#[test]
fn the_origin_is_the_vendor_of_most_packages() {
    let of = |name: &str, vendor: &str| {
        package(name, "1", "1", "noarch")
            .replace("</package>", &format!("<format><rpm:vendor>{vendor}</rpm:vendor></format></package>"))
    };
    assert_eq!(parsed(&(of("a", "Z") + &of("b", "Z") + &of("c", "A"))).content.meta.origin, "Z");
    assert_eq!(parsed(&(of("a", "Z") + &of("c", "A"))).content.meta.origin, "A");
    assert_eq!(parsed(&package("a", "1", "1", "noarch")).content.meta.origin, "");
}
