//! Sources on this machine, and what may be one at all.

use crate::feed::{Suite, key_file};
use crate::world::{HOUR, T0};
use pakiti_engine::source::options::{ConfigError, Place, SourceOptions};
use pakiti_engine::source::report::FetchReport;
use pakiti_engine::source::sync::Synced;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

const SUITE: &str = "bookworm-security";

fn trusted(suite: &str) -> SourceOptions {
    SourceOptions { suite: suite.into(), trusted: true, ..SourceOptions::default() }
}

fn web(suite: &str, url: &str) -> String {
    match trusted(suite).place(url, &[]) {
        Ok(Place::Web(url)) => url.to_string(),
        other => panic!("{other:?}"),
    }
}

fn refused(url: &str, folders: &[PathBuf]) -> ConfigError {
    trusted("").place(url, folders).unwrap_err()
}

#[test]
fn options_are_kept_as_they_are() {
    let full = SourceOptions {
        host_groups: vec!["A".into()],
        not_host_groups: vec!["B".into()],
        suite: "bookworm".into(),
        components: vec!["main".into()],
        architectures: vec!["amd64".into(), "i386".into()],
        security: "no".into(),
        priority: Some(-1),
        keyrings: vec!["/etc/apt/keyrings/x.asc".into()],
        inline_key: Some("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\"ü\"".into()),
        trusted: true,
        check_valid_until: false,
        excludes: vec!["kernel*".into()],
        module_hotfixes: true,
        mirrorlist: true,
        further_groups: vec!["rocky-9".into()],
        proxy: Some("http://proxy.example:3128".into()),
        client_certificate: Some("/etc/pki/entitlement/1.pem".into()),
        client_key: Some("/etc/pki/entitlement/1-key.pem".into()),
        authorities: Some("/etc/rhsm/ca/redhat-uep.pem".into()),
        rules: Vec::new(),
        complete: "yes".to_owned(),
    };
    for options in [SourceOptions::default(), full] {
        assert_eq!(SourceOptions::read(&options.record()), Ok(options));
    }
    assert_eq!(SourceOptions::read("{}"), Ok(SourceOptions::default()));
    assert!(SourceOptions::default().check_valid_until && !SourceOptions::default().trusted);
}

#[test]
fn urls_and_suites_give_the_folder_of_the_release() {
    assert_eq!(web("bookworm", "http://a.example/debian"), "http://a.example/debian/dists/bookworm/");
    assert_eq!(web("bookworm", "http://a.example/debian//"), "http://a.example/debian/dists/bookworm/");
    assert_eq!(web("", "https://a.example/d/dists/x"), "https://a.example/d/dists/x/");
    assert_eq!(web("./", "https://a.example/flat"), "https://a.example/flat/");
    assert_eq!(web("amd64/", "https://a.example/flat"), "https://a.example/flat/amd64/");
    assert_eq!(web("a/b", "http://a.example"), "http://a.example/dists/a/b/");
}

#[test]
fn only_http_https_and_absolute_paths_are_places() {
    for url in ["ftp://a.example/debian", "gopher://a.example", "cdrom:[Debian]/", "javascript:1", "data:,x"]
    {
        assert!(matches!(refused(url, &["/".into()]), ConfigError::Forbidden(_)), "{url}");
    }
    for url in ["", "debian", "../debian", "a.example/debian", "http://", "file://a.example/etc"] {
        assert!(matches!(refused(url, &["/".into()]), ConfigError::Url(_)), "{url}");
    }
    for url in ["http://a.example/d?x=1", "http://a.example/d#x"] {
        assert!(matches!(refused(url, &[]), ConfigError::Query(_)), "{url}");
    }
}

#[test]
fn paths_must_lie_below_a_folder_of_the_server() {
    let base = tempfile::tempdir().unwrap();
    let base = base.path().canonicalize().unwrap();
    let (inside, outside) = (base.join("in side"), base.join("outside"));
    for folder in [inside.join("suite"), outside.clone()] {
        std::fs::create_dir_all(folder).unwrap();
    }
    symlink(&outside, inside.join("link")).unwrap();
    symlink(inside.join("suite"), inside.join("alias")).unwrap();
    let folders = [inside.clone()];
    let place = |path: &Path| trusted("").place(path.to_str().unwrap(), &folders);
    assert_eq!(place(&inside.join("suite")), Ok(Place::Folder(inside.join("suite"))));
    assert_eq!(place(&inside.join("alias")), Ok(Place::Folder(inside.join("suite"))));
    let url = format!("file://{}/suite", inside.display()).replace(' ', "%20");
    assert_eq!(trusted("").place(&url, &folders), Ok(Place::Folder(inside.join("suite"))));
    // A folder beside that only begins alike is another one.
    std::fs::create_dir(base.join("in side too")).unwrap();
    for bad in [
        outside.clone(),
        inside.join("link"),
        inside.join("suite/../../outside"),
        inside.join("missing"),
        base.join("in side too"),
        base.clone(),
    ] {
        assert!(matches!(place(&bad), Err(ConfigError::Outside { .. })), "{}", bad.display());
        assert!(matches!(trusted("").place(bad.to_str().unwrap(), &[]), Err(ConfigError::Outside { .. })));
    }
    let up = SourceOptions { suite: "../../outside/".into(), ..SourceOptions::default() };
    assert!(matches!(up.place(inside.to_str().unwrap(), &folders), Err(ConfigError::Outside { .. })));
}

on_both! {
    async fn a_folder_is_read_and_read_again_when_it_changes(w: &mut World) {
        let folder = w.folder().join("debian/dists").join(SUITE);
        Suite::debian(SUITE, &["bash 5"]).write(folder.clone());
        w.add(SUITE, w.folder().join("debian").to_str().unwrap(), &trusted(SUITE)).await;
        let (synced, _) = w.sync(SUITE).await.unwrap();
        assert!(matches!(synced, Synced::Changed { packages: 1, .. }), "{synced:?}");
        assert_eq!(w.sync(SUITE).await.unwrap().0, Synced::NotModified);
        Suite::debian(SUITE, &["bash 5", "vim 9"]).write(folder);
        let (synced, _) = w.sync(SUITE).await.unwrap();
        assert!(matches!(synced, Synced::Changed { packages: 2, names: 1, .. }), "{synced:?}");
        assert!(w.web.paths().is_empty());
    }

    async fn an_expired_folder_is_loaded_and_it_is_told(w: &mut World) {
        let folder = Suite::debian(SUITE, &["bash 5"]).valid_until(T0 - HOUR).write(w.folder().join("x"));
        w.add(SUITE, folder.to_str().unwrap(), &trusted("")).await;
        w.sync(SUITE).await.unwrap();
        let snapshot = w.source(SUITE).await.snapshot.unwrap();
        let told: FetchReport = serde_json::from_str(&snapshot.report).unwrap();
        assert!(told.skipped.iter().any(|item| item.reason.starts_with("expired at 2026-11-21")), "{told:?}");
        assert_eq!(w.sync(SUITE).await.unwrap().0, Synced::NotModified);
    }

    async fn a_suite_of_apts_own_lists_is_read_by_its_release(w: &mut World) {
        let lists = w.folder().join("lists");
        std::fs::create_dir(&lists).unwrap();
        let prefix = format!("deb.debian.org_debian_dists_{SUITE}_");
        for (path, data) in Suite::debian(SUITE, &["bash 5"]).signed().files() {
            let name = path.replace('/', "_").replace(".xz", "");
            let data = if path.ends_with(".xz") { plain(&data) } else { data };
            std::fs::write(lists.join(format!("{prefix}{name}")), data).unwrap();
        }
        // Release names only the compressed file; apt's lists hold the content, which it must vouch for.
        let mut suite = Suite::debian(SUITE, &["bash 5"]);
        let text = plain(&suite.files()[&Suite::index("amd64")]);
        suite.extra.insert("main/binary-amd64/Packages".into(), text);
        let release = crate::feed::clear_signed(&suite.release());
        let in_release = lists.join(format!("{prefix}InRelease"));
        std::fs::write(&in_release, release).unwrap();
        let options = SourceOptions { keyrings: vec![key_file("good.gpg")], ..SourceOptions::default() };
        w.add(SUITE, in_release.to_str().unwrap(), &options).await;
        w.sync(SUITE).await.unwrap();
        let snapshot = w.source(SUITE).await.snapshot.unwrap();
        assert_eq!((snapshot.packages, snapshot.meta.site.as_str()), (1, "deb.debian.org"));
    }

    async fn files_that_lead_out_of_the_folder_are_not_read(w: &mut World) {
        let elsewhere = tempfile::tempdir().unwrap();
        let suite = Suite::debian(SUITE, &["bash 5"]);
        let hidden = suite.write(elsewhere.path().join("x"));
        let folder = suite.write(w.folder().join("x"));
        let index = folder.join(Suite::index("amd64"));
        std::fs::remove_file(&index).unwrap();
        symlink(hidden.join(Suite::index("amd64")), &index).unwrap();
        w.add("index", folder.to_str().unwrap(), &trusted("")).await;
        let told = w.refusal("index").await;
        assert!(told.contains("leads out of the folders the server may read"), "{told}");
        std::fs::remove_file(folder.join("Release")).unwrap();
        symlink(hidden.join("Release"), folder.join("Release")).unwrap();
        w.add("release", folder.to_str().unwrap(), &trusted("")).await;
        let told = w.refusal("release").await;
        assert!(told.contains("leads out of the folders the server may read"), "{told}");
        // Links that stay inside are followed, as mirrors have them.
        std::fs::rename(&hidden, w.folder().join("y")).unwrap();
        for (link, to) in [(index, Suite::index("amd64")), (folder.join("Release"), "Release".into())] {
            std::fs::remove_file(&link).unwrap();
            symlink(w.folder().join("y").join(to), link).unwrap();
        }
        w.sync("release").await.unwrap();
    }

    async fn what_is_no_file_is_not_waited_for(w: &mut World) {
        let folder = w.folder().join("x");
        std::fs::create_dir_all(folder.join("InRelease")).unwrap();
        w.add(SUITE, folder.to_str().unwrap(), &trusted("")).await;
        let told = w.refusal(SUITE).await;
        assert!(told.contains("InRelease: not a regular file"), "{told}");
    }

    async fn a_folder_outside_is_refused_with_the_option_that_allows_it(w: &mut World) {
        let elsewhere = tempfile::tempdir().unwrap();
        let folder = Suite::debian(SUITE, &["bash 5"]).write(elsewhere.path().join("x"));
        w.add(SUITE, folder.to_str().unwrap(), &trusted("")).await;
        assert!(w.refusal(SUITE).await.contains("--source-folder"));
    }

    async fn a_wrong_index_beside_good_ones_is_skipped_and_told(w: &mut World) {
        let suite = Suite::debian(SUITE, &["bash 5"]).with("arm64", &["bash 5"]);
        let folder = suite.write(w.folder().join("x"));
        std::fs::write(folder.join(Suite::index("arm64")), "x").unwrap();
        w.add(SUITE, folder.to_str().unwrap(), &trusted("")).await;
        let (synced, _) = w.sync(SUITE).await.unwrap();
        assert!(matches!(synced, Synced::Changed { packages: 1, skipped: 1, .. }), "{synced:?}");
    }
}

fn plain(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    std::io::copy(&mut liblzma::read::XzDecoder::new(data), &mut out).unwrap();
    out
}
