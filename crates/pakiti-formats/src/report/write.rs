//! Writing reports of protocols 5 and 6, as the clients do: for load generators and tests.
//!
//! pakiti3-interfaces.md 1.2, protocol6.md. Header lines are sorted by name; protocol 5 gets the columns and
//! names it has, the rest is left out.

use super::lines::clean;
use super::{Header, Protocol, ReportedPackage};
use pakiti_core::package::PackageFormat;
use std::borrow::Cow;
use std::fmt::Write;

/// The text of a report. Packages are written in the given order; values are reduced to what the protocol can
/// carry (printable characters, single spaces).
pub fn write(protocol: Protocol, header: &Header, packages: &[ReportedPackage]) -> String {
    let mut lines = common_lines(header);
    match protocol {
        Protocol::V5 => lines.extend(header.sites.last().map(|site| ("site", clean(site.as_bytes())))),
        Protocol::V6 => lines.extend(six_lines(header)),
    }
    // Stable: lines of one name keep their order.
    lines.sort_by_key(|(name, _)| *name);
    let mut out = String::from("#\n");
    for (name, value) in lines {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{name}: {value}");
    }
    out.push_str("#\n");
    for package in packages {
        match protocol {
            Protocol::V5 => three_columns(&mut out, package),
            Protocol::V6 => ten_columns(&mut out, package),
        }
        out.push('\n');
    }
    out.push_str("#\n");
    out
}

type HeaderLine = (&'static str, String);

fn text(name: &'static str, value: &Option<String>) -> Option<HeaderLine> {
    value.as_deref().map(|value| (name, clean(value.as_bytes())))
}

fn common_lines(header: &Header) -> Vec<HeaderLine> {
    let names = [&header.host].into_iter().chain(&header.aliases);
    let host = names.map(|name| clean(name.as_bytes())).collect::<Vec<_>>().join(" ");
    let rest = [
        text("ip", &header.ip),
        text("arch", &header.arch),
        text("cpu", &header.cpu),
        text("kernel", &header.kernel),
        text("packager", &header.packager),
        text("system", &header.system),
        text("tag", &header.tag),
        text("version", &header.version),
    ];
    std::iter::once(("host", host)).chain(rest.into_iter().flatten()).collect()
}

fn six_lines(header: &Header) -> Vec<HeaderLine> {
    let boot_time = header.boot_time.map(|time| ("boot-time", time.to_string()));
    let reboot = header.reboot_required.as_ref().map(|(required, reason)| {
        let word = if *required { "yes " } else { "no " };
        ("reboot-required", clean(format!("{word}{reason}").as_bytes()))
    });
    let single = [
        text("machine-id", &header.machine_id),
        text("os-id", &header.os_id),
        text("os-version-id", &header.os_version_id),
        text("os-like", &header.os_like),
        text("os-codename", &header.os_codename),
        text("boot-id", &header.boot_id),
        boot_time,
        reboot,
        text("kernel-version", &header.kernel_version),
        text("default-kernel", &header.default_kernel),
        text("livepatch", &header.livepatch),
        text("releasever", &header.releasever),
        text("container", &header.container),
    ];
    let mut lines: Vec<HeaderLine> = single.into_iter().flatten().collect();
    let mut each = |name, values: &mut dyn Iterator<Item = &String>| {
        lines.extend(values.map(|value| (name, clean(value.as_bytes()))));
    };
    each("site", &mut header.sites.iter());
    each("entitlement", &mut header.entitlements.iter());
    each("foreign-arch", &mut header.foreign_archs.iter());
    each("exclude", &mut header.excludes.iter());
    lines.extend(
        header.modules.iter().map(|(name, state)| ("module", clean(format!("{name}:{state}").as_bytes()))),
    );
    lines.extend(header.repositories.iter().map(|r| {
        let suite = r.suite.as_deref().unwrap_or("-");
        let priority = r.priority.map_or("-".to_owned(), |priority| priority.to_string());
        let parts = [&r.id, &r.kind, &r.url, suite, &priority].map(|part| clean(part.as_bytes()));
        ("repository", parts.join("\t"))
    }));
    lines.extend(header.pins.iter().map(|pin| {
        let text = match (pin.package.as_str(), pin.expression.as_str()) {
            ("*", expression) if !expression.is_empty() => expression.to_owned(),
            (package, expression) => format!("{package} {expression}"),
        };
        ("pin", format!("{}\t{}", clean(text.as_bytes()), pin.priority))
    }));
    lines
}

/// Protocol 5: rpm clients always write the epoch.
fn three_columns(out: &mut String, reported: &ReportedPackage) {
    let package = &reported.package;
    out.push_str(&cell(&package.name));
    out.push('\t');
    if package.format == PackageFormat::Rpm && reported.epoch_known && !package.version.contains(':') {
        out.push_str("0:");
    }
    out.push_str(&cell(&package.version));
    out.push('\t');
    out.push_str(&cell(&package.arch));
}

fn ten_columns(out: &mut String, reported: &ReportedPackage) {
    three_columns(out, reported);
    let package = &reported.package;
    for value in [&package.source_name, &package.source_version, &package.vendor, &package.module] {
        out.push('\t');
        out.push_str(&cell(value));
    }
    let words = [
        reported.flags.held.then_some("held"),
        reported.flags.auto.then_some("auto"),
        reported.flags.state.map(|state| state.name()),
    ];
    let words: Vec<&str> = words.into_iter().flatten().collect();
    let installed_at = reported.installed_at.map(|time| time.to_string()).unwrap_or_default();
    for value in [words.join(","), package.key_id.clone(), installed_at] {
        out.push('\t');
        out.push_str(&cell(&value));
    }
}

/// A column: `-` for nothing, reduced only if it needs to be.
fn cell(value: &str) -> Cow<'_, str> {
    if value.is_empty() {
        Cow::Borrowed("-")
    } else if value.bytes().all(|b| b.is_ascii_graphic()) {
        Cow::Borrowed(value)
    } else {
        Cow::Owned(clean(value.as_bytes()))
    }
}
