//! Pieces of the real data of each kind (their origins stand in the MANIFEST.md files of the shared data).

use super::{files, head, text};
use std::path::Path;

/// Triples of neighbouring versions out of the recorded comparisons.
pub(crate) fn versions(data: &Path) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for path in files(&data.join("vercmp")) {
        let Some(text) = text(&path).filter(|text| !text.starts_with('<')) else { continue };
        let versions: Vec<&str> = text.lines().flat_map(|line| line.split(['\t', ' ']).take(2)).collect();
        let step = (versions.len() / 150).max(3);
        seeds.extend(versions.windows(3).step_by(step).map(|three| three.join("\n").into_bytes()));
    }
    seeds
}

/// The heads of package lists, alone and as the list of a report.
pub(crate) fn reports(data: &Path) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for path in files(&data.join("hosts/rpm")).iter().chain(&files(&data.join("hosts/dpkg"))) {
        let Some(text) = text(path) else { continue };
        let list = head(&text, 2_000);
        let packager = if path.to_string_lossy().contains("dpkg") { "dpkg" } else { "rpm" };
        seeds.push(list.as_bytes().to_vec());
        seeds.push(format!("#\nhost: a\npackager: {packager}\nversion: 6\n#\n{list}#\n").into_bytes());
    }
    seeds
}

/// Small files of yum repositories, whole or their heads with the root element closed.
pub(crate) fn yum(data: &Path) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for path in files(&data.join("rpm-repo")) {
        let name = path.to_string_lossy().into_owned();
        let of_interest =
            ["primary.xml", "updateinfo", "modules", "repomd.xml"].iter().any(|w| name.contains(w));
        let Some(text) = text(&path).filter(|_| of_interest) else { continue };
        if text.len() <= 12_000 {
            seeds.push(text.into_bytes());
        } else if let Some((piece, end)) =
            [("</update>", "</updates>"), ("</package>", "</metadata>"), ("\n...", "")]
                .iter()
                .find_map(|(close, root)| Some((head_to(&text, close, 12_000)?, *root)))
        {
            seeds.push(format!("{piece}{end}\n").into_bytes());
        }
    }
    seeds
}

/// The text up to the last `close` within `most` bytes.
fn head_to<'a>(text: &'a str, close: &str, most: usize) -> Option<&'a str> {
    let cut = text.get(..text.floor_char_boundary(most))?;
    cut.get(..cut.rfind(close)? + close.len())
}

/// The heads of indices and of Releases.
pub(crate) fn apt(data: &Path) -> Vec<Vec<u8>> {
    let paths = files(&data.join("debian/dists"));
    let of_interest = |name: &str| ["Packages", "InRelease"].iter().any(|word| name.contains(word));
    let named = paths.iter().filter(|path| of_interest(&path.to_string_lossy()));
    named.filter_map(|path| Some(head(&text(path)?, 6_000).as_bytes().to_vec())).collect()
}
