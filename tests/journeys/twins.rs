//! The same to the same person again: shown before it is confirmed, left out unless somebody types
//! why, and no key that is held, pressed twice or pasted decides anything.

use crate::scenery::{with_batches, with_review};
use crate::screens::{keep_sizes, keep_stage};
use crate::support::harness::{Harness, Options};
use crate::support::keys::{held, press};
use crate::support::stage::Stage;
use alertdesk::app::Settings;
use alertdesk::contract::{Effect, Event, OutboxCommand};
use alertdesk::domain::{BatchState, FoundTwins};
use alertdesk::overlays::Overlay;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::sync::Arc;
use std::time::Duration;

const BEN: &str = "447700900118";
const SARA: &str = "447700900412";

fn at_once(settings: &mut Settings) {
    settings.grace_single = Duration::ZERO;
    settings.grace_list = Duration::ZERO;
    settings.grace_guarded = Duration::ZERO;
}

/// Writes a flow draft for these people.
async fn callback(desk: &mut Harness, people: &str) {
    desk.keys(":");
    desk.text("flow callback_offer");
    desk.keys("Enter Esc g j Enter");
    desk.text(people);
    desk.keys("Tab");
    desk.text("88213");
    desk.keys("Tab");
    desk.text("morning");
    desk.keys("Esc");
    desk.until_idle().await;
}

/// Asks for the review of the draft, and waits until it listens.
async fn review(desk: &mut Harness) {
    desk.keys("S");
    desk.until_idle().await;
    desk.advance(400);
}

async fn first_time() -> Harness {
    let mut desk = Harness::start(Options {
        settings: at_once,
        ..Options::default()
    })
    .await;
    callback(&mut desk, "+44 7700 900118").await;
    desk.resize(200, 60);
    desk.assert_shows("✓ no twin in 10 min");
    desk.resize(120, 40);
    review(&mut desk).await;
    desk.assert_shows("no twin of this plan in 10 min");
    desk.keys("1 Enter");
    desk.until_batch("it is done", |batch| batch.state == BatchState::Done)
        .await;
    desk.until_idle().await;
    desk
}

#[tokio::test]
async fn everybody_has_it_already_and_a_typed_reason_sends_it_again() {
    let mut desk = first_time().await;
    callback(&mut desk, "+44 7700 900118").await;
    // What would leave is shown all the same; the review is where it is decided.
    desk.assert_shows("88213");
    desk.assert_shows("! 1 of 1 already triggered at ");
    desk.assert_hides("Cannot be built");
    review(&mut desk).await;
    desk.assert_shows("1 of 1 already triggered at ");
    desk.assert_shows("Type a reason to override.");
    desk.keys("Enter");
    desk.assert_shows("Enter does nothing yet: say why");
    desk.paste("because");
    desk.assert_shows("a paste is not taken here");
    desk.keys("Enter");
    assert!(matches!(
        desk.state.overlays.last(),
        Some(Overlay::Confirm(_))
    ));
    desk.text("the line broke");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.assert_shows("they get it again, because: the line broke");
    // The review is a dialog of its own: its quiet time and its number count again.
    desk.keys("1 Enter");
    assert!(matches!(
        desk.state.overlays.last(),
        Some(Overlay::Review(_))
    ));
    desk.advance(400);
    desk.keys("1 Enter");
    desk.until_batch("both are done", |batch| {
        batch.id.0 == 2 && batch.state == BatchState::Done
    })
    .await;
    assert_eq!(desk.platform.accepted().await.get(BEN), Some(&2));
}

#[tokio::test]
async fn some_have_it_already_and_are_left_out() {
    let mut desk = first_time().await;
    callback(&mut desk, "+44 7700 900118, +44 7700 900412").await;
    review(&mut desk).await;
    desk.assert_shows("1 of 2 already triggered at ");
    desk.assert_shows("left out");
    desk.assert_shows("Ctrl-o override");
    desk.keys("1 Enter");
    desk.until_batch("the rest is done", |batch| {
        batch.id.0 == 2 && batch.state == BatchState::Done
    })
    .await;
    let accepted = desk.platform.accepted().await;
    assert_eq!(
        (accepted.get(BEN), accepted.get(SARA)),
        (Some(&1), Some(&1))
    );
}

#[tokio::test]
async fn the_review_can_be_widened_to_those_who_have_it_and_only_for_this_once() {
    let mut desk = first_time().await;
    callback(&mut desk, "+44 7700 900118, +44 7700 900412").await;
    review(&mut desk).await;
    desk.keys("Ctrl-o");
    desk.assert_shows("They have it already");
    desk.advance(400);
    desk.text("asked on the phone");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.assert_shows("The flow callback_offer starts for 2 people");
    desk.assert_hides("Ctrl-o override");
    // Going back and reviewing anew asks again.
    desk.advance(400);
    desk.keys("Esc");
    desk.keys("S");
    desk.until_idle().await;
    desk.assert_shows("Ctrl-o override");
    assert_eq!(desk.platform.accepted().await.get(BEN), Some(&1));
}

/// Dialogs that decide, each just opened.
fn deciding() -> Vec<Stage> {
    let question = |key: &str| {
        let mut stage = Stage::furnished(120, 40);
        with_batches(&mut stage);
        stage.keys(&format!("4 {key}"));
        assert!(
            matches!(stage.state.overlays.last(), Some(Overlay::Confirm(_))),
            "{}",
            stage.screen()
        );
        stage
    };
    vec![question("C"), question("R"), with_review(120, 40)]
}

fn decided(stage: &Stage) -> usize {
    let decides = |effect: &&Effect| {
        matches!(
            effect,
            Effect::Outbox(
                OutboxCommand::Queue { .. }
                    | OutboxCommand::Resume { .. }
                    | OutboxCommand::Cancel(_)
            )
        )
    };
    stage.effects.iter().filter(decides).count()
}

#[test]
fn no_dialog_decides_by_early_held_or_pasted_keys_nor_twice() {
    let enter = KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE);
    for mut stage in deciding() {
        let wanted = match stage.state.overlays.last() {
            Some(Overlay::Confirm(question)) => question.wanted.clone(),
            Some(Overlay::Review(review)) => review.wanted(),
            _ => panic!("{}", stage.screen()),
        };
        stage.wait(399);
        stage.text(&wanted);
        stage.keys("Enter");
        assert_eq!(decided(&stage), 0, "early: {}", stage.screen());
        stage.wait(1);
        stage.event(Event::Paste(wanted.clone()));
        stage.wait(150);
        stage.keys("Enter");
        stage.event(Event::Paste(format!("{wanted}\n")));
        for letter in wanted.chars() {
            stage.key(held(press(letter)));
        }
        stage.wait(150);
        stage.keys("Enter");
        assert_eq!(decided(&stage), 0, "pasted or held: {}", stage.screen());
        stage.text(&wanted);
        stage.key(held(enter));
        assert_eq!(decided(&stage), 0, "a held Enter: {}", stage.screen());
        stage.wait(150);
        stage.keys("Enter");
        assert_eq!(decided(&stage), 1, "{}", stage.screen());
        for _ in 0..5 {
            stage.wait(150);
            stage.keys("Enter");
        }
        assert_eq!(decided(&stage), 1, "a second Enter has nothing to consume");
    }
}

/// The review of the stage as if the record had said this.
fn reviewed(width: u16, height: u16, people: u64, sentence: &str) -> Stage {
    let mut stage = with_review(width, height);
    let Some(Overlay::Review(review)) = stage.state.overlays.last_mut() else {
        panic!("no review");
    };
    let plan = Arc::make_mut(&mut review.plan);
    plan.once.found = Some(FoundTwins {
        people,
        sentence: sentence.to_owned(),
    });
    if people > 0 {
        plan.notes.push(format!("{sentence}: left out."));
    } else {
        let note = "1 person got fitting_slots in the last 7 days: Sara Al-Mutairi …0412.";
        plan.notes.push(note.to_owned());
    }
    stage
}

#[test]
fn pictures_of_twins() {
    let none = reviewed(120, 40, 0, "");
    keep_sizes("review__no_twin", &none);
    let mut some = reviewed(120, 40, 3, "3 of 40 already accepted at 11:03");
    keep_sizes("review__twins", &some);
    some.wait(400);
    some.keys("Ctrl-o");
    keep_sizes("confirm__override", &some);
    some.wait(400);
    some.keys("o k Enter");
    keep_stage("confirm__override_too_short", &some);
}
