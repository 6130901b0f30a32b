//! The texts of reports.

/// A report of protocol 5 from an amd64 Debian 12, packages written `name version`.
pub(crate) fn v5(host: &str, packages: &[&str]) -> String {
    v5_with(host, &["system: Debian GNU/Linux 12.8", "site: A"], packages)
}

/// The same with these header lines instead of system and site.
pub(crate) fn v5_with(host: &str, lines: &[&str], packages: &[&str]) -> String {
    let mut text = format!("#\nhost: {host}\narch: x86_64\nkernel: 6.1.0-28-amd64\npackager: dpkg\n");
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
    text.push_str("#\n");
    for package in packages {
        let (name, version) = package.split_once(' ').unwrap();
        text.push_str(&format!("{name}\t{version}\tamd64\n"));
    }
    text
}

/// A report of protocol 6 with these header lines; packages are whole lines.
pub(crate) fn v6(host: &str, lines: &[&str], packages: &[&str]) -> String {
    let mut text =
        format!("#\nversion: 6\nhost: {host}\narch: x86_64\nkernel: 6.1.0-28-amd64\npackager: dpkg\n");
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
    text.push_str("#\n");
    for package in packages {
        text.push_str(package);
        text.push('\n');
    }
    text
}

/// The machine-id header of a digit.
pub(crate) fn machine(digit: char) -> String {
    format!("machine-id: {}", String::from(digit).repeat(64))
}
