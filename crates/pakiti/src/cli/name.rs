//! Names of sources and accounts on the command line: what can be typed and told.

use pakiti_engine::source::check::{self, NameError};

/// Checks a name.
pub(crate) fn parse(text: &str) -> Result<String, NameError> {
    check::name(text).map(|()| text.to_owned())
}
