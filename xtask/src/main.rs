//! Developer commands, run as `cargo xtask COMMAND`.
//!
//! `check` holds the rules of the house that the compiler does not know; `.ci/run` runs it on every
//! change. What takes minutes (benches, referees, screenshots, synthetic fleets) is run by hand.
//!
//! A command is a module with `Args` (clap) and `run(Args) -> anyhow::Result<()>`. To add one:
//! a `mod` line, and a line in `commands!`.
mod bench;
mod checks;
mod ci;
mod fleet;
mod fuzz;
mod place;
mod referee;
mod screenshots;
mod source_tree;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Builds the list of subcommands and the dispatch from one line per command.
macro_rules! commands {
    ($($(#[$doc:meta])* $name:ident => $module:ident,)*) => {
        #[derive(Subcommand)]
        enum Command { $($(#[$doc])* $name($module::Args),)* }

        impl Command {
            fn run(self) -> anyhow::Result<()> {
                match self { $(Command::$name(args) => $module::run(args),)* }
            }
        }
    };
}

commands! {
    /// Check the rules of the house: layers, file sizes, names, migrations, SQL's place, markers
    Check => checks,
    /// Measure: reports per second and CPU per report
    Bench => bench,
    /// Simulate a fleet: CPU of re-evaluating a change of a feed
    Fleet => fleet,
    /// Hostile bytes, led by coverage: 60 s for each of six targets
    Fuzz => fuzz,
    /// Run what CI runs (`.ci/run`)
    Ci => ci,
    /// Compare with another program: `referee apt`, `referee dnf`, `referee oscap`
    Referee => referee,
    /// Take the pictures of docs/images with a real browser
    Screenshots => screenshots,
}

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Developer commands of Pakiti")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    match Cli::parse().command.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
