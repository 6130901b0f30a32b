//! The scanner against quick-xml's: the same events, or an error at the same place.

use super::*;
use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// Events in words; texts between two tags are one.
#[derive(Default)]
struct Told {
    events: Vec<String>,
    text: String,
}

impl Told {
    fn event(&mut self, event: String) {
        if !self.text.is_empty() {
            self.events.push(format!("text {:?}", std::mem::take(&mut self.text)));
        }
        self.events.push(event);
    }
}

fn ours(data: &[u8]) -> Vec<String> {
    let mut xml = Xml {
        source: Source::new(data),
        names: String::new(),
        starts: Vec::new(),
        found: Found::default(),
        buffer: Vec::new(),
        root: "",
    };
    xml.source.begin().unwrap();
    let mut told = Told::default();
    loop {
        let mut text = String::new();
        let step = xml.step(Some(&mut text));
        told.text.push_str(&text);
        match step {
            Ok(step @ (Step::Open | Step::Empty)) => {
                let tag = xml.tag();
                let mut words =
                    format!("{} {}", if matches!(step, Step::Open) { "open" } else { "empty" }, tag.name());
                let values: Vec<String> =
                    tag.attributes().map(|(name, value)| format!(" {name}={value}")).collect();
                let whole = tag.each(|name, value| words.push_str(&format!(" {name}={value}")));
                told.event(format!("{words} {whole}{}", values.concat()));
            }
            Ok(Step::Close) => told.event("close".to_owned()),
            Ok(Step::Text | Step::Section) => {}
            Ok(Step::End) => told.event("end".to_owned()),
            Err(_) => told.event("error".to_owned()),
        }
        if told.events.last().is_some_and(|last| matches!(last.as_str(), "end" | "error")) {
            return told.events;
        }
    }
}

fn tag_of(what: &str, tag: &BytesStart<'_>) -> String {
    let local = |name: &str| name.split_once(':').map_or(name, |(_, name)| name).to_owned();
    let mut words = format!("{what} {}", local(tag.name().into_inner()));
    let (mut whole, mut values) = (true, String::new());
    for attribute in tag.attributes().with_checks(false) {
        let Ok(attribute) = attribute else {
            whole = false;
            break;
        };
        let key = attribute.key.into_inner();
        words.push_str(&format!(" {key}={}", resolved(&attribute.value)));
        values.push_str(&format!(" {}={}", local(key), attribute.value));
    }
    format!("{words} {whole}{values}")
}

fn theirs(data: &[u8]) -> Vec<String> {
    let (mut reader, mut told, mut depth) = (Reader::from_reader(data), Told::default(), 0);
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(tag)) => {
                depth += 1;
                told.event(tag_of("open", &tag));
            }
            Ok(Event::Empty(tag)) => told.event(tag_of("empty", &tag)),
            Ok(Event::End(_)) => {
                depth -= 1;
                told.event("close".to_owned());
            }
            Ok(Event::Text(text)) => told.text.push_str(&text),
            Ok(Event::CData(text)) => told.text.push_str(&text),
            Ok(Event::GeneralRef(reference)) => told.text.push(scan::character(&reference)),
            Ok(Event::Eof) if depth == 0 => told.event("end".to_owned()),
            Ok(Event::Eof) => told.event("error".to_owned()),
            Ok(_) => {}
            Err(_) => told.event("error".to_owned()),
        }
        if told.events.last().is_some_and(|last| matches!(last.as_str(), "end" | "error")) {
            return told.events;
        }
    }
}

fn same(data: &[u8]) {
    assert_eq!(ours(data), theirs(data), "{:?}", String::from_utf8_lossy(data));
}

const PIECES: [&str; 52] = [
    "<a>",
    "</a>",
    "<b>",
    "</b>",
    "<a/>",
    "<b c='d'>",
    "<b c=\"x>y\" e='&amp;<'/>",
    "< a>",
    "<a b>",
    "<a b=c>",
    "<a b = 'c'>",
    "</a >",
    "</a\n>",
    "</b x='>'>",
    "</ a>",
    "</>",
    "<>",
    "</ >",
    "text",
    " \n",
    "&lt;",
    "&#65;",
    "&#x41;",
    "&bogus;",
    "&",
    ";",
    "<!-- x > - -->",
    "<!---->",
    "<![CDATA[y<z]]>",
    "<![CDATA[]]>",
    "<?pi x?>",
    "<?xml version='1.0'?>",
    "<!DOCTYPE a>",
    "<!DOCTYPE a [<!ELEMENT b (c)>]>",
    "<!x>",
    "<!",
    "<?",
    "\u{feff}",
    "\u{e4}",
    "<",
    ">",
    "'",
    "\"",
    "<a\n b='1'\tc='2'>",
    "<x:y z:w='v'/>",
    "<a b='1'c='2'>",
    "<a b='1' / >",
    "<a/b>",
    "<\u{e4} \u{f6}='\u{fc}'>",
    "\u{c}",
    "<a b='1' b='2'/>",
    "<a b='1' />",
];

/// Pieces of XML, sound and damaged, some of them within an element.
fn document() -> impl Strategy<Value = String> {
    let pieces = prop::collection::vec(prop::sample::select(&PIECES[..]), 0..10).prop_map(|all| all.concat());
    (pieces, any::<bool>()).prop_map(|(text, within)| if within { format!("<r>{text}</r>") } else { text })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_pieces(text in document()) {
        same(text.as_bytes());
    }

    #[test]
    fn any_characters(text in "[ab<>/='\"&;! \\-\\[\\]?\n]{0,24}") {
        same(text.as_bytes());
    }
}

#[test]
fn pieces_where_the_window_ends() {
    let filled = |length: usize| "x".repeat(length);
    for piece in PIECES {
        for before in (1..40).step_by(3) {
            same(format!("<r>{}{piece}</r>", filled((64 << 10) - before)).as_bytes());
        }
    }
}

#[test]
fn bytes_that_are_no_character_become_nul_wherever_the_window_ends() {
    for before in 0..6 {
        let mut data = b"<r>".to_vec();
        data.resize((64 << 10) - before, b'x');
        data.extend(b"\xe2\x82\xac\xff\xe2\x82</r>");
        let mut xml = Xml::read(data.as_slice(), &["r"]).unwrap();
        let mut text = String::new();
        xml.text(1, &mut text).unwrap();
        assert_eq!(text.trim_start_matches('x'), "\u{20ac}\0\0\0");
    }
}

#[test]
fn content_is_passed_over_across_the_window() {
    for filler in ["x", "<b>", "<!-- </a> ", "<![CDATA[</a>", "\u{20ac}"] {
        for length in (64 << 10) - 12..(64 << 10) + 2 {
            let end = if filler.starts_with("<!--") {
                "-->"
            } else if filler.starts_with("<!") {
                "]]>"
            } else {
                ""
            };
            let fill = "-".repeat(length - filler.len());
            let data = format!("<r><a>{filler}{fill}{end}</a><c/></r>");
            let mut xml = Xml::read(data.as_bytes(), &["r"]).unwrap();
            assert_eq!(xml.child(1).unwrap().unwrap().name(), "a");
            xml.pass_over(2).unwrap();
            assert_eq!(xml.child(1).unwrap().unwrap().name(), "c", "{filler} {length}");
        }
    }
}
