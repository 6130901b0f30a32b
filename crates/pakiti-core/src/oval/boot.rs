//! The kernel of the next boot, as the boot loader's files would say it (oval-semantics.md, section 6).
//!
//! In this order: the reported default kernel; the newest installed kernel of the running one's flavour; the
//! running kernel. Red Hat's patterns read `saved_entry` of grubenv and that `menuentry` of grub.cfg. Hosts with
//! boot loader specification files (from release 8 on) have no such lines, and oscap says false there.

use super::evr;
use super::host::HostIndex;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Packages that hold the image of a kernel, with what their releases end in as `uname -r` says it.
const FLAVOURS: &[(&str, &str)] = &[
    ("kernel-core", ""),
    ("kernel", ""),
    ("kernel-rt-core", ""),
    ("kernel-rt", ""),
    ("kernel-uek-core", ""),
    ("kernel-uek", ""),
    ("kernel-debug-core", "+debug"),
    ("kernel-debug", ".debug"),
    ("kernel-lt", ""),
    ("kernel-ml", ""),
    ("kernel-xen", "xen"),
    ("kernel-PAE", "PAE"),
];

const GRUBENV: [&str; 2] = ["/boot/grub2/grubenv", "/boot/efi/EFI/redhat/grubenv"];
const GRUB_CONFIG: [&str; 2] = ["/boot/grub2/grub.cfg", "/boot/efi/EFI/redhat/grub.cfg"];

/// grubenv and grub.cfg; nothing where the next kernel is not known.
pub(super) fn files(host: &HostIndex<'_>) -> BTreeMap<String, Option<String>> {
    let mut files = BTreeMap::new();
    if host.rpms().is_empty() {
        return files;
    }
    let Some(kernel) = next_kernel(host) else { return files };
    let menu = if has_menu(&kernel) {
        format!("menuentry '{} ({kernel})' --class os {{\n}}\n", host.facts().system.replace('\'', ""))
    } else {
        "blscfg\n".to_owned()
    };
    for path in GRUBENV {
        files.insert(path.to_owned(), Some("# GRUB Environment Block\nsaved_entry=0\n".to_owned()));
    }
    for path in GRUB_CONFIG {
        files.insert(path.to_owned(), Some(menu.clone()));
    }
    files
}

/// Does the boot loader of this kernel's release list its entries in grub.cfg?
fn has_menu(kernel: &str) -> bool {
    let number = |mark: &str| {
        let (_, rest) = kernel.split_once(mark)?;
        rest.split(|c: char| !c.is_ascii_digit()).next()?.parse::<u32>().ok()
    };
    match (number(".el"), number(".fc")) {
        (Some(release), _) => release < 8,
        (None, Some(release)) => release < 30,
        (None, None) => true,
    }
}

/// The release of the kernel that boots next.
fn next_kernel<'h>(host: &'h HostIndex<'_>) -> Option<Cow<'h, str>> {
    let context = host.facts().context;
    let told = |text: &'h Option<String>| text.as_deref().filter(|text| !text.is_empty());
    if let Some(kernel) = told(&context.default_kernel) {
        return Some(Cow::Borrowed(kernel));
    }
    let running = told(&context.kernel);
    let installed = |&&(name, _): &&(&str, &str)| !host.rpms_named(name).is_empty();
    let flavour = FLAVOURS
        .iter()
        .filter(installed)
        .find(|(name, end)| {
            host.rpms_named(name).iter().any(|&at| release_of(host, at, end).as_deref() == running)
        })
        .or_else(|| FLAVOURS.iter().find(installed));
    let newest = flavour.and_then(|(name, end)| {
        let evr = |at: &u32| host.parts(*at).map_or("", |parts| parts.evr());
        let at = host.rpms_named(name).iter().max_by(|a, b| evr::compare_rpm(evr(a), evr(b)))?;
        release_of(host, *at, end)
    });
    newest.map(Cow::Owned).or(running.map(Cow::Borrowed))
}

/// `uname -r` of an installed kernel. Red Hat 5 and older leave the architecture out.
fn release_of(host: &HostIndex<'_>, position: u32, end: &str) -> Option<String> {
    let (package, parts) = (host.package(position)?, host.parts(position)?);
    let (version, release) = (parts.version(), parts.release());
    let old = [".el5", ".EL"].iter().any(|mark| release.contains(mark));
    let arch = if old { String::new() } else { format!(".{}", package.arch) };
    Some(format!("{version}-{release}{arch}{end}"))
}
