//! CPU milliseconds of reading an OVAL file and of evaluating all its definitions on one host, apart.
//!
//! `cargo run --release -p pakiti-formats --example oval_speed -- OVAL-FILE REPORT FORMAT [RUNS]`; FORMAT is a name that
//! `pakiti evaluate --report-format` takes.

use pakiti_core::context::Context;
use pakiti_core::oval::{HostFacts, HostIndex, evaluate};
use pakiti_core::package::Package;
use pakiti_formats::decompress::{self, DecompressLimits};
use pakiti_formats::definition::oval;
use pakiti_formats::report::{self, Limits, ReportFormat};
use std::collections::BTreeMap;
use std::error::Error;

/// As the binary has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [file, host, format, ..] = words.as_slice() else {
        return Err("OVAL-FILE REPORT FORMAT [RUNS]".into());
    };
    let runs: usize = words.get(3).map_or(Ok(5), |runs| runs.parse())?;
    let data = std::fs::read(file)?;
    let data = decompress::bytes(&data, &DecompressLimits::default())?.into_owned();
    let format = ReportFormat::from_name(format).ok_or("no such format")?;
    let packages: Vec<Package> = report::parse(format, &std::fs::read(host)?, &Limits::default())?
        .packages
        .into_iter()
        .map(|reported| reported.package)
        .collect();
    let (context, files) = (Context::default(), BTreeMap::new());
    for _ in 0..runs {
        let start = cpu_nanoseconds()?;
        let document = oval::load(&data, file)?.document;
        let loaded = cpu_nanoseconds()?;
        let facts = HostFacts {
            packages: &packages,
            context: &context,
            system: "",
            complete: true,
            assume_signed: true,
            files: &files,
        };
        let host = HostIndex::new(facts);
        let outcomes = evaluate(&document, &host);
        let evaluated = cpu_nanoseconds()?;
        drop(document);
        let dropped = cpu_nanoseconds()?;
        let ms = |from: u64, to: u64| (to - from) as f64 / 1e6;
        println!(
            "{} definitions: loaded {:.1} ms ({:.0} MB/s), evaluated {:.2} ms, dropped {:.1} ms",
            outcomes.len(),
            ms(start, loaded),
            data.len() as f64 * 1e3 / (loaded - start) as f64,
            ms(loaded, evaluated),
            ms(evaluated, dropped)
        );
    }
    Ok(())
}

/// CPU of this thread: other work on the machine does not slow it.
fn cpu_nanoseconds() -> Result<u64, Box<dyn Error>> {
    let spent = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Ok(u64::try_from(spent.tv_sec)? * 1_000_000_000 + u64::try_from(spent.tv_nsec)?)
}
