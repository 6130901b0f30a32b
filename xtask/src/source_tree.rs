//! The files of the workspace, read once for all checks.
//!
//! Only text that people write is read (by extension, plus `.ci/run`, the Makefile and scripts named in
//! [`wanted`]); build output, version control and test data are left out.
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

/// Folders that are never entered, by name.
const SKIPPED_FOLDERS: [&str; 4] = ["target", ".git", ".cargo", "node_modules"];

/// Extensions of the files that are read.
const EXTENSIONS: [&str; 8] = ["rs", "sh", "html", "css", "js", "sql", "toml", "md"];

/// One file: its path from the workspace root with `/`, and its text.
#[derive(Debug, Clone)]
pub(crate) struct SourceFile {
    /// Path from the workspace root, e.g. `crates/pakiti-core/src/lib.rs`.
    pub(crate) path: String,
    /// The whole text; bytes that are not UTF-8 are replaced.
    pub(crate) text: String,
}

impl SourceFile {
    /// A file from literals, for tests.
    #[cfg(test)]
    pub(crate) fn new(path: &str, text: &str) -> SourceFile {
        SourceFile { path: path.to_owned(), text: text.to_owned() }
    }

    /// What kind of text this is: the extension, or `sh` for scripts without one.
    pub(crate) fn kind(&self) -> &str {
        match self.path.rsplit('/').next().and_then(|name| name.rsplit_once('.')) {
            Some((_, extension)) => extension,
            None if self.text.starts_with("#!") => "sh",
            None => "",
        }
    }

    /// Lines with their numbers from 1.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }
}

/// The root of the workspace this xtask was built in.
pub(crate) fn workspace_root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// All files of interest under `root`, sorted by path.
///
/// # Errors
/// A folder or file that cannot be read.
pub(crate) fn load(root: &Path) -> anyhow::Result<Vec<SourceFile>> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let entry = entry?;
            let (path, kind) = (entry.path(), entry.file_type()?);
            let relative = slashed(path.strip_prefix(root)?);
            if kind.is_dir() && may_enter(&relative) {
                folders.push(path);
            } else if kind.is_file() && wanted(&relative) {
                let bytes = fs::read(&path).with_context(|| relative.clone())?;
                files.push(SourceFile { text: String::from_utf8_lossy(&bytes).into_owned(), path: relative });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn slashed(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

fn may_enter(folder: &str) -> bool {
    let name = folder.rsplit('/').next().unwrap_or(folder);
    !SKIPPED_FOLDERS.contains(&name) && !folder.ends_with("tests/data")
}

fn wanted(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.rsplit_once('.') {
        Some((_, extension)) => EXTENSIONS.contains(&extension),
        None => name == "Makefile" || path == ".ci/run" || path == "client/pakiti-client",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn build_output_and_test_data_are_not_entered() {
        assert!(may_enter("crates/pakiti-core/src"));
        assert!(may_enter("crates/pakiti-core/tests"));
        assert!(!may_enter("target"));
        assert!(!may_enter("fuzz/target"));
        assert!(!may_enter("crates/pakiti-formats/tests/data"));
    }

    #[test]
    fn scripts_without_extension_are_shell() {
        assert!(wanted(".ci/run"));
        assert!(!wanted("LICENSE"));
        assert_eq!(SourceFile::new(".ci/run", "#!/usr/bin/env bash\n").kind(), "sh");
        assert_eq!(SourceFile::new("a.b/x.css", "").kind(), "css");
        assert_eq!(SourceFile::new("a.b/Makefile", "").kind(), "");
    }

    #[test]
    fn the_tree_holds_this_file() {
        let files = load(&workspace_root()).unwrap();
        assert!(files.iter().any(|file| file.path == "xtask/src/source_tree.rs"));
        assert!(files.iter().all(|file| !file.path.starts_with("target/")));
    }
}
