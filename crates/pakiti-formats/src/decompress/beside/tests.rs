use super::*;
use crate::decompress::DecompressError;
use std::io::Write;

fn bzip2(data: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// Bytes that do not repeat within a block.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 1u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..length).map(|_| next()).collect()
}

fn all(data: &[u8]) -> Result<Vec<u8>, DecompressError> {
    beside(data, &DecompressLimits::default(), |mut input| {
        let mut out = Vec::new();
        input.read_to_end(&mut out).map(|_| out).map_err(DecompressError::from_io)
    })
}

#[test]
fn gives_what_was_compressed_whatever_its_length() {
    for length in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 7 * BLOCK] {
        let data = noise(length);
        for packed in [bzip2(&data), zstd::encode_all(data.as_slice(), 1).unwrap(), data.clone()] {
            assert!(all(&packed).unwrap() == data, "{length}");
        }
    }
}

#[test]
fn what_came_before_a_damage_is_given_and_then_the_typed_error() {
    let data = noise(6 * BLOCK);
    let packed = bzip2(&data);
    let cut = &packed[..packed.len() - 5];
    beside(cut, &DecompressLimits::default(), |mut input| {
        let mut out = Vec::new();
        let error = input.read_to_end(&mut out).unwrap_err();
        assert!(out.len() > 4 * BLOCK && data.starts_with(&out));
        assert!(matches!(DecompressError::from_io(error), DecompressError::Truncated { .. }));
        assert!(input.read(&mut [0]).is_err(), "an error is no end");
    });
}

#[test]
fn the_bounds_hold() {
    let limits = DecompressLimits { max_bytes: 1000, ..DecompressLimits::default() };
    for packed in [bzip2(&noise(5000)), noise(5000)] {
        let error = beside(&packed, &limits, |mut input| input.read_to_end(&mut Vec::new()).unwrap_err());
        assert!(matches!(DecompressError::from_io(error), DecompressError::TooLarge { limit: 1000 }));
    }
    assert!(matches!(all(&bzip2(&vec![0; 64 << 20])), Err(DecompressError::Ratio { .. })));
}

#[test]
fn a_reader_that_gives_up_stops_the_thread() {
    let packed = bzip2(&noise(20 * BLOCK));
    let first = beside(&packed, &DecompressLimits::default(), |mut input| {
        let mut byte = [0];
        input.read(&mut byte).unwrap()
    });
    assert_eq!(first, 1);
}
