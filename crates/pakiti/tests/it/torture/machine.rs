//! Processes of the real binary that are killed.

use super::database::Database;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

/// What is killed in a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kill {
    /// The server while reports arrive; the synchronisation goes on alone.
    Server,
    /// The synchronisation when its content is in force and verdicts are being re-evaluated, later the server.
    Sweep,
    /// Both at once.
    Both,
}

impl Kill {
    pub(super) fn of(round: usize) -> Self {
        [Self::Server, Self::Sweep, Self::Both][round % 3]
    }
}

/// A process; killed when dropped.
pub(super) struct Machine(Child);

impl Machine {
    /// Starts the server; its log is not kept.
    pub(super) fn server(database: &Database) -> Self {
        Self::command(database, &["serve", "--listen", "127.0.0.1:0"])
    }

    pub(super) fn command(database: &Database, args: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pakiti"));
        command.args(args).env("PAKITI_DATABASE", &database.url).env("RUST_LOG", "error");
        Self(command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("it starts"))
    }

    /// Waits until it listens; gives `HOST:PORT`.
    pub(super) fn address(&mut self) -> String {
        let stdout = self.0.stdout.take().expect("a pipe");
        let line = BufReader::new(stdout).lines().next().expect("a line").expect("text");
        line.strip_prefix("listening on http://").expect("where it listens").to_owned()
    }

    pub(super) fn has_ended(&mut self) -> bool {
        self.0.try_wait().expect("it can be waited for").is_some()
    }

    /// Waits for its end; says whether its exit status is 0.
    pub(super) fn ends_well(&mut self) -> bool {
        self.0.wait().expect("it can be waited for").success()
    }

    /// SIGKILL; it has ended when this returns.
    pub(super) fn kill(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        self.0.wait().expect("it can be waited for");
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.kill();
    }
}
