//! A package list that is stored already is recognised by its bytes; facts change the row of a host, not its
//! history.

use crate::reports::{v5, v5_with, v6};
use crate::world::{HOUR, T0, World};
use pakiti_engine::prepare::Facts;
use pakiti_formats::report::Protocol;
use pakiti_store::ingest::{Outcome, ReportedSet};

const V6_LIST: &[&str] = &["bash\t5.2\tamd64", "vim\t9\tamd64\t-\t-\t-\t-\theld"];

fn is_known(w: &World, protocol: Protocol, text: &str) -> bool {
    let prepared = w.engine.preparer.prepare(protocol, text.as_bytes(), T0).unwrap();
    let known = matches!(prepared.report.set, ReportedSet::Known(_));
    assert_eq!(known, prepared.packages.is_none());
    known
}

on_both! {
    async fn a_stored_list_is_not_parsed_again(w: &mut World) {
        let text = v5("a.example.org", &["bash 5.2", "vim 9"]);
        assert!(!is_known(w, Protocol::V5, &text));
        assert!(!is_known(w, Protocol::V5, &text), "only what is stored is known");
        let first = w.feed(Protocol::V5, &text).await;
        assert!(is_known(w, Protocol::V5, &text));
        // Another host with the same list shares the set.
        let other = v5("b.example.org", &["bash 5.2", "vim 9"]);
        assert!(is_known(w, Protocol::V5, &other));
        let second = w.feed(Protocol::V5, &other).await;
        assert_eq!((second.set_id, second.outcome), (first.set_id, Outcome::New));
        assert_eq!(w.feed(Protocol::V5, &text).await.outcome, Outcome::Unchanged);
        assert_eq!(w.host("b.example.org").await.row.counters.packages, 2);
        assert!(!is_known(w, Protocol::V5, &v5("a.example.org", &["bash 5.2", "vim 9.1"])));
    }

    async fn the_same_bytes_of_another_packager_or_protocol_are_another_list(w: &mut World) {
        let text = v5("a.example.org", &["bash 5.2"]);
        let deb = w.feed(Protocol::V5, &text).await;
        let rpm = text.replace("packager: dpkg", "packager: rpm").replace("a.example", "b.example");
        assert!(!is_known(w, Protocol::V5, &rpm));
        assert!(!is_known(w, Protocol::V6, &text));
        assert_ne!(w.feed(Protocol::V5, &rpm).await.set_id, deb.set_id);
        assert_eq!(w.feed(Protocol::V6, &text).await.set_id, deb.set_id, "the packages are the same");
    }

    async fn a_recognised_list_still_brings_its_holds_and_its_vendor(w: &mut World) {
        w.feed(Protocol::V6, &v6("a.example.org", &[], V6_LIST)).await;
        let text = v6("b.example.org", &[], V6_LIST);
        assert!(is_known(w, Protocol::V6, &text));
        w.feed(Protocol::V6, &text).await;
        assert!(w.host("b.example.org").await.context.contains("vim:amd64"));
        let oracle = |host: &str| {
            let system = "system: Red Hat Enterprise Linux release 8.9";
            v5_with(host, &[system], &["oraclelinux-release 8:8.9-1"]).replace("dpkg", "rpm")
        };
        w.feed(Protocol::V5, &oracle("c.example.org")).await;
        assert!(is_known(w, Protocol::V5, &oracle("d.example.org")));
        w.feed(Protocol::V5, &oracle("d.example.org")).await;
        assert_eq!(w.host("d.example.org").await.row.os_group, "oracle-8");
    }

    async fn skipped_lines_of_a_recognised_list_are_told_at_their_place(w: &mut World) {
        let list = &["bash\t5.2\tamd64", "nonsense"];
        w.feed(Protocol::V6, &v6("a.example.org", &[], list)).await;
        let longer = v6("b.example.org", &["tag: x", "cpu: y"], list);
        assert!(is_known(w, Protocol::V6, &longer));
        w.feed(Protocol::V6, &longer).await;
        let example = |facts: &str| serde_json::from_str::<Facts>(facts).unwrap().skipped_examples[0].clone();
        let (a, b) = (w.host("a.example.org").await, w.host("b.example.org").await);
        assert!(example(&a.facts).starts_with("line 9:"), "{}", a.facts);
        assert!(example(&b.facts).starts_with("line 11:"), "{}", b.facts);
    }

    async fn boot_and_reboot_update_the_row_and_open_no_state(w: &mut World) {
        let report = |lines: &[&str]| v6("a.example.org", lines, V6_LIST);
        let before = ["boot-id: 1", "boot-time: 1700000000", "reboot-required: no"];
        w.feed(Protocol::V6, &report(&before)).await;
        let first = w.host("a.example.org").await;
        let changes = "SELECT COUNT(*) FROM change_log";
        let history = w.number(changes).await;
        w.set_time(T0 + HOUR);
        let after = ["boot-id: 2", "boot-time: 1700009999", "reboot-required: yes linux-image"];
        let stored = w.feed(Protocol::V6, &report(&after)).await;
        assert_ne!(stored.outcome, Outcome::New);
        let second = w.host("a.example.org").await;
        assert!(!first.row.reboot_required && second.row.reboot_required);
        let facts: Facts = serde_json::from_str(&second.facts).unwrap();
        assert_eq!((facts.boot_id.as_deref(), facts.boot_time), (Some("2"), Some(1_700_009_999)));
        assert_eq!(facts.reboot_reason.as_deref(), Some("linux-image"));
        assert_eq!((second.changed_at, second.row.last_report, second.reports), (T0, T0 + HOUR, 2));
        assert_eq!(w.number("SELECT COUNT(*) FROM host_state").await, 1);
        assert_eq!(w.number(changes).await, history);
        assert_eq!(w.feed(Protocol::V6, &report(&after)).await.outcome, Outcome::Unchanged);
    }
}
