//! `--output definitions`: the result of every OVAL definition on this host, as `oscap` has it.
//!
//! contract.md "definitions": one line per definition of every OVAL source, in file order, all classes. The OS
//! group does not filter them.

use super::args::{Assumption, EvaluateArgs, FactsMode};
use super::report::Subject;
use pakiti_core::oval::model::Document;
use pakiti_core::oval::{HostFacts, HostIndex, Outcome, evaluate};
use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::sync::Arc;
use std::time::Instant;

/// Largest file that stands for one of the host's, bytes.
const MAX_FILE: u64 = 16 << 20;

/// The files that `--fact` gives, by their path on the host.
///
/// # Errors
/// A file that cannot be read, or is larger than any that definitions read; the message names it.
pub(crate) fn files(args: &EvaluateArgs) -> io::Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for fact in &args.fact {
        let named =
            |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", fact.path.display()));
        let mut data = Vec::new();
        std::fs::File::open(&fact.path)
            .and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut data))
            .map_err(named)?;
        if data.len() as u64 > MAX_FILE {
            return Err(named(io::Error::other(format!("larger than {} MiB", MAX_FILE >> 20))));
        }
        files.insert(fact.file.clone(), String::from_utf8_lossy(&data).into_owned());
    }
    Ok(files)
}

/// Writes one line per definition. How long evaluating took is logged for developers (`RUST_LOG=pakiti=debug`).
///
/// # Errors
/// What writing to `output` gave.
pub(crate) fn write(
    output: &mut impl Write,
    args: &EvaluateArgs,
    subject: &Subject,
    files: &BTreeMap<String, String>,
    documents: &[Arc<Document>],
) -> io::Result<()> {
    // contract.md: the assumption takes every package as signed by the key that is asked for, whatever it reports.
    let assumed = args.assume.contains(&Assumption::Signature);
    let mut packages = subject.packages.clone();
    if assumed {
        packages.iter_mut().for_each(|package| package.key_id.clear());
    }
    let facts = HostFacts {
        packages: &packages,
        context: &subject.context,
        system: subject.os.as_deref().unwrap_or_default(),
        complete: args.facts == FactsMode::Complete,
        assume_signed: assumed,
        files,
    };
    let start = Instant::now();
    let host = HostIndex::new(facts);
    let outcomes: Vec<Vec<Outcome>> = documents.iter().map(|document| evaluate(document, &host)).collect();
    let count: usize = outcomes.iter().map(Vec::len).sum();
    let milliseconds = start.elapsed().as_secs_f64() * 1e3;
    tracing::debug!(definitions = count, milliseconds, "evaluated");
    for (document, outcomes) in documents.iter().zip(outcomes) {
        for (definition, outcome) in document.definitions.iter().zip(outcomes) {
            writeln!(output, "{}\t{}", definition.id, outcome.word())?;
        }
    }
    Ok(())
}
