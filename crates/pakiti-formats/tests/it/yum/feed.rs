//! Small repositories in memory, with a fitting repomd.xml.

use pakiti_formats::repository::yum::{LoadedRepository, YumError, YumOptions, load};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// The files of a repository by path.
#[derive(Debug, Clone, Default)]
pub(crate) struct Feed(pub(crate) BTreeMap<String, Vec<u8>>);

impl Feed {
    /// A repository of these (kind, name of the file, bytes).
    pub(crate) fn of(files: &[(&str, &str, &[u8])]) -> Self {
        let mut feed = Self::default();
        let mut entries = String::new();
        for (kind, name, data) in files {
            entries += &entry(kind, &format!("repodata/{name}"), data);
            feed.0.insert(format!("repodata/{name}"), data.to_vec());
        }
        feed.repomd(&entries)
    }

    /// The same files under another repomd.xml.
    pub(crate) fn repomd(mut self, entries: &str) -> Self {
        let text = format!(
            "<?xml version=\"1.0\"?>\n<repomd>\n<revision>1700000000</revision>\n{entries}</repomd>\n"
        );
        self.0.insert("repodata/repomd.xml".to_owned(), text.into_bytes());
        self
    }

    pub(crate) fn load(&self, options: &YumOptions) -> Result<LoadedRepository, YumError> {
        let folder = |path: &str, limit: u64| -> io::Result<Option<Vec<u8>>> {
            match self.0.get(path) {
                Some(data) if data.len() as u64 > limit => Err(io::ErrorKind::FileTooLarge.into()),
                data => Ok(data.cloned()),
            }
        };
        load(&folder, options)
    }

    /// Loads it and gives the sentence that it is refused with.
    pub(crate) fn refusal(&self) -> String {
        match self.load(&YumOptions::new("test")) {
            Ok(loaded) => panic!("loaded: {:?}", loaded.content),
            Err(error) => error.to_string(),
        }
    }
}

/// An entry of repomd.xml for a file.
pub(crate) fn entry(kind: &str, path: &str, data: &[u8]) -> String {
    let hash: String = Sha256::digest(data).iter().map(|byte| format!("{byte:02x}")).collect();
    format!(
        "<data type=\"{kind}\"><checksum type=\"sha256\">{hash}</checksum>\
         <location href=\"{path}\"/><timestamp>1700000000</timestamp><size>{}</size></data>\n",
        data.len()
    )
}

/// A primary.xml of these packages.
pub(crate) fn primary(packages: &str) -> Vec<u8> {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<metadata xmlns=\"http://linux.duke.edu/metadata/common\" \
         xmlns:rpm=\"http://linux.duke.edu/metadata/rpm\" packages=\"1\">\n{packages}</metadata>\n"
    )
    .into_bytes()
}

/// One package as createrepo_c writes it.
pub(crate) fn package(name: &str, version: &str, release: &str, arch: &str) -> String {
    format!(
        "<package type=\"rpm\">\n  <name>{name}</name>\n  <arch>{arch}</arch>\n  \
         <version epoch=\"0\" ver=\"{version}\" rel=\"{release}\"/>\n</package>\n"
    )
}

/// An updateinfo.xml of these updates.
pub(crate) fn updates(text: &str) -> Vec<u8> {
    format!("<?xml version=\"1.0\"?>\n<updates>\n{text}</updates>\n").into_bytes()
}

/// What was skipped, a line each.
pub(crate) fn told(loaded: &LoadedRepository) -> String {
    loaded.skipped.kept().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

pub(crate) fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn xz(data: &[u8]) -> Vec<u8> {
    let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 1);
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn bzip2(data: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zstd(data: &[u8]) -> Vec<u8> {
    zstd::encode_all(data, 1).unwrap()
}
