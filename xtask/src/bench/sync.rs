//! Memory of a server while it takes the largest feed at hand: Debian 12 main, with updates and security loaded.
//!
//! The server is idle with all loaded, main even twice; then the Release of the second main changes, so that it is
//! read, parsed, compared with what is in force and switched. Told: the peak above the idle server.

use super::ingest::{add_sources, build, tempfile_dir};
use super::server::Server;
use anyhow::{Context, Result, ensure};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

/// Most that a synchronisation may take above the idle server, MB.
const BUDGET: f64 = 150.0;
/// A due source is fetched within a minute.
const PATIENCE: Duration = Duration::from_secs(180);

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Measure this binary (default: PAKITI_BIN, else one built in release)
    #[arg(long)]
    bin: Option<PathBuf>,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let given = args.bin.or_else(|| std::env::var_os("PAKITI_BIN").map(PathBuf::from));
    let bin = given.map_or_else(build, Ok)?;
    let folder = tempfile_dir("sync")?;
    let data = ["--data".to_owned(), folder.display().to_string()];
    let pakiti = |args: &[&str]| -> Result<String> {
        let output = Command::new(&bin).args(args).args(&data).output()?;
        ensure!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    };
    add_sources(&bin, &data)?;
    // A copy of main that may change; its signature holds no longer then.
    let copy = folder.join("copy");
    let dists = crate::place::shared().context("PAKITI_SHARED")?.join("data/debian/dists");
    let copied = Command::new("cp").arg("-r").arg(dists.join("bookworm")).arg(&copy).status()?;
    ensure!(copied.success(), "cp");
    let url = copy.display().to_string();
    pakiti(&["source", "add", "copy", "--url", &url, "--trusted", "--arch", "amd64", "--interval", "1m"])?;
    pakiti(&["source", "sync", "copy"])?;
    let release = copy.join("InRelease");
    let text = std::fs::read_to_string(&release)?.replacen("Origin: ", "X-Changed: yes\nOrigin: ", 1);
    let mut writable = std::fs::metadata(&copy)?.permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut writable, 0o755);
    std::fs::set_permissions(&copy, writable)?;
    std::fs::remove_file(&release)?;
    std::fs::write(&release, text)?;

    let mut serve = data.to_vec();
    serve.extend(["--source-folder".to_owned(), folder.display().to_string()]);
    let server = Server::start(&bin, &serve)?;
    std::thread::sleep(Duration::from_secs(5));
    let idle = server.rss_mb()?;
    let began = Instant::now();
    while snapshots(&pakiti(&["source", "show", "copy", "--output", "json"])?)? < 2 {
        ensure!(began.elapsed() < PATIENCE, "the server did not fetch it in time");
        std::thread::sleep(Duration::from_secs(1));
    }
    std::thread::sleep(Duration::from_secs(3));
    let peak = server.peak_mb()?;
    drop(server);
    std::fs::remove_dir_all(&folder)?;
    println!("idle {idle:.0} MB, peak {peak:.0} MB: {:.0} MB above (budget {BUDGET} MB)", peak - idle);
    ensure!(peak - idle < BUDGET, "above the budget");
    Ok(())
}

/// How many snapshots has the source had?
fn snapshots(shown: &str) -> Result<usize> {
    let document: serde_json::Value = serde_json::from_str(shown)?;
    Ok(document["snapshots"].as_array().context("no snapshots")?.len())
}
