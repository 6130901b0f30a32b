//! Sources of OVAL definitions: what their pages say, and the form that adds them.

use crate::harness::TestServer;
use crate::harness::html::{all_rows, between, lines_of, text_of};
use crate::harness::oval::Definitions;
use crate::harness::report::Report;
use pakiti_engine::source::options::SourceOptions;
use pakiti_store::account::Role;
use pakiti_store::source;

fn definitions(name: &str) -> Definitions {
    Definitions::rhel9(name).fixed(("CVE-2026-1", "critical", "9.8"), "RHSA-2026:1", ("bash", "9-1")).unfixed(
        "CVE-2026-2",
        "low",
        "bash",
        "Affected",
    )
}

#[tokio::test]
async fn definitions_are_counted_as_such_and_say_whether_they_are_whole() {
    let server = TestServer::start().await;
    let client = server.with_user("root", Role::Administrator).await;
    let excerpt = definitions("excerpt").put(&server).await;
    let whole = definitions("whole").mapped_to("rocky-9").complete(true).put(&server).await;
    let listed = all_rows(&client, "/sources").await;
    let told: Vec<_> = listed.iter().map(|row| (&*row[2], &*row[3], &*row[4])).collect();
    assert_eq!(told, [("rhel-9", "yes", "2 definitions"), ("rocky-9 mapped", "yes", "2 definitions")]);
    assert!(listed[0][1].starts_with("excerpt OVAL definitions https://"));
    let page = client.page(&format!("/sources/{excerpt}")).await;
    assert!(page.contains("<li>2 definitions</li>") && page.contains(">Definitions</th>"));
    insta::assert_snapshot!(lines_of(between(&page, "<dl>", "</dl>")), @"
    Kind OVAL definitions
    Holds an excerpt, by its size: packages that it does not name are not judged
    Proxy none
    Client certificate not set
    Fetched every 1 h
    ");
    let page = client.page(&format!("/sources/{whole}")).await;
    insta::assert_snapshot!(lines_of(between(&page, "<dl>", "</dl>")), @"
    Kind OVAL definitions
    Holds a whole release, as an administrator set it: packages that it does not name are judged too
    Mapped by hand the definitions of one system may judge another: every explanation says so
    Proxy none
    Client certificate not set
    Fetched every 1 h
    ");
}

#[tokio::test]
async fn a_mapping_by_hand_is_shown_in_the_explanation() {
    let server = TestServer::start().await;
    let client = server.with_user("root", Role::Administrator).await;
    definitions("rhel-9-oval").mapped_to("rocky-9").put(&server).await;
    let rocky = Report::rhel("rocky1")
        .with("os-id", "rocky")
        .with("system", "Rocky Linux release 9.7 (Blue Onyx)")
        .rpm("bash", "0:5-1", "Rocky Enterprise Software Foundation");
    let id = server.report(&rocky).await;
    let page = client.page(&format!("/hosts/{id}?tab=findings")).await;
    let proof = text_of(between(&page, "<td class=\"why\">", "</td>"));
    assert!(proof.contains("OS group rocky-9: mapped to this source by an administrator"), "{proof}");
}

#[tokio::test]
async fn the_form_adds_definitions_and_refuses_what_they_do_not_have() {
    let server = TestServer::start().await;
    let client = server.with_user("root", Role::Administrator).await;
    let page = client.page("/sources/new").await;
    assert!(page.contains("<option value=\"oval\">OVAL definitions: one file</option>"));
    assert!(text_of(&page).contains("is your choice, and every explanation of a finding shows it."));
    let url = "https://security.access.redhat.com/data/oval/v2/RHEL9/rhel-9-including-unpatched.oval.xml.bz2";
    let base =
        [("name", "rhel-9-oval"), ("kind", "oval"), ("url", url), ("security", "auto"), ("interval", "6h")];
    let send = async |more: &[(&str, &str)]| {
        let mut fields = base.to_vec();
        fields.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
        fields.extend(more);
        client.post_form("/sources/new", &fields).await
    };
    for (field, value, why) in [
        ("suite", "bookworm", "definitions are one file: name it in the address"),
        ("components", "main", "definitions have no components"),
        ("architectures", "x86_64", "definitions name theirs themselves"),
        ("excludes", "kernel*", "only yum repositories have excludes"),
        ("mirrorlist", "yes", "only yum repositories have lists of mirrors"),
        ("priority", "5", "definitions have no priority"),
        ("security", "no", "definitions are of vulnerabilities"),
        ("complete", "perhaps", "choose one of the three"),
        ("further_groups", "rocky-9", "definitions that are mapped to further groups need this one too"),
        ("os_group", "windows-11", "is no OS group"),
        ("kind", "csaf", "choose apt, yum or OVAL"),
    ] {
        let answer = send(&[(field, value)]).await;
        assert_eq!(answer.status, 422, "{field}={value}");
        assert!(text_of(&answer.text()).contains(why), "{field}={value}: {}", answer.text());
    }
    let whole = send(&[("kind", "yum"), ("os_group", "rhel-9"), ("complete", "yes")]).await;
    assert!(whole.status == 422 && whole.text().contains("only OVAL definitions are asked this"));
    assert_eq!(source::all(&server.db).await.unwrap().len(), 0);
    let answer = send(&[("os_group", "rocky-9"), ("further_groups", "rhel-9"), ("complete", "yes")]).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let added = source::all(&server.db).await.unwrap().remove(0);
    let options = SourceOptions::read(&added.options).unwrap();
    assert_eq!(
        (added.kind.as_str(), added.os_group.as_str(), options.complete.as_str()),
        ("oval", "rocky-9", "yes")
    );
    // What the form of a change does not show, or shows unchanged, stays.
    let path = format!("/sources/{}/edit", added.id);
    let page = client.page(&path).await;
    assert!(
        page.contains("<option value=\"yes\" selected>yes: packages that it does not name are judged too")
    );
    let fields =
        [("name", "renamed"), ("url", url), ("security", "auto"), ("interval", "6h"), ("os_group", "rhel-9")];
    assert_eq!(client.post_form(&path, &fields).await.status, 303);
    let changed = source::all(&server.db).await.unwrap().remove(0);
    assert_eq!(SourceOptions::read(&changed.options).unwrap().complete, "yes");
    assert_eq!((changed.name.as_str(), changed.kind.as_str()), ("renamed", "oval"));
}
