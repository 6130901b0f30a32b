//! Whatever is done to a document: no panic, and places that are there.

use super::document::document;
use pakiti_core::oval::model::{Document, MISSING, Node, Place, VariableValue};
use pakiti_formats::definition::oval::load;
use proptest::prelude::*;

/// Everything that the reader knows, once.
fn fixture() -> Vec<u8> {
    let items = "<generator><product_name>p</product_name><timestamp>2022-07-12T23:31:28</timestamp></generator>
<definition id='d:1' class='patch'><metadata><title>t</title><affected><platform>p</platform></affected>
<reference source='CVE' ref_id='CVE-2019-1234' ref_url='u'/><description>a &amp; <![CDATA[ ]]> b</description>
<advisory><severity>Low</severity><issued date='2019-03-19'/><public_date>2019-03-19</public_date>
<cve cvss3='7.5/CVSS' impact='low'>CVE-2019-1234</cve><affected><resolution state='x'><component>c</component></resolution></affected>
<affected_cpe_list><cpe>cpe</cpe></affected_cpe_list></advisory><debian><dsa>DSA-1</dsa><date>2019-03-19</date></debian></metadata>
<criteria operator='OR'><criterion test_ref='t:1' comment='c'/><criteria negate='true'>
<extend_definition definition_ref='d:1'/></criteria></criteria></definition>
<rpminfo_test id='t:1' check='all'><object object_ref='o:1'/><state state_ref='s:1'/></rpminfo_test>
<rpminfo_object id='o:1'><behaviors a='b'/><name var_ref='v:1' var_check='at least one'/><filter action='include'>s:1</filter></rpminfo_object>
<rpminfo_object id='o:2'><set set_operator='UNION'><set><object_reference>o:1</object_reference></set></set></rpminfo_object>
<rpminfo_state id='s:1'><evr datatype='evr_string' operation='less than'>0:1-1</evr></rpminfo_state>
<constant_variable id='v:1'><value>a</value></constant_variable>
<local_variable id='v:2'><concat><object_component object_ref='o:1' item_field='name'/><begin character='x'>
<variable_component var_ref='v:1'/></begin></concat></local_variable>";
    document(items).into_bytes()
}

fn sound(document: &Document) {
    let there = |place: Place, length: usize| assert!(place == MISSING || (place as usize) < length);
    fn node(of: &Node, document: &Document) {
        match of {
            Node::Criteria { children, .. } => children.iter().for_each(|child| node(child, document)),
            Node::Criterion { test, .. } => {
                assert!(*test == MISSING || (*test as usize) < document.tests.len());
            }
            Node::Extend { definition, .. } => {
                assert!(*definition == MISSING || (*definition as usize) < document.definitions.len());
            }
        }
    }
    document.definitions.iter().filter_map(|one| one.criteria.as_ref()).for_each(|of| node(of, document));
    for test in &document.tests {
        there(test.object, document.objects.len());
        test.states.iter().for_each(|state| there(*state, document.states.len()));
    }
    let entities = document.objects.iter().flat_map(|one| &one.entities);
    for entity in entities.chain(document.states.iter().flat_map(|one| &one.entities)) {
        entity.variable.iter().for_each(|place| there(*place, document.variables.len()));
    }
    document.objects.iter().flat_map(|one| &one.filters).for_each(|f| there(f.state, document.states.len()));
}

fn read(data: &[u8]) {
    if let Ok(loaded) = load(data, "f") {
        sound(&loaded.document);
    }
}

#[test]
fn the_fixture_is_whole() {
    let loaded = load(&fixture(), "f").unwrap();
    assert!(loaded.skipped.is_empty(), "{:?}", loaded.skipped);
    let document = loaded.document;
    assert!(matches!(document.variables[1].value, VariableValue::Local(_)));
    assert_eq!((document.definitions.len(), document.tests.len(), document.objects.len()), (1, 1, 2));
}

#[test]
fn every_truncation_is_told() {
    let data = fixture();
    for end in 0..data.len() {
        let error = load(&data[..end], "f").unwrap_err();
        assert!(!error.to_string().is_empty());
    }
}

proptest! {
    #[test]
    fn bytes_that_are_changed_or_gone_never_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<(prop::sample::Index, prop::sample::Index)>(),
    ) {
        let mut data = fixture();
        for (at, byte) in changes {
            let at = at.index(data.len());
            data[at] = byte;
        }
        read(&data);
        let (from, to) = (cut.0.index(data.len()), cut.1.index(data.len()));
        data.drain(from.min(to)..from.max(to));
        read(&data);
    }

    #[test]
    fn pieces_in_any_order_never_panic(order in prop::collection::vec(any::<prop::sample::Index>(), 0..80)) {
        let text = String::from_utf8(fixture()).unwrap();
        let pieces: Vec<_> = text.split_inclusive('>').skip(3).collect();
        let mixed: String = order.iter().map(|at| *at.get(&pieces)).collect();
        read(document(&mixed).as_bytes());
    }
}
