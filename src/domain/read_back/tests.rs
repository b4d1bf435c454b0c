//! What a conversation proves, and all that it does not.

use super::{Question, Reading, ids_in_answer, message_key, read_back};
use crate::domain::{BotTarget, ChatMessage, Direction, MessageKind};
use jiff::Timestamp;
use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};
use std::collections::HashSet;

const TEXT: &str = "Hello Ruth, our showroom closes at 17:00.";

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_760_000_000 + seconds).unwrap()
}

fn said(time: Option<Timestamp>, direction: Direction, text: &str) -> ChatMessage {
    ChatMessage {
        time,
        time_raw: time.map_or_else(String::new, |time| time.to_string()),
        direction,
        sender: "bot".to_owned(),
        kind: MessageKind::Text,
        type_raw: "TEXT".to_owned(),
        text: text.to_owned(),
        options: Vec::new(),
        media: None,
        user_id: "447700900266".to_owned(),
        raw: Value::Null,
    }
}

fn ours(seconds: i64) -> ChatMessage {
    said(Some(at(seconds)), Direction::Out, TEXT)
}

fn asked(started: i64, rivals: &[Timestamp]) -> Question<'_> {
    Question {
        ids: &[],
        text: Some(TEXT),
        started: Some(at(started)),
        rivals,
    }
}

/// What was read, in a word.
fn word(question: &Question<'_>, messages: &[ChatMessage]) -> &'static str {
    match read_back(question, messages, |_| false) {
        Reading::ById(..) => "id",
        Reading::ByText(_) => "text",
        Reading::Unclear(_) => "unclear",
        Reading::Nothing => "nothing",
    }
}

#[test]
fn one_equal_message_after_the_start_is_proof() {
    assert_eq!(word(&asked(0, &[]), &[ours(1)]), "text");
    let with_line_end = said(Some(at(1)), Direction::Out, &format!("{TEXT}\r\n"));
    assert_eq!(word(&asked(0, &[]), &[with_line_end]), "text");
}

#[rstest]
#[case::before_the_start(vec![ours(-1)])]
#[case::a_minute_before(vec![ours(-60)])]
#[case::much_later(vec![ours(15 * 60 + 1)])]
#[case::from_the_person(vec![said(Some(at(1)), Direction::In, TEXT)])]
#[case::a_note(vec![said(Some(at(1)), Direction::System, TEXT)])]
#[case::another_text(vec![said(Some(at(1)), Direction::Out, "Hello Ruth")])]
#[case::nothing_at_all(Vec::new())]
fn anything_else_proves_nothing(#[case] messages: Vec<ChatMessage>) {
    assert_eq!(word(&asked(0, &[]), &messages), "nothing");
}

#[rstest]
#[case::two_after_the_start(vec![ours(1), ours(61)])]
#[case::a_time_that_cannot_be_read(vec![ours(1), said(None, Direction::Out, TEXT)])]
fn what_cannot_be_told_apart_is_left_to_a_person(#[case] messages: Vec<ChatMessage>) {
    assert_eq!(word(&asked(0, &[]), &messages), "unclear");
}

#[test]
fn without_the_servers_clock_equal_words_are_no_proof() {
    let question = Question {
        started: None,
        ..asked(0, &[])
    };
    assert_eq!(word(&question, &[ours(1)]), "unclear");
    assert_eq!(word(&question, &[]), "nothing");
}

#[test]
fn words_that_are_not_known_match_nothing() {
    for text in [None, Some(""), Some(" \n")] {
        let question = Question {
            text,
            ..asked(0, &[])
        };
        let empty = said(Some(at(1)), Direction::Out, "");
        assert_eq!(word(&question, &[ours(1), empty]), "nothing");
    }
}

#[rstest]
// Sent a minute before and accepted: its own message is there, so the other one is ours.
#[case(60, &[0], vec![ours(0), ours(60)], "text")]
// The one message may be the late one of the other try.
#[case(60, &[0], vec![ours(60)], "unclear")]
// A try that began later may have made the message.
#[case(0, &[60], vec![ours(60)], "unclear")]
#[case(0, &[60], vec![ours(1)], "text")]
// Two tries before, one message before: one of them is not explained.
#[case(120, &[0, 60], vec![ours(0), ours(120)], "unclear")]
#[case(120, &[0, 60], vec![ours(0), ours(60), ours(120)], "text")]
// The message before the first try explains nothing.
#[case(120, &[60], vec![ours(0), ours(120)], "unclear")]
fn other_tries_must_be_explained_first(
    #[case] started: i64,
    #[case] rivals: &[i64],
    #[case] messages: Vec<ChatMessage>,
    #[case] expected: &str,
) {
    let rivals: Vec<Timestamp> = rivals.iter().map(|second| at(*second)).collect();
    assert_eq!(word(&asked(started, &rivals), &messages), expected);
}

#[test]
fn the_platforms_id_is_proof_whatever_the_words_and_the_clock() {
    let mut message = said(Some(at(-90)), Direction::Out, "other words");
    message.raw = json!({"message_id": "wamid.HBgMNDQ3NzAw"});
    let ids = ["wamid.HBgMNDQ3NzAw".to_owned()];
    let question = Question {
        ids: &ids,
        text: None,
        started: None,
        rivals: &[],
    };
    assert_eq!(word(&question, std::slice::from_ref(&message)), "id");
    let all_claimed = read_back(&question, std::slice::from_ref(&message), |_| true);
    assert_eq!(all_claimed, Reading::Nothing);
    message.raw = json!({"context": {"message_id": "wamid.HBgMNDQ3NzAw"}});
    assert_eq!(
        word(&question, &[message]),
        "nothing",
        "a quoted id is not its own"
    );
}

#[test]
fn ids_are_found_in_answers_that_were_cut() {
    let whole = r#"{"responseObject":{"message_id" : "wamid.ABCDEF12"},"status":{"co"#;
    assert_eq!(ids_in_answer(whole), ["wamid.ABCDEF12"]);
    for cut in [
        r#"{"message_id":"wamid.ABC"#,
        r#"{"message_id":"#,
        r#"{"message_id":12345678901}"#,
        r#"{"message_id":"short"}"#,
        r#"{"id":"447700900266"}"#,
        "<html>",
        "",
    ] {
        assert!(ids_in_answer(cut).is_empty(), "{cut}");
    }
}

fn target() -> BotTarget {
    BotTarget {
        base_url: "https://api.fern-and-oak.example".to_owned(),
        customer_id: "99001".to_owned(),
        bot_key: "00aa11bb22cc33dd".to_owned(),
    }
}

/// A try of ours: when it began, how late its message shows up, whether its outcome is unknown.
#[derive(Debug, Clone)]
struct Try {
    started: i64,
    shows_after: Option<i64>,
    unknown: bool,
}

fn any_try() -> impl Strategy<Value = Try> {
    let late = prop_oneof![
        2 => Just(None),
        4 => Just(Some(0i64)),
        2 => (0i64..900).prop_map(Some),
    ];
    (0i64..1200, late, any::<bool>()).prop_map(|(started, shows_after, unknown)| Try {
        started,
        shows_after,
        unknown,
    })
}

proptest! {
    /// Whoever is read back in whatever order: a proof is the message of that very try.
    #[test]
    fn a_proof_is_never_the_message_of_another_try(
        mut tries in prop::collection::vec(any_try(), 1..5),
        order in prop::collection::vec(any::<prop::sample::Index>(), 1..12),
    ) {
        // One try a second at most, so that each message has an owner.
        tries.sort_by_key(|one| one.started);
        tries.dedup_by_key(|one| one.started);
        let mut messages: Vec<(usize, ChatMessage)> = Vec::new();
        for (owner, one) in tries.iter().enumerate() {
            let late = one.shows_after.map(|late| one.started + late);
            if let Some(second) = late {
                let mut message = ours(second);
                // Two messages of one moment are still two.
                message.time_raw.push_str(&format!("#{owner}"));
                messages.push((owner, message));
            }
        }
        messages.sort_by_key(|(_, message)| message.time);
        let chat: Vec<ChatMessage> = messages.iter().map(|(_, message)| message.clone()).collect();
        let mut claimed = HashSet::new();
        let mut proven = HashSet::new();
        for index in order {
            let own = index.index(tries.len());
            if !tries[own].unknown || proven.contains(&own) {
                continue;
            }
            let rivals: Vec<Timestamp> = (0..tries.len())
                .filter(|other| *other != own && !proven.contains(other))
                .map(|other| at(tries[other].started))
                .collect();
            let question = asked(tries[own].started, &rivals);
            let key = |message: &ChatMessage| message_key(&target(), "447700900266", message);
            if let Reading::ByText(message) =
                read_back(&question, &chat, |message| claimed.contains(&key(message)))
            {
                let owner = messages.iter().find(|(_, known)| known == message).unwrap().0;
                prop_assert_eq!(owner, own);
                prop_assert!(claimed.insert(key(message)));
                proven.insert(own);
            }
        }
    }
}
