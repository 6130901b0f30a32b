//! `pakiti source`: what Pakiti judges by.

mod add;
mod change;
mod enable;
mod export;
mod import;
mod list;
mod options;
mod repositories;
mod show;
mod state;
mod sync;
mod template;
mod wanted;

use super::database::DatabaseArgs;
use super::{Outcome, log, told};
use clap::{Args, Subcommand};
use pakiti_store::db::Db;
use pakiti_store::scope::Scope;
use pakiti_store::source::{self, Source};

/// Options of `pakiti source`.
#[derive(Debug, Args)]
pub(crate) struct SourceArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Add a source, or those of a template; a running server fetches it within a minute
    Add(Box<add::AddArgs>),
    /// Change options of a source; its snapshots stay
    Change(Box<change::ChangeArgs>),
    /// List the templates: distributions with their own sources
    Templates(template::TemplatesArgs),
    /// Add the sources that files list: apt's, dnf's, the PHP Pakiti's, or a repositories.toml
    Import(Box<import::ImportArgs>),
    /// Write all sources as one repositories.toml
    Export(export::ExportArgs),
    /// List the sources with freshness, counts and errors
    List(list::ListArgs),
    /// Show one source: options, files read, what was skipped, snapshots
    Show(show::ShowArgs),
    /// Use a source again
    Enable(enable::NamedArgs),
    /// Keep a source but judge by it no longer
    Disable(enable::NamedArgs),
    /// Remove a source and its snapshots
    Remove(enable::NamedArgs),
    /// Fetch sources now and re-evaluate
    Sync(sync::SyncArgs),
}

/// Runs the command.
///
/// # Errors
/// What the command gave.
pub(crate) async fn run(args: SourceArgs) -> Outcome {
    log::start(log::LogFormat::Text, log::COMMAND);
    if let Command::Templates(args) = &args.command {
        return template::run(args);
    }
    let db = args.database.open().await?.db;
    let done = match args.command {
        Command::Add(args) => add::run(&db, *args).await,
        Command::Change(args) => change::run(&db, &args).await,
        Command::Templates(args) => template::run(&args),
        Command::Import(args) => import::run(&db, *args).await,
        Command::Export(args) => export::run(&db, &args).await,
        Command::List(args) => list::run(&db, &args).await,
        Command::Show(args) => show::run(&db, &args).await,
        Command::Enable(args) => enable::enable(&db, &args, true).await,
        Command::Disable(args) => enable::enable(&db, &args, false).await,
        Command::Remove(args) => enable::remove(&db, &args).await,
        Command::Sync(args) => sync::run(&db, &args).await,
    };
    db.close().await;
    done
}

/// The source with this name.
async fn named(db: &Db, name: &str) -> anyhow::Result<Source> {
    source::by_name(db, &Scope::operator(), name).await.map_err(told)
}

/// A source's URL as it may be shown: without user name and password.
pub(crate) fn shown_url(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(parsed) if parsed.username().is_empty() && parsed.password().is_none() => url.to_owned(),
        Ok(parsed) => pakiti_engine::source::fetch::redacted(&parsed),
        Err(_) => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::shown_url;

    #[test]
    fn a_url_is_shown_without_its_password() {
        assert_eq!(shown_url("https://me:secret@example.org/debian"), "https://example.org/debian");
        assert_eq!(shown_url("http://example.org/debian"), "http://example.org/debian");
        assert_eq!(shown_url("/srv/mirror/x"), "/srv/mirror/x");
    }
}
