//! `oscap oval eval`, live, on a host of the referee.
//!
//! - OSCAP_PROBE_ROOT would silently leave out uname and dpkg. So oscap runs in mount and UTS namespaces of its own (util-linux'
//!   `unshare`, as root), with the host's `/etc` and `/boot` bound over the machine's; nothing outside sees them.
//! - No namespace changes `uname -r`: a preloaded object answers uname(2). oscap 1.3.7 runs its probes as threads, so
//!   they see it. Only oscap gets it, not the shell.
//! - `/etc` holds a copy of `ld.so.cache`, `passwd`, `group` and `nsswitch.conf`, else getpwnam and the loader fail.
//! - oscap is asked twice: with `--results` for the truth of every test, and without for the time, as writing the results of a
//!   large file takes three times as long as judging. Both have to say the same.
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use super::model::Host;
use super::root::Root;

const PRELOADED: &str = r#"
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

static void put(char *to, const char *name)
{
    const char *text = getenv(name);
    if (text != NULL && strlen(text) < 65)
        strcpy(to, text);
}

int uname(struct utsname *about)
{
    int result = (int)syscall(SYS_uname, about);
    if (result == 0) {
        put(about->release, "REFEREE_KERNEL");
        put(about->machine, "REFEREE_MACHINE");
    }
    return result;
}
"#;

const SCENE: &str = "set -e; mount --bind \"$1/etc\" /etc; mount --bind \"$1/boot\" /boot; hostname referee; \
                     preload=$2; shift 2; exec env LD_PRELOAD=\"$preload\" \"$@\"";

/// Time a program took.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Spent {
    pub(super) wall: Duration,
    /// User and system.
    pub(super) cpu: Duration,
}

/// Compiles what answers uname(2).
pub(super) fn preload(folder: &Path) -> anyhow::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let (source, object) = (folder.join("uname.c"), folder.join("uname.so"));
    fs::write(&source, PRELOADED)?;
    let mut cc = Command::new("cc");
    cc.args(["-shared", "-fPIC", "-O1", "-o"]).args([&object, &source]);
    ensure!(cc.status().context("cc")?.success(), "cc failed on {}", source.display());
    Ok(object)
}

/// What oscap prints of each definition, in its own order.
pub(super) fn evaluate(
    host: &Host,
    root: &Root,
    feed: &Path,
    preload: &Path,
    results: Option<&Path>,
) -> anyhow::Result<(Vec<(String, String)>, Spent)> {
    let mut command = Command::new("unshare");
    command.args(["--mount", "--uts", "--propagation", "private", "sh", "-c", SCENE, "sh"]);
    command.arg(&root.folder).arg(preload).args(["oscap", "oval", "eval", "--skip-valid"]);
    if let Some(results) = results {
        command.arg("--results").arg(results);
    }
    command.arg(feed).env("HOME", &root.home).env("LC_ALL", "C.UTF-8");
    command.env("REFEREE_KERNEL", &host.kernel).env("REFEREE_MACHINE", "x86_64");
    if root.apt_config.exists() {
        command.env("APT_CONFIG", &root.apt_config);
    }
    let (output, spent) = timed(&mut command)?;
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "oscap: {}: {errors}", output.status);
    ensure!(errors.trim().is_empty(), "oscap warns: {errors}");
    let line = |line: &str| {
        let (id, result) = line.strip_prefix("Definition ")?.rsplit_once(": ")?;
        Some((id.to_owned(), result.to_owned()))
    };
    Ok((String::from_utf8_lossy(&output.stdout).lines().filter_map(line).collect(), spent))
}

/// Runs a program and says how long it and its children took.
pub(super) fn timed(command: &mut Command) -> anyhow::Result<(std::process::Output, Spent)> {
    let name = command.get_program().to_string_lossy().into_owned();
    let (cpu, begin) = (children()?, Instant::now());
    let output = command.output().context(name)?;
    let wall = begin.elapsed();
    Ok((output, Spent { wall, cpu: children()?.saturating_sub(cpu) }))
}

/// CPU time of all children that have ended: fields 16 and 17 of proc(5)'s stat, in ticks of 10 ms.
fn children() -> anyhow::Result<Duration> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(") ").context("/proc/self/stat")?;
    let ticks: Vec<u64> = fields.split(' ').skip(13).take(2).filter_map(|field| field.parse().ok()).collect();
    ensure!(ticks.len() == 2, "/proc/self/stat: {stat}");
    Ok(Duration::from_millis(ticks.iter().sum::<u64>() * 10))
}
