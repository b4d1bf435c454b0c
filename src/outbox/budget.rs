//! How many messages a bot had today, against what its profile allows in a day of the calendar; and
//! both limits of a day as people see them before anything is sent.

use super::clock::Moment;
use super::engine::Engine;
use super::reach::{Fits, WINDOW};
use crate::contract::{DayLimits, Filled, Meter};
use crate::domain::{BotTarget, Plan, Reason};
use crate::store::StoreError;
use crate::store::outbox::{Candidate, OutboxStore, StoredBatch};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use std::collections::HashSet;

/// The messages of one bot on a day.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    day: Date,
    used: u64,
}

impl Engine {
    /// Those of the candidates, in order, that both limits of a day leave room for.
    ///
    /// # Errors
    /// What the record says; then nothing may go.
    pub fn within_limits(
        &mut self,
        stored: &StoredBatch,
        candidates: Vec<Candidate>,
        limits: &DayLimits,
        now: Moment,
    ) -> Result<Fits, StoreError> {
        let fits = self.within_limit(stored, candidates, limits.people, now)?;
        let Some(limit) = limits.messages else {
            return Ok(fits);
        };
        let zone = TimeZone::get(&limits.zone).unwrap_or(TimeZone::UTC);
        // A clock that is set ahead opens no new day, one that is set back none that has ended.
        let day = self.outbox.unset_time(now).to_zoned(zone.clone()).date();
        let known = self.budgets.get(&stored.target).copied();
        let budget = if let Some(budget) = known.filter(|budget| budget.day >= day) {
            budget
        } else {
            let since = begin(day, &zone);
            let used = self.store.messages_since(&stored.target, since)?;
            let budget = Budget { day, used };
            self.budgets.insert(stored.target.clone(), budget);
            budget
        };
        Ok(affordable(fits, budget, limit, &zone))
    }

    /// Counts a marked call; gives the day on which it counts, where that is counted.
    pub fn spend(&mut self, target: &BotTarget, people: u64) -> Option<Date> {
        let budget = self.budgets.get_mut(target)?;
        budget.used = budget.used.saturating_add(people);
        Some(budget.day)
    }

    /// A call did not count after all.
    pub fn take_back_spent(&mut self, target: &BotTarget, day: Option<Date>, people: u64) {
        if let Some(budget) = self.budgets.get_mut(target)
            && Some(budget.day) == day
        {
            budget.used = budget.used.saturating_sub(people);
        }
    }
}

fn affordable(fits: Fits, budget: Budget, limit: u64, zone: &TimeZone) -> Fits {
    let Fits { candidates, full } = fits;
    let mut used = budget.used;
    let mut afforded = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        used = used.saturating_add(candidate.recipients);
        if used > limit {
            let full = Some(spent(budget, limit, candidate.recipients, zone));
            return Fits {
                candidates: afforded,
                full,
            };
        }
        afforded.push(candidate);
    }
    Fits {
        candidates: afforded,
        full,
    }
}

fn spent(budget: Budget, limit: u64, people: u64, zone: &TimeZone) -> Reason {
    let next = if people == 1 {
        "the next one is more".to_owned()
    } else {
        format!("the next call has {people}")
    };
    let tomorrow = budget.day.checked_add(1.day()).unwrap_or(budget.day);
    let reopens = begin(tomorrow, zone).to_zoned(zone.clone());
    let zone = zone.iana_name().unwrap_or("UTC");
    Reason {
        rule: "daily_budget".to_owned(),
        text: format!(
            "{} messages count for today, and limits.per_day allows {limit}: {next}. There is room again from {} ({zone}).",
            budget.used,
            reopens.strftime("%a %-d %b %H:%M")
        ),
    }
}

/// When a day begins; not at midnight everywhere.
fn begin(day: Date, zone: &TimeZone) -> Timestamp {
    day.to_zoned(zone.clone())
        .and_then(|midnight| midnight.start_of_day())
        .map_or(Timestamp::MIN, |start| start.timestamp())
}

/// What a record knows of a day's limits.
struct Day {
    people: HashSet<String>,
    meter: Meter,
}

fn day(
    record: &OutboxStore,
    target: &BotTarget,
    limits: &DayLimits,
    now: Timestamp,
) -> Result<Day, StoreError> {
    let mut day = Day {
        people: HashSet::new(),
        meter: Meter::default(),
    };
    if let Some(limit) = limits.people {
        let since = now.saturating_sub(WINDOW).unwrap_or(Timestamp::MIN);
        let reached = record.reached_since(target, since)?;
        day.people
            .extend(reached.into_iter().map(|(person, _)| person));
        let used = day.people.len() as u64;
        day.meter.people = Some(Filled { used, limit });
    }
    if let Some(limit) = limits.messages {
        let zone = TimeZone::get(&limits.zone).unwrap_or(TimeZone::UTC);
        let today = now.to_zoned(zone.clone()).date();
        let used = record.messages_since(target, begin(today, &zone))?;
        day.meter.messages = Some(Filled { used, limit });
    }
    Ok(day)
}

/// How much of a day's limits a bot has used, by the record.
///
/// # Errors
/// What the record says.
pub fn meter(
    record: &OutboxStore,
    target: &BotTarget,
    limits: &DayLimits,
    now: Timestamp,
) -> Result<Meter, StoreError> {
    Ok(day(record, target, limits, now)?.meter)
}

/// Notes in a plan what it would make of a day's limits, where that is worth a warning.
pub fn note_limits(plan: &mut Plan, record: &OutboxStore, limits: &DayLimits, now: Timestamp) {
    let known = match day(record, &plan.target, limits, now) {
        Ok(known) => known,
        Err(error) => {
            tracing::warn!(%error, "a plan was not compared with the limits of a day");
            return;
        }
    };
    let people: HashSet<&str> = plan
        .calls
        .iter()
        .flat_map(|call| &call.recipients)
        .map(crate::domain::Recipient::text)
        .collect();
    let fresh = people.iter().filter(|one| !known.people.contains(**one));
    let notes = known.meter.with(fresh.count() as u64, plan.recipients());
    plan.notes.extend(notes);
}
