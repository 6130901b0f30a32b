//! What every page has around its content: the bar with navigation, search and the signed-in user, a notice
//! after an action, and the clock.

use crate::view::format::{Ago, thousands};
use std::borrow::Borrow;

/// The part of the navigation a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// The host list and host pages.
    Hosts,
    /// The CVE list and pages of CVEs.
    Cves,
    /// The source list and source pages.
    Sources,
    /// Neither (sign-in, errors).
    Elsewhere,
}

/// The signed-in person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// Sign-in name.
    pub name: String,
    /// May change sources?
    pub administrator: bool,
}

/// One line above the content about what just happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Did it work?
    pub good: bool,
    /// One sentence.
    pub text: String,
}

/// The frame of a page. Build it with [`Layout::new`] and set what differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The clock, unix seconds; every age on the page is measured from it.
    pub now: i64,
    /// What the navigation marks as current.
    pub section: Section,
    /// Who is signed in; `None` hides navigation and search.
    pub viewer: Option<Viewer>,
    /// Token for every POST form of the page.
    pub csrf: String,
    /// Hosts the viewer may see, for the navigation; `None` shows no number.
    pub hosts: Option<u64>,
    /// Configured sources, for the navigation; `None` shows no number.
    pub sources: Option<u64>,
    /// What just happened.
    pub notice: Option<Notice>,
}

impl Layout {
    /// The frame for nobody: no navigation, no notice.
    pub fn new(now: i64, section: Section, csrf: &str) -> Self {
        Self { now, section, viewer: None, csrf: csrf.to_owned(), hosts: None, sources: None, notice: None }
    }

    /// `at` as an age from this page's clock (templates hand in values and references alike).
    pub fn ago(&self, at: impl Borrow<i64>) -> Ago {
        Ago::new(*at.borrow(), self.now)
    }

    /// A moment of the last minutes, as its time of day.
    pub fn clock(&self, at: impl Borrow<i64>) -> Ago {
        Ago::clock(*at.borrow(), self.now)
    }

    /// A number with separators.
    pub fn number(&self, number: impl Borrow<u64>) -> String {
        thousands(*number.borrow())
    }

    /// May the viewer change sources?
    pub fn administrates(&self) -> bool {
        self.viewer.as_ref().is_some_and(|viewer| viewer.administrator)
    }

    /// The navigation's links with their numbers, in order.
    pub fn navigation(&self) -> [NavigationLink; 3] {
        let link = |section, href, word, count: Option<u64>| NavigationLink {
            href,
            word,
            count: count.map(thousands),
            current: self.section == section,
        };
        [
            link(Section::Hosts, "/hosts", "Hosts", self.hosts),
            // How many there are is known only after a walk over all verdicts.
            link(Section::Cves, "/cves", "CVEs", None),
            link(Section::Sources, "/sources", "Sources", self.sources),
        ]
    }
}

/// One link of the navigation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NavigationLink {
    /// Path.
    pub href: &'static str,
    /// Its word.
    pub word: &'static str,
    /// How many there are.
    pub count: Option<String>,
    /// Does this page belong to it?
    pub current: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_administrators_administrate() {
        let mut layout = Layout::new(0, Section::Hosts, "t");
        assert!(!layout.administrates());
        layout.viewer = Some(Viewer { name: "maria".into(), administrator: false });
        assert!(!layout.administrates());
        layout.viewer = Some(Viewer { name: "root".into(), administrator: true });
        assert!(layout.administrates());
    }
}
