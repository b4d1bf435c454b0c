//! Find people, open a conversation, read back to its beginning, look for a word.

use crate::support::harness::{Harness, Options};
use crate::support::stage::{Stage, chat};
use alertdesk::app::sight;
use alertdesk::contract::{
    Above, CachedAnswer, CachedPart, CallOutcome, Event, PaneId, Slice, StorageEvent, TimerId,
};
use alertdesk::domain::ChatMessage;
use std::collections::HashSet;
use std::time::Duration;

const SARA: &str = "447700900412";

#[tokio::test]
async fn people_are_found_and_a_conversation_opens_at_its_end() {
    let mut desk = Harness::start(Options::default()).await;
    desk.assert_shows("Find people by an attribute");
    desk.keys("/ c i t y = L o n d o n Enter");
    desk.until_idle().await;
    desk.assert_shows("24 found");
    desk.assert_shows("Sara Al-Mutairi");
    desk.keys("Enter");
    desk.until_idle().await;
    assert_eq!(desk.state.focus, PaneId::Conversation);
    desk.assert_shows("2 Conversation · Sara Al-Mutairi …0412");
    desk.assert_shows("Is that possible?");
    desk.assert_shows("at the end");
    desk.assert_shows("[ Fine ]  [ Change the day ]");
    desk.assert_shows("▣ picture  table-leg.jpg");
    desk.assert_shows("Meera joined the conversation");
    assert_eq!(desk.platform.calls("/users").await, 1);
    assert_eq!(desk.platform.calls("/conversations").await, 1);
}

#[tokio::test]
async fn typing_without_an_equals_sign_filters_the_list() {
    let mut desk = Harness::start(Options::default()).await;
    desk.find("city=London").await;
    desk.keys("/ Ctrl-u");
    desk.text("arj");
    desk.assert_shows("1 of 24 found");
    desk.assert_shows("Arjun Mehta");
    desk.assert_hides("Tom Okafor");
    desk.keys("Enter Esc");
    desk.assert_shows("Tom Okafor");
    assert_eq!(
        desk.platform.calls("/users").await,
        1,
        "a filter asks nobody"
    );
}

#[tokio::test]
async fn an_attribute_used_before_is_completed_and_recalled() {
    let mut desk = Harness::start(Options::default()).await;
    desk.find("city=London").await;
    desk.keys("/ Ctrl-u c i Tab");
    assert_eq!(desk.state.users.search.text(), "city=");
    desk.keys("Ctrl-u Up");
    assert_eq!(desk.state.users.search.text(), "city=London");
    desk.keys("Esc");
    desk.find("city=Nowhere").await;
    desk.assert_shows("Nobody has city=Nowhere");
}

/// Texts of the conversation's rows with the row they stand on, day lines left out.
fn rows(desk: &Harness) -> Vec<(usize, String)> {
    let visible = desk.state.conversation.visible.iter().enumerate();
    let chat = desk.state.conversation.chat.as_ref().unwrap();
    visible
        .map(|(row, line)| {
            let message = &chat.messages[line.message];
            (row, format!("{} {}", message.time_raw, message.text))
        })
        .collect()
}

/// What tells a message from every other one.
fn name_of(message: &ChatMessage) -> String {
    format!("{:?}", message.identity())
}

/// The names of the messages in memory, which are in order and each there once.
fn loaded(desk: &Harness) -> HashSet<String> {
    let chat = desk.state.conversation.chat.as_ref().unwrap();
    assert!(chat.messages.is_sorted_by_key(|one| one.time));
    let names: HashSet<String> = chat.messages.iter().map(name_of).collect();
    assert_eq!(names.len(), chat.messages.len());
    names
}

fn under_cursor(desk: &Harness) -> String {
    let pane = &desk.state.conversation;
    name_of(&pane.chat.as_ref().unwrap().messages[pane.cursor])
}

#[tokio::test]
async fn every_message_can_be_reached_and_older_pages_move_nothing() {
    let mut desk = Harness::start(Options {
        messages: 3000,
        ..Options::default()
    })
    .await;
    desk.find("city=London").await;
    desk.keys("Enter");
    desk.until_idle().await;
    let mut met = loaded(&desk);
    while desk.state.conversation.chat.as_ref().unwrap().above != Above::Nothing {
        let before = met.len();
        desk.keys("g");
        let (seen, cursor) = (rows(&desk), under_cursor(&desk));
        desk.until_idle().await;
        assert_eq!(rows(&desk), seen, "what is read has moved");
        assert_eq!(under_cursor(&desk), cursor);
        met.extend(loaded(&desk));
        assert!(met.len() > before, "no end:\n{}", desk.screen());
    }
    assert_eq!(met.len(), 3000);
    desk.keys("g");
    desk.until_idle().await;
    assert_eq!(desk.state.conversation.top.message, 0);
    desk.keys("G");
    desk.until_idle().await;
    desk.assert_shows("at the end");
}

#[tokio::test]
async fn a_word_is_found_in_the_conversation_and_n_goes_to_older_ones() {
    let mut desk = Harness::start(Options::default()).await;
    desk.find("city=London").await;
    desk.keys("Enter");
    desk.until_idle().await;
    desk.keys("/");
    desk.text("oak table");
    desk.keys("Enter");
    let find = desk.state.conversation.find.clone().unwrap();
    assert!(!find.matches.is_empty(), "{}", desk.screen());
    let first = desk.state.conversation.cursor;
    assert!(find.matches.contains(&first));
    desk.assert_shows("My oak table came");
    desk.keys("Esc /");
    desk.text("the");
    desk.keys("Enter");
    let last = desk.state.conversation.cursor;
    desk.keys("n");
    assert!(desk.state.conversation.cursor < last);
    desk.keys("N");
    assert_eq!(desk.state.conversation.cursor, last);
    desk.keys("Esc");
    assert!(desk.state.conversation.find.is_none());
    desk.keys("/");
    desk.text("zzzz");
    desk.keys("Enter n");
    desk.assert_shows("nothing in the loaded messages has it");
}

#[tokio::test]
async fn a_customer_who_writes_meanwhile_moves_nothing_for_a_reader() {
    let mut desk = Harness::start(Options::default()).await;
    desk.find("city=London").await;
    desk.keys("Enter");
    desk.until_idle().await;
    desk.keys("PageUp PageUp");
    let before = rows(&desk);
    let user = desk.platform.known.busiest_user.clone();
    desk.platform
        .customer_writes(&user, "One more thing about the ladder.")
        .await;
    desk.keys("r");
    desk.until_idle().await;
    assert_eq!(rows(&desk), before);
    desk.assert_shows("1 new");
    desk.keys("G");
    desk.assert_shows("One more thing about the ladder.");
    assert_eq!(desk.state.focus, PaneId::Conversation);
}

#[tokio::test]
async fn the_answer_for_one_person_never_shows_under_another() {
    let mut desk = Harness::start(Options {
        faults: "conversations:delay=300@#1".to_owned(),
        ..Options::default()
    })
    .await;
    desk.find("city=London").await;
    desk.keys("Enter 1 j Enter");
    desk.until_idle().await;
    let chat = desk.state.conversation.chat.as_ref().unwrap();
    assert_eq!(chat.user.name.as_deref(), Some("Arjun Mehta"));
    assert!(chat.messages.iter().all(|one| !one.text.contains("Sara")));
    desk.assert_hides("Is that possible?");
}

#[tokio::test]
async fn a_platform_that_never_answers_holds_up_nobody_who_types() {
    let mut desk = Harness::start(Options {
        faults: "reads:hang".to_owned(),
        answer_timeout: Duration::from_secs(600),
        ..Options::default()
    })
    .await;
    desk.keys("/ c i t y = x Enter");
    desk.advance(1000);
    desk.assert_shows("looking");
    // The search stands there to be replaced: whoever types means a new one.
    desk.keys("/");
    desk.text("abc");
    desk.assert_shows("/ abc");
    desk.keys("Esc ? Esc 4 :");
    desk.text("open +44 7700 900118");
    desk.assert_shows("open +44 7700 900118");
    desk.keys("Enter");
    assert_eq!(desk.state.focus, PaneId::Conversation);
    desk.advance(1000);
    desk.keys("Esc");
    let chat = desk.state.conversation.chat.as_ref().unwrap();
    assert!(
        chat.newest.loading_since().is_none(),
        "Esc stops the waiting"
    );
    desk.keys("1 Esc");
    assert!(desk.state.users.users.loading_since().is_none());
    desk.assert_shows("Stopped looking for city=x. r looks again.");
    // Nothing that a person gave up may go on asking behind the screen.
    desk.until_idle().await;
    desk.keys("r");
    assert!(desk.state.users.users.loading_since().is_some());
    desk.keys("q");
    assert!(desk.left, "what loads keeps nobody here");
}

#[tokio::test]
async fn what_customers_write_shows_by_itself_and_moves_nothing() {
    let mut desk = Harness::start(Options::default()).await;
    desk.find("city=London").await;
    desk.keys("Enter");
    desk.until_idle().await;
    desk.keys("Ctrl-u");
    let seen = rows(&desk);
    desk.platform
        .customer_writes(SARA, "One more thing about the leg")
        .await;
    desk.advance(2000);
    desk.until_idle().await;
    assert_eq!(rows(&desk), seen, "what is read has moved");
    desk.assert_shows("1 new ↓ G");
    desk.assert_hides("One more thing");
    desk.keys("G");
    desk.assert_shows("One more thing about the leg");
}

#[tokio::test]
async fn a_conversation_read_before_shows_at_once_and_stays_when_the_platform_is_gone() {
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
    let all = desk.state.conversation.len();
    let last = rows(&desk);
    desk.keys("1 j Enter");
    desk.until_idle().await;
    desk.platform.faults("conversations:status=500").await;
    let calls = desk.platform.calls("/conversations").await;
    desk.keys("1 k Enter");
    desk.until_idle().await;
    assert_eq!(rows(&desk), last, "the same end as before");
    desk.assert_shows("✗ as of");
    // Everything that was read once can be read again without the platform.
    desk.keys("g");
    desk.until_idle().await;
    let chat = desk.state.conversation.chat.as_ref().unwrap();
    assert_eq!(chat.above, Above::Nothing);
    assert_eq!(desk.state.conversation.cursor, 0);
    for _ in 0..all {
        desk.keys("PageDown");
        desk.until_idle().await;
        if !desk.state.conversation.chat.as_ref().unwrap().below
            && desk.state.conversation.cursor + 1 == desk.state.conversation.len()
        {
            break;
        }
    }
    let chat = desk.state.conversation.chat.as_ref().unwrap();
    assert_eq!(chat.messages.len(), all);
    let messages = &chat.messages;
    assert!(messages.is_sorted_by_key(|message| message.time));
    let asked = desk.platform.calls("/conversations").await - calls;
    assert_eq!(asked, 1, "only the refresh that failed");
}

#[tokio::test]
async fn a_match_beyond_what_is_loaded_is_found_in_the_local_copy() {
    let mut desk = Harness::start(Options {
        messages: 1500,
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
    let chat = desk.state.conversation.chat.as_ref().unwrap();
    let text = chat.messages[3].text.clone();
    let oldest = chat
        .messages
        .iter()
        .position(|message| message.text.contains(&text));
    assert!(oldest.is_some_and(|index| index <= 3));
    desk.keys("1 j Enter");
    desk.until_idle().await;
    desk.keys("1 k Enter");
    desk.until_idle().await;
    assert_eq!(desk.state.conversation.len(), 500);
    desk.keys("/");
    desk.paste(&text);
    desk.keys("Enter");
    let loaded = desk.state.conversation.find.as_ref().unwrap().matches.len();
    for _ in 0..=loaded {
        desk.keys("n");
        desk.until_idle().await;
    }
    let chat = desk.state.conversation.chat.as_ref().unwrap();
    let cursor = &chat.messages[desk.state.conversation.cursor];
    assert!(cursor.text.contains(&text), "{cursor:?}");
    assert!(chat.below, "the found part is not the end any more");
    desk.keys("G");
    desk.until_idle().await;
    desk.assert_shows("at the end");
}

#[tokio::test]
async fn a_whole_conversation_is_fetched_on_demand_and_esc_stops_it() {
    let mut desk = Harness::start(Options {
        messages: 2600,
        ..Options::default()
    })
    .await;
    desk.find("city=London").await;
    desk.keys("Enter");
    desk.until_idle().await;
    desk.keys("A");
    desk.assert_shows("fetched");
    desk.keys("Esc");
    desk.assert_shows("Stopped. What was fetched stays");
    desk.until_idle().await;
    desk.keys("A");
    desk.until_idle().await;
    let count = alertdesk::text::format::count(2600);
    desk.assert_shows(&format!("✓ All of …0412 is here: {count} messages."));
    let calls = desk.platform.calls("/conversations").await;
    desk.keys("g");
    desk.until_idle().await;
    let chat = desk.state.conversation.chat.as_ref().unwrap();
    assert_eq!(chat.above, Above::Nothing);
    assert_eq!(
        desk.platform.calls("/conversations").await,
        calls,
        "all of it is here"
    );
    desk.platform.faults("conversations:status=500").await;
    desk.keys("A");
    desk.until_idle().await;
    desk.assert_shows("A goes on with it.");
}

#[tokio::test]
async fn the_calls_of_a_fetch_are_one_line_that_counts_and_what_failed_stands_apart() {
    let mut desk = Harness::start(Options {
        messages: 2600,
        ..Options::default()
    })
    .await;
    desk.find("city=London").await;
    desk.keys("Enter");
    desk.until_idle().await;
    let calls = desk.platform.calls("/conversations").await;
    let (lines, total) = {
        let activity = &desk.state.activity;
        (activity.records.len(), activity.total)
    };
    desk.keys("A");
    desk.until_idle().await;
    let asked = desk.platform.calls("/conversations").await - calls;
    assert!(asked > 4, "{asked}");
    let activity = &desk.state.activity;
    assert_eq!(activity.total - total, asked, "every call is counted");
    assert_eq!(activity.records.len(), lines + 1, "on one line");
    let line = &activity.records[0];
    assert_eq!(line.title(), format!("conversation …0412, {asked} calls"));
    assert_eq!(
        (line.http_status, line.outcome),
        (Some(200), CallOutcome::Done)
    );
    assert!(!line.duration.is_zero());
    desk.keys("6 g Enter");
    desk.assert_shows(&format!("{asked} calls of one fetch brought"));
    desk.keys("Esc 2");
    desk.platform.faults("conversations:status=500").await;
    desk.keys("A");
    desk.until_idle().await;
    let activity = &desk.state.activity;
    assert_eq!(activity.records.len(), lines + 2);
    let failed = &activity.records[0];
    assert_eq!(
        (failed.http_status, failed.outcome),
        (Some(500), CallOutcome::Failed)
    );
    assert_eq!(
        (failed.title().as_str(), activity.errors),
        ("conversation …0412", 1)
    );
    // A look for what is new is a call like any other.
    desk.platform.faults("").await;
    let before = desk.state.activity.records.len();
    desk.advance(60_000);
    desk.until_idle().await;
    assert_eq!(desk.state.activity.records.len(), before + 1);
}

#[tokio::test]
async fn a_platform_that_counts_pages_from_zero_loses_no_message() {
    let mut desk = Harness::start(Options {
        messages: 1700,
        faults: "conversations:page-base-0".to_owned(),
        ..Options::default()
    })
    .await;
    desk.find("city=London").await;
    desk.keys("Enter");
    desk.until_idle().await;
    desk.assert_shows("Is that possible?");
    desk.keys("A");
    desk.until_idle().await;
    let count = alertdesk::text::format::count(1700);
    desk.assert_shows(&format!("is here: {count} messages."));
}

#[tokio::test]
async fn the_library_is_there_from_the_first_key_on() {
    for _ in 0..40 {
        let desk = Harness::start(Options::default()).await;
        assert!(
            !desk.state.library.templates.is_empty(),
            "{:?}",
            desk.toasts()
        );
    }
}

/// The text of the Conversation pane without its frame, where the thumb and the count are.
fn text_of_chat(stage: &Stage) -> Vec<String> {
    let lines = stage.state.conversation.visible.iter();
    lines
        .map(|line| {
            let spans = line.line.spans.0.iter();
            spans.map(|span| span.text.as_str()).collect()
        })
        .collect()
}

#[test]
fn what_is_read_on_ahead_moves_nothing_and_what_shows_is_drawn() {
    let mut stage = Stage::furnished(120, 40);
    stage.keys("2");
    let all = chat(400);
    let (older, loaded) = all.split_at(200);
    stage.state.conversation.chat.as_mut().unwrap().above = Above::Cached;
    stage.state.conversation.show(
        Slice {
            messages: loaded.to_vec(),
            above: Above::Cached,
            below: false,
        },
        None,
    );
    let user = stage
        .state
        .conversation
        .chat
        .as_ref()
        .unwrap()
        .user
        .channel_user_id
        .clone();
    let arrives = |messages: &[ChatMessage]| {
        let slice = Slice {
            messages: messages.to_vec(),
            above: Above::Nothing,
            below: false,
        };
        let part = CachedPart::Older(slice);
        let user = user.clone();
        Event::Storage(Box::new(StorageEvent::Conversation(Box::new(
            CachedAnswer { user, part },
        ))))
    };
    stage.keys("PageUp PageUp");
    let event = arrives(&older[100..]);
    assert!(sight::is_out_of_sight(&stage.state, &event));
    let before = text_of_chat(&stage);
    stage.event(event);
    assert_eq!(text_of_chat(&stage), before);
    // At the oldest loaded message the reader waits for just this.
    stage.keys("g");
    let event = arrives(&older[..100]);
    assert!(!sight::is_out_of_sight(&stage.state, &event));
    // A spinner's timer that nobody waits for any more draws nothing either.
    let timer = Event::Timer(TimerId::Spinner);
    assert!(sight::is_out_of_sight(&stage.state, &timer));
    let now = stage.state.now.timestamp();
    stage
        .state
        .conversation
        .chat
        .as_mut()
        .unwrap()
        .older
        .start(now);
    assert!(!sight::is_out_of_sight(&stage.state, &timer));
}
