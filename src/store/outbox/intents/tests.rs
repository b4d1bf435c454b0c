//! What the tables of intents refuse, and that few and many are compared alike.

use super::{FEW, kept};
use crate::domain::{
    BatchId, FrozenRequest, ItemId, ItemState, Meaning, Once, PhoneNumber, Plan, PlannedCall,
    Recipient, RequestBody, SendKind, Touch,
};
use crate::store::StoreError;
use crate::store::outbox::tests::{plan, settle_unknown};
use crate::store::outbox::{InsertError, NewBatch, OutboxStore};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;
use tempfile::TempDir;

const WINDOW: Duration = Duration::from_secs(3600);

fn time(second: i64) -> Timestamp {
    Timestamp::from_second(1_760_000_000 + second).unwrap()
}

fn store() -> (OutboxStore, TempDir) {
    let dir = tempfile::tempdir().unwrap();
    (OutboxStore::open(dir.path()).unwrap(), dir)
}

/// A plan for so many people that says this.
fn saying(what: &str, people: u32) -> Plan {
    let mut plan = plan(people);
    let mut meaning = Meaning::new(&plan.target, SendKind::Template);
    meaning.text(what);
    let everybody = plan.calls.iter().flat_map(|call| &call.recipients);
    let everybody: Vec<&Recipient> = everybody.collect();
    plan.once = Once {
        intents: everybody.iter().map(|one| meaning.to(one)).collect(),
        touches: everybody
            .iter()
            .map(|one| Touch::of(&plan.target, "care", one))
            .collect(),
        window: WINDOW,
        ..Once::default()
    };
    plan
}

fn insert(store: &OutboxStore, plan: &Plan, second: i64) -> Result<BatchId, InsertError> {
    store.insert(&NewBatch {
        plan,
        confirmed: time(second),
        start_at: None,
        owner: "me",
        typed: "3",
        twins_since: time(second) - SignedDuration::try_from(WINDOW).unwrap(),
    })
}

fn set_all(store: &OutboxStore, batch: BatchId, states: &[&str], marked: Timestamp) {
    for state in states {
        let changed = store.database().change(|tx| {
            settle_unknown(tx, state, "batch = ?2", batch.0)?;
            tx.execute(
                "UPDATE items SET state = ?2, marked = ?3 WHERE batch = ?1 AND state <> 'skipped'",
                (batch.0, state, marked.as_microsecond()),
            )
        });
        assert!(changed.unwrap() > 0);
    }
}

#[test]
fn the_schema_itself_lets_no_intent_live_twice() {
    let (store, _dir) = store();
    let first = insert(&store, &saying("hello", 2), 0).unwrap();
    let db = store.database();
    let another = |overrides: bool| {
        db.change(|tx| {
            tx.execute(
                "INSERT INTO items (batch, recipients, state, body_sha256)
                 SELECT batch, 1, 'queued', body_sha256 FROM items WHERE id = 1",
                [],
            )?;
            tx.execute(
                "INSERT INTO intents (key, item, overrides)
                 SELECT key, ?1, ?2 FROM intents WHERE item = 1",
                (tx.last_insert_rowid(), overrides),
            )
        })
    };
    assert!(matches!(another(false), Err(StoreError::Refused { .. })));
    let edited = db.change(|tx| tx.execute("UPDATE intents SET overrides = 1", []));
    assert!(matches!(edited, Err(StoreError::Refused { .. })));
    set_all(&store, first, &["sending", "unknown"], time(0));
    assert!(matches!(another(false), Err(StoreError::Refused { .. })));
    another(true).unwrap();
}

#[test]
fn each_state_stands_in_the_way_or_does_not() {
    let cases: [(&[&str], bool, bool); 7] = [
        (&[], true, true),
        (&["sending"], true, true),
        (&["sending", "unknown"], true, true),
        (&["sending", "accepted"], true, false),
        (&["sending", "unknown", "abandoned"], true, false),
        (&["sending", "rejected"], false, false),
        (&["cancelled"], false, false),
    ];
    for people in [2, u32::try_from(FEW).unwrap() + 40] {
        for (states, fresh, old) in cases {
            let (store, _dir) = store();
            let plan = saying("hello", people);
            let batch = insert(&store, &plan, 0).unwrap();
            set_all(&store, batch, states, time(0));
            let found = |since| {
                let twins = store.twins(&plan.once.intents, since).unwrap();
                let mut at: Vec<usize> = twins.iter().map(|twin| twin.at).collect();
                at.sort_unstable();
                let all: Vec<usize> = (0..people as usize).collect();
                assert!(at.is_empty() || at == all, "{states:?}");
                assert!(twins.iter().all(|twin| twin.batch == batch));
                !at.is_empty()
            };
            assert_eq!(
                (found(time(-60)), found(time(60))),
                (fresh, old),
                "{states:?}"
            );
            let again = insert(&store, &plan, 60);
            assert_eq!(again.is_err(), fresh, "{states:?}");
        }
    }
}

#[test]
fn decided_not_to_have_arrived_frees_a_person() {
    let (store, _dir) = store();
    let plan = saying("hello", 2);
    let batch = insert(&store, &plan, 0).unwrap();
    set_all(
        &store,
        batch,
        &["sending", "unknown", "not_accepted"],
        time(0),
    );
    insert(&store, &plan, 1).unwrap();
}

#[test]
fn what_is_sent_again_keeps_what_it_means_and_its_origin_does_not_stop_it() {
    let (store, _dir) = store();
    let origin = saying("hello", 3);
    let batch = insert(&store, &origin, 0).unwrap();
    // Somebody sent it to them a second time meanwhile, for a reason, and that still waits.
    let mut twice = origin.clone();
    twice.once.override_reason = Some("on the phone".to_owned());
    insert(&store, &twice, 1).unwrap();
    let items: Vec<ItemId> = (1..=3).map(ItemId).collect();
    let once = store.database().change(|tx| kept(tx, &items)).unwrap();
    assert_eq!(once.intents, origin.once.intents);
    assert_eq!(once.touches, origin.once.touches);
    assert_eq!((once.window, once.is_repeat), (WINDOW, true));
    set_all(
        &store,
        batch,
        &["sending", "unknown", "not_accepted"],
        time(0),
    );
    let again = Plan { once, ..origin };
    insert(&store, &again, 2).unwrap();
}

#[test]
fn a_call_to_several_keeps_the_intent_of_each() {
    let (store, _dir) = store();
    let mut plan = saying("hello", 5);
    let recipients = plan.calls.iter().flat_map(|call| call.recipients.clone());
    let recipients: Vec<Recipient> = recipients.collect();
    let request = FrozenRequest::post(
        format!("{}/x", plan.target.base_url),
        RequestBody::Json("{}".to_owned()),
    );
    plan.calls = vec![PlannedCall {
        recipients,
        request,
    }];
    insert(&store, &plan, 0).unwrap();
    let once = store
        .database()
        .change(|tx| kept(tx, &[ItemId(1)]))
        .unwrap();
    assert_eq!(once.intents, plan.once.intents);
    let twins = store.twins(&plan.once.intents, time(0)).unwrap();
    assert_eq!(twins.len(), 5);
    assert!(twins.iter().all(|twin| twin.state == ItemState::Queued));
}

#[test]
fn people_are_touched_once_something_may_have_reached_them() {
    let (store, _dir) = store();
    let plan = saying("hello", 3);
    let batch = insert(&store, &plan, 0).unwrap();
    let touched = |since| store.touched(&plan.once.touches, since).unwrap();
    assert!(touched(time(-60)).is_empty(), "nothing left yet");
    set_all(&store, batch, &["sending", "accepted"], time(0));
    assert_eq!(touched(time(-60)), [0, 1, 2]);
    assert!(touched(time(60)).is_empty());
    let stranger: Recipient = PhoneNumber::from_digits("447700900999").unwrap().into();
    let other = Touch::of(&plan.target, "care", &stranger);
    assert!(store.touched(&[other], time(-60)).unwrap().is_empty());
}

#[test]
fn a_batch_rests_by_the_highest_time_seen() {
    let (store, _dir) = store();
    let first = insert(&store, &saying("hello", 1), 0).unwrap();
    let rest = |batch, second| store.at_rest(batch, time(second)).unwrap();
    assert_eq!(rest(first, 90), Some(SignedDuration::from_secs(90)));
    insert(&store, &saying("again", 1), 500).unwrap();
    assert_eq!(rest(first, 90), Some(SignedDuration::from_secs(500)));
    // After a clock that was far ahead once, what is new still begins at zero.
    insert(&store, &saying("later", 1), 900_000_000).unwrap();
    let new = insert(&store, &saying("now", 1), 600).unwrap();
    assert_eq!(rest(new, 600), Some(SignedDuration::ZERO));
    assert_eq!(rest(BatchId(77), 0), None);
}
