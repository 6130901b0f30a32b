//! The elements of an XML file one after the other, names without prefix; the scanner is quick-xml.
use anyhow::Context;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// What stands next in a file. `<a/>` is an opening and a closing.
pub(super) enum Step<'a> {
    Open(&'a Tag<'a>),
    Text(&'a str),
    Close(&'a str),
}

/// The start of an element.
pub(super) struct Tag<'a>(&'a BytesStart<'a>);

impl Tag<'_> {
    pub(super) fn name(&self) -> &str {
        local(self.0.name().into_inner())
    }

    /// The value of an attribute; the files here have no references in those that are asked for, but comments do.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        let mut attributes = self.0.attributes();
        let found = attributes.with_checks(false).flatten();
        let mut found = found.filter(|attribute| attribute.key.into_inner() == name);
        found.next().map(|attribute| attribute.value.into_owned())
    }
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, name)| name)
}

/// Tells `visit` every element and text.
pub(super) fn walk(text: &str, mut visit: impl FnMut(Step<'_>)) -> anyhow::Result<()> {
    let mut reader = Reader::from_str(text);
    loop {
        match reader.read_event().with_context(|| format!("XML, byte {}", reader.buffer_position()))? {
            Event::Start(tag) => visit(Step::Open(&Tag(&tag))),
            Event::Empty(tag) => {
                let tag = Tag(&tag);
                visit(Step::Open(&tag));
                visit(Step::Close(tag.name()));
            }
            Event::End(tag) => visit(Step::Close(local(tag.name().into_inner()))),
            Event::Text(text) => visit(Step::Text(&text)),
            Event::CData(text) => visit(Step::Text(&text)),
            Event::GeneralRef(reference) => {
                let resolved = quick_xml::escape::unescape(&format!("&{};", &*reference))?.into_owned();
                visit(Step::Text(&resolved));
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}
