//! `pakiti demo`: a server of its own, this machine's own apt sources, and the real client reporting to it.
//!
//! Everything is made in one folder, and nothing else on the machine is changed.

mod admin;
mod apt_paths;
mod apt_sources;
mod client;
mod folder;
mod sources;
mod summary;

use crate::cli::database::DatabaseArgs;
use crate::cli::log::{self, LogFormat};
use crate::cli::server::{self, Server, Setup, StopSignals};
use crate::cli::{Outcome, now};
use apt_sources::Found;
use clap::Args;
use folder::Folder;
use pakiti_web::ServeOptions;
use sources::Machine;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use summary::Summary;

const HELP: &str = "\
Takes this machine's apt sources (from apt's own lists where they are, else over the network), runs the client against \
a server in this process and says what is pending here, then serves until Ctrl-C. An administrator `admin` gets a \
password that is told once. Without --data everything is in a temporary folder that goes at the end.";

/// Options of `pakiti demo`.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub(crate) struct DemoArgs {
    /// Address to listen on; port 0 is any free one
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:8080")]
    listen: String,
    /// Folder for the demo's database; it is kept [default: a temporary one]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Say what is pending here, then end
    #[arg(long)]
    once: bool,
}

/// Runs the demo.
///
/// # Errors
/// A port that is taken, a folder or database that cannot be made, a client that fails.
pub(crate) async fn run(args: DemoArgs) -> Outcome {
    log::start(LogFormat::Text, log::COMMAND);
    let mut signals = StopSignals::catch()?;
    let listener = server::listen(&args.listen).await?;
    let address = listener.local_addr()?;
    let folder = Folder::make(args.data.as_deref())?;
    let machine = Machine::this();
    let found = apt_sources::discover(&machine.paths);
    let setup = Setup {
        db: DatabaseArgs::in_folder(folder.path()).open_quietly().await?.db,
        folders: sources::folders(&found.suites),
        options: ServeOptions { secure_cookies: false, ..ServeOptions::default() },
        background: false,
    };
    let server = Server::start(listener, setup).await?;
    let url = server::url(address);
    let shown = tokio::select! {
        shown = show(&server, &folder, (&machine, &found), &url) => Some(shown),
        () = signals.next() => None,
    };
    match shown {
        Some(Ok(())) if !args.once => serve(server, &url, &mut signals).await?,
        Some(done) => {
            server.stop().await?;
            done?;
        }
        None => {
            server.stop().await?;
            writeln!(io::stdout(), "\nstopped")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Fetches the sources, has the client report, prints what is known then.
async fn show(
    server: &Server,
    folder: &Folder,
    (machine, found): (&Machine, &Found),
    url: &str,
) -> anyhow::Result<()> {
    let kept = if folder.is_temporary() { "removed at the end" } else { "kept" };
    writeln!(io::stdout(), "Everything is in {} ({kept}).\n", folder.path().display())?;
    introduce(machine, found)?;
    sources::fetch_all(&server.engine, machine, &found.suites).await?;
    writeln!(io::stdout(), "\nReporting this machine by pakiti-client to {url}/feed/\n")?;
    client::report(folder.path(), url).await?;
    let summary = Summary::of_last_report(&server.engine.db, now()).await?;
    write!(io::stdout(), "{}", summary.text())?;
    if !folder.is_temporary() {
        let data = folder.path().display();
        writeln!(io::stdout(), "\nOn the command line: pakiti host show {} --data {data}", summary.name())?;
    }
    Ok(())
}

/// Says where the pages are and how to sign in, then serves until a signal.
async fn serve(mut server: Server, url: &str, signals: &mut StopSignals) -> anyhow::Result<()> {
    let password = admin::make(&server.engine.db).await?;
    writeln!(
        io::stdout(),
        "\nSign in at {url}/ as {} with the password {password} (told only now)",
        admin::NAME
    )?;
    writeln!(io::stdout(), "Ctrl-C stops")?;
    server.start_background();
    server.run(signals).await?;
    writeln!(io::stdout(), "stopped")?;
    Ok(())
}

fn introduce(machine: &Machine, found: &Found) -> io::Result<()> {
    let mut output = io::stdout();
    if found.suites.is_empty() {
        let list = machine.paths.source_list.display();
        writeln!(
            output,
            "This machine has no apt sources ({list} and {}): packages will be of no known source.",
            machine.paths.source_parts.display()
        )?;
    } else {
        let group = machine.os_group.as_ref().map_or("not known", |group| group.0.as_str());
        writeln!(output, "Sources of this machine's apt (its OS group: {group}):")?;
    }
    for line in &found.skipped {
        writeln!(output, "  left out: {}", line.replace(char::is_control, "\u{fffd}"))?;
    }
    Ok(())
}
