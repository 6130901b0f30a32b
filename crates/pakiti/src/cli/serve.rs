//! `pakiti serve`: the server, on defaults and without a configuration file.
//!
//! Standard output gets one line, `listening on URL`, once it listens; the rest is the log on standard error.

use super::database::{DatabaseArgs, Opened};
use super::log::{self, LogFormat};
use super::server::{self, Server, Setup, StopSignals};
use super::{Outcome, told};
use anyhow::Context as _;
use clap::Args;
use pakiti_store::account::{self, Role};
use pakiti_web::ServeOptions;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const HELP: &str = "\
Serves pages and the feeder (POST /feed/), synchronises sources when they are due and re-evaluates. SIGTERM and \
SIGINT end it: nothing more is accepted, requests under way are finished, accepted reports stored, exit status 0.

TLS is for a proxy in front of it. Cookies are sent over https only, unless it listens on a loopback address; \
people then sign in only through the proxy. RUST_LOG decides what is logged (default: info).";

/// Options of `pakiti serve`.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    /// Address to listen on; port 0 is any free one
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:8080")]
    listen: String,
    /// A folder that sources may be read from; may repeat. Sources elsewhere on this machine are refused
    #[arg(long, value_name = "DIR")]
    source_folder: Vec<PathBuf>,
    /// People come through a proxy that speaks https: send cookies over https only, also on a loopback address
    #[arg(long, conflicts_with = "allow_insecure_cookies")]
    behind_tls_proxy: bool,
    /// Send cookies over plain http, also to other machines: whoever listens on the network can take a session over
    #[arg(long)]
    allow_insecure_cookies: bool,
    /// File with the bearer token that may read /metrics; without it only administrators may
    #[arg(long, value_name = "FILE")]
    metrics_token_file: Option<PathBuf>,
    /// Neither synchronise sources nor re-evaluate in this process
    #[arg(long)]
    no_background: bool,
    /// How log lines look
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    log: LogFormat,
}

/// Serves until a signal.
///
/// # Errors
/// What keeps the server from starting or from ending well.
pub(crate) async fn run(args: ServeArgs) -> Outcome {
    log::start(args.log, log::SERVER);
    let mut signals = StopSignals::catch()?;
    let listener = server::listen(&args.listen).await?;
    let address = listener.local_addr().context("cannot listen")?;
    let options = args.options(address)?;
    let Opened { db, ran, shown, .. } = args.database.open_quietly().await?;
    if !ran.is_empty() {
        log_schema(&ran);
    }
    hints(&args, address, &db).await?;
    let setup = Setup { db, folders: args.source_folder, options, background: !args.no_background };
    let server = Server::start(listener, setup).await?;
    log_start(&shown, server.address);
    writeln!(io::stdout(), "listening on {}", server::url(server.address))?;
    io::stdout().flush()?;
    server.run(&mut signals).await?;
    log_end();
    Ok(ExitCode::SUCCESS)
}

impl ServeArgs {
    fn options(&self, address: SocketAddr) -> anyhow::Result<ServeOptions> {
        let loopback = address.ip().is_loopback();
        Ok(ServeOptions {
            secure_cookies: self.behind_tls_proxy || !(loopback || self.allow_insecure_cookies),
            metrics_token: self.metrics_token_file.as_deref().map(first_line).transpose()?,
        })
    }
}

/// The first line of a file that holds a secret.
fn first_line(path: &Path) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{}", path.display()))?;
    let line = text.lines().next().unwrap_or_default().trim().to_owned();
    anyhow::ensure!(!line.is_empty(), "{}: the first line is empty", path.display());
    Ok(line)
}

async fn hints(args: &ServeArgs, address: SocketAddr, db: &pakiti_store::db::Db) -> anyhow::Result<()> {
    if !has_administrator(db).await? {
        hint("there is no administrator yet; make one: pakiti user add NAME --admin");
    }
    if !address.ip().is_loopback() && !args.behind_tls_proxy && !args.allow_insecure_cookies {
        hint(
            "plain http on an address that others reach: people sign in only through a proxy that speaks https \
             (--behind-tls-proxy says there is one)",
        );
    }
    Ok(())
}

fn hint(words: &str) {
    tracing::warn!("{words}");
}

fn log_schema(ran: &[&str]) {
    tracing::info!(migrations = ran.join(", "), "schema brought up to date");
}

fn log_start(database: &str, address: SocketAddr) {
    tracing::info!(database, address = %address, "serving");
}

fn log_end() {
    tracing::info!("stopped");
}

/// Is there an account that may configure?
pub(crate) async fn has_administrator(db: &pakiti_store::db::Db) -> anyhow::Result<bool> {
    let accounts = account::list(db).await.map_err(told)?;
    Ok(accounts.iter().any(|account| account.enabled && account.role == Role::Administrator))
}
