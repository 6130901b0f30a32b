//! dnf's `.repo` files: which repositories a machine (or an administrator) wants.
//!
//! dnf.conf(5), "Repo Options" and "Variables"; libdnf's reader of INI files: sections `[id]`, `key = value`, lines
//! that begin with a blank go on with the value before, `#` and `;` begin comments. `[main]` is dnf's own
//! configuration and is passed over.

use crate::repository::{SkipList, SkipReason};
use std::collections::BTreeMap;

/// Repositories one file may ask for.
const MAX_REPOSITORIES: usize = 10_000;
/// Longest value of an option, its continuation lines included (bytes).
const MAX_VALUE: usize = 64 << 10;
/// Options that change what dnf does and that are only told of.
const TOLD: &[&str] = &["includepkgs", "username", "password", "proxy_username", "proxy_password"];

/// One repository, its values as they stand: variables are not put in yet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RepoSection {
    /// Line of its `[id]`, from 1.
    pub line: u64,
    /// Id.
    pub id: String,
    /// `baseurl`: any of them will do.
    pub base_urls: Vec<String>,
    /// `metalink`, else `mirrorlist`.
    pub mirrorlist: Option<String>,
    /// `enabled`; dnf's default is yes.
    pub enabled: bool,
    /// `repo_gpgcheck`: its index must be signed.
    pub signed: bool,
    /// `gpgkey`: URLs of keys.
    pub keys: Vec<String>,
    /// `priority`; the lower wins.
    pub priority: Option<i32>,
    /// `excludepkgs` (`exclude`): globs.
    pub excludes: Vec<String>,
    /// `module_hotfixes`.
    pub module_hotfixes: bool,
    /// `proxy`; `None` also for `_none_`.
    pub proxy: Option<String>,
    /// `sslclientcert`.
    pub client_certificate: Option<String>,
    /// `sslclientkey`.
    pub client_key: Option<String>,
    /// `sslcacert`.
    pub authorities: Option<String>,
    /// Options that were found and that Pakiti does not follow though they change what dnf does.
    pub unused: Vec<&'static str>,
}

/// What stands for `$releasever`, `$basearch`, `$arch` and further variables.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Variables {
    /// The release: `9`, `42`, `15.6`.
    pub releasever: Option<String>,
    /// The architecture in rpm's word: `x86_64`, `i686`. `$basearch` follows from it.
    pub arch: Option<String>,
    /// Further ones, as /etc/dnf/vars has them (Rocky's `rltype`, `contentdir`).
    pub further: BTreeMap<String, String>,
}

/// A variable that nobody gave a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("${0} has no value")]
pub struct UnknownVariable(pub String);

/// Reads a `.repo` file; what dnf would refuse is skipped and told.
pub fn parse(text: &str, file: &str, skipped: &mut SkipList) -> Vec<RepoSection> {
    let mut found: Vec<RepoSection> = Vec::new();
    let mut options: Vec<(u64, String, String)> = Vec::new();
    let mut open = false;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (number, line) in (1u64..).zip(text.lines()) {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        if line.starts_with([' ', '\t']) && !options.is_empty() {
            if let Some((.., value)) = options.last_mut()
                && value.len() + trimmed.len() < MAX_VALUE
            {
                value.push('\n');
                value.push_str(trimmed);
            }
            continue;
        }
        if let Some(id) = section(trimmed) {
            close(&mut found, &mut options, file, skipped);
            open = id.is_some_and(|id| id != "main") && found.len() < MAX_REPOSITORIES;
            match id {
                Some(id) if open => found.push(RepoSection::new(number, id)),
                Some("main") => {}
                Some(_) => {
                    skipped.push(file, number, SkipReason::TooMany { limit: MAX_REPOSITORIES as u64 });
                }
                None => skipped.push(file, number, SkipReason::Malformed { expected: "[id]" }),
            }
            continue;
        }
        match trimmed.split_once('=') {
            Some((key, value)) if open => {
                let value = value.trim();
                match value.len() {
                    0..MAX_VALUE => options.push((number, key.trim().to_ascii_lowercase(), value.to_owned())),
                    _ => skipped.push(file, number, SkipReason::TooLong { limit: MAX_VALUE }),
                }
            }
            // What belongs to [main], or to a section that cannot be used.
            Some(_) => {}
            None => skipped.push(file, number, SkipReason::Malformed { expected: "`key = value`" }),
        }
    }
    close(&mut found, &mut options, file, skipped);
    found
}

/// `[id]`: `None` = no such line, `Some(None)` = one without an id.
fn section(line: &str) -> Option<Option<&str>> {
    let rest = line.strip_prefix('[')?;
    let id = rest.split_once(']').map(|(id, _)| id.trim());
    Some(id.filter(|id| !id.is_empty()))
}

/// Hands the options read to the last section.
fn close(
    found: &mut [RepoSection],
    options: &mut Vec<(u64, String, String)>,
    file: &str,
    skipped: &mut SkipList,
) {
    let taken = std::mem::take(options);
    let Some(last) = found.last_mut() else { return };
    for (number, key, value) in taken {
        if let Err(reason) = last.set(&key, &value) {
            skipped.push(file, number, reason);
        }
    }
}

impl RepoSection {
    fn new(line: u64, id: &str) -> Self {
        Self { line, id: id.to_owned(), enabled: true, ..Self::default() }
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), SkipReason> {
        let stated = || Some(value.to_owned()).filter(|value| !value.is_empty());
        match key {
            "baseurl" => self.base_urls = list(value),
            "metalink" => self.mirrorlist = stated(),
            // Where both are given dnf takes the metalink.
            "mirrorlist" => self.mirrorlist = self.mirrorlist.take().or_else(stated),
            "enabled" => self.enabled = flag(value, "enabled")?,
            "repo_gpgcheck" => {
                // A word that cannot be read must not turn the check off.
                self.signed = true;
                self.signed = flag(value, "repo_gpgcheck")?;
            }
            "gpgkey" => self.keys = list(value),
            "priority" => {
                let number = value.parse().map_err(|_| SkipReason::Value { field: "priority" })?;
                self.priority = Some(number);
            }
            "excludepkgs" | "exclude" => self.excludes.extend(list(value)),
            "module_hotfixes" => self.module_hotfixes = flag(value, "module_hotfixes")?,
            "proxy" => self.proxy = stated().filter(|proxy| proxy != "_none_"),
            "sslclientcert" => self.client_certificate = stated(),
            "sslclientkey" => self.client_key = stated(),
            "sslcacert" => self.authorities = stated(),
            other => {
                if let Some(known) = TOLD.iter().find(|known| **known == other)
                    && !self.unused.contains(known)
                {
                    self.unused.push(known);
                }
            }
        }
        Ok(())
    }
}

/// Words by blanks, commas and line ends.
fn list(value: &str) -> Vec<String> {
    value.split([' ', '\t', ',', '\n']).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn flag(value: &str, field: &'static str) -> Result<bool, SkipReason> {
    match value.to_ascii_lowercase().as_str() {
        "1" | "yes" | "true" | "on" => Ok(true),
        "0" | "no" | "false" | "off" => Ok(false),
        _ => Err(SkipReason::Value { field }),
    }
}

impl Variables {
    /// `text` with its variables (`$name`, `${name}`) put in.
    ///
    /// # Errors
    /// The first variable without a value. `${name:-word}` and its kin count as such.
    pub fn put_in(&self, text: &str) -> Result<String, UnknownVariable> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('$') {
            out.push_str(before);
            let braced = after.strip_prefix('{').and_then(|inner| inner.split_once('}'));
            let (name, behind) = braced.unwrap_or_else(|| {
                let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                after.split_at(end.unwrap_or(after.len()))
            });
            match self.value(name) {
                Some(value) => out.push_str(&value),
                // A lone dollar is one.
                None if name.is_empty() => out.push('$'),
                None => return Err(UnknownVariable(name.to_owned())),
            }
            rest = behind;
        }
        out.push_str(rest);
        Ok(out)
    }

    fn value(&self, name: &str) -> Option<String> {
        let release = self.releasever.as_deref();
        match name {
            "releasever" => release.map(str::to_owned),
            "releasever_major" => {
                release.map(|release| release.split('.').next().unwrap_or(release).to_owned())
            }
            "releasever_minor" => {
                release.and_then(|release| release.split_once('.')).map(|(_, m)| m.to_owned())
            }
            "arch" => self.arch.clone(),
            "basearch" => self.arch.as_deref().map(|arch| base_arch(arch).to_owned()),
            _ => self.further.get(name).cloned(),
        }
    }
}

/// libdnf's table of base architectures, as far as systems of our time have them.
fn base_arch(arch: &str) -> &str {
    match arch {
        "i386" | "i486" | "i586" | "i686" | "athlon" | "geode" => "i386",
        "amd64" | "ia32e" | "x86_64" | "x86_64_v2" => "x86_64",
        "armv7hl" | "armv7hnl" | "armv8hl" => "armhfp",
        "armv5tel" | "armv6l" | "armv7l" => "arm",
        other => other,
    }
}

#[cfg(test)]
mod tests;
