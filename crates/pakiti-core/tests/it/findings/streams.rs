//! Definitions for longer supported streams: of SUSE by installed products, of Red Hat by minor release
//! (vendor-rules.md, gate 1).

use super::*;
use pakiti_core::rules::explain::{Answer, NotAffected, Unknown};

const NONE: [&str; 0] = [];

#[test]
fn products_of_longer_support_decide_where_platforms_name_them() {
    let mut doc = Doc::rpm("SUSE Linux Enterprise Server 12 SP4-LTSS");
    let criteria = every(vec![doc.product("sles-ltss-release", "12.4"), doc.below("bash", "5-2")]);
    let definition = doc.patch("SUSE-SU-1", &["CVE-2024-0001"], criteria);
    definition.metadata.platforms.push("SUSE Linux Enterprise Server 12 SP5".into());
    let of = |group: &str, products: &str| {
        found(&doc.index(), &context(group), &rpms(&format!("bash 5-1\n sles-release 12.4-1\n {products}")))
    };
    assert_eq!(of("sles-12.4", "sles-ltss-release 12.4-1"), ["bash 5-1 CVE-2024-0001 fixable 5-2"]);
    assert_eq!(of("sles-12.4", ""), NONE, "no LTSS");
    assert_eq!(of("sles-12.5", ""), NONE);
    assert_eq!(of("sles-12.3", "sles-ltss-release 12.4-1"), NONE, "another release");
}

/// RHEL 8 with a fix of EUS 8.6.
fn eus(cpes: &[&str]) -> RuleIndex {
    let mut doc = Doc::rpm("Red Hat Enterprise Linux 8");
    let below = doc.below("bash", "5-2.el8_6");
    let definition = doc.patch("RHSA-1", &["CVE-2024-0001"], below);
    definition.metadata.cpes = cpes.iter().map(|cpe| (*cpe).into()).collect();
    doc.index()
}

fn host(releasever: &str, entitlement: &str) -> Context {
    let mut context = context("rhel-8");
    context.group.releasever = Some(releasever.to_owned()).filter(|told| !told.is_empty());
    context.group.entitlements.extend(Some(entitlement.to_owned()).filter(|told| !told.is_empty()));
    context
}

const EUS: [&str; 2] = ["cpe:/o:redhat:rhel_eus:8.6::baseos", "cpe:/a:redhat:openshift:4.10"];

#[test]
fn fixes_of_a_minor_stream_are_for_hosts_of_that_stream() {
    let index = eus(&EUS);
    // releasever, entitlement, version of the release package, finding
    for (releasever, entitlement, installed, affected) in [
        ("8.6", "", "8.6-1.el8", true),
        ("8.6", "", "", true),
        ("", "eus", "8.6-1.el8", true),
        ("8", "eus", "8.6-1.el8", true),
        ("", "", "", false),
        ("", "eus", "", false),
        ("", "", "8.6-1.el8", false),
        ("8", "", "8.6-1.el8", false),
        ("", "aus", "8.6-1.el8", false),
        ("", "eus", "8.9-1.el8", false),
        ("8.8", "eus", "8.6-1.el8", false),
    ] {
        let list = match installed {
            "" => rpms("bash 5-1.el8"),
            version => rpms(&format!("bash 5-1.el8\n redhat-release {version}")),
        };
        let judged = judge(&index, &host(releasever, entitlement), &list);
        let what = format!("{releasever:?} {entitlement:?} {installed:?}");
        assert_eq!(!judged.findings[0].is_empty(), affected, "{what}");
        assert_eq!(judged.verdict.counters.judged == 1, affected, "{what}");
        if affected {
            assert!(judged.findings[0][0].why.gates.contains(&"stream eus 8.6".to_owned()), "{what}");
        }
    }
}

#[test]
fn the_main_stream_speaks_for_all() {
    let both = [EUS[0], "cpe:/o:redhat:enterprise_linux:8::baseos"];
    for cpes in [&[][..], &both] {
        assert_eq!(found(&eus(cpes), &host("", ""), &rpms("bash 5-1.el8")).len(), 1, "{cpes:?}");
    }
}

#[test]
fn a_stream_that_is_not_told_is_unknown_and_another_is_not_affected() {
    let index = eus(&EUS);
    let answer = |context: &Context| {
        let list = rpms("bash 5-1.el8");
        let mut all = index.for_group(&context.group).explain(context, &list, "CVE-2024-0001");
        assert_eq!(all.len(), 1);
        all.remove(0).answer
    };
    let stream = "stream eus 8.6".to_owned();
    assert_eq!(answer(&host("", "")), Answer::Unknown(Unknown::NotReported(stream.clone())));
    assert_eq!(answer(&host("8.8", "")), Answer::NotAffected(NotAffected::GateClosed(stream)));
    assert!(matches!(answer(&host("8.6", "")), Answer::Affected(_)));
}

#[test]
fn definitions_of_whole_sets_keep_to_their_stream() {
    let mut doc = Doc::rpm("Red Hat Enterprise Linux 8");
    let criteria = every(vec![doc.below("a", "2-1"), doc.below("b", "2-1")]);
    doc.patch("RHSA-1", &["CVE-2024-0001"], criteria).metadata.cpes = vec![EUS[0].into()];
    let index = doc.index();
    let list = rpms("a 1-1\n b 1-1");
    assert_eq!(found(&index, &host("8.6", ""), &list).len(), 2);
    assert_eq!(found(&index, &host("", ""), &list), NONE);
}
