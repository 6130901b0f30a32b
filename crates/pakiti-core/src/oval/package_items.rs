//! Items of installed packages: rpminfo, dpkginfo, and rpmverifyfile as "who owns this file".
//!
//! Rules: oval-semantics.md, section 5 (oscap 1.3.7's probes): an rpm without epoch has the text `(none)` there but
//! `0:` in its `evr`; a deb version is split at its first dash.

use super::collected::Values;
use super::field::Field;
use super::host::{HostFacts, HostIndex};
use crate::arch::deb_arch;
use crate::package::{Package, PackageFormat};
use std::borrow::Cow;
use std::collections::HashMap;

/// The text rpm has for what is not there.
const NONE: &str = "(none)";

/// A version taken apart as the probes do.
#[derive(Debug)]
pub(super) struct PackageParts<'a> {
    /// `None` = none.
    epoch: Option<&'a str>,
    version: &'a str,
    release: &'a str,
    evr: Cow<'a, str>,
}

impl<'a> PackageParts<'a> {
    pub(super) fn of(package: &'a Package) -> Self {
        let text = package.version.as_str();
        let is_number = |epoch: &str| !epoch.is_empty() && epoch.bytes().all(|byte| byte.is_ascii_digit());
        let (epoch, rest) = match text.split_once(':') {
            Some((epoch, rest)) if is_number(epoch) || package.format == PackageFormat::Deb => {
                (Some(epoch), rest)
            }
            _ => (None, text),
        };
        let dash = match package.format {
            PackageFormat::Deb => rest.split_once('-'),
            _ => rest.rsplit_once('-'),
        };
        let (version, release) = dash.unwrap_or((rest, ""));
        let evr = if epoch.is_some() { Cow::Borrowed(text) } else { Cow::Owned(format!("0:{rest}")) };
        Self { epoch, version, release, evr }
    }

    /// `epoch:version-release`, the epoch always there.
    pub(super) fn evr(&self) -> &str {
        &self.evr
    }

    pub(super) fn version(&self) -> &'a str {
        self.version
    }

    pub(super) fn release(&self) -> &'a str {
        self.release
    }
}

/// dpkg's native architecture: that of the machine, else the one most packages have.
pub(super) fn native_arch<'a>(facts: &HostFacts<'a>) -> &'a str {
    if !facts.context.group.arch.is_empty() {
        return deb_arch(&facts.context.group.arch);
    }
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for package in facts.packages {
        if package.format == PackageFormat::Deb && !matches!(package.arch.as_str(), "" | "all") {
            *counts.entry(&package.arch).or_default() += 1;
        }
    }
    counts
        .into_iter()
        .max_by_key(|&(arch, count)| (count, std::cmp::Reverse(arch)))
        .map_or("", |(arch, _)| arch)
}

/// A field of an installed package.
pub(super) fn values<'a>(host: &'a HostIndex<'a>, position: u32, field: &Field) -> Values<'a> {
    let (Some(package), Some(parts)) = (host.package(position), host.parts(position)) else {
        return Values::Missing;
    };
    if package.format == PackageFormat::Deb {
        return deb_values(package, parts, field);
    }
    match field {
        Field::Name => Values::text(&package.name),
        Field::Arch => Values::text(if package.arch.is_empty() { NONE } else { &package.arch }),
        Field::Epoch => Values::text(parts.epoch.unwrap_or(NONE)),
        Field::Version => Values::text(parts.version),
        Field::Release => Values::text(parts.release),
        Field::Evr => Values::text(&parts.evr),
        Field::ExtendedName => {
            let arch = if package.arch.is_empty() { NONE } else { &package.arch };
            Values::One(Cow::Owned(format!("{}-{}.{arch}", package.name, parts.evr)))
        }
        Field::SignatureKeyid if !package.key_id.is_empty() => Values::text(&package.key_id),
        Field::SignatureKeyid if host.facts().complete => Values::text("0"),
        Field::SignatureKeyid => Values::NotCollected,
        _ => Values::Missing,
    }
}

fn deb_values<'a>(package: &'a Package, parts: &'a PackageParts<'a>, field: &Field) -> Values<'a> {
    match field {
        Field::Name => Values::text(&package.name),
        Field::Arch => Values::text(&package.arch),
        Field::Epoch => Values::text(parts.epoch.unwrap_or("0")),
        Field::Version => Values::text(parts.version),
        Field::Release => Values::text(parts.release),
        Field::Evr => Values::text(&parts.evr),
        _ => Values::Missing,
    }
}
