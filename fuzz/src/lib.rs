//! Fuzz targets: what reads hostile bytes, and what must hold of it whatever the bytes are.
//!
//! Asked for by style.md section 6 (a fuzz target per parser) and design.md (input is hostile). Two programs use
//! them: `cargo xtask fuzz` builds the binary `pakiti-fuzz-guided`, where libFuzzer's coverage leads the mutation
//! for as long as wanted; the tests of this crate mutate blindly, so many times as CI has seconds for. Both begin
//! with the same [seeds](corpus) and know the same [dictionary tokens](Target::tokens). See docs/fuzzing.md.

pub mod corpus;
mod host;
pub mod mutation;
mod targets;

use std::path::{Path, PathBuf};

/// Something that takes hostile bytes.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Name on the command line; also that of its folder of seeds and of its dictionary.
    pub name: &'static str,
    /// Longest input, bytes. Longer ones only repeat what shorter ones do.
    pub longest: usize,
    /// Takes one input; panics if something does not hold.
    pub run: fn(&[u8]),
    /// Seeds out of the shared data.
    real: fn(&Path) -> Vec<Vec<u8>>,
}

/// All targets.
pub const TARGETS: [Target; 6] = [
    Target { name: "oval", longest: 64 << 10, run: targets::oval::run, real: corpus::oval::real },
    Target { name: "versions", longest: 2 << 10, run: targets::versions::run, real: corpus::real::versions },
    Target { name: "reports", longest: 32 << 10, run: targets::reports::run, real: corpus::real::reports },
    Target { name: "yum", longest: 32 << 10, run: targets::yum::run, real: corpus::real::yum },
    Target { name: "apt", longest: 32 << 10, run: targets::apt::run, real: corpus::real::apt },
    Target { name: "patterns", longest: 16 << 10, run: targets::patterns::run, real: corpus::oval::patterns },
];

impl Target {
    /// The target of this name.
    pub fn named(name: &str) -> Option<Self> {
        TARGETS.into_iter().find(|target| target.name == name)
    }

    /// The folder of its own seeds.
    pub fn corpus(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(self.name)
    }

    /// Its dictionary: libFuzzer's form, a quoted token a line.
    pub fn dictionary(&self) -> PathBuf {
        let file = format!("{}.dict", self.name);
        Path::new(env!("CARGO_MANIFEST_DIR")).join("dictionaries").join(file)
    }

    /// The tokens of its dictionary.
    ///
    /// # Errors
    /// What reading the file gave.
    pub fn tokens(&self) -> std::io::Result<Vec<Vec<u8>>> {
        let text = std::fs::read_to_string(self.dictionary())?;
        Ok(text.lines().filter_map(mutation::token).collect())
    }

    /// Seeds out of the shared data below `data`; none where it does not have the files.
    pub fn real_seeds(&self, data: &Path) -> Vec<Vec<u8>> {
        let mut seeds = (self.real)(data);
        seeds.retain(|seed| seed.len() <= self.longest);
        seeds
    }
}
