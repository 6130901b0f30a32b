//! Where the database is: `--data`, `--database`, `PAKITI_DATABASE`, else the place for this user.
//!
//! A URL may hold a password, so it is never printed as it stands.

use super::{now, told};
use anyhow::{Context as _, bail};
use clap::Args;
use pakiti_engine::engine::bring_up;
use pakiti_store::db::Db;
use std::fs::{DirBuilder, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// File of the SQLite database in the data folder.
const FILE: &str = "pakiti.db";
/// Variable with the URL of the database.
const VARIABLE: &str = "PAKITI_DATABASE";

/// Which database a command works on.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct DatabaseArgs {
    /// Folder of the SQLite database pakiti.db, made if it is not there [default: /var/lib/pakiti for root, else
    /// $XDG_DATA_HOME/pakiti or ~/.local/share/pakiti]
    #[arg(long, value_name = "DIR", global = true, help_heading = "Database")]
    pub(crate) data: Option<PathBuf>,
    /// The database instead of --data: sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME. A command line is
    /// visible to others on this machine: give a URL with a password by the environment [env: PAKITI_DATABASE]
    #[arg(long, value_name = "URL", global = true, conflicts_with = "data", help_heading = "Database")]
    pub(crate) database: Option<String>,
}

/// A database that is open and up to date.
#[derive(Debug)]
pub(crate) struct Opened {
    /// It.
    pub(crate) db: Db,
    /// Migrations that ran just now.
    pub(crate) ran: Vec<&'static str>,
    /// How people are told of it: no password in it.
    pub(crate) shown: String,
    /// Is its file new?
    pub(crate) fresh: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Location {
    /// A file, and the folder that is made for it.
    Sqlite {
        file: PathBuf,
        folder: Option<PathBuf>,
    },
    Postgres(String),
}

impl DatabaseArgs {
    /// The SQLite database in `folder`.
    pub(crate) fn in_folder(folder: &Path) -> Self {
        Self { data: Some(folder.to_owned()), database: None }
    }

    /// Opens the database and brings it up to date; a new file is told, because a mistyped path makes one.
    ///
    /// # Errors
    /// A place that is none, a database that cannot be opened or is of a newer release.
    pub(crate) async fn open(&self) -> anyhow::Result<Opened> {
        let opened = self.open_quietly().await?;
        if opened.fresh {
            eprintln!("pakiti: new database {}", opened.shown);
        }
        Ok(opened)
    }

    /// [`DatabaseArgs::open`] without a word.
    ///
    /// # Errors
    /// The same.
    pub(crate) async fn open_quietly(&self) -> anyhow::Result<Opened> {
        let variable = std::env::var(VARIABLE).ok().filter(|url| !url.is_empty());
        let location = self.location(variable)?;
        let shown = location.shown();
        let fresh = location.prepare()?;
        let db = Db::open(&location.url()?).await.map_err(|e| told(format!("{shown}: {e}")))?;
        let ran = bring_up(&db, now()).await.map_err(|e| told(format!("{shown}: {e}")))?;
        Ok(Opened { db, ran, shown, fresh })
    }

    fn location(&self, variable: Option<String>) -> anyhow::Result<Location> {
        match (&self.database, &self.data, variable) {
            (Some(url), _, _) => Location::of_url(url),
            (None, Some(folder), _) => Ok(Location::in_folder(folder)),
            (None, None, Some(url)) => Location::of_url(&url),
            (None, None, None) => {
                Ok(Location::in_folder(&default_folder(is_root(), |name| std::env::var(name).ok())?))
            }
        }
    }
}

impl Location {
    fn in_folder(folder: &Path) -> Self {
        Self::Sqlite { file: folder.join(FILE), folder: Some(folder.to_owned()) }
    }

    fn of_url(url: &str) -> anyhow::Result<Self> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() || path == ":memory:" {
                bail!("sqlite: without a path: use sqlite:PATH");
            }
            return Ok(Self::Sqlite { file: PathBuf::from(path), folder: None });
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        bail!("unknown database URL: use sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME")
    }

    fn url(&self) -> anyhow::Result<String> {
        match self {
            Self::Sqlite { file, .. } => {
                let path = file.to_str().context("the path of the database is not UTF-8")?;
                Ok(format!("sqlite:{path}"))
            }
            Self::Postgres(url) => Ok(url.clone()),
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::Sqlite { file, .. } => file.display().to_string(),
            Self::Postgres(url) => {
                url::Url::parse(url).map_or_else(|_| "postgres://...".to_owned(), |url| redacted(&url))
            }
        }
    }

    /// Makes folder and file so that only this user can read them; says whether the file is new.
    fn prepare(&self) -> anyhow::Result<bool> {
        let Self::Sqlite { file, folder } = self else { return Ok(false) };
        if let Some(folder) = folder
            && !folder.is_dir()
        {
            let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
            made.with_context(|| format!("cannot make the folder {}", folder.display()))?;
        }
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(file) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(error).with_context(|| format!("cannot make the database {}", file.display())),
        }
    }
}

/// Host and name only: parameters may hold a password too.
fn redacted(url: &url::Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{}{port}{}", url.scheme(), url.host_str().unwrap_or_default(), url.path())
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|owner| owner.uid() == 0)
}

fn default_folder(root: bool, variable: impl Fn(&str) -> Option<String>) -> anyhow::Result<PathBuf> {
    if root {
        return Ok(PathBuf::from("/var/lib/pakiti"));
    }
    let absolute = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = absolute("XDG_DATA_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/share")));
    let base =
        base.context("neither XDG_DATA_HOME nor HOME is set: say where the database is by --data DIR")?;
    Ok(base.join("pakiti"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(data: Option<&str>, database: Option<&str>) -> DatabaseArgs {
        DatabaseArgs { data: data.map(PathBuf::from), database: database.map(str::to_owned) }
    }

    #[test]
    fn the_command_line_wins_over_the_environment() {
        let variable = || Some("postgres://db/pakiti".to_owned());
        assert_eq!(args(Some("/d"), None).location(variable()).unwrap().shown(), "/d/pakiti.db");
        assert_eq!(args(None, Some("sqlite:/x.db")).location(variable()).unwrap().shown(), "/x.db");
        assert_eq!(args(None, None).location(variable()).unwrap().shown(), "postgres://db/pakiti");
    }

    #[test]
    fn a_password_is_never_shown() {
        for url in [
            "postgres://me:secret@db.example.org:5433/pakiti",
            "postgresql://db.example.org:5433/pakiti?user=me&password=secret",
        ] {
            let shown = Location::of_url(url).unwrap().shown();
            assert!(shown.ends_with("://db.example.org:5433/pakiti"), "{shown}");
        }
        assert_eq!(Location::of_url("postgres://a:secret@[").unwrap().shown(), "postgres://...");
        let error = Location::of_url("mysql://me:secret@db/pakiti").unwrap_err().to_string();
        assert!(!error.contains("secret"), "{error}");
    }

    #[test]
    fn the_default_folder_follows_user_and_environment() {
        let of = |root, home: Option<&'static str>, xdg: Option<&'static str>| {
            let variable = |name: &str| if name == "HOME" { home } else { xdg }.map(str::to_owned);
            default_folder(root, variable).map(|folder| folder.display().to_string())
        };
        assert_eq!(of(true, Some("/root"), None).unwrap(), "/var/lib/pakiti");
        assert_eq!(of(false, Some("/home/me"), None).unwrap(), "/home/me/.local/share/pakiti");
        assert_eq!(of(false, Some("/home/me"), Some("/data")).unwrap(), "/data/pakiti");
        assert_eq!(of(false, Some("/home/me"), Some("relative")).unwrap(), "/home/me/.local/share/pakiti");
        assert!(of(false, None, None).is_err());
    }

    #[test]
    fn folder_and_file_are_for_this_user_only() {
        let base = tempfile::tempdir().unwrap();
        let location = Location::in_folder(&base.path().join("new"));
        assert!(location.prepare().unwrap());
        assert!(!location.prepare().unwrap());
        let mode = |path: &str| std::fs::metadata(base.path().join(path)).unwrap().mode() & 0o777;
        assert_eq!((mode("new"), mode("new/pakiti.db")), (0o700, 0o600));
    }
}
