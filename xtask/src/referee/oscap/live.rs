//! `oscap oval eval`, live, on a host of the referee.
//!
//! - OSCAP_PROBE_ROOT would silently leave out uname and dpkg. So oscap runs in mount and UTS namespaces of its own (util-linux'
//!   `unshare`, as root), with the host's `/etc` and `/boot` bound over the machine's; nothing outside sees them.
//! - No namespace changes `uname -r`: a preloaded object answers uname(2). oscap 1.3.7 runs its probes as threads, so
//!   they see it. Only oscap gets it, not the shell.
//! - `/etc` holds a copy of `ld.so.cache`, `passwd`, `group` and `nsswitch.conf`, else getpwnam and the loader fail.
//! - oscap is asked with `--results` for the truth of every test, and without for the time (`times.rs`), as writing
//!   the results of a large file takes three times as long as judging. All have to say the same.
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context, ensure};

use super::asked::Lines;
use super::model::Host;
use super::root::Root;
use super::times::{Spent, timed};

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

/// An id that no file has.
const ABSENT: &str = "oval:referee:def:1";

/// oscap on a host.
pub(super) struct Scene<'a> {
    pub(super) host: &'a Host,
    pub(super) root: &'a Root,
    pub(super) feed: &'a Path,
    pub(super) preload: &'a Path,
}

impl Scene<'_> {
    /// What oscap prints of each definition, in its own order.
    pub(super) fn evaluate(&self, results: Option<&Path>) -> anyhow::Result<(Lines, Spent)> {
        let options = results.map(|results| [OsStr::new("--results"), results.as_os_str()]);
        let (output, spent) = self.oscap(options.as_ref().map_or(&[], |options| options))?;
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(output.status.success(), "oscap: {}: {errors}", output.status);
        ensure!(errors.trim().is_empty(), "oscap warns: {errors}");
        let line = |line: &str| {
            let (id, result) = line.strip_prefix("Definition ")?.rsplit_once(": ")?;
            Some((id.to_owned(), result.to_owned()))
        };
        Ok((String::from_utf8_lossy(&output.stdout).lines().filter_map(line).collect(), spent))
    }

    /// Time it takes before it evaluates.
    pub(super) fn load(&self) -> anyhow::Result<Spent> {
        let (output, spent) = self.oscap(&["--id", ABSENT].map(OsStr::new))?;
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(errors.contains("No definition with ID"), "oscap does not miss {ABSENT}: {errors}");
        Ok(spent)
    }

    fn oscap(&self, options: &[&OsStr]) -> anyhow::Result<(Output, Spent)> {
        let Scene { host, root, feed, preload } = self;
        let mut command = Command::new("unshare");
        command.args(["--mount", "--uts", "--propagation", "private", "sh", "-c", SCENE, "sh"]);
        command.arg(&root.folder).arg(preload).args(["oscap", "oval", "eval", "--skip-valid"]);
        command.args(options).arg(feed).env("HOME", &root.home).env("LC_ALL", "C.UTF-8");
        command.env("REFEREE_KERNEL", &host.kernel).env("REFEREE_MACHINE", "x86_64");
        if root.apt_config.exists() {
            command.env("APT_CONFIG", &root.apt_config);
        }
        timed(&command, &preload.with_file_name("time"))
    }
}
