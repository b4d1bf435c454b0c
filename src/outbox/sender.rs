//! The one sender of a data folder: holds the lock, recovers, and turns the engine while it makes
//! the marked calls. Starting and ending a run is here; what is claimed is the engine's business.

use super::clock::Clock;
use super::emergency::EmergencyFile;
use super::engine::{Engine, Finished, Scope, ToSend};
use super::error::OutboxError;
use super::lock::SenderLock;
use super::looks::{Look, Looked};
use super::queue::Outbox;
use super::summary::{RunBatch, RunEnd, RunSummary};
use super::transport::{Call, Judged, Seen, TransportProvider};
use super::turn::Turn;
use crate::contract::{OutboxEvent, SenderState};
use crate::domain::{Judgement, PauseAdvice, Reason, Verdict};
use crate::store::outbox::{Footprint, OutboxStore, RecoveryRules};
use futures_util::FutureExt;
use jiff::{SignedDuration, Timestamp};
use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How often the record is looked at for what other processes did.
const POLL: Duration = Duration::from_secs(1);
/// Looks from outside after which the record is opened all the same: the clock of a file system
/// is coarse, and two writes within its step look alike.
const LOOKS: u32 = 30;
/// A run that shall end gives up writing to a broken record after this.
const GIVE_UP: Duration = Duration::from_secs(60);
/// Confirmed longer ago than this and never started: nobody expects it any more.
const STALE: SignedDuration = SignedDuration::from_mins(10);
/// Events kept for a reader that is slow; the oldest go first.
const BACKLOG: usize = 4096;

/// A step of the engine at which a test may look or end the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Point {
    /// Nothing is marked yet.
    BeforeMark,
    /// The mark is on the disk, no byte has left.
    AfterMark,
    /// Just before the transport is asked.
    BeforeCall,
    /// The transport has answered, nobody knows.
    AfterCall,
    /// Results are about to be written.
    BeforeRecord,
    /// Results are on the disk.
    AfterRecord,
}

/// Told about every step. Does nothing outside tests.
pub trait Hooks: Send + Sync {
    /// The engine is at this point.
    fn at(&self, point: Point);
}

/// Ignores every step.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoHooks;

impl Hooks for NoHooks {
    fn at(&self, _point: Point) {}
}

/// The right to send for a data folder. Recovery has been done when one exists.
pub struct Sender {
    engine: Engine,
    lock: SenderLock,
    recovered: Vec<String>,
}

/// Whether a run ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until {
    Told,
    Idle,
}

impl Sender {
    /// Becomes the sender and recovers: what was on the way is unknown, what ran is paused.
    /// Blocks.
    ///
    /// # Errors
    /// [`OutboxError::OtherSender`] if another process sends; otherwise what could not be used.
    pub fn take(outbox: &Outbox) -> Result<Self, OutboxError> {
        outbox.not_copied()?;
        let lock = SenderLock::take(outbox.data_dir())?;
        let store = OutboxStore::open(outbox.data_dir())?;
        let (mut emergency, found) = EmergencyFile::open(outbox.data_dir())?;
        let now = outbox.clock().now();
        let rules = RecoveryRules {
            now: now.wall,
            stale_before: now.wall.saturating_sub(STALE).unwrap_or(Timestamp::MIN),
            owner: outbox.owner(),
        };
        store.take_lease(now.wall)?;
        let recovery = store.recover(&rules, &found.outcomes)?;
        emergency.clear(&found)?;
        outbox.copy_audit();
        let mut engine = Engine::new(outbox.clone(), store, emergency);
        engine.remember_recipients(now)?;
        // From here on every change is told, also one that comes before the first turn.
        engine.reporter.changed_outside(&engine.store);
        engine.reporter.compare(&engine.store, now)?;
        for found in &recovery.batches {
            if let Some(stored) = engine.store.batch(found.id)? {
                engine.reporter.recovered(&stored);
            }
        }
        engine
            .served
            .extend(recovery.batches.iter().map(|batch| batch.id));
        let recovered = recovery.batches.into_iter().map(|batch| batch.sentence);
        Ok(Self {
            engine,
            lock,
            recovered: recovered.collect(),
        })
    }

    /// What recovery found, one sentence per batch.
    pub fn recovered(&self) -> &[String] {
        &self.recovered
    }

    /// Lets others know that this sender stays until it is told to end, so that what is due later
    /// may be left to it. Blocks.
    ///
    /// # Errors
    /// [`OutboxError::Store`].
    pub fn stays(&self) -> Result<(), OutboxError> {
        Ok(self.engine.store.lease_stays()?)
    }

    /// Is told about every step, for tests.
    #[must_use]
    pub fn with_hooks(mut self, hooks: Arc<dyn Hooks>) -> Self {
        self.engine.hooks = hooks;
        self
    }

    /// Sends whatever is or becomes ready until it is told to stop; then no new call starts,
    /// those on the way end, and what ran is paused.
    ///
    /// # Errors
    /// [`OutboxError`] if the engine breaks.
    pub async fn run(
        self,
        provider: Arc<dyn TransportProvider>,
        events: mpsc::Sender<OutboxEvent>,
        stop: CancellationToken,
    ) -> Result<RunSummary, OutboxError> {
        self.drive(Until::Told, provider, events, stop).await
    }

    /// As [`Sender::run`], but ends also when nothing more can be sent without a person.
    ///
    /// # Errors
    /// [`OutboxError`] if the record stays unusable or the engine breaks.
    pub async fn run_until_done(
        mut self,
        scope: Scope,
        provider: Arc<dyn TransportProvider>,
        events: mpsc::Sender<OutboxEvent>,
        stop: CancellationToken,
    ) -> Result<RunSummary, OutboxError> {
        self.engine.scope = scope;
        self.drive(Until::Idle, provider, events, stop).await
    }

    async fn drive(
        self,
        until: Until,
        provider: Arc<dyn TransportProvider>,
        events: mpsc::Sender<OutboxEvent>,
        stop: CancellationToken,
    ) -> Result<RunSummary, OutboxError> {
        let Self {
            mut engine,
            lock,
            recovered,
        } = self;
        let clock = Arc::clone(engine.outbox.clock());
        let mut changes = engine.outbox.changes();
        let mut speaker = Speaker::new(events);
        speaker.say(OutboxEvent::Sender(SenderState::ThisProcess));
        if !recovered.is_empty() {
            speaker.say(OutboxEvent::Recovered(recovered.clone()));
        }
        let mut tasks = Tasks::default();
        let mut ended = Ended::default();
        let mut poll = false;
        loop {
            if stop.is_cancelled() && !engine.draining {
                engine.draining = true;
                poll = false;
            }
            let provider = Arc::clone(&provider);
            let done = std::mem::take(&mut ended);
            let now = clock.now();
            let (back, seen, turn) = blocking(move || {
                // Before the turn: what others write meanwhile must look different afterwards.
                let seen = engine.store.footprint();
                engine.looks.take_in(done.looks, now.steady);
                let turn = engine.turn(now, done.calls, provider.as_ref(), poll);
                (engine, seen, turn)
            })
            .await?;
            engine = back;
            let Turn {
                sends,
                looks,
                events,
                wake,
                idle,
            } = turn;
            tasks.begin(sends, looks, &engine, &clock);
            speaker.say_all(events);
            if tasks.is_empty() && ends(&engine, until, idle, clock.as_ref())? {
                break;
            }
            let planned = wake.map(|at| at.saturating_sub(clock.now().steady).min(POLL));
            let wait = planned.or((!tasks.is_empty()).then_some(POLL));
            poll = tokio::select! {
                biased;
                () = stop.cancelled(), if !engine.draining => false,
                () = tasks.next(&mut ended) => false,
                _ = changes.changed() => false,
                () = speaker.catch_up() => true,
                () = time_to_look(wait, &engine.store, seen) => true,
            };
        }
        let summary = blocking(move || finish(&engine, recovered)).await??;
        for run in &summary.batches {
            speaker.say(OutboxEvent::BatchChanged(Box::new(run.batch.clone())));
        }
        drop(lock);
        speaker.say(OutboxEvent::Sender(SenderState::Nobody));
        speaker.catch_up_now();
        Ok(summary)
    }
}

/// What is on the way.
#[derive(Default)]
struct Tasks {
    calls: JoinSet<Finished>,
    looks: JoinSet<Looked>,
}

/// What came back since the last turn.
#[derive(Default)]
struct Ended {
    calls: Vec<Finished>,
    looks: Vec<Looked>,
}

impl Tasks {
    fn begin(
        &mut self,
        sends: Vec<ToSend>,
        looks: Vec<Look>,
        engine: &Engine,
        clock: &Arc<dyn Clock>,
    ) {
        for send in sends {
            start(&mut self.calls, send, engine, clock);
        }
        for look in looks {
            self.looks.spawn(make(look));
        }
    }

    fn is_empty(&self) -> bool {
        self.calls.is_empty() && self.looks.is_empty()
    }

    /// Ends when something came back, with all that did; never while nothing is on the way.
    async fn next(&mut self, ended: &mut Ended) {
        if self.is_empty() {
            return std::future::pending().await;
        }
        tokio::select! {
            biased;
            Some(done) = self.calls.join_next() => ended.calls.extend(done.ok()),
            Some(done) = self.looks.join_next() => ended.looks.extend(done.ok()),
        }
        while let Some(done) = self.calls.try_join_next() {
            ended.calls.extend(done.ok());
        }
    }
}

/// Ends when the next turn is due. With nothing planned that is when somebody else has written:
/// then the record itself, its lock and the blocking threads are left alone: a look is one question
/// to the file system.
async fn time_to_look(wait: Option<Duration>, store: &OutboxStore, seen: Option<Footprint>) {
    if let Some(wait) = wait {
        return tokio::time::sleep(wait).await;
    }
    for _ in 0..LOOKS {
        tokio::time::sleep(POLL).await;
        if seen.is_none() || store.footprint() != seen {
            return;
        }
    }
}

/// Whether a run is over, once no call is on the way.
fn ends(engine: &Engine, until: Until, idle: bool, clock: &dyn Clock) -> Result<bool, OutboxError> {
    let trouble = engine.trouble_since;
    if engine.draining {
        // What could not be written lies in the emergency file, and recovery does the rest.
        return Ok(idle || trouble.is_some());
    }
    if until == Until::Told {
        return Ok(false);
    }
    let now = clock.now().steady;
    if trouble.is_some_and(|since| now.saturating_sub(since) >= GIVE_UP) {
        return Err(match &engine.last_error {
            Some(error) => OutboxError::Store(error.clone()),
            None => OutboxError::Broken("the record could not be written for a minute".to_owned()),
        });
    }
    Ok(idle)
}

fn start(calls: &mut JoinSet<Finished>, send: ToSend, engine: &Engine, clock: &Arc<dyn Clock>) {
    let hooks = Arc::clone(&engine.hooks);
    let clock = Arc::clone(clock);
    calls.spawn(async move {
        let started = clock.now();
        hooks.at(Point::BeforeCall);
        let call = Call {
            kind: send.kind,
            recipients: send.marked.candidate.recipients,
            request: &send.marked.request,
        };
        let judged = AssertUnwindSafe(async { send.transport.send(call).await })
            .catch_unwind()
            .await
            .unwrap_or_else(|_| panicked());
        hooks.at(Point::AfterCall);
        Finished {
            batch: send.batch,
            started,
            ended: clock.now(),
            judged,
            marked: send.marked,
        }
    });
}

/// Looks at a conversation. One that breaks down has seen nothing, and says so.
async fn make(look: Look) -> Looked {
    let asked = async { look.transport.look(&look.person, look.since).await };
    let seen = AssertUnwindSafe(asked).catch_unwind().await;
    Looked {
        batch: look.batch,
        seen: seen.unwrap_or_else(|_| Seen::Failed("the look broke down.".to_owned())),
    }
}

/// A call whose task broke down may have been written.
fn panicked() -> Judged {
    Judged {
        judgement: Judgement {
            verdict: Verdict::Unknown,
            rule: "call_broke_down",
            pause: PauseAdvice::Batch,
            http_status: None,
            platform_code: None,
            errors: Vec::new(),
            transient: false,
            sentence: "The call broke down inside this program; it may have arrived.".to_owned(),
        },
        response: String::new(),
    }
}

/// Leaves the record as a person will find it, and says what the run came to.
fn finish(engine: &Engine, recovered: Vec<String>) -> Result<RunSummary, OutboxError> {
    if engine.draining && engine.trouble_since.is_none() {
        let paused = Reason {
            rule: "drained".to_owned(),
            text:
                "The program was told to stop; calls on the way ended. Resume it to send the rest."
                    .to_owned(),
        };
        let held = Reason {
            rule: "grace_interrupted".to_owned(),
            text: "The program ended within its grace time, so nothing of it was sent.".to_owned(),
        };
        let open: Vec<_> = engine.served.iter().copied().collect();
        engine.store.leave(&open, &paused, &held)?;
    }
    engine.outbox.copy_audit();
    let mut batches = Vec::new();
    for id in &engine.served {
        if engine.scope.includes(*id) {
            batches.extend(engine.store.batch(*id)?.map(RunBatch::from));
        }
    }
    Ok(RunSummary {
        end: if engine.draining {
            RunEnd::Drained
        } else {
            RunEnd::Finished
        },
        batches,
        recovered,
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "the outbox's one place that starts blocking work"
)]
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, OutboxError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| OutboxError::Broken(error.to_string()))
}

/// Passes events on without ever waiting for whoever reads them.
pub(super) struct Speaker {
    events: mpsc::Sender<OutboxEvent>,
    backlog: VecDeque<OutboxEvent>,
}

impl Speaker {
    /// Speaks into this channel.
    pub fn new(events: mpsc::Sender<OutboxEvent>) -> Self {
        Self {
            events,
            backlog: VecDeque::new(),
        }
    }

    /// Passes one event on, or keeps it while the reader is slow.
    pub fn say(&mut self, event: OutboxEvent) {
        if self.backlog.len() >= BACKLOG {
            self.backlog.pop_front();
        }
        self.backlog.push_back(event);
        self.catch_up_now();
    }

    /// [`Speaker::say`] for each, in order.
    pub fn say_all(&mut self, events: Vec<OutboxEvent>) {
        for event in events {
            self.say(event);
        }
    }

    fn catch_up_now(&mut self) {
        while let Some(event) = self.backlog.pop_front() {
            match self.events.try_send(event) {
                Ok(()) => {}
                Err(mpsc::error::TrySendError::Full(event)) => {
                    self.backlog.push_front(event);
                    return;
                }
                Err(mpsc::error::TrySendError::Closed(_)) => self.backlog.clear(),
            }
        }
    }

    /// Ends when everything was passed on; never, if there is nothing to pass on.
    pub async fn catch_up(&mut self) {
        if self.backlog.is_empty() {
            return std::future::pending().await;
        }
        // The place comes first: this may be dropped while it waits, and no event may go with it.
        while !self.backlog.is_empty() {
            match self.events.reserve().await {
                Ok(permit) => {
                    if let Some(event) = self.backlog.pop_front() {
                        permit.send(event);
                    }
                }
                Err(_) => self.backlog.clear(),
            }
        }
    }
}
