//! Every page is well-formed, whole without scripts and styles of its own, and can be used without eyes.

use super::{hostile, sample};
use askama::Template;
use pakiti_web::view::error::ErrorPage;
use pakiti_web::view::layout::{Layout, Notice, Section};
use pakiti_web::view::sign_in::{SignInError, SignInPage};
use std::collections::BTreeSet;

const VOID: [&str; 5] = ["meta", "link", "img", "input", "br"];

/// One tag of a page: its name, its attributes, and whether it closes.
#[derive(Debug)]
struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
    closes: bool,
    empty: bool,
}

impl Tag {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

/// Reads the tags of a page; refuses what a browser would have to repair.
fn tags(html: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut rest = html.strip_prefix("<!doctype html>").expect("a page starts with its doctype");
    while let Some(start) = rest.find('<') {
        let text = &rest[start + 1..];
        let closes = text.starts_with('/');
        let text = text.trim_start_matches('/');
        let length = text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap();
        assert!(length > 0, "a bare < in {:?}", &rest[start..start + 20]);
        let (name, mut text) = text.split_at(length);
        let mut attributes = Vec::new();
        let empty = loop {
            text = text.trim_start();
            if let Some(after) = text.strip_prefix("/>") {
                rest = after;
                break true;
            }
            if let Some(after) = text.strip_prefix('>') {
                rest = after;
                break false;
            }
            let end = text.find(|c: char| c == '=' || c == '>' || c.is_whitespace()).unwrap();
            let (attribute, after) = text.split_at(end);
            assert!(
                attribute.bytes().all(|b| b.is_ascii_lowercase()
                    || b == b'-'
                    || attribute == "viewBox"
                    || attribute == "preserveAspectRatio"
                    || b.is_ascii_digit()),
                "odd attribute {attribute:?} in <{name}>"
            );
            text = after;
            let mut value = "";
            if let Some(quoted) = after.strip_prefix('=') {
                let quoted =
                    quoted.strip_prefix('"').unwrap_or_else(|| panic!("unquoted {attribute} in <{name}>"));
                (value, text) = quoted.split_once('"').unwrap();
            }
            attributes.push((attribute.to_owned(), value.to_owned()));
        };
        tags.push(Tag { name: name.to_owned(), attributes, closes, empty });
    }
    tags
}

/// All pages: rich, empty and hostile ones.
pub(super) fn pages() -> Vec<(&'static str, String)> {
    let nobody = || Layout::new(sample::NOW, Section::Elsewhere, "t");
    let mut noticed = sample::hosts();
    noticed.layout.notice = Some(Notice { good: false, text: "No.".into() });
    noticed.progress = Some(63);
    noticed.first = false;
    let sign_in =
        |name: &str, error| SignInPage { layout: nobody(), next: String::new(), name: name.into(), error };
    let mut pages: Vec<(&'static str, String)> = [
        ("hosts", sample::hosts().render()),
        ("hosts, noticed", noticed.render()),
        ("hosts, first", sample::no_hosts().render()),
        ("todo", sample::todo().render()),
        ("findings", sample::host_findings().render()),
        ("cves", sample::cves().render()),
        ("cves, none", sample::no_cves().render()),
        ("cve", sample::cve().render()),
        ("updates", sample::host_updates().render()),
        ("packages", sample::host_packages().render()),
        ("coverage", sample::host_coverage().render()),
        ("reports", sample::host_reports().render()),
        ("sources", sample::sources().render()),
        ("sources, first", sample::no_sources().render()),
        ("source", sample::source().render()),
        ("new source", sample::source_new().render()),
        ("edited source", sample::source_edit().render()),
        ("removal", sample::source_remove().render()),
        ("sign in", sign_in("", None).render()),
        ("sign in again", sign_in("maria", Some(SignInError::FormExpired)).render()),
        ("error", ErrorPage::new(nobody(), 404, "id").render()),
    ]
    .into_iter()
    .map(|(name, html)| (name, html.unwrap()))
    .collect();
    pages.extend(hostile::pages());
    pages
}

#[test]
fn tags_are_balanced_and_ids_unique() {
    for (page, html) in pages() {
        let mut open: Vec<String> = Vec::new();
        let mut ids = BTreeSet::new();
        for tag in tags(&html) {
            if let Some(id) = tag.get("id") {
                assert!(ids.insert(id.to_owned()), "{page}: two elements with id {id}");
            }
            if tag.closes {
                assert_eq!(open.pop().as_deref(), Some(tag.name.as_str()), "{page}");
            } else if !tag.empty && !VOID.contains(&tag.name.as_str()) {
                open.push(tag.name);
            }
        }
        assert!(open.is_empty(), "{page}: never closed: {open:?}");
    }
}

#[test]
fn pages_obey_the_content_security_policy() {
    for (page, html) in pages() {
        for tag in tags(&html).iter().filter(|tag| !tag.closes) {
            assert_ne!(tag.name, "style", "{page}");
            if tag.name == "script" {
                assert_eq!(tag.get("src"), Some("/assets/pakiti.js"), "{page}");
            }
            for (name, value) in &tag.attributes {
                assert!(name != "style" && !name.starts_with("on"), "{page}: {name} in <{}>", tag.name);
                if name == "src" || name == "action" || (name == "href" && tag.name == "link") {
                    assert!(value.starts_with('/') && !value.starts_with("//"), "{page}: {name}={value}");
                }
                if name == "href" {
                    let safe = ["/", "#", "https://", "http://"].iter().any(|start| value.starts_with(start));
                    assert!(safe && !value.starts_with("//"), "{page}: href={value}");
                }
            }
        }
    }
}

#[test]
fn pages_can_be_used_without_eyes_or_mouse() {
    for (page, html) in pages() {
        let tags = tags(&html);
        let opened =
            |name: &str| tags.iter().filter(|tag| !tag.closes && tag.name == name).collect::<Vec<_>>();
        assert_eq!(opened("html")[0].get("lang"), Some("en"), "{page}");
        assert_eq!((opened("main").len(), opened("h1").len(), opened("header").len()), (1, 1, 1), "{page}");
        assert!(
            html.contains("<a class=\"skip\" href=\"#content\">") && html.contains("<main id=\"content\""),
            "{page}"
        );
        let labelled: BTreeSet<&str> = opened("label").iter().filter_map(|label| label.get("for")).collect();
        for field in opened("input").into_iter().chain(opened("select")) {
            let named = field.get("type") == Some("hidden")
                || field.get("id").is_some_and(|id| labelled.contains(id));
            assert!(named, "{page}: a field without a label: {field:?}");
        }
        assert!(opened("th").iter().all(|th| th.get("scope").is_some()), "{page}: a head without scope");
        assert_eq!(opened("table").len(), opened("caption").len(), "{page}: a table without caption");
        assert!(opened("nav").iter().all(|nav| nav.get("aria-label").is_some()), "{page}: a nameless nav");
        assert!(
            opened("form").iter().filter(|f| f.get("method") == Some("post")).count()
                <= html.matches("name=\"csrf\"").count(),
            "{page}"
        );
    }
}
