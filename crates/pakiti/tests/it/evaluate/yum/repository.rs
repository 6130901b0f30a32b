//! Small yum repositories and rpm reports in a folder of their own.

use super::super::archive::Archive;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::io::Write as _;

/// A repository before it is written.
#[derive(Debug, Default, Clone)]
pub(in crate::evaluate) struct Repository {
    packages: String,
    updates: String,
    modules: String,
    entries: String,
}

impl Repository {
    /// Packages: lines of `name [epoch:]version-release arch`, then `+name` provided and `-name` obsoleted.
    pub(in crate::evaluate) fn of(lines: &str) -> Self {
        let mut out = Self::default();
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            out.package(line);
        }
        out
    }

    fn package(&mut self, line: &str) {
        let [name, epoch, version, release, arch] = nevra(line);
        let entries = |sign: char| -> String {
            let names = line.split(' ').skip(3).filter_map(|word| word.strip_prefix(sign));
            names.map(|name| format!("<rpm:entry name=\"{name}\"/>")).collect()
        };
        writeln!(
            self.packages,
            "<package type=\"rpm\"><name>{name}</name><arch>{arch}</arch>\
             <version epoch=\"{epoch}\" ver=\"{version}\" rel=\"{release}\"/><format><rpm:vendor>Example</rpm:vendor>\
             <rpm:provides>{}</rpm:provides><rpm:obsoletes>{}</rpm:obsoletes></format></package>",
            entries('+'),
            entries('-')
        )
        .unwrap();
    }

    /// An advisory of a type (`security`, `bugfix reboot`) that fixes these lines.
    pub(in crate::evaluate) fn fixes(mut self, kind: &str, id: &str, lines: &str) -> Self {
        let (kind, reboot) = kind.split_once(' ').unwrap_or((kind, ""));
        write!(self.updates, "<update type=\"{kind}\"><id>{id}</id><pkglist><collection>").unwrap();
        for line in lines.lines().map(str::trim) {
            let [name, epoch, version, release, arch] = nevra(line);
            write!(
                self.updates,
                "<package name=\"{name}\" epoch=\"{epoch}\" version=\"{version}\" release=\"{release}\" arch=\"{arch}\"/>"
            )
            .unwrap();
        }
        self.updates.push_str("</collection></pkglist>");
        if reboot == "reboot" {
            self.updates.push_str("<reboot_suggested>True</reboot_suggested>");
        }
        self.updates.push_str("</update>\n");
        self
    }

    /// A build of `name:stream` with these artifacts.
    pub(in crate::evaluate) fn stream(mut self, module: &str, artifacts: &[&str]) -> Self {
        let (name, stream) = module.split_once(':').unwrap();
        write!(
            self.modules,
            "---\ndocument: modulemd\nversion: 2\ndata:\n  name: {name}\n  stream: \"{stream}\"\n  version: 1\n  \
             context: c0ffee\n  arch: x86_64\n  artifacts:\n    rpms:\n"
        )
        .unwrap();
        for artifact in artifacts {
            writeln!(self.modules, "    - {artifact}").unwrap();
        }
        self
    }

    /// The default stream of a module.
    pub(in crate::evaluate) fn default_stream(mut self, name: &str, stream: &str) -> Self {
        write!(
            self.modules,
            "---\ndocument: modulemd-defaults\nversion: 1\ndata:\n  module: {name}\n  stream: \"{stream}\"\n"
        )
        .unwrap();
        self
    }

    /// repomd.xml names a file of this kind besides.
    pub(in crate::evaluate) fn names(mut self, kind: &str, path: &str) -> Self {
        self.entries += &entry(kind, path, b"x");
        self
    }

    /// Writes the folder; gives `--source=yum=FOLDER`.
    pub(in crate::evaluate) fn write(&self, archive: &Archive, folder: &str) -> String {
        let primary = format!(
            "<metadata xmlns=\"http://linux.duke.edu/metadata/common\" \
             xmlns:rpm=\"http://linux.duke.edu/metadata/rpm\">\n{}</metadata>\n",
            self.packages
        );
        let updates = format!("<updates>\n{}</updates>\n", self.updates);
        let mut entries = self.entries.clone();
        for (kind, name, text, there) in [
            ("primary", "primary.xml.gz", &primary, true),
            ("updateinfo", "updateinfo.xml.gz", &updates, !self.updates.is_empty()),
            ("modules", "modules.yaml.gz", &self.modules, !self.modules.is_empty()),
        ] {
            if there {
                let data = gzip(text);
                archive.file(&format!("{folder}/repodata/{name}"), &data);
                entries += &entry(kind, &format!("repodata/{name}"), &data);
            }
        }
        archive.file(&format!("{folder}/repodata/repomd.xml"), format!("<repomd>\n{entries}</repomd>\n"));
        format!("--source=yum={}", archive.path().join(folder).display())
    }
}

/// Name, epoch, version, release, architecture.
fn nevra(line: &str) -> [&str; 5] {
    let mut words = line.split(' ');
    let (name, evr, arch) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
    let (epoch, rest) = evr.split_once(':').unwrap_or(("0", evr));
    let (version, release) = rest.split_once('-').unwrap();
    [name, epoch, version, release, arch]
}

fn entry(kind: &str, path: &str, data: &[u8]) -> String {
    let hash: String = Sha256::digest(data).iter().map(|byte| format!("{byte:02x}")).collect();
    format!(
        "<data type=\"{kind}\"><checksum type=\"sha256\">{hash}</checksum><location href=\"{path}\"/>\
         <timestamp>1795000000</timestamp><size>{}</size></data>\n",
        data.len()
    )
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// A table as `rpm -qa` gives it, of lines `name [epoch:]version-release arch [module label]`.
pub(in crate::evaluate) fn table(lines: &str) -> String {
    let mut text = "#NAME\tEPOCH\tVERSION\tRELEASE\tARCH\tSOURCERPM\tVENDOR\tMODULARITYLABEL\n".to_owned();
    for line in lines.lines().map(str::trim) {
        let [name, epoch, version, release, arch] = nevra(line);
        let epoch = if epoch == "0" { "(none)" } else { epoch };
        let label = line.split(' ').nth(3).unwrap_or("(none)");
        writeln!(text, "{name}\t{epoch}\t{version}\t{release}\t{arch}\t(none)\tExample\t{label}").unwrap();
    }
    text
}

/// A report of protocol 6 of a RHEL 9 with these header lines, of lines as those of [`table`].
pub(in crate::evaluate) fn v6(header: &[&str], lines: &str) -> String {
    let mut text =
        "#\nversion: 6\nhost: a.example.org\narch: x86_64\nkernel: 5.14.0-1.el9.x86_64\npackager: rpm\n\
         os-id: rhel\nos-version-id: 9.4\nsystem: Red Hat Enterprise Linux 9.4\n"
            .to_owned();
    for line in header {
        writeln!(text, "{line}").unwrap();
    }
    text.push_str("#\n");
    for line in lines.lines().map(str::trim) {
        let words: Vec<&str> = line.split(' ').collect();
        let label = words.get(3).unwrap_or(&"-");
        writeln!(text, "{}\t{}\t{}\t-\t-\tExample\t{label}", words[0], words[1], words[2]).unwrap();
    }
    text
}
