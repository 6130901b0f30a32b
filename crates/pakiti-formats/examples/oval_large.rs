//! Writes an OVAL file larger than any vendor's: one file several times in one, every copy with ids of its own.
//!
//! `cargo run --release -p pakiti-formats --example oval_large -- OVAL-FILE COPIES OUT.xml.bz2`. What reading it costs:
//! `/usr/bin/time -v pakiti evaluate --report R --source oval=OUT.xml.bz2 --output definitions`.

use bzip2::Compression;
use bzip2::write::BzEncoder;
use pakiti_formats::decompress::{self, DecompressLimits};
use std::error::Error;
use std::fs::File;
use std::io::Write;

/// Sections whose items are repeated.
const SECTIONS: [&str; 5] = ["definitions", "tests", "objects", "states", "variables"];

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [file, copies, out] = words.as_slice() else { return Err("OVAL-FILE COPIES OUT.xml.bz2".into()) };
    let data = std::fs::read(file)?;
    let text = String::from_utf8(decompress::bytes(&data, &DecompressLimits::default())?.into_owned())?;
    let mut out = BzEncoder::new(File::create(out)?, Compression::best());
    let (mut rest, mut written) = (text.as_str(), 0);
    for section in SECTIONS {
        let (open, close) = (format!("<{section}>"), format!("</{section}>"));
        let Some((before, after)) = rest.split_once(&open) else { continue };
        let (items, after) = after.split_once(&close).ok_or("a section without end")?;
        out.write_all(format!("{before}{open}").as_bytes())?;
        for copy in 0..copies.parse()? {
            let items = renamed(items, copy);
            out.write_all(items.as_bytes())?;
            written += items.len();
        }
        out.write_all(close.as_bytes())?;
        rest = after;
    }
    out.write_all(rest.as_bytes())?;
    let packed = out.finish()?.metadata()?.len();
    println!("{:.0} MB of items, {:.1} MB packed", written as f64 / 1e6, packed as f64 / 1e6);
    Ok(())
}

/// Items with ids and references of a copy: `oval:a:tst:1` becomes `oval:copy1.a:tst:1`.
fn renamed(items: &str, copy: usize) -> String {
    let of = |mark: char| (format!("{mark}oval:"), format!("{mark}oval:copy{copy}."));
    let ((quoted, one), (text, other)) = (of('"'), of('>'));
    items.replace(&quoted, &one).replace(&text, &other)
}
