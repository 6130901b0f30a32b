//! The commands that open a database, and what they share: where it is, how answers are printed, logging.
//!
//! Each command is a module with its clap arguments and an async `run`; [`run`] drives it.

pub(crate) mod cve;
pub(crate) mod database;
pub(crate) mod engine;
pub(crate) mod explain;
pub(crate) mod host;
pub(crate) mod log;
pub(crate) mod migrate;
pub(crate) mod name;
pub(crate) mod output;
pub(crate) mod rule;
pub(crate) mod serve;
pub(crate) mod server;
pub(crate) mod source;
pub(crate) mod user;
pub(crate) mod verify;

pub(crate) use pakiti_engine::source::interval;

use anyhow::Context as _;
use std::fmt::Display;
use std::process::ExitCode;

/// What every command ends with.
pub(crate) type Outcome = anyhow::Result<ExitCode>;

/// Runs a command to its end. Blocking work it left behind (a download that hangs) is not waited for.
///
/// # Errors
/// What the command gave, or that no threads could be started.
pub(crate) fn run(command: impl Future<Output = Outcome>) -> Outcome {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start threads")?;
    let done = runtime.block_on(command);
    runtime.shutdown_background();
    done
}

/// An error as the one sentence it says. Our errors name their causes in their own text; printed as a chain each
/// cause would stand there twice.
pub(crate) fn told(error: impl Display) -> anyhow::Error {
    anyhow::Error::msg(error.to_string())
}

/// The time now, unix seconds.
pub(crate) fn now() -> i64 {
    crate::clock::now().as_second()
}
