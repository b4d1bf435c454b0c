//! Reads one page of a conversation: oldest first, exact repeats dropped, nothing else lost.

use super::super::envelope::Envelope;
use super::super::json::{plain_text, text_at};
use super::failure::{successful, unreadable};
use super::{markup, media, time};
use crate::contract::{ApiError, ConversationPage};
use crate::domain::{ChatMessage, Direction, MessageKind};
use jiff::Timestamp;
use serde_json::Value;

const LIST_KEYS: [&str; 3] = ["conversations", "messages", "data"];

/// Reads the answer to a conversation call.
///
/// # Errors
/// The platform's refusal, or an answer in which no list of messages can be found.
pub fn conversation_page(status: u16, body: &[u8]) -> Result<ConversationPage, ApiError> {
    let envelope = successful(status, body)?;
    let Some(entries) = list(&envelope) else {
        let empty = envelope.status_code.is_some()
            && matches!(envelope.response_object, None | Some(Value::Null));
        return if empty {
            Ok(page(&[]))
        } else {
            Err(unreadable(status, "it holds no list of messages"))
        };
    };
    let usable = entries.iter().any(Value::is_object);
    if !entries.is_empty() && !usable {
        return Err(unreadable(status, "its list holds no messages"));
    }
    Ok(page(entries))
}

fn list(envelope: &Envelope) -> Option<&[Value]> {
    let top = &envelope.top;
    // Some hosts put the whole answer into one more layer.
    let layers = [
        Some(top),
        envelope.response_object.as_ref(),
        top.get("body"),
        top.get("details"),
    ];
    layers.into_iter().flatten().find_map(|layer| {
        layer.as_array().map(Vec::as_slice).or_else(|| {
            LIST_KEYS
                .iter()
                .find_map(|key| layer.get(key)?.as_array())
                .map(Vec::as_slice)
        })
    })
}

fn page(entries: &[Value]) -> ConversationPage {
    let messages = entries
        .iter()
        .filter(|entry| entry.is_object())
        .map(message)
        .collect();
    ConversationPage {
        messages: without_repeats(in_order(messages)),
        received: entries.len(),
    }
}

/// Puts the messages of two pages together: oldest first, exact repeats dropped. For paging over a
/// list that grows while it is read.
pub fn merge_page(known: Vec<ChatMessage>, more: Vec<ChatMessage>) -> Vec<ChatMessage> {
    let mut all = more;
    all.extend(known);
    without_repeats(in_order(all))
}

fn message(raw: &Value) -> ChatMessage {
    let time_value = ["timestamp", "time", "created_at"]
        .iter()
        .find_map(|key| raw.get(key));
    let type_raw = text_at(raw, &["message_type", "messageType", "type"]).unwrap_or_default();
    let kind_word = type_raw.trim().to_uppercase();
    let sender = text_at(raw, &["sender"]).unwrap_or_default();
    let response = ["response", "text"]
        .iter()
        .filter_map(|key| raw.get(key))
        .find(|value| !value.is_null());
    let text = response.map(whole_text).unwrap_or_default();
    let is_note = kind_word == "AGENT_PARTICIPATION_STATUS";
    let direction = if is_note {
        Direction::System
    } else if sender.trim().eq_ignore_ascii_case("user") {
        Direction::In
    } else {
        Direction::Out
    };
    let mut message = ChatMessage {
        time: time_value.and_then(time::message_time),
        time_raw: time_value.and_then(plain_text).unwrap_or_default(),
        direction,
        sender,
        kind: MessageKind::Unknown,
        type_raw,
        text,
        options: Vec::new(),
        media: None,
        user_id: text_at(raw, &["user_id", "userId"]).unwrap_or_default(),
        raw: raw.clone(),
    };
    fill_kind(&mut message, &kind_word, response);
    message
}

fn fill_kind(message: &mut ChatMessage, kind_word: &str, response: Option<&Value>) {
    match kind_word {
        "AGENT_PARTICIPATION_STATUS" => {
            message.kind = MessageKind::System;
            message.text = note_text(response, &message.text);
        }
        "OPTIONS" => {
            message.kind = MessageKind::Options;
            message.options = markup::choices(&message.text);
        }
        word if media::is_media_type(word) || media::has_file(&message.raw) => {
            let found = media::find(&message.raw, word, &message.text);
            message.kind = MessageKind::Media;
            message.text = found.caption;
            message.media = Some(found.media);
        }
        "TEXT" | "" => message.kind = MessageKind::Text,
        _ => message.kind = MessageKind::Unknown,
    }
}

/// A note is JSON inside a text, with markup inside that.
fn note_text(response: Option<&Value>, text: &str) -> String {
    let parsed: Option<Value> = serde_json::from_str(text).ok();
    let object = parsed.as_ref().or(response);
    let inner = object.and_then(|object| {
        text_at(
            object,
            &[
                "PARTICIPATION_MESSAGE",
                "participation_message",
                "participationMessage",
                "message",
            ],
        )
    });
    markup::without_tags(inner.as_deref().unwrap_or(text))
}

fn whole_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
            other.to_string()
        }
    }
}

/// Oldest first. A message whose time cannot be read stays beside the one it came after; at the
/// head of the list, beside the one it came before.
fn in_order(mut messages: Vec<ChatMessage>) -> Vec<ChatMessage> {
    let mut known = messages.iter().filter_map(|message| message.time);
    let first = known.next();
    if let (Some(first), Some(last)) = (first, known.next_back())
        && first > last
    {
        // A list that came newest first also has its ties and its unknown times that way round.
        messages.reverse();
    }
    let mut near = messages.iter().find_map(|message| message.time);
    let mut keyed: Vec<(Option<Timestamp>, ChatMessage)> = messages
        .into_iter()
        .map(|message| {
            near = message.time.or(near);
            (near, message)
        })
        .collect();
    keyed.sort_by_key(|(time, _)| *time);
    keyed.into_iter().map(|(_, message)| message).collect()
}

/// Drops exact repeats. Without a time nobody can tell a repeat from a second message.
fn without_repeats(messages: Vec<ChatMessage>) -> Vec<ChatMessage> {
    let mut seen = std::collections::HashSet::new();
    let fresh: Vec<bool> = messages
        .iter()
        .map(|message| {
            let response = message
                .raw
                .get("response")
                .or_else(|| message.raw.get("text"));
            let response = response.map(whole_text);
            message.time_raw.is_empty() || seen.insert((message.identity(), response))
        })
        .collect();
    messages
        .into_iter()
        .zip(fresh)
        .filter_map(|(message, fresh)| fresh.then_some(message))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{conversation_page, merge_page};
    use crate::contract::ErrorKind;
    use crate::domain::{Direction, MessageKind};
    use proptest::proptest;
    use serde_json::{Value, json};

    fn entry(time: &Value, text: &str) -> Value {
        json!({"timestamp": time, "sender": "user", "message_type": "TEXT", "response": text})
    }

    fn texts(body: &Value) -> Vec<String> {
        let page = conversation_page(200, body.to_string().as_bytes()).unwrap();
        page.messages
            .into_iter()
            .map(|message| message.text)
            .collect()
    }

    #[test]
    fn unknown_times_stay_beside_their_neighbours() {
        let day = |time: &str| json!(format!("2026/08/12 {time}+0000"));
        let body = json!({"messages": [
            entry(&json!(null), "head"), entry(&day("09:02:00"), "two"),
            entry(&day("09:01:00"), "one"), entry(&json!("?"), "after one"),
            entry(&day("09:03:00"), "three"),
        ]});
        assert_eq!(texts(&body), ["one", "after one", "head", "two", "three"]);
    }

    #[test]
    fn a_list_that_came_newest_first_is_turned_round_with_its_ties() {
        let day = |time: &str| json!(format!("2026/08/12 {time}+0000"));
        let body = json!([
            entry(&day("09:02:00"), "four"),
            entry(&day("09:01:00"), "three"),
            entry(&day("09:01:00"), "two"),
            entry(&json!("?"), "unknown"),
            entry(&day("09:00:00"), "one"),
        ]);
        assert_eq!(texts(&body), ["one", "unknown", "two", "three", "four"]);
    }

    #[test]
    fn equal_texts_without_a_time_are_both_kept() {
        let body = json!([entry(&json!(null), "x"), entry(&json!(null), "x")]);
        assert_eq!(texts(&body), ["x", "x"]);
    }

    #[test]
    fn pages_that_overlap_are_put_together_once() {
        let day = |minute: u8| json!(format!("2026/08/12 09:{minute:02}:00+0000"));
        let page = |minutes: [u8; 2]| {
            let list: Vec<Value> = minutes.iter().map(|m| entry(&day(*m), "x")).collect();
            let body = json!({ "conversations": list }).to_string();
            conversation_page(200, body.as_bytes()).unwrap().messages
        };
        let all = merge_page(page([2, 3]), page([1, 2]));
        let times: Vec<&str> = all.iter().map(|m| m.time_raw.as_str()).collect();
        assert_eq!(times.len(), 3);
        assert!(times.is_sorted());
    }

    #[test]
    fn unknown_types_and_senders_are_kept_as_they_are() {
        let body = json!([{"sender": "Mira", "message_type": "LOCATION", "response": {"lat": 1}}]);
        let page = conversation_page(200, body.to_string().as_bytes()).unwrap();
        let message = &page.messages[0];
        assert_eq!(message.kind, MessageKind::Unknown);
        assert_eq!(message.direction, Direction::Out);
        assert_eq!(message.text, r#"{"lat":1}"#);
        assert_eq!(message.type_raw, "LOCATION");
    }

    #[test]
    fn what_is_no_list_is_an_error_and_not_an_empty_list() {
        for body in [
            "{}",
            "true",
            "[1,2]",
            r#"{"responseObject":true}"#,
            "",
            "<html>",
        ] {
            let error = conversation_page(200, body.as_bytes()).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Unreadable, "{body}");
        }
        let null = br#"{"responseObject":null,"status":{"code":1000}}"#;
        assert_eq!(conversation_page(200, null).unwrap().received, 0);
    }

    proptest! {
        #[test]
        fn no_entry_breaks_the_reader(text in "\\PC{0,40}", kind in "[A-Z_]{0,12}", time in "\\PC{0,30}") {
            let body = json!([{"timestamp": time, "message_type": kind, "response": text, "file": text}]);
            let page = conversation_page(200, body.to_string().as_bytes()).unwrap();
            assert_eq!(page.messages.len(), 1);
        }
    }
}
