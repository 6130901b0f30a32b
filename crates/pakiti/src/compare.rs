//! `pakiti compare`: the version orders of rpm, dpkg and apk as a filter.
//!
//! Rules: contract.md "compare". Reads lines `A TAB B`, writes `A TAB B TAB -1|0|1`, the bytes of the input
//! verbatim (a carriage return too), whatever their encoding. The third column is `?`, and the exit status 1
//! at the end, for a version that the packager refuses or for a line with more than one TAB; a line without
//! a TAB is taken as `A` with an empty column after it: `A TAB TAB ?`. Reads no configuration.

use clap::{Args, ValueEnum};
use pakiti_core::package::PackageFormat;
use pakiti_core::version;
use std::cmp::Ordering;
use std::ffi::{OsStr, OsString};
use std::io::{self, BufRead, BufReader, BufWriter, ErrorKind, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::process::ExitCode;

/// Bytes of the input and output buffers.
const BUFFER: usize = 128 * 1024;

/// Compare versions as rpm, dpkg or apk do.
#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// Whose order.
    #[arg(value_enum)]
    pub(crate) format: CompareFormat,
    /// The first version; without it, lines `A TAB B` are read from standard input.
    #[arg(requires = "b", allow_hyphen_values = true)]
    pub(crate) a: Option<OsString>,
    /// The second version.
    #[arg(allow_hyphen_values = true)]
    pub(crate) b: Option<OsString>,
}

/// The packaging systems that have a version order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CompareFormat {
    /// librpm 4.18, `[epoch:]version[-release]`.
    Rpm,
    /// dpkg 1.21.
    Deb,
    /// apk-tools.
    Apk,
}

impl From<CompareFormat> for PackageFormat {
    fn from(format: CompareFormat) -> Self {
        match format {
            CompareFormat::Rpm => Self::Rpm,
            CompareFormat::Deb => Self::Deb,
            CompareFormat::Apk => Self::Apk,
        }
    }
}

/// Runs the command on standard input and output. The status is 1 if any line got `?`; that the reader of
/// the output went away is success.
///
/// # Errors
/// What reading standard input or writing standard output gives, but for a broken pipe.
pub(crate) fn run(args: &CompareArgs) -> io::Result<ExitCode> {
    let format = PackageFormat::from(args.format);
    let output = BufWriter::with_capacity(BUFFER, io::stdout().lock());
    let done = match (&args.a, &args.b) {
        (Some(a), Some(b)) => compare_one(format, a, b, output),
        _ => compare_lines(format, io::stdin().lock(), output),
    };
    match done {
        Ok(true) => Ok(ExitCode::SUCCESS),
        Ok(false) => Ok(ExitCode::FAILURE),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        Err(error) => Err(error),
    }
}

/// Writes the line for two versions; true if both are valid.
fn compare_one(format: PackageFormat, a: &OsStr, b: &OsStr, mut output: impl Write) -> io::Result<bool> {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let result = result_of(version::compare_bytes(format, a, b).ok());
    for bytes in [a, b"\t", b, b"\t", result.as_bytes(), b"\n"] {
        output.write_all(bytes)?;
    }
    output.flush()?;
    Ok(result != "?")
}

/// Writes one line for each line of `input`; true if all could be compared.
fn compare_lines(format: PackageFormat, input: impl Read, mut output: impl Write) -> io::Result<bool> {
    let mut input = BufReader::with_capacity(BUFFER, input);
    let mut line = Vec::new();
    let mut all_compared = true;
    loop {
        // About to wait for more input: whoever sends it may wait for the answers so far.
        if input.buffer().is_empty() {
            output.flush()?;
        }
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            output.flush()?;
            return Ok(all_compared);
        }
        let text = line.strip_suffix(b"\n").unwrap_or(&line);
        let result = result_of(compare_line(format, text));
        all_compared &= result != "?";
        output.write_all(text)?;
        if !text.contains(&b'\t') {
            output.write_all(b"\t")?;
        }
        output.write_all(b"\t")?;
        output.write_all(result.as_bytes())?;
        output.write_all(b"\n")?;
    }
}

/// The order of the two versions of a line; `None` if it does not hold two valid ones.
fn compare_line(format: PackageFormat, line: &[u8]) -> Option<Ordering> {
    let tab = line.iter().position(|&byte| byte == b'\t')?;
    let (a, b) = (line.get(..tab)?, line.get(tab + 1..)?);
    if b.contains(&b'\t') {
        return None;
    }
    version::compare_bytes(format, a, b).ok()
}

fn result_of(order: Option<Ordering>) -> &'static str {
    match order {
        Some(Ordering::Less) => "-1",
        Some(Ordering::Equal) => "0",
        Some(Ordering::Greater) => "1",
        None => "?",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(format: PackageFormat, input: &[u8]) -> (String, bool) {
        let mut output = Vec::new();
        let all = compare_lines(format, input, &mut output).unwrap();
        (String::from_utf8_lossy(&output).into_owned(), all)
    }

    #[test]
    fn lines_are_echoed_with_their_order() {
        let input = b"1.0-1\t1.0-2\n1:1\t2\na\ta\n";
        assert_eq!(
            compared(PackageFormat::Rpm, input),
            ("1.0-1\t1.0-2\t-1\n1:1\t2\t1\na\ta\t0\n".into(), true)
        );
    }

    #[test]
    fn empty_input_prints_nothing() {
        assert_eq!(compared(PackageFormat::Deb, b""), (String::new(), true));
    }

    #[test]
    fn an_invalid_version_is_a_question_mark_and_the_next_line_goes_on() {
        let input = b"1-\t1\n1\t2\n";
        assert_eq!(compared(PackageFormat::Deb, input), ("1-\t1\t?\n1\t2\t-1\n".into(), false));
    }

    #[test]
    fn odd_lines_get_a_question_mark() {
        assert_eq!(compared(PackageFormat::Deb, b"1"), ("1\t\t?\n".into(), false));
        assert_eq!(compared(PackageFormat::Deb, b"\n"), ("\t\t?\n".into(), false));
        assert_eq!(compared(PackageFormat::Deb, b"1\t2\t3\n"), ("1\t2\t3\t?\n".into(), false));
    }

    #[test]
    fn bytes_are_echoed_verbatim() {
        let mut output = Vec::new();
        let input = b"1\xff\t1\n1\t1\r\n";
        assert!(compare_lines(PackageFormat::Rpm, &input[..], &mut output).unwrap());
        assert_eq!(output, b"1\xff\t1\t0\n1\t1\r\t0\n");
    }

    #[test]
    fn answers_are_flushed_before_waiting_for_more_input() {
        /// Gives one line at a time and counts the flushes of the output.
        struct Peer<'a>(&'a [u8], &'a std::cell::Cell<usize>);
        struct Sink<'a>(&'a std::cell::Cell<usize>, usize);
        impl Read for Peer<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let lines_sent = 3 - self.0.len() / 4;
                assert!(self.1.get() >= lines_sent, "waits for line {lines_sent} with answers unsent");
                let length = self.0.len().min(4);
                buffer[..length].copy_from_slice(&self.0[..length]);
                self.0 = &self.0[length..];
                Ok(length)
            }
        }
        impl Write for Sink<'_> {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.1 += bytes.iter().filter(|&&byte| byte == b'\n').count();
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                self.0.set(self.1);
                Ok(())
            }
        }
        let flushed = std::cell::Cell::new(0);
        let all = compare_lines(PackageFormat::Deb, Peer(b"1\t2\n1\t3\n1\t4\n", &flushed), Sink(&flushed, 0));
        assert!(all.unwrap());
        assert_eq!(flushed.get(), 3);
    }
}
