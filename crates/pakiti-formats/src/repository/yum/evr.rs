//! Words and versions as they stand in a feed's attributes: `epoch`, `ver`, `rel`.
//!
//! rpm orders by epoch, version, release; written `[epoch:]version-release`, an epoch of 0 left out
//! (contract.md). What cannot be ordered is no version.

use crate::repository::SkipReason;
use crate::xml::NOT_TEXT;
use pakiti_core::package::PackageFormat;
use pakiti_core::version;

/// Longest word, bytes. Fedora's longest package name has 80.
const MAX_WORD: usize = 1024;

/// Epoch, version and release, unchecked.
#[derive(Debug, Default)]
pub(super) struct Evr {
    pub(super) epoch: String,
    pub(super) version: String,
    pub(super) release: String,
}

impl Evr {
    pub(super) fn clear(&mut self) {
        self.epoch.clear();
        self.version.clear();
        self.release.clear();
    }

    /// `[epoch:]version-release`; without a release if `bound` and there is none.
    pub(super) fn written(&self, bound: bool) -> Result<String, SkipReason> {
        let mut out = String::with_capacity(self.epoch.len() + self.version.len() + self.release.len() + 2);
        let epoch = self.epoch.trim();
        if !epoch.is_empty() {
            let number: u32 = epoch.parse().map_err(|_| SkipReason::Value { field: "epoch" })?;
            if number > 0 {
                out.push_str(epoch.trim_start_matches('0'));
                out.push(':');
            }
        }
        out.push_str(word(&self.version, "version")?);
        if !(bound && self.release.is_empty()) {
            out.push('-');
            out.push_str(word(&self.release, "release")?);
        }
        // rpm forbids them: the parts could not be told apart again.
        let ambiguous = self.version.contains(['-', ':']) || self.release.contains(['-', ':']);
        match version::compare(PackageFormat::Rpm, &out, "0") {
            Ok(_) if !ambiguous => Ok(out),
            _ => Err(SkipReason::InvalidVersion { version: out }),
        }
    }
}

/// A value that is one printable word.
pub(super) fn word<'a>(value: &'a str, field: &'static str) -> Result<&'a str, SkipReason> {
    let value = value.trim_ascii();
    if value.is_empty() {
        return Err(SkipReason::MissingField { field });
    }
    if value.len() > MAX_WORD {
        return Err(SkipReason::TooLong { limit: MAX_WORD });
    }
    if value.bytes().all(|byte| byte > b' ' && byte != 0x7f) {
        return Ok(value);
    }
    Err(if value.contains(NOT_TEXT) {
        SkipReason::NotText { field }
    } else {
        SkipReason::Characters { field }
    })
}

/// Source packages are no candidates of a host.
pub(super) fn is_source(arch: &str) -> bool {
    matches!(arch, "src" | "nosrc")
}
