//! Tests of the list: each step has its line, nobody on it is marked, and what cannot be cut is
//! held.

use super::super::tests::{Record, plan, record_with, time};
use crate::domain::{BatchState, ItemState, OptOutNote, OptOutSource};
use crate::store::outbox::{InsertError, ItemFilter, NewBatch, OutboxStore, OutcomeVerdict};
use rusqlite::Connection;

fn note(source: OptOutSource, reason: &str) -> OptOutNote {
    OptOutNote {
        since: time(0),
        who: "meera@desk-4".to_owned(),
        source,
        reason: reason.to_owned(),
    }
}

fn put(store: &OutboxStore, people: &[&str]) -> Vec<bool> {
    let people: Vec<String> = people.iter().map(|one| (*one).to_owned()).collect();
    let why = note(OptOutSource::Manual, "asked on the phone");
    store.suppress(&plan(1).target, &people, &why).unwrap()
}

/// The lines about the list, with what stands beside them.
fn told(store: &OutboxStore) -> Vec<(String, String, usize)> {
    let lines = store.audit_after(0, 1000).unwrap();
    let read = lines.iter().map(crate::domain::AuditLine::read);
    read.filter(|line| line.action.ends_with("suppressed"))
        .map(|line| {
            let several = line.personal.get("recipients");
            let named = several.and_then(|all| all.as_array()).map_or(1, Vec::len);
            (line.action, line.what, named)
        })
        .collect()
}

fn states(record: &Record) -> Vec<(ItemState, Option<String>)> {
    let items = record.store.items(record.batch, ItemFilter::All, 99, 0);
    let items = items.unwrap().into_iter();
    items.map(|item| (item.state, item.rule)).collect()
}

#[test]
fn twice_is_said_and_stays_as_noted_first_and_each_step_has_its_line() {
    let dir = tempfile::tempdir().unwrap();
    let store = OutboxStore::open(dir.path()).unwrap();
    let target = plan(1).target;
    assert_eq!(put(&store, &["447700900412", "447700900118"]), [true, true]);
    assert_eq!(put(&store, &["447700900118"]), [false]);
    let other = note(OptOutSource::Csv, "");
    let people = ["447700900118".to_owned(), "447700900540".to_owned()];
    let added = store.suppress(&target, &people, &other).unwrap();
    assert_eq!(added, [false, true]);
    let listed = store.suppressed(&target).unwrap();
    let sources: Vec<_> = listed
        .iter()
        .map(|one| (one.recipient.as_str(), one.source))
        .collect();
    assert_eq!(
        sources,
        [
            ("447700900118", OptOutSource::Manual),
            ("447700900412", OptOutSource::Manual),
            ("447700900540", OptOutSource::Csv),
        ]
    );
    let off = store.unsuppress(&target, &people).unwrap();
    assert_eq!(off, [true, true]);
    assert_eq!(store.unsuppress(&target, &people).unwrap(), [false, false]);
    let lines = told(&store);
    let words: Vec<&str> = lines.iter().map(|(_, what, _)| what.as_str()).collect();
    assert_eq!(
        words,
        [
            "2 recipients opted out, manual: asked on the phone",
            "1 recipient opted out, csv",
            "1 recipient taken off the list of opted out",
            "1 recipient taken off the list of opted out",
        ]
    );
    assert_eq!(store.audit_check().unwrap().broken, None);
}

#[test]
fn another_account_has_a_list_of_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let store = OutboxStore::open(dir.path()).unwrap();
    put(&store, &["447700900412"]);
    let mut other = plan(1).target;
    other.bot_key = "ffffffffffffffff".to_owned();
    assert_eq!(store.suppressed(&other).unwrap(), []);
    let found = store.suppressed_among(&other, &["447700900412"]).unwrap();
    assert_eq!(found, []);
}

#[test]
fn many_are_put_on_in_lines_that_name_everybody_and_found_either_way() {
    let dir = tempfile::tempdir().unwrap();
    let store = OutboxStore::open(dir.path()).unwrap();
    let digits = |index: u32| format!("447700{index:06}");
    let many: Vec<String> = (0..200).map(digits).collect();
    let why = note(OptOutSource::Csv, "from the old system");
    store.suppress(&plan(1).target, &many, &why).unwrap();
    let named: Vec<usize> = told(&store).iter().map(|(_, _, named)| *named).collect();
    assert_eq!(named.iter().sum::<usize>(), 200);
    assert!(named.len() <= 4, "{named:?}");
    // Fewer than there are on the list, and more.
    for asked in [150_u32..210, 0..1000] {
        let people: Vec<String> = asked.clone().map(digits).collect();
        let people: Vec<&str> = people.iter().map(String::as_str).collect();
        let found = store.suppressed_among(&plan(1).target, &people).unwrap();
        let expected: Vec<usize> = (0..people.len())
            .filter(|at| asked.start as usize + at < 200)
            .collect();
        let at: Vec<usize> = found.iter().map(|(at, _)| *at).collect();
        assert_eq!(at, expected);
    }
}

#[test]
fn whoever_opts_out_after_the_plan_is_taken_back_and_the_rest_goes() {
    let record = record_with(3, None);
    put(&record.store, &["447700900001"]);
    let marked = record.mark(10, OutcomeVerdict::Accepted);
    assert_eq!(marked.len(), 2);
    record.store.record(&marked, &[]).unwrap();
    let cancelled = (ItemState::Cancelled, Some("opted_out".to_owned()));
    assert_eq!(states(&record)[1], cancelled);
    let stored = record.store.batch(record.batch).unwrap().unwrap();
    assert_eq!(stored.batch.state, BatchState::DoneWithProblems);
    assert!(stored.batch.counts.balances());
    assert_eq!(
        stored.batch.counts,
        record.store.counted(record.batch).unwrap()
    );
}

#[test]
fn an_override_of_twins_is_no_override_of_this() {
    let dir = tempfile::tempdir().unwrap();
    let store = OutboxStore::open(dir.path()).unwrap();
    let mut plan = plan(2);
    plan.once.override_reason = Some("again".to_owned());
    let new = |twins_since| NewBatch {
        plan: &plan,
        confirmed: time(0),
        start_at: None,
        owner: "me",
        typed: "2",
        twins_since,
    };
    let batch = store.insert(&new(time(0))).unwrap();
    put(&store, &["447700900000", "447700900001"]);
    let candidates = store.candidates(batch, time(1), 9).unwrap();
    assert_eq!(store.mark(batch, &candidates, time(1)).unwrap(), []);
    let stored = store.batch(batch).unwrap().unwrap();
    assert_eq!(stored.batch.counts.cancelled, 2);
    // Nor is anything with them in it queued any more.
    let refused = store.insert(&new(time(2)));
    assert_eq!(refused, Err(InsertError::OptedOut(2)));
}

#[test]
fn the_list_is_not_edited_and_not_changed_without_its_line() {
    let dir = tempfile::tempdir().unwrap();
    let store = OutboxStore::open(dir.path()).unwrap();
    put(&store, &["447700900412"]);
    let stranger = Connection::open(crate::store::outbox_path(dir.path())).unwrap();
    for sql in [
        "UPDATE suppressed SET reason = 'x'",
        "DELETE FROM suppressed",
        "INSERT INTO suppressed VALUES ('a','b','c','447700900540',0,'me','manual','')",
    ] {
        assert!(stranger.execute(sql, []).is_err(), "{sql}");
    }
    assert_eq!(store.suppressed(&plan(1).target).unwrap().len(), 1);
}
