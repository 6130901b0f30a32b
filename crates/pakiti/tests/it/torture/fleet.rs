//! The hosts that report, what each was told, and what the database must therefore hold.

use super::database::{Database, Seen};
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::Scope;
use std::time::Duration;

/// One host. Its reports are sent one after the other, so what is stored has one order.
#[derive(Debug)]
struct Host {
    name: String,
    /// The reports that are stored, by their number.
    stored: Vec<usize>,
    /// The report of which the answer never came: it may be stored or not, but once and whole.
    in_flight: Option<usize>,
}

/// All hosts, a few for each thread.
pub(super) struct Fleet {
    hosts: Vec<Vec<Host>>,
    back: (Sender<Vec<Host>>, Receiver<Vec<Host>>),
    /// Reports of which the answer never came.
    pub(super) cut_off: usize,
}

impl Fleet {
    /// `threads` times `each` hosts.
    pub(super) fn new(threads: usize, each: usize) -> Self {
        let host = |n: usize| Host { name: format!("h{n}.example.org"), stored: Vec::new(), in_flight: None };
        let hosts = (0..threads).map(|t| (0..each).map(|n| host(t * each + n)).collect()).collect();
        Self { hosts, back: channel(), cut_off: 0 }
    }

    /// Reports acknowledged, or found stored later.
    pub(super) fn acknowledged(&self) -> usize {
        self.hosts.iter().flatten().map(|host| host.stored.len()).sum()
    }

    /// Hosts with a stored report.
    pub(super) fn hosts_stored(&self) -> i64 {
        self.hosts.iter().flatten().filter(|host| !host.stored.is_empty()).count() as i64
    }

    /// Starts the threads that report until the server is gone.
    pub(super) fn feed<'a>(
        &mut self,
        scope: &'a Scope<'a, '_>,
        address: &str,
        acknowledged: &'a AtomicUsize,
    ) {
        for mut hosts in std::mem::take(&mut self.hosts) {
            let (address, back) = (address.to_owned(), self.back.0.clone());
            scope.spawn(move || {
                // The end of the server is the end of the thread.
                let _ = report_on(&mut hosts, &address, acknowledged);
                back.send(hosts).expect("the test waits for them");
            });
        }
    }

    /// Takes the hosts back from threads that have ended.
    pub(super) fn collect(&mut self) {
        self.hosts = self.back.1.try_iter().collect();
        let cut = self.hosts.iter().flatten().filter(|host| host.in_flight.is_some()).count();
        self.cut_off += cut;
    }

    /// Compares every host with the database; what was cut off is from now on what the database says.
    pub(super) fn check(&mut self, database: &Database) {
        for host in self.hosts.iter_mut().flatten() {
            host.check(&database.hosts(&host.name));
        }
        assert_eq!(database.number("SELECT COUNT(*) FROM host"), self.hosts_stored());
        let Some(host) = self.hosts.iter().flatten().find(|host| !host.stored.is_empty()) else { return };
        let shown = database.run(&["host", "show", &host.name, "--output", "json"]);
        let shown: serde_json::Value = serde_json::from_str(&shown).expect("JSON");
        assert_eq!(shown["reports"], host.stored.len());
        assert_eq!(shown["packages"], 3);
    }
}

impl Host {
    fn check(&mut self, seen: &[Seen]) {
        let in_flight = self.in_flight.take();
        if let (Some(number), [seen]) = (in_flight, seen)
            && seen.reports == self.stored.len() as i64 + 1
        {
            self.stored.push(number);
        }
        let expected = self.stored.last().map(|last| Seen {
            reports: self.stored.len() as i64,
            states: self.stored.chunk_by(|a, b| a == b).count(),
            packages: packages(&self.name, *last),
        });
        let expected: Vec<Seen> = expected.into_iter().collect();
        assert_eq!(seen, expected, "{} (in flight: {in_flight:?}, stored: {:?})", self.name, self.stored);
    }
}

/// The packages of a host's report number `number`, `name version`, sorted.
fn packages(host: &str, number: usize) -> Vec<String> {
    let (name, _) = host.split_once('.').unwrap();
    vec![format!("common{} 1", number % 7), format!("own-{name} {number}"), "shared 5".to_owned()]
}

/// Reports of all hosts in turn; every fifth is the one before once more. Ends with the first error.
fn report_on(hosts: &mut [Host], address: &str, acknowledged: &AtomicUsize) -> io::Result<()> {
    let mut line = BufReader::new(TcpStream::connect(address)?);
    line.get_ref().set_read_timeout(Some(Duration::from_secs(60)))?;
    let count = hosts.len();
    for turn in 0.. {
        let host = &mut hosts[turn % count];
        let last = host.stored.last().copied().unwrap_or(0);
        let number = if (turn / count) % 5 == 4 { last } else { last + 1 };
        host.in_flight = Some(number);
        if post(&mut line, &text(&host.name, number))? {
            host.stored.push(number);
            acknowledged.fetch_add(1, Ordering::Relaxed);
        }
        // Turned away is not stored.
        host.in_flight = None;
    }
    Ok(())
}

/// The text of a report, protocol 5.
fn text(host: &str, number: usize) -> String {
    let mut text = format!(
        "#\narch: x86_64\nhost: {host}\nkernel: 6.1.0-26-amd64\npackager: dpkg\nsite: lab\n\
         system: Debian GNU/Linux 12.8\nversion: 1\n#\n"
    );
    for package in packages(host, number) {
        text.push_str(&format!("{}\tamd64\n", package.replace(' ', "\t")));
    }
    text
}

/// Sends one report; true if it was accepted, false if it was turned away.
fn post(line: &mut BufReader<TcpStream>, report: &str) -> io::Result<bool> {
    let head = format!(
        "POST /feed/?protocol=5 HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n",
        report.len()
    );
    line.get_mut().write_all(format!("{head}{report}").as_bytes())?;
    let (mut status, mut length) = (String::new(), 0);
    loop {
        let mut text = String::new();
        if line.read_line(&mut text)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if status.is_empty() {
            status.clone_from(&text);
        }
        if let Some((name, value)) = text.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().expect("a number");
        }
        if text.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    line.read_exact(&mut body)?;
    let accepted = body == b"OK\n";
    assert!(accepted || status.contains(" 503 "), "{status}{}", String::from_utf8_lossy(&body));
    Ok(accepted)
}
