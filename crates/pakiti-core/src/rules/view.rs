//! What one group context sees of the rule index: which repositories speak to it, and which module streams are
//! active there. Computed once per group context.
//!
//! The OS-group gate comes before any rule (law 8). Where protocol 6 reports the host's own enabled
//! repositories, only the sources that are among them speak, if they can be told: apt's by their suite, as soon as
//! one is; yum's by id or URL, only if every one is, because a mirror under another name may be any source. Else
//! everything speaks that is for the host's OS group.

use super::rpm::modules::ActiveModules;
use super::{Repository, RuleIndex};
use crate::context::{GroupContext, HostRepository};
use crate::repository::{RepositoryKind, RepositoryMeta};
use std::collections::BTreeSet;

/// How a repository speaks to a group context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Voice {
    /// Not at all.
    Silent,
    /// With all it has.
    Whole,
    /// With these components only: the host has enabled no others.
    Components(BTreeSet<String>),
}

/// What a group context sees.
#[derive(Debug, Default)]
pub(super) struct View {
    voices: Vec<Voice>,
    pub(super) modules: ActiveModules,
}

impl View {
    pub(super) fn new(index: &RuleIndex, context: &GroupContext) -> Self {
        let voices = voices(index, context);
        let modules = ActiveModules::new(&index.rpm, context, |repository| heard(&voices, repository));
        Self { voices, modules }
    }

    /// Does the repository speak here?
    pub(super) fn hears(&self, repository: u32) -> bool {
        heard(&self.voices, repository)
    }

    /// Does the repository speak here with this component?
    pub(super) fn hears_component(&self, repository: u32, component: &str) -> bool {
        match self.voices.get(repository as usize) {
            None | Some(Voice::Silent) => false,
            Some(Voice::Whole) => true,
            Some(Voice::Components(enabled)) => enabled.contains(component),
        }
    }
}

fn heard(voices: &[Voice], repository: u32) -> bool {
    voices.get(repository as usize).is_some_and(|voice| *voice != Voice::Silent)
}

fn voices(index: &RuleIndex, context: &GroupContext) -> Vec<Voice> {
    let by_group =
        |repository: &Repository| match index.speaks_for(&repository.meta, context.os_group.as_ref()) {
            true => Voice::Whole,
            false => Voice::Silent,
        };
    let mut voices: Vec<Voice> = index.repositories.iter().map(by_group).collect();
    // Sources named for a report were chosen for it.
    if !index.named_for_the_report {
        for kind in [RepositoryKind::Apt, RepositoryKind::Yum] {
            narrow(&mut voices, index, context, kind);
        }
    }
    voices
}

/// Leaves only the repositories that the host has enabled, if any of them is known here.
fn narrow(voices: &mut [Voice], index: &RuleIndex, context: &GroupContext, kind: RepositoryKind) {
    let word = match kind {
        RepositoryKind::Apt => "apt",
        RepositoryKind::Yum => "yum",
    };
    let own: Vec<&HostRepository> = context.repositories.iter().filter(|own| own.kind == word).collect();
    let enabled = |at: usize| {
        let meta = &index.repositories.get(at)?.meta;
        let matching: Vec<_> = own.iter().filter(|own| is_same(meta, own)).collect();
        let components = || matching.iter().flat_map(|own| components(own)).collect();
        match kind {
            _ if matching.is_empty() => None,
            RepositoryKind::Yum => Some(Voice::Whole),
            RepositoryKind::Apt if meta.codename.is_empty() && meta.suite.is_empty() => Some(Voice::Whole),
            RepositoryKind::Apt => Some(Voice::Components(components())),
        }
    };
    let of_kind = |at: usize| index.repositories.get(at).is_some_and(|r| r.meta.kind == kind);
    let narrowed: Vec<Option<Voice>> =
        (0..voices.len()).map(|at| enabled(at).filter(|_| of_kind(at))).collect();
    let known = voices.iter().zip(&narrowed).any(|(voice, own)| *voice == Voice::Whole && own.is_some());
    let whole = |at: usize| of_kind(at) && voices.get(at) == Some(&Voice::Whole);
    let told = |own: &HostRepository| {
        let mut repositories = index.repositories.iter().zip(0..).filter(|(_, at)| whole(*at));
        repositories.any(|(repository, _)| is_same(&repository.meta, own))
    };
    if !known || (kind == RepositoryKind::Yum && !own.iter().all(|own| told(own))) {
        return;
    }
    for (at, (voice, own)) in voices.iter_mut().zip(narrowed).enumerate() {
        if of_kind(at) && *voice == Voice::Whole {
            *voice = own.unwrap_or(Voice::Silent);
        }
    }
}

/// Is this source the repository that the host names? Mirrors have other hosts and paths, so apt's are told by
/// suite, yum's by id; a URL that is the same is proof for both.
fn is_same(meta: &RepositoryMeta, own: &HostRepository) -> bool {
    let same_url = !meta.url.is_empty() && bare(&meta.url) == bare(&own.url);
    match meta.kind {
        // The templates of `pakiti source add` put the distribution before the id: almalinux-9-baseos.
        RepositoryKind::Yum => {
            let behind = meta.name.strip_suffix(&own.id);
            same_url || behind.is_some_and(|rest| rest.is_empty() || rest.ends_with('-'))
        }
        RepositoryKind::Apt => {
            let suite = own.suite.as_deref().and_then(|text| text.split_whitespace().next()).unwrap_or("");
            let flat = meta.codename.is_empty() && meta.suite.is_empty();
            let named = !suite.is_empty() && (suite == meta.codename || suite == meta.suite);
            if flat { same_url } else { named }
        }
    }
}

/// A URL without scheme and final slashes.
fn bare(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, rest)| rest).trim_end_matches('/')
}

/// The components that an apt repository of a host names; `updates/main` of old suites is `main`.
fn components(own: &HostRepository) -> impl Iterator<Item = String> {
    let words = own.suite.as_deref().unwrap_or_default().split_whitespace().skip(1);
    words.map(|word| word.strip_prefix("updates/").unwrap_or(word).to_owned())
}
