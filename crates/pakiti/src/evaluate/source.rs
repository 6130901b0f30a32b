//! `--source KIND=PATH_OR_URL[,option=value...]`.
//!
//! contract.md "Sources" lists kinds and options. Commas separate, so neither a path nor a value can hold one.

mod options;
#[cfg(test)]
mod tests;

pub(crate) use options::{AptSourceOptions, OvalSourceOptions, YumSourceOptions};

use options::text;
use pakiti_engine::source::fetch;
use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use thiserror::Error;
use url::Url;

/// Kinds of contract.md that this version cannot read.
const NOT_SUPPORTED: [&str; 7] =
    ["debian-list", "debian-tracker", "csaf", "osv", "alpine-secdb", "epss", "kev"];

/// One `--source`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SourceArg {
    /// Where it is.
    pub(crate) place: Place,
    /// What it is, and how to read it.
    pub(crate) kind: Kind,
    name: Option<String>,
}

/// What a source is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// apt suites.
    Apt(AptSourceOptions),
    /// A yum repository.
    Yum(YumSourceOptions),
    /// Advisories of a yum repository alone (`updateinfo.xml`).
    Updateinfo(YumSourceOptions),
    /// OVAL definitions.
    Oval(OvalSourceOptions),
}

impl Kind {
    /// The word before the `=`.
    fn word(&self) -> &'static str {
        match self {
            Self::Apt(_) => "apt",
            Self::Yum(_) => "yum",
            Self::Updateinfo(_) => "updateinfo",
            Self::Oval(_) => "oval",
        }
    }
}

/// Where a source is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// A folder of this machine.
    Path(PathBuf),
    /// An http or https folder.
    Web(Url),
}

/// Why a `--source` is refused.
#[derive(Debug, Error, PartialEq, Eq)]
pub(crate) enum SourceArgError {
    /// No `=` after the kind.
    #[error("not KIND=PATH_OR_URL")]
    NoKind,
    /// A kind of a later version.
    #[error("source kind `{0}` is not supported by this version")]
    NotSupported(String),
    /// No such kind.
    #[error("unknown source kind `{0}`")]
    UnknownKind(String),
    /// Nothing after the kind.
    #[error("no path and no URL")]
    NoPlace,
    /// A URL that is none.
    #[error("`{0}` is not a URL")]
    Url(String),
    /// A scheme that is not fetched.
    #[error("`{0}`: only http and https URLs are fetched")]
    Scheme(String),
    /// An option that is not `option=value`.
    #[error("`{0}` is not OPTION=VALUE")]
    NotAnOption(String),
    /// No such option.
    #[error("unknown option `{option}` of {kind} source")]
    UnknownOption {
        /// `an apt`, `a yum`.
        kind: &'static str,
        /// The option.
        option: String,
    },
    /// The same option twice.
    #[error("option `{0}` is given twice")]
    Twice(String),
    /// A value that does not fit.
    #[error("option `{option}`: `{value}` is not {expected}")]
    Value {
        /// The option.
        option: String,
        /// Its value.
        value: String,
        /// What fits.
        expected: &'static str,
    },
}

impl SourceArg {
    /// Reads the value of `--source`.
    pub(crate) fn parse(text: &str) -> Result<Self, SourceArgError> {
        let (kind, rest) = text.split_once('=').ok_or(SourceArgError::NoKind)?;
        if NOT_SUPPORTED.contains(&kind) {
            return Err(SourceArgError::NotSupported(kind.to_owned()));
        }
        let kind = match kind {
            "apt" => Kind::Apt(AptSourceOptions::default()),
            "yum" => Kind::Yum(YumSourceOptions::default()),
            "updateinfo" => Kind::Updateinfo(YumSourceOptions::default()),
            "oval" => Kind::Oval(OvalSourceOptions::default()),
            _ => return Err(SourceArgError::UnknownKind(kind.to_owned())),
        };
        let mut parts = rest.split(',');
        let place = Place::parse(parts.next().unwrap_or_default())?;
        let mut source = Self { place, kind, name: None };
        let mut seen = BTreeSet::new();
        for part in parts {
            let (option, value) = match part {
                "trusted" | "check-valid-until" | "module-hotfixes" => (part, "yes"),
                _ => part.split_once('=').ok_or_else(|| SourceArgError::NotAnOption(part.to_owned()))?,
            };
            if !seen.insert(option) {
                return Err(SourceArgError::Twice(option.to_owned()));
            }
            source.set(option, value)?;
        }
        Ok(source)
    }

    fn set(&mut self, option: &str, value: &str) -> Result<(), SourceArgError> {
        if option == "name" {
            self.name = Some(text(option, value)?);
            return Ok(());
        }
        match &mut self.kind {
            Kind::Apt(apt) => apt.set(option, value),
            Kind::Yum(yum) | Kind::Updateinfo(yum) => yum.set(option, value),
            Kind::Oval(oval) => oval.set(option, value),
        }
    }

    /// How `skipped` calls it: its `name`, else `KIND:file name`.
    pub(crate) fn label(&self) -> String {
        let kind = self.kind.word();
        self.name.clone().unwrap_or_else(|| format!("{kind}:{}", self.place.file_name()))
    }

    /// How documents call a yum repository: its `name`, else the folder's.
    pub(crate) fn repository_name(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.place.file_name())
    }
}

impl Place {
    fn parse(text: &str) -> Result<Self, SourceArgError> {
        if text.is_empty() {
            return Err(SourceArgError::NoPlace);
        }
        match text.split_once("://") {
            None => Ok(Self::Path(PathBuf::from(text))),
            Some(("file", path)) if path.starts_with('/') => Ok(Self::Path(PathBuf::from(path))),
            Some(("http" | "https", _)) => {
                // The folder itself: what is joined to it must not replace its last part.
                let folder = format!("{}/", text.trim_end_matches('/'));
                Url::parse(&folder).map(Self::Web).map_err(|_| SourceArgError::Url(text.to_owned()))
            }
            Some(_) => Err(SourceArgError::Scheme(text.to_owned())),
        }
    }

    /// The last part of path or URL.
    pub(super) fn file_name(&self) -> String {
        match self {
            Self::Path(path) => {
                // `.` and `..` have no name of their own.
                let name = |path: &Path| Some(path.file_name()?.to_string_lossy().into_owned());
                let resolved = || path.canonicalize().ok().as_deref().and_then(name);
                name(path).or_else(resolved).unwrap_or_else(|| path.display().to_string())
            }
            Self::Web(url) => {
                let name = url.path_segments().and_then(|mut parts| parts.rfind(|part| !part.is_empty()));
                name.or_else(|| url.host_str()).unwrap_or_default().to_owned()
            }
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => write!(f, "{}", path.display()),
            Self::Web(url) => f.write_str(&fetch::redacted(url)),
        }
    }
}
