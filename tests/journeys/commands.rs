//! The line after `:`, the palette, help, profiles: what is there, what is not and why.

use crate::support::harness::{Harness, Options};
use alertdesk::contract::{Effect, OutboxCommand, PaneId};
use alertdesk::domain::Guard;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use rstest::rstest;

#[rstest]
#[case("fnd city=London", "there is no command `fnd`; did you mean `find`?")]
#[case("tempalte x", "did you mean `template`?")]
#[case("find London", "find takes NAME=VALUE")]
#[case(
    "template winter_hour",
    "there is no template `winter_hour`; did you mean `winter_hours`?"
)]
#[case("flow nothing", "there is no flow `nothing` in the registry")]
#[case("batch 99", "there is no batch #99")]
#[case("rate fast", "rate takes messages a minute")]
#[case("rate 0", "rate takes at least 1")]
#[case("ctx demoo", "there is no profile `demoo`; did you mean `demo`?")]
#[case("ro maybe", "ro takes on or off")]
#[case("open 12", "open takes a number with country code")]
#[case("pause", "no batch is under the cursor")]
#[tokio::test]
async fn a_slip_is_named_and_what_was_typed_stays(#[case] typed: &str, #[case] answer: &str) {
    let mut desk = Harness::start(Options {
        sends: false,
        size: (140, 40),
        ..Options::default()
    })
    .await;
    desk.keys(":");
    desk.text(typed);
    desk.keys("Enter");
    desk.assert_shows(answer);
    desk.assert_shows(typed);
    desk.keys("Esc");
    assert!(desk.state.command.is_none());
    assert_eq!(
        desk.platform
            .inspect("requests")
            .await
            .as_array()
            .unwrap()
            .len(),
        0
    );
}

#[tokio::test]
async fn commands_reach_what_keys_reach() {
    let mut desk = Harness::start(Options::default()).await;
    desk.keys(":");
    desk.text("find city=London");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.assert_shows("24 found");
    desk.keys(":");
    desk.text("open Arjun Mehta");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.assert_shows("2 Conversation · Arjun Mehta");
    desk.keys(":");
    desk.text("template winter_hours");
    desk.keys("Enter");
    desk.until_idle().await;
    assert_eq!(desk.state.focus, PaneId::Composer);
    desk.assert_shows("winter_hours");
    desk.keys("Esc :");
    desk.text("quit");
    desk.keys("Enter");
    assert!(desk.left);
}

#[tokio::test]
async fn help_lists_what_is_impossible_with_its_reason() {
    let mut desk = Harness::start(Options {
        size: (120, 60),
        ..Options::default()
    })
    .await;
    desk.keys("?");
    desk.assert_shows("nothing is in its grace time");
    desk.assert_shows("no result is unknown");
    desk.assert_shows("go to the Activity pane");
    desk.keys("Esc u");
    desk.assert_shows("undo: nothing is in its grace time");
}

#[tokio::test]
async fn the_palette_finds_people_templates_and_actions() {
    let mut desk = Harness::start(Options::default()).await;
    desk.find("city=London").await;
    desk.keys("Ctrl-p");
    desk.text("arjun");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.assert_shows("2 Conversation · Arjun Mehta");
    desk.keys("Ctrl-p");
    desk.text("invoice");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.assert_shows("invoice_ready");
    desk.keys("Esc Ctrl-p");
    desk.text("unknown results");
    desk.keys("Enter");
    desk.assert_shows("no result is unknown");
}

fn real(profile: &mut alertdesk::domain::Profile) {
    profile.name = "real".to_owned();
    profile.guard = Guard::Production;
}

#[tokio::test]
async fn real_customers_are_reached_only_after_their_name_was_typed() {
    let mut desk = Harness::start(Options {
        others: vec![real],
        ..Options::default()
    })
    .await;
    desk.find("city=London").await;
    desk.keys("P");
    desk.text("real");
    desk.keys("Enter");
    desk.assert_shows("Profile · real [PRODUCTION]");
    desk.advance(400);
    desk.keys("Enter");
    assert_eq!(desk.state.profile.name, "demo");
    desk.text("real");
    desk.keys("Enter");
    desk.until_idle().await;
    assert_eq!(desk.state.profile.name, "real");
    desk.assert_shows("real [PRODUCTION]");
    desk.assert_hides("24 found");
    assert!(!desk.state.library.templates.is_empty());
    desk.keys(":");
    desk.text("ctx demo");
    desk.keys("Enter");
    desk.until_idle().await;
    assert_eq!(desk.state.profile.name, "demo", "leaving asks nothing");
}

#[tokio::test]
async fn a_draft_survives_a_change_of_profile() {
    let mut desk = Harness::start(Options {
        others: vec![|profile| "second".clone_into(&mut profile.name)],
        ..Options::default()
    })
    .await;
    desk.keys(":");
    desk.text("template fitting_slots");
    desk.keys("Enter Esc g j Enter");
    desk.text("+44 7700 900118");
    desk.keys("Esc");
    desk.until_idle().await;
    desk.keys(":");
    desk.text("ctx second");
    desk.keys("Enter");
    desk.until_idle().await;
    assert_eq!(desk.state.profile.name, "second");
    let draft = desk.state.composer.draft.as_ref();
    assert!(draft.is_some_and(|draft| draft.recipients() == ["+44 7700 900118"]));
}

/// Enter, Tab and letters from many places, without the number: nothing is ever queued. Digits
/// are left out, as they are what confirms.
#[tokio::test]
async fn no_row_of_keys_without_the_number_ever_sends() {
    let mut desk = Harness::start(Options::default()).await;
    desk.find("city=London").await;
    let enter = KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE);
    let mut random = fastrand::Rng::with_seed(20_261_022);
    for round in 0..60 {
        if round % 6 == 0 {
            desk.keys("Esc Esc Esc Esc Esc 1 t");
            desk.text("winter");
            desk.keys("Enter Esc");
            desk.until_idle().await;
            desk.keys("S");
            desk.until_idle().await;
        }
        desk.advance(random.i64(0..900));
        for _ in 0..40 {
            match random.u8(0..8) {
                0..=2 => desk.key(enter),
                3 => desk.keys("Tab"),
                4 => desk.keys("Space"),
                5 => desk.keys("S"),
                _ => {
                    let letter = random.alphabetic();
                    // What leaves the program ends the journey, it does not send.
                    if !matches!(letter, 'q' | 'E') {
                        desk.key(crate::support::keys::press(letter));
                    }
                }
            }
        }
        desk.until_idle().await;
        let queued = desk
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Outbox(OutboxCommand::Queue { .. })));
        assert!(!queued, "round {round}:\n{}", desk.screen());
    }
    assert!(desk.platform.accepted().await.is_empty());
    assert!(desk.state.broadcasts.batches.is_empty());
}
