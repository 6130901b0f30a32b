//! `pakiti user add` and `passwd`.

use super::named;
use super::password::PasswordArgs;
use crate::cli::{Outcome, name, now, told};
use anyhow::bail;
use clap::Args;
use pakiti_store::account::{self, Role};
use pakiti_store::db::Db;
use pakiti_web::access::password;
use std::io::{self, Write as _};
use std::process::ExitCode;

const HELP: &str = "\
The password has at least 10 characters. It is read from standard input, so that no other user of this machine sees it:

  pakiti user add alice --admin < password.txt
  head -c 24 /dev/urandom | base64 | tee /dev/tty | pakiti user add alice --admin";

/// Options of `pakiti user add`.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub(super) struct AddArgs {
    /// Name to sign in with
    #[arg(value_parser = name::parse)]
    name: String,
    /// May see everything and configure; without it a viewer who sees what is granted
    #[arg(long)]
    admin: bool,
    #[command(flatten)]
    password: PasswordArgs,
}

/// Options of `pakiti user passwd`.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub(super) struct PasswdArgs {
    /// Name of the account
    name: String,
    #[command(flatten)]
    password: PasswordArgs,
}

/// Adds an account.
pub(super) async fn run(db: &Db, args: &AddArgs) -> Outcome {
    // Before anybody types a password in vain; the store decides in the end.
    if account::by_name(db, &args.name).await.map_err(told)?.is_some() {
        bail!("account `{}` exists already", args.name);
    }
    let hash = password::hash(&args.password.read(&args.name)?).map_err(told)?;
    let role = if args.admin { Role::Administrator } else { Role::Viewer };
    account::add(db, &args.name, &hash, role, now()).await.map_err(told)?;
    let mut output = io::stdout().lock();
    writeln!(output, "{} {} added", role.word(), args.name)?;
    if role == Role::Viewer {
        writeln!(output, "it sees nothing yet: pakiti user grant {} --group GROUP", args.name)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Sets a new password.
pub(super) async fn passwd(db: &Db, args: &PasswdArgs) -> Outcome {
    let account = named(db, &args.name).await?;
    let hash = password::hash(&args.password.read(&args.name)?).map_err(told)?;
    account::set_password(db, account.id, &hash, now()).await.map_err(told)?;
    writeln!(io::stdout(), "new password for {} set; it is signed out everywhere", args.name)?;
    Ok(ExitCode::SUCCESS)
}
