//! One target under libFuzzer, which has `main` and reads the command line. `cargo xtask fuzz` builds and runs it.
//!
//! The environment says the rest: `PAKITI_FUZZ_TARGET` which target; `PAKITI_FUZZ_SEEDS` a folder into which seeds out
//! of the shared data are written first; `PAKITI_FUZZ_COUNT` a file that is told how many inputs and bytes there were.
#![no_main]

use pakiti_fuzz::{Target, corpus};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

static TARGET: OnceLock<Target> = OnceLock::new();
static INPUTS: AtomicU64 = AtomicU64::new(0);
static BYTES: AtomicU64 = AtomicU64::new(0);
static NEXT_COUNT: OnceLock<(Instant, PathBuf)> = OnceLock::new();
static COUNTED: AtomicU64 = AtomicU64::new(0);

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set; use `cargo xtask fuzz`"))
}

fn begin() {
    let name = variable("PAKITI_FUZZ_TARGET");
    let target = Target::named(&name).unwrap_or_else(|| panic!("no target {name}"));
    let folder = PathBuf::from(variable("PAKITI_FUZZ_SEEDS"));
    let seeds = corpus::shared_data().map(|data| target.real_seeds(&data)).unwrap_or_default();
    for (number, seed) in seeds.iter().enumerate() {
        std::fs::write(folder.join(format!("{number:04}")), seed).expect("writing seeds");
    }
    eprintln!("PAKITI: {} seeds out of the shared data", seeds.len());
    let _ = TARGET.set(target);
    let _ = NEXT_COUNT.set((Instant::now(), variable("PAKITI_FUZZ_COUNT").into()));
}

/// Counts an input; twice a second the file is written anew.
fn count(length: usize) {
    let inputs = INPUTS.fetch_add(1, Relaxed) + 1;
    let bytes = BYTES.fetch_add(length as u64, Relaxed) + length as u64;
    let Some((begun, file)) = NEXT_COUNT.get() else { return };
    let halves = begun.elapsed().div_duration_f64(Duration::from_millis(500)) as u64;
    if COUNTED.swap(halves, Relaxed) != halves {
        let _ = std::fs::write(file, format!("{inputs} {bytes}\n"));
    }
}

libfuzzer_sys::fuzz_target!(init: begin(), |data: &[u8]| {
    let target = TARGET.get().expect("begun");
    count(data.len());
    (target.run)(data);
});
