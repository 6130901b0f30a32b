//! Keeping the index near the database, and giving it to pages.
//!
//! Nobody waits for a large index: pages take the one in force and say of when it is. Whether the database moved on is
//! asked of the database, so several processes need not tell each other. Work is paced by what it costs: at most a
//! twentieth of one core, and while verdicts are brought to new rules all is read at most once a minute.

use super::{FleetIndex, load};
use crate::Clock;
use pakiti_store::db::Db;
use pakiti_store::error::Result;
use pakiti_store::fleet::{Marks, Reading, marks};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// How often background work asks whether the database moved on.
const TICK: Duration = Duration::from_secs(1);
/// After reading for a second nothing is read for so many.
const REST: u32 = 19;
/// All is read that seldom while verdicts are brought to new rules.
const UNSWEPT: Duration = Duration::from_secs(60);
/// All is read anew after so many seconds, whatever was seen: verdicts that no host has any more go.
const AGE: i64 = 3_600;
/// Hosts, verdicts and findings that are read while a page waits: some 50 ms.
const SMALL: usize = 20_000;

/// What a refresh did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refreshed {
    /// Nothing had changed.
    Same,
    /// It was brought forward by the hosts that changed.
    Advanced,
    /// All of it was read.
    Built,
}

/// The index for one page.
#[derive(Debug, Clone)]
pub struct FleetView {
    /// The index.
    pub index: Arc<FleetIndex>,
    /// The moment it is of, where the database has moved on since; `None` = it is as the database is.
    pub as_of: Option<i64>,
}

/// The index in force in this process; cheap to clone.
#[derive(Debug, Clone)]
pub struct Fleet {
    shared: Arc<Shared>,
}

impl Default for Fleet {
    fn default() -> Self {
        Self::new(SMALL)
    }
}

#[derive(Debug)]
struct Shared {
    /// An index of so many hosts, verdicts and findings in all is read while a page waits.
    small: usize,
    current: RwLock<Option<Arc<FleetIndex>>>,
    /// One reads at a time: two would only read the same.
    reading: tokio::sync::Mutex<()>,
}

impl FleetIndex {
    /// Is nothing told that it does not know?
    fn is_of(&self, now: &Marks) -> bool {
        self.marks.generation == now.generation && self.marks.last_change == now.last_change
    }

    /// Can it be brought forward to this moment by the hosts that changed?
    fn leads_to(&self, now: &Marks) -> bool {
        let generation = now.generation;
        let live = self.hosts.len().saturating_mul(2).saturating_add(SMALL);
        self.marks.generation == generation
            && generation.active == generation.swept
            && self.slots.len() < live
    }

    /// What is to be done at this moment.
    fn wants(&self, now: &Marks) -> Refreshed {
        match (self.leads_to(now), self.is_of(now) && self.seen.is_whole()) {
            (true, true) => Refreshed::Same,
            (true, false) => Refreshed::Advanced,
            // Reports may bring single verdicts to the rules with no more than a change of their host told.
            (false, true) => Refreshed::Same,
            (false, false) => Refreshed::Built,
        }
    }

    fn size(&self) -> usize {
        let [verdicts, _, findings, _] = self.sizes();
        self.hosts.len() + verdicts + findings
    }
}

impl Fleet {
    /// None yet; pages wait for one of at most `small` hosts, verdicts and findings in all to be brought up to date.
    pub fn new(small: usize) -> Self {
        let (current, reading) = (RwLock::new(None), tokio::sync::Mutex::new(()));
        Self { shared: Arc::new(Shared { small, current, reading }) }
    }

    /// The index in force, if there is one yet.
    pub fn current(&self) -> Option<Arc<FleetIndex>> {
        self.shared.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The index for a page. A small one is brought up to date first; of a large one the first page waits.
    ///
    /// # Errors
    /// Database errors.
    pub async fn view(&self, db: &Db, now: i64) -> Result<FleetView> {
        if let Some(index) = self.current().filter(|index| index.size() > self.shared.small) {
            let as_of = (!index.is_of(&marks(db).await?)).then_some(index.made);
            return Ok(FleetView { index, as_of });
        }
        Ok(FleetView { index: self.refresh(db, now).await?.0, as_of: None })
    }

    /// Brings the index up to date.
    ///
    /// # Errors
    /// Database errors; the index in force stays.
    pub async fn refresh(&self, db: &Db, now: i64) -> Result<(Arc<FleetIndex>, Refreshed)> {
        let _one = self.shared.reading.lock().await;
        let known = self.current().filter(|index| now < index.built.saturating_add(AGE));
        if let Some(index) = &known
            && index.wants(&marks(db).await?) == Refreshed::Same
        {
            return Ok((index.clone(), Refreshed::Same));
        }
        let reading = Reading::begin(db).await?;
        let (index, done) = match known.filter(|index| index.leads_to(&reading.marks())) {
            Some(index) => (load::advance(reading, &index, now).await?, Refreshed::Advanced),
            None => (load::build(reading, now).await?, Refreshed::Built),
        };
        let index = Arc::new(index);
        *self.shared.current.write().unwrap_or_else(PoisonError::into_inner) = Some(index.clone());
        Ok((index, done))
    }

    /// Keeps it up to date until the returned future is dropped.
    pub async fn keep(self, db: Db, clock: Clock) {
        let mut pace = Pace::default();
        loop {
            if let Err(error) = self.keep_once(&db, &clock, &mut pace).await {
                tracing::warn!(%error, "the fleet index was not refreshed, trying again");
            }
            tokio::time::sleep(TICK).await;
        }
    }

    async fn keep_once(&self, db: &Db, clock: &Clock, pace: &mut Pace) -> Result<()> {
        let (moment, now) = (marks(db).await?, clock());
        if let Some(index) = self.current() {
            let old = now >= index.built.saturating_add(AGE);
            let wanted = if old { Refreshed::Built } else { index.wants(&moment) };
            let swept = moment.generation.active == moment.generation.swept;
            if !pace.allows(wanted, swept) {
                return Ok(());
            }
        }
        let began = Instant::now();
        let (_, done) = self.refresh(db, now).await?;
        pace.note(done, began.elapsed());
        Ok(())
    }
}

/// When work of each kind ended, and how long it took.
#[derive(Debug, Default)]
struct Pace {
    advanced: Option<(Instant, Duration)>,
    built: Option<(Instant, Duration)>,
}

impl Pace {
    fn note(&mut self, done: Refreshed, took: Duration) {
        match done {
            Refreshed::Same => {}
            Refreshed::Advanced => self.advanced = Some((Instant::now(), took)),
            Refreshed::Built => self.built = Some((Instant::now(), took)),
        }
    }

    fn allows(&self, wanted: Refreshed, swept: bool) -> bool {
        let last = match wanted {
            Refreshed::Same => return false,
            Refreshed::Advanced => self.advanced,
            Refreshed::Built => self.built,
        };
        last.is_none_or(|(ended, took)| ended.elapsed() >= rest(wanted, swept, took))
    }
}

/// How long nothing is read after work of this kind.
fn rest(wanted: Refreshed, swept: bool, took: Duration) -> Duration {
    let rest = took.saturating_mul(REST);
    if wanted == Refreshed::Built && !swept { rest.max(UNSWEPT) } else { rest }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_takes_a_twentieth_of_the_time_at_most() {
        let second = Duration::from_secs(1);
        assert_eq!(rest(Refreshed::Advanced, true, second), 19 * second);
        assert_eq!(rest(Refreshed::Built, true, second / 100), second * 19 / 100);
        assert_eq!(rest(Refreshed::Built, false, second / 100), UNSWEPT, "while verdicts change");
        let mut pace = Pace::default();
        assert!(pace.allows(Refreshed::Built, false), "the first at once");
        assert!(!pace.allows(Refreshed::Same, true));
        pace.note(Refreshed::Built, second);
        assert!(!pace.allows(Refreshed::Built, true) && pace.allows(Refreshed::Advanced, true));
    }
}
