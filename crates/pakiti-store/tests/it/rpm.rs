//! Verdicts of rpm hosts: what needs the whole set (module streams its packages tell, packages installed twice).

use crate::spec::{Spec, report};
use crate::world::World;
use pakiti_core::module::ModuleStream;
use pakiti_core::os_group::OsGroupId;
use pakiti_core::package::{Package, PackageFormat};
use pakiti_core::repository::{IndexedPackage, SnapshotContent, SourceKind, SourceMeta};
use pakiti_store::host_packages;

/// A repository of `name version` pairs, with streams of one build each.
fn repository(packages: &[(&str, &str)], streams: &[(&str, &str)]) -> SnapshotContent {
    let package = |(name, version): &(&str, &str)| IndexedPackage {
        name: (*name).into(),
        version: (*version).into(),
        arch: "x86_64".into(),
        ..IndexedPackage::default()
    };
    let mut content = SnapshotContent {
        meta: SourceMeta {
            kind: SourceKind::Yum,
            name: "appstream".into(),
            os_group: Some(OsGroupId("rhel-8".into())),
            ..SourceMeta::default()
        },
        packages: packages.iter().map(package).collect(),
        ..SnapshotContent::default()
    };
    for (module, artifact) in streams {
        let (name, stream) = module.split_once(':').unwrap();
        content.modules.streams.push(ModuleStream {
            name: name.into(),
            stream: stream.into(),
            version: 1,
            context: "c".into(),
            arch: "x86_64".into(),
            requires: Vec::new(),
            artifacts: vec![(*artifact).into()],
        });
    }
    content.canonicalise();
    content
}

/// A RHEL 8 host with `name version [module label]` packages.
fn rhel(host: &str, packages: &[&str]) -> Spec {
    let mut spec = report(host).os_group(Some("rhel-8"));
    for line in packages {
        let words: Vec<&str> = line.split(' ').collect();
        let mut package = Package::new(PackageFormat::Rpm, words[0], words[1], "x86_64");
        package.module = words.get(2).copied().unwrap_or_default().into();
        spec.packages.push(package);
    }
    spec
}

/// The updates of a host as `name installed candidate`.
async fn updates(w: &World, host: &str) -> Vec<String> {
    let detail = w.host(host).await;
    let updates = host_packages::updates(&w.db, &detail).await.unwrap();
    let row = |u: &host_packages::HostUpdate| {
        format!("{} {} {}", u.package.name, u.package.version, u.update.candidate)
    };
    let mut rows: Vec<String> = updates.iter().map(row).collect();
    rows.sort();
    rows
}

on_both! {
    async fn a_host_is_judged_in_the_streams_that_its_packages_tell(w: &mut World) {
        let streams = [("nodejs:16", "nodejs-0:16-2.x86_64"), ("nodejs:18", "nodejs-0:18-2.x86_64")];
        let content = repository(&[("nodejs", "16-2"), ("nodejs", "18-2")], &streams);
        w.sync(&[("appstream", content.clone())]).await;
        w.ingest(&[
            rhel("a", &["nodejs 16-1 nodejs:16:1:c", "bash 1-1"]),
            rhel("b", &["nodejs 16-1 nodejs:18:1:c", "bash 1-1"]),
            rhel("c", &["nodejs 16-1"]),
        ])
        .await;
        assert_eq!(updates(w, "a").await, ["nodejs 16-1 16-2"]);
        assert_eq!(updates(w, "b").await, ["nodejs 16-1 18-2"]);
        assert!(updates(w, "c").await.is_empty());
        assert_eq!(w.differences().await, [""; 0]);
    }

    async fn a_new_module_document_moves_a_set_to_the_stream_it_now_tells(w: &mut World) {
        let packages = [("web", "1-1"), ("web", "1-2"), ("web", "2-2")];
        w.sync(&[("appstream", repository(&packages, &[]))]).await;
        w.ingest(&[rhel("a", &["web 1-1"])]).await;
        assert_eq!(updates(w, "a").await, ["web 1-1 2-2"]);
        // Now builds tell: web-1-1 and web-1-2 are of stream 1, web-2-2 of stream 2.
        let mut content = repository(&packages, &[("web:1", "web-0:1-1.x86_64"), ("web:2", "web-0:2-2.x86_64")]);
        content.modules.streams[0].artifacts.push("web-0:1-2.x86_64".into());
        w.sync(&[("appstream", content)]).await;
        assert_eq!(updates(w, "a").await, ["web 1-1 1-2"]);
        assert_eq!(w.differences().await, [""; 0]);
        // And no longer.
        w.sync(&[("appstream", repository(&packages, &[]))]).await;
        assert_eq!(updates(w, "a").await, ["web 1-1 2-2"]);
        assert_eq!(w.differences().await, [""; 0]);
    }

    async fn of_two_installed_kernels_only_the_newer_one_has_an_update(w: &mut World) {
        w.sync(&[("baseos", repository(&[("kernel-core", "4-3")], &[]))]).await;
        w.ingest(&[
            rhel("a", &["kernel-core 4-1", "kernel-core 4-2"]),
            rhel("b", &["kernel-core 4-1", "kernel-core 4-3"]),
            rhel("c", &["kernel-core 4-1"]),
        ])
        .await;
        assert_eq!(updates(w, "a").await, ["kernel-core 4-2 4-3"]);
        assert!(updates(w, "b").await.is_empty());
        assert_eq!(updates(w, "c").await, ["kernel-core 4-1 4-3"]);
        let counted = w.number("SELECT CAST(SUM(other) AS BIGINT) FROM host").await;
        assert_eq!(counted, 2);
        assert_eq!(w.differences().await, [""; 0]);
        w.sync(&[("baseos", repository(&[("kernel-core", "4-4")], &[]))]).await;
        assert_eq!(updates(w, "b").await, ["kernel-core 4-3 4-4"]);
        assert_eq!(w.differences().await, [""; 0]);
    }
}
