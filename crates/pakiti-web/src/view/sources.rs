//! The source list: what Pakiti judges by, and how each source does.

use crate::view::format::{count, thousands};
use crate::view::layout::Layout;
use crate::view::pill::Pill;
use crate::view::query::safe_link;
use crate::view::stale::StaleSource;
use crate::view::state::SourceState;
use askama::Template;

/// One configured source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRow {
    /// Id in URLs.
    pub id: i64,
    /// Name.
    pub name: String,
    /// Kind (`apt`, `OVAL definitions`).
    pub kind: String,
    /// Does it hold definitions, and no packages?
    pub definitions: bool,
    /// Where it is fetched from: an address or a path.
    pub url: String,
    /// The OS group it speaks for; `None` = it speaks for none yet.
    pub os_group: Option<String>,
    /// Further OS groups it speaks for.
    pub further_groups: Vec<String>,
    /// Did an administrator map it to its OS group, and not the feed?
    pub mapped: bool,
    /// Is it used?
    pub enabled: bool,
    /// Does it tell security updates?
    pub security: bool,
    /// How it does.
    pub state: SourceState,
    /// Last successful fetch.
    pub last_success: Option<i64>,
    /// When it is fetched next; `None` = never (disabled).
    pub next_due: Option<i64>,
    /// Packages or definitions of its active snapshot.
    pub packages: u64,
    /// Items of its active snapshot that could not be read.
    pub skipped: u64,
    /// What went wrong last, one sentence.
    pub error: Option<String>,
}

impl SourceRow {
    /// The source's page.
    pub fn href(&self) -> String {
        format!("/sources/{}", self.id)
    }

    /// Its address, if it may be a link.
    pub fn link(&self) -> Option<&str> {
        safe_link(&self.url)
    }

    /// The OS groups it speaks for, its own first.
    pub fn groups(&self) -> Vec<&str> {
        self.os_group.iter().chain(&self.further_groups).map(String::as_str).collect()
    }

    /// Does it speak for hosts of this OS group? For unmapped hosts (empty) no source does.
    pub fn speaks_for(&self, os_group: &str) -> bool {
        !os_group.is_empty() && self.groups().contains(&os_group)
    }

    /// `63,461 packages`, `1 definition`.
    pub fn items_words(&self) -> String {
        match self.definitions {
            true => count(self.packages, "definition", "definitions"),
            false => count(self.packages, "package", "packages"),
        }
    }

    /// The pill of its state.
    pub fn pill(&self) -> Pill {
        self.state.pill()
    }
}

/// A source of the list, with what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedSource {
    /// The source.
    pub row: SourceRow,
    /// Since when it is not up to date, and what is in force meanwhile.
    pub stale: Option<StaleSource>,
}

/// The source list.
#[derive(Debug, Clone, Template)]
#[template(path = "sources.html")]
pub struct SourcesPage {
    /// The frame.
    pub layout: Layout,
    /// All sources, by name.
    pub rows: Vec<ListedSource>,
    /// A command that adds a first source, for the hint on the empty page.
    pub add_command: String,
}

impl SourcesPage {
    /// The page's first line.
    pub fn sentence(&self) -> String {
        let total = self.rows.len() as u64;
        let of = |state| self.rows.iter().filter(|listed| listed.row.state == state).count() as u64;
        let (failed, expired, never) =
            (of(SourceState::Error), of(SourceState::Expired), of(SourceState::NeverFetched));
        let all = count(total, "source", "sources");
        let disabled = of(SourceState::Disabled);
        match (failed, expired, never) {
            _ if total == 0 => "No source is configured yet".to_owned(),
            (0, 0, 0) if disabled == total => format!("{all}, all disabled"),
            (0, 0, 0) if total == 1 => "The one source is fresh".to_owned(),
            (0, 0, 0) if disabled > 0 => format!("{all}, all fresh but {} disabled", thousands(disabled)),
            (0, 0, 0) => format!("All {all} are fresh"),
            (0, 0, n) => format!("{} of {all} {} never fetched", thousands(n), was(n)),
            (0, n, _) => format!("{} of {all} {} expired", thousands(n), is(n)),
            (n, 0, _) => format!("{} of {all} could not be fetched", thousands(n)),
            (n, e, _) => {
                format!(
                    "{} of {all} could not be fetched, {} more {} expired",
                    thousands(n),
                    thousands(e),
                    is(e)
                )
            }
        }
    }
}

fn is(number: u64) -> &'static str {
    if number == 1 { "is" } else { "are" }
}

fn was(number: u64) -> &'static str {
    if number == 1 { "was" } else { "were" }
}
