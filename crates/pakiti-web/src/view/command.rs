//! The commands people copy from "what to do first".
//!
//! Names and versions come from reporters and feeds, and what is copied here is pasted into a root shell. So a
//! word goes into a command only if every character of it is one that packagers allow and no shell reads
//! (Debian Policy 5.6.1 and 5.6.12, rpm's file names, apk): others are left out and counted, never quoted.

use pakiti_core::package::PackageFormat;
use std::collections::BTreeSet;

/// The tool that installs updates on a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PackageTool {
    /// Debian, Ubuntu.
    Apt,
    /// Red Hat and its clones from 8 on, Fedora, Amazon 2023.
    Dnf,
    /// The same before: Red Hat and its clones up to 7, Fedora up to 21, Amazon 1 and 2.
    Yum,
    /// SUSE.
    Zypper,
    /// Photon.
    Tdnf,
    /// Alpine.
    Apk,
}

impl PackageTool {
    /// The tool of a package format on an OS group; `None` where nothing is compared.
    pub fn of(format: PackageFormat, os_group: Option<&str>) -> Option<Self> {
        let group = os_group.unwrap_or_default();
        match format {
            PackageFormat::Deb => Some(Self::Apt),
            PackageFormat::Apk => Some(Self::Apk),
            PackageFormat::Rpm if group.starts_with("sles-") || group.starts_with("opensuse-") => {
                Some(Self::Zypper)
            }
            PackageFormat::Rpm if group.starts_with("photon-") => Some(Self::Tdnf),
            PackageFormat::Rpm if has_yum(group) => Some(Self::Yum),
            PackageFormat::Rpm => Some(Self::Dnf),
            PackageFormat::Other => None,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Apt => "apt-get install --only-upgrade",
            Self::Dnf => "dnf upgrade",
            Self::Yum => "yum update",
            Self::Zypper => "zypper update",
            Self::Tdnf => "tdnf update",
            Self::Apk => "apk upgrade",
        }
    }
}

/// Releases from before dnf.
fn has_yum(os_group: &str) -> bool {
    let Some((family, release)) = os_group.rsplit_once('-') else { return false };
    let Ok(release) = release.parse::<u32>() else { return false };
    match family {
        "rhel" | "centos" | "oracle" | "scientific" | "scientific-cern" | "eurolinux" | "cloudlinux" => {
            release <= 7
        }
        "fedora" => release <= 21,
        "amazon" => release <= 2,
        _ => false,
    }
}

/// One package to bring to a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target<'a> {
    /// Package name.
    pub name: &'a str,
    /// Architecture of the candidate, the packager's word.
    pub arch: &'a str,
    /// The candidate's version.
    pub version: &'a str,
}

/// A command and how many targets it had to leave out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// The text, one target per line when there are several.
    pub text: String,
    /// Targets whose name, architecture or version no packager would allow.
    pub left_out: usize,
}

/// The command that brings the targets to their versions; `native_arch` is the packager's word for the host's
/// own architecture (other architectures are named). `None` if no target is left.
pub fn upgrade(tool: PackageTool, native_arch: &str, targets: &[Target<'_>]) -> Option<Command> {
    let words: Vec<String> = targets
        .iter()
        .filter(|t| is_plain(t.name) && is_plain(t.arch) && is_plain(t.version))
        .map(|t| word(tool, native_arch, t))
        .collect();
    let left_out = targets.len() - words.len();
    let text = match words.as_slice() {
        [] => return None,
        [one] => format!("{} {one}", tool.words()),
        many => format!("{} \\\n    {}", tool.words(), many.join(" \\\n    ")),
    };
    Some(Command { text, left_out })
}

/// The command that installs the fixes of advisories, on tools that know them: `None` for other tools, and if any
/// id could not be pasted safely - then packages have to be named, all of them.
pub fn upgrade_advisories(tool: PackageTool, ids: &BTreeSet<&str>) -> Option<String> {
    // yum needs a plugin for it up to 6, and zypper names patches otherwise.
    if tool != PackageTool::Dnf || ids.is_empty() || !ids.iter().all(|id| is_plain(id)) {
        return None;
    }
    let words: Vec<String> = ids.iter().map(|id| format!("--advisory={id}")).collect();
    Some(match words.as_slice() {
        [one] => format!("dnf upgrade {one}"),
        many => format!("dnf upgrade \\\n    {}", many.join(" \\\n    ")),
    })
}

fn word(tool: PackageTool, native_arch: &str, target: &Target<'_>) -> String {
    let Target { name, arch, version } = *target;
    match tool {
        PackageTool::Apt if arch == native_arch || arch == "all" => format!("{name}={version}"),
        PackageTool::Apt => format!("{name}:{arch}={version}"),
        PackageTool::Dnf | PackageTool::Yum | PackageTool::Tdnf => format!("{name}-{version}.{arch}"),
        // zypper and apk bring a named package to the newest version; apk would pin a version given.
        PackageTool::Zypper | PackageTool::Apk => name.to_owned(),
    }
}

/// Only characters that packagers allow and no shell reads; not an option.
fn is_plain(word: &str) -> bool {
    let starts_well = word.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_');
    starts_well && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"._+:~^-".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SSL: Target<'_> = Target { name: "libssl3", arch: "amd64", version: "3.0.19-1~deb12u1" };

    #[test]
    fn apt_names_foreign_architectures_only() {
        let foreign = Target { arch: "i386", ..SSL };
        let doc = Target { name: "openssl-doc", arch: "all", version: "1:2" };
        insta::assert_snapshot!(upgrade(PackageTool::Apt, "amd64", &[SSL, foreign, doc]).unwrap().text, @r"
        apt-get install --only-upgrade \
            libssl3=3.0.19-1~deb12u1 \
            libssl3:i386=3.0.19-1~deb12u1 \
            openssl-doc=1:2
        ");
    }

    #[test]
    fn each_tool_gets_its_own_words() {
        let tools = [
            (PackageFormat::Rpm, Some("rocky-9")),
            (PackageFormat::Rpm, Some("centos-7")),
            (PackageFormat::Rpm, Some("scientific-5")),
            (PackageFormat::Rpm, Some("sles-15.5")),
            (PackageFormat::Rpm, Some("photon-3")),
            (PackageFormat::Apk, None),
        ];
        let texts: Vec<String> = tools
            .into_iter()
            .map(|(format, group)| PackageTool::of(format, group).unwrap())
            .map(|tool| upgrade(tool, "x86_64", &[SSL]).unwrap().text)
            .collect();
        insta::assert_snapshot!(texts.join("\n"), @r"
        dnf upgrade libssl3-3.0.19-1~deb12u1.amd64
        yum update libssl3-3.0.19-1~deb12u1.amd64
        yum update libssl3-3.0.19-1~deb12u1.amd64
        zypper update libssl3
        tdnf update libssl3-3.0.19-1~deb12u1.amd64
        apk upgrade libssl3
        ");
        assert_eq!(PackageTool::of(PackageFormat::Other, Some("debian-12")), None);
    }

    #[test]
    fn only_dnf_is_given_advisories_and_only_plain_ones() {
        let ids = BTreeSet::from(["RHSA-2024:1", "FEDORA-EPEL-2024-ab12"]);
        insta::assert_snapshot!(upgrade_advisories(PackageTool::Dnf, &ids).unwrap(), @r"
        dnf upgrade \
            --advisory=FEDORA-EPEL-2024-ab12 \
            --advisory=RHSA-2024:1
        ");
        assert_eq!(upgrade_advisories(PackageTool::Yum, &ids), None);
        assert_eq!(upgrade_advisories(PackageTool::Dnf, &BTreeSet::new()), None);
        for bad in ["RHSA;reboot", "RHSA 1", "-x", "$(id)", ""] {
            assert_eq!(
                upgrade_advisories(PackageTool::Dnf, &BTreeSet::from(["RHSA-1", bad])),
                None,
                "{bad:?}"
            );
        }
    }

    #[test]
    fn releases_from_before_dnf_get_yum() {
        let of = |group| PackageTool::of(PackageFormat::Rpm, Some(group));
        for group in ["rhel-5", "centos-6", "scientific-cern-6", "oracle-7", "amazon-1", "fedora-21"] {
            assert_eq!(of(group), Some(PackageTool::Yum), "{group}");
        }
        for group in ["rhel-8", "centos-stream-9", "amazon-2023", "fedora-42", "rhel", ""] {
            assert_eq!(of(group), Some(PackageTool::Dnf), "{group}");
        }
    }

    #[test]
    fn nothing_a_shell_reads_gets_into_a_command() {
        for bad in [
            "a;reboot",
            "$(id)",
            "`id`",
            "a b",
            "a\nreboot",
            "-o",
            "--help",
            "~root",
            "a'b",
            "a\u{202e}b",
            "",
            "a=b",
        ] {
            let by_name = Target { name: bad, ..SSL };
            let by_version = Target { version: bad, ..SSL };
            assert_eq!(upgrade(PackageTool::Apt, "amd64", &[by_name, by_version]), None, "{bad:?}");
            let mixed = upgrade(PackageTool::Apt, "amd64", &[by_name, SSL]).unwrap();
            assert_eq!((mixed.text.lines().count(), mixed.left_out), (1, 1), "{bad:?}");
        }
    }
}
