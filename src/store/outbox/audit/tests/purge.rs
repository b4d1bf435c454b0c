//! A purge takes the people and leaves the proof.

use super::{lines, lived};
use crate::store::StoreError;
use crate::store::outbox::ItemFilter;
use crate::store::outbox::tests::{settle_unknown, time};
use serde_json::json;
use std::path::Path;

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
    let purge = store.purgeable(now, jiff::Timestamp::MAX).unwrap();
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
            settle_unknown(tx, "abandoned", "?2 = ?2", 0)?;
            tx.execute(
                "UPDATE items SET state = 'abandoned' WHERE state = 'unknown'",
                [],
            )
        })
        .unwrap();
    assert!(
        store
            .purgeable(time(-10), jiff::Timestamp::MAX)
            .unwrap()
            .batches
            .is_empty()
    );
    let purge = store.purgeable(now, jiff::Timestamp::MAX).unwrap();
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
    assert_eq!((check.lines, check.broken), (14, None));
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
    assert!(
        store
            .purgeable(now, jiff::Timestamp::MAX)
            .unwrap()
            .batches
            .is_empty()
    );
    assert!(matches!(
        store.purge(record.batch, now),
        Err(StoreError::Refused { .. })
    ));
}
