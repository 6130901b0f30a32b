//! What one group context sees of the rule index: which repositories speak to it, and which module streams are
//! active there. Computed once per group context.
//!
//! The OS-group gate comes before any rule (law 8), then the host groups a source is limited to. Where protocol 6 reports the host's own enabled
//! repositories, only the sources that are among them speak, if they can be told: apt's by their suite, as soon as
//! one is; yum's by id or URL, only if every one is, because a mirror under another name may be any source. Else
//! everything speaks that is for the host's OS group.

use super::rpm::modules::ActiveModules;
use super::{Repository, RuleIndex};
use crate::context::{GroupContext, HostRepository};
use crate::repository::{SourceKind, SourceMeta};
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
    /// Which repositories' packages count as judged here; `None` = as the index says, because every source speaks
    /// to every host group.
    judged: Option<Vec<bool>>,
    pub(super) modules: ActiveModules,
    /// By OVAL document: which of its gates are open.
    oval: Vec<Vec<bool>>,
}

impl View {
    pub(super) fn new(index: &RuleIndex, context: &GroupContext) -> Self {
        let voices = voices(index, context);
        let modules = ActiveModules::new(&index.rpm, context, |repository| heard(&voices, repository));
        let oval = index.oval.gates(context, |repository| heard(&voices, repository));
        Self { voices, judged: judged(index, context), modules, oval }
    }

    /// Which gates of an OVAL document are open here.
    pub(super) fn oval_gates(&self, document: u32) -> &[bool] {
        self.oval.get(document as usize).map_or(&[], Vec::as_slice)
    }

    /// Does a security source that speaks here judge this repository's packages?
    pub(super) fn judges(&self, id: u32, repository: &Repository) -> bool {
        match &self.judged {
            None => repository.judged,
            Some(judged) => judged.get(id as usize).is_some_and(|judged| *judged),
        }
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

/// A security source that is limited to other host groups has not spoken here: what it would judge is unknown.
fn judged(index: &RuleIndex, context: &GroupContext) -> Option<Vec<bool>> {
    if index.named_host_groups.is_empty() {
        return None;
    }
    let speaks = |repository: &&Repository| repository.meta.speaks_to(&context.host_groups);
    let telling = index.repositories.iter().filter(|repository| repository.tells_security());
    let secured: BTreeSet<_> = telling.filter(speaks).map(Repository::vendor).collect();
    Some(index.repositories.iter().map(|repository| secured.contains(&repository.vendor())).collect())
}

fn voices(index: &RuleIndex, context: &GroupContext) -> Vec<Voice> {
    let by_group = |repository: &Repository| {
        let meta = &repository.meta;
        match index.speaks_for(meta, context.os_group.as_ref()) && meta.speaks_to(&context.host_groups) {
            true => Voice::Whole,
            false => Voice::Silent,
        }
    };
    let mut voices: Vec<Voice> = index.repositories.iter().map(by_group).collect();
    // Sources named for a report were chosen for it.
    if !index.named_for_the_report {
        for kind in [SourceKind::Apt, SourceKind::Yum] {
            narrow(&mut voices, index, context, kind);
        }
    }
    voices
}

/// Leaves only the repositories that the host has enabled, if any of them is known here.
fn narrow(voices: &mut [Voice], index: &RuleIndex, context: &GroupContext, kind: SourceKind) {
    let own: Vec<&HostRepository> =
        context.repositories.iter().filter(|own| own.kind == kind.word()).collect();
    let enabled = |at: usize| {
        let meta = &index.repositories.get(at)?.meta;
        let matching: Vec<_> = own.iter().filter(|own| is_same(meta, own)).collect();
        let components = || matching.iter().flat_map(|own| components(own)).collect();
        match kind {
            _ if matching.is_empty() => None,
            SourceKind::Yum | SourceKind::Oval => Some(Voice::Whole),
            SourceKind::Apt if meta.codename.is_empty() && meta.suite.is_empty() => Some(Voice::Whole),
            SourceKind::Apt => Some(Voice::Components(components())),
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
    if !known || (kind == SourceKind::Yum && !own.iter().all(|own| told(own))) {
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
fn is_same(meta: &SourceMeta, own: &HostRepository) -> bool {
    let same_url = !meta.url.is_empty() && bare(&meta.url) == bare(&own.url);
    match meta.kind {
        // The templates of `pakiti source add` put the distribution before the id: almalinux-9-baseos.
        SourceKind::Yum => {
            let behind = meta.name.strip_suffix(&own.id);
            same_url || behind.is_some_and(|rest| rest.is_empty() || rest.ends_with('-'))
        }
        SourceKind::Apt => {
            let suite = own.suite.as_deref().and_then(|text| text.split_whitespace().next()).unwrap_or("");
            let flat = meta.codename.is_empty() && meta.suite.is_empty();
            let named = !suite.is_empty() && (suite == meta.codename || suite == meta.suite);
            if flat { same_url } else { named }
        }
        // Definitions are no repository of a host.
        SourceKind::Oval => false,
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
