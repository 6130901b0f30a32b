//! A server in this process: listener, engine, scheduler, and an end in which nothing accepted is lost.
//!
//! Used by `serve` and `demo`.

use super::{engine, told};
use anyhow::{Context as _, anyhow, bail};
use pakiti_engine::engine::Engine;
use pakiti_store::db::Db;
use pakiti_web::ServeOptions;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// How often the scheduler looks for due sources and for re-evaluation that somebody else left.
const TICK: Duration = Duration::from_secs(15);
/// How long requests under way may take once the end was asked for.
const LAST_REQUESTS: Duration = Duration::from_secs(30);

/// A running server.
pub(crate) struct Server {
    /// Its engine.
    pub(crate) engine: Engine,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    stop: oneshot::Sender<()>,
    served: JoinHandle<io::Result<()>>,
    background: Vec<JoinHandle<()>>,
    writer: JoinHandle<()>,
}

/// What a server is started with.
pub(crate) struct Setup {
    /// An open, up-to-date database.
    pub(crate) db: Db,
    /// Folders that sources may be read from.
    pub(crate) folders: Vec<PathBuf>,
    /// How it is reached.
    pub(crate) options: ServeOptions,
    /// Synchronise sources and re-evaluate.
    pub(crate) background: bool,
}

/// Listens on `HOST:PORT`; port 0 is any free one.
///
/// # Errors
/// An address that is none or not of this machine, a port that is taken.
pub(crate) async fn listen(address: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => anyhow!(
            "{address} is taken: another program listens there. Choose another port by --listen, for example \
             --listen 127.0.0.1:0 for any free one"
        ),
        ErrorKind::PermissionDenied => {
            anyhow!("{address}: ports below 1024 need root; choose another by --listen")
        }
        _ => anyhow!("cannot listen on {address}: {error}"),
    })
}

/// The URL by which this machine reaches a server that listens on `address`.
pub(crate) fn url(address: SocketAddr) -> String {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    format!("http://{}", SocketAddr::new(ip, address.port()))
}

/// The signals that end a server: SIGTERM and SIGINT (Ctrl-C).
pub(crate) struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    /// Takes the signals over; from now on they do not end the process.
    ///
    /// # Errors
    /// What the system gave.
    pub(crate) fn catch() -> anyhow::Result<Self> {
        let catch = |kind| signal(kind).context("cannot catch signals");
        Ok(Self { terminate: catch(SignalKind::terminate())?, interrupt: catch(SignalKind::interrupt())? })
    }

    /// Waits for the next one.
    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

impl Server {
    /// Starts serving on `listener`.
    ///
    /// # Errors
    /// A folder that does not exist, a database that cannot be read.
    pub(crate) async fn start(listener: TcpListener, setup: Setup) -> anyhow::Result<Self> {
        let address = listener.local_addr().context("cannot listen")?;
        let (engine, writer) = engine::start(setup.db, &setup.folders).await?;
        let (stop, stopped) = oneshot::channel();
        let shutdown = async {
            // A sender that was dropped is an end too.
            let _ = stopped.await;
        };
        let served = tokio::spawn(pakiti_web::serve(engine.clone(), listener, setup.options, shutdown));
        let mut server = Self { engine, address, stop, served, background: Vec::new(), writer };
        if setup.background {
            server.start_background();
        }
        Ok(server)
    }

    /// Starts synchronising sources, re-evaluating and keeping the fleet index, if it does not do so yet.
    pub(crate) fn start_background(&mut self) {
        if self.background.is_empty() {
            self.background.push(tokio::spawn(self.engine.clone().background(TICK)));
            self.background.push(tokio::spawn(self.engine.clone().keep_fleet_index()));
        }
    }

    /// Serves until a signal, then ends.
    ///
    /// # Errors
    /// As [`Server::stop`]; also if the server ends by itself.
    pub(crate) async fn run(mut self, signals: &mut StopSignals) -> anyhow::Result<()> {
        tokio::select! {
            ended = &mut self.served => {
                ended.context("the server stopped unexpectedly")?.context("the server stopped")?;
                bail!("the server stopped by itself");
            }
            () = signals.next() => {}
        }
        tracing::info!("stopping: finishing requests under way");
        tokio::select! {
            ended = self.stop() => ended,
            () = signals.next() => bail!("stopped at once by a second signal; requests under way were cut off"),
        }
    }

    /// Accepts nothing more, finishes requests under way, stores accepted reports, closes the database.
    ///
    /// # Errors
    /// A listener that failed, requests or reports that took too long.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        let db = self.engine.db.clone();
        // Whoever ended already needs no telling.
        let _ = self.stop.send(());
        let served = tokio::time::timeout(LAST_REQUESTS, self.served).await;
        for background in self.background {
            background.abort();
            // Cancelled is what it was asked to be: an open transaction is rolled back and done again later.
            let _ = background.await;
        }
        served.context("requests under way took too long")??.map_err(told)?;
        drop(self.engine);
        let stored = tokio::time::timeout(LAST_REQUESTS, self.writer).await;
        stored
            .context("storing accepted reports took too long")?
            .context("the writer stopped unexpectedly")?;
        db.close().await;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_an_address_that_can_be_reached() {
        let of = |address: &str| url(address.parse().unwrap());
        assert_eq!(of("127.0.0.1:8080"), "http://127.0.0.1:8080");
        assert_eq!(of("0.0.0.0:80"), "http://127.0.0.1:80");
        assert_eq!(of("[::]:8080"), "http://[::1]:8080");
        assert_eq!(of("192.0.2.7:1"), "http://192.0.2.7:1");
    }
}
