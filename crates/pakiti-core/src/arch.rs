//! Architecture words: what `uname -m` says against what packagers write.
//!
//! Facts from dpkg's cputable and rpm's arch compatibility list; only the spellings hosts really report.

/// Does a machine of this architecture take packages of the offered one? rpm's compatibility list; a machine that
/// tells none takes all.
pub fn rpm_accepts(machine: &str, offered: &str) -> bool {
    let x86_32 = matches!(offered, "i386" | "i486" | "i586" | "i686" | "athlon" | "geode");
    match machine {
        _ if matches!(offered, "src" | "nosrc") => false,
        "" => true,
        _ if offered == "noarch" || offered == machine => true,
        "x86_64" | "amd64" => {
            x86_32 || matches!(offered, "x86_64" | "amd64" | "ia32e" | "x86_64_v2" | "x86_64_v3")
        }
        "i686" | "athlon" => x86_32,
        "i386" | "i486" | "i586" => matches!(offered, "i386" | "i486" | "i586"),
        "arm64" => offered == "aarch64",
        "ppc64el" => offered == "ppc64le",
        "s390x" => offered == "s390",
        "ppc64" => offered == "ppc",
        "armv7l" | "armv8l" => matches!(offered, "armv7hl" | "armv7hnl" | "armv6hl" | "armv7l"),
        _ => false,
    }
}

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

/// What `uname -m` says for an architecture that may be written as dpkg does.
pub(crate) fn machine(arch: &str) -> &str {
    match arch {
        "amd64" => "x86_64",
        "arm64" => "aarch64",
        "armhf" => "armv7l",
        "armel" => "armv5tel",
        "i386" => "i686",
        "ppc64el" => "ppc64le",
        "loong64" => "loongarch64",
        "mips64el" => "mips64",
        other => other,
    }
}
