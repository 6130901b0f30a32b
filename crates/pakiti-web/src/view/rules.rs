//! The page of local rules: what is in force, and a form to add one. Works without scripts.

use crate::view::layout::Layout;
use crate::view::source_edit::TextField;
use askama::Template;

/// A rule in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleRow {
    /// Its name.
    pub name: String,
    /// OS groups.
    pub groups: String,
    /// `xz-utils < 5.6.2`
    pub condition: String,
    /// CVE, else the own id.
    pub subject: String,
    /// Severity in words.
    pub severity: &'static str,
    /// Tag; empty = none.
    pub tag: String,
    /// Where to read more; empty = nowhere.
    pub url: String,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "rules.html")]
pub struct RulesPage {
    /// The frame.
    pub layout: Layout,
    /// May the viewer change rules?
    pub administrator: bool,
    /// The rules, by name.
    pub rules: Vec<RuleRow>,
    /// The fields of the form.
    pub fields: Vec<TextField>,
    /// What is wrong with what was sent.
    pub trouble: Option<String>,
}
