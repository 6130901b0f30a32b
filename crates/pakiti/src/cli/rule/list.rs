//! `pakiti rule list`.

use crate::cli::output::{Column, Listing, OutputArgs};
use crate::cli::{Outcome, told};
use clap::Args;
use pakiti_engine::local_rules;
use pakiti_store::db::Db;
use std::io;
use std::process::ExitCode;

const COLUMNS: &[Column] = &[
    ("name", Some("name")),
    ("os_groups", Some("OS groups")),
    ("package", Some("package")),
    ("operator", Some("op")),
    ("version", Some("version")),
    ("cve", Some("CVE")),
    ("id", Some("own id")),
    ("severity", Some("severity")),
    ("tag", Some("tag")),
    ("url", None),
];

const HELP: &str = "JSON (an array of objects) and TSV: name, os_groups, package, operator, version, cve, id, severity, tag, url.";

/// Options of `pakiti rule list`.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub(super) struct ListArgs {
    #[command(flatten)]
    output: OutputArgs,
}

/// Lists the rules.
pub(super) async fn run(db: &Db, args: &ListArgs) -> Outcome {
    let rules = local_rules::list(db).await.map_err(told)?;
    let rows = rules.into_iter().map(|rule| {
        let groups: Vec<String> = rule.os_groups.into_iter().collect();
        vec![
            rule.name.into(),
            groups.into(),
            rule.package.into(),
            (if rule.operator.is_empty() { "<".to_owned() } else { rule.operator }).into(),
            rule.version.into(),
            rule.cve.into(),
            rule.id.into(),
            rule.severity.into(),
            rule.tag.into(),
            rule.url.into(),
        ]
    });
    let listing = Listing {
        columns: COLUMNS,
        rows: rows.collect(),
        empty: "no local rule yet; make one: pakiti rule add NAME --os-group debian-12 --package P --version V --cve CVE",
    };
    listing.print(args.output.output, &mut io::stdout().lock())?;
    Ok(ExitCode::SUCCESS)
}
