//! Markers of unfinished work: ignored tests, to-do macros and to-do comments.
//!
//! What is not done is an issue, not a comment; a test that does not run pins nothing.
use super::Problem;
use crate::source_tree::SourceFile;

// Written in halves, so that this file does not find itself.
const COMMENT_WORDS: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("HA", "CK")];
const MACROS: [&str; 2] = [concat!("todo", "!("), concat!("unimplemented", "!(")];
const IGNORE: &str = concat!("#[", "ignore");
const CFG_IGNORE: (&str, &str) = ("#[cfg_attr(", concat!(" ig", "nore"));
const DOC_IGNORE: &str = concat!("```", "ignore");

/// Finds markers in everything people write but prose.
pub(crate) fn check(files: &[SourceFile]) -> Vec<Problem> {
    let code = files.iter().filter(|file| file.kind() != "md");
    code.flat_map(|file| {
        let found =
            file.lines().filter_map(|(number, line)| Some((number, judge(file.kind(), line.trim())?)));
        found.map(|(number, message)| Problem::at(&file.path, number, message)).collect::<Vec<_>>()
    })
    .collect()
}

fn judge(kind: &str, line: &str) -> Option<String> {
    if kind == "rs" {
        let cfg_ignored = line.starts_with(CFG_IGNORE.0) && line.contains(CFG_IGNORE.1);
        let doc_ignored = line.starts_with("//") && line.contains(DOC_IGNORE);
        if line.starts_with(IGNORE) || cfg_ignored || doc_ignored {
            return Some("a test that is ignored pins nothing: fix or remove it".to_owned());
        }
        if !line.starts_with("//") && MACROS.iter().any(|name| line.contains(name)) {
            return Some("unfinished code".to_owned());
        }
    }
    let word =
        COMMENT_WORDS.iter().find(|word| comment(kind, line).is_some_and(|text| opens_with(text, word)))?;
    Some(format!("{word} in a comment: finish it, or open an issue"))
}

/// The text of the comment on a line. Vendors' files have to-do lines too, so a word in a string or
/// in the middle of a sentence does not count: only a comment that opens with it.
fn comment<'a>(kind: &str, line: &'a str) -> Option<&'a str> {
    let signs: &[&str] = match kind {
        "rs" | "js" => &["//", "/*"],
        "css" => &["/*"],
        "html" => &["<!--", "{#"],
        "sql" => &["--"],
        _ => &["#"],
    };
    let (start, sign) = signs.iter().filter_map(|sign| Some((line.find(sign)?, sign))).min()?;
    let text = line.get(start + sign.len()..)?;
    Some(text.trim_start_matches(['/', '!', '*', '#', '-', ' ']))
}

fn opens_with(text: &str, word: &str) -> bool {
    let rest = text.strip_prefix(word);
    rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, line: &str) -> bool {
        !check(&[SourceFile::new(path, line)]).is_empty()
    }

    #[test]
    fn ignored_tests_are_found() {
        assert!(found("a.rs", &format!("    {IGNORE}]")));
        assert!(found("a.rs", &format!("{IGNORE} = \"slow\"]")));
        assert!(found("a.rs", &format!("{}windows,{})]", CFG_IGNORE.0, CFG_IGNORE.1)));
        assert!(found("a.rs", &format!("/// {DOC_IGNORE}")));
        assert!(!found("a.rs", "let ignored = true;"));
    }

    #[test]
    fn unfinished_code_is_found() {
        assert!(found("a.rs", &format!("    {})", MACROS[0])));
        assert!(!found("a.rs", &format!("// no {})", MACROS[1])));
    }

    #[test]
    fn comments_that_open_with_a_marker_are_found() {
        let word = COMMENT_WORDS[0];
        assert!(found("a.rs", &format!("let x = 1; // {word}: two")));
        assert!(found("a.sh", &format!("# {word} later")));
        assert!(found("a.sql", &format!("-- {word}")));
        assert!(found("a.html", &format!("<p><!-- {word} -->")));
        assert!(found("a.css", &format!("/* {word} */")));
    }

    #[test]
    fn vendors_words_are_not_ours() {
        let word = COMMENT_WORDS[0];
        assert!(!found("a.rs", &format!("let line = \"\\t{word}: check\";")));
        assert!(!found("a.rs", &format!("// the tracker's {word} lines carry no state")));
        assert!(!found("a.rs", &format!("// {word}LIST")));
        assert!(!found("a.md", &format!("# {word}")));
    }
}
