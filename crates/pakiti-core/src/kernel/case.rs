//! How an image stands on a host, as far as the states of its findings depend on it: many hosts share one case.

use super::Standing;
use crate::finding::FindingState;
use crate::version::VersionKey;

/// How an image stands on a host, as far as the states of its findings depend on it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ImageCase {
    /// The states are as judged.
    AsJudged,
    /// It runs.
    Running {
        /// The newest installed image of its flavour.
        newest: Option<VersionKey>,
    },
    /// It neither runs nor boots.
    Old,
}

impl ImageCase {
    /// What [`super::KernelTruth::state`] says on the hosts where the image stands like this.
    pub fn state(&self, state: FindingState, fixed: Option<&VersionKey>) -> FindingState {
        match self {
            Self::AsJudged => state_of(Standing::Untold, state, || false),
            Self::Old => state_of(Standing::Old, state, || false),
            Self::Running { newest } => {
                let installed = || newest.as_ref().zip(fixed).is_some_and(|(newest, fixed)| newest >= fixed);
                state_of(Standing::Running, state, installed)
            }
        }
    }
}

/// The state of a finding of an image that alone is judged `state`; `fixed`: is an image with the fix installed?
pub(super) fn state_of(
    standing: Standing,
    state: FindingState,
    fixed: impl FnOnce() -> bool,
) -> FindingState {
    match standing {
        Standing::Untold | Standing::Next | Standing::Newest => state,
        Standing::Old => FindingState::Leftover,
        Standing::Running if state == FindingState::Fixable && fixed() => FindingState::PendingReboot,
        Standing::Running => state,
    }
}
