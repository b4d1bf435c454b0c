//! Tests of the record: nothing illegal can be written, counts always add up.

mod triage;
mod windows;

pub(super) use triage::settle_unknown;

use super::{
    Change, ItemFilter, Marked, NewBatch, OutboxStore, Outcome, OutcomeVerdict, RecoveryRules,
    SendError, Stop, StopKind,
};
use crate::domain::{
    BatchId, BatchState, BotTarget, FrozenRequest, ItemState, Once, PhoneNumber, Plan, PlannedCall,
    Reason, RequestBody, Schedule, SendKind, SendLimits, SkippedRow, Usage, Used,
};
use crate::store::{Library, StoreError};
use jiff::Timestamp;
use std::time::Duration;
use tempfile::TempDir;

/// So many seconds after the tests begin.
pub(super) fn time(second: i64) -> Timestamp {
    Timestamp::from_second(1_760_000_000 + second).unwrap()
}

/// A template plan for so many people, and one who is left out.
pub fn plan(people: u32) -> Plan {
    let target = BotTarget {
        base_url: "https://api.fern-and-oak.example".to_owned(),
        customer_id: "99001".to_owned(),
        bot_key: "00aa11bb22cc33dd".to_owned(),
    };
    let calls: Vec<PlannedCall> = (0..people)
        .map(|index| {
            let digits = format!("44770090{index:04}");
            let body = format!("{{\"phoneNumber\":\"{digits}\"}}");
            PlannedCall {
                recipients: vec![PhoneNumber::from_digits(&digits).unwrap().into()],
                request: FrozenRequest::post(
                    format!("{}/whatsapp-api/template", target.base_url),
                    RequestBody::Json(body),
                ),
            }
        })
        .collect();
    let sha256 = Plan::digest(&target, Schedule::Now, &calls);
    Plan {
        kind: SendKind::Template,
        title: "care_reminder".to_owned(),
        profile: "london-care".to_owned(),
        target,
        calls,
        skipped: vec![SkippedRow {
            recipient: "07700".into(),
            reason: "too short".into(),
            row: Some(4),
            rule: "too_short".into(),
        }],
        notes: vec!["one number was cleaned".to_owned()],
        warnings: Vec::new(),
        schedule: Schedule::Now,
        waiting: crate::domain::Waiting::default(),
        limits: SendLimits::default(),
        used: Some(Used::template("care_reminder", "en")),
        source: Some("autumn.csv".to_owned()),
        once: Once::default(),
        sha256,
    }
}

/// A record with one batch.
pub(super) struct Record {
    pub(super) store: OutboxStore,
    pub(super) batch: BatchId,
    pub(super) dir: TempDir,
}

/// A record with one batch for so many people.
pub(super) fn record_with(people: u32, start_at: Option<Timestamp>) -> Record {
    let dir = tempfile::tempdir().unwrap();
    let store = OutboxStore::open(dir.path()).unwrap();
    let plan = plan(people);
    let batch = store
        .insert(&NewBatch {
            plan: &plan,
            confirmed: time(0),
            start_at,
            owner: "me",
            typed: "3",
            twins_since: time(0),
        })
        .unwrap();
    Record { store, batch, dir }
}

impl Record {
    fn balanced(&self) {
        let stored = self.store.batch(self.batch).unwrap().unwrap();
        assert!(stored.batch.counts.balances());
        assert_eq!(stored.batch.counts, self.store.counted(self.batch).unwrap());
    }

    fn state(&self) -> BatchState {
        self.store.batch(self.batch).unwrap().unwrap().batch.state
    }

    /// Marks the next so many and gives their attempts' outcomes with this verdict.
    pub(super) fn mark(&self, count: u64, verdict: OutcomeVerdict) -> Vec<Outcome> {
        let candidates = self.store.candidates(self.batch, time(1), count).unwrap();
        let marked = self.store.mark(self.batch, &candidates, time(1)).unwrap();
        outcomes(self.batch, marked, verdict)
    }
}

/// What became of marked calls: the same of all.
fn outcomes(batch: BatchId, marked: Vec<Marked>, verdict: OutcomeVerdict) -> Vec<Outcome> {
    marked
        .into_iter()
        .map(|marked| Outcome {
            attempt: marked.attempt,
            item: marked.candidate.item,
            batch,
            verdict,
            rule: "test".to_owned(),
            message_id: None,
            http_status: Some(200),
            platform_code: Some(1000),
            errors: Vec::new(),
            transient: false,
            sentence: "It was tested.".to_owned(),
            response: "{}".to_owned(),
            finished: time(2),
            duration: Duration::from_millis(84),
            retry_at: None,
        })
        .collect()
}

/// A reason of this rule.
pub(super) fn reason(rule: &str) -> Reason {
    Reason {
        rule: rule.to_owned(),
        text: format!("Because of {rule}."),
    }
}

#[test]
fn a_plan_comes_back_byte_for_byte() {
    let record = record_with(3, None);
    record.balanced();
    let stored = record.store.batch(record.batch).unwrap().unwrap();
    assert_eq!(stored.batch.counts.planned, 4);
    assert_eq!(stored.batch.counts.skipped, 1);
    assert_eq!(stored.batch.state, BatchState::Ready);
    let items = record
        .store
        .items(record.batch, ItemFilter::All, 10, 0)
        .unwrap();
    assert_eq!(items.len(), 4);
    for (item, call) in items.iter().zip(plan(3).calls) {
        assert_eq!(item.recipient.as_deref(), Some(call.recipients[0].text()));
        let request = record.store.request_of(item.id).unwrap().unwrap();
        assert_eq!(request, call.request);
    }
    assert_eq!(items[3].state, ItemState::Skipped);
    assert_eq!(items[3].rule.as_deref(), Some("too_short"));
    assert_eq!(record.store.request_of(items[3].id).unwrap(), None);
}

#[test]
fn counts_follow_every_step_to_the_end() {
    let record = record_with(4, None);
    let accepted = record.mark(2, OutcomeVerdict::Accepted);
    record.balanced();
    assert_eq!(record.state(), BatchState::Running);
    record.store.record(&accepted, &[]).unwrap();
    // Recording the same result again changes nothing.
    record.store.record(&accepted, &[]).unwrap();
    let retried = record.mark(1, OutcomeVerdict::Retry);
    record.store.record(&retried, &[]).unwrap();
    record.balanced();
    let rest = record.mark(5, OutcomeVerdict::Rejected);
    assert_eq!(rest.len(), 2);
    record.store.record(&rest, &[]).unwrap();
    record.balanced();
    assert_eq!(record.state(), BatchState::DoneWithProblems);
    let item = record.store.item(rest[0].item).unwrap().unwrap();
    assert_eq!((item.state, item.attempts), (ItemState::Rejected, 2));
    let attempts = record.store.attempts(item.id).unwrap();
    assert_eq!(attempts[0].verdict.as_deref(), Some("retry"));
    assert_eq!(attempts[1].verdict.as_deref(), Some("rejected"));
}

#[test]
fn a_stop_drains_and_only_the_right_number_resumes() {
    let record = record_with(3, None);
    let going = record.mark(1, OutcomeVerdict::Accepted);
    let stopped = record
        .store
        .stop(record.batch, StopKind::Person, &reason("person"))
        .unwrap();
    assert!(matches!(stopped, Change::Done(batch) if batch.batch.state == BatchState::Draining));
    assert!(record.mark(1, OutcomeVerdict::Accepted).is_empty());
    record.store.record(&going, &[]).unwrap();
    assert_eq!(record.state(), BatchState::Paused);
    for wrong in [0, 1, 3] {
        let change = record.store.resume(record.batch, wrong, time(9)).unwrap();
        assert!(matches!(change, Change::Refused(_)));
    }
    let change = record.store.resume(record.batch, 2, time(9)).unwrap();
    assert!(matches!(change, Change::Done(batch) if batch.runs == 1 && batch.stop.is_none()));
    record.balanced();
}

#[test]
fn cancelling_takes_back_the_rest_even_what_would_be_tried_again() {
    let record = record_with(3, None);
    let going = record.mark(1, OutcomeVerdict::Retry);
    assert!(matches!(
        record.store.cancel(record.batch).unwrap(),
        Change::Done(_)
    ));
    record.store.record(&going, &[]).unwrap();
    record.balanced();
    let counts = record.store.counted(record.batch).unwrap();
    assert_eq!((counts.cancelled, counts.queued), (3, 0));
    assert!(matches!(
        record.store.cancel(record.batch).unwrap(),
        Change::Refused(_)
    ));
    assert!(matches!(
        record.store.cancel(BatchId(99)).unwrap(),
        Change::Missing
    ));
}

#[test]
fn a_stop_with_the_last_result_still_ends_the_batch_and_keeps_its_cause() {
    let record = record_with(1, None);
    let last = record.mark(1, OutcomeVerdict::Rejected);
    let stop = Stop::batch(record.batch, StopKind::Key, reason("key_refused"));
    record.store.record(&last, &[stop]).unwrap();
    let stored = record.store.batch(record.batch).unwrap().unwrap();
    assert_eq!(stored.batch.state, BatchState::DoneWithProblems);
    assert_eq!(stored.batch.reason, None);
    assert_eq!(stored.stop, Some((StopKind::Key, reason("key_refused"))));
}

#[test]
fn every_change_of_a_batch_gives_it_a_higher_number() {
    let record = record_with(2, None);
    let revision = || record.store.batches().unwrap()[0].batch.revision;
    let mut seen = vec![revision()];
    let last = record.mark(1, OutcomeVerdict::Accepted);
    seen.push(revision());
    record.store.record(&last, &[]).unwrap();
    seen.push(revision());
    assert!(
        seen.is_sorted_by(|before, after| before < after),
        "{seen:?}"
    );
}

#[test]
fn the_schema_refuses_what_the_code_must_never_do() {
    let record = record_with(2, None);
    let last = record.mark(1, OutcomeVerdict::Accepted);
    record.store.record(&last, &[]).unwrap();
    let refused = [
        "UPDATE items SET state = 'queued' WHERE state = 'accepted'",
        "UPDATE items SET state = 'accepted' WHERE state = 'queued'",
        "UPDATE items SET state = 'queued' WHERE state = 'skipped'",
        "UPDATE items SET state = 'delivered'",
        "UPDATE items SET recipient = '447700900999' WHERE state = 'queued'",
        "UPDATE items SET body_sha256 = plan_sha256 FROM batches",
        "UPDATE batches SET queued = queued - 1",
        "UPDATE batches SET state = 'done_with_problems', accepted = accepted + 1",
        "UPDATE batches SET bot_key = 'ffffffffffffffff'",
        "UPDATE attempts SET verdict = 'rejected'",
    ];
    for sql in refused {
        let result = record.store.database().change(|tx| tx.execute(sql, []));
        assert!(
            matches!(result, Err(StoreError::Refused { .. })),
            "{sql}: {result:?}"
        );
    }
    record.balanced();
}

#[test]
fn every_change_of_state_is_legal_exactly_as_listed() {
    let record = record_with(1, None);
    let legal = [
        ("queued", "sending"),
        ("queued", "cancelled"),
        ("sending", "accepted"),
        ("sending", "rejected"),
        ("sending", "unknown"),
        ("sending", "queued"),
        ("unknown", "accepted"),
        ("unknown", "not_accepted"),
        ("unknown", "abandoned"),
    ];
    let db = record.store.database();
    for from in ItemState::ALL {
        for to in ItemState::ALL {
            let outcome: Result<usize, StoreError> = db.write(|tx| {
                let fail = |error: rusqlite::Error| StoreError::from_sqlite(db.path(), &error);
                // Put the item into the state to start from without the rules, try, undo.
                tx.execute_batch(&format!(
                    "DROP TRIGGER items_legal; DROP TRIGGER items_counted;
                     DROP TRIGGER items_decided;
                     UPDATE items SET state = '{}' WHERE id = 1;",
                    from.word()
                ))
                .map_err(fail)?;
                let rule = super::schema::SCHEMA.migrations[0];
                let start = rule.find("CREATE TRIGGER items_legal").unwrap();
                let end = rule.find("CREATE TRIGGER items_frozen").unwrap();
                tx.execute_batch(&rule[start..end]).map_err(fail)?;
                let changed = tx
                    .execute("UPDATE items SET state = ?1 WHERE id = 1", [to.word()])
                    .map_err(fail);
                let detail = match changed {
                    Ok(_) => "legal".to_owned(),
                    Err(error) => error.to_string(),
                };
                Err(StoreError::Other {
                    file: String::new(),
                    detail,
                })
            });
            let allowed = outcome.unwrap_err().to_string().ends_with("legal");
            let expected = from == to || legal.contains(&(from.word(), to.word()));
            assert_eq!(allowed, expected, "{from} to {to}");
        }
    }
}

#[test]
fn a_body_that_changed_after_the_confirmation_is_not_marked() {
    let record = record_with(2, None);
    record
        .store
        .database()
        .change(|tx| tx.execute("UPDATE bodies SET body = body || ' ' WHERE item = 2", []))
        .unwrap();
    let candidates = record.store.candidates(record.batch, time(1), 5).unwrap();
    let error = record
        .store
        .mark(record.batch, &candidates, time(1))
        .unwrap_err();
    assert!(matches!(error, SendError::Tampered(item) if item.0 == 2));
    assert_eq!(record.state(), BatchState::Ready);
    record.balanced();
}

#[test]
fn recovery_makes_unknown_what_was_on_the_way_and_pauses_the_rest() {
    let record = record_with(4, None);
    let done = record.mark(1, OutcomeVerdict::Accepted);
    record.store.record(&done, &[]).unwrap();
    let lost = record.mark(2, OutcomeVerdict::Accepted);
    let rules = RecoveryRules {
        now: time(30),
        stale_before: time(-570),
        owner: "next",
    };
    // One of the two results had reached the emergency file.
    let recovery = record.store.recover(&rules, &lost[..1]).unwrap();
    assert_eq!(recovery.batches.len(), 1);
    assert_eq!(
        recovery.batches[0].sentence,
        "Batch 1 stopped: 2 accepted, 1 unknown, 1 not sent. \
         Nothing was sent while the program was closed."
    );
    record.balanced();
    let stored = record.store.batch(record.batch).unwrap().unwrap();
    assert_eq!(stored.batch.state, BatchState::Paused);
    assert_eq!(stored.batch.reason.unwrap().rule, "stopped");
    let unknown = record.store.unknown_items().unwrap();
    assert_eq!(unknown.len(), 1);
    assert_eq!(unknown[0].rule.as_deref(), Some("process_stopped"));

    // The result of the other comes to light later: it is kept beside, nothing is overwritten.
    record.store.recover(&rules, &lost[1..]).unwrap();
    assert_eq!(record.store.unknown_items().unwrap().len(), 1);
    let attempts = record.store.attempts(lost[1].item).unwrap();
    assert_eq!(attempts[0].verdict.as_deref(), Some("unknown"));
    assert!(
        attempts[0]
            .late_evidence
            .as_deref()
            .unwrap()
            .contains("twice")
    );
    assert!(
        record
            .store
            .recover(&rules, &[])
            .unwrap()
            .batches
            .is_empty()
    );
}

#[test]
fn recovery_holds_graces_of_others_and_what_waited_too_long() {
    let armed = record_with(1, Some(time(30)));
    let mine = RecoveryRules {
        now: time(5),
        stale_before: time(-595),
        owner: "me",
    };
    assert!(armed.store.recover(&mine, &[]).unwrap().batches.is_empty());
    let next = RecoveryRules {
        owner: "next",
        ..mine
    };
    assert_eq!(armed.store.recover(&next, &[]).unwrap().batches.len(), 1);
    assert_eq!(armed.state(), BatchState::Held);

    let ready = record_with(1, None);
    assert!(ready.store.recover(&next, &[]).unwrap().batches.is_empty());
    let late = RecoveryRules {
        now: time(700),
        stale_before: time(100),
        owner: "next",
    };
    ready.store.recover(&late, &[]).unwrap();
    let stored = ready.store.batch(ready.batch).unwrap().unwrap();
    assert_eq!(stored.batch.reason.unwrap().rule, "stale");
}

#[test]
fn a_mark_that_was_never_started_goes_back_to_the_queue() {
    let record = record_with(3, None);
    let marked = record.mark(2, OutcomeVerdict::Accepted);
    record
        .store
        .release_unstarted(&[marked[0].attempt], time(3))
        .unwrap();
    record.balanced();
    let counts = record.store.counted(record.batch).unwrap();
    assert_eq!((counts.sending, counts.queued), (1, 2));
    let attempts = record.store.attempts(marked[1].item).unwrap();
    assert_eq!(attempts[0].rule.as_deref(), Some("not_started"));
}

fn used(batches: u64, recipients: u64, second: i64) -> Usage {
    Usage {
        batches,
        recipients,
        last: Some(time(second)),
    }
}

#[test]
fn what_is_queued_is_counted_for_its_language_and_what_fails_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let store = OutboxStore::open(dir.path()).unwrap();
    let queue = |people, used: Option<Used>, second| {
        let plan = Plan {
            used,
            ..plan(people)
        };
        store.insert(&NewBatch {
            plan: &plan,
            confirmed: time(second),
            start_at: None,
            owner: "me",
            typed: "3",
            twins_since: time(0),
        })
    };
    let (en, de) = (Used::template("care", "en"), Used::template("care", "de"));
    queue(3, Some(en.clone()), 0).unwrap();
    queue(2, Some(en.clone()), 5).unwrap();
    queue(1, Some(de.clone()), 7).unwrap();
    queue(4, Some(Used::Flow("welcome".to_owned())), 8).unwrap();
    queue(9, None, 9).unwrap();
    // A plan without a call is refused by the record, and so is not counted.
    queue(0, Some(en.clone()), 10).unwrap_err();

    let usage = Library::of(&store).usage().unwrap();
    let expected = [
        (de, used(1, 1, 7)),
        (en, used(2, 5, 5)),
        (Used::Flow("welcome".to_owned()), used(1, 4, 8)),
    ];
    assert_eq!(usage.into_iter().collect::<Vec<_>>(), expected);
}
