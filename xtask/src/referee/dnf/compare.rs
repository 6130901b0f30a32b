//! What both sides say of a host, side by side.
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use anyhow::{Context, ensure};

use super::answers::{Answers, Nevra, Obsoletes};
use super::model::Host;
use super::pakiti::{self, Update};

/// Pairs that one call of rpm compares.
const PAIRS_AT_ONCE: usize = 400;

/// The result for one host.
#[derive(Debug, Default)]
pub(super) struct Compared {
    pub(super) rows: usize,
    pub(super) security: usize,
    /// (package, advisory) pairs that Pakiti lists.
    pub(super) ids: usize,
    pub(super) obsoletes: usize,
    /// Security rows and ids that contract.md takes and dnf does not, see `Broader`.
    pub(super) broader: usize,
    pub(super) differences: Vec<String>,
}

/// contract.md lets an advisory count for "name, arch or noarch"; dnf wants installed, candidate and advisory to have one
/// architecture. So Pakiti may have more where one of the three is noarch and another is not.
struct Broader<'a> {
    /// Architectures of the security or other packages that an advisory names.
    named: BTreeSet<(&'a str, &'a str, &'a str)>,
}

impl<'a> Broader<'a> {
    fn of(host: &'a Host) -> Broader<'a> {
        let advisories = host.repositories.iter().flat_map(|repository| &repository.advisories);
        let named = advisories.flat_map(|advisory| {
            let packages = advisory.collections.iter().flat_map(|(_, packages)| packages);
            packages.map(|package| (advisory.id.as_str(), package.name.as_str(), package.arch.as_str()))
        });
        Broader { named: named.collect() }
    }

    fn takes_id(&self, row: &Update, id: &str) -> bool {
        let noarch = |arch: &str| arch == "noarch";
        let (name, candidate_arch) = (row.candidate.0.as_str(), row.candidate.1.as_str());
        let of_row = |(its_id, its_name, _): &&(&str, &str, &str)| *its_id == id && *its_name == name;
        noarch(&row.arch) != noarch(candidate_arch)
            || self.named.iter().filter(of_row).any(|(_, _, arch)| noarch(arch) != noarch(&row.arch))
    }

    fn takes_kind(&self, row: &Update) -> bool {
        row.kind == "security" && row.advisories.iter().any(|id| self.takes_id(row, id))
    }
}

/// Compares rows, security rows, obsoletes and advisory ids.
pub(super) fn compare(host: &Host, dnf: &Answers, pakiti: &pakiti::Answers) -> anyhow::Result<Compared> {
    let mut compared = Compared {
        rows: dnf.updates.len(),
        security: dnf.security.len(),
        obsoletes: dnf.obsoletes.len(),
        ids: pakiti.updates.iter().map(|row| row.advisories.len()).sum(),
        ..Compared::default()
    };
    let broader = Broader::of(host);
    let ours: BTreeSet<Nevra> = pakiti.updates.iter().map(|row| row.candidate.clone()).collect();
    sides(&mut compared.differences, "row", &dnf.updates, &ours);
    let mut security = BTreeSet::new();
    for row in pakiti.updates.iter().filter(|row| row.kind == "security") {
        if !dnf.security.contains(&row.candidate) && broader.takes_kind(row) {
            compared.broader += 1;
        } else {
            security.insert(row.candidate.clone());
        }
    }
    sides(&mut compared.differences, "security", &dnf.security, &security);
    twice(&mut compared.differences, pakiti);
    obsoletes(&mut compared.differences, &dnf.obsoletes, &pakiti.obsoletes);
    advisories(&mut compared, &broader, dnf, pakiti)?;
    Ok(compared)
}

/// Differences of two sets, in the order of the rows.
fn sides(out: &mut Vec<String>, what: &str, dnf: &BTreeSet<Nevra>, pakiti: &BTreeSet<Nevra>) {
    let told = |(name, arch, evr): &Nevra| format!("{name}.{arch} {evr}");
    out.extend(dnf.difference(pakiti).map(|row| format!("{what}, only dnf: {}", told(row))));
    out.extend(pakiti.difference(dnf).map(|row| format!("{what}, only pakiti: {}", told(row))));
}

/// The same for obsoletes. Pakiti's JSON has no architecture of what obsoletes.
fn obsoletes(out: &mut Vec<String>, dnf: &Obsoletes, pakiti: &Obsoletes) {
    let told =
        |((name, _, evr), (old, arch)): &(Nevra, (String, String))| format!("{old}.{arch} by {name} {evr}");
    let (dnf, pakiti): (BTreeSet<_>, BTreeSet<_>) =
        (dnf.iter().map(told).collect(), pakiti.iter().map(told).collect());
    out.extend(dnf.difference(&pakiti).map(|row| format!("obsoletes, only dnf: {row}")));
    out.extend(pakiti.difference(&dnf).map(|row| format!("obsoletes, only pakiti: {row}")));
}

/// A row per candidate and installed architecture, not more.
fn twice(out: &mut Vec<String>, pakiti: &pakiti::Answers) {
    let mut seen = BTreeSet::new();
    for row in pakiti.updates.iter().filter(|row| !seen.insert((&row.candidate, &row.arch))) {
        out.push(format!("row, twice: {}.{} {}", row.candidate.0, row.arch, row.candidate.2));
    }
}

/// Every id of Pakiti's is one of dnf's, and every id of dnf's that names a version up to the candidate is one of Pakiti's.
/// `dnf updateinfo list --updates` has no upper bound, so those above the candidate are no difference.
fn advisories(
    compared: &mut Compared,
    broader: &Broader,
    dnf: &Answers,
    pakiti: &pakiti::Answers,
) -> anyhow::Result<()> {
    let none = BTreeSet::new();
    let mut missing = Vec::new();
    for row in &pakiti.updates {
        let key = (row.candidate.0.clone(), row.arch.clone());
        let theirs = dnf.advisories.get(&key).unwrap_or(&none);
        let known: BTreeSet<&str> = theirs.iter().map(|(id, _)| id.as_str()).collect();
        for id in row.advisories.iter().filter(|id| !known.contains(id.as_str())) {
            if broader.takes_id(row, id) {
                compared.broader += 1;
            } else {
                compared.differences.push(format!("advisory, only pakiti: {id} of {}.{}", key.0, key.1));
            }
        }
        for (id, evr) in theirs.iter().filter(|(id, _)| !row.advisories.contains(id)) {
            missing.push((
                evr.clone(),
                row.candidate.2.clone(),
                format!("{id} ({evr}) of {}.{}", key.0, key.1),
            ));
        }
    }
    let pairs: Vec<(&str, &str)> =
        missing.iter().map(|(evr, candidate, _)| (evr.as_str(), candidate.as_str())).collect();
    let not_newer = newer(&pairs)?.into_iter().map(|newer| !newer);
    for ((_, _, what), _) in missing.iter().zip(not_newer).filter(|(_, counts)| *counts) {
        compared.differences.push(format!("advisory, only dnf: {what}"));
    }
    Ok(())
}

/// Is the first of each pair newer than the second, as rpm says?
fn newer(pairs: &[(&str, &str)]) -> anyhow::Result<Vec<bool>> {
    let mut verdicts = BTreeMap::new();
    let distinct: Vec<&(&str, &str)> = pairs.iter().collect::<BTreeSet<_>>().into_iter().collect();
    for chunk in distinct.chunks(PAIRS_AT_ONCE) {
        let calls: String =
            chunk.iter().map(|(a, b)| format!("print(rpm.vercmp('{a}','{b}')..' ')")).collect();
        let output =
            Command::new("rpm").args(["--eval", &format!("%{{lua:{calls}}}")]).output().context("rpm")?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let words: Vec<&str> = text.split_whitespace().collect();
        ensure!(words.len() == chunk.len(), "rpm.vercmp: {text} {}", String::from_utf8_lossy(&output.stderr));
        verdicts.extend(chunk.iter().zip(words).map(|(pair, word)| (**pair, word == "1")));
    }
    Ok(pairs.iter().map(|pair| verdicts.get(pair).copied().unwrap_or_default()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nevra(name: &str, evr: &str) -> Nevra {
        (name.to_owned(), "x86_64".to_owned(), evr.to_owned())
    }

    fn update(name: &str, evr: &str, kind: &str, ids: &[&str]) -> Update {
        let advisories = ids.iter().map(|id| (*id).to_owned()).collect();
        Update { arch: "x86_64".to_owned(), candidate: nevra(name, evr), kind: kind.to_owned(), advisories }
    }

    fn dnf() -> Answers {
        let ids = [("SA-1", "2-1"), ("SA-2", "9-1")].map(|(id, evr)| (id.to_owned(), evr.to_owned()));
        Answers {
            updates: [nevra("a", "3-1"), nevra("b", "1-1")].into(),
            security: [nevra("a", "3-1")].into(),
            obsoletes: BTreeSet::new(),
            advisories: [(("a".to_owned(), "x86_64".to_owned()), ids.into())].into(),
        }
    }

    #[test]
    fn an_advisory_above_the_candidate_may_be_dnfs_alone() {
        if Command::new("rpm").arg("--version").output().is_err() {
            println!("skipped: no rpm here");
            return;
        }
        let updates = vec![update("a", "3-1", "security", &["SA-1"]), update("b", "1-1", "unknown", &[])];
        let compared =
            compare(&Host::default(), &dnf(), &pakiti::Answers { updates, ..Default::default() }).unwrap();
        assert_eq!(compared.differences, Vec::<String>::new());
        assert_eq!((compared.rows, compared.security, compared.ids), (2, 1, 1));
    }

    #[test]
    fn rows_kinds_and_ids_that_differ_are_told_with_the_side_that_has_them() {
        if Command::new("rpm").arg("--version").output().is_err() {
            println!("skipped: no rpm here");
            return;
        }
        let updates = vec![update("a", "3-1", "bugfix", &["XA-7"]), update("c", "1-1", "unknown", &[])];
        let compared =
            compare(&Host::default(), &dnf(), &pakiti::Answers { updates, ..Default::default() }).unwrap();
        let told = compared.differences.join("\n");
        for part in [
            "row, only dnf: b.x86_64",
            "row, only pakiti: c.x86_64",
            "security, only dnf: a.x86_64",
            "only pakiti: XA-7",
            "only dnf: SA-1",
        ] {
            assert!(told.contains(part), "{part} not in {told}");
        }
        assert_eq!(compared.differences.len(), 5, "{told}");
    }

    #[test]
    fn a_change_of_architecture_is_security_by_the_contract_alone() {
        let row = Update { arch: "noarch".to_owned(), ..update("a", "3-1", "security", &["SA-1"]) };
        let dnf = Answers { updates: [nevra("a", "3-1")].into(), ..Default::default() };
        let answers = pakiti::Answers { updates: vec![row.clone()], ..Default::default() };
        let compared = compare(&Host::default(), &dnf, &answers).unwrap();
        assert_eq!((compared.broader, compared.differences.len()), (2, 0), "{:?}", compared.differences);
        let row = Update { arch: "x86_64".to_owned(), ..row };
        let answers = pakiti::Answers { updates: vec![row], ..Default::default() };
        let compared = compare(&Host::default(), &dnf, &answers).unwrap();
        assert_eq!((compared.broader, compared.differences.len()), (0, 2), "{:?}", compared.differences);
    }
}
