//! The state of a batch follows from its counts, also after its last call.

use super::super::Record;
use super::{proof, ruling};
use crate::domain::{BatchState, Decision, Sha256Hex};
use crate::store::outbox::{Chosen, Proven};

#[test]
fn a_batch_whose_unknowns_were_all_accepted_is_done() {
    let (record, items) = Record::all_unknown(3);
    assert_eq!(record.state(), BatchState::DoneWithProblems);
    let revision = record
        .store
        .batch(record.batch)
        .unwrap()
        .unwrap()
        .batch
        .revision;
    record
        .resolve(&ruling(Chosen::Items(&items[..2]), Decision::Accepted, 2))
        .unwrap();
    assert_eq!(record.state(), BatchState::DoneWithProblems, "one is left");
    let message = Sha256Hex::of(b"one message");
    let proven = record.store.prove(&proof(items[2], &message)).unwrap();
    let Proven::Accepted(stored) = proven else {
        panic!("{proven:?}")
    };
    assert_eq!(stored.batch.state, BatchState::Done);
    assert!(stored.batch.revision > revision);
    let lines = record.store.audit_of_whole_batch(record.batch).unwrap();
    let settled = lines.iter().filter(|line| line.read().action == "settled");
    assert_eq!(settled.count(), 1);
    assert_eq!(record.store.audit_check().unwrap().broken, None);
}

#[test]
fn a_batch_with_anything_else_than_accepted_keeps_its_problems() {
    for decision in [Decision::NotAccepted, Decision::Abandoned] {
        let (record, items) = Record::all_unknown(2);
        record
            .resolve(&ruling(Chosen::Items(&items[..1]), decision, 2))
            .unwrap();
        record
            .resolve(&ruling(Chosen::Items(&items[1..]), Decision::Accepted, 2))
            .unwrap();
        assert_eq!(record.state(), BatchState::DoneWithProblems, "{decision:?}");
        // Nobody can say otherwise.
        let sql = "UPDATE batches SET state = 'done' WHERE state = 'done_with_problems'";
        record.sql(sql).unwrap_err();
    }
}
