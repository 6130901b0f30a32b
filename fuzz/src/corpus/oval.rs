//! Small documents out of large ones: one definition and whatever it refers to.
//!
//! Works on the text, not through the reader under test: an item is found by its `id`, and what it refers to by any
//! word in it that is an id.

use super::{files, text};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::ops::Range;
use std::path::Path;

/// Documents made of each real file.
const DOCUMENTS_PER_FILE: usize = 4;
/// Most items of one.
const MOST_ITEMS: usize = 40;

/// Small documents of every vendor.
pub(crate) fn real(data: &Path) -> Vec<Vec<u8>> {
    let texts = files(&data.join("oval")).into_iter().filter_map(|path| text(&path));
    texts.flat_map(|text| small(&text)).map(String::into_bytes).collect()
}

/// The vendors' own patterns, each with texts they may run over.
pub(crate) fn patterns(data: &Path) -> Vec<Vec<u8>> {
    let mut found: BTreeMap<String, ()> = BTreeMap::new();
    for text in files(&data.join("oval")).into_iter().filter_map(|path| text(&path)) {
        for after in text.split("operation=\"pattern match\"").skip(1).take(2_000) {
            let value = after.split_once('>').and_then(|(_, rest)| rest.split_once('<'));
            found.extend(value.map(|(value, _)| (value.replace("&lt;", "<").replace("&amp;", "&"), ())));
        }
    }
    let step = (found.len() / 300).max(1);
    let seed =
        |pattern: &String| format!("{pattern}\nbash 0:4.4-1.el8\nVERSION_ID=\"8\"\n4.18.0-425.el8.x86_64");
    found.keys().step_by(step).map(|pattern| seed(pattern).into_bytes()).collect()
}

/// Some definitions of a document with what they refer to, a document each.
fn small(text: &str) -> Vec<String> {
    let Some((head, end)) = root(text) else { return Vec::new() };
    let items = items(text);
    let definitions: Vec<&Range<usize>> =
        items.list.iter().filter(|range| is_definition(text.get((*range).clone()))).collect();
    let step = (definitions.len() / DOCUMENTS_PER_FILE).max(1);
    let chosen = definitions.iter().step_by(step).take(DOCUMENTS_PER_FILE);
    chosen
        .map(|range| format!("{head}\n{}</{end}>\n", with_references(text, &items, (*range).clone())))
        .collect()
}

/// The text up to the end of the root's start tag, and the root's name.
fn root(text: &str) -> Option<(&str, &str)> {
    let at = text.find("oval_definitions")?;
    let start = text.get(..at)?.rfind('<')?;
    let end = at + text.get(at..)?.find('>')?;
    Some((text.get(..=end)?, text.get(start + 1..at + "oval_definitions".len())?))
}

fn is_definition(item: Option<&str>) -> bool {
    let name = item.and_then(|item| item.split([' ', '\n']).next()).unwrap_or_default();
    name.trim_start_matches('<').rsplit(':').next() == Some("definition")
}

/// Where the items of a document are.
struct Items<'t> {
    by_id: HashMap<&'t str, Range<usize>>,
    list: Vec<Range<usize>>,
}

fn items(text: &str) -> Items<'_> {
    let mut items = Items { by_id: HashMap::new(), list: Vec::new() };
    for (at, _) in text.match_indices(" id=\"") {
        let id = text.get(at + 5..).and_then(|rest| rest.split('"').next()).unwrap_or_default();
        let Some(range) = element(text, at) else { continue };
        items.by_id.entry(id).or_insert_with(|| range.clone());
        items.list.push(range);
    }
    items
}

/// The element whose start tag holds position `at`. Items do not nest.
fn element(text: &str, at: usize) -> Option<Range<usize>> {
    let start = text.get(..at)?.rfind('<')?;
    let rest = text.get(start..)?;
    let name = rest.get(1..)?.split([' ', '\n', '\t']).next()?;
    let tag = rest.find('>')?;
    if rest.get(..tag)?.ends_with('/') {
        return Some(start..start + tag + 1);
    }
    let close = format!("</{name}>");
    Some(start..start + rest.find(&close)? + close.len())
}

fn with_references(text: &str, items: &Items<'_>, first: Range<usize>) -> String {
    let mut taken = vec![first.clone()];
    let mut queue = VecDeque::from([first]);
    while let Some(item) = queue.pop_front().and_then(|range| text.get(range)) {
        for word in item.split(['"', '<', '>']) {
            let Some(range) = items.by_id.get(word) else { continue };
            if taken.len() < MOST_ITEMS && !taken.contains(range) {
                taken.push(range.clone());
                queue.push_back(range.clone());
            }
        }
    }
    taken.into_iter().filter_map(|range| text.get(range)).map(|item| format!("{item}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_comes_with_what_it_refers_to() {
        let text = "<?xml?><o:oval_definitions a='b'><o:definition id=\"d:1\"><criterion test_ref=\"t:1\"/></o:definition>\
            <o:definition id=\"d:2\"></o:definition><x_test id=\"t:1\"><object object_ref=\"o:1\"/></x_test>\
            <x_object id=\"o:1\"/><x_object id=\"o:2\"/></o:oval_definitions>";
        let documents = small(text);
        assert_eq!(documents.len(), 2);
        assert!(documents[0].starts_with("<?xml?><o:oval_definitions a='b'>\n<o:definition id=\"d:1\">"));
        assert!(documents[0].ends_with("</x_test>\n<x_object id=\"o:1\"/>\n</o:oval_definitions>\n"));
        assert!(!documents[1].contains("t:1"));
    }
}
