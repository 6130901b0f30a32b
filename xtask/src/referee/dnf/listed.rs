//! Package lists: of real hosts (`rpm -qa`), and of a repository as dnf reads it.
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Context;

use super::answers;
use super::model::{Host, Package, Repository};
use super::root::Root;

/// An `rpm-qa` TSV of the shared data; keys (`gpg-pubkey`) are no packages.
pub(super) fn tsv(file: &Path) -> anyhow::Result<Vec<Package>> {
    let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let mut lines = text.lines();
    let head: Vec<&str> = lines.next().unwrap_or_default().trim_start_matches('#').split('\t').collect();
    let place = |name: &str| head.iter().position(|column| *column == name);
    let of = |fields: &[&str], name: &str| -> String {
        let field = place(name).and_then(|at| fields.get(at)).copied().unwrap_or_default();
        if field == "(none)" { String::new() } else { field.to_owned() }
    };
    let package = |line: &str| {
        let fields: Vec<&str> = line.split('\t').collect();
        let epoch = of(&fields, "EPOCH");
        let epoch = if epoch.is_empty() || epoch == "0" { String::new() } else { format!("{epoch}:") };
        Package {
            name: of(&fields, "NAME"),
            evr: format!("{epoch}{}-{}", of(&fields, "VERSION"), of(&fields, "RELEASE")),
            arch: of(&fields, "ARCH"),
            vendor: of(&fields, "VENDOR"),
            source: of(&fields, "SOURCERPM"),
            label: of(&fields, "MODULARITYLABEL"),
            ..Package::default()
        }
    };
    Ok(lines.map(package).filter(|package| package.name != "gpg-pubkey").collect())
}

/// Plain `name-version-release.arch` lines. Their epochs are those of the same build in `known`.
pub(super) fn plain(file: &Path, known: &[Package]) -> anyhow::Result<Vec<Package>> {
    let key = |package: &Package| {
        let (_, version, release) = package.parts();
        (package.name.clone(), format!("{version}-{release}"), package.arch.clone())
    };
    let known: BTreeMap<_, &Package> = known.iter().map(|package| (key(package), package)).collect();
    let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let words = text.lines().filter_map(|line| line.split('\t').next());
    let packages = words.filter_map(Package::parse).filter(|package| package.name != "gpg-pubkey");
    let with_epoch = |package: Package| match known.get(&key(&package)) {
        Some(build) => Package { evr: build.evr.clone(), source: build.source.clone(), ..package },
        None => package,
    };
    Ok(packages
        .map(with_epoch)
        .map(|package| Package { vendor: "Red Hat, Inc.".to_owned(), ..package })
        .collect())
}

/// The same packages with the epoch that `known` gives to each name: what the host's own database will have had.
pub(super) fn with_epochs(packages: &[Package], known: &[Package]) -> Vec<Package> {
    let epoch = |package: &Package| {
        let epoch = package.parts().0;
        (!epoch.is_empty()).then(|| (package.name.clone(), epoch.to_owned()))
    };
    let epochs: BTreeMap<String, String> = known.iter().filter_map(epoch).collect();
    let with_epoch = |package: &Package| match epochs.get(&package.name) {
        Some(epoch) if package.parts().0.is_empty() => {
            Package { evr: format!("{epoch}:{}", package.evr), ..package.clone() }
        }
        _ => package.clone(),
    };
    packages.iter().map(with_epoch).collect()
}

/// Everything a repository offers to x86_64, as dnf reads it.
pub(super) fn offered(repository: &Repository, folder: &Path) -> anyhow::Result<Vec<Package>> {
    let host = Host { repositories: vec![repository.clone()], ..Host::default() };
    let root = Root::write(&host, folder)?;
    let format = "%{name}\t%{epoch}\t%{version}-%{release}\t%{arch}\t%{sourcerpm}\t%{vendor}";
    let text = answers::run(&root, &["repoquery", "--available", "--show-duplicates", "--qf", format])?;
    let mut packages: Vec<Package> = text.lines().filter_map(query_line).collect();
    packages.sort();
    packages.dedup();
    Ok(packages)
}

fn query_line(line: &str) -> Option<Package> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [name, epoch, rest, arch, source, vendor] = fields[..] else { return None };
    let epoch = if epoch == "0" { String::new() } else { format!("{epoch}:") };
    let evr = format!("{epoch}{rest}");
    let (name, arch, source, vendor) =
        (name.to_owned(), arch.to_owned(), source.to_owned(), vendor.to_owned());
    Some(Package { name, evr, arch, source, vendor, ..Package::default() })
}

/// A folder with those files of `from/repodata` that are there: repomd.xml of the shared RHEL 6 repository names others, too.
pub(super) fn with_what_is_there(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to.join("repodata"))?;
    let repomd = fs::read_to_string(from.join("repodata/repomd.xml"))?;
    let mut kept = String::new();
    for (number, block) in repomd.split("<data ").enumerate() {
        if number == 0 {
            kept.push_str(block);
            continue;
        }
        let (block, rest) = block.split_once("</data>").context("repomd.xml: no </data>")?;
        let place = block.split("href=\"").nth(1).and_then(|rest| rest.split('"').next());
        let place = place.context("repomd.xml: no href")?;
        if from.join(place).is_file() {
            fs::copy(from.join(place), to.join(place))?;
            kept.push_str(&format!("<data {block}</data>"));
        }
        if rest.contains("</repomd>") {
            kept.push_str("</repomd>\n");
        }
    }
    Ok(fs::write(to.join("repodata/repomd.xml"), kept)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_repoquery_has_the_epoch_in_front_of_the_version() {
        let package = query_line("bash\t1\t5-2.el6\tx86_64\tbash-5-2.el6.src.rpm\tRed Hat, Inc.").unwrap();
        assert_eq!(
            (package.to_string().as_str(), package.vendor.as_str()),
            ("bash-1:5-2.el6.x86_64", "Red Hat, Inc.")
        );
        assert_eq!(query_line("bash\t0\t5-2.el6\tx86_64\ts\tv").unwrap().evr, "5-2.el6");
        assert!(query_line("something else").is_none());
    }
}
