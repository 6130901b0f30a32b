//! Golden verdicts: a small world whose verdicts stand here, digests included. They may change only together
//! with `EVALUATOR_VERSION`, because a server compares stored digests with newly computed ones.

use pakiti_core::context::{Context, GroupContext, Pin};
use pakiti_core::judge::{Judged, judge};
use pakiti_core::os_group::OsGroupId;
use pakiti_core::package::{Package, PackageFormat};
use pakiti_core::repository::{IndexedPackage, SnapshotContent, SourceMeta};
use pakiti_core::rules::{EVALUATOR_VERSION, RuleIndex};

/// `name version arch [phased]`, one a line.
fn repository(meta: SourceMeta, component: &str, packages: &str) -> SnapshotContent {
    let read = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        IndexedPackage {
            name: words[0].into(),
            version: words[1].into(),
            arch: words[2].into(),
            component: component.into(),
            source_name: words[0].into(),
            source_version: words[1].into(),
            phased: words.get(3).map(|percent| percent.parse().unwrap()),
            ..Default::default()
        }
    };
    let packages = packages.lines().map(str::trim).filter(|line| !line.is_empty()).map(read).collect();
    SnapshotContent { meta, packages, ..Default::default() }
}

fn meta(origin: &str, label: &str, suite: &str, codename: &str) -> SourceMeta {
    SourceMeta {
        origin: origin.into(),
        label: label.into(),
        suite: suite.into(),
        codename: codename.into(),
        site: "deb.example.org".into(),
        os_group: Some(OsGroupId("debian-12".into())),
        security: codename.ends_with("-security"),
        not_automatic: codename.ends_with("-backports"),
        but_automatic_upgrades: codename.ends_with("-backports"),
        ..SourceMeta::default()
    }
}

fn sources() -> Vec<SnapshotContent> {
    let main = "bash 5.2-1 amd64\n curl 7.88-1 amd64\n curl 7.88-1 i386\n tzdata 2024a-0 all\n\
                libssl3 3.0.9-1 amd64\n openssl 3.0.9-1 amd64\n python3-x 1.0-1 all\n nginx 1.22-9 amd64";
    let updates = "tzdata 2024b-0+deb12u1 all\n bash 5.2-1+deb12u1 amd64 30\n openssl 3.0.15-1 amd64";
    let security = "curl 7.88-1+deb12u5 amd64\n curl 7.88-1+deb12u5 i386\n openssl 3.0.11-1 amd64\n\
                    libssl3 3.0.11-1 amd64";
    let third = SourceMeta { site: "vendor.example.com".into(), ..meta("Vendor", "", "stable", "stable") };
    vec![
        repository(meta("Debian", "Debian", "stable", "bookworm"), "main", main),
        repository(meta("Debian", "Debian", "stable-updates", "bookworm-updates"), "main", updates),
        repository(
            meta("Debian", "Debian-Security", "stable-security", "bookworm-security"),
            "main",
            security,
        ),
        repository(
            meta("Debian Backports", "Debian Backports", "stable-backports", "bookworm-backports"),
            "main",
            "curl 8.5-1~bpo12+1 amd64\n git 2.45-1~bpo12+1 amd64",
        ),
        repository(third, "", "agent 2.0 amd64\n nginx 1.26-1 amd64\n python3-x 1.1-1 amd64"),
    ]
}

fn packages() -> Vec<Package> {
    let installed = "bash 5.2-1 amd64\n curl 7.88-1 amd64\n curl 7.88-1 i386\n tzdata 2024a-0 all\n\
                     libssl3 3.0.11-1 amd64\n openssl 3.0.9-1 amd64\n python3-x 1.0-1 all\n nginx 1.22-9 amd64\n\
                     git 2.44-1~bpo12+1 amd64\n agent 2.0 amd64\n homemade 1 amd64";
    let read = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        Package::new(PackageFormat::Deb, words[0], words[1], words[2])
    };
    installed.lines().map(read).collect()
}

fn context() -> Context {
    let group = GroupContext {
        os_group: Some(OsGroupId("debian-12".into())),
        arch: "x86_64".into(),
        foreign_archs: ["i386".to_owned()].into(),
        ..GroupContext::default()
    };
    Context { group, kernel: Some("6.1.0-18-amd64".into()), ..Context::default() }
}

fn contexts() -> Vec<(&'static str, Context)> {
    let pin = |package: &str, expression: &str, priority| Pin {
        package: package.into(),
        expression: expression.into(),
        priority,
    };
    let mut pinned = context();
    pinned.group.pins = vec![
        pin("*", "origin vendor.example.com", 1),
        pin("curl", "release n=bookworm-backports", 990),
        pin("src:openssl", "version 3.0.11*", 990),
    ];
    let mut held = context();
    held.held = ["curl:i386".to_owned(), "nginx".to_owned()].into();
    let mut unmapped = context();
    unmapped.group.os_group = None;
    vec![("plain", context()), ("pinned", pinned), ("held", held), ("unmapped", unmapped)]
}

fn shown() -> String {
    let contents = sources().into_iter().zip(1..).map(|(content, id)| (id, content)).collect();
    let (index, packages) = (RuleIndex::build(1, contents), packages());
    let mut lines = vec![format!("EVALUATOR_VERSION {EVALUATOR_VERSION}")];
    for (name, context) in contexts() {
        let Judged { judgements, verdict, .. } = judge(&index, &context, &packages);
        lines.push(format!("{name}: {}", blake3::Hash::from_bytes(verdict.digest.0)));
        lines.push(format!("  {}", serde_json::to_string(&verdict.counters).unwrap()));
        lines.push(format!("  concerned {:?} unknown {:?}", verdict.concerned, verdict.unknown));
        for (package, judgement) in packages.iter().zip(judgements) {
            let Some(update) = judgement.update else { continue };
            let percent = update.phased.map(|p| format!(" phased {p} %")).unwrap_or_default();
            let kind = update.kind.word();
            lines
                .push(format!("  {}:{} -> {} {kind}{percent}", package.name, package.arch, update.candidate));
        }
    }
    lines.join("\n")
}

#[test]
fn golden_verdicts_change_only_with_the_evaluator_version() {
    let description = "A verdict changed. If that is on purpose, bump `EVALUATOR_VERSION` in \
                       crates/pakiti-core/src/rules/mod.rs and take over the new text; if not, it is a bug.";
    insta::with_settings!({ description => description }, {
        insta::assert_snapshot!(shown(), @r#"
        EVALUATOR_VERSION 4
        plain: 59cdff419601ff0850b397f4abf0c158fd946af42cf74ac948ecd1b220cd8252
          {"packages":11,"in_repository":10,"judged":8,"unknown":1,"security":3,"other":5,"held":0,"findings":{"fixable":[0,0,0,0,0,0],"unfixed":0,"pending_reboot":0,"leftover":0}}
          concerned [0, 1, 2, 3, 5, 6, 7, 8] unknown [10]
          bash:amd64 -> 5.2-1+deb12u1 bugfix phased 30 %
          curl:amd64 -> 7.88-1+deb12u5 security
          curl:i386 -> 7.88-1+deb12u5 security
          tzdata:all -> 2024b-0+deb12u1 bugfix
          openssl:amd64 -> 3.0.15-1 security
          python3-x:all -> 1.1-1 bugfix
          nginx:amd64 -> 1.26-1 bugfix
          git:amd64 -> 2.45-1~bpo12+1 bugfix
        pinned: 6d544807c9c9c969edde79eb793a13da7a679eac7b313534cec2fb835f4f51ea
          {"packages":11,"in_repository":10,"judged":8,"unknown":1,"security":3,"other":3,"held":0,"findings":{"fixable":[0,0,0,0,0,0],"unfixed":0,"pending_reboot":0,"leftover":0}}
          concerned [0, 1, 2, 3, 5, 8] unknown [10]
          bash:amd64 -> 5.2-1+deb12u1 bugfix phased 30 %
          curl:amd64 -> 8.5-1~bpo12+1 security
          curl:i386 -> 7.88-1+deb12u5 security
          tzdata:all -> 2024b-0+deb12u1 bugfix
          openssl:amd64 -> 3.0.11-1 security
          git:amd64 -> 2.45-1~bpo12+1 bugfix
        held: 9de48ca33c49d242b31c7fb3df98ed9f769e50e9a8049a16a90ad8d0a98efa86
          {"packages":11,"in_repository":10,"judged":8,"unknown":1,"security":3,"other":5,"held":2,"findings":{"fixable":[0,0,0,0,0,0],"unfixed":0,"pending_reboot":0,"leftover":0}}
          concerned [0, 1, 2, 3, 5, 6, 7, 8] unknown [10]
          bash:amd64 -> 5.2-1+deb12u1 bugfix phased 30 %
          curl:amd64 -> 7.88-1+deb12u5 security
          curl:i386 -> 7.88-1+deb12u5 security
          tzdata:all -> 2024b-0+deb12u1 bugfix
          openssl:amd64 -> 3.0.15-1 security
          python3-x:all -> 1.1-1 bugfix
          nginx:amd64 -> 1.26-1 bugfix
          git:amd64 -> 2.45-1~bpo12+1 bugfix
        unmapped: bcc472b687345daa57484d7ab5ba892a467b1ed3f0be9dd6170b57490851e94c
          {"packages":11,"in_repository":0,"judged":0,"unknown":11,"security":0,"other":0,"held":0,"findings":{"fixable":[0,0,0,0,0,0],"unfixed":0,"pending_reboot":0,"leftover":0}}
          concerned [] unknown [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        "#);
    });
}
