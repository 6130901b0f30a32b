//! Running the programs that are asked: apt, dpkg, pakiti.
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context, bail, ensure};
use serde_json::Value;

use super::place::Place;
use super::rows::Row;

/// A line of `apt list --upgradable`.
#[derive(Debug)]
pub(super) struct UpgradableLine {
    pub(super) package: String,
    pub(super) candidate: String,
    /// Architecture of the installed build: apt prints that one, whatever the candidate's is.
    pub(super) arch: String,
    pub(super) installed: String,
}

/// An apt with a configuration of its own.
pub(super) struct AptRoot {
    config: PathBuf,
    /// Its lists folder.
    pub(super) lists: PathBuf,
}

impl AptRoot {
    /// This machine's lists and architectures, without its preferences.
    pub(super) fn machine(root: &Path, lists: &Path) -> anyhow::Result<AptRoot> {
        fs::create_dir_all(root)?;
        let none = "Dir::Etc::preferences \"/dev/null\";\n".to_owned();
        AptRoot::write(root, none, lists.to_owned())
    }

    /// The places as apt would have fetched them, for amd64 and `foreign`, with these preferences.
    pub(super) fn made(
        root: &Path,
        places: &[Place],
        foreign: &[String],
        preferences: &str,
    ) -> anyhow::Result<AptRoot> {
        let lists = root.join("lists");
        fs::create_dir_all(lists.join("partial"))?;
        for place in places {
            place.link_into(&lists)?;
        }
        fs::write(root.join("sources.list"), places.iter().map(Place::source_line).collect::<String>())?;
        fs::write(root.join("preferences"), preferences)?;
        let archs = ["amd64".to_owned()].into_iter().chain(foreign.iter().cloned());
        let archs: String = archs.map(|arch| format!("APT::Architectures:: \"{arch}\";\n")).collect();
        let root_text = root.display();
        let own = format!(
            "Dir::Etc::main \"/dev/null\";\nDir::Etc::parts \"/dev/null\";\n\
             Dir::Etc::sourcelist \"{root_text}/sources.list\";\nDir::Etc::sourceparts \"/dev/null\";\n\
             Dir::Etc::preferences \"{root_text}/preferences\";\nDir::State::lists \"{root_text}/lists\";\n\
             APT::Architecture \"amd64\";\n#clear APT::Architectures;\n{archs}"
        );
        AptRoot::write(root, own, lists)
    }

    fn write(root: &Path, own: String, lists: PathBuf) -> anyhow::Result<AptRoot> {
        fs::create_dir_all(root.join("cache/archives/partial"))?;
        let config = root.join("apt.conf");
        let text = format!(
            "{own}Dir::Cache \"{}/cache\";\nDir::Etc::preferencesparts \"/dev/null\";\n",
            root.display()
        );
        fs::write(&config, text)?;
        Ok(AptRoot { config, lists })
    }

    /// What `apt list --upgradable` says of a status file.
    pub(super) fn upgradable(&self, status: &Path) -> anyhow::Result<Vec<UpgradableLine>> {
        let text = self.run("apt", &["list", "--upgradable"], status)?;
        text.lines().filter(|line| line.contains(" [upgradable from: ")).map(upgradable).collect()
    }

    /// The packages that `apt-get upgrade` keeps back on a machine that takes no update which is not for everybody yet.
    /// What is held is among them.
    pub(super) fn kept_back(&self, status: &Path) -> anyhow::Result<BTreeSet<String>> {
        let never = "APT::Get::Never-Include-Phased-Updates=true";
        let text = self.run("apt-get", &["--simulate", "-o", never, "upgrade"], status)?;
        let mut lines =
            text.lines().skip_while(|line| *line != "The following packages have been kept back:");
        lines.next();
        let names = lines.take_while(|line| line.starts_with(' ')).flat_map(str::split_whitespace);
        Ok(names.map(str::to_owned).collect())
    }

    fn run(&self, program: &str, args: &[&str], status: &Path) -> anyhow::Result<String> {
        let mut apt = Command::new(program);
        apt.env("LC_ALL", "C").env("APT_CONFIG", &self.config).args(args);
        apt.arg("-o").arg(format!("Dir::State::status={}", status.display()));
        checked(&apt.output().with_context(|| program.to_owned())?, program)
    }
}

/// `NAME/SUITE,SUITE VERSION ARCH [upgradable from: VERSION]`.
fn upgradable(line: &str) -> anyhow::Result<UpgradableLine> {
    let read = || {
        let (package, rest) = line.split_once('/')?;
        let (rest, installed) = rest.split_once(" [upgradable from: ")?;
        let mut words = rest.split(' ').skip(1);
        let (candidate, arch) = (words.next()?, words.next()?);
        Some(UpgradableLine {
            package: package.to_owned(),
            candidate: candidate.to_owned(),
            arch: arch.to_owned(),
            installed: installed.strip_suffix(']')?.to_owned(),
        })
    };
    read().with_context(|| format!("not a line of apt list: {line}"))
}

/// The rows of `pakiti evaluate`; anything skipped is printed, a refused source is an error.
pub(super) fn pakiti(program: &str, args: &[String]) -> anyhow::Result<Vec<Row>> {
    let mut command = Command::new(program);
    command.args(["evaluate", "--output=json"]).args(args);
    let output = command.output().with_context(|| program.to_owned())?;
    let document: Value = serde_json::from_slice(&output.stdout)
        .with_context(|| format!("pakiti evaluate: {}", String::from_utf8_lossy(&output.stderr)))?;
    for row in list(&document, "skipped") {
        println!("  pakiti skipped: {row}");
    }
    ensure!(output.status.success(), "pakiti evaluate: {}", output.status);
    list(&document, "updates").iter().map(row).collect()
}

fn list<'a>(document: &'a Value, name: &str) -> &'a [Value] {
    document.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn row(value: &Value) -> anyhow::Result<Row> {
    let text = |name: &str| {
        let text = value.get(name).and_then(Value::as_str).map(str::to_owned);
        text.with_context(|| format!("no {name} in {value}"))
    };
    let arch = text("arch")?;
    Ok(Row {
        package: text("package")?,
        installed: text("installed")?,
        candidate: text("candidate")?,
        candidate_arch: text("candidate_arch").unwrap_or_else(|_| arch.clone()),
        kind: text("kind")?,
        held: value.get("held").and_then(Value::as_bool).context("no held")?,
        phased: value.get("phased").and_then(Value::as_u64),
        arch,
    })
}

/// Does dpkg say that `a RELATION b`?
pub(super) fn holds(a: &str, relation: &str, b: &str) -> anyhow::Result<bool> {
    let status =
        Command::new("dpkg").args(["--compare-versions", a, relation, b]).status().context("dpkg")?;
    match status.code() {
        Some(0) => Ok(true),
        Some(1) => Ok(false),
        _ => bail!("dpkg --compare-versions {a} {relation} {b}: {status}"),
    }
}

/// What a program prints.
pub(super) fn output(program: &str, args: &[&str]) -> anyhow::Result<String> {
    let output = Command::new(program).args(args).env("LC_ALL", "C").output();
    checked(&output.with_context(|| program.to_owned())?, program)
}

/// The lines a program prints.
pub(super) fn lines(program: &str, args: &[&str]) -> anyhow::Result<Vec<String>> {
    Ok(output(program, args)?.lines().map(str::to_owned).collect())
}

/// The first line of what a program says of its version.
pub(super) fn version(program: &str, args: &[&str]) -> anyhow::Result<String> {
    Ok(output(program, args)?.lines().next().unwrap_or_default().to_owned())
}

fn checked(output: &Output, what: &str) -> anyhow::Result<String> {
    ensure!(
        output.status.success(),
        "{what}: {}: {}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
