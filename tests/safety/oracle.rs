//! The oracle: compares what the record says with what a server really took. Every test of this
//! folder that has a server asks it, after every crash and at the end.

use alertdesk::domain::{AuditLine, Item, ItemState};
use alertdesk::outbox::{AUDIT_FILE, Outbox};
use alertdesk::store::outbox::ItemFilter;
use std::collections::{BTreeMap, HashMap, HashSet};

/// How often each body was taken, by its SHA-256: a body is one message to one person.
pub type Taken = HashMap<String, u32>;

/// What the record says about one body.
#[derive(Debug, Default)]
struct Said {
    /// Items that are called accepted.
    accepted: u32,
    /// Items that may have arrived.
    may: u32,
    /// Items that are called not sent, whatever for.
    not_sent: u32,
}

/// What must hold at any moment when no call is on the way. `again` holds the bodies that a person
/// chose to send once more.
pub fn oracle(outbox: &Outbox, taken: &Taken, again: &HashSet<String>) {
    sums(outbox);
    let mut record: BTreeMap<String, Said> = BTreeMap::new();
    for item in all_items(outbox) {
        let Some(hash) = &item.body_sha256 else {
            assert_eq!(item.state, ItemState::Skipped, "{item:?}");
            continue;
        };
        let said = record.entry(hash.as_str().to_owned()).or_default();
        match item.state {
            ItemState::Accepted => said.accepted += 1,
            ItemState::Unknown | ItemState::Abandoned => said.may += 1,
            ItemState::Skipped
            | ItemState::Queued
            | ItemState::Cancelled
            | ItemState::Rejected
            | ItemState::NotAccepted => said.not_sent += 1,
            ItemState::Sending => panic!("nothing is on the way: {item:?}"),
        }
    }
    for (body, count) in taken {
        assert!(
            *count <= 1 || again.contains(body),
            "{body} was taken {count} times and nobody asked for that"
        );
        assert!(record.contains_key(body), "{body} was never planned");
    }
    for (body, said) in &record {
        let count = taken.get(body).copied().unwrap_or(0);
        assert!(
            count <= said.accepted + said.may,
            "{body} was taken {count} times, but {said:?}: something taken is called not sent"
        );
        assert!(
            count >= said.accepted,
            "{body} was taken {count} times, but {said:?}: something is called accepted and is lost"
        );
    }
    audited(outbox);
}

/// Every item of every batch.
pub fn all_items(outbox: &Outbox) -> Vec<Item> {
    let batches = outbox.list().unwrap();
    batches
        .iter()
        .flat_map(|batch| {
            outbox
                .items(batch.id, ItemFilter::All, 1_000_000, 0)
                .unwrap()
        })
        .collect()
}

/// I8: the states of a batch add up to its plan, and are what its items say.
fn sums(outbox: &Outbox) {
    for batch in outbox.list().unwrap() {
        assert!(batch.counts.balances(), "{batch:?}");
        assert_eq!(batch.counts, outbox.store().counted(batch.id).unwrap());
    }
}

/// I9: the chain is whole, every mark has one result, the last word about an item is its state,
/// and the copy is the record.
fn audited(outbox: &Outbox) {
    assert_eq!(outbox.verify_audit().unwrap().broken, None);
    let lines = outbox.store().audit_after(0, 10_000_000).unwrap();
    // Where nothing happened yet there is no copy either.
    let copy = std::fs::read_to_string(outbox.data_dir().join(AUDIT_FILE)).unwrap_or_default();
    let rows: String = lines.iter().map(|line| line.jsonl() + "\n").collect();
    assert!(copy == rows, "the copy differs from the record");
    let (mut marked, mut ended) = (HashSet::new(), HashSet::new());
    let mut last: HashMap<i64, String> = HashMap::new();
    for reading in lines.iter().map(AuditLine::read) {
        let fields = &reading.fields;
        match reading.action.as_str() {
            "marked" => {
                for attempt in fields["attempts"].as_array().unwrap() {
                    assert!(marked.insert(attempt[0].as_i64().unwrap()), "marked twice");
                    last.insert(attempt[1].as_i64().unwrap(), "sending".to_owned());
                }
            }
            "result" => {
                assert!(ended.insert(fields["attempt"].as_i64().unwrap()));
                let verdict = match fields["verdict"].as_str().unwrap() {
                    "retry" | "not_started" => "queued",
                    word => word,
                };
                last.insert(fields["item"].as_i64().unwrap(), verdict.to_owned());
            }
            "items" => {
                let to = fields["to"].as_str().unwrap();
                for item in numbers(fields["items"].as_str().unwrap()) {
                    last.insert(item, to.to_owned());
                }
            }
            _ => {}
        }
    }
    assert_eq!(marked, ended);
    for item in all_items(outbox) {
        let begins = matches!(item.state, ItemState::Queued | ItemState::Skipped);
        match last.get(&item.id.0) {
            Some(word) => assert_eq!(word, item.state.word(), "{item:?}"),
            None => assert!(begins, "no line says why {item:?}"),
        }
    }
}

/// `7-9,12`.
fn numbers(runs: &str) -> Vec<i64> {
    runs.split(',')
        .flat_map(|run| {
            let (first, last) = run.split_once('-').unwrap_or((run, run));
            first.parse::<i64>().unwrap()..=last.parse::<i64>().unwrap()
        })
        .collect()
}
