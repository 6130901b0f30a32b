//! Where a new password comes from: the first line of a file or of standard input.
//!
//! Never from the command line, which every user of the machine can read. At a terminal it is shown while it is
//! typed: the prompt says so.

use anyhow::{Context as _, ensure};
use clap::Args;
use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal as _};
use std::path::PathBuf;

/// Longest line that is read (bytes).
const LONGEST: u64 = 4096;

/// `--password-file`.
#[derive(Debug, Args)]
pub(super) struct PasswordArgs {
    /// File whose first line is the password; without it the first line of standard input is
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

impl PasswordArgs {
    /// Reads the password for `name`.
    ///
    /// # Errors
    /// A file that cannot be read, a line that is empty or not UTF-8.
    pub(super) fn read(&self, name: &str) -> anyhow::Result<String> {
        match &self.password_file {
            Some(path) => {
                let file = File::open(path).with_context(|| format!("{}", path.display()))?;
                first_line(BufReader::new(file)).with_context(|| format!("{}", path.display()))
            }
            None => {
                if io::stdin().is_terminal() {
                    eprint!("password for {name} (shown while you type; pipe it in to hide it): ");
                }
                first_line(io::stdin().lock()).context("standard input")
            }
        }
    }
}

fn first_line(input: impl BufRead) -> anyhow::Result<String> {
    let mut line = String::new();
    input.take(LONGEST).read_line(&mut line)?;
    let password = line.trim_end_matches(['\n', '\r']).to_owned();
    ensure!(!password.is_empty(), "no password on the first line");
    Ok(password)
}

#[cfg(test)]
mod tests {
    use super::first_line;

    #[test]
    fn the_first_line_is_the_password_with_its_blanks() {
        assert_eq!(first_line(&b" a b \r\nsecond\n"[..]).unwrap(), " a b ");
        assert_eq!(first_line(&b"no newline"[..]).unwrap(), "no newline");
        assert!(first_line(&b"\nsecond\n"[..]).is_err());
        assert!(first_line(&b""[..]).is_err());
        assert!(first_line(&b"\xff\xfe\n"[..]).is_err());
    }
}
