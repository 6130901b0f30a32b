//! Small OVAL files, built as vendors build theirs.

use std::fmt::Write;

/// A file of definitions that grows.
#[derive(Default)]
pub(crate) struct OvalFile {
    definitions: String,
    tests: String,
    objects: String,
    states: String,
    count: usize,
}

const NAMESPACES: &str = "xmlns=\"http://oval.mitre.org/XMLSchema/oval-definitions-5\" \
     xmlns:oval=\"http://oval.mitre.org/XMLSchema/oval-common-5\" \
     xmlns:lin=\"http://oval.mitre.org/XMLSchema/oval-definitions-5#linux\" \
     xmlns:ind=\"http://oval.mitre.org/XMLSchema/oval-definitions-5#independent\"";

impl OvalFile {
    /// Definitions of a RHEL as Red Hat writes them, one a line: `ID CVE[+RHSA] severity package fixed|-`.
    pub(crate) fn rhel(release: &str, lines: &str) -> Self {
        let mut out = Self::default();
        write!(
            out.tests,
            "<lin:rpmverifyfile_test id=\"t:os\" version=\"1\" check=\"at least one\" comment=\"os\">\
             <lin:object object_ref=\"o:os\"/><lin:state state_ref=\"s:os\"/></lin:rpmverifyfile_test>"
        )
        .unwrap();
        out.objects.push_str(
            "<lin:rpmverifyfile_object id=\"o:os\" version=\"1\"><lin:name operation=\"pattern match\"/>\
             <lin:epoch operation=\"pattern match\"/><lin:version operation=\"pattern match\"/>\
             <lin:release operation=\"pattern match\"/><lin:arch operation=\"pattern match\"/>\
             <lin:filepath>/etc/redhat-release</lin:filepath></lin:rpmverifyfile_object>",
        );
        write!(
            out.states,
            "<lin:rpmverifyfile_state id=\"s:os\" version=\"1\"><lin:name operation=\"pattern match\">^redhat-release\
             </lin:name><lin:version operation=\"pattern match\">^{release}[^\\d]</lin:version></lin:rpmverifyfile_state>\
             <lin:rpminfo_state id=\"s:key\" version=\"1\"><lin:signature_keyid operation=\"equals\">199e2f91fd431d51\
             </lin:signature_keyid></lin:rpminfo_state>"
        )
        .unwrap();
        let platform = format!("Red Hat Enterprise Linux {release}");
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            out.rpm(&platform, line);
        }
        out
    }

    fn rpm(&mut self, platform: &str, line: &str) {
        let [id, subjects, severity, package, fixed] = words(line);
        let at = self.next();
        let evr = if fixed.contains(':') { fixed.to_owned() } else { format!("0:{fixed}") };
        let (comment, state) = match fixed {
            "-" => (format!("{package} is installed"), String::new()),
            _ => (format!("{package} is earlier than {evr}"), format!("<lin:state state_ref=\"s:{at}\"/>")),
        };
        write!(
            self.tests,
            "<lin:rpminfo_test id=\"t:{at}\" version=\"1\" check=\"at least one\" comment=\"{comment}\">\
             <lin:object object_ref=\"o:{at}\"/>{state}</lin:rpminfo_test>\
             <lin:rpminfo_test id=\"t:{at}.key\" version=\"1\" check=\"at least one\" comment=\"signed\">\
             <lin:object object_ref=\"o:{at}\"/><lin:state state_ref=\"s:key\"/></lin:rpminfo_test>"
        )
        .unwrap();
        write!(
            self.objects,
            "<lin:rpminfo_object id=\"o:{at}\" version=\"1\"><lin:name>{package}</lin:name></lin:rpminfo_object>"
        )
        .unwrap();
        write!(
            self.states,
            "<lin:rpminfo_state id=\"s:{at}\" version=\"1\"><lin:evr datatype=\"evr_string\" operation=\"less than\">\
             {evr}</lin:evr></lin:rpminfo_state>"
        )
        .unwrap();
        let criteria = format!(
            "<criteria operator=\"AND\"><criterion comment=\"{platform} is installed\" test_ref=\"t:os\"/>\
             <criterion comment=\"{comment}\" test_ref=\"t:{at}\"/>\
             <criterion comment=\"{package} is signed with Red Hat key\" test_ref=\"t:{at}.key\"/></criteria>"
        );
        self.definition(id, subjects, severity, platform, &criteria);
    }

    /// Definitions of Debian 12 as Debian writes them, one a line: `ID CVE severity package fixed|-`.
    pub(crate) fn debian(lines: &str) -> Self {
        let mut out = Self::default();
        out.tests.push_str(
            "<ind:textfilecontent54_test id=\"t:os\" version=\"1\" check=\"all\" check_existence=\"at_least_one_exists\" \
             comment=\"os\"><ind:object object_ref=\"o:os\"/><ind:state state_ref=\"s:os\"/></ind:textfilecontent54_test>",
        );
        out.objects.push_str(
            "<ind:textfilecontent54_object id=\"o:os\" version=\"1\"><ind:path>/etc</ind:path>\
             <ind:filename>debian_version</ind:filename><ind:pattern operation=\"pattern match\">(\\d+)\\.\\d\
             </ind:pattern><ind:instance datatype=\"int\">1</ind:instance></ind:textfilecontent54_object>",
        );
        out.states.push_str(
            "<ind:textfilecontent54_state id=\"s:os\" version=\"1\"><ind:subexpression operation=\"equals\">12\
             </ind:subexpression></ind:textfilecontent54_state>",
        );
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            out.deb(line);
        }
        out
    }

    fn deb(&mut self, line: &str) {
        let [id, subjects, severity, package, fixed] = words(line);
        let at = self.next();
        let (comment, state) = match fixed {
            "-" => (format!("{package} DPKG is installed"), String::new()),
            _ => (
                format!("{package} DPKG is earlier than {fixed}"),
                format!("<lin:state state_ref=\"s:{at}\"/>"),
            ),
        };
        write!(
            self.tests,
            "<lin:dpkginfo_test id=\"t:{at}\" version=\"1\" check=\"all\" check_existence=\"at_least_one_exists\" \
             comment=\"{comment}\"><lin:object object_ref=\"o:{at}\"/>{state}</lin:dpkginfo_test>"
        )
        .unwrap();
        write!(
            self.objects,
            "<lin:dpkginfo_object id=\"o:{at}\" version=\"1\"><lin:name>{package}</lin:name></lin:dpkginfo_object>"
        )
        .unwrap();
        write!(
            self.states,
            "<lin:dpkginfo_state id=\"s:{at}\" version=\"1\"><lin:evr datatype=\"debian_evr_string\" \
             operation=\"less than\">{fixed}</lin:evr></lin:dpkginfo_state>"
        )
        .unwrap();
        let criteria = format!(
            "<criteria operator=\"AND\"><criterion comment=\"Debian 12 is installed\" test_ref=\"t:os\"/>\
             <criterion comment=\"{comment}\" test_ref=\"t:{at}\"/></criteria>"
        );
        self.definition(id, subjects, severity, "Debian GNU/Linux 12", &criteria);
    }

    /// A definition whose criteria are as given; `None` = it has none.
    pub(crate) fn with(mut self, id: &str, criteria: &str) -> Self {
        self.definition(id, "CVE-2000-0001", "low", "Nobody's 1", criteria);
        self
    }

    /// One more test, object or state, as XML.
    pub(crate) fn and(mut self, test: &str, object: &str) -> Self {
        self.tests.push_str(test);
        self.objects.push_str(object);
        self
    }

    fn definition(&mut self, id: &str, subjects: &str, severity: &str, platform: &str, criteria: &str) {
        let class = if subjects.contains("RHSA") { "patch" } else { "vulnerability" };
        let references: String = subjects
            .split('+')
            .map(|id| {
                let source = id.split('-').next().unwrap();
                format!(
                    "<reference source=\"{source}\" ref_id=\"{id}\" ref_url=\"https://example.org/{id}\"/>"
                )
            })
            .collect();
        let cves: String = (subjects.split('+').filter(|id| id.starts_with("CVE-")))
            .map(|id| format!("<cve cvss3=\"7.5/CVSS:3.1/X\" impact=\"{severity}\">{id}</cve>"))
            .collect();
        write!(
            self.definitions,
            "<definition id=\"{id}\" version=\"1\" class=\"{class}\"><metadata><title>{id}</title>\
             <affected family=\"unix\"><platform>{platform}</platform></affected>{references}<description>x</description>\
             <advisory><severity>{severity}</severity>{cves}</advisory></metadata>{criteria}</definition>"
        )
        .unwrap();
    }

    fn next(&mut self) -> usize {
        self.count += 1;
        self.count
    }

    /// The file.
    pub(crate) fn xml(&self) -> String {
        let Self { definitions, tests, objects, states, .. } = self;
        format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<oval_definitions {NAMESPACES}>\n<generator>\
             <oval:product_name>Test</oval:product_name><oval:schema_version>5.10</oval:schema_version>\
             <oval:timestamp>2026-11-01T00:00:00</oval:timestamp></generator>\n<definitions>{definitions}</definitions>\n\
             <tests>{tests}</tests>\n<objects>{objects}</objects>\n<states>{states}</states>\n</oval_definitions>\n"
        )
    }
}

fn words(line: &str) -> [&str; 5] {
    let words: Vec<&str> = line.split_whitespace().collect();
    words.try_into().expect("five words")
}
