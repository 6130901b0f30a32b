//! The large hosts: real lists, and synthetic ones at versions in the middle of what the repositories offer.
//!
//! Nothing is random: a choice is a digest of what is chosen, so every run asks the same.
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::model::{Host, Package, Repository};
use super::{alma, listed};

/// Where the shared data are, and a folder to work in.
pub(super) struct Places {
    pub(super) shared: PathBuf,
    pub(super) work: PathBuf,
}

impl Places {
    fn list(&self, name: &str) -> PathBuf {
        self.shared.join("data/hosts/rpm").join(name)
    }
}

/// Hosts against the real RHEL 6 repository.
pub(super) fn rhel6(places: &Places, reduced: bool) -> anyhow::Result<Vec<Host>> {
    let ready = places.work.join("rhel-6");
    listed::with_what_is_there(&places.shared.join("data/rpm-repo/pulp-xz-repo"), &ready)?;
    let repository = Repository { id: "rhel-6".to_owned(), ready: Some(ready), ..Repository::default() };
    let offered = listed::offered(&repository, &places.work.join("rhel-6-offered"))?;
    let host = |name: &str, system: &str, group: &str, installed: Vec<Package>| Host {
        name: name.to_owned(),
        system: system.to_owned(),
        os_group: group.to_owned(),
        installed,
        repositories: vec![repository.clone()],
        ..Host::default()
    };
    let name = "synthetic RHEL 6";
    let system = "Red Hat Enterprise Linux Server release 6.3 (Santiago)";
    let synthetic = host(name, system, "rhel-6", middle(&offered, name, if reduced { 150 } else { 700 }));
    if reduced {
        return Ok(vec![synthetic]);
    }
    let insights = listed::plain(&places.list("rhel-6.7-insights.rpm-qa.txt"), &offered)?;
    let devtools = listed::tsv(&places.list("CentOS6DevTools.rpm-qa.tsv"))?;
    let system = "Red Hat Enterprise Linux Server release 6.7 (Santiago)";
    let with_epochs = listed::with_epochs(&insights, &offered);
    let plain = host("RHEL 6.7 (insights), plain list", system, "rhel-6", insights);
    Ok(vec![
        host("RHEL 6.7 (insights)", system, "rhel-6", with_epochs),
        Host { plain_report: true, ..plain },
        host("CentOS 6 (DevTools)", "CentOS release 6.10 (Final)", "centos-6", devtools),
        synthetic,
    ])
}

/// Hosts against AlmaLinux 8: real lists, labels, chosen streams, an extra repository.
pub(super) fn alma8(places: &Places, reduced: bool) -> anyhow::Result<Vec<Host>> {
    let labelled = listed::tsv(&places.list("CentOS8Modularitylabel.rpm-qa.tsv"))?;
    let image = listed::tsv(&places.list("rhel-bdb-image.rpm-qa.tsv"))?;
    let all = || labelled.iter().chain(&image);
    let noarch =
        all().filter(|package| package.arch == "noarch").map(|package| package.name.clone()).collect();
    let names: BTreeSet<&str> = all().map(|package| package.name.as_str()).collect();
    let archive = places.shared.join("data/advisories/osv/almalinux8.osv.tar.xz");
    let keep = |name: &str| names.contains(name) || !reduced || chance(name, "keep", 10);
    let repository = alma::repository("alma-8", &archive, &places.work.join("osv-8"), &noarch, keep)?;
    let host = |name: &str, installed: Vec<Package>, repositories: Vec<Repository>| Host {
        name: name.to_owned(),
        system: "AlmaLinux 8.10 (Cerulean Leopard)".to_owned(),
        os_group: "almalinux-8".to_owned(),
        platform: "platform:el8".to_owned(),
        enabled: streams_of_labels(&installed),
        installed,
        repositories,
        ..Host::default()
    };
    let by_label = host("CentOS 8 (module labels)", labelled.clone(), vec![repository.clone()]);
    let by_label = Host { streams_by_label: true, ..by_label };
    if reduced {
        return Ok(vec![by_label]);
    }
    let mut chosen = host("RHEL 8 image, streams, extra repository", image.clone(), Vec::new());
    chosen.enabled = pairs(&[("perl", "5.32"), ("python39", "3.9"), ("nodejs", "18"), ("httpd", "2.4")]);
    chosen.repositories = vec![repository.clone(), extra(&image)];
    let synthetic = synthetic8(host("synthetic EL 8", Vec::new(), Vec::new()), repository);
    Ok(vec![by_label, chosen, synthetic])
}

/// Hosts against AlmaLinux 10: one repository, and two with priorities.
pub(super) fn alma10(places: &Places) -> anyhow::Result<Vec<Host>> {
    let archive = places.shared.join("data/advisories/osv/almalinux10.osv.tar.xz");
    let repository =
        alma::repository("alma-10", &archive, &places.work.join("osv-10"), &BTreeSet::new(), |_| true)?;
    let host = |name: &str, repositories: Vec<Repository>| Host {
        name: name.to_owned(),
        system: "AlmaLinux 10.1 (Heliotrope Lion)".to_owned(),
        os_group: "almalinux-10".to_owned(),
        platform: "platform:el10".to_owned(),
        installed: middle(&repository.packages, name, 400),
        repositories,
        ..Host::default()
    };
    let mut best = Repository { id: "best".to_owned(), priority: Some(10), ..Repository::default() };
    let in_best =
        |package: &&Package| chance(&package.name, "best", 40) && chance(&package.to_string(), "older", 40);
    best.packages = repository.packages.iter().filter(in_best).cloned().collect();
    let excluded = ["python3*", "*-devel", "glibc*.i686", "*-debug*", "kernel-core-6.12.0-55*"];
    let excludes = excluded.iter().map(|text| (*text).to_owned()).collect();
    let rest = Repository { excludes, ..repository.clone() };
    Ok(vec![
        host("synthetic EL 10", vec![repository.clone()]),
        host("EL 10, priorities, excludes", vec![rest, best]),
    ])
}

fn pairs(words: &[(&str, &str)]) -> Vec<(String, String)> {
    words.iter().map(|(name, stream)| ((*name).to_owned(), (*stream).to_owned())).collect()
}

fn streams_of_labels(packages: &[Package]) -> Vec<(String, String)> {
    let streams: BTreeSet<(&str, &str)> = packages.iter().filter_map(Package::stream).collect();
    pairs(&streams.into_iter().collect::<Vec<_>>())
}

/// A repository of better priority for every eighth package of the host: a version above the installed one, or below.
fn extra(installed: &[Package]) -> Repository {
    let of_extra = installed.iter().filter(|package| chance(&package.name, "extra", 12));
    let changed =
        |package: &Package| Package { evr: changed(&package.evr, &package.name), ..package.clone() };
    let packages = of_extra.map(changed).collect();
    let excludes = vec!["lib*".to_owned(), "*.noarch".to_owned()];
    Repository { id: "extra".to_owned(), priority: Some(20), packages, excludes, ..Repository::default() }
}

/// 300 packages besides those of three streams; one enabled stream hides the plain perl, two obsolete packages.
fn synthetic8(host: Host, mut repository: Repository) -> Host {
    let enabled =
        pairs(&[("nodejs", "18"), ("postgresql", "13"), ("container-tools", "4.0"), ("perl", "5.32")]);
    let of = |package: &Package, streams: &[(String, String)]| {
        let stream = package.stream();
        streams.iter().any(|(name, word)| stream == Some((name.as_str(), word.as_str())))
    };
    let plain: Vec<Package> = repository.packages.iter().filter(|p| p.label.is_empty()).cloned().collect();
    let modular =
        repository.packages.iter().filter(|package| of(package, &enabled[..3])).cloned().collect::<Vec<_>>();
    let mut installed = middle(&plain, &host.name, 300);
    installed.extend(middle(&modular, "modules", 60));
    installed.extend(middle(
        &plain.iter().filter(|p| p.name.starts_with("perl")).cloned().collect::<Vec<_>>(),
        "perl",
        20,
    ));
    installed.sort();
    installed.dedup_by(|a, b| (&a.name, &a.arch) == (&b.name, &b.arch) && !a.name.starts_with("kernel"));
    let victims = installed.iter().filter(|package| chance(&package.name, "victim", 3));
    repository.packages.push(Package {
        name: "made-obsoleter".to_owned(),
        evr: "1-1.el8".to_owned(),
        arch: "noarch".to_owned(),
        obsoletes: victims.map(|package| format!("{} <= {}", package.name, package.evr)).collect(),
        ..Package::default()
    });
    Host { installed, enabled, repositories: vec![repository], ..host }
}

/// Of `count` names the builds of all architectures at one of the offered versions, or just above or below it; kernels
/// at two; some builds have changed from or to noarch.
fn middle(offered: &[Package], salt: &str, count: usize) -> Vec<Package> {
    let mut names: BTreeMap<&str, BTreeMap<&str, Vec<&Package>>> = BTreeMap::new();
    for package in offered.iter().filter(|package| package.arch != "src") {
        names.entry(&package.name).or_default().entry(&package.arch).or_default().push(package);
    }
    let mut order: Vec<&str> = names.keys().copied().collect();
    // Names of several versions first: one version alone seldom makes an update.
    let versions = |name: &str| names[name].values().map(Vec::len).max().unwrap_or(0);
    order.sort_by_key(|name| (!name.starts_with("kernel"), versions(name) < 2, digest(name, salt)));
    let mut chosen = Vec::new();
    for name in order.into_iter().take(count) {
        for (number, (arch, builds)) in names[name].iter().enumerate() {
            if number > 0 && !chance(name, "multilib", 60) {
                continue;
            }
            let picks = if name.starts_with("kernel") { 2 } else { 1 };
            for pick in 0..picks {
                let at = digest(&format!("{name}{pick}"), salt) as usize % builds.len();
                chosen.push(installed(builds[at], arch, salt));
            }
        }
    }
    chosen.sort();
    chosen.dedup();
    chosen
}

fn installed(build: &Package, arch: &str, salt: &str) -> Package {
    let mut package = build.clone();
    if chance(&package.name, &format!("change{salt}"), 25) {
        package.evr = changed(&package.evr, &package.name);
    }
    if package.label.is_empty() && chance(&package.name, &format!("arch{salt}"), 5) {
        package.arch = if arch == "noarch" { "x86_64" } else { "noarch" }.to_owned();
    }
    package
}

/// A version just below (`~`) or just above the given one.
fn changed(evr: &str, name: &str) -> String {
    if chance(name, "above", 30) { format!("{evr}.1") } else { format!("{evr}~1") }
}

fn chance(text: &str, salt: &str, percent: u64) -> bool {
    digest(text, salt) % 100 < percent
}

fn digest(text: &str, salt: &str) -> u64 {
    let sum = Sha256::digest(format!("{salt}\n{text}"));
    sum.iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte))
}

/// The hosts of the shared data, large ones last.
pub(super) fn all(shared: &Path, work: &Path, reduced: bool) -> anyhow::Result<Vec<Host>> {
    let places = Places { shared: shared.to_owned(), work: work.to_owned() };
    let mut hosts = rhel6(&places, reduced)?;
    hosts.extend(alma8(&places, reduced)?);
    if !reduced {
        hosts.extend(alma10(&places)?);
    }
    Ok(hosts)
}
