//! The host as dnf sees it: a root with an rpm database, module states and repositories.
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

use super::model::{Host, ModuleBuild, Package, Repository};
use super::{repodata, rpm_file};

/// A host on disk.
pub(super) struct Root {
    /// The installed root.
    pub(super) root: PathBuf,
    pub(super) config: PathBuf,
    /// The same packages as `rpm-qa` TSV, for Pakiti.
    pub(super) report: PathBuf,
    /// Folder of each repository, in the host's order.
    pub(super) repositories: Vec<PathBuf>,
}

impl Root {
    /// Writes the host into `folder`, which must not exist.
    pub(super) fn write(host: &Host, folder: &Path) -> anyhow::Result<Root> {
        let root = folder.join("root");
        fs::create_dir_all(root.join("etc/dnf/modules.d"))?;
        fs::create_dir_all(folder.join("none"))?;
        fs::write(folder.join(".rpmmacros"), "%_dbpath /var/lib/rpm\n")?;
        install(&host.installed, &root, folder)?;
        for (name, stream) in &host.enabled {
            fail_safe(&root, host, name, stream)?;
            let text = format!("[{name}]\nname={name}\nstream={stream}\nprofiles=\nstate=enabled\n");
            fs::write(root.join(format!("etc/dnf/modules.d/{name}.module")), text)?;
        }
        let report = folder.join("installed.tsv");
        fs::write(&report, if host.plain_report { plain(&host.installed) } else { tsv(&host.installed) })?;
        let mut repositories = Vec::new();
        for repository in &host.repositories {
            let place = match &repository.ready {
                Some(ready) => ready.clone(),
                None => folder.join("repositories").join(&repository.id),
            };
            if repository.ready.is_none() {
                repodata::write(&place, repository)?;
            }
            repositories.push(place);
        }
        let config = folder.join("dnf.conf");
        fs::write(&config, configuration(host, folder, &repositories))?;
        Ok(Root { root, config, report, repositories })
    }
}

/// The rpm database, by `rpm --justdb` of made files. Debian's macro puts it below $HOME: `.rpmmacros` says otherwise,
/// to rpm here and to dnf later.
fn install(packages: &[Package], root: &Path, folder: &Path) -> anyhow::Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    let files = folder.join("rpms");
    fs::create_dir_all(&files)?;
    for (number, package) in packages.iter().enumerate() {
        fs::write(files.join(format!("{number:05}.rpm")), rpm_file::rpm(package))?;
    }
    let mut names: Vec<PathBuf> =
        fs::read_dir(&files)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    names.sort();
    let mut rpm = Command::new("rpm");
    rpm.env("HOME", folder).arg("--root").arg(root);
    let flags = "-i --justdb --nodeps --nodigest --nosignature --noscripts --notriggers --ignorearch --ignoreos \
                 --ignoresize --oldpackage --replacepkgs --force";
    let output = rpm.args(flags.split_whitespace()).args(&names).output().context("rpm")?;
    ensure!(output.status.success(), "rpm -i: {}", String::from_utf8_lossy(&output.stderr));
    fs::remove_dir_all(&files)?;
    Ok(())
}

/// The copy of a module's metadata that dnf keeps when it enables a stream: the installed packages of the stream. dnf
/// goes back to it when no repository has the stream.
fn fail_safe(root: &Path, host: &Host, name: &str, stream: &str) -> anyhow::Result<()> {
    let of_stream = |package: &&Package| package.stream() == Some((name, stream));
    let artifacts: Vec<String> = host.installed.iter().filter(of_stream).map(Package::artifact).collect();
    if artifacts.is_empty() {
        return Ok(());
    }
    let platform = host.platform.split(':').map(str::to_owned).collect::<Vec<_>>();
    let requires = platform.first().zip(platform.get(1)).map(|(name, stream)| (name.clone(), stream.clone()));
    let build = ModuleBuild {
        name: name.to_owned(),
        stream: stream.to_owned(),
        version: 1,
        context: "failsafe".to_owned(),
        requires: requires.into_iter().collect(),
        artifacts,
    };
    let folder = root.join("var/lib/dnf/modulefailsafe");
    fs::create_dir_all(&folder)?;
    let repository = Repository { modules: vec![build], ..Repository::default() };
    Ok(fs::write(folder.join(format!("{name}:{stream}:x86_64.yaml")), repodata::modules(&repository)?)?)
}

fn tsv(packages: &[Package]) -> String {
    let mut text = "#NAME\tEPOCH\tVERSION\tRELEASE\tARCH\tSOURCERPM\tVENDOR\tMODULARITYLABEL\n".to_owned();
    for package in packages {
        let (epoch, version, release) = package.parts();
        let fields = [
            &package.name,
            epoch,
            version,
            release,
            &package.arch,
            &package.source,
            &package.vendor,
            &package.label,
        ];
        let fields = fields.map(|field| if field.is_empty() { "(none)" } else { field });
        text.push_str(&fields.join("\t"));
        text.push('\n');
    }
    text
}

/// Lines as `rpm -qa` prints them: no epochs.
fn plain(packages: &[Package]) -> String {
    let line = |package: &Package| {
        let (_, version, release) = package.parts();
        format!("{}-{version}-{release}.{}\n", package.name, package.arch)
    };
    packages.iter().map(line).collect()
}

/// dnf's whole configuration. Nothing of this machine is read; nothing outside `folder` is written.
fn configuration(host: &Host, folder: &Path, places: &[PathBuf]) -> String {
    let none = folder.join("none").display().to_string();
    let mut text = format!(
        "[main]\ngpgcheck=0\nplugins=0\nbest=1\nskip_if_unavailable=0\nmetadata_expire=-1\nreposdir={none}\n\
         varsdir={none}\ncachedir=/var/cache/dnf\npersistdir=/var/lib/dnf\nlogdir=/var/log\n"
    );
    if !host.platform.is_empty() {
        text.push_str(&format!("module_platform_id={}\n", host.platform));
    }
    for (repository, place) in host.repositories.iter().zip(places) {
        let Repository { id, priority, excludes, .. } = repository;
        text.push_str(&format!("[{id}]\nname={id}\nbaseurl=file://{}\n", place.display()));
        if let Some(priority) = priority {
            text.push_str(&format!("priority={priority}\n"));
        }
        if !excludes.is_empty() {
            text.push_str(&format!("excludepkgs={}\n", excludes.join(" ")));
        }
    }
    text
}
