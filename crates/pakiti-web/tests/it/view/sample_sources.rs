//! Sample pages of sources: the list, one source, the form, the removal.

use super::{DAY, HOUR, NOW, layout};
use pakiti_web::view::layout::Section;
use pakiti_web::view::source::{
    Effect, HostDelta, Signature, SkippedItem, SnapshotRow, SourceFile, SourcePage,
};
use pakiti_web::view::source_edit::{
    ChoiceField, EditedSource, Field, FieldGroup, SourceFormPage, SourceRemovePage, TextField, TickField,
};
use pakiti_web::view::sources::{ListedSource, SourceRow, SourcesPage};
use pakiti_web::view::stale::{StaleSource, Trouble};
use pakiti_web::view::state::SourceState;

pub(crate) fn source_row(id: i64, name: &str, state: SourceState) -> SourceRow {
    let fetched = state != SourceState::NeverFetched;
    SourceRow {
        id,
        name: name.into(),
        kind: "apt".into(),
        definitions: false,
        url: format!("https://deb.debian.org/debian/dists/{name}"),
        os_group: fetched.then(|| "debian-12".into()),
        further_groups: if id == 3 { vec!["raspbian-12".into()] } else { vec![] },
        mapped: id == 3,
        enabled: state != SourceState::Disabled,
        security: name.ends_with("security"),
        state,
        last_success: fetched.then_some(NOW - id * 17 * 60),
        next_due: (state != SourceState::Disabled).then_some(NOW + 40 * 60),
        packages: if fetched { 63_461 } else { 0 },
        skipped: if id == 3 { 2 } else { 0 },
        error: None,
    }
}

pub(crate) fn stale(id: i64, name: &str) -> StaleSource {
    let trouble = Trouble::Failed(Some(NOW - DAY));
    StaleSource::new((id, name), &["debian-12".to_owned()], trouble, Some(NOW - 2 * DAY), NOW)
}

/// A row of the list, with nothing wrong.
pub(crate) fn listed(row: SourceRow) -> ListedSource {
    ListedSource { row, stale: None }
}

pub(crate) fn source_new() -> SourceFormPage {
    let text = |name, label, value: &str, error: Option<&str>| {
        let (value, error) = (value.to_owned(), error.map(str::to_owned));
        Field::Text(TextField { name, label, hint: "debian-12, rhel-9", value, error, required: true })
    };
    let choices: &[(&str, &str)] = &[("apt", "apt: a suite"), ("yum", "yum: a repository")];
    let fields = vec![
        text("name", "Name", "base os", Some("a name holds no blanks")),
        Field::Choice(ChoiceField { name: "kind", label: "Kind", choices, value: "yum".into(), error: None }),
        text("os_group", "OS group", "rhel-9", None),
        Field::Tick(TickField {
            name: "mirrorlist",
            label: "The address gives a list of mirrors",
            ticked: true,
            error: Some("a list of mirrors is fetched by http or https".into()),
        }),
    ];
    SourceFormPage {
        layout: layout(Section::Sources),
        groups: vec![FieldGroup { legend: "What it is", fields, note: Some("Mapping is a choice.") }],
        folders: vec!["/srv/mirror".into()],
        edited: None,
    }
}

pub(crate) fn source_edit() -> SourceFormPage {
    let edited = Some(EditedSource { id: 3, name: "bookworm-security".into() });
    SourceFormPage { edited, ..source_new() }
}

pub(crate) fn source_remove() -> SourceRemovePage {
    SourceRemovePage {
        layout: layout(Section::Sources),
        id: 3,
        name: "bookworm-security".into(),
        groups: "debian-12".into(),
    }
}

pub(crate) fn sources() -> SourcesPage {
    let mut rows = vec![
        source_row(2, "bookworm", SourceState::NotModified),
        source_row(3, "bookworm-backports", SourceState::Expired),
        source_row(1, "bookworm-security", SourceState::Fresh),
        source_row(4, "bookworm-updates", SourceState::Error),
        source_row(5, "local-mirror", SourceState::Disabled),
        source_row(6, "trixie-security", SourceState::NeverFetched),
    ];
    rows[1].error = Some("the index is expired: Valid-Until was 2026-11-13 08:12 UTC".into());
    rows[3].error = Some("InRelease: hash of main/binary-amd64/Packages.xz is 41c0…, the file has 9b1f…; the snapshot of yesterday stays in force".into());
    rows[3].last_success = Some(NOW - DAY);
    rows[4].url = "/srv/mirror/debian/dists/bookworm".into();
    let mut rows: Vec<ListedSource> = rows.into_iter().map(listed).collect();
    rows[3].stale = Some(stale(4, "bookworm-updates"));
    SourcesPage {
        layout: layout(Section::Sources),
        rows,
        add_command: "pakiti source add apt https://deb.debian.org/debian-security/dists/bookworm-security"
            .into(),
    }
}

pub(crate) fn no_sources() -> SourcesPage {
    SourcesPage { rows: vec![], ..sources() }
}

pub(crate) fn source() -> SourcePage {
    let file =
        |path: &str, bytes, packages, skipped| SourceFile { path: path.into(), bytes, packages, skipped };
    let snapshot = |age: i64, generation, active, changed_names| SnapshotRow {
        fetched: NOW - age,
        generation,
        active,
        bytes: 8_812_345,
        packages: 63_461,
        changed_names,
        effect: Some((generation, 3)),
    };
    let mut row = source_row(3, "bookworm-security", SourceState::Error);
    row.error = Some("deb.debian.org: no answer for 30 seconds".into());
    row.skipped = 40;
    SourcePage {
        layout: layout(Section::Sources),
        source: row,
        stale: Some(stale(3, "bookworm-security")),
        facts: vec![("Kind", "apt suite".into()), ("Excludes", "kernel*".into())],
        effect: Some(Effect {
            numbers: Some((1204, 87)),
            most: vec![
                HostDelta { id: 42, name: "wn042.site-b.example.org".into(), security: 3, other: -1 },
                HostDelta { id: 3, name: "db1.example.org".into(), security: 0, other: 2 },
            ],
            under_way: true,
        }),
        files: vec![
            file("InRelease", 151_082, 0, 0),
            file("main/binary-amd64/Packages.xz", 8_660_111, 63_461, 40),
            file("contrib/binary-amd64/Packages.xz", 1_152, 12, 0),
        ],
        skipped: vec![
            SkippedItem {
                file: "main/binary-amd64/Packages.xz".into(),
                line: Some(118_233),
                reason: "version \"1:2:3 beta\" holds a blank".into(),
                count: 1,
            },
            SkippedItem {
                file: "InRelease".into(),
                line: None,
                reason: "no keyring: hash check only".into(),
                count: 1,
            },
        ],
        signature: Signature::Good {
            keys: vec![
                "B0CAB9266E8C3929798B3EEEBDE6D2B9216EC7A8".into(),
                "05AB90340C0C5E797F44A8C8254CF3B5AEC0A8F0".into(),
            ],
        },
        snapshots: vec![
            snapshot(17 * 60, 128, true, Some(14)),
            snapshot(26 * HOUR, 121, false, Some(1203)),
            snapshot(9 * DAY, 7, false, None),
        ],
    }
}
