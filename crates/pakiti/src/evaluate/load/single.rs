//! Sources that are one file: OVAL definitions, an updateinfo.xml.

use super::RefusedError;
use crate::evaluate::source::{OvalSourceOptions, Place, SourceArg, YumSourceOptions};
use pakiti_core::oval::platform;
use pakiti_core::oval::snapshot::{self, DocumentOptions};
use pakiti_core::repository::SnapshotContent;
use pakiti_engine::source::fetch::{self, Answer, Validators};
use pakiti_formats::decompress::{Compression, DecompressError};
use pakiti_formats::definition::oval::{self, OvalError, XmlError};
use pakiti_formats::repository::yum::{self, LoadedRepository, YumOptions};
use pakiti_formats::repository::{SkipList, SkipReason};
use std::fs::File;
use std::io::Read;
use url::Url;

/// Largest file as it is stored, bytes.
const MAX_FILE: u64 = 512 << 20;

/// Longest name of a system that is quoted, characters.
const MAX_QUOTED: usize = 120;

/// OVAL definitions.
pub(super) fn oval(
    source: &SourceArg,
    options: &OvalSourceOptions,
) -> Result<(SnapshotContent, SkipList), RefusedError> {
    let name = source.place.file_name();
    let mut loaded = match &source.place {
        Place::Path(path) => {
            let file = File::open(path).map_err(RefusedError::Unreadable)?;
            oval::read(file.take(MAX_FILE), &name).map_err(refused)?
        }
        Place::Web(url) => oval::load(&download(url)?, &name)?,
    };
    if let (Some(system), None) = (platform::unknown_system(&loaded.document), &options.os_group) {
        let system = system.chars().take(MAX_QUOTED).collect();
        loaded.skipped.push(&name, 0, SkipReason::UnknownSystem { system });
    }
    let options = DocumentOptions {
        name: source.label(),
        os_group: options.os_group.clone(),
        complete: options.complete,
        ..DocumentOptions::default()
    };
    Ok((snapshot::content(loaded.document, options), loaded.skipped))
}

/// A file that cannot be read is no fault of its content.
fn refused(error: OvalError) -> RefusedError {
    match error {
        OvalError::Xml(XmlError::Decompress(DecompressError::Unreadable {
            format: Compression::Plain,
            source,
        })) => RefusedError::Unreadable(source),
        error => error.into(),
    }
}

/// The advisories of a yum repository alone.
pub(super) fn updateinfo(
    source: &SourceArg,
    options: &YumSourceOptions,
) -> Result<LoadedRepository, RefusedError> {
    let options = YumOptions {
        security: options.security,
        os_group: options.os_group.clone(),
        ..YumOptions::new(&source.label())
    };
    Ok(yum::load_updateinfo(&source.place.file_name(), &bytes(&source.place)?, &options)?)
}

fn bytes(place: &Place) -> Result<Vec<u8>, RefusedError> {
    match place {
        Place::Path(path) => {
            let mut data = Vec::new();
            let file = File::open(path).map_err(RefusedError::Unreadable)?;
            file.take(MAX_FILE).read_to_end(&mut data).map_err(RefusedError::Unreadable)?;
            Ok(data)
        }
        Place::Web(url) => download(url),
    }
}

fn download(url: &Url) -> Result<Vec<u8>, RefusedError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(RefusedError::Runtime)?;
    let client = fetch::client()?;
    // A place on the web is kept as a folder; this one is a file.
    let mut file = url.clone();
    file.set_path(url.path().trim_end_matches('/'));
    match runtime.block_on(fetch::get(&client, &file, &Validators::default(), MAX_FILE))? {
        Answer::Content(data, _) => Ok(data),
        Answer::Missing | Answer::NotModified => Err(RefusedError::Missing),
    }
}
