//! Nobody is disturbed at night, by the clocks of the country of each number: said when a plan is
//! made, and looked at again when its calls are claimed. Whose country is not known is not asleep.
//!
//! A list is split by that: whoever is awake gets it, and when only those are left who sleep, the
//! batch is held with them.

use super::clock::Moment;
use super::engine::Engine;
use super::set_aside::Claim;
use crate::domain::quiet::zones_of;
use crate::domain::{
    BatchId, ItemId, PhoneNumber, Plan, QuietHours, QuietPolicy, Reason, Recipient,
};
use crate::store::StoreError;
use crate::store::outbox::{Candidate, Due, StoredBatch};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::HashMap;
use std::time::Duration;

/// So many first digits tell a country.
const PREFIX: usize = 7;

/// Who sleeps at one moment.
pub(super) struct Sleepers {
    quiet: QuietHours,
    at: Timestamp,
    by_country: HashMap<String, Option<Timestamp>>,
    by_prefix: HashMap<String, Option<Timestamp>>,
}

impl Sleepers {
    /// Nobody was looked at yet.
    pub fn new(quiet: QuietHours, at: Timestamp) -> Self {
        Self {
            quiet,
            at,
            by_country: HashMap::new(),
            by_prefix: HashMap::new(),
        }
    }

    /// Until when this person sleeps; `None` for whoever is awake.
    pub fn wakes(&mut self, phone: &PhoneNumber) -> Option<Timestamp> {
        let digits = phone.digits();
        let prefix = digits.get(..PREFIX).unwrap_or(digits);
        if let Some(end) = self.by_prefix.get(prefix) {
            return *end;
        }
        let end = phone
            .country()
            .and_then(|country| self.in_country(&country));
        self.by_prefix.insert(prefix.to_owned(), end);
        end
    }

    fn in_country(&mut self, country: &str) -> Option<Timestamp> {
        if let Some(end) = self.by_country.get(country) {
            return *end;
        }
        let zones: Vec<TimeZone> = zones_of(country)
            .filter_map(|name| TimeZone::get(name).ok())
            .collect();
        let end = self.quiet.ends(self.at, &zones);
        self.by_country.insert(country.to_owned(), end);
        end
    }
}

/// What a person should know before confirming: how many people of a plan sleep when they get it.
pub(super) fn note(plan: &Plan, now: Timestamp) -> Option<String> {
    let quiet = plan.waiting.quiet?;
    let mut sleepers = Sleepers::new(quiet, plan.schedule.reaches(now));
    let people = plan.calls.iter().flat_map(|call| &call.recipients);
    let phones = people.filter_map(Recipient::phone);
    let ends: Vec<Timestamp> = phones.filter_map(|phone| sleepers.wakes(phone)).collect();
    let end = *ends.iter().max()?;
    let all = plan.recipients();
    let who = match (ends.len() as u64, all) {
        (1, 1) => "The person is".to_owned(),
        (people, all) if people == all => format!("All {all} people are"),
        (1, _) => "1 person is".to_owned(),
        (people, _) => format!("{people} people are"),
    };
    let then = match quiet.policy {
        QuietPolicy::Warn => String::new(),
        QuietPolicy::Hold if ends.len() as u64 == all => {
            format!(" It is held; from {} nobody is.", at(plan, end))
        }
        QuietPolicy::Hold => format!(
            " Everybody else gets it, then it is held; from {} nobody is.",
            at(plan, end)
        ),
    };
    Some(format!(
        "{who} in quiet hours then ({}).{then}",
        quiet.words()
    ))
}

/// A moment on the wall that the time was meant for.
fn at(plan: &Plan, moment: Timestamp) -> String {
    let zone = plan.waiting.meant.as_ref().map(|meant| meant.zone.as_str());
    let zone = zone.and_then(|name| TimeZone::get(name).ok());
    let zoned = moment.to_zoned(zone.unwrap_or(TimeZone::UTC));
    let name = zoned.time_zone().iana_name().unwrap_or("UTC").to_owned();
    format!("{} {name}", zoned.strftime("%a %-d %b %H:%M"))
}

/// So many people are looked at in one turn for somebody who is awake, so that a pause never waits
/// for a list in which everybody sleeps.
const WALK: u64 = 20_000;
/// So many of them in one look into the record.
const PAGE: u64 = 1_000;

/// How often a batch that only warns is looked at for people who sleep.
const LOOK_INTERVAL: Duration = Duration::from_secs(10);

/// What is known of batches at night.
#[derive(Debug, Default)]
pub(super) struct Nights {
    /// How far each was looked through for people who are awake.
    held: HashMap<BatchId, Night>,
    /// When each that only warns is looked at again, in which run; never, once it was told.
    warned: HashMap<BatchId, (i64, Option<Duration>)>,
}

/// What is known of the people of a batch whom nobody writes to now.
#[derive(Debug)]
pub(super) struct Night {
    /// The run it was looked through in.
    run: i64,
    since: Timestamp,
    /// Everybody queued up to this one sleeps, but for calls that wait to be tried again.
    past: Option<ItemId>,
    /// When the first and the last of them wake.
    ends: Option<(Timestamp, Timestamp)>,
    /// Nobody behind them is awake either.
    whole: bool,
}

impl Night {
    fn new(run: i64, since: Timestamp) -> Self {
        Self {
            run,
            since,
            past: None,
            ends: None,
            whole: false,
        }
    }

    /// Whether it still says who sleeps.
    fn holds(&self, run: i64, now: Timestamp) -> bool {
        let nobody_woke = self.ends.is_none_or(|(first, _)| now < first);
        self.run == run && self.since <= now && nobody_woke
    }

    fn pass(&mut self, item: ItemId, end: Timestamp) {
        self.past = Some(item);
        let (first, last) = self.ends.unwrap_or((end, end));
        self.ends = Some((first.min(end), last.max(end)));
    }
}

impl Engine {
    /// Queued items of a batch that may be tried now and reach nobody who sleeps, about so many; and
    /// whether these are all. Nobody sleeps for a batch that only warns, or that a person resumed in
    /// spite of the night.
    ///
    /// # Errors
    /// What the record says; then nothing may go.
    pub fn awake_candidates(
        &mut self,
        stored: &StoredBatch,
        now: Moment,
        look: u64,
    ) -> Result<(Vec<Candidate>, bool), StoreError> {
        let id = stored.batch.id;
        let known = self.nights.held.remove(&id);
        let reached = stored.publish_at.unwrap_or(now.wall);
        let passed = stored.quiet_passed.is_some_and(|until| reached < until);
        let holds = |quiet: &QuietHours| quiet.holds() && !passed;
        let Some(quiet) = stored.waiting.quiet.filter(holds) else {
            let all = self.due_candidates(id, now, None, look)?;
            let whole = (all.len() as u64) < look;
            return Ok((all, whole));
        };
        let known = known.filter(|night| night.holds(stored.runs, now.wall));
        let mut night = known.unwrap_or_else(|| Night::new(stored.runs, now.wall));
        let mut sleepers = Sleepers::new(quiet, reached);
        let (mut awake, mut after, mut walked, mut page) = (Vec::new(), night.past, 0, look);
        let mut whole = false;
        while !whole && walked < WALK && (awake.len() as u64) < look {
            let candidates = self.due_candidates(id, now, after, page)?;
            whole = (candidates.len() as u64) < page;
            walked += page;
            page = PAGE.max(look);
            for candidate in candidates {
                after = after.max(Some(candidate.item));
                match self.wakes(&candidate, &mut sleepers)? {
                    None => awake.push(candidate),
                    Some(end) if awake.is_empty() && Some(candidate.item) > night.past => {
                        night.pass(candidate.item, end);
                    }
                    Some(_) => {}
                }
            }
        }
        night.whole = whole && awake.is_empty();
        self.nights.held.insert(id, night);
        if !whole && awake.is_empty() {
            // Whoever is behind those who were looked at has the next turn.
            self.wake_at(now.steady);
        }
        Ok((awake, whole))
    }

    /// Until when nobody of a call may be written to; `None` if everybody of it is awake.
    fn wakes(
        &self,
        candidate: &Candidate,
        sleepers: &mut Sleepers,
    ) -> Result<Option<Timestamp>, StoreError> {
        if let Some(digits) = &candidate.recipient {
            let phone = PhoneNumber::from_digits(digits);
            return Ok(phone.and_then(|phone| sleepers.wakes(&phone)));
        }
        let people = self.store.recipients_of(candidate.item)?;
        let phones = people.iter().filter_map(Recipient::phone);
        Ok(phones.filter_map(|phone| sleepers.wakes(phone)).max())
    }

    /// Holds a batch of which only those are left who sleep, once nothing of it is on the way or
    /// waits to be tried again.
    pub fn rest_at_night(&mut self, stored: &StoredBatch, now: Moment) -> Claim {
        let id = stored.batch.id;
        let night = self.nights.held.get(&id).filter(|night| night.whole);
        let Some((quiet, (_, end))) = stored.waiting.quiet.zip(night.and_then(|night| night.ends))
        else {
            return Claim::Marked(Vec::new());
        };
        match self.store.next_retry(id, &Due::default()) {
            Ok(Some(at)) if at > now.wall => return Claim::Marked(Vec::new()),
            Ok(_) => {}
            Err(error) => return self.cannot_mark(id, &error, now),
        }
        let counts = stored.batch.counts;
        let who = match (
            counts.queued,
            counts.queued == counts.planned - counts.skipped,
        ) {
            (1, true) => "its person".to_owned(),
            (all, true) => format!("all {all} people of it"),
            (1, false) => "the last person of it".to_owned(),
            (rest, false) => format!("the last {rest} people of it"),
        };
        let text = format!(
            "It is night for {who} ({} where they live). It may go on at {}: \
             resume it then. Resuming it earlier writes to them all the same.",
            quiet.words(),
            end.strftime("%a %-d %b %H:%M UTC")
        );
        let rule = Reason::QUIET.to_owned();
        self.hold_until(stored, &Reason { rule, text }, end, now)
    }

    /// Says once in each run that people sleep to whom it is being sent, where that is only said.
    pub fn tell_of_night(&mut self, stored: &StoredBatch, called: &[Candidate], now: Moment) {
        let id = stored.batch.id;
        let warns = |quiet: &QuietHours| !quiet.holds();
        let Some(quiet) = stored.waiting.quiet.filter(warns) else {
            return;
        };
        let known = self.nights.warned.get(&id);
        let known = known.filter(|(run, _)| *run == stored.runs);
        if known.is_some_and(|(_, due)| due.is_none_or(|due| now.steady < due)) {
            return;
        }
        let mut sleepers = Sleepers::new(quiet, stored.publish_at.unwrap_or(now.wall));
        let sleeps = |one: &Candidate| match self.wakes(one, &mut sleepers) {
            Ok(end) => end.is_some(),
            // What cannot be read now is looked at again; nothing is held for a warning.
            Err(_) => false,
        };
        let night = called.iter().any(sleeps);
        let due = (!night).then_some(now.steady + LOOK_INTERVAL);
        self.nights.warned.insert(id, (stored.runs, due));
        if night {
            self.reporter.night(id, &quiet.words(), now);
        }
    }
}
