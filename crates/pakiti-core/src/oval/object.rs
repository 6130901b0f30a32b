//! What an object selects (oval-semantics.md, sections 4 and 5).

use super::collected::{Collected, Item, values};
use super::evaluation::Evaluation;
use super::field::Field;
use super::model::{Entity, Filter, Kind, Object, Operation, Place};
use super::outcome::{Flag, Outcome};
use super::release;
use std::collections::HashSet;
use std::rc::Rc;

/// The behaviour of objects of dpkg packages that Pakiti makes of Ubuntu's lists: names are patterns. The schema has
/// none for them.
pub(crate) const BY_PATTERN: &str = "pakiti:pattern";

/// The values an entity of an object selects by.
pub(super) enum Operands<'a> {
    One(&'a str),
    Many(Rc<[Box<str>]>),
}

impl Operands<'_> {
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        let (one, many) = match self {
            Self::One(value) => (Some(*value), None),
            Self::Many(values) => (None, Some(values.iter().map(|value| &**value))),
        };
        one.into_iter().chain(many.into_iter().flatten())
    }
}

/// The entity of an object for a field.
pub(super) fn entity_of<'a>(object: &'a Object, field: &Field) -> Option<&'a Entity> {
    object.entities.iter().find(|entity| entity.field == *field)
}

impl<'a> Evaluation<'a> {
    /// The items of an object, collected once. An object the document does not hold is not collected; one that
    /// needs itself is an error.
    pub(super) fn object(&mut self, place: Place) -> Rc<Collected<'a>> {
        let Some(object) = self.document.objects.get(place as usize) else {
            return Rc::new(Collected::nothing(Flag::NotCollected));
        };
        if let Some(Some(known)) = self.objects.get(place as usize) {
            return known.clone();
        }
        self.keep(place, Rc::new(Collected::nothing(Flag::Error)));
        let collected = self.deeper(|this| this.collect(object));
        let collected = Rc::new(collected.unwrap_or_else(|| Collected::nothing(Flag::Error)));
        self.keep(place, collected.clone());
        collected
    }

    fn keep(&mut self, place: Place, collected: Rc<Collected<'a>>) {
        if let Some(slot) = self.objects.get_mut(place as usize) {
            *slot = Some(collected);
        }
    }

    fn collect(&mut self, object: &'a Object) -> Collected<'a> {
        let collected = match (&object.set, &object.kind) {
            (Some(set), _) => self.set_of(set),
            (None, Kind::RpmInfo | Kind::DpkgInfo) => self.packages(object),
            (None, Kind::RpmVerifyFile) => self.owners(object),
            (None, Kind::TextFileContent54) => self.lines(object),
            (None, Kind::Uname) => match self.host.facts() {
                facts if facts.complete && facts.context.kernel.is_none() => {
                    Collected::nothing(Flag::DoesNotExist)
                }
                _ => Collected::all(vec![Item::Uname]),
            },
            (None, Kind::Family) => Collected::all(vec![Item::Family]),
            (None, Kind::Variable) => self.variable_item(object),
            (None, Kind::Other(_) | Kind::Unknown) => Collected::nothing(Flag::NotCollected),
        };
        self.filtered(collected, &object.filters)
    }

    /// Takes out the items that filters exclude, or keeps those they include.
    pub(super) fn filtered(&mut self, mut collected: Collected<'a>, filters: &[Filter]) -> Collected<'a> {
        for filter in filters {
            let items = std::mem::take(&mut collected.items);
            collected.items = items
                .into_iter()
                .filter(|item| (self.state(filter.state, item) == Outcome::True) == filter.include)
                .collect();
        }
        collected.settled()
    }

    /// The values an entity selects by; a variable without values selects nothing.
    pub(super) fn operands(&mut self, entity: &'a Entity) -> Result<Operands<'a>, Flag> {
        let Some(place) = entity.variable else { return Ok(Operands::One(&entity.value)) };
        let resolved = self.variable(place);
        match resolved.flag {
            Flag::Complete | Flag::Incomplete if !resolved.values.is_empty() => {
                Ok(Operands::Many(resolved.values.clone()))
            }
            Flag::NotCollected => Err(Flag::NotCollected),
            _ => Err(Flag::DoesNotExist),
        }
    }

    /// Does any of the entity's values select this one?
    pub(super) fn selects(&mut self, entity: &Entity, operands: &Operands<'_>, value: &str) -> Outcome {
        let mut worst = Outcome::False;
        for own in operands.iter() {
            match self.step(entity.datatype, entity, value, own) {
                Outcome::True => return Outcome::True,
                Outcome::False => {}
                other => worst = other,
            }
        }
        worst
    }

    /// Installed packages by name. Both formats' probes know only the name; that of dpkg takes it literally.
    fn packages(&mut self, object: &'a Object) -> Collected<'a> {
        let Some(entity) = entity_of(object, &Field::Name) else { return Collected::nothing(Flag::Error) };
        let operands = match self.operands(entity) {
            Ok(operands) => operands,
            Err(flag) => return Collected::nothing(flag),
        };
        let deb = object.kind == Kind::DpkgInfo;
        let by_pattern = deb && object.behaviors.iter().any(|(name, _)| &**name == BY_PATTERN);
        if by_pattern || (!deb && !matches!(entity.operation, Operation::Equals)) {
            let positions = if deb { self.host.debs() } else { self.host.rpms() };
            return self.by_operation(entity, &operands, positions);
        }
        let mut positions = Vec::new();
        for name in operands.iter() {
            if deb {
                positions.extend(self.host.deb_named(name));
            } else {
                positions.extend_from_slice(self.host.rpms_named(name));
            }
        }
        if matches!(operands, Operands::Many(_)) {
            positions.sort_unstable();
            positions.dedup();
        }
        Collected::all(positions.into_iter().map(Item::Package).collect())
    }

    fn by_operation(
        &mut self,
        entity: &'a Entity,
        operands: &Operands<'_>,
        positions: &[u32],
    ) -> Collected<'a> {
        if !matches!(entity.operation, Operation::NotEqual | Operation::PatternMatch) {
            return Collected::nothing(Flag::Error);
        }
        let mut items = Vec::new();
        let mut last: Option<(&str, Outcome)> = None;
        let host = self.host;
        for &position in positions {
            let name = host.package(position).map_or("", |package| package.name.as_str());
            let selected = match last {
                Some((known, outcome)) if known == name => outcome,
                _ => self.selects(entity, operands, name),
            };
            last = Some((name, selected));
            match selected {
                Outcome::True => items.push(Item::Package(position)),
                Outcome::False => {}
                _ => return Collected::nothing(Flag::Error),
            }
        }
        Collected::all(items)
    }

    /// rpmverifyfile: the packages that own a file.
    fn owners(&mut self, object: &'a Object) -> Collected<'a> {
        let Some(entity) = entity_of(object, &Field::Filepath) else {
            return Collected::nothing(Flag::Error);
        };
        let unknown = if self.host.facts().complete { Flag::DoesNotExist } else { Flag::NotCollected };
        if entity.operation != Operation::Equals {
            return Collected::nothing(unknown);
        }
        let operands = match self.operands(entity) {
            Ok(operands) => operands,
            Err(flag) => return Collected::nothing(flag),
        };
        let mut items = Vec::new();
        for path in operands.iter() {
            let Some(owners) = release::owners(self.host, path) else { return Collected::nothing(unknown) };
            let path: Rc<str> = path.into();
            items.extend(owners.into_iter().map(|position| Item::Owner(position, path.clone())));
        }
        for entity in object.entities.iter().filter(|entity| entity.field != Field::Filepath) {
            let operands = match self.operands(entity) {
                Ok(operands) => operands,
                Err(flag) => return Collected::nothing(flag),
            };
            let host = self.host;
            items.retain(|item| {
                let found = values(host, item, &entity.field);
                found.as_slice().iter().any(|value| self.selects(entity, &operands, value) == Outcome::True)
            });
        }
        Collected::all(distinct(items))
    }

    /// The values of a variable as one item.
    fn variable_item(&mut self, object: &'a Object) -> Collected<'a> {
        let Some(place) = entity_of(object, &Field::VarRef).and_then(|entity| entity.variable) else {
            return Collected::nothing(Flag::Error);
        };
        let resolved = self.variable(place);
        match resolved.flag {
            Flag::Complete | Flag::Incomplete if !resolved.values.is_empty() => {
                Collected { flag: resolved.flag, items: vec![Item::Variable(place, resolved.values.clone())] }
            }
            Flag::Complete | Flag::Incomplete => Collected::nothing(Flag::DoesNotExist),
            flag => Collected::nothing(flag),
        }
    }
}

/// Each item once, in the order of their first places.
pub(super) fn distinct(items: Vec<Item<'_>>) -> Vec<Item<'_>> {
    let mut seen = HashSet::with_capacity(items.len());
    items.into_iter().filter(|item| seen.insert(item.clone())).collect()
}
