//! `pakiti source add`: everything is checked before it is stored.

use crate::cli::{Outcome, interval, name, now, told};
use anyhow::bail;
use clap::{Args, ValueEnum};
use pakiti_core::os_group::{self, OsGroupId};
use pakiti_engine::source::options::SourceOptions;
use pakiti_store::db::Db;
use pakiti_store::source::{self, NewSource};
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

const HELP: &str = "\
Examples:
  pakiti source add debian-12 --kind apt --url http://deb.debian.org/debian --suite bookworm --component main
  pakiti source add debian-12-security --kind apt --url http://deb.debian.org/debian-security --suite bookworm-security
  pakiti source add tools --kind apt --url /srv/mirror/tools --suite stable --os-group debian-12 --keyring /etc/apt/keyrings/tools.asc

A suite ending in / is a flat repository. Without --suite the URL is the folder of InRelease itself. A path is read by \
a server only below the folders it was given (pakiti serve --source-folder).";

/// Options of `pakiti source add`.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub(super) struct AddArgs {
    /// Its name, unique
    #[arg(value_parser = name::parse)]
    name: String,
    /// What it is
    #[arg(long, value_enum, default_value_t)]
    kind: Kind,
    /// Where it is: an http or https URL, or an absolute path
    #[arg(long, value_name = "URL")]
    url: String,
    /// Suite below dists/ of the URL
    #[arg(long, value_name = "SUITE", default_value = "", hide_default_value = true)]
    suite: String,
    /// A component to load; may repeat [default: all]
    #[arg(long, value_name = "COMPONENT")]
    component: Vec<String>,
    /// An architecture to load, the packager's word (amd64); may repeat [default: all]
    #[arg(long, value_name = "ARCH")]
    arch: Vec<String>,
    /// Is every package of it a security fix? auto: as the feed says
    #[arg(long, value_enum, default_value_t)]
    security: Security,
    /// Priority instead of apt's default
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    priority: Option<i32>,
    /// A file with keys, one of which must have signed it; may repeat [default: the distribution's]
    #[arg(long, value_name = "FILE", conflicts_with = "trusted")]
    keyring: Vec<PathBuf>,
    /// Do not look at its signature; hashes are checked
    #[arg(long)]
    trusted: bool,
    /// Take it also when its Valid-Until is past
    #[arg(long)]
    no_check_valid_until: bool,
    /// The OS group it speaks for (debian-12) [default: what the feed says]
    #[arg(long, value_name = "ID", value_parser = os_group_id)]
    os_group: Option<String>,
    /// Time between two fetches: 30m, 6h, 1d
    #[arg(long, value_name = "SPAN", default_value = "6h", value_parser = interval::parse)]
    interval: i64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// A suite of an apt repository.
    #[default]
    Apt,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Security {
    /// As the feed says.
    #[default]
    Auto,
    /// Yes.
    Yes,
    /// No.
    No,
}

fn os_group_id(text: &str) -> Result<String, &'static str> {
    match os_group::format_of(&OsGroupId(text.to_owned())) {
        Some(_) => Ok(text.to_owned()),
        None => Err("no OS group has this id; they look like debian-12, ubuntu-22.04, rhel-9"),
    }
}

/// Adds the source.
pub(super) async fn run(db: &Db, args: AddArgs) -> Outcome {
    let options = args.options();
    let local = check_place(&args.url, &options)?;
    for keyring in &options.keyrings {
        if !keyring.is_absolute() {
            bail!("keyring {}: a server reads it too, so its path must be absolute", keyring.display());
        }
    }
    let new = NewSource {
        name: args.name.clone(),
        kind: "apt".to_owned(),
        url: args.url,
        options: options.record(),
        os_group: args.os_group.unwrap_or_default(),
        interval_seconds: args.interval,
    };
    source::add(db, &new, now()).await.map_err(told)?;
    let mut output = io::stdout().lock();
    writeln!(output, "source {} added; fetch it now: pakiti source sync {0}", args.name)?;
    if local {
        writeln!(output, "a server reads it only below its --source-folder")?;
    }
    Ok(ExitCode::SUCCESS)
}

impl AddArgs {
    fn options(&self) -> SourceOptions {
        SourceOptions {
            suite: self.suite.clone(),
            components: self.component.clone(),
            architectures: self.arch.clone(),
            security: match self.security {
                Security::Auto => "auto",
                Security::Yes => "yes",
                Security::No => "no",
            }
            .to_owned(),
            priority: self.priority,
            keyrings: self.keyring.clone(),
            inline_key: None,
            trusted: self.trusted,
            check_valid_until: !self.no_check_valid_until,
        }
    }
}

/// Refuses what no synchronisation could ever use; says whether it is a path. A path need not exist yet.
fn check_place(url: &str, options: &SourceOptions) -> anyhow::Result<bool> {
    let path = url.strip_prefix("file://").unwrap_or(url);
    if path.starts_with('/') {
        return Ok(true);
    }
    options.place(url, &[]).map(|_| false).map_err(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_http_and_absolute_paths_are_places() {
        let options = SourceOptions::default();
        assert!(!check_place("http://deb.debian.org/debian", &options).unwrap());
        assert!(check_place("/srv/mirror", &options).unwrap());
        assert!(check_place("file:///srv/mirror", &options).unwrap());
        for bad in
            ["ftp://example.org/debian", "srv/mirror", "file://srv/mirror", "", "http://", "javascript:1"]
        {
            assert!(check_place(bad, &options).is_err(), "{bad}");
        }
    }

    #[test]
    fn os_groups_are_checked() {
        assert!(os_group_id("debian-12").is_ok() && os_group_id("fedora-47").is_ok());
        assert!(["debian", "Debian 12", "windows-11"].iter().all(|bad| os_group_id(bad).is_err()));
    }
}
