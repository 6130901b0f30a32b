//! `pakiti user list`.

use crate::cli::output::{Column, Listing, OutputArgs, Value};
use crate::cli::{Outcome, told};
use clap::Args;
use pakiti_store::account;
use pakiti_store::db::Db;
use pakiti_store::grant;
use std::io;
use std::process::ExitCode;

const COLUMNS: &[Column] = &[
    ("name", Some("name")),
    ("role", Some("role")),
    ("enabled", Some("enabled")),
    ("groups", Some("groups")),
    ("hosts", Some("hosts")),
    ("created_at", Some("created (UTC)")),
];

const HELP: &str = "\
JSON (an array of objects) and TSV: name, role (administrator, viewer), enabled, groups and hosts (granted; an \
administrator sees everything without a grant), created_at.";

/// Options of `pakiti user list`.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub(super) struct ListArgs {
    #[command(flatten)]
    output: OutputArgs,
}

/// Lists the accounts.
pub(super) async fn run(db: &Db, args: &ListArgs) -> Outcome {
    let mut rows = Vec::new();
    for account in account::list(db).await.map_err(told)? {
        let grants = grant::of_account(db, account.id).await.map_err(told)?;
        let of = |kind: &str| -> Value {
            let names = grants.iter().filter(|(of, _)| of == kind).map(|(_, name)| name.clone());
            names.collect::<Vec<_>>().into()
        };
        let (groups, hosts) = (of("group"), of("host"));
        rows.push(vec![
            account.name.into(),
            account.role.word().into(),
            account.enabled.into(),
            groups,
            hosts,
            Value::Time(account.created_at),
        ]);
    }
    let listing =
        Listing { columns: COLUMNS, rows, empty: "no account yet; make one: pakiti user add NAME --admin" };
    listing.print(args.output.output, &mut io::stdout().lock())?;
    Ok(ExitCode::SUCCESS)
}
