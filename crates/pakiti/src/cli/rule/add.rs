//! `pakiti rule add`.

use super::{started, tell};
use crate::cli::{Outcome, told};
use clap::Args;
use pakiti_core::local_rule::LocalRule;
use pakiti_engine::local_rules;
use pakiti_store::db::Db;
use pakiti_store::scope::Scope;

const HELP: &str = "\
Example: pakiti rule add 'xz backdoor' --os-group debian-13 --package xz-utils --version 5.6.1+really5.4.5-1 \
--cve CVE-2024-3094 --severity critical
An own id instead of a CVE: pakiti rule add agent --os-group rhel-9 --package agent --id SITE-2026-1

The package is meant whoever made it.

A package is vulnerable if its installed version stands to --version as --operator says, in the order of rpm or \
dpkg: write the epoch where the package has one (1:3.2.1), as `rpm -q --qf '%{EPOCH}'` and `dpkg -l` show it. \
With `<` the version is taken for the fixed one; with other operators no fix is known.";

/// Options of `pakiti rule add`.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub(super) struct AddArgs {
    /// Name of the rule
    name: String,
    /// OS group it is for (debian-12); may be repeated
    #[arg(long, value_name = "ID", required = true)]
    os_group: Vec<String>,
    /// Package name
    #[arg(long, value_name = "NAME")]
    package: String,
    /// How a vulnerable version stands to --version: <, <=, =, >= or >
    #[arg(long, value_name = "OP", default_value = "<")]
    operator: String,
    /// The version compared with; without it every version is vulnerable
    #[arg(long, value_name = "V", default_value = "")]
    version: String,
    /// CVE
    #[arg(long, value_name = "CVE", default_value = "", required_unless_present = "id")]
    cve: String,
    /// An id of your own, where there is no CVE
    #[arg(long, value_name = "ID", default_value = "")]
    id: String,
    /// critical, important, moderate, low, none or unknown
    #[arg(long, value_name = "WORD", default_value = "")]
    severity: String,
    /// A word to find it by
    #[arg(long, value_name = "WORD", default_value = "")]
    tag: String,
    /// Where to read more
    #[arg(long, value_name = "URL", default_value = "")]
    url: String,
}

/// Adds the rule and brings every verdict to it.
pub(super) async fn run(db: &Db, args: AddArgs) -> Outcome {
    let AddArgs { name, os_group, package, operator, version, cve, id, severity, tag, url } = args;
    let os_groups = os_group.into_iter().collect();
    let done = format!("rule {name} in force");
    let rule = LocalRule { name, os_groups, package, operator, version, cve, id, severity, tag, url };
    let engine = started(db).await?;
    let swept = local_rules::put(&engine, &Scope::operator(), vec![rule]).await.map_err(told)?;
    tell(&done, &swept)
}
