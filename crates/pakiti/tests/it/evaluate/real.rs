//! The shared Debian 12 host against the shared Debian 12 archive, signatures checked.

use super::{evaluate, rows, value};
use crate::shared::shared_data;
use std::fs;
use std::path::{Path, PathBuf};

/// Debian's keyring, from the package debian-archive-keyring.
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

fn sources(dists: &Path, suites: &[&str], option: &str) -> Vec<String> {
    suites.iter().map(|suite| format!("--source=apt={}{option}", dists.join(suite).display())).collect()
}

/// The host's report and the archive; `None` if they or the keyring are not there, which CI does not forgive.
fn data() -> Option<(String, PathBuf)> {
    let host = shared_data("data/hosts/dpkg/debian-12-build-host.status.xz")?;
    let dists = shared_data("data/debian/dists")?;
    if Path::new(KEYRING).exists() {
        return Some((host.display().to_string(), dists));
    }
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{KEYRING} is absent");
    eprintln!("left out: {KEYRING} is absent");
    None
}

#[test]
fn the_build_host_has_these_updates() {
    let Some((host, dists)) = data() else { return };
    let run = evaluate(&host, &sources(&dists, &["bookworm", "bookworm-updates", "bookworm-security"], ""));
    assert_eq!((run.code, rows(&run, "skipped", &["source", "at", "reason"])), (Some(0), String::new()));
    assert_eq!(value(&run, "/host/os_group"), "debian-12");
    let kinds = rows(&run, "updates", &["kind"]);
    let count = |kind: &str| kinds.lines().filter(|line| *line == kind).count();
    assert_eq!((count("security"), count("bugfix")), (78, 48));
    insta::assert_snapshot!(value(&run, "/coverage"), @r#"{"packages":875,"in_repository":859,"judged":859,"unknown":["google-cloud-cli","google-cloud-cli-anthoscli","google-cloud-cli-app-engine-go","google-cloud-cli-app-engine-java","google-cloud-cli-app-engine-python","google-cloud-cli-app-engine-python-extras","google-cloud-cli-bigtable-emulator","google-cloud-cli-cbt","google-cloud-cli-datastore-emulator","google-cloud-cli-firestore-emulator","google-cloud-cli-gke-gcloud-auth-plugin","google-cloud-cli-kpt","google-cloud-cli-local-extract","google-cloud-cli-pubsub-emulator","google-cloud-cli-spanner-emulator","kubectl"]}"#);
    let updates = rows(&run, "updates", &["package", "installed", "candidate", "kind", "repositories"]);
    for row in [
        r#"apt 2.6.1 2.6.2 security ["bookworm-security/main"]"#,
        r#"bash 5.2.15-2+b8 5.2.15-2+b13 bugfix ["bookworm/main"]"#,
        r#"libgcrypt20 1.10.1-3 1.10.1-3+deb12u1 security ["bookworm-security/main","bookworm/main"]"#,
    ] {
        assert!(updates.lines().any(|line| line == row), "{row}");
    }
}

#[test]
fn without_an_os_group_all_sources_count_and_nothing_is_judged() {
    let Some((_, dists)) = data() else { return };
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("status");
    fs::write(&report, "Package: apt\nStatus: install ok installed\nVersion: 2.6.1\nArchitecture: amd64\n")
        .unwrap();
    let sources = sources(&dists, &["bookworm-security"], ",trusted=yes");
    let run = evaluate(&report.display().to_string(), &sources);
    assert_eq!(value(&run, "/host/os_group"), serde_json::Value::Null);
    assert_eq!(rows(&run, "updates", &["package", "candidate", "kind"]), "apt 2.6.2 security");
    assert_eq!(
        (value(&run, "/coverage/in_repository"), value(&run, "/coverage/judged")),
        (1.into(), 0.into())
    );
}

#[test]
fn a_release_with_one_letter_changed_is_refused() {
    let Some((host, dists)) = data() else { return };
    let folder = tempfile::tempdir().unwrap();
    let release = fs::read_to_string(dists.join("bookworm-updates/InRelease")).unwrap();
    fs::write(folder.path().join("InRelease"), release.replace("Origin: Debian", "Origin: Debiam")).unwrap();
    let source = format!("--source=apt={},name=forged,keyring={KEYRING}", folder.path().display());
    let run = evaluate(&host, &[source]);
    assert_eq!(run.code, Some(3));
    let skipped = rows(&run, "skipped", &["source", "reason"]);
    assert!(
        skipped.starts_with("forged refused: InRelease: ") && skipped.contains("does not match the text"),
        "{skipped}"
    );
}

#[test]
fn the_time_decides_whether_a_signature_counts() {
    let Some((host, dists)) = data() else { return };
    let mut args = vec!["evaluate".to_owned(), "--output=json".to_owned(), format!("--report={host}")];
    args.extend(sources(&dists, &["bookworm-updates"], ""));
    args.push("--now=2024-01-01T00:00:00Z".to_owned());
    let run = crate::command::pakiti(&args);
    assert_eq!(run.code, Some(3), "signed in the future");
}
