//! Metadata in the forms of the vendors.

use super::document::{document, loaded, told};
use pakiti_core::oval::model::Metadata;
use pakiti_formats::definition::oval::load;

fn metadata(text: &str) -> Metadata {
    let items = format!("<definition id='d'><metadata>{text}</metadata></definition>");
    let loaded = loaded(&items);
    assert_eq!(told(&loaded), "");
    loaded.document.definitions.into_iter().next().unwrap().metadata
}

#[test]
fn red_hat() {
    insta::assert_debug_snapshot!(metadata(
        r#"<title>CVE-2005-2541 tar: does
             not warn (moderate)</title>
         <affected family="unix"><platform>Red Hat Enterprise Linux 9</platform></affected>
         <reference ref_id="CVE-2005-2541" ref_url="https://access.redhat.com/security/cve/CVE-2005-2541" source="CVE" />
         <description>Tar <b>1.15</b> &bogus; text</description>
         <advisory from="secalert@redhat.com">
           <severity>Moderate</severity><rights>Copyright</rights>
           <issued date="2021-06-27"/><updated date="2021-06-28" />
           <cve cvss2="6.8/AV:L" cvss3="7.0/CVSS:3.1/AV:L/AC:H" href="x" impact="moderate" public="20050804">CVE-2005-2541</cve>
           <cve cvss2="6.8/AV:L" impact="low" public="20050804">CVE-2004-0001</cve>
           <bugzilla href="https://bugzilla.redhat.com/1" id="1">CVE-2003-0001 in words</bugzilla>
           <affected>
             <resolution state="Will not fix"><component>tar</component><component>tar/x</component></resolution>
             <resolution state="Affected"/>
           </affected>
           <affected_cpe_list><cpe>cpe:/a:redhat:enterprise_linux:9</cpe><cpe>cpe:/o:redhat:enterprise_linux:9</cpe></affected_cpe_list>
         </advisory>"#
    ), @r#"
    Metadata {
        title: "CVE-2005-2541 tar: does not warn (moderate)",
        platforms: [
            "Red Hat Enterprise Linux 9",
        ],
        references: [
            Reference {
                source: "CVE",
                id: "CVE-2005-2541",
                url: "https://access.redhat.com/security/cve/CVE-2005-2541",
            },
        ],
        severity: "Moderate",
        cves: [
            Cve {
                id: "CVE-2004-0001",
                impact: "low",
                cvss_tenths: Some(
                    68,
                ),
            },
            Cve {
                id: "CVE-2005-2541",
                impact: "moderate",
                cvss_tenths: Some(
                    70,
                ),
            },
        ],
        cve_tests: [],
        issued: Some(
            1624752000,
        ),
        updated: Some(
            1624838400,
        ),
        resolutions: [
            Resolution {
                state: "Will not fix",
                components: [
                    "tar",
                    "tar/x",
                ],
            },
            Resolution {
                state: "Affected",
                components: [],
            },
        ],
        cpes: [
            "cpe:/a:redhat:enterprise_linux:9",
            "cpe:/o:redhat:enterprise_linux:9",
        ],
    }
    "#);
}

#[test]
fn ubuntu_new_and_old() {
    insta::assert_debug_snapshot!(metadata(
        r#"<title>CVE-2023-48795 on Ubuntu 22.04 LTS (jammy) - medium</title>
         <reference source="CVE" ref_id="CVE-2023-48795" ref_url="https://www.cve.org/"/>
         <advisory><severity>Medium</severity><public_date>2023-12-18 15:00:00 UTC</public_date>
           <public_date_at_usn>unknown</public_date_at_usn>
           <cve href="h" priority="medium" public="20231218" cvss_score="5.9" cvss_vector="CVSS:3.1/AV:N" usns="6561-1">CVE-2023-48795</cve>
         </advisory>"#
    ), @r#"
    Metadata {
        title: "CVE-2023-48795 on Ubuntu 22.04 LTS (jammy) - medium",
        platforms: [],
        references: [
            Reference {
                source: "CVE",
                id: "CVE-2023-48795",
                url: "https://www.cve.org/",
            },
        ],
        severity: "Medium",
        cves: [
            Cve {
                id: "CVE-2023-48795",
                impact: "medium",
                cvss_tenths: Some(
                    59,
                ),
            },
        ],
        cve_tests: [],
        issued: Some(
            1702857600,
        ),
        updated: None,
        resolutions: [],
        cpes: [],
    }
    "#);
    insta::assert_debug_snapshot!(metadata(
        r#"<title>CVE-2002-2439 on Ubuntu 18.04 LTS (bionic) - low.</title><description></description>
         <affected family="unix"><platform>Ubuntu 18.04 LTS</platform></affected>
         <reference source="CVE" ref_id="CVE-2002-2439" ref_url="https://cve.mitre.org/" />
         <advisory><severity>Low</severity><public_date>2015-02-23</public_date><ref>r</ref></advisory>"#
    ), @r#"
    Metadata {
        title: "CVE-2002-2439 on Ubuntu 18.04 LTS (bionic) - low.",
        platforms: [
            "Ubuntu 18.04 LTS",
        ],
        references: [
            Reference {
                source: "CVE",
                id: "CVE-2002-2439",
                url: "https://cve.mitre.org/",
            },
        ],
        severity: "Low",
        cves: [
            Cve {
                id: "CVE-2002-2439",
                impact: "",
                cvss_tenths: None,
            },
        ],
        cve_tests: [],
        issued: Some(
            1424649600,
        ),
        updated: None,
        resolutions: [],
        cpes: [],
    }
    "#);
}

#[test]
fn suse() {
    insta::assert_debug_snapshot!(metadata(
        r#"<title>CVE-2009-0316</title>
         <affected family="unix"><platform>SUSE Linux Enterprise Micro 5.0</platform></affected>
         <reference ref_id="Mitre CVE-2009-0316" ref_url="u" source="CVE"/>
         <reference ref_id="SUSE CVE-2009-0317" ref_url="u" source="SUSE CVE"/>
         <reference ref_id="SUSE-SU-2022:4619-1" ref_url="u" source="SUSE-SU"/>
         <advisory from="security@suse.de"><issued date="2024-10-18"/><severity>Moderate</severity>
           <cve impact="important" cvss3="7.1/CVSS:3.1/AV:N" href="s">CVE-2009-0316 at SUSE</cve>
           <cve impact="low" cvss3="3.1/CVSS:3.1/AV:N" href="n">CVE-2009-0316 at NVD</cve>
           <cve cvss3="3.1/CVSS:3.1/AV:N">CVE-2009-31/NVD</cve>
         </advisory>"#
    ), @r#"
    Metadata {
        title: "CVE-2009-0316",
        platforms: [
            "SUSE Linux Enterprise Micro 5.0",
        ],
        references: [
            Reference {
                source: "CVE",
                id: "Mitre CVE-2009-0316",
                url: "u",
            },
            Reference {
                source: "SUSE CVE",
                id: "SUSE CVE-2009-0317",
                url: "u",
            },
            Reference {
                source: "SUSE-SU",
                id: "SUSE-SU-2022:4619-1",
                url: "u",
            },
        ],
        severity: "Moderate",
        cves: [
            Cve {
                id: "CVE-2009-0316",
                impact: "important",
                cvss_tenths: Some(
                    71,
                ),
            },
            Cve {
                id: "CVE-2009-0317",
                impact: "",
                cvss_tenths: None,
            },
        ],
        cve_tests: [],
        issued: Some(
            1729209600,
        ),
        updated: None,
        resolutions: [],
        cpes: [],
    }
    "#);
}

#[test]
fn debian() {
    insta::assert_debug_snapshot!(metadata(
        r#"<title>DSA-5179-1 php7.4</title>
         <affected family="unix"><platform>Debian GNU/Linux 11</platform><product>php7.4</product></affected>
         <reference ref_id="CVE-2022-31625" ref_url="u" source="CVE"/>
         <debian><dsa>DSA-5179</dsa><date>2022-07-12</date><moreinfo>long</moreinfo></debian>"#
    ), @r#"
    Metadata {
        title: "DSA-5179-1 php7.4",
        platforms: [
            "Debian GNU/Linux 11",
            "php7.4",
        ],
        references: [
            Reference {
                source: "CVE",
                id: "CVE-2022-31625",
                url: "u",
            },
            Reference {
                source: "DSA",
                id: "DSA-5179",
                url: "",
            },
        ],
        severity: "",
        cves: [
            Cve {
                id: "CVE-2022-31625",
                impact: "",
                cvss_tenths: None,
            },
        ],
        cve_tests: [],
        issued: Some(
            1657584000,
        ),
        updated: None,
        resolutions: [],
        cpes: [],
    }
    "#);
}

#[test]
fn oracle_photon_and_almalinux() {
    insta::assert_compact_debug_snapshot!(metadata(
        r#"<title>
ELSA-2007-0057:  Moderate: bind security update  (MODERATE)
</title><reference source="elsa" ref_id="ELSA-2007-0057" ref_url="u"/>
         <advisory><severity>MODERATE</severity><issued date="20070626"/>
           <cve cvss2="7.8/AV:N/AC:L/Au:N" href="h" public="20070125">CVE-2007-0493</cve></advisory>"#
    ), @r#"Metadata { title: "ELSA-2007-0057: Moderate: bind security update (MODERATE)", platforms: [], references: [Reference { source: "elsa", id: "ELSA-2007-0057", url: "u" }], severity: "MODERATE", cves: [Cve { id: "CVE-2007-0493", impact: "", cvss_tenths: Some(78) }], cve_tests: [], issued: Some(1182816000), updated: None, resolutions: [], cpes: [] }"#);
    insta::assert_compact_debug_snapshot!(metadata(
        r#"<reference ref_id="CVE:00001:CVE-2019-16168" ref_url="u" source="CVE"/>
         <advisory><severity>Important</severity><cve>CVE-2019-16169</cve></advisory>"#
    ), @r#"Metadata { title: "", platforms: [], references: [Reference { source: "CVE", id: "CVE:00001:CVE-2019-16168", url: "u" }], severity: "Important", cves: [Cve { id: "CVE-2019-16168", impact: "", cvss_tenths: None }, Cve { id: "CVE-2019-16169", impact: "", cvss_tenths: None }], cve_tests: [], issued: None, updated: None, resolutions: [], cpes: [] }"#);
    insta::assert_compact_debug_snapshot!(metadata(
        r#"<advisory><cve impact="Important" cvss3="CVSS:3.0/AV:N/AC:H">CVE-2022-42927</cve></advisory>"#
    ), @r#"Metadata { title: "", platforms: [], references: [], severity: "", cves: [Cve { id: "CVE-2022-42927", impact: "Important", cvss_tenths: None }], cve_tests: [], issued: None, updated: None, resolutions: [], cpes: [] }"#);
}

#[test]
fn a_date_that_is_none_is_counted_and_the_definition_stays() {
    let loaded = loaded(
        "\n<definition id='d'><metadata><advisory><issued date='soon'/><updated date=''/>
         <public_date>unknown</public_date></advisory><debian><date>12.07.2022</date></debian></metadata></definition>",
    );
    insta::assert_snapshot!(told(&loaded), @r#"
    f:3: definition "d": issued is not a date
    f:3: definition "d": date is not a date
    "#);
    assert_eq!(loaded.document.definitions.len(), 1);
}

#[test]
fn the_generator_tells_product_and_time() {
    let text = document("").replace(
        "<any>",
        "<generator><o:product_name>Red  Hat</o:product_name><o:timestamp>2022-07-12T23:31:28.188-04:00</o:timestamp></generator><any>",
    );
    let loaded = load(text.as_bytes(), "f").unwrap();
    insta::assert_compact_debug_snapshot!(loaded.document.generator, @r#"Generator { product: "Red Hat", timestamp: Some(1657683088) }"#);
}
