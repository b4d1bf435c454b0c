//! J6: one by one to 300 people of the list: the first five, a look at them, slower, faster, paused,
//! resumed. Its part by command is in the tests of the commands.

use crate::support::harness::{Harness, Options};
use alertdesk::app::Settings;
use alertdesk::domain::{Batch, BatchState, Reason};
use std::time::Duration;

fn as_set(settings: &mut Settings) {
    settings.grace_list = Duration::ZERO;
    // What `limits.canary` is without a setting.
    settings.limits.canary = 5;
}

/// The screen, with the no-break spaces of numbers as plain ones.
fn shown(desk: &Harness) -> String {
    desk.screen().replace('\u{a0}', " ")
}

fn only(desk: &Harness) -> &Batch {
    desk.state.broadcasts.batches.first().unwrap()
}

/// The rate that the record has for the batch under the cursor.
async fn rate(desk: &mut Harness, wanted: u32) {
    desk.until_idle().await;
    let detail = desk.state.broadcasts.detail_of_selected().unwrap();
    assert_eq!(detail.limits.per_minute, wanted);
}

/// A batch for 300 people that waits after its first five.
async fn after_the_first() -> Harness {
    let mut desk = Harness::start(Options {
        users: 564,
        profile: |profile| profile.per_minute = 1200,
        settings: as_set,
        ..Options::default()
    })
    .await;
    desk.find("city=London").await;
    desk.keys("v G");
    assert!(
        shown(&desk).contains("300 found · range"),
        "{}",
        shown(&desk)
    );
    desk.keys("v");
    assert!(
        shown(&desk).contains("300 found · 300 marked"),
        "{}",
        shown(&desk)
    );
    desk.keys("t");
    desk.text("winter_hours");
    desk.keys("Enter Esc");
    desk.until_idle().await;
    desk.keys("S");
    desk.until_idle().await;
    desk.assert_shows("300 people get the template winter_hours");
    desk.advance(400);
    desk.keys("3 0 Enter");
    desk.assert_shows("Enter does nothing yet: type 300");
    desk.keys("0 Enter");
    desk.until_batch("it waits after the first", Batch::waits_after_the_first)
        .await;
    desk.until_idle().await;
    desk
}

#[tokio::test]
async fn j6_three_hundred_are_watched_slowed_paused_and_resumed() {
    let mut desk = after_the_first().await;
    let first = only(&desk).clone();
    assert_eq!((first.counts.accepted, first.counts.queued), (5, 295));
    let reason = first.reason.as_ref().map(|reason| reason.rule.as_str());
    assert_eq!(reason, Some(Reason::CANARY));
    desk.keys("4");
    desk.until_idle().await;
    desk.assert_shows("5 of the first 5 accepted");
    desk.assert_shows("c goes on");
    desk.keys("c");
    desk.until_batch("it goes on", |batch| batch.counts.accepted > 8)
        .await;
    // Each press counts, also a quick second one, and the running batch has it at once.
    desk.keys("- -");
    rate(&mut desk, 768).await;
    desk.keys("+");
    rate(&mut desk, 960).await;
    desk.keys("H");
    let paused = desk
        .until_batch("it is paused", |batch| {
            batch.state == BatchState::Paused && batch.counts.sending == 0
        })
        .await;
    let there = desk.platform.accepted().await.len() as u64;
    assert_eq!(paused.counts.accepted, there, "what left has arrived");
    assert!(paused.counts.queued > 200, "{:?}", paused.counts);
    let left = paused.counts.queued;
    let counts = format!("300 = accepted {there} + not sent {left}");
    assert!(shown(&desk).contains(&counts), "{counts}\n{}", shown(&desk));
    desk.keys("R");
    desk.advance(400);
    desk.text("300");
    desk.keys("Enter");
    desk.until_idle().await;
    assert_eq!(
        only(&desk).state,
        BatchState::Paused,
        "the rest is asked for"
    );
    desk.keys("Backspace Backspace Backspace");
    desk.text(&left.to_string());
    desk.keys("Enter");
    desk.until_idle().await;
    desk.keys(":");
    desk.text("rate 60000");
    desk.keys("Enter");
    let done = desk
        .until_batch("it is done", |batch| batch.state == BatchState::Done)
        .await;
    desk.until_idle().await;
    assert_eq!((done.counts.planned, done.counts.accepted), (300, 300));
    let accepted = desk.platform.accepted().await;
    assert_eq!(accepted.len(), 300);
    assert!(accepted.values().all(|count| *count == 1));
}
