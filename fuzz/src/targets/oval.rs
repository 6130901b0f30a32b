//! OVAL documents: read, evaluated on two hosts, and judged with as a source.
//!
//! Rules: oval-semantics.md; limits of the reader in pakiti-formats, of the evaluation in pakiti-core.

use crate::host::{self, Host};
use pakiti_core::oval::snapshot::{DocumentOptions, content};
use pakiti_core::oval::{HostFacts, HostIndex, evaluate};
use pakiti_core::rules::fingerprints;
use pakiti_formats::definition::oval::load;
use std::collections::BTreeMap;

/// No panic; an outcome for every definition, the same when asked again.
pub(crate) fn run(data: &[u8]) {
    let Ok(loaded) = load(data, "fuzz") else { return };
    let document = loaded.document;
    let files = BTreeMap::from([("/etc/os-release".to_owned(), "ID=rhel\nVERSION_ID=\"8.8\"\n".to_owned())]);
    let hosts = [host::rpm(), host::deb()];
    for host in &hosts {
        for complete in [false, true] {
            let index = HostIndex::new(facts(host, complete, &files));
            let outcomes = evaluate(&document, &index);
            assert_eq!(outcomes.len(), document.definitions.len());
            if !complete {
                let again = evaluate(&document, &HostIndex::new(facts(host, complete, &files)));
                assert_eq!(outcomes, again);
            }
        }
    }
    let _ = fingerprints(&document);
    for host in &hosts {
        let options = DocumentOptions { complete: Some(true), ..DocumentOptions::default() };
        host::judge(host, content(document.clone(), options));
    }
}

fn facts<'a>(host: &'a Host, complete: bool, files: &'a BTreeMap<String, String>) -> HostFacts<'a> {
    HostFacts {
        packages: &host.packages,
        context: &host.context,
        system: host.system,
        complete,
        assume_signed: complete,
        files,
    }
}
