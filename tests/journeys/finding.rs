//! Finding again: over all conversations, by date, by combined searches, by name; and what staff
//! leave for each other.

use crate::support::harness::{Harness, Options};
use alertdesk::contract::PaneId;

const SARA: &str = "447700900412";

async fn read_sara() -> Harness {
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
    desk
}

fn command(desk: &mut Harness, text: &str) {
    desk.keys(":");
    desk.paste(text);
    desk.keys("Enter");
}

fn cursor_text(desk: &Harness) -> String {
    let chat = desk.state.conversation.chat.as_ref().unwrap();
    chat.messages[desk.state.conversation.cursor].text.clone()
}

#[tokio::test]
async fn a_word_is_found_in_all_conversations_and_opens_at_the_message() {
    let mut desk = read_sara().await;
    desk.platform
        .customer_writes(SARA, "The parcel number is zq88213")
        .await;
    desk.keys("r");
    desk.until_idle().await;
    for number in 0..3 {
        let text = format!("filler {number}");
        desk.platform.customer_writes(SARA, &text).await;
    }
    desk.keys("1 j Enter");
    desk.until_idle().await;
    // Parts of a word are found too.
    command(&mut desk, "search q882");
    desk.until_idle().await;
    desk.assert_shows("1 message with q882");
    desk.assert_shows("The parcel number is zq88213");
    desk.keys("Enter");
    desk.until_idle().await;
    let chat = desk.state.conversation.chat.as_ref().unwrap();
    assert_eq!(chat.user.channel_user_id, SARA);
    assert_eq!(cursor_text(&desk), "The parcel number is zq88213");
    command(&mut desk, "search nobody wrote this");
    desk.until_idle().await;
    desk.assert_shows("Nobody wrote nobody wrote this");
}

#[tokio::test]
async fn a_date_is_gone_to() {
    let mut desk = read_sara().await;
    let chat = desk.state.conversation.chat.as_ref().unwrap();
    let zone = desk.state.now.time_zone().clone();
    let day = chat.messages[700]
        .time
        .unwrap()
        .to_zoned(zone.clone())
        .date();
    command(&mut desk, &format!("goto {day}"));
    desk.until_idle().await;
    let chat = desk.state.conversation.chat.as_ref().unwrap();
    let at = chat.messages[desk.state.conversation.cursor].time.unwrap();
    assert!(at.to_zoned(zone).date() >= day);
    assert!(chat.messages.len() <= 1500);
    command(&mut desk, "goto never");
    let refusal = desk
        .state
        .command
        .as_ref()
        .and_then(|line| line.refusal.clone());
    assert!(
        refusal.is_some(),
        "a sentence with examples stays in the line"
    );
}

#[tokio::test]
async fn sets_are_combined_here_because_the_platform_knows_one_attribute_at_a_time() {
    let mut desk = Harness::start(Options::default()).await;
    desk.find("city=London").await;
    let london = desk.state.users.rows().len();
    let name = desk.state.users.rows()[0]
        .user
        .attributes
        .keys()
        .find(|key| *key != "city");
    let name = name.expect("people have several attributes").clone();
    let value = desk.state.users.rows()[0].user.attribute(&name).unwrap();
    let having = desk
        .state
        .users
        .rows()
        .iter()
        .filter(|row| row.user.attribute(&name).as_deref() == Some(value.as_str()))
        .count();
    command(&mut desk, &format!("and {name}={value}"));
    desk.until_idle().await;
    assert_eq!(desk.state.users.rows().len(), having);
    desk.assert_shows(&format!("city=London and {name}="));
    desk.find("city=London").await;
    command(&mut desk, &format!("not {name}={value}"));
    desk.until_idle().await;
    assert_eq!(desk.state.users.rows().len(), london - having);
    command(&mut desk, "or city=London");
    desk.until_idle().await;
    assert_eq!(desk.state.users.rows().len(), london, "everybody once");
}

#[tokio::test]
async fn a_search_kept_under_a_name_and_people_opened_before_are_in_the_palette() {
    let mut desk = Harness::start(Options::default()).await;
    desk.find("city=London").await;
    command(&mut desk, "save the capital");
    desk.until_idle().await;
    desk.keys("Enter");
    desk.until_idle().await;
    desk.keys("Ctrl-p");
    desk.text("the capital");
    desk.assert_shows("the capital  city=London");
    desk.keys("Enter");
    desk.until_idle().await;
    assert_eq!(desk.state.focus, PaneId::Users);
    assert_eq!(desk.state.users.rows().len(), 24);
}

#[tokio::test]
async fn notes_and_labels_wait_for_whoever_opens_the_conversation_next() {
    let mut desk = read_sara().await;
    command(&mut desk, "note Call back after 15:00, Meera knows why");
    desk.until_idle().await;
    command(&mut desk, "label vip, claim");
    desk.until_idle().await;
    desk.keys("1 j Enter");
    desk.until_idle().await;
    desk.assert_hides("Call back after");
    desk.keys("1 k Enter");
    desk.until_idle().await;
    desk.assert_shows("# [claim] [vip] Call back after 15:00, Meera knows why");
    command(&mut desk, "note");
    command(&mut desk, "label");
    desk.until_idle().await;
    desk.assert_hides("# [claim]");
}

#[tokio::test]
async fn a_conversation_at_a_glance_and_a_person_in_full() {
    let mut desk = read_sara().await;
    desk.keys("c");
    desk.until_idle().await;
    desk.assert_shows("Sara Al-Mutairi · last 30 days");
    desk.assert_shows("‹ customer");
    desk.assert_shows("answered, half within");
    desk.keys("Esc 1 x");
    desk.assert_shows("channel user id");
    desk.assert_shows("Attributes");
    desk.assert_shows(SARA);
}
