//! `metadata`: what a definition says for people, in the forms of the vendors (data/oval of the shared data).

use super::advisory::Draft;
use super::problem::Stop;
use super::reading::Reading;
use super::text;
use crate::cve;
use crate::xml::{Tag, XmlError};
use pakiti_core::oval::model::{Cve, Metadata, Reference};

/// Source of the reference that Debian's `dsa` is kept as.
const DSA: &str = "DSA";

impl Reading<'_> {
    /// The metadata of the definition that is read; their children are at `depth`.
    pub(super) fn metadata(&mut self, depth: usize) -> Result<Metadata, Stop> {
        let mut draft = Draft::default();
        while let Some(tag) = self.xml.child(depth - 1)? {
            match tag.name() {
                "title" => draft.metadata.title = self.words(depth)?,
                "affected" => self.affected(&mut draft.metadata.platforms, depth + 1)?,
                "reference" => {
                    let reference = reference_of(&tag);
                    let Reference { source, id, url } = &reference;
                    self.budget.part(source.len() + id.len() + url.len())?;
                    draft.metadata.references.push(reference);
                }
                "advisory" => self.advisory(&mut draft, depth + 1)?,
                "debian" => self.debian(&mut draft, depth + 1)?,
                "description" | "oval_repository" => self.xml.pass_over(depth)?,
                _ => {}
            }
        }
        Ok(finished(draft))
    }

    fn affected(&mut self, platforms: &mut Vec<Box<str>>, depth: usize) -> Result<(), XmlError> {
        while let Some(tag) = self.xml.child(depth - 1)? {
            if matches!(tag.name(), "platform" | "product") {
                platforms.push(self.words(depth)?);
            }
        }
        platforms.retain(|name| !name.is_empty());
        platforms.shrink_to_fit();
        Ok(())
    }

    fn debian(&mut self, draft: &mut Draft, depth: usize) -> Result<(), XmlError> {
        while let Some(tag) = self.xml.child(depth - 1)? {
            match tag.name() {
                "dsa" => {
                    let id = self.words(depth)?;
                    let references = &mut draft.metadata.references;
                    if !id.is_empty() {
                        references.push(Reference { source: DSA.into(), id, url: Box::default() });
                    }
                }
                "date" => {
                    self.xml.text(depth, &mut self.text)?;
                    draft.debian_date = self.day("date");
                }
                "moreinfo" => self.xml.pass_over(depth)?,
                _ => {}
            }
        }
        Ok(())
    }
}

fn reference_of(tag: &Tag<'_>) -> Reference {
    let mut reference = Reference::default();
    // What stands behind a damaged attribute is lost; a definition does not depend on it.
    tag.each(|name, value| {
        let field = match name {
            "source" => &mut reference.source,
            "ref_id" => &mut reference.id,
            "ref_url" => &mut reference.url,
            _ => return,
        };
        *field = text::line(&value).into();
    });
    reference
}

/// Puts together what the forms say.
fn finished(draft: Draft) -> Metadata {
    let Draft { mut metadata, public_date, debian_date } = draft;
    metadata.issued = metadata.issued.or(public_date).or(debian_date);
    for reference in &metadata.references {
        let is_cve = reference.source.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("cve"))
            || reference.source.ends_with("CVE");
        if let Some(id) = cve::first(&reference.id).filter(|_| is_cve) {
            metadata.cves.push(Cve { id: id.into(), ..Cve::default() });
        }
    }
    merge(&mut metadata.cves);
    metadata.references.shrink_to_fit();
    metadata.cve_tests.shrink_to_fit();
    metadata
}

/// One entry for each CVE, by id; the first one that says a thing of it counts (SUSE lists its own score, then
/// NVD's).
fn merge(cves: &mut Vec<Cve>) {
    cves.sort_by(|a, b| a.id.cmp(&b.id));
    cves.dedup_by(|later, first| {
        if later.id != first.id {
            return false;
        }
        if first.impact.is_empty() {
            first.impact = std::mem::take(&mut later.impact);
        }
        first.cvss_tenths = first.cvss_tenths.or(later.cvss_tenths);
        true
    });
    cves.shrink_to_fit();
}
