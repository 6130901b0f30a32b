//! What `write` writes, `parse` reads back unchanged.

use super::{ReportFormat, read};
use pakiti_core::context::{HostRepository, Pin};
use pakiti_core::package::{Package, PackageFormat};
use pakiti_formats::report::{Header, PackageFlags, PackageState, Protocol, ReportedPackage, write};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;

/// A header value as clients reduce it.
fn text() -> impl Strategy<Value = String> {
    "[!-~äß]{1,8}( [!-~äß]{1,8}){0,2}"
}

fn flags() -> impl Strategy<Value = PackageFlags> {
    let states = [PackageState::HalfInstalled, PackageState::Unpacked, PackageState::TriggersPending];
    let state = option::of(prop::sample::select(states.to_vec()));
    (any::<bool>(), any::<bool>(), state).prop_map(|(held, auto, state)| PackageFlags { held, auto, state })
}

fn rpm_package() -> impl Strategy<Value = Package> {
    let names = ("[a-z][a-z0-9+.-]{0,8}", "[a-z]{0,4}");
    let version = ("([1-9][0-9]{0,3}:)?[0-9a-z.~^+]{1,8}-[0-9a-z._]{1,6}", "(x86_64|noarch|)");
    let more = (
        "(|[0-9.]{1,4}-[0-9]{1,2})",
        "(|[!-,.-~]( [!-~]{1,9}){0,2})",
        "(|[a-z]{1,4}:[0-9.]{1,3}:8:f)",
        "(|[0-9a-f]{16})",
    );
    (names, version, more).prop_map(
        |((name, source_name), (version, arch), (source_version, vendor, module, key_id))| Package {
            format: PackageFormat::Rpm,
            name,
            version,
            arch,
            source_name,
            source_version,
            vendor,
            module,
            key_id,
        },
    )
}

fn deb_package() -> impl Strategy<Value = Package> {
    let version = "([1-9]:)?[0-9][0-9a-z.~+]{0,6}(-[0-9a-z.~+]{1,5})?";
    ("[a-z][a-z0-9+.-]{0,8}", version, "(amd64|all)", "[a-z]{0,4}", "(|[0-9.]{1,5})").prop_map(
        |(name, version, arch, source_name, source_version)| Package {
            source_name,
            source_version,
            ..Package::new(PackageFormat::Deb, &name, &version, &arch)
        },
    )
}

fn reported(package: impl Strategy<Value = Package>) -> impl Strategy<Value = ReportedPackage> {
    (package, flags(), option::of(0..i64::MAX), any::<bool>()).prop_map(
        |(package, flags, installed_at, known)| {
            // A deb version and one with an epoch leave nothing open.
            let epoch_known = known || package.format == PackageFormat::Deb || package.version.contains(':');
            ReportedPackage { package, flags, installed_at, epoch_known }
        },
    )
}

/// Package lists of one packaging system without duplicates, and its name.
fn packages() -> impl Strategy<Value = (String, Vec<ReportedPackage>)> {
    let rpm = vec(reported(rpm_package()), 0..30).prop_map(|list| ("rpm".to_owned(), list));
    let deb = vec(reported(deb_package()), 0..30).prop_map(|list| ("dpkg".to_owned(), list));
    prop_oneof![rpm, deb].prop_map(|(packager, mut list)| {
        let mut seen = std::collections::BTreeSet::new();
        list.retain(|p| p.package.name != "gpg-pubkey" && seen.insert(p.package.clone()));
        (packager, list)
    })
}

/// A header with the names of protocol 5.
fn header_v5() -> impl Strategy<Value = Header> {
    let names = btree_set("[!-9;-~]{1,12}", 1..4);
    let optional = || option::of(text());
    let values = (optional(), optional(), optional(), optional(), optional(), optional());
    (names, option::of(text()), values).prop_map(|(names, site, (ip, arch, cpu, kernel, system, tag))| {
        let mut names = names.into_iter();
        Header {
            host: names.next().unwrap_or_default(),
            aliases: names.collect(),
            sites: site.into_iter().collect(),
            version: Some("1".to_owned()),
            ip,
            arch,
            cpu,
            kernel,
            system,
            tag,
            ..Header::default()
        }
    })
}

fn pin() -> impl Strategy<Value = Pin> {
    let expression = "(release n=[a-z]{1,6}, o=[A-Z][a-z]{0,4}|origin [a-z.]{1,9}|version [0-9.*]{1,5})";
    let package = "(\\*|[a-u][a-z0-9-]{1,5}\\*?|src:[a-z]{1,5})";
    (package, prop_oneof![expression.prop_map(|e| e), Just(String::new())], any::<i32>())
        .prop_map(|(package, expression, priority)| Pin { package, expression, priority })
}

fn repository() -> impl Strategy<Value = HostRepository> {
    let url = "(https|http|file)://[a-z0-9.]{1,9}/[a-z0-9@/]{0,9}";
    let suite = option::of("[a-z]{1,9}( [a-z-]{2,6}){0,2}");
    ("[a-z0-9-]{2,9}", "(apt|yum)", url, suite, option::of(any::<i32>()))
        .prop_map(|(id, kind, url, suite, priority)| HostRepository { id, kind, url, suite, priority })
}

/// A header with the names of protocol 6.
fn header_v6() -> impl Strategy<Value = Header> {
    let optional = || option::of(text());
    let singles = (optional(), optional(), optional(), optional(), optional(), optional(), optional());
    let typed = (
        option::of("[0-9a-f]{64}"),
        option::of(0..i64::MAX),
        option::of((any::<bool>(), prop_oneof![text(), Just(String::new())])),
    );
    let lists = (
        btree_set(text(), 0..4),
        btree_set(text(), 0..3),
        btree_map("[a-z0-9-]{1,6}", "[a-z0-9.]{0,4}:(enabled|disabled|default)", 0..4),
        vec(repository(), 0..4),
        vec(pin(), 0..4),
    );
    (header_v5(), singles, typed, lists).prop_map(|(five, singles, typed, lists)| {
        let (os_id, os_version_id, os_codename, boot_id, kernel_version, livepatch, container) = singles;
        let (machine_id, boot_time, reboot_required) = typed;
        let (words, excludes, modules, repositories, pins) = lists;
        Header {
            version: Some("6".to_owned()),
            sites: words.iter().cloned().rev().collect(),
            entitlements: words.clone(),
            foreign_archs: words,
            os_id,
            os_version_id,
            os_codename,
            boot_id,
            kernel_version,
            livepatch,
            container,
            machine_id,
            boot_time,
            reboot_required,
            excludes,
            modules,
            repositories,
            pins,
            ..five
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn protocol_6_carries_everything((packager, packages) in packages(), header in header_v6()) {
        let header = Header { packager: Some(packager), ..header };
        let text = write(Protocol::V6, &header, &packages);
        let back = read(ReportFormat::V6, &text).expect("a report");
        prop_assert_eq!(back.skipped_count, 0, "{:?}\n{}", back.skipped, text);
        prop_assert_eq!(back.header, header);
        prop_assert_eq!(back.packages, packages);
    }

    #[test]
    fn protocol_5_carries_name_version_and_arch((packager, packages) in packages(), header in header_v5()) {
        let header = Header { packager: Some(packager), ..header };
        let text = write(Protocol::V5, &header, &packages);
        let back = read(ReportFormat::V5, &text).expect("a report");
        prop_assert_eq!(back.skipped_count, 0, "{:?}\n{}", back.skipped, text);
        prop_assert_eq!(back.header, header);
        let mut expected: Vec<ReportedPackage> = Vec::new();
        for p in packages {
            let arch = if p.package.arch.is_empty() { "-" } else { &p.package.arch };
            let package = Package::new(p.package.format, &p.package.name, &p.package.version, arch);
            if expected.iter().all(|e| e.package != package) {
                let flags = PackageFlags::default();
                expected.push(ReportedPackage { package, flags, installed_at: None, epoch_known: p.epoch_known });
            }
        }
        prop_assert_eq!(back.packages, expected);
    }

    #[test]
    fn no_bytes_make_a_parser_panic(bytes in vec(any::<u8>(), 0..400), cut in 0usize..400) {
        for format in ReportFormat::ALL {
            let _ = read(format, &bytes);
            let mut text = b"#\nhost: a\nversion: 6\n#\n".to_vec();
            text.extend_from_slice(&bytes);
            text.truncate(cut);
            let _ = read(format, &text);
        }
        let _ = pakiti_formats::report::detect(&bytes);
    }

    #[test]
    fn no_text_of_the_formats_own_characters_makes_a_parser_panic(text in "[#:\\t\\n\\r \\-a0(),.é\\x00]{0,200}") {
        for format in ReportFormat::ALL {
            let _ = read(format, &text);
            let _ = read(format, format!("#\nhost: a\n{text}\n#\n{text}"));
            let _ = read(format, format!("#NAME\tVERSION\tRELEASE\tARCH\n{text}"));
            let _ = read(format, format!("Package: a\nVersion:{text}\nArchitecture: x\nSource: {text}"));
        }
    }
}
