//! The table against the families' rules, and the matching's promise that a name has one group at most.

use super::detect::candidates;
use super::{OsGroupId, all, day_of, describe, family_of, from_system};
use std::collections::BTreeSet;

#[test]
fn days_are_counted_from_1970() {
    for (date, day) in
        [("1970-01-01", 0), ("1972-02-29", 789), ("2000-03-01", 11_017), ("2028-06-30", 21_365)]
    {
        assert_eq!(day_of(date), Some(day), "{date}");
    }
}

#[test]
fn every_row_has_its_own_id_a_family_and_a_sound_date() {
    let mut ids = BTreeSet::new();
    for group in all() {
        assert!(ids.insert(group.id), "{} stands twice", group.id);
        let id = OsGroupId(group.id.into());
        assert_eq!(family_of(&id), Some(group.family), "{id}");
        assert_eq!(describe(&id), Some(group));
        assert!(group.support_end.is_none_or(|d| d.len() == 10 && day_of(d).is_some()), "{id}");
    }
}

#[test]
fn every_human_name_is_matched_by_its_own_row_only() {
    for group in all() {
        let found: BTreeSet<String> = candidates(group.name).into_iter().map(|g| g.0).collect();
        // The AMI's name bears no number: clients report its year.
        let expected = if group.id == "amazon-1" { vec![] } else { vec![group.id.to_owned()] };
        assert_eq!(found.into_iter().collect::<Vec<_>>(), expected, "{}", group.name);
    }
}

#[test]
fn codenames_are_unique_within_a_family() {
    let mut seen = BTreeSet::new();
    for group in all() {
        if let Some(codename) = group.codename {
            assert!(seen.insert((group.family, codename)), "{} {codename}", group.family);
        }
    }
}

#[test]
fn long_names_are_not_looked_at() {
    assert!(from_system(&format!("Debian GNU/Linux 12 ({})", "x".repeat(2_000))).is_none());
}

#[test]
fn every_family_of_rpms_knows_its_vendor() {
    for family in super::family::FAMILIES {
        let rpm = family.format == crate::package::PackageFormat::Rpm;
        assert_eq!(family.vendors.is_empty(), !rpm, "{}", family.id);
        assert!(family.vendors.iter().all(|vendor| !vendor.is_empty()), "{}", family.id);
    }
}
