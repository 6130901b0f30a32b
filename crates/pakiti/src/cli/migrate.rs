//! `pakiti migrate`: brings the schema up to date and says what ran. Every other command does the same unasked.

use super::Outcome;
use super::database::DatabaseArgs;
use super::output::{Listing, OutputArgs};
use clap::Args;
use std::io;
use std::process::ExitCode;

const HELP: &str = "\
Every command that opens a database does this by itself; alone it is for deployments that want the schema changed at \
a time of their own.

JSON and TSV: migration (its name), one for each that ran.";

/// Options of `pakiti migrate`.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub(crate) struct MigrateArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// Brings the database up to date.
///
/// # Errors
/// A database that cannot be opened or changed, or that a newer release wrote.
pub(crate) async fn run(args: MigrateArgs) -> Outcome {
    let opened = args.database.open().await?;
    let listing = Listing {
        columns: &[("migration", Some("migrations that ran"))],
        rows: opened.ran.iter().map(|name| vec![(*name).into()]).collect(),
        empty: "nothing to do: the schema is up to date",
    };
    listing.print(args.output.output, &mut io::stdout().lock())?;
    opened.db.close().await;
    Ok(ExitCode::SUCCESS)
}
