//! How long `judge_package` takes with the whole of Debian bookworm: `cargo run --release --example judge_speed`.
//!
//! Reads the Packages.xz files below the folders given (default: the shared bookworm data), installs every
//! sixtieth package of the first one as an older version and judges those again and again.

use pakiti_core::context::{GroupContext, Pin};
use pakiti_core::os_group::OsGroupId;
use pakiti_core::package::{Package, PackageFormat};
use pakiti_core::repository::{IndexedPackage, SnapshotContent, SourceMeta};
use pakiti_core::rules::RuleIndex;
use std::io::Read;
use std::time::Instant;

const ROUNDS: u32 = 200;

fn read(path: &str, security: bool) -> std::io::Result<SnapshotContent> {
    let mut text = String::new();
    liblzma::read::XzDecoder::new(std::fs::File::open(path)?).read_to_string(&mut text)?;
    let stanza = |stanza: &str| {
        let field = |name: &str| {
            let line = stanza.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
            line.unwrap_or_default().to_owned()
        };
        IndexedPackage {
            name: field("Package"),
            version: field("Version"),
            arch: field("Architecture"),
            component: "main".into(),
            source_name: field("Source"),
            source_version: String::new(),
            phased: None,
            ..Default::default()
        }
    };
    let packages = text.split("\n\n").filter(|s| s.contains("Package: ")).map(stanza).collect();
    let os_group = Some(OsGroupId("debian-12".into()));
    let meta = SourceMeta {
        origin: "Debian".into(),
        codename: "bookworm".into(),
        security,
        os_group,
        ..SourceMeta::default()
    };
    Ok(SnapshotContent { meta, packages, ..Default::default() })
}

/// Prints the time of the fastest round: on a busy machine the others tell of its neighbours.
fn measure(what: &str, index: &RuleIndex, context: &GroupContext, packages: &[Package]) {
    let round = || {
        let begin = Instant::now();
        let updates = packages.iter().filter(|p| index.judge_package(context, p).update.is_some()).count();
        (begin.elapsed(), updates)
    };
    let (fastest, updates) = (0..ROUNDS).map(|_| round()).min().unwrap_or_default();
    let (each, count) = (fastest / packages.len() as u32, packages.len());
    println!("{what}: {each:?} a package; {count} packages, {updates} updates");
}

fn main() -> std::io::Result<()> {
    let mut paths: Vec<String> = std::env::args().skip(1).collect();
    if paths.is_empty() {
        let dists = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/debian/dists");
        let of = |suite: &str| format!("{dists}/{suite}/main/binary-amd64/Packages.xz");
        paths = ["bookworm", "bookworm-updates", "bookworm-security"].map(of).to_vec();
    }
    let contents = paths
        .iter()
        .map(|path| read(path, path.contains("security")))
        .collect::<std::io::Result<Vec<_>>>()?;
    let offers: usize = contents.iter().map(|c| c.packages.len()).sum();
    let some: Vec<&IndexedPackage> =
        contents.iter().flat_map(|c| &c.packages).step_by(60).take(1_000).collect();
    let with = |version: &dyn Fn(&str) -> String| -> Vec<Package> {
        let package =
            |p: &&IndexedPackage| Package::new(PackageFormat::Deb, &p.name, &version(&p.version), &p.arch);
        some.iter().map(package).collect()
    };
    let (current, old) = (with(&str::to_owned), with(&|version| format!("{version}~")));
    let begin = Instant::now();
    let index =
        RuleIndex::build(1, contents.into_iter().zip(1..).map(|(content, id)| (id, content)).collect());
    println!("{offers} offers compiled in {:?}", begin.elapsed());
    let os_group = Some(OsGroupId("debian-12".into()));
    let plain = GroupContext { os_group, arch: "x86_64".into(), ..GroupContext::default() };
    let mut pinned = plain.clone();
    let pin = |package: &str, expression: &str| Pin {
        package: package.into(),
        expression: expression.into(),
        priority: 500,
    };
    pinned.pins =
        vec![pin("linux-*", "release n=bookworm-backports"), pin("*", "release o=Debian,n=bookworm")];
    measure("up to date", &index, &plain, &current);
    measure("all outdated", &index, &plain, &old);
    measure("all outdated, two pins", &index, &pinned, &old);
    Ok(())
}
