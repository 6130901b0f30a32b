//! Small hosts that each ask dnf about one rule: architectures, priorities, excludes, modules, advisories.
//!
//! The names say what is asked; a package's name begins with the letter of its question. What dnf answered is
//! written in docs/conformance.md.
use anyhow::Context;

use super::model::{Advisory, Host, ModuleBuild, Package, Repository};

/// All of them.
pub(super) fn hosts() -> anyhow::Result<Vec<Host>> {
    Ok(vec![plain()?, priorities()?, modules()?, contexts()?, obsoletes()?, failsafe()?])
}

fn packages(nevras: &str) -> anyhow::Result<Vec<Package>> {
    let parse = |nevra: &str| {
        let package = Package::parse(nevra).with_context(|| format!("not a package: {nevra}"))?;
        let source = format!("{}.src.rpm", package.to_string().replace(':', "-"));
        Ok(Package { source, vendor: "AlmaLinux".to_owned(), ..package })
    };
    nevras.split_whitespace().map(parse).collect()
}

fn advisory(id: &str, kind: &str, module: &str, nevras: &str) -> anyhow::Result<Advisory> {
    let collections = vec![(module.to_owned(), packages(nevras)?)];
    let (id, kind) = (id.to_owned(), kind.to_owned());
    Ok(Advisory { id, kind, severity: "Moderate".to_owned(), collections })
}

fn repository(id: &str, nevras: &str) -> anyhow::Result<Repository> {
    Ok(Repository { id: id.to_owned(), packages: packages(nevras)?, ..Repository::default() })
}

fn host(name: &str, nevras: &str) -> anyhow::Result<Host> {
    Ok(Host {
        name: name.to_owned(),
        system: "AlmaLinux 8.10".to_owned(),
        os_group: "almalinux-8".to_owned(),
        platform: "platform:el8".to_owned(),
        installed: packages(nevras)?,
        ..Host::default()
    })
}

/// One package of this text, with a provide or an obsolete.
fn with(nevra: &str, provides: &[&str], obsoletes: &[&str]) -> anyhow::Result<Package> {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let package = packages(nevra)?.pop().context("no package")?;
    Ok(Package { provides: texts(provides), obsoletes: texts(obsoletes), ..package })
}

/// A build of a module, and its packages added to the repository with its label.
fn build(
    repository: &mut Repository,
    label: &str,
    requires: &[(&str, &str)],
    nevras: &str,
) -> anyhow::Result<()> {
    let words: Vec<&str> = label.split(':').collect();
    let [name, stream, version, context] = words[..] else { anyhow::bail!("not a module build: {label}") };
    let made: Vec<Package> =
        packages(nevras)?.into_iter().map(|package| Package { label: label.to_owned(), ..package }).collect();
    repository.modules.push(ModuleBuild {
        name: name.to_owned(),
        stream: stream.to_owned(),
        version: version.parse()?,
        context: context.to_owned(),
        requires: requires.iter().map(|(name, stream)| ((*name).to_owned(), (*stream).to_owned())).collect(),
        artifacts: made.iter().map(Package::artifact).collect(),
    });
    repository.packages.extend(made);
    Ok(())
}

/// Architectures, several versions at once, kernels, obsoletes, ranges of advisories.
fn plain() -> anyhow::Result<Host> {
    let mut host = host(
        "small: architectures, kernels, obsoletes",
        "a-arch-1-1.noarch a-back-1-1.x86_64 a-both-1-1.noarch a-multi-1-1.i686 a-multi-1-1.x86_64 \
         a-half-1-1.i686 a-half-2-1.x86_64 a-only-1-1.i686 a-mixed-1-1.noarch a-mixed-1-1.x86_64 a-i586-1-1.i586 \
         kernel-core-5-1.x86_64 kernel-core-5-3.x86_64 kernel-5-1.x86_64 kernel-5-2.x86_64 \
         kernel-devel-5-1.x86_64 j-twice-1-1.x86_64 j-twice-2-1.x86_64 j-older-1-1.x86_64 j-older-2-1.x86_64 \
         j-double-1-1.x86_64 j-double-2-1.noarch o-old-1-1.x86_64 o-renamed-1-1.noarch o-upgraded-1-1.x86_64 \
         o-self-1-1.x86_64 s-range-1-1.x86_64 s-gone-1-1.x86_64 s-later-1-1.x86_64 s-above-1-1.x86_64 s-noarch-1-1.x86_64 \
         s-i686-1-1.x86_64 s-epoch-1-1.x86_64 s-none-1-1.x86_64 s-kind-1-1.x86_64 n-none-1-1.x86_64 d-tilde-1~rc1-1.x86_64 \
         o-provided-1-1.x86_64 o-range-3-1.x86_64 s-archmove-1-1.noarch \
         s-moved-1-1.noarch s-back-1-1.x86_64 s-one-1-1.i686 s-one-1-1.x86_64 s-pair-1-1.noarch s-all-1-1.noarch s-all-1-1.x86_64",
    )?;
    let mut base = repository(
        "base",
        "a-arch-2-1.noarch a-arch-3-1.x86_64 a-back-2-1.noarch a-both-2-1.i686 a-both-2-1.x86_64 a-multi-2-1.x86_64 \
         a-multi-2-1.i686 a-half-2-1.i686 a-half-2-1.x86_64 a-only-2-1.x86_64 a-only-2-1.noarch a-mixed-2-1.noarch \
         a-mixed-3-1.x86_64 a-i586-2-1.i686 kernel-core-5-2.x86_64 kernel-core-5-4.x86_64 kernel-core-5-5.x86_64 \
         kernel-5-2.x86_64 kernel-devel-5-3.x86_64 j-twice-1.5-1.x86_64 j-older-3-1.x86_64 j-double-1.5-1.x86_64 j-double-3-1.noarch \
         o-upgraded-2-1.x86_64 s-range-2-1.x86_64 s-range-3-1.x86_64 s-gone-3-1.x86_64 s-later-3-1.x86_64 \
         s-above-2-1.x86_64 s-noarch-2-1.x86_64 s-i686-2-1.x86_64 s-epoch-1:1-1.x86_64 s-none-2-1.x86_64 s-kind-4-1.x86_64 \
         d-tilde-1-1.x86_64 d-new-1-1.x86_64 s-archmove-2-1.x86_64 \
         s-moved-3-1.x86_64 s-back-3-1.noarch s-one-2-1.i686 s-one-2-1.x86_64 s-pair-2-1.noarch s-pair-4-1.x86_64 s-all-3-1.noarch",
    )?;
    base.packages.extend([
        with("o-new-1-1.x86_64", &[], &["o-old < 2-1"])?,
        with("o-renamed2-2-1.noarch", &["o-renamed = 2-1"], &["o-renamed < 2-1"])?,
        with("o-taker-1-1.x86_64", &[], &["o-upgraded < 2-1"])?,
        with("o-self-2-1.x86_64", &[], &["o-self < 2-1"])?,
        with("o-provider-1-1.x86_64", &[], &["o-virtual"])?,
        with("o-ranger-1-1.x86_64", &[], &["o-range < 3-1"])?,
    ]);
    base.advisories = vec![
        advisory("SA-RANGE-2", "security", "", "s-range-2-1.x86_64 s-range-2-1.src")?,
        advisory("BA-RANGE-3", "bugfix", "", "s-range-3-1.x86_64")?,
        advisory("SA-GONE", "security", "", "s-gone-2-1.x86_64")?,
        advisory("SA-LATER", "security", "", "s-later-1-1.x86_64")?,
        advisory("BA-LATER", "bugfix", "", "s-later-3-1.x86_64")?,
        advisory("SA-ABOVE", "security", "", "s-above-5-1.x86_64")?,
        advisory("SA-NOARCH", "security", "", "s-noarch-2-1.noarch")?,
        advisory("SA-I686", "security", "", "s-i686-2-1.i686")?,
        advisory("SA-EPOCH", "security", "", "s-epoch-2-1.x86_64")?,
        advisory("EA-KIND", "enhancement", "", "s-kind-2-1.x86_64")?,
        advisory("NA-KIND", "newpackage", "", "s-kind-3-1.x86_64")?,
        advisory("SA-KERNEL-2", "security", "", "kernel-core-5-2.x86_64 kernel-5-2.x86_64")?,
        advisory("SA-KERNEL-4", "security", "", "kernel-core-5-4.x86_64")?,
        advisory("SA-DEVEL", "security", "", "kernel-devel-5-2.x86_64")?,
        advisory("SA-TWICE", "security", "", "j-twice-1.5-1.x86_64 j-older-2-1.x86_64")?,
        advisory("SA-OLD", "security", "", "o-new-1-1.x86_64 o-old-1-2.x86_64")?,
        advisory("SA-ARCH", "security", "", "a-arch-2-1.noarch a-arch-3-1.x86_64 a-half-2-1.i686")?,
        advisory("SA-MOVE", "security", "", "s-archmove-2-1.x86_64 a-back-2-1.noarch")?,
        advisory("SA-MOVED", "security", "", "s-moved-2-1.noarch s-back-2-1.x86_64 s-one-2-1.x86_64")?,
        advisory("SA-PAIR", "security", "", "s-pair-3-1.noarch")?,
    ];
    host.repositories.push(base);
    Ok(host)
}

/// Priorities per name, excludes in all their forms.
fn priorities() -> anyhow::Result<Host> {
    let mut host = host(
        "small: priorities, excludes",
        "b-older-2-1.x86_64 b-shadow-1-1.x86_64 b-i686-1-1.x86_64 b-noarch-1-1.x86_64 b-equal-1-1.x86_64 \
         b-excluded-1-1.x86_64 b-default-1-1.x86_64 b-multi-1-1.x86_64 b-multi-1-1.i686 b-obsoleted-1-1.x86_64 b-down-5-1.x86_64 \
         i-glob-a-1-1.x86_64 i-glob-b-1-1.x86_64 i-arch-1-1.x86_64 i-arch-1-1.i686 i-nevr-1-1.x86_64 \
         i-nevra-1-1.x86_64 i-nv-1-1.x86_64 i-epoch-1-1.x86_64 i-question-1-1.x86_64 i-set-a-1-1.x86_64 i-set-c-1-1.x86_64 \
         i-provide-1-1.x86_64 i-dotglob-1-1.x86_64 i-version-1-1.x86_64 i-noepoch-1-1.x86_64 i-case-1-1.x86_64 s-two-1-1.x86_64 \
         s-cross-1-1.x86_64 s-hidden-1-1.x86_64 b-ob2-1-1.x86_64",
    )?;
    let mut best = repository(
        "best",
        "b-older-1-1.x86_64 b-shadow-2-1.x86_64 b-i686-2-1.i686 b-noarch-2-1.noarch b-excluded-2-1.x86_64 \
         b-multi-2-1.x86_64 b-obsoleted-0-1.x86_64 b-down-1-1.x86_64 b-down-2-1.x86_64 \
         s-cross-2-1.x86_64 b-taker2-1-1.x86_64",
    )?;
    best.priority = Some(10);
    best.excludes = vec!["b-excluded".to_owned()];
    best.advisories = vec![advisory("SA-TWO", "security", "", "s-two-2-1.x86_64")?];
    let mut plain = repository(
        "plain",
        "b-older-3-1.x86_64 b-shadow-3-1.x86_64 b-i686-3-1.x86_64 b-noarch-3-1.x86_64 b-equal-2-1.x86_64 \
         b-excluded-3-1.x86_64 b-default-2-1.x86_64 b-multi-3-1.x86_64 b-multi-3-1.i686 b-down-6-1.x86_64 \
         i-glob-a-2-1.x86_64 i-glob-b-2-1.x86_64 i-arch-2-1.x86_64 i-arch-2-1.i686 i-nevr-2-1.x86_64 i-nevr-1.5-1.x86_64 \
         i-nevra-2-1.x86_64 i-nv-2-1.x86_64 i-epoch-1:2-1.x86_64 i-question-2-1.x86_64 i-set-a-2-1.x86_64 i-set-c-2-1.x86_64 \
         i-dotglob-2-1.x86_64 i-version-2-1.x86_64 i-version-3-1.x86_64 i-noepoch-1:2-1.x86_64 i-case-2-1.x86_64 \
         s-two-2-1.x86_64 s-cross-3-1.x86_64 s-hidden-2-1.x86_64",
    )?;
    plain.packages.push(with("b-taker2-2-1.x86_64", &[], &["b-ob2 < 2-1"])?);
    plain.packages.push(with("i-provide-2-1.x86_64", &["i-capability"], &[])?);
    plain.packages.push(with("b-taker-1-1.x86_64", &[], &["b-obsoleted < 2-1"])?);
    let excludes = "i-glob* i-arch.i686 i-nevr-2-1 i-nevra-2-1.x86_64 i-nv-2 i-epoch-1:2-1.x86_64 i-questio? i-set-[ab] \
                    i-capability i-dotglob.* i-version-3* i-noepoch-2-1.x86_64 I-CASE s-hidden";
    plain.excludes = excludes.split_whitespace().map(str::to_owned).collect();
    plain.advisories = vec![
        advisory("SA-TWO", "security", "", "s-two-2-1.x86_64")?,
        advisory("SA-CROSS", "security", "", "s-cross-2-1.x86_64 b-i686-3-1.x86_64")?,
        advisory("SA-CROSS-3", "security", "", "s-cross-3-1.x86_64 s-hidden-2-1.x86_64")?,
    ];
    let mut worst = repository("worst", "b-equal-3-1.x86_64 b-default-3-1.x86_64")?;
    worst.priority = Some(120);
    let mut same = repository("same", "b-equal-4-1.x86_64")?;
    same.priority = Some(99);
    host.repositories.extend([best, plain, worst, same]);
    Ok(host)
}

/// Modular filtering.
fn modules() -> anyhow::Result<Host> {
    let mut host = host(
        "small: modules",
        "c-mod-1-1.x86_64 c-provider-1-1.x86_64 c-hidden-1-1.x86_64 c-src-1-1.x86_64 c-i686-1-1.i686 d-idle-1-1.x86_64 \
         e-plain-1-1.x86_64 e-second-1-1.x86_64 f-advised-1-1.x86_64 g-gone-1-1.x86_64 h-ctx-1-1.x86_64 k-old-1-1.x86_64 k-new-1-1.x86_64 \
         l-dep-1-1.x86_64 m-advised-1-1.x86_64 p-plat-1-1.x86_64 q-wrong-1-1.x86_64 r-default-1-1.x86_64 t-trans-1-1.x86_64 \
         v-version-1-1.x86_64 w-two-1-1.x86_64",
    )?;
    for (name, module) in [("c-mod", "cm:1:1:aa"), ("g-gone", "gone:1:1:aa"), ("k-old", "km:1:1:aa")] {
        host.installed.iter_mut().filter(|p| p.name == name).for_each(|p| p.label = module.to_owned());
    }
    let streams = [
        ("cm", "1"),
        ("gone", "1"),
        ("hm", "1"),
        ("km", "1"),
        ("lm", "1"),
        ("mm", "1"),
        ("qm", "1"),
        ("tm", "1"),
    ];
    host.enabled = streams.map(|(name, stream)| (name.to_owned(), stream.to_owned())).to_vec();
    let mut base = repository(
        "base",
        "c-mod-9-1.x86_64 c-hidden-9-1.x86_64 c-src-9-1.x86_64 c-i686-9-1.i686 d-idle-2-1.x86_64 e-plain-2-1.x86_64 e-second-2-1.x86_64 \
         f-advised-2-1.x86_64 g-gone-2-1.x86_64 l-dep-2-1.x86_64 m-advised-2-1.x86_64 p-plat-2-1.x86_64 q-wrong-9-1.x86_64 \
         r-default-2-1.x86_64 v-version-2-1.x86_64",
    )?;
    base.packages.push(with("c-provider-9-1.x86_64", &["c-mod = 9-1"], &[])?);
    let el8 = [("platform", "el8")];
    build(
        &mut base,
        "cm:1:2:aa",
        &el8,
        "c-mod-2-1.x86_64 c-hidden-0-1.x86_64 c-i686-0-1.x86_64 c-src-2-1.src",
    )?;
    build(&mut base, "cm:2:3:aa", &el8, "c-mod-5-1.x86_64")?;
    build(&mut base, "dm:1:1:aa", &el8, "d-idle-5-1.x86_64")?;
    build(&mut base, "em:1:1:aa", &el8, "e-plain-0-1.x86_64 e-second-5-1.x86_64")?;
    build(&mut base, "fm:1:1:aa", &el8, "f-advised-5-1.x86_64")?;
    build(&mut base, "hm:1:1:aa", &el8, "h-ctx-2-1.x86_64")?;
    build(&mut base, "hm:1:2:bb", &el8, "h-ctx-3-1.x86_64")?;
    build(&mut base, "km:1:1:aa", &el8, "k-old-3-1.x86_64 k-new-3-1.x86_64")?;
    build(&mut base, "km:1:2:aa", &el8, "k-new-2-1.x86_64")?;
    build(&mut base, "lm:1:1:aa", &[("platform", "el8"), ("ldep", "1")], "l-other-1-1.x86_64")?;
    build(&mut base, "ldep:1:1:aa", &el8, "l-dep-5-1.x86_64")?;
    build(&mut base, "mm:1:1:aa", &el8, "m-advised-3-1.x86_64")?;
    build(&mut base, "pm:1:1:aa", &[("platform", "el9")], "p-plat-5-1.x86_64")?;
    build(&mut base, "qm:1:1:aa", &[("platform", "el9")], "q-wrong-2-1.x86_64")?;
    build(&mut base, "rm:1:1:aa", &[("platform", "el9")], "r-default-5-1.x86_64")?;
    build(&mut base, "tm:1:1:aa", &el8, "t-trans-2-1.x86_64")?;
    build(&mut base, "tm:1:1:bb", &[("platform", "el9")], "t-trans-3-1.x86_64")?;
    build(&mut base, "wa:1:1:aa", &el8, "w-two-3-1.x86_64")?;
    base.defaults = [("em", "1"), ("rm", "1"), ("ldep", "2"), ("wa", "1")]
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .to_vec();
    base.advisories = vec![
        advisory("SA-IDLE", "security", "fm:1:1:aa", "f-advised-2-1.x86_64")?,
        advisory("SA-ACTIVE", "security", "mm:1:1:aa", "m-advised-2-1.x86_64")?,
        advisory("SA-OTHER", "security", "mm:2:1:aa", "m-advised-3-1.x86_64")?,
        advisory("SA-PLAIN", "security", "", "c-mod-2-1.x86_64 e-plain-2-1.x86_64")?,
        advisory("SA-STREAM2", "security", "cm:2:3:aa", "c-mod-1.5-1.x86_64")?,
        advisory("SA-NOMODULE", "security", "vm:1:1:aa", "v-version-2-1.x86_64")?,
        advisory("SA-CONTEXT", "security", "hm:1:1:cc", "h-ctx-2-1.x86_64")?,
        advisory("SA-VERSION", "security", "km:1:9:aa", "k-old-2-1.x86_64")?,
    ];
    let mut plainly = repository("plainly", "c-hidden-7-1.x86_64 w-two-2-1.x86_64")?;
    plainly.priority = Some(10);
    host.repositories.extend([base, plainly]);
    Ok(host)
}

/// Contexts, platforms, states, artifacts that lie in another repository.
fn contexts() -> anyhow::Result<Host> {
    let mut host = host(
        "small: module contexts",
        "x-low-1-1.x86_64 y-pkg-1-1.x86_64 y-dep-1-1.x86_64 z-wrong-1-1.x86_64 z-any-1-1.x86_64 z-none-1-1.x86_64 d-both-1-1.x86_64 \
         n-cross-1-1.x86_64 n-idle-1-1.x86_64 n-free-1-1.x86_64 n-rebuilt-1-1.x86_64 o-victim-1-1.x86_64 o-victim2-1-1.x86_64",
    )?;
    let streams = [
        ("xm", "1"),
        ("ym", "1"),
        ("ydep", "2"),
        ("zm", "1"),
        ("za", "1"),
        ("zn", "1"),
        ("db", "2"),
        ("nc", "1"),
        ("on", "1"),
        ("nr", "1"),
    ];
    host.enabled = streams.map(|(name, stream)| (name.to_owned(), stream.to_owned())).to_vec();
    let mut base =
        repository("base", "z-wrong-5-1.x86_64 z-any-5-1.x86_64 z-none-5-1.x86_64 n-rebuilt-2-1.x86_64")?;
    let el8 = [("platform", "el8")];
    build(&mut base, "xm:1:5:aa", &el8, "x-low-2-1.x86_64")?;
    build(&mut base, "xm:1:3:bb", &el8, "x-low-3-1.x86_64")?;
    build(&mut base, "ym:1:1:aa", &[("platform", "el8"), ("ydep", "1")], "y-pkg-3-1.x86_64")?;
    build(&mut base, "ym:1:1:bb", &[("platform", "el8"), ("ydep", "2")], "y-pkg-2-1.x86_64")?;
    build(&mut base, "ydep:1:1:aa", &el8, "y-dep-3-1.x86_64")?;
    build(&mut base, "ydep:2:1:aa", &el8, "y-dep-2-1.x86_64")?;
    build(&mut base, "zm:1:1:aa", &[("platform", "el9")], "z-wrong-9-1.x86_64")?;
    build(&mut base, "za:1:1:aa", &[("platform", "")], "z-any-2-1.x86_64")?;
    build(&mut base, "zn:1:1:aa", &[], "z-none-2-1.x86_64")?;
    build(&mut base, "db:1:1:aa", &el8, "d-both-3-1.x86_64")?;
    build(&mut base, "db:2:1:aa", &el8, "d-both-2-1.x86_64")?;
    build(&mut base, "nc:1:1:aa", &el8, "n-elsewhere-1-1.x86_64")?;
    build(&mut base, "ni:1:1:aa", &el8, "n-elsewhere-2-1.x86_64")?;
    build(&mut base, "nr:1:1:aa", &el8, "n-rebuilt-1-1.x86_64")?;
    build(&mut base, "on:1:1:aa", &el8, "o-active-1-1.x86_64")?;
    build(&mut base, "oi:1:1:aa", &el8, "o-idle-1-1.x86_64")?;
    for (name, artifact) in [("nc", "n-cross-0:3-1.x86_64"), ("ni", "n-idle-0:3-1.x86_64")] {
        base.modules
            .iter_mut()
            .filter(|m| m.name == name)
            .for_each(|m| m.artifacts.push(artifact.to_owned()));
    }
    for (name, victim) in [("o-active", "o-victim"), ("o-idle", "o-victim2")] {
        let obsoletes = || vec![format!("{victim} < 2-1")];
        base.packages.iter_mut().filter(|p| p.name == name).for_each(|p| p.obsoletes = obsoletes());
    }
    base.defaults = vec![("db".to_owned(), "1".to_owned())];
    let other = repository(
        "other",
        "n-cross-3-1.x86_64 n-cross-4-1.x86_64 n-idle-3-1.x86_64 n-idle-2-1.x86_64 n-free-2-1.x86_64",
    )?;
    host.repositories.extend([base, other]);
    Ok(host)
}

/// Who obsoletes what.
fn obsoletes() -> anyhow::Result<Host> {
    let mut host = host(
        "small: obsoletes",
        "o-provided-1-1.x86_64 o-taker-2-1.x86_64 o-victim-1-1.x86_64 o-once-1-1.x86_64 o-shadow-1-1.x86_64 o-excluded-1-1.x86_64 \
         o-arch-1-1.x86_64 o-arch-1-1.i686 o-noarch-1-1.noarch o-up-1-1.x86_64 o-upvictim-1-1.x86_64 o-down-3-1.x86_64 o-downvictim-1-1.x86_64 \
         o-many-1-1.x86_64 o-many-2-1.x86_64 o-eq-1-1.x86_64 o-eqv-1-1.x86_64 o-epoch-1:1-1.x86_64 o-i686-1-1.x86_64 \
         o-vers-1-1.x86_64 o-vers2-1-1.x86_64",
    )?;
    host.installed
        .iter_mut()
        .filter(|p| p.name == "o-provided")
        .for_each(|p| p.provides = vec!["o-virtual = 1-1".to_owned()]);
    let mut base = repository("base", "o-once2-2-1.x86_64 o-new2-3-1.x86_64")?;
    base.packages.extend([
        with("o-provider-1-1.x86_64", &[], &["o-virtual"])?,
        with("o-taker-2-1.x86_64", &[], &["o-victim < 2-1"])?,
        with("o-once2-1-1.x86_64", &[], &["o-once < 2-1"])?,
        with("o-new2-2-1.x86_64", &[], &["o-shadow < 2-1"])?,
        with("o-banned-2-1.x86_64", &[], &["o-excluded < 2-1"])?,
        with("o-archnew-2-1.x86_64", &[], &["o-arch < 2-1"])?,
        with("o-archnew-2-1.i686", &[], &["o-arch < 2-1"])?,
        with("o-noarchnew-2-1.x86_64", &[], &["o-noarch < 2-1"])?,
        with("o-noarchnew-2-1.noarch", &[], &["o-noarch < 2-1"])?,
        with("o-up-2-1.x86_64", &[], &["o-upvictim < 2-1"])?,
        with("o-down-2-1.x86_64", &[], &["o-downvictim < 2-1"])?,
        with("o-manynew-2-1.x86_64", &[], &["o-many < 2-1"])?,
        with("o-eqnew-2-1.x86_64", &[], &["o-eq = 1-1"])?,
        with("o-eqvnew-2-1.x86_64", &[], &["o-eqv <= 1"])?,
        with("o-epochnew-2-1.x86_64", &[], &["o-epoch < 2-1"])?,
        with("o-versnew-2-1.x86_64", &[], &["o-vers < 2-1", "o-vers2 < 2-1"])?,
        with("o-versnew-3-1.x86_64", &[], &["o-vers < 2-1"])?,
        with("o-i686new-2-1.i686", &[], &["o-i686 < 2-1"])?,
    ]);
    base.excludes = vec!["o-banned".to_owned()];
    host.repositories.push(base);
    Ok(host)
}

/// No repository has any module metadata, but streams are enabled.
fn failsafe() -> anyhow::Result<Host> {
    let mut host =
        host("small: no module metadata", "g-gone-1-1.module_el8.1.0+1+aa.x86_64 g-other-1-1.x86_64")?;
    host.installed.iter_mut().take(1).for_each(|package| package.label = "gone:1:1:aa".to_owned());
    host.enabled = vec![("gone".to_owned(), "1".to_owned())];
    host.repositories.push(repository(
        "base",
        "g-gone-2-1.el8.x86_64 g-other-2-1.x86_64 g-gone-3-1.module_el8.1.0+1+aa.x86_64",
    )?);
    Ok(host)
}
