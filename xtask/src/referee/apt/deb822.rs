//! Stanzas of `Packages` and dpkg's status, as plain as can be: this side shall share nothing with Pakiti's own
//! readers.

/// One stanza: fields in their order, values with their continuation lines.
#[derive(Debug, Clone, Default)]
pub(super) struct Stanza(Vec<(String, String)>);

impl Stanza {
    /// The value of a field; empty if there is none.
    pub(super) fn get(&self, name: &str) -> &str {
        let mut fields = self.0.iter();
        fields.find(|(field, _)| field.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value.as_str())
    }

    /// Replaces or adds a field.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        match self.0.iter_mut().find(|(field, _)| field.eq_ignore_ascii_case(name)) {
            Some((_, old)) => value.clone_into(old),
            None => self.0.push((name.to_owned(), value.to_owned())),
        }
    }

    /// Takes fields away.
    pub(super) fn remove(&mut self, names: &[&str]) {
        self.0.retain(|(field, _)| !names.iter().any(|name| field.eq_ignore_ascii_case(name)));
    }

    /// The stanza as text, the empty line after it included.
    pub(super) fn text(&self) -> String {
        let fields = self.0.iter().map(|(name, value)| format!("{name}: {value}\n"));
        fields.chain(std::iter::once("\n".to_owned())).collect()
    }
}

/// Reads all stanzas of a text.
pub(super) fn stanzas(text: &str) -> Vec<Stanza> {
    let mut all = Vec::new();
    let mut stanza = Stanza::default();
    for line in text.lines().chain(std::iter::once("")) {
        if line.is_empty() {
            if !stanza.0.is_empty() {
                all.push(std::mem::take(&mut stanza));
            }
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = stanza.0.last_mut() {
                value.push('\n');
                value.push_str(line);
            }
        } else if let Some((name, value)) = line.split_once(':') {
            stanza.0.push((name.to_owned(), value.trim().to_owned()));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_again() {
        let text = "Package: a\nDescription: b\n c\n .\n\nPackage: d\n\n";
        let read = stanzas(text);
        assert_eq!(read.iter().map(Stanza::text).collect::<String>(), text);
        assert_eq!(read.first().map(|stanza| stanza.get("description")), Some("b\n c\n ."));
    }
}
