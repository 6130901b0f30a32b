//! A person with a real browser: Debian's chromium against the server on a port of this machine.

mod chromium;

use crate::harness::fleet::{Fleet, fleet};
use crate::harness::{PASSWORD, TestServer, target};
use crate::pages::findings;
use chromium::{Browser, with_browser};
use pakiti_store::account::Role;
use std::net::SocketAddr;
use std::path::PathBuf;
use thirtyfour::{By, Key};
use tokio::net::TcpListener;

/// A server with the fleet, listening.
async fn listening() -> (TestServer, Fleet, SocketAddr) {
    let server = TestServer::start().await;
    let fleet = fleet(&server).await;
    let address = listen(&server).await;
    (server, fleet, address)
}

/// Opens a port for a server, and an account for maria.
async fn listen(server: &TestServer) -> SocketAddr {
    server.add_user("maria", Role::Administrator).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let engine = server.app.engine.clone();
    let never = std::future::pending();
    tokio::spawn(pakiti_web::serve(engine, listener, Default::default(), never));
    address
}

async fn sign_in(browser: &Browser) {
    browser.goto("/hosts").await;
    let name = browser.find("#name").await;
    assert_eq!(browser.focused().await, "name", "the cursor waits in the first field");
    name.send_keys("maria").await.unwrap();
    browser.find("#password").await.send_keys(PASSWORD + Key::Enter).await.unwrap();
    browser.arrives_at("/hosts").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_signs_in_looks_around_and_signs_out() {
    let (_server, fleet, address) = listening().await;
    with_browser(address, async |browser| {
        sign_in(browser).await;
        assert_eq!(
            browser.text("h1").await,
            "8 of 57 hosts have security updates pending, 6 more wait for a reboot"
        );
        browser.no_sideways_scroll().await;
        let host = format!("/hosts/{}", fleet.web1);
        browser.click(By::LinkText("web1.example.org")).await;
        assert_eq!(
            (browser.path().await, browser.text("h1").await),
            (host.clone(), "web1.example.org".to_owned())
        );
        for (word, count) in
            [("Updates", Some("3")), ("Packages", Some("14")), ("Coverage", None), ("Reports", None)]
        {
            let text = count.map_or(word.to_owned(), |count| format!("{word} {count}"));
            browser.click(By::LinkText(&text)).await;
            assert_eq!(browser.path().await, format!("{host}?tab={}", word.to_lowercase()));
            assert_eq!(browser.text(".tabs [aria-current=page]").await, text);
            browser.no_sideways_scroll().await;
        }
        browser.click(By::LinkText("1 security update pending")).await;
        assert_eq!(browser.path().await, format!("{host}?tab=updates&kind=security"));
        assert_eq!(browser.count("tbody tr").await, 1);
        browser.click(By::Css("details summary")).await;
        assert!(browser.text("details").await.contains("3.0.11-1~deb12u2 < 3.0.15-1~deb12u1"));
        browser.click(By::Css(".nav a[href='/sources']")).await;
        assert_eq!(browser.text("h1").await, "All 2 sources are fresh");
        browser.no_sideways_scroll().await;
        browser.click(By::LinkText("debian-12-security")).await;
        browser.no_sideways_scroll().await;
        browser.click(By::XPath("//button[text()='Sync now']")).await;
        browser.arrives_at(&format!("/sources/{}?done=due", fleet.security)).await;
        browser.click(By::LinkText("Remove…")).await;
        browser.no_sideways_scroll().await;
        browser.click(By::LinkText("Keep it")).await;
        browser.click(By::XPath("//button[text()='Sign out']")).await;
        browser.arrives_at("/sign-in").await;
        browser.goto(&host).await;
        assert_eq!(browser.path().await, format!("/sign-in?next=%2Fhosts%2F{}", fleet.web1));
        browser.nothing_went_wrong().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_goes_from_a_cve_to_the_proof_of_a_finding() {
    let server = TestServer::start().await;
    findings::sources(&server).await;
    let id = server.report(&findings::host("r1.example.org").with("site", "A")).await;
    server.report(&findings::host("r2.example.org")).await;
    let address = listen(&server).await;
    with_browser(address, async |browser| {
        sign_in(browser).await;
        browser.no_sideways_scroll().await;
        browser.click(By::LinkText("CVEs")).await;
        assert_eq!(browser.path().await, "/cves");
        browser.no_sideways_scroll().await;
        browser.click(By::LinkText("CVE-2026-1001")).await;
        browser.no_sideways_scroll().await;
        browser.click(By::LinkText("r1.example.org")).await;
        assert_eq!(browser.path().await, format!("/hosts/{id}?tab=findings&q=CVE-2026-1001"));
        browser.click(By::Css("tr.finding summary")).await;
        assert!(browser.text("tr.finding details").await.contains("1:3.0.7-24.el9 < 1:3.0.7-25.el9"));
        browser.no_sideways_scroll().await;
        browser.click(By::LinkText("Clear the filter")).await;
        assert_eq!(browser.count("tr.finding").await, 10);
        browser.no_sideways_scroll().await;
        browser.click(By::Css(".tallies a.reboot")).await;
        assert_eq!(browser.count("tr.finding").await, 1);
        let host = format!("/hosts/{id}?tab=findings");
        for (name, path) in [("findings", &*host), ("cves", "/cves"), ("cve", "/cves/CVE-2026-2001")] {
            for scheme in ["light", "dark"] {
                browser.prefer(scheme).await;
                browser.goto(path).await;
                let file = target().join("tmp").join(format!("{name}-{scheme}.png"));
                assert!(browser.picture(&file).await.len() > 10_000, "an empty picture");
            }
        }
        browser.nothing_went_wrong().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn filters_work_by_hand_and_the_whole_list_can_be_walked() {
    let (_server, _, address) = listening().await;
    with_browser(address, async |browser| {
        sign_in(browser).await;
        browser.click(By::LinkText("Next page")).await;
        assert_eq!(browser.count("tbody tr").await, 7);
        browser.find("#f-q").await.send_keys("node1").await.unwrap();
        browser.click(By::Css("#f-updates option[value=security]")).await;
        browser.click(By::Css("form.filters button")).await;
        assert!(
            browser.path().await.contains("q=node1") && browser.path().await.contains("updates=security")
        );
        assert_eq!(browser.count("tbody tr").await, 1);
        browser.click(By::LinkText("Clear all")).await;
        assert_eq!(browser.path().await, "/hosts");
        browser.click(By::LinkText("Kernel")).await;
        assert_eq!(browser.path().await, "/hosts?sort=kernel");
        browser.click(By::Css(".strip a.reboot")).await;
        assert_eq!(browser.count("tbody tr").await, 6);
        browser.nothing_went_wrong().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_with_mistakes_leads_to_its_fields() {
    let (_server, _, address) = listening().await;
    with_browser(address, async |browser| {
        sign_in(browser).await;
        browser.goto("/sources/new").await;
        browser.no_sideways_scroll().await;
        browser.find("#s-name").await.send_keys("a b").await.unwrap();
        browser.find("#s-url").await.send_keys("/nowhere" + Key::Enter).await.unwrap();
        browser.click(By::LinkText("Address")).await;
        assert_eq!(browser.path().await, "/sources/new#s-url", "a trouble leads to its field");
        assert_eq!(browser.count("[aria-invalid=true]").await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_keyboard_reaches_the_content_and_the_search() {
    let (_server, _, address) = listening().await;
    with_browser(address, async |browser| {
        sign_in(browser).await;
        browser.goto("/hosts").await;
        browser.press(Key::Tab).await;
        assert_eq!(browser.focused().await, "Skip to content", "the first Tab reaches the skip link");
        browser.press(Key::Enter).await;
        assert_eq!(browser.focused().await, "content");
        browser.press('/').await;
        assert_eq!(browser.focused().await, "search");
        for key in "web1/".chars() {
            browser.press(key).await;
        }
        let value = browser.find("#search").await.value().await.unwrap();
        assert_eq!(value.as_deref(), Some("web1/"), "inside a field / is a letter");
        browser.press(Key::Backspace).await;
        browser.press(Key::Enter).await;
        assert_eq!((browser.path().await.as_str(), browser.count("tbody tr").await), ("/hosts?q=web1", 1));
        browser.nothing_went_wrong().await;
    })
    .await;
}

/// Where the pictures go: `target/screenshots`.
fn pictures() -> PathBuf {
    let folder = target().join("screenshots");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// `cargo xtask screenshots` runs this test and copies the pictures.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn screenshots_show_light_and_dark() {
    let (_server, fleet, address) = listening().await;
    with_browser(address, async |browser| {
        let host = format!("/hosts/{}", fleet.web1);
        let (updates, coverage) = (format!("{host}?tab=updates"), format!("{host}?tab=coverage"));
        let (packages, reports) = (format!("{host}?tab=packages"), format!("{host}?tab=reports"));
        let source = format!("/sources/{}", fleet.main);
        browser.goto("/sign-in").await;
        let mut taken = vec![browser.picture(&pictures().join("sign-in.png")).await];
        sign_in(browser).await;
        for (name, path) in [
            ("hosts", "/hosts"),
            ("host", &host),
            ("host-updates", &updates),
            ("host-packages", &packages),
            ("host-coverage", &coverage),
            ("host-reports", &reports),
            ("sources", "/sources"),
            ("source", &source),
            ("not-found", "/nowhere"),
        ] {
            for scheme in ["light", "dark"] {
                browser.prefer(scheme).await;
                browser.goto(path).await;
                let file = if scheme == "light" { format!("{name}.png") } else { format!("{name}-dark.png") };
                taken.push(browser.picture(&pictures().join(file)).await);
            }
        }
        assert!(taken.iter().all(|picture| picture.len() > 10_000), "an empty picture");
        taken.sort();
        let all = taken.len();
        taken.dedup();
        assert_eq!(taken.len(), all, "two pictures are the same");
    })
    .await;
}
