//! Reports of protocol 6 as the client writes them, and as it never would.

/// A report under construction.
#[derive(Debug, Clone)]
pub(crate) struct Report {
    header: Vec<(String, String)>,
    packages: Vec<String>,
}

impl Report {
    /// Of a Debian 12 machine without packages.
    pub(crate) fn debian(host: &str) -> Self {
        let header = [
            ("arch", "x86_64"),
            ("host", host),
            ("kernel", "6.1.0-28-amd64"),
            ("os-id", "debian"),
            ("os-version-id", "12"),
            ("packager", "dpkg"),
            ("system", "Debian GNU/Linux 12 (bookworm)"),
            ("version", "6"),
        ];
        let header = header.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self { header: header.to_vec(), packages: Vec::new() }
    }

    /// Of a RHEL 9 machine without packages.
    pub(crate) fn rhel(host: &str) -> Self {
        let of = Self::debian(host).with("os-id", "rhel").with("os-version-id", "9").with("packager", "rpm");
        of.with("system", "Red Hat Enterprise Linux release 9.7 (Plow)")
            .with("kernel", "5.14.0-503.el9.x86_64")
    }

    /// With an rpm of a vendor; the version is `epoch:version-release`.
    pub(crate) fn rpm(self, name: &str, version: &str, vendor: &str) -> Self {
        self.line(&format!("{name}\t{version}\tx86_64\t{name}\t-\t{vendor}\t-\t-\t-\t-"))
    }

    /// With one more header line; `site` repeats, any other replaces the one before.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        if name != "site" {
            self.header.retain(|(known, _)| known != name);
        }
        self.header.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With a package of its own source.
    pub(crate) fn package(self, name: &str, version: &str) -> Self {
        self.line(&format!("{name}\t{version}\tamd64\t{name}\t{version}\t-\t-\t-\t-\t-"))
    }

    /// With one of its packages held back.
    pub(crate) fn hold(mut self, name: &str) -> Self {
        let start = format!("{name}\t");
        let line = self.packages.iter_mut().find(|line| line.starts_with(&start)).unwrap();
        *line = line.replace("\t-\t-\t-\t-\t-", "\t-\t-\theld\t-\t-");
        self
    }

    /// With a package line as it is.
    pub(crate) fn line(mut self, line: &str) -> Self {
        self.packages.push(line.to_owned());
        self
    }

    /// What goes over the wire.
    pub(crate) fn text(&self) -> String {
        let mut out = "#\n".to_owned();
        for (name, value) in &self.header {
            out.push_str(&format!("{name}: {value}\n"));
        }
        out.push_str("#\n");
        for line in &self.packages {
            out.push_str(line);
            out.push('\n');
        }
        out.push_str("#\n");
        out
    }
}
