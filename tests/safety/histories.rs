//! Random histories against a small model that knows the rules and nothing of the code: what a
//! person does, what the server answers, where the process dies. The model says beforehand what
//! every item is afterwards.

use crate::model::{Answer, Batch, Death, Stands, answer};
use crate::oracle::{Taken, oracle};
use crate::support::{NOWHERE, accepted, digits, judged, plan, provider};
use alertdesk::contract::unknown::Settlement;
use alertdesk::domain::{BatchId, Decision, ItemState, OptOutSource, Plan, Sha256Hex, Verdict};
use alertdesk::outbox::{
    Call, Clock, Confirmation, Hooks, Judged, Moment, Outbox, OutboxError, Point, Scope,
    SendFuture, Sender, Transport,
};
use alertdesk::store::outbox::ItemFilter;
use proptest::prelude::*;
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Seven seconds pass with every look, so that no gap between two calls is ever waited for; the
/// time of day goes slower, so that nothing becomes stale.
struct SteppingClock(AtomicU32);

impl Clock for SteppingClock {
    fn now(&self) -> Moment {
        let looks = self.0.fetch_add(1, Ordering::SeqCst);
        let start = jiff::Timestamp::from_second(1_800_000_000).unwrap();
        Moment {
            wall: start + Duration::from_millis(510) * looks,
            steady: Duration::from_secs(7) * looks,
        }
    }
}

/// Answers as [`answer`] says and counts what was taken.
struct Scripted {
    seed: u64,
    visits: Mutex<HashMap<String, u32>>,
    taken: Mutex<Taken>,
}

impl Scripted {
    fn reply(&self, body: &[u8]) -> Judged {
        let hash = Sha256Hex::of(body).as_str().to_owned();
        let mut visits = self.visits.lock().unwrap();
        let visit = visits.entry(hash.clone()).or_insert(0);
        *visit += 1;
        let answer = answer(self.seed, &hash, *visit);
        if matches!(answer, Answer::Yes | Answer::Lost { taken: true }) {
            *self.taken.lock().unwrap().entry(hash).or_insert(0) += 1;
        }
        match answer {
            Answer::Yes => accepted(),
            Answer::No => judged(Verdict::Rejected, Some(400), "refused"),
            Answer::Later => judged(
                Verdict::Retry {
                    after: Some(Duration::ZERO),
                },
                Some(425),
                "too_early",
            ),
            Answer::Lost { .. } => judged(Verdict::Unknown, None, "lost"),
        }
    }
}

struct Shared(Arc<Scripted>);

impl Transport for Shared {
    fn send<'a>(&'a self, call: Call<'a>) -> SendFuture<'a> {
        let judged = self.0.reply(&call.request.body.bytes());
        Box::pin(async move { judged })
    }
}

/// Ends the engine in the middle of a step: what it held in memory is gone, the record stays.
struct DieAt(Point, AtomicU32);

impl Hooks for DieAt {
    fn at(&self, point: Point) {
        if point == self.0 {
            let left = self.1.fetch_sub(1, Ordering::SeqCst);
            assert!(left != 1, "the process dies at {point:?}");
        }
    }
}

#[derive(Debug, Clone)]
enum Step {
    Queue {
        people: u32,
    },
    /// The same plan once more.
    Twin(usize),
    /// Somebody is put on the list of those who must not be written to, or taken off it.
    OptOut(u32),
    OptIn(u32),
    Pause(usize),
    Resume(usize),
    Cancel(usize),
    Run(usize, Death),
    Settle(usize, Decision),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let which = 0..8_usize;
    let point = prop::sample::select(vec![
        Point::BeforeMark,
        Point::AfterMark,
        Point::BeforeRecord,
        Point::AfterRecord,
    ]);
    let death = prop::option::of((point, 1..6_u32));
    let decision = prop::sample::select(vec![
        Decision::Accepted,
        Decision::NotAccepted,
        Decision::Abandoned,
    ]);
    let step = prop_oneof![
        3 => (1..7_u32).prop_map(|people| Step::Queue { people }),
        1 => which.clone().prop_map(Step::Twin),
        1 => (0..7_u32).prop_map(Step::OptOut),
        1 => (0..7_u32).prop_map(Step::OptIn),
        1 => which.clone().prop_map(Step::Pause),
        4 => which.clone().prop_map(Step::Resume),
        1 => which.clone().prop_map(Step::Cancel),
        8 => (which.clone(), death).prop_map(|(batch, death)| Step::Run(batch, death)),
        4 => (which, decision).prop_map(|(item, decision)| Step::Settle(item, decision)),
    ];
    prop::collection::vec(step, 4..25)
}

struct World {
    outbox: Outbox,
    server: Arc<Scripted>,
    /// The model.
    batches: Vec<Batch>,
    plans: Vec<(Plan, Vec<String>)>,
    visits: HashMap<String, u32>,
    again: HashSet<String>,
    /// Who opted out.
    gone: HashSet<u32>,
}

impl World {
    fn new(dir: &Path, seed: u64) -> Self {
        let clock = Arc::new(SteppingClock(AtomicU32::new(0)));
        Self {
            outbox: Outbox::open(dir, clock).unwrap(),
            server: Arc::new(Scripted {
                seed,
                visits: Mutex::default(),
                taken: Mutex::default(),
            }),
            batches: Vec::new(),
            plans: Vec::new(),
            visits: HashMap::new(),
            again: HashSet::new(),
            gone: HashSet::new(),
        }
    }

    fn step(&mut self, step: &Step) {
        let any = |which: usize, len: usize| (len > 0).then(|| which % len);
        match step {
            Step::Queue { people } => {
                let mut plan = plan(NOWHERE, *people, 1);
                plan.once.window = alertdesk::domain::TwinRules::default().window;
                let hashes = plan
                    .calls
                    .iter()
                    .map(|call| call.request.body_sha256.as_str().to_owned());
                let hashes = hashes.collect();
                self.plans.push((plan, hashes));
                self.queue(self.plans.len() - 1);
            }
            Step::Twin(which) => {
                if let Some(which) = any(*which, self.plans.len()) {
                    self.queue(which);
                }
            }
            Step::OptOut(person) => {
                let why = (OptOutSource::Manual, "asked");
                let target = crate::support::target(NOWHERE);
                let added = self.outbox.suppress(&target, &[digits(*person)], why);
                assert_eq!(added.unwrap(), [self.gone.insert(*person)]);
            }
            Step::OptIn(person) => {
                let target = crate::support::target(NOWHERE);
                let removed = self.outbox.unsuppress(&target, &[digits(*person)]);
                assert_eq!(removed.unwrap(), [self.gone.remove(person)]);
            }
            Step::Settle(which, decision) => self.settle(*which, *decision),
            Step::Pause(which)
            | Step::Resume(which)
            | Step::Cancel(which)
            | Step::Run(which, _) => {
                if let Some(which) = any(*which, self.batches.len()) {
                    self.change(step, which);
                }
            }
        }
    }

    /// The bodies that would reach somebody who opted out: people are numbered in each plan.
    fn bodies_of_gone(&self) -> HashSet<String> {
        let bodies = self
            .plans
            .iter()
            .flat_map(|(_, bodies)| bodies.iter().zip(0..));
        let gone = bodies.filter(|(_, person)| self.gone.contains(person));
        gone.map(|(body, _)| body.clone()).collect()
    }

    /// A twin of what is queued, accepted, unknown or given up is refused as a whole.
    fn queue(&mut self, which: usize) {
        let (plan, bodies) = &self.plans[which];
        let stands = |state: ItemState| {
            use ItemState::{Abandoned, Accepted, Queued, Unknown};
            matches!(state, Queued | Accepted | Unknown | Abandoned)
        };
        let items = || self.batches.iter().flat_map(|batch| &batch.items);
        let gone = (0..)
            .zip(bodies)
            .any(|(person, _)| self.gone.contains(&person));
        let twin = items().any(|(body, state)| stands(*state) && bodies.contains(body));
        let confirmation = Confirmation {
            typed: plan.recipients().to_string(),
            grace: Duration::ZERO,
        };
        match self.outbox.queue(plan, &confirmation) {
            Ok(batch) => {
                assert!(!twin, "a twin was queued");
                assert!(!gone, "somebody who opted out was queued");
                let items = bodies.iter().map(|body| (body.clone(), ItemState::Queued));
                self.batches.push(Batch {
                    id: batch.id,
                    stands: Stands::Ready,
                    items: items.collect(),
                });
            }
            Err(OutboxError::OptedOut(_)) => assert!(gone, "nobody opted out"),
            Err(OutboxError::Twins { .. }) => assert!(twin, "no twin, and refused as one"),
            Err(error) => panic!("{error}"),
        }
    }

    fn change(&mut self, step: &Step, which: usize) {
        let gone = self.bodies_of_gone();
        let batch = &mut self.batches[which];
        let (id, left) = (batch.id, batch.left());
        let (done, allowed) = match step {
            Step::Pause(_) => {
                let allowed = batch.stands == Stands::Ready;
                if allowed {
                    batch.stands = Stands::Stopped;
                }
                (self.outbox.pause(id).is_ok(), allowed)
            }
            Step::Resume(_) => {
                let allowed = batch.stands == Stands::Stopped;
                if allowed {
                    batch.stands = Stands::Ready;
                }
                assert!(self.outbox.resume(id, left + 1).is_err());
                (self.outbox.resume(id, left).is_ok(), allowed)
            }
            Step::Cancel(_) => {
                let allowed = matches!(batch.stands, Stands::Ready | Stands::Stopped);
                if allowed {
                    batch.stands = Stands::Cancelled;
                    for item in &mut batch.items {
                        if item.1 == ItemState::Queued {
                            item.1 = ItemState::Cancelled;
                        }
                    }
                }
                (self.outbox.cancel(id).is_ok(), allowed)
            }
            Step::Run(_, death) => {
                if batch.stands == Stands::Ready {
                    batch.run(self.server.seed, (&mut self.visits, &gone), *death);
                }
                self.send(id, *death);
                (true, true)
            }
            Step::Queue { .. }
            | Step::Twin(_)
            | Step::OptOut(_)
            | Step::OptIn(_)
            | Step::Settle(..) => unreachable!(),
        };
        assert_eq!(done, allowed, "{step:?} of {:?}", self.batches[which]);
    }

    fn send(&self, id: BatchId, death: Death) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let (events, _reader) = mpsc::channel(16);
        let mut sender = Sender::take(&self.outbox).unwrap();
        if let Some((point, at)) = death {
            sender = sender.with_hooks(Arc::new(DieAt(point, AtomicU32::new(at))));
        }
        let run = sender.run_until_done(
            Scope::Only(id),
            provider(NOWHERE, Shared(Arc::clone(&self.server))),
            events,
            CancellationToken::new(),
        );
        match runtime.block_on(run) {
            Ok(_) => {}
            Err(OutboxError::Broken(_)) => assert!(death.is_some()),
            Err(error) => panic!("{error}"),
        }
        drop(runtime);
        self.outbox.recover_if_idle().unwrap();
    }

    /// The person looks at the phone first, and never calls arrived what did not, nor the reverse.
    fn settle(&mut self, which: usize, decision: Decision) {
        let unknown = self.outbox.unknown_items().unwrap();
        let known: usize = self
            .batches
            .iter()
            .map(|batch| batch.count(ItemState::Unknown))
            .sum();
        assert_eq!(unknown.len(), known);
        if unknown.is_empty() {
            return;
        }
        let item = &unknown[which % unknown.len()];
        let body = item.body_sha256.as_ref().unwrap().as_str().to_owned();
        let sure = self.batches.iter().flat_map(|batch| &batch.items);
        let sure = sure.filter(|(other, state)| *other == body && *state == ItemState::Accepted);
        let taken = self
            .server
            .taken
            .lock()
            .unwrap()
            .get(&body)
            .copied()
            .unwrap_or(0);
        let arrived = taken as usize > sure.count();
        let decision = match decision {
            Decision::Abandoned => Decision::Abandoned,
            Decision::Accepted | Decision::NotAccepted if arrived => Decision::Accepted,
            Decision::Accepted | Decision::NotAccepted => Decision::NotAccepted,
        };
        let settlement = Settlement {
            items: vec![item.id],
            decision,
            reason: "looked at the phone".to_owned(),
            count: None,
        };
        let settled = self.outbox.settle(&settlement, "ana").unwrap();
        let items = self
            .outbox
            .items(item.batch, ItemFilter::All, 100, 0)
            .unwrap();
        let at = items.iter().position(|other| other.id == item.id).unwrap();
        let batch = self
            .batches
            .iter_mut()
            .find(|batch| batch.id == item.batch)
            .unwrap();
        batch.items[at].1 = decision.state();
        if decision == Decision::NotAccepted {
            self.again.insert(body.clone());
            let [made] = settled.made.as_slice() else {
                panic!("one new batch: {settled:?}");
            };
            self.batches.push(Batch {
                id: made.id,
                stands: Stands::Stopped,
                items: vec![(body, ItemState::Queued)],
            });
        } else {
            assert!(settled.made.is_empty());
        }
    }

    /// The record is what the model says, and the oracle holds.
    fn compare(&self, step: &Step) {
        for batch in &self.batches {
            let found = self.outbox.show(batch.id).unwrap();
            assert!(
                batch.stands.is(found.state),
                "{step:?}: {batch:?}, but {found:?}"
            );
            let items = self
                .outbox
                .items(batch.id, ItemFilter::All, 100, 0)
                .unwrap();
            let calls = items
                .into_iter()
                .filter_map(|item| Some((item.body_sha256?.as_str().to_owned(), item.state)));
            assert_eq!(
                calls.collect::<Vec<_>>(),
                batch.items,
                "{step:?}: {found:?}"
            );
        }
        oracle(
            &self.outbox,
            &self.server.taken.lock().unwrap(),
            &self.again,
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::support::asked_for("ALERTDESK_HISTORIES").unwrap_or(24), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_record_is_what_the_model_says(steps in steps(), seed in any::<u64>()) {
        let dir = tempfile::tempdir().unwrap();
        let mut world = World::new(dir.path(), seed);
        for step in &steps {
            world.step(step);
            world.compare(step);
        }
    }
}
