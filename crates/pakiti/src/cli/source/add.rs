//! `pakiti source add`: one source by its options, or those of a template. Everything is checked before it is stored.

use super::options::OptionArgs;
use super::template;
use super::wanted::{Done, Fault, Permission, Wanted};
use crate::cli::{Outcome, interval, name};
use clap::{Args, ValueEnum};
use pakiti_engine::source::options::SourceOptions;
use pakiti_store::db::Db;
use std::io::{self, Write as _};
use std::process::ExitCode;

const HELP: &str = "\
Examples:
  pakiti source add --template debian-12
  pakiti source add --template almalinux-9 --mirror http://mirror.example.org --arch x86_64 --arch aarch64
  pakiti source add debian-12-security --kind apt --url http://deb.debian.org/debian-security --suite bookworm-security
  pakiti source add tools --kind apt --url /srv/mirror/tools --suite stable --os-group debian-12 --keyring /etc/apt/keyrings/tools.asc
  pakiti source add rocky-9-baseos --kind yum --url https://dl.rockylinux.org/pub/rocky/9/BaseOS/x86_64/os/ --os-group rocky-9
  pakiti source add epel-9 --kind yum --mirrorlist --url 'https://mirrors.fedoraproject.org/metalink?repo=epel-9&arch=x86_64' --os-group rhel-9 --also-for almalinux-9
  pakiti source add rhel-9-baseos --kind yum --url https://cdn.redhat.com/content/dist/rhel9/9/x86_64/baseos/os --os-group rhel-9 --client-certificate /etc/pki/entitlement/1.pem --client-key /etc/pki/entitlement/1-key.pem --ca /etc/rhsm/ca/redhat-uep.pem
  pakiti source add --template rhel-9-oval
  pakiti source add rhel-9-oval --kind oval --url https://security.access.redhat.com/data/oval/v2/RHEL9/rhel-9-including-unpatched.oval.xml.bz2
  pakiti source add centos-7-oval --kind oval --url /srv/oval/rhel-7.oval.xml.bz2 --os-group centos-7 --complete yes

apt: a suite ending in / is a flat repository. Without --suite the URL is the folder of InRelease itself. yum: the URL \
is the folder that holds repodata, or a bare primary.xml.gz. oval: the URL is the file itself; with --os-group it is mapped to that group, whatever \
systems it names. A path is read by a server only below the folders it was \
given (pakiti serve --source-folder).

A template adds several sources of a distribution at its own URLs; see pakiti source templates.";

/// Options that a template decides itself.
const OWN_OPTIONS: [&str; 12] = [
    "suite",
    "component",
    "security",
    "priority",
    "no_check_valid_until",
    "os_group",
    "also_for",
    "mirrorlist",
    "exclude",
    "module_hotfixes",
    "complete",
    "kind",
];

/// Options of `pakiti source add`.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub(super) struct AddArgs {
    /// Its name, unique
    #[arg(value_parser = name::parse, required_unless_present = "template", conflicts_with = "template")]
    name: Option<String>,
    /// What it is [default: apt]
    #[arg(long, value_enum, conflicts_with = "template")]
    kind: Option<Kind>,
    /// Where it is: an http or https URL, or an absolute path
    #[arg(long, value_name = "URL", required_unless_present = "template", conflicts_with = "template")]
    url: Option<String>,
    /// All sources of a distribution: a name of pakiti source templates
    #[arg(long, value_name = "NAME", conflicts_with_all = OWN_OPTIONS)]
    template: Option<String>,
    /// What stands before the distribution's folders at another place, as `http://mirror.example.org`
    #[arg(long, value_name = "URL")]
    mirror: Option<String>,
    #[command(flatten)]
    options: OptionArgs,
    /// Time between two fetches: 30m, 6h, 1d
    #[arg(long, value_name = "SPAN", default_value = "6h", value_parser = interval::parse)]
    interval: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// A suite of an apt repository.
    Apt,
    /// A yum or dnf repository.
    Yum,
    /// OVAL definitions: one file, compressed or not.
    Oval,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Apt => "apt",
            Self::Yum => "yum",
            Self::Oval => "oval",
        }
    }
}

/// Adds the source, or those of the template.
pub(super) async fn run(db: &Db, args: AddArgs) -> Outcome {
    let wanted = match args.wanted() {
        Ok(wanted) => wanted,
        Err(fault) => return refused(&fault),
    };
    for source in &wanted {
        if let Err(fault) = source.check() {
            return refused(&fault);
        }
    }
    let mut output = io::stdout().lock();
    let (mut added, mut good) = (Vec::new(), true);
    for source in &wanted {
        match source.store(db, Permission::default()).await? {
            Done::Added => added.push(source.name.as_str()),
            Done::Unchanged if args.template.is_some() => {
                writeln!(output, "source {} exists already, just so", source.name)?;
            }
            Done::Unchanged | Done::Changed(_) | Done::Differs(_) => {
                eprintln!("pakiti: source `{}` exists already", source.name);
                good = false;
            }
        }
    }
    match added.as_slice() {
        [] => {}
        [one] => writeln!(output, "source {one} added; fetch it now: pakiti source sync {one}")?,
        many => {
            for name in many {
                writeln!(output, "source {name} added")?;
            }
            writeln!(output, "fetch them now: pakiti source sync {}", many.join(" "))?;
        }
    }
    if !added.is_empty() && wanted.iter().any(Wanted::is_local) {
        let them = if added.len() == 1 { "it" } else { "them" };
        writeln!(output, "a server reads {them} only below its --source-folder")?;
    }
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Options that do not go together are a wrong command line.
pub(super) fn refused(fault: &Fault) -> Outcome {
    match fault {
        Fault::Combination(text) => {
            eprintln!("error: {text}\n\nFor more information, try '--help'.");
            Ok(ExitCode::from(2))
        }
        Fault::Value(text) => Err(anyhow::Error::msg(text.clone())),
    }
}

impl AddArgs {
    fn wanted(&self) -> Result<Vec<Wanted>, Fault> {
        let Some(template) = &self.template else {
            // clap does not hold `requires` against a name, which excludes a template.
            return match self.mirror {
                Some(_) => {
                    Err(Fault::Combination("--mirror goes with --template: a source has --url".to_owned()))
                }
                None => Ok(vec![self.one()]),
            };
        };
        let template = template::by_name(template).map_err(Fault::Combination)?;
        let mut sources = template.sources(self.mirror.as_deref(), &self.options.arch)?;
        for source in &mut sources {
            source.interval_seconds = self.interval;
            let architectures = std::mem::take(&mut source.options.architectures);
            self.options.put_into(&mut source.options);
            // Of those that were given the template has taken what is its own.
            source.options.architectures = architectures;
        }
        Ok(sources)
    }

    fn one(&self) -> Wanted {
        let mut options = SourceOptions::default();
        self.options.put_into(&mut options);
        Wanted {
            name: self.name.clone().unwrap_or_default(),
            kind: self.kind.unwrap_or(Kind::Apt).word().to_owned(),
            url: self.url.clone().unwrap_or_default(),
            options,
            os_group: self.options.os_group.clone().unwrap_or_default(),
            interval_seconds: self.interval,
            enabled: true,
        }
    }
}
