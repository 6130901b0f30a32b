//! The files pages refer to, compiled into the binary. They are served under `/assets/`; nothing is loaded
//! from elsewhere.

/// One file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asset {
    /// Name below `/assets/`.
    pub name: &'static str,
    /// `Content-Type`.
    pub content_type: &'static str,
    /// Content.
    pub bytes: &'static [u8],
}

/// All of them.
pub const ASSETS: [Asset; 3] = [
    Asset {
        name: "pakiti.css",
        content_type: "text/css; charset=utf-8",
        bytes: include_bytes!("../../assets/pakiti.css"),
    },
    Asset {
        name: "pakiti.js",
        content_type: "text/javascript; charset=utf-8",
        bytes: include_bytes!("../../assets/pakiti.js"),
    },
    Asset {
        name: "favicon.svg",
        content_type: "image/svg+xml",
        bytes: include_bytes!("../../assets/favicon.svg"),
    },
];

/// The file of this name.
pub fn asset(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name)
}
