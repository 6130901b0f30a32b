//! Re-evaluation in the background: brings every verdict to the active generation.
//!
//! One path for new snapshots, mappings and evaluators. Batches are small and yield between each other, so
//! that ingest and people come first; a restart goes on from the stored cursor.

use crate::rules::Rules;
use pakiti_store::db::Db;
use pakiti_store::error::{Result, StoreError};
use pakiti_store::generation;
use pakiti_store::memo::Memo;
use pakiti_store::sweep::{Sweep, SweepStep};

/// Sets per batch: about 25 ms on a small machine.
const BATCH: i64 = 64;
/// How often a batch that lost a race is tried again before the sweep is left to the next round.
const RETRIES: usize = 20;

/// What a whole sweep did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Verdicts recomputed.
    pub verdicts: u64,
    /// Verdicts that changed.
    pub changed: u64,
    /// Hosts whose numbers changed.
    pub hosts: u64,
}

impl Swept {
    fn add(&mut self, step: &SweepStep) {
        self.verdicts += step.verdicts;
        self.changed += step.changed;
        self.hosts += step.hosts;
    }
}

/// Sweeps until every verdict is current; starts over with the newer rules when they move on meanwhile.
///
/// # Errors
/// Database errors; what was done stays done.
pub async fn sweep(db: &Db, rules: &Rules, now: i64) -> Result<Swept> {
    let mut total = Swept::default();
    let mut lost = 0;
    loop {
        match sweep_once(db, rules, now, &mut total).await {
            Err(StoreError::GenerationMoved { .. }) => {
                rules.reload(db).await?;
            }
            Err(error) if error.is_lost_race() && lost < RETRIES => lost += 1,
            Err(error) => return Err(error),
            Ok(()) => return Ok(total),
        }
    }
}

async fn sweep_once(db: &Db, rules: &Rules, now: i64, total: &mut Swept) -> Result<()> {
    let index = rules.current();
    let Some(sweep) = Sweep::begin(db, &index).await? else { return Ok(()) };
    let mut memo = Memo::default();
    loop {
        let step = sweep.step(db, &mut memo, &index, BATCH, now).await?;
        total.add(&step);
        if step.done {
            return Ok(());
        }
        tokio::task::yield_now().await;
    }
}

/// How far re-evaluation is, in percent; `None` = everything is current.
///
/// # Errors
/// Database errors.
pub async fn progress(db: &Db) -> Result<Option<u8>> {
    let generation = generation::peek(db).await?;
    if generation.active == generation.swept {
        return Ok(None);
    }
    let last = generation::last_set(db).await?;
    let percent = if last == 0 { 100 } else { generation.sweep_set * 100 / last };
    Ok(Some(percent.clamp(0, 99) as u8))
}
