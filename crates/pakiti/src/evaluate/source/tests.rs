//! Reading `--source`: options, names, what is refused.

use super::*;
use pakiti_core::os_group::OsGroupId;
use pakiti_formats::repository::apt::Security;

fn refused(text: &str) -> String {
    SourceArg::parse(text).map_or_else(|error| error.to_string(), |source| format!("taken: {source:?}"))
}

#[test]
fn every_option_is_read() {
    let source = SourceArg::parse(
        "apt=/srv/x,components=main+contrib:non-free updates/extra,security=yes,priority=-1,keyring=/k,\
         trusted=yes,check-valid-until=no,os-group=debian-12,name=mine",
    );
    let source = source.unwrap();
    assert_eq!(source.place, Place::Path("/srv/x".into()));
    assert_eq!(source.label(), "mine");
    let components = ["main", "contrib", "non-free", "extra"].map(str::to_owned).to_vec();
    let expected = AptSourceOptions {
        components: Some(components),
        security: Security::Yes,
        priority: Some(-1),
        keyring: Some("/k".into()),
        trusted: true,
        check_valid_until: false,
        os_group: Some(OsGroupId("debian-12".into())),
    };
    assert_eq!(source.kind, Kind::Apt(expected));
}

#[test]
fn a_switch_alone_is_on() {
    assert_eq!(SourceArg::parse("apt=/x,trusted"), SourceArg::parse("apt=/x,trusted=yes"));
    let Kind::Apt(apt) = SourceArg::parse("apt=/x,check-valid-until=no").unwrap().kind else { panic!() };
    assert!(!apt.check_valid_until);
}

#[test]
fn every_option_of_a_yum_source_is_read() {
    let source = SourceArg::parse(
        "yum=/srv/el8,security=yes,priority=10,excludes=kernel*+bash,module-hotfixes,keyring=/k,trusted=no,\
         os-group=rhel-8,name=baseos",
    );
    let source = source.unwrap();
    assert_eq!((source.label(), source.repository_name()), ("baseos".to_owned(), "baseos".to_owned()));
    let expected = YumSourceOptions {
        security: true,
        priority: Some(10),
        excludes: vec!["kernel*".into(), "bash".into()],
        module_hotfixes: true,
        keyring: Some("/k".into()),
        trusted: false,
        os_group: Some(OsGroupId("rhel-8".into())),
    };
    assert_eq!(source.kind, Kind::Yum(expected));
    let Kind::Yum(yum) = SourceArg::parse("yum=/x,excludes=gcc-c++ memtest86+ a+b*+c 1:x").unwrap().kind
    else {
        panic!()
    };
    assert_eq!(yum.excludes, ["gcc-c++", "memtest86+", "a", "b*", "c", "1:x"]);
    let plain = SourceArg::parse("yum=/srv/el8/").unwrap();
    assert_eq!((plain.label(), plain.repository_name()), ("yum:el8".to_owned(), "el8".to_owned()));
    assert_eq!(refused("yum=/x,components=main"), "unknown option `components` of a yum source");
}

#[test]
fn without_a_name_the_kind_and_the_file_name_are_the_name() {
    let label = |text| SourceArg::parse(text).unwrap().label();
    assert_eq!(label("apt=/srv/dists/bookworm/"), "apt:bookworm");
    assert_eq!(label("apt=file:///srv/dists/bookworm"), "apt:bookworm");
    assert_eq!(label("apt=https://deb.example.org/debian/dists/bookworm"), "apt:bookworm");
    assert_eq!(label("apt=https://deb.example.org"), "apt:deb.example.org");
    assert_eq!(label("apt=/"), "apt:/");
}

#[test]
fn what_is_wrong_is_said() {
    assert_eq!(refused("apt"), "not KIND=PATH_OR_URL");
    assert_eq!(refused("csaf=/x"), "source kind `csaf` is not supported by this version");
    assert_eq!(refused("rpm=/x"), "unknown source kind `rpm`");
    assert_eq!(refused("apt="), "no path and no URL");
    assert_eq!(refused("apt=,name=x"), "no path and no URL");
    assert_eq!(refused("apt=ftp://x/y"), "`ftp://x/y`: only http and https URLs are fetched");
    assert_eq!(refused("apt=http://"), "`http://` is not a URL");
    assert_eq!(refused("apt=/x,main"), "`main` is not OPTION=VALUE");
    assert_eq!(refused("apt=/x,colour=red"), "unknown option `colour` of an apt source");
    assert_eq!(refused("apt=/x,name=a,name=b"), "option `name` is given twice");
    assert_eq!(refused("apt=/x,trusted=1"), "option `trusted`: `1` is not yes or no");
    assert_eq!(refused("apt=/x,os-group=linux"), "option `os-group`: `linux` is not the id of an OS group");
    assert_eq!(refused("apt=/x,priority=high"), "option `priority`: `high` is not a number");
    assert_eq!(refused("apt=/x,components=+"), "option `components`: `+` is not a component");
}
