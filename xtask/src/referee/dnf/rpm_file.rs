//! A writer of the smallest .rpm files that `rpm -i --justdb` takes: lead, signature, header, no payload.
//!
//! Layout: rpm's docs/manual/format.md and hregions.md. A header is an index of (tag, type, offset, count) and a store of
//! data; the first entry is the region, whose trailer stands at the end of the store.
use super::model::Package;

const STRING: u32 = 6;
const BINARY: u32 = 7;
const INT32: u32 = 4;
const STRINGS: u32 = 8;
const I18N: u32 = 9;
const MAGIC: [u8; 8] = [0x8e, 0xad, 0xe8, 0x01, 0, 0, 0, 0];
/// Tags of the regions of the two headers.
const REGION_SIGNATURES: u32 = 62;
const REGION_IMMUTABLE: u32 = 63;
const SENSE_LESS: u32 = 2;
const SENSE_GREATER: u32 = 4;
const SENSE_EQUAL: u32 = 8;

/// A header while it is made; tags have to come in ascending order.
#[derive(Default)]
struct Header {
    entries: Vec<[u32; 4]>,
    store: Vec<u8>,
}

impl Header {
    fn add(&mut self, tag: u32, kind: u32, count: usize, data: &[u8]) {
        while kind == INT32 && !self.store.len().is_multiple_of(4) {
            self.store.push(0);
        }
        self.entries.push([tag, kind, size(self.store.len()), size(count)]);
        self.store.extend_from_slice(data);
    }

    fn text(&mut self, tag: u32, kind: u32, text: &str) {
        self.add(tag, kind, 1, &[text.as_bytes(), b"\0"].concat());
    }

    fn texts(&mut self, tag: u32, texts: &[String]) {
        let data: Vec<u8> = texts.iter().flat_map(|text| [text.as_bytes(), b"\0"].concat()).collect();
        if !texts.is_empty() {
            self.add(tag, STRINGS, texts.len(), &data);
        }
    }

    fn numbers(&mut self, tag: u32, numbers: &[u32]) {
        let data: Vec<u8> = numbers.iter().flat_map(|number| number.to_be_bytes()).collect();
        if !numbers.is_empty() {
            self.add(tag, INT32, numbers.len(), &data);
        }
    }

    /// The bytes, with the region that covers all entries.
    fn bytes(self, region: u32) -> Vec<u8> {
        let count = size(self.entries.len() + 1);
        let mut bytes = MAGIC.to_vec();
        let mut put = |numbers: [u32; 4]| numbers.iter().for_each(|n| bytes.extend(n.to_be_bytes()));
        put([region, BINARY, size(self.store.len()), 16]);
        self.entries.iter().for_each(|entry| put(*entry));
        let trailer = [region, BINARY, (count * 16).wrapping_neg(), 16];
        let mut store = self.store;
        trailer.iter().for_each(|number| store.extend(number.to_be_bytes()));
        let sizes = [count.to_be_bytes(), size(store.len()).to_be_bytes()].concat();
        bytes.splice(8..8, sizes);
        bytes.extend(store);
        bytes
    }
}

/// Headers made here are far below 4 GiB.
fn size(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// The bytes of an .rpm of this package.
pub(super) fn rpm(package: &Package) -> Vec<u8> {
    let main = main_header(package).bytes(REGION_IMMUTABLE);
    let mut signature = Header::default();
    signature.numbers(1000, &[size(main.len())]);
    let mut signature = signature.bytes(REGION_SIGNATURES);
    signature.resize(signature.len().next_multiple_of(8), 0);
    let mut bytes = lead(package);
    bytes.extend(signature);
    bytes.extend(main);
    bytes
}

/// The old lead of 96 bytes; rpm looks at its magic, version and signature type.
fn lead(package: &Package) -> Vec<u8> {
    let mut lead = vec![0xed, 0xab, 0xee, 0xdb, 3, 0, 0, 0, 0, 1];
    let name: Vec<u8> = package.to_string().into_bytes().into_iter().take(65).collect();
    lead.extend(&name);
    lead.resize(76, 0);
    lead.extend([0, 1, 0, 5]);
    lead.resize(96, 0);
    lead
}

fn main_header(package: &Package) -> Header {
    let (epoch, version, release) = package.parts();
    let mut own = vec![format!("{} = {}", package.name, package.evr)];
    own.extend(package.provides.iter().cloned());
    let (provides, obsoletes) = (relations(&own), relations(&package.obsoletes));
    let mut header = Header::default();
    header.texts(100, &["C".to_owned()]);
    header.text(1000, STRING, &package.name);
    header.text(1001, STRING, version);
    header.text(1002, STRING, release);
    if let Ok(epoch) = epoch.parse() {
        header.numbers(1003, &[epoch]);
    }
    header.text(1004, I18N, "made by the referee");
    header.text(1005, I18N, "made by the referee");
    header.numbers(1009, &[0]);
    if !package.vendor.is_empty() {
        header.text(1011, STRING, &package.vendor);
    }
    header.text(1014, STRING, "none");
    header.text(1016, I18N, "Unspecified");
    header.text(1021, STRING, "linux");
    header.text(1022, STRING, &package.arch);
    let source = if package.source.is_empty() { "made-1-1.src.rpm" } else { &package.source };
    header.text(1044, STRING, source);
    header.texts(1047, &provides.0);
    header.text(1064, STRING, "4.18.0");
    header.texts(1090, &obsoletes.0);
    header.numbers(1112, &provides.1);
    header.texts(1113, &provides.2);
    header.numbers(1114, &obsoletes.1);
    header.texts(1115, &obsoletes.2);
    header.text(1124, STRING, "cpio");
    header.text(1125, STRING, "gzip");
    header.text(1126, STRING, "9");
    if !package.label.is_empty() {
        header.text(5096, STRING, &package.label);
    }
    header
}

/// `NAME [<|<=|=|>=|> EVR]` as the three parallel arrays of a header.
fn relations(texts: &[String]) -> (Vec<String>, Vec<u32>, Vec<String>) {
    let mut arrays = (Vec::new(), Vec::new(), Vec::new());
    for text in texts {
        let (name, sense, evr) = relation(text);
        arrays.0.push(name.to_owned());
        arrays.1.push(sense);
        arrays.2.push(evr.to_owned());
    }
    arrays
}

/// A relation as (name, sense bits, EVR).
fn relation(text: &str) -> (&str, u32, &str) {
    let mut words = text.split(' ');
    let name = words.next().unwrap_or_default();
    let sign = words.next().unwrap_or_default();
    let bit = |sign_of: char, bit: u32| if sign.contains(sign_of) { bit } else { 0 };
    let sense = bit('<', SENSE_LESS) | bit('>', SENSE_GREATER) | bit('=', SENSE_EQUAL);
    (name, sense, words.next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn rpm_reads_back_what_was_written() {
        if Command::new("rpm").arg("--version").output().is_err() {
            assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "CI has no rpm");
            println!("skipped: no rpm here");
            return;
        }
        let folder = std::env::temp_dir().join(format!("pakiti-rpm-file-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let mut package = Package::parse("nodejs-full-i18n-1:10.21.0-3.module_el8.2.0+391.x86_64").unwrap();
        package.vendor = "CentOS".to_owned();
        package.label = "nodejs:10:8020020200707141642:6a468ee4".to_owned();
        package.provides = vec!["js(engine)".to_owned()];
        package.obsoletes = vec!["node < 2:5-1".to_owned()];
        let path = folder.join("made.rpm");
        std::fs::write(&path, rpm(&package)).unwrap();
        let format = "%{NAME} %{EPOCH} %{VERSION} %{RELEASE} %{ARCH} %{VENDOR} %{SOURCERPM} %{MODULARITYLABEL}\
                      [ p:%{PROVIDES} %{PROVIDEFLAGS:depflags} %{PROVIDEVERSION}]\
                      [ o:%{OBSOLETES} %{OBSOLETEFLAGS:depflags} %{OBSOLETEVERSION}]";
        let output = Command::new("rpm")
            .args(["-qp", "--nosignature", "--nodigest", "--qf", format])
            .arg(&path)
            .output();
        let output = output.unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(
            text,
            "nodejs-full-i18n 1 10.21.0 3.module_el8.2.0+391 x86_64 CentOS made-1-1.src.rpm \
             nodejs:10:8020020200707141642:6a468ee4 \
             p:nodejs-full-i18n = 1:10.21.0-3.module_el8.2.0+391 p:js(engine)   o:node < 2:5-1",
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
