//! Writes a repository's `repodata`: primary, updateinfo, modules and repomd, as createrepo_c would.
//!
//! All of it gzipped as real mirrors have it. libsolv reads the result, so a mistake here shows at once.
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use super::model::{Advisory, Package, Repository};

/// Writes `folder/repodata`.
pub(super) fn write(folder: &Path, repository: &Repository) -> anyhow::Result<()> {
    fs::create_dir_all(folder.join("repodata"))?;
    let mut repomd = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <repomd xmlns=\"http://linux.duke.edu/metadata/repo\">\n<revision>1</revision>\n",
    );
    let mut put = |kind: &str, file: &str, text: String| -> anyhow::Result<()> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(text.as_bytes())?;
        let packed = gzip.finish()?;
        let place = format!("repodata/{file}.gz");
        fs::write(folder.join(&place), &packed)?;
        let (sum, open_sum) = (digest(&packed), digest(text.as_bytes()));
        writeln!(
            repomd,
            "<data type=\"{kind}\"><checksum type=\"sha256\">{sum}</checksum>\
             <open-checksum type=\"sha256\">{open_sum}</open-checksum><location href=\"{place}\"/>\
             <timestamp>1700000000</timestamp><size>{}</size><open-size>{}</open-size></data>",
            packed.len(),
            text.len()
        )?;
        Ok(())
    };
    put("primary", "primary.xml", primary(&repository.packages)?)?;
    if !repository.advisories.is_empty() {
        put("updateinfo", "updateinfo.xml", updateinfo(&repository.advisories)?)?;
    }
    if !repository.modules.is_empty() || !repository.defaults.is_empty() {
        put("modules", "modules.yaml", modules(repository)?)?;
    }
    repomd.push_str("</repomd>\n");
    Ok(fs::write(folder.join("repodata/repomd.xml"), repomd)?)
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn primary(packages: &[Package]) -> anyhow::Result<String> {
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<metadata xmlns=\"http://linux.duke.edu/metadata/common\" \
         xmlns:rpm=\"http://linux.duke.edu/metadata/rpm\" packages=\"{}\">\n",
        packages.len()
    );
    for package in packages {
        let (name, arch) = (escaped(&package.name), &package.arch);
        write!(
            text,
            "<package type=\"rpm\"><name>{name}</name><arch>{arch}</arch><version {}/>\
             <checksum type=\"sha256\" pkgid=\"YES\">{}</checksum><summary>made</summary>\
             <description>made</description><packager/><url/><time file=\"1700000000\" build=\"1700000000\"/>\
             <size package=\"1\" installed=\"1\" archive=\"1\"/><location href=\"Packages/{}.rpm\"/><format>\
             <rpm:license>none</rpm:license><rpm:vendor>{}</rpm:vendor><rpm:group/><rpm:buildhost>x</rpm:buildhost>\
             <rpm:sourcerpm>{}</rpm:sourcerpm><rpm:header-range start=\"1\" end=\"2\"/>",
            evr(package),
            digest(package.to_string().as_bytes()),
            escaped(&package.to_string().replace(':', "_")),
            escaped(&package.vendor),
            escaped(&package.source),
        )?;
        let mut provides = vec![format!("{} = {}", package.name, package.evr)];
        provides.extend(package.provides.iter().cloned());
        write!(text, "<rpm:provides>{}</rpm:provides>", entries(&provides)?)?;
        if !package.obsoletes.is_empty() {
            write!(text, "<rpm:obsoletes>{}</rpm:obsoletes>", entries(&package.obsoletes)?)?;
        }
        text.push_str("</format></package>\n");
    }
    text.push_str("</metadata>\n");
    Ok(text)
}

/// The attributes epoch, ver and rel.
fn evr(package: &Package) -> String {
    let (epoch, version, release) = package.parts();
    let epoch = if epoch.is_empty() { "0" } else { epoch };
    format!("epoch=\"{epoch}\" ver=\"{}\" rel=\"{}\"", escaped(version), escaped(release))
}

fn entries(relations: &[String]) -> anyhow::Result<String> {
    let mut text = String::new();
    for relation in relations {
        let words: Vec<&str> = relation.split(' ').collect();
        let [name, sign, evr_text] = words[..] else {
            write!(text, "<rpm:entry name=\"{}\"/>", escaped(relation))?;
            continue;
        };
        let flags = match sign {
            "=" => "EQ",
            "<" => "LT",
            "<=" => "LE",
            ">" => "GT",
            _ => "GE",
        };
        let package = Package { evr: evr_text.to_owned(), ..Package::default() };
        write!(text, "<rpm:entry name=\"{}\" flags=\"{flags}\" {}/>", escaped(name), evr(&package))?;
    }
    Ok(text)
}

fn updateinfo(advisories: &[Advisory]) -> anyhow::Result<String> {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<updates>\n");
    for advisory in advisories {
        let Advisory { id, kind, severity, collections } = advisory;
        write!(
            text,
            "<update from=\"referee\" status=\"final\" type=\"{kind}\" version=\"1\"><id>{id}</id>\
             <title>{id}</title><issued date=\"2026-01-01 00:00:00\"/><updated date=\"2026-01-01 00:00:00\"/>\
             <severity>{severity}</severity><description>made</description><references/><pkglist>"
        )?;
        for (module, packages) in collections {
            text.push_str(&collection(module, packages)?);
        }
        text.push_str("</pkglist></update>\n");
    }
    text.push_str("</updates>\n");
    Ok(text)
}

fn collection(module: &str, packages: &[Package]) -> anyhow::Result<String> {
    let mut text = "<collection short=\"c\"><name>c</name>".to_owned();
    let words: Vec<&str> = module.split(':').collect();
    if let [name, stream, version, context] = words[..] {
        write!(
            text,
            "<module name=\"{name}\" stream=\"{stream}\" version=\"{version}\" context=\"{context}\" \
             arch=\"x86_64\"/>"
        )?;
    }
    for package in packages {
        let Package { name, arch, .. } = package;
        let evr = evr(package).replace("ver=", "version=").replace("rel=", "release=");
        write!(
            text,
            "<package name=\"{}\" {evr} arch=\"{arch}\" src=\"\"><filename>{}.rpm</filename></package>",
            escaped(name),
            escaped(&package.to_string())
        )?;
    }
    text.push_str("</collection>");
    Ok(text)
}

/// modules.yaml.
pub(super) fn modules(repository: &Repository) -> anyhow::Result<String> {
    let mut text = String::new();
    for build in &repository.modules {
        write!(
            text,
            "---\ndocument: modulemd\nversion: 2\ndata:\n  name: {}\n  stream: \"{}\"\n  version: {}\n  \
             context: {}\n  arch: x86_64\n  summary: made\n  description: made\n  license:\n    module: [MIT]\n",
            build.name, build.stream, build.version, build.context
        )?;
        if !build.requires.is_empty() {
            text.push_str("  dependencies:\n  - requires:\n");
            for (name, streams) in &build.requires {
                writeln!(text, "      {name}: [{streams}]")?;
            }
        }
        text.push_str("  profiles:\n    common:\n      rpms: []\n");
        if !build.artifacts.is_empty() {
            text.push_str("  artifacts:\n    rpms:\n");
        }
        for artifact in &build.artifacts {
            writeln!(text, "    - \"{artifact}\"")?;
        }
        text.push_str("...\n");
    }
    for (name, stream) in &repository.defaults {
        write!(
            text,
            "---\ndocument: modulemd-defaults\nversion: 1\ndata:\n  module: {name}\n  stream: \"{stream}\"\n...\n"
        )?;
    }
    Ok(text)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
