//! Random histories: whatever happens, sums stay, and nothing unknown settles by itself.

use super::{asked, proof, ruling};
use crate::domain::{BatchId, Decision, ItemId, Sha256Hex};
use crate::store::outbox::tests::{Record, outcomes, reason, record_with, time};
use crate::store::outbox::{Chosen, OutcomeVerdict, RecoveryRules, StopKind};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Something that happens to the record.
#[derive(Debug, Clone, Copy)]
enum Step {
    Send(OutcomeVerdict, bool),
    Lose,
    Crash,
    Decide(Decision, usize),
    DecideAll(Decision),
    Prove(usize, u8),
    Retry(usize),
    Resume(usize),
    Stop(usize),
    Cancel(usize),
}

fn any_step() -> impl Strategy<Value = Step> {
    let verdict = prop_oneof![
        Just(OutcomeVerdict::Accepted),
        Just(OutcomeVerdict::Rejected),
        Just(OutcomeVerdict::Retry),
        Just(OutcomeVerdict::Unknown),
    ];
    let decision = prop_oneof![
        Just(Decision::Accepted),
        Just(Decision::NotAccepted),
        Just(Decision::Abandoned),
    ];
    prop_oneof![
        4 => (verdict, any::<bool>()).prop_map(|(verdict, passes)| Step::Send(verdict, passes)),
        1 => Just(Step::Lose),
        1 => Just(Step::Crash),
        3 => (decision.clone(), 0usize..9).prop_map(|(decision, at)| Step::Decide(decision, at)),
        1 => decision.prop_map(Step::DecideAll),
        2 => (0usize..9, 0u8..4).prop_map(|(at, message)| Step::Prove(at, message)),
        1 => (0usize..9).prop_map(Step::Retry),
        2 => (0usize..9).prop_map(Step::Resume),
        1 => (0usize..9).prop_map(Step::Stop),
        1 => (0usize..9).prop_map(Step::Cancel),
    ]
}

impl Record {
    fn take(&self, step: Step, now: i64) {
        let batches = self.store.batches().unwrap();
        let batch = |at: usize| batches[at % batches.len()].batch.id;
        let unknown = self.store.unknown_items().unwrap();
        match step {
            Step::Send(verdict, passes) => {
                for stored in self.store.unfinished().unwrap() {
                    let id = stored.batch.id;
                    let candidates = self.store.candidates(id, time(now), 1).unwrap();
                    let marked = self.store.mark(id, &candidates, time(now)).unwrap();
                    let mut outcomes = outcomes(id, marked, verdict);
                    for outcome in &mut outcomes {
                        outcome.transient = passes;
                    }
                    self.store.record(&outcomes, &[]).unwrap();
                }
            }
            Step::Lose => {
                for stored in self.store.unfinished().unwrap() {
                    let id = stored.batch.id;
                    let candidates = self.store.candidates(id, time(now), 1).unwrap();
                    drop(self.store.mark(id, &candidates, time(now)).unwrap());
                }
            }
            Step::Crash => {
                let rules = RecoveryRules {
                    now: time(now),
                    stale_before: time(-570),
                    owner: "me",
                };
                self.store.recover(&rules, &[]).unwrap();
            }
            Step::Decide(decision, at) if !unknown.is_empty() => {
                let one = [unknown[at % unknown.len()].id];
                drop(self.resolve(&ruling(Chosen::Items(&one), decision, now)));
            }
            Step::DecideAll(decision) => {
                let all: Vec<ItemId> = unknown.iter().map(|item| item.id).collect();
                drop(self.resolve(&ruling(Chosen::Items(&all), decision, now)));
            }
            Step::Prove(at, message) if !unknown.is_empty() => {
                let message = Sha256Hex::of(&[message]);
                let item = unknown[at % unknown.len()].id;
                drop(self.store.prove(&proof(item, &message)).unwrap());
            }
            Step::Decide(..) | Step::Prove(..) => {}
            Step::Retry(at) => drop(self.store.retry(batch(at), asked(time(now))).unwrap()),
            Step::Resume(at) => {
                let id = batch(at);
                let left = self.store.batch(id).unwrap().unwrap().batch.counts.queued;
                drop(self.store.resume(id, left, time(now)).unwrap());
            }
            Step::Stop(at) => {
                let why = reason("person");
                drop(self.store.stop(batch(at), StopKind::Person, &why).unwrap());
            }
            Step::Cancel(at) => drop(self.store.cancel(batch(at)).unwrap()),
        }
    }

    fn check_history(&self) {
        self.all_balanced();
        let undecided = "SELECT count(*) FROM items JOIN attempts ON attempts.item = items.id
            AND attempts.number = items.attempts
            WHERE attempts.verdict = 'unknown' AND items.state NOT IN ('unknown')
            AND NOT EXISTS (SELECT 1 FROM decisions WHERE decisions.item = items.id
                AND decided = items.state)";
        assert_eq!(
            self.number(undecided),
            0,
            "something left unknown by itself"
        );
        let unfounded = "SELECT count(*) FROM decisions WHERE decided_by = 'read_back'
            AND item NOT IN (SELECT item FROM proofs)";
        assert_eq!(self.number(unfounded), 0);
        let repeated = "SELECT count(*) - count(DISTINCT again_of) FROM items
            WHERE again_of IS NOT NULL";
        assert_eq!(self.number(repeated), 0, "something is sent again twice");
        // Whoever is written to more than once was given up or refused before, each time.
        let twice = "SELECT count(*) FROM items AS new JOIN items AS old ON old.id = new.again_of
            WHERE old.state NOT IN ('not_accepted','rejected')";
        assert_eq!(self.number(twice), 0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn no_history_changes_a_sum_or_settles_anything_by_itself(
        steps in prop::collection::vec(any_step(), 1..40),
    ) {
        let record = record_with(4, None);
        let mut planned: BTreeMap<BatchId, u64> = BTreeMap::new();
        for (step, now) in steps.into_iter().zip((10..).step_by(700)) {
            record.take(step, now);
            record.check_history();
            for stored in record.store.batches().unwrap() {
                let known = *planned.entry(stored.batch.id).or_insert(stored.batch.counts.planned);
                prop_assert_eq!(known, stored.batch.counts.planned);
            }
        }
    }
}
