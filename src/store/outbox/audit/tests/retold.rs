//! Whoever reads the lines alone knows every state: random sequences of everything the store can be
//! asked for, retold from the lines and compared with the record.

use crate::domain::{AuditLine, ItemState};
use crate::store::outbox::tests::{Record, plan, reason, record_with, settle_unknown, time};
use crate::store::outbox::{
    ItemFilter, NewBatch, OutboxStore, Outcome, OutcomeVerdict, RecoveryRules, Stop, StopKind,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// The states of everything, told by the lines alone.
#[derive(Debug, Default)]
struct Retold {
    batches: BTreeMap<i64, (String, u64)>,
    items: BTreeMap<i64, ItemState>,
}

impl Retold {
    fn tell(&mut self, line: &AuditLine) {
        let reading = line.read();
        let batch = line.batch.map(|batch| batch.0);
        let text = |name: &str| reading.fields[name].as_str().unwrap().to_owned();
        match (reading.action.as_str(), batch) {
            ("confirmed", Some(batch)) => {
                let rate = reading.fields["per_minute"].as_u64().unwrap();
                self.batches.insert(batch, (text("state"), rate));
            }
            ("marked", _) => {
                for attempt in reading.fields["attempts"].as_array().unwrap() {
                    let item = attempt[1].as_i64().unwrap();
                    self.step(item, ItemState::Queued, ItemState::Sending);
                }
            }
            ("result", _) => {
                let item = reading.fields["item"].as_i64().unwrap();
                let to = match text("verdict").as_str() {
                    "retry" => ItemState::Queued,
                    other => ItemState::from_word(other).unwrap(),
                };
                self.step(item, ItemState::Sending, to);
            }
            ("items", _) => {
                let state = |name| ItemState::from_word(&text(name)).unwrap();
                for run in text("items").split(',') {
                    let (first, last) = run.split_once('-').unwrap_or((run, run));
                    for item in first.parse().unwrap()..=last.parse().unwrap() {
                        self.step(item, state("from"), state("to"));
                    }
                }
            }
            (_, Some(batch)) if reading.fields.contains_key("from") => {
                let known = self.batches.get_mut(&batch).unwrap();
                assert_eq!(known.0, text("from"), "{}", line.proof);
                known.0 = text("to");
                if let Some(rate) = reading.fields.get("per_minute") {
                    assert_eq!(rate[0].as_u64(), Some(known.1));
                    known.1 = rate[1].as_u64().unwrap();
                }
            }
            _ => {}
        }
    }

    fn step(&mut self, item: i64, from: ItemState, to: ItemState) {
        let known = self.items.entry(item).or_insert(ItemState::Queued);
        assert_eq!(*known, from, "item {item}");
        *known = to;
    }
}

/// One thing that the store can be asked for.
#[derive(Debug, Clone)]
enum Step {
    Insert(u32, bool),
    Mark(u64, OutcomeVerdict),
    Record,
    RecordWithStop,
    Stop,
    Hold,
    Cancel,
    Resume,
    EndGrace,
    Rate(u32),
    Release,
    Recover,
    Leave,
    Decide(ItemState),
    Purge,
}

fn step() -> impl Strategy<Value = Step> {
    let verdict = prop_oneof![
        Just(OutcomeVerdict::Accepted),
        Just(OutcomeVerdict::Rejected),
        Just(OutcomeVerdict::Retry),
        Just(OutcomeVerdict::Unknown),
    ];
    prop_oneof![
        1 => (1..5_u32, any::<bool>()).prop_map(|(people, grace)| Step::Insert(people, grace)),
        5 => (1..4_u64, verdict).prop_map(|(count, verdict)| Step::Mark(count, verdict)),
        4 => Just(Step::Record),
        1 => Just(Step::RecordWithStop),
        1 => Just(Step::Stop),
        1 => Just(Step::Hold),
        1 => Just(Step::Cancel),
        3 => Just(Step::Resume),
        2 => Just(Step::EndGrace),
        1 => (1..900_u32).prop_map(Step::Rate),
        1 => Just(Step::Release),
        1 => Just(Step::Recover),
        1 => Just(Step::Leave),
        1 => prop_oneof![
            Just(ItemState::Accepted),
            Just(ItemState::NotAccepted),
            Just(ItemState::Abandoned),
        ]
        .prop_map(Step::Decide),
        1 => Just(Step::Purge),
    ]
}

fn take(record: &mut Record, taken: &Step, going: &mut Vec<Outcome>) {
    let (store, batch) = (&record.store, record.batch);
    match taken {
        Step::Insert(people, grace) => {
            let plan = plan(*people);
            let new = NewBatch {
                plan: &plan,
                confirmed: time(0),
                start_at: grace.then(|| time(30)),
                owner: "me",
                typed: "3",
                twins_since: time(0),
            };
            record.batch = store.insert(&new).unwrap();
        }
        Step::Mark(count, verdict) => going.extend(record.mark(*count, *verdict)),
        Step::Record => store.record(&std::mem::take(going), &[]).unwrap(),
        Step::RecordWithStop => {
            let stop = Stop::batch(batch, StopKind::Network, reason("no_connection"));
            store.record(&std::mem::take(going), &[stop]).unwrap();
        }
        Step::Stop => drop(
            store
                .stop(batch, StopKind::Person, &reason("person"))
                .unwrap(),
        ),
        Step::Hold => drop(store.hold(batch, &reason("missed")).unwrap()),
        Step::Cancel => drop(store.cancel(batch).unwrap()),
        Step::Resume => {
            let left = store.batch(batch).unwrap().unwrap().batch.counts.queued;
            drop(store.resume(batch, left, time(50)).unwrap());
        }
        Step::EndGrace => drop(store.end_grace(batch, time(20)).unwrap()),
        Step::Rate(rate) => drop(store.set_rate(batch, *rate).unwrap()),
        Step::Release => {
            store.release_unstarted(&[], time(40)).unwrap();
            going.clear();
        }
        Step::Recover => {
            let rules = RecoveryRules {
                now: time(60),
                stale_before: time(10),
                owner: "next",
            };
            let keep = going.len() / 2;
            store.recover(&rules, &going[..keep]).unwrap();
            going.clear();
        }
        Step::Leave => {
            let (paused, held) = (reason("drained"), reason("grace_interrupted"));
            store.leave(&[batch], &paused, &held).unwrap();
        }
        Step::Decide(state) => {
            store
                .database()
                .change(|tx| {
                    let newest = "id = (SELECT max(id) FROM items WHERE state = 'unknown')
                        AND ?2 = ?2";
                    settle_unknown(tx, state.word(), newest, 0)?;
                    tx.execute(
                        "UPDATE items SET state = ?1 WHERE state = 'unknown'
                         AND id = (SELECT max(id) FROM items WHERE state = 'unknown')",
                        [state.word()],
                    )
                })
                .unwrap();
        }
        Step::Purge => {
            // Refused for most batches, and then there must not be a line.
            drop(store.purge(batch, time(90)));
        }
    }
}

fn compare(store: &OutboxStore, retold: &Retold) -> Result<(), TestCaseError> {
    for stored in store.batches().unwrap() {
        let id = stored.batch.id;
        let told = (
            stored.batch.state.word().to_owned(),
            u64::from(stored.limits.per_minute),
        );
        prop_assert_eq!(retold.batches.get(&id.0), Some(&told));
        for item in store.items(id, ItemFilter::All, 1000, 0).unwrap() {
            if item.state == ItemState::Skipped {
                prop_assert_eq!(retold.items.get(&item.id.0), None);
            } else {
                let told = retold.items.get(&item.id.0);
                prop_assert_eq!(*told.unwrap_or(&ItemState::Queued), item.state);
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whoever reads the lines alone knows the state of every batch and every item.
    #[test]
    fn the_lines_tell_every_change_of_state(steps in prop::collection::vec(step(), 1..40)) {
        let mut record = record_with(4, None);
        let mut retold = Retold::default();
        let mut going = Vec::new();
        let mut read = 0;
        for step in steps {
            take(&mut record, &step, &mut going);
            for line in record.store.audit_after(read, 10_000).unwrap() {
                retold.tell(&line);
                read = line.seq;
            }
            compare(&record.store, &retold)?;
        }
        let check = record.store.audit_check().unwrap();
        prop_assert_eq!(check.lines, read);
        prop_assert_eq!(check.broken, None);
    }
}
