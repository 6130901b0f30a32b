//! Decompression of whatever a feed or a reporter sends, with bounds.
//!
//! The format is told by the first bytes (RFC 1952, RFC 8878, the xz, bzip2 and LZ4 frame formats), never by a
//! file name: apt's caches and mirrors name files freely. Concatenated members are one stream, as `gzip -dc`,
//! `xz -dc` and `bzip2 -dc` read them. Refused: output beyond a size, output out of proportion to its input
//! (bombs), a stream that ends early, xz or zstd windows beyond 128 MiB.

pub(crate) mod beside;

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::rc::Rc;

/// Window memory granted to one xz or zstd stream, bytes. `xz -9` needs 65 MiB.
const MEMORY: u64 = 128 << 20;
/// log2 of [`MEMORY`], as zstd wants it.
const WINDOW_LOG: u32 = 27;
/// Bytes looked at to tell the format: bzip2 needs the most (header and block magic).
pub(crate) const MAGIC: usize = 10;

/// How a stream is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Not at all, or in no format known here.
    Plain,
    /// gzip.
    Gzip,
    /// bzip2.
    Bzip2,
    /// xz.
    Xz,
    /// Zstandard.
    Zstd,
    /// LZ4 frame, the form apt keeps its lists in.
    Lz4,
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "plain",
            Self::Gzip => "gzip",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
            Self::Zstd => "zstd",
            Self::Lz4 => "lz4",
        })
    }
}

/// Bounds of one decompression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecompressLimits {
    /// Most bytes that may come out.
    pub max_bytes: u64,
    /// Most bytes out per byte in; checked once more than [`DecompressLimits::ratio_from`] bytes came out.
    pub max_ratio: u64,
    /// Output size from which the ratio counts: small files of blanks compress better than any cap.
    pub ratio_from: u64,
}

impl Default for DecompressLimits {
    /// 2 GiB, 1000:1 after the first 1 MiB. Real `Packages.xz` files are near 6:1, OVAL near 60:1.
    fn default() -> Self {
        Self { max_bytes: 2 << 30, max_ratio: 1000, ratio_from: 1 << 20 }
    }
}

/// Why a stream was not decompressed.
#[derive(Debug, thiserror::Error)]
pub enum DecompressError {
    /// More output than allowed.
    #[error("more than {limit} bytes after decompression")]
    TooLarge {
        /// The bound that was passed, bytes.
        limit: u64,
    },
    /// Output out of proportion to the input: a bomb.
    #[error("expands more than {max_ratio} times: refused as a decompression bomb")]
    Ratio {
        /// The bound that was passed, bytes out per byte in.
        max_ratio: u64,
    },
    /// The stream ends before its end mark.
    #[error("{format} stream is truncated")]
    Truncated {
        /// Format told by the first bytes.
        format: Compression,
    },
    /// The stream is damaged, or reading it failed.
    #[error("{format} stream is unreadable: {source}")]
    Unreadable {
        /// Format told by the first bytes.
        format: Compression,
        /// What the decoder said.
        source: io::Error,
    },
}

impl DecompressError {
    /// The typed error inside an `io::Error` that a [`Reader`] returned; other errors are given back as
    /// [`DecompressError::Unreadable`].
    pub fn from_io(error: io::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(typed) => typed,
            Err(source) => Self::Unreadable { format: Compression::Plain, source },
        }
    }
}

impl From<DecompressError> for io::Error {
    fn from(error: DecompressError) -> Self {
        Self::new(io::ErrorKind::InvalidData, error)
    }
}

/// Tells the format by the first bytes of a stream; ten of them are enough.
pub fn detect(start: &[u8]) -> Compression {
    const BZIP2_BLOCK: [u8; 6] = [0x31, 0x41, 0x59, 0x26, 0x53, 0x59];
    const BZIP2_END: [u8; 6] = [0x17, 0x72, 0x45, 0x38, 0x50, 0x90];
    match start {
        [0x1f, 0x8b, 0x08, ..] => Compression::Gzip,
        [0xfd, b'7', b'z', b'X', b'Z', 0x00, ..] => Compression::Xz,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Compression::Zstd,
        [0x04, 0x22, 0x4d, 0x18, ..] => Compression::Lz4,
        [b'B', b'Z', b'h', b'1'..=b'9', block @ ..]
            if block.starts_with(&BZIP2_BLOCK) || block.starts_with(&BZIP2_END) =>
        {
            Compression::Bzip2
        }
        _ => Compression::Plain,
    }
}

/// A bounded stream of decompressed bytes.
///
/// Errors of [`Read::read`] carry a [`DecompressError`]: [`DecompressError::from_io`] takes it out.
pub struct Reader<'a> {
    format: Compression,
    inner: Box<dyn Read + 'a>,
    limits: DecompressLimits,
    taken: Rc<Cell<u64>>,
    given: u64,
}

/// Opens `inner` for reading its decompressed bytes under `limits`.
///
/// # Errors
/// When the first bytes cannot be read or the decoder refuses to start.
pub fn reader<'a>(
    mut inner: impl Read + 'a,
    limits: &DecompressLimits,
) -> Result<Reader<'a>, DecompressError> {
    let unreadable = |format| move |source| DecompressError::Unreadable { format, source };
    let mut start = Vec::with_capacity(MAGIC);
    inner.by_ref().take(MAGIC as u64).read_to_end(&mut start).map_err(unreadable(Compression::Plain))?;
    let format = detect(&start);
    let taken = Rc::new(Cell::new(0));
    let source = Counted { inner: Cursor::new(start).chain(inner), taken: Rc::clone(&taken) };
    let inner = decoder(format, source).map_err(unreadable(format))?;
    Ok(Reader { format, inner, limits: *limits, taken, given: 0 })
}

/// Decompresses `data` as a whole; plain data is borrowed, not copied.
///
/// # Errors
/// [`DecompressError`] when a bound is passed or the stream is damaged.
pub fn bytes<'a>(data: &'a [u8], limits: &DecompressLimits) -> Result<Cow<'a, [u8]>, DecompressError> {
    if detect(data) == Compression::Plain {
        let fits = u64::try_from(data.len()).is_ok_and(|len| len <= limits.max_bytes);
        let limit = limits.max_bytes;
        return if fits { Ok(Cow::Borrowed(data)) } else { Err(DecompressError::TooLarge { limit }) };
    }
    let mut out = Vec::new();
    reader(data, limits)?.read_to_end(&mut out).map_err(DecompressError::from_io)?;
    Ok(Cow::Owned(out))
}

fn decoder<'a>(format: Compression, source: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
    Ok(match format {
        Compression::Plain => Box::new(source),
        Compression::Gzip => Box::new(flate2::read::MultiGzDecoder::new(source)),
        Compression::Bzip2 => Box::new(bzip2::read::MultiBzDecoder::new(source)),
        Compression::Xz => {
            let stream = liblzma::stream::Stream::new_stream_decoder(MEMORY, liblzma::stream::CONCATENATED)?;
            Box::new(liblzma::read::XzDecoder::new_stream(source, stream))
        }
        Compression::Zstd => {
            let mut stream = zstd::stream::read::Decoder::new(source)?;
            stream.window_log_max(WINDOW_LOG)?;
            Box::new(stream)
        }
        Compression::Lz4 => Box::new(Lz4Frames::new(source)),
    })
}

impl Reader<'_> {
    /// The format that the first bytes told.
    pub fn format(&self) -> Compression {
        self.format
    }

    fn typed(&self, source: io::Error) -> io::Error {
        if source.kind() == io::ErrorKind::Interrupted {
            return source;
        }
        let format = self.format;
        if source.kind() == io::ErrorKind::UnexpectedEof {
            return DecompressError::Truncated { format }.into();
        }
        DecompressError::Unreadable { format, source }.into()
    }

    fn check(&self) -> Result<(), DecompressError> {
        let DecompressLimits { max_bytes, max_ratio, ratio_from } = self.limits;
        if self.given > max_bytes {
            return Err(DecompressError::TooLarge { limit: max_bytes });
        }
        let compressed = self.format != Compression::Plain;
        if compressed && self.given > ratio_from && self.given / max_ratio.max(1) > self.taken.get() {
            return Err(DecompressError::Ratio { max_ratio });
        }
        Ok(())
    }
}

impl Read for Reader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer).map_err(|e| self.typed(e))?;
        self.given = self.given.saturating_add(count as u64);
        self.check()?;
        Ok(count)
    }
}

/// Counts what the decoder took, for the ratio.
struct Counted<R> {
    inner: R,
    taken: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.taken.set(self.taken.get().saturating_add(count as u64));
        Ok(count)
    }
}

/// LZ4 frames in a row as one stream: `lz4_flex` returns 0 at the end of each frame.
struct Lz4Frames<R: Read>(lz4_flex::frame::FrameDecoder<Padded<BufReader<R>>>);

impl<R: Read> Lz4Frames<R> {
    fn new(source: R) -> Self {
        let source = Padded { inner: BufReader::new(source), ended: false };
        Self(lz4_flex::frame::FrameDecoder::new(source))
    }
}

impl<R: Read> Read for Lz4Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.0.read(buffer) {
                Ok(0) if !buffer.is_empty() => {}
                Ok(count) => return Ok(count),
                Err(_) if self.0.get_ref().ended => return Err(io::ErrorKind::UnexpectedEof.into()),
                Err(error) => return Err(error),
            }
            if self.0.get_mut().inner.fill_buf()?.is_empty() {
                return Ok(0);
            }
        }
    }
}

/// Goes on with `0xff` for ever after the end. `lz4_flex` takes an end of input between two blocks for the end
/// of the frame; a block header of `0xffffffff` is an error to it, so a truncated frame is told from a whole one.
struct Padded<R> {
    inner: R,
    ended: bool,
}

impl<R: Read> Read for Padded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        if count > 0 || buffer.is_empty() {
            return Ok(count);
        }
        self.ended = true;
        buffer.fill(0xff);
        Ok(buffer.len())
    }
}

#[cfg(test)]
mod tests;
