//! A host on disk: what oscap finds at its paths, and the same as a report for Pakiti.
//!
//! `etc` and `boot` are laid over the machine's own (see `live`). oscap reads the rpm database by `.rpmmacros` in $HOME, dpkg's
//! status file by APT_CONFIG.
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::model::{Deb, Host, Installed, Keys, NextBoot, Rpm};
use super::rpm_database;

/// Files of this machine that programs need under any name.
const OWN: [&str; 4] = ["passwd", "group", "nsswitch.conf", "ld.so.cache"];

/// A host on disk.
pub(super) struct Root {
    pub(super) folder: PathBuf,
    /// $HOME for oscap.
    pub(super) home: PathBuf,
    pub(super) apt_config: PathBuf,
    /// For Pakiti.
    pub(super) report: PathBuf,
}

impl Root {
    /// Writes the host into `folder`, in place of what was there.
    pub(super) fn write(host: &Host, folder: &Path) -> anyhow::Result<Root> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        let (etc, boot) = (folder.join("etc"), folder.join("boot"));
        fs::create_dir_all(etc.join("dnf/modules.d"))?;
        fs::create_dir_all(boot.join("grub2"))?;
        for name in OWN {
            let own = Path::new("/etc").join(name);
            if own.exists() {
                fs::copy(own, etc.join(name))?;
            }
        }
        for (path, text) in &host.files {
            put(folder, path, text)?;
        }
        for (name, stream) in &host.enabled {
            let text = format!("[{name}]\nname={name}\nstream={stream}\nprofiles=\nstate=enabled\n");
            fs::write(etc.join(format!("dnf/modules.d/{name}.module")), text)?;
        }
        boot_loader(&boot.join("grub2"), &host.next_boot)?;
        let root = Root {
            folder: folder.to_owned(),
            home: folder.join("home"),
            apt_config: folder.join("apt.conf"),
            report: folder.join("report"),
        };
        root.packages(host)?;
        Ok(root)
    }

    fn packages(&self, host: &Host) -> anyhow::Result<()> {
        match &host.installed {
            Installed::Rpm(packages) => {
                fs::write(&self.report, rpm_qa(packages, host.keys))?;
                rpm_database::write(packages, &self.folder.join("rpmdb"), &self.home)
            }
            Installed::Deb(packages) => {
                fs::create_dir_all(&self.home)?;
                fs::create_dir_all(self.folder.join("lists/partial"))?;
                fs::write(&self.report, packages.iter().map(stanza).collect::<String>())?;
                Ok(fs::write(&self.apt_config, self.apt(&host.foreign))?)
            }
        }
    }

    /// apt's configuration: this status file, no lists, no cache on disk.
    fn apt(&self, foreign: &[String]) -> String {
        let foreign: String = foreign.iter().map(|arch| format!(" \"{arch}\";")).collect();
        format!(
            "Dir::State::status \"{}\";\nDir::State::lists \"{}\";\nDir::Cache::pkgcache \"\";\nDir::Cache::srcpkgcache \"\";\n\
             APT::Architecture \"amd64\";\nAPT::Architectures {{ \"amd64\";{foreign} }};\n",
            self.report.display(),
            self.folder.join("lists").display()
        )
    }
}

fn put(folder: &Path, path: &str, text: &str) -> anyhow::Result<()> {
    let file = folder.join(path.trim_start_matches('/'));
    fs::create_dir_all(file.parent().context("a file at the root")?)?;
    fs::write(&file, text).with_context(|| file.display().to_string())
}

/// GRUB 2. The chosen kernel is the second entry of a menu: `instance` of the definitions is `saved_entry` + 1.
fn boot_loader(folder: &Path, next: &NextBoot) -> anyhow::Result<()> {
    let rescue =
        "menuentry 'Linux (0-rescue-00000000000000000000000000000000) of the referee' --class gnu {\n}\n";
    let (saved, entries) = match next {
        NextBoot::Untold => return Ok(()),
        NextBoot::Menu(kernel) => {
            let entry = format!("menuentry 'Linux ({kernel}) of the referee' --class gnu-linux {{\n}}\n");
            ("1".to_owned(), format!("{rescue}{entry}"))
        }
        NextBoot::Specification(kernel) => {
            (format!("0a1b2c3d4e5f60718293a4b5c6d7e8f9-{kernel}"), "insmod blscfg\nblscfg\n".to_owned())
        }
    };
    fs::write(folder.join("grubenv"), format!("# GRUB Environment Block\nsaved_entry={saved}\n"))?;
    Ok(fs::write(folder.join("grub.cfg"), format!("set timeout=5\n{entries}"))?)
}

fn rpm_qa(packages: &[Rpm], keys: Keys) -> String {
    let mut head = "#NAME\tEPOCH\tVERSION\tRELEASE\tARCH\tSOURCERPM\tVENDOR\tMODULARITYLABEL".to_owned();
    if keys == Keys::Reported {
        head.push_str("\tSIGKEYID");
    }
    let line = |package: &Rpm| {
        let Rpm { name, epoch, version, release, arch, source, vendor, label, key, .. } = package;
        let mut fields = vec![name, epoch, version, release, arch, source, vendor, label];
        if keys == Keys::Reported {
            fields.push(key);
        }
        let fields: Vec<&str> =
            fields.iter().map(|f| if f.is_empty() { "(none)" } else { f.as_str() }).collect();
        format!("\n{}", fields.join("\t"))
    };
    head + &packages.iter().map(line).collect::<String>() + "\n"
}

fn stanza(package: &Deb) -> String {
    let Deb { name, version, arch, status } = package;
    format!(
        "Package: {name}\nStatus: {status}\nPriority: optional\nSection: misc\nMaintainer: nobody <nobody@example.org>\n\
         Architecture: {arch}\nMulti-Arch: same\nVersion: {version}\nDescription: {name}\n\n"
    )
}
