//! Under which name and version a document asks for an installed package.
//!
//! vendor-rules.md: Debian's definitions name source packages and compare source versions; Canonical's name the
//! kernel images of the newest build only, so that an image of an older build is asked for by its line.

use super::compile::Rule;
use super::{Compiled, classify};
use crate::kernel;
use crate::oval::model::{Definition, Document};
use crate::package::{Package, PackageFormat};
use crate::rules::RuleIndex;
use std::borrow::Cow;

/// Does a document name source packages? Debian's do, whoever wrote them down.
pub fn names_sources(document: &Document) -> bool {
    let advisory = |id: &str| id.starts_with("DSA-") || id.starts_with("DLA-");
    let of_debian = |definition: &Definition| {
        definition.id.starts_with("oval:org.debian:")
            || definition.metadata.references.iter().any(|reference| advisory(&reference.id))
    };
    document.definitions.iter().any(of_debian)
}

/// The name under which rules are kept for a package of this name: kernel images of all builds of one line share one.
pub(super) fn kept_as(name: &str) -> Cow<'_, str> {
    match kernel::deb_line(name) {
        Some(line) => Cow::Owned(line),
        None => Cow::Borrowed(name),
    }
}

impl Compiled {
    /// The package as the document's tests see it; `None` = as it is.
    pub(super) fn seen(&self, package: &Package) -> Option<Package> {
        if !self.by_source || package.format != PackageFormat::Deb || package.source_name.is_empty() {
            return None;
        }
        let (name, version) = match unsigned(&package.source_name) {
            // The signed image has the version of its source, the package that signs it another one.
            Some(source) => (source, &package.version),
            None if package.source_version.is_empty() => (package.source_name.clone(), &package.version),
            None => (package.source_name.clone(), &package.source_version),
        };
        (name != package.name || *version != package.version).then(|| Package {
            name,
            version: version.clone(),
            ..package.clone()
        })
    }

    /// Its name there.
    pub(super) fn asked_as<'p>(&self, package: &'p Package) -> Cow<'p, str> {
        match self.seen(package) {
            Some(seen) => Cow::Owned(seen.name),
            None if package.format == PackageFormat::Deb => kept_as(&package.name),
            None => Cow::Borrowed(&package.name),
        }
    }

    /// Does a rule that is kept under the package's name mean it? An administrator's rule means the very name, not every
    /// kernel of its line.
    pub(super) fn means(&self, rule: &Rule, name: &str) -> bool {
        if !self.meta.any_maker {
            return true;
        }
        let test = self.document.tests.get(rule.test as usize);
        let object = test.and_then(|test| self.document.objects.get(test.object as usize));
        object.is_some_and(|object| classify::names(&self.document, object).contains(&name))
    }

    /// The version that is compared, for people.
    pub(super) fn compared(&self, package: &Package) -> String {
        match self.seen(package) {
            Some(seen) => format!("{} (source {} {})", package.version, seen.name, seen.version),
            None => package.version.clone(),
        }
    }
}

impl RuleIndex {
    /// Are some packages asked for under other names than their own?
    pub fn asks_otherwise(&self) -> bool {
        self.oval.documents.iter().any(|compiled| compiled.by_source || compiled.by_line)
    }
}

/// The names under which rules may ask for a package, its own left out: those of its source and of its kernel line.
pub fn asked_names(package: &Package) -> impl Iterator<Item = String> {
    let deb = package.format == PackageFormat::Deb;
    let source = Some(&package.source_name).filter(|source| deb && !source.is_empty());
    let source = source.map(|source| unsigned(source).unwrap_or_else(|| source.clone()));
    source.into_iter().chain(kernel::deb_line(&package.name).filter(|_| deb))
}

/// vendor-rules.md, "Signed kernel and boot loader": `linux-signed-amd64` is `linux`, `linux-signed-6.12-amd64` is
/// `linux-6.12`. Signed boot loaders have versions of another form; their unsigned siblings are judged.
fn unsigned(source: &str) -> Option<String> {
    let rest = source.strip_prefix("linux-signed-")?;
    let series = rest.rsplit_once('-').map(|(series, _)| series);
    Some(series.map_or_else(|| "linux".to_owned(), |series| format!("linux-{series}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signed_kernels_are_of_the_source_that_was_signed() {
        assert_eq!(unsigned("linux-signed-amd64").as_deref(), Some("linux"));
        assert_eq!(unsigned("linux-signed-6.12-amd64").as_deref(), Some("linux-6.12"));
        assert_eq!(unsigned("linux"), None);
        assert_eq!(kept_as("linux-image-4.15.0-20-generic"), "linux-image-4.15.0-*-generic");
        assert_eq!(kept_as("linux-modules-extra-5.4.0-66-aws"), "linux-modules-extra-5.4.0-*-aws");
        for name in ["bash", "linux-image-generic", "linux-image-6.1-amd64"] {
            assert_eq!(kept_as(name), name);
        }
    }
}
