//! A `pakiti serve` of our own to measure: started on a free port, read through /proc, stopped with SIGTERM.

use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A running server.
pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
}

impl Server {
    /// Starts `bin serve` on the database of `data` and waits for its address.
    pub(crate) fn start(bin: &Path, data: &[String]) -> Result<Self> {
        let mut child = Command::new(bin)
            .arg("serve")
            .args(data)
            .args(["--listen", "127.0.0.1:0"])
            .env("RUST_LOG", "warn")
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", bin.display()))?;
        let stdout = child.stdout.take().context("no stdout")?;
        for line in BufReader::new(stdout).lines() {
            let line = line?;
            if let Some(at) = line.find("http://") {
                let url = line[at..].split_whitespace().next().unwrap_or_default().trim_end_matches('/');
                return Ok(Self { child, url: url.to_owned() });
            }
        }
        bail!("the server ended before it listened: {:?}", child.wait()?)
    }

    /// CPU time used so far, user and system, seconds.
    pub(crate) fn cpu_seconds(&self) -> Result<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let after = stat.rsplit_once(')').map(|(_, rest)| rest).context("unreadable /proc stat")?;
        let fields: Vec<&str> = after.split_whitespace().collect();
        let ticks = |i: usize| fields.get(i).and_then(|f| f.parse::<f64>().ok()).unwrap_or(0.0);
        // Fields 14 and 15 of proc(5), in clock ticks of 1/100 s.
        Ok((ticks(11) + ticks(12)) / 100.0)
    }

    /// Resident memory, MB.
    pub(crate) fn rss_mb(&self) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        megabytes(&status, "VmRSS:")
    }

    /// The most memory it has had resident, MB.
    pub(crate) fn peak_mb(&self) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        megabytes(&status, "VmHWM:")
    }
}

/// A size of /proc/PID/status, MB.
fn megabytes(status: &str, name: &str) -> Result<f64> {
    let line = status.lines().find(|line| line.starts_with(name)).with_context(|| format!("no {name}"))?;
    let kib: f64 = line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).unwrap_or(0.0);
    Ok(kib / 1024.0)
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGTERM lets it store what it accepted; without `kill` at hand it is killed.
        let pid = self.child.id().to_string();
        if !Command::new("kill").arg(&pid).status().is_ok_and(|status| status.success()) {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}
