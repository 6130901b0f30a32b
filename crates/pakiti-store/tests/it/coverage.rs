//! Law 6 holds only for functions that some test calls.

use std::path::Path;

/// All `.rs` texts below a directory, each with its module's name.
fn texts(dir: &Path) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            out.extend(texts(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            let module = path.file_stem().unwrap().to_str().unwrap().to_owned();
            out.push((module, std::fs::read_to_string(&path).unwrap()));
        }
    }
    out
}

#[test]
fn every_public_async_function_of_the_store_is_called_by_a_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tests: String = texts(&root.join("tests/it")).into_iter().map(|(_, text)| text).collect();
    let mut functions = 0;
    let mut missing = Vec::new();
    for (module, text) in texts(&root.join("src")) {
        for line in text.lines() {
            let Some(rest) = line.trim_start().strip_prefix("pub async fn ") else { continue };
            let name = rest.split('(').next().unwrap();
            functions += 1;
            let called = [format!("{module}::{name}("), format!(".{name}("), format!("::{name}(")];
            if !called.iter().any(|call| tests.contains(call)) && !tests.contains(&format!(" {name}(")) {
                missing.push(format!("{module}::{name}"));
            }
        }
    }
    assert!(functions > 40, "{functions}");
    assert_eq!(missing, Vec::<String>::new());
}
