//! A source as somebody wants it, whatever told of it: checked, compared with what is stored, stored.
//!
//! Everything that no synchronisation could ever use is refused before it is stored.

use crate::cli::{name, now, told};
use pakiti_core::os_group::{self, OsGroupId};
use pakiti_core::package::PackageFormat;
use pakiti_engine::source::options::SourceOptions;
use pakiti_store::db::Db;
use pakiti_store::error::StoreError;
use pakiti_store::scope::Scope;
use pakiti_store::source::{self, NewSource, Source};
use serde_json::Value;
use std::path::Path;

/// A source as it is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    /// Unique name.
    pub(super) name: String,
    /// `apt` or `yum`.
    pub(super) kind: String,
    /// URL or path.
    pub(super) url: String,
    /// Its options.
    pub(super) options: SourceOptions,
    /// OS group, or empty.
    pub(super) os_group: String,
    /// Seconds between two fetches.
    pub(super) interval_seconds: i64,
    /// Is it fetched and used?
    pub(super) enabled: bool,
}

/// Why a source is not stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    /// Options that do not go together, or one that is missing: the sentence says what to do.
    #[error("{0}")]
    Combination(String),
    /// A value that can never be used.
    #[error("{0}")]
    Value(String),
}

/// What storing gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Done {
    /// It is new.
    Added,
    /// It was another and is as wanted now.
    Changed(Vec<String>),
    /// It is there as wanted.
    Unchanged,
    /// It is there, but these fields are others.
    Differs(Vec<String>),
}

/// What may be done.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Permission {
    /// A source that differs is made as wanted.
    pub(super) update: bool,
    /// Nothing is stored.
    pub(super) dry_run: bool,
}

impl Wanted {
    /// Its URL is a path of this machine.
    pub(super) fn is_local(&self) -> bool {
        is_path(&self.url)
    }

    /// Refuses what could never be synchronised. A path need not exist yet.
    ///
    /// # Errors
    /// [`Fault`].
    pub(super) fn check(&self) -> Result<(), Fault> {
        match self.kind.as_str() {
            "apt" => self.check_apt()?,
            "yum" => self.check_yum()?,
            other => return Err(Fault::Value(format!("kind `{other}` is not known: it is apt or yum"))),
        }
        if self.options.client_key.is_some() && self.options.client_certificate.is_none() {
            return Err(combination("a client key needs its certificate too (--client-certificate)"));
        }
        self.check_groups()?;
        self.check_values()
    }

    fn check_apt(&self) -> Result<(), Fault> {
        let options = &self.options;
        for (given, what) in [
            (options.mirrorlist, "list of mirrors (--mirrorlist)"),
            (!options.excludes.is_empty(), "excludes (--exclude)"),
            (options.module_hotfixes, "module hotfixes (--module-hotfixes)"),
        ] {
            if given {
                return Err(combination(&format!(
                    "an apt suite has no {what}: leave it out, or say --kind yum"
                )));
            }
        }
        if self.url.trim_end_matches('/').contains("primary.xml") {
            return Err(combination("this URL is the index of a yum repository: say --kind yum"));
        }
        Ok(())
    }

    fn check_yum(&self) -> Result<(), Fault> {
        let options = &self.options;
        if !options.suite.is_empty() || !options.components.is_empty() {
            return Err(combination(
                "a yum repository has no suite and no components: its URL is the folder that holds repodata; leave \
                 --suite and --component out, or say --kind apt",
            ));
        }
        if !options.check_valid_until {
            return Err(combination(
                "a yum repository has no Valid-Until: leave --no-check-valid-until out, or say --kind apt",
            ));
        }
        if self.os_group.is_empty() {
            return Err(combination(
                "a yum repository does not say whom it speaks for: give --os-group (rhel-9, almalinux-9, fedora-42)",
            ));
        }
        Ok(())
    }

    fn check_groups(&self) -> Result<(), Fault> {
        let stated = Some(&self.os_group).filter(|group| !group.is_empty());
        for group in stated.into_iter().chain(&self.options.further_groups) {
            os_group_id(group).map_err(|reason| Fault::Value(format!("OS group `{group}`: {reason}")))?;
            let format = os_group::format_of(&OsGroupId(group.clone()));
            let fits = match self.kind.as_str() {
                "yum" => format == Some(PackageFormat::Rpm),
                _ => format == Some(PackageFormat::Deb),
            };
            if !fits {
                return Err(Fault::Value(format!(
                    "hosts of {group} have no packages of {} sources",
                    self.kind
                )));
            }
        }
        Ok(())
    }

    fn check_values(&self) -> Result<(), Fault> {
        name::parse(&self.name).map_err(|reason| Fault::Value(format!("name `{}`: {reason}", self.name)))?;
        let options = &self.options;
        check_place(&self.url, options)?;
        if !matches!(options.security.as_str(), "auto" | "yes" | "no") {
            return Err(Fault::Value(format!("security is auto, yes or no, not `{}`", options.security)));
        }
        let files = [&options.client_certificate, &options.client_key, &options.authorities];
        for file in options.keyrings.iter().chain(files.into_iter().flatten()) {
            check_absolute(file)?;
        }
        if let Some(proxy) = &options.proxy {
            let web = url::Url::parse(proxy).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
            if !web {
                return Err(Fault::Value(
                    "a proxy is an http or https URL (http://proxy.example.org:3128)".into(),
                ));
            }
        }
        if options.excludes.iter().any(|glob| glob.trim().is_empty()) {
            return Err(Fault::Value("an exclude is empty".to_owned()));
        }
        Ok(())
    }

    /// Stores it, as far as it may.
    ///
    /// # Errors
    /// Database errors.
    pub(super) async fn store(&self, db: &Db, permission: Permission) -> anyhow::Result<Done> {
        let known = match source::by_name(db, &Scope::operator(), &self.name).await {
            Ok(known) => known,
            Err(StoreError::NotFound { .. }) => {
                if !permission.dry_run {
                    self.add(db).await?;
                }
                return Ok(Done::Added);
            }
            Err(error) => return Err(told(error)),
        };
        let differences = self.differences(&known)?;
        if differences.is_empty() {
            return Ok(Done::Unchanged);
        }
        if !permission.update {
            return Ok(Done::Differs(differences));
        }
        if !permission.dry_run {
            self.replace(db, &known, &differences).await?;
        }
        Ok(Done::Changed(differences))
    }

    async fn add(&self, db: &Db) -> anyhow::Result<()> {
        let new = NewSource {
            name: self.name.clone(),
            kind: self.kind.clone(),
            url: self.url.clone(),
            options: self.options.record(),
            os_group: self.os_group.clone(),
            interval_seconds: self.interval_seconds,
        };
        let id = source::add(db, &new, now()).await.map_err(told)?;
        if !self.enabled {
            source::set_enabled(db, id, false, now()).await.map_err(told)?;
        }
        Ok(())
    }

    /// Another URL or option is another content: the snapshot of the old one goes with it.
    async fn replace(&self, db: &Db, known: &Source, differences: &[String]) -> anyhow::Result<()> {
        if differences == ["enabled"] {
            return source::set_enabled(db, known.id, self.enabled, now()).await.map_err(told);
        }
        source::remove(db, known.id, now()).await.map_err(told)?;
        self.add(db).await
    }

    /// The fields in which a stored source is another.
    fn differences(&self, known: &Source) -> anyhow::Result<Vec<String>> {
        let mut fields = Vec::new();
        let mut compare = |field: &str, same: bool| {
            if !same {
                fields.push(field.to_owned());
            }
        };
        compare("kind", self.kind == known.kind);
        compare("url", self.url == known.url);
        compare("os_group", self.os_group == known.os_group);
        compare("interval", self.interval_seconds == known.interval_seconds);
        compare("enabled", self.enabled == known.enabled);
        // The stored record may be an older one with fewer fields.
        let stored = SourceOptions::read(&known.options).map_err(told)?;
        if let (Value::Object(ours), Value::Object(theirs)) =
            (serde_json::to_value(&self.options)?, serde_json::to_value(&stored)?)
        {
            for (field, value) in &ours {
                compare(field, theirs.get(field) == Some(value));
            }
        }
        fields.sort();
        Ok(fields)
    }
}

/// Checks the id of an OS group.
pub(super) fn os_group_id(text: &str) -> Result<String, &'static str> {
    match os_group::format_of(&OsGroupId(text.to_owned())) {
        Some(_) => Ok(text.to_owned()),
        None => Err("no OS group has this id; they look like debian-12, ubuntu-22.04, rhel-9"),
    }
}

fn combination(text: &str) -> Fault {
    Fault::Combination(text.to_owned())
}

fn is_path(url: &str) -> bool {
    url.strip_prefix("file://").unwrap_or(url).starts_with('/')
}

fn check_place(url: &str, options: &SourceOptions) -> Result<(), Fault> {
    match is_path(url) {
        true if options.mirrorlist => Err(combination(
            "a list of mirrors is fetched by http or https: give its URL, or leave --mirrorlist out",
        )),
        true => Ok(()),
        false => options.place(url, &[]).map(drop).map_err(|error| Fault::Value(error.to_string())),
    }
}

fn check_absolute(file: &Path) -> Result<(), Fault> {
    if file.is_absolute() {
        return Ok(());
    }
    Err(Fault::Value(format!(
        "{}: a server reads this file too, so its path must be absolute",
        file.display()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(kind: &str, url: &str, os_group: &str) -> Wanted {
        Wanted {
            name: "x".to_owned(),
            kind: kind.to_owned(),
            url: url.to_owned(),
            options: SourceOptions::default(),
            os_group: os_group.to_owned(),
            interval_seconds: 3600,
            enabled: true,
        }
    }

    #[test]
    fn only_http_and_absolute_paths_are_places() {
        for good in ["http://deb.debian.org/debian", "/srv/mirror", "file:///srv/mirror"] {
            assert_eq!(wanted("apt", good, "").check(), Ok(()), "{good}");
        }
        for bad in
            ["ftp://example.org/debian", "srv/mirror", "file://srv/mirror", "", "http://", "javascript:1"]
        {
            assert!(matches!(wanted("apt", bad, "").check(), Err(Fault::Value(_))), "{bad}");
        }
    }

    #[test]
    fn a_bare_primary_is_a_place_of_yum_only() {
        let url = "http://example.org/x86_64/primary.xml.gz";
        assert_eq!(wanted("yum", url, "rhel-9").check(), Ok(()));
        assert!(matches!(wanted("apt", url, "").check(), Err(Fault::Combination(_))));
    }

    #[test]
    fn os_groups_are_checked() {
        assert!(os_group_id("debian-12").is_ok() && os_group_id("fedora-47").is_ok());
        assert!(["debian", "Debian 12", "windows-11"].iter().all(|bad| os_group_id(bad).is_err()));
        assert!(wanted("apt", "/x", "rhel-9").check().is_err());
        assert!(wanted("yum", "/x", "debian-12").check().is_err());
        let mut further = wanted("yum", "/x", "rhel-9");
        further.options.further_groups = vec!["debian-12".to_owned()];
        assert!(further.check().is_err());
    }
}
