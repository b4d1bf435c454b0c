//! What the sender knows between turns, and how it claims. Everything here is synchronous and is
//! given its time, so that a test can walk through minutes without waiting.
//!
//! It starts no call itself: a turn hands out calls that are marked, the sender makes them.

use super::budget::Budget;
use super::clock::Moment;
use super::due::out_of_time;
use super::emergency::EmergencyFile;
use super::graces::Graces;
use super::limiter::Limiter;
use super::looks::Looks;
use super::queue::Outbox;
use super::reach::{Fits, Reach};
use super::report::Reporter;
use super::sender::{Hooks, Point};
use super::set_aside::{CannotMark, Claim};
use super::streak::Streak;
use super::transport::{Judged, NoTransport, Transport, TransportProvider};
use super::waits::Waits;
use crate::domain::{BatchId, BatchState, BotTarget, Reason, SendKind};
use crate::store::outbox::{
    Candidate, Footprint, MarkTime, Marked, OutboxStore, Outcome, Stop, StopKind, StoredBatch,
};
use jiff::Timestamp;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

/// Which batches a sender works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Whatever is ready.
    Everything,
    /// One batch; the others stay as they are.
    Only(BatchId),
}

impl Scope {
    pub(super) fn includes(self, id: BatchId) -> bool {
        match self {
            Scope::Everything => true,
            Scope::Only(only) => only == id,
        }
    }
}

/// Two calls to the same person start at least this far apart, or the platform refuses (131056).
const SAME_PERSON_GAP: Duration = Duration::from_secs(6);

/// The copy of the audit follows the record at most this often.
const COPY_INTERVAL: Duration = Duration::from_secs(1);
/// How often those whose gap has passed are looked for.
const FORGET_INTERVAL: Duration = Duration::from_secs(1);

/// A marked call that must now be made.
pub(super) struct ToSend {
    pub batch: BatchId,
    pub kind: SendKind,
    pub marked: Marked,
    pub transport: Arc<dyn Transport>,
}

/// A call that ended.
pub(super) struct Finished {
    pub batch: BatchId,
    pub marked: Marked,
    pub started: Moment,
    pub ended: Moment,
    pub judged: Judged,
}

pub(super) struct InFlight {
    pub batch: BatchId,
    pub target: BotTarget,
    pub recipient: Option<String>,
    /// Who had not been written to within 24 hours before, where that is counted.
    pub fresh: Vec<String>,
    /// On which day its messages count, where that is counted.
    pub day: Option<jiff::civil::Date>,
    pub ended: bool,
}

/// The rate of one bot and the list it is spent on.
pub(super) struct BotRate {
    pub limiter: Limiter,
    serving: Option<(BatchId, i64)>,
}

pub(super) struct Engine {
    pub outbox: Outbox,
    pub store: OutboxStore,
    pub emergency: EmergencyFile,
    pub hooks: Arc<dyn Hooks>,
    pub scope: Scope,
    pub rates: HashMap<BotTarget, BotRate>,
    /// Only of bots whose profile names a limit.
    pub reaches: HashMap<BotTarget, Reach>,
    pub budgets: HashMap<BotTarget, Budget>,
    pub streaks: HashMap<BatchId, Streak>,
    pub in_flight: HashMap<i64, InFlight>,
    /// When each person was written to last, by the steady clock; older than the gap means nothing.
    pub last_to: HashMap<String, Duration>,
    forget_at: Duration,
    pub waits: Waits,
    pub graces: Graces,
    pub looks: Looks,
    /// Results and stops that are not in the record yet; while there are any, nothing is claimed.
    pub unrecorded: Vec<Outcome>,
    pub in_emergency: usize,
    pub stops: Vec<Stop>,
    /// A mark failed: it may be in the record although nothing was started.
    pub release: bool,
    pub trouble_since: Option<Duration>,
    pub last_error: Option<crate::store::StoreError>,
    pub draining: bool,
    pub reporter: Reporter,
    pub left: HashSet<BatchId>,
    pub served: BTreeSet<BatchId>,
    pub wake: Option<Duration>,
    pub idle: bool,
    /// What the record looked like when the audit was copied last, and when that may be again.
    copied: (Option<Footprint>, Duration),
}

impl Engine {
    /// An engine that knows nothing yet.
    pub fn new(outbox: Outbox, store: OutboxStore, emergency: EmergencyFile) -> Self {
        Self {
            outbox,
            store,
            emergency,
            hooks: Arc::new(super::sender::NoHooks),
            scope: Scope::Everything,
            rates: HashMap::new(),
            reaches: HashMap::new(),
            budgets: HashMap::new(),
            streaks: HashMap::new(),
            in_flight: HashMap::new(),
            last_to: HashMap::new(),
            forget_at: Duration::ZERO,
            waits: Waits::default(),
            graces: Graces::default(),
            looks: Looks::default(),
            unrecorded: Vec::new(),
            in_emergency: 0,
            stops: Vec::new(),
            release: false,
            trouble_since: None,
            last_error: None,
            draining: false,
            reporter: Reporter::default(),
            left: HashSet::new(),
            served: BTreeSet::new(),
            wake: None,
            idle: false,
            copied: (None, Duration::ZERO),
        }
    }

    /// Lets the copy of the audit follow what was recorded: at once when nothing is left to do, else
    /// now and then.
    pub fn copy_audit(&mut self, now: Moment) {
        let seen = self.store.footprint();
        let (copied, due) = self.copied;
        if seen == copied {
            return;
        }
        if now.steady < due && !self.idle {
            self.wake_at(due);
            return;
        }
        self.outbox.copy_audit();
        self.copied = (seen, now.steady + COPY_INTERVAL);
    }

    /// Who was written to just before this start, so that the gap holds over a restart.
    pub fn remember_recipients(&mut self, now: Moment) -> Result<(), crate::store::StoreError> {
        let gap =
            jiff::SignedDuration::try_from(SAME_PERSON_GAP).unwrap_or(jiff::SignedDuration::ZERO);
        let since = now.wall.saturating_sub(gap).unwrap_or(Timestamp::MIN);
        for (recipient, at) in self.store.written_since(since)? {
            let age = Duration::try_from(now.wall.duration_since(at)).unwrap_or(Duration::ZERO);
            self.last_to
                .insert(recipient, now.steady.saturating_sub(age));
        }
        Ok(())
    }

    /// Lets go of everybody whose gap has passed, now and then: at full speed there are tens of
    /// thousands of them in every turn.
    fn forget_recipients(&mut self, now: Moment) {
        if now.steady >= self.forget_at {
            self.last_to
                .retain(|_, at| now.steady.saturating_sub(*at) < SAME_PERSON_GAP);
            self.forget_at = now.steady + FORGET_INTERVAL;
        }
    }

    /// Until when somebody is not written to again.
    fn gap_of(&self, person: &str, now: Moment) -> Option<Duration> {
        let ends = *self.last_to.get(person)? + SAME_PERSON_GAP;
        (ends > now.steady).then_some(ends)
    }

    /// Asks for a turn at this steady time at the latest.
    pub fn wake_at(&mut self, at: Duration) {
        self.wake = Some(self.wake.map_or(at, |wake| wake.min(at)));
    }

    /// [`Engine::wake_at`] for a wall time.
    pub fn wake_at_time(&mut self, at: Timestamp, now: Moment) {
        let wait = Duration::try_from(at.duration_since(now.wall)).unwrap_or(Duration::ZERO);
        self.wake_at(now.steady + wait);
    }

    /// The counts of this run of a batch; another run starts at zero.
    pub fn streak(&mut self, batch: BatchId, run: i64) -> &mut Streak {
        let streak = self
            .streaks
            .entry(batch)
            .or_insert_with(|| Streak::of_run(run));
        if streak.run != run {
            *streak = Streak::of_run(run);
        }
        streak
    }

    /// Claims and marks for every batch that may send: single messages first, then the oldest
    /// list of each bot.
    pub fn claim_all(
        &mut self,
        batches: &[StoredBatch],
        provider: &dyn TransportProvider,
        now: Moment,
    ) -> Vec<ToSend> {
        self.forget_recipients(now);
        let can_send = |stored: &&StoredBatch| {
            matches!(stored.batch.state, BatchState::Ready | BatchState::Running)
        };
        let mut order: Vec<&StoredBatch> = batches.iter().filter(can_send).collect();
        order.sort_by_key(|stored| {
            let ready = stored.batch.state == BatchState::Ready;
            (!stored.is_single(), ready, stored.batch.id)
        });
        let mut sends = Vec::new();
        let mut busy_bots: HashSet<&BotTarget> = HashSet::new();
        for stored in order {
            if !stored.is_single() && busy_bots.contains(&stored.target) {
                continue;
            }
            if let Some(due) = stored.waits_again(now.wall) {
                self.look_again_by(due, now);
                continue;
            }
            match self.claim(stored, provider, now) {
                Claim::NotOurs => {}
                Claim::Marked(marked) => {
                    if !stored.is_single() {
                        busy_bots.insert(&stored.target);
                    }
                    sends.extend(marked);
                }
                Claim::Failed => break,
            }
        }
        sends
    }

    fn claim(
        &mut self,
        stored: &StoredBatch,
        provider: &dyn TransportProvider,
        now: Moment,
    ) -> Claim {
        let id = stored.batch.id;
        let transport = match provider.transport(&stored.batch.profile, &stored.target) {
            Ok(transport) => transport,
            Err(NoTransport::Leave) => {
                self.left.insert(id);
                return Claim::NotOurs;
            }
            Err(NoTransport::Hold(reason)) => return self.hold(stored, &reason, now),
        };
        self.left.remove(&id);
        if let Some(reason) = out_of_time(stored, now.wall) {
            return self.hold(stored, &reason, now);
        }
        if stored.canary_left() == Some(0) && stored.batch.counts.sending == 0 {
            return self.wait_after_the_first(stored, now);
        }
        let room = self.room(stored, now);
        if room == 0 {
            return Claim::Marked(Vec::new());
        }
        let limits = transport.day_limits();
        let chosen = self.choose(stored, room, now);
        let fits = chosen.and_then(|chosen| self.within_limits(stored, chosen, &limits, now));
        let Fits { candidates, full } = match fits {
            Ok(fits) => fits,
            Err(error) => return self.cannot_mark(id, &error, now),
        };
        if candidates.is_empty() {
            return match full.filter(|_| stored.batch.counts.sending == 0) {
                Some(reason) => self.stop_for_a_person(stored, &reason, now),
                None => Claim::Marked(Vec::new()),
            };
        }
        match self.asleep(stored, &candidates, now) {
            Ok(None) => {}
            Ok(Some((reason, until))) => return self.hold_until(stored, &reason, until, now),
            Err(error) => return self.cannot_mark(id, &error, now),
        }
        self.hooks.at(Point::BeforeMark);
        match self.store.mark(id, &candidates, self.mark_time(now)) {
            Ok(marked) => {
                self.hooks.at(Point::AfterMark);
                if marked.len() < candidates.len() {
                    // Some were taken back, or all of it was stopped: look at once what is next.
                    self.wake_at(now.steady);
                }
                Claim::Marked(self.take_on(stored, marked, &transport, now))
            }
            Err(error) => self.cannot_mark(id, &error, now),
        }
    }

    fn mark_time(&self, now: Moment) -> MarkTime {
        MarkTime {
            wall: now.wall,
            twins: self.outbox.unset_time(now),
        }
    }

    /// How many calls of this batch may start now.
    fn room(&mut self, stored: &StoredBatch, now: Moment) -> u32 {
        let id = stored.batch.id;
        let alone = self.streak(id, stored.runs).one_at_a_time();
        let running = self
            .in_flight
            .values()
            .filter(|flight| flight.batch == id && !flight.ended)
            .count();
        let running = u32::try_from(running).unwrap_or(u32::MAX);
        let most = if alone { 1 } else { stored.limits.concurrency };
        let first = stored.canary_left().unwrap_or(u64::MAX);
        let first = u32::try_from(first).unwrap_or(u32::MAX);
        let slots = most.saturating_sub(running).min(first);
        if slots == 0 {
            return 0;
        }
        let rate = self
            .rates
            .entry(stored.target.clone())
            .or_insert_with(|| BotRate {
                limiter: Limiter::new(stored.pace(), now.steady),
                serving: None,
            });
        if !stored.is_single() {
            if rate.serving == Some((id, stored.runs)) {
                rate.limiter.set_limit(stored.pace(), now.steady);
            } else {
                rate.limiter.begin(stored.pace(), now.steady);
                rate.serving = Some((id, stored.runs));
            }
        }
        let tokens = rate.limiter.available(now.steady);
        if tokens == 0 {
            let at = rate.limiter.next_at(now.steady);
            self.wake_at(at);
        }
        slots.min(tokens)
    }

    /// The next queued items, without those whose person was written to a moment ago.
    fn choose(
        &mut self,
        stored: &StoredBatch,
        room: u32,
        now: Moment,
    ) -> Result<Vec<Candidate>, crate::store::StoreError> {
        let id = stored.batch.id;
        let look = u64::from(room) * 2 + 16;
        let candidates = self.due_candidates(id, now, look)?;
        let looked_at_all = (candidates.len() as u64) < look;
        let mut people: HashSet<String> = self
            .in_flight
            .values()
            .filter_map(|flight| flight.recipient.clone())
            .collect();
        let mut chosen = Vec::new();
        for candidate in candidates {
            if chosen.len() >= room as usize {
                return Ok(chosen);
            }
            if let Some(person) = &candidate.recipient {
                if let Some(ends) = self.gap_of(person, now) {
                    self.wake_at(ends);
                    continue;
                }
                if !people.insert(person.clone()) {
                    continue;
                }
            }
            chosen.push(candidate);
        }
        if chosen.is_empty() && !looked_at_all {
            // Everybody in sight waits for the gap; look again when it has passed at the latest.
            self.wake_at(now.steady + SAME_PERSON_GAP);
        }
        // Only then: while enough is ready, looking through all that waits would cost every turn.
        if chosen.len() < room as usize {
            self.wake_for_waiting(id, now)?;
        }
        Ok(chosen)
    }

    fn take_on(
        &mut self,
        stored: &StoredBatch,
        marked: Vec<Marked>,
        transport: &Arc<dyn Transport>,
        now: Moment,
    ) -> Vec<ToSend> {
        let count = u32::try_from(marked.len()).unwrap_or(u32::MAX);
        if let Some(rate) = self.rates.get_mut(&stored.target) {
            rate.limiter.take(count);
        }
        let batch = stored.batch.id;
        marked
            .into_iter()
            .map(|marked| {
                self.waits.end(marked.candidate.item);
                let recipient = marked.candidate.recipient.clone();
                if let Some(person) = &recipient {
                    self.last_to.insert(person.clone(), now.steady);
                }
                let fresh = self.note_call(&stored.target, &marked, now);
                let day = self.spend(&stored.target, marked.candidate.recipients);
                let flight = InFlight {
                    batch,
                    target: stored.target.clone(),
                    recipient,
                    fresh,
                    day,
                    ended: false,
                };
                self.in_flight.insert(marked.attempt, flight);
                ToSend {
                    batch,
                    kind: stored.batch.kind,
                    marked,
                    transport: Arc::clone(transport),
                }
            })
            .collect()
    }

    /// Nothing was marked, so nothing is sent, and the batch stops as soon as that can be written.
    pub fn cannot_mark(&mut self, id: BatchId, error: &impl CannotMark, now: Moment) -> Claim {
        let rule = error.rule();
        let text = format!("{error}. Nothing more is sent until a person resumes it.");
        tracing::error!(batch = id.0, %error, "nothing could be marked");
        self.reporter.trouble(id, rule, &text, now);
        let reason = Reason {
            rule: rule.to_owned(),
            text,
        };
        self.stops.push(Stop::batch(id, StopKind::Other, reason));
        self.release = true;
        self.trouble_since.get_or_insert(now.steady);
        self.wake_at(now.steady);
        Claim::Failed
    }
}
