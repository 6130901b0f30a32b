//! Red Hat's words for what is not fixed: per component, and per stream of a module.

use super::*;
use pakiti_core::oval::model::Resolution;

fn resolution(state: &str, components: &[&str]) -> Resolution {
    Resolution { state: state.into(), components: components.iter().map(|c| (*c).into()).collect() }
}

/// Components of two streams of nodejs, and what stands in no module.
fn streams(words: &[(&str, &[&str])], packages: &[&str]) -> Doc {
    let mut doc = Doc::rpm("Red Hat Enterprise Linux 8");
    let mut ways = Vec::new();
    for stream in ["18", "16"] {
        let gate = doc.module("nodejs", stream);
        let installed =
            packages.iter().map(|name| doc.installed(name, &format!("{name} is installed"))).collect();
        ways.push(every(vec![gate, either(installed)]));
    }
    let definition = doc.patch("CVE-2024-0001", &["CVE-2024-0001"], either(ways));
    definition.metadata.resolutions = words.iter().map(|(state, of)| resolution(state, of)).collect();
    doc
}

fn told(doc: &Doc, stream: &str, list: &str) -> Vec<String> {
    let mut context = context("rhel-8");
    context.group.modules.insert("nodejs".into(), format!("{stream}:enabled"));
    found(&doc.index(), &context, &rpms(list))
}

#[test]
fn the_word_is_that_of_the_stream_that_is_enabled() {
    let words: [(&str, &[&str]); 2] =
        [("Affected", &["nodejs:18/nodejs", "nodejs"]), ("Will not fix", &["nodejs:16/nodejs"])];
    let doc = streams(&words, &["nodejs", "npm"]);
    let line = |word| vec![format!("nodejs 1-1 CVE-2024-0001 unfixed {word}")];
    assert_eq!(told(&doc, "18", "nodejs 1-1"), line("Affected"));
    assert_eq!(told(&doc, "16", "nodejs 1-1"), line("Will not fix"));
    assert_eq!(told(&doc, "16", "npm 1-1"), ["npm 1-1 CVE-2024-0001 unfixed Will not fix"], "as its module");
    let words: [(&str, &[&str]); 2] =
        [("Under investigation", &["nodejs:18/nodejs"]), ("Affected", &["nodejs:16/nodejs"])];
    let doc = streams(&words, &["nodejs"]);
    assert_eq!(told(&doc, "18", "nodejs 1-1"), Vec::<String>::new());
    assert_eq!(told(&doc, "16", "nodejs 1-1"), line("Affected"));
}

#[test]
fn without_a_module_gate_the_component_of_no_module_speaks() {
    let mut doc = Doc::rpm("Red Hat Enterprise Linux 8");
    let installed = doc.installed("nodejs", "nodejs is installed");
    let definition = doc.patch("CVE-2024-0001", &["CVE-2024-0001"], installed);
    definition.metadata.resolutions =
        vec![resolution("Affected", &["nodejs:18/nodejs"]), resolution("Fix deferred", &["nodejs"])];
    let lines = found(&doc.index(), &context("rhel-8"), &rpms("nodejs 1-1"));
    assert_eq!(lines, ["nodejs 1-1 CVE-2024-0001 unfixed Fix deferred"]);
}

#[test]
fn words_that_nobody_explained_make_no_finding() {
    let said = |word: &str| {
        let mut doc = Doc::rpm("Red Hat Enterprise Linux 8");
        let installed = doc.installed("bash", "bash is installed");
        let definition = doc.patch("CVE-2024-0001", &["CVE-2024-0001"], installed);
        definition.metadata.resolutions = vec![resolution(word, &["bash"])];
        let (context, host) = (context("rhel-8"), rpms("bash 4.4-1"));
        let count = found(&doc.index(), &context, &host).len();
        let said = doc.index().for_group(&context.group).explain(&context, &host, "CVE-2024-0001");
        assert_eq!(said.len(), 1);
        (count, said[0].answer.word())
    };
    for word in ["Affected", "Will not fix", "Fix deferred", "Out of support scope", "will not fix "] {
        assert_eq!(said(word), (1, "affected"), "{word}");
    }
    for word in ["Under investigation", "under investigation ", "New", "Defer"] {
        assert_eq!(said(word), (0, "unknown"), "{word}");
    }
    assert_eq!(said("Not affected"), (0, "not affected"));
}
