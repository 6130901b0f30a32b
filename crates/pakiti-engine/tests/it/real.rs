//! Debian's real suites with their real signatures, served over HTTP (data/debian of the shared data).

use crate::reports::v5;
use crate::world::{T0, World};
use pakiti_engine::source::options::SourceOptions;
use pakiti_engine::source::report::FetchReport;
use pakiti_engine::source::sync::Synced;
use pakiti_formats::report::Protocol;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";
/// 2026-12-01T00:00:00Z: bookworm-security of the shared data expired on November 27.
const DECEMBER: i64 = 1_796_083_200;

/// The folder of a suite; `None` (told on stdout) when the data or Debian's keyring are absent, which CI does
/// not allow.
fn suite(name: &str) -> Option<PathBuf> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared");
    let root = std::env::var_os("PAKITI_SHARED").map_or_else(|| PathBuf::from(default), PathBuf::from);
    let folder = root.join("data/debian/dists").join(name);
    for path in [folder.as_path(), Path::new(KEYRING)] {
        if !path.exists() {
            assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "no {}", path.display());
            println!("skipped: no {}", path.display());
            return None;
        }
    }
    Some(folder)
}

fn files(folder: &Path, below: &Path, out: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(below).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(folder, &path, out);
        } else {
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            out.insert(name, std::fs::read(&path).unwrap());
        }
    }
}

/// Serves a suite and adds it as a source of its name, signed by Debian's keyring.
async fn serve(w: &World, name: &str, architectures: &[&str]) -> Option<()> {
    let folder = suite(name)?;
    let mut content = BTreeMap::new();
    files(&folder, &folder, &mut content);
    w.web.publish(&format!("/debian/dists/{name}"), &content);
    let options = SourceOptions {
        suite: name.into(),
        keyrings: vec![KEYRING.into()],
        architectures: architectures.iter().map(|&arch| arch.to_owned()).collect(),
        ..SourceOptions::default()
    };
    w.add(name, &w.web.url("/debian"), &options).await;
    Some(())
}

on_both! {
    async fn bookworm_security_is_synchronised_until_it_expires(w: &mut World) {
        let name = "bookworm-security";
        if serve(w, name, &[]).await.is_none() {
            return;
        }
        w.feed(Protocol::V5, &v5("a.example.org", &["openssl 3.0.0-1", "libssl3 3.0.0-1"])).await;
        let begin = Instant::now();
        let (synced, swept) = w.sync(name).await.unwrap();
        println!("{name}: {synced:?} in {:?}", begin.elapsed());
        let Synced::Changed { packages, skipped, .. } = synced else { panic!("{synced:?}") };
        assert!(packages > 1000 && skipped == 0, "{synced:?}");
        assert_eq!(swept.hosts, 1);
        assert_eq!(w.host("a.example.org").await.row.counters.security, 2);
        let snapshot = w.source(name).await.snapshot.unwrap();
        assert!(snapshot.meta.security && snapshot.meta.os_group.as_ref().unwrap().0 == "debian-12");
        let report: FetchReport = serde_json::from_str(&snapshot.report).unwrap();
        assert_eq!(report.signed_by.len(), 2);
        let generation = w.generation().await;
        assert_eq!(w.sync(name).await.unwrap().0, Synced::NotModified);
        assert_eq!(w.generation().await, generation);
        w.set_time(DECEMBER);
        let told = w.refusal(name).await;
        assert!(told.contains("expired at 2026-11-27"), "{told}");
        assert_eq!(w.source(name).await.snapshot.as_ref(), Some(&snapshot));
        assert_eq!(w.host("a.example.org").await.row.counters.security, 2);
        // Whoever asks for it the first time on that day gets nothing.
        w.add_raw("late", &w.source(name).await.url, &w.source(name).await.options, "").await;
        assert!(w.refusal("late").await.contains("expired"));
        w.set_time(T0);
    }

    async fn two_suites_of_two_releases_stand_side_by_side(w: &mut World) {
        for name in ["bookworm-updates", "bullseye-security"] {
            if serve(w, name, &["amd64"]).await.is_none() {
                return;
            }
            let (synced, _) = w.sync(name).await.unwrap();
            println!("{name}: {synced:?}");
        }
        for (name, group) in [("bookworm-updates", "debian-12"), ("bullseye-security", "debian-11")] {
            assert_eq!(w.source(name).await.snapshot.unwrap().meta.os_group.unwrap().0, group);
        }
    }
}

/// The largest suite at hand: times and memory are printed, not judged.
#[test]
fn bookworm_main_loads() {
    crate::harness::on_sqlite(async |w: &mut World| {
        let name = "bookworm";
        if serve(w, name, &["amd64"]).await.is_none() {
            return;
        }
        for n in 0..20 {
            w.feed(Protocol::V5, &v5(&format!("h{n}.example.org"), &["bash 5.1-1", &format!("p{n} 1")]))
                .await;
        }
        let begin = Instant::now();
        let (synced, swept) = w.sync(name).await.unwrap();
        println!("{name}: {synced:?}, {swept:?} in {:?}; {}", begin.elapsed(), peak_memory());
        assert!(matches!(synced, Synced::Changed { packages: 60_000.., skipped: 0, .. }), "{synced:?}");
        let begin = Instant::now();
        let (other, _writer) = w.another().await;
        println!("rules of a new process in {:?}; {}", begin.elapsed(), peak_memory());
        assert_eq!(other.rules.current().generation, w.generation().await.active);
        assert_eq!(w.host("h7.example.org").await.row.counters.other, 1);
        other.db.close().await;
    });
}

fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("VmHWM: unknown").to_owned()
}
