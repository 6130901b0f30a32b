//! Makes yum repositories as createrepo_c writes them, and what tests do with them.

use crate::feed::xz;
use crate::world::{HOUR, World};
use pakiti_engine::source::options::SourceOptions;
use pakiti_formats::report::Protocol;
use pakiti_store::source::{self, NewSource};
use pakiti_store::{args, host_packages};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;

pub(crate) const HOST: &str = "a.example.org";
pub(crate) const REPOMD: &str = "repodata/repomd.xml";

/// How a file is compressed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Packing {
    Plain,
    #[default]
    Gzip,
    Xz,
    Zstd,
}

impl Packing {
    fn pack(self, data: &[u8]) -> Vec<u8> {
        match self {
            Self::Plain => data.to_vec(),
            Self::Gzip => gzip(data),
            Self::Xz => xz(data),
            Self::Zstd => zstd::encode_all(data, 1).unwrap(),
        }
    }

    pub(crate) fn suffix(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Gzip => ".gz",
            Self::Xz => ".xz",
            Self::Zstd => ".zst",
        }
    }
}

/// A repository before it is written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Repo {
    /// `name [epoch:]version-release arch`, then `+name` it provides and `-name` it obsoletes.
    pub(crate) packages: Vec<String>,
    /// Updates of updateinfo.xml; empty = there is none.
    pub(crate) updates: Vec<String>,
    /// modules.yaml; empty = there is none.
    pub(crate) modules: String,
    pub(crate) packing: Packing,
    /// repomd.xml names these instead: kind -> bytes.
    pub(crate) replaced: BTreeMap<&'static str, Vec<u8>>,
}

impl Repo {
    pub(crate) fn of(packages: &[&str]) -> Self {
        Self { packages: packages.iter().map(|&text| text.to_owned()).collect(), ..Self::default() }
    }

    pub(crate) fn packed(mut self, packing: Packing) -> Self {
        self.packing = packing;
        self
    }

    /// An advisory of this type that fixes these `name [epoch:]version-release arch`.
    pub(crate) fn fixes(mut self, kind: &str, id: &str, packages: &[&str]) -> Self {
        let mut text = format!(
            "<update from=\"x\" status=\"final\" type=\"{kind}\" version=\"1\"><id>{id}</id><title>{id}</title>\
             <severity>Important</severity><issued date=\"2026-11-01 00:00:00\"/><references>\
             <reference href=\"x\" id=\"CVE-2026-0001\" type=\"cve\"/></references><pkglist><collection>"
        );
        for package in packages {
            let build = Build::parse(package);
            write!(
                text,
                "<package name=\"{}\" epoch=\"{}\" version=\"{}\" release=\"{}\" arch=\"{}\">\
                 <filename>x.rpm</filename></package>",
                build.name, build.epoch, build.version, build.release, build.arch
            )
            .unwrap();
        }
        text.push_str("</collection></pkglist></update>\n");
        self.updates.push(text);
        self
    }

    /// The advisories so far ask for a reboot.
    pub(crate) fn with_reboot(mut self) -> Self {
        for update in &mut self.updates {
            *update = update.replace("<pkglist>", "<reboot_suggested>True</reboot_suggested><pkglist>");
        }
        self
    }

    /// A build of a module stream (`name:stream`) with these artifacts (`name-epoch:version-release.arch`).
    pub(crate) fn stream(self, module: &str, artifacts: &[&str]) -> Self {
        self.stream_needing(module, "", artifacts)
    }

    /// The same; it needs this module (`name: [stream]`).
    pub(crate) fn stream_needing(mut self, module: &str, needs: &str, artifacts: &[&str]) -> Self {
        let (name, stream) = module.split_once(':').unwrap();
        let mut text = format!(
            "---\ndocument: modulemd\nversion: 2\ndata:\n  name: {name}\n  stream: \"{stream}\"\n  version: 1\n  \
             context: c0ffee\n  arch: x86_64\n  dependencies:\n  - requires: {{{needs}}}\n  artifacts:\n    rpms:\n"
        );
        for artifact in artifacts {
            writeln!(text, "    - {artifact}").unwrap();
        }
        self.modules.push_str(&text);
        self
    }

    /// The default stream of a module.
    pub(crate) fn default_stream(mut self, name: &str, stream: &str) -> Self {
        write!(
            self.modules,
            "---\ndocument: modulemd-defaults\nversion: 1\ndata:\n  module: {name}\n  stream: \"{stream}\"\n"
        )
        .unwrap();
        self
    }

    /// repomd.xml names these bytes as the file of this kind.
    pub(crate) fn replace(mut self, kind: &'static str, data: Vec<u8>) -> Self {
        self.replaced.insert(kind, data);
        self
    }

    pub(crate) fn primary(&self) -> String {
        let mut text = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<metadata xmlns=\"http://linux.duke.edu/metadata/common\" \
             xmlns:rpm=\"http://linux.duke.edu/metadata/rpm\" packages=\"{}\">\n",
            self.packages.len()
        );
        for package in &self.packages {
            Build::parse(package).write(&mut text);
        }
        text + "</metadata>\n"
    }

    /// Kind, path and content of what repomd.xml names.
    pub(crate) fn parts(&self) -> Vec<(&'static str, String, Vec<u8>)> {
        let updates = format!("<?xml version=\"1.0\"?>\n<updates>\n{}</updates>\n", self.updates.concat());
        let all = [
            ("primary", "primary.xml", self.primary(), true),
            ("updateinfo", "updateinfo.xml", updates, !self.updates.is_empty()),
            ("modules", "modules.yaml", self.modules.clone(), !self.modules.is_empty()),
        ];
        let wanted = all.into_iter().filter(|(kind, _, _, there)| *there || self.replaced.contains_key(kind));
        let packed = wanted.map(|(kind, name, text, _)| {
            let replaced = self.replaced.get(kind).cloned();
            let data = replaced.unwrap_or_else(|| self.packing.pack(text.as_bytes()));
            let start: String = hash(&data).chars().take(8).collect();
            (kind, format!("repodata/{start}-{name}{}", self.packing.suffix()), data)
        });
        packed.collect()
    }

    /// The path of the file of a kind.
    pub(crate) fn path_of(&self, kind: &str) -> String {
        self.parts().into_iter().find(|part| part.0 == kind).unwrap().1
    }

    pub(crate) fn repomd(&self) -> String {
        let entries: String = self.parts().iter().map(|(kind, path, data)| entry(kind, path, data)).collect();
        repomd(&entries)
    }

    /// Path -> content of everything.
    pub(crate) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files: BTreeMap<String, Vec<u8>> =
            self.parts().into_iter().map(|(_, path, data)| (path, data)).collect();
        files.insert(REPOMD.into(), self.repomd().into_bytes());
        files
    }

    /// Writes the folder; gives it.
    pub(crate) fn write(&self, folder: PathBuf) -> PathBuf {
        for (path, data) in self.files() {
            let path = folder.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, data).unwrap();
        }
        folder
    }
}

struct Build<'a> {
    name: &'a str,
    epoch: &'a str,
    version: &'a str,
    release: &'a str,
    arch: &'a str,
    further: Vec<&'a str>,
}

impl<'a> Build<'a> {
    fn parse(text: &'a str) -> Self {
        let mut words = text.split(' ');
        let (name, evr, arch) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
        let (epoch, rest) = evr.split_once(':').unwrap_or(("0", evr));
        let (version, release) = rest.split_once('-').unwrap();
        Self { name, epoch, version, release, arch, further: words.collect() }
    }

    fn write(&self, text: &mut String) {
        let Self { name, epoch, version, release, arch, .. } = self;
        let entries = |sign: char| -> String {
            let names = self.further.iter().filter_map(|word| word.strip_prefix(sign));
            names.map(|name| format!("<rpm:entry name=\"{name}\"/>")).collect()
        };
        write!(
            text,
            "<package type=\"rpm\">\n  <name>{name}</name>\n  <arch>{arch}</arch>\n  \
             <version epoch=\"{epoch}\" ver=\"{version}\" rel=\"{release}\"/>\n  <format>\
             <rpm:vendor>Example</rpm:vendor><rpm:sourcerpm>{name}-{version}-{release}.src.rpm</rpm:sourcerpm>\
             <rpm:provides>{}</rpm:provides><rpm:obsoletes>{}</rpm:obsoletes></format>\n</package>\n",
            entries('+'),
            entries('-')
        )
        .unwrap();
    }
}

pub(crate) fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn hash(data: &[u8]) -> String {
    Sha256::digest(data).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An entry of repomd.xml.
pub(crate) fn entry(kind: &str, path: &str, data: &[u8]) -> String {
    format!(
        "<data type=\"{kind}\"><checksum type=\"sha256\">{}</checksum><location href=\"{path}\"/>\
         <timestamp>1795000000</timestamp><size>{}</size></data>\n",
        hash(data),
        data.len()
    )
}

/// A repomd.xml of these entries.
pub(crate) fn repomd(entries: &str) -> String {
    format!("<?xml version=\"1.0\"?>\n<repomd>\n<revision>1795000000</revision>\n{entries}</repomd>\n")
}

/// Options of a source that names no keyring.
pub(crate) fn plain() -> SourceOptions {
    SourceOptions::default()
}

/// Adds a yum source.
pub(crate) async fn add(w: &World, name: &str, url: &str, options: &SourceOptions, os_group: &str) {
    let new = NewSource {
        name: name.into(),
        kind: "yum".into(),
        url: url.into(),
        options: options.record(),
        os_group: os_group.into(),
        interval_seconds: 6 * HOUR,
    };
    source::add(w.db(), &new, w.now()).await.unwrap();
}

/// Publishes a repository below `/NAME`; gives its URL.
pub(crate) fn publish(w: &World, name: &str, repo: &Repo) -> String {
    w.web.publish(&format!("/{name}"), &repo.files());
    w.web.url(&format!("/{name}"))
}

/// Publishes a repository, adds it as a source of RHEL 9 and fetches it.
pub(crate) async fn serve(w: &World, name: &str, repo: &Repo) {
    serve_with(w, name, repo, &plain()).await;
}

/// The same with options.
pub(crate) async fn serve_with(w: &World, name: &str, repo: &Repo, options: &SourceOptions) {
    let url = publish(w, name, repo);
    add(w, name, &url, options, "rhel-9").await;
    w.sync(name).await.unwrap();
}

/// A report of protocol 6 from a RHEL 9; packages as `name [epoch:]version-release arch [module label]`.
pub(crate) async fn report(w: &World, host: &str, lines: &[&str], packages: &[&str]) {
    let mut text = format!(
        "#\nversion: 6\nhost: {host}\narch: x86_64\nkernel: 5.14.0-1.el9.x86_64\npackager: rpm\nos-id: rhel\n\
         os-version-id: 9.4\n"
    );
    for line in lines {
        writeln!(text, "{line}").unwrap();
    }
    text.push_str("#\n");
    for package in packages {
        let words: Vec<&str> = package.split(' ').collect();
        let label = words.get(3).unwrap_or(&"-");
        writeln!(text, "{}\t{}\t{}\t-\t-\tExample\t{label}", words[0], words[1], words[2]).unwrap();
    }
    w.feed(Protocol::V6, &text).await;
}

/// The updates of a host, security first: `name installed > candidate kind repositories advisories [reboot]`.
pub(crate) async fn updates_of(w: &World, host: &str) -> Vec<String> {
    let updates = host_packages::updates(w.db(), &w.host(host).await).await.unwrap();
    let shown = updates.iter().map(|row| {
        let (package, update) = (&row.package, &row.update);
        let mut text = format!(
            "{} {} > {} {} {}",
            package.name,
            package.version,
            update.candidate,
            update.kind.word(),
            update.repositories.join("+")
        );
        for advisory in &update.advisories {
            write!(text, " {advisory}").unwrap();
        }
        if update.reboot { text + " reboot" } else { text }
    });
    shown.collect()
}

/// The updates of [`HOST`].
pub(crate) async fn updates(w: &World) -> Vec<String> {
    updates_of(w, HOST).await
}

/// The names that the newest generation touches.
pub(crate) async fn touched(w: &World) -> Vec<String> {
    let sql = "SELECT names FROM generation_change ORDER BY generation DESC LIMIT 1";
    let row = w.db().fetch_optional(sql, args![]).await.unwrap().unwrap();
    String::from_utf8(row.blob(0).unwrap()).unwrap().lines().map(str::to_owned).collect()
}

/// Configures a source anew.
pub(crate) async fn configure(w: &World, name: &str, column: &str, value: &str) {
    let sql = format!("UPDATE source SET {column} = $2 WHERE name = $1");
    w.db().execute(&sql, args![name, value]).await.unwrap();
}
