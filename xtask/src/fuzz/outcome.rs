//! What a run of a target came to: libFuzzer's numbers, and the inputs that failed.
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The numbers of one run.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    name: &'static str,
    inputs: u64,
    bytes: u64,
    seconds: f64,
    /// Edges of the program that were reached.
    coverage: u64,
    corpus: u64,
    peak_mib: u64,
    slowest_seconds: u64,
    /// What libFuzzer or the panic said, one line.
    reason: Option<String>,
    /// Inputs that failed.
    pub(super) findings: Vec<PathBuf>,
}

impl Outcome {
    /// Reads the log of a run and the folder it wrote to.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub(super) fn read(name: &'static str, folder: &Path, log: &str, time: Duration) -> anyhow::Result<Self> {
        let stat = |key: &str| {
            let key = format!("stat::{key}:");
            log.lines().find_map(|line| line.strip_prefix(&key)?.trim().parse().ok()).unwrap_or(0)
        };
        let count = fs::read_to_string(folder.join("count")).unwrap_or_default();
        let bytes = count.split_whitespace().nth(1).and_then(|word| word.parse().ok()).unwrap_or(0);
        Ok(Self {
            name,
            inputs: stat("number_of_executed_units"),
            bytes,
            seconds: time.as_secs_f64(),
            coverage: coverage(log),
            corpus: fs::read_dir(folder.join("corpus"))?.count() as u64,
            peak_mib: stat("peak_rss_mb"),
            slowest_seconds: stat("slowest_unit_time_sec"),
            reason: reason(log),
            findings: findings(folder)?,
        })
    }
}

/// The inputs that failed in this run or an earlier one.
pub(super) fn findings(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("finding-") {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

/// The last `cov: N` of the log.
fn coverage(log: &str) -> u64 {
    let after = log.rsplit_once(" cov: ").map_or("", |(_, after)| after);
    after.split_whitespace().next().and_then(|word| word.parse().ok()).unwrap_or(0)
}

/// Where a panic was, or what libFuzzer calls the end of the run.
fn reason(log: &str) -> Option<String> {
    let mut lines = log.lines().skip_while(|line| !line.contains("panicked at"));
    let panic = lines.next().map(|line| format!("{line} {}", lines.next().unwrap_or_default()));
    let error = || log.lines().find(|line| line.contains("ERROR: libFuzzer")).map(str::to_owned);
    panic.or_else(error)
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = self.inputs as f64 / self.seconds.max(0.001);
        write!(
            f,
            "{:<9} {:>9} inputs {:>7.0}/s {:>7.1} MB {:>6} edges {:>5} in corpus {:>4} MiB peak, slowest {} s: ",
            self.name,
            self.inputs,
            rate,
            self.bytes as f64 / 1e6,
            self.coverage,
            self.corpus,
            self.peak_mib,
            self.slowest_seconds
        )?;
        if self.findings.is_empty() {
            return f.write_str("ok");
        }
        write!(f, "{} FINDINGS", self.findings.len())?;
        if let Some(reason) = &self.reason {
            write!(f, "\n  {reason}")?;
        }
        for file in &self.findings {
            write!(f, "\n  again: cargo run -p pakiti-fuzz -- {} {}", self.name, file.display())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "#2 INITED cov: 12 ft: 13 corp: 1/1b\n#9 NEW    cov: 345 ft: 400 corp: 2/5b lim: 4\n\
        thread '<unnamed>' (7) panicked at fuzz/src/targets/oval.rs:9:5:\nodd\n\
        ==7== ERROR: libFuzzer: deadly signal\nstat::number_of_executed_units: 178084\nstat::peak_rss_mb:   62\n";

    #[test]
    fn the_numbers_are_read_out_of_the_log() {
        let folder = std::env::temp_dir().join(format!("pakiti-fuzz-outcome-{}", std::process::id()));
        fs::create_dir_all(folder.join("corpus")).unwrap();
        fs::write(folder.join("count"), "100 2000000\n").unwrap();
        fs::write(folder.join("finding-crash-1"), "x").unwrap();
        let outcome = Outcome::read("oval", &folder, LOG, Duration::from_secs(2)).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        let told = outcome.to_string();
        assert!(told.starts_with("oval         178084 inputs   89042/s     2.0 MB    345 edges"), "{told}");
        assert!(told.contains(
            "1 FINDINGS\n  thread '<unnamed>' (7) panicked at fuzz/src/targets/oval.rs:9:5: odd\n"
        ));
        assert!(told.contains("again: cargo run -p pakiti-fuzz -- oval /"), "{told}");
    }
}
