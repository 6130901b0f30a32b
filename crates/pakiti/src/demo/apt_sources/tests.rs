use super::*;
use std::fs;

/// A folder with apt's files in it.
fn machine(sources: &str, lists: &[&str]) -> (tempfile::TempDir, AptPaths) {
    let root = tempfile::tempdir().unwrap();
    let path = |name: &str| root.path().join(name);
    let paths = AptPaths {
        lists: path("lists"),
        source_list: path("sources.list"),
        source_parts: path("sources.list.d"),
        trusted: path("trusted.gpg"),
        trusted_parts: path("trusted.gpg.d"),
    };
    for folder in [&paths.lists, &paths.source_parts, &paths.trusted_parts] {
        fs::create_dir(folder).unwrap();
    }
    fs::write(paths.trusted_parts.join("machine.asc"), "").unwrap();
    fs::write(&paths.source_list, sources).unwrap();
    for name in lists {
        fs::write(paths.lists.join(name), "").unwrap();
    }
    (root, paths)
}

#[test]
fn a_suite_in_apts_lists_is_taken_from_there() {
    let (_root, paths) = machine(
        "deb http://deb.debian.org/debian bookworm main\ndeb-src http://deb.debian.org/debian bookworm main\n",
        &[
            "deb.debian.org_debian_dists_bookworm_InRelease",
            "deb.debian.org_debian_dists_bookworm_main_binary-amd64_Packages.lz4",
        ],
    );
    let found = discover(&paths);
    let release = paths.lists.join("deb.debian.org_debian_dists_bookworm_InRelease");
    assert_eq!(found.suites.len(), 1);
    assert_eq!(found.suites[0].place, Place::Lists(release.clone()));
    let (url, options) = found.suites[0].source_options(&paths, &["amd64".to_owned()]);
    assert_eq!(url, format!("file://{}", release.display()));
    assert_eq!((options.suite.as_str(), options.components), ("", vec!["main".to_owned()]));
    assert_eq!(options.architectures, ["amd64"]);
    assert_eq!(options.keyrings, [paths.trusted_parts.join("machine.asc")]);
}

#[test]
fn without_packages_in_the_lists_the_web_is_asked() {
    let (_root, paths) = machine(
        "deb [arch=amd64 signed-by=/k.gpg check-valid-until=no] https://me:secret@example.org/apt stable main\n",
        &["example.org_apt_dists_stable_InRelease", "example.org_apt_dists_stable_main_i18n_Translation-en"],
    );
    let suite = discover(&paths).suites.remove(0);
    assert_eq!(suite.place, Place::Web);
    assert_eq!(
        (suite.shown(), suite.long_name()),
        ("https://example.org/apt stable main".into(), "example.org/stable".into())
    );
    let (url, options) = suite.source_options(&paths, &["amd64".to_owned(), "i386".to_owned()]);
    assert_eq!(url, "https://me:secret@example.org/apt");
    assert_eq!((options.suite.as_str(), options.keyrings), ("stable", vec![PathBuf::from("/k.gpg")]));
    assert_eq!(options.architectures, ["amd64"]);
    assert!(!options.check_valid_until && !options.trusted);
}

#[test]
fn entries_of_one_suite_are_merged() {
    let (_root, paths) = machine(
        "deb [arch=amd64] http://d.org/debian bookworm main\n\
         deb [arch=i386] http://d.org/debian/ bookworm main contrib\n\
         deb http://d.org/debian bookworm-updates main\n",
        &[],
    );
    let suites = discover(&paths).suites;
    assert_eq!(suites.len(), 2);
    assert_eq!(suites[0].source.components, ["main", "contrib"]);
    assert_eq!(suites[0].source.architectures, ["amd64", "i386"]);
}

#[test]
fn folders_and_what_pakiti_does_not_read_are_told_apart() {
    let (_root, paths) = machine(
        "deb file:/srv/mirror bookworm main\ndeb [trusted=yes] copy:///srv/flat ./\n\
         deb mirror+file:/etc/apt/mirrors bookworm main\nnonsense\n",
        &[],
    );
    let found = discover(&paths);
    let places: Vec<&Place> = found.suites.iter().map(|suite| &suite.place).collect();
    let folder = |path: &str| Place::Folder(PathBuf::from(path));
    assert_eq!(places, [&folder("/srv/mirror/dists/bookworm"), &folder("/srv/flat"), &Place::Nowhere]);
    assert!(found.suites[1].source_options(&paths, &[]).1.trusted);
    assert_eq!(found.skipped.len(), 1);
    assert!(found.skipped[0].contains("sources.list:4"), "{}", found.skipped[0]);
}

#[test]
fn prefixes_are_written_as_apt_writes_them() {
    for (folder, prefix) in [
        ("http://deb.debian.org/debian/dists/bookworm/", "deb.debian.org_debian_dists_bookworm_"),
        ("https://me:secret@example.org:8443/a_b~c/./", "example.org:8443_a%5fb%7ec_._"),
        ("file:/srv/mirror/dists/x/", "_srv_mirror_dists_x_"),
        ("file:///srv/mirror/dists/x/", "_srv_mirror_dists_x_"),
    ] {
        assert_eq!(list_prefix(folder), prefix);
    }
}

#[test]
fn signed_by_gives_files_an_inline_key_or_the_machines_keys() {
    let (_root, paths) = machine("", &[]);
    let machine_keys = vec![paths.trusted_parts.join("machine.asc")];
    let named = |name: &str| keys(&SignedBy::Named(vec![name.to_owned()]), &paths);
    assert_eq!(named("/k.gpg"), (vec![PathBuf::from("/k.gpg")], None));
    assert_eq!(named("4CB50190207B4758A3F73A796ED0E7B82643E131"), (machine_keys.clone(), None));
    assert_eq!(keys(&SignedBy::Default, &paths), (machine_keys, None));
    let inline = SignedBy::Inline("-----BEGIN PGP PUBLIC KEY BLOCK-----\n".to_owned());
    assert!(keys(&inline, &paths).1.is_some());
}
