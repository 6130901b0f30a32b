//! Minor streams that a vendor supports beside the main one: whose definitions speak only for hosts of that stream.
//!
//! vendor-rules.md, gate (1): "OS group incl. minor stream and entitlement"; "never compare across streams". Red Hat
//! names them by CPE (`cpe:/o:redhat:rhel_eus:8.6`); the host by its releasever, or by the version of its release
//! package and its entitlements.

use crate::context::GroupContext;
use crate::oval::model::{Definition, Document, Place};
use std::collections::HashMap;

/// CPE products that are streams of a minor release, and the entitlement of each.
const STREAMS: [(&str, &str); 4] =
    [("rhel_eus", "eus"), ("rhel_aus", "aus"), ("rhel_tus", "tus"), ("rhel_e4s", "e4s")];

/// A stream: `eus` 8.6.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Stream {
    entitlement: &'static str,
    minor: Box<str>,
}

/// The streams that the definitions of a document are limited to.
#[derive(Debug, Default)]
pub(super) struct Streams {
    /// Distinct lists of streams.
    lists: Vec<Vec<Stream>>,
    /// Definition -> place in `lists`; definitions of the main stream are not here.
    of: HashMap<Place, u32>,
    /// Is any definition of the main stream?
    main: bool,
}

/// How a host stands to the streams of a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is of one of them, or the definition is of the main stream.
    Within,
    /// The host does not say of which stream it is.
    NotTold,
    /// It is of another.
    Without,
}

impl Streams {
    /// By the CPEs of the definitions.
    pub(super) fn new(document: &Document) -> Self {
        let mut out = Self::default();
        let mut places: HashMap<Vec<Stream>, u32> = HashMap::new();
        for (definition, place) in document.definitions.iter().zip(0..) {
            let streams = streams_of(definition);
            if streams.is_empty() {
                out.main = true;
                continue;
            }
            let next = out.lists.len() as u32;
            let list = *places.entry(streams).or_insert_with_key(|streams| {
                out.lists.push(streams.clone());
                next
            });
            out.of.insert(place, list);
        }
        out
    }

    /// How a host stands to a definition.
    pub(super) fn standing(&self, definition: Place, context: &GroupContext) -> Standing {
        let standings = self.list(definition).iter().map(|stream| stream.standing(context));
        standings.min_by_key(|standing| *standing as u8).unwrap_or(Standing::Within)
    }

    /// Does the definition speak for this host?
    pub(super) fn speak_for(&self, definition: Place, context: &GroupContext) -> bool {
        self.standing(definition, context) == Standing::Within
    }

    /// Does any definition of the document speak for this host?
    pub(super) fn any_for(&self, context: &GroupContext) -> bool {
        let within = |stream: &Stream| stream.standing(context) == Standing::Within;
        self.main || self.lists.is_empty() || self.lists.iter().flatten().any(within)
    }

    /// The streams of a definition, for people; `None` = the main one.
    pub(super) fn words(&self, definition: Place) -> Option<String> {
        let list = self.list(definition);
        let words: Vec<String> = list.iter().map(|s| format!("{} {}", s.entitlement, s.minor)).collect();
        (!words.is_empty()).then(|| format!("stream {}", words.join(", ")))
    }

    fn list(&self, definition: Place) -> &[Stream] {
        let place = self.of.get(&definition);
        place.and_then(|place| self.lists.get(*place as usize)).map_or(&[], Vec::as_slice)
    }
}

impl Stream {
    fn standing(&self, context: &GroupContext) -> Standing {
        let of_package = context.products.iter().find(|(name, _)| name.starts_with("redhat-release"));
        let installed = of_package.and_then(|(_, version)| {
            let bare = version.split_once(':').map_or(version.as_str(), |(_, bare)| bare);
            // `6Server` tells no minor release.
            bare.split('-').next().filter(|version| version.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
        });
        match (&context.releasever, installed) {
            // A releasever without a minor release is the main stream's.
            (Some(told), _) if **told == *self.minor => Standing::Within,
            (Some(told), _) if told.contains('.') => Standing::Without,
            (_, Some(installed)) if *installed != *self.minor => Standing::Without,
            (_, Some(_)) if context.entitlements.contains(self.entitlement) => Standing::Within,
            (Some(_), Some(_)) => Standing::Without,
            _ => Standing::NotTold,
        }
    }
}

/// The streams that a definition is limited to; none, if one of its CPEs is of the system's main stream.
fn streams_of(definition: &Definition) -> Vec<Stream> {
    let mut streams = Vec::new();
    for cpe in &definition.metadata.cpes {
        let Some((product, version)) = product_of(cpe) else { continue };
        match STREAMS.iter().find(|(own, _)| *own == product) {
            Some((_, entitlement)) => streams.push(Stream { entitlement, minor: version.into() }),
            // Layered products say nothing of the system's stream.
            None if product == "enterprise_linux" || product.starts_with("rhel_") => return Vec::new(),
            None => {}
        }
    }
    streams.sort();
    streams.dedup();
    streams
}

/// Product and version of a CPE of Red Hat's: `cpe:/o:redhat:rhel_eus:8.6::baseos`.
fn product_of(cpe: &str) -> Option<(&str, &str)> {
    let rest = cpe.strip_prefix("cpe:/").or_else(|| cpe.strip_prefix("cpe:2.3:"))?;
    let mut parts = rest.split(':').skip(1);
    (parts.next()? == "redhat").then_some((parts.next()?, parts.next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limited_to(cpes: &[&str]) -> Vec<String> {
        let mut definition = Definition::default();
        definition.metadata.cpes = cpes.iter().map(|cpe| (*cpe).into()).collect();
        streams_of(&definition).iter().map(|s| format!("{} {}", s.entitlement, s.minor)).collect()
    }

    #[test]
    fn definitions_of_the_main_stream_are_not_limited() {
        let eus = "cpe:/o:redhat:rhel_eus:8.6::baseos";
        assert_eq!(limited_to(&[eus, "cpe:/a:redhat:rhel_eus:8.6::appstream"]), ["eus 8.6"]);
        assert_eq!(limited_to(&[eus, "cpe:/a:redhat:rhel_e4s:8.6::sap"]), ["e4s 8.6", "eus 8.6"]);
        assert_eq!(limited_to(&[eus, "cpe:/a:redhat:openshift:4.10"]), ["eus 8.6"]);
        let none: [&str; 0] = [];
        assert_eq!(limited_to(&[eus, "cpe:/o:redhat:enterprise_linux:8"]), none);
        assert_eq!(limited_to(&[eus, "cpe:/a:redhat:rhel_extras:7"]), none);
        assert_eq!(limited_to(&["cpe:/o:redhat:rhel_els:7"]), none);
        assert_eq!(limited_to(&["cpe:/a:redhat:openshift:4.10", "nonsense", "cpe:/o:redhat"]), none);
    }
}
