//! A package as hosts have it and as the store interns it.
//!
//! Rules: design.md "The words" (package); contract.md (rpm versions are shown as
//! `[epoch:]version-release`, the epoch left out when it is 0; deb versions verbatim). A package known with
//! source, vendor, module label or key and the same one known without them are two packages.

use serde::{Deserialize, Serialize};
use std::io::Write;

/// The packaging system of a package: it decides the version order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PackageFormat {
    /// rpm (Red Hat, SUSE, Amazon, Photon, ...).
    Rpm,
    /// dpkg (Debian, Ubuntu).
    Deb,
    /// apk (Alpine).
    Apk,
    /// Anything else (FreeBSD `pkg`, ...): kept and shown, never compared.
    Other,
}

impl PackageFormat {
    /// The stable number under which the format is stored.
    pub fn code(self) -> i64 {
        match self {
            Self::Rpm => 1,
            Self::Deb => 2,
            Self::Apk => 3,
            Self::Other => 0,
        }
    }

    /// The format stored under `code`; unknown numbers are [`PackageFormat::Other`].
    pub fn from_code(code: i64) -> Self {
        match code {
            1 => Self::Rpm,
            2 => Self::Deb,
            3 => Self::Apk,
            _ => Self::Other,
        }
    }
}

/// One installed package. Empty strings mean "not reported".
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Package {
    /// Packaging system.
    pub format: PackageFormat,
    /// Binary package name.
    pub name: String,
    /// deb: verbatim; rpm: `[epoch:]version-release`, the epoch left out when it is 0.
    pub version: String,
    /// Architecture as the packager writes it (`amd64`, `all`, `x86_64`, `noarch`).
    pub arch: String,
    /// Source package name.
    pub source_name: String,
    /// Source version (deb: as the vendor writes it; rpm: `version-release`).
    pub source_version: String,
    /// rpm vendor string.
    pub vendor: String,
    /// rpm module label (`name:stream:version:context`).
    pub module: String,
    /// Signing key id, 16 lower-case hex digits.
    pub key_id: String,
}

/// BLAKE3 of a package's canonical record: its identity across databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageKey(pub [u8; 32]);

impl Package {
    /// A package of which only name, version and architecture are known.
    pub fn new(format: PackageFormat, name: &str, version: &str, arch: &str) -> Self {
        Self {
            format,
            name: name.to_owned(),
            version: version.to_owned(),
            arch: arch.to_owned(),
            source_name: String::new(),
            source_version: String::new(),
            vendor: String::new(),
            module: String::new(),
            key_id: String::new(),
        }
    }

    /// The identity of this package: every field counts, fields are separated by NUL (no field can hold one,
    /// the formats refuse NUL bytes).
    pub fn key(&self) -> PackageKey {
        let fields = [
            &self.name,
            &self.version,
            &self.arch,
            &self.source_name,
            &self.source_version,
            &self.vendor,
            &self.module,
            &self.key_id,
        ];
        // One call over one buffer: many small ones cost several times as much. Records of real packages fit on
        // the stack.
        let length = 1 + fields.iter().map(|field| field.len() + 1).sum::<usize>();
        let (mut stack, mut heap) = ([0u8; 512], Vec::new());
        if length > stack.len() {
            heap.resize(length, 0);
        }
        let mut place = if heap.is_empty() { &mut stack[..] } else { &mut heap[..] };
        // Writing within the summed length cannot fail.
        let _ = place.write_all(&[self.format.code() as u8]);
        for field in fields {
            let _ = place.write_all(field.as_bytes());
            let _ = place.write_all(&[0]);
        }
        let record = if heap.is_empty() { &stack[..] } else { &heap[..] };
        PackageKey(*blake3::hash(record.get(..length).unwrap_or_default()).as_bytes())
    }

    /// The source package name the report told, else the binary's own name (dpkg leaves `Source` out when
    /// they are equal).
    pub fn source_or_name(&self) -> &str {
        if self.source_name.is_empty() { &self.name } else { &self.source_name }
    }
}
