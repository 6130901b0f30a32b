//! What a source may be called and where it may be: the rules that the command line, imported files and the pages
//! share. What no synchronisation could ever use is refused before it is stored.

use crate::source::options::{ConfigError, SourceOptions};
use std::path::PathBuf;
use thiserror::Error;

/// Longest name of a source or account (bytes).
const LONGEST_NAME: usize = 100;
/// Longest name of a host group (bytes); a report's line ends before.
const LONGEST_GROUP: usize = 1000;

/// Why a text is no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NameError {
    /// Nothing.
    #[error("a name is needed")]
    Empty,
    /// Too long.
    #[error("a name has at most 100 bytes")]
    Long,
    /// It would be taken for an option.
    #[error("a name does not begin with -")]
    Dash,
    /// It cannot be typed and told.
    #[error("a name holds no blanks")]
    Blank,
}

/// Why nothing can be fetched from an address.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum AddressError {
    /// Nothing.
    #[error("an address is needed")]
    Empty,
    /// A list of mirrors on this machine.
    #[error("a list of mirrors is fetched by http or https")]
    LocalList,
    /// The suite spoils an address that is good alone.
    #[error("a suite holds no blanks, no `?` and no `#`")]
    Suite,
    /// As a synchronisation would say it.
    #[error(transparent)]
    Place(#[from] ConfigError),
}

/// Checks a name of a source or account: it can be typed and told.
///
/// # Errors
/// [`NameError`].
pub fn name(text: &str) -> Result<(), NameError> {
    match text {
        "" => Err(NameError::Empty),
        text if text.len() > LONGEST_NAME => Err(NameError::Long),
        text if text.starts_with('-') => Err(NameError::Dash),
        text if text.contains(|c: char| c.is_control() || c.is_whitespace()) => Err(NameError::Blank),
        _ => Ok(()),
    }
}

/// Checks the name of a host group, as reports may hold it: blanks stand single and inside.
///
/// # Errors
/// What is wrong with it, in words.
pub fn host_group(text: &str) -> Result<(), &'static str> {
    let single = text.split(' ').all(|word| !word.is_empty());
    let odd = |c: char| c.is_control() || (c.is_whitespace() && c != ' ');
    match text {
        "" => Err("a host group has a name"),
        text if text.len() > LONGEST_GROUP => Err("a host group has a name of at most 1000 bytes"),
        text if text.contains(',') => Err("a host group with a comma cannot be told from two"),
        text if !single || text.contains(odd) => Err("no host can report such a host group"),
        _ => Ok(()),
    }
}

/// Is this a path of the server's machine?
pub fn is_local(url: &str) -> bool {
    url.starts_with('/') || url.starts_with("file:")
}

/// Checks address and suite. Paths must lie below one of `folders`; without any list of folders they need not exist
/// yet.
///
/// # Errors
/// [`AddressError`].
pub fn address(url: &str, options: &SourceOptions, folders: Option<&[PathBuf]>) -> Result<(), AddressError> {
    match (url, folders) {
        ("", _) => Err(AddressError::Empty),
        (url, _) if is_local(url) && options.mirrorlist => Err(AddressError::LocalList),
        (url, None) if url.strip_prefix("file://").unwrap_or(url).starts_with('/') => Ok(()),
        (url, folders) => {
            let place = options.place(url, folders.unwrap_or_default());
            match place {
                // The address parses alone, so it is the suite that spoils it.
                Err(ConfigError::Url(_)) if !is_local(url) && url::Url::parse(url).is_ok() => {
                    Err(AddressError::Suite)
                }
                Err(error) => Err(error.into()),
                Ok(_) => Ok(()),
            }
        }
    }?;
    suite(&options.suite)
}

/// Checks a suite alone.
///
/// # Errors
/// [`AddressError::Suite`].
pub fn suite(text: &str) -> Result<(), AddressError> {
    match text.contains(|c: char| c.is_whitespace() || c == '?' || c == '#') {
        true => Err(AddressError::Suite),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_can_be_typed_and_told() {
        assert!(name("debian-12").is_ok() && name("é").is_ok());
        for bad in ["", "-x", "a b", "a\u{1b}[2J", &"x".repeat(101)] {
            assert!(name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn host_groups_are_named_as_hosts_report_them() {
        for good in ["N/A", "Site A", "é", "-x"] {
            assert_eq!(host_group(good), Ok(()), "{good}");
        }
        for bad in ["", " ", " A", "A ", "A  B", "A\tB", "A\u{a0}B", "A,B", "A\n", &"x".repeat(1001)] {
            assert!(host_group(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_http_and_absolute_paths_are_addresses() {
        let plain = SourceOptions::default();
        for good in ["http://deb.debian.org/debian", "/srv/mirror", "file:///srv/mirror"] {
            assert_eq!(address(good, &plain, None), Ok(()), "{good}");
        }
        for bad in ["ftp://example.org/x", "srv/mirror", "file://srv/mirror", "http://", "javascript:1", ""] {
            assert!(address(bad, &plain, None).is_err(), "{bad}");
        }
        let outside = address("/etc", &plain, Some(&[]));
        assert!(matches!(outside, Err(AddressError::Place(ConfigError::Outside { .. }))));
        let list = SourceOptions { mirrorlist: true, ..SourceOptions::default() };
        assert_eq!(address("/srv/x", &list, None), Err(AddressError::LocalList));
        for suite in ["book worm", "a?b", "a#b"] {
            let options = SourceOptions { suite: suite.to_owned(), ..SourceOptions::default() };
            for url in ["http://example.org", "/srv/x"] {
                assert_eq!(address(url, &options, None), Err(AddressError::Suite), "{suite}");
            }
        }
    }
}
