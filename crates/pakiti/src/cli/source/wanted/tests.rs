//! What is refused before it is stored.

use super::*;

fn wanted(kind: &str, url: &str, os_group: &str) -> Wanted {
    Wanted {
        name: "x".to_owned(),
        kind: kind.to_owned(),
        url: url.to_owned(),
        options: SourceOptions::default(),
        os_group: os_group.to_owned(),
        interval_seconds: 3600,
        enabled: true,
    }
}

#[test]
fn only_http_and_absolute_paths_are_places() {
    for good in ["http://deb.debian.org/debian", "/srv/mirror", "file:///srv/mirror"] {
        assert_eq!(wanted("apt", good, "").check(), Ok(()), "{good}");
    }
    for bad in ["ftp://example.org/debian", "srv/mirror", "file://srv/mirror", "", "http://", "javascript:1"]
    {
        assert!(matches!(wanted("apt", bad, "").check(), Err(Fault::Value(_))), "{bad}");
    }
}

#[test]
fn a_bare_primary_is_a_place_of_yum_only() {
    let url = "http://example.org/x86_64/primary.xml.gz";
    assert_eq!(wanted("yum", url, "rhel-9").check(), Ok(()));
    assert!(matches!(wanted("apt", url, "").check(), Err(Fault::Combination(_))));
}

#[test]
fn definitions_are_of_any_family_and_have_no_options_of_repositories() {
    let url = "https://example.org/oval/rhel-9.oval.xml.bz2";
    for group in ["", "rhel-9", "debian-12"] {
        assert_eq!(wanted("oval", url, group).check(), Ok(()), "{group}");
    }
    let refused = |change: &dyn Fn(&mut SourceOptions)| {
        let mut source = wanted("oval", url, "");
        change(&mut source.options);
        matches!(source.check(), Err(Fault::Combination(_)))
    };
    assert!(!refused(&|options| options.complete = "yes".to_owned()));
    let changes: [&dyn Fn(&mut SourceOptions); 10] = [
        &|options| options.suite = "x".to_owned(),
        &|options| options.components = vec!["main".to_owned()],
        &|options| options.architectures = vec!["amd64".to_owned()],
        &|options| options.security = "yes".to_owned(),
        &|options| options.priority = Some(1),
        &|options| options.trusted = true,
        &|options| options.check_valid_until = false,
        &|options| options.mirrorlist = true,
        &|options| options.excludes = vec!["x".to_owned()],
        &|options| options.module_hotfixes = true,
    ];
    for (at, change) in changes.into_iter().enumerate() {
        assert!(refused(change), "change {at}");
    }
    assert!(matches!(wanted("oval", "https://example.org/oval/", "").check(), Err(Fault::Combination(_))));
    let mut suite = wanted("apt", "https://example.org", "");
    suite.options.complete = "no".to_owned();
    assert!(matches!(suite.check(), Err(Fault::Combination(_))));
}

#[test]
fn os_groups_are_checked() {
    assert!(os_group_id("debian-12").is_ok() && os_group_id("fedora-47").is_ok());
    assert!(["debian", "Debian 12", "windows-11"].iter().all(|bad| os_group_id(bad).is_err()));
    assert!(wanted("apt", "/x", "rhel-9").check().is_err());
    assert!(wanted("yum", "/x", "debian-12").check().is_err());
    let mut further = wanted("yum", "/x", "rhel-9");
    further.options.further_groups = vec!["debian-12".to_owned()];
    assert!(further.check().is_err());
}
