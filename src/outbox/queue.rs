//! What every process may do with the record: queue a confirmed plan, look, pause, resume, cancel.
//! Nothing here sends.

use super::audit_copy::AuditCopy;
use super::clock::{Clock, Moment};
use super::error::OutboxError;
use super::home;
use super::lock::SenderLock;
use crate::contract::SenderState;
use crate::domain::{
    Batch, BatchId, BatchState, FrozenRequest, Item, ItemId, Plan, Reason, Schedule, Sha256Hex,
};
use crate::store::outbox::{
    Attempt, Change, InsertError, ItemFilter, NewBatch, OutboxStore, StopKind, StoredBatch,
};
use jiff::{SignedDuration, Timestamp};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;

/// So many of the last digits of one person confirm at least.
const FEWEST_DIGITS: usize = 2;
/// A stopped batch that is older than this is reviewed again before anything more of it leaves.
const FRESH: SignedDuration = SignedDuration::from_hours(24);
/// How far a clock may run ahead of the steady one before it counts as set.
const DRIFT: Duration = Duration::from_secs(60);

/// The outbox of one data folder. Cloning shares it; everything but [`Outbox::changes`] blocks.
#[derive(Clone)]
pub struct Outbox {
    inner: Arc<Inner>,
}

struct Inner {
    data_dir: PathBuf,
    store: OutboxStore,
    clock: Arc<dyn Clock>,
    opened: Moment,
    owner: String,
    copied: Option<String>,
    changed: watch::Sender<u64>,
    audit_copy: Mutex<AuditCopy>,
}

/// What a person did to confirm a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmation {
    /// What was typed: the number of recipients, with the profile's name behind it where that was
    /// asked for; for one person the last two to four digits will do.
    pub typed: String,
    /// How long nothing leaves yet; zero starts at once.
    pub grace: Duration,
}

impl Outbox {
    /// Opens or creates the outbox of a data folder. Cheap: it neither sends nor recovers.
    ///
    /// # Errors
    /// [`OutboxError::Store`] if the record cannot be used.
    pub fn open(data_dir: &Path, clock: Arc<dyn Clock>) -> Result<Self, OutboxError> {
        let store = OutboxStore::open(data_dir)?;
        let copied = home::find_out(&store, data_dir, clock.now().wall)?;
        let owner = format!("{}-{:016x}", std::process::id(), fastrand::u64(..));
        let inner = Inner {
            data_dir: data_dir.to_owned(),
            store,
            opened: clock.now(),
            clock,
            owner,
            copied,
            changed: watch::Sender::new(0),
            audit_copy: Mutex::new(AuditCopy::in_folder(data_dir)),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// The data folder.
    pub fn data_dir(&self) -> &Path {
        &self.inner.data_dir
    }

    /// Makes a copied data folder one of its own; whatever is unfinished in it waits for a person.
    /// Says which batches wait.
    ///
    /// # Errors
    /// [`OutboxError::OtherSender`] while somebody sends for it, else what could not be used.
    pub fn adopt(data_dir: &Path, clock: &dyn Clock) -> Result<Vec<BatchId>, OutboxError> {
        let store = OutboxStore::open(data_dir)?;
        let _lock = SenderLock::take(data_dir)?;
        Ok(store.adopt(&home::here(data_dir)?, clock.now().wall)?)
    }

    /// In what this data folder differs from the one its record was made in; `None` if it is that
    /// one. A copy can be looked at only.
    pub fn copied(&self) -> Option<&str> {
        self.inner.copied.as_deref()
    }

    /// # Errors
    /// [`OutboxError::Copied`] for a copied data folder.
    pub(super) fn not_copied(&self) -> Result<(), OutboxError> {
        match self.copied() {
            Some(how) => Err(OutboxError::Copied(how.to_owned())),
            None => Ok(()),
        }
    }

    /// The record, to be changed.
    pub(super) fn record(&self) -> Result<&OutboxStore, OutboxError> {
        self.not_copied()?;
        Ok(&self.inner.store)
    }

    /// The record's connection for looking and queueing, not the sender's.
    pub fn store(&self) -> &OutboxStore {
        &self.inner.store
    }

    /// Changes made through this value, so that a sender in the same process reacts at once.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.inner.changed.subscribe()
    }

    /// When this was opened, by both clocks.
    pub(super) fn opened(&self) -> Moment {
        self.inner.opened
    }

    pub(super) fn clock(&self) -> &Arc<dyn Clock> {
        &self.inner.clock
    }

    pub(super) fn audit_copy(&self) -> &Mutex<AuditCopy> {
        &self.inner.audit_copy
    }

    /// The time of day, but never further ahead of the moment this was opened than the steady
    /// clock: a clock that is set ahead must not make what was sent today look like yesterday's.
    pub(super) fn unset_time(&self, now: Moment) -> Timestamp {
        let opened = self.inner.opened;
        let passed = now.steady.saturating_sub(opened.steady) + DRIFT;
        let passed = SignedDuration::try_from(passed).unwrap_or(SignedDuration::MAX);
        let latest = opened.wall.saturating_add(passed).unwrap_or(Timestamp::MAX);
        now.wall.min(latest)
    }

    pub(super) fn owner(&self) -> &str {
        &self.inner.owner
    }

    /// Stores a confirmed plan durably. With a grace it is `armed`, without one `ready`.
    ///
    /// # Errors
    /// [`OutboxError::Count`] if the wrong number was typed, [`OutboxError::Plan`] if the plan
    /// does not match its own hashes, bot or time, [`OutboxError::Twins`] or
    /// [`OutboxError::SameFile`] if others queued the same since it was planned,
    /// [`OutboxError::OptedOut`] if people opted out since; nothing is queued then.
    pub fn queue(&self, plan: &Plan, confirmation: &Confirmation) -> Result<Batch, OutboxError> {
        let now = self.now();
        check_typed(plan, &confirmation.typed)?;
        check_plan(plan, now)?;
        let start_at = if confirmation.grace.is_zero() {
            None
        } else {
            let grace = SignedDuration::try_from(confirmation.grace).unwrap_or(SignedDuration::MAX);
            Some(now.saturating_add(grace).unwrap_or(Timestamp::MAX))
        };
        let window = SignedDuration::try_from(plan.once.window).unwrap_or(SignedDuration::MAX);
        let inserted = self.record()?.insert(&NewBatch {
            plan,
            confirmed: now,
            start_at,
            owner: &self.inner.owner,
            typed: &confirmation.typed,
            twins_since: self
                .unset_time(self.inner.clock.now())
                .saturating_sub(window)
                .unwrap_or(Timestamp::MIN),
        });
        let id = inserted.map_err(|error| match error {
            InsertError::Store(error) => OutboxError::Store(error),
            InsertError::Twins { people, batch } => OutboxError::Twins {
                people,
                of: plan.recipients(),
                batch,
            },
            InsertError::OptedOut(people) => OutboxError::OptedOut(people),
            InsertError::SameFile(batch) => OutboxError::SameFile(batch),
        })?;
        self.tell();
        self.show(id)
    }

    /// Every batch, newest first.
    ///
    /// # Errors
    /// [`OutboxError::Store`].
    pub fn list(&self) -> Result<Vec<Batch>, OutboxError> {
        let batches = self.inner.store.batches()?;
        Ok(batches.into_iter().map(|stored| stored.batch).collect())
    }

    /// One batch.
    ///
    /// # Errors
    /// [`OutboxError::Missing`] if there is none of that number.
    pub fn show(&self, id: BatchId) -> Result<Batch, OutboxError> {
        self.stored(id).map(|stored| stored.batch)
    }

    /// One batch with its bot, its rate and what stopped it.
    ///
    /// # Errors
    /// [`OutboxError::Missing`] if there is none of that number.
    pub fn stored(&self, id: BatchId) -> Result<StoredBatch, OutboxError> {
        self.inner.store.batch(id)?.ok_or(OutboxError::Missing(id))
    }

    /// Items of a batch in sending order, the skipped ones last.
    ///
    /// # Errors
    /// [`OutboxError::Store`].
    pub fn items(
        &self,
        id: BatchId,
        filter: ItemFilter,
        limit: u64,
        offset: u64,
    ) -> Result<Vec<Item>, OutboxError> {
        Ok(self.inner.store.items(id, filter, limit, offset)?)
    }

    /// One item.
    ///
    /// # Errors
    /// [`OutboxError::Store`].
    pub fn item(&self, id: ItemId) -> Result<Option<Item>, OutboxError> {
        Ok(self.inner.store.item(id)?)
    }

    /// Every item whose outcome cannot be known, over all batches.
    ///
    /// # Errors
    /// [`OutboxError::Store`].
    pub fn unknown_items(&self) -> Result<Vec<Item>, OutboxError> {
        Ok(self.inner.store.unknown_items()?)
    }

    /// The frozen call of an item; `None` for a skipped one.
    ///
    /// # Errors
    /// [`OutboxError::Store`].
    pub fn request_of(&self, item: ItemId) -> Result<Option<FrozenRequest>, OutboxError> {
        Ok(self.inner.store.request_of(item)?)
    }

    /// Every try of an item, oldest first.
    ///
    /// # Errors
    /// [`OutboxError::Store`].
    pub fn attempts(&self, item: ItemId) -> Result<Vec<Attempt>, OutboxError> {
        Ok(self.inner.store.attempts(item)?)
    }

    /// Why a batch was allowed to reach people twice, if somebody allowed it.
    ///
    /// # Errors
    /// [`OutboxError::Store`].
    pub fn override_reason(&self, id: BatchId) -> Result<Option<String>, OutboxError> {
        Ok(self.inner.store.override_reason(id)?)
    }

    /// Stops a batch: no new call starts once this returns; calls on the way end.
    ///
    /// # Errors
    /// [`OutboxError::State`] if it is not going on.
    pub fn pause(&self, id: BatchId) -> Result<Batch, OutboxError> {
        let reason = Reason {
            rule: "person".to_owned(),
            text: "Paused by a person.".to_owned(),
        };
        let change = self.record()?.stop(id, StopKind::Person, &reason)?;
        self.changed(id, change, "paused")
    }

    /// Takes back what is not sent; calls on the way end.
    ///
    /// # Errors
    /// [`OutboxError::State`] if nothing is left to take back.
    pub fn cancel(&self, id: BatchId) -> Result<Batch, OutboxError> {
        let change = self.record()?.cancel(id)?;
        self.changed(id, change, "cancelled")
    }

    /// Takes back a batch in its grace. If it has just left it, it is paused at once instead:
    /// what to do with the rest is asked then.
    ///
    /// # Errors
    /// [`OutboxError::State`] if nothing of it is left to stop.
    pub fn undo(&self, id: BatchId) -> Result<Batch, OutboxError> {
        let too_late = Reason {
            rule: "person".to_owned(),
            text: "Stopped by a person just after its grace.".to_owned(),
        };
        let change = self.record()?.undo(id, &too_late)?;
        self.changed(id, change, "stopped any more")
    }

    /// Makes a paused or held batch ready again, confirmed with the number of those left.
    ///
    /// # Errors
    /// [`OutboxError::Left`] if the number is wrong, [`OutboxError::State`] if it is not stopped,
    /// [`OutboxError::TooOld`] if nothing of it moved for a day: its text may no longer be true.
    pub fn resume(&self, id: BatchId, remaining: u64) -> Result<Batch, OutboxError> {
        let stored = self.stored(id)?;
        if stored.waiting.approvers.is_some() && stored.approved.is_none() {
            return Err(OutboxError::NotApproved(id));
        }
        let waits = matches!(stored.batch.state, BatchState::Paused | BatchState::Held);
        let rest = self.inner.store.at_rest(id, self.now())?;
        if let (true, Some(rest)) = (waits, rest.filter(|rest| *rest > FRESH)) {
            return Err(OutboxError::TooOld {
                batch: id,
                hours: rest.as_hours().unsigned_abs(),
                left: stored.batch.counts.queued,
            });
        }
        let change = self.record()?.resume(id, remaining, self.now())?;
        if let Change::Refused(stored) = &change {
            let left = stored.batch.counts.queued;
            let stopped = matches!(stored.batch.state, BatchState::Paused | BatchState::Held);
            if stopped && left != remaining {
                return Err(OutboxError::Left {
                    batch: id,
                    left,
                    typed: remaining,
                });
            }
        }
        self.changed(id, change, "resumed")
    }

    /// Goes on with a list that waits after its first people. Nothing is typed: the number of all
    /// was typed before.
    ///
    /// # Errors
    /// [`OutboxError::State`] if that is not what it waits for.
    pub fn go_on(&self, id: BatchId) -> Result<Batch, OutboxError> {
        let batch = self.show(id)?;
        if !batch.waits_after_the_first() {
            return Err(OutboxError::State {
                batch: id,
                state: batch.state,
                wanted: "continued without a number, because it does not wait after its first people",
            });
        }
        self.resume(id, batch.counts.queued)
    }

    /// Ends the grace of a message to one person now.
    ///
    /// # Errors
    /// [`OutboxError::State`] if it is not in its grace, or is for more than one person.
    pub fn start_now(&self, id: BatchId) -> Result<Batch, OutboxError> {
        let stored = self.stored(id)?;
        if !stored.is_single() {
            return Err(OutboxError::State {
                batch: id,
                state: stored.batch.state,
                wanted: "started early, because only a message to one person can",
            });
        }
        let change = self.record()?.end_grace(id, self.now())?;
        self.changed(id, change, "started")
    }

    /// Sets how many messages a minute a batch may send, at least one.
    ///
    /// # Errors
    /// [`OutboxError::State`] if it is finished.
    pub fn set_rate(&self, id: BatchId, per_minute: u32) -> Result<Batch, OutboxError> {
        let change = self.record()?.set_rate(id, per_minute)?;
        self.changed(id, change, "given another rate")
    }

    /// Who sends for this data folder.
    ///
    /// # Errors
    /// [`OutboxError::File`] if the lock cannot be asked.
    pub fn sender(&self) -> Result<SenderState, OutboxError> {
        if self.copied().is_some() {
            return Ok(SenderState::CopiedFolder);
        }
        SenderLock::holder(&self.inner.data_dir)
    }

    /// Whether a sender is alive that said it stays, so that what is due later may be left to it.
    ///
    /// # Errors
    /// What could not be used.
    pub fn somebody_stays(&self) -> Result<bool, OutboxError> {
        let alive = match self.sender()? {
            SenderState::ThisProcess | SenderState::Other { .. } => true,
            SenderState::Nobody | SenderState::CopiedFolder => false,
        };
        Ok(alive && self.inner.store.last_sender_stays()?)
    }

    pub(super) fn now(&self) -> Timestamp {
        self.inner.clock.now().wall
    }

    pub(super) fn changed(
        &self,
        id: BatchId,
        change: Change,
        wanted: &'static str,
    ) -> Result<Batch, OutboxError> {
        match change {
            Change::Done(stored) => {
                self.tell();
                Ok(stored.batch)
            }
            Change::Refused(stored) => Err(OutboxError::State {
                batch: id,
                state: stored.batch.state,
                wanted,
            }),
            Change::Missing => Err(OutboxError::Missing(id)),
        }
    }

    /// Something was committed: a sender in this process looks, and the audit's copy follows.
    pub(super) fn tell(&self) {
        self.inner.changed.send_modify(|count| *count += 1);
        self.copy_audit();
    }
}

fn check_typed(plan: &Plan, typed: &str) -> Result<(), OutboxError> {
    let expected = plan.recipients();
    let typed = typed.trim();
    // A guarded profile asks for its name behind the number.
    let (number, name) = typed.split_once(' ').unwrap_or((typed, ""));
    let named = name.is_empty() || name.trim() == plan.profile;
    if named && number == expected.to_string() {
        return Ok(());
    }
    if let [call] = plan.calls.as_slice()
        && let [one] = call.recipients.as_slice()
        && typed.chars().count() >= FEWEST_DIGITS
        && one.last_four().ends_with(typed)
    {
        return Ok(());
    }
    Err(OutboxError::Count {
        expected,
        typed: typed.to_owned(),
    })
}

fn check_plan(plan: &Plan, now: Timestamp) -> Result<(), OutboxError> {
    let refuse = |sentence: &str| Err(OutboxError::Plan(sentence.to_owned()));
    if plan.calls.is_empty() || plan.calls.iter().any(|call| call.recipients.is_empty()) {
        return refuse("there is nobody to send to.");
    }
    if plan.once.intents.len() as u64 != plan.recipients() {
        return refuse("it does not say what each person gets, so twins could not be found.");
    }
    if Plan::digest(&plan.target, plan.schedule, &plan.calls) != plan.sha256 {
        return refuse("the plan is not the one that was reviewed.");
    }
    let home = format!("{}/", plan.target.base_url);
    for call in &plan.calls {
        let request = &call.request;
        if Sha256Hex::of(&request.body.bytes()) != request.body_sha256 {
            return refuse("a body is not the one that was reviewed.");
        }
        if !request.url.starts_with(&home) {
            return refuse("a call leads to another host than the profile.");
        }
    }
    match plan.schedule {
        Schedule::PublishAt(time) | Schedule::PublishLate { publish: time, .. } if time <= now => {
            refuse("its publish time has passed, and the platform would send at once.")
        }
        Schedule::StartAt(time) if time <= now => {
            refuse("its time has passed meanwhile. Give it a later one.")
        }
        Schedule::PublishAt(_)
        | Schedule::PublishLate { .. }
        | Schedule::StartAt(_)
        | Schedule::Now => Ok(()),
    }
}
