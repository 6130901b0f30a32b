//! The rpm database of a host: headers as `rpmdb --exportdb` writes them, read in by `rpmdb --importdb`.
//!
//! A header is magic, sizes, an index of (tag, type, offset, count) and a store of data (rpm's docs/manual/hregions.md; the
//! region that real headers begin with may be left out). A package is "signed" by an OpenPGP v3 signature packet with the
//! wanted key id (RFC 4880, 5.2.2) and no meaning in the tag of signatures over header and payload (SIGPGP, 259): these cannot
//! be checked from a database, so oscap prints their key id. In RSAHEADER (268) rpm would find the signature bad and
//! skip the package.
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};

use super::model::Rpm;

const INT16: u32 = 3;
const INT32: u32 = 4;
const STRING: u32 = 6;
const BINARY: u32 = 7;
const STRINGS: u32 = 8;
const I18N: u32 = 9;
const MAGIC: [u8; 8] = [0x8e, 0xad, 0xe8, 0x01, 0, 0, 0, 0];
/// Every package is built, signed and installed then: 2017-07-14.
const THEN: u32 = 1_500_000_000;
const SENSE_EQUAL: u32 = 8;

/// A header while it is made; tags have to come in ascending order.
#[derive(Default)]
struct Header {
    index: Vec<u8>,
    store: Vec<u8>,
}

impl Header {
    fn add(&mut self, tag: u32, kind: u32, count: usize, data: &[u8]) {
        let align = if kind == INT32 {
            4
        } else if kind == INT16 {
            2
        } else {
            1
        };
        self.store.resize(self.store.len().next_multiple_of(align), 0);
        for number in [tag, kind, size(self.store.len()), size(count)] {
            self.index.extend(number.to_be_bytes());
        }
        self.store.extend_from_slice(data);
    }

    fn text(&mut self, tag: u32, kind: u32, text: &str) {
        self.add(tag, kind, 1, &[text.as_bytes(), b"\0"].concat());
    }

    fn texts<'a>(&mut self, tag: u32, texts: impl Iterator<Item = &'a str> + Clone) {
        let data: Vec<u8> = texts.clone().flat_map(|text| [text.as_bytes(), b"\0"].concat()).collect();
        self.add(tag, STRINGS, texts.count(), &data);
    }

    fn numbers(&mut self, tag: u32, numbers: &[u32]) {
        let data: Vec<u8> = numbers.iter().flat_map(|number| number.to_be_bytes()).collect();
        self.add(tag, INT32, numbers.len(), &data);
    }

    fn shorts(&mut self, tag: u32, numbers: &[u16]) {
        let data: Vec<u8> = numbers.iter().flat_map(|number| number.to_be_bytes()).collect();
        self.add(tag, INT16, numbers.len(), &data);
    }

    fn bytes(self) -> Vec<u8> {
        let sizes =
            [size(self.index.len() / 16).to_be_bytes(), size(self.store.len()).to_be_bytes()].concat();
        [MAGIC.to_vec(), sizes, self.index, self.store].concat()
    }
}

/// Headers made here are far below 4 GiB.
fn size(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Writes the database into `folder`, and `.rpmmacros` into `home`: Debian's rpm has its database below $HOME otherwise.
pub(super) fn write(packages: &[Rpm], folder: &Path, home: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    fs::create_dir_all(home)?;
    fs::write(home.join(".rpmmacros"), format!("%_dbpath {}\n", folder.display()))?;
    let exported = folder.with_extension("headers");
    let headers: Vec<Vec<u8>> = packages.iter().map(header).collect::<anyhow::Result<_>>()?;
    fs::write(&exported, headers.concat())?;
    let import = Command::new("rpmdb")
        .arg("--importdb")
        .env("HOME", home)
        .stdin(File::open(&exported)?)
        .stdout(Stdio::null())
        .output()
        .context("rpmdb: install Debian's package rpm")?;
    ensure!(import.status.success(), "rpmdb --importdb: {}", String::from_utf8_lossy(&import.stderr));
    let there =
        Command::new("rpm").args(["-qa", "--qf", "%{NAME}\\n"]).env("HOME", home).output().context("rpm")?;
    let there = String::from_utf8_lossy(&there.stdout).lines().count();
    ensure!(there == packages.len(), "rpm -qa: {there} packages of {}", packages.len());
    Ok(())
}

fn header(package: &Rpm) -> anyhow::Result<Vec<u8>> {
    let mut header = Header::default();
    header.texts(100, ["C"].into_iter());
    if !package.key.is_empty() {
        let signature = signature(&package.key)?;
        header.add(259, BINARY, signature.len(), &signature);
    }
    header.text(1000, STRING, &package.name);
    header.text(1001, STRING, &package.version);
    header.text(1002, STRING, &package.release);
    if !package.epoch.is_empty() {
        header.numbers(1003, &[package.epoch.parse().context("epoch")?]);
    }
    header.text(1004, I18N, "made by the referee");
    header.text(1005, I18N, "made by the referee");
    header.numbers(1006, &[THEN]);
    header.numbers(1008, &[THEN]);
    header.numbers(1009, &[0]);
    if !package.vendor.is_empty() {
        header.text(1011, STRING, &package.vendor);
    }
    header.text(1014, STRING, "none");
    header.text(1016, I18N, "Unspecified");
    header.text(1021, STRING, "linux");
    header.text(1022, STRING, &package.arch);
    let paths: Vec<(&str, &str)> = package.files.iter().filter_map(|file| file.rsplit_once('/')).collect();
    files_before_source(&mut header, paths.len());
    header.text(1044, STRING, if package.source.is_empty() { "made-1-1.src.rpm" } else { &package.source });
    if !paths.is_empty() {
        header.numbers(1045, &vec![u32::MAX; paths.len()]);
    }
    header.texts(1047, [package.name.as_str()].into_iter());
    if !paths.is_empty() {
        header.numbers(1095, &vec![1; paths.len()]);
        header.numbers(1096, &(1..=size(paths.len())).collect::<Vec<u32>>());
        header.texts(1097, paths.iter().map(|_| ""));
    }
    header.numbers(1112, &[SENSE_EQUAL]);
    header.texts(1113, [package.evr().as_str()].into_iter());
    if !paths.is_empty() {
        header.numbers(1116, &(0..size(paths.len())).collect::<Vec<u32>>());
        header.texts(1117, paths.iter().map(|(_, name)| *name));
        let folders: Vec<String> = paths.iter().map(|(folder, _)| format!("{folder}/")).collect();
        header.texts(1118, folders.iter().map(String::as_str));
    }
    if !package.label.is_empty() {
        header.text(5096, STRING, &package.label);
    }
    Ok(header.bytes())
}

/// Sizes, modes, times, owners of the files, as many as there are.
fn files_before_source(header: &mut Header, count: usize) {
    if count == 0 {
        return;
    }
    header.numbers(1028, &vec![1; count]);
    header.shorts(1030, &vec![0o100_644; count]);
    header.shorts(1033, &vec![0; count]);
    header.numbers(1034, &vec![THEN; count]);
    for (tag, text) in [(1035, ""), (1036, "")] {
        header.texts(tag, std::iter::repeat_n(text, count));
    }
    header.numbers(1037, &vec![0; count]);
    for tag in [1039, 1040] {
        header.texts(tag, std::iter::repeat_n("root", count));
    }
}

/// A signature packet of version 3, RSA with SHA-256, by the key of this id; its number is no signature of anything.
fn signature(key: &str) -> anyhow::Result<Vec<u8>> {
    let id = u64::from_str_radix(key, 16).with_context(|| format!("key id {key}"))?;
    let mut body = vec![3, 5, 0];
    body.extend(THEN.to_be_bytes());
    body.extend(id.to_be_bytes());
    body.extend([1, 8, 0x12, 0x34, 0x08, 0x00, 0x80]);
    body.resize(body.len() + 255, 0x11);
    let length = u16::try_from(body.len()).context("signature")?.to_be_bytes();
    Ok([[0x89].as_slice(), length.as_slice(), body.as_slice()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rpm_reads_back_what_was_written() {
        if Command::new("rpmdb").arg("--version").output().is_err() {
            assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "CI has no rpm");
            println!("skipped: no rpm here");
            return;
        }
        let folder = std::env::temp_dir().join(format!("pakiti-rpm-database-{}", std::process::id()));
        let mut package = Rpm::new("redhat-release-server", "2:7.9-3.el7", "x86_64");
        package.key = "199e2f91fd431d51".to_owned();
        package.files = vec!["/etc/redhat-release".to_owned(), "/usr/share/doc/a".to_owned()];
        package.label = "perl:5.26:1:2".to_owned();
        let unsigned = Rpm::new("bash", "4-1", "i386");
        write(&[package, unsigned], &folder.join("rpmdb"), &folder).unwrap();
        let format = "%{NEVRA} %{SIGPGP:pgpsig} %{MODULARITYLABEL}[ %{FILENAMES}]\n";
        let output = Command::new("rpm").args(["-qa", "--qf", format]).env("HOME", &folder).output().unwrap();
        fs::remove_dir_all(&folder).unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut lines: Vec<&str> = text.lines().collect();
        lines.sort_unstable();
        assert_eq!(lines.len(), 2, "{text}{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(lines[0], "bash-4-1.i386 (none) (none)");
        assert!(lines[1].starts_with("redhat-release-server-2:7.9-3.el7.x86_64 RSA/SHA256, "), "{text}");
        let end = "Key ID 199e2f91fd431d51 perl:5.26:1:2 /etc/redhat-release /usr/share/doc/a";
        assert!(lines[1].ends_with(end), "{text}");
    }
}
