//! `pakiti source add`: one source by its options, or those of a template. Everything is checked before it is stored.

use super::template;
use super::wanted::{Done, Fault, Permission, Wanted, os_group_id};
use crate::cli::{Outcome, interval, name};
use clap::{Args, ValueEnum};
use pakiti_engine::source::options::SourceOptions;
use pakiti_store::db::Db;
use std::io::{self, Write as _};
use std::path::PathBuf;
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

apt: a suite ending in / is a flat repository. Without --suite the URL is the folder of InRelease itself. yum: the URL \
is the folder that holds repodata, or a bare primary.xml.gz. A path is read by a server only below the folders it was \
given (pakiti serve --source-folder).

A template adds several sources of a distribution at its own URLs; see pakiti source templates.";

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
    #[arg(long, value_name = "NAME")]
    template: Option<String>,
    /// What stands before the distribution's folders at another place, as `http://mirror.example.org`
    #[arg(long, value_name = "URL")]
    mirror: Option<String>,
    /// apt: suite below dists/ of the URL
    #[arg(long, value_name = "SUITE", conflicts_with = "template")]
    suite: Option<String>,
    /// apt: a component to load; may repeat [default: all]
    #[arg(long, value_name = "COMPONENT", conflicts_with = "template")]
    component: Vec<String>,
    /// An architecture to load, the packager's word (amd64, x86_64); may repeat [default: all; of a template: x86_64]
    #[arg(long, value_name = "ARCH")]
    arch: Vec<String>,
    /// Is every package of it a security fix? auto: as the feed says
    #[arg(long, value_enum, default_value_t, conflicts_with = "template")]
    security: Security,
    /// Priority instead of apt's or dnf's default (apt: the higher wins, dnf: the lower)
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true, conflicts_with = "template")]
    priority: Option<i32>,
    /// A file with keys, one of which must have signed it; may repeat [default: apt: the distribution's; yum: none,
    /// hashes are checked]
    #[arg(long, value_name = "FILE", conflicts_with = "trusted")]
    keyring: Vec<PathBuf>,
    /// Do not look at its signature; hashes are checked
    #[arg(long)]
    trusted: bool,
    /// apt: take it also when its Valid-Until is past
    #[arg(long, conflicts_with = "template")]
    no_check_valid_until: bool,
    /// The OS group it speaks for (debian-12, rhel-9) [default: what the feed says; a yum feed rarely does, so yum
    /// needs it]
    #[arg(long, value_name = "ID", value_parser = os_group_id, conflicts_with = "template")]
    os_group: Option<String>,
    /// A further OS group it speaks for; may repeat
    #[arg(long, value_name = "ID", value_parser = os_group_id, conflicts_with = "template")]
    also_for: Vec<String>,
    /// yum: the URL gives a list of mirrors (mirrorlist or metalink)
    #[arg(long, conflicts_with = "template")]
    mirrorlist: bool,
    /// yum: packages that are no candidates (excludepkgs), a glob; may repeat
    #[arg(long, value_name = "GLOB", conflicts_with = "template")]
    exclude: Vec<String>,
    /// yum: modules hide none of its packages (module_hotfixes)
    #[arg(long, conflicts_with = "template")]
    module_hotfixes: bool,
    #[command(flatten)]
    connection: ConnectionArgs,
    /// Time between two fetches: 30m, 6h, 1d
    #[arg(long, value_name = "SPAN", default_value = "6h", value_parser = interval::parse)]
    interval: i64,
}

/// How a source is reached.
#[derive(Debug, Args)]
struct ConnectionArgs {
    /// Fetch through this proxy [default: as http_proxy and https_proxy say]
    #[arg(long, value_name = "URL")]
    proxy: Option<String>,
    /// Certificate of this server for the source, a PEM file (RHEL CDN)
    #[arg(long, value_name = "FILE")]
    client_certificate: Option<PathBuf>,
    /// Key of the certificate, a PEM file [default: in the certificate's]
    #[arg(long, value_name = "FILE", requires = "client_certificate")]
    client_key: Option<PathBuf>,
    /// Authorities to trust besides the system's, a PEM file
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// A suite of an apt repository.
    Apt,
    /// A yum or dnf repository.
    Yum,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Security {
    /// As the feed says.
    #[default]
    Auto,
    /// Yes.
    Yes,
    /// No.
    No,
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
fn refused(fault: &Fault) -> Outcome {
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
        let mut sources = template.sources(self.mirror.as_deref(), &self.arch)?;
        for source in &mut sources {
            source.interval_seconds = self.interval;
            source.options.keyrings.clone_from(&self.keyring);
            source.options.trusted = self.trusted;
            self.connection.put_into(&mut source.options);
        }
        Ok(sources)
    }

    fn one(&self) -> Wanted {
        let mut options = SourceOptions {
            suite: self.suite.clone().unwrap_or_default(),
            components: self.component.clone(),
            architectures: self.arch.clone(),
            security: match self.security {
                Security::Auto => "auto",
                Security::Yes => "yes",
                Security::No => "no",
            }
            .to_owned(),
            priority: self.priority,
            keyrings: self.keyring.clone(),
            trusted: self.trusted,
            check_valid_until: !self.no_check_valid_until,
            excludes: self.exclude.clone(),
            module_hotfixes: self.module_hotfixes,
            mirrorlist: self.mirrorlist,
            further_groups: self.also_for.clone(),
            ..SourceOptions::default()
        };
        self.connection.put_into(&mut options);
        Wanted {
            name: self.name.clone().unwrap_or_default(),
            kind: if self.kind == Some(Kind::Yum) { "yum" } else { "apt" }.to_owned(),
            url: self.url.clone().unwrap_or_default(),
            options,
            os_group: self.os_group.clone().unwrap_or_default(),
            interval_seconds: self.interval,
            enabled: true,
        }
    }
}

impl ConnectionArgs {
    fn put_into(&self, options: &mut SourceOptions) {
        options.proxy.clone_from(&self.proxy);
        options.client_certificate.clone_from(&self.client_certificate);
        options.client_key.clone_from(&self.client_key);
        options.authorities.clone_from(&self.ca);
    }
}
