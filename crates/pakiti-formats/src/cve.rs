//! Names of CVEs in what vendors write: `CVE-2019-1234`, `SUSE CVE-2019-1234`, `CVE-2019-1234/NVD`.

/// The first `CVE-YYYY-NNNN...` in `text`, upper case.
pub(crate) fn first(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let digits = |from: usize| {
        let rest = bytes.get(from..).unwrap_or_default();
        rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
    };
    (0..bytes.len()).find_map(|start| {
        let prefix = bytes.get(start..start + 4)?;
        if !prefix.eq_ignore_ascii_case(b"CVE-")
            || digits(start + 4) != 4
            || bytes.get(start + 8) != Some(&b'-')
        {
            return None;
        }
        let number = digits(start + 9);
        let found = text.get(start..start + 9 + number)?;
        (4..=19).contains(&number).then(|| found.to_ascii_uppercase())
    })
}
