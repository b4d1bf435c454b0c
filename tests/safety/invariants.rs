//! The invariants of sending, each on a real record with a transport that looks or misbehaves.

use crate::support::{Answering, NOWHERE, accepted, digits, judged, open, plan, provider, queue};
use alertdesk::contract::OutboxEvent;
use alertdesk::domain::{BatchId, BatchState, ItemState, Sha256Hex, Verdict};
use alertdesk::outbox::{
    FollowEnd, Hooks, Outbox, OutboxError, Point, RunEnd, RunSummary, Scope, Sender,
    TransportProvider,
};
use alertdesk::store::outbox::ItemFilter;
use rusqlite::Connection;
use std::collections::HashSet;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

async fn run_to_end(outbox: &Outbox, provider: Arc<dyn TransportProvider>) -> RunSummary {
    let (events, _reader) = mpsc::channel(16);
    Sender::take(outbox)
        .unwrap()
        .run_until_done(
            Scope::Everything,
            provider,
            events,
            CancellationToken::new(),
        )
        .await
        .unwrap()
}

fn balanced(outbox: &Outbox) {
    for batch in outbox.list().unwrap() {
        assert!(batch.counts.balances());
        assert_eq!(batch.counts, outbox.store().counted(batch.id).unwrap());
    }
}

/// State, attempt and hash of the item for this number, seen by a stranger to the sender.
fn seen_by_others(dir: &Path, number: &str) -> (String, i64, String) {
    let connection = Connection::open(alertdesk::store::outbox_path(dir)).unwrap();
    connection
        .query_row(
            "SELECT state, attempts.id, attempts.body_sha256 FROM items
             JOIN attempts ON attempts.item = items.id AND finished IS NULL WHERE recipient = ?1",
            [number],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn i1_i4_the_mark_with_its_hash_is_there_before_the_first_byte() {
    let dir = tempfile::tempdir().unwrap();
    let outbox = open(dir.path());
    let plan = plan(NOWHERE, 60, 8);
    let id = queue(&outbox, &plan);
    let path = dir.path().to_owned();
    let seen = Arc::new(Mutex::new(HashSet::new()));
    let attempts = Arc::clone(&seen);
    let transport = Answering(move |body: String| {
        let number = body.split('"').nth(3).unwrap().to_owned();
        let (state, attempt, hash) = seen_by_others(&path, &number);
        assert_eq!(state, "sending");
        assert_eq!(hash, Sha256Hex::of(body.as_bytes()).as_str());
        assert!(attempts.lock().unwrap().insert(attempt));
        async { accepted() }
    });
    let summary = run_to_end(&outbox, provider(NOWHERE, transport)).await;
    assert_eq!(summary.exit_status(), 0);
    assert_eq!(seen.lock().unwrap().len(), 60);
    assert_eq!(outbox.show(id).unwrap().state, BatchState::Done);
    balanced(&outbox);
}

#[tokio::test(flavor = "multi_thread")]
async fn i2_i8_every_kind_of_answer_ends_in_exactly_one_state() {
    let dir = tempfile::tempdir().unwrap();
    let outbox = open(dir.path());
    let id = queue(&outbox, &plan(NOWHERE, 90, 8));
    let calls = Arc::new(Mutex::new(Vec::new()));
    let made = Arc::clone(&calls);
    let transport = Answering(move |body: String| {
        let number = body.split('"').nth(3).unwrap().to_owned();
        let mut made = made.lock().unwrap();
        let before = made.iter().filter(|other| **other == number).count();
        made.push(number.clone());
        let index: u32 = number[6..].parse().unwrap();
        let judged = match index % 9 {
            3 => judged(Verdict::Rejected, Some(400), "refused"),
            5 if index.is_multiple_of(2) => judged(Verdict::Unknown, None, "lost"),
            7 if index == 7 && before == 0 => {
                let after = Some(Duration::from_millis(1));
                judged(Verdict::Retry { after }, Some(425), "too_early")
            }
            _ => accepted(),
        };
        async move { judged }
    });
    let summary = run_to_end(&outbox, provider(NOWHERE, transport)).await;
    assert_eq!(summary.exit_status(), 7);
    let batch = outbox.show(id).unwrap();
    assert_eq!(batch.state, BatchState::DoneWithProblems);
    assert_eq!((batch.counts.rejected, batch.counts.unknown), (10, 5));
    assert_eq!((batch.counts.accepted, batch.counts.skipped), (75, 2));
    balanced(&outbox);
    let calls = calls.lock().unwrap();
    for index in 0..90 {
        // Only what was provably not processed was written again.
        let count = calls
            .iter()
            .filter(|number| **number == digits(index))
            .count();
        assert_eq!(count, if index == 7 { 2 } else { 1 }, "{index}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn i4_a_changed_body_is_never_sent() {
    let dir = tempfile::tempdir().unwrap();
    let outbox = open(dir.path());
    let id = queue(&outbox, &plan(NOWHERE, 3, 1));
    Connection::open(alertdesk::store::outbox_path(dir.path()))
        .unwrap()
        .execute("UPDATE bodies SET body = replace(body, 'fern', 'oak')", [])
        .unwrap();
    let calls = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&calls);
    let transport = Answering(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
        async { accepted() }
    });
    let summary = run_to_end(&outbox, provider(NOWHERE, transport)).await;
    assert_eq!(calls.load(Ordering::SeqCst), 0);
    assert_eq!(summary.exit_status(), 1);
    let batch = outbox.show(id).unwrap();
    assert_eq!(batch.reason.unwrap().rule, "request_changed");
    assert_eq!(batch.counts.queued, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn i6_there_is_one_sender_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let outbox = open(dir.path());
    let first = Sender::take(&outbox).unwrap();
    let second = open(dir.path());
    assert!(matches!(
        Sender::take(&second),
        Err(OutboxError::OtherSender { .. })
    ));
    // The other one still plans, and what it queues is sent by the one that holds the lock.
    let id = queue(&second, &plan(NOWHERE, 5, 2));
    let (events, mut reader) = mpsc::channel(64);
    let stop = CancellationToken::new();
    let transport = Answering(|_| async { accepted() });
    let sending = tokio::spawn(first.run(provider(NOWHERE, transport), events, stop.clone()));
    loop {
        let event = reader.recv().await.unwrap();
        if let OutboxEvent::BatchChanged(batch) = event
            && batch.id == id
            && batch.state == BatchState::Done
        {
            break;
        }
    }
    stop.cancel();
    assert_eq!(sending.await.unwrap().unwrap().end, RunEnd::Drained);
    Sender::take(&second).unwrap();
}

/// Makes the record unwritable at a step, as a full or read-only disk would.
struct BreakAt {
    point: Point,
    path: std::path::PathBuf,
    hits: AtomicUsize,
    at: usize,
}

impl Hooks for BreakAt {
    fn at(&self, point: Point) {
        if point == self.point && self.hits.fetch_add(1, Ordering::SeqCst) + 1 == self.at {
            Connection::open(&self.path)
                .unwrap()
                .execute_batch(
                    "CREATE TRIGGER broken_items BEFORE UPDATE ON items
                     BEGIN SELECT RAISE(FAIL, 'the disk is full'); END;",
                )
                .unwrap();
        }
    }
}

async fn run_broken(dir: &Path, point: Point, at: usize) -> (Outbox, BatchId, usize) {
    let outbox = open(dir);
    let id = queue(&outbox, &plan(NOWHERE, 20, 4));
    let calls = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&calls);
    let transport = Answering(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
        async { accepted() }
    });
    let hooks = BreakAt {
        point,
        path: alertdesk::store::outbox_path(dir),
        hits: AtomicUsize::new(0),
        at,
    };
    let (events, mut reader) = mpsc::channel(64);
    let stop = CancellationToken::new();
    let sender = Sender::take(&outbox).unwrap().with_hooks(Arc::new(hooks));
    let sending = tokio::spawn(sender.run(provider(NOWHERE, transport), events, stop.clone()));
    // The engine says that the record could not be written.
    loop {
        let event = reader.recv().await.unwrap();
        if let OutboxEvent::CallFinished(record) = event
            && record.result == "not written"
        {
            break;
        }
    }
    stop.cancel();
    sending.await.unwrap().unwrap();
    (outbox, id, calls.load(Ordering::SeqCst))
}

#[tokio::test(flavor = "multi_thread")]
async fn i7_without_a_mark_nothing_is_sent() {
    let dir = tempfile::tempdir().unwrap();
    let (outbox, id, calls) = run_broken(dir.path(), Point::BeforeMark, 1).await;
    assert_eq!(calls, 0);
    let batch = outbox.show(id).unwrap();
    assert_eq!(batch.counts.queued, 20);
    assert_eq!(batch.reason.unwrap().rule, "mark_failed");
    balanced(&outbox);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_that_cannot_be_written_is_kept_and_found_again() {
    let dir = tempfile::tempdir().unwrap();
    let (outbox, id, calls) = run_broken(dir.path(), Point::BeforeRecord, 2).await;
    let recorded = outbox.show(id).unwrap();
    assert!(calls > 1);
    assert_eq!(recorded.counts.accepted, 1);
    assert_eq!(recorded.counts.sending, calls as u64 - 1);
    Connection::open(alertdesk::store::outbox_path(dir.path()))
        .unwrap()
        .execute_batch("DROP TRIGGER broken_items")
        .unwrap();
    // Every result comes from the emergency file: nothing is unknown, nothing is sent again.
    assert_eq!(outbox.recover_if_idle().unwrap().len(), 1);
    let batch = outbox.show(id).unwrap();
    assert_eq!(batch.state, BatchState::Paused);
    assert_eq!(batch.counts.accepted, calls as u64);
    assert_eq!(batch.counts.unknown, 0);
    balanced(&outbox);
}

#[test]
fn a_read_only_folder_cannot_be_sent_from() {
    let dir = tempfile::tempdir().unwrap();
    let outbox = open(dir.path());
    queue(&outbox, &plan(NOWHERE, 2, 1));
    drop(outbox);
    // Rights do not bind the superuser, so a folder stands where the lock file would be.
    std::fs::create_dir(dir.path().join("sender.lock")).unwrap();
    let outbox = open(dir.path());
    assert!(matches!(
        Sender::take(&outbox),
        Err(OutboxError::File { .. })
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_is_there_at_once_and_what_is_on_the_way_still_counts() {
    let dir = tempfile::tempdir().unwrap();
    let outbox = open(dir.path());
    let id = queue(&outbox, &plan(NOWHERE, 500, 4));
    let gate = Arc::new(Notify::new());
    let calls = Arc::new(AtomicUsize::new(0));
    let (inner_gate, count) = (Arc::clone(&gate), Arc::clone(&calls));
    let full = Arc::new(Notify::new());
    let is_full = Arc::clone(&full);
    let transport = Answering(move |_| {
        let gate = Arc::clone(&inner_gate);
        // After the first ones every call hangs until it is let go.
        let number = count.fetch_add(1, Ordering::SeqCst) + 1;
        if number == 54 {
            is_full.notify_one();
        }
        async move {
            if number > 50 {
                gate.notified().await;
            }
            accepted()
        }
    });
    let (events, _reader) = mpsc::channel(1024);
    let stop = CancellationToken::new();
    let sender = Sender::take(&outbox).unwrap();
    let mut sending = tokio::spawn(sender.run(provider(NOWHERE, transport), events, stop.clone()));
    full.notified().await;
    let begun = Instant::now();
    let paused = outbox.pause(id).unwrap();
    assert!(
        begun.elapsed() < Duration::from_millis(100),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(paused.state, BatchState::Draining);
    assert_eq!(paused.reason.unwrap().rule, "person");
    for _ in 0..4 {
        gate.notify_one();
    }
    let mut changes = 0;
    while outbox.show(id).unwrap().state != BatchState::Paused {
        // One that was counted may wait only now.
        gate.notify_one();
        tokio::task::yield_now().await;
        changes += 1;
        assert!(changes < 10_000_000);
    }
    assert_eq!(calls.load(Ordering::SeqCst), 54);
    let batch = outbox.show(id).unwrap();
    assert_eq!((batch.counts.accepted, batch.counts.queued), (54, 446));
    for wrong in [0, 445, 500] {
        assert!(matches!(
            outbox.resume(id, wrong),
            Err(OutboxError::Left { left: 446, .. })
        ));
    }
    outbox.resume(id, 446).unwrap();
    stop.cancel();
    // A turn that was on its way may still start calls: each of them is let go.
    let summary = loop {
        tokio::select! {
            ended = &mut sending => break ended.unwrap().unwrap(),
            () = tokio::task::yield_now() => gate.notify_one(),
        }
    };
    assert_eq!(summary.end, RunEnd::Drained);
    balanced(&outbox);
}

#[tokio::test(flavor = "multi_thread")]
async fn draining_ends_what_is_on_the_way_and_pauses_the_rest() {
    let dir = tempfile::tempdir().unwrap();
    let outbox = open(dir.path());
    let id = queue(&outbox, &plan(NOWHERE, 300, 4));
    let stop = CancellationToken::new();
    let told = stop.clone();
    let calls = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&calls);
    let transport = Answering(move |_| {
        if count.fetch_add(1, Ordering::SeqCst) == 30 {
            told.cancel();
        }
        async { accepted() }
    });
    let (events, _reader) = mpsc::channel(16);
    let summary = Sender::take(&outbox)
        .unwrap()
        .run_until_done(
            Scope::Everything,
            provider(NOWHERE, transport),
            events,
            stop,
        )
        .await
        .unwrap();
    assert_eq!((summary.end, summary.exit_status()), (RunEnd::Drained, 1));
    let batch = outbox.show(id).unwrap();
    assert_eq!(batch.state, BatchState::Paused);
    assert_eq!(batch.reason.unwrap().rule, "drained");
    assert_eq!(batch.counts.accepted, calls.load(Ordering::SeqCst) as u64);
    assert_eq!(batch.counts.sending + batch.counts.unknown, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_breaks_down_is_unknown_and_stops_the_batch() {
    let dir = tempfile::tempdir().unwrap();
    let outbox = open(dir.path());
    let id = queue(&outbox, &plan(NOWHERE, 10, 1));
    let transport = Answering(|body: String| async move {
        assert!(!body.contains(&digits(2)), "a call that panics");
        accepted()
    });
    let summary = run_to_end(&outbox, provider(NOWHERE, transport)).await;
    assert_eq!(summary.exit_status(), 7);
    let unknown = outbox
        .items(id, ItemFilter::State(ItemState::Unknown), 10, 0)
        .unwrap();
    assert_eq!(unknown.len(), 1);
    assert_eq!(unknown[0].recipient.as_deref(), Some(digits(2).as_str()));
    assert_eq!(outbox.show(id).unwrap().counts.queued, 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_for_a_batch_sends_only_that_one() {
    let dir = tempfile::tempdir().unwrap();
    let outbox = open(dir.path());
    let other = queue(&outbox, &plan(NOWHERE, 5, 1));
    let mine = queue(&outbox, &plan(NOWHERE, 5, 1));
    let transport = Answering(|_| async { accepted() });
    let (events, _reader) = mpsc::channel(16);
    let summary = outbox
        .send_and_wait(
            mine,
            provider(NOWHERE, transport),
            events,
            CancellationToken::new(),
        )
        .await
        .unwrap();
    assert_eq!(summary.batches.len(), 1);
    assert_eq!(summary.batches[0].batch.state, BatchState::Done);
    assert_eq!(outbox.show(other).unwrap().state, BatchState::Ready);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_send_sees_what_the_sender_does_and_when_it_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    let outbox = open(dir.path());
    let other = open(dir.path());
    let id = queue(&outbox, &plan(NOWHERE, 5, 2));
    let sender = Sender::take(&outbox).unwrap();
    let (heard, mut reader) = mpsc::channel(64);
    let following =
        tokio::spawn(async move { other.follow(heard, CancellationToken::new()).await.unwrap() });
    let first = reader.recv().await.unwrap();
    assert!(matches!(first, OutboxEvent::Sender(_)));
    let (events, _reader) = mpsc::channel(64);
    let transport = Answering(|_| async { accepted() });
    sender
        .run_until_done(
            Scope::Everything,
            provider(NOWHERE, transport),
            events,
            CancellationToken::new(),
        )
        .await
        .unwrap();
    assert_eq!(following.await.unwrap(), FollowEnd::NobodySends);
    let mut last = None;
    while let Ok(event) = reader.try_recv() {
        if let OutboxEvent::BatchChanged(batch) = event {
            last = Some(batch);
        }
    }
    let last = last.unwrap();
    assert_eq!((last.id, last.state), (id, BatchState::Done));
}
