//! Marks in a conversation: they stay with their messages whatever happens, are gone to and copied
//! together, and leave when somebody takes them away.

use crate::support::harness::{Harness, Options};
use crate::support::stage::{Stage, message};
use alertdesk::contract::{Effect, Event, PaneId};
use alertdesk::domain::Direction;

const SARA: &str = "447700900412";
const SIZES: [(u16, u16); 4] = [(40, 12), (80, 24), (120, 40), (200, 60)];

/// The texts of the marked messages.
fn marked(desk: &Harness) -> Vec<String> {
    let marks = desk.state.conversation.marked().iter();
    marks.map(|mark| mark.message.text.clone()).collect()
}

fn under_cursor(desk: &Harness) -> String {
    let chat = desk.state.conversation.chat.as_ref().unwrap();
    chat.messages[desk.state.conversation.cursor].text.clone()
}

#[tokio::test]
async fn marks_stay_with_their_messages_whatever_arrives() {
    let mut desk = Harness::start(Options {
        messages: 1200,
        ..Options::default()
    })
    .await;
    desk.find("city=London").await;
    desk.keys("Enter");
    desk.until_idle().await;
    desk.keys("Space k k Space");
    let texts = [
        "I am at work until noon. My neighbour Asha can open the door, she wrote this to me:",
        "Is that possible?",
    ];
    assert_eq!(marked(&desk), texts);
    desk.assert_shows("2 marked · 500 loaded");
    desk.assert_shows("◆Sara      ‹ Is that possible?");
    // Older pages, a customer who writes, a refresh, a jump to another part and back.
    desk.keys("K");
    desk.until_idle().await;
    desk.platform.customer_writes(SARA, "And the ladder?").await;
    desk.keys("r");
    desk.until_idle().await;
    assert_eq!(marked(&desk), texts);
    desk.keys("G");
    desk.assert_shows("◆Sara      ‹ Is that possible?");
    desk.keys("{");
    assert_eq!(under_cursor(&desk), texts[1]);
    desk.keys("\"");
    assert_eq!(under_cursor(&desk), texts[0]);
    desk.keys("'");
    assert_eq!(under_cursor(&desk), texts[1]);
    desk.keys("}");
    assert_eq!(
        under_cursor(&desk),
        texts[0],
        "after the last it begins anew"
    );
    // Another conversation has marks of its own, and the old ones wait.
    desk.keys("1 j Enter");
    desk.until_idle().await;
    assert_eq!(marked(&desk), [""; 0]);
    desk.assert_hides("marked ·");
    desk.keys("1 k Enter");
    desk.until_idle().await;
    assert_eq!(marked(&desk), texts);
}

#[tokio::test]
async fn a_mark_that_is_not_loaded_any_more_is_gone_to_all_the_same() {
    let mut desk = Harness::start(Options {
        messages: 1200,
        ..Options::default()
    })
    .await;
    desk.find("city=London").await;
    desk.keys("Enter");
    desk.until_idle().await;
    while !desk.state.conversation.chat.as_ref().unwrap().is_whole() {
        desk.keys("K");
        desk.until_idle().await;
    }
    desk.keys("g Space");
    desk.until_idle().await;
    let oldest = marked(&desk);
    // Opened anew the conversation shows its end; the beginning is in the local copy.
    desk.keys("1 j Enter");
    desk.until_idle().await;
    desk.keys("1 k Enter");
    desk.until_idle().await;
    assert_eq!(desk.state.conversation.len(), 500);
    desk.keys("{");
    desk.until_idle().await;
    assert_eq!(under_cursor(&desk), oldest[0]);
    assert_eq!(desk.state.conversation.cursor, 0);
    desk.assert_shows("◆");
}

/// A stage whose conversation has these messages, the cursor on the last.
fn reading() -> Stage {
    let mut stage = Stage::furnished(120, 40);
    let mut messages = vec![
        message(60 * 20, Direction::Out, "How is the table?"),
        message(
            60 * 19,
            Direction::In,
            "One leg is cracked.\nIt stands all the same.",
        ),
        message(30, Direction::System, "Meera joined the conversation"),
        message(20, Direction::Out, "A new leg leaves tomorrow."),
        message(10, Direction::In, "Thank you 🙏"),
    ];
    messages[3].sender = "Meera".to_owned();
    stage.keys("1 j Enter");
    stage.answer_page(messages);
    stage
}

fn copied(stage: &Stage) -> Option<&str> {
    stage.effects.iter().rev().find_map(|effect| match effect {
        Effect::Copy(text) => Some(text.as_str()),
        _ => None,
    })
}

#[test]
fn what_is_marked_is_copied_together_in_the_order_of_the_conversation() {
    let mut stage = reading();
    stage.keys("y");
    assert_eq!(
        copied(&stage),
        Some("Thank you 🙏"),
        "without marks the one under the cursor"
    );
    stage.keys("Space k Space k Space k Space y");
    let expected = "2026-10-21 15:47 Arjun Mehta: One leg is cracked.\nIt stands all the same.\n\
                    2026-10-22 10:17 note: Meera joined the conversation\n\
                    2026-10-22 10:27 Meera: A new leg leaves tomorrow.\n\
                    2026-10-22 10:37 Arjun Mehta: Thank you 🙏";
    assert_eq!(copied(&stage), Some(expected));
    assert!(
        stage.screen().contains("Copied: 4 marked messages"),
        "{}",
        stage.screen()
    );
    stage.keys("Space");
    stage.keys("j Space Y");
    let raw: serde_json::Value = serde_json::from_str(copied(&stage).unwrap()).unwrap();
    let expected = serde_json::json!([
        { "text": "A new leg leaves tomorrow." },
        { "text": "Thank you 🙏" },
    ]);
    assert_eq!(raw, expected);
    let said = "Copied: JSON of 2 marked messages";
    assert!(stage.screen().contains(said), "{}", stage.screen());
}

#[test]
fn esc_takes_marks_away_last_of_all_and_never_a_draft() {
    let mut stage = reading();
    stage.keys("t");
    stage.text("order");
    stage.keys("Enter Esc 2 Space z /");
    stage.text("leg");
    stage.keys("Enter");
    let draft = stage.state.composer.draft.clone();
    assert!(draft.is_some(), "{}", stage.screen());
    let marks = |stage: &Stage| stage.state.conversation.marked().len();
    // The search, then the zoom, then the marks; and there it ends.
    stage.keys("Esc");
    assert!(stage.state.conversation.find.is_none() && stage.state.zoomed);
    stage.keys("Esc");
    assert!(!stage.state.zoomed);
    assert_eq!(marks(&stage), 1);
    stage.keys("Esc");
    assert_eq!(marks(&stage), 0);
    assert!(
        stage.screen().contains("1 mark taken away."),
        "{}",
        stage.screen()
    );
    stage.keys("Esc Esc Esc");
    assert_eq!(stage.state.focus, PaneId::Conversation);
    assert!(!stage.effects.contains(&Effect::Quit));
    assert_eq!(stage.state.composer.draft, draft);
}

#[test]
fn marks_that_are_not_possible_say_why() {
    let mut stage = reading();
    stage.keys("}");
    let none = "no message is marked: Space marks one";
    assert!(stage.screen().contains(none), "{}", stage.screen());
    stage.keys("4 Space");
    let elsewhere = "only people and messages can be marked";
    assert!(stage.screen().contains(elsewhere), "{}", stage.screen());
    let mut empty = Stage::new(120, 40);
    empty.keys("2 Space");
    assert!(
        empty.screen().contains("no message is here"),
        "{}",
        empty.screen()
    );
    // Marks of the conversation are not in the way of other panes.
    stage.keys("2 Space 1 q q");
    assert!(stage.effects.contains(&Effect::Quit), "{}", stage.screen());
}

fn keep(name: &str, stage: &Stage) {
    let (width, height) = stage.state.size;
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let name = format!("{name}__{width}x{height}");
    settings.bind(|| insta::assert_snapshot!(name, stage.screen()));
}

#[test]
fn marks_in_every_size() {
    let mut stage = reading();
    stage.keys("Space k Space k k Space j");
    for (width, height) in SIZES {
        stage.event(Event::Resized(width, height));
        keep("conversation__marked", &stage);
    }
}
