//! The host list end to end: filters, sorts, paging.

use super::{house, names};
use crate::harness::client::Client;
use crate::harness::fleet::{HOSTS, fleet};
use crate::harness::html::{all_rows, heading, links, rows};
use crate::harness::report::Report;
use crate::harness::{DAY, NOW, TestServer};
use pakiti_store::account::Role;
use std::collections::BTreeSet;

/// Walks the list in this order; every host must come exactly once.
async fn walk(client: &Client, query: &str) -> Vec<Vec<String>> {
    let rows = all_rows(client, &format!("/hosts{query}")).await;
    let names: BTreeSet<&str> = rows.iter().map(|row| row[1].as_str()).collect();
    assert_eq!((rows.len(), names.len()), (HOSTS, HOSTS), "{query}");
    rows
}

on_both! {
    async fn every_order_walks_all_hosts_exactly_once(s: &mut TestServer) {
        fleet(s).await;
        let client = s.with_user("root", Role::Administrator).await;
        for sort in ["state", "name", "os", "kernel", "security", "other", "last"] {
            let down = walk(&client, &format!("?sort={sort}&dir=desc")).await;
            let mut up = walk(&client, &format!("?sort={sort}&dir=asc")).await;
            up.reverse();
            assert_eq!(down, up, "{sort}: one direction is the other turned round");
        }
    }

    async fn odd_paging_keys_and_filters_still_show_a_list(s: &mut TestServer) {
        s.report(&Report::debian("n1.example.org")).await;
        let client = s.with_user("root", Role::Administrator).await;
        for query in [
            "after=x", "after=i1", "after=tfoo.1&sort=security", "after=i5.1&sort=name", "after=i9999999999999999999.1",
            "after=i1.-9223372036854775808", "sort=name&after=t%00.1", "sort=name&after=t%ff.1", "q=%00", "group=%00a",
            "os=%00", "q=%25_!", "q=%27%3B--", "after=", "state=&os=&group=&updates=", "q=a&q=b&q=c", "&&=&=x", "%00=%00",
        ] {
            let answer = client.get(&format!("/hosts?{query}")).await;
            assert_eq!(answer.status, 200, "{query}");
        }
        let long = "x".repeat(20_000);
        assert_eq!(client.get(&format!("/hosts?q={long}&after=t{long}.1&sort=name")).await.status, 200);
    }
}

#[tokio::test]
async fn the_list_is_in_the_order_it_claims() {
    let (_server, _, client) = house().await;
    let column = |rows: &[Vec<String>], i: usize| rows.iter().map(|row| row[i].clone()).collect::<Vec<_>>();
    let by_name = walk(&client, "?sort=name").await;
    assert!(column(&by_name, 1).is_sorted());
    let by_security = walk(&client, "?sort=security").await;
    let numbers: Vec<i64> = column(&by_security, 6)
        .iter()
        .map(|text| text.split(' ').next().unwrap().parse().unwrap_or(0))
        .collect();
    assert!(numbers.is_sorted_by(|a, b| a >= b) && numbers[0] == 2, "{numbers:?}");
    let by_state = column(&walk(&client, "").await, 0);
    let mut states = by_state.clone();
    states.dedup();
    assert_eq!(states, ["▲ security", "↻ reboot", "… stale", "? unknown", "✓ good"]);
    let turned = column(&walk(&client, "?dir=asc").await, 0);
    assert_eq!(turned.first().map(String::as_str), Some("✓ good"));
    let by_time = walk(&client, "?sort=last").await;
    assert_eq!(by_time[0][1], "node56.example.org");
    assert!(by_time[HOSTS - 1][1].starts_with("old"));
}

#[tokio::test]
async fn filters_show_what_they_say() {
    let (_server, _, client) = house().await;
    let all = walk(&client, "").await;
    let expect = |test: &dyn Fn(&Vec<String>) -> bool| -> BTreeSet<String> {
        all.iter().filter(|row| test(row)).map(|row| row[1].clone()).collect()
    };
    let number = |row: &[String], i: usize| row[i].split(' ').next().unwrap().parse::<i64>().unwrap_or(0);
    let cases: Vec<(&str, BTreeSet<String>)> = vec![
        ("?q=NODE1", expect(&|row| row[1].starts_with("node1"))),
        ("?q=6.1.0-21", expect(&|row| row[4] == "6.1.0-21-amd64")),
        ("?q=haiku", expect(&|row| row[3].starts_with("Haiku"))),
        ("?os=unmapped", expect(&|row| row[3].contains("not mapped"))),
        ("?os=debian-12", expect(&|row| row[3] == "debian-12")),
        ("?group=lab", expect(&|row| row[2].contains("lab"))),
        ("?group=batch&state=security", expect(&|row| row[2].contains("batch") && row[0] == "▲ security")),
        ("?state=good", expect(&|row| row[0] == "✓ good")),
        ("?state=stale", expect(&|row| row[1].starts_with("old"))),
        ("?updates=security", expect(&|row| number(row, 6) > 0)),
        ("?updates=other", expect(&|row| number(row, 7) > 0)),
        ("?updates=any", expect(&|row| number(row, 6) + number(row, 7) > 0)),
        ("?updates=none", expect(&|row| number(row, 6) + number(row, 7) == 0)),
    ];
    for (query, expected) in cases {
        assert!(!expected.is_empty() && expected.len() < HOSTS, "{query} proves nothing");
        let shown: BTreeSet<String> = names(&client, &format!("/hosts{query}")).await.into_iter().collect();
        assert_eq!(shown, expected, "{query}");
    }
    for query in ["?q=no-such-host", "?q=node%25", "?group=nothing", "?os=rhel-9", "?state=exposed"] {
        assert!(names(&client, &format!("/hosts{query}")).await.is_empty(), "{query}");
    }
    assert!(client.page("/hosts?q=no-such-host").await.contains("No host matches these filters."));
}

#[tokio::test]
async fn the_filter_outlives_the_next_page() {
    let (_server, _, client) = house().await;
    let first = client.page("/hosts?q=node&sort=name").await;
    assert_eq!(rows(&first).len(), 50);
    let next = links(&first).into_iter().find(|link| link.text == "Next page").unwrap();
    let second = client.page(&next.href).await;
    let names: Vec<String> = rows(&second).into_iter().map(|row| row[1].clone()).collect();
    assert_eq!(names, ["node56.example.org"]);
    assert!(
        second.contains("value=\"node\"") && !second.contains("Next page") && second.contains("First page")
    );
}

#[tokio::test]
async fn hosts_are_unknown_before_any_source_and_judged_right_after_one() {
    let server = TestServer::start().await;
    let client = server.with_user("root", Role::Administrator).await;
    assert_eq!(heading(&client.page("/hosts").await), "No host has reported yet");
    server.report(&crate::harness::fleet::web1()).await;
    let page = client.page("/hosts").await;
    assert_eq!(heading(&page), "1 of 1 host is not fully known");
    let row = &rows(&page)[0];
    assert_eq!(
        (row[0].as_str(), row[6].as_str(), row[7].as_str()),
        ("? unknown", "? not known", "? not known")
    );
    crate::harness::fleet::sources(&server).await;
    let page = client.page("/hosts").await;
    assert_eq!(heading(&page), "1 of 1 host has security updates pending");
    let row = &rows(&page)[0];
    assert_eq!(
        (row[0].as_str(), row[6].as_str(), row[7].as_str()),
        ("▲ security", "1 security updates", "2 other updates")
    );
    server.report(&crate::harness::fleet::current("web1.example.org")).await;
    assert_eq!(heading(&client.page("/hosts").await), "The one host is good");
    server.set_clock(NOW + 4 * DAY);
    assert_eq!(client.get("/hosts").await.status, 303, "sessions end too");
}

#[tokio::test]
async fn a_silent_host_and_an_old_source_are_never_good() {
    let server = TestServer::start().await;
    server.report(&crate::harness::fleet::current("n1.example.org")).await;
    crate::harness::fleet::sources(&server).await;
    server.set_clock(NOW + 3 * DAY + 1);
    let client = server.with_user("root", Role::Administrator).await;
    assert_eq!(heading(&client.page("/hosts").await), "1 of 1 host has sent no report for 3 days");
    server.report(&crate::harness::fleet::current("n1.example.org")).await;
    assert_eq!(heading(&client.page("/hosts").await), "1 of 1 host is not fully known");
}

#[tokio::test]
async fn the_first_page_tells_how_to_reach_this_server() {
    let server = TestServer::start().await;
    let client = server.with_user("root", Role::Administrator).await;
    assert!(client.page("/hosts").await.contains("pakiti-client --url http://pakiti.test/feed/"));
}
