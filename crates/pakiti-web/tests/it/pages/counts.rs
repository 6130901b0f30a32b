//! Every number that is a link leads to a list that holds exactly so many.

use super::house;
use crate::harness::client::Client;
use crate::harness::fleet::HOSTS;
use crate::harness::html::{Link, all_rows, between, links, number, rows};

/// Follows a link and compares its number with the rows there.
async fn prove(client: &Client, link: &Link) {
    let path = link.href.split('#').next().unwrap();
    let shown = all_rows(client, path).await.len();
    assert_eq!(link.number(), Some(shown), "{link:?}");
}

#[tokio::test]
async fn the_numbers_of_the_host_list_are_proved() {
    let (_server, _, client) = house().await;
    let page = client.page("/hosts").await;
    let strip = links(between(&page, "<ul class=\"strip\">", "</ul>"));
    assert_eq!(strip.len(), 5);
    for tile in &strip {
        prove(&client, tile).await;
    }
    assert_eq!(strip.iter().filter_map(Link::number).sum::<usize>(), HOSTS, "every host is in one state");
    let navigation = links(between(&page, "<nav class=\"nav\"", "</nav>"));
    for link in navigation.iter().filter(|link| link.number().is_some()) {
        prove(&client, link).await;
    }
    let head = between(&page, "<h1>", "</h1>");
    assert_eq!(number(head), strip[0].number(), "{head}");
    let mut proved = 0;
    for link in links(between(&page, "<tbody>", "</tbody>")) {
        if link.href.contains("tab=") {
            prove(&client, &link).await;
            proved += 1;
        }
    }
    assert!(proved > 20, "{proved}");
}

#[tokio::test]
async fn numbers_that_are_no_links_are_zero_or_unknown() {
    let (_server, _, client) = house().await;
    for row in all_rows(&client, "/hosts").await {
        assert_eq!(row[5], "? not known", "no source names vulnerabilities");
        for cell in &row[6..9] {
            let linked =
                ["security updates", "other updates", "unknown packages"].iter().any(|w| cell.ends_with(w));
            assert!(linked || cell == "0" || cell == "? not known", "{row:?}");
        }
    }
}

#[tokio::test]
async fn the_numbers_of_a_host_are_proved() {
    let (_server, fleet, client) = house().await;
    let host = format!("/hosts/{}", fleet.web1);
    let page = client.page(&host).await;
    let tabs = links(between(&page, "<nav class=\"tabs\"", "</nav>"));
    let numbered: Vec<&Link> = tabs.iter().filter(|tab| tab.number().is_some()).collect();
    assert_eq!(
        numbered.iter().map(|tab| tab.text.as_str()).collect::<Vec<_>>(),
        ["Updates 3", "Packages 14"]
    );
    for tab in numbered {
        prove(&client, tab).await;
    }
    for tab in ["updates", "packages"] {
        let page = client.page(&format!("{host}?tab={tab}")).await;
        let filters = links(between(&page, "<nav class=\"switch\"", "</nav>"));
        assert!(filters.len() >= 3);
        for filter in filters {
            prove(&client, &filter).await;
        }
    }
    let reasons = links(between(&page, "<div class=\"verdict", "</div>"));
    let reasons: Vec<&Link> =
        reasons.iter().filter(|reason| !reason.href.ends_with("tab=coverage")).collect();
    assert_eq!(reasons.len(), 3, "{reasons:?}");
    for reason in reasons {
        prove(&client, reason).await;
    }
}

#[tokio::test]
async fn the_numbers_of_the_sources_are_proved() {
    let (_server, fleet, client) = house().await;
    let page = client.page("/sources").await;
    let skipped: Vec<Link> =
        links(&page).into_iter().filter(|link| link.href.ends_with("#skipped")).collect();
    assert_eq!(skipped.len(), 1);
    assert_eq!(skipped[0].href, format!("/sources/{}#skipped", fleet.main));
    let source = client.page(&format!("/sources/{}", fleet.main)).await;
    let table = between(&source, "id=\"skipped\"", "</section>");
    assert_eq!(skipped[0].number(), Some(rows(table).len()));
    let packages: Vec<String> = rows(&page).into_iter().map(|row| row[4].clone()).collect();
    assert_eq!(packages, ["13", "3"]);
}
