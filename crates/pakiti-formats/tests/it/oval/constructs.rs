//! Criteria, tests, objects, states: every construct of the schema that the model holds.

use super::document::{loaded, shown, told, whole};
use pakiti_core::oval::field::Field;
use pakiti_core::oval::model::{
    Check, Class, Datatype, Existence, Filter, Kind, MISSING, Node, Operation, Operator, Set, SetOperator,
};

fn tree(node: &Node) -> String {
    let not = |negate: &bool| if *negate { "!" } else { "" };
    match node {
        Node::Criteria { operator, negate, children } => {
            let children: Vec<_> = children.iter().map(tree).collect();
            format!("{}{operator:?}({})", not(negate), children.join(", "))
        }
        Node::Criterion { test, negate, comment } => format!("{}t{}[{comment}]", not(negate), shown(*test)),
        Node::Extend { definition, negate } => format!("{}d{}", not(negate), shown(*definition)),
    }
}

const TESTS: &str = "<x:unknown_test id='t:1'/><x:unknown_test id='t:2'/>";

#[test]
fn criteria_nest_negate_and_extend() {
    let document = whole(&format!(
        "<definition id='d:1' class='patch'>
           <criteria operator='ONE' negate='true' comment='c'>
             <criteria operator='XOR'><criterion test_ref='t:2' comment='  two  words &amp; &#x20ac;'/></criteria>
             <n:criterion test_ref='t:1' negate='1' applicability_check='true'></n:criterion>
             <!-- no child --><criteria operator='OR'/>
             <extend_definition definition_ref='d:2' negate='true'/>
             <extend_definition definition_ref='d:1'/>
           </criteria>
         </definition>
         <definition id='d:2' class='inventory' deprecated='true'/>{TESTS}"
    ));
    assert_eq!(
        tree(document.definitions[0].criteria.as_ref().unwrap()),
        "!One(Xor(t1[two words & \u{20ac}]), !t0[], Or(), !d1, d0)"
    );
    let second = &document.definitions[1];
    assert_eq!((second.class, second.deprecated, &second.criteria), (Class::Inventory, true, &None));
    assert_eq!(document.tests[0].kind, Kind::Unknown);
    assert_eq!(document.tests[0].object, MISSING);
}

#[test]
fn a_word_that_is_not_known_skips_its_item_and_no_other() {
    let items = format!(
        "<definition id='d:1'><criteria operator='NOR'><criterion test_ref='t:1'/></criteria></definition>
         <definition id='d:2'><criteria><criterion test_ref='t:1' negate='maybe'/></criteria></definition>
         <definition id='d:3'><criteria><criterion/></criteria></definition>
         <definition id='d:4'><criteria><guess/></criteria></definition>
         <definition id='d:5'><criteria/><criteria/></definition>
         <definition id='d:6'><criteria><extend_definition definition_ref='d:1'/></criteria></definition>
         <definition class='patch'/>
         <definition id='d:&none;'/>
         <definition id='d:8' class=patch/>
         {TESTS}
         <rpminfo_test id='t:3' check='most'><object object_ref='o:1'/></rpminfo_test>
         <rpminfo_test id='t:4'><state state_ref='s:1'/></rpminfo_test>
         <rpminfo_test id='t:5'><object object_ref='o:1'/><object object_ref='o:1'/></rpminfo_test>
         <rpminfo_test id='t:6' check_existence='some'><object object_ref='o:1'/></rpminfo_test>
         <rpminfo_test id='t:7' state_operator='and'><object object_ref='o:1'/></rpminfo_test>
         <rpminfo_test id='t:8'><object object_ref='o:1'/><state state_ref='s:1'/><state state_ref='s:6'/></rpminfo_test>
         <rpminfo_test id='t:9'><object object_ref='o:1'/><state/></rpminfo_test>
         <rpminfo_object id='o:1'><name>a</name></rpminfo_object>
         <rpminfo_object id='o:2'><set set_operator='XOR'/></rpminfo_object>
         <rpminfo_object id='o:3'><filter action='drop'>s:1</filter></rpminfo_object>
         <rpminfo_object id='o:4'><filter> </filter></rpminfo_object>
         <rpminfo_state id='s:1'><evr operation='older than'>1</evr></rpminfo_state>
         <rpminfo_state id='s:2'><evr datatype='evr'>1</evr></rpminfo_state>
         <rpminfo_state id='s:3'><evr entity_check='any'>1</evr></rpminfo_state>
         <rpminfo_state id='s:4'><evr operation=equals>1</evr></rpminfo_state>
         <rpminfo_state id='s:5'><evr>1&none;</evr></rpminfo_state>
         <rpminfo_state id='s:6'><evr>1</evr></rpminfo_state>
         <rpminfo_state id='s:7' operator='NAND'><evr>1</evr></rpminfo_state>"
    );
    let loaded = loaded(&items);
    insta::assert_snapshot!(told(&loaded), @r#"
    f:2: definition "d:1": operator "NOR" is not known
    f:3: definition "d:2": negate "maybe" is not known
    f:4: definition "d:3": no test_ref
    f:5: definition "d:4": element "guess" has no meaning there
    f:6: definition "d:5": more than one criteria
    f:8: definition "": no id
    f:9: definition "\0": id is not text
    f:10: definition "d:8": a tag with damaged attributes
    f:12: test "t:3": check "most" is not known
    f:13: test "t:4": no object
    f:14: test "t:5": more than one object
    f:15: test "t:6": check_existence "some" is not known
    f:16: test "t:7": state_operator "and" is not known
    f:18: test "t:9": no state_ref
    f:20: object "o:2": set_operator "XOR" is not known
    f:21: object "o:3": action "drop" is not known
    f:22: object "o:4": no id that it refers to
    f:23: state "s:1": operation "older than" is not known
    f:24: state "s:2": datatype "evr" is not known
    f:25: state "s:3": entity_check "any" is not known
    f:26: state "s:4": a tag with damaged attributes
    f:27: state "s:5": value is not text
    f:29: state "s:7": operator "NAND" is not known
    "#);
    let document = &loaded.document;
    let ids = |list: Vec<&str>| list.join(" ");
    assert_eq!(ids(document.definitions.iter().map(|one| &*one.id).collect()), "d:6");
    assert_eq!(tree(document.definitions[0].criteria.as_ref().unwrap()), "And(d-)");
    assert_eq!(ids(document.tests.iter().map(|one| &*one.id).collect()), "t:1 t:2 t:8");
    assert_eq!(document.tests[2].states, [MISSING, 0]);
    assert_eq!((document.objects.len(), document.states.len()), (1, 1));
}

#[test]
fn what_is_referred_to_and_absent_is_counted_once_with_its_first_line() {
    let loaded = loaded(
        "<definition id='d:1'><criteria>
           <criterion test_ref='t:1'/><extend_definition definition_ref='d:2'/>
           <criterion test_ref='t:1'/></criteria></definition>
         <uname_test id='t:2'><object object_ref='o:1'/><state state_ref='s:1'/></uname_test>
         <uname_object id='o:2'><name var_ref='v:1'/></uname_object>
         <local_variable id='v:2'><object_component object_ref='o:3' item_field='x'/></local_variable>",
    );
    insta::assert_snapshot!(told(&loaded), @r#"
    f:3: definition "d:2": referred to, not there
    f:3: test "t:1": referred to, not there
    f:5: object "o:1": referred to, not there
    f:5: state "s:1": referred to, not there
    f:6: variable "v:1": referred to, not there
    f:7: object "o:3": referred to, not there
    "#);
    assert_eq!(tree(loaded.document.definitions[0].criteria.as_ref().unwrap()), "And(t-[], d-, t-[])");
}

#[test]
fn of_items_with_one_id_the_first_counts_even_if_it_is_broken() {
    let loaded = loaded(
        "<uname_state id='x'><os_name>1</os_name></uname_state>
         <uname_state id='x'><os_name>2</os_name></uname_state>
         <uname_state id='y' operator='?'/><uname_state id='y'/>
         <uname_object id='x'/>",
    );
    insta::assert_snapshot!(told(&loaded), @r#"
    f:3: state "x": its id was there before
    f:4: state "y": operator "?" is not known
    f:4: state "y": its id was there before
    "#);
    assert_eq!(loaded.document.states.len(), 1);
    assert_eq!(&*loaded.document.states[0].entities[0].value, "1");
}

#[test]
fn every_word_of_checks_and_kinds() {
    let words = ["all", "at least one", "only one", "none satisfy", "none exist"];
    let existences = ["all_exist", "any_exist", "at_least_one_exists", "none_exist", "only_one_exists"];
    let kinds = [
        "rpminfo",
        "dpkginfo",
        "rpmverifyfile",
        "textfilecontent54",
        "uname",
        "family",
        "variable",
        "rpmverify",
    ];
    let mut items = String::from("<file_object id='o'/>");
    for (at, word) in words.iter().enumerate() {
        items += &format!(
            "<p:{}_test id='{at}' check='{word}' check_existence='{}' state_operator='OR'><object object_ref='o'/></p:{}_test>",
            kinds[at], existences[at], kinds[at]
        );
    }
    for (at, kind) in kinds.iter().enumerate().skip(words.len()) {
        items += &format!("<{kind}_test id='{at}'><object object_ref='o'/></{kind}_test>");
    }
    let document = whole(&items);
    use Existence::{AllExist, AnyExist, AtLeastOneExists, NoneExist, OnlyOneExists};
    let checks: Vec<_> = document.tests.iter().map(|test| test.check).collect();
    let none = Check::NoneSatisfy;
    let all = Check::All;
    assert_eq!(checks, [all, Check::AtLeastOne, Check::OnlyOne, none, none, all, all, all]);
    let existences: Vec<_> = document.tests.iter().take(6).map(|test| test.existence).collect();
    assert_eq!(
        existences,
        [AllExist, AnyExist, AtLeastOneExists, NoneExist, OnlyOneExists, AtLeastOneExists]
    );
    let operators: Vec<_> = document.tests.iter().map(|test| test.state_operator).collect();
    assert_eq!(operators[4..6], [Operator::Or, Operator::And]);
    let found: Vec<_> = document.tests.into_iter().map(|test| test.kind).collect();
    use Kind::{DpkgInfo, Family, RpmInfo, RpmVerifyFile, TextFileContent54, Uname, Variable};
    let expected = [
        RpmInfo,
        DpkgInfo,
        RpmVerifyFile,
        TextFileContent54,
        Uname,
        Family,
        Variable,
        Kind::Other("rpmverify".into()),
    ];
    assert_eq!(found, expected);
    assert_eq!(document.objects[0].kind, Kind::Other("file".into()));
}

#[test]
fn entities_keep_every_attribute_and_the_exact_text() {
    let document = whole(
        "<textfilecontent54_state id='s' operator='ONE'>
           <notes><note>x</note></notes>
           <i:text operation='pattern match'> a&lt;&#x41;<![CDATA[<b> & ]]>c<!-- no -->
</i:text>
           <instance datatype='int' operation='greater than or equal' var_ref='v' var_check='only one' entity_check='at least one'> </instance>
           <subexpression xsi:nil='true'/>
           <something datatype='ios_version' operation='superset of'>1</something>
           <evr datatype='debian_evr_string' operation='less than'>1:2-3</evr>
         </textfilecontent54_state><external_variable id='v' datatype='int'/>",
    );
    let state = &document.states[0];
    assert_eq!((&state.kind, state.operator), (&Kind::TextFileContent54, Operator::One));
    let [text, instance, subexpression, something, evr] = &state.entities[..] else {
        panic!("{:?}", state.entities)
    };
    assert_eq!((&text.field, text.operation), (&Field::Text, Operation::PatternMatch));
    assert_eq!(&*text.value, " a<A<b> & c\n");
    assert_eq!((&instance.field, &*instance.value, instance.variable), (&Field::Instance, "", Some(0)));
    assert_eq!((instance.datatype, instance.operation), (Datatype::Int, Operation::GreaterThanOrEqual));
    assert_eq!((instance.var_check, instance.entity_check), (Check::OnlyOne, Check::AtLeastOne));
    assert!(subexpression.nil && !evr.nil);
    assert_eq!((&something.field, something.datatype), (&Field::Other("something".into()), Datatype::Other));
    assert_eq!(
        (evr.datatype, evr.operation, &*evr.value),
        (Datatype::DebianEvrString, Operation::LessThan, "1:2-3")
    );
}

#[test]
fn objects_hold_behaviors_filters_and_sets() {
    let document = whole(
        "<rpmverifyfile_object id='o:1'>
           <behaviors noconfigfiles='true' nomd5='false' xmlns:y='z'/>
           <name operation='pattern match'/><filepath>/etc/redhat-release</filepath>
           <filter action='include'> s:1 </filter><filter>s:2</filter>
         </rpmverifyfile_object>
         <rpminfo_object id='o:2'>
           <o:set set_operator='COMPLEMENT'>
             <o:set><object_reference>o:1</object_reference></o:set>
             <o:set set_operator='INTERSECTION'>
               <object_reference>o:1</object_reference><object_reference>o:2</object_reference>
               <filter action='exclude'>s:2</filter>
             </o:set>
           </o:set>
         </rpminfo_object>
         <rpminfo_state id='s:1'/><rpminfo_state id='s:2'/>",
    );
    let [first, second] = &document.objects[..] else { panic!() };
    assert_eq!(first.behaviors, [("noconfigfiles".into(), "true".into()), ("nomd5".into(), "false".into())]);
    assert_eq!(first.filters, [Filter { include: true, state: 0 }, Filter { include: false, state: 1 }]);
    assert_eq!((first.entities.len(), first.set.is_none()), (2, true));
    let set = |operator, sets, objects, filters| Set { operator, sets, objects, filters };
    let one = set(SetOperator::Union, vec![], vec![0], vec![]);
    let exclude = Filter { include: false, state: 1 };
    let both = set(SetOperator::Intersection, vec![], vec![0, 1], vec![exclude]);
    let expected = set(SetOperator::Complement, vec![one, both], vec![], vec![]);
    assert_eq!(second.set.as_deref(), Some(&expected));
}

#[test]
fn items_are_found_in_any_section_and_in_none() {
    for text in [
        "<oval_definitions><states><a_state id='s'/></states><tests><a_test id='t'><object object_ref='o'/>
         <state state_ref='s'/></a_test></tests><objects><a_object id='o'/></objects></oval_definitions>",
        "<def-group><a_test id='t'><object object_ref='o'/><state state_ref='s'/></a_test>
         <a_object id='o'/><a_state id='s'/></def-group>",
        "<ns0:oval_definitions xmlns:ns0='u'><ns0:state><ns1:a_state id='s'/><ns1:a_object id='o'/></ns0:state>
         <ns0:a_test id='t'><ns0:object object_ref='o'/><ns0:state state_ref='s'/></ns0:a_test></ns0:oval_definitions>",
    ] {
        let loaded = pakiti_formats::definition::oval::load(text.as_bytes(), "f").unwrap();
        assert_eq!(told(&loaded), "", "{text}");
        let test = &loaded.document.tests[0];
        assert_eq!((test.object, &test.states[..]), (0, &[0][..]), "{text}");
    }
}
