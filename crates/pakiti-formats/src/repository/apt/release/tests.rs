use super::*;

const HASH: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn parse(text: &str) -> (Result<Release, ReleaseError>, SkipList) {
    let mut skipped = SkipList::default();
    (Release::parse(text.as_bytes(), "Release", &mut skipped), skipped)
}

#[test]
fn every_field_is_read() {
    let text = format!(
        "Origin: Debian\nLabel: Debian-Security\nSuite: oldstable-security\nVersion: 12\n\
         Codename: bookworm-security\nDate: Fri, 20 Nov 2026 00:12:41 UTC\n\
         Valid-Until: Fri, 27 Nov 2026 00:12:41 UTC\nNotAutomatic: yes\nButAutomaticUpgrades: yes\n\
         Acquire-By-Hash: yes\nNo-Support-for-Architecture-all: Packages\nArchitectures: amd64 arm64\n\
         Components: updates/main updates/contrib\nMD5Sum:\n d41d8cd98f00b204e9800998ecf8427e 0 x\n\
         SHA256:\n {HASH}        0 main/binary-amd64/Packages\n {HASH} 0 ./Packages\n"
    );
    let (release, skipped) = parse(&text);
    let release = release.unwrap();
    assert!(skipped.is_empty());
    let told = [&release.origin, &release.label, &release.suite, &release.version, &release.codename];
    assert_eq!(told, ["Debian", "Debian-Security", "oldstable-security", "12", "bookworm-security"]);
    let dates = (release.date, release.valid_until);
    assert_eq!(dates, (Some(1_795_133_561), Some(1_795_133_561 + 7 * 86_400)));
    let flags =
        [release.not_automatic, release.but_automatic_upgrades, release.by_hash, release.all_is_repeated];
    assert_eq!(flags, [true; 4]);
    assert_eq!(release.architectures, ["amd64", "arm64"]);
    assert_eq!(release.components, ["main", "contrib"]);
    let paths: Vec<_> = release.files.keys().collect();
    assert_eq!(paths, ["Packages", "main/binary-amd64/Packages"]);
    assert!(release.files["Packages"].matches(b""));
    assert!(!release.files["Packages"].matches(b"x"));
    assert_eq!(release.files["Packages"].by_hash().unwrap(), format!("SHA256/{HASH}"));
}

#[test]
fn weak_hashes_alone_are_refused() {
    let (release, _) = parse("Origin: x\nMD5Sum:\n d41d8cd98f00b204e9800998ecf8427e 0 Packages\n");
    assert_eq!(release, Err(ReleaseError::NoHashes));
    assert_eq!(parse("").0, Err(ReleaseError::NoHashes));
}

#[test]
fn sha512_alone_is_enough_and_both_must_fit() {
    let long = hex(&Sha512::digest(b"abc"));
    let (release, _) = parse(&format!("SHA512:\n {long} 3 Packages\n"));
    let release = release.unwrap();
    assert!(release.files["Packages"].matches(b"abc"));
    assert!(!release.files["Packages"].matches(b"abd"));
    let (release, _) = parse(&format!("SHA256:\n {HASH} 3 Packages\nSHA512:\n {long} 3 Packages\n"));
    assert!(!release.unwrap().files["Packages"].matches(b"abc"));
}

#[test]
fn bad_lines_are_skipped_with_their_number() {
    let text = format!(
        "Origin: x\nthis is no field\nDate: yesterday\nSHA256:\n {HASH} 0 good\n {HASH} x bad\n \
         {HASH} 0 ../../etc/passwd\n {HASH} 0 /etc/passwd\n zz 0 bad\n"
    );
    let (release, skipped) = parse(&text);
    let release = release.unwrap();
    assert_eq!(release.files.len(), 1);
    assert_eq!(release.date, None);
    let told: Vec<_> = skipped.kept().iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(told.join("\n"), @"
    Release:2: not a `Field: value` line
    Release:3: Date is not a date
    Release:6: not a hash, size and path line
    Release:7: not a hash, size and path line
    Release:8: not a hash, size and path line
    Release:9: not a hash, size and path line
    ");
}

#[test]
fn dates_are_read_in_any_name_of_utc_and_in_no_other_zone() {
    for zone in ["UTC", "GMT", "Z", "+0000"] {
        assert_eq!(rfc1123(&format!("Thu, 01 Jan 1970 00:01:00 {zone}")), Some(60), "{zone}");
    }
    assert_eq!(rfc1123("Sat,  1 Jan 2000 00:00:00 UTC"), Some(946_684_800));
    for bad in ["", "Thu, 01 Jan 1970 00:01:00 CET", "Thu, 32 Jan 1970 00:01:00 UTC", "1970-01-01"] {
        assert_eq!(rfc1123(bad), None, "{bad}");
    }
}
