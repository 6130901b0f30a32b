//! The CVE lists of the last seconds, one per scope and generation.
//!
//! A list is a walk over all verdicts in scope (`pakiti_store::cve`), too heavy for every click on a filter. It is
//! kept under the very scope that it was made for, so nobody is ever shown the list of another scope; those who ask
//! at the same time wait for one walk.

use pakiti_store::cve::{self, CveRow};
use pakiti_store::db::Db;
use pakiti_store::error::Result;
use pakiti_store::generation::{self, Generation};
use pakiti_store::scope::Scope;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OnceCell;

/// A list is shown for so long (seconds).
const KEPT_FOR: i64 = 30;
/// Lists kept at once; the oldest goes first.
const MOST: usize = 16;

/// A list and when it was made.
#[derive(Debug, Clone)]
pub(crate) struct CveList {
    /// The worst first, as [`cve::list`] gives it.
    pub(crate) rows: Arc<Vec<CveRow>>,
    /// When it was asked of the store.
    pub(crate) made: i64,
}

type Making = Arc<OnceCell<Arc<Vec<CveRow>>>>;

/// What a list holds for: the scope, the rules in force, and the rules that every verdict is of.
type Key = (Scope, i64, i64);

#[derive(Debug)]
struct Kept {
    key: Key,
    made: i64,
    rows: Making,
}

/// The lists.
#[derive(Debug, Default)]
pub(crate) struct CveLists {
    kept: Mutex<Vec<Kept>>,
}

impl CveLists {
    /// The list of a scope, at most 30 seconds old.
    pub(crate) async fn of(&self, db: &Db, scope: &Scope, now: i64) -> Result<CveList> {
        let Generation { active, swept, .. } = generation::peek(db).await?;
        let (rows, made) = self.place((scope.clone(), active, swept), now);
        let rows = rows.get_or_try_init(async || cve::list(db, scope).await.map(Arc::new)).await?.clone();
        Ok(CveList { rows, made })
    }

    /// Where the list of this key is, or is being made.
    fn place(&self, key: Key, now: i64) -> (Making, i64) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|list| (list.made..list.made.saturating_add(KEPT_FOR)).contains(&now));
        if let Some(known) = kept.iter().find(|list| list.key == key) {
            return (known.rows.clone(), known.made);
        }
        if kept.len() >= MOST {
            kept.remove(0);
        }
        let rows = Making::default();
        kept.push(Kept { key, made: now, rows: rows.clone() });
        (rows, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(active: i64) -> Key {
        (Scope::nothing(), active, 1)
    }

    #[test]
    fn a_list_is_kept_for_its_scope_and_generation_and_half_a_minute() {
        let lists = CveLists::default();
        let (first, _) = lists.place(key(1), 100);
        let same = |key, now| Arc::ptr_eq(&lists.place(key, now).0, &first);
        assert!(same(key(1), 129));
        assert!(!same((Scope::operator(), 1, 1), 129), "another scope");
        assert!(!same(key(2), 129) && !same((Scope::nothing(), 1, 2), 129), "another generation");
        assert!(!same(key(1), 130), "too old");
        assert!(!same(key(1), 99), "from a clock that went back");
    }

    #[test]
    fn the_number_of_lists_is_bounded() {
        let lists = CveLists::default();
        (0..1000).for_each(|active| drop(lists.place(key(active), 1)));
        assert_eq!(lists.kept.lock().unwrap().len(), MOST);
    }
}
