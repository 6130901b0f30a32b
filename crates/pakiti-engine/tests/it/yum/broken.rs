//! Broken and hostile yum feeds: each refused with file and reason, while what is in force stays in force.
//!
//! [`World::refusal`] checks the second half of that in every test here.

use super::feed::{HOST, REPOMD, Repo, add, entry, gzip, plain, publish, repomd, report, serve, updates};
use crate::feed::{detached, key_file, xz};
use crate::web::Reply;
use crate::world::{HOUR, T0, World};
use pakiti_engine::source::options::SourceOptions;
use pakiti_engine::source::report::FetchReport;
use pakiti_engine::source::sync::Synced;

const BEFORE: &str = "bash 5-1 > 5-2 security base SA-1";

fn newer() -> Repo {
    Repo::of(&["bash 5-3 x86_64", "vim 9-1 x86_64"]).fixes("security", "SA-1", &["bash 5-2 x86_64"])
}

/// A source with a snapshot and a host judged by it; an hour later.
async fn in_force(w: &World) {
    report(w, HOST, &[], &["bash 5-1 x86_64"]).await;
    serve(w, "base", &Repo::of(&["bash 5-2 x86_64"]).fixes("security", "SA-1", &["bash 5-2 x86_64"])).await;
    assert_eq!(updates(w).await, [BEFORE]);
    w.set_time(T0 + HOUR);
}

/// Refused for this repository: the reason must hold all of these; the host is judged as before.
async fn refused(w: &World, repo: &Repo, parts: &[&str]) {
    publish(w, "base", repo);
    told(w, parts).await;
}

async fn told(w: &World, parts: &[&str]) {
    let told = w.refusal("base").await;
    for part in parts {
        assert!(told.contains(part), "{told}: no `{part}`");
    }
    assert_eq!(updates(w).await, [BEFORE]);
}

/// The next content is taken once the server is well again.
async fn recovers(w: &World) {
    publish(w, "base", &newer());
    let (synced, _) = w.sync("base").await.unwrap();
    assert!(matches!(synced, Synced::Changed { packages: 2, .. }), "{synced:?}");
    assert_eq!(updates(w).await, ["bash 5-1 > 5-3 security base SA-1"]);
    assert_eq!(w.source("base").await.last_error, None);
}

fn path(file: &str) -> String {
    format!("/base/{file}")
}

on_both! {
    async fn streams_that_end_early(w: &mut World) {
        in_force(w).await;
        let many: Vec<String> = (0..3000).map(|n| format!("p{n} {n}-1 x86_64")).collect();
        let text = Repo { packages: many, ..newer() }.primary();
        for (packed, word) in [(xz(text.as_bytes()), "xz"), (gzip(text.as_bytes()), "gzip")] {
            let repo = newer().replace("primary", packed[..packed.len() / 2].to_vec());
            let file = repo.path_of("primary");
            refused(w, &repo, &[&file, &format!("{word} stream is truncated")]).await;
        }
        let repo = newer().replace("updateinfo", xz(b"<updates></updates>")[..40].to_vec());
        refused(w, &repo, &[&repo.path_of("updateinfo"), "xz stream is truncated"]).await;
        recovers(w).await;
    }

    async fn files_that_are_not_the_ones_that_repomd_names(w: &mut World) {
        in_force(w).await;
        for kind in ["primary", "updateinfo"] {
            let file = newer().path_of(kind);
            let (_, _, data) = newer().parts().into_iter().find(|part| part.0 == kind).unwrap();
            let mut other = data.clone();
            other[9] ^= 1;
            for (data, reason) in [
                (other, "its sha256 checksum is not the one that repomd.xml names"),
                (data[..data.len() - 1].to_vec(), "it has not the size that repomd.xml names"),
                ([data.as_slice(), b"x"].concat(), "it has not the size that repomd.xml names"),
            ] {
                publish(w, "base", &newer());
                w.web.set(&path(&file), Reply::Bare(data.into()));
                told(w, &[&file, reason]).await;
            }
            w.web.set(&path(&file), Reply::Endless(vec![b'x'; 1 << 20].into()));
            told(w, &[&file, "it has not the size"]).await;
            w.web.set(&path(&file), Reply::Cut(data.into()));
            told(w, &[&file]).await;
        }
        recovers(w).await;
    }

    async fn a_repository_that_is_not_there(w: &mut World) {
        in_force(w).await;
        w.web.publish("/base", &Default::default());
        told(w, &["no repodata/repomd.xml"]).await;
        w.web.set(&path(REPOMD), Reply::Status(403));
        told(w, &["/base/repodata/repomd.xml", "403"]).await;
        w.web.set(&path(REPOMD), Reply::Bare("<html>Please sign in</html>".into()));
        told(w, &["repodata/repomd.xml: not a file of <repomd>"]).await;
        w.web.set(&path(REPOMD), Reply::Endless(vec![b'x'; 1 << 20].into()));
        told(w, &["/base/repodata/repomd.xml: larger than 16777216 bytes"]).await;
        recovers(w).await;
    }

    async fn files_that_repomd_names_and_the_server_does_not_have(w: &mut World) {
        in_force(w).await;
        for kind in ["primary", "updateinfo"] {
            publish(w, "base", &newer());
            for status in [404, 410, 500] {
                w.web.set(&path(&newer().path_of(kind)), Reply::Status(status));
                let reason = if status == 500 { "500" } else { "not there" };
                told(w, &[&newer().path_of(kind), reason]).await;
            }
        }
        // However much else is skipped before it.
        let bad = "<update type=\"security\"><title>no id</title></update>\n";
        let repo = Repo { updates: vec![bad.to_owned(); 150], ..newer() };
        publish(w, "base", &repo);
        w.web.set(&path(&repo.path_of("primary")), Reply::Status(404));
        told(w, &[&repo.path_of("primary"), "not there"]).await;
        recovers(w).await;
    }

    async fn redirects_out_of_the_web(w: &mut World) {
        in_force(w).await;
        publish(w, "base", &newer());
        for file in [newer().path_of("primary"), REPOMD.to_owned()] {
            for to in ["file:///etc/passwd", "ftp://x.example/x"] {
                w.web.set(&path(&file), Reply::Redirect(to.into()));
                let told = w.refusal("base").await;
                // What the client takes for no URL of a server at all stays the answer it is.
                assert!(told.contains(&file), "{told}");
                assert!(told.contains("not http(s)") || told.contains("302"), "{told}");
            }
        }
        assert_eq!(updates(w).await, [BEFORE]);
        recovers(w).await;
    }

    async fn entity_bombs(w: &mut World) {
        in_force(w).await;
        let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>\n";
        let text = newer().primary().replacen("<metadata", &format!("{bomb}<metadata"), 1);
        let repo = newer().replace("primary", gzip(text.as_bytes()));
        refused(w, &repo, &[&repo.path_of("primary"), "entity definitions"]).await;
        let text = format!("{bomb}<updates><update><id>&b;</id></update></updates>");
        let repo = newer().replace("updateinfo", text.into_bytes());
        refused(w, &repo, &[&repo.path_of("updateinfo"), "entity definitions"]).await;
        w.web.set(&path(REPOMD), Reply::Bare(newer().repomd().replacen("<repomd", &format!("{bomb}<repomd"), 1).into()));
        told(w, &["repodata/repomd.xml: line 2: entity definitions"]).await;
        recovers(w).await;
    }

    async fn endless_elements_and_bombs(w: &mut World) {
        in_force(w).await;
        // Random bytes would be refused for their form; these do not compress beyond the bound of the ratio.
        let mut text = b"<metadata><package><name>".to_vec();
        let mut state = 1u32;
        text.extend((0..4 << 20).map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            b'a' + (state >> 24) as u8 % 26
        }));
        let repo = newer().replace("primary", gzip(&text));
        refused(w, &repo, &[&repo.path_of("primary"), "a tag or text longer than 1048576 bytes"]).await;
        let repo = newer().replace("primary", gzip(format!("<metadata>{}", "<x/>".repeat(20 << 20)).as_bytes()));
        refused(w, &repo, &[&repo.path_of("primary"), "bomb"]).await;
        let repo = newer().replace("primary", "<metadata>".repeat(1000).into_bytes());
        refused(w, &repo, &[&repo.path_of("primary"), "nested deeper than 64"]).await;
        recovers(w).await;
    }

    async fn paths_outside_the_repository(w: &mut World) {
        in_force(w).await;
        let (_, _, data) = newer().parts().swap_remove(0);
        w.web.asked();
        for odd in ["../other/primary.xml", "/etc/passwd", "http://x.example/p.xml", "repodata/%2e%2e/%2e%2e/p.xml"] {
            w.web.set(&path(REPOMD), Reply::Bare(repomd(&entry("primary", odd, &data)).into()));
            told(w, &[odd, "its path does not lie inside the repository"]).await;
        }
        let based = entry("primary", "p.xml", &data).replace("<location", "<location xml:base=\"http://x.example/\"");
        w.web.set(&path(REPOMD), Reply::Bare(repomd(&based).into()));
        told(w, &["p.xml", "it lies elsewhere (xml:base)"]).await;
        assert!(w.web.paths().iter().all(|asked| *asked == path(REPOMD)), "nothing else was asked for");
        recovers(w).await;
    }

    async fn forms_that_cannot_be_read(w: &mut World) {
        in_force(w).await;
        let entries = entry("primary_db", "repodata/p.sqlite", b"x") + &entry("primary_zck", "repodata/p.zck", b"x");
        w.web.set(&path(REPOMD), Reply::Bare(repomd(&entries).into()));
        told(w, &["repodata/repomd.xml names primary in no form that is read, only as primary_db, primary_zck"]).await;
        w.web.set(&path(REPOMD), Reply::Bare(repomd("").into()));
        told(w, &["repodata/repomd.xml names no primary"]).await;
        recovers(w).await;
    }

    async fn signatures_that_are_missing_or_bad(w: &mut World) {
        let url = publish(w, "signed", &newer());
        let options = SourceOptions { keyrings: vec![key_file("good.gpg")], ..plain() };
        add(w, "signed", &url, &options, "rhel-9").await;
        assert_eq!(w.refusal("signed").await, "refused: repomd.xml is not signed");
        let signature = format!("/signed/{REPOMD}.asc");
        w.web.set(&signature, Reply::Bare(detached(b"another text").into()));
        let told = w.refusal("signed").await;
        assert!(told.contains("repodata/repomd.xml.asc: no good signature"), "{told}");
        assert!(told.contains("it does not match the text"), "{told}");
        w.web.set(&signature, Reply::Bare("nonsense".into()));
        assert!(w.refusal("signed").await.contains("the signature is not readable"));
        // A signature is looked at before what it signs.
        let broken = b"<html>";
        w.web.set(&format!("/signed/{REPOMD}"), Reply::Bare(broken.to_vec().into()));
        assert!(w.refusal("signed").await.contains("the signature is not readable"));
        publish(w, "signed", &newer());
        let good = detached(newer().repomd().as_bytes());
        w.web.set(&signature, Reply::Bare(good.clone().into()));
        w.sync("signed").await.unwrap();
        let snapshot = w.source("signed").await.snapshot.unwrap();
        let report: FetchReport = serde_json::from_str(&snapshot.report).unwrap();
        assert_eq!((report.signed_by.len(), report.unchecked), (1, None));
        // Another key's.
        let other = SourceOptions { keyrings: vec![key_file("subkey.gpg")], ..plain() };
        add(w, "other", &url, &other, "rhel-9").await;
        assert!(w.refusal("other").await.contains("its key is not in the keyring"));
        // A newer, unsigned content does not replace the signed one.
        let mut files = newer().files();
        files.extend(Repo::of(&["evil 1-1 x86_64"]).files());
        files.insert(format!("{REPOMD}.asc"), good.into_bytes());
        w.web.publish("/signed", &files);
        assert!(w.refusal("signed").await.contains("it does not match the text"));
    }
}
