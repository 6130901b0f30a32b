//! The options of a source, stored as one record, and the folder they point to.

use crate::source::fetch::redacted_text;
use pakiti_core::os_group::OsGroupId;
use pakiti_formats::repository::apt::{AptOptions, Security};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use thiserror::Error;
use url::Url;

/// Options of an `apt` source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SourceOptions {
    /// Suite below the URL's `dists/`; ending in `/`: the exact path of a flat repository; empty: the URL is
    /// the suite's folder itself.
    pub suite: String,
    /// Components; empty = all.
    pub components: Vec<String>,
    /// Architectures; empty = all.
    pub architectures: Vec<String>,
    /// Security suite: `auto`, `yes`, `no`.
    pub security: String,
    /// Priority instead of apt's default.
    pub priority: Option<i32>,
    /// Keyring files; empty = the distribution's.
    pub keyrings: Vec<PathBuf>,
    /// Armored key, as a `.sources` file may hold it.
    pub inline_key: Option<String>,
    /// Load it without looking at its signature.
    pub trusted: bool,
    /// Refuse an expired `Valid-Until`.
    pub check_valid_until: bool,
}

impl Default for SourceOptions {
    fn default() -> Self {
        Self {
            suite: String::new(),
            components: Vec::new(),
            architectures: Vec::new(),
            security: "auto".to_owned(),
            priority: None,
            keyrings: Vec::new(),
            inline_key: None,
            trusted: false,
            check_valid_until: true,
        }
    }
}

/// Where a source's files are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A folder reached by http or https.
    Web(Url),
    /// A `dists/<suite>` folder on this machine.
    Folder(PathBuf),
    /// One suite in apt's lists folder: the folder and the prefix of its files.
    Lists(PathBuf, String),
}

/// A source that cannot be used as it is configured.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ConfigError {
    /// The stored record cannot be read.
    #[error("the options cannot be read: {0}")]
    Options(String),
    /// Not a URL and not an absolute path.
    #[error("`{0}` is neither an http(s) URL nor an absolute path")]
    Url(String),
    /// What is fetched is formed by adding to the path.
    #[error("`{0}`: the URL of a source has no `?` and no `#`")]
    Query(String),
    /// Only http and https leave this machine.
    #[error(
        "`{0}` is not allowed: only http and https URLs, and files below the folders the server was given"
    )]
    Forbidden(String),
    /// Files are read only below folders the administrator of the server named.
    #[error("`{path}` is not below a folder the server may read (pakiti serve --source-folder)")]
    Outside {
        /// The path.
        path: String,
    },
    /// An OS group that no host can be of.
    #[error("`{0}` is no OS group; they look like debian-12, ubuntu-22.04, rhel-9")]
    OsGroup(String),
    /// Not built.
    #[error("source kind `{0}` is not known: this version knows `apt`")]
    Kind(String),
}

impl SourceOptions {
    /// Reads the stored record.
    ///
    /// # Errors
    /// [`ConfigError::Options`].
    pub fn read(record: &str) -> Result<Self, ConfigError> {
        let options: Self = serde_json::from_str(record).map_err(|e| ConfigError::Options(e.to_string()))?;
        match options.security.as_str() {
            "auto" | "yes" | "no" => Ok(options),
            other => Err(ConfigError::Options(format!("security is auto, yes or no, not `{other}`"))),
        }
    }

    /// The record to store.
    pub fn record(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What the formats need, with the keyrings read by the caller.
    pub fn apt(&self, os_group: &str, site: &str, keyrings: Vec<Vec<u8>>, now: i64) -> AptOptions {
        let list = |values: &[String]| (!values.is_empty()).then(|| values.to_vec());
        AptOptions {
            components: list(&self.components),
            architectures: list(&self.architectures),
            security: match self.security.as_str() {
                "yes" => Security::Yes,
                "no" => Security::No,
                _ => Security::Auto,
            },
            priority: self.priority,
            keyrings,
            trusted: self.trusted,
            check_valid_until: self.check_valid_until,
            os_group: (!os_group.is_empty()).then(|| OsGroupId(os_group.to_owned())),
            site: site.to_owned(),
            now,
        }
    }

    /// Where the files are; paths must lie below one of `folders` (canonical).
    ///
    /// # Errors
    /// [`ConfigError`] for other schemes, relative paths and paths outside.
    pub fn place(&self, url: &str, folders: &[PathBuf]) -> Result<Place, ConfigError> {
        if url.starts_with('/') {
            return self.local(PathBuf::from(url), folders);
        }
        let none = || ConfigError::Url(redacted_text(url));
        let parsed = Url::parse(url).map_err(|_| none())?;
        match parsed.scheme() {
            "http" | "https" => {}
            "file" => return self.local(parsed.to_file_path().map_err(|()| none())?, folders),
            _ => return Err(ConfigError::Forbidden(redacted_text(url))),
        }
        if parsed.query().or(parsed.fragment()).is_some() {
            return Err(ConfigError::Query(redacted_text(url)));
        }
        let base = url.trim_end_matches('/');
        let folder = match self.suite.as_str() {
            "" => format!("{base}/"),
            flat if flat.ends_with('/') => format!("{base}/{}", flat.trim_start_matches('/')),
            suite => format!("{base}/dists/{suite}/"),
        };
        Url::parse(&folder).map(Place::Web).map_err(|_| none())
    }

    fn local(&self, path: PathBuf, folders: &[PathBuf]) -> Result<Place, ConfigError> {
        let path = match self.suite.as_str() {
            "" => path,
            flat if flat.ends_with('/') => path.join(flat.trim_start_matches('/')),
            suite => path.join("dists").join(suite),
        };
        let outside = || ConfigError::Outside { path: path.display().to_string() };
        // Links are followed before the comparison, so none can lead outside.
        let canonical = path.canonicalize().map_err(|_| outside())?;
        if !folders.iter().any(|folder| canonical.starts_with(folder)) {
            return Err(outside());
        }
        let name = canonical.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let prefix = name.strip_suffix("InRelease").or_else(|| name.strip_suffix("Release"));
        match (canonical.is_file(), prefix, canonical.parent()) {
            (true, Some(""), Some(parent)) => Ok(Place::Folder(parent.to_owned())),
            (true, Some(prefix), Some(parent)) => Ok(Place::Lists(parent.to_owned(), prefix.to_owned())),
            (true, None, _) => Err(ConfigError::Url(path.display().to_string())),
            _ => Ok(Place::Folder(canonical)),
        }
    }
}
