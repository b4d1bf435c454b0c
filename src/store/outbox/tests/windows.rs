//! A list is read window by window, and never walked over for those who were not accepted.

use super::super::report::WHY;
use super::super::windows::state_sql;
use super::super::{OutboxStore, OutcomeVerdict};
use super::{Record, record_with};
use crate::domain::{ItemState, RowFilter, RowPage, RowWindow};

fn page(record: &Record, filter: RowFilter, offset: u64, limit: u64) -> RowPage {
    let stored = record.store.batch(record.batch).unwrap().unwrap();
    let window = RowWindow {
        filter,
        offset,
        ..RowWindow::default()
    };
    record.store.row_page(&stored, &window, &[], limit).unwrap()
}

/// Ten people and one left out: three accepted, two rejected, one unknown, four not sent.
fn mixed() -> Record {
    let record = record_with(10, None);
    for (count, verdict) in [
        (3, OutcomeVerdict::Accepted),
        (2, OutcomeVerdict::Rejected),
        (1, OutcomeVerdict::Unknown),
    ] {
        let outcomes = record.mark(count, verdict);
        record.store.record(&outcomes, &[]).unwrap();
    }
    record
}

#[test]
fn every_filter_shows_its_people_in_parts_and_all_of_them_together_are_everybody() {
    let record = mixed();
    let whole = page(&record, RowFilter::All, 0, 100);
    assert_eq!((whole.total, whole.items.len()), (11, 11));
    let mut seen = 0;
    for (filter, people) in [
        (RowFilter::Accepted, 3),
        (RowFilter::Rejected, 2),
        (RowFilter::Unknown, 1),
        (RowFilter::NotSent, 4),
        (RowFilter::Skipped, 1),
    ] {
        let all = page(&record, filter, 0, 100);
        assert_eq!(
            (all.total, all.items.len() as u64),
            (people, people),
            "{filter:?}"
        );
        let states = filter.states();
        assert!(all.items.iter().all(|item| states.contains(&item.state)));
        let mut parts = Vec::new();
        for offset in 0..people {
            parts.extend(page(&record, filter, offset, 1).items);
        }
        assert_eq!(parts, all.items);
        assert!(page(&record, filter, people, 5).items.is_empty());
        seen += people;
    }
    assert_eq!(seen, whole.total);
    assert_eq!(page(&record, RowFilter::All, 9, 5).items, whole.items[9..]);
}

#[test]
fn a_window_reaches_over_the_states_of_a_filter() {
    use ItemState::{Queued, Sending};
    let record = mixed();
    // Two are on the way; they stand before those that wait.
    record.mark(2, OutcomeVerdict::Accepted);
    let states = |offset, limit| -> Vec<ItemState> {
        let page = page(&record, RowFilter::NotSent, offset, limit);
        page.items.iter().map(|item| item.state).collect()
    };
    assert_eq!(states(0, 9), [Sending, Sending, Queued, Queued]);
    assert_eq!(states(1, 2), [Sending, Queued]);
    assert_eq!(states(3, 2), [Queued]);
}

#[test]
fn somebody_is_found_by_digits_or_by_a_known_name() {
    let record = mixed();
    let stored = record.store.batch(record.batch).unwrap().unwrap();
    let find = |filter, text: &str, named: &[String]| -> Vec<String> {
        let window = RowWindow {
            filter,
            find: text.to_owned(),
            offset: 0,
        };
        let page = record.store.row_page(&stored, &window, named, 50).unwrap();
        let people = page.items.into_iter().filter_map(|item| item.recipient);
        people.collect()
    };
    assert_eq!(find(RowFilter::All, "90 0004", &[]), ["447700900004"]);
    assert_eq!(find(RowFilter::Accepted, "0004", &[]), [""; 0]);
    let sara = ["447700900002".to_owned()];
    assert_eq!(find(RowFilter::All, "Sara", &sara), sara);
    assert_eq!(
        find(RowFilter::All, "Sara", &[]),
        [""; 0],
        "a name has no digits"
    );
}

#[test]
fn frozen_calls_are_walked_through_one_by_one() {
    let record = mixed();
    let all = page(&record, RowFilter::All, 0, 100).items;
    let mut at = all[0].id;
    let mut places = vec![record.store.place_of(&all[0]).unwrap()];
    while let Some(next) = record.store.call_beside(at, true).unwrap() {
        let item = record.store.item(next).unwrap().unwrap();
        places.push(record.store.place_of(&item).unwrap());
        at = next;
    }
    assert_eq!(
        places,
        (1..=10).collect::<Vec<u64>>(),
        "who was left out has no call"
    );
    assert_eq!(
        record.store.call_beside(all[3].id, false).unwrap(),
        Some(all[2].id)
    );
    assert_eq!(record.store.call_beside(all[0].id, false).unwrap(), None);
    let ends = record.store.ends(record.batch).unwrap().unwrap();
    assert_eq!(ends, ("447700900000".to_owned(), "447700900009".to_owned()));
    let (accepted, ended) = record.store.first_calls(record.batch, 5).unwrap();
    assert_eq!(accepted, 3);
    assert!(ended.is_some());
}

fn query_plan(store: &OutboxStore, sql: &str, values: usize) -> String {
    store
        .database()
        .read(|connection| {
            let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
            let values = vec![1; values];
            let rows = statement.query_map(rusqlite::params_from_iter(values), |row| {
                row.get::<_, String>(3)
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        })
        .unwrap()
        .join("; ")
}

#[test]
fn indexes_answer_what_a_million_would_be_walked_over_for() {
    let store = mixed().store;
    let why = query_plan(&store, WHY, 1);
    assert!(why.contains("COVERING INDEX items_by_why"), "{why}");
    assert!(!why.contains("TEMP B-TREE"), "{why}");
    for (state, index) in [
        (
            ItemState::Rejected,
            "items_not_accepted (batch=? AND state=?)",
        ),
        (
            ItemState::Skipped,
            "items_not_accepted (batch=? AND state=?)",
        ),
        (ItemState::Unknown, "items_"),
        (ItemState::Queued, "items_queued"),
        (ItemState::Sending, "items_sending"),
    ] {
        let plan = query_plan(&store, &state_sql(state), 3);
        assert!(plan.contains(index), "{state}: {plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{state}: {plan}");
    }
}
