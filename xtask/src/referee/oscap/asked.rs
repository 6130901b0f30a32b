//! One host and one file: oscap's answer with the proof that it really looked, and the differences to Pakiti's.
use std::collections::{BTreeMap, HashMap};

use anyhow::{Context, ensure};

use super::counts::Counts;
use super::document::{Document, Kind};
use super::model::{Host, Installed, NextBoot};
use super::results::Results;

/// Definitions of each outcome that versions have to decide on a host with a floor, and definitions that the kernel or a module
/// has to.
const FLOOR: [usize; 2] = [50, 5];

/// id, result.
pub(super) type Lines = Vec<(String, String)>;

/// oscap's lines in the order of the file. Its two runs, its results and the file must name the same definitions and the two runs
/// must agree.
pub(super) fn in_file_order(
    document: &Document,
    results: &Results,
    runs: [&Lines; 2],
) -> anyhow::Result<Lines> {
    for run in runs {
        ensure!(run.len() == document.definitions.len(), "oscap prints {} definitions", run.len());
        for (id, result) in run {
            let other = results.definitions.get(id).with_context(|| format!("{id} is not in the results"))?;
            ensure!(other.result == *result, "{id}: {result} on one run, {} on the other", other.result);
        }
    }
    let line = |id: &String| {
        let definition = results.definitions.get(id).with_context(|| format!("oscap has no {id}"))?;
        Ok((id.clone(), definition.result.clone()))
    };
    document.definitions.iter().map(line).collect()
}

/// Fails unless oscap has really asked the kernel, the boot loader, modules and owners of files, and every test has been judged.
pub(super) fn looked(host: &Host, document: &Document, results: &Results) -> anyhow::Result<()> {
    let mut odd: BTreeMap<&str, usize> = BTreeMap::new();
    for tested in results.tests.values().filter(|tested| !matches!(tested.result.as_str(), "true" | "false"))
    {
        *odd.entry(tested.result.as_str()).or_default() += 1;
    }
    ensure!(odd.is_empty(), "tests that are neither true nor false: {odd:?}");
    ensure!(results.tests.len() == document.kinds.len(), "oscap has {} tests", results.tests.len());
    let asks = |kind: Kind| document.kinds.values().any(|of| *of == kind);
    if asks(Kind::Kernel) {
        let kernels = &results.kernels;
        ensure!(kernels.contains(&host.kernel), "uname: oscap has found {kernels:?}, not {}", host.kernel);
    }
    let found = |file: &str, part: &str| {
        results.texts.iter().any(|(path, text)| path.ends_with(file) && text.contains(part))
    };
    if asks(Kind::Kernel) && host.next_boot != NextBoot::Untold {
        ensure!(found("/grubenv", ""), "oscap has not read grubenv");
    }
    if let NextBoot::Menu(kernel) = &host.next_boot {
        let entry = format!("({kernel})");
        let found = !asks(Kind::Kernel) || found("/grub.cfg", &entry);
        ensure!(found, "oscap has not found the kernel of the next boot, {entry}");
    }
    let named = |module: &str| document.streams.iter().any(|(name, _)| name == module);
    for (name, _) in host.enabled.iter().filter(|(name, _)| named(name)) {
        let path = format!("/etc/dnf/modules.d/{name}.module");
        ensure!(results.texts.iter().any(|(of, _)| *of == path), "oscap has not read {path}");
    }
    // Red Hat's gate has a version, so the owner of the release file was found if any test of it is true.
    let system = document.kinds.iter().filter(|(_, kind)| **kind == Kind::System);
    let holds = |id: &String| results.tests.get(id).is_some_and(|tested| tested.result == "true");
    ensure!(system.map(|(id, _)| id).any(holds), "oscap has not found which system it is");
    Ok(())
}

/// Fails if a host shall be a hard one and is not.
pub(super) fn floor(host: &Host, document: &Document, counts: &Counts) -> anyhow::Result<()> {
    ensure!(counts.odd == 0, "{} definitions do not follow from their tests", counts.odd);
    if !host.floor {
        return Ok(());
    }
    let [versions, others] = FLOOR;
    ensure!(
        counts.by_version.iter().all(|count| *count >= versions),
        "too few decided by versions: {counts}"
    );
    let asks = |kind: Kind| document.kinds.values().any(|of| *of == kind);
    let is_rpm = matches!(host.installed, Installed::Rpm(_));
    if is_rpm && (asks(Kind::Kernel) || asks(Kind::Module)) {
        let decided: usize = counts.by_kernel.iter().chain(&counts.by_module).sum();
        ensure!(decided >= others, "too few decided by kernel or module: {counts}");
    }
    Ok(())
}

/// Every definition with two answers, and what only one side has.
pub(super) fn differences(oscap: &Lines, pakiti: &Lines) -> Vec<String> {
    let ours: HashMap<&str, &str> =
        pakiti.iter().map(|(id, result)| (id.as_str(), result.as_str())).collect();
    let mut differences = Vec::new();
    for (id, result) in oscap {
        match ours.get(id.as_str()) {
            Some(ours) if ours == result => {}
            Some(ours) => differences.push(format!("{id}: oscap {result}, Pakiti {ours}")),
            None => differences.push(format!("{id}: oscap {result}, Pakiti has none")),
        }
    }
    let ids = |lines: &Lines| lines.iter().map(|(id, _)| id.clone()).collect::<Vec<String>>();
    if differences.is_empty() && ids(oscap) != ids(pakiti) {
        differences.push(format!("{} lines of Pakiti, not those of the file in its order", pakiti.len()));
    }
    differences
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(texts: &[(&str, &str)]) -> Lines {
        texts.iter().map(|(id, result)| ((*id).to_owned(), (*result).to_owned())).collect()
    }

    #[test]
    fn another_result_a_missing_line_and_another_order_are_differences() {
        let oscap = lines(&[("a", "true"), ("b", "false")]);
        assert!(differences(&oscap, &oscap).is_empty());
        assert_eq!(
            differences(&oscap, &lines(&[("a", "true"), ("b", "unknown")])),
            ["b: oscap false, Pakiti unknown"]
        );
        assert_eq!(differences(&oscap, &lines(&[("a", "true")])).len(), 1);
        assert_eq!(differences(&oscap, &lines(&[("b", "false"), ("a", "true")])).len(), 1);
        assert_eq!(differences(&oscap, &lines(&[("a", "true"), ("b", "false"), ("c", "true")])).len(), 1);
    }
}
