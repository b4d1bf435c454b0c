//! The engine walked through time by hand: waits, rates, automatic stops, graces. No task, no
//! socket, no waiting.

mod approval;
mod budget;
mod calls;
mod copies;
mod looks;
mod pace;
mod plans;
mod quiet;
mod reach;
mod read_back;
mod read_only;
mod times;
mod twins;
mod waits;

use crate::contract::OutboxEvent;
use crate::domain::{
    Batch, BatchId, BotTarget, FrozenRequest, Judgement, Meaning, Once, PauseAdvice, PhoneNumber,
    Plan, PlannedCall, RequestBody, Schedule, SendKind, SendLimits, Verdict,
};
use crate::outbox::clock::{Clock, Moment};
use crate::outbox::emergency::EmergencyFile;
use crate::outbox::engine::{Engine, Finished, ToSend};
use crate::outbox::queue::{Confirmation, Outbox};
use crate::outbox::transport::{Call, Judged, OneBot, SendFuture, Transport};
use crate::store::outbox::OutboxStore;
use jiff::{SignedDuration, Timestamp};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;

/// What passed, and by how much somebody set the clock.
struct HandClock(Mutex<Duration>, Mutex<SignedDuration>);

impl Clock for HandClock {
    fn now(&self) -> Moment {
        let steady = *self.0.lock().unwrap();
        let start = Timestamp::from_second(1_760_000_000).unwrap();
        Moment {
            wall: start + SignedDuration::try_from(steady).unwrap() + *self.1.lock().unwrap(),
            steady,
        }
    }
}

/// Never asked here: the test answers the calls itself.
struct NoCalls;

impl Transport for NoCalls {
    fn send<'a>(&'a self, _call: Call<'a>) -> SendFuture<'a> {
        unreachable!("the test answers")
    }
}

struct Bench {
    outbox: Outbox,
    clock: Arc<HandClock>,
    engine: Engine,
    provider: OneBot,
    on_the_way: Vec<ToSend>,
    events: Vec<OutboxEvent>,
    _dir: TempDir,
}

fn target() -> BotTarget {
    BotTarget {
        base_url: "https://api.fern-and-oak.example".to_owned(),
        customer_id: "99001".to_owned(),
        bot_key: "00aa11bb22cc33dd".to_owned(),
    }
}

fn plan(people: u32, limits: SendLimits) -> Plan {
    let target = target();
    let calls: Vec<PlannedCall> = (0..people)
        .map(|index| {
            let digits = format!("4477009{index:05}");
            PlannedCall {
                request: FrozenRequest::post(
                    format!("{}/template", target.base_url),
                    RequestBody::Json(format!("{{\"to\":\"{digits}\"}}")),
                ),
                recipients: vec![PhoneNumber::from_digits(&digits).unwrap().into()],
            }
        })
        .collect();
    Plan {
        once: once(&target, &calls),
        kind: SendKind::Template,
        title: "care".to_owned(),
        profile: "london-care".to_owned(),
        sha256: Plan::digest(&target, Schedule::Now, &calls),
        target,
        calls,
        skipped: Vec::new(),
        notes: Vec::new(),
        warnings: Vec::new(),
        schedule: Schedule::Now,
        waiting: crate::domain::Waiting::default(),
        limits,
        used: None,
        source: None,
    }
}

static PLANS: AtomicU64 = AtomicU64::new(0);

/// Every plan says something new, so that plans for the same people are no twins.
fn once(target: &BotTarget, calls: &[PlannedCall]) -> Once {
    let mut meaning = Meaning::new(target, SendKind::Template);
    meaning.text(&PLANS.fetch_add(1, Ordering::Relaxed).to_string());
    let people = calls.iter().flat_map(|call| &call.recipients);
    Once {
        intents: people.map(|one| meaning.to(one)).collect(),
        window: Duration::from_secs(24 * 60 * 60),
        ..Once::default()
    }
}

fn fast(concurrency: u32) -> SendLimits {
    SendLimits {
        per_minute: 1_000_000,
        concurrency,
        ..SendLimits::default()
    }
}

fn judgement(verdict: Verdict, status: Option<u16>) -> Judgement {
    Judgement {
        verdict,
        rule: "test_rule",
        pause: PauseAdvice::GoOn,
        http_status: status,
        platform_code: None,
        errors: Vec::new(),
        transient: false,
        sentence: "It was a test.".to_owned(),
    }
}

fn accepted() -> Judgement {
    let verdict = Verdict::Accepted {
        message_id: Some("m1".to_owned()),
        note: None,
    };
    judgement(verdict, Some(200))
}

fn no_connection() -> Judgement {
    judgement(Verdict::Retry { after: None }, None)
}

impl Bench {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(HandClock(
            Mutex::new(Duration::from_secs(1000)),
            Mutex::new(SignedDuration::ZERO),
        ));
        let outbox = Outbox::open(dir.path(), clock.clone()).unwrap();
        let store = OutboxStore::open(dir.path()).unwrap();
        let (emergency, _) = EmergencyFile::open(dir.path()).unwrap();
        let engine = Engine::new(outbox.clone(), store, emergency);
        Self {
            outbox,
            clock,
            engine,
            provider: OneBot {
                target: target(),
                transport: Arc::new(NoCalls),
            },
            on_the_way: Vec::new(),
            events: Vec::new(),
            _dir: dir,
        }
    }

    fn queue(&self, plan: &Plan, grace: u64) -> BatchId {
        let confirmation = Confirmation {
            typed: plan.recipients().to_string(),
            grace: Duration::from_secs(grace),
        };
        self.outbox.queue(plan, &confirmation).unwrap().id
    }

    fn pass(&self, time: Duration) {
        *self.clock.0.lock().unwrap() += time;
    }

    fn set_clock(&self, by: SignedDuration) {
        *self.clock.1.lock().unwrap() += by;
    }

    /// One turn; gives how many calls were started.
    fn turn(&mut self, finished: Vec<Finished>) -> usize {
        let turn = self
            .engine
            .turn(self.clock.now(), finished, &self.provider, false);
        self.events.extend(turn.events);
        let count = turn.sends.len();
        self.on_the_way.extend(turn.sends);
        self.balanced();
        count
    }

    /// Everything on the way gets this answer, then a turn.
    fn answer(&mut self, judgement: &Judgement) -> usize {
        let now = self.clock.now();
        let finished = self
            .on_the_way
            .drain(..)
            .map(|send| Finished {
                batch: send.batch,
                marked: send.marked,
                started: now,
                ended: now,
                judged: Judged {
                    judgement: judgement.clone(),
                    response: "{}".to_owned(),
                },
            })
            .collect();
        self.turn(finished)
    }

    /// Turns at the moments the engine asks for until a call starts or the time is over.
    fn until_sending(&mut self, limit: Duration) -> Option<Duration> {
        let start = self.clock.now().steady;
        loop {
            if self.turn(Vec::new()) > 0 {
                return Some(self.clock.now().steady.saturating_sub(start));
            }
            let now = self.clock.now().steady;
            let wake = self.engine.wake.filter(|at| *at > now)?;
            if wake.saturating_sub(start) > limit {
                return None;
            }
            self.pass(wake.saturating_sub(now));
        }
    }

    fn batch(&self, id: BatchId) -> Batch {
        self.outbox.show(id).unwrap()
    }

    fn rule(&self, id: BatchId) -> Option<String> {
        self.batch(id).reason.map(|reason| reason.rule)
    }

    fn balanced(&self) {
        for batch in self.outbox.list().unwrap() {
            assert!(batch.counts.balances());
            assert_eq!(batch.counts, self.outbox.store().counted(batch.id).unwrap());
        }
    }
}
