//! Architecture words: what `uname -m` says against what packagers write.
//!
//! Facts from dpkg's cputable and rpm's arch compatibility list; only the spellings hosts really report.

/// dpkg's word for a machine architecture; words dpkg already uses stay as they are.
pub fn deb_arch(machine: &str) -> &str {
    match machine {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "armv7l" | "armv8l" => "armhf",
        "armv6l" | "armv5tel" => "armel",
        "i386" | "i486" | "i586" | "i686" => "i386",
        "ppc64le" => "ppc64el",
        "loongarch64" => "loong64",
        "mips64" => "mips64el",
        other => other,
    }
}
