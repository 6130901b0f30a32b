//! `pakiti compare` as it is run.

use crate::command::{Run, pakiti, pakiti_reading};
use crate::shared::shared_data;
use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;

fn compared(format: &str, input: &[u8]) -> Run {
    pakiti_reading(&["compare", format], input)
}

#[test]
fn pairs_of_standard_input_get_their_order() {
    let run = compared("rpm", b"1.0-1\t1.0-2\n1:1\t2\n1.0\t1.0-1\n");
    assert_eq!((run.code, run.text()), (Some(0), "1.0-1\t1.0-2\t-1\n1:1\t2\t1\n1.0\t1.0-1\t-1\n"));
    assert_eq!(compared("apk", b"1.0_rc1\t1.0\n").text(), "1.0_rc1\t1.0\t-1\n");
    assert_eq!(compared("deb", b"").code, Some(0));
}

#[test]
fn two_arguments_are_one_pair() {
    let run = pakiti(&["compare", "deb", "1.0~rc1", "1.0"]);
    assert_eq!((run.code, run.text()), (Some(0), "1.0~rc1\t1.0\t-1\n"));
    assert_eq!(pakiti(&["compare", "deb", "-1", "1"]).text(), "-1\t1\t?\n");
    let bytes = [b"compare".as_slice(), b"deb", b"1\xff", b"1"].map(OsStr::from_bytes);
    assert_eq!(pakiti(&bytes).stdout, b"1\xff\t1\t1\n");
}

/// `dpkg --compare-versions` warns about such bytes and compares them; `rpm.vercmp` takes them as separators.
#[test]
fn bytes_that_are_not_utf8_are_compared_as_dpkg_and_rpm_compare_them() {
    let input = b"1\xff2\t1.2\n1\xff\t1\n\xff\t1\n1-\xff1\t1-2\n1.\xc3\xa9\t1.\n";
    let run = compared("deb", input);
    assert_eq!(run.code, Some(0));
    assert_eq!(run.stdout, b"1\xff2\t1.2\t-1\n1\xff\t1\t1\n\xff\t1\t1\n1-\xff1\t1-2\t1\n1.\xc3\xa9\t1.\t1\n");
    let run = compared("rpm", input);
    assert_eq!(run.code, Some(0));
    assert_eq!(
        run.stdout,
        b"1\xff2\t1.2\t0\n1\xff\t1\t0\n\xff\t1\t-1\n1-\xff1\t1-2\t-1\n1.\xc3\xa9\t1.\t0\n"
    );
    let run = compared("apk", b"1\xff\t1\n1\t2\n");
    assert_eq!((run.code, run.stdout.as_slice()), (Some(1), &b"1\xff\t1\t?\n1\t2\t-1\n"[..]));
}

#[test]
fn what_the_packager_refuses_is_a_question_mark_and_status_1() {
    let run = compared("deb", b"1-\t1\n1\t2\n");
    assert_eq!((run.code, run.text()), (Some(1), "1-\t1\t?\n1\t2\t-1\n"));
}

#[test]
fn real_pairs_are_ordered_as_by_dpkg_and_rpm() {
    for (format, path) in
        [("deb", "data/vercmp/dpkg-real-pairs.tsv.xz"), ("rpm", "data/vercmp/rpm-real-pairs.tsv.xz")]
    {
        let Some(file) = shared_data(path) else { return };
        let mut table = String::new();
        let packed = std::fs::read(file).unwrap();
        liblzma::read::XzDecoder::new(&packed[..]).read_to_string(&mut table).unwrap();
        let rows: Vec<_> = table.lines().filter(|line| !line.starts_with('#')).collect();
        let pairs: String =
            rows.iter().map(|row| format!("{}\n", row.rsplit_once('\t').unwrap().0)).collect();
        let run = compared(format, pairs.as_bytes());
        assert!(run.code == Some(0) && rows.len() > 20_000);
        assert!(run.text().lines().eq(rows), "{format}");
    }
}

#[test]
fn a_wrong_command_line_is_status_2_and_a_reader_that_leaves_is_success() {
    assert_eq!(pakiti(&["compare", "npm"]).code, Some(2));
    assert_eq!(pakiti(&["compare", "deb", "1"]).code, Some(2));
    assert_eq!(pakiti::<&str>(&[]).code, Some(2));
    let binary = env!("CARGO_BIN_EXE_pakiti");
    let script =
        format!("yes $'1\\t2' | head -n 300000 | {binary} compare deb | head -n 1; echo ${{PIPESTATUS[2]}}");
    let output = std::process::Command::new("bash").args(["-c", &script]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "1\t2\t-1\n0\n");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!stderr.contains("pakiti"), "{stderr}");
}
