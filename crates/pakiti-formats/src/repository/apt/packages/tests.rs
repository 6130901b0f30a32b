use super::*;
use proptest::prelude::*;

const FILE: PackagesFile<'static> = PackagesFile { name: "Packages", component: "main" };

fn read(text: &[u8]) -> (Vec<IndexedPackage>, u64, SkipList) {
    let (mut packages, mut skipped) = (Vec::new(), SkipList::default());
    let count = scan(text, FILE, &mut packages, &mut skipped).unwrap();
    (packages, count, skipped)
}

fn told(skipped: &SkipList) -> String {
    skipped.kept().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn source_follows_debians_rule() {
    let (packages, count, skipped) = read(
        b"Package: a\nVersion: 1-1\nArchitecture: amd64\n\n\
          Package: b\nSource: src-b\nVersion: 1-1\nArchitecture: all\n\n\
          package: c\nSource: src-c (2:3-4)\nversion: 1-1+b1\narchitecture: amd64\n\
          Phased-Update-Percentage: 30\nDescription: long\n Package: not-this\n",
    );
    assert_eq!((count, skipped.count()), (3, 0));
    let shown: Vec<_> = packages
        .iter()
        .map(|p| {
            format!(
                "{} {} {} {} {} {:?}",
                p.name, p.version, p.arch, p.source_name, p.source_version, p.phased
            )
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @"
    a 1-1 amd64 a 1-1 None
    b 1-1 all src-b 1-1 None
    c 1-1+b1 amd64 src-c 2:3-4 Some(30)
    ");
}

#[test]
fn a_rebuilt_binary_keeps_the_version_of_its_source() {
    let (packages, _, skipped) = read(
        b"Package: acl\nSource: acl (2.3.1-3)\nVersion: 2.3.1-3+b1\nArchitecture: amd64\n\n\
          Package: gcc\nSource: gcc-defaults (1.203)\nVersion: 4:12.2.0-3\nArchitecture: amd64\n\n\
          Package: spaced\nSource:   x   ( 1.2 )  \nVersion: 7\nArchitecture: all\n\n\
          Package: tight\nSource: x(1.2)\nVersion: 7\nArchitecture: all\n\n\
          Package: empty\nSource:\nVersion: 7\nArchitecture: all\n",
    );
    assert_eq!(told(&skipped), "");
    let sources: Vec<_> =
        packages.iter().map(|p| format!("{} {} {}", p.version, p.source_name, p.source_version)).collect();
    insta::assert_snapshot!(sources.join("\n"), @"
    2.3.1-3+b1 acl 2.3.1-3
    4:12.2.0-3 gcc-defaults 1.203
    7 x 1.2
    7 x 1.2
    7 empty 7
    ");
}

#[test]
fn a_phase_of_100_is_no_phase() {
    let (packages, ..) = read(b"Package: a\nVersion: 1\nArchitecture: all\nPhased-Update-Percentage: 100\n");
    assert_eq!(packages[0].phased, None);
}

#[test]
fn bad_stanzas_are_skipped_with_line_and_reason() {
    let (packages, count, skipped) = read(
        b"Version: 1\nArchitecture: all\n\n\
          Package: b\nArchitecture: all\n\n\
          Package: c\nVersion: 1\n\n\
          Package: d\nVersion: 1:\nArchitecture: all\n\n\
          Package: e\xff\nVersion: 1\nArchitecture: all\n\n\
          Package: f\0\nVersion: 1\nArchitecture: all\n\n\
          Package: g\nVersion: 1\nArchitecture: all\nSource: g (1\n\n\
          no field at all\n\n\n\n\
          Package: good\nVersion: 1\nArchitecture: all\n",
    );
    assert_eq!((packages.len(), count, skipped.count()), (1, 9, 8));
    insta::assert_snapshot!(told(&skipped), @r#"
    Packages:1: no Package
    Packages:4: no Version
    Packages:7: no Architecture
    Packages:10: invalid version "1:"
    Packages:14: Package is not UTF-8
    Packages:18: Package holds blanks or control characters
    Packages:22: not a Source line
    Packages:27: no Package
    "#);
}

#[test]
fn a_line_of_ten_megabytes_spoils_its_stanza_only() {
    let mut text = b"Package: a\nVersion: 1\nArchitecture: all\nDescription: ".to_vec();
    text.resize(text.len() + 10_000_000, b'x');
    text.extend_from_slice(b"\n\nPackage: b\nVersion: 1\nArchitecture: all\n");
    let (packages, count, skipped) = read(&text);
    assert_eq!((packages.len(), count), (1, 2));
    assert_eq!(packages[0].name, "b");
    assert_eq!(told(&skipped), "Packages:1: longer than 1048576 bytes");
    let endless = vec![b'x'; 3_000_000];
    let (packages, count, skipped) = read(&endless);
    assert_eq!((packages.len(), count, skipped.count()), (0, 1, 1));
}

#[test]
fn a_line_that_just_fits_the_buffer_is_read() {
    for length in [MAX_LINE - 1, MAX_LINE] {
        let mut text = b"Package: a\nVersion: 1\nArchitecture: all\n".to_vec();
        text.resize(text.len() + length, b'x');
        text.extend_from_slice(b"\n");
        let (packages, _, skipped) = read(&text);
        assert_eq!(packages.len() as u64 + skipped.count(), 1, "{length}");
        assert_eq!(packages.is_empty(), length == MAX_LINE, "{length}");
    }
}

#[test]
fn nothing_and_nuls_index_nothing() {
    for text in [&b""[..], b"\n\n\n", b"\r\n\r\n"] {
        let (packages, count, skipped) = read(text);
        assert_eq!((packages.len(), count, skipped.count()), (0, 0, 0));
    }
    let (packages, count, skipped) = read(&[0; 5000]);
    assert_eq!((packages.len(), count, skipped.count()), (0, 1, 1));
}

/// Gives its bytes in pieces of a size that changes, as decoders do.
struct Pieces<'a>(&'a [u8], usize);

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.1 = self.1 * 7 % 31 + 1;
        let count = self.1.min(self.0.len()).min(buffer.len());
        buffer[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

/// The same rules, written the slow way: whole text, split at empty lines, one map per stanza.
fn naive(text: &str) -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    let lines: Vec<&str> = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).collect();
    for stanza in lines.split(|line| line.is_empty()) {
        let last = |wanted: &str| {
            let fields = stanza.iter().filter(|line| !line.starts_with([' ', '\t']));
            let value = fields.filter_map(|line| line.split_once(':')).filter(|(name, _)| *name == wanted);
            value.map(|(_, value)| value.trim().to_owned()).next_back().filter(|value| !value.is_empty())
        };
        if let (Some(name), Some(version), Some(arch)) =
            (last("Package"), last("Version"), last("Architecture"))
            && pakiti_core::version::sort_key(PackageFormat::Deb, &version).is_ok()
            && ![&name, &version, &arch].iter().any(|text| text.contains([' ', '\t', '\0']))
        {
            found.push((name, version, arch));
        }
    }
    found
}

proptest! {
    #[test]
    fn the_scanner_reads_what_a_naive_splitter_reads(
        lines in proptest::collection::vec(
            prop_oneof![
                3 => "(Package|Version|Architecture): ?[a-z0-9:.~+-]{0,6}",
                3 => Just(String::new()),
                1 => "(Package|Version|Architecture|Description|Sourc|Ver): [a-z \t]{0,8}",
                1 => "[ \t]Package: [a-z]{1,3}",
                1 => "[a-zA-Z: ]{1,20}",
            ],
            0..60,
        ),
        crlf in any::<bool>(),
    ) {
        let text = lines.join(if crlf { "\r\n" } else { "\n" });
        let (mut packages, mut skipped) = (Vec::new(), SkipList::default());
        scan(Pieces(text.as_bytes(), 0), FILE, &mut packages, &mut skipped).unwrap();
        let seen: Vec<_> =
            packages.into_iter().map(|p| (p.name, p.version, p.arch)).collect();
        prop_assert_eq!(seen, naive(&text));
    }

    #[test]
    fn arbitrary_bytes_never_panic(data in proptest::collection::vec(any::<u8>(), 0..500)) {
        let _ = read(&data);
        let _ = read(&[b"Package: a\nVersion: ", data.as_slice(), b"\nArchitecture: all\n"].concat());
    }
}
