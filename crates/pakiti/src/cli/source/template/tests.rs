//! Every row of the table is a source that can be stored.

use super::*;
use std::collections::BTreeSet;

#[test]
fn every_template_gives_sources_that_can_be_stored() {
    let (mut names, mut urls) = (BTreeSet::new(), BTreeSet::new());
    for template in table::TEMPLATES {
        let sources = template.sources(None, &[]).unwrap();
        assert!(!sources.is_empty(), "{}", template.name);
        for source in sources {
            assert_eq!(source.check(), Ok(()), "{}", source.name);
            assert!(source.name.starts_with(template.name), "{}", source.name);
            assert!(!source.url.contains('$'), "{}", source.url);
            assert!(names.insert(source.name.clone()), "{} twice", source.name);
            assert!(urls.insert((source.url.clone(), source.options.suite.clone())), "{} twice", source.url);
        }
    }
}

#[test]
fn every_template_is_of_known_os_groups_and_apt_suites_have_their_codename() {
    for template in table::TEMPLATES {
        for group in [&template.os_group].into_iter().chain(template.also_for) {
            assert!(os_group::describe(&OsGroupId((*group).to_owned())).is_some(), "{group}");
        }
    }
    let sources = by_name("debian-12").unwrap().sources(None, &[]).unwrap();
    let shown = |source: &Wanted| format!("{} {} {}", source.name, source.url, source.options.suite);
    assert_eq!(
        sources.iter().map(shown).collect::<Vec<_>>(),
        [
            "debian-12 http://deb.debian.org/debian bookworm",
            "debian-12-updates http://deb.debian.org/debian bookworm-updates",
            "debian-12-security http://deb.debian.org/debian-security bookworm-security",
        ]
    );
}

#[test]
fn a_mirror_stands_for_scheme_and_host_and_each_architecture_has_its_source() {
    let arches = ["x86_64", "aarch64"].map(str::to_owned);
    let sources = by_name("almalinux-9").unwrap().sources(Some("/srv/mirror/"), &arches).unwrap();
    let first: Vec<_> = sources.iter().take(2).map(|s| (s.name.as_str(), s.url.as_str())).collect();
    assert_eq!(
        first,
        [
            ("almalinux-9-baseos", "/srv/mirror/almalinux/9/BaseOS/x86_64/os/"),
            ("almalinux-9-baseos-aarch64", "/srv/mirror/almalinux/9/BaseOS/aarch64/os/"),
        ]
    );
    let epel = by_name("epel-9").unwrap().sources(None, &[]).unwrap();
    assert_eq!(epel[0].os_group, "rhel-9");
    assert_eq!(epel[0].options.further_groups, ["almalinux-9", "rocky-9", "oracle-9", "centos-stream-9"]);
    assert!(by_name("amazon-2023").unwrap().sources(Some("http://m"), &[]).is_err());
    assert!(by_name("ubuntu-22.04").unwrap().sources(None, &["arm64".to_owned()]).is_err());
    assert!(by_name("debian-99").unwrap_err().contains("debian-13"));
}
