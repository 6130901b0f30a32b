//! Writes every page with sample data as HTML files into a folder, for looking at them in a browser:
//! `cargo run -p pakiti-web --example gallery -- /tmp/gallery`.

use askama::Template;
use pakiti_web::view::asset::ASSETS;
use pakiti_web::view::error::ErrorPage;
use pakiti_web::view::hosts_filter::{HostsFilter, PendingUpdates};
use pakiti_web::view::layout::{Layout, Notice, Section};
use pakiti_web::view::sign_in::{SignInError, SignInPage};
use std::error::Error;
use std::path::{Path, PathBuf};

#[path = "../tests/it/view/sample.rs"]
mod sample;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from).ok_or("usage: gallery FOLDER")?;
    std::fs::create_dir_all(folder.join("assets"))?;
    for asset in ASSETS {
        std::fs::write(folder.join("assets").join(asset.name), asset.bytes)?;
    }
    write(&folder, "hosts", &sample::hosts())?;
    write(&folder, "hosts-first", &sample::no_hosts())?;
    write(&folder, "hosts-filtered", &filtered())?;
    write(&folder, "host-todo", &sample::todo())?;
    write(&folder, "host-findings", &sample::host_findings())?;
    write(&folder, "cves", &sample::cves())?;
    write(&folder, "cves-none", &sample::no_cves())?;
    write(&folder, "cve", &sample::cve())?;
    write(&folder, "host-updates", &sample::host_updates())?;
    write(&folder, "host-packages", &sample::host_packages())?;
    write(&folder, "host-coverage", &sample::host_coverage())?;
    write(&folder, "host-reports", &sample::host_reports())?;
    write(&folder, "sources", &sample::sources())?;
    write(&folder, "sources-first", &sample::no_sources())?;
    write(&folder, "source", &sample::source())?;
    write(&folder, "source-new", &sample::source_new())?;
    write(&folder, "source-edit", &sample::source_edit())?;
    write(&folder, "source-remove", &sample::source_remove())?;
    write(&folder, "sign-in", &sign_in())?;
    let nobody = Layout::new(sample::NOW, Section::Elsewhere, "token");
    write(&folder, "error", &ErrorPage::new(nobody, 404, "01JD8Z2K"))?;
    Ok(())
}

fn filtered() -> pakiti_web::view::hosts::HostsPage {
    let mut page = sample::hosts();
    page.rows.clear();
    page.next = None;
    page.progress = Some(63);
    page.layout.notice = Some(Notice { good: true, text: "Source bookworm is being fetched.".into() });
    page.filter = HostsFilter {
        q: "web".into(),
        group: Some("SITE-A".into()),
        updates: Some(PendingUpdates::Security),
        ..HostsFilter::default()
    };
    page
}

fn sign_in() -> SignInPage {
    SignInPage {
        layout: Layout::new(sample::NOW, Section::Elsewhere, "token"),
        next: "/hosts".into(),
        name: "maria".into(),
        error: Some(SignInError::WrongCredentials),
    }
}

/// Pages name their assets from the root of the server; in a folder they stand beside the page.
fn write(folder: &Path, name: &str, page: &impl Template) -> Result<(), Box<dyn Error>> {
    let html = page.render()?.replace("\"/assets/", "\"assets/");
    std::fs::write(folder.join(name).with_extension("html"), html)?;
    Ok(())
}
