//! What the referee's hosts and repositories are made of.
//!
//! Nothing here is Pakiti's: versions stay text, and dnf, rpm and libsolv do the judging.
use std::fmt;

/// A package, installed or offered. `evr` is `[epoch:]version-release`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) evr: String,
    pub(super) arch: String,
    /// `NAME`, or `NAME = EVR`.
    pub(super) provides: Vec<String>,
    /// `NAME`, or `NAME < EVR`.
    pub(super) obsoletes: Vec<String>,
    pub(super) vendor: String,
    pub(super) source: String,
    /// `NAME:STREAM:VERSION:CONTEXT`, empty for a package of no module.
    pub(super) label: String,
}

impl Package {
    /// `NAME EVR ARCH` in one word: `name-[epoch:]version-release.arch`.
    pub(super) fn parse(nevra: &str) -> Option<Package> {
        let (rest, arch) = nevra.rsplit_once('.')?;
        let (rest, release) = rest.rsplit_once('-')?;
        let (name, version) = rest.rsplit_once('-')?;
        let evr = format!("{version}-{release}");
        Some(Package { name: name.into(), evr, arch: arch.into(), ..Package::default() })
    }

    /// Epoch, version and release; a missing epoch is an empty text.
    pub(super) fn parts(&self) -> (&str, &str, &str) {
        let (epoch, rest) = self.evr.split_once(':').unwrap_or(("", &self.evr));
        let (version, release) = rest.rsplit_once('-').unwrap_or((rest, ""));
        (epoch, version, release)
    }

    /// The name as modulemd writes it, always with an epoch.
    pub(super) fn artifact(&self) -> String {
        let (epoch, version, release) = self.parts();
        let epoch = if epoch.is_empty() { "0" } else { epoch };
        format!("{}-{epoch}:{version}-{release}.{}", self.name, self.arch)
    }

    /// Name and stream of its module label.
    pub(super) fn stream(&self) -> Option<(&str, &str)> {
        let mut words = self.label.split(':');
        Some((words.next().filter(|name| !name.is_empty())?, words.next()?))
    }
}

impl fmt::Display for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}.{}", self.name, self.evr, self.arch)
    }
}

/// An advisory of updateinfo.
#[derive(Debug, Clone, Default)]
pub(super) struct Advisory {
    pub(super) id: String,
    /// `security`, `bugfix`, `enhancement`, `newpackage`.
    pub(super) kind: String,
    pub(super) severity: String,
    /// Its collections: module (`NAME:STREAM:VERSION:CONTEXT`, empty = of no module) and packages.
    pub(super) collections: Vec<(String, Vec<Package>)>,
}

/// One build of a module: a document of modules.yaml.
#[derive(Debug, Clone, Default)]
pub(super) struct ModuleBuild {
    pub(super) name: String,
    pub(super) stream: String,
    pub(super) version: u64,
    pub(super) context: String,
    /// `platform: [el8]` and such; module name and streams.
    pub(super) requires: Vec<(String, String)>,
    pub(super) artifacts: Vec<String>,
}

/// A repository, and how the host is set to use it.
#[derive(Debug, Clone, Default)]
pub(super) struct Repository {
    pub(super) id: String,
    pub(super) priority: Option<u32>,
    pub(super) excludes: Vec<String>,
    pub(super) packages: Vec<Package>,
    pub(super) advisories: Vec<Advisory>,
    pub(super) modules: Vec<ModuleBuild>,
    /// Module name and its default stream.
    pub(super) defaults: Vec<(String, String)>,
    /// A folder that has repodata already: nothing is written then.
    pub(super) ready: Option<std::path::PathBuf>,
}

/// A host both sides are asked about.
#[derive(Debug, Clone, Default)]
pub(super) struct Host {
    pub(super) name: String,
    pub(super) system: String,
    pub(super) os_group: String,
    /// `platform:el8`; empty where there are no modules.
    pub(super) platform: String,
    pub(super) installed: Vec<Package>,
    /// Enabled streams: module, stream.
    pub(super) enabled: Vec<(String, String)>,
    /// Pakiti has to find the enabled streams by the module labels of the packages.
    pub(super) streams_by_label: bool,
    /// Pakiti gets plain `name-version-release.arch` lines and has to find the epochs itself.
    pub(super) plain_report: bool,
    pub(super) repositories: Vec<Repository>,
}
