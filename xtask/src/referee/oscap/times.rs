//! How long both sides took: load and evaluate, and evaluate alone.
//!
//! - oscap is run [`RUNS`] times, Pakiti [`PAKITI_RUNS`] times; what counts is the run with the least CPU time, as neighbours on the
//!   machine only add to it.
//! - oscap's loading is the same call for a definition that the file does not have: oscap reads the file, makes its models of
//!   objects and results, and stops where it would evaluate. Its evaluation is the rest of the whole call.
//! - Pakiti tells how long evaluating took (`RUST_LOG=pakiti=debug`): the index of the host and the results of all definitions.
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use anyhow::{Context, ensure};

/// Runs of oscap.
pub(super) const RUNS: usize = 3;
/// Runs of Pakiti: its evaluating takes milliseconds, told by the clock, which any neighbour stops.
pub(super) const PAKITI_RUNS: usize = 9;
/// Asked for by this name, `time` of bash tells milliseconds; the system's counters of a child have ticks of ten.
const CLOCK: &str = "TIMEFORMAT='%3R %3U %3S'; { time \"$@\" 2>&3; } 3>&2 2>\"$0\"";
/// Shortest time that is divided by: what is told in milliseconds is not exact below.
const SHORTEST: Duration = Duration::from_millis(1);

/// Time a program took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Spent {
    pub(super) wall: Duration,
    /// User and system.
    pub(super) cpu: Duration,
}

impl Spent {
    /// The one with less CPU time.
    pub(super) fn least(self, other: Option<Self>) -> Self {
        other.filter(|other| other.cpu < self.cpu).unwrap_or(self)
    }

    fn plus(self, other: Self) -> Self {
        Self { wall: self.wall + other.wall, cpu: self.cpu + other.cpu }
    }

    /// `WALL s, CPU s of CPU`.
    pub(super) fn words(self) -> String {
        format!("{:.3} s, {:.3} s of CPU", self.wall.as_secs_f64(), self.cpu.as_secs_f64())
    }
}

/// Runs a program and says how long it and its children took; `note` is a file for that.
pub(super) fn timed(command: &Command, note: &Path) -> anyhow::Result<(Output, Spent)> {
    let mut clock = Command::new("bash");
    clock.args(["-c", CLOCK]).arg(note).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => clock.env(name, value),
            None => clock.env_remove(name),
        };
    }
    let output = clock.output().context("bash")?;
    let told = fs::read_to_string(note)?;
    let seconds: Vec<f64> = told.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [wall, user, system] = seconds[..] else { anyhow::bail!("the time of a call: {told:?}") };
    let cpu = Duration::from_secs_f64(user + system);
    Ok((output, Spent { wall: Duration::from_secs_f64(wall), cpu }))
}

/// Pakiti's own time for evaluating, as it logs it.
pub(super) fn evaluating(log: &str) -> anyhow::Result<Duration> {
    let told = log.lines().find_map(|line| line.split_once(" milliseconds="));
    let number =
        told.and_then(|(_, rest)| rest.split_whitespace().next()).context("no time of evaluating")?;
    let milliseconds: f64 = number.parse().with_context(|| number.to_owned())?;
    ensure!(milliseconds >= 0.0, "{number} ms");
    Ok(Duration::from_secs_f64(milliseconds / 1e3))
}

/// The times of one host and file.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Times {
    pub(super) oscap: Spent,
    /// Of that, before it evaluates.
    pub(super) oscap_loading: Spent,
    pub(super) pakiti: Spent,
    pub(super) pakiti_evaluating: Duration,
}

impl Times {
    /// oscap's CPU time for evaluating alone.
    pub(super) fn oscap_evaluating(&self) -> Duration {
        self.oscap.cpu.saturating_sub(self.oscap_loading.cpu)
    }

    /// Load and evaluate: times as fast, by CPU and by the clock.
    pub(super) fn both(&self) -> [f64; 2] {
        [ratio(self.oscap.cpu, self.pakiti.cpu), ratio(self.oscap.wall, self.pakiti.wall)]
    }

    /// Evaluate alone: times as fast.
    pub(super) fn alone(&self) -> f64 {
        self.oscap_evaluating().as_secs_f64() / self.pakiti_evaluating.as_secs_f64().max(1e-6)
    }

    /// A line for a person.
    pub(super) fn words(&self) -> String {
        let [cpu, wall] = self.both();
        format!(
            "pakiti {}, {cpu:.1} times as fast by CPU, {wall:.1} by the clock; evaluating alone {:.0} ms against {:.2} ms, {:.0} times",
            self.pakiti.words(),
            self.oscap_evaluating().as_secs_f64() * 1e3,
            self.pakiti_evaluating.as_secs_f64() * 1e3,
            self.alone(),
        )
    }

    /// All hosts together.
    pub(super) fn sum(all: impl Iterator<Item = Self>) -> Self {
        all.fold(Self::default(), |sum, of| Self {
            oscap: sum.oscap.plus(of.oscap),
            oscap_loading: sum.oscap_loading.plus(of.oscap_loading),
            pakiti: sum.pakiti.plus(of.pakiti),
            pakiti_evaluating: sum.pakiti_evaluating + of.pakiti_evaluating,
        })
    }
}

fn ratio(oscap: Duration, pakiti: Duration) -> f64 {
    oscap.as_secs_f64() / pakiti.max(SHORTEST).as_secs_f64()
}

/// All together, and the pair where Pakiti gains least of each.
pub(super) fn summary(all: &[Times]) -> String {
    let least = |of: &dyn Fn(&Times) -> f64| all.iter().map(of).fold(f64::INFINITY, f64::min);
    let sum = Times::sum(all.iter().copied());
    let [cpu, wall] = [0, 1].map(|which| least(&|times: &Times| times.both()[which]));
    format!(
        "load and evaluate, all together: oscap {}; {}\nleast of all pairs: {cpu:.1} times as fast by CPU, {wall:.1} by the clock; \
         evaluating alone {:.0} times",
        sum.oscap.words(),
        sum.words(),
        least(&Times::alone),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spent(cpu: u64) -> Spent {
        Spent { wall: Duration::from_millis(2 * cpu), cpu: Duration::from_millis(cpu) }
    }

    #[test]
    fn loading_is_no_evaluating() {
        let times = Times {
            oscap: spent(1700),
            oscap_loading: spent(1000),
            pakiti: spent(100),
            pakiti_evaluating: Duration::from_millis(7),
        };
        assert_eq!(times.both(), [17.0, 17.0]);
        assert_eq!(times.alone().round(), 100.0);
        let odd = Times { oscap_loading: spent(1800), ..times };
        assert_eq!(odd.alone(), 0.0, "loading cannot have taken longer");
        let told = summary(&[times, Times { pakiti: spent(340), ..times }]);
        assert!(told.contains("least of all pairs: 5.0 times as fast by CPU, 5.0 by the clock"), "{told}");
    }

    #[test]
    fn the_run_with_the_least_cpu_time_counts() {
        assert_eq!(spent(3).least(None), spent(3));
        assert_eq!(spent(3).least(Some(spent(2))), spent(2));
        assert_eq!(spent(2).least(Some(spent(3))), spent(2));
    }

    #[test]
    fn the_time_of_evaluating_is_found_in_the_log() {
        let log = "2026-11-22T13:00:00.0Z DEBUG pakiti::evaluate::definitions: evaluated definitions=8491 milliseconds=7.25\n";
        assert_eq!(evaluating(log).unwrap(), Duration::from_micros(7250));
        assert!(evaluating("").is_err());
    }

    #[test]
    fn a_call_is_timed_with_all_it_started() {
        let note = std::env::temp_dir().join(format!("referee-times-{}", std::process::id()));
        let mut command = Command::new("sh");
        let work = "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo out; echo err >&2; exit 3";
        command.args(["-c", &format!("({work}); exit $?")]).env("LC_ALL", "C");
        let (output, spent) = timed(&command, &note).unwrap();
        fs::remove_file(note).unwrap();
        assert_eq!(output.status.code(), Some(3));
        assert_eq!((&*output.stdout, &*output.stderr), (&b"out\n"[..], &b"err\n"[..]));
        assert!(!spent.cpu.is_zero() && !spent.wall.is_zero());
    }
}
