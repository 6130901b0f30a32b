//! Options of sources that `pakiti source add` and `pakiti source change` share.

use super::wanted::os_group_id;
use clap::{Args, ValueEnum};
use pakiti_engine::source::check;
use pakiti_engine::source::options::SourceOptions;
use std::path::PathBuf;

/// What may be given of a source besides its name, URL and interval.
#[derive(Debug, Args)]
pub(super) struct OptionArgs {
    /// apt: suite below dists/ of the URL
    #[arg(long, value_name = "SUITE")]
    suite: Option<String>,
    /// apt: a component to load; may repeat [default: all]
    #[arg(long, value_name = "COMPONENT")]
    component: Vec<String>,
    /// An architecture to load, the packager's word (amd64, x86_64); may repeat [default: all; of a template: x86_64]
    #[arg(long, value_name = "ARCH")]
    pub(super) arch: Vec<String>,
    /// Is every package of it a security fix? auto: as the feed says [default: auto]
    #[arg(long, value_enum)]
    security: Option<Answer>,
    /// Priority instead of apt's or dnf's default (apt: the higher wins, dnf: the lower)
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    priority: Option<i32>,
    /// A file with keys, one of which must have signed it; may repeat [default: apt: the distribution's; yum: none,
    /// hashes are checked]
    #[arg(long, value_name = "FILE", conflicts_with = "trusted")]
    keyring: Vec<PathBuf>,
    /// Do not look at its signature; hashes are checked
    #[arg(long)]
    trusted: bool,
    /// apt: take it also when its Valid-Until is past
    #[arg(long)]
    no_check_valid_until: bool,
    /// The OS group it speaks for (debian-12, rhel-9) [default: what the feed says; a yum feed rarely does, so yum
    /// needs it]
    #[arg(long, value_name = "ID", value_parser = os_group_id)]
    pub(super) os_group: Option<String>,
    /// A further OS group it speaks for; may repeat
    #[arg(long, value_name = "ID", value_parser = os_group_id)]
    also_for: Vec<String>,
    /// A host group whose hosts alone it judges, as reports name it; may repeat [default: hosts of every group]
    #[arg(long, value_name = "GROUP", value_parser = host_group)]
    host_group: Vec<String>,
    /// A host group whose hosts it does not judge; may repeat
    #[arg(long, value_name = "GROUP", value_parser = host_group)]
    not_host_group: Vec<String>,
    /// yum: the URL gives a list of mirrors (mirrorlist or metalink)
    #[arg(long)]
    mirrorlist: bool,
    /// yum: packages that are no candidates (excludepkgs), a glob; may repeat
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// yum: modules hide none of its packages (module_hotfixes)
    #[arg(long)]
    module_hotfixes: bool,
    /// oval: are these the definitions of a whole release, so that what they do not name is not affected? auto: by
    /// their number [default: auto]
    #[arg(long, value_enum)]
    complete: Option<Answer>,
    #[command(flatten)]
    connection: ConnectionArgs,
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

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Answer {
    /// As the feed says, or is.
    #[default]
    Auto,
    /// Yes.
    Yes,
    /// No.
    No,
}

/// An option that can be set back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Reset {
    /// No suite: the URL is the folder of InRelease itself.
    Suite,
    /// All components.
    Component,
    /// All architectures, or those of the hosts.
    Arch,
    /// As the feed says.
    Security,
    /// apt's or dnf's.
    Priority,
    /// The distribution's.
    Keyring,
    /// The signature is checked.
    Trusted,
    /// An expired index is refused.
    NoCheckValidUntil,
    /// What the feed says.
    OsGroup,
    /// None.
    AlsoFor,
    /// Hosts of every group.
    HostGroup,
    /// None.
    NotHostGroup,
    /// The URL is the repository's own.
    Mirrorlist,
    /// None.
    Exclude,
    /// As modules say.
    ModuleHotfixes,
    /// By the number of definitions.
    Complete,
    /// As the environment says.
    Proxy,
    /// None.
    ClientCertificate,
    /// In the certificate's file.
    ClientKey,
    /// The system's.
    Ca,
}

impl Reset {
    /// Sets it back.
    pub(super) fn put_into(self, options: &mut SourceOptions, os_group: &mut String) {
        let default = SourceOptions::default();
        match self {
            Self::Suite => options.suite = default.suite,
            Self::Component => options.components = default.components,
            Self::Arch => options.architectures = default.architectures,
            Self::Security => options.security = default.security,
            Self::Priority => options.priority = default.priority,
            Self::Keyring => {
                options.keyrings = default.keyrings;
                options.inline_key = default.inline_key;
            }
            Self::Trusted => options.trusted = default.trusted,
            Self::NoCheckValidUntil => options.check_valid_until = default.check_valid_until,
            Self::OsGroup => os_group.clear(),
            Self::AlsoFor => options.further_groups = default.further_groups,
            Self::HostGroup => options.host_groups = default.host_groups,
            Self::NotHostGroup => options.not_host_groups = default.not_host_groups,
            Self::Mirrorlist => options.mirrorlist = default.mirrorlist,
            Self::Exclude => options.excludes = default.excludes,
            Self::ModuleHotfixes => options.module_hotfixes = default.module_hotfixes,
            Self::Complete => options.complete = default.complete,
            Self::Proxy => options.proxy = default.proxy,
            Self::ClientCertificate => options.client_certificate = default.client_certificate,
            Self::ClientKey => options.client_key = default.client_key,
            Self::Ca => options.authorities = default.authorities,
        }
    }
}

impl OptionArgs {
    /// Puts in what was given; a list replaces the list there was. What is not given stays.
    pub(super) fn put_into(&self, options: &mut SourceOptions) {
        let list = |given: &[String], target: &mut Vec<String>| {
            if !given.is_empty() {
                *target = given.to_vec();
            }
        };
        list(&self.component, &mut options.components);
        list(&self.arch, &mut options.architectures);
        list(&self.exclude, &mut options.excludes);
        list(&self.also_for, &mut options.further_groups);
        list(&self.host_group, &mut options.host_groups);
        list(&self.not_host_group, &mut options.not_host_groups);
        if let Some(suite) = &self.suite {
            options.suite.clone_from(suite);
        }
        if let Some(security) = self.security {
            security.word().clone_into(&mut options.security);
        }
        if let Some(complete) = self.complete {
            complete.word().clone_into(&mut options.complete);
        }
        options.priority = self.priority.or(options.priority);
        self.put_trust_into(options);
        options.check_valid_until &= !self.no_check_valid_until;
        options.module_hotfixes |= self.module_hotfixes;
        options.mirrorlist |= self.mirrorlist;
        self.connection.put_into(options);
    }

    /// Keys and no look at them exclude each other: the one given replaces the other.
    fn put_trust_into(&self, options: &mut SourceOptions) {
        if !self.keyring.is_empty() {
            options.keyrings.clone_from(&self.keyring);
        }
        if self.trusted {
            options.keyrings.clear();
        }
        if self.trusted || !self.keyring.is_empty() {
            options.inline_key = None;
            options.trusted = self.trusted;
        }
    }
}

impl Answer {
    fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Yes => "yes",
            Self::No => "no",
        }
    }
}

impl ConnectionArgs {
    fn put_into(&self, options: &mut SourceOptions) {
        for (given, target) in [
            (&self.client_certificate, &mut options.client_certificate),
            (&self.client_key, &mut options.client_key),
            (&self.ca, &mut options.authorities),
        ] {
            if given.is_some() {
                target.clone_from(given);
            }
        }
        if self.proxy.is_some() {
            options.proxy.clone_from(&self.proxy);
        }
    }
}

/// Checks the name of a host group.
fn host_group(text: &str) -> Result<String, &'static str> {
    check::host_group(text).map(|()| text.to_owned())
}
