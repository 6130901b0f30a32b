//! Ingest: reports of 1,000 packages as fast as they go, each durable before its `OK`.
//!
//! The load generator runs beside the server on the same cores. With sources loaded, so that every new package
//! set is judged. `first`: hosts never seen; `same`: unchanged reports; `changed`: some packages upgraded.

use super::loadgen::Loadgen;
use super::server::Server;
use crate::place;
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Databases to measure; PostgreSQL is the one of PAKITI_TEST_POSTGRES (scripts/with-postgres.sh)
    #[arg(long, value_delimiter = ',', default_values = ["sqlite", "postgres"])]
    database: Vec<String>,
    /// Hosts of the fleet
    #[arg(long, default_value_t = 4000)]
    hosts: u64,
    /// Packages per report
    #[arg(long, default_value_t = 1000)]
    packages: u64,
    /// Connections of the load generator
    #[arg(long, default_value_t = 128)]
    connections: u64,
    /// Seconds of the run with unchanged reports
    #[arg(long, default_value_t = 15)]
    seconds: u64,
    /// Judge without any source
    #[arg(long)]
    no_sources: bool,
    /// Measure this binary (default: PAKITI_BIN, else one built in release)
    #[arg(long)]
    bin: Option<PathBuf>,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let given = args.bin.clone().or_else(|| std::env::var_os("PAKITI_BIN").map(PathBuf::from));
    let bin = match given {
        Some(bin) => bin,
        None => build()?,
    };
    let loadgen = Loadgen::build()?;
    println!(
        "{:<9} {:<8} {:>8} {:>11} {:>13} {:>8} {:>8} {:>8}",
        "database", "run", "reports", "reports/s", "CPU us/report", "p50 ms", "p99 ms", "RSS MB"
    );
    for database in &args.database {
        let folder = tempfile_dir(database)?;
        let data = match database.as_str() {
            "sqlite" => vec!["--data".to_owned(), folder.display().to_string()],
            "postgres" => match postgres(&folder)? {
                Some(url) => vec!["--database".to_owned(), url],
                None => {
                    println!("postgres  skipped: PAKITI_TEST_POSTGRES is not set (scripts/with-postgres.sh)");
                    continue;
                }
            },
            other => anyhow::bail!("unknown database `{other}`: sqlite or postgres"),
        };
        measure(&args, database, &bin, &data, &loadgen)?;
        std::fs::remove_dir_all(&folder)?;
    }
    Ok(())
}

pub(super) fn build() -> Result<PathBuf> {
    let status = Command::new("cargo").args(["build", "--release", "--locked", "-p", "pakiti"]).status()?;
    ensure!(status.success(), "pakiti does not build");
    Ok(place::target().join("release/pakiti"))
}

pub(super) fn tempfile_dir(name: &str) -> Result<PathBuf> {
    let folder = place::target().join(format!("bench-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// A database of its own on the server of PAKITI_TEST_POSTGRES.
fn postgres(folder: &Path) -> Result<Option<String>> {
    let Ok(url) = std::env::var("PAKITI_TEST_POSTGRES") else { return Ok(None) };
    let (server, _) = url.rsplit_once('/').context("PAKITI_TEST_POSTGRES has no database name")?;
    let name = folder.file_name().map(|n| n.to_string_lossy().replace('-', "_")).unwrap_or_default();
    let status = Command::new("psql").args([&url, "-qc", &format!("CREATE DATABASE {name}")]).status()?;
    ensure!(status.success(), "cannot create database {name}");
    Ok(Some(format!("{server}/{name}")))
}

fn measure(args: &Args, database: &str, bin: &Path, data: &[String], loadgen: &Loadgen) -> Result<()> {
    let mut serve = data.to_vec();
    serve.push("--no-background".to_owned());
    if !args.no_sources {
        add_sources(bin, data)?;
    }
    let server = Server::start(bin, &serve)?;
    let fleet = |mode: &str, more: &[String]| {
        let mut all = vec!["--mode".to_owned(), mode.to_owned()];
        for (name, value) in
            [("--hosts", args.hosts), ("--packages", args.packages), ("--connections", args.connections)]
        {
            all.extend([name.to_owned(), value.to_string()]);
        }
        all.extend_from_slice(more);
        all
    };
    let seconds = ["--duration".to_owned(), args.seconds.to_string()];
    let count = ["--count".to_owned(), args.hosts.to_string(), "--changes".to_owned(), "5".to_owned()];
    let long = ["--duration".to_owned(), "600".to_owned()];
    for (name, run) in [
        ("first", fleet("first", &long)),
        ("same", fleet("same", &seconds)),
        ("changed", fleet("changed", &[count.as_slice(), long.as_slice()].concat())),
    ] {
        let before = server.cpu_seconds()?;
        let result = loadgen.run(&server.url, &run)?;
        let cpu = server.cpu_seconds()? - before;
        print_row(database, name, &result, cpu, server.rss_mb()?);
    }
    drop(server);
    let verify = Command::new(bin).arg("verify").args(data).args(["--sample", "5"]).output()?;
    ensure!(verify.status.success(), "verify: {}", String::from_utf8_lossy(&verify.stdout));
    Ok(())
}

fn print_row(database: &str, name: &str, result: &Value, cpu: f64, rss: f64) {
    let number = |key: &str| result[key].as_f64().unwrap_or(0.0);
    let reports = number("reports");
    println!(
        "{database:<9} {name:<8} {reports:>8.0} {:>11.0} {:>13.0} {:>8.1} {:>8.1} {rss:>8.0}",
        number("reports_per_s"),
        cpu * 1e6 / reports.max(1.0),
        number("p50_ms"),
        number("p99_ms"),
    );
}

/// Debian 12's three suites of the shared folder, so that the loadgen's hosts are judged.
pub(super) fn add_sources(bin: &Path, data: &[String]) -> Result<()> {
    let dists = place::shared().context("PAKITI_SHARED")?.join("data/debian/dists");
    for suite in ["bookworm", "bookworm-updates", "bookworm-security"] {
        let mut command = Command::new(bin);
        command.args(["source", "add", suite, "--kind", "apt", "--url"]).arg(dists.join(suite)).args(data);
        // The committed snapshot of the archive expires; what is measured does not depend on it.
        command.args(["--arch", "amd64", "--no-check-valid-until"]);
        let output = command.output()?;
        ensure!(output.status.success(), "source add: {}", String::from_utf8_lossy(&output.stderr));
    }
    let mut command = Command::new(bin);
    command.args(["source", "sync", "--all"]).args(data);
    let output = command.output()?;
    ensure!(output.status.success(), "source sync: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}
