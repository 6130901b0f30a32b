//! Options of a `--source`, by kind.
//!
//! contract.md "Sources". Components are separated by `+`, `:` or blanks, excludes by blanks or `+`.

use super::SourceArgError;
use crate::evaluate::args::os_group_id;
use pakiti_core::os_group::OsGroupId;
use pakiti_formats::repository::apt::Security;
use std::path::PathBuf;

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

impl AptSourceOptions {
    pub(super) fn set(&mut self, option: &str, value: &str) -> Result<(), SourceArgError> {
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
    pub(super) fn set(&mut self, option: &str, value: &str) -> Result<(), SourceArgError> {
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

pub(super) fn text(option: &str, value: &str) -> Result<String, SourceArgError> {
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

/// Options of an `oval` source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct OvalSourceOptions {
    /// `os-group`: mapped to it; `None` = what the feed itself says.
    pub(crate) os_group: Option<OsGroupId>,
    /// `complete`: is it that of a whole release? `None` = by its size.
    pub(crate) complete: Option<bool>,
}

impl OvalSourceOptions {
    pub(super) fn set(&mut self, option: &str, value: &str) -> Result<(), SourceArgError> {
        match option {
            "os-group" => self.os_group = Some(group(option, value)?),
            "complete" if value == "auto" => self.complete = None,
            "complete" => self.complete = Some(switch(option, value)?),
            _ => return Err(SourceArgError::UnknownOption { kind: "an oval", option: option.to_owned() }),
        }
        Ok(())
    }
}
