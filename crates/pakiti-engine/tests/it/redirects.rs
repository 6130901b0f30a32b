//! Where fetching may lead, and that credentials are not told.

use crate::feed::Suite;
use crate::web::{Reply, Web};
use pakiti_engine::source::options::SourceOptions;
use pakiti_engine::source::sync::Synced;

const SUITE: &str = "bookworm-security";

on_both! {
    async fn a_redirect_to_another_host_is_followed(w: &mut World) {
        let mirror = Web::start().await;
        let suite = Suite::debian(SUITE, &["bash 5"]).signed();
        mirror.publish("/mirror", &suite.files());
        for file in suite.files().keys() {
            let there = mirror.url(&format!("/mirror/{file}"));
            w.web.set(&format!("/dists/{SUITE}/{file}"), Reply::Redirect(there));
        }
        let options = SourceOptions { suite: SUITE.into(), trusted: true, ..SourceOptions::default() };
        w.add(SUITE, &format!("http://me:secret@{}", w.web.address), &options).await;
        let (synced, _) = w.sync(SUITE).await.unwrap();
        assert!(matches!(synced, Synced::Changed { packages: 1, .. }), "{synced:?}");
        let expected = "Basic bWU6c2VjcmV0";
        assert!(w.web.asked().iter().all(|asked| asked.authorization.as_deref() == Some(expected)));
        let there = mirror.asked();
        assert_eq!(there.len(), 2);
        assert!(there.iter().all(|asked| asked.authorization.is_none()), "the password is for the first host only");
        let report = w.source(SUITE).await.snapshot.unwrap().report;
        assert!(!report.contains("secret"));
    }

    async fn five_redirects_are_followed_and_six_are_not(w: &mut World) {
        let suite = Suite::debian(SUITE, &["bash 5"]).signed();
        w.serve(&suite).await;
        let path = format!("/dists/{SUITE}/InRelease");
        w.web.set("/hop0", Reply::Bare(suite.files()["InRelease"].clone().into()));
        for hop in 1..=5 {
            w.web.set(&format!("/hop{hop}"), Reply::Redirect(w.web.url(&format!("/hop{}", hop - 1))));
        }
        w.web.set(&path, Reply::Redirect(w.web.url("/hop5")));
        let told = w.refusal(SUITE).await;
        assert!(told.ends_with("InRelease: redirect refused: more than five redirects"), "{told}");
        w.web.set(&path, Reply::Redirect(w.web.url("/hop4")));
        w.sync(SUITE).await.unwrap();
    }

    async fn redirects_out_of_the_web_are_refused(w: &mut World) {
        w.serve(&Suite::debian(SUITE, &["bash 5"]).signed()).await;
        let path = format!("/dists/{SUITE}/InRelease");
        for to in ["file:///etc/passwd", "ftp://me:secret@example.org/InRelease", "data:text/plain,x"] {
            w.web.set(&path, Reply::Redirect(to.into()));
            let told = w.refusal(SUITE).await;
            // What the client takes for no URL of a server at all stays the answer it is.
            let refused = told.contains("redirect refused: a redirect to something that is not http(s)");
            assert!(refused || told.ends_with("the server answered 302 Found"), "{told}");
            assert!(!told.contains("secret"), "{told}");
        }
    }

    async fn release_cannot_name_files_elsewhere(w: &mut World) {
        let mut suite = Suite::debian(SUITE, &["bash 5"]);
        let index = crate::feed::xz(b"Package: evil\nVersion: 1\nArchitecture: amd64\n");
        let odd = [
            "../other/binary-amd64/Packages.xz",
            "%2e%2e/%2e%2e/other/binary-amd64/Packages.xz",
            "/other/binary-amd64/Packages.xz",
            "//127.0.0.1/other/binary-amd64/Packages.xz",
            "http:/other/binary-amd64/Packages.xz",
            "https:other/binary-amd64/Packages.xz",
            "ftp:other/binary-amd64/Packages.xz",
            "https:127.0.0.1/dists/bookworm-security/x/binary-amd64/Packages.xz",
        ];
        for path in odd {
            suite.extra.insert(path.into(), index.clone());
        }
        w.serve(&suite).await;
        w.web.set("/other/binary-amd64/Packages.xz", Reply::Bare(index.into()));
        let (synced, _) = w.sync(SUITE).await.unwrap();
        assert!(matches!(synced, Synced::Changed { packages: 1, .. }), "{synced:?}");
        let paths = w.web.paths();
        assert!(paths.iter().all(|path| path.starts_with(&format!("/dists/{SUITE}/"))), "{paths:?}");
    }

    async fn credentials_are_sent_and_never_told(w: &mut World) {
        let base = format!("http://me:secret@{}", w.web.address);
        let odd = [
            ("not-found", base.clone()),
            ("broken", format!("{base}/broken")),
            ("ftp", "ftp://me:secret@example.org/debian".to_owned()),
            ("no-host", "http://me:secret@/debian".to_owned()),
            ("no-port", "http://me:secret@example.org:x/debian".to_owned()),
            ("query", "http://me:secret@example.org/debian?x=1".to_owned()),
            ("unresolvable", "http://me:secret@host.invalid/debian".to_owned()),
        ];
        w.web.set("/broken/InRelease", Reply::Status(500));
        for (name, url) in odd {
            w.add(name, &url, &SourceOptions::default()).await;
            let told = w.refusal(name).await;
            assert!(!told.contains("secret") && !told.contains("me:"), "{told}");
        }
        let asked = w.web.asked();
        assert!(asked.len() >= 3 && asked.iter().all(|asked| asked.authorization.is_some()), "{asked:?}");
    }
}
