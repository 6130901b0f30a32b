//! The files a report can tell: given ones, and those made from what is reported.
//!
//! Rules: oval-semantics.md, section 6. The real patterns of the vendors run over the made text.

use super::host::HostIndex;
use super::{boot, release};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Where Ubuntu's OCI forms look for the package list.
pub(crate) const MANIFEST: &str = "./manifest";

const MODULE_FOLDER: &str = "/etc/dnf/modules.d/";
const MODULE_END: &str = ".module";

/// What is known of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum File<'f> {
    /// Its content.
    Content(&'f str),
    /// There is none.
    Absent,
    /// Nobody told.
    Unknown,
}

/// The files of a host. `None` = known to be absent.
#[derive(Debug)]
pub(super) struct FileFacts {
    made: BTreeMap<String, Option<String>>,
    /// Modules that are not named have no file.
    modules_known: bool,
}

impl FileFacts {
    pub(super) fn of(host: &HostIndex<'_>) -> Self {
        let mut made = release::files(host);
        made.extend(boot::files(host));
        let modules_known = modules(host, &mut made);
        if !host.debs().is_empty() {
            made.insert(MANIFEST.to_owned(), Some(manifest(host)));
        }
        Self { made, modules_known }
    }

    /// What is known of the file at this path.
    pub(super) fn get<'f>(&'f self, host: &'f HostIndex<'_>, path: &str) -> File<'f> {
        if let Some(content) = host.facts().files.get(path) {
            return File::Content(content);
        }
        match self.made.get(path) {
            Some(Some(content)) => File::Content(content),
            Some(None) => File::Absent,
            None if self.modules_known && is_module_file(path) => File::Absent,
            None if host.facts().complete => File::Absent,
            None => File::Unknown,
        }
    }

    /// The paths of all files with content.
    pub(super) fn paths<'f>(&'f self, host: &'f HostIndex<'_>) -> BTreeSet<&'f str> {
        let made = self.made.iter().filter(|(_, content)| content.is_some()).map(|(path, _)| path.as_str());
        made.chain(host.facts().files.keys().map(String::as_str)).collect()
    }
}

fn is_module_file(path: &str) -> bool {
    path.strip_prefix(MODULE_FOLDER)
        .and_then(|name| name.strip_suffix(MODULE_END))
        .is_some_and(|name| !name.is_empty() && !name.contains('/'))
}

/// dnf's files of enabled modules; gives whether all are known. Reported modules come first, then the labels of
/// installed packages; on a system where no package is of a module there is no enabled one either.
fn modules(host: &HostIndex<'_>, made: &mut BTreeMap<String, Option<String>>) -> bool {
    let reported = &host.facts().context.group.modules;
    let labelled = || host.rpms().iter().filter_map(|&at| host.package(at)).filter(|p| !p.module.is_empty());
    if !reported.is_empty() {
        for (name, stream) in reported {
            // A stream may hold a colon; the state never does.
            let (stream, state) = match stream.rsplit_once(':') {
                Some((stream, state)) if !state.is_empty() => (stream, state),
                _ => (stream.trim_end_matches(':'), "enabled"),
            };
            made.insert(module_path(name), Some(module_text(name, stream, state)));
        }
        return true;
    }
    let mut any = false;
    for package in labelled() {
        let mut label = package.module.split(':');
        if let (Some(name), Some(stream)) = (label.next(), label.next()) {
            any = true;
            made.entry(module_path(name)).or_insert_with(|| Some(module_text(name, stream, "enabled")));
        }
    }
    let modular = |&at: &u32| host.parts(at).is_some_and(|parts| parts.release().contains(".module"));
    any || (!host.rpms().is_empty() && !host.rpms().iter().any(modular))
}

fn module_path(name: &str) -> String {
    format!("{MODULE_FOLDER}{name}{MODULE_END}")
}

fn module_text(name: &str, stream: &str, state: &str) -> String {
    format!("[{name}]\nname={name}\nstream={stream}\nprofiles=\nstate={state}\n")
}

/// The package list as Ubuntu ships it with images: `name[:arch]`, a tab, the version.
fn manifest(host: &HostIndex<'_>) -> String {
    let mut text = String::new();
    for package in host.debs().iter().filter_map(|&position| host.package(position)) {
        let native = matches!(package.arch.as_str(), "" | "all") || package.arch == host.native_arch();
        let (colon, arch) = if native { ("", "") } else { (":", package.arch.as_str()) };
        let _ = writeln!(text, "{}{colon}{arch}\t{}", package.name, package.version);
    }
    text
}
