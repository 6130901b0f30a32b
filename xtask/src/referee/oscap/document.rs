//! What the referee reads of an OVAL file itself: the ids of its definitions in file order, what each test asks, the
//! fixed versions (to make hosts near them) and the module streams.
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::xml::{self, Step, Tag};

/// What a test asks of the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A package's version: a state with `evr`.
    Version,
    /// Is a package there: a package test without a state.
    Installed,
    /// Whose key a package is signed with.
    Signature,
    /// The running kernel, or that of the next boot.
    Kernel,
    /// Is a module's stream enabled?
    Module,
    /// Everything else: which system it is.
    System,
}

/// A fixed version, and the architectures it is for (a pattern; empty = all).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fixed {
    pub(super) evr: String,
    pub(super) arch: String,
}

/// An OVAL file.
#[derive(Debug, Default)]
pub(super) struct Document {
    /// Ids of its definitions, in file order.
    pub(super) definitions: Vec<String>,
    pub(super) kinds: HashMap<String, Kind>,
    /// Package names, and what their versions are compared with.
    pub(super) fixed: BTreeMap<String, BTreeSet<Fixed>>,
    /// Module streams that criteria name.
    pub(super) streams: BTreeSet<(String, String)>,
}

/// A test, object, state or variable while it is read, and afterwards.
#[derive(Default)]
struct Part {
    element: String,
    object: String,
    states: Vec<String>,
    /// Text of its children by their name.
    texts: Vec<(String, String)>,
    /// Variable of its `name`.
    variable: String,
}

impl Part {
    fn text(&self, name: &str) -> Option<&str> {
        self.texts.iter().find(|(element, _)| element == name).map(|(_, text)| text.as_str())
    }
}

/// Reads a file.
pub(super) fn read(text: &str) -> anyhow::Result<Document> {
    let mut document = Document::default();
    let mut parts: HashMap<String, Part> = HashMap::new();
    let mut current: Option<(String, Part)> = None;
    let mut child = String::new();
    xml::walk(text, |step| match step {
        Step::Open(tag) => {
            child.clear();
            match &mut current {
                Some((_, part)) => {
                    inside(part, tag);
                    child.push_str(tag.name());
                }
                None => current = outside(&mut document, tag),
            }
        }
        Step::Text(text) => {
            if let Some((_, part)) = current.as_mut().filter(|_| !child.is_empty()) {
                add(part, &child, text.trim());
            }
        }
        Step::Close(name) => {
            child.clear();
            if current.as_ref().is_some_and(|(_, part)| part.element == name) {
                parts.extend(current.take());
            }
        }
    })?;
    resolve(&mut document, &parts);
    Ok(document)
}

fn outside(document: &mut Document, tag: &Tag<'_>) -> Option<(String, Part)> {
    let name = tag.name();
    if name == "criterion" {
        let comment = tag.attribute("comment").unwrap_or_default();
        document.streams.extend(stream(&comment));
    }
    let id = tag.attribute("id")?;
    if name == "definition" {
        document.definitions.push(id);
        return None;
    }
    let is_part = ["_test", "_object", "_state", "_variable"].iter().any(|end| name.ends_with(end));
    is_part.then(|| (id, Part { element: name.to_owned(), ..Part::default() }))
}

/// `Module NAME:STREAM is enabled`.
fn stream(comment: &str) -> Option<(String, String)> {
    let words = comment.strip_prefix("Module ")?.strip_suffix(" is enabled")?;
    let (name, stream) = words.split_once(':')?;
    Some((name.to_owned(), stream.to_owned()))
}

fn inside(part: &mut Part, tag: &Tag<'_>) {
    match tag.name() {
        "object" => part.object = tag.attribute("object_ref").unwrap_or_default(),
        "state" => part.states.extend(tag.attribute("state_ref")),
        "name" => part.variable = tag.attribute("var_ref").unwrap_or_default(),
        _ => {}
    }
}

/// Texts of one child may come in pieces; values of a variable are children of one name each.
fn add(part: &mut Part, child: &str, text: &str) {
    if !text.is_empty() {
        part.texts.push((child.to_owned(), text.to_owned()));
    }
}

fn resolve(document: &mut Document, parts: &HashMap<String, Part>) {
    for (id, test) in parts.iter().filter(|(_, part)| part.element.ends_with("_test")) {
        let object = parts.get(&test.object);
        let states: Vec<&Part> = test.states.iter().filter_map(|state| parts.get(state)).collect();
        document.kinds.insert(id.clone(), kind(test, object, &states));
        for state in states.iter().filter(|state| state.text("evr").is_some()) {
            let fixed = Fixed {
                evr: state.text("evr").unwrap_or_default().to_owned(),
                arch: state.text("arch").unwrap_or_default().to_owned(),
            };
            for name in object.map(|object| names(object, parts)).unwrap_or_default() {
                document.fixed.entry(name).or_default().insert(fixed.clone());
            }
        }
    }
}

fn kind(test: &Part, object: Option<&Part>, states: &[&Part]) -> Kind {
    let has = |name: &str| states.iter().any(|state| state.text(name).is_some());
    let path = object.and_then(|object| object.text("filepath").or(object.text("path"))).unwrap_or_default();
    match test.element.as_str() {
        "uname_test" if !states.is_empty() => Kind::Kernel,
        "textfilecontent54_test" if path.starts_with("/boot/") => Kind::Kernel,
        "textfilecontent54_test" if path.starts_with("/etc/dnf/modules.d/") => Kind::Module,
        "rpminfo_test" | "dpkginfo_test" if has("evr") => Kind::Version,
        "rpminfo_test" | "dpkginfo_test" if has("signature_keyid") => Kind::Signature,
        "rpminfo_test" | "dpkginfo_test" if states.is_empty() => Kind::Installed,
        _ => Kind::System,
    }
}

/// The names an object asks for: its own, or all values of a variable.
fn names(object: &Part, parts: &HashMap<String, Part>) -> Vec<String> {
    match parts.get(&object.variable) {
        Some(variable) => variable.texts.iter().map(|(_, value)| value.clone()).collect(),
        None => object.text("name").map(str::to_owned).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_known_by_what_they_ask() {
        let document = read(
            r#"<oval_definitions><definitions><definition id="d1"><criteria>
            <criterion comment="Module a:1 is enabled" test_ref="t1"/></criteria></definition></definitions>
            <tests><r:rpminfo_test id="t1"><r:object object_ref="o1"/><r:state state_ref="s1"/></r:rpminfo_test>
            <r:rpminfo_test id="t2"><r:object object_ref="o2"/></r:rpminfo_test>
            <i:textfilecontent54_test id="t3"><i:object object_ref="o3"/></i:textfilecontent54_test></tests>
            <objects><r:rpminfo_object id="o1"><r:name>bash</r:name></r:rpminfo_object>
            <r:rpminfo_object id="o2"><r:name var_ref="v1"/></r:rpminfo_object>
            <i:textfilecontent54_object id="o3"><i:filepath>/boot/grub2/grub.cfg</i:filepath></i:textfilecontent54_object>
            </objects><states><r:rpminfo_state id="s1"><r:arch>x86_64</r:arch><r:evr>0:5-1</r:evr></r:rpminfo_state></states>
            <variables><constant_variable id="v1"><value>a</value><value>b</value></constant_variable></variables>
            </oval_definitions>"#,
        )
        .unwrap();
        assert_eq!(document.definitions, ["d1"]);
        assert_eq!(
            [document.kinds["t1"], document.kinds["t2"], document.kinds["t3"]],
            [Kind::Version, Kind::Installed, Kind::Kernel]
        );
        let fixed = Fixed { evr: "0:5-1".to_owned(), arch: "x86_64".to_owned() };
        assert!(document.fixed["bash"].contains(&fixed));
        assert!(document.streams.contains(&("a".to_owned(), "1".to_owned())));
    }
}
