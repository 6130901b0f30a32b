//! Which module streams are active in a group context, and what they hide.
//!
//! Rules: vendor-rules.md "Updates, equal to dnf 4"; libdnf 0.69 (`ModulePackageContainer`): active = enabled,
//! default, or needed by those; packages of other streams are hidden, and so are non-modular packages whose name
//! (or a name they provide) is in an active stream.

use super::{RpmIndex, Stream};
use crate::context::GroupContext;
use crate::package::{Package, PackageFormat};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Rounds in which needed streams are added; real chains have two or three.
const MAX_ROUNDS: usize = 16;

/// The active streams of a group context.
#[derive(Debug, Default)]
pub(in super::super) struct ActiveModules {
    /// By place in [`RpmIndex::streams`]: does its repository speak here?
    heard: Vec<bool>,
    /// By place in [`RpmIndex::streams`]: is the build active?
    active: Vec<bool>,
    /// Names of the packages of active builds.
    hidden: HashSet<Box<str>>,
    /// `name:stream` that the host has enabled (not the ones active by default).
    enabled: BTreeSet<String>,
}

impl ActiveModules {
    pub(in super::super) fn new(
        index: &RpmIndex,
        context: &GroupContext,
        hears: impl Fn(u32) -> bool,
    ) -> Self {
        let enabled = stated(context, "enabled");
        let names = enabled.iter().map(|(name, stream)| format!("{name}:{stream}"));
        let mut out = Self { enabled: names.collect(), ..Self::default() };
        if index.streams.is_empty() {
            return out;
        }
        out.heard = index.streams.iter().map(|stream| hears(stream.repository)).collect();
        let heard: Vec<&Stream> =
            index.streams.iter().zip(&out.heard).filter(|(_, heard)| **heard).map(|(s, _)| s).collect();
        let defaults = defaults(index, context, hears);
        let chosen =
            Chosen::resolve(&heard, enabled, defaults, stated(context, "disabled"), platform(context));
        out.active = index
            .streams
            .iter()
            .zip(&out.heard)
            .map(|(stream, heard)| {
                *heard
                    && chosen.is(stream)
                    && chosen.has(stream, &heard_builds(&index.streams, &out.heard, stream))
            })
            .collect();
        for (stream, _) in index.streams.iter().zip(&out.active).filter(|(_, active)| **active) {
            out.hidden.extend(stream.names.iter().cloned());
        }
        out
    }

    /// Of the builds an offer belongs to: none here, an active one, or only inactive ones.
    pub(super) fn membership(&self, streams: &[u32]) -> Membership {
        let of = |list: &[bool], at: u32| list.get(at as usize).copied().unwrap_or(false);
        if let Some(at) = streams.iter().find(|at| of(&self.active, **at)) {
            return Membership::Active(*at);
        }
        if streams.iter().any(|at| of(&self.heard, *at)) { Membership::Inactive } else { Membership::None }
    }

    /// Does an active stream have a package of this name?
    pub(super) fn hides(&self, name: &str) -> bool {
        !self.hidden.is_empty() && self.hidden.contains(name)
    }

    /// Is an advisory for this `name:stream[:context]` for this host? Its stream is active, by a build of that
    /// context where builds are described, or else enabled.
    pub(super) fn applies(&self, index: &RpmIndex, module: &str) -> bool {
        let mut parts = module.splitn(3, ':');
        let (Some(name), Some(stream)) = (parts.next(), parts.next()) else { return false };
        let context = parts.next();
        let same = |s: &Stream| *s.name == *name && *s.stream == *stream;
        let mut builds = (index.streams.iter().zip(&self.heard).zip(&self.active))
            .filter(|((build, heard), _)| **heard && same(build))
            .peekable();
        if builds.peek().is_none() {
            return self.enabled.contains(&format!("{name}:{stream}"));
        }
        builds.any(|((build, _), active)| *active && context.is_none_or(|told| *build.context == *told))
    }

    /// Does any build of this `name:stream` stand in a repository that speaks here?
    pub(super) fn is_known(&self, index: &RpmIndex, module: &str) -> bool {
        let same = |s: &Stream| module.split_once(':') == Some((&s.name, &s.stream));
        index.streams.iter().zip(&self.heard).any(|(stream, heard)| *heard && same(stream))
    }

    /// Does the repository of this build speak here?
    pub(super) fn hears(&self, stream: u32) -> bool {
        self.heard.get(stream as usize).copied().unwrap_or(false)
    }
}

/// What modules say about an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Membership {
    /// It belongs to no module.
    None,
    /// It belongs to this active build.
    Active(u32),
    /// It belongs to inactive builds only.
    Inactive,
}

/// Module -> stream, as far as the host says it is in this state (`stream:state`, protocol 6).
fn stated(context: &GroupContext, state: &str) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for (name, value) in &context.modules {
        if let Some((stream, told)) = value.rsplit_once(':')
            && told == state
        {
            out.insert(name.clone(), stream.to_owned());
        }
    }
    out
}

/// The default streams of the repositories that speak here; a module with two different ones has none.
fn defaults(
    index: &RpmIndex,
    context: &GroupContext,
    hears: impl Fn(u32) -> bool,
) -> BTreeMap<String, String> {
    let mut out: BTreeMap<String, Option<String>> = BTreeMap::new();
    for ((_, module), stream) in index.defaults.iter().filter(|((repository, _), _)| hears(*repository)) {
        let entry = out.entry(module.clone()).or_insert_with(|| Some(stream.clone()));
        if entry.as_deref() != Some(stream) {
            *entry = None;
        }
    }
    let silent = |module: &str| context.modules.get(module).is_none_or(|value| value.ends_with(":default"));
    out.into_iter()
        .filter(|(module, _)| silent(module))
        .filter_map(|(module, stream)| Some((module, stream?)))
        .collect()
}

/// The stream of the module `platform` that an OS group has (`el8`, `f42`), as os-release's `PLATFORM_ID` says.
fn platform(context: &GroupContext) -> Option<String> {
    let (family, release) = context.os_group.as_ref()?.0.rsplit_once('-')?;
    match family {
        "fedora" => Some(format!("f{release}")),
        "rhel" | "centos" | "centos-stream" | "almalinux" | "rocky" | "oracle" => {
            Some(format!("el{release}"))
        }
        _ => None,
    }
}

/// The builds of one stream that speak here.
fn heard_builds<'a>(streams: &'a [Stream], heard: &[bool], of: &Stream) -> Vec<&'a Stream> {
    let same = |s: &Stream| s.name == of.name && s.stream == of.stream;
    streams.iter().zip(heard).filter(|(stream, heard)| **heard && same(stream)).map(|(s, _)| s).collect()
}

/// The modules a build needs, the platform aside.
fn needs(build: &Stream) -> BTreeSet<Vec<(&String, &Vec<String>)>> {
    build
        .requires
        .iter()
        .map(|needs| needs.iter().filter(|(module, _)| *module != "platform").collect())
        .collect()
}

/// The one active stream of each module.
struct Chosen {
    streams: BTreeMap<String, String>,
    /// The host's platform stream (`el8`); `None` = not known, then every one fits.
    platform: Option<String>,
}

impl Chosen {
    /// Enabled streams are active, whatever they need; default and needed ones only where what they need fits.
    fn resolve(
        heard: &[&Stream],
        enabled: BTreeMap<String, String>,
        defaults: BTreeMap<String, String>,
        disabled: BTreeMap<String, String>,
        platform: Option<String>,
    ) -> Self {
        let fixed: BTreeSet<String> = enabled.keys().cloned().collect();
        let mut chosen = Self { streams: enabled, platform };
        // What an enabled stream needs wins over a default.
        chosen.add_needed(heard, &disabled);
        for (module, stream) in defaults {
            chosen.streams.entry(module).or_insert(stream);
        }
        chosen.add_needed(heard, &disabled);
        let unfit: Vec<String> = (chosen.streams.iter())
            .filter(|(module, stream)| !fixed.contains(*module) && !chosen.fits(heard, module, stream))
            .map(|(module, _)| module.clone())
            .collect();
        for module in unfit {
            chosen.streams.remove(&module);
        }
        chosen
    }

    fn add_needed(&mut self, heard: &[&Stream], disabled: &BTreeMap<String, String>) {
        for _ in 0..MAX_ROUNDS {
            let needed = self.needed(heard, disabled);
            if needed.is_empty() {
                break;
            }
            self.streams.extend(needed);
        }
    }

    /// Modules that the chosen streams need and that have no stream yet: where just one is named, that one.
    fn needed(&self, heard: &[&Stream], disabled: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let mut out = BTreeMap::new();
        for build in heard.iter().filter(|build| self.is(build)) {
            for (module, streams) in build.requires.iter().flatten() {
                let open = module != "platform" && !self.streams.contains_key(module);
                if let ([only], true, false) = (streams.as_slice(), open, disabled.contains_key(module))
                    && !only.starts_with('-')
                {
                    out.entry(module.clone()).or_insert_with(|| only.clone());
                }
            }
        }
        out
    }

    fn is(&self, build: &Stream) -> bool {
        self.streams.get(&*build.name).is_some_and(|stream| **stream == *build.stream)
    }

    /// Has the stream a build whose needs fit? A stream of which nothing is known here has nothing to hide.
    fn fits(&self, heard: &[&Stream], module: &str, stream: &str) -> bool {
        heard.iter().any(|build| *build.name == *module && *build.stream == *stream && self.satisfies(build))
    }

    /// Is the build active? All builds of a chosen stream are that need the same modules as one that can run here;
    /// libdnf tells contexts apart by what they need, the platform aside.
    fn has(&self, build: &Stream, siblings: &[&Stream]) -> bool {
        self.is(build)
            && siblings.iter().any(|sibling| needs(sibling) == needs(build) && self.satisfies(sibling))
    }

    fn satisfies(&self, build: &Stream) -> bool {
        let fits = |alternative: &BTreeMap<String, Vec<String>>| {
            alternative.iter().all(|(module, streams)| self.allows(module, streams))
        };
        build.requires.is_empty() || build.requires.iter().any(fits)
    }

    fn allows(&self, module: &str, streams: &[String]) -> bool {
        let active = match module {
            "platform" if self.platform.is_none() => return true,
            "platform" => self.platform.as_ref(),
            _ => self.streams.get(module),
        };
        let Some(active) = active else { return false };
        let refused = streams.iter().filter_map(|stream| stream.strip_prefix('-')).any(|not| not == active);
        let mut wanted = streams.iter().filter(|stream| !stream.starts_with('-')).peekable();
        !refused && (wanted.peek().is_none() || wanted.any(|stream| stream == active))
    }
}

impl RpmIndex {
    /// The streams that the installed packages tell and the host does not: by their module labels, else by their
    /// builds in the module documents that speak here. contract.md "Reports": where several streams fit, the one
    /// that the module's other packages have.
    pub(in super::super) fn told_streams<'p>(
        &self,
        context: &GroupContext,
        modules: &ActiveModules,
        packages: impl Iterator<Item = &'p Package>,
    ) -> BTreeMap<String, String> {
        let mut votes: BTreeMap<&str, BTreeMap<&str, (u32, u32)>> = BTreeMap::new();
        for package in packages.filter(|package| package.format == PackageFormat::Rpm) {
            let mut label = package.module.splitn(3, ':');
            match (label.next(), label.next()) {
                (Some(module), Some(stream)) if !module.is_empty() => {
                    votes.entry(module).or_default().entry(stream).or_default().0 += 1;
                }
                _ => {
                    let of_host = |at: &&u32| modules.hears(**at);
                    let builds = self.builds_of(&package.name, &package.version, &package.arch);
                    let told: BTreeSet<(&str, &str)> = (builds.iter().filter(of_host))
                        .filter_map(|at| self.streams.get(*at as usize))
                        .map(|build| (&*build.name, &*build.stream))
                        .collect();
                    for (module, stream) in told {
                        votes.entry(module).or_default().entry(stream).or_default().1 += 1;
                    }
                }
            }
        }
        let mut out = BTreeMap::new();
        for (module, streams) in votes {
            if context.modules.contains_key(module) {
                continue;
            }
            // A label outweighs any number of builds; of equals the first by name.
            let best = streams.iter().rev().max_by_key(|(_, votes)| **votes);
            if let Some((stream, _)) = best {
                out.insert(module.to_owned(), (*stream).to_owned());
            }
        }
        out
    }
}

/// Name and stream of a module label (`name:stream[:version[:context]]`); `None` = it is none.
pub(super) fn name_and_stream(label: &str) -> Option<(&str, &str)> {
    let mut parts = label.splitn(3, ':');
    Some((parts.next()?, parts.next()?)).filter(|(name, stream)| !name.is_empty() && !stream.is_empty())
}
