//! Who owns the release file, and what the release files say (oval-semantics.md, section 6).

use super::host::HostIndex;
use crate::os_group;
use crate::package::PackageFormat;
use std::collections::BTreeMap;

/// Release packages, in the order they are asked: the beginning of the name, and the files they own. Each owns
/// `/etc/redhat-release`, `/etc/system-release` and `/etc/os-release` too where the second field says so.
const OWNERS: &[(&str, bool, &[&str])] = &[
    ("redhat-release", true, &[]),
    ("centos-release", true, &["/etc/centos-release"]),
    ("centos-linux-release", true, &["/etc/centos-release"]),
    ("centos-stream-release", true, &["/etc/centos-release"]),
    ("almalinux-release", true, &["/etc/almalinux-release"]),
    ("rocky-release", true, &["/etc/rocky-release"]),
    ("sl-release", true, &[]),
    ("fedora-release", true, &["/etc/fedora-release"]),
    ("generic-release", true, &[]),
    ("eurolinux-release", true, &["/etc/el-release"]),
    ("springdale-release", true, &[]),
    ("miraclelinux-release", true, &["/etc/miraclelinux-release"]),
    ("cloudlinux-release", true, &[]),
    ("vzlinux-release", true, &[]),
    ("circle-release", true, &[]),
    ("oraclelinux-release", false, &["/etc/oracle-release"]),
    ("system-release", false, &["/etc/system-release", "/etc/amazon-linux-release"]),
    ("sles-release", false, &["/etc/SuSE-release"]),
    ("openSUSE-release", false, &["/etc/SuSE-release"]),
    ("photon-release", false, &["/etc/photon-release"]),
];
/// Files every release package of the red-hat kind owns.
const SHARED: &[&str] = &["/etc/redhat-release", "/etc/system-release"];
/// Packages beside the release package that own other files.
const BESIDES: &[&str] = &["-notes", "-eula", "-identity", "-developer", "-sources"];

/// Can a package of this name own a release file?
pub(crate) fn is_release_package(name: &str) -> bool {
    let variant = |rest: &str| rest.is_empty() || rest.starts_with('-');
    OWNERS.iter().any(|(begin, ..)| name.strip_prefix(begin).is_some_and(variant))
}

/// The installed packages that own this file; `None` = it is no release file, so nobody can tell.
pub(super) fn owners(host: &HostIndex<'_>, path: &str) -> Option<Vec<u32>> {
    let owns = |&&(_, shared, own): &&(&str, bool, &[&str])| {
        path == "/etc/os-release" || own.contains(&path) || (shared && SHARED.contains(&path))
    };
    let mut candidates = OWNERS.iter().filter(owns).peekable();
    candidates.peek()?;
    let found = candidates.map(|(begin, ..)| release_packages(host, begin)).find(|found| !found.is_empty());
    Some(found.unwrap_or_default())
}

/// Installed packages named `begin`, or `begin-variant` where the variant is a release package too.
fn release_packages(host: &HostIndex<'_>, begin: &str) -> Vec<u32> {
    let named = |position: &&u32| {
        let rest = host.package(**position).and_then(|package| package.name.strip_prefix(begin));
        // Fedora's editions share one package that owns the files.
        let whole = begin != "fedora-release" || host.rpms_named("fedora-release-common").is_empty();
        match rest {
            Some("-common") => true,
            Some("") => whole,
            Some(rest) => {
                whole && rest.starts_with('-') && !BESIDES.iter().any(|other| rest.starts_with(other))
            }
            None => false,
        }
    };
    host.rpms().iter().filter(named).copied().collect()
}

/// How a family writes its os-release: our family, `ID`, `NAME`.
const FAMILIES: &[(&str, &str, &str)] = &[
    ("debian", "debian", "Debian GNU/Linux"),
    ("ubuntu", "ubuntu", "Ubuntu"),
    ("rhel", "rhel", "Red Hat Enterprise Linux"),
    ("centos", "centos", "CentOS Linux"),
    ("centos-stream", "centos", "CentOS Stream"),
    ("almalinux", "almalinux", "AlmaLinux"),
    ("rocky", "rocky", "Rocky Linux"),
    ("oracle", "ol", "Oracle Linux Server"),
    ("amazon", "amzn", "Amazon Linux"),
    ("fedora", "fedora", "Fedora Linux"),
    ("sles", "sles", "SLES"),
    ("opensuse-leap", "opensuse-leap", "openSUSE Leap"),
    ("photon", "photon", "VMware Photon OS"),
    ("alpine", "alpine", "Alpine Linux"),
];

/// The files of one vendor only: known to be absent on the systems of the others.
const OWN_FILES: &[(&str, &str)] = &[
    ("/etc/lsb-release", "ubuntu"),
    ("/etc/centos-release", "centos centos-stream"),
    ("/etc/almalinux-release", "almalinux"),
    ("/etc/rocky-release", "rocky"),
    ("/etc/oracle-release", "oracle"),
    ("/etc/fedora-release", "fedora"),
    ("/etc/redhat-release", "rhel centos centos-stream almalinux rocky oracle fedora"),
    ("/etc/debian_version", "debian ubuntu"),
];

/// The release files of a host whose group is known, else none.
pub(super) fn files(host: &HostIndex<'_>) -> BTreeMap<String, Option<String>> {
    let mut files = BTreeMap::new();
    let Some(group) = host.os_group() else { return files };
    let Some(family) = os_group::family_of(group) else { return files };
    let release = group.0.strip_prefix(family).and_then(|rest| rest.strip_prefix('-')).unwrap_or_default();
    let codename = os_group::describe(group).and_then(|known| known.codename).unwrap_or_default();
    for (path, families) in OWN_FILES {
        if !families.split(' ').any(|own| own == family) {
            files.insert((*path).to_owned(), None);
        } else if path.starts_with("/etc/") && path.ends_with("-release") && *path != "/etc/lsb-release" {
            let text = vendor_line(host.facts().system, family, release, path);
            files.insert((*path).to_owned(), Some(text));
        }
    }
    if family == "debian" {
        files.insert("/etc/debian_version".into(), Some(format!("{}\n", debian_version(host, release))));
    }
    if family == "ubuntu" {
        let text = format!(
            "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE={release}\nDISTRIB_CODENAME={codename}\nDISTRIB_DESCRIPTION=\"{}\"\n",
            host.facts().system
        );
        files.insert("/etc/lsb-release".into(), Some(text).filter(|_| !codename.is_empty()));
        if codename.is_empty() {
            files.remove("/etc/lsb-release");
        }
    }
    if let Some(text) = os_release(host, family, release, codename) {
        files.insert("/etc/os-release".into(), Some(text.clone()));
        files.insert("/usr/lib/os-release".into(), Some(text));
    }
    files
}

/// The one line of a `*-release` file: the reported name where it has that form.
fn vendor_line(system: &str, family: &str, release: &str, path: &str) -> String {
    if family == "oracle" && path == "/etc/redhat-release" {
        return format!("Red Hat Enterprise Linux release {release}\n");
    }
    if system.contains(" release ") {
        return format!("{system}\n");
    }
    let name = FAMILIES.iter().find(|(own, ..)| *own == family).map_or(family, |&(_, _, name)| name);
    format!("{name} release {release}\n")
}

/// Debian's point release, which `base-files` tells: `12.4+deb12u5` is 12.5.
fn debian_version(host: &HostIndex<'_>, release: &str) -> String {
    let base = host.deb_named("base-files").and_then(|position| host.package(position));
    let update = base.and_then(|package| {
        let (_, update) = package.version.rsplit_once(&format!("+deb{release}u"))?;
        Some(update.chars().take_while(char::is_ascii_digit).collect::<String>())
    });
    format!("{release}.{}", update.filter(|digits| !digits.is_empty()).unwrap_or_else(|| "0".to_owned()))
}

/// `/etc/os-release` with the lines that vendors match.
fn os_release(host: &HostIndex<'_>, family: &str, release: &str, codename: &str) -> Option<String> {
    let &(_, id, name) = FAMILIES.iter().find(|(own, ..)| *own == family)?;
    let name = if (family, release) == ("rhel", "7") { "Red Hat Enterprise Linux Server" } else { name };
    // Red Hat's kind writes the minor release, which only the release package tells.
    let owner = owners(host, "/etc/os-release").and_then(|owners| owners.first().copied());
    let minor = owner
        .filter(|_| matches!(family, "rhel" | "almalinux" | "rocky" | "oracle"))
        .and_then(|position| host.parts(position))
        .map(|parts| parts.version())
        .filter(|version| version.starts_with(&format!("{release}.")));
    let version = minor.unwrap_or(release);
    let format = os_group::describe(host.os_group()?).map(|group| group.format);
    let mut text = format!("NAME=\"{name}\"\nVERSION_ID=\"{version}\"\nID={id}\n");
    if !codename.is_empty() && format == Some(PackageFormat::Deb) {
        text += &format!("VERSION=\"{version} ({codename})\"\nVERSION_CODENAME={codename}\n");
    }
    if family == "ubuntu" && !codename.is_empty() {
        text += &format!("UBUNTU_CODENAME={codename}\n");
    }
    if !host.facts().system.is_empty() {
        text += &format!("PRETTY_NAME=\"{}\"\n", host.facts().system);
    }
    Some(text)
}
