use super::*;
use proptest::prelude::*;
use std::io::Write;

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(9));
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn bzip2(data: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn xz(data: &[u8]) -> Vec<u8> {
    liblzma::encode_all(data, 6).unwrap()
}

fn lz4(data: &[u8]) -> Vec<u8> {
    let mut encoder = lz4_flex::frame::FrameEncoder::new(Vec::new());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn zstd(data: &[u8]) -> Vec<u8> {
    zstd::encode_all(data, 3).unwrap()
}

type Encoder = fn(&[u8]) -> Vec<u8>;
const ALL: [(Compression, Encoder); 5] = [
    (Compression::Gzip, gzip),
    (Compression::Bzip2, bzip2),
    (Compression::Xz, xz),
    (Compression::Zstd, zstd),
    (Compression::Lz4, lz4),
];

fn sample() -> Vec<u8> {
    (0..40_000u32)
        .flat_map(|i| format!("Package: p{}\n", i.wrapping_mul(2_654_435_761)).into_bytes())
        .collect()
}

#[test]
fn every_format_is_told_by_its_first_bytes_and_read_back() {
    for (format, encode) in ALL {
        for data in [&b""[..], b"x", &sample()] {
            let packed = encode(data);
            if data.is_empty() && packed.is_empty() {
                continue;
            }
            assert_eq!(detect(&packed), format);
            let limits = DecompressLimits::default();
            assert_eq!(bytes(&packed, &limits).unwrap(), data, "{format}");
        }
    }
}

#[test]
fn concatenated_members_are_one_stream() {
    for (format, encode) in ALL {
        let packed = [encode(b"one\n"), encode(b"two\n"), encode(&sample())].concat();
        let whole = bytes(&packed, &DecompressLimits::default()).unwrap();
        assert_eq!(whole, [&b"one\ntwo\n"[..], &sample()].concat(), "{format}");
    }
}

#[test]
fn plain_data_is_borrowed() {
    let out = bytes(b"Package: a\n", &DecompressLimits::default()).unwrap();
    assert!(matches!(out, Cow::Borrowed(b"Package: a\n")));
    assert_eq!(detect(b"BZh9 is how this text begins"), Compression::Plain);
}

#[test]
fn a_stream_cut_anywhere_is_refused() {
    let data: Vec<u8> = sample().into_iter().take(20_000).collect();
    for (format, encode) in ALL {
        let packed = encode(&data);
        for cut in (11..packed.len()).step_by(1999).chain(packed.len() - 12..packed.len()) {
            let error = bytes(&packed[..cut], &DecompressLimits::default()).unwrap_err();
            assert!(
                matches!(error, DecompressError::Truncated { .. } | DecompressError::Unreadable { .. }),
                "{format} cut at {cut}: {error}"
            );
        }
        let error = bytes(&packed[..packed.len() - 1], &DecompressLimits::default()).unwrap_err();
        assert!(matches!(error, DecompressError::Truncated { .. }), "{format}: {error}");
    }
}

#[test]
fn bombs_are_refused_by_ratio_and_by_size() {
    let zeros = vec![0u8; 16 << 20];
    for (format, encode) in ALL {
        let packed = encode(&zeros);
        let strict = DecompressLimits { max_ratio: 200, ..DecompressLimits::default() };
        let error = bytes(&packed, &strict).unwrap_err();
        assert!(matches!(error, DecompressError::Ratio { max_ratio: 200 }), "{format}: {error}");
        let small = DecompressLimits { max_bytes: 1 << 20, max_ratio: u64::MAX, ratio_from: 0 };
        let error = bytes(&packed, &small).unwrap_err();
        assert!(matches!(error, DecompressError::TooLarge { limit: 1_048_576 }), "{format}: {error}");
    }
    // A deflate stream cannot expand more than 1032:1, yet a gzip of gzip-like blanks gets near it.
    let error = bytes(&gzip(&zeros), &DecompressLimits::default()).unwrap_err();
    assert!(matches!(error, DecompressError::Ratio { max_ratio: 1000 }), "{error}");
}

#[test]
fn the_ratio_does_not_count_for_small_files() {
    let blanks = vec![b' '; 1 << 20];
    for (format, encode) in ALL {
        let packed = encode(&blanks);
        let out = bytes(&packed, &DecompressLimits::default());
        assert_eq!(out.unwrap().len(), 1 << 20, "{format}");
    }
}

#[test]
fn damage_in_the_middle_is_an_error_and_never_a_panic() {
    for (format, encode) in ALL {
        let mut packed = encode(&sample());
        let middle = packed.len() / 2;
        packed[middle] ^= 0x55;
        packed[middle + 1] ^= 0x55;
        let out = bytes(&packed, &DecompressLimits::default());
        // LZ4 and zstd frames of these encoders carry no checksum: there the bytes may differ instead.
        let unchecked = matches!(format, Compression::Lz4 | Compression::Zstd);
        assert!(out.is_err() || unchecked, "{format}");
    }
}

#[test]
fn trailing_bytes_after_the_stream_are_refused() {
    for (format, encode) in ALL {
        let packed = [encode(b"whole\n"), b"garbage".to_vec()].concat();
        assert!(bytes(&packed, &DecompressLimits::default()).is_err(), "{format}");
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(data in proptest::collection::vec(any::<u8>(), 0..400), kind in 0usize..5) {
        let limits = DecompressLimits { max_bytes: 1 << 20, ..DecompressLimits::default() };
        let _ = bytes(&data, &limits);
        let mut framed = ALL[kind].1(b"start");
        framed.truncate(10);
        framed.extend_from_slice(&data);
        let _ = bytes(&framed, &limits);
    }
}
