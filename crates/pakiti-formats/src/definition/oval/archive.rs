//! Archives of OVAL files: Red Hat's first form is one file for each definition, in one tar.
//!
//! The files are read one after the other as one document: an id that was there before is left out and counted, as
//! within a file. A file that cannot be read is counted and does not stop the others (design.md, law 9).

use super::reading::Reading;
use super::{LoadedDocument, OvalError, ROOTS};
use crate::decompress::{self, Compression};
use crate::xml::Xml;
use std::io::{Cursor, Read};

/// Of so many bytes at its beginning an archive is known.
pub(super) const BLOCK: u64 = 512;
/// Where the magic word of a tar stands.
const MAGIC: std::ops::Range<usize> = 257..262;
/// Largest file of an archive, bytes.
const MAX_MEMBER: u64 = 256 << 20;
/// Most files of an archive; Red Hat's have some thousands.
const MAX_MEMBERS: usize = 100_000;

/// Does a tar begin like this?
pub(super) fn is_one(start: &[u8]) -> bool {
    start.get(MAGIC) == Some(b"ustar")
}

/// Reads every `.xml` file of an archive. One that is compressed within it is no document and is counted: each would
/// expand anew, past what the archive as a whole may.
pub(super) fn load(input: impl Read, file: &str) -> Result<LoadedDocument, OvalError> {
    let damaged = |error: std::io::Error| OvalError::Archive(error.to_string());
    let mut archive = tar::Archive::new(input);
    let mut reading: Option<Reading<'static>> = None;
    let mut broken: Vec<(String, String)> = Vec::new();
    // Raw: long names would be read into memory, however long.
    for (count, member) in archive.entries().map_err(damaged)?.raw(true).enumerate() {
        if count >= MAX_MEMBERS {
            return Err(OvalError::Archive(format!("more than {MAX_MEMBERS} files")));
        }
        let member = member.map_err(damaged)?;
        let path = String::from_utf8_lossy(&member.path_bytes()).into_owned();
        if !member.header().entry_type().is_file() || !path.contains(".xml") {
            continue;
        }
        let mut data = Vec::new();
        member.take(MAX_MEMBER).read_to_end(&mut data).map_err(damaged)?;
        let name = format!("{file}/{path}");
        if decompress::detect(&data) != Compression::Plain {
            broken.push((name, "it is compressed within the archive".to_owned()));
            continue;
        }
        let read = match Xml::read(Cursor::new(data), &ROOTS) {
            Ok(xml) => {
                match &mut reading {
                    Some(reading) => reading.turn_to(xml, &name),
                    None => reading = Some(Reading::new(xml, &name)),
                }
                reading.as_mut().map_or(Ok(()), Reading::document)
            }
            Err(error) => Err(error),
        };
        if let Err(error) = read {
            broken.push((name, error.to_string()));
        }
    }
    let Some(mut reading) = reading else {
        return match broken.into_iter().next() {
            Some((name, error)) => Err(OvalError::Archive(format!("{name}: {error}"))),
            None => Err(OvalError::Archive("it holds no .xml file".to_owned())),
        };
    };
    broken.into_iter().for_each(|(name, error)| reading.skip_file(&name, error));
    Ok(reading.finish())
}
