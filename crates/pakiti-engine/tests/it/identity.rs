//! Which reports are of one host (docs/adr/0003-host-identity.md).

use crate::reports::{machine, v5_with, v6};
use pakiti_engine::prepare::Preparer;
use pakiti_formats::report::Protocol;

fn identity(protocol: Protocol, report: &str) -> [u8; 32] {
    Preparer::default().prepare(protocol, report.as_bytes(), 0).unwrap().report.identity
}

fn five(host: &str, lines: &[&str]) -> [u8; 32] {
    identity(Protocol::V5, &v5_with(host, lines, &["bash 5.2"]))
}

fn six(host: &str, lines: &[&str]) -> [u8; 32] {
    identity(Protocol::V6, &v6(host, lines, &["bash\t5.2\tamd64"]))
}

#[test]
fn the_name_counts_in_lower_case() {
    assert_eq!(five("Web.Example.ORG", &[]), five("web.example.org", &[]));
    assert_ne!(five("web.example.org", &[]), five("mail.example.org", &[]));
    // Further names are aliases, not identity.
    assert_eq!(five("web.example.org www.example.org", &[]), five("web.example.org", &[]));
}

#[test]
fn the_reported_address_counts() {
    assert_ne!(five("web.example.org", &["ip: 192.0.2.1"]), five("web.example.org", &[]));
    assert_ne!(five("web.example.org", &["ip: 192.0.2.1"]), five("web.example.org", &["ip: 192.0.2.2"]));
}

#[test]
fn a_full_name_is_one_host_whatever_its_machine_id() {
    let (a, b) = (machine('a'), machine('b'));
    assert_eq!(six("web.example.org", &[&a]), six("web.example.org", &[&b]));
    assert_eq!(six("web.example.org", &[&a]), five("web.example.org", &[]));
}

#[test]
fn a_name_without_domain_is_as_many_hosts_as_machine_ids() {
    let (a, b) = (machine('a'), machine('b'));
    for name in ["node1", "localhost", "localhost.localdomain", "LOCALHOST.localdomain", "node1."] {
        assert_ne!(six(name, &[&a]), six(name, &[&b]), "{name}");
        assert_eq!(six(name, &[&a]), six(&name.to_uppercase(), &[&a]), "{name}");
        // Protocol 5 tells no machine-id: the host becomes a new one once.
        assert_ne!(six(name, &[&a]), five(name, &[]), "{name}");
        assert_eq!(six(name, &[]), five(name, &[]), "{name}");
    }
    assert_eq!(six("localhosts.example.org", &[&a]), six("localhosts.example.org", &[&b]));
}

#[test]
fn parts_of_the_identity_do_not_run_together() {
    assert_ne!(five("a.b", &["ip: 1"]), five("a.b1", &[]));
    let a = machine('a');
    assert_ne!(six("n", &[&a]), six("n", &[&format!("ip: {}", "a".repeat(64))]));
}

#[test]
fn what_changes_on_a_host_is_not_its_identity() {
    let first = v5_with("a.b", &["system: Debian GNU/Linux 12", "site: A"], &["bash 5.2"]);
    let other = v5_with("a.b", &["system: Fedora 42", "site: B", "tag: x"], &["vim 9"]);
    assert_eq!(identity(Protocol::V5, &first), identity(Protocol::V5, &other));
}
