//! A source as somebody wants it, whatever told of it: checked, compared with what is stored, stored.
//!
//! Everything that no synchronisation could ever use is refused before it is stored.

use crate::cli::{now, told};
use pakiti_core::os_group::{self, OsGroupId};
use pakiti_core::package::PackageFormat;
use pakiti_engine::source::check::{self, AddressError};
use pakiti_engine::source::options::SourceOptions;
use pakiti_store::db::Db;
use pakiti_store::error::StoreError;
use pakiti_store::scope::Scope;
use pakiti_store::source::{self, NewSource, Source, SourceChange};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// A source as it is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    /// Unique name.
    pub(super) name: String,
    /// `apt`, `yum` or `oval`.
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
    /// A stored source as it is wanted.
    ///
    /// # Errors
    /// Options that cannot be read.
    pub(super) fn stored(source: &Source) -> anyhow::Result<Self> {
        Ok(Self {
            name: source.name.clone(),
            kind: source.kind.clone(),
            url: source.url.clone(),
            options: SourceOptions::read(&source.options).map_err(told)?,
            os_group: source.os_group.clone(),
            interval_seconds: source.interval_seconds,
            enabled: source.enabled,
        })
    }

    /// Its URL is a path of this machine.
    pub(super) fn is_local(&self) -> bool {
        check::is_local(&self.url)
    }

    /// Refuses what could never be synchronised. A path need not exist yet.
    ///
    /// # Errors
    /// [`Fault`].
    pub(super) fn check(&self) -> Result<(), Fault> {
        match self.kind.as_str() {
            "apt" => self.check_apt()?,
            "yum" => self.check_yum()?,
            "oval" => self.check_oval()?,
            other => {
                return Err(Fault::Value(format!("kind `{other}` is not known: it is apt, yum or oval")));
            }
        }
        if self.kind != "oval" && self.options.complete != "auto" {
            return Err(combination(
                "only definitions are complete or not: leave --complete out, or say --kind oval",
            ));
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

    /// Definitions are no repository: nothing is offered, chosen or signed.
    fn check_oval(&self) -> Result<(), Fault> {
        let options = &self.options;
        for (given, what) in [
            (
                !options.suite.is_empty() || !options.components.is_empty(),
                "suite and no components (--suite, --component)",
            ),
            (
                !options.architectures.is_empty(),
                "choice of architectures (--arch): definitions say themselves which they mean",
            ),
            (
                options.security != "auto",
                "choice of security (--security): every definition is about security",
            ),
            (options.priority.is_some(), "priority (--priority): they offer no packages"),
            (
                !options.keyrings.is_empty() || options.inline_key.is_some() || options.trusted,
                "signature (--keyring, --trusted): fetch them by https",
            ),
            (!options.check_valid_until, "Valid-Until (--no-check-valid-until)"),
            (options.mirrorlist, "list of mirrors (--mirrorlist)"),
            (!options.excludes.is_empty(), "excludes (--exclude): they offer no packages"),
            (options.module_hotfixes, "module hotfixes (--module-hotfixes)"),
        ] {
            if given {
                return Err(combination(&format!("OVAL definitions have no {what}; leave it out")));
            }
        }
        if self.url.ends_with('/') {
            return Err(combination("the URL of OVAL definitions is that of the file, not of a folder"));
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
                "oval" => true,
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
        check::name(&self.name).map_err(|reason| Fault::Value(format!("name `{}`: {reason}", self.name)))?;
        let options = &self.options;
        for group in options.host_groups.iter().chain(&options.not_host_groups) {
            let told = |reason| Fault::Value(format!("host group `{group}`: {reason}"));
            check::host_group(group).map_err(told)?;
        }
        check_place(&self.url, options)?;
        if !matches!(options.security.as_str(), "auto" | "yes" | "no") {
            return Err(Fault::Value(format!("security is auto, yes or no, not `{}`", options.security)));
        }
        if !matches!(options.complete.as_str(), "auto" | "yes" | "no") {
            return Err(Fault::Value(format!("complete is auto, yes or no, not `{}`", options.complete)));
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
            self.replace(db, &known).await?;
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

    /// What is of another kind is another source; else its snapshots stay.
    async fn replace(&self, db: &Db, known: &Source) -> anyhow::Result<()> {
        if self.kind != known.kind {
            source::remove(db, known.id, now()).await.map_err(told)?;
            return self.add(db).await;
        }
        self.change(db, known).await?;
        if self.enabled != known.enabled {
            source::set_enabled(db, known.id, self.enabled, now()).await.map_err(told)?;
        }
        Ok(())
    }

    /// Changes a stored source of its kind in place; gives whether it must be fetched anew.
    ///
    /// # Errors
    /// A name that is taken, database errors.
    pub(super) async fn change(&self, db: &Db, known: &Source) -> anyhow::Result<bool> {
        // The stored record may be an older one with fewer fields, which says the same.
        let same = SourceOptions::read(&known.options).is_ok_and(|stored| stored == self.options);
        let change = SourceChange {
            name: Some(self.name.clone()),
            url: Some(self.url.clone()),
            options: (!same).then(|| self.options.record()),
            os_group: Some(self.os_group.clone()),
            options_were: None,
            interval_seconds: Some(self.interval_seconds),
        };
        source::change(db, &Scope::operator(), known.id, &change, now()).await.map_err(told)
    }

    /// The fields in which a stored source is another.
    pub(super) fn differences(&self, known: &Source) -> anyhow::Result<Vec<String>> {
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
            // A list that is empty is not written: either may lack a field that the other has.
            let names: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
            for field in names {
                compare(field, theirs.get(field) == ours.get(field));
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

fn check_place(url: &str, options: &SourceOptions) -> Result<(), Fault> {
    check::address(url, options, None).map_err(|error| match error {
        AddressError::LocalList => combination(&format!("{error}: give its URL, or leave --mirrorlist out")),
        error => Fault::Value(error.to_string()),
    })
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
mod tests;
