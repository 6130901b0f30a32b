//! Own small `.repo` files, after the examples of dnf.conf(5).

use super::*;

fn read(text: &str) -> (Vec<RepoSection>, Vec<String>) {
    let mut skipped = SkipList::default();
    let found = parse(text, "x.repo", &mut skipped);
    (found, skipped.kept().iter().map(ToString::to_string).collect())
}

#[test]
fn every_option_is_read() {
    let (found, skipped) = read(
        "[main]\nkeepcache=1\n\n# a comment\n[baseos] ; behind it\nname=BaseOS $releasever\n\
         baseurl = ftp://example.org/x, https://a.example/$releasever/\n  file:///srv/x\n\
         mirrorlist=http://m.example/list?x=1\nmetalink=https://m.example/metalink\nenabled=False\n\
         repo_gpgcheck=1\ngpgkey=file:///etc/k\n\thttps://example.org/k\npriority=10\nexcludepkgs=kernel* foo,\n bar\n\
         exclude=baz\nmodule_hotfixes=on\nproxy=http://proxy:3128\nsslclientcert=/c.pem\nsslclientkey=/k.pem\n\
         sslcacert=/ca.pem\nincludepkgs=x\nskip_if_unavailable=1\n[next]\nproxy=_none_\nbaseurl=http://b.example/\n",
    );
    assert!(skipped.is_empty(), "{skipped:?}");
    let texts = |list: &[&str]| -> Vec<String> { list.iter().map(|text| (*text).to_owned()).collect() };
    let text = |text: &str| Some(text.to_owned());
    let first = RepoSection {
        line: 5,
        id: "baseos".into(),
        base_urls: texts(&["ftp://example.org/x", "https://a.example/$releasever/", "file:///srv/x"]),
        mirrorlist: text("https://m.example/metalink"),
        enabled: false,
        signed: true,
        keys: texts(&["file:///etc/k", "https://example.org/k"]),
        priority: Some(10),
        excludes: texts(&["kernel*", "foo", "bar", "baz"]),
        module_hotfixes: true,
        proxy: text("http://proxy:3128"),
        client_certificate: text("/c.pem"),
        client_key: text("/k.pem"),
        authorities: text("/ca.pem"),
        unused: vec!["includepkgs"],
    };
    let next = RepoSection { base_urls: texts(&["http://b.example/"]), ..RepoSection::new(26, "next") };
    assert_eq!(found.first(), Some(&first));
    assert_eq!(found.get(1).map(|repo| (&repo.id, repo.enabled, &repo.proxy)), Some((&next.id, true, &None)));
    assert_eq!(found.get(1).map(|repo| &repo.base_urls), Some(&next.base_urls));
    assert_eq!(found.len(), 2);
}

#[test]
fn a_bad_line_costs_only_itself() {
    let (found, skipped) = read(
        "[]\nbaseurl=http://lost.example\n[a]\nnonsense\npriority=high\nenabled=maybe\nbaseurl=http://a.example\n",
    );
    assert_eq!(found.len(), 1);
    assert_eq!(found.first().map(|repo| repo.base_urls.clone()), Some(vec!["http://a.example".to_owned()]));
    assert_eq!(
        skipped,
        [
            "x.repo:1: not a [id] line",
            "x.repo:4: not a `key = value` line",
            "x.repo:5: priority is not readable",
            "x.repo:6: enabled is not readable",
        ]
    );
}

#[test]
fn variables_are_put_in_and_the_unknown_ones_named() {
    let variables = Variables {
        releasever: Some("9.4".into()),
        arch: Some("i686".into()),
        further: [("rltype".to_owned(), "-beta".to_owned())].into(),
    };
    let put = |text: &str| variables.put_in(text).map_err(|unknown| unknown.to_string());
    assert_eq!(put("http://x/$releasever/$basearch/${arch}/").as_deref(), Ok("http://x/9.4/i386/i686/"));
    assert_eq!(put("BaseOS-$releasever_major$rltype").as_deref(), Ok("BaseOS-9-beta"));
    assert_eq!(put("$releasever_major.$releasever_minor").as_deref(), Ok("9.4"));
    assert_eq!(put("a$/b$").as_deref(), Ok("a$/b$"));
    assert_eq!(put("http://x/$contentdir/"), Err("$contentdir has no value".into()));
    assert_eq!(put("${a:-b}"), Err("$a:-b has no value".into()));
    assert_eq!(Variables::default().put_in("$basearch"), Err(UnknownVariable("basearch".into())));
}

#[test]
fn a_word_that_cannot_be_read_does_not_turn_the_check_of_signatures_off() {
    let (found, skipped) = read("[a]\nrepo_gpgcheck=perhaps\n[b]\nrepo_gpgcheck=0\n");
    assert_eq!(found.iter().map(|repo| repo.signed).collect::<Vec<_>>(), [true, false]);
    assert_eq!(skipped, ["x.repo:2: repo_gpgcheck is not readable"]);
}
