//! The command line of `pakiti evaluate`.
//!
//! contract.md "evaluate" gives every flag. What cannot be taken is a usage error (exit status 2) before anything
//! is read.

use super::source::SourceArg;
use clap::{Args, ValueEnum};
use jiff::Timestamp;
use pakiti_core::os_group::{self, OsGroupId};
use pakiti_formats::report::ReportFormat;
use std::path::PathBuf;
use thiserror::Error;

const EXIT_STATUS: &str = "\
Exit status: 0 evaluated, with or without updates; 1 evaluated, but something was skipped and --strict was given; \
2 wrong command line; 3 the report cannot be read, or a source was refused (the others are evaluated).";

/// Judge one report against the sources named here: no server, no database.
#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct EvaluateArgs {
    /// The report; `-` is standard input. May be compressed: xz, gzip, bzip2, zstd.
    #[arg(long, value_name = "FILE")]
    pub(crate) report: PathBuf,
    /// Its format: auto, v5, v6, dpkg-status, dpkg-query, rpm-qa.
    #[arg(long, value_name = "FORMAT", default_value = "auto", value_parser = format_choice)]
    pub(crate) report_format: FormatChoice,
    /// Name of the system (`Debian GNU/Linux 12`), where the report does not tell it or is wrong.
    #[arg(long, value_name = "NAME")]
    pub(crate) system: Option<String>,
    /// OS group whose sources speak for the host (`debian-12`), whatever the report says.
    #[arg(long, value_name = "ID", value_parser = os_group_id)]
    pub(crate) os_group: Option<OsGroupId>,
    /// Running kernel (`uname -r`).
    #[arg(long, value_name = "K")]
    pub(crate) kernel: Option<String>,
    /// Architecture: `uname -m` or the packager's word.
    #[arg(long, value_name = "A", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(crate) arch: Option<String>,
    /// Foreign architecture of dpkg; may be repeated.
    #[arg(long, value_name = "A", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(crate) foreign_arch: Vec<String>,
    /// Enabled module stream; may be repeated.
    #[arg(long, value_name = "NAME:STREAM", value_parser = module_stream)]
    pub(crate) module: Vec<ModuleStream>,
    /// A file of the host (`file:/etc/redhat-release=PATH`) for definitions that read it; may be repeated.
    #[arg(long, value_name = "file:NAME=PATH", value_parser = file_fact)]
    pub(crate) fact: Vec<FileFact>,
    /// Take packages as signed by the key a definition names.
    #[arg(long, value_name = "signature=true", value_parser = assumption)]
    pub(crate) assume: Vec<Assumption>,
    /// What is not reported is unknown (`report`), or absent because the report is the whole host (`complete`).
    #[arg(long, value_enum, default_value = "report")]
    pub(crate) facts: FactsMode,
    /// The time to judge at, RFC 3339; default: the clock.
    #[arg(long, value_name = "RFC3339")]
    pub(crate) now: Option<Timestamp>,
    /// A source; may be repeated. Options of apt: components=main+contrib, security=auto|yes|no, priority=N,
    /// keyring=FILE, trusted=yes|no, check-valid-until=yes|no, os-group=ID, name=NAME. Of yum: security=yes|no,
    /// priority=N, excludes=GLOB+GLOB, module-hotfixes=yes|no, keyring=FILE, trusted=yes|no, os-group=ID, name=NAME.
    /// Of updateinfo: os-group=ID, name=NAME. Of oval: complete=auto|yes|no, os-group=ID, name=NAME.
    #[arg(long = "source", required = true, value_name = "KIND=PATH_OR_URL[,OPTION=VALUE...]")]
    #[arg(value_parser = SourceArg::parse)]
    pub(crate) sources: Vec<SourceArg>,
    /// Exit with status 1 if anything was skipped.
    #[arg(long)]
    pub(crate) strict: bool,
    /// What to print.
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) output: Output,
}

/// Form of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// For people.
    Table,
    /// One object, one line.
    Json,
    /// One line per OVAL definition.
    Definitions,
}

/// `--report-format`: a format, or told by the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FormatChoice {
    /// By its first lines.
    Auto,
    /// This one.
    Named(ReportFormat),
}

/// `--module`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ModuleStream {
    /// Module.
    pub(crate) name: String,
    /// Its enabled stream.
    pub(crate) stream: String,
}

/// `--fact`: a file that stands for one of the host's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileFact {
    /// Path on the host.
    pub(crate) file: String,
    /// Where its content is.
    pub(crate) path: PathBuf,
}

/// `--assume`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Assumption {
    /// Every package is signed by the key a definition names.
    Signature,
}

/// `--facts`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FactsMode {
    /// The report may be silent about facts.
    Report,
    /// The report is the whole host.
    Complete,
}

/// A value of the command line that is refused.
#[derive(Debug, Error)]
pub(crate) enum ArgumentError {
    /// contract.md knows the format, this version does not.
    #[error("report format `{0}` is not supported by this version")]
    FormatNotSupported(String),
    /// Nobody knows the format.
    #[error("unknown report format; known are auto, v5, v6, dpkg-status, dpkg-query, rpm-qa")]
    Format,
    /// Not an id of an OS group.
    #[error("not the id of an OS group (such as debian-12, ubuntu-22.04, rhel-9)")]
    OsGroup,
    /// Not `NAME:STREAM`.
    #[error("not NAME:STREAM")]
    Module,
    /// Not `file:/PATH=FILE`.
    #[error("not file:/PATH/ON/THE/HOST=FILE")]
    Fact,
    /// The file behind a fact.
    #[error("{path}: {source}")]
    FactFile {
        /// The file.
        path: String,
        /// What opening it gave.
        source: std::io::Error,
    },
    /// A folder stands for no file.
    #[error("{0}: is a folder")]
    FactFolder(String),
    /// Not `signature=true`.
    #[error("the one assumption there is: signature=true")]
    Assumption,
}

fn format_choice(text: &str) -> Result<FormatChoice, ArgumentError> {
    match text {
        "auto" => Ok(FormatChoice::Auto),
        "v4" | "glpi" => Err(ArgumentError::FormatNotSupported(text.to_owned())),
        name => ReportFormat::from_name(name).map(FormatChoice::Named).ok_or(ArgumentError::Format),
    }
}

/// An id that some family of systems has.
pub(super) fn os_group_id(text: &str) -> Result<OsGroupId, ArgumentError> {
    let id = OsGroupId(text.to_owned());
    if os_group::format_of(&id).is_some() { Ok(id) } else { Err(ArgumentError::OsGroup) }
}

fn module_stream(text: &str) -> Result<ModuleStream, ArgumentError> {
    match text.split_once(':') {
        Some((name, stream)) if !name.is_empty() && !stream.is_empty() && !stream.contains(':') => {
            Ok(ModuleStream { name: name.to_owned(), stream: stream.to_owned() })
        }
        _ => Err(ArgumentError::Module),
    }
}

fn file_fact(text: &str) -> Result<FileFact, ArgumentError> {
    let (file, path) =
        text.strip_prefix("file:").and_then(|rest| rest.split_once('=')).ok_or(ArgumentError::Fact)?;
    if !file.starts_with('/') || path.is_empty() {
        return Err(ArgumentError::Fact);
    }
    let refused = |source| ArgumentError::FactFile { path: path.to_owned(), source };
    let metadata = std::fs::File::open(path).and_then(|file| file.metadata()).map_err(refused)?;
    if metadata.is_dir() {
        return Err(ArgumentError::FactFolder(path.to_owned()));
    }
    Ok(FileFact { file: file.to_owned(), path: PathBuf::from(path) })
}

fn assumption(text: &str) -> Result<Assumption, ArgumentError> {
    if text == "signature=true" { Ok(Assumption::Signature) } else { Err(ArgumentError::Assumption) }
}
