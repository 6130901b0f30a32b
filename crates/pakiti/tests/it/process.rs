//! Servers run by the tests: the real binary on a port of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How long a process may take to end.
const PATIENCE: Duration = Duration::from_secs(40);

/// A running process; killed when dropped.
pub(crate) struct Process {
    child: Child,
    stdout: BufReader<ChildStdout>,
    stderr: ChildStderr,
}

impl Process {
    pub(crate) fn start(command: &mut Command) -> Self {
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let stderr = child.stderr.take().expect("a pipe");
        Self { child, stdout, stderr }
    }

    /// Reads standard output up to the line that holds `text`, and gives it; panics with what was said if none does.
    #[track_caller]
    pub(crate) fn line_with(&mut self, text: &str) -> String {
        let mut seen = String::new();
        loop {
            let mut line = String::new();
            if self.stdout.read_line(&mut line).expect("text") == 0 {
                let mut error = String::new();
                self.stderr.read_to_string(&mut error).expect("text");
                panic!("no line with `{text}` in:\n{seen}\n{error}");
            }
            if line.contains(text) {
                return line;
            }
            seen.push_str(&line);
        }
    }

    /// Sends a signal by name.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status();
        assert!(sent.expect("kill runs").success());
    }

    /// Waits for the end; gives the status and the rest of both outputs.
    #[track_caller]
    pub(crate) fn end(mut self) -> (ExitStatus, String, String) {
        let since = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("it can be waited for") {
                break status;
            }
            assert!(since.elapsed() < PATIENCE, "it does not end");
            std::thread::sleep(Duration::from_millis(20));
        };
        let (mut stdout, mut stderr) = (String::new(), String::new());
        self.stdout.read_to_string(&mut stdout).expect("text");
        self.stderr.read_to_string(&mut stderr).expect("text");
        (status, stdout, stderr)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A running `pakiti serve` on `data`.
pub(crate) struct Server {
    pub(crate) process: Process,
    /// `127.0.0.1:PORT`
    pub(crate) address: String,
}

impl Server {
    pub(crate) fn start(data: &Path, further: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pakiti"));
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--no-background", "--data"])
            .arg(data)
            .args(further);
        let mut process = Process::start(&mut command);
        let line = process.line_with("listening on http://");
        let address = line.trim().trim_start_matches("listening on http://").to_owned();
        Self { process, address }
    }

    /// Asks for a path; gives status line and body.
    pub(crate) fn get(&self, path: &str) -> (String, String) {
        self.request(&format!("GET {path} HTTP/1.1"), b"")
    }

    /// Sends a report of protocol 6 as the client does; gives status line and body.
    pub(crate) fn report(&self, report: &str) -> (String, String) {
        self.request("POST /feed/?protocol=6 HTTP/1.1", report.as_bytes())
    }

    fn request(&self, line: &str, body: &[u8]) -> (String, String) {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        let head = format!(
            "{line}\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
            self.address,
            body.len()
        );
        stream.write_all(head.as_bytes()).expect("it reads");
        stream.write_all(body).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        (head.lines().next().unwrap_or_default().to_owned(), body.to_owned())
    }

    /// SIGTERM, and what came of it.
    #[track_caller]
    pub(crate) fn terminate(self) -> (ExitStatus, String) {
        self.process.signal("TERM");
        let (status, _, stderr) = self.process.end();
        (status, stderr)
    }
}

/// A report of a Debian 12 host with these packages (`name version` per line).
pub(crate) fn debian_report(host: &str, packages: &str) -> String {
    let mut text = format!(
        "#\narch: x86_64\nhost: {host}\nkernel: 6.1.0-26-amd64\nos-id: debian\nos-version-id: 12\npackager: dpkg\n\
         site: lab\nsystem: Debian GNU/Linux 12\nversion: 6\n#\n"
    );
    for line in packages.lines() {
        let (name, version) = line.trim().split_once(' ').expect("name and version");
        text.push_str(&format!("{name}\t{version}\tamd64\t{name}\t{version}\t-\t-\t-\t-\t-\n"));
    }
    text.push_str("#\n");
    text
}
