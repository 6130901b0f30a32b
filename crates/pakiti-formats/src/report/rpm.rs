//! What rpm writes: versions with an epoch, source rpm names, signing keys.
//!
//! Rules: contract.md (`[epoch:]version-release`, the epoch left out when it is 0), protocol6.md (source name
//! and version from the source rpm, key id of 16 hex digits, `gpg-pubkey` left out).

use super::SkipReason;

/// rpm's record of an imported key: listed among the packages, but none.
pub(super) const KEY_RECORD: &str = "gpg-pubkey";

/// rpm's word for a tag that is not there.
pub(super) const NONE: &str = "(none)";

/// The canonical form of `[epoch:]version[-release]`, and whether the text has an epoch (`(none):` says there
/// is none, which is 0).
pub(super) fn version(text: &str) -> Result<(String, bool), SkipReason> {
    let (epoch, rest) = match text.split_once(':') {
        None => ("", text),
        Some(("", _)) => return Err(SkipReason::BadVersion),
        Some(parts) => parts,
    };
    if rest.starts_with('-') || rest.ends_with('-') || rest.contains([':', ' ', '\t']) || rest == NONE {
        return Err(SkipReason::BadVersion);
    }
    match (epoch, rest) {
        (_, "") => Err(SkipReason::NoVersion),
        ("", _) => Ok((rest.to_owned(), false)),
        ("0" | NONE, _) => Ok((rest.to_owned(), true)),
        _ => Ok((with_epoch(parse_epoch(epoch)?, rest), true)),
    }
}

/// The canonical form of a version in parts; an epoch that is empty or `(none)` is 0.
pub(super) fn version_of(epoch: &str, version: &str, release: &str) -> Result<String, SkipReason> {
    let bad = |part: &str| part.contains(['-', ':', ' ', '\t']) || part == NONE;
    if version.is_empty() {
        return Err(SkipReason::NoVersion);
    }
    if bad(version) || bad(release) {
        return Err(SkipReason::BadVersion);
    }
    let epoch = if matches!(epoch, "" | NONE) { 0 } else { parse_epoch(epoch)? };
    let dash = if release.is_empty() { "" } else { "-" };
    Ok(with_epoch(epoch, &format!("{version}{dash}{release}")))
}

fn parse_epoch(text: &str) -> Result<u32, SkipReason> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| digits).ok_or(SkipReason::BadVersion)
}

fn with_epoch(epoch: u32, rest: &str) -> String {
    if epoch == 0 { rest.to_owned() } else { format!("{epoch}:{rest}") }
}

/// Name and `version-release` of `name-version-release.src.rpm`.
pub(super) fn source(file: &str) -> Option<(&str, &str)> {
    let base = file.strip_suffix(".rpm").unwrap_or(file);
    let base = base.strip_suffix(".src").or_else(|| base.strip_suffix(".nosrc"))?;
    let (before_release, _) = base.rsplit_once('-')?;
    let (name, _) = before_release.rsplit_once('-')?;
    let version = base.get(name.len() + 1..)?;
    (!name.is_empty() && !version.starts_with('-') && !version.ends_with('-')).then_some((name, version))
}

/// The key id in `text`: the last 16 hex digits of an id or fingerprint, also as rpm prints a signature
/// (`RSA/8, <date>, Key ID 199e2f91fd431d51`). Empty if there is none.
pub(super) fn key_id(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let id = text.rsplit(' ').next().unwrap_or_default();
    let hex = !id.is_empty() && id.bytes().all(|b| b.is_ascii_hexdigit());
    let tail = id.len().checked_sub(16).and_then(|start| id.get(start..));
    tail.filter(|_| hex).map(str::to_ascii_lowercase).unwrap_or_default()
}

/// Is `word` an architecture that rpm knows? In `rpm -qa` lines it is told from the end of a release by this.
pub(super) fn is_arch(word: &str) -> bool {
    matches!(
        word,
        "noarch"
            | "x86_64"
            | "x86_64_v2"
            | "x86_64_v3"
            | "x86_64_v4"
            | "amd64"
            | "ia32e"
            | "i386"
            | "i486"
            | "i586"
            | "i686"
            | "athlon"
            | "geode"
            | "pentium3"
            | "pentium4"
            | "ia64"
            | "aarch64"
            | "arm64"
            | "armv5tel"
            | "armv5tejl"
            | "armv6l"
            | "armv6hl"
            | "armv7l"
            | "armv7hl"
            | "armv7hnl"
            | "armv8l"
            | "armv8hl"
            | "ppc"
            | "ppc64"
            | "ppc64p7"
            | "ppc64le"
            | "s390"
            | "s390x"
            | "sparc"
            | "sparcv9"
            | "sparc64"
            | "alpha"
            | "m68k"
            | "mips"
            | "mipsel"
            | "mips64"
            | "mips64el"
            | "mips64r6el"
            | "riscv32"
            | "riscv64"
            | "loongarch64"
            | "sh4"
            | "e2k"
            | "src"
            | "nosrc"
    )
}

#[cfg(test)]
mod tests {
    use super::{SkipReason, key_id, source, version, version_of};

    #[test]
    fn epoch_zero_and_none_are_dropped_and_known() {
        assert_eq!(version("0:5.1.8-6.el9_1"), Ok(("5.1.8-6.el9_1".into(), true)));
        assert_eq!(version("(none):1.0-1"), Ok(("1.0-1".into(), true)));
        assert_eq!(version("32:9.16.23-14.el9_3"), Ok(("32:9.16.23-14.el9_3".into(), true)));
        assert_eq!(version("007:1-1"), Ok(("7:1-1".into(), true)));
        assert_eq!(version("1.0-1"), Ok(("1.0-1".into(), false)));
        assert_eq!(version("1.0"), Ok(("1.0".into(), false)));
    }

    #[test]
    fn impossible_versions_are_refused() {
        for text in [":1-1", "x:1-1", "+1:1-1", "1:2:3-4", "-1", "1-", "99999999999:1-1", "1 2-3"] {
            assert_eq!(version(text), Err(SkipReason::BadVersion), "{text}");
        }
        assert_eq!(version("1:"), Err(SkipReason::NoVersion));
        assert_eq!(version_of("", "", "1"), Err(SkipReason::NoVersion));
        assert_eq!(version_of("1", "1-2", "3"), Err(SkipReason::BadVersion));
        assert_eq!(version_of("(none)", "1", "2"), Ok("1-2".into()));
        assert_eq!(version_of("2", "1", ""), Ok("2:1".into()));
    }

    #[test]
    fn source_rpms_give_name_and_version() {
        assert_eq!(source("gcc-c++-11.2.1-1.fc35.src.rpm"), Some(("gcc-c++", "11.2.1-1.fc35")));
        assert_eq!(source("java-1.8.0-2.nosrc.rpm"), Some(("java", "1.8.0-2")));
        for text in ["(none)", "", "foo.src.rpm", "foo-1.src.rpm", "-1-2.src.rpm", "foo-1-2.x86_64.rpm"] {
            assert_eq!(source(text), None, "{text}");
        }
    }

    #[test]
    fn key_ids_are_sixteen_lower_case_hex_digits() {
        assert_eq!(key_id("199E2F91FD431D51"), "199e2f91fd431d51");
        assert_eq!(key_id("RSA/8, Tue Jun  9 22:01:09 2015, Key ID 199e2f91fd431d51"), "199e2f91fd431d51");
        assert_eq!(key_id("567E347AD0044ADE55BA8A5F199E2F91FD431D51"), "199e2f91fd431d51");
        for text in ["", "(none)", "fd431d51", "199e2f91fd431d5g", "ééééééééééééééééé"] {
            assert_eq!(key_id(text), "", "{text}");
        }
    }
}
