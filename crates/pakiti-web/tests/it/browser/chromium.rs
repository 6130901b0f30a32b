//! chromedriver and chromium, started by the test and ended with it.

use futures_util::FutureExt as _;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use thirtyfour::{
    By, ChromiumLikeCapabilities as _, DesiredCapabilities, LoggingPrefsLogLevel, WebDriver, WebElement,
};

/// Size of the window: a small laptop.
const WIDTH: u32 = 1280;
const HEIGHT: u32 = 900;

const FLAGS: [&str; 9] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// A browser that looks at one server.
pub(super) struct Browser {
    driver: WebDriver,
    base: String,
}

/// The running chromedriver; killed when dropped.
struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts chromedriver on a free port; `None`, with a word why, where there is none and none is required.
fn chromedriver() -> Option<(Driver, u16)> {
    let started =
        Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut child = match started {
        Ok(child) => child,
        Err(error) => {
            let required = std::env::var("CI").is_ok_and(|ci| ci == "true");
            assert!(
                !required,
                "CI=true, but chromedriver cannot be started: {error} (scripts/prepare.sh test)"
            );
            println!(
                "not run: chromedriver cannot be started: {error} (scripts/prepare.sh test installs it)"
            );
            return None;
        }
    };
    let out = BufReader::new(child.stdout.take().unwrap());
    let driver = Driver(child);
    let mut lines = out.lines().map_while(Result::ok);
    let port =
        lines.find_map(|line| line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok());
    // What it says later must go somewhere.
    std::thread::spawn(move || lines.for_each(drop));
    Some((driver, port.expect("chromedriver tells its port")))
}

/// Runs the body with a new browser that looks at the server at `address`.
pub(super) async fn with_browser(address: SocketAddr, body: impl AsyncFnOnce(&Browser)) {
    let Some((_driver, port)) = chromedriver() else { return };
    let profile = tempfile::tempdir().unwrap();
    let mut wanted = DesiredCapabilities::chrome();
    for flag in FLAGS {
        wanted.add_arg(flag).unwrap();
    }
    wanted.add_arg(&format!("--user-data-dir={}", profile.path().display())).unwrap();
    wanted.set_browser_log_level(LoggingPrefsLogLevel::All).unwrap();
    wanted.set_logging_prefs("performance", LoggingPrefsLogLevel::All).unwrap();
    let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), wanted).await.unwrap();
    let browser = Browser { driver, base: format!("http://{address}") };
    let size = json!({"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": false});
    browser.driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", size).await.unwrap();
    browser.prefer("light").await;
    let result = AssertUnwindSafe(body(&browser)).catch_unwind().await;
    browser.driver.quit().await.unwrap();
    if let Err(panic) = result {
        resume_unwind(panic);
    }
}

impl Browser {
    /// Opens a path of the server.
    pub(super) async fn goto(&self, path: &str) {
        self.driver.goto(format!("{}{path}", self.base)).await.unwrap();
    }

    /// Path and query of the page.
    pub(super) async fn path(&self) -> String {
        let url = self.driver.current_url().await.unwrap().to_string();
        url.strip_prefix(&self.base).expect("the browser left the server").to_owned()
    }

    /// The browser gets to this path; a form that was sent may still be on its way.
    pub(super) async fn arrives_at(&self, path: &str) {
        let started = std::time::Instant::now();
        let mut now = self.path().await;
        while now != path && started.elapsed().as_secs() < 20 {
            now = self.path().await;
        }
        assert_eq!(now, path);
    }

    /// The element of a CSS selector.
    pub(super) async fn find(&self, css: &str) -> WebElement {
        self.driver.find(By::Css(css)).await.unwrap()
    }

    /// The visible text of a CSS selector.
    pub(super) async fn text(&self, css: &str) -> String {
        self.find(css).await.text().await.unwrap()
    }

    /// How many elements a CSS selector has.
    pub(super) async fn count(&self, css: &str) -> usize {
        self.driver.find_all(By::Css(css)).await.unwrap().len()
    }

    /// Clicks something.
    pub(super) async fn click(&self, by: By) {
        let element = self.driver.find(by.clone()).await.unwrap_or_else(|error| panic!("{by:?}: {error}"));
        element.click().await.unwrap_or_else(|error| panic!("{by:?}: {error}"));
    }

    /// Presses a key, wherever the focus is.
    pub(super) async fn press(&self, key: impl Into<char>) {
        let key: char = key.into();
        self.driver.action_chain().send_keys(key.to_string()).perform().await.unwrap();
    }

    /// Id, else text, of what has the focus.
    pub(super) async fn focused(&self) -> String {
        let script = "const e = document.activeElement; return e.id || e.textContent";
        self.driver.execute(script, vec![]).await.unwrap().convert().unwrap()
    }

    /// Makes the desktop light or dark.
    pub(super) async fn prefer(&self, scheme: &str) {
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.driver.cdp().send_raw("Emulation.setEmulatedMedia", media).await.unwrap();
    }

    /// Takes a picture of the window.
    pub(super) async fn picture(&self, file: &Path) -> Vec<u8> {
        let picture = self.driver.screenshot_as_png().await.unwrap();
        std::fs::write(file, &picture).unwrap();
        picture
    }

    /// The page fits the window's width.
    pub(super) async fn no_sideways_scroll(&self) {
        let script = "const e = document.documentElement; return [e.scrollWidth, e.clientWidth]";
        let [page, window]: [u32; 2] = self.driver.execute(script, vec![]).await.unwrap().convert().unwrap();
        assert!(page <= window && window <= WIDTH, "{}: {page} wide in {window}", self.path().await);
    }

    /// The console is silent, and no request left the server.
    pub(super) async fn nothing_went_wrong(&self) {
        let console = self.driver.browser_log().await.unwrap();
        let bad: Vec<_> =
            console.iter().filter(|entry| entry.level != "INFO" && entry.level != "DEBUG").collect();
        assert!(bad.is_empty(), "{bad:#?}");
        let mut requests = 0;
        for entry in self.driver.get_log("performance").await.unwrap() {
            let event: Value = serde_json::from_str(&entry.message).unwrap();
            if event["message"]["method"] == "Network.requestWillBeSent" {
                let url = event["message"]["params"]["request"]["url"].as_str().unwrap();
                // The browser's own first page (chrome://) is no request of ours.
                if !url.starts_with("chrome:") && !url.starts_with("data:") {
                    assert!(url.starts_with(&self.base), "{url}");
                    requests += 1;
                }
            }
        }
        assert!(requests > 5, "the log tells of {requests} requests only");
    }
}
