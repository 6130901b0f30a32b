//! Two small hosts, one with rpm and one with deb packages, on which what was read is judged.

use pakiti_core::context::{Context, GroupContext};
use pakiti_core::judge::{self, Judged};
use pakiti_core::os_group::from_system;
use pakiti_core::package::{Package, PackageFormat};
use pakiti_core::repository::SnapshotContent;
use pakiti_core::rules::RuleIndex;

/// A host.
pub(crate) struct Host {
    pub(crate) system: &'static str,
    pub(crate) packages: Vec<Package>,
    pub(crate) context: Context,
}

const RPMS: &str = "bash 0:4.4.20-4.el8 x86_64
kernel 0:4.18.0-425.el8 x86_64
kernel 0:4.18.0-477.el8 x86_64
nodejs 1:16.13.1-3.module+el8.5.0+13548+45d748af x86_64
openssl-libs 1:1.1.1k-7.el8 x86_64
redhat-release 0:8.8-0.8.el8 x86_64
tzdata 0:2023c-1.el8 noarch
a 1-1 x86_64";

const DEBS: &str = "bash 5.1-2+b3 amd64
base-files 11.1 amd64
libc6 2.31-13 amd64
libc6 2.31-13 i386
linux-image-5.10.0-20-amd64 5.10.158-2 amd64
openssl 1.1.1n-0+deb11u3 amd64
tzdata 2021a-1 all
a 1 amd64";

/// The host with rpm packages.
pub(crate) fn rpm() -> Host {
    let mut host = host("Red Hat Enterprise Linux release 8.8 (Ootpa)", PackageFormat::Rpm, RPMS, "x86_64");
    host.context.kernel = Some("4.18.0-425.el8.x86_64".into());
    host.context.default_kernel = Some("4.18.0-477.el8.x86_64".into());
    for package in &mut host.packages {
        package.vendor = "Red Hat, Inc.".into();
        if package.name == "nodejs" {
            package.module = "nodejs:16:8050020211206113934:c5368500".into();
        }
    }
    host
}

/// The host with deb packages.
pub(crate) fn deb() -> Host {
    let mut host = host("Debian GNU/Linux 11 (bullseye)", PackageFormat::Deb, DEBS, "x86_64");
    host.context.kernel = Some("5.10.0-20-amd64".into());
    host.context.group.foreign_archs.insert("i386".into());
    host
}

fn host(system: &'static str, format: PackageFormat, packages: &str, arch: &str) -> Host {
    let package = |line: &str| {
        let mut words = line.split(' ');
        let mut word = || words.next().unwrap_or_default();
        let (name, version, arch) = (word(), word(), word());
        Package::new(format, name, version, arch)
    };
    let group = GroupContext { os_group: from_system(system), arch: arch.into(), ..GroupContext::default() };
    let context = Context { group, ..Context::default() };
    Host { system, packages: packages.lines().map(package).collect(), context }
}

/// Judges a host by one source that speaks for it whatever it says of itself.
pub(crate) fn judge(host: &Host, mut content: SnapshotContent) -> Judged {
    content.meta.os_group.clone_from(&host.context.group.os_group);
    let index = RuleIndex::build(1, vec![(1, content)]).named_for_the_report();
    let judged = judge::judge(&index, &host.context, &host.packages);
    assert_eq!(judged.judgements.len(), host.packages.len());
    assert_eq!(judged.findings.len(), host.packages.len());
    judged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hosts_are_of_known_groups() {
        for host in [rpm(), deb()] {
            assert!(host.context.group.os_group.is_some(), "{}", host.system);
            assert_eq!(host.packages.len(), 8);
        }
    }
}
