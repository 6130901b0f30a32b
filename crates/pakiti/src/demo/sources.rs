//! This machine's suites as sources: added, fetched, and told one line each. What fails never stops the rest.
//!
//! A feed that names no known OS group (a third party's) is mapped to the machine's own, and told so (law 8).

use super::apt_paths::AptPaths;
use super::apt_sources::{self, Place, Suite};
use crate::cli::{now, told};
use pakiti_core::os_group::{self, OsGroupId, OsRelease};
use pakiti_engine::engine::Engine;
use pakiti_engine::source::fetch::{self, Answer, Validators};
use pakiti_engine::source::report::FetchReport;
use pakiti_formats::repository::SkipList;
use pakiti_formats::repository::apt::release::Release;
use pakiti_store::error::StoreError;
use pakiti_store::scope::Scope;
use pakiti_store::source::{self, NewSource, Source};
use pakiti_web::view::format::count;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;
use tokio::time::timeout;

/// Largest Release (bytes).
const MAX_RELEASE: u64 = 64 << 20;
/// How long a server may take to answer at all.
const REACHABLE: Duration = Duration::from_secs(8);
/// How long a whole suite may take over the network.
const FETCHED: Duration = Duration::from_secs(120);
/// Seconds between two fetches.
const INTERVAL: i64 = 3600;

/// What this machine is.
#[derive(Debug)]
pub(super) struct Machine {
    /// Apt's files.
    pub(super) paths: AptPaths,
    /// dpkg's architectures, the native one first; empty without dpkg.
    pub(super) architectures: Vec<String>,
    /// Its OS group.
    pub(super) os_group: Option<OsGroupId>,
}

impl Machine {
    /// The one this runs on.
    pub(super) fn this() -> Self {
        let lines = |option: &str| -> Vec<String> {
            let said =
                Command::new("dpkg").arg(option).output().ok().filter(|output| output.status.success());
            let text =
                said.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
            text.split_whitespace().map(str::to_owned).collect()
        };
        let mut architectures = lines("--print-architecture");
        architectures.extend(lines("--print-foreign-architectures"));
        let release =
            ["/etc/os-release", "/usr/lib/os-release"].map(|path| std::fs::read_to_string(path).ok());
        let os_group = release.into_iter().flatten().next().and_then(|text| os_group_of(&text));
        Self { paths: AptPaths::of_this_machine(), architectures, os_group }
    }
}

/// The OS group of an os-release file (os-release(5)).
fn os_group_of(text: &str) -> Option<OsGroupId> {
    let of = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        line.map(|value| value.trim().trim_matches(['"', '\'']))
    };
    os_group::from_os_release(&OsRelease {
        id: of("ID"),
        version_id: of("VERSION_ID"),
        like: of("ID_LIKE"),
        codename: of("VERSION_CODENAME"),
        system: of("PRETTY_NAME"),
    })
}

/// Folders the server must be allowed to read for these suites.
pub(super) fn folders(suites: &[Suite]) -> Vec<PathBuf> {
    let folder = |suite: &Suite| match &suite.place {
        // A link (apt makes them for file: sources) leads to where the files really are.
        Place::Lists(release) => Some(release.canonicalize().ok()?.parent()?.to_owned()),
        Place::Folder(folder) => folder.canonicalize().ok(),
        Place::Web | Place::Nowhere => None,
    };
    let mut folders: Vec<PathBuf> = suites.iter().filter_map(folder).collect();
    folders.sort();
    folders.dedup();
    folders
}

/// Adds and fetches every suite, one line each.
///
/// # Errors
/// Only what makes going on useless: a database that refuses, a closed standard output.
pub(super) async fn fetch_all(engine: &Engine, machine: &Machine, suites: &[Suite]) -> anyhow::Result<()> {
    for suite in suites {
        write!(io::stdout(), "  {}: ", suite.shown())?;
        io::stdout().flush()?;
        let line = match prepare(engine, machine, suite).await? {
            Ok(source) => fetch_one(engine, suite, &source).await?,
            Err(reason) => reason,
        };
        writeln!(io::stdout(), "{}", line.replace(char::is_control, "\u{fffd}"))?;
    }
    Ok(())
}

/// The source for a suite, stored; or why there is none.
async fn prepare(
    engine: &Engine,
    machine: &Machine,
    suite: &Suite,
) -> anyhow::Result<Result<Source, String>> {
    let release = match release_of(engine, suite).await {
        Ok(release) => release,
        Err(reason) => return Ok(Err(reason)),
    };
    let mut skipped = SkipList::default();
    let known = Release::parse(&release, "Release", &mut skipped)
        .ok()
        .and_then(|release| os_group::from_codename(&release.origin, &release.codename));
    let (name, os_group) = match (known, &machine.os_group) {
        (Some(_), _) => (suite.source.suite.trim_matches('/').to_owned(), String::new()),
        (None, Some(own)) => (suite.long_name(), own.0.clone()),
        (None, None) => {
            return Ok(Err("left out: it names no OS group, and this machine's own is not known".into()));
        }
    };
    let (url, options) = suite.source_options(&machine.paths, &machine.architectures);
    let new = NewSource {
        name,
        kind: "apt".to_owned(),
        url,
        options: options.record(),
        os_group,
        interval_seconds: INTERVAL,
    };
    Ok(Ok(add(engine, new, &suite.long_name()).await?))
}

/// Stores the source. One of an earlier run is taken as it is; where another suite has the name, the long name is
/// taken, then numbers behind it.
async fn add(engine: &Engine, mut new: NewSource, long_name: &str) -> anyhow::Result<Source> {
    let scope = Scope::operator();
    for number in 1.. {
        match source::add(&engine.db, &new, now()).await {
            Ok(id) => return source::by_id(&engine.db, &scope, id).await.map_err(told),
            Err(StoreError::Exists { .. }) => {}
            Err(error) => return Err(told(error)),
        }
        let known = source::by_name(&engine.db, &scope, &new.name).await.map_err(told)?;
        if known.url == new.url && known.options == new.options && known.os_group == new.os_group {
            return Ok(known);
        }
        let first_resort = number == 1 && new.name != long_name;
        new.name = if first_resort { long_name.to_owned() } else { format!("{long_name}-{number}") };
    }
    anyhow::bail!("no name is left for {long_name}")
}

/// The Release of a suite, as it is, to see whom it speaks for; its signature is checked when it is fetched.
async fn release_of(engine: &Engine, suite: &Suite) -> Result<Vec<u8>, String> {
    match &suite.place {
        Place::Nowhere => Err("left out: Pakiti reads http, https and files only".to_owned()),
        Place::Lists(release) => apt_sources::read(release, MAX_RELEASE)
            .ok_or_else(|| format!("{} cannot be read", release.display())),
        Place::Folder(folder) => {
            let files = ["InRelease", "Release"].map(|name| folder.join(name));
            let found = files.iter().find_map(|file| apt_sources::read(file, MAX_RELEASE));
            found.ok_or_else(|| format!("no Release in {}", folder.display()))
        }
        Place::Web => {
            let asked = timeout(REACHABLE, web_release(engine, suite)).await;
            let seconds = REACHABLE.as_secs();
            asked.unwrap_or_else(|_| Err(format!("cannot be reached: no answer within {seconds} s")))
        }
    }
}

async fn web_release(engine: &Engine, suite: &Suite) -> Result<Vec<u8>, String> {
    for name in ["InRelease", "Release"] {
        let url = url::Url::parse(&format!("{}/{name}", suite.source.folder()))
            .map_err(|e| format!("left out: {e}"))?;
        match fetch::get(&engine.sync.client, &url, &Validators::default(), MAX_RELEASE).await {
            Ok(Answer::Content(data, _)) => return Ok(data),
            Ok(Answer::Missing | Answer::NotModified) => {}
            Err(error) => return Err(format!("cannot be reached: {error}")),
        }
    }
    Err("there is no InRelease and no Release".to_owned())
}

/// Fetches a source; gives what to tell of it.
async fn fetch_one(engine: &Engine, suite: &Suite, source: &Source) -> anyhow::Result<String> {
    let synced = timeout(FETCHED, engine.sync_source(source)).await;
    let failure = match synced {
        Ok(Ok(_)) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(_) => Some(format!("not fetched within {} s", FETCHED.as_secs())),
    };
    if let Some(failure) = failure {
        return Ok(failure);
    }
    let source = source::by_id(&engine.db, &Scope::operator(), source.id).await.map_err(told)?;
    Ok(told_of(suite, &source))
}

fn told_of(suite: &Suite, source: &Source) -> String {
    let Some(snapshot) = &source.snapshot else { return "nothing in it".to_owned() };
    let report: FetchReport = serde_json::from_str(&snapshot.report).unwrap_or_default();
    let from = match &suite.place {
        Place::Lists(_) => "from apt's lists",
        Place::Folder(_) => "from its folder",
        Place::Web | Place::Nowhere => "over the network",
    };
    let mut told = format!("{} {from}", count(snapshot.packages.unsigned_abs(), "package", "packages"));
    match (&report.unchecked, report.signed_by.as_slice()) {
        (Some(why), _) => told.push_str(&format!("; {why}")),
        (None, keys) => told.push_str(&format!("; signed by {}", keys.join(" "))),
    }
    if !source.os_group.is_empty() {
        told.push_str(&format!("; names no OS group: mapped to {}, this machine's own", source.os_group));
    }
    if snapshot.skipped > 0 {
        told.push_str(&format!("; {} skipped", count(snapshot.skipped.unsigned_abs(), "item", "items")));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_os_group_follows_from_os_release() {
        let text = "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nVERSION_ID=\"12\"\nID=debian\n";
        assert_eq!(os_group_of(text), Some(OsGroupId("debian-12".to_owned())));
        assert_eq!(os_group_of("ID=plan9\nVERSION_ID=4\n"), None);
        assert_eq!(os_group_of(""), None);
    }
}
