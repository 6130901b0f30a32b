//! The style sheet keeps WCAG AA: every text colour has a contrast of at least 4.5 to every surface it stands on,
//! every field's edge 3; nothing is loaded from elsewhere.

use pakiti_web::view::asset::{ASSETS, asset};
use std::collections::BTreeMap;

const TEXT: [&str; 11] =
    ["ink", "muted", "accent", "exposed", "overdue", "security", "reboot", "eol", "stale", "unknown", "good"];
const SURFACES: [&str; 3] = ["bg", "surface", "raised"];

fn css() -> &'static str {
    std::str::from_utf8(asset("pakiti.css").unwrap().bytes).unwrap()
}

/// The colours of the n-th `:root` block: 0 is light, 1 dark.
fn colours(block: usize) -> BTreeMap<&'static str, [f64; 3]> {
    let text = css().split(":root {").nth(block + 1).unwrap().split('}').next().unwrap();
    let pairs = text.split(';').filter_map(|line| line.trim().strip_prefix("--")?.split_once(": #"));
    pairs.filter(|(_, hex)| hex.len() == 6).map(|(name, hex)| (name, channels(hex))).collect()
}

fn channels(hex: &str) -> [f64; 3] {
    [0, 2, 4].map(|at| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0)
}

/// Relative luminance, WCAG 2.2.
fn luminance(colour: [f64; 3]) -> f64 {
    let [r, g, b] = colour.map(|c| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn every_colour_can_be_read_on_every_surface() {
    assert!((contrast([0.0; 3], [1.0; 3]) - 21.0).abs() < 0.01, "black on white");
    for (block, scheme) in ["light", "dark"].into_iter().enumerate() {
        let of = colours(block);
        for surface in SURFACES {
            for text in TEXT {
                let ratio = contrast(of[text], of[surface]);
                assert!(ratio >= 4.5, "{scheme}: {text} on {surface} has {ratio:.2}");
            }
        }
        let button = contrast(of["on-accent"], of["accent"]);
        assert!(button >= 4.5, "{scheme}: buttons have {button:.2}");
        let edge = contrast(of["edge"], of["surface"]);
        assert!(edge >= 3.0, "{scheme}: the edges of fields have {edge:.2}");
    }
}

#[test]
fn no_asset_loads_anything_from_elsewhere() {
    for file in ASSETS {
        let text = std::str::from_utf8(file.bytes).unwrap().replace("http://www.w3.org/2000/svg", "");
        for way in ["http:", "https:", "url(", "@import", "data:", "eval(", "innerHTML"] {
            assert!(!text.contains(way), "{} holds {way}", file.name);
        }
    }
}
