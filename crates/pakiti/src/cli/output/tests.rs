use super::*;

const COLUMNS: &[Column] = &[
    ("name", Some("name")),
    ("count", Some("count")),
    ("at", Some("at")),
    ("on", Some("on")),
    ("groups", None),
    ("note", Some("note")),
];

fn listing() -> Listing {
    let row = |name: &str, count: i64, note: Value| {
        let groups = vec!["a".to_owned(), "b".to_owned()];
        vec![name.into(), count.into(), Value::Time(1_795_319_455), true.into(), groups.into(), note]
    };
    let rows = vec![row("one", 1, Value::None), row("two\tand\nmore\u{1b}[2J", 1234, "x".into())];
    Listing { columns: COLUMNS, rows, empty: "nothing" }
}

fn printed(format: Format) -> String {
    let mut out = Vec::new();
    listing().print(format, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_table_shows_the_titled_columns_without_control_characters() {
    insta::assert_snapshot!(printed(Format::Table), @r"
    name              count  at                on   note
    one                   1  2026-11-22 03:50  yes  -
    two�and�more�[2J   1234  2026-11-22 03:50  yes  x
    ");
}

#[test]
fn tsv_has_one_line_per_row_whatever_the_values_hold() {
    insta::assert_snapshot!(printed(Format::Tsv).replace('\t', "|"), @r"
    #name|count|at|on|groups|note
    one|1|2026-11-22T03:50:55Z|true|a,b|
    two�and�more�[2J|1234|2026-11-22T03:50:55Z|true|a,b|x
    ");
}

#[test]
fn json_keeps_the_order_of_the_keys_and_the_values_as_they_are() {
    let text = printed(Format::Json);
    assert!(text.starts_with(
        "[\n  {\n    \"name\": \"one\",\n    \"count\": 1,\n    \"at\": \"2026-11-22T03:50:55Z\""
    ));
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value[1]["name"], "two\tand\nmore\u{1b}[2J");
    assert_eq!(value[0]["note"], serde_json::Value::Null);
    assert_eq!(value[0]["groups"], serde_json::json!(["a", "b"]));
}

#[test]
fn no_rows_are_a_sentence_for_people_and_an_empty_list_for_scripts() {
    let print = |format| {
        let mut out = Vec::new();
        Listing { columns: COLUMNS, rows: Vec::new(), empty: "nothing" }.print(format, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    assert_eq!(print(Format::Table), "nothing\n");
    assert_eq!(print(Format::Json), "[]\n");
    assert_eq!(print(Format::Tsv), "#name\tcount\tat\ton\tgroups\tnote\n");
}

#[test]
fn a_document_has_facts_and_lists() {
    let document = || Document {
        facts: vec![("id", "id", 7.into()), ("why", "why", Value::None)],
        lists: vec![("items", "Items".to_owned(), listing())],
    };
    let print = |format| {
        let mut out = Vec::new();
        document().print(format, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    assert!(print(Format::Tsv).starts_with("#key\tvalue\nid\t7\nwhy\t\n\n#name\tcount"));
    assert!(print(Format::Table).starts_with(" id  7\n\nItems\n"), "{}", print(Format::Table));
    let json: serde_json::Value = serde_json::from_str(&print(Format::Json)).unwrap();
    assert_eq!((&json["id"], &json["items"][1]["count"]), (&7.into(), &1234.into()));
}
