//! What the marks cost. Figures are printed; the limits are wide, because a debug build on a busy
//! machine runs these too.

use crate::support::{Answering, NOWHERE, accepted, open, plan, provider, queue};
use alertdesk::domain::Touch;
use alertdesk::outbox::{Scope, Sender};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

fn people(default: u32) -> u32 {
    std::env::var("ALERTDESK_SPEED_PEOPLE")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(default)
}

#[tokio::test(flavor = "multi_thread")]
async fn many_marks_share_a_sync() {
    let dir = tempfile::tempdir().unwrap();
    let outbox = open(dir.path());
    let count = people(3000);
    queue(&outbox, &plan(NOWHERE, count, 64));
    let (events, mut reader) = mpsc::channel(64);
    let counting = tokio::spawn(async move {
        let mut seen = 0_u64;
        while reader.recv().await.is_some() {
            seen += 1;
        }
        seen
    });
    let begun = Instant::now();
    let summary = Sender::take(&outbox)
        .unwrap()
        .run_until_done(
            Scope::Everything,
            provider(NOWHERE, Answering(|_| async { accepted() })),
            events,
            CancellationToken::new(),
        )
        .await
        .unwrap();
    let took = begun.elapsed();
    assert_eq!(summary.exit_status(), 0);
    let rate = f64::from(count) / took.as_secs_f64();
    println!("{count} items in {took:?}: {rate:.0} a second");
    assert!(counting.await.unwrap() > u64::from(count));
    assert!(rate > 100.0, "{rate:.0} items a second");
}

#[test]
fn a_large_plan_is_queued_in_seconds() {
    let dir = tempfile::tempdir().unwrap();
    let outbox = open(dir.path());
    let plan = plan(NOWHERE, people(20_000), 4);
    let begun = Instant::now();
    let id = queue(&outbox, &plan);
    let took = begun.elapsed();
    println!("{} people queued in {took:?}", plan.recipients());
    let begun = Instant::now();
    let batch = outbox.show(id).unwrap();
    println!("shown in {:?}", begun.elapsed());
    assert_eq!(batch.counts.queued, plan.recipients());
    assert!(took < Duration::from_secs(60));
}

#[test]
fn twins_of_a_long_list_are_found_in_seconds() {
    let dir = tempfile::tempdir().unwrap();
    let outbox = open(dir.path());
    let count = people(20_000);
    let mut list = plan(NOWHERE, count, 4);
    let everybody = list.calls.iter().flat_map(|call| &call.recipients);
    list.once.touches = everybody
        .map(|one| Touch::of(&list.target, &list.title, one))
        .collect();
    let since = jiff::Timestamp::UNIX_EPOCH;
    let look = || {
        let begun = Instant::now();
        let twins = outbox.store().twins(&list.once.intents, since).unwrap();
        let touched = outbox.store().touched(&list.once.touches, since).unwrap();
        (twins.len(), touched.len(), begun.elapsed())
    };
    let (none, _, empty) = look();
    let begun = Instant::now();
    queue(&outbox, &list);
    let queued = begun.elapsed();
    let (all, _, took) = look();
    assert_eq!((none, all), (0, list.calls.len()));
    println!(
        "{count} people: {empty:?} in an empty record, queued in {queued:?}, found in {took:?}"
    );
    assert!(took < Duration::from_secs(30), "{took:?}");
}
