//! Signatures: GnuPG's fixtures (tests/data/openpgp) and Debian's real InRelease files.

use crate::debian::{self, KEYRING, NOW, suite_file};
use pakiti_formats::openpgp::{Keyring, KeyringError, SignatureError, Unfit, verify_detached, verify_inline};
use pgp::packet::{KeyFlags, Packet, PacketParser, PacketTrait, SignatureConfig, SignatureType};
use pgp::packet::{Notation, Subpacket, SubpacketData};
use pgp::types::{KeyDetails, Password, Timestamp};

const TEXT: &str =
    "Origin: Test\n- a dash, then trailing blanks\nFrom here\n-----BEGIN PGP not really\n\nlast line\n";
const JAN_2024: i64 = 1_704_067_200;
const FEB_2024: i64 = 1_706_745_600;
const DAY: i64 = 86_400;

fn fixture(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/data/openpgp/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|e| panic!("{path}: {e}"))
}

fn keyring(name: &str) -> Keyring {
    Keyring::load(&fixture(name)).unwrap()
}

/// The reason why the only signature of a file does not count.
fn reason(file: &str, key: &str, now: i64) -> Unfit {
    match verify_inline(&fixture(file), &keyring(key), now) {
        Err(SignatureError::NoneGood { refused }) if refused.len() == 1 => refused[0].reason.clone(),
        other => panic!("{file} with {key}: {other:?}"),
    }
}

#[test]
fn a_primary_key_and_a_subkey_verify() {
    for name in ["good", "subkey"] {
        for key in ["gpg", "asc"] {
            let keyring = keyring(&format!("{name}.{key}"));
            assert_eq!(keyring.len(), 1);
            let verified = verify_inline(&fixture(&format!("{name}.inline")), &keyring, NOW).unwrap();
            assert_eq!(String::from_utf8(verified.text).unwrap(), TEXT);
            assert_eq!(verified.good.len(), 1);
            assert_eq!(verified.good[0].created, FEB_2024);
        }
    }
}

#[test]
fn a_signature_is_not_accepted_before_it_was_made() {
    let (file, keyring) = (fixture("good.inline"), keyring("good.gpg"));
    assert!(verify_inline(&file, &keyring, FEB_2024).is_ok());
    assert_eq!(reason("good.inline", "good.gpg", FEB_2024 - 1), Unfit::Future);
    assert_eq!(reason("future.inline", "good.gpg", NOW), Unfit::Future);
}

#[test]
fn keys_and_signatures_that_do_not_count_are_told_apart() {
    assert_eq!(reason("good.inline", "subkey.gpg", NOW), Unfit::UnknownKey);
    assert_eq!(reason("expired.inline", "expired.gpg", NOW), Unfit::KeyExpired);
    assert_eq!(reason("expired-subkey.inline", "expired-subkey.gpg", NOW), Unfit::KeyExpired);
    assert_eq!(reason("revoked.inline", "revoked.gpg", NOW), Unfit::KeyRevoked);
    assert_eq!(reason("revoked-subkey.inline", "revoked-subkey.gpg", NOW), Unfit::KeyRevoked);
    assert_eq!(reason("cert-only.inline", "cert-only.gpg", NOW), Unfit::KeyNotForSigning);
    assert_eq!(reason("sha1.inline", "good.gpg", NOW), Unfit::WeakHash);
    assert_eq!(reason("ripemd.inline", "good.gpg", NOW), Unfit::WeakHash);
    assert_eq!(reason("sig-expires.inline", "good.gpg", NOW), Unfit::Expired);
    assert_eq!(reason("critical.inline", "good.gpg", NOW), Unfit::Form);
}

#[test]
fn what_was_not_yet_or_no_longer_wrong_verifies() {
    let good = |file: &str, key: &str, now| verify_inline(&fixture(file), &keyring(key), now).is_ok();
    assert!(good("expired.inline", "expired.gpg", FEB_2024 + DAY));
    assert!(good("expired-subkey.inline", "expired-subkey.gpg", FEB_2024 + DAY));
    assert!(good("sig-expires.inline", "good.gpg", FEB_2024 + 9 * DAY));
    assert!(!good("sig-expires.inline", "good.gpg", FEB_2024 + 10 * DAY));
    assert!(good("extended.inline", "extended.gpg", NOW), "the newest self-signature tells the expiry");
    assert!(good("cert-only.inline", "sign-and-cert.gpg", NOW));
    // Revocation counts whenever it was made: the key may have been stolen before.
    assert_eq!(reason("revoked.inline", "revoked.gpg", FEB_2024 + DAY), Unfit::KeyRevoked);
}

#[test]
fn one_good_signature_of_two_suffices() {
    for key in ["good.gpg", "subkey.gpg"] {
        let verified = verify_inline(&fixture("two.inline"), &keyring(key), NOW).unwrap();
        assert_eq!(verified.good.len(), 1);
    }
    let mut both = keyring("good.gpg");
    both.extend(keyring("subkey.gpg"));
    assert_eq!(verify_inline(&fixture("two.inline"), &both, NOW).unwrap().good.len(), 2);
    let Err(error) = verify_inline(&fixture("two.inline"), &keyring("expired.gpg"), NOW) else { panic!() };
    assert!(error.to_string().contains("its key is not in the keyring"), "{error}");
}

#[test]
fn a_changed_text_is_refused() {
    let text = String::from_utf8(fixture("good.inline")).unwrap();
    for (from, to) in [("Origin: Test", "Origin: Evil"), ("last line\n", "last line\n\n"), ("From", "from")] {
        let changed = text.replace(from, to);
        assert_ne!(changed, text);
        let error = verify_inline(changed.as_bytes(), &keyring("good.gpg"), NOW).unwrap_err();
        let SignatureError::NoneGood { refused } = error else { panic!("{error}") };
        assert_eq!(refused[0].reason, Unfit::Mismatch);
    }
}

#[test]
fn line_ends_and_blanks_may_change_in_transport() {
    let text = String::from_utf8(fixture("good.inline")).unwrap();
    let changed = text.replace('\n', "\r\n");
    let verified = verify_inline(changed.as_bytes(), &keyring("good.gpg"), NOW).unwrap();
    assert_eq!(String::from_utf8(verified.text).unwrap(), TEXT);
}

#[test]
fn detached_signatures_are_read_armored_and_binary() {
    let text = fixture("text");
    for name in ["good.detached", "good.detached.asc"] {
        let verified = verify_detached(&text, &fixture(name), &keyring("good.gpg"), NOW).unwrap();
        assert_eq!(verified.text, text);
        let error = verify_detached(b"other", &fixture(name), &keyring("good.gpg"), NOW).unwrap_err();
        assert!(matches!(error, SignatureError::NoneGood { .. }), "{error}");
    }
    for bad in [&b""[..], b"-----BEGIN PGP SIGNATURE-----\n", &fixture("good.gpg"), &fixture("message.gpg")] {
        let error = verify_detached(&text, bad, &keyring("good.gpg"), NOW).unwrap_err();
        assert_eq!(error, SignatureError::Unreadable);
    }
}

#[test]
fn keyrings_hold_many_certificates_and_survive_damage() {
    let both = [fixture("good.gpg"), fixture("subkey.gpg")].concat();
    assert_eq!(Keyring::load(&both).unwrap().len(), 2);
    let armored = [fixture("good.asc"), b"\n".to_vec(), fixture("subkey.asc")].concat();
    assert_eq!(Keyring::load(&armored).unwrap().len(), 2);
    // An unreadable packet between two certificates.
    let odd = [fixture("good.gpg"), vec![0xc0 | 6, 3, 9, 9, 9], fixture("subkey.gpg")].concat();
    assert_eq!(Keyring::load(&odd).unwrap().len(), 2);
    assert_eq!(Keyring::load(b"").unwrap_err(), KeyringError::Unreadable);
    assert_eq!(Keyring::load(b"no key").unwrap_err(), KeyringError::Unreadable);
    assert_eq!(Keyring::load(&fixture("good.detached")).unwrap_err(), KeyringError::Empty);
}

/// A certificate of `good`'s key that adopts the signing subkey of `subkey`, without its back-signature.
fn adopting_certificate() -> Vec<u8> {
    let Some(Ok(Packet::SecretKey(secret))) = PacketParser::new(fixture("good.secret").as_slice()).next()
    else {
        panic!("no secret key")
    };
    let packets = fixture("subkey.gpg");
    let stolen = PacketParser::new(packets.as_slice()).flatten().find_map(|packet| match packet {
        Packet::PublicSubkey(key) => Some(key),
        _ => None,
    });
    let stolen = stolen.unwrap();
    let mut flags = KeyFlags::default();
    flags.set_sign(true);
    let mut config = SignatureConfig::v4(
        SignatureType::SubkeyBinding,
        secret.algorithm(),
        pgp::crypto::hash::HashAlgorithm::Sha256,
    );
    config.hashed_subpackets = vec![
        Subpacket::regular(SubpacketData::SignatureCreationTime(Timestamp::from_secs(1_706_000_000)))
            .unwrap(),
        Subpacket::regular(SubpacketData::KeyFlags(flags)).unwrap(),
        Subpacket::regular(SubpacketData::IssuerFingerprint(secret.fingerprint())).unwrap(),
    ];
    let binding =
        config.sign_subkey_binding(&secret, secret.public_key(), &Password::empty(), &stolen).unwrap();
    let mut bytes = fixture("good.gpg");
    stolen.to_writer_with_header(&mut bytes).unwrap();
    binding.to_writer_with_header(&mut bytes).unwrap();
    bytes
}

#[test]
fn a_subkey_without_back_signature_does_not_count() {
    let keyring = Keyring::load(&adopting_certificate()).unwrap();
    let error = verify_inline(&fixture("subkey.inline"), &keyring, NOW).unwrap_err();
    let SignatureError::NoneGood { refused } = error else { panic!("{error}") };
    assert_eq!(refused[0].reason, Unfit::KeyNotForSigning);
}

#[test]
fn a_signature_older_than_its_key_does_not_count() {
    let Some(Ok(Packet::SecretKey(secret))) = PacketParser::new(fixture("good.secret").as_slice()).next()
    else {
        panic!("no secret key")
    };
    let sign = |created: i64, notation: bool| {
        let hash = pgp::crypto::hash::HashAlgorithm::Sha256;
        let mut config = SignatureConfig::v4(SignatureType::Binary, secret.algorithm(), hash);
        let time = Timestamp::from_secs(u32::try_from(created).unwrap());
        config.hashed_subpackets = vec![
            Subpacket::regular(SubpacketData::SignatureCreationTime(time)).unwrap(),
            Subpacket::regular(SubpacketData::IssuerFingerprint(secret.fingerprint())).unwrap(),
        ];
        if notation {
            let (name, value) = ("a@example.org".into(), "b".into());
            let data = SubpacketData::Notation(Notation { readable: true, name, value });
            config.hashed_subpackets.push(Subpacket::regular(data).unwrap());
        }
        let mut bytes = Vec::new();
        let signature = config.sign(&secret, &Password::empty(), &b"text"[..]).unwrap();
        signature.to_writer_with_header(&mut bytes).unwrap();
        verify_detached(b"text", &bytes, &keyring("good.gpg"), NOW)
    };
    assert_eq!(sign(JAN_2024 + DAY, false).unwrap().good[0].created, JAN_2024 + DAY);
    assert!(sign(JAN_2024 + DAY, true).is_ok(), "a notation that is not critical is ignored");
    let SignatureError::NoneGood { refused } = sign(JAN_2024 - DAY, false).unwrap_err() else { panic!() };
    assert_eq!(refused[0].reason, Unfit::KeyTooYoung);
}

#[test]
fn debians_files_verify_with_debians_keyring_and_give_gpgvs_text() {
    let Some(keys) = debian::keyring() else { return };
    let keyring = Keyring::load(&keys).unwrap();
    for (suite, good) in
        [("bookworm", 3), ("bookworm-updates", 2), ("bookworm-security", 2), ("bullseye-security", 2)]
    {
        let Some(path) = suite_file(suite, "InRelease") else { return };
        let data = std::fs::read(&path).unwrap();
        let verified = verify_inline(&data, &keyring, NOW).unwrap();
        assert_eq!(verified.good.len(), good, "{suite}");
        assert!(verified.text.starts_with(b"Origin: Debian\n"));
        let gpgv = std::process::Command::new("gpgv")
            .args(["--keyring", KEYRING, "--output", "-"])
            .arg(&path)
            .output();
        match gpgv {
            Ok(output) => assert!(output.stdout == verified.text, "{suite}: text differs from gpgv's"),
            Err(error) => println!("skipped: gpgv: {error}"),
        }
        let changed = String::from_utf8(data).unwrap().replacen("Codename: b", "Codename: c", 1);
        assert!(verify_inline(changed.as_bytes(), &keyring, NOW).is_err(), "{suite}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(400))]
    #[test]
    fn damaged_keys_and_signatures_never_panic(
        at in proptest::prelude::any::<proptest::sample::Index>(),
        bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 1..6),
    ) {
        let text = fixture("text");
        let damage = |name: &str| {
            let mut data = fixture(name);
            let at = at.index(data.len());
            data.splice(at..(at + bytes.len()).min(data.len()), bytes.iter().copied());
            data
        };
        let whole = keyring("good.gpg");
        for name in ["good.detached", "good.detached.asc", "message.gpg"] {
            let _ = verify_detached(&text, &damage(name), &whole, NOW);
        }
        let _ = verify_inline(&damage("good.inline"), &whole, NOW);
        for name in ["good.gpg", "subkey.gpg", "subkey.asc", "revoked-subkey.gpg"] {
            if let Ok(keyring) = Keyring::load(&damage(name)) {
                let _ = verify_inline(&fixture("good.inline"), &keyring, NOW);
                let _ = verify_inline(&fixture("subkey.inline"), &keyring, NOW);
            }
        }
        let _ = Keyring::load(&bytes);
        let _ = verify_detached(&text, &bytes, &whole, NOW);
    }
}
