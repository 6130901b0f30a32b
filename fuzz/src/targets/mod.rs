//! What takes the bytes: one file per target. A target panics when something does not hold.

pub(crate) mod apt;
pub(crate) mod oval;
pub(crate) mod patterns;
pub(crate) mod reports;
pub(crate) mod versions;
pub(crate) mod yum;
