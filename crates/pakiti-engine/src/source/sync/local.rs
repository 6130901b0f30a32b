//! The rules of the installation itself: they stand in the source's options, nothing is fetched.

use super::{Asked, Fetched, SyncError, content_hash, request};
use crate::source::fetch::Validators;
use crate::source::options::ConfigError;
use crate::source::report::FetchReport;
use pakiti_core::local_rule;
use pakiti_core::oval::snapshot::{self, DocumentOptions};

/// Changes with how rules become definitions, so that those in force are made anew.
const JUDGED_AS: &[u8] = b"whoever made the package";

/// The rules as definitions; `None` = they are the ones in force.
pub(super) fn fetch(asked: &Asked<'_>) -> Result<Option<Fetched>, SyncError> {
    let (source, rules) = (asked.source, &asked.options.rules);
    local_rule::check_all(rules).map_err(|error| ConfigError::Options(error.to_string()))?;
    let hash = content_hash(JUDGED_AS, source, &asked.options);
    if source.snapshot.as_ref().is_some_and(|snapshot| snapshot.hash == hash) {
        return Ok(None);
    }
    let document = local_rule::document(rules, asked.now);
    let options =
        DocumentOptions { name: source.name.clone(), complete: Some(false), ..DocumentOptions::default() };
    let mut content = snapshot::content(document, options);
    // Rules name their groups one by one; they are no security source of a release.
    content.meta.security = false;
    // The administrator named the package, not its vendor.
    content.meta.any_maker = true;
    content.meta.date = None;
    let report = FetchReport { request: request(source, &asked.options), ..FetchReport::default() };
    Ok(Some(Fetched { content, hash, validators: Validators::default(), report, skipped: 0 }))
}
