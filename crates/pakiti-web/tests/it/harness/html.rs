//! Reading pages: links, fields, rows, numbers.

use super::client::Client;

/// A link of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    /// The class of the link itself.
    pub(crate) class: String,
    /// Where it leads.
    pub(crate) href: String,
    /// Its text without tags, blanks single.
    pub(crate) text: String,
}

impl Link {
    /// The first number in its text.
    pub(crate) fn number(&self) -> Option<usize> {
        number(&self.text)
    }
}

/// The first number of a text, separators left out.
pub(crate) fn number(text: &str) -> Option<usize> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let digits: String =
        text[start..].chars().take_while(|c| c.is_ascii_digit() || *c == ',').filter(|c| *c != ',').collect();
    digits.parse().ok()
}

/// Text as a browser shows it.
pub(crate) fn unescape(text: &str) -> String {
    let pairs =
        [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&amp;", "&"), ("&#38;", "&")];
    pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// The text between the tags of a piece of a page.
pub(crate) fn text_of(html: &str) -> String {
    let mut out = String::new();
    for piece in html.split('<') {
        out.push_str(piece.split_once('>').map_or(piece, |(_, text)| text));
        out.push(' ');
    }
    unescape(&out.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The text of a piece of a page, a line for each line of the template that has text.
pub(crate) fn lines_of(html: &str) -> String {
    html.lines().map(text_of).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split_once('"').map(|(value, _)| unescape(value))
}

/// All links of a page.
pub(crate) fn links(html: &str) -> Vec<Link> {
    let piece = |piece: &str| {
        let (tag, rest) = piece.split_once('>')?;
        let (text, _) = rest.split_once("</a>")?;
        let tag = format!(" {tag}");
        Some(Link {
            class: attribute(&tag, "class").unwrap_or_default(),
            href: attribute(&tag, "href")?,
            text: text_of(text),
        })
    };
    html.split("<a ").skip(1).filter_map(piece).collect()
}

/// The value of an input field.
pub(crate) fn field(html: &str, name: &str) -> Option<String> {
    let wanted = format!("name=\"{name}\"");
    let tag = html.split("<input ").skip(1).map(|rest| rest.split('>').next().unwrap_or_default());
    tag.filter(|tag| tag.contains(&wanted)).find_map(|tag| attribute(&format!(" {tag}"), "value"))
}

/// The page's `<h1>`.
pub(crate) fn heading(html: &str) -> String {
    text_of(between(html, "<h1>", "</h1>"))
}

/// The piece between two marks; empty if they are not there.
pub(crate) fn between<'a>(html: &'a str, start: &str, end: &str) -> &'a str {
    let rest = html.split_once(start).map_or("", |(_, rest)| rest);
    rest.split_once(end).map_or("", |(piece, _)| piece)
}

/// The rows of the page's last table, each as its cells' texts.
pub(crate) fn rows(html: &str) -> Vec<Vec<String>> {
    let body = html.rsplit_once("<tbody>").map_or("", |(_, body)| body);
    let body = body.split_once("</tbody>").map_or("", |(body, _)| body);
    let cells = |row: &str| -> Vec<String> {
        let row = row.replace("<th ", "<td ").replace("</th>", "</td>");
        row.split("<td").skip(1).map(|cell| text_of(cell.split_once('>').map_or("", |(_, c)| c))).collect()
    };
    body.split("<tr").skip(1).map(cells).collect()
}

/// All rows of a list, page after page.
pub(crate) async fn all_rows(client: &Client, path: &str) -> Vec<Vec<String>> {
    let mut out = Vec::new();
    let mut next = Some(path.to_owned());
    for _ in 0..100 {
        let Some(path) = next else { return out };
        let html = client.page(&path).await;
        out.extend(rows(&html));
        let pages = between(&html, "<nav class=\"pages\"", "</nav>");
        next = links(pages).into_iter().find(|link| link.text == "Next page").map(|link| link.href);
    }
    panic!("{path} never ends");
}
