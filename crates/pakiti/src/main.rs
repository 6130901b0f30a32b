//! The pakiti binary: one subcommand per module.
//!
//! Exit status: 2 for a wrong command line (clap); else what the command says. That the reader of the output went
//! away is success.

mod cli;
mod clock;
mod compare;
mod demo;
mod evaluate;
mod keyrings;

use clap::{Parser, Subcommand};
use std::io::{self, ErrorKind};
use std::process::ExitCode;

/// Parsing a report makes thousands of short strings; glibc's malloc takes a fifth of ingest for them (measured).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const EXIT_STATUS: &str = "\
Exit status: 0 done, 1 failed (what, is said on standard error), 2 wrong command line; evaluate has 3 too, see its help.";

/// Pakiti: the patching status of Linux fleets.
#[derive(Debug, Parser)]
#[command(name = "pakiti", version, after_help = EXIT_STATUS)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Compare versions as rpm, dpkg or apk do
    Compare(compare::CompareArgs),
    /// Judge one report against the sources named here: no server, no database
    Evaluate(Box<evaluate::EvaluateArgs>),
    /// Run the server: pages, feeder, synchronisation of sources
    Serve(cli::serve::ServeArgs),
    /// Try it: a server of its own that judges this machine
    Demo(demo::DemoArgs),
    /// Bring the database's schema up to date
    Migrate(cli::migrate::MigrateArgs),
    /// Recompute what is stored and list differences
    Verify(cli::verify::VerifyArgs),
    /// The sources that hosts are judged by
    Source(Box<cli::source::SourceArgs>),
    /// The hosts that reported
    Host(cli::host::HostArgs),
    /// Rules of your own, in force at once
    Rule(cli::rule::RuleArgs),
    /// The vulnerabilities that hosts have
    Cve(cli::cve::CveArgs),
    /// Why a host is affected by a CVE or advisory, or not, or why nobody knows
    Explain(cli::explain::ExplainArgs),
    /// Accounts and what they may see
    User(cli::user::UserArgs),
}

fn main() -> ExitCode {
    let done: anyhow::Result<ExitCode> = match Cli::parse().command {
        Command::Compare(args) => compare::run(&args).map_err(Into::into),
        Command::Evaluate(args) => evaluate::run(&args).map_err(Into::into),
        Command::Serve(args) => cli::run(cli::serve::run(args)),
        Command::Demo(args) => cli::run(demo::run(args)),
        Command::Migrate(args) => cli::run(cli::migrate::run(args)),
        Command::Verify(args) => cli::run(cli::verify::run(args)),
        Command::Source(args) => cli::run(cli::source::run(*args)),
        Command::Host(args) => cli::run(cli::host::run(args)),
        Command::Rule(args) => cli::run(cli::rule::run(args)),
        Command::Cve(args) => cli::run(cli::cve::run(args)),
        Command::Explain(args) => cli::run(cli::explain::run(args)),
        Command::User(args) => cli::run(cli::user::run(args)),
    };
    done.unwrap_or_else(|error| {
        if is_broken_pipe(&error) {
            return ExitCode::SUCCESS;
        }
        eprintln!("pakiti: {error:#}");
        ExitCode::FAILURE
    })
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let broken = |cause: &(dyn std::error::Error + 'static)| {
        cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
    };
    error.chain().any(broken)
}
