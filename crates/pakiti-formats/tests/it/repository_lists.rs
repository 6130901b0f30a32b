//! Lists of repositories: dnf's `.repo` files and the PHP Pakiti's `Repositories.xml` (own examples, after the one
//! the PHP server ships).

use pakiti_formats::repository::SkipList;
use pakiti_formats::repository::php_repositories::{self, PhpRepositoriesError, PhpRepository};
use pakiti_formats::repository::yum::repo_file::{self, Variables};
use proptest::prelude::*;

const PHP: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<repos>
  <!-- APT type -->
  <repo type="apt">
    <name>Debian Lenny Security &amp; Updates</name>
    <url>http://security.debian.org/</url>
    <distribution>lenny/updates</distribution>
    <sections>main contrib
       non-free</sections>
    <security>1</security>
  </repo>
  <repo type="yum">
    <name>SLC 4.x</name>
    <url>http://linuxsoft.cern.ch/cern/slc4X/$basearch/yum/os/</url>
    <security>0</security>
  </repo>
  <repo name="old" type="RPM" url="http://example.org/os/repodata/primary.xml.gz" arch="x86_64">
    <osGroup><name>CentOS Linux 7</name></osGroup><enabled>0</enabled>
  </repo>
</repos>
"#;

fn read(text: &str) -> (Vec<PhpRepository>, Option<PhpRepositoriesError>, Vec<String>) {
    let mut skipped = SkipList::default();
    let (found, fault) = php_repositories::parse(text, "r.xml", &mut skipped);
    (found, fault, skipped.kept().iter().map(ToString::to_string).collect())
}

#[test]
fn the_php_list_is_read() {
    let (found, fault, skipped) = read(PHP);
    assert_eq!((fault, skipped.len()), (None, 0), "{skipped:?}");
    let expected = PhpRepository {
        line: 4,
        kind: "apt".into(),
        name: "Debian Lenny Security & Updates".into(),
        url: "http://security.debian.org/".into(),
        distribution: "lenny/updates".into(),
        sections: ["main", "contrib", "non-free"].map(str::to_owned).to_vec(),
        security: Some(true),
        ..PhpRepository::default()
    };
    assert_eq!(found[0], expected);
    assert_eq!((found[1].kind.as_str(), found[1].security, found[1].line), ("yum", Some(false), 12));
    let old = PhpRepository {
        line: 17,
        kind: "rpm".into(),
        name: "old".into(),
        url: "http://example.org/os/repodata/primary.xml.gz".into(),
        enabled: Some(false),
        os_group: "CentOS Linux 7".into(),
        arch: "x86_64".into(),
        ..PhpRepository::default()
    };
    assert_eq!(found[2], old);
}

#[test]
fn one_bad_value_costs_only_itself() {
    let (found, fault, skipped) = read(
        "<repos>\n<repo type='yum'><name>a&bad;b</name><url>http://x/</url><security>perhaps</security></repo>\n\
         <thing/>\n<repo type='apt'><url>http://y/</url></repo></repos>",
    );
    assert_eq!(fault, None);
    assert_eq!(found.iter().map(|repo| repo.url.as_str()).collect::<Vec<_>>(), ["http://x/", "http://y/"]);
    assert_eq!(
        skipped,
        ["r.xml:2: a value is not text", "r.xml:2: security is not readable", "r.xml:3: not a <repo> line"]
    );
}

#[test]
fn what_stood_before_a_fault_is_kept() {
    let (found, fault, _) = read("<repos><repo type='yum'><url>http://x/</url></repo><repo>");
    assert_eq!((found.len(), fault), (2, Some(PhpRepositoriesError::Truncated)));
    let (found, fault, _) = read("<repos>\n<repo></url></repos>");
    assert_eq!(found.len(), 1);
    assert!(matches!(fault, Some(PhpRepositoriesError::Malformed { line: 2, .. })), "{fault:?}");
    assert_eq!(read("<html/>").1, Some(PhpRepositoriesError::Root));
    let bomb = "<!DOCTYPE r [<!ENTITY a \"b\">]>\n<repos/>";
    assert_eq!(read(bomb).1, Some(PhpRepositoriesError::Entities { line: 1 }));
    let deep = format!("<repos><repo>{}", "<x>".repeat(20));
    assert_eq!(read(&deep).1, Some(PhpRepositoriesError::TooDeep { line: 1 }));
}

/// Text that looks a bit like the files.
fn soup(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
    let known = prop::sample::select(pieces).prop_map(str::to_owned);
    let any = prop_oneof![4 => known, 1 => any::<String>()];
    prop::collection::vec(any, 0..40).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        let text = String::from_utf8_lossy(&bytes);
        let mut skipped = SkipList::default();
        let _ = php_repositories::parse(&text, "x", &mut skipped);
        let _ = repo_file::parse(&text, "x", &mut skipped);
        let _ = Variables { releasever: Some("9".into()), arch: Some("x86_64".into()), ..Variables::default() }.put_in(&text);
    }

    #[test]
    fn repo_files_of_any_order_never_panic(text in soup(&[
        "[a]", "[", "]", "\n", "\n ", "\t", "=", "baseurl", "http://x/$releasever", "enabled", "1", "priority", "-7",
        "#", ";", "[main]\n", "exclude=*", "${", "}", "$basearch", "\r\n", "é",
    ])) {
        let mut skipped = SkipList::default();
        for section in repo_file::parse(&text, "x", &mut skipped) {
            prop_assert!(!section.id.is_empty() && section.id != "main");
            for url in section.base_urls {
                let _ = Variables::default().put_in(&url);
            }
        }
    }

    #[test]
    fn php_lists_of_any_order_never_panic(text in soup(&[
        "<repos>", "</repos>", "<repo type='apt'>", "<repo", "/>", "</repo>", "<name>", "</name>", "<url>", "</url>",
        "&amp;", "&x;", "&#0;", "<![CDATA[", "]]>", "<!--", "-->", "<?xml?>", "<!DOCTYPE r [", "<security>", "1",
        "</security>", "\n", " arch='", "<osGroup>", "</osGroup>",
    ])) {
        let mut skipped = SkipList::default();
        let (found, _) = php_repositories::parse(&text, "x", &mut skipped);
        prop_assert!(found.len() <= text.len());
    }
}
