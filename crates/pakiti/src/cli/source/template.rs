//! Templates: the sources of a distribution at its own URLs, and `pakiti source templates`.
//!
//! What they are made of is in `template/table.rs`.

mod table;

use super::wanted::{Fault, Wanted};
use crate::cli::Outcome;
use crate::cli::output::{Column, Listing, OutputArgs, Value};
use clap::Args;
use pakiti_core::os_group::{self, OsGroupId};
use pakiti_engine::source::options::SourceOptions;
use std::io;
use std::process::ExitCode;

/// Architecture of a yum template where none is asked for.
const DEFAULT_ARCH: &str = "x86_64";

/// All sources of a distribution.
#[derive(Debug)]
pub(super) struct Template {
    /// Its name, and what the names of its sources begin with.
    name: &'static str,
    /// The OS group its sources speak for.
    os_group: &'static str,
    /// Further OS groups.
    also_for: &'static [&'static str],
    /// Architectures it is published for at its place; empty = all.
    architectures: &'static [&'static str],
    parts: &'static [Part],
}

/// One source of a template.
#[derive(Debug)]
struct Part {
    /// Behind the template's name: `-updates`.
    suffix: &'static str,
    /// Scheme and host; what `--mirror` stands for.
    base: &'static str,
    /// Below it; `$arch` is the architecture.
    path: &'static str,
    form: Form,
}

/// How a part is read.
#[derive(Debug)]
enum Form {
    /// An apt suite: `$codename` and this.
    Suite(&'static str),
    /// The folder of a yum repository.
    Yum,
    /// A list of mirrors of a yum repository.
    Mirrors,
    /// A file of OVAL definitions.
    Oval,
}

/// The template with this name.
pub(super) fn by_name(name: &str) -> Result<&'static Template, String> {
    let unknown = || {
        let names: Vec<&str> = table::TEMPLATES.iter().map(|template| template.name).collect();
        format!("there is no template `{name}`; there are {}", names.join(", "))
    };
    table::TEMPLATES.iter().find(|template| template.name == name).ok_or_else(unknown)
}

impl Template {
    /// Its sources, at a mirror, for these architectures (yum: one source for each).
    ///
    /// # Errors
    /// An architecture it does not have, a mirror where it has a list of mirrors.
    pub(super) fn sources(
        &self,
        mirror: Option<&str>,
        architectures: &[String],
    ) -> Result<Vec<Wanted>, Fault> {
        let known =
            |arch: &String| self.architectures.is_empty() || self.architectures.contains(&arch.as_str());
        if let Some(arch) = architectures.iter().find(|arch| !known(arch)) {
            return Err(Fault::Combination(format!(
                "{} is not published for {arch} at its place (it is for {}): add its sources with --url",
                self.name,
                self.architectures.join(", ")
            )));
        }
        let default = [DEFAULT_ARCH.to_owned()];
        let each = if architectures.is_empty() { &default } else { architectures };
        let mut sources = Vec::new();
        for part in self.parts {
            match part.form {
                Form::Suite(_) => sources.push(self.source(part, mirror, "", architectures)),
                Form::Oval => sources.push(self.source(part, mirror, "", &[])),
                Form::Mirrors if mirror.is_some() => {
                    return Err(Fault::Combination(format!(
                        "{} is found by a list of mirrors: leave --mirror out, or add the mirror with --url",
                        self.name
                    )));
                }
                Form::Yum | Form::Mirrors => {
                    sources.extend(each.iter().map(|arch| self.source(part, mirror, arch, &[])));
                }
            }
        }
        Ok(sources)
    }

    fn source(&self, part: &Part, mirror: Option<&str>, arch: &str, architectures: &[String]) -> Wanted {
        let base = mirror.unwrap_or(part.base).trim_end_matches('/');
        let other = if matches!(arch, "" | DEFAULT_ARCH) { String::new() } else { format!("-{arch}") };
        let mut options = SourceOptions {
            architectures: architectures.to_vec(),
            mirrorlist: matches!(part.form, Form::Mirrors),
            further_groups: self.also_for.iter().map(|group| (*group).to_owned()).collect(),
            ..SourceOptions::default()
        };
        let mut os_group = self.os_group.to_owned();
        let kind = match part.form {
            Form::Suite(suffix) => {
                let codename =
                    os_group::describe(&OsGroupId(self.os_group.to_owned())).and_then(|g| g.codename);
                options.suite = format!("{}{suffix}", codename.unwrap_or_default());
                // Debian and Ubuntu say it themselves.
                os_group.clear();
                "apt"
            }
            Form::Yum | Form::Mirrors => "yum",
            Form::Oval => {
                // Definitions name their systems themselves.
                os_group.clear();
                options.further_groups.clear();
                "oval"
            }
        };
        Wanted {
            name: format!("{}{}{other}", self.name, part.suffix),
            kind: kind.to_owned(),
            url: format!("{base}/{}", part.path.replace("$arch", arch)),
            options,
            os_group,
            interval_seconds: 6 * 3600,
            enabled: true,
        }
    }
}

const COLUMNS: &[Column] = &[
    ("template", Some("template")),
    ("os_group", None),
    ("also_for", Some("also for")),
    ("sources", Some("sources")),
    ("urls", None),
];

const HELP: &str = "\
Add one with pakiti source add --template NAME. --mirror URL stands for scheme and host of its URLs; --arch chooses \
architectures (yum: one source for each, x86_64 if none is given). Templates ending in -oval are definitions of vulnerabilities \
and fixes: they stand beside the repositories of the same distribution, and OVAL files are large (1 to 30 MB).

JSON (an array of objects) and TSV: template, os_group, also_for (further OS groups its sources speak for), sources \
(their names), urls.";

/// Options of `pakiti source templates`.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub(super) struct TemplatesArgs {
    #[command(flatten)]
    output: OutputArgs,
}

/// Lists the templates.
pub(super) fn run(args: &TemplatesArgs) -> Outcome {
    let row = |template: &Template| {
        let sources = template.sources(None, &[]).unwrap_or_default();
        let each = |text: fn(&Wanted) -> &String| sources.iter().map(text).cloned().collect::<Vec<_>>();
        let also_for: Vec<String> = template.also_for.iter().map(|group| (*group).to_owned()).collect();
        vec![
            template.name.into(),
            template.os_group.into(),
            also_for.into(),
            each(|source| &source.name).into(),
            each(|source| &source.url).into(),
        ]
    };
    let rows: Vec<Vec<Value>> = table::TEMPLATES.iter().map(row).collect();
    let listing = Listing { columns: COLUMNS, rows, empty: "" };
    listing.print(args.output.output, &mut io::stdout().lock())?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests;
