//! Asking dnf, and reading what it prints.
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};

use super::root::Root;

/// (name, architecture, EVR) of a candidate.
pub(super) type Nevra = (String, String, String);

/// What obsoletes, and the name and architecture it replaces.
pub(super) type Obsoletes = BTreeSet<(Nevra, (String, String))>;
/// By name and architecture: advisory id, and the EVR it names.
pub(super) type AdvisoriesOf = BTreeMap<(String, String), BTreeSet<(String, String)>>;

/// dnf's answers about one host.
#[derive(Debug, Default)]
pub(super) struct Answers {
    pub(super) updates: BTreeSet<Nevra>,
    pub(super) security: BTreeSet<Nevra>,
    pub(super) obsoletes: Obsoletes,
    /// `updateinfo list --updates`.
    pub(super) advisories: AdvisoriesOf,
}

const QUESTIONS: [&[&str]; 3] =
    [&["check-update"], &["check-update", "--security"], &["updateinfo", "list", "--updates"]];

/// Asks dnf three times.
pub(super) fn ask(root: &Root) -> anyhow::Result<Answers> {
    let [all, security, advisories] = QUESTIONS.map(|words| run(root, words));
    let (updates, obsoletes) = check_update(&all?)?;
    let (security, _) = check_update(&security?)?;
    Ok(Answers { updates, security, obsoletes, advisories: updateinfo(&advisories?)? })
}

/// dnf's answers as it prints them.
pub(super) fn printed(root: &Root) -> anyhow::Result<String> {
    let mut text = String::new();
    for words in QUESTIONS {
        text.push_str(&format!("-- dnf {}\n{}", words.join(" "), run(root, words)?));
    }
    Ok(text)
}

/// What dnf prints for this root; exit 100 means that there are updates.
pub(super) fn run(root: &Root, words: &[&str]) -> anyhow::Result<String> {
    let mut dnf = Command::new("dnf");
    dnf.env("LC_ALL", "C").env("HOME", root.root.parent().unwrap_or(Path::new("/")));
    dnf.arg("--installroot").arg(&root.root).arg("--config").arg(&root.config);
    dnf.args(["-q", "--releasever=1", "--forcearch=x86_64", "--noplugins"]).args(words);
    let output = dnf.output().context("dnf")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    if !matches!(output.status.code(), Some(0 | 100)) {
        bail!("dnf {}: {}: {errors}", words.join(" "), output.status);
    }
    errors.lines().for_each(|line| println!("  dnf: {line}"));
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// `NAME.ARCH EVR REPOSITORY` rows. dnf breaks long rows into several lines, so words are counted, not lines.
fn check_update(text: &str) -> anyhow::Result<(BTreeSet<Nevra>, Obsoletes)> {
    let (rows, obsoleting) = text.split_once("Obsoleting Packages").unwrap_or((text, ""));
    let said = |line: &&str| !line.starts_with("Security: ");
    let rows: Vec<&str> = rows.lines().filter(said).flat_map(str::split_whitespace).collect();
    let updates = rows.chunks(3).map(row).collect::<anyhow::Result<_>>()?;
    let pairs: Vec<&str> = obsoleting.split_whitespace().collect();
    let mut obsoletes = BTreeSet::new();
    for pair in pairs.chunks(6) {
        let (by, old) = (row(&pair[..pair.len().min(3)])?, row(pair.get(3..).unwrap_or_default())?);
        obsoletes.insert((by, (old.0, old.1)));
    }
    Ok((updates, obsoletes))
}

fn row(words: &[&str]) -> anyhow::Result<Nevra> {
    let [name_arch, evr, _] = words else { bail!("not a row of dnf check-update: {words:?}") };
    let (name, arch) = name_arch.rsplit_once('.').with_context(|| format!("no architecture: {name_arch}"))?;
    Ok((name.to_owned(), arch.to_owned(), (*evr).to_owned()))
}

/// `ID KIND NAME-EVR.ARCH` lines, by (name, arch) as (id, EVR).
fn updateinfo(text: &str) -> anyhow::Result<AdvisoriesOf> {
    let mut found = AdvisoriesOf::new();
    for line in text.lines().filter(|line| !line.starts_with("Security: ") && !line.trim().is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (Some(id), Some(nevra)) = (words.first(), words.last()) else { continue };
        let package = super::model::Package::parse(nevra)
            .with_context(|| format!("not a line of dnf updateinfo: {line}"))?;
        found.entry((package.name, package.arch)).or_default().insert(((*id).to_owned(), package.evr));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nevra(name: &str, arch: &str, evr: &str) -> Nevra {
        (name.to_owned(), arch.to_owned(), evr.to_owned())
    }

    #[test]
    fn rows_that_dnf_broke_into_lines_are_one_row_and_obsoletes_stand_apart() {
        let text = "\nbash.x86_64    5.2-1.el8     base\n\
                    a-very-long-name-of-a-package.noarch\n               1:1.0-1.module_el8+1     base\n\
                    Security: kernel-core-5-1.x86_64 is an installed security update\n\
                    Obsoleting Packages\nnew.x86_64   2-1    base\n    old.noarch    1-1    @System\n";
        let (updates, obsoletes) = check_update(text).unwrap();
        let expected = [
            nevra("bash", "x86_64", "5.2-1.el8"),
            nevra("a-very-long-name-of-a-package", "noarch", "1:1.0-1.module_el8+1"),
        ];
        assert_eq!(updates, expected.into());
        let pair = (nevra("new", "x86_64", "2-1"), ("old".to_owned(), "noarch".to_owned()));
        assert_eq!(obsoletes, [pair].into());
        assert!(check_update("bash.x86_64 5.2-1\n").is_err());
        assert_eq!(check_update("").unwrap(), Default::default());
    }

    #[test]
    fn advisories_are_told_by_name_and_architecture() {
        let text = "ALSA-2022:1 Important/Sec. nodejs-1:10.1-1.module_el8.1+2.x86_64\nALBA-1 bugfix bash-5-1.noarch\n";
        let found = updateinfo(text).unwrap();
        let key = ("nodejs".to_owned(), "x86_64".to_owned());
        assert_eq!(found[&key], [("ALSA-2022:1".to_owned(), "1:10.1-1.module_el8.1+2".to_owned())].into());
        assert_eq!(found.len(), 2);
        assert!(updateinfo("something else entirely.\n").is_err());
    }
}
