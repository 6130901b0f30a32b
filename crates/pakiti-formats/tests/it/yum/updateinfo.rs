//! updateinfo.xml: advisories in every form that vendors write.

use super::feed::{Feed, package, primary, told, updates};
use pakiti_core::advisory::{Advisory, AdvisoryPackage};
use pakiti_core::judgement::UpdateKind;
use pakiti_formats::repository::yum::{LoadedRepository, YumOptions};

const FULL: &str = r#"<update from="x@example.org" status="final" type="security" version="1.4">
  <id>RHSA-2015:0092</id>
  <title>Important:
     glibc &amp; friends</title>
  <severity>Important</severity>
  <issued date="2015-01-27 00:00:00"/><updated date="2015-01-28 12:00:00 UTC"/>
  <description>See <![CDATA[</description>]]> &lt;here&gt;</description>
  <references>
    <reference href="https://x/CVE-2015-0235" id="CVE-2015-0235" type="cve" title="CVE-2015-0235"/>
    <reference href="https://x/cve-2015-11111.html" id="" type="cve"/>
    <reference id="1183461" type="bugzilla" title="CVE-2015-9999 is only told"/>
    <reference id="CVE-2014-7817" type="other"/>
    <reference id="CVE-2015-0235" type="cve"/>
  </references>
  <reboot_suggested>True</reboot_suggested>
  <pkglist><collection short="EL-6"><name>RHEL 6</name>
    <package name="glibc" version="2.12" release="1.149.el6_6.5" epoch="0" arch="x86_64" src="glibc.src.rpm">
      <filename>glibc.rpm</filename><reboot_suggested>1</reboot_suggested></package>
    <package name="nscd" version="2.12" release="1" epoch="3" arch="x86_64"><filename>f</filename>
      <reboot_suggested>False</reboot_suggested></package>
    <package name="glibc" version="2.12" release="1.149.el6_6.5" epoch="0" arch="src"/>
  </collection>
  <collection><module name="nodejs" stream="10" version="1" context="c" arch="x86_64"/>
    <package name="npm" version="6" release="1" arch="x86_64"/>
  </collection></pkglist>
</update>
"#;

fn parsed(text: &str) -> LoadedRepository {
    let packages = primary(&package("a", "1", "1", "noarch"));
    let feed = Feed::of(&[("primary", "p.xml", &packages), ("updateinfo", "u.xml", &updates(text))]);
    feed.load(&YumOptions::new("test")).unwrap()
}

fn line(name: &str, version: &str) -> AdvisoryPackage {
    let (name, version, arch) = (name.to_owned(), version.to_owned(), "x86_64".to_owned());
    AdvisoryPackage { name, version, arch, module: None, reboot: false }
}

#[test]
fn everything_that_is_kept_of_an_advisory() {
    let loaded = parsed(FULL);
    assert_eq!(told(&loaded), "");
    assert!(loaded.content.meta.errata);
    assert_eq!(
        loaded.content.advisories,
        [Advisory {
            id: "RHSA-2015:0092".to_owned(),
            kind: UpdateKind::Security,
            severity: "important".to_owned(),
            title: "Important: glibc & friends".to_owned(),
            issued: Some(1_422_316_800),
            updated: Some(1_422_446_400),
            cves: ["CVE-2014-7817", "CVE-2015-0235", "CVE-2015-11111"].map(str::to_owned).to_vec(),
            reboot: true,
            packages: vec![
                AdvisoryPackage { reboot: true, ..line("glibc", "2.12-1.149.el6_6.5") },
                AdvisoryPackage { module: Some("nodejs:10:c".to_owned()), ..line("npm", "6-1") },
                line("nscd", "3:2.12-1"),
            ],
        }]
    );
}

#[test]
fn words_of_all_vendors_for_the_type() {
    let kinds = |word: &str| {
        let text = format!("<update type='{word}' status='retracted'><id>A-1</id></update>");
        parsed(&text).content.advisories[0].kind
    };
    assert_eq!(kinds("security"), UpdateKind::Security);
    assert_eq!(kinds("recommended"), UpdateKind::Bugfix);
    assert_eq!(kinds("optional"), UpdateKind::Enhancement);
    assert_eq!(kinds("newpackage"), UpdateKind::Newpackage);
    assert_eq!(kinds("custom_type"), UpdateKind::Unknown);
}

#[test]
fn bad_advisories_and_package_lines_are_skipped_with_their_line() {
    let loaded = parsed(
        "<update type='security'/>\n<update><id>B-1</id><issued date='soon'/><pkglist><collection>\n\
         <package name='a' version='1' arch='noarch'/>\n<package version='1' release='1' arch='noarch'/>\n\
         <package name='ok' version='1' release='1' arch='noarch'/></collection></pkglist></update>\n",
    );
    insta::assert_snapshot!(told(&loaded), @r"
    repodata/u.xml:3: no id
    repodata/u.xml:4: issued is not a date
    repodata/u.xml:5: no release
    repodata/u.xml:6: no name
    ");
    assert_eq!(loaded.content.advisories.len(), 1);
    assert_eq!(loaded.content.advisories[0].packages.len(), 1);
}

#[test]
fn advisories_of_one_id_are_kept_if_they_differ() {
    let one = |title: &str| format!("<update type='security'><id>A-1</id><title>{title}</title></update>");
    let loaded = parsed(&[one("x"), one("y"), one("x")].concat());
    let titles: Vec<_> = loaded.content.advisories.iter().map(|advisory| advisory.title.as_str()).collect();
    assert_eq!(titles, ["x", "y"]);
}

#[test]
fn of_several_updateinfos_the_newest_counts() {
    let packages = primary("");
    let (old, new) = (updates("<update><id>OLD</id></update>"), updates("<update><id>NEW</id></update>"));
    let feed =
        Feed::of(&[("primary", "p", &packages), ("updateinfo", "new", &new), ("updateinfo", "old", &old)]);
    let repomd = String::from_utf8(feed.0["repodata/repomd.xml"].clone()).unwrap();
    let older = repomd.rfind("1700000000</timestamp>").unwrap();
    let repomd = format!("{}1600000000{}", &repomd[..older], &repomd[older + 10..]);
    let mut feed = feed;
    feed.0.insert("repodata/repomd.xml".to_owned(), repomd.into_bytes());
    let loaded = feed.load(&YumOptions::new("t")).unwrap();
    assert_eq!(loaded.content.advisories[0].id, "NEW");
    assert_eq!(loaded.content.advisories.len(), 1);
}
