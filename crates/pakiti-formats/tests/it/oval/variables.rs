//! Variables: every component and function.

use super::document::{loaded, told, whole};
use pakiti_core::oval::model::{Component, Datatype, Variable, VariableValue};

/// The local variable with this content, and nothing left out.
fn local(content: &str) -> Component {
    let variables = "<external_variable id='v:0'/><rpminfo_object id='o:0'/>";
    let document = whole(&format!("{variables}<local_variable id='v:1'>{content}</local_variable>"));
    match document.variables.into_iter().nth(1) {
        Some(Variable { value: VariableValue::Local(component), .. }) => component,
        other => panic!("{other:?}"),
    }
}

const A: &str = "<literal_component> a</literal_component>";

fn a() -> Box<Component> {
    Box::new(Component::Literal(" a".into()))
}

#[test]
fn constants_and_external_ones() {
    let document = whole(
        "<constant_variable id='v:1' datatype='int'><notes/><value>1</value><value/><value> 2 &lt;</value></constant_variable>
         <external_variable id='v:2' datatype='evr_string'><possible_value>1</possible_value></external_variable>",
    );
    let [first, second] = &document.variables[..] else { panic!() };
    assert_eq!(first.datatype, Datatype::Int);
    assert_eq!(first.value, VariableValue::Constant(vec!["1".into(), "".into(), " 2 <".into()]));
    assert_eq!((second.datatype, &second.value), (Datatype::EvrString, &VariableValue::External));
}

#[test]
fn the_boot_entry_of_red_hat() {
    insta::assert_compact_debug_snapshot!(
        local(
            "<arithmetic arithmetic_operation='add'><literal_component datatype='int'>1</literal_component>
             <object_component item_field='text' object_ref='o:0'/></arithmetic>"
        ),
        @r#"Arithmetic { multiply: false, operands: [Literal("1"), Object { object: 0, field: Text }] }"#
    );
}

#[test]
fn every_function() {
    let cases = [
        (A.to_owned(), *a()),
        ("<variable_component var_ref='v:0'/>".to_owned(), Component::Variable(0)),
        (format!("<concat>{A}{A}</concat>"), Component::Concat(vec![*a(), *a()])),
        (format!("<count>{A}</count>"), Component::Count(vec![*a()])),
        (format!("<unique>{A}{A}</unique>"), Component::Unique(vec![*a(), *a()])),
        (
            format!("<arithmetic arithmetic_operation='multiply'>{A}</arithmetic>"),
            Component::Arithmetic { multiply: true, operands: vec![*a()] },
        ),
        (format!("<begin character='/ '>{A}</begin>"), Component::Begin("/ ".into(), a())),
        (format!("<end character='$'>{A}</end>"), Component::End("$".into(), a())),
        (format!("<escape_regex>{A}</escape_regex>"), Component::EscapeRegex(a())),
        (format!("<split delimiter=' '>{A}</split>"), Component::Split(" ".into(), a())),
        (
            format!("<substring substring_start='2' substring_length='-1'>{A}</substring>"),
            Component::Substring { start: 2, length: -1, of: a() },
        ),
        (
            format!("<regex_capture pattern='^(&lt;)'>{A}</regex_capture>"),
            Component::RegexCapture("^(<)".into(), a()),
        ),
        (format!("<glob_to_regex>{A}</glob_to_regex>"), Component::GlobToRegex(a())),
        (format!("<glob_to_regex glob_noescape='false'>{A}</glob_to_regex>"), Component::GlobToRegex(a())),
        (
            format!("<glob_to_regex glob_noescape='true'>{A}</glob_to_regex>"),
            Component::Unsupported("glob_noescape".into()),
        ),
        (
            format!("<time_difference format_1='year_month_day'>{A}</time_difference>"),
            Component::Unsupported("time_difference".into()),
        ),
        (
            "<object_component object_ref='o:0' item_field='a' record_field='b'/>".to_owned(),
            Component::Unsupported("record_field".into()),
        ),
        (
            format!("<concat><end character='x'><x:merge>{A}</x:merge></end></concat>"),
            Component::Concat(vec![Component::End(
                "x".into(),
                Box::new(Component::Unsupported("merge".into())),
            )]),
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(local(&text), expected, "{text}");
    }
}

#[test]
fn broken_ones_are_skipped() {
    let contents = [
        "",
        "<literal_component>a</literal_component><literal_component>b</literal_component>",
        "<begin><literal_component>a</literal_component></begin>",
        "<begin character='x'/>",
        "<substring substring_start='one' substring_length='1'><literal_component>a</literal_component></substring>",
        "<arithmetic arithmetic_operation='divide'/>",
        "<object_component object_ref='o'/>",
        "<variable_component/>",
        "<literal_component>&none;</literal_component>",
        "<split delimiter='&none;'/>",
        "<split delimiter=x/>",
    ];
    let items = contents.iter().enumerate();
    let items: String = items
        .map(|(at, content)| format!("<local_variable id='{at}'>{content}</local_variable>\n"))
        .collect();
    let last = "<constant_variable id='c' datatype='text'/><constant_variable id='d'><value>&none;</value></constant_variable>";
    let loaded = loaded(&(items + last));
    insta::assert_snapshot!(told(&loaded), @r#"
    f:2: variable "0": no component
    f:3: variable "1": more than one component
    f:4: variable "2": no character
    f:5: variable "3": no component
    f:6: variable "4": substring_start "one" is not known
    f:7: variable "5": arithmetic_operation "divide" is not known
    f:8: variable "6": no item_field
    f:9: variable "7": no var_ref
    f:10: variable "8": literal_component is not text
    f:11: variable "9": delimiter is not text
    f:12: variable "10": a tag with damaged attributes
    f:13: variable "c": datatype "text" is not known
    f:13: variable "d": value is not text
    "#);
    assert!(loaded.document.variables.is_empty());
}
