//! J5, "oops": stopped in the grace, just after it, later, and too late for good.

use crate::scenery::{batch, counts, outbox};
use crate::screens::keep_sizes;
use crate::support::harness::{Harness, Options};
use crate::support::stage::Stage;
use alertdesk::app::Settings;
use alertdesk::contract::{
    Effect, Event, OutboxAnswer, OutboxCommand, OutboxEvent, PaneId, SenderState,
};
use alertdesk::domain::{Batch, BatchId, BatchState, Guard, SendKind};
use alertdesk::overlays::Overlay;
use jiff::SignedDuration;
use std::time::Duration;

fn slowly(settings: &mut Settings) {
    settings.grace_single = Duration::from_secs(600);
    settings.grace_list = Duration::from_secs(600);
}

/// A broadcast to three people, confirmed and in its grace.
async fn armed(options: Options) -> Harness {
    let mut desk = Harness::start(options).await;
    desk.find("city=London").await;
    desk.keys("Space Space Space :");
    desk.text("broadcast new");
    desk.keys("Enter j Enter");
    desk.text("Autumn opening hours");
    desk.keys("Tab");
    desk.text("From Monday we open at eight.");
    desk.keys("Enter");
    desk.text("Fern & Oak");
    desk.keys("Esc");
    desk.until_idle().await;
    desk.keys("S");
    desk.until_idle().await;
    desk.advance(400);
    desk.keys("3 Enter");
    desk.until_idle().await;
    desk
}

#[tokio::test]
async fn in_the_grace_u_stops_it_over_any_dialog_and_the_draft_is_open_again() {
    let mut desk = armed(Options {
        settings: slowly,
        ..Options::default()
    })
    .await;
    desk.assert_shows("starts in 10 min 00 s");
    desk.assert_shows("u stops it");
    // The strip stands over dialogs too, and the key works there.
    desk.keys("F1");
    desk.assert_shows("starts in 10 min 00 s");
    desk.keys("u");
    desk.until_idle().await;
    desk.keys("Esc");
    desk.assert_shows("Nothing was sent.");
    assert_eq!(desk.state.focus, PaneId::Composer);
    desk.assert_shows("Autumn opening hours");
    desk.assert_shows("From Monday we open at eight.");
    assert!(desk.platform.accepted().await.is_empty());
    assert_eq!(desk.platform.calls("broadcast").await, 0);
}

#[tokio::test]
async fn while_typing_ctrl_z_stops_it_and_the_strip_says_so() {
    let mut desk = armed(Options {
        settings: slowly,
        ..Options::default()
    })
    .await;
    desk.keys("1 /");
    desk.text("under");
    desk.assert_shows("Ctrl-z stops it");
    desk.assert_hides("u stops it");
    desk.keys("Ctrl-z");
    desk.until_idle().await;
    desk.assert_shows("Nothing was sent.");
    let batch = desk.state.broadcasts.batches.first().unwrap();
    assert_eq!(batch.state, BatchState::Cancelled);
}

#[tokio::test]
async fn a_guarded_profile_has_five_seconds_whatever_the_settings_say() {
    let mut desk = armed(Options {
        settings: |settings| {
            settings.grace_single = Duration::ZERO;
            settings.grace_list = Duration::ZERO;
            settings.grace_guarded = Duration::ZERO;
        },
        profile: |profile| profile.guard = Guard::Production,
        ..Options::default()
    })
    .await;
    desk.assert_shows("starts in  5 s");
    assert_eq!(desk.platform.calls("broadcast").await, 0);
    desk.keys("u");
    desk.until_idle().await;
    desk.assert_shows("Nothing was sent.");
}

/// The batch that is in its grace on a stage, so many milliseconds before its end.
fn in_grace(kind: SendKind) -> (Stage, Batch) {
    let mut stage = Stage::furnished(120, 40);
    stage.state.settings.grace_list = Duration::from_secs(30);
    outbox(&mut stage, OutboxEvent::Sender(SenderState::ThisProcess));
    let mut batch = batch(35, "oak_care~7F3K", BatchState::Armed, counts(0, 0, 0, 40));
    batch.kind = kind;
    stage.event(Event::OutboxAnswer(Box::new(OutboxAnswer::Batches(vec![
        batch.clone(),
    ]))));
    stage.state.armed.push(alertdesk::app::Armed {
        batch: batch.id,
        label: "oak_care → 40 people".to_owned(),
        until: stage.now + SignedDuration::from_secs(1),
        grace: Duration::from_secs(30),
        single: false,
        draft: None,
    });
    (stage, batch)
}

fn undone(stage: &Stage) -> Vec<BatchId> {
    let asked = stage.effects.iter().filter_map(|effect| match effect {
        Effect::Outbox(OutboxCommand::Undo(batch)) => Some(*batch),
        _ => None,
    });
    asked.collect()
}

fn changed(stage: &mut Stage, batch: &Batch) {
    outbox(stage, OutboxEvent::BatchChanged(Box::new(batch.clone())));
}

#[test]
fn what_waits_for_its_time_after_the_grace_does_not_say_that_it_starts() {
    let (mut stage, mut batch) = in_grace(SendKind::Template);
    stage.state.armed[0].single = true;
    let screen = stage.screen();
    assert!(
        screen.contains("starts in") && screen.contains("S starts now"),
        "{screen}"
    );
    batch.scheduled = Some(stage.now + SignedDuration::from_hours(12));
    batch.revision = 2;
    changed(&mut stage, &batch);
    let screen = stage.screen();
    assert!(
        screen.contains("undo for") && !screen.contains("starts in"),
        "{screen}"
    );
    // Its own time is kept, so nothing offers to start it now.
    assert!(!screen.contains("starts now"), "{screen}");
}

#[test]
fn a_moment_too_late_it_pauses_at_once_and_asks() {
    let (mut stage, mut batch) = in_grace(SendKind::Template);
    stage.wait(1000);
    batch.state = BatchState::Running;
    batch.counts = counts(1, 0, 0, 39);
    batch.revision = 2;
    changed(&mut stage, &batch);
    assert!(stage.state.armed.is_empty());
    stage.wait(1900);
    stage.keys("u");
    assert_eq!(undone(&stage), [batch.id]);
    batch.state = BatchState::Paused;
    batch.counts = counts(2, 0, 0, 38);
    batch.revision = 3;
    changed(&mut stage, &batch);
    stage.wait(400);
    let Some(Overlay::Confirm(question)) = stage.state.overlays.last() else {
        panic!("{}", stage.screen());
    };
    assert_eq!(question.wanted, "cancel");
    keep_sizes("undo__too_late", &stage);
    // A second press has nothing to stop, and the question goes without a trace.
    stage.keys("Esc");
    stage.keys("u");
    assert_eq!(undone(&stage).len(), 1);
    assert!(stage.screen().contains("nothing is in its grace time"));
}

#[test]
fn two_seconds_after_the_grace_the_key_stops_nothing() {
    let (mut stage, mut batch) = in_grace(SendKind::Template);
    stage.wait(1000);
    batch.state = BatchState::Running;
    batch.revision = 2;
    changed(&mut stage, &batch);
    stage.wait(2001);
    stage.keys("u");
    assert_eq!(undone(&stage), []);
}

#[test]
fn after_the_hand_over_cancel_explains_and_names_the_broadcast() {
    let (mut stage, mut batch) = in_grace(SendKind::Broadcast);
    batch.state = BatchState::Done;
    batch.counts = counts(40, 0, 0, 0);
    batch.scheduled = Some("2026-10-23T08:00:00Z".parse().unwrap());
    batch.revision = 2;
    changed(&mut stage, &batch);
    stage.wait(5000);
    stage.keys("4 C");
    keep_sizes("undo__handed_over", &stage);
    for said in [
        "this API has no cancel",
        "before Fri 23 Oct 2026 09:00 London +01:00 · 08:00 UTC",
        "Broadcast → Scheduled → oak_care~7F3K",
    ] {
        assert!(stage.screen().contains(said), "{}", stage.screen());
    }
    // After its time it is elsewhere, and what arrived stays.
    batch.scheduled = None;
    let there = alertdesk::app::batches::handed_over(&batch, &stage.state.now).unwrap();
    assert_eq!(there.place, "Broadcast → Published → oak_care~7F3K");
    batch.kind = SendKind::Template;
    assert_eq!(
        alertdesk::app::batches::handed_over(&batch, &stage.state.now),
        None
    );
}

#[tokio::test]
async fn later_than_the_grace_the_word_takes_back_what_is_not_sent() {
    let mut desk = armed(Options {
        settings: |settings| settings.grace_list = Duration::ZERO,
        sends: false,
        ..Options::default()
    })
    .await;
    desk.until_batch("it waits for a sender", |batch| {
        batch.state == BatchState::Ready
    })
    .await;
    desk.keys("4 C");
    desk.advance(400);
    // What was typed wrongly goes with one key.
    desk.text("cancle");
    desk.keys("Ctrl-u");
    desk.text("cancel");
    desk.keys("Enter");
    let batch = desk
        .until_batch("all of it is taken back", |batch| {
            batch.counts.cancelled == 3
        })
        .await;
    assert_eq!(batch.state, BatchState::Cancelled);
    desk.until_idle().await;
    assert!(desk.platform.accepted().await.is_empty());
}
