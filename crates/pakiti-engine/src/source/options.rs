//! The options of a source, stored as one record, and the folder they point to.

use crate::source::fetch::{Connection, ConnectionPart, redacted_text};
use pakiti_core::local_rule::LocalRule;
use pakiti_core::os_group::OsGroupId;
use pakiti_formats::repository::apt::{AptOptions, Security};
use pakiti_formats::repository::yum::YumOptions;
use serde::{Deserialize, Serialize};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use thiserror::Error;
use url::Url;

/// Largest certificate or key file (bytes); the bundle of all authorities has 200 KB.
const MAX_PEM: u64 = 4 << 20;

/// Options of a source; those that its kind does not have are ignored.
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
    /// yum: packages that are no candidates, as globs.
    pub excludes: Vec<String>,
    /// yum: modules hide none of its packages.
    pub module_hotfixes: bool,
    /// yum: the URL gives a list of mirrors (mirrorlist or metalink).
    pub mirrorlist: bool,
    /// Further OS groups it speaks for.
    pub further_groups: Vec<String>,
    /// Only hosts of these host groups; empty = of every one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub host_groups: Vec<String>,
    /// Not hosts of these host groups.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_host_groups: Vec<String>,
    /// Proxy, a URL.
    pub proxy: Option<String>,
    /// Client certificate, a PEM file (RHEL CDN).
    pub client_certificate: Option<PathBuf>,
    /// Key of the certificate, a PEM file; none = it is in the certificate's.
    pub client_key: Option<PathBuf>,
    /// Authorities to trust besides the system's, a PEM file.
    pub authorities: Option<PathBuf>,
    /// local: the rules themselves.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<LocalRule>,
    /// oval: is it that of a whole release? `auto` (by its size), `yes`, `no`.
    pub complete: String,
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
            excludes: Vec::new(),
            module_hotfixes: false,
            mirrorlist: false,
            further_groups: Vec::new(),
            host_groups: Vec::new(),
            not_host_groups: Vec::new(),
            proxy: None,
            client_certificate: None,
            client_key: None,
            authorities: None,
            rules: Vec::new(),
            complete: "auto".to_owned(),
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
    /// A proxy that is none.
    #[error("the proxy `{0}` is not a URL")]
    Proxy(String),
    /// A certificate or key file.
    #[error("{path}: {reason}")]
    File {
        /// The file.
        path: String,
        /// What reading it gave.
        reason: String,
    },
    /// Not built.
    #[error("source kind `{0}` is not known: this version knows `apt`, `yum`, `oval` and `local`")]
    Kind(String),
}

impl SourceOptions {
    /// Reads the stored record.
    ///
    /// # Errors
    /// [`ConfigError::Options`].
    pub fn read(record: &str) -> Result<Self, ConfigError> {
        let options: Self = serde_json::from_str(record).map_err(|e| ConfigError::Options(e.to_string()))?;
        for (name, value) in [("security", &options.security), ("complete", &options.complete)] {
            if !["auto", "yes", "no"].contains(&value.as_str()) {
                return Err(ConfigError::Options(format!("{name} is auto, yes or no, not `{value}`")));
            }
        }
        Ok(options)
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

    /// What the formats need for a yum repository, with the keyrings read by the caller and the time
    /// their signatures are judged at.
    pub fn yum(
        &self,
        name: &str,
        os_group: &str,
        url: Option<&Url>,
        keys: (Vec<Vec<u8>>, i64),
    ) -> YumOptions {
        let group = |id: &String| OsGroupId(id.clone());
        YumOptions {
            security: self.security == "yes",
            priority: self.priority,
            excludes: self.excludes.clone(),
            module_hotfixes: self.module_hotfixes,
            keyrings: keys.0,
            now: keys.1,
            trusted: self.trusted,
            os_group: (!os_group.is_empty()).then(|| OsGroupId(os_group.to_owned())),
            further_groups: self.further_groups.iter().map(group).collect(),
            architectures: (!self.architectures.is_empty()).then(|| self.architectures.clone()),
            site: url.and_then(Url::host_str).unwrap_or_default().to_owned(),
            ..YumOptions::new(name)
        }
    }

    /// How the source is reached; `None` = as all others. Reads the certificate files.
    ///
    /// # Errors
    /// A file that cannot be read, or that holds no certificate or key; a proxy that is no URL.
    pub fn connection(&self) -> Result<Option<Connection>, ConfigError> {
        let mut identity = self.client_certificate.as_deref().map(read_pem).transpose()?;
        if let (Some(pem), Some(key)) = (&mut identity, &self.client_key) {
            pem.push(b'\n');
            pem.extend(read_pem(key)?);
        }
        let authorities = self.authorities.as_deref().map(read_pem).transpose()?;
        let connection = Connection { proxy: self.proxy.clone(), identity, authorities };
        let of = |path: &Option<PathBuf>| path.as_ref().map(|p| p.display().to_string()).unwrap_or_default();
        connection.check().map_err(|part| match part {
            ConnectionPart::Proxy => {
                ConfigError::Proxy(self.proxy.as_deref().map(redacted_text).unwrap_or_default())
            }
            ConnectionPart::Identity => {
                let reason = "no PEM certificate with its key".to_owned();
                ConfigError::File { path: of(&self.client_certificate), reason }
            }
            ConnectionPart::Authorities => {
                ConfigError::File { path: of(&self.authorities), reason: "no PEM certificates".to_owned() }
            }
        })?;
        Ok((connection != Connection::default()).then_some(connection))
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
        // Only a list of mirrors is fetched as it is named.
        if parsed.fragment().is_some() || (parsed.query().is_some() && !self.mirrorlist) {
            return Err(ConfigError::Query(redacted_text(url)));
        }
        if self.mirrorlist {
            return Ok(Place::Web(parsed));
        }
        let base = url.trim_end_matches('/');
        let folder = match self.suite.as_str() {
            "" => format!("{base}/"),
            flat if flat.ends_with('/') => format!("{base}/{}", flat.trim_start_matches('/')),
            suite => format!("{base}/dists/{suite}/"),
        };
        Url::parse(&folder).map(Place::Web).map_err(|_| none())
    }

    /// Where a feed of one file is; as [`SourceOptions::place`].
    ///
    /// # Errors
    /// As [`SourceOptions::place`].
    pub fn file(&self, url: &str, folders: &[PathBuf]) -> Result<Place, ConfigError> {
        let path = match url.starts_with('/') {
            true => Some(PathBuf::from(url)),
            false => Url::parse(url)
                .ok()
                .filter(|url| url.scheme() == "file")
                .and_then(|url| url.to_file_path().ok()),
        };
        match path {
            Some(path) => bound(&path, folders).map(Place::Folder),
            None => self.place(url, folders),
        }
    }

    fn local(&self, path: PathBuf, folders: &[PathBuf]) -> Result<Place, ConfigError> {
        let path = match self.suite.as_str() {
            "" => path,
            flat if flat.ends_with('/') => path.join(flat.trim_start_matches('/')),
            suite => path.join("dists").join(suite),
        };
        let canonical = bound(&path, folders)?;
        let name = canonical.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let prefix = name.strip_suffix("InRelease").or_else(|| name.strip_suffix("Release"));
        match (canonical.is_file(), prefix, canonical.parent()) {
            (true, Some(""), Some(parent)) => Ok(Place::Folder(parent.to_owned())),
            (true, Some(prefix), Some(parent)) => Ok(Place::Lists(parent.to_owned(), prefix.to_owned())),
            // A bare index of a yum repository, OVAL definitions.
            (true, None, _) if name.contains("primary.xml") => Ok(Place::Folder(canonical)),
            (true, None, _) => Err(ConfigError::Url(path.display().to_string())),
            _ => Ok(Place::Folder(canonical)),
        }
    }
}

/// The canonical path, if it lies below one of the folders. Links are followed before the comparison, so none can
/// lead outside.
fn bound(path: &Path, folders: &[PathBuf]) -> Result<PathBuf, ConfigError> {
    let outside = || ConfigError::Outside { path: path.display().to_string() };
    let canonical = path.canonicalize().map_err(|_| outside())?;
    if folders.iter().any(|folder| canonical.starts_with(folder)) { Ok(canonical) } else { Err(outside()) }
}

/// The content of a certificate or key file.
fn read_pem(path: &Path) -> Result<Vec<u8>, ConfigError> {
    let refused = |reason: String| ConfigError::File { path: path.display().to_string(), reason };
    let metadata = std::fs::metadata(path).map_err(|e| refused(e.to_string()))?;
    // Opening a pipe would wait for somebody to write into it, and a device may never end.
    if !metadata.is_file() {
        return Err(refused("not a regular file".to_owned()));
    }
    let mut data = Vec::new();
    let file = std::fs::File::open(path).map_err(|e| refused(e.to_string()))?;
    file.take(MAX_PEM + 1).read_to_end(&mut data).map_err(|e| refused(e.to_string()))?;
    if data.len() as u64 > MAX_PEM { Err(refused(format!("larger than {MAX_PEM} bytes"))) } else { Ok(data) }
}
