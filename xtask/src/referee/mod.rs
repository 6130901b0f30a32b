//! `cargo xtask referee WHICH`: Pakiti's answers against another program's, row by row.
//!
//! Run by hand and before a release; what the runs said stands in docs/conformance.md.
mod apt;

use clap::Subcommand;

/// Arguments of `referee`.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    which: Which,
}

#[derive(Subcommand)]
enum Which {
    /// `pakiti evaluate` against `apt list --upgradable`
    Apt(apt::Args),
}

/// Asks the referee; any difference is a failure.
pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    match args.which {
        Which::Apt(args) => apt::run(&args),
    }
}
