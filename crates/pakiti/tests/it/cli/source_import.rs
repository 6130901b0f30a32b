//! Importing what apt, dnf and the PHP Pakiti have configured.

use super::{Data, columns};
use crate::evaluate::archive::Archive;
use serde_json::Value;

const REPO: &str = "\
[baseos]
name=BaseOS
mirrorlist=https://mirrors.example.org/mirrorlist/$releasever/baseos
# baseurl=...
enabled=1
gpgcheck=1
repo_gpgcheck=1
gpgkey=file:///etc/pki/rpm-gpg/KEY-$releasever
priority=10
excludepkgs=kernel*, foo
module_hotfixes=1
proxy=http://proxy.example.org:3128
sslclientcert=/etc/pki/c.pem
sslclientkey=/etc/pki/k.pem
sslcacert=/etc/pki/ca.pem

[debug]
baseurl=http://example.org/debug
enabled=0
[appstream]
baseurl=ftp://example.org/x http://example.org/$releasever/AppStream/$basearch/os/
[odd]
baseurl=http://example.org/$contentdir/
[signed]
baseurl=http://example.org/s/
repo_gpgcheck=1
gpgkey=https://example.org/KEY
[empty]
name=nothing
";

fn results(data: &Data, line: &str) -> (Option<i32>, String) {
    let run = data.run(&format!("{line} --output tsv"));
    let text: Vec<String> = run
        .text()
        .lines()
        .skip(1)
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            let at = fields[4].rsplit('/').next().unwrap();
            format!("{} {} {} {} {at} {}", fields[0], fields[1], fields[2], fields[3], fields[5])
        })
        .collect();
    (run.code, text.join("\n"))
}

fn shown(data: &Data, name: &str) -> Value {
    serde_json::from_str(&data.said(&format!("source show {name} --output json"))).unwrap()
}

#[test]
fn repo_files_become_yum_sources() {
    let (data, files) = (Data::new(), Archive::new());
    let file = files.file("almalinux.repo", REPO);
    let line = format!("source import {file} --os-group almalinux-9 --arch x86_64 --prefix alma-");
    let (code, text) = results(&data, &line);
    assert_eq!(code, Some(1));
    insta::assert_snapshot!(text, @r"
    added alma-baseos yum almalinux-9 almalinux.repo:1 /etc/pki/rpm-gpg/KEY-9 is not on this machine yet; /etc/pki/c.pem is not on this machine yet; /etc/pki/k.pem is not on this machine yet; /etc/pki/ca.pem is not on this machine yet
    left out alma-debug   almalinux.repo:17 disabled in the file; --with-disabled imports it, disabled
    added alma-appstream yum almalinux-9 almalinux.repo:20 
    refused alma-odd   almalinux.repo:22 $contentdir has no value: give --var contentdir=VALUE
    refused alma-signed   almalinux.repo:24 its index is to be signed (repo_gpgcheck=1), but its key is no file here (https://example.org/KEY): give it by --keyring
    refused alma-empty   almalinux.repo:28 it has no baseurl, mirrorlist or metalink
    ");
    let baseos = shown(&data, "alma-baseos");
    for (key, value) in [
        ("url", "https://mirrors.example.org/mirrorlist/9/baseos".into()),
        ("mirrorlist", true.into()),
        ("keyrings", serde_json::json!(["/etc/pki/rpm-gpg/KEY-9"])),
        ("priority", 10.into()),
        ("exclude", serde_json::json!(["kernel*", "foo"])),
        ("module_hotfixes", true.into()),
        ("proxy", "http://proxy.example.org:3128".into()),
        ("client_certificate", "/etc/pki/c.pem".into()),
        ("client_key", "/etc/pki/k.pem".into()),
        ("ca", "/etc/pki/ca.pem".into()),
    ] {
        assert_eq!(baseos[key], value, "{key}");
    }
    assert_eq!(shown(&data, "alma-appstream")["url"], "http://example.org/9/AppStream/x86_64/os/");
    let (_, again) = results(&data, &format!("{line} --with-disabled --keyring /etc/k.asc"));
    let first: Vec<&str> = again.lines().map(|line| line.split(" yum").next().unwrap()).collect();
    assert_eq!(&first[..3], ["unchanged alma-baseos", "added alma-debug", "unchanged alma-appstream"]);
    assert_eq!(first[4], "added alma-signed");
    assert_eq!(shown(&data, "alma-debug")["enabled"], false);
    assert_eq!(shown(&data, "alma-signed")["keyrings"][0], "/etc/k.asc");
}

#[test]
fn a_repo_file_needs_an_os_group_and_values_for_its_variables() {
    let (data, files) = (Data::new(), Archive::new());
    let file = files.file(
        "x.repo",
        "[a]\nbaseurl=http://x/$releasever\n[b]\nbaseurl=http://x/$basearch\n[c]\nbaseurl=http://x/\n",
    );
    let (code, text) = results(&data, &format!("source import {file}"));
    assert_eq!(code, Some(1));
    insta::assert_snapshot!(text, @r"
    refused a   x.repo:1 $releasever has no value: give --releasever or --os-group
    refused b   x.repo:3 $basearch has no value: give --arch
    refused c yum  x.repo:5 a yum repository does not say whom it speaks for: give --os-group (rhel-9, almalinux-9, fedora-42)
    ");
    assert_eq!(data.said("source list --output json"), "[]\n");
}

#[test]
fn apts_files_become_apt_sources() {
    let (data, files) = (Data::new(), Archive::new());
    let list = files.file(
        "sources.list",
        "deb http://deb.debian.org/debian bookworm main\ndeb-src http://deb.debian.org/debian bookworm main\n\
         deb http://deb.debian.org/debian bookworm contrib\nnonsense\n\
         deb [trusted=yes arch=amd64] file:/srv/flat ./\ndeb ftp://example.org/debian x main\n\
         deb [signed-by=0123456789ABCDEF] http://example.org/debian x main\n",
    );
    let stanzas = files.file(
        "debian.sources",
        "Types: deb\nURIs: http://deb.debian.org/debian-security\nSuites: bookworm-security\nComponents: main\n\
         Signed-By: /usr/share/keyrings/nobody.gpg\nCheck-Valid-Until: no\n\nTypes: deb\nEnabled: no\nURIs: http://x\n\
         Suites: y\nComponents: z\n",
    );
    let (code, text) = results(&data, &format!("source import {list} {stanzas}"));
    assert_eq!(code, Some(1));
    insta::assert_snapshot!(text, @r"
    added deb.debian.org-debian-bookworm apt  sources.list:1 
    added srv-flat apt  sources.list:5 
    refused example.org-debian-x apt  sources.list:6 `ftp://example.org/debian` is not allowed: only http and https URLs, and files below the folders the server was given
    refused example.org-debian-x   sources.list:7 it is to be signed by 0123456789ABCDEF, which is no file: give the file with that key by --keyring
    refused    sources.list:4 not a `deb [options] uri suite components` line
    added deb.debian.org-debian-security-bookworm-security apt  debian.sources:1 /usr/share/keyrings/nobody.gpg is not on this machine yet
    ");
    let main = shown(&data, "deb.debian.org-debian-bookworm");
    assert_eq!(main["components"], serde_json::json!(["main", "contrib"]));
    assert_eq!((&main["suite"], &main["kind"]), (&"bookworm".into(), &"apt".into()));
    let flat = shown(&data, "srv-flat");
    assert_eq!((&flat["url"], &flat["trusted"]), (&"/srv/flat".into(), &true.into()));
    let security = shown(&data, "deb.debian.org-debian-security-bookworm-security");
    assert_eq!(security["check_valid_until"], false);
    assert_eq!(security["keyrings"][0], "/usr/share/keyrings/nobody.gpg");
}

#[test]
fn the_php_pakitis_list_becomes_sources() {
    let (data, files) = (Data::new(), Archive::new());
    let file = files.file(
        "Repositories.xml",
        "<?xml version=\"1.0\"?>\n<repos>\n<repo type=\"apt\"><name>Debian Security</name><url>http://security.debian.org/</url>\n\
         <distribution>bookworm-security</distribution><sections>main contrib</sections><security>1</security></repo>\n\
         <repo type=\"rpm\"><name>CentOS os</name><url>http://example.org/$basearch/os/repodata/repomd.xml</url>\
         <arch>x86_64</arch><osGroup>CentOS Linux 7</osGroup><security>0</security></repo>\n\
         <repo type=\"dpkg\"><name>Old</name><url>http://example.org/debian/dists/bookworm/main/binary-amd64/Packages.gz</url></repo>\n\
         <repo type=\"yum\"><name>Nobody's</name><url>http://example.org/x</url><osGroup>Plan 9</osGroup></repo>\n\
         <repo type=\"svn\"><name>svn</name><url>http://example.org/x</url></repo>\n\
         <repo type=\"yum\"><name>off</name><url>http://example.org/x</url><enabled>0</enabled></repo>\n</repos>\n",
    );
    let (code, text) = results(&data, &format!("source import {file}"));
    assert_eq!(code, Some(1));
    insta::assert_snapshot!(text, @r"
    added Debian-Security apt  Repositories.xml:3 
    added CentOS-os yum centos-7 Repositories.xml:5 
    added Old apt  Repositories.xml:6 
    refused Nobody-s   Repositories.xml:7 its OS group `Plan 9` is not known here: give --os-group
    refused svn   Repositories.xml:8 type `svn` is not read: apt, dpkg, yum and rpm are
    left out off   Repositories.xml:9 disabled in the file; --with-disabled imports it, disabled
    ");
    let security = shown(&data, "Debian-Security");
    assert_eq!(
        (&security["suite"], &security["security_option"]),
        (&"bookworm-security".into(), &"yes".into())
    );
    assert_eq!(shown(&data, "CentOS-os")["url"], "http://example.org/x86_64/os/");
    let old = shown(&data, "Old");
    assert_eq!((&old["url"], &old["suite"]), (&"http://example.org/debian".into(), &"bookworm".into()));
    assert_eq!((&old["components"][0], &old["architectures"][0]), (&"main".into(), &"amd64".into()));
}

#[test]
fn a_file_that_is_none_of_them_stops_no_other() {
    let (data, files) = (Data::new(), Archive::new());
    let bad = files.file("notes", "hello\n");
    let good = files.file("x", "deb http://deb.debian.org/debian bookworm main\n");
    let (code, text) = results(&data, &format!("source import {bad} /nowhere {good}"));
    assert_eq!(code, Some(1));
    insta::assert_snapshot!(text, @r"
    refused    notes neither a .list, .sources, .repo, Repositories.xml nor repositories.toml
    refused    nowhere cannot be read: No such file or directory (os error 2)
    added deb.debian.org-debian-bookworm apt  x:1 
    ");
    let empty = files.file("empty.list", "# nothing\n");
    insta::assert_snapshot!(data.said(&format!("source import {empty}")), @"there is no source in these files");
    let text = data.said(&format!("source import {good}"));
    assert!(text.contains("unchanged"), "{}", columns(&text));
}
