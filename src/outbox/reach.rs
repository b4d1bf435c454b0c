//! How many different people a bot wrote to within 24 hours, against the tier that the profile
//! names. Whoever was written to already costs nothing; the limit stops a list before the first who
//! would be too many.

use super::clock::Moment;
use super::engine::Engine;
use crate::domain::{BotTarget, Reason};
use crate::store::StoreError;
use crate::store::outbox::{Candidate, Marked, StoredBatch};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;

/// The platform counts people over this time (api.md 10.6).
pub(super) const WINDOW: SignedDuration = SignedDuration::from_hours(24);
/// How often everybody is looked through.
const LOOK: SignedDuration = SignedDuration::from_mins(1);

/// The people of one bot and when each was written to last.
#[derive(Debug, Default)]
pub(super) struct Reach {
    people: HashMap<String, Timestamp>,
    forgot: Option<Timestamp>,
}

impl Reach {
    fn note(&mut self, person: String, at: Timestamp) {
        let last = self.people.entry(person).or_insert(at);
        *last = at.max(*last);
    }

    /// Forgets who was written to longer ago than the window; looking through everybody once a
    /// minute is enough while there is room.
    fn forget(&mut self, limit: u64, now: Timestamp) {
        let fresh = |at: Timestamp| now.duration_since(at) < LOOK;
        if self.forgot.is_some_and(fresh) && (self.people.len() as u64) < limit {
            return;
        }
        self.forgot = Some(now);
        self.people.retain(|_, at| now.duration_since(*at) < WINDOW);
    }

    /// When the first of them leaves the window.
    fn reopens(&self) -> Option<Timestamp> {
        let first = self.people.values().min()?;
        first.checked_add(WINDOW).ok()
    }
}

/// What fits under the limit.
pub(super) struct Fits {
    /// These may go.
    pub candidates: Vec<Candidate>,
    /// Why nothing more does; then what fits is to end first.
    pub full: Option<Reason>,
}

impl Fits {
    /// Everything fits.
    pub fn all(candidates: Vec<Candidate>) -> Self {
        Self {
            candidates,
            full: None,
        }
    }
}

impl Engine {
    /// Those of the candidates, in order, whose people fit under so many within 24 hours; all of
    /// them without a limit.
    ///
    /// # Errors
    /// What the record says; then nothing may go.
    pub fn within_limit(
        &mut self,
        stored: &StoredBatch,
        candidates: Vec<Candidate>,
        limit: Option<u64>,
        now: Moment,
    ) -> Result<Fits, StoreError> {
        let Some(limit) = limit else {
            return Ok(Fits::all(candidates));
        };
        // A clock that is set ahead lets nobody leave the window.
        let time = self.outbox.unset_time(now);
        if !self.reaches.contains_key(&stored.target) {
            let since = time.saturating_sub(WINDOW).unwrap_or(Timestamp::MIN);
            let mut reach = Reach::default();
            for (person, at) in self.store.reached_since(&stored.target, since)? {
                reach.note(person, at);
            }
            self.reaches.insert(stored.target.clone(), reach);
        }
        let Some(reach) = self.reaches.get_mut(&stored.target) else {
            return Ok(Fits::all(candidates));
        };
        reach.forget(limit, time);
        let mut used = reach.people.len() as u64;
        let mut fits = Vec::with_capacity(candidates.len());
        for candidate in candidates {
            let people = match &candidate.recipient {
                Some(person) => vec![person.clone()],
                None => self.store.people_of(candidate.item)?,
            };
            let fresh = people.iter().filter(|one| !reach.people.contains_key(*one));
            used += fresh.count() as u64;
            if used > limit {
                let full = Some(full(reach, limit, people.len()));
                return Ok(Fits {
                    candidates: fits,
                    full,
                });
            }
            fits.push(candidate);
        }
        Ok(Fits::all(fits))
    }

    /// Notes whom a marked call reaches; gives those who had not been reached before. Nothing where
    /// it is not counted.
    pub fn note_call(&mut self, target: &BotTarget, marked: &Marked, now: Moment) -> Vec<String> {
        let time = self.outbox.unset_time(now);
        let Some(reach) = self.reaches.get_mut(target) else {
            return Vec::new();
        };
        let people = match &marked.candidate.recipient {
            Some(person) => Ok(vec![person.clone()]),
            None => self.store.people_of(marked.candidate.item),
        };
        // They were read a moment ago, so this does not fail alone; the mark stands in any case.
        let people = people.unwrap_or_default();
        let fresh = people.iter().filter(|one| !reach.people.contains_key(*one));
        let fresh: Vec<String> = fresh.cloned().collect();
        for person in people {
            reach.note(person, time);
        }
        fresh
    }

    /// A call reached nobody after all: it counts for no limit.
    pub fn take_back(&mut self, target: &BotTarget, marked: &Marked) {
        let Some(flight) = self.in_flight.get_mut(&marked.attempt) else {
            return;
        };
        let (people, day) = (std::mem::take(&mut flight.fresh), flight.day.take());
        self.take_back_spent(target, day, marked.candidate.recipients);
        if let Some(reach) = self.reaches.get_mut(target) {
            for person in &people {
                reach.people.remove(person);
            }
        }
    }
}

fn full(reach: &Reach, limit: u64, people: usize) -> Reason {
    let used = reach.people.len();
    let next = if people == 1 {
        "the next one is more".to_owned()
    } else {
        format!("the next call has {people}")
    };
    let reopens = reach.reopens().map_or_else(String::new, |at| {
        format!(
            " The first of them leaves the 24 hours at {}.",
            at.strftime("%a %H:%M UTC")
        )
    });
    Reason {
        rule: "people_limit".to_owned(),
        text: format!(
            "{used} people were written to within 24 hours, and limits.daily_unique_recipients allows {limit}: {next}.{reopens}"
        ),
    }
}
