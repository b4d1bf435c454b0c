//! Decisions about unknown results: what the record allows, what it refuses, and that sums stay.

mod history;
mod settled;

use super::{Record, outcomes, record_with, time};
use crate::domain::{BatchId, BatchState, Decision, ItemId, ItemState, Sha256Hex};
use crate::store::StoreError;
use crate::store::outbox::{
    Asked, BY_PERSON, Change, Chosen, ItemFilter, Outcome, OutcomeVerdict, Proof, Proven,
    READ_BACK, RecoveryRules, Refusal, Retry, Ruled, Ruling,
};
use jiff::Timestamp;

const FIFTEEN_MINUTES: i64 = 15 * 60;

fn asked(now: Timestamp) -> Asked<'static> {
    Asked {
        now,
        owner: "me",
        typed: "",
    }
}

fn ruling(chosen: Chosen<'_>, decision: Decision, now: i64) -> Ruling<'_> {
    Ruling {
        chosen,
        decision,
        count: None,
        who: "meera@desk-4",
        reason: "seen on the phone",
        asked: asked(time(now)),
    }
}

fn proof(item: ItemId, message: &Sha256Hex) -> Proof<'_> {
    Proof {
        item,
        message,
        message_id: None,
        evidence: "The conversation has it.",
        who: "meera@desk-4",
        at: time(60),
    }
}

impl Record {
    /// So many people, all unknown, and nothing left to send.
    fn all_unknown(people: u32) -> (Self, Vec<ItemId>) {
        let record = record_with(people, None);
        let outcomes = record.mark(u64::from(people), OutcomeVerdict::Unknown);
        record.store.record(&outcomes, &[]).unwrap();
        let items = outcomes.iter().map(|outcome| outcome.item).collect();
        (record, items)
    }

    fn resolve(&self, ruling: &Ruling<'_>) -> Result<Ruled, Refusal> {
        let ruled = self.store.resolve(ruling).unwrap();
        self.all_balanced();
        ruled
    }

    fn all_balanced(&self) {
        for stored in self.store.batches().unwrap() {
            let counts = stored.batch.counts;
            assert!(counts.balances());
            assert_eq!(counts, self.store.counted(stored.batch.id).unwrap());
        }
    }

    fn item_state(&self, item: ItemId) -> ItemState {
        self.store.item(item).unwrap().unwrap().state
    }

    fn sql(&self, sql: &str) -> Result<usize, StoreError> {
        self.store.database().change(|tx| tx.execute(sql, []))
    }

    fn number(&self, sql: &str) -> i64 {
        let db = self.store.database();
        db.read(|connection| connection.query_row(sql, [], |row| row.get(0)))
            .unwrap()
    }
}

/// Writes down that a person settles what is unknown of these items, as every settling needs.
pub(in crate::store::outbox) fn settle_unknown(
    tx: &rusqlite::Transaction<'_>,
    state: &str,
    which: &str,
    number: i64,
) -> rusqlite::Result<usize> {
    if !["accepted", "not_accepted", "abandoned"].contains(&state) {
        return Ok(0);
    }
    let sql = format!(
        "INSERT INTO decisions (item, decided, decided_by, who, at, reason)
         SELECT id, ?1, 'person', 'me', 0, '' FROM items WHERE state = 'unknown' AND {which}"
    );
    tx.execute(&sql, (state, number))
}

#[test]
fn what_was_not_accepted_waits_in_a_paused_batch_of_the_same_bytes() {
    let (record, items) = Record::all_unknown(3);
    let before = record.store.batch(record.batch).unwrap().unwrap().batch;
    let one = [items[1]];
    let ruled = record
        .resolve(&ruling(Chosen::Items(&one), Decision::NotAccepted, 2))
        .unwrap();
    assert_eq!(ruled.changed, [record.batch]);
    let [made] = ruled.made[..] else {
        panic!("{ruled:?}")
    };
    let child = record.store.batch(made).unwrap().unwrap();
    assert_eq!(child.batch.state, BatchState::Paused);
    assert_eq!(child.batch.parent, Some(record.batch));
    assert_eq!(child.batch.reason.unwrap().rule, "not_accepted");
    assert_eq!(
        (child.batch.counts.planned, child.batch.counts.queued),
        (1, 1)
    );
    let again = record.store.items(made, ItemFilter::All, 9, 0).unwrap();
    let old = record.store.item(items[1]).unwrap().unwrap();
    assert_eq!(again[0].recipient, old.recipient);
    assert_eq!(
        record.store.request_of(again[0].id).unwrap(),
        record.store.request_of(items[1]).unwrap()
    );
    assert_eq!(
        (old.state, old.rule.as_deref()),
        (ItemState::NotAccepted, Some(BY_PERSON))
    );
    let after = record.store.batch(record.batch).unwrap().unwrap().batch;
    assert_eq!(after.counts.planned, before.counts.planned);
    assert_eq!((after.counts.unknown, after.counts.not_accepted), (2, 1));
    // Paused means paused: only the number of its people lets it go.
    assert!(record.store.unfinished().unwrap().is_empty());
    assert!(matches!(
        record.store.resume(made, 2, time(9)).unwrap(),
        Change::Refused(_)
    ));
    assert!(matches!(
        record.store.resume(made, 1, time(9)).unwrap(),
        Change::Done(_)
    ));
}

#[test]
fn a_decision_is_made_once_and_keeps_who_when_and_why() {
    let (record, items) = Record::all_unknown(2);
    let one = [items[0]];
    for (decision, now) in [(Decision::Abandoned, 5), (Decision::Accepted, 6)] {
        let result = record.resolve(&ruling(Chosen::Items(&one), decision, now));
        assert_eq!(
            result.is_ok(),
            decision == Decision::Abandoned,
            "{result:?}"
        );
    }
    let kept: (String, String, String, i64, String) = record
        .store
        .database()
        .read(|connection| {
            connection.query_row(
                "SELECT decided, decided_by, who, at, reason FROM decisions",
                [],
                |row| {
                    Ok((
                        row.get(0)?,
                        row.get(1)?,
                        row.get(2)?,
                        row.get(3)?,
                        row.get(4)?,
                    ))
                },
            )
        })
        .unwrap();
    assert_eq!((kept.0.as_str(), kept.1.as_str()), ("abandoned", "person"));
    assert_eq!(
        (kept.2.as_str(), kept.4.as_str()),
        ("meera@desk-4", "seen on the phone")
    );
    assert_eq!(kept.3, time(5).as_microsecond());
    let gone = [ItemId(99)];
    let missing = record.resolve(&ruling(Chosen::Items(&gone), Decision::Accepted, 7));
    assert_eq!(missing.unwrap_err(), Refusal::Missing(ItemId(99)));
    let both = [items[1], items[0]];
    let mixed = record.resolve(&ruling(Chosen::Items(&both), Decision::Accepted, 8));
    assert!(matches!(mixed, Err(Refusal::Settled(item)) if item.id == items[0]));
    assert_eq!(
        record.item_state(items[1]),
        ItemState::Unknown,
        "all or nothing"
    );
}

#[test]
fn several_at_once_need_their_count_and_time_to_show_up() {
    let (record, _) = Record::all_unknown(3);
    let mut bulk = ruling(Chosen::Batch(record.batch), Decision::NotAccepted, 2);
    bulk.count = Some(2);
    assert_eq!(record.resolve(&bulk), Err(Refusal::Count(3)));
    bulk.count = Some(3);
    let until = time(1 + FIFTEEN_MINUTES);
    assert_eq!(record.resolve(&bulk), Err(Refusal::TooEarly(until)));
    assert_eq!(record.number("SELECT count(*) FROM decisions"), 0);
    bulk.asked = asked(until);
    let ruled = record.resolve(&bulk).unwrap();
    assert_eq!((ruled.items.len(), ruled.made.len()), (3, 1));
    let child = record.store.batch(ruled.made[0]).unwrap().unwrap().batch;
    assert_eq!((child.counts.planned, child.counts.queued), (3, 3));
    let nothing = record.resolve(&bulk);
    assert_eq!(nothing, Err(Refusal::Nothing(record.batch)));
}

#[test]
fn items_of_two_batches_become_two_paused_batches() {
    let (record, items) = Record::all_unknown(2);
    let one = [items[0]];
    let first = record
        .resolve(&ruling(Chosen::Items(&one), Decision::NotAccepted, 2))
        .unwrap()
        .made[0];
    record.store.resume(first, 1, time(9)).unwrap();
    let candidates = record.store.candidates(first, time(9), 1).unwrap();
    let marked = record.store.mark(first, &candidates, time(9)).unwrap();
    let lost: Vec<Outcome> = outcomes(first, marked, OutcomeVerdict::Unknown);
    record.store.record(&lost, &[]).unwrap();
    let both = [items[1], lost[0].item];
    let late = ruling(
        Chosen::Items(&both),
        Decision::NotAccepted,
        3 * FIFTEEN_MINUTES,
    );
    let ruled = record.resolve(&late).unwrap();
    assert_eq!(ruled.changed, [record.batch, first]);
    let parents: Vec<Option<BatchId>> = ruled
        .made
        .iter()
        .map(|made| record.store.batch(*made).unwrap().unwrap().batch.parent)
        .collect();
    assert_eq!(parents, [Some(record.batch), Some(first)]);
}

#[test]
fn only_what_passes_is_tried_again_and_only_once() {
    let record = record_with(4, None);
    let mut refused = record.mark(3, OutcomeVerdict::Rejected);
    refused[0].transient = true;
    refused[2].transient = true;
    record.store.record(&refused, &[]).unwrap();
    let before = record.store.batch(record.batch).unwrap().unwrap().batch;
    let Retry::Made(made) = record.store.retry(record.batch, asked(time(9))).unwrap() else {
        panic!("nothing was made")
    };
    let child = record.store.batch(made).unwrap().unwrap().batch;
    assert_eq!(child.state, BatchState::Paused);
    assert_eq!((child.counts.planned, child.counts.queued), (2, 2));
    let again = record.store.items(made, ItemFilter::All, 9, 0).unwrap();
    for (new, old) in again.iter().zip([&refused[0], &refused[2]]) {
        assert_eq!(
            record.store.request_of(new.id).unwrap(),
            record.store.request_of(old.item).unwrap()
        );
    }
    let after = record.store.batch(record.batch).unwrap().unwrap().batch;
    assert_eq!(after.counts, before.counts, "the old sum never changes");
    assert_eq!(
        record.store.retry(record.batch, asked(time(10))).unwrap(),
        Retry::Nothing {
            passing: 2,
            again: 2
        }
    );
    assert_eq!(
        record.store.retry(made, asked(time(10))).unwrap(),
        Retry::Nothing {
            passing: 0,
            again: 0
        }
    );
    assert_eq!(
        record.store.retry(BatchId(99), asked(time(10))).unwrap(),
        Retry::Missing
    );
    record.all_balanced();
}

#[test]
fn a_call_that_was_changed_in_the_record_is_not_sent_again() {
    let (record, items) = Record::all_unknown(1);
    record.sql("UPDATE bodies SET body = body || ' '").unwrap();
    let result = record.resolve(&ruling(Chosen::Items(&items), Decision::NotAccepted, 2));
    assert_eq!(result.unwrap_err(), Refusal::Tampered(items[0]));
    assert_eq!(record.item_state(items[0]), ItemState::Unknown);
    assert_eq!(record.number("SELECT count(*) FROM batches"), 1);
}

#[test]
fn a_message_proves_one_result_and_settles_it() {
    let (record, items) = Record::all_unknown(2);
    let message = Sha256Hex::of(b"10:42:07 Hello Ruth");
    let first = record.store.prove(&proof(items[0], &message)).unwrap();
    assert!(matches!(first, Proven::Accepted(batch) if batch.batch.counts.accepted == 1));
    let item = record.store.item(items[0]).unwrap().unwrap();
    assert_eq!(
        (item.state, item.rule.as_deref()),
        (ItemState::Accepted, Some(READ_BACK))
    );
    let twin = record.store.prove(&proof(items[1], &message)).unwrap();
    assert_eq!(twin, Proven::Claimed);
    assert_eq!(record.item_state(items[1]), ItemState::Unknown);
    assert!(
        record
            .store
            .claimed(std::slice::from_ref(&message))
            .unwrap()
            .contains(&message)
    );
    let other = Sha256Hex::of(b"another");
    let again = record.store.prove(&proof(items[0], &other)).unwrap();
    assert_eq!(again, Proven::Settled);
    assert!(record.store.claimed(&[other]).unwrap().is_empty());
    record.all_balanced();
}

#[test]
fn the_schema_refuses_to_settle_without_a_person_or_evidence() {
    let (record, items) = Record::all_unknown(2);
    let one = [items[0]];
    record
        .resolve(&ruling(Chosen::Items(&one), Decision::NotAccepted, 2))
        .unwrap();
    let decision = |item: i64, what: &str, by: &str| {
        format!("INSERT INTO decisions VALUES ({item}, '{what}', '{by}', 'x', 0, 'x')")
    };
    let again = |batch: i64, of: i64, body: &str| {
        format!(
            "INSERT INTO items (batch, recipient, recipients, state, body_sha256, again_of)
             SELECT {batch}, recipient, 1, 'queued', {body}, {of} FROM items WHERE id = {of}"
        )
    };
    let refused = [
        "UPDATE items SET state = 'accepted' WHERE id = 2".to_owned(),
        "UPDATE items SET state = 'abandoned' WHERE id = 2".to_owned(),
        decision(2, "accepted", "read_back"),
        decision(2, "not_accepted", "read_back"),
        decision(2, "accepted", "nobody"),
        decision(1, "accepted", "person"),
        "UPDATE decisions SET decided = 'accepted'".to_owned(),
        "UPDATE decisions SET who = 'somebody else'".to_owned(),
        "UPDATE items SET again_of = 2 WHERE id = 1".to_owned(),
        // Twice, while it is unknown, with other bytes, in a batch that would send it.
        again(2, 1, "body_sha256"),
        again(2, 2, "body_sha256"),
        again(2, 1, "(SELECT plan_sha256 FROM batches WHERE id = 1)"),
        again(1, 1, "body_sha256"),
    ];
    for sql in refused {
        let result = record.sql(&sql);
        assert!(
            matches!(result, Err(StoreError::Refused { .. })),
            "{sql}: {result:?}"
        );
    }
    record.all_balanced();
}

#[test]
fn what_comes_late_is_shown_and_never_overrides_a_person() {
    let (record, items) = Record::all_unknown(1);
    record
        .resolve(&ruling(Chosen::Items(&items), Decision::NotAccepted, 2))
        .unwrap();
    let attempt = record.number("SELECT id FROM attempts");
    let late = Outcome {
        attempt,
        item: items[0],
        batch: record.batch,
        verdict: OutcomeVerdict::Accepted,
        rule: "template_accepted".to_owned(),
        message_id: Some("wamid.LATE".to_owned()),
        http_status: Some(200),
        platform_code: Some(1000),
        errors: Vec::new(),
        transient: false,
        sentence: "The platform took it.".to_owned(),
        response: String::new(),
        finished: time(3),
        duration: std::time::Duration::ZERO,
        retry_at: None,
    };
    let rules = RecoveryRules {
        now: time(30),
        stale_before: time(-570),
        owner: "next",
    };
    let recovery = record
        .store
        .recover(&rules, std::slice::from_ref(&late))
        .unwrap();
    assert_eq!(record.item_state(items[0]), ItemState::NotAccepted);
    assert!(
        recovery.batches[0].sentence.contains("reached twice"),
        "{recovery:?}"
    );
    let noted = record.store.late_evidence(record.batch).unwrap();
    assert_eq!(noted.len(), 1);
    assert!(noted[0].1.contains("The platform took it."));
    // The file may be read again; what was said is not said again.
    let again = record.store.recover(&rules, &[late]).unwrap();
    assert!(again.batches.is_empty());
}

#[test]
fn a_rival_is_a_try_for_the_same_person_that_may_have_been_processed() {
    let (record, items) = Record::all_unknown(2);
    let rivals = |seconds: (i64, i64)| {
        let row = record.store.unknown_row(items[0]).unwrap().unwrap();
        record
            .store
            .rivals(&row, time(seconds.0), time(seconds.1))
            .unwrap()
    };
    assert!(rivals((-100, 100)).is_empty(), "not itself and not others");
    let one = [items[0]];
    let row = record.store.unknown_row(items[0]).unwrap().unwrap();
    let made = record
        .resolve(&ruling(Chosen::Items(&one), Decision::NotAccepted, 2))
        .unwrap()
        .made[0];
    record.store.resume(made, 1, time(9)).unwrap();
    let candidates = record.store.candidates(made, time(9), 1).unwrap();
    let marked = record.store.mark(made, &candidates, time(9)).unwrap();
    let found = record.store.rivals(&row, time(-100), time(100)).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].item, found[0].started),
        (candidates[0].item, time(9))
    );
    assert!(
        record
            .store
            .rivals(&row, time(10), time(100))
            .unwrap()
            .is_empty()
    );
    let refused = outcomes(made, marked, OutcomeVerdict::Rejected);
    record.store.record(&refused, &[]).unwrap();
    assert!(
        record
            .store
            .rivals(&row, time(-100), time(100))
            .unwrap()
            .is_empty()
    );
}
