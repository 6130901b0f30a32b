//! Asking `pakiti evaluate --output definitions` about a host (contract.md "definitions").
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::ensure;

use super::asked::Lines;
use super::model::{Host, Installed, Keys, NextBoot};
use super::root::Root;
use super::times::{Spent, evaluating, timed};

/// The arguments that tell Pakiti what oscap finds on the host.
pub(super) fn arguments(host: &Host, root: &Root, feed: &Path) -> Vec<String> {
    let format = match host.installed {
        Installed::Rpm(_) => "rpm-qa",
        Installed::Deb(_) => "dpkg-status",
    };
    let mut words = vec![
        "evaluate".to_owned(),
        "--output=definitions".to_owned(),
        "--facts=complete".to_owned(),
        format!("--report-format={format}"),
        format!("--report={}", root.report.display()),
        format!("--system={}", host.system),
        format!("--os-group={}", host.os_group),
        format!("--kernel={}", host.kernel),
        "--arch=x86_64".to_owned(),
        format!("--source=oval={}", feed.display()),
    ];
    if host.keys == Keys::Assumed {
        words.push("--assume=signature=true".to_owned());
    }
    words.extend(host.foreign.iter().map(|arch| format!("--foreign-arch={arch}")));
    words.extend(host.enabled.iter().map(|(name, stream)| format!("--module={name}:{stream}")));
    if host.facts {
        let fact = |path: &str| {
            format!("--fact=file:{path}={}", root.folder.join(path.trim_start_matches('/')).display())
        };
        words.extend(host.files.iter().map(|(path, _)| fact(path)));
        if host.next_boot != NextBoot::Untold {
            words.extend(["/boot/grub2/grubenv", "/boot/grub2/grub.cfg"].map(fact));
        }
    }
    words
}

/// Pakiti's lines (id, result), how long the call took and how long, of that, evaluating.
pub(super) fn ask(program: &str, words: &[String], note: &Path) -> anyhow::Result<(Lines, Spent, Duration)> {
    let mut command = Command::new(program);
    let (output, spent) = timed(command.args(words).env("RUST_LOG", "pakiti=debug"), note)?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "{program} {}: {}: {said}", words.join(" "), output.status);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = |line: &str| line.split_once('\t').map(|(id, result)| (id.to_owned(), result.to_owned()));
    Ok((text.lines().filter_map(line).collect(), spent, evaluating(&said)?))
}

/// The same as one line for a shell.
pub(super) fn shell(program: &str, words: &[String]) -> String {
    let quoted = words.iter().map(|word| format!("'{}'", word.replace('\'', "'\\''")));
    format!("{program} {}\n", quoted.collect::<Vec<_>>().join(" "))
}
