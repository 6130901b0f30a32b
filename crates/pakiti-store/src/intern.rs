//! Interning: packages, package sets, contexts, cells are stored once and known by id.
//!
//! Law 3. Inserts go in natural-key order with `ON CONFLICT DO NOTHING`, so concurrent processes cannot
//! deadlock; who loses the race reads the winner's id.

use crate::args;
use crate::db::{Tx, Value};
use crate::dialect::{Type, lists, tables};
use crate::error::{Result, StoreError};
use crate::memo::{FastSet, Known};
use pakiti_core::context::{Context, GroupContext};
use pakiti_core::package::{Package, PackageFormat, PackageKey};
use pakiti_core::package_set::{PackageId, encode_ids};
use pakiti_core::version;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Rows per statement.
const CHUNK: usize = 256;

/// Packages with their ids.
#[derive(Debug, Default)]
pub(crate) struct Interned {
    /// Ids by key.
    pub(crate) ids: HashMap<PackageKey, PackageId>,
    /// Those that this transaction stored.
    pub(crate) new: FastSet<PackageId>,
}

/// Ids of the given packages; missing ones are inserted. `packages` is keyed and so in natural-key order.
///
/// `asking`: are packages that this process does not know looked up before they are inserted? It is set to what
/// pays next time. After a start most are stored; once all are known, what comes is new. Inserting what is
/// stored is no mistake, but PostgreSQL spends an id on each attempt.
pub(crate) async fn packages(
    tx: &mut Tx,
    packages: &BTreeMap<PackageKey, &Known>,
    asking: &mut Asking,
) -> Result<Interned> {
    let mut found = Interned::default();
    if *asking == Asking::First {
        let keys: Vec<PackageKey> = packages.keys().copied().collect();
        select_packages(tx, &keys, &mut found.ids).await?;
    }
    let missing: Vec<&Known> =
        packages.values().copied().filter(|known| !found.ids.contains_key(&known.0)).collect();
    let rows = missing.iter().map(|known| package_row(&known.0, &known.1)).collect();
    for (table, args) in tables(tx.dialect(), &PACKAGE_TYPES, rows, CHUNK) {
        let sql = format!(
            "INSERT INTO package (key, format, name, version, version_key, arch, source_name, source_version, vendor, module, key_id) \
             {table} ON CONFLICT (key) DO NOTHING RETURNING id, key"
        );
        for row in tx.fetch(&sql, args).await? {
            let id = package_id(row.int(0)?)?;
            found.ids.insert(PackageKey(row.hash(1)?), id);
            found.new.insert(id);
        }
    }
    let lost: Vec<PackageKey> =
        missing.iter().map(|known| known.0).filter(|key| !found.ids.contains_key(key)).collect();
    select_packages(tx, &lost, &mut found.ids).await?;
    *asking = Asking::after(packages.len(), found.new.len()).unwrap_or(*asking);
    Ok(found)
}

const PACKAGE_TYPES: [Type; 11] = {
    use Type::{Blob, Int, Text};
    [Blob, Int, Text, Text, Blob, Text, Text, Text, Text, Text, Text]
};

fn package_row(key: &PackageKey, package: &Package) -> Vec<Value> {
    let order = version::sort_key(package.format, &package.version).ok().map(|k| k.0);
    args![
        key.0,
        package.format.code(),
        &package.name,
        &package.version,
        order,
        &package.arch,
        &package.source_name,
        &package.source_version,
        &package.vendor,
        &package.module,
        &package.key_id,
    ]
}

async fn select_packages(
    tx: &mut Tx,
    keys: &[PackageKey],
    found: &mut HashMap<PackageKey, PackageId>,
) -> Result<()> {
    let keys = keys.iter().map(|key| Value::from(key.0)).collect();
    for (list, args) in lists(tx.dialect(), Type::Blob, keys, CHUNK) {
        let sql = format!("SELECT id, key FROM package WHERE key {list}");
        for row in tx.fetch(&sql, args).await? {
            found.insert(PackageKey(row.hash(1)?), package_id(row.int(0)?)?);
        }
    }
    Ok(())
}

/// Whether stored packages are looked up before missing ones are inserted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Asking {
    /// Look up, then insert the missing ones.
    #[default]
    First,
    /// Insert, then look up those that were there already.
    Afterwards,
}

impl Asking {
    /// What pays after `new` of `wanted` packages were new; too few say nothing.
    fn after(wanted: usize, new: usize) -> Option<Self> {
        let mostly_new = new * 10 >= wanted * 9;
        (wanted >= 16).then_some(if mostly_new { Self::Afterwards } else { Self::First })
    }
}

fn package_id(id: i64) -> Result<PackageId> {
    PackageId::try_from(id)
        .map_err(|_| StoreError::Corrupt { what: "package id", reason: format!("{id} is above 32 bits") })
}

/// The columns [`read_package`] reads, in its order.
pub(crate) const PACKAGE_COLUMNS: &str =
    "id, key, format, name, version, arch, source_name, source_version, vendor, module, key_id";

/// A package from a row of [`PACKAGE_COLUMNS`].
pub(crate) fn read_package(row: &crate::db::Row) -> Result<(PackageId, PackageKey, Package)> {
    let package = Package {
        format: PackageFormat::from_code(row.int(2)?),
        name: row.text(3)?,
        version: row.text(4)?,
        arch: row.text(5)?,
        source_name: row.text(6)?,
        source_version: row.text(7)?,
        vendor: row.text(8)?,
        module: row.text(9)?,
        key_id: row.text(10)?,
    };
    Ok((package_id(row.int(0)?)?, PackageKey(row.hash(1)?), package))
}

/// Ids of package sets by hash; stored if new. The ids of a set's packages are ascending.
pub(crate) async fn sets(
    tx: &mut Tx,
    wanted: &BTreeMap<[u8; 32], Vec<PackageId>>,
) -> Result<HashMap<[u8; 32], i64>> {
    let mut found = HashMap::with_capacity(wanted.len());
    let rows = wanted.iter().map(|(hash, ids)| args![*hash, ids.len() as i64, encode_ids(ids)]).collect();
    for (table, args) in tables(tx.dialect(), &[Type::Blob, Type::Int, Type::Blob], rows, 128) {
        let sql = format!(
            "INSERT INTO package_set (hash, packages, ids) {table} ON CONFLICT (hash) DO NOTHING RETURNING hash, id"
        );
        for row in tx.fetch(&sql, args).await? {
            found.insert(row.hash(0)?, row.int(1)?);
        }
    }
    let lost: Vec<&[u8; 32]> = wanted.keys().filter(|hash| !found.contains_key(*hash)).collect();
    let lost = lost.into_iter().map(|hash| Value::from(*hash)).collect();
    for (list, args) in lists(tx.dialect(), Type::Blob, lost, 128) {
        let sql = format!("SELECT hash, id FROM package_set WHERE hash {list}");
        for row in tx.fetch(&sql, args).await? {
            found.insert(row.hash(0)?, row.int(1)?);
        }
    }
    Ok(found)
}

/// Ids of a context and of its group context; stored if new.
pub(crate) async fn context(tx: &mut Tx, context: &Context) -> Result<(i64, i64)> {
    let hash = context.hash().0;
    let known = "SELECT id, group_context_id FROM context WHERE hash = $1";
    if let Some(row) = tx.fetch_optional(known, args![hash]).await? {
        return Ok((row.int(0)?, row.int(1)?));
    }
    let group_id = group_context(tx, &context.group).await?;
    tx.execute(
        "INSERT INTO context (hash, group_context_id, record) VALUES ($1, $2, $3) ON CONFLICT (hash) DO NOTHING",
        args![hash, group_id, context.record()],
    )
    .await?;
    Ok((one_id(tx, "SELECT id FROM context WHERE hash = $1", args![hash]).await?, group_id))
}

/// Id of a group context; stored if new.
pub(crate) async fn group_context(tx: &mut Tx, group: &GroupContext) -> Result<i64> {
    let os_group = group.os_group.as_ref().map_or("", |g| &g.0);
    tx.execute(
        "INSERT INTO group_context (hash, os_group, record) VALUES ($1, $2, $3) ON CONFLICT (hash) DO NOTHING",
        args![group.hash().0, os_group, group.record()],
    )
    .await?;
    one_id(tx, "SELECT id FROM group_context WHERE hash = $1", args![group.hash().0]).await
}

/// Ids of the given host groups; missing ones are inserted, existing ones keep their metadata.
pub(crate) async fn groups<'a>(tx: &mut Tx, names: &BTreeSet<&'a str>) -> Result<HashMap<&'a str, i64>> {
    let mut ids = HashMap::with_capacity(names.len());
    for name in names {
        tx.execute("INSERT INTO host_group (name) VALUES ($1) ON CONFLICT (name) DO NOTHING", args![*name])
            .await?;
        ids.insert(*name, one_id(tx, "SELECT id FROM host_group WHERE name = $1", args![*name]).await?);
    }
    Ok(ids)
}

/// The cell of group ids, or the own cell of a host with these groups.
pub(crate) async fn cell_of(tx: &mut Tx, ids: &[i64], own_host: Option<i64>) -> Result<i64> {
    let mut key = ids.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
    if let Some(host) = own_host {
        key.push_str(&format!("#{host}"));
    }
    let sql = "INSERT INTO cell (key, own_host_id) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING RETURNING id";
    let Some(row) = tx.fetch_optional(sql, args![&key, own_host]).await? else {
        return one_id(tx, "SELECT id FROM cell WHERE key = $1", args![key]).await;
    };
    let cell = row.int(0)?;
    for id in ids {
        tx.execute("INSERT INTO cell_group (cell_id, group_id) VALUES ($1, $2)", args![cell, *id]).await?;
    }
    Ok(cell)
}

async fn one_id(tx: &mut Tx, sql: &str, args: Vec<Value>) -> Result<i64> {
    match tx.fetch_optional(sql, args).await? {
        Some(row) => row.int(0),
        None => Err(StoreError::NotFound { what: "interned row", name: sql.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::Asking;

    #[test]
    fn packages_are_looked_up_first_unless_nearly_all_of_the_last_ones_were_new() {
        assert_eq!(Asking::after(100, 100), Some(Asking::Afterwards));
        assert_eq!(Asking::after(100, 90), Some(Asking::Afterwards));
        assert_eq!(Asking::after(100, 89), Some(Asking::First));
        assert_eq!(Asking::after(5, 5), None);
    }
}
