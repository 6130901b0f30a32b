//! The form of a source: what was entered, what is wrong with it, and the source it describes.
//!
//! Name, address, interval and host groups are checked by the rules of the command line
//! ([`pakiti_engine::source::check`]): what no synchronisation could ever use is refused here, with a word at the field.

use crate::view::source_edit::{ChoiceField, Field, FieldGroup, TextField, TickField};
use pakiti_core::os_group::{self, OsGroupId};
use pakiti_core::package::PackageFormat;
use pakiti_engine::source::check::{self, AddressError};
use pakiti_engine::source::options::{ConfigError, SourceOptions};
use pakiti_engine::source::{fetch, interval};
use pakiti_store::source::{NewSource, Source};
use std::collections::HashMap;
use std::path::PathBuf;

const KINDS: &[(&str, &str)] = &[
    ("apt", "apt: a suite (Debian, Ubuntu)"),
    ("yum", "yum: a repository (rpm)"),
    ("oval", "OVAL definitions: one file"),
];
const COMPLETE: &[(&str, &str)] = &[
    ("auto", "as its size says"),
    ("yes", "yes: packages that it does not name are judged too"),
    ("no", "no, an excerpt: packages that it does not name are not judged"),
];
const MAPPING: &str = "Vendors' data judges the vendor's own systems. Mapping OVAL definitions of one system to \
    another (RHEL's to a rebuild of it) is your choice, and every explanation of a finding shows it.";
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
    /// The source it changes.
    edited: Option<Edited>,
}

/// A source that is changed, as it is stored.
#[derive(Debug)]
struct Edited {
    url: String,
    /// With what the form does not show: keyrings, proxy, certificates.
    options: SourceOptions,
}

impl SourceForm {
    /// The form before anything is entered.
    pub(super) fn empty() -> Self {
        let defaults = [("kind", "apt"), ("security", "auto"), ("complete", "auto"), ("interval", "6h")];
        let entered = defaults.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        Self { entered, ..Self::default() }
    }

    /// The form that changes a source, as it is stored. Credentials in its address are not shown.
    ///
    /// # Errors
    /// Options that cannot be read.
    pub(super) fn of(source: &Source) -> Result<Self, ConfigError> {
        let options = SourceOptions::read(&source.options)?;
        let words = |words: &[String]| words.join(" ");
        let tick = |ticked: bool| if ticked { "yes" } else { "" }.to_owned();
        let entered = [
            ("name", source.name.clone()),
            ("kind", source.kind.clone()),
            ("url", shown(&source.url)),
            ("suite", options.suite.clone()),
            ("components", words(&options.components)),
            ("architectures", words(&options.architectures)),
            ("mirrorlist", tick(options.mirrorlist)),
            ("trusted", tick(options.trusted)),
            ("os_group", source.os_group.clone()),
            ("further_groups", words(&options.further_groups)),
            ("host_groups", options.host_groups.join(", ")),
            ("not_host_groups", options.not_host_groups.join(", ")),
            ("security", options.security.clone()),
            ("complete", options.complete.clone()),
            ("priority", options.priority.map(|priority| priority.to_string()).unwrap_or_default()),
            ("excludes", words(&options.excludes)),
            ("interval", interval::written(source.interval_seconds)),
        ];
        let edited = Some(Edited { url: source.url.clone(), options });
        let entered = entered.map(|(name, value)| (name.to_owned(), value)).into();
        Ok(Self { entered, edited, ..Self::default() })
    }

    /// The form that changes a source, as it was sent.
    ///
    /// # Errors
    /// As [`SourceForm::of`].
    pub(super) fn sent_for(source: &Source, fields: HashMap<String, String>) -> Result<Self, ConfigError> {
        let stored = Self::of(source)?;
        let mut form = Self::sent(fields);
        form.entered.insert("kind".to_owned(), source.kind.clone());
        Ok(Self { edited: stored.edited, ..form })
    }

    /// What was sent; blanks around a value do not count.
    pub(super) fn sent(fields: HashMap<String, String>) -> Self {
        let trimmed = fields.into_iter().map(|(name, value)| (name, value.trim().to_owned()));
        Self { entered: trimmed.collect(), ..Self::default() }
    }

    fn text(&self, name: &str) -> &str {
        self.entered.get(name).map(String::as_str).unwrap_or_default()
    }

    fn words(&self, name: &str) -> Vec<String> {
        let words = self.text(name).split(|c: char| c == ',' || c.is_whitespace());
        words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    /// Names between commas: they may hold blanks.
    fn names(&self, name: &str) -> Vec<String> {
        let names = self.text(name).split(',').map(str::trim);
        names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
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
        let named = check::name(self.text("name")).map_err(|why| why.to_string());
        self.check("name", named);
        self.check_kind(&options);
        self.check_place(&options, folders);
        self.check_groups(&options.further_groups);
        self.check_host_groups(&options);
        let interval = interval::parse(self.text("interval"));
        if let Err(why) = &interval {
            self.refuse("interval", why.to_string());
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
            url: self.url(),
            options: options.record(),
            os_group: self.text("os_group").to_owned(),
            interval_seconds: interval.unwrap_or_default(),
        })
    }

    fn options(&self) -> SourceOptions {
        let stored = self.edited.as_ref().map(|edited| edited.options.clone()).unwrap_or_default();
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
            host_groups: self.names("host_groups"),
            not_host_groups: self.names("not_host_groups"),
            complete: match self.text("complete") {
                // A form that does not show it.
                "" => stored.complete.clone(),
                chosen => chosen.to_owned(),
            },
            ..stored
        }
    }

    /// The address; the one shown without its credentials means the stored one.
    fn url(&self) -> String {
        match &self.edited {
            Some(edited) if shown(&edited.url) == self.text("url") => edited.url.clone(),
            _ => self.text("url").to_owned(),
        }
    }

    /// What the other kind alone has would be ignored, or change the address.
    fn check_kind(&mut self, options: &SourceOptions) {
        let kind = self.text("kind");
        let (apt, yum, oval) = (kind == "apt", kind == "yum", kind == "oval");
        let wrong = [
            (!apt && !yum && !oval, "kind", "choose apt, yum or OVAL"),
            (
                (apt || oval) && options.mirrorlist,
                "mirrorlist",
                "only yum repositories have lists of mirrors",
            ),
            (
                (apt || oval) && !options.excludes.is_empty(),
                "excludes",
                "only yum repositories have excludes",
            ),
            (yum && !options.suite.is_empty(), "suite", "a yum repository has no suites"),
            (yum && !options.components.is_empty(), "components", "a yum repository has no components"),
            (yum && options.security == "no", "security", "a yum repository tells it by its errata"),
            (oval && !options.suite.is_empty(), "suite", "definitions are one file: name it in the address"),
            (oval && !options.components.is_empty(), "components", "definitions have no components"),
            (
                oval && !options.architectures.is_empty(),
                "architectures",
                "definitions name theirs themselves",
            ),
            (oval && options.priority.is_some(), "priority", "definitions have no priority"),
            (oval && options.security == "no", "security", "definitions are of vulnerabilities"),
            ((apt || yum) && options.complete != "auto", "complete", "only OVAL definitions are asked this"),
        ];
        for (_, field, why) in wrong.into_iter().filter(|(is, ..)| *is) {
            self.refuse(field, why);
        }
        // The stored record is read by the same rules at every synchronisation.
        let known = |value: &str| ["auto", "yes", "no"].contains(&value);
        for (field, value) in [("security", &options.security), ("complete", &options.complete)] {
            if !known(value) {
                self.refuse(field, "choose one of the three");
            }
        }
    }

    fn check_place(&mut self, options: &SourceOptions, folders: &[PathBuf]) {
        let url = self.url();
        // What the command line allowed (a folder that only it reads) stays allowed.
        let stays = self.edited.as_ref().is_some_and(|edited| {
            let of = |options: &SourceOptions| (options.suite.clone(), options.mirrorlist);
            edited.url == url && of(&edited.options) == of(options)
        });
        if stays {
            return;
        }
        if let Err(error) = check::address(&url, options, Some(folders)) {
            let field = match &error {
                AddressError::Empty | AddressError::Place(_) => "url",
                AddressError::LocalList => "mirrorlist",
                AddressError::Suite => "suite",
            };
            self.refuse(field, error.to_string());
        }
        self.check("suite", check::suite(&options.suite).map_err(|error| error.to_string()));
    }

    fn check_host_groups(&mut self, options: &SourceOptions) {
        for (field, names) in
            [("host_groups", &options.host_groups), ("not_host_groups", &options.not_host_groups)]
        {
            for name in names {
                self.check(field, check::host_group(name));
            }
        }
    }

    fn check_groups(&mut self, further: &[String]) {
        let kind = self.text("kind").to_owned();
        let own = self.text("os_group").to_owned();
        if own.is_empty() {
            match kind.as_str() {
                "yum" => self
                    .refuse("os_group", "a yum repository does not say whom it is for: enter its OS group"),
                // What the feed says would be forgotten.
                "oval" if !further.is_empty() => {
                    self.refuse(
                        "os_group",
                        "definitions that are mapped to further groups need this one too",
                    );
                }
                _ => {}
            }
        } else {
            self.check("os_group", group(&own, &kind));
        }
        for id in further {
            self.check("further_groups", group(id, &kind));
        }
    }

    /// The fields as they are shown, each with what is wrong with it.
    pub(super) fn groups(&self) -> Vec<FieldGroup> {
        let group = |legend, names: &[&str], note| FieldGroup {
            legend,
            fields: names.iter().filter_map(|name| self.field(name)).collect(),
            note,
        };
        // A source of another kind is another source.
        let kind: &[&str] = if self.edited.is_some() { &[] } else { &["kind"] };
        let place = &["url", "suite", "components", "architectures", "mirrorlist", "trusted"];
        let whom = ["os_group", "further_groups", "host_groups", "not_host_groups"];
        let how = ["security", "priority", "excludes", "complete"];
        vec![
            group("What it is", &[&["name"], kind, place].concat(), None),
            group("Whom it speaks for", &[&whom[..], &how].concat(), Some(MAPPING)),
            group("When", &["interval"], None),
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
            "complete" => choice("complete", "Definitions of a whole release (OVAL)", COMPLETE),
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

const FIELDS: [Known; 12] = [
    known("name", "Name", "Unique, without blanks: debian-12-security"),
    known("url", "Address", "http or https, or a path on this server: a folder; for OVAL the file"),
    known(
        "suite",
        "Suite (apt)",
        "Below dists/ of the address: bookworm-security; ending in / a flat repository",
    ),
    known("components", "Components (apt)", "main contrib; empty: all"),
    known("architectures", "Architectures", "The packager's words: amd64, x86_64; empty: all"),
    known("os_group", "OS group", "debian-12, rhel-9; empty (apt, OVAL): what the feed itself says"),
    known("further_groups", "Further OS groups", "Others that share it: rocky-9 almalinux-9"),
    known(
        "host_groups",
        "Only hosts of",
        "Host groups between commas: Site A, N/A; empty: hosts of every group",
    ),
    known("not_host_groups", "Not hosts of", "Host groups between commas; empty: none is left out"),
    known("priority", "Priority", "A number; empty: as apt and dnf have it"),
    known("excludes", "Excludes (yum)", "Packages that are no candidates, as globs: kernel* java-1.8.0-*"),
    known("interval", "Interval", "Time between two fetches: 30m, 6h, 1d"),
];

/// An OS group that hosts with packages of this kind of source can be of; definitions are of any.
fn group(id: &str, kind: &str) -> Result<(), String> {
    match os_group::format_of(&OsGroupId(id.to_owned())) {
        None => Err(ConfigError::OsGroup(id.to_owned()).to_string()),
        Some(_) if kind == "oval" => Ok(()),
        Some(PackageFormat::Deb) if kind != "yum" => Ok(()),
        Some(PackageFormat::Rpm) if kind == "yum" => Ok(()),
        Some(PackageFormat::Deb) => Err(format!("hosts of {id} have deb packages: that takes an apt source")),
        Some(PackageFormat::Rpm) => Err(format!("hosts of {id} have rpm packages: that takes a yum source")),
        Some(_) => Err(format!("no source of this kind has packages for {id}")),
    }
}

/// The address without user name and password.
fn shown(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(parsed) if !parsed.username().is_empty() || parsed.password().is_some() => {
            fetch::redacted(&parsed)
        }
        _ => url.to_owned(),
    }
}
