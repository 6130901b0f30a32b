//! CPU and wall time of this process.

use crate::Outcome;
use std::time::Instant;

/// CPU and wall time since a moment.
pub(crate) struct Meter {
    began: Instant,
    cpu: f64,
}

impl Meter {
    pub(crate) fn start() -> Outcome<Self> {
        Ok(Self { began: Instant::now(), cpu: cpu_seconds()? })
    }

    pub(crate) fn cpu(&self) -> Outcome<f64> {
        Ok(cpu_seconds()? - self.cpu)
    }

    pub(crate) fn read(&self) -> Outcome<String> {
        Ok(format!("{:.2} s of CPU, {:.2} s in all", self.cpu()?, self.began.elapsed().as_secs_f64()))
    }
}

/// User and system time of this process, seconds (Linux counts in hundredths).
fn cpu_seconds() -> Outcome<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let behind = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let mut fields = behind.split_whitespace().skip(11);
    let mut ticks = || fields.next().and_then(|f| f.parse::<f64>().ok()).ok_or("/proc/self/stat");
    Ok((ticks()? + ticks()?) / 100.0)
}
