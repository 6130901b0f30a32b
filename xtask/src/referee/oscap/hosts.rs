//! The hosts: real lists with the vendor's release package in place of the clone's and kernels added, and the same with made
//! packages. A list with made packages has versions on both sides of the fixed ones, a real one seldom has.
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::document::Document;
use super::lists::{dpkg_query, rpm_qa};
use super::made::{self, Recipe, chance};
use super::model::{Deb, Host, Installed, Keys, NextBoot, Rpm};

/// Red Hat's keys as the definitions name them, VMware's, and one nobody asks for.
const KEY_RHEL5: &str = "5326810137017186";
const KEY_REDHAT: &str = "199e2f91fd431d51";
const KEY_VMWARE: &str = "c0b5e0ab66fd4949";
const KEY_OTHER: &str = "05b555b38483c65d";

/// The name of a host, and the OVAL file it is judged by.
pub(super) struct Plan {
    pub(super) name: &'static str,
    pub(super) feed: &'static str,
    pub(super) reduced: bool,
    make: fn(&Maker<'_>, &Plan) -> anyhow::Result<Host>,
}

const fn plan(
    name: &'static str,
    feed: &'static str,
    make: fn(&Maker<'_>, &Plan) -> anyhow::Result<Host>,
) -> Plan {
    Plan { name, feed, reduced: false, make }
}

/// All of them.
pub(super) const PLANS: [Plan; 16] = [
    plan("RHEL 5", "rhel-5", |maker, plan| maker.rhel5(plan, 0)),
    plan("RHEL 5, made packages", "rhel-5", |maker, plan| maker.rhel5(plan, 25)),
    plan("RHEL 7", "rhel-7-including-unpatched", |maker, plan| {
        maker.rhel7(plan, "CentOS7Python35.rpm-qa.tsv", 0)
    }),
    plan("RHEL 7, made packages, keys reported", "rhel-7-including-unpatched", |maker, plan| {
        Ok(some_other_keys(maker.rhel7(plan, "CentOS7DevTools.rpm-qa.tsv", 10)?))
    }),
    Plan {
        reduced: true,
        ..plan("RHEL 8, modules, made packages", "rhel-8", |maker, plan| maker.rhel8(plan))
    },
    plan("RHEL 8 image", "rhel-8", |maker, plan| maker.rhel8_image(plan)),
    plan("CentOS 8", "rhel-8", |maker, plan| maker.centos8(plan)),
    plan("Photon 3", "photon-3", |maker, plan| maker.photon(plan, 0)),
    plan("Photon 3, made packages", "photon-3", |maker, plan| maker.photon(plan, 60)),
    plan("Ubuntu 16.04", "ubuntu-16.04", |maker, plan| maker.ubuntu(plan, "16.04", "xenial", 0)),
    plan("Ubuntu 16.04, made packages", "ubuntu-16.04", |maker, plan| {
        maker.ubuntu(plan, "16.04", "xenial", 8)
    }),
    plan("Ubuntu 18.04", "ubuntu-18.04", |maker, plan| maker.ubuntu(plan, "18.04", "bionic", 0)),
    plan("Ubuntu 18.04, made packages", "ubuntu-18.04", |maker, plan| {
        maker.ubuntu(plan, "18.04", "bionic", 6)
    }),
    plan("Debian 8", "debian-8", |maker, plan| maker.debian8(plan, 0)),
    Plan {
        reduced: true,
        ..plan("Debian 8, made packages", "debian-8", |maker, plan| maker.debian8(plan, 100))
    },
    plan("Debian 12", "debian-8", |maker, plan| maker.debian12(plan)),
];

impl Plan {
    /// Makes the host.
    pub(super) fn host(&self, maker: &Maker<'_>) -> anyhow::Result<Host> {
        (self.make)(maker, self).with_context(|| self.name.to_owned())
    }
}

/// What hosts are made from.
pub(super) struct Maker<'a> {
    pub(super) shared: &'a Path,
    /// The file of the plan.
    pub(super) document: &'a Document,
}

impl Maker<'_> {
    fn list(&self, name: &str) -> PathBuf {
        self.shared.join("data/hosts").join(name)
    }

    /// A list without the clone's release package, with the vendor's, with kernels and made packages, all signed.
    fn el(&self, plan: &Plan, el: El<'_>) -> anyhow::Result<Host> {
        let El { list, release: (name, version, text), kernels, percent, key, .. } = el;
        let mut packages = rpm_qa(&self.list(&format!("rpm/{list}")))?;
        packages.retain(|package| !package.name.ends_with("-release") && !package.name.starts_with("kernel"));
        let mut release = Rpm::new(name, version, "x86_64");
        release.files = vec!["/etc/redhat-release".to_owned()];
        packages.push(release);
        for kernel in kernels {
            for name in el.kernel_names {
                packages.push(Rpm::new(name, kernel, "x86_64"));
            }
        }
        let there: BTreeSet<String> = packages.iter().map(|package| package.name.clone()).collect();
        let recipe = Recipe { below: el.below, ..recipe(plan, percent) };
        packages.extend(made::rpms(&recipe, self.document, &there));
        for package in packages.iter_mut().filter(|package| package.name != "gpg-pubkey") {
            package.key = key.to_owned();
        }
        let uname =
            |kernel: Option<&&str>| format!("{}{}", kernel.copied().unwrap_or_default(), el.uname_end);
        Ok(Host {
            kernel: uname(kernels.first()),
            next_boot: NextBoot::Menu(uname(kernels.last())),
            system: text.to_owned(),
            os_group: el.os_group.to_owned(),
            files: vec![("/etc/redhat-release".to_owned(), format!("{text}\n"))],
            floor: true,
            ..host(plan, Installed::Rpm(packages))
        })
    }

    fn rhel5(&self, plan: &Plan, percent: u64) -> anyhow::Result<Host> {
        let text = "Red Hat Enterprise Linux Server release 5.11 (Tikanga)";
        self.el(
            plan,
            El {
                list: "CentOS5Plain.rpm-qa.tsv",
                release: ("redhat-release", "5Server-5.11.0.2", text),
                kernels: &["2.6.18-164.el5", "2.6.18-308.1.1.el5"],
                kernel_names: &["kernel", "kernel-devel"],
                uname_end: "",
                percent,
                below: 50,
                key: KEY_RHEL5,
                os_group: "rhel-5",
            },
        )
    }

    fn rhel7(&self, plan: &Plan, list: &str, percent: u64) -> anyhow::Result<Host> {
        let text = "Red Hat Enterprise Linux Server release 7.6 (Maipo)";
        self.el(
            plan,
            El {
                list,
                release: ("redhat-release-server", "7.6-4.el7", text),
                kernels: &["3.10.0-327.el7", "3.10.0-514.2.2.el7", "3.10.0-957.el7"],
                kernel_names: &["kernel", "kernel-devel"],
                uname_end: ".x86_64",
                percent,
                below: 50,
                key: KEY_REDHAT,
                os_group: "rhel-7",
            },
        )
    }

    /// Every second stream that the file names is enabled, and those of the list's labels.
    fn rhel8(&self, plan: &Plan) -> anyhow::Result<Host> {
        let el = El { percent: 35, ..rhel8("CentOS8Modularitylabel.rpm-qa.tsv") };
        let mut host = self.el(plan, el)?;
        host.next_boot = NextBoot::Specification("4.18.0-80.7.1.el8_0.x86_64".to_owned());
        host.enabled = streams_of_labels(&host);
        for (name, stream) in &self.document.streams {
            let is_new = !host.enabled.iter().any(|(enabled, _)| enabled == name);
            if is_new && chance(name, "enabled", 60) && chance(stream, name, 60) {
                host.enabled.push((name.clone(), stream.clone()));
            }
        }
        Ok(host)
    }

    /// A menu as release 7 has it, so that the definitions' "set to boot" is asked for here as well: Pakiti would not
    /// make such files for release 8, it gets them.
    fn rhel8_image(&self, plan: &Plan) -> anyhow::Result<Host> {
        let host = self.el(plan, rhel8("rhel-bdb-image.rpm-qa.tsv"))?;
        Ok(Host { floor: false, facts: true, ..host })
    }

    /// The list as it is: centos-release owns /etc/redhat-release, so every definition is true by its guard.
    fn centos8(&self, plan: &Plan) -> anyhow::Result<Host> {
        let mut packages = rpm_qa(&self.list("rpm/CentOS8Modularitylabel.rpm-qa.tsv"))?;
        for package in packages.iter_mut().filter(|package| package.name == "centos-release") {
            package.files = vec!["/etc/redhat-release".to_owned()];
        }
        let text = "CentOS Linux release 8.2.2004 (Core)";
        let mut host = host(plan, Installed::Rpm(packages));
        host.kernel = "4.18.0-193.el8.x86_64".to_owned();
        host.system = text.to_owned();
        host.os_group = "centos-8".to_owned();
        host.files = vec![("/etc/redhat-release".to_owned(), format!("{text}\n"))];
        host.enabled = streams_of_labels(&host);
        Ok(host)
    }

    fn photon(&self, plan: &Plan, percent: u64) -> anyhow::Result<Host> {
        let mut packages = rpm_qa(&self.list("rpm/image-photon-30.rpm-qa.tsv"))?;
        let there: BTreeSet<String> = packages.iter().map(|package| package.name.clone()).collect();
        packages.extend(made::rpms(&recipe(plan, percent), self.document, &there));
        packages.iter_mut().for_each(|package| package.key = KEY_VMWARE.to_owned());
        Ok(Host {
            system: "VMware Photon OS 3.0".to_owned(),
            os_group: "photon-3".to_owned(),
            kernel: "4.19.15-1.ph3".to_owned(),
            floor: percent > 0,
            ..host(plan, Installed::Rpm(packages))
        })
    }

    fn ubuntu(&self, plan: &Plan, version: &str, codename: &str, percent: u64) -> anyhow::Result<Host> {
        let packages = self.with_made(plan, &format!("image-ubuntu-{version}"), percent)?;
        let lsb = format!(
            "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE={version}\nDISTRIB_CODENAME={codename}\nDISTRIB_DESCRIPTION=\"Ubuntu {version} LTS\"\n"
        );
        Ok(Host {
            system: format!("Ubuntu {version} LTS"),
            os_group: format!("ubuntu-{version}"),
            kernel: "4.15.0-20-generic".to_owned(),
            files: vec![("/etc/lsb-release".to_owned(), lsb)],
            facts: percent > 0,
            floor: percent > 0,
            foreign: vec!["i386".to_owned()],
            ..host(plan, Installed::Deb(packages))
        })
    }

    fn debian8(&self, plan: &Plan, percent: u64) -> anyhow::Result<Host> {
        let packages = self.with_made(plan, "image-debian-8", percent)?;
        let floor = percent > 0;
        Ok(Host { floor, facts: floor, ..debian(plan, packages, "8", "jessie", "8.11") })
    }

    fn debian12(&self, plan: &Plan) -> anyhow::Result<Host> {
        let packages = dpkg_query(&self.list("dpkg/debian-12-build-host.dpkg-query.tsv"))?;
        Ok(debian(plan, packages, "12", "bookworm", "12.11"))
    }

    fn with_made(&self, plan: &Plan, list: &str, percent: u64) -> anyhow::Result<Vec<Deb>> {
        let mut packages = dpkg_query(&self.list(&format!("dpkg/{list}.dpkg-query.tsv")))?;
        let there: BTreeSet<String> = packages.iter().map(|package| package.name.clone()).collect();
        packages.extend(made::debs(&recipe(plan, percent), self.document, &there));
        Ok(packages)
    }
}

/// What tells a Red Hat host from another. The first kernel runs, the last one is booted next.
struct El<'a> {
    list: &'a str,
    /// Name and version of the release package, and the text of its file.
    release: (&'a str, &'a str, &'a str),
    kernels: &'a [&'a str],
    kernel_names: &'a [&'a str],
    uname_end: &'a str,
    /// Of a hundred names of the file.
    percent: u64,
    /// Of a hundred of these.
    below: u64,
    key: &'a str,
    os_group: &'a str,
}

fn rhel8(list: &str) -> El<'_> {
    El {
        list,
        release: ("redhat-release", "8.0-0.44.el8", "Red Hat Enterprise Linux release 8.0 (Ootpa)"),
        kernels: &["4.18.0-80.el8", "4.18.0-80.7.1.el8_0"],
        kernel_names: &["kernel", "kernel-core", "kernel-modules"],
        uname_end: ".x86_64",
        percent: 0,
        below: 20,
        key: KEY_REDHAT,
        os_group: "rhel-8",
    }
}

fn recipe<'a>(plan: &Plan, percent: u64) -> Recipe<'a> {
    Recipe { salt: plan.name, percent, most: 600, below: 18 }
}

fn host(plan: &Plan, installed: Installed) -> Host {
    Host {
        name: plan.name.to_owned(),
        system: String::new(),
        os_group: String::new(),
        kernel: String::new(),
        next_boot: NextBoot::Untold,
        installed,
        foreign: Vec::new(),
        enabled: Vec::new(),
        files: Vec::new(),
        facts: false,
        keys: Keys::Assumed,
        feed: plan.feed,
        floor: false,
    }
}

fn debian(plan: &Plan, packages: Vec<Deb>, version: &str, codename: &str, point: &str) -> Host {
    let pretty = format!("Debian GNU/Linux {version} ({codename})");
    let os_release = format!(
        "PRETTY_NAME=\"{pretty}\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"{version}\"\nVERSION=\"{version} ({codename})\"\nID=debian\n"
    );
    Host {
        system: pretty,
        os_group: format!("debian-{version}"),
        kernel: "4.9.0-19-amd64".to_owned(),
        files: vec![
            ("/etc/debian_version".to_owned(), format!("{point}\n")),
            ("/etc/os-release".to_owned(), os_release),
        ],
        foreign: vec!["i386".to_owned()],
        ..host(plan, Installed::Deb(packages))
    }
}

/// A quarter of the packages are signed by a key that no definition asks for, and Pakiti is told all keys.
fn some_other_keys(mut host: Host) -> Host {
    if let Installed::Rpm(packages) = &mut host.installed {
        for package in packages.iter_mut().filter(|package| chance(&package.name, "other key", 25)) {
            package.key = KEY_OTHER.to_owned();
        }
    }
    Host { keys: Keys::Reported, ..host }
}

fn streams_of_labels(host: &Host) -> Vec<(String, String)> {
    let Installed::Rpm(packages) = &host.installed else { return Vec::new() };
    let stream = |package: &Rpm| {
        let mut words = package.label.split(':');
        Some((words.next().filter(|name| !name.is_empty())?.to_owned(), words.next()?.to_owned()))
    };
    packages.iter().filter_map(stream).collect::<BTreeSet<_>>().into_iter().collect()
}
