//! Answers as a table for people, as JSON, or as TSV for scripts.
//!
//! Keys of JSON and columns of TSV are stable; columns may be added at the end. Times are RFC 3339 in UTC there,
//! lists are arrays (TSV: separated by commas), what is not known is null (TSV: empty). TSV begins with a header
//! line that starts with `#`.

use clap::{Args, ValueEnum};
use comfy_table::{Attribute, Cell, CellAlignment, ContentArrangement, Table, presets};
use pakiti_web::view::format;
use serde::ser::{Serialize, SerializeMap as _, SerializeSeq as _, Serializer};
use std::io::{self, Write};

/// How answers are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Table,
    /// One document.
    Json,
    /// Tab-separated lines below a header line that starts with #.
    Tsv,
}

/// `--output`.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct OutputArgs {
    /// How to print the answer
    #[arg(long, alias = "format", value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) output: Format,
}

/// One value of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// Text.
    Text(String),
    /// A whole number.
    Number(i64),
    /// Unix seconds.
    Time(i64),
    /// Yes or no.
    Flag(bool),
    /// Texts.
    List(Vec<String>),
    /// Not known, or there is none.
    None,
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<Vec<String>> for Value {
    fn from(list: Vec<String>) -> Self {
        Self::List(list)
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::None, Into::into)
    }
}

impl Value {
    /// A time that may be missing.
    pub(crate) fn time(at: Option<i64>) -> Self {
        at.map_or(Self::None, Self::Time)
    }

    /// A text of which the empty one says nothing.
    pub(crate) fn stated(text: &str) -> Self {
        if text.is_empty() { Self::None } else { text.into() }
    }

    /// For people: times to the minute, control characters of reporters and feeds made visible.
    fn shown(&self) -> String {
        let text = match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Time(at) => format::minute(*at),
            Self::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
            Self::List(list) if list.is_empty() => "-".to_owned(),
            Self::List(list) => list.join(", "),
            Self::None => "-".to_owned(),
        };
        text.replace(char::is_control, "\u{fffd}")
    }

    /// For scripts: no TAB, no line break.
    fn field(&self) -> String {
        let text = match self {
            Self::Time(at) => format::machine(*at),
            Self::Flag(flag) => flag.to_string(),
            Self::List(list) => list.join(","),
            Self::None => String::new(),
            other => return other.shown(),
        };
        text.replace(char::is_control, "\u{fffd}")
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Number(number) => serializer.serialize_i64(*number),
            Self::Time(at) => serializer.serialize_str(&format::machine(*at)),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::List(list) => list.serialize(serializer),
            Self::None => serializer.serialize_unit(),
        }
    }
}

/// A column: its key in JSON and TSV, its title in tables (`None` = too much for a table).
pub(crate) type Column = (&'static str, Option<&'static str>);

/// Rows of the same columns.
#[derive(Debug)]
pub(crate) struct Listing {
    /// The columns, in their stable order.
    pub(crate) columns: &'static [Column],
    /// One value per column in each row.
    pub(crate) rows: Vec<Vec<Value>>,
    /// What a table says instead of no rows.
    pub(crate) empty: &'static str,
}

/// One thing: facts about it, and lists that belong to it.
#[derive(Debug)]
pub(crate) struct Document {
    /// Key, title in tables (empty = too much for a table), value.
    pub(crate) facts: Vec<(&'static str, &'static str, Value)>,
    /// Key, title in tables, rows.
    pub(crate) lists: Vec<(&'static str, String, Listing)>,
}

impl Listing {
    /// Prints it.
    ///
    /// # Errors
    /// What writing gave.
    pub(crate) fn print(&self, format: Format, output: &mut impl Write) -> io::Result<()> {
        match format {
            Format::Table => self.table(output),
            Format::Tsv => self.tsv(output),
            Format::Json => json(output, self),
        }
    }

    fn table(&self, output: &mut impl Write) -> io::Result<()> {
        if self.rows.is_empty() {
            return writeln!(output, "{}", self.empty);
        }
        let mut table = plain();
        let titles = self.columns.iter().filter_map(|(_, title)| *title);
        table.set_header(titles.map(|title| Cell::new(title).add_attribute(Attribute::Bold)));
        for row in &self.rows {
            let shown = self.columns.iter().zip(row).filter(|((_, title), _)| title.is_some());
            table.add_row(shown.map(|(_, value)| cell(value)));
        }
        lines(&table, output)
    }

    fn tsv(&self, output: &mut impl Write) -> io::Result<()> {
        let keys: Vec<&str> = self.columns.iter().map(|(key, _)| *key).collect();
        writeln!(output, "#{}", keys.join("\t"))?;
        for row in &self.rows {
            let fields: Vec<String> = row.iter().map(Value::field).collect();
            writeln!(output, "{}", fields.join("\t"))?;
        }
        Ok(())
    }
}

impl Serialize for Listing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Object<'a>(&'static [Column], &'a [Value]);
        impl Serialize for Object<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_map(self.0.iter().map(|(key, _)| key).zip(self.1))
            }
        }
        let mut list = serializer.serialize_seq(Some(self.rows.len()))?;
        for row in &self.rows {
            list.serialize_element(&Object(self.columns, row))?;
        }
        list.end()
    }
}

impl Document {
    /// Prints it. TSV: the facts as `key TAB value` below `#key TAB value`, then each list, an empty line before.
    ///
    /// # Errors
    /// What writing gave.
    pub(crate) fn print(&self, format: Format, output: &mut impl Write) -> io::Result<()> {
        match format {
            Format::Table => self.table(output),
            Format::Tsv => self.tsv(output),
            Format::Json => json(output, self),
        }
    }

    fn table(&self, output: &mut impl Write) -> io::Result<()> {
        let mut table = plain();
        let shown = |(_, title, value): &&(&str, &str, Value)| !title.is_empty() && *value != Value::None;
        for (_, title, value) in self.facts.iter().filter(shown) {
            table.add_row([Cell::new(title), Cell::new(value.shown())]);
        }
        lines(&table, output)?;
        for (_, title, list) in &self.lists {
            writeln!(output, "\n{title}")?;
            list.print(Format::Table, output)?;
        }
        Ok(())
    }

    fn tsv(&self, output: &mut impl Write) -> io::Result<()> {
        writeln!(output, "#key\tvalue")?;
        for (key, _, value) in &self.facts {
            writeln!(output, "{key}\t{}", value.field())?;
        }
        for (.., list) in &self.lists {
            writeln!(output)?;
            list.tsv(output)?;
        }
        Ok(())
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (key, _, value) in &self.facts {
            map.serialize_entry(key, value)?;
        }
        for (key, _, list) in &self.lists {
            map.serialize_entry(key, list)?;
        }
        map.end()
    }
}

fn json(output: &mut impl Write, document: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *output, document).map_err(io::Error::from)?;
    writeln!(output)
}

fn plain() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table
}

fn cell(value: &Value) -> Cell {
    let cell = Cell::new(value.shown());
    if matches!(value, Value::Number(_)) { cell.set_alignment(CellAlignment::Right) } else { cell }
}

fn lines(table: &Table, output: &mut impl Write) -> io::Result<()> {
    for line in table.lines() {
        writeln!(output, "{}", line.trim_end())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
