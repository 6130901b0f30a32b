//! The quick form of fuzzing: every seed, then so many mutated ones as cost a few seconds in a debug build.
//!
//! The number the mutation begins with is fixed; `PAKITI_FUZZ_SEED` gives another one, `PAKITI_FUZZ_INPUTS` another
//! number of inputs. `cargo xtask fuzz` is the long form (docs/fuzzing.md).

use pakiti_fuzz::mutation::{Random, input};
use pakiti_fuzz::{TARGETS, Target, corpus};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Longest time for one input in a debug build on a busy machine.
const LONGEST: Duration = Duration::from_secs(20);
/// A row of inputs that nobody chose.
const SEED: u64 = 20_261_122;

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).ok().map_or(default, |text| text.parse().expect(variable))
}

fn seeds(target: &Target) -> Vec<Vec<u8>> {
    let mut seeds = corpus::own(target).expect("own seeds");
    assert!(!seeds.is_empty(), "{} has no seeds of its own", target.name);
    match corpus::shared_data() {
        Some(data) => {
            let real = target.real_seeds(&data);
            assert!(real.len() > 5, "{}: only {} seeds in {}", target.name, real.len(), data.display());
            seeds.extend(real);
        }
        None => {
            assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "the shared data are absent");
            eprintln!("left out: seeds out of the shared data, which are absent");
        }
    }
    seeds
}

/// Where an input that failed is kept.
fn keep(target: &Target, data: &[u8]) -> PathBuf {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{}", target.name));
    std::fs::write(&file, data).expect("writing the input");
    file
}

fn check(target: &Target, data: &[u8], told: &str) {
    let begun = Instant::now();
    let passed = catch_unwind(AssertUnwindSafe(|| (target.run)(data))).is_ok();
    if passed && begun.elapsed() < LONGEST {
        return;
    }
    let (file, seconds) = (keep(target, data), begun.elapsed().as_secs_f64());
    panic!("{told}, {seconds:.1} s: cargo run -p pakiti-fuzz -- {} {}", target.name, file.display());
}

fn quick(name: &str, inputs: u64) {
    let target = Target::named(name).expect(name);
    let (seeds, tokens) = (seeds(&target), target.tokens().expect("dictionary"));
    let (seed, inputs) = (number("PAKITI_FUZZ_SEED", SEED), number("PAKITI_FUZZ_INPUTS", inputs));
    for (at, data) in seeds.iter().enumerate() {
        check(&target, data, &format!("{name}: seed {at}"));
    }
    let mut random = Random::new(seed);
    let begun = Instant::now();
    for at in 0..inputs {
        let data = input(&mut random, &seeds, &tokens, target.longest);
        check(&target, &data, &format!("{name}: input {at} of PAKITI_FUZZ_SEED={seed}"));
    }
    eprintln!("{name}: {} seeds, {inputs} inputs of row {seed}, {:?}", seeds.len(), begun.elapsed());
}

#[test]
fn every_target_has_seeds_and_a_dictionary() {
    for target in TARGETS {
        assert!(target.corpus().is_dir(), "{}", target.name);
        let tokens = target.tokens().expect(target.name);
        assert!(tokens.len() > 10, "{}: {} tokens", target.name, tokens.len());
    }
}

#[test]
fn a_finding_is_a_failure() {
    let mut broken = TARGETS[0];
    broken.name = "broken";
    broken.run = |data| assert!(data.len() < 3);
    let failed = catch_unwind(|| check(&broken, b"abc", "broken"));
    assert!(failed.is_err());
    check(&broken, b"ab", "broken");
}

#[test]
fn oval() {
    quick("oval", 300);
}

#[test]
fn versions() {
    quick("versions", 20_000);
}

#[test]
fn reports() {
    quick("reports", 1_500);
}

#[test]
fn yum() {
    quick("yum", 500);
}

#[test]
fn apt() {
    quick("apt", 500);
}

#[test]
fn patterns() {
    quick("patterns", 500);
}
