//! Compose, review, confirm by typing, send once; and everything that must not send.

use crate::support::harness::{Harness, Options};
use crate::support::keys::{held, press};
use alertdesk::app::Settings;
use alertdesk::contract::{Effect, OutboxCommand, PaneId, StoreRequest};
use alertdesk::domain::{BatchState, Guard};
use alertdesk::overlays::Overlay;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::time::Duration;

const SARA: &str = "447700900412";

fn at_once(settings: &mut Settings) {
    settings.grace_single = Duration::ZERO;
    settings.grace_list = Duration::ZERO;
    settings.grace_guarded = Duration::ZERO;
}

fn slowly(settings: &mut Settings) {
    settings.grace_single = Duration::from_secs(600);
    settings.grace_list = Duration::from_secs(600);
}

/// A desk with Sara's conversation and a filled template draft for her.
async fn draft_for_sara(options: Options) -> Harness {
    let mut desk = Harness::start(options).await;
    desk.find("city=London").await;
    desk.keys("Enter");
    desk.until_idle().await;
    desk.keys("t");
    desk.text("fitting");
    desk.assert_shows("fitting_slots              ");
    desk.keys("Enter");
    desk.until_idle().await;
    // Her name stands there already: the place is called so.
    desk.assert_shows("1 name    Sara Al-Mutairi");
    desk.text("Tue 27 Oct");
    desk.keys("Esc");
    desk.until_idle().await;
    desk
}

/// The review of that draft, past its quiet time.
async fn review(options: Options) -> Harness {
    let mut desk = draft_for_sara(options).await;
    desk.keys("S");
    desk.until_idle().await;
    desk.assert_shows("Review · ");
    desk.advance(400);
    desk
}

fn queued(desk: &Harness) -> usize {
    let is_queue = |effect: &&Effect| matches!(effect, Effect::Outbox(OutboxCommand::Queue { .. }));
    desk.effects.iter().filter(is_queue).count()
}

#[tokio::test]
async fn a_template_reaches_one_person_once() {
    let mut desk = draft_for_sara(Options {
        settings: at_once,
        ..Options::default()
    })
    .await;
    desk.assert_shows("\"phoneNumber\": \"+447700900412\"");
    desk.assert_shows("\"text\": \"Tue 27 Oct\"");
    desk.assert_shows("Authorization: Basic ••••••••");
    let key = desk.platform.known.api_key.clone();
    desk.assert_hides(&key);
    desk.keys("S");
    desk.until_idle().await;
    desk.assert_shows("1 person gets the template fitting_slots (en), in one call, now.");
    desk.assert_shows("Sara Al-Mutairi  +44 7700 900412");
    desk.assert_shows("same bytes as the preview");
    desk.advance(400);
    desk.keys("1 Enter Enter Enter");
    let batch = desk
        .until_batch("it is done", |batch| batch.state == BatchState::Done)
        .await;
    desk.until_idle().await;
    assert_eq!((batch.counts.planned, batch.counts.accepted), (1, 1));
    assert_eq!(queued(&desk), 1);
    assert_eq!(desk.platform.accepted().await.get(SARA), Some(&1));
    assert_eq!(desk.platform.calls("/template").await, 1);
    desk.assert_shows("1 accepted");
    assert!(desk.state.composer.draft.is_none());
    desk.keys("6");
    desk.assert_shows("accepted");
    assert!(
        !format!("{:?}", desk.state).contains(&key),
        "the key is nowhere in the state"
    );
}

#[tokio::test]
async fn what_is_typed_shows_at_once_in_the_exact_request() {
    let mut desk = draft_for_sara(Options::default()).await;
    let before = desk.screen();
    desk.keys("Enter ! Esc");
    desk.until_idle().await;
    assert_ne!(desk.screen(), before);
    desk.assert_shows("\"text\": \"Tue 27 Oct!\"");
}

#[tokio::test]
async fn a_wrong_number_does_nothing() {
    let mut desk = review(Options::default()).await;
    for wrong in ["Enter", "2 Enter", "1 1 Enter", "0 Enter", "x Enter"] {
        desk.keys("Backspace Backspace");
        desk.keys(wrong);
        desk.assert_shows("Enter does nothing yet: type 1");
    }
    desk.until_idle().await;
    assert_eq!(queued(&desk), 0);
    assert!(matches!(
        desk.state.overlays.last(),
        Some(Overlay::Review(_))
    ));
    desk.keys("Esc");
    assert!(
        desk.state.composer.draft.is_some(),
        "the draft is still there"
    );
    assert!(desk.platform.accepted().await.is_empty());
}

#[tokio::test]
async fn a_paste_a_held_key_and_an_early_key_never_confirm() {
    let mut desk = draft_for_sara(Options::default()).await;
    desk.keys("S");
    desk.until_idle().await;
    desk.advance(399);
    desk.keys("1 Enter");
    desk.assert_hides("› 1");
    desk.advance(1);
    desk.paste("1");
    desk.assert_shows("a paste is not taken here");
    desk.paste("1\n");
    let enter = KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE);
    desk.key(held(press('1')));
    desk.keys("Enter");
    desk.assert_shows("Enter does nothing yet");
    desk.keys("1");
    desk.key(held(enter));
    desk.until_idle().await;
    assert_eq!(queued(&desk), 0);
    desk.resize(100, 32);
    desk.keys("Enter");
    assert_eq!(
        queued(&desk),
        0,
        "after a resize the quiet time starts again"
    );
    for _ in 0..20 {
        desk.advance(40);
        desk.keys("Enter");
        assert_eq!(queued(&desk), 0, "held since before, and nobody says so");
    }
    desk.advance(400);
    desk.assert_shows("› 1");
    desk.keys("Enter");
    assert_eq!(queued(&desk), 1);
    desk.until_idle().await;
}

#[tokio::test]
async fn a_stop_in_its_grace_opens_the_draft_again_and_nothing_was_sent() {
    let mut desk = review(Options {
        settings: slowly,
        ..Options::default()
    })
    .await;
    desk.keys("1 Enter");
    desk.until_idle().await;
    desk.assert_shows("starts in 10 min 00 s");
    desk.assert_shows("u stops it");
    assert!(desk.state.composer.draft.is_none());
    desk.keys("4 Enter");
    desk.until_idle().await;
    desk.assert_shows("not sent");
    desk.keys("u");
    desk.until_idle().await;
    desk.assert_shows("Nothing was sent.");
    desk.assert_hides("starts in");
    assert_eq!(desk.state.focus, PaneId::Composer);
    desk.assert_shows("Tue 27 Oct");
    let (_, page) = desk.state.broadcasts.people.page.value().unwrap();
    assert_eq!(
        page.items[0].state.word(),
        "cancelled",
        "the open detail follows its batch"
    );
    assert!(desk.platform.accepted().await.is_empty());
    assert_eq!(desk.platform.calls("/template").await, 0);
    // The same draft can be sent after all, and then once.
    desk.keys("S");
    desk.until_idle().await;
    desk.advance(400);
    desk.keys("1 Enter");
    desk.until_idle().await;
    desk.keys("S");
    desk.until_batch("it is done", |batch| batch.state == BatchState::Done)
        .await;
    assert_eq!(desk.platform.accepted().await.get(SARA), Some(&1));
}

#[tokio::test]
async fn a_broadcast_reaches_the_marked_people_in_one_call() {
    let mut desk = Harness::start(Options {
        settings: at_once,
        ..Options::default()
    })
    .await;
    desk.find("city=London").await;
    desk.keys("Space Space Space :");
    desk.text("broadcast new");
    desk.keys("Enter");
    desk.assert_shows("3 people");
    desk.keys("j Enter");
    desk.text("Autumn opening hours");
    desk.keys("Tab");
    desk.text("From Monday we open at eight.");
    desk.keys("Enter");
    desk.text("Fern & Oak");
    desk.keys("Esc");
    desk.until_idle().await;
    desk.keys("S");
    desk.until_idle().await;
    desk.assert_shows("3 people get the broadcast");
    desk.advance(400);
    desk.keys("1 Enter");
    desk.assert_shows("Enter does nothing yet: type 3");
    desk.keys("Backspace 3 Enter");
    let batch = desk
        .until_batch("it is done", |batch| batch.state == BatchState::Done)
        .await;
    assert_eq!((batch.counts.planned, batch.counts.accepted), (3, 3));
    let list = desk.platform.inspect("broadcasts").await;
    assert_eq!(list.as_array().unwrap().len(), 1, "{list}");
    assert!(
        desk.platform
            .accepted()
            .await
            .values()
            .all(|count| *count == 1)
    );
}

#[tokio::test]
async fn a_flow_starts_for_one_person_with_its_attributes() {
    let mut desk = Harness::start(Options {
        settings: at_once,
        ..Options::default()
    })
    .await;
    desk.keys(":");
    desk.text("flow callback_offer");
    desk.keys("Enter Esc g j Enter");
    desk.text("+44 7700 900118");
    desk.keys("Tab");
    desk.text("88213");
    desk.keys("Tab");
    desk.text("morning");
    desk.keys("Esc");
    desk.until_idle().await;
    desk.assert_shows("88213");
    desk.keys("S");
    desk.until_idle().await;
    desk.assert_shows("The flow callback_offer starts for 1 person, now.");
    desk.advance(400);
    desk.keys("1 Enter");
    desk.until_batch("it is done", |batch| batch.state == BatchState::Done)
        .await;
    let flows = desk.platform.inspect("flows").await;
    assert_eq!(flows.as_array().unwrap().len(), 1, "{flows}");
    assert_eq!(desk.platform.accepted().await.get("447700900118"), Some(&1));
}

#[tokio::test]
async fn real_customers_ask_for_the_last_four_digits() {
    let mut desk = review(Options {
        profile: |profile| profile.guard = Guard::Production,
        settings: slowly,
        ..Options::default()
    })
    .await;
    desk.assert_shows("[PRODUCTION]");
    desk.assert_shows("last four digits");
    desk.keys("1 Enter");
    desk.assert_shows("Enter does nothing yet: type 0412");
    desk.keys("Backspace 0 4 1 2 Enter");
    desk.until_idle().await;
    assert_eq!(queued(&desk), 1);
    desk.assert_shows("starts in");
}

#[tokio::test]
async fn a_read_only_profile_refuses_to_review_and_says_why() {
    let mut desk = draft_for_sara(Options {
        profile: |profile| profile.read_only = true,
        ..Options::default()
    })
    .await;
    desk.keys("S");
    desk.until_idle().await;
    desk.assert_shows("review: this profile is read-only; P changes it");
    assert!(desk.state.overlays.is_empty());
    assert_eq!(queued(&desk), 0);
    desk.keys("?");
    desk.assert_shows("this profile is read-only");
}

#[tokio::test]
async fn leaving_asks_while_something_waits_to_start() {
    let mut desk = review(Options {
        settings: slowly,
        ..Options::default()
    })
    .await;
    desk.keys("1 Enter");
    desk.until_idle().await;
    desk.keys("Ctrl-c");
    desk.assert_shows("Quit while work is running?");
    desk.advance(400);
    desk.keys("Enter");
    assert!(!desk.left);
    desk.text("quit");
    desk.keys("Esc");
    desk.assert_hides("Quit while work is running?");
    desk.keys("Ctrl-c");
    desk.advance(400);
    desk.text("quit");
    desk.keys("Enter");
    assert!(desk.left);
    desk.until_idle().await;
    assert!(desk.platform.accepted().await.is_empty());
}

#[tokio::test]
async fn leaving_keeps_the_draft_and_asks_nothing_else() {
    let mut desk = draft_for_sara(Options::default()).await;
    desk.keys("Ctrl-c");
    assert!(desk.left);
    let kept = desk.effects.iter().rev().find_map(|effect| match effect {
        Effect::Store(StoreRequest::SaveDraft { text, .. }) => Some(text.clone()),
        _ => None,
    });
    assert!(kept.is_some_and(|text| text.contains("Tue 27 Oct")));
}

#[tokio::test]
async fn an_editor_writes_into_the_field() {
    let mut desk = draft_for_sara(Options::default()).await;
    desk.editor_writes = "Wed 28 Oct".to_owned();
    desk.keys("E");
    desk.until_idle().await;
    desk.assert_shows("\"text\": \"Wed 28 Oct\"");
}
