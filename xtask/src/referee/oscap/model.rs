//! What a host is made of: packages, files, modules, the kernel.
//!
//! Nothing here is Pakiti's: versions stay text, and oscap, rpm and apt do the judging.
use std::path::PathBuf;

/// A package of an rpm database.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Rpm {
    pub(super) name: String,
    /// Empty = none.
    pub(super) epoch: String,
    pub(super) version: String,
    pub(super) release: String,
    pub(super) arch: String,
    pub(super) source: String,
    pub(super) vendor: String,
    /// Module label, empty = of no module.
    pub(super) label: String,
    /// Id of the key it is signed with; empty = unsigned.
    pub(super) key: String,
    /// Files it owns.
    pub(super) files: Vec<String>,
}

impl Rpm {
    /// A package of `[epoch:]version-release`.
    pub(super) fn new(name: &str, evr: &str, arch: &str) -> Rpm {
        let (epoch, rest) = evr.split_once(':').unwrap_or(("", evr));
        let (version, release) = rest.rsplit_once('-').unwrap_or((rest, "1"));
        let epoch = if epoch == "0" { "" } else { epoch };
        let word = str::to_owned;
        Rpm {
            name: word(name),
            epoch: word(epoch),
            version: word(version),
            release: word(release),
            arch: word(arch),
            ..Rpm::default()
        }
    }

    pub(super) fn evr(&self) -> String {
        let colon = if self.epoch.is_empty() { "" } else { ":" };
        format!("{}{colon}{}-{}", self.epoch, self.version, self.release)
    }
}

/// A package of dpkg's status file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Deb {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) arch: String,
    /// The three words of `Status`.
    pub(super) status: String,
}

/// What is installed.
#[derive(Debug, Clone)]
pub(super) enum Installed {
    Rpm(Vec<Rpm>),
    Deb(Vec<Deb>),
}

impl Installed {
    pub(super) fn count(&self) -> usize {
        match self {
            Installed::Rpm(packages) => packages.len(),
            Installed::Deb(packages) => packages.len(),
        }
    }
}

/// What Pakiti is told about signatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keys {
    /// Nothing: `--assume signature=true`.
    Assumed,
    /// The key of each package, as the client reports it.
    Reported,
}

/// The files that say which kernel boots next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NextBoot {
    /// None.
    Untold,
    /// GRUB's menu, with this kernel as the chosen entry: Red Hat up to 7.
    Menu(String),
    /// Boot loader specification, from 8 on: grub.cfg has no entries, grubenv names a file. Red Hat's definitions read
    /// neither, so "set to boot" is false.
    Specification(String),
}

/// A host both sides are asked about.
#[derive(Debug, Clone)]
pub(super) struct Host {
    pub(super) name: String,
    /// Name of the system, as the client reports it.
    pub(super) system: String,
    pub(super) os_group: String,
    /// The running kernel.
    pub(super) kernel: String,
    pub(super) next_boot: NextBoot,
    pub(super) installed: Installed,
    pub(super) foreign: Vec<String>,
    /// Enabled streams: module, stream.
    pub(super) enabled: Vec<(String, String)>,
    /// Files of the host, path and text.
    pub(super) files: Vec<(String, String)>,
    /// Does Pakiti get the files as facts, or has it to make them itself?
    pub(super) facts: bool,
    pub(super) keys: Keys,
    /// The OVAL file it is judged by.
    pub(super) feed: &'static str,
    /// Must it have 50 definitions of each outcome that versions decide, and 5 of a kernel or module where the file
    /// has such?
    pub(super) floor: bool,
}

impl Host {
    /// Its name as that of a folder.
    pub(super) fn folder(&self) -> PathBuf {
        let word = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
        let name: String = self.name.chars().map(word).collect();
        PathBuf::from(
            name.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-").to_lowercase(),
        )
    }
}
