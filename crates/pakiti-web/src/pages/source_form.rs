//! The form for a new source: what was entered, what is wrong with it, and the source it describes.
//!
//! The rules are those of `pakiti source add` and of the synchronisation itself ([`SourceOptions::place`]): what no
//! synchronisation could ever use is refused here, with a word at the field.

use crate::view::source_edit::{ChoiceField, Field, FieldGroup, TextField, TickField};
use pakiti_core::os_group::{self, OsGroupId};
use pakiti_core::package::PackageFormat;
use pakiti_engine::source::options::{ConfigError, SourceOptions};
use pakiti_store::source::NewSource;
use std::collections::HashMap;
use std::path::PathBuf;

/// Longest name (bytes), as on the command line.
const LONGEST_NAME: usize = 100;
/// Shortest and longest interval (seconds), as on the command line.
const INTERVALS: std::ops::RangeInclusive<i64> = 60..=30 * 86_400;

const KINDS: &[(&str, &str)] =
    &[("apt", "apt: a suite (Debian, Ubuntu)"), ("yum", "yum: a repository (rpm)")];
const SECURITY: &[(&str, &str)] = &[
    ("auto", "as the feed says"),
    ("yes", "every package of it is a security fix"),
    ("no", "none of it is a security fix"),
];

/// A form as it was sent.
#[derive(Debug, Default)]
pub(super) struct SourceForm {
    entered: HashMap<String, String>,
    errors: HashMap<&'static str, String>,
}

impl SourceForm {
    /// The form before anything is entered.
    pub(super) fn empty() -> Self {
        let defaults = [("kind", "apt"), ("security", "auto"), ("interval", "6h")];
        let entered = defaults.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        Self { entered, errors: HashMap::new() }
    }

    /// What was sent; blanks around a value do not count.
    pub(super) fn sent(fields: HashMap<String, String>) -> Self {
        let trimmed = fields.into_iter().map(|(name, value)| (name, value.trim().to_owned()));
        Self { entered: trimmed.collect(), errors: HashMap::new() }
    }

    fn text(&self, name: &str) -> &str {
        self.entered.get(name).map(String::as_str).unwrap_or_default()
    }

    fn words(&self, name: &str) -> Vec<String> {
        let words = self.text(name).split(|c: char| c == ',' || c.is_whitespace());
        words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    fn ticked(&self, name: &str) -> bool {
        self.text(name) == "yes"
    }

    /// Notes what is wrong with a field; the first word stays.
    pub(super) fn refuse(&mut self, name: &'static str, why: impl Into<String>) {
        self.errors.entry(name).or_insert_with(|| why.into());
    }

    fn check(&mut self, name: &'static str, result: Result<(), impl Into<String>>) {
        if let Err(why) = result {
            self.refuse(name, why);
        }
    }

    /// The source it describes; `None` = something is wrong, the fields say what.
    pub(super) fn source(&mut self, folders: &[PathBuf]) -> Option<NewSource> {
        let options = self.options();
        self.check("name", name(self.text("name")));
        self.check_kind(&options);
        self.check_place(&options, folders);
        self.check_groups(&options.further_groups);
        let interval = interval(self.text("interval"));
        if let Err(why) = interval {
            self.refuse("interval", why);
        }
        if !self.text("priority").is_empty() && options.priority.is_none() {
            self.refuse("priority", "not a whole number");
        }
        for field in &FIELDS {
            if self.text(field.name).contains(char::is_control) {
                self.refuse(field.name, "holds a control character");
            }
        }
        self.errors.is_empty().then(|| NewSource {
            name: self.text("name").to_owned(),
            kind: self.text("kind").to_owned(),
            url: self.text("url").to_owned(),
            options: options.record(),
            os_group: self.text("os_group").to_owned(),
            interval_seconds: interval.unwrap_or_default(),
        })
    }

    fn options(&self) -> SourceOptions {
        SourceOptions {
            suite: self.text("suite").to_owned(),
            components: self.words("components"),
            architectures: self.words("architectures"),
            security: self.text("security").to_owned(),
            priority: self.text("priority").parse().ok(),
            trusted: self.ticked("trusted"),
            excludes: self.words("excludes"),
            mirrorlist: self.ticked("mirrorlist"),
            further_groups: self.words("further_groups"),
            ..SourceOptions::default()
        }
    }

    /// What the other kind alone has would be ignored, or change the address.
    fn check_kind(&mut self, options: &SourceOptions) {
        let (apt, yum) = (self.text("kind") == "apt", self.text("kind") == "yum");
        let wrong = [
            (!apt && !yum, "kind", "choose apt or yum"),
            (apt && options.mirrorlist, "mirrorlist", "only yum repositories have lists of mirrors"),
            (apt && !options.excludes.is_empty(), "excludes", "only yum repositories have excludes"),
            (yum && !options.suite.is_empty(), "suite", "a yum repository has no suites"),
            (yum && !options.components.is_empty(), "components", "a yum repository has no components"),
            (yum && options.security == "no", "security", "a yum repository tells it by its errata"),
        ];
        for (_, field, why) in wrong.into_iter().filter(|(is, ..)| *is) {
            self.refuse(field, why);
        }
        // The stored record is read by the same rules at every synchronisation.
        if SourceOptions::read(&options.record()).is_err() {
            self.refuse("security", "choose one of the three");
        }
    }

    fn check_place(&mut self, options: &SourceOptions, folders: &[PathBuf]) {
        let url = self.text("url").to_owned();
        let local = url.starts_with('/') || url.starts_with("file:");
        if url.is_empty() {
            return self.refuse("url", "an address is needed");
        }
        if local && options.mirrorlist {
            return self.refuse("mirrorlist", "a list of mirrors is fetched by http or https");
        }
        match options.place(&url, folders) {
            Ok(_) => {}
            // The address parses alone, so it is the suite that spoils it.
            Err(error @ ConfigError::Url(_)) if !local && url::Url::parse(&url).is_ok() => {
                self.refuse("suite", error.to_string());
            }
            Err(error) => self.refuse("url", error.to_string()),
        }
        let suite = self.text("suite");
        if suite.contains(|c: char| c.is_whitespace() || c == '?' || c == '#') {
            self.refuse("suite", "a suite holds no blanks, no `?` and no `#`");
        }
    }

    fn check_groups(&mut self, further: &[String]) {
        let format = match self.text("kind") {
            "yum" => PackageFormat::Rpm,
            _ => PackageFormat::Deb,
        };
        let own = self.text("os_group").to_owned();
        if own.is_empty() {
            if format == PackageFormat::Rpm {
                self.refuse("os_group", "a yum repository does not say whom it is for: enter its OS group");
            }
        } else {
            self.check("os_group", group(&own, format));
        }
        for id in further {
            self.check("further_groups", group(id, format));
        }
    }

    /// The fields as they are shown, each with what is wrong with it.
    pub(super) fn groups(&self) -> Vec<FieldGroup> {
        let group = |legend, names: &[&str]| FieldGroup {
            legend,
            fields: names.iter().filter_map(|name| self.field(name)).collect(),
        };
        vec![
            group(
                "What it is",
                &["name", "kind", "url", "suite", "components", "architectures", "mirrorlist", "trusted"],
            ),
            group("Whom it speaks for", &["os_group", "further_groups", "security", "priority", "excludes"]),
            group("When", &["interval"]),
        ]
    }

    fn field(&self, name: &str) -> Option<Field> {
        let error = self.errors.get(name).cloned();
        let value = self.text(name).to_owned();
        let choice = |name, label, choices| {
            Field::Choice(ChoiceField { name, label, choices, value: value.clone(), error: error.clone() })
        };
        let tick = |name, label| {
            Field::Tick(TickField { name, label, ticked: self.ticked(name), error: error.clone() })
        };
        Some(match name {
            "kind" => choice("kind", "Kind", KINDS),
            "security" => choice("security", "Security", SECURITY),
            "mirrorlist" => {
                tick("mirrorlist", "The address gives a list of mirrors (yum: mirrorlist, metalink)")
            }
            "trusted" => tick("trusted", "Do not check its signature; hashes are checked"),
            _ => {
                let known = FIELDS.iter().find(|field| field.name == name)?;
                let (label, hint) = (known.label, known.hint);
                let required = ["name", "url"].contains(&name);
                Field::Text(TextField { name: known.name, label, hint, value, error, required })
            }
        })
    }
}

/// A text field of the form.
struct Known {
    name: &'static str,
    label: &'static str,
    hint: &'static str,
}

const fn known(name: &'static str, label: &'static str, hint: &'static str) -> Known {
    Known { name, label, hint }
}

const FIELDS: [Known; 10] = [
    known("name", "Name", "Unique, without blanks: debian-12-security"),
    known("url", "Address", "http or https, or the path of a folder on this server"),
    known(
        "suite",
        "Suite (apt)",
        "Below dists/ of the address: bookworm-security; ending in / a flat repository",
    ),
    known("components", "Components (apt)", "main contrib; empty: all"),
    known("architectures", "Architectures", "The packager's words: amd64, x86_64; empty: all"),
    known("os_group", "OS group", "debian-12, rhel-9; empty (apt only): what the feed itself says"),
    known("further_groups", "Further OS groups", "Others that share it: rocky-9 almalinux-9"),
    known("priority", "Priority", "A number; empty: as apt and dnf have it"),
    known("excludes", "Excludes (yum)", "Packages that are no candidates, as globs: kernel* java-1.8.0-*"),
    known("interval", "Interval", "Time between two fetches: 30m, 6h, 1d"),
];

/// A name that can be typed and told, by the rules of the command line.
fn name(text: &str) -> Result<(), &'static str> {
    match text {
        "" => Err("a name is needed"),
        text if text.len() > LONGEST_NAME => Err("a name has at most 100 bytes"),
        text if text.starts_with('-') => Err("a name does not begin with -"),
        text if text.contains(|c: char| c.is_control() || c.is_whitespace()) => Err("a name holds no blanks"),
        _ => Ok(()),
    }
}

/// An OS group that hosts with packages of this format can be of.
fn group(id: &str, format: PackageFormat) -> Result<(), String> {
    match os_group::format_of(&OsGroupId(id.to_owned())) {
        Some(known) if known == format => Ok(()),
        Some(PackageFormat::Deb) => Err(format!("hosts of {id} have deb packages: that takes an apt source")),
        Some(PackageFormat::Rpm) => Err(format!("hosts of {id} have rpm packages: that takes a yum source")),
        Some(_) => Err(format!("no source of this kind has packages for {id}")),
        None => Err(ConfigError::OsGroup(id.to_owned()).to_string()),
    }
}

/// Seconds of `90s`, `30m`, `6h`, `1d` or a plain number, by the rules of the command line.
fn interval(text: &str) -> Result<i64, &'static str> {
    let form = "not a number with one of the units s, m, h, d (6h)";
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match text.get(digits.len()..) {
        Some("" | "s") => 1,
        Some("m") => 60,
        Some("h") => 3600,
        Some("d") => 86_400,
        _ => return Err(form),
    };
    let number: u32 = digits.parse().map_err(|_| form)?;
    let seconds = i64::from(number) * unit;
    if INTERVALS.contains(&seconds) { Ok(seconds) } else { Err("between one minute and thirty days") }
}
