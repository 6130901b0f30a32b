//! Megabytes a second of CPU of the parsers of repositories and OVAL, decompression and hashing left out; for OVAL
//! also the wall time of decompression and parsing side by side.
//!
//! `cargo run --release -p pakiti-formats --example parse_speed`. The files are real ones of the shared data
//! (`PAKITI_SHARED`, else `../shared`), the records of repositories repeated until about 60 MB are
//! reached.

use pakiti_formats::decompress::{self, DecompressLimits};
use pakiti_formats::definition::oval;
use pakiti_formats::repository::SkipList;
use pakiti_formats::repository::apt::packages::{self, PackagesFile};
use pakiti_formats::repository::yum::{self, YumOptions};
use sha2::{Digest, Sha256};
use std::error::Error;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// As the binary has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SIZE: usize = 60 << 20;
const RUNS: usize = 5;
const PRIMARY: &str =
    "rpm-repo/pulp-xz-repo/repodata/6b575c847d7974516d28d6185f315e0e85696d86-primary.xml.gz";
const UPDATEINFO: &str = "rpm-repo/pulp-xz-repo/repodata/492777d904da6c1e8444d933a81131ad18d37eac9663ad6beb533f5ca3160375-updateinfo.xml.xz";
const OVAL: [&str; 5] = [
    "oval/redhat/rhel-7-including-unpatched.oval.xml.bz2",
    "oval/ubuntu/com.ubuntu.xenial.cve.oval.xml.bz2",
    "oval/ubuntu/com.ubuntu.bionic.cve.oval.xml.bz2",
    "oval/redhat/com.redhat.rhsa-RHEL5.xml.bz2",
    "oval/redhat/rhel-8.oval.xml.xz",
];
const PACKAGES: &str = "debian/dists/bookworm/main/binary-amd64/Packages.xz";

fn main() -> Result<(), Box<dyn Error>> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared");
    let shared = std::env::var_os("PAKITI_SHARED").map_or_else(|| PathBuf::from(default), PathBuf::from);
    let data = shared.join("data");
    let primary = repeated(&read(&data.join(PRIMARY))?, "<package ", "</metadata>");
    let options = YumOptions::new("bench");
    let hashed = |data: &[u8]| Ok(usize::from(Sha256::digest(data)[0]));
    let hashing = cpu_time(|| hashed(&primary))?.0;
    time("primary.xml", &primary, hashing, || {
        Ok(yum::load_primary("primary.xml", &primary, &options)?.content.packages.len())
    })?;
    let updateinfo = repeated(&read(&data.join(UPDATEINFO))?, "<update ", "</updates>");
    let repomd = repomd(&updateinfo);
    let folder = |path: &str, _: u64| {
        Ok(Some(if path.ends_with("repomd.xml") { repomd.clone() } else { updateinfo.clone() }))
    };
    let hashing = cpu_time(|| hashed(&updateinfo))?.0;
    time("updateinfo.xml", &updateinfo, hashing, || {
        Ok(yum::load(&folder, &options)?.content.advisories.len())
    })?;
    let index = read(&data.join(PACKAGES))?;
    time("Packages", &index, 0.0, || {
        let (mut found, mut skipped) = (Vec::new(), SkipList::default());
        let file = PackagesFile { name: "Packages", component: "main" };
        packages::scan(index.as_slice(), file, &mut found, &mut skipped)?;
        Ok(found.len())
    })?;
    for file in OVAL {
        let packed = std::fs::read(data.join(file))?;
        let plain = read(&data.join(file))?;
        let count = |data: &[u8]| Ok(oval::load(data, file)?.document.definitions.len());
        time(file, &plain, 0.0, || count(&plain))?;
        beside(&packed, || count(&packed))?;
    }
    Ok(())
}

/// Prints how much longer than decompression alone `run` takes, whose decompression is beside it.
fn beside(packed: &[u8], run: impl Fn() -> Result<usize, Box<dyn Error>>) -> Result<(), Box<dyn Error>> {
    let wall = |run: &dyn Fn() -> Result<usize, Box<dyn Error>>| -> Result<f64, Box<dyn Error>> {
        let mut best = f64::INFINITY;
        for _ in 0..RUNS {
            let start = Instant::now();
            black_box(run()?);
            best = best.min(start.elapsed().as_secs_f64());
        }
        Ok(best)
    };
    let alone = wall(&|| Ok(decompress::bytes(packed, &DecompressLimits::default())?.len()))?;
    let both = wall(&run)?;
    println!("  decompression {alone:.3} s, with parsing {both:.3} s wall: {:.2} times", both / alone);
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    let data = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(decompress::bytes(&data, &DecompressLimits::default())?.into_owned())
}

/// `data` with everything from the first `open` to `close` repeated.
fn repeated(data: &[u8], open: &str, close: &str) -> Vec<u8> {
    let text = String::from_utf8_lossy(data);
    let start = text.find(open).unwrap_or(0);
    let end = text.rfind(close).unwrap_or(text.len());
    let records = &text[start..end];
    [&text[..start], &records.repeat(SIZE / records.len() + 1), &text[end..]].concat().into_bytes()
}

fn repomd(data: &[u8]) -> Vec<u8> {
    let hash: String = Sha256::digest(data).iter().map(|byte| format!("{byte:02x}")).collect();
    let entry = format!("<checksum type='sha256'>{hash}</checksum><location href='repodata/u.xml'/>");
    format!("<repomd><data type='updateinfo'>{entry}</data></repomd>").into_bytes()
}

/// Prints the speed of `run`; `hashing` seconds of it are not parsing.
fn time(
    what: &str,
    data: &[u8],
    hashing: f64,
    run: impl Fn() -> Result<usize, Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let (best, records) = cpu_time(run)?;
    let (megabytes, seconds) = (data.len() as f64 / 1e6, best - hashing);
    println!("{what}: {megabytes:.0} MB, {records} records, {seconds:.3} s, {:.0} MB/s", megabytes / seconds);
    Ok(())
}

/// CPU seconds of the fastest of some runs, and what it gave.
fn cpu_time(run: impl Fn() -> Result<usize, Box<dyn Error>>) -> Result<(f64, usize), Box<dyn Error>> {
    let (mut best, mut records) = (f64::INFINITY, 0);
    for _ in 0..RUNS {
        let start = cpu_nanoseconds()?;
        records = black_box(run()?);
        best = best.min((cpu_nanoseconds()? - start) as f64 / 1e9);
    }
    Ok((best, records))
}

/// CPU of this thread: other work on the machine does not slow it.
fn cpu_nanoseconds() -> Result<u64, Box<dyn Error>> {
    let spent = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Ok(u64::try_from(spent.tv_sec)? * 1_000_000_000 + u64::try_from(spent.tv_nsec)?)
}
