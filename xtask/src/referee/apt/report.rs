//! The report of a host in protocol 6 (protocol6.md), from its dpkg status file: what only the client can tell,
//! pins, foreign architectures and holds, reaches Pakiti by it.
use super::deb822::Stanza;
use super::preferences::Record;

/// What the report says besides the packages.
#[derive(Debug, Default)]
pub(super) struct About<'a> {
    pub(super) os_id: &'a str,
    pub(super) os_version: &'a str,
    pub(super) foreign: &'a [String],
    pub(super) records: &'a [Record],
}

/// The text of the report.
pub(super) fn text(about: &About<'_>, installed: &[Stanza]) -> String {
    let mut text = String::from("#\narch: x86_64\n");
    about.foreign.iter().for_each(|arch| text.push_str(&format!("foreign-arch: {arch}\n")));
    text.push_str(&format!(
        "host: referee.example.org\nkernel: 6.1.0-44-amd64\nos-id: {}\nos-version-id: {}\npackager: dpkg\n",
        about.os_id, about.os_version
    ));
    for record in about.records {
        // The client sends a line for each pattern; `*` is left out.
        for package in &record.packages {
            let pattern = if package == "*" { String::new() } else { format!("{package} ") };
            let priority = if record.priority == "never" { "-32768" } else { &record.priority };
            text.push_str(&format!("pin: {pattern}{}\t{priority}\n", record.pin));
        }
    }
    text.push_str("system: Linux\nversion: 6\n#\n");
    installed.iter().filter_map(line).for_each(|line| text.push_str(&line));
    text.push_str("#\n");
    text
}

/// name, version, arch, source, its version, vendor, module, flags, key, time; `None` = not installed.
fn line(package: &Stanza) -> Option<String> {
    let mut status = package.get("Status").split(' ');
    let (want, state) = (status.next()?, status.nth(1)?);
    if matches!(state, "config-files" | "not-installed") {
        return None;
    }
    let (name, version) = (package.get("Package"), package.get("Version"));
    let (source, source_version) = match package.get("Source").split_once(" (") {
        Some((source, rest)) => (source, rest.trim_end_matches(')')),
        None if package.get("Source").is_empty() => (name, version),
        None => (package.get("Source"), version),
    };
    let held = (want == "hold").then_some("held");
    let flags: Vec<&str> = held.into_iter().chain((state != "installed").then_some(state)).collect();
    let flags = if flags.is_empty() { "-".to_owned() } else { flags.join(",") };
    let arch = package.get("Architecture");
    Some(format!("{name}\t{version}\t{arch}\t{source}\t{source_version}\t-\t-\t{flags}\t-\t-\n"))
}
