//! OVAL definitions and local rules: fetched, judged, withdrawn, refused.

use crate::reports::v5;
use crate::web::Reply;
use crate::world::{HOUR, T0, World};
use pakiti_core::local_rule::LocalRule;
use pakiti_engine::local_rules;
use pakiti_engine::source::options::SourceOptions;
use pakiti_engine::source::sync::Synced;
use pakiti_formats::report::Protocol;
use pakiti_store::host_packages;
use pakiti_store::scope::Scope;
use pakiti_store::source::{self, NewSource, Source};

/// A file for Debian 12 of `cve package fixed` definitions.
fn file(definitions: &[(&str, &str, &str)]) -> Vec<u8> {
    let (mut all, mut tests, mut objects, mut states) =
        (String::new(), String::new(), String::new(), String::new());
    for (number, (cve, package, fixed)) in definitions.iter().enumerate() {
        all += &format!(
            "<definition id='oval:t:def:{number}' version='1' class='vulnerability'><metadata><title>{cve}</title>\
             <affected family='unix'><platform>Debian GNU/Linux 12</platform></affected>\
             <reference source='CVE' ref_id='{cve}' ref_url='https://x'/></metadata>\
             <criteria><criterion test_ref='oval:t:tst:{number}' comment='{package} is old'/></criteria></definition>"
        );
        tests += &format!(
            "<dpkginfo_test id='oval:t:tst:{number}' version='1' check='all'>\
             <object object_ref='oval:t:obj:{number}'/><state state_ref='oval:t:ste:{number}'/></dpkginfo_test>"
        );
        objects +=
            &format!("<dpkginfo_object id='oval:t:obj:{number}'><name>{package}</name></dpkginfo_object>");
        states += &format!(
            "<dpkginfo_state id='oval:t:ste:{number}'>\
             <evr datatype='debian_evr_string' operation='less than'>0:{fixed}</evr></dpkginfo_state>"
        );
    }
    format!(
        "<oval_definitions><definitions>{all}</definitions><tests>{tests}</tests><objects>{objects}</objects>\
         <states>{states}</states></oval_definitions>"
    )
    .into_bytes()
}

async fn findings(w: &World, host: &str) -> Vec<String> {
    let detail = w.host(host).await;
    let rows = host_packages::findings(w.db(), &detail).await.unwrap();
    rows.iter().map(|row| format!("{} {}", row.finding.subject(), row.package.name)).collect()
}

async fn add(w: &World, kind: &str, name: &str, url: &str, options: &SourceOptions) -> Source {
    let (name, kind, url, options) = (name.into(), kind.into(), url.into(), options.record());
    let new = NewSource { name, kind, url, options, os_group: String::new(), interval_seconds: 6 * HOUR };
    source::add(w.db(), &new, w.now()).await.unwrap();
    w.source(&new.name).await
}

async fn oval(w: &World) {
    w.web.set(
        "/d/oval.xml",
        Reply::Bare(file(&[("CVE-2024-0001", "bash", "6"), ("CVE-2024-0002", "vim", "10")]).into()),
    );
    add(w, "oval", "oval", &w.web.url("/d/oval.xml"), &SourceOptions::default()).await;
}

on_both! {
    async fn definitions_are_judged_and_withdrawn_with_the_feed(w: &mut World) {
        w.feed(Protocol::V5, &v5("a.example.org", &["bash 5", "vim 9"])).await;
        oval(w).await;
        let (synced, swept) = w.sync("oval").await.unwrap();
        assert!(matches!(synced, Synced::Changed { packages: 2, .. }), "{synced:?}");
        assert_eq!(swept.hosts, 1);
        assert_eq!(findings(w, "a.example.org").await, ["CVE-2024-0001 bash", "CVE-2024-0002 vim"]);
        assert_eq!(w.sync("oval").await.unwrap().0, Synced::NotModified);
        // The vendor changes one definition: only its package is looked at again.
        w.web.set("/d/oval.xml", Reply::Bare(file(&[("CVE-2024-0001", "bash", "6"), ("CVE-2024-0002", "vim", "9")]).into()));
        let (synced, _) = w.sync("oval").await.unwrap();
        assert!(matches!(synced, Synced::Changed { names: 1, .. }), "{synced:?}");
        assert_eq!(findings(w, "a.example.org").await, ["CVE-2024-0001 bash"]);
        w.web.set("/d/oval.xml", Reply::Bare(file(&[("CVE-2024-0002", "vim", "9")]).into()));
        w.sync("oval").await.unwrap();
        assert!(findings(w, "a.example.org").await.is_empty());
    }

    async fn a_file_of_this_machine_is_read_below_the_folders_of_the_server_only(w: &mut World) {
        w.feed(Protocol::V5, &v5("a.example.org", &["bash 5"])).await;
        let path = w.folder().join("oval.xml");
        std::fs::write(&path, file(&[("CVE-2024-0001", "bash", "6")])).unwrap();
        add(w, "oval", "oval", path.to_str().unwrap(), &SourceOptions::default()).await;
        w.sync("oval").await.unwrap();
        assert_eq!(findings(w, "a.example.org").await, ["CVE-2024-0001 bash"]);
        add(w, "oval", "elsewhere", "/etc/passwd", &SourceOptions::default()).await;
        assert!(w.refusal("elsewhere").await.contains("is not below a folder"));
    }

    async fn a_file_that_is_no_oval_leaves_what_is_in_force(w: &mut World) {
        w.feed(Protocol::V5, &v5("a.example.org", &["bash 5"])).await;
        oval(w).await;
        w.sync("oval").await.unwrap();
        w.set_time(T0 + HOUR);
        let whole = file(&[("CVE-2024-0009", "bash", "7")]);
        w.web.set("/d/oval.xml", Reply::Bare(whole[..whole.len() / 2].to_vec().into()));
        let told = w.refusal("oval").await;
        assert!(told.starts_with("refused: ") && told.contains("line 1"), "{told}");
        w.web.set("/d/oval.xml", Reply::Bare(b"<html/>".to_vec().into()));
        assert!(w.refusal("oval").await.starts_with("refused: "));
        assert_eq!(findings(w, "a.example.org").await, ["CVE-2024-0001 bash"]);
        w.web.set("/d/oval.xml", Reply::Bare(whole.into()));
        w.sync("oval").await.unwrap();
        assert_eq!(findings(w, "a.example.org").await, ["CVE-2024-0009 bash"]);
    }

    async fn a_local_rule_is_in_force_at_once_and_goes_with_its_removal(w: &mut World) {
        w.feed(Protocol::V5, &v5("a.example.org", &["bash 5", "vim 9"])).await;
        let rule = LocalRule {
            name: "shell".into(),
            os_groups: ["debian-12".to_owned()].into(),
            package: "bash".into(),
            operator: "<=".into(),
            version: "5".into(),
            id: "SITE-1".into(),
            severity: "critical".into(),
            ..LocalRule::default()
        };
        let scope = Scope::operator();
        let swept = local_rules::put(&w.engine, &scope, vec![rule.clone()]).await.unwrap();
        assert_eq!((swept.changed, swept.hosts), (1, 1));
        assert_eq!(findings(w, "a.example.org").await, ["SITE-1 bash"]);
        let found = w.host("a.example.org").await.row.counters.findings;
        assert_eq!((found.fixable_total(), found.unfixed), (0, 1), "no fix is known");
        // The same name replaces: now the fixed version is known, and another host comes.
        let fixed = LocalRule { operator: "<".into(), version: "6".into(), ..rule };
        let other = LocalRule { name: "editor".into(), package: "vim".into(), id: "SITE-2".into(), ..fixed.clone() };
        local_rules::put(&w.engine, &scope, vec![fixed, other]).await.unwrap();
        w.feed(Protocol::V5, &v5("b.example.org", &["bash 6", "vim 5"])).await;
        assert_eq!(w.host("a.example.org").await.row.counters.findings.fixable[0], 1);
        assert_eq!(findings(w, "b.example.org").await, ["SITE-2 vim"]);
        assert_eq!(local_rules::list(w.db()).await.unwrap().len(), 2);
        local_rules::remove(&w.engine, &scope, "shell").await.unwrap();
        let told = local_rules::remove(&w.engine, &scope, "shell").await.unwrap_err().to_string();
        assert_eq!(told, "there is no local rule `shell`");
        assert!(findings(w, "a.example.org").await.is_empty());
    }

    async fn of_rules_added_at_once_none_is_lost(w: &mut World) {
        let rule = |n: usize| LocalRule {
            name: format!("rule {n}"),
            os_groups: ["debian-12".to_owned()].into(),
            package: "bash".into(),
            id: format!("SITE-{n}"),
            ..LocalRule::default()
        };
        let scope = Scope::operator();
        let put = |n| local_rules::put(&w.engine, &scope, vec![rule(n)]);
        let (a, b, c, d) = tokio::join!(put(1), put(2), put(3), put(4));
        for done in [a, b, c, d] {
            done.unwrap();
        }
        assert_eq!(local_rules::list(w.db()).await.unwrap().len(), 4);
        w.feed(Protocol::V5, &v5("a.example.org", &["bash 5"])).await;
        assert_eq!(findings(w, "a.example.org").await.len(), 4);
    }

    async fn a_local_rule_that_cannot_be_used_changes_nothing(w: &mut World) {
        let rule = LocalRule { name: "x".into(), package: "bash".into(), id: "S".into(), ..LocalRule::default() };
        let told = local_rules::put(&w.engine, &Scope::operator(), vec![rule]).await.unwrap_err().to_string();
        assert_eq!(told, "rule `x`: a rule needs an OS group");
        assert_eq!(w.number("SELECT COUNT(*) FROM source").await, 0);
    }
}
