//! Who is asking, and may they: sessions, passwords, CSRF, and the gate in front of every route.

pub mod gate;
pub mod limiter;
pub mod password;
pub mod session;

use crate::view::layout::Viewer;
use pakiti_store::scope::Scope;

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Everybody: sign-in, health, the feeder, the files pages need.
    Anyone,
    /// Anybody signed in, within their scope.
    SignedIn,
    /// Administrators.
    Administrator,
    /// Administrators, or the bearer of the metrics token.
    Metrics,
}

/// A signed-in person with what they may see; handlers get it from the gate.
#[derive(Debug, Clone)]
pub struct Person {
    /// Account name.
    pub name: String,
    /// What they may see.
    pub scope: Scope,
    /// CSRF token of their session.
    pub csrf: String,
}

impl Person {
    /// For the frame of pages.
    pub fn viewer(&self) -> Viewer {
        Viewer { name: self.name.clone(), administrator: self.scope.is_administrator() }
    }
}
