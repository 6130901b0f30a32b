//! Rules of an installation's own: when the exploit is public and the vendor's feed is not there yet.
//!
//! A rule says which versions of which package are vulnerable, for which OS groups. Rules become a document of
//! definitions, so that they are judged, explained and counted as a vendor's are.

use crate::os_group::{self, OsGroupId};
use crate::oval::field::Field;
use crate::oval::model::{
    Check, Class, Cve, Datatype, Definition, Document, Entity, Generator, Kind, Metadata, Node, Object,
    Operation, Operator, Place, Reference, State, Test,
};
use crate::package::PackageFormat;
use crate::severity::Severity;
use crate::version;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Longest text of a rule, characters.
const MAX_TEXT: usize = 200;
/// Most rules of an installation.
pub const MOST_RULES: usize = 10_000;

/// One rule.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct LocalRule {
    /// Its name: one line, unique.
    pub name: String,
    /// OS groups it is for.
    pub os_groups: BTreeSet<String>,
    /// Package name, exactly.
    pub package: String,
    /// `<`, `<=`, `=`, `>=`, `>`: how an installed version stands to `version` to be vulnerable; empty = `<`.
    pub operator: String,
    /// The version it is compared with; empty = every version is vulnerable.
    pub version: String,
    /// CVE; empty = none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cve: String,
    /// An id of one's own (`SITE-2026-1`) where there is no CVE.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// Severity in the words of documents; empty = unknown.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub severity: String,
    /// A word to find it by.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub tag: String,
    /// Where to read more.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub url: String,
}

/// Why a rule is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LocalRuleError {
    /// A field that must not be empty.
    #[error("a rule needs {0}")]
    Missing(&'static str),
    /// Too long, or with control characters.
    #[error("{0} is longer than {MAX_TEXT} characters or holds control characters")]
    Text(&'static str),
    /// Not an id of an OS group.
    #[error("`{0}` is no OS group; they look like debian-12, ubuntu-22.04, rhel-9")]
    OsGroup(String),
    /// Not an operator.
    #[error("`{0}` is no operator: <, <=, =, >= or >")]
    Operator(String),
    /// Not a version of the packaging system.
    #[error("`{version}` is no version for {os_group}")]
    Version {
        /// The version.
        version: String,
        /// The OS group.
        os_group: String,
    },
    /// An rpm version without a release, which equals no installed one.
    #[error(
        "`{operator} {version}`: an rpm has a release (`{version}-1`), so that this would not mean what it says; write the release, or `<` and the version that is fixed"
    )]
    Release {
        /// The operator.
        operator: String,
        /// The version.
        version: String,
    },
    /// Not `CVE-YYYY-NNNN`.
    #[error("`{0}` is no CVE id (CVE-YYYY-NNNN); an id of your own goes into id")]
    Cve(String),
    /// Not a severity.
    #[error("`{0}` is no severity: critical, important, moderate, low, none or unknown")]
    Severity(String),
    /// Not a web address.
    #[error("`{0}` is no http or https address")]
    Url(String),
    /// A name that another rule has.
    #[error("there is another rule called `{0}`")]
    Double(String),
    /// Too many.
    #[error("more than {MOST_RULES} rules")]
    TooMany,
}

impl LocalRule {
    /// Checks the rule alone.
    ///
    /// # Errors
    /// [`LocalRuleError`], the first thing that is wrong.
    pub fn check(&self) -> Result<(), LocalRuleError> {
        use LocalRuleError as E;
        for (what, value) in [("a name", &self.name), ("a package", &self.package)] {
            if value.trim().is_empty() {
                return Err(E::Missing(what));
            }
        }
        let texts = [
            ("name", &self.name),
            ("package", &self.package),
            ("version", &self.version),
            ("id", &self.id),
            ("tag", &self.tag),
            ("url", &self.url),
        ];
        for (what, value) in texts {
            if value.chars().count() > MAX_TEXT || value.chars().any(char::is_control) {
                return Err(E::Text(what));
            }
        }
        if self.os_groups.is_empty() {
            return Err(E::Missing("an OS group"));
        }
        if self.cve.is_empty() && self.id.is_empty() {
            return Err(E::Missing("a CVE or an id of its own"));
        }
        if !self.cve.is_empty() && !is_cve(&self.cve) {
            return Err(E::Cve(self.cve.clone()));
        }
        operation(&self.operator).ok_or_else(|| E::Operator(self.operator.clone()))?;
        if !self.severity.is_empty() && !Severity::ALL.iter().any(|known| known.word() == self.severity) {
            return Err(E::Severity(self.severity.clone()));
        }
        if !self.url.is_empty() && !["http://", "https://"].iter().any(|scheme| self.url.starts_with(scheme))
        {
            return Err(E::Url(self.url.clone()));
        }
        self.os_groups.iter().try_for_each(|group| self.check_version(group))
    }

    fn check_version(&self, group: &str) -> Result<(), LocalRuleError> {
        let id = OsGroupId(group.to_owned());
        let format = os_group::format_of(&id).ok_or_else(|| LocalRuleError::OsGroup(group.to_owned()))?;
        let bare = !self.version.is_empty() && !self.version.contains('-');
        if bare && format == PackageFormat::Rpm && ["=", "<=", ">"].contains(&&*self.operator) {
            let (operator, version) = (self.operator.clone(), self.version.clone());
            return Err(LocalRuleError::Release { operator, version });
        }
        if self.version.is_empty() || version::sort_key(format, &self.version).is_ok() {
            return Ok(());
        }
        Err(LocalRuleError::Version { version: self.version.clone(), os_group: group.to_owned() })
    }
}

/// Checks a list of rules.
///
/// # Errors
/// [`LocalRuleError`] of the first rule that is wrong.
pub fn check_all(rules: &[LocalRule]) -> Result<(), LocalRuleError> {
    if rules.len() > MOST_RULES {
        return Err(LocalRuleError::TooMany);
    }
    let mut names = BTreeSet::new();
    for rule in rules {
        rule.check()?;
        if !names.insert(&rule.name) {
            return Err(LocalRuleError::Double(rule.name.clone()));
        }
    }
    Ok(())
}

fn is_cve(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    text.strip_prefix("CVE-").and_then(|rest| rest.split_once('-')).is_some_and(|(year, number)| {
        year.len() == 4 && digits(year) && (4..=10).contains(&number.len()) && digits(number)
    })
}

fn operation(operator: &str) -> Option<Operation> {
    Some(match operator {
        "" | "<" => Operation::LessThan,
        "<=" => Operation::LessThanOrEqual,
        "=" => Operation::Equals,
        ">=" => Operation::GreaterThanOrEqual,
        ">" => Operation::GreaterThan,
        _ => return None,
    })
}

/// The rules as definitions; those that [`LocalRule::check`] refuses are left out.
pub fn document(rules: &[LocalRule], made: i64) -> Document {
    let generator = Generator { product: "local rules".into(), timestamp: Some(made) };
    let mut document = Document { generator, ..Document::default() };
    for rule in rules.iter().filter(|rule| rule.check().is_ok()) {
        for format in [PackageFormat::Rpm, PackageFormat::Deb] {
            let groups = rule
                .os_groups
                .iter()
                .filter(|group| os_group::format_of(&OsGroupId((*group).clone())) == Some(format));
            let groups: Vec<Box<str>> = groups.map(|group| group.as_str().into()).collect();
            if !groups.is_empty() {
                add(&mut document, rule, format, groups);
            }
        }
    }
    document
}

fn add(document: &mut Document, rule: &LocalRule, format: PackageFormat, platforms: Vec<Box<str>>) {
    let (kind, datatype) = match format {
        PackageFormat::Deb => (Kind::DpkgInfo, Datatype::DebianEvrString),
        _ => (Kind::RpmInfo, Datatype::EvrString),
    };
    let name = Entity { field: Field::Name, value: rule.package.as_str().into(), ..Entity::default() };
    let object = document.objects.len() as Place;
    document.objects.push(Object { kind: kind.clone(), entities: vec![name], ..Object::default() });
    let mut states = Vec::new();
    if !rule.version.is_empty() {
        states.push(document.states.len() as Place);
        document.states.push(State {
            kind: kind.clone(),
            operator: Operator::And,
            entities: vec![Entity {
                field: Field::Evr,
                operation: operation(&rule.operator).unwrap_or_default(),
                datatype,
                value: with_epoch(&rule.version).into(),
                ..Entity::default()
            }],
        });
    }
    let test = document.tests.len() as Place;
    let id = format!("local:{}", rule.name);
    document.tests.push(Test {
        id: id.as_str().into(),
        kind,
        check: Check::AtLeastOne,
        object,
        states,
        ..Test::default()
    });
    let operator = if rule.operator.is_empty() { "<" } else { &rule.operator };
    let comment = match rule.version.is_empty() {
        true => format!("{} is installed", rule.package),
        false => format!("{} {operator} {}", rule.package, rule.version),
    };
    document.definitions.push(Definition {
        id: id.into(),
        class: Class::Vulnerability,
        metadata: metadata(rule, platforms),
        criteria: Some(Node::Criterion { test, negate: false, comment: comment.into() }),
        ..Definition::default()
    });
}

fn metadata(rule: &LocalRule, platforms: Vec<Box<str>>) -> Metadata {
    let cve = Cve { id: rule.cve.as_str().into(), impact: rule.severity.as_str().into(), cvss_tenths: None };
    let own =
        Reference { source: "local".into(), id: rule.id.as_str().into(), url: rule.url.as_str().into() };
    let title = if rule.tag.is_empty() { rule.name.clone() } else { format!("{} [{}]", rule.name, rule.tag) };
    Metadata {
        title: title.into(),
        platforms,
        references: if rule.id.is_empty() { Vec::new() } else { vec![own] },
        severity: rule.severity.as_str().into(),
        cves: if rule.cve.is_empty() { Vec::new() } else { vec![cve] },
        ..Metadata::default()
    }
}

/// `evr_string` takes a missing epoch for older than any.
fn with_epoch(version: &str) -> String {
    if version.contains(':') { version.to_owned() } else { format!("0:{version}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule() -> LocalRule {
        LocalRule {
            name: "xz backdoor".into(),
            os_groups: ["debian-13", "fedora-40"].map(str::to_owned).into(),
            package: "xz".into(),
            version: "5.6.2-1".into(),
            cve: "CVE-2024-3094".into(),
            severity: "critical".into(),
            ..LocalRule::default()
        }
    }

    #[test]
    fn a_rule_for_two_packaging_systems_is_two_definitions() {
        let document = document(&[rule()], 0);
        let kinds: Vec<_> = document.tests.iter().map(|test| &test.kind).collect();
        assert_eq!(kinds, [&Kind::RpmInfo, &Kind::DpkgInfo]);
        assert_eq!(&*document.states[0].entities[0].value, "0:5.6.2-1");
    }

    #[test]
    fn what_is_wrong_is_said() {
        let refused = |change: &dyn Fn(&mut LocalRule)| {
            let mut rule = rule();
            change(&mut rule);
            rule.check().map_or_else(|error| error.to_string(), |()| "taken".to_owned())
        };
        assert_eq!(refused(&|_| {}), "taken");
        assert_eq!(refused(&|r| r.package.clear()), "a rule needs a package");
        assert_eq!(refused(&|r| r.os_groups.clear()), "a rule needs an OS group");
        assert_eq!(refused(&|r| r.cve.clear()), "a rule needs a CVE or an id of its own");
        assert_eq!(
            refused(&|r| r.cve = "CVE-1".into()),
            "`CVE-1` is no CVE id (CVE-YYYY-NNNN); an id of your own goes into id"
        );
        assert_eq!(refused(&|r| r.operator = "!=".into()), "`!=` is no operator: <, <=, =, >= or >");
        assert_eq!(refused(&|r| r.version = "1_2:".into()), "`1_2:` is no version for debian-13");
        assert_eq!(
            refused(&|r| r.os_groups = ["linux".to_owned()].into()),
            "`linux` is no OS group; they look like debian-12, ubuntu-22.04, rhel-9"
        );
        let bare = |operator: &'static str| {
            move |r: &mut LocalRule| {
                (r.operator, r.version) = (operator.into(), "5.6.1".into());
            }
        };
        assert!(refused(&bare("=")).starts_with("`= 5.6.1`: an rpm has a release"));
        assert_eq!(refused(&bare("<")), "taken");
        assert_eq!(refused(&bare(">=")), "taken");
        assert_eq!(refused(&|r| r.url = "ftp://x".into()), "`ftp://x` is no http or https address");
        assert_eq!(
            refused(&|r| r.severity = "bad".into()),
            "`bad` is no severity: critical, important, moderate, low, none or unknown"
        );
        assert_eq!(check_all(&[rule(), rule()]), Err(LocalRuleError::Double("xz backdoor".into())));
    }
}
