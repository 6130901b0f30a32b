//! A random fleet: hosts of two releases and two architectures, with kernels, in sites; and what befalls it.

use crate::world::World;
use pakiti_core::context::{Context, GroupContext};
use pakiti_core::os_group::OsGroupId;
use pakiti_core::oval::field::Field;
use pakiti_core::oval::model::{
    Check, Class, Cve, Datatype, Definition, Document, Entity, Kind, Metadata, Node, Object, Operation,
    Operator, State, Test,
};
use pakiti_core::oval::snapshot::{self, DocumentOptions};
use pakiti_core::package::{Package, PackageFormat};
use pakiti_core::package_set::set_hash;
use pakiti_core::repository::SnapshotContent;
use pakiti_engine::rules::Rules;
use pakiti_engine::sweeper;
use pakiti_store::account::{self, Role};
use pakiti_store::db::Db;
use pakiti_store::generation::ALL_NAMES;
use pakiti_store::ingest::{ReadyReport, ReportedSet, ingest};
use pakiti_store::memo::Memo;
use pakiti_store::scope::Scope;
use pakiti_store::source::{self, NewSnapshot, NewSource};
use pakiti_store::sweep::Sweep;
use pakiti_store::{grant, host};
use std::sync::Arc;

const HOSTS: usize = 30;
const PACKAGES: [&str; 6] = ["bash", "curl", "openssl", "zlib", "perf", "kpatch-patch-4_2"];
const KERNELS: [&str; 4] = ["kernel", "kernel-core", "kernel-modules", "kernel-rt"];
const SEVERITIES: [&str; 4] = ["critical", "important", "low", "none"];
const GROUPS: [&str; 3] = ["one", "two", "three"];

/// A process with a fleet.
pub(super) struct Simulation {
    db: Db,
    rules: Rules,
    memo: Memo,
    sources: [i64; 3],
    accounts: [i64; 2],
    random: u64,
    now: i64,
    feeds: u8,
}

impl Simulation {
    pub(super) async fn start(w: &World, seed: u64) -> Self {
        let (db, now) = (w.db().clone(), w.now());
        let mut sources = [0; 3];
        for (at, source) in sources.iter_mut().enumerate() {
            let new = NewSource {
                name: format!("definitions-{at}"),
                kind: "oval".into(),
                url: format!("http://feed.test/{at}"),
                options: "{}".into(),
                os_group: String::new(),
                interval_seconds: 3_600,
            };
            *source = source::add(&db, &new, now).await.unwrap();
        }
        let mut accounts = [0; 2];
        for (at, account) in accounts.iter_mut().enumerate() {
            *account = account::add(&db, &format!("reader-{at}"), "-", Role::Viewer, now).await.unwrap();
            grant::grant_group(&db, *account, GROUPS[at]).await.unwrap();
        }
        let rules = Rules::load(&db).await.unwrap();
        let random = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        Self { db, rules, memo: Memo::default(), sources, accounts, random, now, feeds: 0 }
    }

    pub(super) fn db(&self) -> &Db {
        &self.db
    }

    fn below(&mut self, limit: usize) -> usize {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random % limit as u64) as usize
    }

    fn one_of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }

    /// Everybody, nobody, and two readers.
    pub(super) async fn scopes(&self) -> Vec<Scope> {
        let mut out = vec![Scope::operator(), Scope::nothing()];
        for account in self.accounts {
            out.push(Scope::of_account(&self.db, account).await.unwrap());
        }
        out
    }

    /// Something befalls the fleet.
    pub(super) async fn step(&mut self, step: usize) {
        self.now += 60;
        match if step < 2 { step } else { self.below(11) } {
            0 => {
                self.feed().await;
                if self.below(3) > 0 {
                    self.sweep().await;
                }
            }
            1 | 2 => {
                let from = self.below(HOSTS);
                let hosts: Vec<usize> = (from..HOSTS.min(from + 8)).collect();
                self.report(&hosts).await;
            }
            3 | 4 => self.report(&[step % HOSTS]).await,
            8 => self.sweep().await,
            5 => self.sweep_a_little().await,
            _ => self.change_a_grant().await,
        }
    }

    async fn change_a_grant(&mut self) {
        let (host, group, at) = (self.any_host().await, self.one_of(&GROUPS), self.below(2));
        match self.below(4) {
            0 => self.grant_host(&host).await,
            1 => self.revoke_host(&host).await,
            2 => grant::grant_group(&self.db, self.accounts[at], group).await.unwrap(),
            _ => assert!(grant::revoke_group(&self.db, self.accounts[at], group).await.is_ok()),
        }
    }

    async fn any_host(&mut self) -> String {
        let hosts = "SELECT name FROM host ORDER BY id";
        let hosts = self.db.fetch(hosts, pakiti_store::args![]).await.unwrap();
        let at = self.below(hosts.len());
        hosts[at].text(0).unwrap()
    }

    async fn id_of(&self, name: &str) -> i64 {
        host::ids_by_name(&self.db, &Scope::operator(), name).await.unwrap()[0]
    }

    pub(super) async fn grant_host(&mut self, name: &str) {
        let (host, at) = (self.id_of(name).await, self.below(2));
        grant::grant_host(&self.db, self.accounts[at], host).await.unwrap();
    }

    pub(super) async fn revoke_host(&mut self, name: &str) {
        let host = self.id_of(name).await;
        for account in self.accounts {
            grant::revoke_host(&self.db, account, host).await.unwrap();
        }
    }

    /// One of the sources says something else; verdicts stay as they are until they are swept.
    pub(super) async fn feed(&mut self) {
        let at = self.below(3);
        let content = self.document(["8", "9", "8"][at]);
        self.feeds += 1;
        let new = NewSnapshot {
            content: &content,
            replaces: source::active_content(&self.db, self.sources[at]).await.unwrap().map(|(id, _)| id),
            hash: [self.feeds; 32],
            skipped: 0,
            report: "{}".into(),
            touched: vec![ALL_NAMES.into()],
            etag: String::new(),
            last_modified: String::new(),
        };
        source::switch(&self.db, self.sources[at], &new, self.now + 3_600, self.now).await.unwrap();
    }

    pub(super) async fn sweep(&mut self) {
        self.rules.reload(&self.db).await.unwrap();
        sweeper::sweep(&self.db, &self.rules, self.now).await.unwrap();
    }

    /// As far as two package sets.
    async fn sweep_a_little(&mut self) {
        let index = self.rules.reload(&self.db).await.unwrap();
        if let Some(sweep) = Sweep::begin(&self.db, &index).await.unwrap() {
            sweep.step(&self.db, &mut Memo::default(), &index, 2, self.now).await.unwrap();
        }
    }

    /// These hosts report.
    pub(super) async fn report(&mut self, hosts: &[usize]) {
        let index = self.rules.reload(&self.db).await.unwrap();
        let batch: Vec<ReadyReport> = hosts.iter().map(|host| self.host(*host)).collect();
        ingest(&self.db, &mut self.memo, &index, &batch).await.unwrap();
    }

    fn host(&mut self, number: usize) -> ReadyReport {
        let mut packages = Vec::new();
        let arch = ["x86_64", "aarch64"][number % 2];
        for name in PACKAGES {
            if self.below(3) > 0 {
                let version = format!("1-{}", self.below(4) + 1);
                packages.push(Package::new(PackageFormat::Rpm, name, &version, arch));
            }
        }
        // Alike on several hosts: verdicts have more than one.
        let first = self.below(3) + 1;
        for name in KERNELS.iter().take(self.below(4) + 1) {
            for version in first..=first + 2 {
                packages.push(Package::new(PackageFormat::Rpm, name, &format!("4-{version}"), arch));
            }
        }
        let running = ["4-1", "4-2", "4-3", "4-9"][self.below(4)];
        let kernel = format!("{running}.{arch}{}", ["", "", "+rt"][self.below(3)]);
        let os_group = Some(OsGroupId(format!("rhel-{}", 8 + number % 3 / 2)));
        let group = GroupContext { os_group, arch: arch.into(), ..GroupContext::default() };
        let context = Context {
            group,
            kernel: Some(kernel.clone()).filter(|_| !number.is_multiple_of(7)),
            ..Context::default()
        };
        let known: Vec<_> = packages.into_iter().map(|package| Arc::new((package.key(), package))).collect();
        let hash = set_hash(&mut known.iter().map(|known| known.0).collect()).0;
        let mut groups: Vec<String> = vec![self.one_of(&GROUPS).into(), self.one_of(&GROUPS).into()];
        groups.dedup();
        let name = format!("host-{number}{}", ["", "", "-renamed"][self.below(3) * usize::from(number > 3)]);
        let facts = blake3::hash(format!("{name} {groups:?}").as_bytes());
        ReadyReport {
            identity: *blake3::hash(&number.to_be_bytes()).as_bytes(),
            name,
            groups,
            set: ReportedSet::New { hash, packages: known },
            context: Arc::new(context),
            facts_hash: *facts.as_bytes(),
            facts: "{}".into(),
            os: "Red Hat".into(),
            arch: arch.into(),
            kernel,
            reboot_required: false,
            received_at: self.now,
        }
    }

    /// The test of this place, and in each third definition another one beside it: only the whole set can answer that.
    fn criteria(&mut self, place: u32) -> Node {
        let own = Node::Criterion { test: place, negate: false, comment: "it is old".into() };
        if place == 0 || self.below(3) > 0 {
            return own;
        }
        let (test, negate) = (self.below(place as usize) as u32, self.below(2) == 0);
        let other = Node::Criterion { test, negate, comment: "beside it".into() };
        Node::Criteria { operator: Operator::And, negate: false, children: vec![own, other] }
    }

    /// Definitions for a release: of ordinary packages and kernels, with and without a fix, of one package and of sets.
    fn document(&mut self, release: &str) -> SnapshotContent {
        let mut document = Document::default();
        for place in 0..40 {
            let kernel = self.below(2) == 0;
            let name = if kernel { self.one_of(&KERNELS) } else { self.one_of(&PACKAGES) };
            let fixed = format!("0:{}-{}", if kernel { 4 } else { 1 }, self.below(5) + 1);
            let entity = |field, value: &str| Entity { field, value: value.into(), ..Entity::default() };
            let object = Object {
                kind: Kind::RpmInfo,
                entities: vec![entity(Field::Name, name)],
                ..Object::default()
            };
            document.objects.push(object);
            let mut states = Vec::new();
            if self.below(3) > 0 {
                states.push(document.states.len() as u32);
                let (operation, datatype) = (Operation::LessThan, Datatype::EvrString);
                let below = Entity { operation, datatype, ..entity(Field::Evr, &fixed) };
                document.states.push(State {
                    kind: Kind::RpmInfo,
                    operator: Operator::And,
                    entities: vec![below],
                });
            }
            let check = Check::AtLeastOne;
            document.tests.push(Test {
                kind: Kind::RpmInfo,
                check,
                object: place,
                states,
                ..Test::default()
            });
            let id = format!("CVE-2026-{:04}", self.below(15)).into();
            let cve =
                Cve { id, impact: self.one_of(&SEVERITIES).into(), cvss_tenths: Some(self.below(100) as u8) };
            let platforms = vec![format!("Red Hat Enterprise Linux {release}").into()];
            document.definitions.push(Definition {
                id: format!("oval:test:def:{place}").into(),
                class: Class::Patch,
                metadata: Metadata { platforms, cves: vec![cve], ..Metadata::default() },
                criteria: Some(self.criteria(place)),
                ..Definition::default()
            });
        }
        let name = format!("rhel-{release}");
        snapshot::content(
            document,
            DocumentOptions { name, complete: Some(true), ..DocumentOptions::default() },
        )
    }
}
