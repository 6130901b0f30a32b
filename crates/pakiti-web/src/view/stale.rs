//! Sources that could not be fetched or have expired: every page that depends on one says so, with the age of the
//! snapshot that stays in force (contract.md, "Sources"; vendors' feeds break, verdicts must not look fresh then).

use crate::view::format::{Ago, thousands};
use askama::Template;
use askama::filters::HtmlSafe;

/// Sources named in one sentence; more are counted.
const NAMED: usize = 5;

/// What is wrong with a source, and what hosts are judged by meanwhile. Prints its clause, the source's name left
/// out: `has failed since its last success 5 h ago; hosts of rhel-9 are judged by its snapshot of 2 days ago`.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(
    source = r#"{% if failed %}{% if let Some(since) = since %}has failed since its last success {{ since }}{% else %}was never fetched successfully{% endif %}{% else %}expired{% if let Some(since) = since %} {{ since }}{% endif %}{% endif %}; {% if let Some(at) = snapshot %}{% if groups.is_empty() %}its snapshot of {{ at }} stays in force{% else %}hosts of {{ groups }} are judged by its snapshot of {{ at }}{% endif %}{% else %}nothing of it is in force{% endif %}"#,
    ext = "html"
)]
pub struct StaleSource {
    id: i64,
    name: String,
    groups: String,
    failed: bool,
    since: Option<Ago>,
    snapshot: Option<Ago>,
}

impl HtmlSafe for StaleSource {}

/// When it went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The last attempt failed; the last success before it, if there was one.
    Failed(Option<i64>),
    /// It says itself that it is too old, or was not fetched for too long: since then.
    Expired(i64),
}

impl StaleSource {
    /// A source in trouble at `now`: id and name, the OS groups it speaks for, and when the snapshot that stays in
    /// force was fetched.
    pub fn new(
        (id, name): (i64, &str),
        groups: &[String],
        trouble: Trouble,
        snapshot: Option<i64>,
        now: i64,
    ) -> Self {
        let since = match trouble {
            Trouble::Failed(since) => since,
            Trouble::Expired(since) => Some(since),
        };
        Self {
            id,
            name: name.to_owned(),
            groups: groups.join(", "),
            failed: matches!(trouble, Trouble::Failed(_)),
            since: since.map(|at| Ago::new(at, now)),
            snapshot: snapshot.map(|at| Ago::new(at, now)),
        }
    }

    /// The source's page.
    pub fn href(&self) -> String {
        format!("/sources/{}", self.id)
    }
}

/// One sentence about all of them with links to their pages; prints nothing where there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Template)]
#[template(path = "stale.html")]
pub struct StaleNotice {
    sources: Vec<StaleSource>,
}

impl HtmlSafe for StaleNotice {}

impl StaleNotice {
    /// The sentence about these sources.
    pub fn new(sources: Vec<StaleSource>) -> Self {
        Self { sources }
    }

    /// Failures weigh more than age.
    fn class(&self) -> &'static str {
        if self.sources.iter().any(|source| source.failed) { "exposed" } else { "security" }
    }

    fn named(&self) -> impl Iterator<Item = &StaleSource> {
        self.sources.iter().take(NAMED)
    }

    /// How many are not named.
    fn unnamed(&self) -> Option<String> {
        let more = self.sources.len().checked_sub(NAMED).filter(|more| *more > 0)?;
        Some(thousands(more as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_319_455;

    fn source(name: &str, trouble: Trouble, snapshot: Option<i64>) -> StaleSource {
        StaleSource::new((3, name), &["rhel-9".to_owned()], trouble, snapshot, NOW)
    }

    fn words(sources: Vec<StaleSource>) -> String {
        let html = StaleNotice::new(sources).to_string();
        let text = html.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text));
        text.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_sentence_names_the_source_since_when_and_the_age_of_what_is_in_force() {
        assert_eq!(words(vec![]), "");
        let failed = source("base", Trouble::Failed(Some(NOW - 5 * 3600)), Some(NOW - 4 * 86_400));
        let never = source("new", Trouble::Failed(None), None);
        let expired = source("old", Trouble::Expired(NOW - 7200), Some(NOW - 9 * 86_400));
        insta::assert_snapshot!(words(vec![failed.clone()]), @"! Source base has failed since its last success 5 h ago; hosts of rhel-9 are judged by its snapshot of 4 days ago.");
        insta::assert_snapshot!(words(vec![never.clone()]), @"! Source new was never fetched successfully; nothing of it is in force.");
        insta::assert_snapshot!(words(vec![expired, failed, never]), @"! 3 sources are not up to date: old (expired 2 h ago; hosts of rhel-9 are judged by its snapshot of 9 days ago), base (has failed since its last success 5 h ago; hosts of rhel-9 are judged by its snapshot of 4 days ago), new (was never fetched successfully; nothing of it is in force).");
    }

    #[test]
    fn many_sources_are_counted_and_names_are_escaped() {
        let many = (0..9).map(|_| source("<b>", Trouble::Failed(None), None)).collect();
        let html = StaleNotice::new(many).to_string();
        assert!(
            html.contains("and 4 more") && !html.contains("<b>") && html.contains("&#60;b&#62;"),
            "{html}"
        );
    }
}
