//! `pakiti source change`: options of a source that is there. What is not given stays, and so do its snapshots.

use super::add::refused;
use super::named;
use super::options::{OptionArgs, Reset};
use super::wanted::Wanted;
use crate::cli::{Outcome, interval, name};
use clap::Args;
use pakiti_store::db::Db;
use std::io::{self, Write as _};
use std::process::ExitCode;

const HELP: &str = "\
What is not given stays as it is; an option that may repeat replaces the whole list. --reset sets an option back to its \
default. The snapshot stays in force: unless only the interval changed, the source is due at once, is fetched even if its \
server says it is not modified, and hosts are judged anew after that.

Its kind cannot be changed: that is another source.

Examples:
  pakiti source change bookworm --url http://mirror.example.org/debian
  pakiti source change bookworm-updates --host-group 'Site A' --host-group 'Site B'
  pakiti source change bookworm-updates --reset host-group --interval 1h
  pakiti source change tools --rename site-tools --priority 600";

/// Options of `pakiti source change`.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub(super) struct ChangeArgs {
    /// Name of the source
    name: String,
    /// Its new name
    #[arg(long, value_name = "NAME", value_parser = name::parse)]
    rename: Option<String>,
    /// Where it is: an http or https URL, or an absolute path
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    #[command(flatten)]
    options: OptionArgs,
    /// Time between two fetches: 30m, 6h, 1d
    #[arg(long, value_name = "SPAN", value_parser = interval::parse)]
    interval: Option<i64>,
    /// Set an option back to its default; may repeat
    #[arg(long, value_name = "OPTION", value_enum, hide_possible_values = true)]
    reset: Vec<Reset>,
}

/// Changes the source.
pub(super) async fn run(db: &Db, args: &ChangeArgs) -> Outcome {
    let known = named(db, &args.name).await?;
    let wanted = args.wanted(Wanted::stored(&known)?);
    if let Err(fault) = wanted.check() {
        return refused(&fault);
    }
    let mut fields = wanted.differences(&known)?;
    if wanted.name != known.name {
        fields.insert(0, "name".to_owned());
    }
    let mut output = io::stdout().lock();
    if fields.is_empty() {
        writeln!(output, "source {} is so already", known.name)?;
        return Ok(ExitCode::SUCCESS);
    }
    let anew = wanted.change(db, &known).await?;
    let (name, fields) = (&wanted.name, fields.join(", "));
    match anew {
        true => writeln!(output, "source {name} changed: {fields}; fetch it now: pakiti source sync {name}")?,
        false => writeln!(output, "source {name} changed: {fields}")?,
    }
    Ok(ExitCode::SUCCESS)
}

impl ChangeArgs {
    fn wanted(&self, mut wanted: Wanted) -> Wanted {
        for reset in &self.reset {
            reset.put_into(&mut wanted.options, &mut wanted.os_group);
        }
        self.options.put_into(&mut wanted.options);
        for (given, target) in [
            (&self.rename, &mut wanted.name),
            (&self.url, &mut wanted.url),
            (&self.options.os_group, &mut wanted.os_group),
        ] {
            if let Some(given) = given {
                target.clone_from(given);
            }
        }
        wanted.interval_seconds = self.interval.unwrap_or(wanted.interval_seconds);
        wanted
    }
}
