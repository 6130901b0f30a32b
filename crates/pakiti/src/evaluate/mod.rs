//! `pakiti evaluate`: one report, the sources named on the command line, one document.
//!
//! contract.md "evaluate" is normative: no server, no database, no network for a path, nothing of the user's
//! configuration; only the document on standard output.

mod args;
mod definitions;
mod document;
mod findings;
mod load;
mod report;
mod skipped;
mod source;
mod table;

pub(crate) use args::EvaluateArgs;

use crate::cli::log::{self, LogFormat};
use crate::{clock, keyrings};
use args::Output;
use load::Loading;
use pakiti_core::rules::{RuleIndex, SILENT};
use skipped::SkippedRows;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

/// Exit status: something was skipped, with `--strict`.
const SKIPPED: u8 = 1;
/// Exit status: the command line names what cannot be used.
const USAGE: u8 = 2;
/// Exit status: no report, or a source was refused.
const REFUSED: u8 = 3;

/// Runs the command.
///
/// # Errors
/// What writing to standard output gave.
pub(crate) fn run(args: &EvaluateArgs) -> io::Result<ExitCode> {
    // Only for who asks: standard error is for what is wrong with the call.
    if std::env::var_os("RUST_LOG").is_some() {
        log::start(LogFormat::Text, log::COMMAND);
    }
    let files = match definitions::files(args) {
        Ok(files) => files,
        Err(error) => {
            eprintln!("error: --fact: {error}");
            return Ok(ExitCode::from(USAGE));
        }
    };
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
    let mut output = io::BufWriter::new(io::stdout().lock());
    // Judging is not needed for the results of definitions, and would be most of the time.
    let left_out = if args.output == Output::Definitions {
        let documents: Vec<_> = loaded.contents.iter().filter_map(|(_, c)| c.definitions.clone()).collect();
        if subject.has_open_epochs() {
            subject.take_epochs(&RuleIndex::build(0, loaded.contents));
        }
        definitions::write(&mut output, args, &subject, &files, &documents)?;
        // The process ends. Giving a hundred megabytes back piece by piece would only take time.
        std::mem::forget(documents);
        skipped.finish()
    } else {
        let index = RuleIndex::build(0, loaded.contents).named_for_the_report();
        subject.take_epochs(&index);
        for (source, first, count) in index.silent_definitions() {
            skipped.push_count(source, first, SILENT, count as u64);
        }
        let document = document::document(&index, subject, skipped.finish());
        match args.output {
            Output::Json => {
                serde_json::to_writer(&mut output, &document)?;
                writeln!(output)?;
            }
            _ => table::write(&mut output, &document)?,
        }
        document.skipped
    };
    output.flush()?;
    Ok(match (loaded.refused, args.strict && !left_out.is_empty()) {
        (true, _) => ExitCode::from(REFUSED),
        (false, true) => ExitCode::from(SKIPPED),
        (false, false) => ExitCode::SUCCESS,
    })
}

/// The report's file name; `-` for standard input.
fn file_name(args: &EvaluateArgs) -> String {
    args.report.file_name().unwrap_or(args.report.as_os_str()).to_string_lossy().into_owned()
}
