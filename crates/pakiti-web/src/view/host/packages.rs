//! The packages of a host, with what the sources say about each; paged by key.

use crate::view::host::updates::FilterLink;
use crate::view::pill::Pill;
use crate::view::query::Query;
use crate::view::state::{StateLook, kind_pill};
use pakiti_core::judgement::UpdateKind;
use pakiti_core::present::HostState;

/// What the sources say about a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PackageStatus {
    /// A source knows it and offers nothing newer.
    UpToDate,
    /// A source offers a newer version.
    Update {
        /// The candidate.
        candidate: String,
        /// Its kind.
        kind: UpdateKind,
    },
    /// No source knows it.
    Unknown,
}

/// One installed package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageRow {
    /// Name.
    pub name: String,
    /// Installed version.
    pub version: String,
    /// Architecture.
    pub arch: String,
    /// Source package; empty = not reported.
    pub source: String,
    /// What the sources say.
    pub status: PackageStatus,
    /// Its vendor, where that is not the vendor of most packages of the host.
    pub other_vendor: Option<String>,
}

impl PackageRow {
    /// The pill of its status.
    pub fn pill(&self) -> Pill {
        match &self.status {
            PackageStatus::UpToDate => Pill::new("good", HostState::Good.mark(), "up to date"),
            PackageStatus::Update { kind, .. } => kind_pill(*kind),
            PackageStatus::Unknown => Pill::new("unknown", HostState::Unknown.mark(), "no source knows it"),
        }
    }

    /// The newer version, if there is one.
    pub fn candidate(&self) -> Option<&str> {
        match &self.status {
            PackageStatus::Update { candidate, .. } => Some(candidate),
            PackageStatus::UpToDate | PackageStatus::Unknown => None,
        }
    }

    /// The paging key: name, arch and version, which no two rows of a host share. Blanks occur in none of them.
    pub fn key(&self) -> String {
        format!("{} {} {}", self.name, self.arch, self.version)
    }

    fn matches(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        let vendor = self.other_vendor.as_deref().unwrap_or_default().to_lowercase();
        self.name.to_lowercase().contains(&text)
            || self.source.to_lowercase().contains(&text)
            || vendor.contains(&text)
    }
}

/// Which packages are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum StatusFilter {
    /// All.
    #[default]
    All,
    /// Those with an update.
    Update,
    /// Those no source knows.
    Unknown,
    /// Those up to date.
    UpToDate,
}

impl StatusFilter {
    /// All values in order.
    pub const ALL: [Self; 4] = [Self::All, Self::Update, Self::Unknown, Self::UpToDate];

    /// The value in URLs; empty for [`StatusFilter::All`].
    pub fn word(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Update => "update",
            Self::Unknown => "unknown",
            Self::UpToDate => "current",
        }
    }

    /// The filter of a value in URLs; anything unknown is [`StatusFilter::All`].
    pub fn from_word(word: &str) -> Self {
        Self::ALL.into_iter().find(|status| status.word() == word).unwrap_or_default()
    }

    fn label(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Update => "With an update",
            Self::Unknown => "Of no source",
            Self::UpToDate => "Up to date",
        }
    }

    fn takes(self, row: &PackageRow) -> bool {
        match self {
            Self::All => true,
            Self::Update => matches!(row.status, PackageStatus::Update { .. }),
            Self::Unknown => row.status == PackageStatus::Unknown,
            Self::UpToDate => row.status == PackageStatus::UpToDate,
        }
    }
}

/// The filters and the paging key of the URL.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackagesFilter {
    /// Text searched for in name, source name and other vendors; empty = no filter.
    pub q: String,
    /// Filter by status.
    pub status: StatusFilter,
    /// Key of the last row of the page before.
    pub after: Option<String>,
}

impl PackagesFilter {
    fn query(&self, status: StatusFilter, after: Option<&str>) -> String {
        Query::new()
            .with("tab", "packages")
            .with("status", status.word())
            .with("q", &self.q)
            .with("after", after.unwrap_or_default())
            .finish()
    }
}

/// One page of the packages of a host.
#[derive(Debug, Clone, Default)]
pub struct PackagesTab {
    /// What is listed.
    pub rows: Vec<PackageRow>,
    /// The filters in force.
    pub filter: PackagesFilter,
    /// How many there are per status, whatever the filter, in the order of [`StatusFilter::ALL`].
    pub counts: [u64; 4],
    /// How many match the filters, on all pages.
    pub matching: u64,
    /// Query string of the next page.
    pub next: Option<String>,
}

impl PackagesTab {
    /// One page of at most `page` rows out of all packages of the host, whatever their order.
    pub fn new(mut all: Vec<PackageRow>, filter: PackagesFilter, page: usize) -> Self {
        all.sort_by_cached_key(PackageRow::key);
        let counts =
            StatusFilter::ALL.map(|status| all.iter().filter(|row| status.takes(row)).count() as u64);
        let mut rows: Vec<PackageRow> =
            all.into_iter().filter(|row| filter.status.takes(row) && row.matches(filter.q.trim())).collect();
        let matching = rows.len() as u64;
        if let Some(after) = &filter.after {
            rows.retain(|row| row.key() > *after);
        }
        let more = rows.len() > page;
        rows.truncate(page);
        let key = rows.last().filter(|_| more).map(PackageRow::key);
        let next = key.map(|key| filter.query(filter.status, Some(&key)));
        Self { rows, filter, counts, matching, next }
    }

    /// The filter by status as links.
    pub fn statuses(&self) -> Vec<FilterLink> {
        let links = StatusFilter::ALL.into_iter().zip(self.counts).map(|(status, count)| FilterLink {
            label: status.label(),
            query: self.filter.query(status, None),
            count,
            current: status == self.filter.status,
        });
        links.collect()
    }

    /// Query string of the first page.
    pub fn first_query(&self) -> String {
        self.filter.query(self.filter.status, None)
    }

    /// How many packages there are, whatever the filter.
    pub fn total(&self) -> u64 {
        self.counts[0]
    }

    /// Does a filter leave any package out?
    pub fn is_filtered(&self) -> bool {
        self.filter.status != StatusFilter::All || !self.filter.q.is_empty()
    }
}
