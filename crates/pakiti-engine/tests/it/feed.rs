//! Makes apt suites: Packages, Release, signature.

use pgp::composed::{ArmorOptions, DetachedSignature};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{Packet, PacketParser, SignatureConfig, SignatureType, Subpacket, SubpacketData};
use pgp::types::{KeyDetails as _, Password, Timestamp};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

/// 2024-02-01, a month after the key was made.
const SIGNED_AT: u32 = 1_706_745_600;

/// A suite before it is written.
#[derive(Debug, Clone)]
pub(crate) struct Suite {
    pub(crate) origin: String,
    pub(crate) codename: String,
    /// `Valid-Until`, unix seconds.
    pub(crate) valid_until: Option<i64>,
    /// Architecture -> (name, version).
    pub(crate) packages: BTreeMap<&'static str, Vec<(String, String)>>,
    /// Release names these too: path -> content.
    pub(crate) extra: BTreeMap<String, Vec<u8>>,
    /// InRelease signed by the key `good`; else Release without a signature.
    pub(crate) signed: bool,
}

impl Suite {
    /// Debian's suite of this codename with amd64 packages, written `name version`.
    pub(crate) fn debian(codename: &str, packages: &[&str]) -> Self {
        Self {
            origin: "Debian".into(),
            codename: codename.into(),
            valid_until: None,
            packages: BTreeMap::new(),
            extra: BTreeMap::new(),
            signed: false,
        }
        .with("amd64", packages)
    }

    /// These packages of an architecture.
    pub(crate) fn with(mut self, arch: &'static str, packages: &[&str]) -> Self {
        let split = |text: &&str| text.split_once(' ').map(|(n, v)| (n.to_owned(), v.to_owned())).unwrap();
        self.packages.insert(arch, packages.iter().map(split).collect());
        self
    }

    pub(crate) fn valid_until(mut self, until: i64) -> Self {
        self.valid_until = Some(until);
        self
    }

    pub(crate) fn signed(mut self) -> Self {
        self.signed = true;
        self
    }

    /// Path of the index of an architecture.
    pub(crate) fn index(arch: &str) -> String {
        format!("main/binary-{arch}/Packages.xz")
    }

    fn index_content(&self, arch: &str) -> Vec<u8> {
        let mut text = String::new();
        for (name, version) in &self.packages[arch] {
            write!(text, "Package: {name}\nVersion: {version}\nArchitecture: {arch}\n\n").unwrap();
        }
        xz(text.as_bytes())
    }

    /// The text of Release.
    pub(crate) fn release(&self) -> String {
        let mut text = format!(
            "Origin: {}\nLabel: {0}\nSuite: test\nCodename: {}\nDate: Sun, 15 Nov 2026 00:00:00 UTC\n",
            self.origin, self.codename
        );
        if let Some(until) = self.valid_until {
            let time = jiff::Timestamp::from_second(until).unwrap();
            writeln!(text, "Valid-Until: {}", time.strftime("%a, %d %b %Y %H:%M:%S UTC")).unwrap();
        }
        text.push_str("Components: main\nSHA256:\n");
        let indexes = self.packages.keys().map(|arch| (Self::index(arch), self.index_content(arch)));
        for (path, data) in indexes.chain(self.extra.clone()) {
            let hash: String = Sha256::digest(&data).iter().map(|byte| format!("{byte:02x}")).collect();
            writeln!(text, " {hash} {} {path}", data.len()).unwrap();
        }
        text
    }

    /// Path -> content of everything in the suite's folder.
    pub(crate) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let release = self.release();
        let mut files: BTreeMap<String, Vec<u8>> = match self.signed {
            true => BTreeMap::from([("InRelease".into(), clear_signed(&release))]),
            false => BTreeMap::from([("Release".into(), release.into_bytes())]),
        };
        files.extend(self.packages.keys().map(|arch| (Self::index(arch), self.index_content(arch))));
        files.extend(self.extra.clone());
        files
    }

    /// Writes the folder; gives it.
    pub(crate) fn write(&self, folder: PathBuf) -> PathBuf {
        for (path, data) in self.files() {
            let path = folder.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, data).unwrap();
        }
        folder
    }
}

pub(crate) fn xz(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    std::io::copy(&mut liblzma::read::XzEncoder::new(data, 1), &mut out).unwrap();
    out
}

/// A file of GnuPG's fixtures: `good.gpg` holds the key that signs here, `good.asc` the same as text, `subkey.gpg`
/// another.
pub(crate) fn key_file(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../pakiti-formats/tests/data/openpgp")).join(name)
}

/// A text signed by the key `good`, as `gpg --clearsign` writes it. The text has no line that begins with a dash.
pub(crate) fn clear_signed(text: &str) -> Vec<u8> {
    let signature = signature(SignatureType::Text, text.trim_end_matches('\n').as_bytes());
    format!("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n{text}{signature}").into_bytes()
}

/// An armored signature over data.
pub(crate) fn detached(data: &[u8]) -> String {
    signature(SignatureType::Binary, data)
}

fn signature(kind: SignatureType, data: &[u8]) -> String {
    let bytes = std::fs::read(key_file("good.secret")).unwrap();
    let Some(Ok(Packet::SecretKey(secret))) = PacketParser::new(bytes.as_slice()).next() else {
        panic!("no secret key")
    };
    let mut config = SignatureConfig::v4(kind, secret.algorithm(), HashAlgorithm::Sha512);
    let packets = [
        SubpacketData::SignatureCreationTime(Timestamp::from_secs(SIGNED_AT)),
        SubpacketData::IssuerFingerprint(secret.fingerprint()),
    ];
    config.hashed_subpackets = packets.into_iter().map(|data| Subpacket::regular(data).unwrap()).collect();
    let signature = config.sign(&secret, &Password::empty(), data).unwrap();
    DetachedSignature::new(signature).to_armored_string(ArmorOptions::default()).unwrap()
}
