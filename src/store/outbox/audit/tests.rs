//! Tests of the audit: what is changed is found, what happens has its line, what is purged leaves
//! the chain whole.

use super::read::check;
use super::{AuditNote, write_note};
use crate::domain::audit::AuditFilter;
use crate::domain::{AuditLine, BatchId, BatchState, ItemState};
use crate::store::StoreError;
use crate::store::outbox::tests::{Record, plan, reason, record_with, time};
use crate::store::outbox::{
    ItemFilter, NewBatch, OutboxStore, Outcome, OutcomeVerdict, RecoveryRules, Stop, StopKind,
};
use proptest::prelude::*;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

fn lines(store: &OutboxStore) -> Vec<AuditLine> {
    store.audit_after(0, 100_000).unwrap()
}

fn actions(store: &OutboxStore) -> Vec<String> {
    let lines = lines(store);
    lines.iter().map(|line| line.read().action).collect()
}

/// A batch with an accepted, a rejected, an unknown and a cancelled recipient.
fn lived() -> Record {
    let record = record_with(5, None);
    let accepted = record.mark(1, OutcomeVerdict::Accepted);
    record.store.record(&accepted, &[]).unwrap();
    let mut rest = record.mark(2, OutcomeVerdict::Rejected);
    rest[1].verdict = OutcomeVerdict::Unknown;
    rest[0].response = "{\"to\":\"447700900001\"}".to_owned();
    let stop = Stop::batch(record.batch, StopKind::Other, reason("same_rejection"));
    record.store.record(&rest, &[stop]).unwrap();
    record.store.cancel(record.batch).unwrap();
    record
}

#[test]
fn every_step_of_a_batch_is_told_in_order() {
    let record = lived();
    assert_eq!(
        actions(&record.store),
        [
            "process",
            "confirmed",
            "started",
            "marked",
            "result",
            "marked",
            "result",
            "result",
            "paused",
            "cancelled",
            "items",
        ]
    );
    let check = record.store.audit_check().unwrap();
    assert_eq!(check.sentence(), "11 lines, chain intact");
    let read: Vec<_> = lines(&record.store).iter().map(AuditLine::read).collect();
    let confirmed = &read[1];
    let stored = record.store.batch(record.batch).unwrap().unwrap();
    assert_eq!(
        confirmed.fields["plan_sha256"],
        stored.batch.plan_sha256.as_str()
    );
    assert_eq!(
        (&confirmed.fields["planned"], &confirmed.fields["skipped"]),
        (&json!(6), &json!(1))
    );
    assert_eq!(confirmed.personal["typed"], "3");
    for field in ["user", "host", "version", "zone", "profile"] {
        assert!(
            !confirmed.fields[field].as_str().unwrap().is_empty(),
            "{field}"
        );
    }
    let rejected = &read[6];
    assert_eq!(rejected.recipient.as_deref(), Some("447700900001"));
    assert_eq!(rejected.rule.as_deref(), Some("test"));
    assert_eq!(rejected.fields["duration_us"], 84_000);
    assert_eq!(rejected.fields["http_status"], 200);
    let item = record
        .store
        .item(crate::domain::ItemId(2))
        .unwrap()
        .unwrap();
    let sha256 = item.body_sha256.unwrap();
    assert_eq!(rejected.fields["request_sha256"], sha256.as_str());
    // The mark named the very bytes before they left.
    assert_eq!(
        read[5].fields["attempts"][0],
        json!([2, 2, 1, sha256.as_str()])
    );
    assert_eq!(
        (&read[8].fields["by"], &read[9].fields["by"]),
        (&json!("engine"), &json!("person"))
    );
    assert_eq!(read[10].fields["items"], "4-5");
    assert_eq!(read[9].fields["counts"]["cancelled"], 2);
}

#[test]
fn lines_are_found_by_batch_by_person_and_by_time() {
    let record = lived();
    let of = |filter: AuditFilter| {
        let lines = record.store.audit_lines(&filter, 100).unwrap();
        lines.iter().map(|line| line.seq).collect::<Vec<_>>()
    };
    let everything = AuditFilter::default();
    assert_eq!(of(everything.clone()).len(), 11);
    let batch = |id| AuditFilter {
        batch: Some(BatchId(id)),
        ..AuditFilter::default()
    };
    assert_eq!(of(batch(1)).len(), 10);
    assert!(of(batch(2)).is_empty());
    let person = |digits: &str| AuditFilter {
        recipient: Some(digits.to_owned()),
        ..AuditFilter::default()
    };
    assert_eq!(of(person("447700900001")), [7]);
    assert_eq!(of(person("0001")), [7]);
    // Cancelled with the rest.
    assert_eq!(of(person("0004")), [11]);
    assert!(of(person("9999")).is_empty());
    let since = |at| AuditFilter {
        since: Some(at),
        ..AuditFilter::default()
    };
    let last = lines(&record.store)[10].at;
    assert!(of(since(last)).contains(&11));
    assert!(of(since(last + jiff::SignedDuration::from_secs(1))).is_empty());
    assert_eq!(
        record.store.audit_lines(&everything, 2).unwrap()[0].seq,
        10,
        "the newest ones, the oldest of them first"
    );
}

#[test]
fn without_its_line_no_state_changes() {
    let record = record_with(2, None);
    let changes = [
        "UPDATE batches SET state = 'held'",
        "UPDATE batches SET per_minute = 7",
        "UPDATE items SET state = 'cancelled' WHERE id = 1",
    ];
    // A connection of the store, outside its transactions: the commit is refused.
    for sql in changes {
        let done = record
            .store
            .database()
            .read(|connection| connection.execute(sql, []));
        assert!(
            matches!(done, Err(StoreError::Refused { .. })),
            "{sql}: {done:?}"
        );
    }
    // A connection of anybody else: the triggers find nobody who writes.
    let stranger = Connection::open(crate::store::outbox_path(record.dir.path())).unwrap();
    for sql in changes {
        let refused = stranger.execute(sql, []).unwrap_err().to_string();
        assert!(refused.contains("audit_note"), "{refused}");
    }
    let stored = record.store.batch(record.batch).unwrap().unwrap();
    assert_eq!(stored.batch.state, BatchState::Ready);
    assert_eq!(stored.limits.per_minute, 600);
    assert_eq!(actions(&record.store), ["process", "confirmed"]);
    // What was refused is not written down by the next transaction either.
    record.store.set_rate(record.batch, 30).unwrap();
    assert_eq!(actions(&record.store), ["process", "confirmed", "rate"]);
}

#[test]
fn what_is_undone_leaves_no_line() {
    let record = record_with(2, None);
    let failed: Result<(), StoreError> = record.store.database().change(|tx| {
        tx.execute("UPDATE batches SET state = 'cancelled'", [])?;
        Err(rusqlite::Error::QueryReturnedNoRows)
    });
    failed.unwrap_err();
    // A second opening of the record, whose first transaction fails: its process has no line yet.
    let other = OutboxStore::open(record.dir.path()).unwrap();
    let failed: Result<(), StoreError> = other.database().change(|tx| {
        tx.execute("UPDATE batches SET per_minute = 5", [])?;
        tx.execute("UPDATE batches SET state = 'done'", [])
            .map(drop)
    });
    failed.unwrap_err();
    other.set_rate(record.batch, 30).unwrap();
    other.set_rate(record.batch, 40).unwrap();
    assert_eq!(
        actions(&record.store),
        ["process", "confirmed", "process", "rate", "rate"]
    );
    assert_eq!(lines(&other)[4].read().fields["process"], 3);
    assert_eq!(record.store.audit_check().unwrap().broken, None);
}

#[test]
fn a_note_stands_with_the_change_it_explains() {
    let record = record_with(2, None);
    record
        .store
        .database()
        .change(|tx| {
            tx.execute("UPDATE batches SET per_minute = 9", [])?;
            write_note(
                tx,
                &AuditNote {
                    action: "overridden",
                    batch: Some(record.batch),
                    detail: json!({ "people": 2, "seq": "no" }),
                    personal: json!({ "reason": "They asked for it again." }),
                },
            )
        })
        .unwrap();
    let note = &lines(&record.store)[3];
    assert_eq!(note.batch, Some(record.batch));
    assert_eq!(note.read().personal["reason"], "They asked for it again.");
    assert!(!note.proof.contains("asked"), "{}", note.proof);
    assert_eq!(lines(&record.store)[2].at, note.at);
}

#[test]
fn lines_are_only_ever_added_at_the_end() {
    let record = lived();
    let refused = [
        "UPDATE audit_lines SET at = at WHERE seq = 3",
        "DELETE FROM audit_lines WHERE seq = 11",
        "INSERT OR REPLACE INTO audit_lines SELECT * FROM audit_lines WHERE seq = 3",
        "INSERT INTO audit_lines SELECT seq + 99, at, batch, line, hash FROM audit_lines",
        "UPDATE audit_personal SET text = '{}'",
        "DELETE FROM audit_personal",
        "DELETE FROM batches",
        "DELETE FROM items",
        "DELETE FROM attempts",
        "DELETE FROM bodies",
        "UPDATE items SET recipient = NULL WHERE id = 1",
        "INSERT INTO items (batch, recipients, state, body_sha256)
         SELECT batch, 1, 'accepted', body_sha256 FROM items",
    ];
    for sql in refused {
        let done = record.store.database().change(|tx| tx.execute(sql, []));
        assert!(
            matches!(done, Err(StoreError::Refused { .. })),
            "{sql}: {done:?}"
        );
    }
}

/// Runs a check on the record as this leaves it, whatever the triggers say; then all is as before.
fn checked_after(connection: &mut Connection, damage: &str) -> Option<(u64, String)> {
    let tx = connection.transaction().unwrap();
    tx.execute_batch(
        "DROP TRIGGER audit_never_edited; DROP TRIGGER audit_never_deleted;
         DROP TRIGGER audit_personal_never_edited; DROP TRIGGER audit_personal_purged;
         DROP TRIGGER audit_in_a_row;",
    )
    .unwrap();
    tx.execute_batch(damage).unwrap();
    check(&tx)
        .unwrap()
        .broken
        .map(|broken| (broken.seq, broken.what))
}

#[test]
fn whatever_is_changed_in_a_line_is_found() {
    let record = lived();
    let mut raw = Connection::open(crate::store::outbox_path(record.dir.path())).unwrap();
    assert_eq!(checked_after(&mut raw, ""), None);
    for line in lines(&record.store) {
        let seq = line.seq;
        // Every byte of the text and of the hash, another one in its place.
        for at in 0..line.proof.len() {
            let byte = line.proof.as_bytes()[at];
            let other = if byte == b'x' { 'y' } else { 'x' };
            let damage = format!(
                "UPDATE audit_lines SET line = substr(line, 1, {at}) || '{other}'
                    || substr(line, {at} + 2) WHERE seq = {seq}"
            );
            let found = checked_after(&mut raw, &damage);
            assert_eq!(
                found.map(|found| found.0),
                Some(seq),
                "byte {at} of line {seq}"
            );
        }
        for at in 0..64 {
            let mut hex = line.hash.clone();
            let digit = if &hex[at..=at] == "0" { "1" } else { "0" };
            hex.replace_range(at..=at, digit);
            let damage = format!("UPDATE audit_lines SET hash = x'{hex}' WHERE seq = {seq}");
            assert_eq!(
                checked_after(&mut raw, &damage).map(|found| found.0),
                Some(seq)
            );
        }
    }
}

#[test]
fn whatever_is_changed_beside_a_line_is_found() {
    let record = lived();
    let mut raw = Connection::open(crate::store::outbox_path(record.dir.path())).unwrap();
    let personal: Vec<u64> = lines(&record.store)
        .iter()
        .filter(|line| line.personal.is_some())
        .map(|line| line.seq)
        .collect();
    assert!(personal.len() >= 5, "{personal:?}");
    for seq in &personal {
        for damage in [
            "UPDATE audit_personal SET text = replace(text, '4', '5') || ' '",
            "UPDATE audit_personal SET salt = randomblob(16)",
            "DELETE FROM audit_personal",
        ] {
            let damage = format!("{damage} WHERE seq = {seq}");
            let found = checked_after(&mut raw, &damage);
            assert_eq!(found.map(|found| found.0), Some(*seq), "{damage}");
        }
    }
    for (damage, seq) in [
        ("UPDATE audit_lines SET at = at + 1 WHERE seq = 5", 5),
        ("UPDATE audit_lines SET batch = 2 WHERE seq = 5", 5),
        ("UPDATE audit_lines SET batch = NULL WHERE seq = 5", 5),
        ("UPDATE audit_lines SET batch = 1 WHERE seq = 1", 1),
        ("UPDATE audit_lines SET line = x'ff' WHERE seq = 5", 5),
        ("DELETE FROM audit_lines WHERE seq = 5", 6),
        ("DELETE FROM audit_lines WHERE seq = 1", 2),
        ("DELETE FROM audit_lines WHERE seq = 11", 11),
        (
            "UPDATE audit_lines SET seq = 99 WHERE seq = 5; UPDATE audit_lines SET seq = 5
             WHERE seq = 6; UPDATE audit_lines SET seq = 6 WHERE seq = 99",
            5,
        ),
        (
            "INSERT INTO audit_personal VALUES (1, zeroblob(16), '{}')",
            1,
        ),
        (
            "INSERT INTO audit_personal VALUES (77, zeroblob(16), '{}')",
            77,
        ),
    ] {
        let found = checked_after(&mut raw, damage);
        assert_eq!(found.map(|found| found.0), Some(seq), "{damage}");
    }
}

fn holds(folder: &Path, text: &str) -> Vec<String> {
    let files = std::fs::read_dir(folder).unwrap();
    let files = files.map(|entry| entry.unwrap().path());
    let with_text = files.filter(|path| {
        let bytes = std::fs::read(path).unwrap();
        bytes
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    });
    with_text
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect()
}

#[test]
fn a_purge_takes_the_people_and_leaves_the_chain() {
    let record = lived();
    let store = &record.store;
    // What is unknown is not purged, nor is what is young.
    let now = jiff::Timestamp::from_second(4_000_000_000).unwrap();
    let purge = store.purgeable(now).unwrap();
    assert!(purge.batches.is_empty());
    assert_eq!(
        (purge.stays[0].id, purge.stays[0].unknown),
        (record.batch, 1)
    );
    assert!(matches!(
        store.purge(record.batch, now),
        Err(StoreError::Refused { .. })
    ));
    store
        .database()
        .change(|tx| {
            tx.execute(
                "UPDATE items SET state = 'abandoned' WHERE state = 'unknown'",
                [],
            )
        })
        .unwrap();
    assert!(store.purgeable(time(-10)).unwrap().batches.is_empty());
    let purge = store.purgeable(now).unwrap();
    assert_eq!((purge.batches.len(), purge.stays.len()), (1, 0));
    assert_eq!(purge.batches[0].planned, 6);

    let before = store.batch(record.batch).unwrap().unwrap();
    let hashes: Vec<_> = store
        .items(record.batch, ItemFilter::All, 10, 0)
        .unwrap()
        .iter()
        .map(|item| (item.id, item.state, item.body_sha256.clone(), item.attempts))
        .collect();
    assert!(!holds(record.dir.path(), "4477009000").is_empty());
    store.purge(record.batch, now).unwrap();
    store.compact().unwrap();
    assert_eq!(holds(record.dir.path(), "4477009000"), Vec::<String>::new());

    let check = store.audit_check().unwrap();
    assert_eq!((check.lines, check.broken), (13, None));
    let after = store.batch(record.batch).unwrap().unwrap();
    assert_eq!(after.batch.counts, before.batch.counts);
    assert_eq!(after.batch.counts, store.counted(record.batch).unwrap());
    let items = store.items(record.batch, ItemFilter::All, 10, 0).unwrap();
    let kept: Vec<_> = items
        .iter()
        .map(|item| (item.id, item.state, item.body_sha256.clone(), item.attempts))
        .collect();
    assert_eq!(kept, hashes);
    assert!(items.iter().all(|item| item.recipient.is_none()));
    let last = lines(store).pop().unwrap().read();
    assert_eq!(last.action, "purged");
    assert_eq!(
        (&last.fields["recipients"], &last.fields["bodies"]),
        (&json!(6), &json!(5))
    );
    assert!(lines(store)[6].read().purged);
    // Once is enough, and nothing else of the batch may be forgotten after all.
    assert!(store.purgeable(now).unwrap().batches.is_empty());
    assert!(matches!(
        store.purge(record.batch, now),
        Err(StoreError::Refused { .. })
    ));
}

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

#[test]
fn a_list_of_thousands_is_confirmed_in_one_line_and_cancelled_in_two() {
    let record = record_with(3000, None);
    record.store.cancel(record.batch).unwrap();
    assert_eq!(
        actions(&record.store),
        ["process", "confirmed", "cancelled", "items"]
    );
    let items = lines(&record.store)[3].read();
    assert_eq!(
        (&items.fields["calls"], &items.fields["items"]),
        (&json!(3000), &json!("1-3000"))
    );
    assert_eq!(
        items.personal["recipients"].as_array().map(Vec::len),
        Some(64)
    );
    assert_eq!(Value::from(items.purged), json!(false));
}
