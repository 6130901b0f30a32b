//! CPU and wall time of this process, and its memory.

use crate::Outcome;
use std::fmt;
use std::time::{Duration, Instant};

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

/// Resident memory of this process: now, and the most it had.
pub(crate) fn memory() -> Outcome<String> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let of = |name: &str| -> Outcome<u64> {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("/proc/self/status")?;
        Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? / 1024)
    };
    Ok(format!("{} MiB resident, {} MiB at most", of("VmRSS:")?, of("VmHWM:")?))
}

/// How long calls took.
#[derive(Default)]
pub(crate) struct Times {
    times: Vec<Duration>,
}

impl Times {
    pub(crate) fn take<T>(&mut self, call: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let out = call();
        self.times.push(began.elapsed());
        out
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut times = self.times.clone();
        times.sort_unstable();
        let of = |percent: usize| times.get((times.len() * percent / 100).min(times.len().saturating_sub(1)));
        let ms = |time: Option<&Duration>| time.map_or(0.0, |time| time.as_secs_f64() * 1000.0);
        write!(f, "p50 {:.1} ms, p99 {:.1} ms", ms(of(50)), ms(of(99)))
    }
}
