use super::*;
use proptest::prelude::*;

const FRAME: (&str, &str) = (
    "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n",
    "-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n",
);

fn framed(body: &str) -> String {
    format!("{}{body}{}", FRAME.0, FRAME.1)
}

fn error(text: &str) -> SignatureError {
    split(text.as_bytes()).err().unwrap()
}

#[test]
fn escapes_and_trailing_blanks_are_removed_and_both_forms_agree() {
    let text = framed("a \t\n- -b\n- From c\r\n\n- \nlast\n");
    let parts = split(text.as_bytes()).unwrap();
    assert_eq!(parts.text, b"a\n-b\nFrom c\n\n\nlast\n");
    assert_eq!(parts.signed, b"a\r\n-b\r\nFrom c\r\n\r\n\r\nlast");
    assert_eq!(parts.signatures, [FRAME.1.as_bytes()]);
}

#[test]
fn an_empty_text_is_read() {
    let text = framed("");
    let parts = split(text.as_bytes()).unwrap();
    assert_eq!((parts.text, parts.signed), (vec![], vec![]));
}

#[test]
fn two_signature_blocks_are_read() {
    let text = framed("a\n") + FRAME.1 + "\n \n";
    assert_eq!(split(text.as_bytes()).unwrap().signatures.len(), 2);
}

#[test]
fn text_outside_the_signed_part_is_refused() {
    assert_eq!(error(&format!("Origin: Evil\n{}", framed("a\n"))), SignatureError::NotClearSigned);
    assert_eq!(error(&format!("\n{}", framed("a\n"))), SignatureError::NotClearSigned);
    let after = framed("a\n") + "Origin: Evil\n";
    assert_eq!(error(&after), SignatureError::TextOutside { line: 9 });
    let second = framed("a\n") + &framed("b\n");
    assert_eq!(error(&second), SignatureError::TextOutside { line: 9 });
}

#[test]
fn dashes_must_be_escaped() {
    assert_eq!(error(&framed("a\n-b\n")), SignatureError::Dash { line: 5 });
    assert_eq!(error(&framed("-\r\n")), SignatureError::Dash { line: 4 });
    assert_eq!(error(&framed("-----BEGIN PGP SIGNED MESSAGE-----\n")), SignatureError::Dash { line: 4 });
}

#[test]
fn only_hash_headers_and_one_really_empty_line_come_before_the_text() {
    let header = |lines: &str| format!("-----BEGIN PGP SIGNED MESSAGE-----\n{lines}a\n{}", FRAME.1);
    assert!(split(header("Hash: SHA256\nHash: SHA512\n\n").as_bytes()).is_ok());
    assert!(split(header("\n").as_bytes()).is_ok());
    assert_eq!(error(&header("NotDashEscaped: yes\n\n")), SignatureError::Header { line: 2 });
    assert_eq!(error(&header("Hash: SHA256\n \t\nOrigin: Evil\n\n")), SignatureError::Header { line: 3 });
}

#[test]
fn a_cut_file_is_refused_wherever_it_is_cut() {
    let text = framed("a\nb\n");
    // The last byte is a line end that may be missing.
    for cut in 0..text.len() - 1 {
        assert!(split(&text.as_bytes()[..cut]).is_err(), "cut at {cut}");
    }
    assert!(split(&text.as_bytes()[..text.len() - 1]).is_ok());
}

proptest! {
    #[test]
    fn any_text_survives_escaping(lines in proptest::collection::vec("[-a-zF rom]{0,12}[a-z]", 0..20)) {
        let body: String = lines
            .iter()
            .map(|line| if line.starts_with('-') { format!("- {line}\n") } else { format!("{line}\n") })
            .collect();
        let text = framed(&body);
        let parts = split(text.as_bytes()).unwrap();
        let plain: String = lines.iter().map(|line| format!("{line}\n")).collect();
        prop_assert_eq!(String::from_utf8(parts.text).unwrap(), plain);
        prop_assert_eq!(String::from_utf8(parts.signed).unwrap(), lines.join("\r\n"));
    }

    #[test]
    fn arbitrary_bytes_never_panic(data in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = split(&data);
        let _ = split(&[FRAME.0.as_bytes(), &data].concat());
    }
}
