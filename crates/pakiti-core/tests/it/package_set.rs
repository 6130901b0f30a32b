//! Package sets: the encoding of ids, the hash of a set, the identity of a package.

use pakiti_core::package::{Package, PackageFormat, PackageKey};
use pakiti_core::package_set::{SetError, decode_ids, encode_ids, set_hash};
use proptest::prelude::*;

fn ids() -> impl Strategy<Value = Vec<u32>> {
    let id = prop_oneof![4 => 0u32..300, 2 => any::<u32>(), 1 => (u32::MAX - 3)..=u32::MAX];
    proptest::collection::btree_set(id, 0..60).prop_map(|set| set.into_iter().collect())
}

/// Short fields of few letters, so that their borders are easily confused.
fn package() -> impl Strategy<Value = Package> {
    let format = prop_oneof![
        Just(PackageFormat::Rpm),
        Just(PackageFormat::Deb),
        Just(PackageFormat::Apk),
        Just(PackageFormat::Other)
    ];
    (format, proptest::collection::vec("[ab]{0,2}", 8)).prop_map(|(format, fields)| Package {
        format,
        name: fields[0].clone(),
        version: fields[1].clone(),
        arch: fields[2].clone(),
        source_name: fields[3].clone(),
        source_version: fields[4].clone(),
        vendor: fields[5].clone(),
        module: fields[6].clone(),
        key_id: fields[7].clone(),
    })
}

proptest! {
    #[test]
    fn ids_come_back_as_they_went(ids in ids()) {
        prop_assert_eq!(decode_ids(&encode_ids(&ids)), Ok(ids));
    }

    #[test]
    fn hostile_bytes_are_an_error_or_ascending_ids(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        if let Ok(ids) = decode_ids(&bytes) {
            prop_assert!(ids.is_sorted());
            prop_assert!(ids.len() <= bytes.len());
        }
    }

    #[test]
    fn an_encoding_cut_short_is_told_or_gives_the_ids_before_the_cut(ids in ids(), cut in 0usize..200) {
        let bytes = encode_ids(&ids);
        let cut = cut.min(bytes.len());
        match decode_ids(&bytes[..cut]) {
            Ok(found) => prop_assert!(ids.starts_with(&found)),
            Err(error) => prop_assert_eq!(error, SetError::Truncated(cut)),
        }
    }

    #[test]
    fn the_hash_of_a_set_knows_neither_order_nor_repetition(
        set in proptest::collection::btree_set(any::<[u8; 4]>(), 0..20),
        again in any::<proptest::sample::Index>(),
        seed in any::<u64>(),
    ) {
        let key = |id: &[u8; 4]| PackageKey(*blake3::hash(id).as_bytes());
        let mut keys: Vec<PackageKey> = set.iter().map(key).collect();
        let plain = set_hash(&mut keys.clone());
        let mut mixed = keys.clone();
        if !keys.is_empty() {
            mixed.push(keys[again.index(keys.len())]);
            mixed.sort_by_key(|key| blake3::keyed_hash(&[seed as u8; 32], &key.0).as_bytes().to_owned());
        }
        prop_assert_eq!(set_hash(&mut mixed), plain);
        prop_assert!(mixed.is_sorted() && mixed.len() == keys.len());
        if keys.pop().is_some() {
            prop_assert_ne!(set_hash(&mut keys), plain);
        }
    }

    #[test]
    fn different_packages_have_different_keys(a in package(), b in package()) {
        prop_assert_eq!(a == b, a.key() == b.key());
    }
}

#[test]
fn a_key_tells_where_one_field_ends_and_the_next_begins() {
    let fields: [fn(&mut Package) -> &mut String; 8] = [
        |p| &mut p.name,
        |p| &mut p.version,
        |p| &mut p.arch,
        |p| &mut p.source_name,
        |p| &mut p.source_version,
        |p| &mut p.vendor,
        |p| &mut p.module,
        |p| &mut p.key_id,
    ];
    let with = |values: &[(usize, &str)]| {
        let mut package = Package::new(PackageFormat::Deb, "", "", "");
        values.iter().for_each(|(at, text)| *fields[*at](&mut package) = (*text).to_owned());
        package.key()
    };
    for at in 0..7 {
        let keys = [
            with(&[(at, "a"), (at + 1, "b")]),
            with(&[(at, "ab")]),
            with(&[(at + 1, "ab")]),
            with(&[(at, "b"), (at + 1, "a")]),
        ];
        for (i, key) in keys.iter().enumerate() {
            assert!(!keys[..i].contains(key), "field {at}");
        }
    }
}

#[test]
fn numbers_above_any_id_are_refused_with_their_place() {
    assert_eq!(decode_ids(&[0xff, 0xff, 0xff, 0xff, 0x0f]), Ok(vec![u32::MAX]));
    assert_eq!(decode_ids(&[0xff, 0xff, 0xff, 0xff, 0x1f]), Err(SetError::Overflow(4)));
    assert_eq!(decode_ids(&[0xff, 0xff, 0xff, 0xff, 0x0f, 0x01]), Err(SetError::Overflow(5)));
    assert_eq!(decode_ids(&[0x80; 9]), Err(SetError::Overflow(5)));
    assert_eq!(decode_ids(&[0x05, 0x80]), Err(SetError::Truncated(2)));
    assert_eq!(decode_ids(&[]), Ok(vec![]));
}

#[test]
fn a_thousand_neighbouring_packages_take_hardly_more_than_a_byte_each() {
    let ids: Vec<u32> = (0..1_000).map(|i| 40_000 + i * 63).collect();
    assert!(encode_ids(&ids).len() <= 1_010);
}
