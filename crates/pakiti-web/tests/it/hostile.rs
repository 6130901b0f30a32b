//! Reporters and feeds write what they like: through the whole server, no text of theirs becomes markup, a header,
//! a link or an error.

use crate::harness::client::Client;
use crate::harness::html::{all_rows, links, unescape};
use crate::harness::report::Report;
use crate::harness::suite::Suite;
use crate::harness::{TestServer, fleet};
use pakiti_store::account::Role;

const EVIL: &str = "\"'><script>alert(1)</script><img/src=x/onerror=alert(1)>{{7*7777}}&amp;";
const TABS: [&str; 6] =
    ["", "?tab=findings", "?tab=updates", "?tab=packages", "?tab=coverage", "?tab=reports"];

/// Every page about this host and its lists, each of which must be there.
async fn pages(client: &Client, host: i64) -> Vec<(String, String)> {
    let mut paths: Vec<String> = TABS.map(|tab| format!("/hosts/{host}{tab}")).to_vec();
    paths.extend(["/hosts", "/sources"].map(str::to_owned));
    let list = client.page("/hosts").await;
    paths.extend(links(&list).into_iter().map(|link| link.href).filter(|href| href.starts_with("/hosts?")));
    let mut out = Vec::new();
    for path in paths {
        let html = client.page(&path).await;
        out.push((path, html));
    }
    out
}

fn is_harmless(path: &str, html: &str) {
    assert_eq!(html.matches("<script").count(), 1, "{path}");
    assert!(!html.contains("<img/") && !html.contains("<b>evil"), "{path}");
    assert!(!html.contains("54439"), "{path}: a template was evaluated");
    for link in links(html) {
        let safe = ["/", "#", "?", "http://", "https://"].iter().any(|start| link.href.starts_with(start));
        assert!(safe && !link.href.starts_with("//"), "{path}: {link:?}");
    }
}

/// A server that knows one package of an evil name, with a security update for it.
async fn evil_server() -> (TestServer, Client) {
    let server = TestServer::start().await;
    let stanza = |version: &str| format!("Package: {EVIL}\nVersion: {version}\nArchitecture: amd64\n");
    Suite::debian("bookworm").stanza(&stanza("1.0")).write(server.folder());
    Suite::debian("bookworm-security").stanza(&stanza("1.1")).stanza("<b>evil</b>\n").write(server.folder());
    for suite in ["bookworm", "bookworm-security"] {
        let id = server.add_source(&format!("{EVIL}{suite}"), suite).await;
        server.sync(id).await.unwrap();
    }
    let client = server.with_user(EVIL, Role::Administrator).await;
    (server, client)
}

#[tokio::test]
async fn markup_in_every_field_stays_text_on_every_page() {
    let (server, client) = evil_server().await;
    let fields =
        ["arch", "kernel", "system", "tag", "cpu", "site", "ip", "kernel-version", "livepatch", "releasever"];
    let report = fields.into_iter().fold(Report::debian(EVIL), |report, name| report.with(name, EVIL));
    let report = report
        .with("system", "Debian GNU/Linux 12 <b>evil</b>")
        .with("arch", "x86_64")
        .with("reboot-required", &format!("yes {EVIL}"))
        .with("entitlement", EVIL)
        .with("repository", &format!("{EVIL}\tapt\tjavascript:alert(1)//{EVIL}\t{EVIL}\t500"))
        .with("pin", &format!("{EVIL}\trelease a={EVIL}\t500"))
        .line(&format!("{EVIL}\t1.0\tamd64\t{EVIL}\t1.0\t{EVIL}\t{EVIL}\theld\t{EVIL}\t-"))
        .line(&format!("{EVIL}x\t1.0\t{EVIL}\t{EVIL}\t1.0\t-\t-\t-\t-\t-"))
        .line("<b>evil</b>");
    let id = server.report(&report).await;
    let pages = pages(&client, id).await;
    for (path, html) in &pages {
        is_harmless(path, html);
    }
    let shown = pages.iter().filter(|(_, html)| unescape(html).contains("<script>alert(1)")).count();
    assert_eq!(shown, pages.len(), "the text is shown, not dropped");
    assert!(pages.iter().any(|(_, html)| html.contains("1.1")), "there is an update to show");
    for id in [1, 2] {
        let path = format!("/sources/{id}");
        is_harmless(&path, &client.page(&path).await);
    }
    let metrics = client.page("/metrics").await;
    assert!(metrics.contains("source=\"\\\"'><script>"), "{metrics}");
}

#[tokio::test]
async fn hostile_definitions_stay_text_on_every_page() {
    use crate::harness::oval::Definitions;
    let server = TestServer::start().await;
    let client = server.with_user("root", Role::Administrator).await;
    Definitions::debian12(EVIL)
        .fixed(("CVE-2026-1", "critical", "9.8"), EVIL, (EVIL, "2.0"))
        .fixed(("", "important", "7.0"), EVIL, (EVIL, "3.0"))
        .unfixed("CVE-2026-2", "low", EVIL, EVIL)
        .put(&server)
        .await;
    let id = server
        .report(&Report::debian("n1").line(&format!("{EVIL}\t1.0\tamd64\t{EVIL}\t1.0\t-\t-\t-\t-\t-")))
        .await;
    let mut paths = vec![format!("/hosts/{id}?tab=findings"), format!("/hosts/{id}"), "/cves".to_owned()];
    let list = client.page("/cves").await;
    let cves: Vec<String> =
        links(&list).into_iter().map(|link| link.href).filter(|href| href.starts_with("/cves/")).collect();
    assert!(
        cves.iter().any(|href| href.contains("script")),
        "an advisory without a CVE is one of them: {cves:?}"
    );
    paths.extend(cves);
    for path in paths {
        let html = client.page(&path).await;
        is_harmless(&path, &html);
        assert!(path.ends_with(&id.to_string()) || unescape(&html).contains("<script>alert(1)"), "{path}");
    }
}

#[tokio::test]
async fn what_people_type_into_an_address_stays_text() {
    let (server, client) = evil_server().await;
    let id = server.report(&Report::debian("n1").package("bash", "1")).await;
    let evil: String = url::form_urlencoded::byte_serialize(EVIL.as_bytes()).collect();
    for path in [
        format!("/hosts?q={evil}&os={evil}&group={evil}&state={evil}&sort={evil}&after={evil}"),
        format!("/hosts/{id}?tab={evil}"),
        format!("/hosts/{id}?tab=updates&kind={evil}&q={evil}"),
        format!("/hosts/{id}?tab=findings&state={evil}&severity={evil}&q={evil}&after={evil}"),
        format!("/cves?state={evil}&severity={evil}&q={evil}&after={evil}"),
        format!("/cves/{evil}?state={evil}&after={evil}"),
        format!("/hosts/{id}?tab=packages&status={evil}&q={evil}&after={evil}"),
        format!("/hosts/{id}?tab=reports&after={evil}"),
        format!("/sign-in?next={evil}"),
        format!("/nowhere/{evil}?{evil}"),
    ] {
        is_harmless(&path, &client.get(&path).await.text());
        let answer = server.nobody().get(&path).await;
        assert!(answer.status == 303 && answer.body.is_empty() || path.starts_with("/sign-in"), "{path}");
    }
    let mut nobody = server.nobody();
    is_harmless("sign-in", &nobody.sign_in(EVIL, EVIL).await.text());
}

#[tokio::test]
async fn a_host_name_cannot_add_a_header_or_a_line() {
    let server = TestServer::start().await;
    for name in ["n1\r\nX-Evil: 1", "n1%0d%0aX-Evil: 1", "n1\u{2028}X-Evil:1", "n1\u{85}X-Evil"] {
        let answer = server.feed("6", "", Report::debian(name).package("bash", "1").text()).await;
        assert_eq!((answer.status, answer.text().as_str()), (200, "OK\n"), "{name:?}");
        assert!(answer.headers.keys().all(|key| !key.as_str().contains("evil")), "{name:?}");
    }
    let answer = server.feed("6", "", "#\nhost: \r\nERROR: x\n#\n").await;
    assert_eq!(answer.text().lines().count(), 1);
}

#[tokio::test]
async fn very_long_values_are_shown_and_break_nothing() {
    let server = TestServer::start().await;
    let client = server.with_user("root", Role::Administrator).await;
    let long = "x".repeat(10_000);
    let names = ["kernel", "system", "tag", "cpu", "site", "ip"];
    let report = names.into_iter().fold(Report::debian(&long), |report, name| report.with(name, &long));
    let id = server.report(&report.line(&format!("{long}\t1\tamd64\t{long}\t1\t-\t-\theld\t-\t-"))).await;
    server.report(&Report::debian("n1.example.org").package("bash", "1")).await;
    for (path, html) in pages(&client, id).await {
        assert!(html.ends_with("</html>\n") || html.ends_with("</html>"), "{path}");
        assert!(html.len() < 1_000_000, "{path}: {}", html.len());
    }
    let names: Vec<usize> =
        all_rows(&client, "/hosts?sort=name").await.iter().map(|row| row[1].len()).collect();
    assert_eq!(names, [14, 10_000]);
    let many = (0..200).fold(Report::debian("many"), |report, i| report.with("site", &format!("group{i}")));
    let id = server.report(&many).await;
    pages(&client, id).await;
}

#[tokio::test]
async fn long_names_can_be_paged_over() {
    let server = TestServer::start().await;
    let client = server.with_user("root", Role::Administrator).await;
    for i in 0..60 {
        server.report(&Report::debian(&format!("{i:02}{}", "é%&+ ".repeat(1000))).package("bash", "1")).await;
    }
    assert_eq!(all_rows(&client, "/hosts?sort=name").await.len(), 60);
}

#[tokio::test]
async fn any_script_can_be_written_searched_and_filtered() {
    let server = TestServer::start().await;
    let client = server.with_user("root", Role::Administrator).await;
    for (i, word) in
        ["größe", "узел", "主机", "עברית", "🐧", "a'b", "100%", "a_b", "back\\slash"].into_iter().enumerate()
    {
        let report = Report::debian(&format!("{word}.example.org")).with("site", word).package("bash", "1");
        let id = server.report(&report).await;
        assert_eq!(id, i as i64 + 1);
        let encoded: String = url::form_urlencoded::byte_serialize(word.as_bytes()).collect();
        for filter in ["q", "group"] {
            let rows = all_rows(&client, &format!("/hosts?{filter}={encoded}")).await;
            assert_eq!(rows.len(), 1, "{filter}={word}");
            assert!(rows[0][1].starts_with(word), "{rows:?}");
        }
        let page = client.page(&format!("/hosts/{id}")).await;
        let group = links(&page).into_iter().find(|link| link.text == word).unwrap();
        assert_eq!(all_rows(&client, &group.href).await.len(), 1, "{group:?}");
    }
}

on_both! {
    async fn ids_out_of_range_are_not_found(s: &mut TestServer) {
        fleet::sources(s).await;
        s.report(&fleet::web1()).await;
        let client = s.with_user("root", Role::Administrator).await;
        for id in [
            "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-1", "0", "abc", "1.0", "0x1", " 1", "%00",
            "%31%00", "99999999999999999999999999", "%F0%9F%90%A7", "..%2F1",
        ] {
            let id = id.replace(' ', "%20");
            for path in [format!("/hosts/{id}"), format!("/hosts/{id}?tab=updates"), format!("/sources/{id}")] {
                assert_eq!(client.get(&path).await.status, 404, "{path}");
            }
        }
        for tab in ["packages&after=x", "packages&after=%00", "packages&q=%00", "reports&after=-1", "reports&after=9223372036854775807",
            "reports&after=x", "updates&q=%00&kind=x", "x&tab=updates"] {
            assert_eq!(client.get(&format!("/hosts/1?tab={tab}")).await.status, 200, "{tab}");
        }
    }
}
