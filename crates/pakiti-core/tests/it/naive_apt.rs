//! The rule index against a second, plain reading of contract.md ("updates, apt" and "coverage"): whole lists,
//! direct version comparison, nothing compiled. Random small hosts and repositories; the other tests of judging
//! draw from them too.

use pakiti_core::context::{Context, GroupContext, Pin};
use pakiti_core::judgement::{Covered, Judgement, SourceId, UpdateKind};
use pakiti_core::os_group::OsGroupId;
use pakiti_core::package::{Package, PackageFormat};
use pakiti_core::repository::{IndexedPackage, SnapshotContent, SourceMeta};
use pakiti_core::rules::RuleIndex;
use pakiti_core::version::compare;
use proptest::prelude::*;
use proptest::sample::select;
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// A host, and all that vendors say.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) contents: Vec<(SourceId, SnapshotContent)>,
    pub(crate) context: Context,
    pub(crate) packages: Vec<Package>,
    pub(crate) named_for_the_report: bool,
}

impl World {
    pub(crate) fn index(&self) -> RuleIndex {
        let index = RuleIndex::build(1, self.contents.clone());
        if self.named_for_the_report { index.named_for_the_report() } else { index }
    }
}

const NAMES: [&str; 4] = ["a", "a-dev", "b", "linux-image-6.1"];
/// Equal ones (`1.0`, `1.00`), tildes, epochs, and one that has no order.
const VERSIONS: [&str; 12] =
    ["0", "1.0", "1.00", "1.0-1~bpo1", "1.0-1", "1.0-1+deb12u1", "1:0.5", "2~rc1", "2", "2.1", "10", "1:"];
const ARCHS: [&str; 5] = ["amd64", "amd64", "all", "i386", "arm64"];

fn os_group() -> impl Strategy<Value = Option<OsGroupId>> {
    select(vec![Some("debian-12"), Some("debian-12"), Some("debian-11"), None])
        .prop_map(|id| id.map(|id| OsGroupId(id.into())))
}

fn offer() -> impl Strategy<Value = IndexedPackage> {
    let phased = select(vec![None, None, Some(0), Some(20), Some(100)]);
    (
        select(&NAMES[..]),
        select(&VERSIONS[..]),
        select(&ARCHS[..]),
        select(vec!["main", "contrib", ""]),
        phased,
    )
        .prop_map(|(name, version, arch, component, phased)| IndexedPackage {
            name: name.into(),
            version: version.into(),
            arch: arch.into(),
            component: component.into(),
            source_name: name.split('-').next().unwrap_or_default().into(),
            source_version: version.into(),
            phased,
            ..Default::default()
        })
}

fn repository() -> impl Strategy<Value = SnapshotContent> {
    let names =
        (select(vec!["Debian", "Debian", "Ppa"]), select(vec!["bookworm", "bookworm-security", "sid", ""]));
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    let priority = select(vec![None, None, None, None, Some(-1), Some(100), Some(990), Some(1001)]);
    (names, flags, priority, os_group(), proptest::collection::vec(offer(), 0..14)).prop_map(
        |(
            (origin, codename),
            (not_automatic, but_automatic_upgrades, security),
            priority,
            os_group,
            packages,
        )| {
            let meta = SourceMeta {
                origin: origin.into(),
                suite: "suite".into(),
                codename: codename.into(),
                not_automatic,
                but_automatic_upgrades: but_automatic_upgrades && not_automatic,
                os_group,
                security,
                priority,
                ..SourceMeta::default()
            };
            let mut content = SnapshotContent { meta, packages, ..Default::default() };
            content.canonicalise();
            content
        },
    )
}

fn installed() -> impl Strategy<Value = Package> {
    (select(&NAMES[..]), select(&VERSIONS[..]), select(&ARCHS[..]))
        .prop_map(|(name, version, arch)| Package::new(PackageFormat::Deb, name, version, arch))
}

fn pin() -> impl Strategy<Value = Pin> {
    let packages = vec!["*", "*", "a", "a*", "b:any", "src:a", "/x/:any"];
    let expressions = vec![
        "version 1*",
        "version 2",
        "release n=bookworm",
        "release o=Ppa",
        "release c=main",
        "origin \"\"",
    ];
    let priorities = vec![-1, 1, 100, 500, 501, 990, 1001];
    (select(packages), select(expressions), select(priorities)).prop_map(|(package, expression, priority)| {
        Pin { package: package.into(), expression: expression.into(), priority }
    })
}

/// Worlds with up to `pins` pins.
pub(crate) fn worlds(pins: usize) -> impl Strategy<Value = World> {
    let contents = proptest::collection::vec(repository(), 0..5);
    let packages = proptest::collection::btree_set(installed(), 1..8);
    let pins = proptest::collection::vec(pin(), 0..=pins);
    (contents, packages, os_group(), pins, any::<bool>()).prop_map(
        |(contents, packages, os_group, pins, named_for_the_report)| {
            let foreign_archs = ["i386".to_owned()].into();
            let group = GroupContext {
                os_group,
                arch: "x86_64".into(),
                foreign_archs,
                pins,
                ..GroupContext::default()
            };
            World {
                contents: contents.into_iter().zip(1..).map(|(content, id)| (id, content)).collect(),
                context: Context { group, ..Context::default() },
                packages: packages.into_iter().collect(),
                named_for_the_report,
            }
        },
    )
}

fn order(a: &str, b: &str) -> Option<Ordering> {
    compare(PackageFormat::Deb, a, b).ok()
}

/// An indexed version that fits the package.
struct Row<'a> {
    offer: &'a IndexedPackage,
    meta: &'a SourceMeta,
    repository: String,
}

impl Row<'_> {
    fn priority(&self) -> i32 {
        let default = match (self.meta.not_automatic, self.meta.but_automatic_upgrades) {
            (false, _) => 500,
            (true, true) => 100,
            (true, false) => 1,
        };
        self.meta.priority.unwrap_or(default)
    }
}

fn speaks(world: &World, meta: &SourceMeta) -> bool {
    match (&world.context.group.os_group, &meta.os_group) {
        (Some(host), Some(repository)) => host == repository,
        _ => world.named_for_the_report,
    }
}

fn rows<'a>(world: &'a World, package: &Package) -> Vec<Row<'a>> {
    let mut rows = Vec::new();
    for (_, content) in world.contents.iter().filter(|(_, content)| speaks(world, &content.meta)) {
        let meta = &content.meta;
        let suite = if meta.codename.is_empty() { "suite" } else { &meta.codename };
        for offer in content.packages.iter().filter(|o| o.name == package.name) {
            let fits = offer.arch == package.arch
                || offer.arch == "all"
                || (package.arch == "all" && offer.arch == "amd64");
            if fits && order(&offer.version, &package.version).is_some() {
                let repository = format!("{suite}/{}", offer.component).trim_end_matches('/').to_owned();
                rows.push(Row { offer, meta, repository });
            }
        }
    }
    rows
}

/// What an update has to say: candidate (up to spelling), its architecture, kind, repositories, percentage.
type Expected<'a> = (&'a str, Option<String>, UpdateKind, Vec<String>, Option<u8>);

fn expected_update<'a>(world: &'a World, package: &'a Package) -> Option<Expected<'a>> {
    let rows = rows(world, package);
    let kind = |offer: &IndexedPackage| offer.arch == "all";
    let own = package.arch == "all";
    let same = |a: &str, b: &str| order(a, b) == Some(Ordering::Equal);
    // (priority, version, is it of the installed kind of build) of everything that may be chosen.
    let priority_of = |version: &str, of_all: bool| {
        rows.iter()
            .filter(|r| same(&r.offer.version, version) && kind(r.offer) == of_all)
            .map(Row::priority)
            .max()
    };
    let home = priority_of(&package.version, own).unwrap_or(100).max(100);
    let mut best = (home, package.version.as_str(), own);
    for row in &rows {
        let (version, of_all) = (row.offer.version.as_str(), kind(row.offer));
        let priority = priority_of(version, of_all)?;
        let below = order(version, &package.version)?.is_lt();
        let is_installed = same(version, &package.version) && of_all == own;
        if priority <= 0 || (below && priority < 1000) || is_installed {
            continue;
        }
        let newer =
            priority.cmp(&best.0).then(order(version, best.1)?).then((of_all == own).cmp(&(best.2 == own)));
        if newer.is_gt() {
            best = (priority, version, of_all);
        }
    }
    order(best.1, &package.version)?.is_gt().then_some(())?;
    let security = rows.iter().any(|r| {
        r.meta.security
            && order(&r.offer.version, &package.version).is_some_and(Ordering::is_gt)
            && order(&r.offer.version, best.1).is_some_and(Ordering::is_le)
    });
    let of_best = || rows.iter().filter(|r| same(&r.offer.version, best.1) && kind(r.offer) == best.2);
    let arch = of_best().map(|r| r.offer.arch.clone()).next()?;
    let in_between = rows.iter().any(|r| {
        r.meta.security
            && order(&r.offer.version, &package.version).is_some_and(Ordering::is_gt)
            && order(&r.offer.version, best.1).is_some_and(Ordering::is_lt)
    });
    let phased =
        if in_between { None } else { of_best().filter_map(|r| r.offer.phased).filter(|p| *p < 100).max() };
    let repositories: BTreeSet<String> = of_best().map(|r| r.repository.clone()).collect();
    Some((
        best.1,
        (arch != package.arch).then_some(arch),
        if security { UpdateKind::Security } else { UpdateKind::Bugfix },
        repositories.into_iter().collect(),
        phased,
    ))
}

fn expected_coverage(world: &World, package: &Package) -> Covered {
    let mut covered = Covered::default();
    for (_, content) in world.contents.iter().filter(|(_, content)| speaks(world, &content.meta)) {
        // An offer whose version has no order is none.
        let has = |o: &IndexedPackage| {
            o.name == package.name && o.arch == package.arch && order(&o.version, "1").is_some()
        };
        if content.packages.iter().any(has) {
            covered.in_repository = true;
            let sibling = |other: &SourceMeta| {
                other.security
                    && other.origin == content.meta.origin
                    && other.os_group == content.meta.os_group
            };
            covered.judged |= world.context.group.os_group.is_some()
                && world.contents.iter().any(|(_, content)| sibling(&content.meta));
        }
    }
    covered
}

#[track_caller]
fn check(world: &World, package: &Package, judged: &Judgement) -> Result<(), TestCaseError> {
    prop_assert_eq!(judged.covered, expected_coverage(world, package), "{:?}", package);
    match (&judged.update, expected_update(world, package)) {
        (None, None) => {}
        (Some(update), Some((candidate, arch, kind, repositories, phased))) => {
            prop_assert_eq!(order(&update.candidate, candidate), Some(Ordering::Equal), "{:?}", package);
            let said =
                (update.candidate_arch.clone(), update.kind, update.repositories.clone(), update.phased);
            prop_assert_eq!(said, (arch, kind, repositories, phased), "{:?}", package);
            prop_assert!(update.advisories.is_empty() && !update.reboot);
        }
        (update, expected) => prop_assert!(false, "{package:?}: {update:?} instead of {expected:?}"),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn the_rule_index_says_what_the_contract_says(world in worlds(0)) {
        let index = world.index();
        for package in &world.packages {
            check(&world, package, &index.judge_package(&world.context.group, package))?;
        }
    }
}
