//! Golden verdicts: a small world whose verdicts stand here, digests included. They may change only together
//! with `EVALUATOR_VERSION`, because a server compares stored digests with newly computed ones.

use pakiti_core::context::{Context, GroupContext, Pin};
use pakiti_core::judge::judge;
use pakiti_core::os_group::OsGroupId;
use pakiti_core::package::{Package, PackageFormat};
use pakiti_core::repository::{IndexedPackage, RepositoryContent, RepositoryMeta};
use pakiti_core::rules::{EVALUATOR_VERSION, RuleIndex};

/// `name version arch [phased]`, one a line.
fn repository(meta: RepositoryMeta, component: &str, packages: &str) -> RepositoryContent {
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
    RepositoryContent { meta, packages, ..Default::default() }
}

fn meta(origin: &str, label: &str, suite: &str, codename: &str) -> RepositoryMeta {
    RepositoryMeta {
        origin: origin.into(),
        label: label.into(),
        suite: suite.into(),
        codename: codename.into(),
        site: "deb.example.org".into(),
        os_group: Some(OsGroupId("debian-12".into())),
        security: codename.ends_with("-security"),
        not_automatic: codename.ends_with("-backports"),
        but_automatic_upgrades: codename.ends_with("-backports"),
        ..RepositoryMeta::default()
    }
}

fn sources() -> Vec<RepositoryContent> {
    let main = "bash 5.2-1 amd64\n curl 7.88-1 amd64\n curl 7.88-1 i386\n tzdata 2024a-0 all\n\
                libssl3 3.0.9-1 amd64\n openssl 3.0.9-1 amd64\n python3-x 1.0-1 all\n nginx 1.22-9 amd64";
    let updates = "tzdata 2024b-0+deb12u1 all\n bash 5.2-1+deb12u1 amd64 30\n openssl 3.0.15-1 amd64";
    let security = "curl 7.88-1+deb12u5 amd64\n curl 7.88-1+deb12u5 i386\n openssl 3.0.11-1 amd64\n\
                    libssl3 3.0.11-1 amd64";
    let third =
        RepositoryMeta { site: "vendor.example.com".into(), ..meta("Vendor", "", "stable", "stable") };
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
        let (judgements, verdict) = judge(&index, &context, &packages);
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
        EVALUATOR_VERSION 2
        plain: e5c453667c73542c018e2f39dd64388b95dcc41861c33f5d4b17c362c809640b
          {"packages":11,"in_repository":10,"judged":8,"unknown":1,"security":3,"other":5,"held":0}
          concerned [0, 1, 2, 3, 5, 6, 7, 8] unknown [10]
          bash:amd64 -> 5.2-1+deb12u1 bugfix phased 30 %
          curl:amd64 -> 7.88-1+deb12u5 security
          curl:i386 -> 7.88-1+deb12u5 security
          tzdata:all -> 2024b-0+deb12u1 bugfix
          openssl:amd64 -> 3.0.15-1 security
          python3-x:all -> 1.1-1 bugfix
          nginx:amd64 -> 1.26-1 bugfix
          git:amd64 -> 2.45-1~bpo12+1 bugfix
        pinned: cf51ceacbce4d481856085a97492b898813a9251072e33a28a2ab629acf5cc51
          {"packages":11,"in_repository":10,"judged":8,"unknown":1,"security":3,"other":3,"held":0}
          concerned [0, 1, 2, 3, 5, 8] unknown [10]
          bash:amd64 -> 5.2-1+deb12u1 bugfix phased 30 %
          curl:amd64 -> 8.5-1~bpo12+1 security
          curl:i386 -> 7.88-1+deb12u5 security
          tzdata:all -> 2024b-0+deb12u1 bugfix
          openssl:amd64 -> 3.0.11-1 security
          git:amd64 -> 2.45-1~bpo12+1 bugfix
        held: 2675f30b7b99c4118a388d92e45eef08eb77dfe887a7e331f6bceac7628100f9
          {"packages":11,"in_repository":10,"judged":8,"unknown":1,"security":3,"other":5,"held":2}
          concerned [0, 1, 2, 3, 5, 6, 7, 8] unknown [10]
          bash:amd64 -> 5.2-1+deb12u1 bugfix phased 30 %
          curl:amd64 -> 7.88-1+deb12u5 security
          curl:i386 -> 7.88-1+deb12u5 security
          tzdata:all -> 2024b-0+deb12u1 bugfix
          openssl:amd64 -> 3.0.15-1 security
          python3-x:all -> 1.1-1 bugfix
          nginx:amd64 -> 1.26-1 bugfix
          git:amd64 -> 2.45-1~bpo12+1 bugfix
        unmapped: 3145eded536248aab753da7ad4efea222939cf5c1003b518a526565a8d8e63c8
          {"packages":11,"in_repository":0,"judged":0,"unknown":11,"security":0,"other":0,"held":0}
          concerned [] unknown [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        "#);
    });
}
