//! Why a report, or one line of it, was not taken.
//!
//! [`ReportError`] ends the report, [`SkipReason`] only one line (design.md law 9: one bad line never stops
//! the others; it is counted and shown with its number).

use thiserror::Error;

/// A report that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReportError {
    /// Nothing but white space.
    #[error("the report is empty")]
    Empty,
    /// Protocols 5 and 6 begin with a line `#`.
    #[error("line {line}: a report begins with a line `#`")]
    NoSeparator {
        /// Line number, from 1.
        line: usize,
    },
    /// No `host` header, or an empty one.
    #[error("the report has no host header")]
    NoHost,
    /// A host name in another encoding: repairing it would merge different hosts.
    #[error("line {line}: the host name is not UTF-8")]
    HostNotUtf8 {
        /// Line number, from 1.
        line: usize,
    },
    /// More header lines than [`Limits::max_header_lines`](super::Limits::max_header_lines).
    #[error("line {line}: more than {limit} header lines")]
    TooManyHeaderLines {
        /// Line number, from 1.
        line: usize,
        /// The limit.
        limit: usize,
    },
    /// More packages than [`Limits::max_packages`](super::Limits::max_packages).
    #[error("line {line}: more than {limit} packages")]
    TooManyPackages {
        /// Line number, from 1.
        line: usize,
        /// The limit.
        limit: usize,
    },
    /// A table (`dpkg-query`, `rpm-qa`) without a column that is needed.
    #[error("line {line}: the table has no column {column}")]
    MissingColumn {
        /// Line number, from 1.
        line: usize,
        /// The column's name.
        column: &'static str,
    },
    /// A host's package list of which no line could be read.
    #[error("no package in {skipped} lines; line {line}: {reason}")]
    NothingReadable {
        /// How many lines were skipped.
        skipped: u64,
        /// The first of them, from 1.
        line: usize,
        /// Why that one was skipped.
        reason: SkipReason,
    },
}

/// Why one line was skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SkipReason {
    /// Longer than [`Limits::max_line`](super::Limits::max_line).
    #[error("longer than {limit} bytes")]
    TooLong {
        /// The limit in bytes.
        limit: usize,
    },
    /// Not UTF-8.
    #[error("not UTF-8")]
    NotUtf8,
    /// NUL, control or invisible formatting characters.
    #[error("unprintable characters")]
    Unprintable,
    /// A header line without a colon.
    #[error("no colon in a header line")]
    NoColon,
    /// A header whose value does not have the form its name asks for.
    #[error("bad value of header {name}")]
    BadHeader {
        /// The header's name.
        name: &'static str,
    },
    /// A package line with fewer than three columns.
    #[error("not `name version arch`")]
    TooFewColumns,
    /// A package without a name.
    #[error("no package name")]
    NoName,
    /// A package without a version.
    #[error("no version")]
    NoVersion,
    /// A dpkg package without an architecture.
    #[error("no architecture")]
    NoArchitecture,
    /// One name more often than any host has it installed.
    #[error("more than {limit} versions of one package name")]
    TooManyVersions {
        /// The limit.
        limit: usize,
    },
    /// So many names with several versions that no host can be meant.
    #[error("more than {limit} further versions of packages that are listed already")]
    TooManyFurther {
        /// The bound.
        limit: usize,
    },
    /// A version that its packaging system cannot have.
    #[error("impossible version")]
    BadVersion,
    /// A line of `rpm -qa` that is no `name-version-release.arch`.
    #[error("not `name-version-release.arch`")]
    NotNevra,
    /// A line of a dpkg status file that is neither a field nor a continuation.
    #[error("not a `Field: value` line")]
    NotAField,
}
