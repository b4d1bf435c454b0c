//! Marked messages: kept by what they are and not by where they stand, so that a mark stays with
//! its message whatever is loaded, refreshed or dropped meanwhile. They stay until somebody takes
//! them away or the program ends. Nothing here draws or copies anything itself.

use super::state::State;
use crate::domain::{ChatMessage, Direction, MediaKind, MessageKind};
use crate::text::format;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// A marked message.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// When it was written; where that cannot be read, when its neighbour was.
    pub at: Timestamp,
    /// The message itself: it can leave memory while it is marked.
    pub message: ChatMessage,
}

/// The marks of every conversation, by the person.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Marks(BTreeMap<String, Vec<Mark>>);

/// Where a jump leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// To a loaded message.
    Loaded(usize),
    /// To a moment that is not loaded.
    Elsewhere(Timestamp),
}

impl State {
    /// The marks of the open conversation, oldest message first.
    pub fn marked(&self) -> &[Mark] {
        let user = self.chat.as_ref().map(|chat| &chat.user.channel_user_id);
        let marks = user.and_then(|user| self.marks.0.get(user));
        marks.map_or(&[], Vec::as_slice)
    }

    /// Whether a loaded message is marked.
    pub fn is_marked(&self, index: usize) -> bool {
        let messages = self.chat.as_ref().map(|chat| &chat.messages);
        let Some(message) = messages.and_then(|messages| messages.get(index)) else {
            return false;
        };
        let same = |mark: &Mark| mark.message.identity() == message.identity();
        self.marked().iter().any(same)
    }

    /// Marks or unmarks the message under the cursor.
    pub fn toggle_mark(&mut self) {
        let Some(chat) = &self.chat else { return };
        let Some(message) = chat.messages.get(self.cursor).cloned() else {
            return;
        };
        let at = self.moment(self.cursor);
        let user = chat.user.channel_user_id.clone();
        let before = |mark: &Mark| self.compare(mark, self.cursor) == Ordering::Less;
        let place = self.marked().iter().filter(|mark| before(mark)).count();
        let marks = self.marks.0.entry(user).or_default();
        let same = |mark: &Mark| mark.message.identity() == message.identity();
        match marks.iter().position(same) {
            Some(known) => {
                marks.remove(known);
            }
            None => marks.insert(place, Mark { at, message }),
        }
    }

    /// Takes away the marks of the open conversation. Says how many there were.
    pub fn clear_marks(&mut self) -> usize {
        let Some(chat) = &self.chat else { return 0 };
        let marks = self.marks.0.remove(&chat.user.channel_user_id);
        marks.map_or(0, |marks| marks.len())
    }

    /// The marked message after or before the cursor; at the last one it begins anew.
    pub(super) fn next_mark(&self, wanted: Ordering) -> Option<Place> {
        let marks = self.marked();
        let mut beyond = marks
            .iter()
            .filter(|mark| self.compare(mark, self.cursor) == wanted);
        let mark = if wanted == Ordering::Greater {
            beyond.next().or(marks.first())
        } else {
            beyond.next_back().or(marks.last())
        };
        mark.map(|mark| match self.loaded(mark) {
            Some(index) => Place::Loaded(index),
            None => Place::Elsewhere(mark.at),
        })
    }

    fn loaded(&self, mark: &Mark) -> Option<usize> {
        let messages = &self.chat.as_ref()?.messages;
        let same = |one: &ChatMessage| one.identity() == mark.message.identity();
        messages.iter().position(same)
    }

    /// Where a mark stands, seen from a loaded message.
    fn compare(&self, mark: &Mark, index: usize) -> Ordering {
        match self.loaded(mark) {
            Some(at) => at.cmp(&index),
            None => mark.at.cmp(&self.moment(index)).then(Ordering::Less),
        }
    }

    /// When a loaded message was written, or the nearest before it whose time can be read.
    fn moment(&self, index: usize) -> Timestamp {
        let messages = self.chat.as_ref().map(|chat| chat.messages.as_slice());
        let until = messages.and_then(|messages| messages.get(..=index));
        let known = until
            .unwrap_or_default()
            .iter()
            .rev()
            .find_map(|one| one.time);
        known.unwrap_or(Timestamp::MIN)
    }

    /// The marked messages as text, one after the other, with time and speaker.
    pub(super) fn marked_text(&self, now: &Zoned) -> String {
        let Some(chat) = &self.chat else {
            return String::new();
        };
        let person = match chat.user.name.as_deref().map(str::trim) {
            Some(name) if !name.is_empty() => name.to_owned(),
            _ => format::last_four(&chat.user.channel_user_id),
        };
        let lines = self.marked().iter().map(|mark| {
            let message = &mark.message;
            let time = written_at(message, now.time_zone());
            format!("{time} {}: {}", speaker(message, &person), said(message))
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The marked messages as the platform sent them: one list.
    pub(super) fn marked_json(&self) -> Option<String> {
        let raw: Vec<&serde_json::Value> =
            self.marked().iter().map(|mark| &mark.message.raw).collect();
        serde_json::to_string(&raw).ok()
    }
}

/// The day and the minute; a copied text is read on other days and on other screens.
fn written_at(message: &ChatMessage, zone: &TimeZone) -> String {
    match message.time {
        Some(time) => time
            .to_zoned(zone.clone())
            .strftime("%Y-%m-%d %H:%M")
            .to_string(),
        None if message.time_raw.is_empty() => "no time".to_owned(),
        None => message.time_raw.clone(),
    }
}

fn speaker<'a>(message: &'a ChatMessage, person: &'a str) -> &'a str {
    match message.direction {
        Direction::In => person,
        Direction::Out if message.sender.is_empty() => "bot",
        Direction::Out => &message.sender,
        Direction::System => "note",
    }
}

/// What the message says; of a file its kind and name.
fn said(message: &ChatMessage) -> String {
    let Some(media) = message
        .media
        .as_ref()
        .filter(|_| message.kind == MessageKind::Media)
    else {
        return message.text.clone();
    };
    let word = match media.kind {
        MediaKind::Image => "picture",
        MediaKind::Video => "video",
        MediaKind::Audio => "voice",
        MediaKind::Document => "file",
    };
    let name = media.name.as_deref().unwrap_or_default();
    let file = format!("[{word} {name}").trim_end().to_owned();
    format!("{file}] {}", message.text).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Ordering, Place, State};
    use crate::contract::{Above, ConversationPage, Slice};
    use crate::domain::{ChatMessage, Direction, MessageKind, User};
    use jiff::Timestamp;
    use proptest::prelude::*;

    fn moment(number: i64) -> Timestamp {
        Timestamp::from_second(1_760_000_000 + number).unwrap()
    }

    /// Every third message has no readable time; two of the others share one.
    fn message(number: i64) -> ChatMessage {
        let time = (number % 3 != 2).then(|| moment(number - number % 3));
        ChatMessage {
            time,
            time_raw: time.map_or_else(|| "soon".to_owned(), |time| time.to_string()),
            direction: Direction::In,
            sender: "user".to_owned(),
            kind: MessageKind::Text,
            type_raw: "TEXT".to_owned(),
            text: number.to_string(),
            options: Vec::new(),
            media: None,
            user_id: "447700900412".to_owned(),
            raw: serde_json::json!({ "response": number.to_string() }),
        }
    }

    fn opened(numbers: std::ops::Range<i64>) -> State {
        let mut state = State::default();
        state.open(User::unknown("447700900412"), moment(0));
        let messages: Vec<ChatMessage> = numbers.map(message).collect();
        let received = messages.len();
        let page = ConversationPage { messages, received };
        state.newest_arrived(page, 500, moment(0));
        state
    }

    fn marked(state: &State) -> Vec<i64> {
        let marks = state.marked().iter();
        marks
            .map(|mark| mark.message.text.parse().unwrap())
            .collect()
    }

    #[test]
    fn marks_of_a_conversation_wait_until_it_is_open_again() {
        let mut state = opened(0..9);
        state.cursor = 3;
        state.toggle_mark();
        state.open(User::unknown("447700900118"), moment(0));
        assert_eq!(state.marked(), []);
        state.open(User::unknown("447700900412"), moment(0));
        assert_eq!(marked(&state), [3]);
        assert_eq!(state.clear_marks(), 1);
        assert_eq!(state.clear_marks(), 0);
    }

    #[test]
    fn a_mark_that_is_not_loaded_any_more_is_copied_and_can_be_gone_to() {
        let mut state = opened(100..140);
        state.cursor = 10;
        state.toggle_mark();
        let slice = Slice {
            messages: (0..30).map(message).collect(),
            above: Above::Nothing,
            below: true,
        };
        state.show(slice, Some(4));
        state.toggle_mark();
        assert_eq!(marked(&state), [4, 110]);
        let json = state.marked_json().unwrap();
        assert_eq!(json, r#"[{"response":"4"},{"response":"110"}]"#);
        let next = state.next_mark(Ordering::Greater);
        assert_eq!(next, Some(Place::Elsewhere(moment(108))));
        assert_eq!(state.next_mark(Ordering::Less), next, "it begins anew");
    }

    proptest! {
        #[test]
        fn marks_are_in_the_order_of_the_conversation_whatever_is_marked_first(
            places in prop::collection::vec(0_usize..60, 0..40),
        ) {
            let mut state = opened(0..60);
            let mut expected = std::collections::BTreeSet::new();
            for place in places {
                state.cursor = place;
                state.toggle_mark();
                let number = i64::try_from(place).unwrap();
                if !expected.remove(&number) {
                    expected.insert(number);
                }
                prop_assert_eq!(state.is_marked(place), expected.contains(&number));
            }
            let expected: Vec<i64> = expected.into_iter().collect();
            prop_assert_eq!(marked(&state), expected.clone());
            // Going on from mark to mark visits all of them and comes back.
            let mut seen = Vec::new();
            state.cursor = 0;
            for _ in &expected {
                let Some(Place::Loaded(at)) = state.next_mark(Ordering::Greater) else {
                    prop_assert!(false, "every mark is loaded");
                    break;
                };
                state.cursor = at;
                seen.push(i64::try_from(at).unwrap());
            }
            seen.sort_unstable();
            prop_assert_eq!(seen, expected);
        }
    }
}
