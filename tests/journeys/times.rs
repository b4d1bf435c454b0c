//! Saying when something goes out: words that are read while they are typed, the question where
//! clocks are changed, and what waits here until its time.

use crate::scenery::{batch, counts};
use crate::screens::keep_sizes;
use crate::support::harness::{Harness, Options};
use crate::support::stage::{Stage, profile};
use alertdesk::app;
use alertdesk::contract::{Event, OutboxAnswer, OutboxEvent, SenderState};
use alertdesk::domain::{BatchState, QuietHours, QuietPolicy, Schedule};
use alertdesk::panes::template_composer::FieldId;
use jiff::SignedDuration;
use jiff::civil::time;

/// A filled template draft for Sara, with its time open.
fn asked(mut stage: Stage) -> Stage {
    stage.furnish();
    stage.keys("t");
    stage.text("fitting");
    stage.keys("Enter");
    stage.text("Tue 27 Oct");
    stage.keys("Esc w");
    stage
}

fn stage() -> Stage {
    asked(Stage::new(120, 40))
}

fn when(stage: &Stage) -> String {
    let draft = stage.state.composer.draft.as_ref().unwrap();
    draft.value(&FieldId::When)
}

#[test]
fn a_time_is_read_while_it_is_typed() {
    let mut stage = stage();
    for batch in planned() {
        stage.event(Event::Outbox(Box::new(OutboxEvent::BatchChanged(
            Box::new(batch),
        ))));
    }
    stage.keys("Esc w");
    stage.state.skew = None;
    stage.text("fri 9:00");
    let screen = stage.screen();
    for shown in [
        "Fri 23 Oct 2026  09:00   Europe/London +01:00",
        "Fri 23 Oct 2026  08:00",
        "in 22 h 13 min",
        "clock not compared yet",
        "09:00 #35 oak_care",
    ] {
        assert!(screen.contains(shown), "{shown} in\n{screen}");
    }
    assert!(!screen.contains("In JSON"), "no call carries this time");
    keep_sizes("when__typed", &stage);
    stage.keys("Enter");
    assert_eq!(when(&stage), "2026-10-23 09:00");
    let draft = stage.state.composer.draft.as_ref().unwrap();
    let plan = draft.plan.as_ref().unwrap();
    assert_eq!(
        plan.schedule,
        Schedule::StartAt("2026-10-23T08:00:00Z".parse().unwrap())
    );
    assert!(stage.screen().contains("2026-10-23 09:00"));
}

fn planned() -> Vec<alertdesk::domain::Batch> {
    let mut care = batch(35, "oak_care", BatchState::Scheduled, counts(0, 0, 0, 1171));
    care.scheduled = Some("2026-10-23T08:00:00Z".parse().unwrap());
    let mut fit = batch(36, "late_fit", BatchState::Scheduled, counts(0, 0, 0, 86));
    fit.scheduled = Some("2026-10-23T14:30:00Z".parse().unwrap());
    vec![care, fit]
}

#[test]
fn a_time_that_comes_twice_is_asked_about_and_enter_does_not_choose() {
    let mut stage = stage();
    stage.text("sun 1:30");
    assert!(stage.screen().contains("exists twice"));
    stage.keys("Enter Enter Enter");
    assert!(stage.screen().contains("When · this time exists twice"));
    keep_sizes("when__twice", &stage);
    assert_eq!(when(&stage), "");
    // Esc goes back to the line, with what was typed.
    stage.keys("Esc");
    assert!(stage.screen().contains("sun 1:30"));
    stage.keys("Enter 2");
    assert_eq!(when(&stage), "2026-10-25T01:30+00:00");
    let draft = stage.state.composer.draft.as_ref().unwrap();
    let plan = draft.plan.as_ref().unwrap();
    assert_eq!(
        plan.schedule.due(),
        Some("2026-10-25T01:30:00Z".parse().unwrap())
    );
}

#[test]
fn a_time_that_does_not_exist_offers_its_neighbours() {
    let mut stage = stage();
    stage.text("2027-03-28 1:30");
    stage.keys("Enter");
    let screen = stage.screen();
    assert!(screen.contains("this time does not exist"), "{screen}");
    assert!(screen.contains("00:59 +00:00"), "{screen}");
    assert!(screen.contains("02:00 +01:00"), "{screen}");
    stage.keys("1");
    assert_eq!(when(&stage), "2027-03-28 00:59");
}

#[test]
fn a_past_time_and_one_too_near_cannot_be_taken() {
    let mut stage = stage();
    stage.text("today 8:47");
    let screen = stage.screen();
    assert!(
        screen.contains("that was 2 h ago. Type now to start at once"),
        "{screen}"
    );
    stage.keys("Enter");
    assert_eq!(when(&stage), "");
    stage.keys("Ctrl-u");
    stage.text("+1m");
    stage.keys("Enter");
    assert_eq!(when(&stage), "");
    assert!(stage.screen().contains("less than 2 min ahead"));
    keep_sizes("when__too_soon", &stage);
    stage.keys("Esc");
    assert_eq!(when(&stage), "", "as it was");
}

#[test]
fn another_zone_is_read_and_kept_as_the_same_moment() {
    let mut stage = stage();
    stage.keys("Tab");
    stage.text("fri 9:00");
    assert!(
        stage
            .screen()
            .contains("Fri 23 Oct 2026  09:00   UTC +00:00")
    );
    stage.keys("Enter");
    assert_eq!(when(&stage), "2026-10-23 10:00");
}

#[test]
fn a_clock_that_is_far_off_takes_no_time() {
    let mut stage = stage();
    stage.keys("Esc");
    stage.state.skew = Some(SignedDuration::from_secs(181));
    stage.keys("w");
    stage.text("fri 9:00");
    assert!(
        stage
            .screen()
            .contains("clock 3 min ahead of the server: set it first")
    );
    stage.keys("Enter");
    assert_eq!(when(&stage), "");
    stage.keys("Esc");
    stage.state.skew = Some(SignedDuration::from_millis(400));
    stage.keys("w");
    stage.text("fri 9:00");
    assert!(
        stage
            .screen()
            .contains("clock agrees with the server, 0.4 s")
    );
    stage.keys("Enter");
    assert_eq!(when(&stage), "2026-10-23 09:00");
    // It went wrong since: the review does not open either.
    stage.state.skew = Some(SignedDuration::from_secs(-181));
    stage.keys("S");
    assert!(
        stage.screen().contains("more than 2 min off"),
        "{}",
        stage.screen()
    );
    assert!(stage.state.overlays.is_empty());
}

#[test]
fn who_sleeps_then_is_said() {
    let mut quiet = profile();
    quiet.times.quiet = Some(QuietHours {
        start: time(21, 0, 0, 0),
        end: time(8, 0, 0, 0),
        policy: QuietPolicy::Warn,
    });
    let mut stage = asked(Stage::with(120, 40, quiet, app::Settings::default()));
    stage.text("fri 7:00");
    let screen = stage.screen();
    assert!(screen.contains("1 person is in quiet hours"), "{screen}");
    // It waits for the end of the night, and an answer of the person stops it, if somebody wants that.
    stage.keys("Ctrl-n Ctrl-r");
    let screen = stage.screen();
    for shown in [
        "Fri 23 Oct 2026  08:00",
        "no quiet hours",
        "from here; until then C takes it back",
        "holds it, if the person writes before that",
    ] {
        assert!(screen.contains(shown), "{shown} in\n{screen}");
    }
    stage.keys("Enter");
    assert_eq!(when(&stage), "2026-10-23 08:00");
    let draft = stage.state.composer.draft.as_ref().unwrap();
    assert!(draft.plan.as_ref().unwrap().waiting.hold_on_reply);
    stage.keys("S");
    let screen = stage.screen();
    assert!(
        screen.contains("it is held if the person writes before that"),
        "{screen}"
    );
}

#[test]
fn a_broadcast_is_handed_over_early_or_late() {
    let mut stage = Stage::furnished(120, 40);
    stage.keys(":");
    stage.text("broadcast new");
    stage.keys("Enter Esc w");
    stage.text("fri 9:00");
    let screen = stage.screen();
    assert!(
        screen.contains("15 min before that; until then C takes it back"),
        "{screen}"
    );
    assert!(screen.contains("one must run then"), "{screen}");
    assert!(
        screen.contains("In JSON    2026-10-23T08:00:00.000Z"),
        "{screen}"
    );
    stage.keys("Ctrl-o");
    let screen = stage.screen();
    assert!(
        screen.contains("at once; then only the panel stops it"),
        "{screen}"
    );
    assert!(!screen.contains("one must run then"), "{screen}");
    stage.keys("Enter");
    let waits = |stage: &Stage| stage.state.composer.draft.as_ref().unwrap().waits;
    assert_eq!(waits(&stage).late, Some(false));
    stage.keys("w Ctrl-o Enter");
    assert_eq!(waits(&stage).late, Some(true));
}

#[test]
fn leaving_says_what_needs_a_sender() {
    let mut stage = stage();
    stage.keys("Esc");
    stage.event(Event::OutboxAnswer(Box::new(OutboxAnswer::Batches(
        planned(),
    ))));
    let sends = OutboxEvent::Sender(SenderState::ThisProcess);
    stage.event(Event::Outbox(Box::new(sends)));
    stage.keys("Ctrl-c");
    let screen = stage.screen();
    assert!(
        screen.contains("#35 oak_care is due Fri 23 Oct 09:00 and needs a sender then"),
        "{screen}"
    );
    assert!(screen.contains("outbox run --stay"), "{screen}");
    // Where another process sends, that one keeps the time.
    stage.wait(500);
    stage.keys("Esc");
    let other = OutboxEvent::Sender(SenderState::Other { pid: 4211 });
    stage.event(Event::Outbox(Box::new(other)));
    stage.keys("Ctrl-c");
    assert!(!stage.screen().contains("needs a sender then"));
}

/// From the keys to the record: it waits here, nothing leaves, and it is taken back.
#[tokio::test]
async fn a_message_with_a_time_waits_in_the_record_and_is_taken_back() {
    let mut desk = Harness::start(Options {
        settings: |settings| settings.grace_single = std::time::Duration::ZERO,
        ..Options::default()
    })
    .await;
    desk.find("city=London").await;
    desk.keys("Enter");
    desk.until_idle().await;
    desk.keys("t");
    desk.text("fitting");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.text("Tue 27 Oct");
    desk.keys("Esc w");
    desk.text("2090-12-01 09:00");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.keys("S");
    desk.until_idle().await;
    desk.assert_shows("started here Fri 1 Dec 2090 09:00");
    desk.assert_shows("it waits on this computer");
    desk.advance(400);
    desk.keys("1 Enter");
    let batch = desk
        .until_batch("it waits", |batch| batch.state == BatchState::Scheduled)
        .await;
    desk.until_idle().await;
    assert_eq!(batch.counts.queued, 1);
    desk.keys("4");
    desk.assert_shows("held here");
    assert_eq!(desk.platform.calls("/template").await, 0);
    desk.keys("C");
    desk.until_idle().await;
    desk.advance(400);
    desk.text("cancel");
    desk.keys("Enter");
    desk.until_batch("it is taken back", |batch| {
        batch.state == BatchState::Cancelled
    })
    .await;
    assert_eq!(desk.platform.calls("/template").await, 0);
}
