//! `pakiti-fuzz TARGET FILE...`: gives inputs to a target again, in a plain debug build.
//!
//! `cargo xtask fuzz` prints this command for every finding.

use pakiti_fuzz::{TARGETS, Target};
use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let target = arguments.next().and_then(|name| Target::named(&name));
    let files: Vec<String> = arguments.collect();
    let (Some(target), false) = (target, files.is_empty()) else {
        let names = TARGETS.map(|target| target.name).join(", ");
        eprintln!("usage: pakiti-fuzz TARGET FILE...; targets: {names}");
        return ExitCode::from(2);
    };
    for file in files {
        let data = match std::fs::read(&file) {
            Ok(data) => data,
            Err(error) => {
                eprintln!("{file}: {error}");
                return ExitCode::from(2);
            }
        };
        let begun = Instant::now();
        (target.run)(&data);
        println!("{file}: {} bytes, ok in {} ms", data.len(), begun.elapsed().as_millis());
    }
    ExitCode::SUCCESS
}
