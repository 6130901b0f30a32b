//! `advisory`: severity, CVEs, dates, resolutions, CPEs, in the forms of the vendors.

use super::problem::{Problem, What};
use super::reading::Reading;
use super::text;
use crate::cve;
use crate::xml::{Tag, XmlError};
use pakiti_core::oval::model::{Cve, Metadata, Resolution};

/// The metadata of a definition while they are read.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) metadata: Metadata,
    /// Ubuntu's `public_date`.
    pub(super) public_date: Option<i64>,
    /// Debian's `date`.
    pub(super) debian_date: Option<i64>,
}

impl Reading<'_> {
    /// An advisory; its children are at `depth`.
    pub(super) fn advisory(&mut self, draft: &mut Draft, depth: usize) -> Result<(), XmlError> {
        while let Some(tag) = self.xml.child(depth - 1)? {
            let metadata = &mut draft.metadata;
            match tag.name() {
                "severity" => metadata.severity = self.words(depth)?,
                "issued" => {
                    self.text = date_of(&tag);
                    metadata.issued = self.day("issued");
                }
                "updated" => {
                    self.text = date_of(&tag);
                    metadata.updated = self.day("updated");
                }
                "public_date" => {
                    self.xml.text(depth, &mut self.text)?;
                    draft.public_date = self.day("public_date");
                }
                "cve" => {
                    let cve = cve_of(&tag);
                    self.cve(cve, metadata, depth)?;
                }
                "affected" => self.resolutions(&mut metadata.resolutions, depth + 1)?,
                "affected_cpe_list" => self.named("cpe", &mut metadata.cpes, depth + 1)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// The date that was read as text.
    pub(super) fn day(&mut self, field: &'static str) -> Option<i64> {
        let day = text::day(&self.text);
        let word = self.text.trim();
        if day.is_none() && !word.is_empty() && word != "unknown" {
            self.skip(What::Definition, Problem::Date(field));
        }
        day
    }

    fn cve(
        &mut self,
        (mut one, test): (Cve, Box<str>),
        metadata: &mut Metadata,
        depth: usize,
    ) -> Result<(), XmlError> {
        self.xml.text(depth, &mut self.text)?;
        if let Some(id) = cve::first(&self.text) {
            one.id = id.into();
            self.budget.part(one.id.len() + one.impact.len())?;
            if !test.is_empty() {
                self.budget.part(one.id.len() + test.len())?;
                metadata.cve_tests.push((one.id.clone(), test));
            }
            metadata.cves.push(one);
        }
        Ok(())
    }

    fn resolutions(&mut self, into: &mut Vec<Resolution>, depth: usize) -> Result<(), XmlError> {
        while let Some(tag) = self.xml.child(depth - 1)? {
            if tag.name() == "resolution" {
                let state = text::line(&tag.attribute("state").unwrap_or_default()).into();
                let mut resolution = Resolution { state, components: Vec::new() };
                self.budget.part(resolution.state.len())?;
                self.named("component", &mut resolution.components, depth + 1)?;
                into.push(resolution);
            }
        }
        Ok(())
    }

    /// The texts of the elements called `name` at `depth`.
    fn named(&mut self, name: &str, into: &mut Vec<Box<str>>, depth: usize) -> Result<(), XmlError> {
        while let Some(tag) = self.xml.child(depth - 1)? {
            if tag.name() == name {
                into.push(self.words(depth)?);
            }
        }
        into.shrink_to_fit();
        Ok(())
    }
}

fn date_of(tag: &Tag<'_>) -> String {
    tag.attribute("date").unwrap_or_default()
}

/// What the tag says of a CVE: Red Hat's and SUSE's `impact`, `cvss3`, `cvss2`, Ubuntu's `priority`, `cvss_score`;
/// and Ubuntu's `test_ref`.
fn cve_of(tag: &Tag<'_>) -> (Cve, Box<str>) {
    let (mut impact, mut priority, mut test) = (Box::default(), Box::default(), Box::default());
    let (mut third, mut second) = (None, None);
    tag.each(|name, value| match name {
        "impact" => impact = text::line(&value).into(),
        "priority" => priority = text::line(&value).into(),
        "cvss3" | "cvss_score" => third = text::score(&value).or(third),
        "cvss2" => second = text::score(&value),
        "test_ref" => test = text::line(&value).into(),
        _ => {}
    });
    let impact: Box<str> = if str::is_empty(&impact) { priority } else { impact };
    (Cve { id: Box::default(), impact, cvss_tenths: third.or(second) }, test)
}
