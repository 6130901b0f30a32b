//! Logging to standard error. `RUST_LOG` decides what is logged, else the command's own level.

use clap::ValueEnum;
use std::io;
use tracing_subscriber::EnvFilter;

/// How log lines look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

/// What `serve` logs without `RUST_LOG`; the database driver tells every slow statement otherwise.
pub(crate) const SERVER: &str = "info,sqlx=error";
/// What other commands log without `RUST_LOG`.
pub(crate) const COMMAND: &str = "warn,sqlx=error";

/// Starts logging; a second call changes nothing.
pub(crate) fn start(format: LogFormat, level: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    // Whoever starts it twice keeps the first.
    let _ = match format {
        LogFormat::Text => builder.with_ansi(io::IsTerminal::is_terminal(&io::stderr())).try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
}
