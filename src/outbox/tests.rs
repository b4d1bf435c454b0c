//! The engine walked through time by hand: waits, rates, automatic stops, graces. No task, no
//! socket, no waiting.

use super::clock::{Clock, Moment};
use super::emergency::EmergencyFile;
use super::engine::{Engine, Finished, ToSend};
use super::queue::{Confirmation, Outbox};
use super::transport::{Call, Judged, OneBot, SendFuture, Transport};
use crate::contract::{CallOutcome, OutboxEvent};
use crate::domain::{
    Batch, BatchId, BatchState, BotTarget, FrozenRequest, Judgement, PauseAdvice, PhoneNumber,
    Plan, PlannedCall, RequestBody, Schedule, SendKind, SendLimits, Verdict,
};
use crate::store::outbox::OutboxStore;
use jiff::{SignedDuration, Timestamp};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;

struct HandClock(Mutex<Duration>);

impl Clock for HandClock {
    fn now(&self) -> Moment {
        let steady = *self.0.lock().unwrap();
        let start = Timestamp::from_second(1_760_000_000).unwrap();
        Moment {
            wall: start + SignedDuration::try_from(steady).unwrap(),
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
                recipients: vec![PhoneNumber::from_digits(&digits).unwrap()],
            }
        })
        .collect();
    Plan {
        kind: SendKind::Template,
        title: "care".to_owned(),
        profile: "london-care".to_owned(),
        sha256: Plan::digest(&target, Schedule::Now, &calls),
        target,
        calls,
        skipped: Vec::new(),
        notes: Vec::new(),
        schedule: Schedule::Now,
        limits,
    }
}

fn fast(concurrency: u32) -> SendLimits {
    SendLimits {
        per_minute: 1_000_000,
        concurrency,
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
        let clock = Arc::new(HandClock(Mutex::new(Duration::from_secs(1000))));
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

#[test]
fn the_first_call_goes_alone_and_the_rest_follow() {
    let mut bench = Bench::new();
    let id = bench.queue(&plan(10, fast(4)), 0);
    assert_eq!(bench.turn(Vec::new()), 1);
    assert_eq!(bench.turn(Vec::new()), 0);
    bench.pass(Duration::from_secs(1));
    assert_eq!(bench.answer(&accepted()), 4);
    for _ in 0..2 {
        bench.pass(Duration::from_secs(1));
        bench.answer(&accepted());
    }
    bench.pass(Duration::from_secs(1));
    bench.answer(&accepted());
    let batch = bench.batch(id);
    assert_eq!(batch.state, BatchState::Done);
    assert_eq!(batch.counts.accepted, 10);
    assert!(bench.engine.idle);
}

#[test]
fn five_failed_connections_in_a_row_pause_and_a_resume_starts_at_zero() {
    let mut bench = Bench::new();
    let id = bench.queue(&plan(10, fast(4)), 0);
    let mut waited = Duration::ZERO;
    assert_eq!(bench.turn(Vec::new()), 1);
    for _ in 0..4 {
        bench.answer(&no_connection());
        waited += bench.until_sending(Duration::from_secs(60)).unwrap();
        assert_eq!(bench.on_the_way.len(), 1);
        assert_eq!(bench.batch(id).state, BatchState::Running);
    }
    bench.answer(&no_connection());
    assert_eq!(bench.batch(id).state, BatchState::Paused);
    assert_eq!(bench.rule(id).as_deref(), Some("no_connection"));
    assert!(waited > Duration::from_secs(1), "{waited:?}");
    assert_eq!(bench.batch(id).counts.queued, 10);

    bench.outbox.resume(id, 10).unwrap();
    bench.until_sending(Duration::from_secs(60)).unwrap();
    bench.answer(&no_connection());
    assert_eq!(bench.batch(id).state, BatchState::Running);
}

#[test]
fn an_answer_between_failed_connections_starts_the_count_again() {
    let mut bench = Bench::new();
    let id = bench.queue(&plan(20, fast(1)), 0);
    for round in 0..12 {
        if bench.on_the_way.is_empty() {
            bench.until_sending(Duration::from_secs(60)).unwrap();
        }
        let answer = if round % 4 == 3 {
            accepted()
        } else {
            no_connection()
        };
        bench.answer(&answer);
    }
    assert_eq!(bench.batch(id).state, BatchState::Running);
    assert_eq!(bench.batch(id).counts.accepted, 3);
}

#[test]
fn a_request_to_wait_is_kept_and_halves_the_rate() {
    let mut bench = Bench::new();
    let limits = SendLimits {
        per_minute: 600,
        concurrency: 4,
    };
    let id = bench.queue(&plan(10, limits), 0);
    bench.turn(Vec::new());
    let wait = Verdict::Retry {
        after: Some(Duration::from_secs(42)),
    };
    assert_eq!(bench.answer(&judgement(wait, Some(429))), 0);
    let call = bench.events.iter().rev().find_map(|event| match event {
        OutboxEvent::CallFinished(record) => Some(record),
        OutboxEvent::BatchChanged(_) | OutboxEvent::Sender(_) | OutboxEvent::Recovered(_) => None,
    });
    let call = call.unwrap();
    assert_eq!(call.outcome, CallOutcome::Waiting);
    assert!(call.result.starts_with("waiting 4"), "{}", call.result);
    assert_eq!(call.label, "#1 …0000");
    let rate = bench.engine.rates.values().next().unwrap();
    assert_eq!(rate.limiter.per_minute(), 75);
    let waited = bench.until_sending(Duration::from_secs(60)).unwrap();
    assert!(waited >= Duration::from_secs(42), "{waited:?}");
    assert_eq!(bench.batch(id).counts.queued, 9);
}

#[test]
fn ten_waits_of_one_call_pause() {
    let mut bench = Bench::new();
    let id = bench.queue(&plan(1, fast(1)), 0);
    for round in 0..10 {
        assert_eq!(bench.batch(id).reason, None, "round {round}");
        bench.until_sending(Duration::from_secs(600)).unwrap();
        let after = Some(Duration::from_secs(7));
        bench.answer(&judgement(Verdict::Retry { after }, Some(429)));
    }
    assert_eq!(bench.rule(id).as_deref(), Some("too_many_waits"));
    assert_eq!(bench.batch(id).counts.queued, 1);
}

#[test]
fn a_quarter_of_an_hour_of_waiting_pauses() {
    let mut bench = Bench::new();
    let id = bench.queue(&plan(1, fast(1)), 0);
    for _ in 0..2 {
        bench.until_sending(Duration::from_secs(2000)).unwrap();
        let after = Some(Duration::from_secs(1000));
        bench.answer(&judgement(Verdict::Retry { after }, Some(429)));
    }
    assert_eq!(bench.rule(id).as_deref(), Some("too_many_waits"));
}

#[test]
fn the_same_rejection_five_times_and_three_unknowns_pause() {
    let mut bench = Bench::new();
    let id = bench.queue(&plan(20, fast(1)), 0);
    bench.turn(Vec::new());
    for _ in 0..4 {
        bench.pass(Duration::from_millis(100));
        bench.answer(&judgement(Verdict::Rejected, Some(400)));
    }
    bench.answer(&judgement(Verdict::Rejected, Some(404)));
    assert_eq!(bench.batch(id).state, BatchState::Running);
    for _ in 0..4 {
        bench.pass(Duration::from_millis(100));
        bench.answer(&judgement(Verdict::Rejected, Some(404)));
    }
    assert_eq!(bench.rule(id).as_deref(), Some("same_rejection"));
    assert_eq!(bench.batch(id).counts.rejected, 9);

    bench.outbox.resume(id, 11).unwrap();
    bench.pass(Duration::from_secs(1));
    bench.turn(Vec::new());
    for _ in 0..3 {
        assert_eq!(bench.batch(id).state, BatchState::Running);
        bench.answer(&judgement(Verdict::Unknown, None));
    }
    assert_eq!(bench.rule(id).as_deref(), Some("unknown_in_a_row"));
    assert_eq!(bench.batch(id).counts.unknown, 3);
}

#[test]
fn a_refused_key_pauses_everything_of_the_bot() {
    let mut bench = Bench::new();
    let list = bench.queue(&plan(10, fast(2)), 0);
    let next = bench.queue(&plan(5, fast(2)), 0);
    let armed = bench.queue(&plan(3, fast(2)), 30);
    bench.turn(Vec::new());
    let refused = Judgement {
        pause: PauseAdvice::Bot,
        rule: "key_refused",
        ..judgement(Verdict::Rejected, Some(401))
    };
    bench.answer(&refused);
    for id in [list, next, armed] {
        assert_eq!(bench.batch(id).state, BatchState::Paused);
        assert_eq!(bench.rule(id).as_deref(), Some("key_refused"));
    }
    assert!(bench.engine.idle);
}

#[test]
fn a_message_to_one_person_overtakes_lists_but_not_the_gap() {
    let mut bench = Bench::new();
    let list = bench.queue(&plan(10, fast(1)), 0);
    assert_eq!(bench.turn(Vec::new()), 1);
    bench.queue(&plan(10, fast(1)), 0);
    // The same person as the list's first, who was written to just now.
    let single = bench.queue(&plan(1, fast(1)), 0);
    bench.pass(Duration::from_secs(1));
    assert_eq!(bench.answer(&accepted()), 1);
    assert_eq!(bench.on_the_way[0].batch, list);
    bench.pass(Duration::from_secs(5));
    bench.answer(&accepted());
    let batches: Vec<BatchId> = bench.on_the_way.iter().map(|send| send.batch).collect();
    assert_eq!(batches, [single, list]);
}

#[test]
fn graces_end_in_time_or_are_held_when_missed() {
    let mut bench = Bench::new();
    let soon = bench.queue(&plan(3, fast(1)), 10);
    assert_eq!(bench.batch(soon).state, BatchState::Armed);
    let waited = bench.until_sending(Duration::from_secs(60)).unwrap();
    assert_eq!(waited, Duration::from_secs(10));
    bench.answer(&accepted());

    let missed = bench.queue(&plan(3, fast(1)), 10);
    bench.pass(Duration::from_secs(200));
    bench.turn(Vec::new());
    assert_eq!(bench.batch(missed).state, BatchState::Held);
    assert_eq!(bench.rule(missed).as_deref(), Some("missed"));

    let single = bench.queue(&plan(1, fast(1)), 10);
    bench.outbox.start_now(single).unwrap();
    assert_eq!(bench.batch(single).state, BatchState::Ready);
    assert!(bench.outbox.start_now(soon).is_err());
}

#[test]
fn a_plan_for_another_bot_is_held() {
    let mut bench = Bench::new();
    let mut other = plan(3, fast(1));
    other.target.bot_key = "ffffffffffffffff".to_owned();
    other.sha256 = Plan::digest(&other.target, other.schedule, &other.calls);
    let id = bench.queue(&other, 0);
    assert_eq!(bench.turn(Vec::new()), 0);
    assert_eq!(bench.batch(id).state, BatchState::Held);
    assert_eq!(bench.rule(id).as_deref(), Some("other_bot"));
}

#[test]
fn a_broadcast_whose_publish_time_passed_is_held() {
    let mut bench = Bench::new();
    let now = bench.clock.now().wall;
    let mut late = plan(3, fast(1));
    late.schedule = Schedule::PublishAt(now + SignedDuration::from_secs(30));
    late.sha256 = Plan::digest(&late.target, late.schedule, &late.calls);
    let id = bench.queue(&late, 0);
    assert_eq!(bench.turn(Vec::new()), 1);
    bench.pass(Duration::from_secs(31));
    bench.answer(&accepted());
    assert_eq!(bench.batch(id).state, BatchState::Held);
    assert_eq!(bench.batch(id).counts.accepted, 1);

    late.schedule = Schedule::PublishAt(now);
    late.sha256 = Plan::digest(&late.target, late.schedule, &late.calls);
    let confirmation = Confirmation {
        typed: "3".to_owned(),
        grace: Duration::ZERO,
    };
    assert!(bench.outbox.queue(&late, &confirmation).is_err());
}

#[test]
fn a_batch_is_told_four_times_a_second_at_most_and_at_its_end() {
    let mut bench = Bench::new();
    let id = bench.queue(&plan(60, fast(1)), 0);
    bench.turn(Vec::new());
    bench.events.clear();
    for _ in 0..59 {
        bench.pass(Duration::from_millis(10));
        assert_eq!(bench.answer(&accepted()), 1);
    }
    bench.answer(&accepted());
    let told: Vec<&Batch> = bench
        .events
        .iter()
        .filter_map(|event| match event {
            OutboxEvent::BatchChanged(batch) => Some(batch.as_ref()),
            OutboxEvent::CallFinished(_) | OutboxEvent::Sender(_) | OutboxEvent::Recovered(_) => {
                None
            }
        })
        .collect();
    assert!((2..=5).contains(&told.len()), "{}", told.len());
    assert_eq!(told.last().unwrap().state, BatchState::Done);
    assert_eq!(told.last().unwrap().id, id);
}

#[test]
fn the_typed_number_and_the_frozen_bytes_are_checked() {
    let bench = Bench::new();
    let confirm = |typed: &str| Confirmation {
        typed: typed.to_owned(),
        grace: Duration::ZERO,
    };
    let list = plan(3, fast(1));
    for wrong in ["", "2", "4", "03", "all"] {
        assert!(bench.outbox.queue(&list, &confirm(wrong)).is_err());
    }
    let single = plan(1, fast(1));
    assert!(bench.outbox.queue(&single, &confirm("0001")).is_err());
    assert!(bench.outbox.queue(&single, &confirm("0000")).is_ok());

    let mut changed = list.clone();
    changed.calls[1].request.body = RequestBody::Json("{}".to_owned());
    assert!(bench.outbox.queue(&changed, &confirm("3")).is_err());
    let mut moved = list.clone();
    moved.calls[1].request.url = "https://api.fern-and-oak.example.net/template".to_owned();
    moved.sha256 = Plan::digest(&moved.target, moved.schedule, &moved.calls);
    assert!(bench.outbox.queue(&moved, &confirm("3")).is_err());
    assert_eq!(bench.outbox.list().unwrap().len(), 1);
}
