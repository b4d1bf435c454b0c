//! Tests of the audit: what happens has its line, and without it nothing happens.

mod damage;
mod purge;
mod retold;

use super::{AuditNote, write_note};
use crate::domain::audit::AuditFilter;
use crate::domain::{AuditLine, BatchId, BatchState};
use crate::store::StoreError;
use crate::store::outbox::tests::{Record, plan, reason, record_with, time};
use crate::store::outbox::{NewBatch, OutboxStore, OutcomeVerdict, Stop, StopKind};
use rusqlite::Connection;
use serde_json::{Value, json};

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
fn one_of_the_many_of_a_call_is_found_and_reported() {
    let mut record = record_with(1, None);
    let mut plan = plan(3);
    let several = plan.calls.iter().flat_map(|call| call.recipients.clone());
    plan.calls[0].recipients = several.collect();
    plan.calls.truncate(1);
    let new = NewBatch {
        plan: &plan,
        confirmed: time(0),
        start_at: None,
        owner: "me",
        typed: "3",
        twins_since: time(0),
    };
    record.batch = record.store.insert(&new).unwrap();
    let done = record.mark(1, OutcomeVerdict::Accepted);
    record.store.record(&done, &[]).unwrap();
    let filter = AuditFilter {
        recipient: Some("0002".to_owned()),
        ..AuditFilter::default()
    };
    let found = record.store.audit_lines(&filter, 10).unwrap();
    let found: Vec<_> = found.iter().map(AuditLine::read).collect();
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].action.as_str(), &found[0].recipient),
        ("result", &None)
    );

    let rows = record.store.report_rows(record.batch, 0, 10).unwrap();
    assert_eq!(
        (rows.len(), rows[0].1.len(), rows[0].0.recipients),
        (2, 3, 3)
    );
    assert_eq!(rows[0].1[2], "447700900002");
    assert_eq!(rows[0].0.last, Some(time(2)));
    let groups = record.store.report_groups(record.batch).unwrap();
    assert_eq!((groups.len(), groups[0].recipients), (1, 1));
    assert_eq!(groups[0].sample.sentence.as_deref(), Some("too short"));
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
        "INSERT INTO batches (kind, title, profile, base_url, customer_id, bot_key, state, created,
            confirmed, per_minute, concurrency, calls, owner, typed, notes, plan_sha256, planned,
            skipped, queued, accepted)
         SELECT kind, title, profile, base_url, customer_id, bot_key, 'ready', created, confirmed,
            per_minute, concurrency, calls, owner, typed, notes, plan_sha256, 1, 0, 0, 1
         FROM batches",
    ];
    for sql in refused {
        let done = record.store.database().change(|tx| tx.execute(sql, []));
        assert!(
            matches!(done, Err(StoreError::Refused { .. })),
            "{sql}: {done:?}"
        );
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
