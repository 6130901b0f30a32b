//! The real client, run on this machine against the demo's own feeder.
//!
//! The script is part of this binary, so that both are always of one release. It gets an empty configuration: the
//! one in /etc may name the servers this host reports to.

use anyhow::{Context as _, bail};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Stdio;
use tokio::process::Command;

const SCRIPT: &str = include_str!("../../../../client/pakiti-client");

/// Host group the demo's host reports.
pub(super) const GROUP: &str = "demo";

/// Reports this machine to the server at `url`.
///
/// # Errors
/// No bash, or what the client said when it failed.
pub(super) async fn report(folder: &Path, url: &str) -> anyhow::Result<()> {
    let script = folder.join("pakiti-client");
    let config = folder.join("pakiti-client.conf");
    fs::write(&script, SCRIPT).with_context(|| format!("{}", script.display()))?;
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755))?;
    fs::write(&config, "").with_context(|| format!("{}", config.display()))?;
    // By bash, not by itself: the folder may be on a file system that runs nothing.
    let done = Command::new("bash")
        .arg(&script)
        .arg("--config")
        .arg(&config)
        .args(["--url", &format!("{url}/feed/"), "--site", GROUP])
        .env("no_proxy", "*")
        .env("NO_PROXY", "*")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .context("cannot run bash, which the client needs")?;
    if !done.status.success() {
        let said = String::from_utf8_lossy(&done.stderr);
        bail!("the client failed ({}): {}", done.status, said.trim());
    }
    Ok(())
}
