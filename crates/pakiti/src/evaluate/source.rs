//! `--source KIND=PATH_OR_URL[,option=value...]`.
//!
//! contract.md "Sources" lists kinds and options. Commas separate, so neither a path nor a value can hold one;
//! components are separated by `+`, `:` or blanks, excludes by blanks or `+`.

use super::args::os_group_id;
use pakiti_core::os_group::OsGroupId;
use pakiti_engine::source::fetch;
use pakiti_formats::repository::apt::Security;
use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use thiserror::Error;
use url::Url;

/// Kinds of contract.md that this version cannot read.
const NOT_SUPPORTED: [&str; 9] =
    ["oval", "debian-list", "debian-tracker", "updateinfo", "csaf", "osv", "alpine-secdb", "epss", "kev"];

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
}

/// Where a source is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// A folder of this machine.
    Path(PathBuf),
    /// An http or https folder.
    Web(Url),
}

/// Options of an `apt` source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AptSourceOptions {
    /// `components`; `None` = all.
    pub(crate) components: Option<Vec<String>>,
    /// `security`.
    pub(crate) security: Security,
    /// `priority`.
    pub(crate) priority: Option<i32>,
    /// `keyring`; `None` = the distribution's.
    pub(crate) keyring: Option<PathBuf>,
    /// `trusted`.
    pub(crate) trusted: bool,
    /// `check-valid-until`.
    pub(crate) check_valid_until: bool,
    /// `os-group`; `None` = what the feed itself says.
    pub(crate) os_group: Option<OsGroupId>,
}

/// Options of a `yum` source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct YumSourceOptions {
    /// `security`: every package is a security fix.
    pub(crate) security: bool,
    /// `priority`
    pub(crate) priority: Option<i32>,
    /// `excludes`
    pub(crate) excludes: Vec<String>,
    /// `module-hotfixes`
    pub(crate) module_hotfixes: bool,
    /// `keyring`; `None` = its signature is not looked at.
    pub(crate) keyring: Option<PathBuf>,
    /// `trusted`
    pub(crate) trusted: bool,
    /// `os-group`; `None` = what the feed itself says.
    pub(crate) os_group: Option<OsGroupId>,
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

impl Default for AptSourceOptions {
    fn default() -> Self {
        Self {
            components: None,
            security: Security::Auto,
            priority: None,
            keyring: None,
            trusted: false,
            check_valid_until: true,
            os_group: None,
        }
    }
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
            Kind::Yum(yum) => yum.set(option, value),
        }
    }

    /// How `skipped` calls it: its `name`, else `KIND:file name`.
    pub(crate) fn label(&self) -> String {
        let kind = match self.kind {
            Kind::Apt(_) => "apt",
            Kind::Yum(_) => "yum",
        };
        self.name.clone().unwrap_or_else(|| format!("{kind}:{}", self.place.file_name()))
    }

    /// How documents call a yum repository: its `name`, else the folder's.
    pub(crate) fn repository_name(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.place.file_name())
    }
}

impl AptSourceOptions {
    fn set(&mut self, option: &str, value: &str) -> Result<(), SourceArgError> {
        let bad = |expected| unfit(option, value, expected);
        match option {
            "components" => self.components = Some(components(value).ok_or_else(|| bad("a component"))?),
            "security" => {
                self.security = match value {
                    "auto" => Security::Auto,
                    "yes" => Security::Yes,
                    "no" => Security::No,
                    _ => return Err(bad("auto, yes or no")),
                }
            }
            "priority" => self.priority = Some(number(option, value)?),
            "keyring" => self.keyring = Some(text(option, value)?.into()),
            "trusted" => self.trusted = switch(option, value)?,
            "check-valid-until" => self.check_valid_until = switch(option, value)?,
            "os-group" => self.os_group = Some(group(option, value)?),
            _ => return Err(SourceArgError::UnknownOption { kind: "an apt", option: option.to_owned() }),
        }
        Ok(())
    }
}

impl YumSourceOptions {
    fn set(&mut self, option: &str, value: &str) -> Result<(), SourceArgError> {
        match option {
            // A repository's own errata tell security fixes apart: nothing to guess.
            "security" => self.security = value != "auto" && switch(option, value)?,
            "priority" => self.priority = Some(number(option, value)?),
            "excludes" => {
                self.excludes = value.split_whitespace().flat_map(globs).collect();
            }
            "module-hotfixes" => self.module_hotfixes = switch(option, value)?,
            "keyring" => self.keyring = Some(text(option, value)?.into()),
            "trusted" => self.trusted = switch(option, value)?,
            "os-group" => self.os_group = Some(group(option, value)?),
            _ => return Err(SourceArgError::UnknownOption { kind: "a yum", option: option.to_owned() }),
        }
        Ok(())
    }
}

/// The globs of a word joined by `+`. Names have such signs too (`gcc-c++`, `memtest86+`): one that joins stands
/// alone, with something behind it.
fn globs(word: &str) -> Vec<String> {
    let bytes = word.as_bytes();
    let (mut out, mut from) = (Vec::new(), 0);
    for at in 1..bytes.len().saturating_sub(1) {
        let joins = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'*' | b'?' | b'[');
        let behind = |b: u8| b != b'+';
        if bytes.get(at) == Some(&b'+')
            && bytes.get(at - 1).copied().is_some_and(behind)
            && bytes.get(at + 1).copied().is_some_and(joins)
        {
            out.extend(word.get(from..at).map(str::to_owned));
            from = at + 1;
        }
    }
    out.extend(word.get(from..).map(str::to_owned));
    out
}

fn unfit(option: &str, value: &str, expected: &'static str) -> SourceArgError {
    SourceArgError::Value { option: option.to_owned(), value: value.to_owned(), expected }
}

fn text(option: &str, value: &str) -> Result<String, SourceArgError> {
    if value.is_empty() { Err(unfit(option, value, "a text")) } else { Ok(value.to_owned()) }
}

fn number(option: &str, value: &str) -> Result<i32, SourceArgError> {
    value.parse().map_err(|_| unfit(option, value, "a number"))
}

fn switch(option: &str, value: &str) -> Result<bool, SourceArgError> {
    match value {
        "yes" | "true" => Ok(true),
        "no" | "false" => Ok(false),
        _ => Err(unfit(option, value, "yes or no")),
    }
}

fn group(option: &str, value: &str) -> Result<OsGroupId, SourceArgError> {
    os_group_id(value).map_err(|_| unfit(option, value, "the id of an OS group"))
}

/// The components of an option, a leading `updates/` dropped as in Release; `None` if there is none.
fn components(value: &str) -> Option<Vec<String>> {
    let words = value.split(['+', ':', ' ', '\t']).filter(|word| !word.is_empty());
    let list: Vec<String> =
        words.map(|word| word.strip_prefix("updates/").unwrap_or(word).to_owned()).collect();
    (!list.is_empty()).then_some(list)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        SourceArg::parse(text).map_or_else(|error| error.to_string(), |source| format!("taken: {source:?}"))
    }

    #[test]
    fn every_option_is_read() {
        let source = SourceArg::parse(
            "apt=/srv/x,components=main+contrib:non-free updates/extra,security=yes,priority=-1,keyring=/k,\
             trusted=yes,check-valid-until=no,os-group=debian-12,name=mine",
        );
        let source = source.unwrap();
        assert_eq!(source.place, Place::Path("/srv/x".into()));
        assert_eq!(source.label(), "mine");
        let components = ["main", "contrib", "non-free", "extra"].map(str::to_owned).to_vec();
        let expected = AptSourceOptions {
            components: Some(components),
            security: Security::Yes,
            priority: Some(-1),
            keyring: Some("/k".into()),
            trusted: true,
            check_valid_until: false,
            os_group: Some(OsGroupId("debian-12".into())),
        };
        assert_eq!(source.kind, Kind::Apt(expected));
    }

    #[test]
    fn a_switch_alone_is_on() {
        assert_eq!(SourceArg::parse("apt=/x,trusted"), SourceArg::parse("apt=/x,trusted=yes"));
        let Kind::Apt(apt) = SourceArg::parse("apt=/x,check-valid-until=no").unwrap().kind else { panic!() };
        assert!(!apt.check_valid_until);
    }

    #[test]
    fn every_option_of_a_yum_source_is_read() {
        let source = SourceArg::parse(
            "yum=/srv/el8,security=yes,priority=10,excludes=kernel*+bash,module-hotfixes,keyring=/k,trusted=no,\
             os-group=rhel-8,name=baseos",
        );
        let source = source.unwrap();
        assert_eq!((source.label(), source.repository_name()), ("baseos".to_owned(), "baseos".to_owned()));
        let expected = YumSourceOptions {
            security: true,
            priority: Some(10),
            excludes: vec!["kernel*".into(), "bash".into()],
            module_hotfixes: true,
            keyring: Some("/k".into()),
            trusted: false,
            os_group: Some(OsGroupId("rhel-8".into())),
        };
        assert_eq!(source.kind, Kind::Yum(expected));
        let Kind::Yum(yum) = SourceArg::parse("yum=/x,excludes=gcc-c++ memtest86+ a+b*+c 1:x").unwrap().kind
        else {
            panic!()
        };
        assert_eq!(yum.excludes, ["gcc-c++", "memtest86+", "a", "b*", "c", "1:x"]);
        let plain = SourceArg::parse("yum=/srv/el8/").unwrap();
        assert_eq!((plain.label(), plain.repository_name()), ("yum:el8".to_owned(), "el8".to_owned()));
        assert_eq!(refused("yum=/x,components=main"), "unknown option `components` of a yum source");
    }

    #[test]
    fn without_a_name_the_kind_and_the_file_name_are_the_name() {
        let label = |text| SourceArg::parse(text).unwrap().label();
        assert_eq!(label("apt=/srv/dists/bookworm/"), "apt:bookworm");
        assert_eq!(label("apt=file:///srv/dists/bookworm"), "apt:bookworm");
        assert_eq!(label("apt=https://deb.example.org/debian/dists/bookworm"), "apt:bookworm");
        assert_eq!(label("apt=https://deb.example.org"), "apt:deb.example.org");
        assert_eq!(label("apt=/"), "apt:/");
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert_eq!(refused("apt"), "not KIND=PATH_OR_URL");
        assert_eq!(refused("oval=/x"), "source kind `oval` is not supported by this version");
        assert_eq!(refused("rpm=/x"), "unknown source kind `rpm`");
        assert_eq!(refused("apt="), "no path and no URL");
        assert_eq!(refused("apt=,name=x"), "no path and no URL");
        assert_eq!(refused("apt=ftp://x/y"), "`ftp://x/y`: only http and https URLs are fetched");
        assert_eq!(refused("apt=http://"), "`http://` is not a URL");
        assert_eq!(refused("apt=/x,main"), "`main` is not OPTION=VALUE");
        assert_eq!(refused("apt=/x,colour=red"), "unknown option `colour` of an apt source");
        assert_eq!(refused("apt=/x,name=a,name=b"), "option `name` is given twice");
        assert_eq!(refused("apt=/x,trusted=1"), "option `trusted`: `1` is not yes or no");
        assert_eq!(
            refused("apt=/x,os-group=linux"),
            "option `os-group`: `linux` is not the id of an OS group"
        );
        assert_eq!(refused("apt=/x,priority=high"), "option `priority`: `high` is not a number");
        assert_eq!(refused("apt=/x,components=+"), "option `components`: `+` is not a component");
    }
}
