//! `pakiti evaluate`: one report, the sources named on the command line, one document.
//!
//! contract.md "evaluate" is normative: no server, no database, no network for a path, nothing of the user's
//! configuration; only the document on standard output.

mod args;
mod document;
mod load;
mod report;
mod skipped;
mod source;
mod table;

pub(crate) use args::EvaluateArgs;

use crate::{clock, keyrings};
use args::Output;
use load::Loading;
use pakiti_core::rules::RuleIndex;
use skipped::SkippedRows;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

/// Exit status: something was skipped, with `--strict`.
const SKIPPED: u8 = 1;
/// Exit status: no report, or a source was refused.
const REFUSED: u8 = 3;

/// Runs the command.
///
/// # Errors
/// What writing to standard output gave.
pub(crate) fn run(args: &EvaluateArgs) -> io::Result<ExitCode> {
    let read = match report::read(&args.report, args.report_format) {
        Ok(read) => read,
        Err(error) => {
            eprintln!("pakiti: report {}: {error}", args.report.display());
            return Ok(ExitCode::from(REFUSED));
        }
    };
    let mut skipped = SkippedRows::default();
    skipped.push_report(&file_name(args), &read);
    let mut subject = report::subject(args, read);
    let architectures = load::architectures(&subject.context.group, &subject.packages);
    let how = Loading {
        architectures: architectures.as_deref(),
        keyrings: Path::new(keyrings::FOLDER),
        now: args.now.unwrap_or_else(clock::now).as_second(),
    };
    let loaded = load::load(&args.sources, how, &mut skipped);
    let index = RuleIndex::build(0, loaded.contents).named_for_the_report();
    subject.take_epochs(&index);
    let document = document::document(&index, subject, skipped.finish());
    let mut output = io::BufWriter::new(io::stdout().lock());
    match args.output {
        Output::Json => {
            serde_json::to_writer(&mut output, &document)?;
            writeln!(output)?;
        }
        Output::Table => table::write(&mut output, &document)?,
        // One line per definition of every OVAL source: apt sources have none.
        Output::Definitions => {}
    }
    output.flush()?;
    Ok(match (loaded.refused, args.strict && !document.skipped.is_empty()) {
        (true, _) => ExitCode::from(REFUSED),
        (false, true) => ExitCode::from(SKIPPED),
        (false, false) => ExitCode::SUCCESS,
    })
}

/// The report's file name; `-` for standard input.
fn file_name(args: &EvaluateArgs) -> String {
    args.report.file_name().unwrap_or(args.report.as_os_str()).to_string_lossy().into_owned()
}
