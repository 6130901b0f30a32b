//! A pill: one word with one colour and one mark. The mark is drawn for eyes only; the word carries the
//! meaning for screen readers, so no state is told by colour alone.

use askama::Template;
use askama::filters::HtmlSafe;

/// One pill; prints its own escaped markup.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(
    source = r#"<span class="pill {{ class }}"{% if !hint.is_empty() %} title="{{ hint }}"{% endif %}><span class="mark" aria-hidden="true">{{ mark }}</span>{{ word }}</span>"#,
    ext = "html"
)]
pub struct Pill {
    class: &'static str,
    mark: &'static str,
    word: String,
    hint: String,
}

impl HtmlSafe for Pill {}

impl Pill {
    /// A pill of a CSS class, with its mark and word.
    pub fn new(class: &'static str, mark: &'static str, word: &str) -> Self {
        Self { class, mark, word: word.to_owned(), hint: String::new() }
    }

    /// The same pill with a longer explanation behind it.
    #[must_use]
    pub fn hint(mut self, hint: String) -> Self {
        self.hint = hint;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn word_and_hint_are_escaped() {
        let pill = Pill::new("security", "▲", "<b>").hint("\"><script>".to_owned());
        insta::assert_snapshot!(pill, @r##"<span class="pill security" title="&#34;&#62;&#60;script&#62;"><span class="mark" aria-hidden="true">▲</span>&#60;b&#62;</span>"##);
    }
}
