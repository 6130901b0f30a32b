//! Asking `pakiti evaluate` about a host, and reading its JSON (contract.md "JSON").
use std::collections::BTreeSet;
use std::process::Command;

use anyhow::{Context, ensure};
use serde_json::Value;

use super::answers::{Nevra, Obsoletes};
use super::model::Host;
use super::root::Root;

/// A row of `updates`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Update {
    /// Architecture of the installed build.
    pub(super) arch: String,
    pub(super) candidate: Nevra,
    pub(super) kind: String,
    pub(super) advisories: BTreeSet<String>,
}

/// Pakiti's answers about one host.
#[derive(Debug, Default)]
pub(super) struct Answers {
    pub(super) updates: Vec<Update>,
    pub(super) obsoletes: Obsoletes,
    pub(super) skipped: Vec<String>,
}

/// The arguments that tell Pakiti what dnf's configuration tells dnf.
pub(super) fn arguments(host: &Host, root: &Root) -> Vec<String> {
    let mut words =
        vec!["evaluate".to_owned(), "--output=json".to_owned(), "--report-format=rpm-qa".to_owned()];
    words.push(format!("--report={}", root.report.display()));
    words.push(format!("--system={}", host.system));
    words.push(format!("--os-group={}", host.os_group));
    words.push("--arch=x86_64".to_owned());
    if !host.streams_by_label {
        words.extend(host.enabled.iter().map(|(name, stream)| format!("--module={name}:{stream}")));
    }
    for (repository, place) in host.repositories.iter().zip(&root.repositories) {
        let mut source = format!("yum={},name={}", place.display(), repository.id);
        if let Some(priority) = repository.priority {
            source.push_str(&format!(",priority={priority}"));
        }
        if !repository.excludes.is_empty() {
            source.push_str(&format!(",excludes={}", repository.excludes.join(" ")));
        }
        words.extend(["--source".to_owned(), source]);
    }
    words
}

/// Asks; a refused source or an unreadable document is an error.
pub(super) fn ask(program: &str, host: &Host, root: &Root) -> anyhow::Result<Answers> {
    let words = arguments(host, root);
    let output = Command::new(program).args(&words).output().with_context(|| program.to_owned())?;
    let said = || format!("{program} {}: {}", words.join(" "), String::from_utf8_lossy(&output.stderr));
    let document: Value = serde_json::from_slice(&output.stdout).with_context(said)?;
    let answers = read(&document)?;
    ensure!(output.status.success(), "{}: {}\n{}", said(), output.status, answers.skipped.join("\n"));
    Ok(answers)
}

fn read(document: &Value) -> anyhow::Result<Answers> {
    let list =
        |name: &str| document.get(name).and_then(Value::as_array).with_context(|| format!("no {name}"));
    let mut answers = Answers::default();
    for row in list("updates")? {
        let advisories = row.get("advisories").and_then(Value::as_array).context("no advisories")?;
        let ids = advisories.iter().filter_map(Value::as_str).map(str::to_owned);
        let arch = text(row, "arch")?;
        // `candidate_arch` is null or the same where the architecture stays.
        let candidate_arch = text(row, "candidate_arch").unwrap_or_else(|_| arch.clone());
        answers.updates.push(Update {
            candidate: (text(row, "package")?, candidate_arch, text(row, "candidate")?),
            kind: text(row, "kind")?,
            advisories: ids.collect(),
            arch,
        });
    }
    for row in list("obsoletes")? {
        let old = (text(row, "package")?, text(row, "arch")?);
        answers.obsoletes.insert(((text(row, "by")?, String::new(), text(row, "candidate")?), old));
    }
    answers.skipped = list("skipped")?.iter().map(Value::to_string).collect();
    Ok(answers)
}

fn text(row: &Value, name: &str) -> anyhow::Result<String> {
    let text = row.get(name).and_then(Value::as_str).map(str::to_owned);
    text.with_context(|| format!("no {name} in {row}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_row_without_another_architecture_keeps_the_installed_one() {
        let row = json!({"package": "bash", "arch": "x86_64", "installed": "1-1", "candidate": "2-1",
            "candidate_arch": null, "kind": "security", "repositories": [], "advisories": ["A", "B"]});
        let moved = json!({"package": "foo", "arch": "noarch", "installed": "1-1", "candidate": "2-1",
            "candidate_arch": "x86_64", "kind": "unknown", "advisories": []});
        let old =
            json!({"package": "old", "arch": "noarch", "installed": "1-1", "by": "new", "candidate": "2-1"});
        let document = json!({"updates": [row, moved], "obsoletes": [old], "skipped": []});
        let answers = read(&document).unwrap();
        let archs: Vec<&str> = answers.updates.iter().map(|row| row.candidate.1.as_str()).collect();
        assert_eq!(archs, ["x86_64", "x86_64"]);
        assert_eq!(answers.updates[0].advisories.len(), 2);
        assert_eq!(answers.obsoletes.len(), 1);
        assert!(read(&json!({"updates": []})).is_err());
    }
}
