//! OVAL definitions put into force directly, as a synchronisation leaves them; the document is read by the product.

use super::TestServer;
use pakiti_core::os_group::OsGroupId;
use pakiti_core::oval::snapshot::{self, DocumentOptions};
use pakiti_engine::source::options::SourceOptions;
use pakiti_formats::definition::oval::load;
use pakiti_store::scope::Scope;
use pakiti_store::source::{self, NewSnapshot, NewSource};
use std::fmt::Write as _;

/// A document under construction.
#[derive(Debug, Clone)]
pub(crate) struct Definitions {
    name: String,
    platform: &'static str,
    kind: &'static str,
    evr: &'static str,
    definitions: String,
    parts: String,
    number: usize,
    touched: Vec<String>,
    mapped: String,
    complete: Option<bool>,
}

/// Text as it stands in XML.
fn xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;").replace('\'', "&apos;")
}

impl Definitions {
    /// For Red Hat Enterprise Linux 9.
    pub(crate) fn rhel9(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            platform: "Red Hat Enterprise Linux 9",
            kind: "rpminfo",
            evr: "evr_string",
            definitions: String::new(),
            parts: String::new(),
            number: 0,
            touched: Vec::new(),
            mapped: String::new(),
            complete: None,
        }
    }

    /// For Debian 12.
    pub(crate) fn debian12(name: &str) -> Self {
        let (platform, kind, evr) = ("Debian GNU/Linux 12", "dpkginfo", "debian_evr_string");
        Self { platform, kind, evr, ..Self::rhel9(name) }
    }

    /// Mapped by an administrator to this OS group.
    pub(crate) fn mapped_to(mut self, os_group: &str) -> Self {
        self.mapped = os_group.to_owned();
        self
    }

    /// Said to be (or not to be) those of a whole release.
    pub(crate) fn complete(mut self, complete: bool) -> Self {
        self.complete = Some(complete);
        self
    }

    /// An advisory that closes a CVE of a package in a version.
    pub(crate) fn fixed(
        self,
        (cve, severity, cvss): (&str, &str, &str),
        advisory: &str,
        (package, version): (&str, &str),
    ) -> Self {
        let references = format!(
            "<reference source='RHSA' ref_id='{}' ref_url='https://x'/><reference source='CVE' ref_id='{cve}' ref_url='https://x'/>",
            xml(advisory)
        );
        let about = format!("<cve impact='{severity}' cvss3='{cvss}/CVSS:3.1/AV:N'>{cve}</cve>");
        self.definition("patch", &references, &about, (package, Some(version)))
    }

    /// A CVE of a package that has no fix, with the vendor's word.
    pub(crate) fn unfixed(self, cve: &str, severity: &str, package: &str, word: &str) -> Self {
        let references = format!("<reference source='CVE' ref_id='{cve}' ref_url='https://x'/>");
        let about = format!(
            "<cve impact='{severity}'>{cve}</cve><affected><resolution state='{}'><component>{}</component></resolution></affected>",
            xml(word),
            xml(package)
        );
        self.definition("vulnerability", &references, &about, (package, None))
    }

    fn definition(
        mut self,
        class: &str,
        references: &str,
        about: &str,
        (package, fixed): (&str, Option<&str>),
    ) -> Self {
        let Self { platform, kind, evr, .. } = self;
        self.number += 1;
        self.touched.push(package.to_owned());
        let (n, package) = (self.number, xml(package));
        let comment = match fixed {
            Some(version) => format!("{package} is earlier than {}", xml(version)),
            None => format!("{package} is installed"),
        };
        let _ = write!(
            self.definitions,
            "<definition id='oval:t:def:{n}' version='1' class='{class}'><metadata><title>t</title>\
             <affected family='unix'><platform>{platform}</platform></affected>{references}\
             <advisory from='x'>{about}</advisory></metadata>\
             <criteria><criterion test_ref='oval:t:tst:{n}' comment='{comment}'/></criteria></definition>"
        );
        let state = fixed.map(|_| format!("<state state_ref='oval:t:ste:{n}'/>")).unwrap_or_default();
        let _ = write!(
            self.parts,
            "<{kind}_test id='oval:t:tst:{n}' version='1' check='at least one'><object object_ref='oval:t:obj:{n}'/>{state}</{kind}_test>\
             <{kind}_object id='oval:t:obj:{n}'><name>{package}</name></{kind}_object>"
        );
        if let Some(version) = fixed {
            let epoch = if version.contains(':') { "" } else { "0:" };
            let _ = write!(
                self.parts,
                "<{kind}_state id='oval:t:ste:{n}'><evr datatype='{evr}' operation='less than'>{epoch}{}</evr></{kind}_state>",
                xml(version)
            );
        }
        self
    }

    /// Makes it the active snapshot of the source of its name and judges all hosts by it; gives the id of the source.
    pub(crate) async fn put(self, server: &TestServer) -> i64 {
        let text =
            format!("<oval_definitions><any>{}{}</any></oval_definitions>", self.definitions, self.parts);
        let loaded = load(text.as_bytes(), "f").unwrap();
        assert_eq!(loaded.skipped.count(), 0, "{:?}", loaded.skipped.kept());
        let content = snapshot::content(
            loaded.document,
            DocumentOptions {
                name: self.name.clone(),
                os_group: (!self.mapped.is_empty()).then(|| OsGroupId(self.mapped.clone())),
                complete: self.complete,
                ..DocumentOptions::default()
            },
        );
        let db = &server.db;
        let complete = match self.complete {
            None => "auto",
            Some(true) => "yes",
            Some(false) => "no",
        };
        let options = SourceOptions { complete: complete.to_owned(), ..SourceOptions::default() };
        let new = NewSource {
            name: self.name.clone(),
            kind: "oval".to_owned(),
            url: format!("https://security.example.org/{}.xml", self.number),
            options: options.record(),
            os_group: self.mapped,
            interval_seconds: 3600,
        };
        let known = source::by_name(db, &Scope::operator(), &self.name).await.ok();
        let id = match &known {
            Some(known) => known.id,
            None => source::add(db, &new, server.now()).await.unwrap(),
        };
        let snapshot = NewSnapshot {
            content: &content,
            replaces: known.and_then(|known| known.snapshot).map(|snapshot| snapshot.id),
            hash: [9; 32],
            skipped: 0,
            report: "{}".to_owned(),
            touched: self.touched,
            etag: String::new(),
            last_modified: String::new(),
        };
        source::switch(db, id, &snapshot, server.now() + 3600, server.now()).await.unwrap();
        server.app.engine.reevaluate().await.unwrap();
        id
    }
}
