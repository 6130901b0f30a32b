//! Where a yum repository may be: folders, lists of mirrors, a bare primary.xml, behind a proxy.

use super::feed::{HOST, Packing, REPOMD, Repo, add, plain, publish, report, updates};
use crate::feed::key_file;
use crate::web::Reply;
use pakiti_engine::source::options::SourceOptions;
use pakiti_engine::source::sync::Synced;
use std::os::unix::fs::symlink;

fn repo() -> Repo {
    Repo::of(&["bash 6-1 x86_64"]).fixes("security", "SA-1", &["bash 6-1 x86_64"])
}

fn mirrors() -> SourceOptions {
    SourceOptions { mirrorlist: true, ..plain() }
}

fn metalink(urls: &[(u32, String)]) -> String {
    let urls: String = urls
        .iter()
        .map(|(preference, url)| {
            format!("<url protocol=\"http\" type=\"http\" preference=\"{preference}\">{url}/{REPOMD}</url>")
        })
        .collect();
    format!(
        "<?xml version=\"1.0\"?>\n<metalink version=\"3.0\" xmlns=\"http://www.metalinker.org/\"><files>\
         <file name=\"repomd.xml\"><resources maxconnections=\"1\">{urls}</resources></file></files></metalink>"
    )
}

on_both! {
    async fn a_bare_primary_is_a_repository_without_advisories(w: &mut World) {
        report(w, HOST, &[], &["bash 5-1 x86_64"]).await;
        for (name, packing) in [("gz", Packing::Gzip), ("xz", Packing::Xz), ("plain", Packing::Plain)] {
            let repo = repo().packed(packing);
            let (_, _, data) = repo.parts().swap_remove(0);
            let path = format!("/{name}/repodata/primary.xml{}", packing.suffix());
            w.web.set(&path, Reply::File(data.into(), "Sun, 22 Nov 2026 00:00:00 GMT".into()));
            w.web.asked();
            add(w, name, &w.web.url(&path), &plain(), "rhel-9").await;
            let (synced, _) = w.sync(name).await.unwrap();
            assert!(matches!(synced, Synced::Changed { packages: 1, .. }), "{synced:?}");
            assert_eq!(w.sync(name).await.unwrap().0, Synced::NotModified);
            assert_eq!(w.web.paths(), [path.clone(), path], "nothing else is asked for");
            assert!(!w.source(name).await.snapshot.unwrap().meta.errata);
        }
        assert_eq!(updates(w).await, ["bash 5-1 > 6-1 unknown gz+plain+xz"]);
    }

    async fn a_bare_primary_cannot_be_signed(w: &mut World) {
        w.web.set("/primary.xml", Reply::Bare(repo().primary().into()));
        let options = SourceOptions { keyrings: vec![key_file("good.gpg")], ..plain() };
        add(w, "bare", &w.web.url("/primary.xml"), &options, "rhel-9").await;
        let told = w.refusal("bare").await;
        assert!(told.contains("primary.xml: a file without repomd.xml has no signature to check"), "{told}");
        add(w, "gone", &w.web.url("/none/primary.xml.gz"), &plain(), "rhel-9").await;
        let told = w.refusal("gone").await;
        assert!(told.ends_with("/none/primary.xml.gz: there is no such file"), "{told}");
    }

    async fn the_first_mirror_that_answers_is_taken(w: &mut World) {
        report(w, HOST, &[], &["bash 5-1 x86_64"]).await;
        let good = publish(w, "good", &repo());
        let dead = w.web.url("/dead");
        let text = format!("# mirrors\nftp://x.example/\n{dead}\nrsync://x\n{good}\n{}\n", w.web.url("/third"));
        w.web.set("/list", Reply::Bare(text.into()));
        add(w, "mirrored", &w.web.url("/list?repo=base&arch=x86_64"), &mirrors(), "rhel-9").await;
        w.sync("mirrored").await.unwrap();
        assert_eq!(updates(w).await, ["bash 5-1 > 6-1 security mirrored SA-1"]);
        let paths = w.web.paths();
        assert_eq!(paths[..2], ["/list?repo=base&arch=x86_64".to_owned(), format!("/dead/{REPOMD}")]);
        assert!(paths[2..].iter().all(|path| path.starts_with("/good/")), "{paths:?}");
        // The same content from another mirror is the same.
        publish(w, "dead", &repo());
        assert_eq!(w.sync("mirrored").await.unwrap().0, Synced::NotModified);
        // Another mirror with newer content changes what differs and nothing else.
        let newer = Repo { packages: vec!["bash 6-1 x86_64".into(), "curl 8-1 x86_64".into()], ..repo() };
        publish(w, "dead", &newer);
        let (synced, _) = w.sync("mirrored").await.unwrap();
        assert!(matches!(synced, Synced::Changed { names: 1, .. }), "{synced:?}");
    }

    async fn a_mirror_that_has_only_a_part_is_passed_over(w: &mut World) {
        let (half, whole) = (publish(w, "half", &repo()), publish(w, "whole", &repo()));
        w.web.set(&format!("/half/{}", repo().path_of("primary")), Reply::Status(404));
        w.web.set("/list", Reply::Bare(format!("{half}\n{whole}\n").into()));
        add(w, "mirrored", &w.web.url("/list"), &mirrors(), "rhel-9").await;
        let (synced, _) = w.sync("mirrored").await.unwrap();
        assert!(matches!(synced, Synced::Changed { packages: 1, .. }), "{synced:?}");
        w.web.set("/list", Reply::Bare(half.clone().into()));
        publish(w, "half", &Repo::of(&["bash 7-1 x86_64"]));
        w.web.set(&format!("/half/{}", Repo::of(&["bash 7-1 x86_64"]).path_of("primary")), Reply::Bare("x".into()));
        let told = w.refusal("mirrored").await;
        assert!(told.contains(&format!("none of the 1 mirrors of the list can be used; the last: {half}/: refused: ")), "{told}");
    }

    async fn a_metalinks_preferences_count(w: &mut World) {
        let (low, high) = (w.web.url("/low"), publish(w, "high", &repo()));
        let text = metalink(&[(50, low), (100, high), (99, "file:///etc".into())]);
        w.web.set("/metalink", Reply::Bare(text.into()));
        add(w, "linked", &w.web.url("/metalink"), &mirrors(), "rhel-9").await;
        w.sync("linked").await.unwrap();
        assert!(w.web.paths()[1..].iter().all(|path| path.starts_with("/high/")));
    }

    async fn lists_without_a_mirror_are_refused(w: &mut World) {
        let dead = w.web.url("/dead");
        w.web.set("/empty", Reply::Bare("# none\nfile:///srv/repo\n/srv/repo\n".into()));
        w.web.set("/dead-only", Reply::Bare(format!("{dead}\n{dead}2\n").into()));
        w.web.set("/html", Reply::Bare("<html>Please sign in</html>".into()));
        let cases = [
            ("empty", "none of the 0 mirrors", "the list is empty"),
            ("html", "none of the 0 mirrors", "the list is empty"),
            ("dead-only", "none of the 2 mirrors", "no repodata/repomd.xml"),
            ("missing", "/missing", "there is no such file"),
        ];
        for (name, count, last) in cases {
            add(w, name, &w.web.url(&format!("/{name}")), &mirrors(), "rhel-9").await;
            let told = w.refusal(name).await;
            assert!(told.contains(count) && told.contains(last), "{told}");
        }
    }

    async fn a_folder_below_an_allowed_one_is_read(w: &mut World) {
        report(w, HOST, &[], &["bash 5-1 x86_64"]).await;
        let folder = repo().write(w.folder().join("el9/base"));
        add(w, "local", folder.to_str().unwrap(), &plain(), "rhel-9").await;
        w.sync("local").await.unwrap();
        assert_eq!(updates(w).await, ["bash 5-1 > 6-1 security local SA-1"]);
        assert_eq!(w.sync("local").await.unwrap().0, Synced::NotModified);
        let primary = folder.join(repo().path_of("primary"));
        add(w, "bare", &format!("file://{}", primary.display()), &plain(), "rhel-9").await;
        let (synced, _) = w.sync("bare").await.unwrap();
        assert!(matches!(synced, Synced::Changed { packages: 1, .. }), "{synced:?}");
        assert!(w.web.paths().is_empty());
    }

    async fn a_folder_outside_and_links_that_lead_there_are_refused(w: &mut World) {
        let elsewhere = tempfile::tempdir().unwrap();
        let outside = repo().write(elsewhere.path().join("base"));
        add(w, "outside", outside.to_str().unwrap(), &plain(), "rhel-9").await;
        let told = w.refusal("outside").await;
        assert!(told.contains("--source-folder") && told.contains(outside.to_str().unwrap()), "{told}");
        let folder = repo().write(w.folder().join("base"));
        let path = repo().path_of("primary");
        std::fs::remove_file(folder.join(&path)).unwrap();
        symlink(outside.join(&path), folder.join(&path)).unwrap();
        add(w, "link", folder.to_str().unwrap(), &plain(), "rhel-9").await;
        let told = w.refusal("link").await;
        assert!(told.contains(&path) && told.contains("leads out of the folders"), "{told}");
    }

    async fn a_proxy_is_asked_instead_of_the_server(w: &mut World) {
        publish(w, "base", &repo());
        let options = SourceOptions { proxy: Some(w.web.url("")), ..plain() };
        add(w, "far", "http://repo.invalid/base", &options, "rhel-9").await;
        w.sync("far").await.unwrap();
        let paths = w.web.paths();
        assert_eq!(paths[0], format!("http://repo.invalid/base/{REPOMD}"));
        assert!(paths.len() == 3 && paths.iter().all(|p| p.starts_with("http://repo.invalid/base/")), "{paths:?}");
        let bad = SourceOptions { proxy: Some("http://me:secret@[".into()), ..plain() };
        add(w, "bad", "http://repo.invalid/base", &bad, "rhel-9").await;
        let told = w.refusal("bad").await;
        assert!(told.contains("proxy") && !told.contains("secret"), "{told}");
    }

    async fn certificates_that_cannot_be_used_are_named(w: &mut World) {
        let url = publish(w, "base", &repo());
        let (missing, text) = (w.folder().join("1.pem"), w.folder().join("text.pem"));
        std::fs::write(&text, "no certificate").unwrap();
        let cases = [
            ("missing", SourceOptions { client_certificate: Some(missing.clone()), ..plain() }, &missing),
            ("text", SourceOptions { client_certificate: Some(text.clone()), ..plain() }, &text),
            ("authorities", SourceOptions { authorities: Some(text.clone()), ..plain() }, &text),
            ("device", SourceOptions { authorities: Some("/dev/zero".into()), ..plain() }, &"/dev/zero".into()),
        ];
        for (name, options, file) in cases {
            add(w, name, &url, &options, "rhel-9").await;
            let told = w.refusal(name).await;
            assert!(told.starts_with(file.to_str().unwrap()), "{told}");
        }
        assert!(w.web.paths().is_empty(), "nothing is asked for without them");
    }
}
