//! One OVAL document as the evaluator reads it: definitions and what they refer to, by place.
//!
//! Shapes: OVAL 5.11 (oval-definitions, oval-common, linux, unix and independent schemas). Ids are resolved to
//! places when a document is loaded; a reference to something that the file does not hold is [`MISSING`]. Only
//! what decides or explains a result is kept: descriptions are not.

use super::field::Field;
use serde::{Deserialize, Serialize};

/// A place in one of the lists of a [`Document`].
pub type Place = u32;

/// A reference to something that the document does not hold.
pub const MISSING: Place = Place::MAX;

/// A whole document. Definitions stand in file order; the rest in any order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// `generator`: product name, and when it was made (unix seconds).
    pub generator: Generator,
    /// Definitions, in file order.
    pub definitions: Vec<Definition>,
    /// Tests.
    pub tests: Vec<Test>,
    /// Objects.
    pub objects: Vec<Object>,
    /// States.
    pub states: Vec<State>,
    /// Variables.
    pub variables: Vec<Variable>,
}

/// Who made the document, and when.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generator {
    /// `product_name`.
    pub product: Box<str>,
    /// `timestamp`, unix seconds (a time without zone is taken as UTC).
    pub timestamp: Option<i64>,
}

/// The class of a definition.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// True: the host is vulnerable.
    Vulnerability,
    /// True: the patch is missing.
    Patch,
    /// True: the software is there.
    Inventory,
    /// Configuration.
    Compliance,
    /// Anything else.
    #[default]
    Miscellaneous,
}

/// One definition.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// `oval:com.redhat.rhsa:def:20190597`.
    pub id: Box<str>,
    /// Class.
    pub class: Class,
    /// `deprecated="true"`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deprecated: bool,
    /// What it says for people.
    pub metadata: Metadata,
    /// `None` = it has no criteria: not evaluated.
    pub criteria: Option<Node>,
}

/// What a definition says for people.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// `title`, white space collapsed.
    pub title: Box<str>,
    /// `affected/platform` and `affected/product`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub platforms: Vec<Box<str>>,
    /// `reference`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Reference>,
    /// `advisory/severity` as the vendor writes it; empty = none.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub severity: Box<str>,
    /// `advisory/cve` (and Debian's, Oracle's forms): the CVEs with what the vendor says of each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cves: Vec<Cve>,
    /// `advisory/cve@test_ref` (Ubuntu's package form): CVE and the id of the test that tells it, where the feed
    /// tells them apart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cve_tests: Vec<(Box<str>, Box<str>)>,
    /// `advisory/issued`, else `public_date`, else Debian's `date`: unix seconds of the day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued: Option<i64>,
    /// `advisory/updated`, unix seconds of the day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated: Option<i64>,
    /// Red Hat: `advisory/affected/resolution`: the vendor's word per component.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resolutions: Vec<Resolution>,
    /// Red Hat: `affected_cpe_list`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cpes: Vec<Box<str>>,
}

/// `reference`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// `source`: `CVE`, `RHSA`, `ALSA`, `USN`, `SUSE-SU`, `elsa`, ...
    pub source: Box<str>,
    /// `ref_id`.
    pub id: Box<str>,
    /// `ref_url`.
    pub url: Box<str>,
}

/// One CVE of a definition.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cve {
    /// `CVE-2019-1234`.
    pub id: Box<str>,
    /// `impact` (Red Hat, SUSE), `priority` (Ubuntu): the vendor's word for this CVE; empty = none.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub impact: Box<str>,
    /// CVSS base score times ten, version 3 before version 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cvss_tenths: Option<u8>,
}

/// The vendor's word for components it has not fixed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// `state`: `Affected`, `Will not fix`, `Fix deferred`, `Out of support scope`, `Under investigation`.
    pub state: Box<str>,
    /// Components it is said of.
    pub components: Vec<Box<str>>,
}

/// How results are combined (oval-semantics.md 1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Operator {
    /// All.
    #[default]
    And,
    /// Any.
    Or,
    /// Exactly one.
    One,
    /// An odd number.
    Xor,
}

/// A node of a criteria tree. `comment` is kept where people need it; empty = none.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Node {
    /// `criteria`.
    Criteria {
        /// How its children are combined.
        operator: Operator,
        /// True and false swap.
        negate: bool,
        /// Children.
        children: Vec<Node>,
    },
    /// `criterion`.
    Criterion {
        /// The test.
        test: Place,
        /// True and false swap.
        negate: bool,
        /// `comment`: Ubuntu's word for what is not fixed stands only here.
        comment: Box<str>,
    },
    /// `extend_definition`.
    Extend {
        /// The definition.
        definition: Place,
        /// True and false swap.
        negate: bool,
    },
}

/// `check`, `var_check` and `entity_check`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Check {
    /// All.
    #[default]
    #[serde(rename = "all")]
    All,
    /// At least one.
    #[serde(rename = "at least one")]
    AtLeastOne,
    /// Only one.
    #[serde(rename = "only one")]
    OnlyOne,
    /// None satisfy; `none exist` is its old name.
    #[serde(rename = "none satisfy")]
    NoneSatisfy,
}

/// `check_existence`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Existence {
    /// Every item exists.
    AllExist,
    /// Any number, also none.
    AnyExist,
    /// One or more.
    #[default]
    AtLeastOneExists,
    /// None.
    NoneExist,
    /// Exactly one.
    OnlyOneExists,
}

/// What a test, object or state is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// Installed rpms.
    RpmInfo,
    /// Installed dpkg packages.
    DpkgInfo,
    /// Which rpm owns a file.
    RpmVerifyFile,
    /// Lines of a text file by pattern.
    TextFileContent54,
    /// `uname`.
    Uname,
    /// Family of the system.
    Family,
    /// The value of a variable.
    Variable,
    /// Anything else: its element's local name without `_test`. No report carries it.
    Other(Box<str>),
    /// `unknown_test`.
    #[default]
    Unknown,
}

/// One test.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Test {
    /// `oval:com.redhat.rhsa:tst:20190597001`.
    pub id: Box<str>,
    /// What it asks.
    pub kind: Kind,
    /// How many items must satisfy the states.
    #[serde(default)]
    pub check: Check,
    /// How many items must exist.
    #[serde(default)]
    pub existence: Existence,
    /// How several states are combined.
    #[serde(default)]
    pub state_operator: Operator,
    /// The object.
    pub object: Place,
    /// The states; none = existence alone decides.
    pub states: Vec<Place>,
}

/// One object: which items are looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// What of.
    pub kind: Kind,
    /// What selects the items; all must hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<Entity>,
    /// A set of other objects instead of entities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<Box<Set>>,
    /// What takes items out, or keeps only some.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<Filter>,
    /// `behaviors` ask for what Pakiti does not read (`filepaths="true"`, recursion, other flags of the pattern).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub behaviors: Vec<(Box<str>, Box<str>)>,
}

/// `set`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Set {
    /// How the two are combined.
    pub operator: SetOperator,
    /// Sets within.
    pub sets: Vec<Set>,
    /// Objects.
    pub objects: Vec<Place>,
    /// Filters on the result.
    pub filters: Vec<Filter>,
}

/// `set_operator`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum SetOperator {
    /// Items of any.
    #[default]
    Union,
    /// Items of both.
    Intersection,
    /// Items of the first only.
    Complement,
}

/// `filter`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// `action="include"`; the default is to exclude.
    pub include: bool,
    /// The state items are asked.
    pub state: Place,
}

/// One state: what an item must be like.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// What of.
    pub kind: Kind,
    /// How its entities are combined.
    #[serde(default)]
    pub operator: Operator,
    /// Its entities.
    pub entities: Vec<Entity>,
}

/// One field of an object or state with what it is compared with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    /// Which field.
    pub field: Field,
    /// How it is compared.
    #[serde(default)]
    pub operation: Operation,
    /// As what.
    #[serde(default)]
    pub datatype: Datatype,
    /// The value, where no variable gives it.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub value: Box<str>,
    /// `var_ref`: the variable that gives the values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variable: Option<Place>,
    /// How many values of the variable must fit.
    #[serde(default)]
    pub var_check: Check,
    /// How many values of the item must fit.
    #[serde(default)]
    pub entity_check: Check,
    /// `xsi:nil="true"`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub nil: bool,
}

/// `operation`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// equals
    #[default]
    Equals,
    /// not equal
    NotEqual,
    /// case insensitive equals
    CaseInsensitiveEquals,
    /// case insensitive not equal
    CaseInsensitiveNotEqual,
    /// greater than
    GreaterThan,
    /// less than
    LessThan,
    /// greater than or equal
    GreaterThanOrEqual,
    /// less than or equal
    LessThanOrEqual,
    /// bitwise and
    BitwiseAnd,
    /// bitwise or
    BitwiseOr,
    /// pattern match
    PatternMatch,
    /// subset of
    SubsetOf,
    /// superset of
    SupersetOf,
}

/// `datatype`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Datatype {
    /// string
    #[default]
    String,
    /// int
    Int,
    /// float
    Float,
    /// boolean
    Boolean,
    /// binary (hexadecimal digits)
    Binary,
    /// version
    Version,
    /// evr_string
    EvrString,
    /// debian_evr_string
    DebianEvrString,
    /// ipv4_address
    Ipv4Address,
    /// ipv6_address
    Ipv6Address,
    /// record
    Record,
    /// fileset_revision, ios_version and what comes later: not evaluated.
    Other,
}

/// One variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variable {
    /// Datatype of its values.
    pub datatype: Datatype,
    /// Where its values come from.
    pub value: VariableValue,
}

/// Where a variable's values come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum VariableValue {
    /// `constant_variable`.
    Constant(Vec<Box<str>>),
    /// `external_variable`: nobody gives it.
    External,
    /// `local_variable`.
    Local(Component),
}

/// A component or function of a local variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Component {
    /// `literal_component`.
    Literal(Box<str>),
    /// `object_component`: the field of every item of an object.
    Object {
        /// The object.
        object: Place,
        /// `item_field`.
        field: Field,
    },
    /// `variable_component`.
    Variable(Place),
    /// `concat`.
    Concat(Vec<Component>),
    /// `arithmetic`: add, or multiply.
    Arithmetic {
        /// `multiply` instead of `add`.
        multiply: bool,
        /// Operands.
        operands: Vec<Component>,
    },
    /// `begin`: prepended unless it is there.
    Begin(Box<str>, Box<Component>),
    /// `end`: appended unless it is there.
    End(Box<str>, Box<Component>),
    /// `escape_regex`.
    EscapeRegex(Box<Component>),
    /// `split` at a delimiter.
    Split(Box<str>, Box<Component>),
    /// `substring`: start from 1, and length; negative length = to the end.
    Substring {
        /// First character, from 1.
        start: i64,
        /// How many.
        length: i64,
        /// Of what.
        of: Box<Component>,
    },
    /// `regex_capture`: the first group.
    RegexCapture(Box<str>, Box<Component>),
    /// `count` of values.
    Count(Vec<Component>),
    /// `unique` values.
    Unique(Vec<Component>),
    /// `glob_to_regex`.
    GlobToRegex(Box<Component>),
    /// `time_difference` and functions that are not known: no value.
    Unsupported(Box<str>),
}
