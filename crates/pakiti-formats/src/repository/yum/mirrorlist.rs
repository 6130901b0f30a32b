//! Lists of mirrors: plain ones (an address a line, `#` comments) and Metalink XML (version 3, as MirrorManager
//! makes them: the addresses of `repomd.xml`, the most preferred first).

use crate::decompress::{self, DecompressLimits};
use crate::xml::{Xml, XmlError};

/// Mirrors that are kept.
const MAX_MIRRORS: usize = 100;
/// Largest list, bytes.
const MAX_LIST: u64 = 4 << 20;
/// Longest address, bytes.
const MAX_URL: usize = 2048;
/// What a Metalink's addresses end with.
const REPOMD: &str = "repodata/repomd.xml";

/// The folders that hold `repodata`, each ending with `/`: http and https only, without doubles, at most 100, in
/// the order of the list (Metalink: of its preferences). What cannot be read is left out.
pub fn parse(data: &[u8]) -> Vec<String> {
    let limits = DecompressLimits { max_bytes: MAX_LIST, ..DecompressLimits::default() };
    let Ok(data) = decompress::bytes(data, &limits) else { return Vec::new() };
    let mut found = Vec::new();
    if data.trim_ascii_start().starts_with(b"<") {
        let mut ranked = Vec::new();
        // A list that is cut off still names mirrors.
        let _ = metalink(&data, &mut ranked);
        ranked.sort_by_key(|(preference, _)| std::cmp::Reverse(*preference));
        ranked.into_iter().for_each(|(_, url)| add(&mut found, url));
    } else {
        for line in String::from_utf8_lossy(&data).lines() {
            add(&mut found, folder(line));
        }
    }
    found
}

fn add(found: &mut Vec<String>, url: Option<String>) {
    if let Some(url) = url.filter(|url| found.len() < MAX_MIRRORS && !found.contains(url)) {
        found.push(url);
    }
}

fn metalink(data: &[u8], ranked: &mut Vec<(u32, Option<String>)>) -> Result<(), XmlError> {
    let mut xml = Xml::open(data, "metalink")?;
    let mut text = String::new();
    // metalink/files/file/resources/url
    while xml.child(1)?.is_some() {
        while let Some(tag) = xml.child(2)? {
            if tag.attribute("name").is_some_and(|name| name != "repomd.xml") {
                continue;
            }
            while let Some(tag) = xml.child(3)? {
                if tag.name() != "resources" {
                    continue;
                }
                while let Some(tag) = xml.child(4)? {
                    if tag.name() == "url" && ranked.len() < 10 * MAX_MIRRORS {
                        let preference = tag.attribute("preference").and_then(|text| text.parse().ok());
                        xml.text(5, &mut text)?;
                        let url = text.trim();
                        ranked.push((preference.unwrap_or(0), url.strip_suffix(REPOMD).and_then(folder)));
                    }
                }
            }
        }
    }
    Ok(())
}

/// `url` as a folder, if it is an address to fetch from.
fn folder(url: &str) -> Option<String> {
    let url = url.trim();
    let (scheme, rest) = url.split_once("://")?;
    let web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let host = rest.split('/').next().unwrap_or_default();
    let plain = url.len() <= MAX_URL && url.bytes().all(|byte| byte.is_ascii_graphic());
    if !web || host.is_empty() || !plain || url.contains(['?', '#']) {
        return None;
    }
    Some(format!("{}/", url.trim_end_matches('/')))
}
