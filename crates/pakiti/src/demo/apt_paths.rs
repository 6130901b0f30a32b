//! Where apt keeps its sources, keys and lists: as `apt-config` says, else Debian's defaults.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Variable, apt's option, default.
const WANTED: [(&str, &str, &str); 5] = [
    ("LISTS", "Dir::State::lists/d", "/var/lib/apt/lists"),
    ("SOURCE_LIST", "Dir::Etc::sourcelist/f", "/etc/apt/sources.list"),
    ("SOURCE_PARTS", "Dir::Etc::sourceparts/d", "/etc/apt/sources.list.d"),
    ("TRUSTED", "Dir::Etc::trusted/f", "/etc/apt/trusted.gpg"),
    ("TRUSTED_PARTS", "Dir::Etc::trustedparts/d", "/etc/apt/trusted.gpg.d"),
];

/// Apt's files and folders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AptPaths {
    /// Folder of downloaded indexes.
    pub(super) lists: PathBuf,
    /// `sources.list`.
    pub(super) source_list: PathBuf,
    /// `sources.list.d`.
    pub(super) source_parts: PathBuf,
    /// `trusted.gpg`.
    pub(super) trusted: PathBuf,
    /// `trusted.gpg.d`.
    pub(super) trusted_parts: PathBuf,
}

impl AptPaths {
    /// Of this machine.
    pub(super) fn of_this_machine() -> Self {
        let mut command = Command::new("apt-config");
        command.arg("shell");
        for (variable, option, _) in WANTED {
            command.args([variable, option]);
        }
        let said = command.output().ok().filter(|output| output.status.success());
        Self::said(
            &said.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default(),
        )
    }

    /// From the output of `apt-config shell`: lines `NAME='value'`.
    fn said(text: &str) -> Self {
        let of = |index: usize| {
            let (variable, _, default) = WANTED.get(index).copied().unwrap_or_default();
            let line = text.lines().find_map(|line| line.strip_prefix(variable)?.strip_prefix('='));
            let value = line.map(|value| value.trim_matches('\'').replace("'\\''", "'"));
            PathBuf::from(value.filter(|value| !value.is_empty()).unwrap_or_else(|| default.to_owned()))
        };
        Self { lists: of(0), source_list: of(1), source_parts: of(2), trusted: of(3), trusted_parts: of(4) }
    }

    /// The files that name sources, as apt reads them: `sources.list`, then those of the folder by name.
    pub(super) fn source_files(&self) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> =
            self.source_list.is_file().then(|| self.source_list.clone()).into_iter().collect();
        files.extend(parts(&self.source_parts, &["list", "sources"]));
        files
    }

    /// The keys for sources that name none.
    pub(super) fn keyrings(&self) -> Vec<PathBuf> {
        let mut files = parts(&self.trusted_parts, &["gpg", "asc"]);
        files.extend(self.trusted.is_file().then(|| self.trusted.clone()));
        files
    }
}

/// The files of a `.d` folder that apt reads: those with one of the endings and no odd character in the name.
fn parts(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let plain = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
    let read = |path: &PathBuf| {
        let ending = path.extension().and_then(|ending| ending.to_str());
        let name = path.file_name().and_then(|name| name.to_str());
        ending.is_some_and(|ending| endings.contains(&ending)) && name.is_some_and(plain) && path.is_file()
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(read).collect();
    files.sort();
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apts_own_words_win_over_the_defaults() {
        let paths =
            AptPaths::said("LISTS='/srv/o'\\''k/lists/'\nTRUSTED='/x/trusted.gpg'\nTRUSTED_PARTS=''\n");
        assert_eq!(paths.lists, Path::new("/srv/o'k/lists/"));
        assert_eq!(paths.trusted, Path::new("/x/trusted.gpg"));
        assert_eq!(paths.trusted_parts, Path::new("/etc/apt/trusted.gpg.d"));
        assert_eq!(paths.source_list, Path::new("/etc/apt/sources.list"));
    }

    #[test]
    fn only_files_that_apt_reads_are_taken_in_order() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.list", "a.sources", "c.list.save", "d e.list", "readme"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let names: Vec<String> = parts(folder.path(), &["list", "sources"])
            .iter()
            .filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()))
            .collect();
        assert_eq!(names, ["a.sources", "b.list"]);
        assert!(parts(&folder.path().join("absent"), &["list"]).is_empty());
    }
}
