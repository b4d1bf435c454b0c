//! Whatever arrives in whatever order: no gap, no repeat, and the reader stays where they are.

use super::{MOST_LOADED, State};
use crate::contract::{Above, ConversationPage, Slice};
use crate::domain::{ChatMessage, Direction, MessageKind, User};
use crate::panes::conversation::Anchor;
use jiff::{Timestamp, Zoned};
use proptest::prelude::*;

const PAGE: u32 = 500;

fn message(number: i64) -> ChatMessage {
    let time = Timestamp::from_second(1_760_000_000 + number * 60).unwrap();
    ChatMessage {
        time: Some(time),
        time_raw: time.to_string(),
        direction: if number % 3 == 0 {
            Direction::In
        } else {
            Direction::Out
        },
        sender: "user".to_owned(),
        kind: MessageKind::Text,
        type_raw: "TEXT".to_owned(),
        text: number.to_string(),
        options: Vec::new(),
        media: None,
        user_id: "447700900412".to_owned(),
        raw: serde_json::Value::Null,
    }
}

fn number(message: &ChatMessage) -> i64 {
    message.text.parse().unwrap()
}

/// A conversation at the platform, all of it in the local copy too.
struct Model {
    state: State,
    written: i64,
    now: Zoned,
}

impl Model {
    fn new(written: i64) -> Self {
        let now = Timestamp::from_second(1_770_000_000).unwrap();
        let mut state = State::default();
        state.open(User::unknown("447700900412"), now);
        let now = now.to_zoned(jiff::tz::TimeZone::UTC);
        Self {
            state,
            written,
            now,
        }
    }

    fn page(from: i64, to: i64) -> ConversationPage {
        let messages: Vec<ChatMessage> = (from.max(0)..to.max(0)).map(message).collect();
        let received = messages.len();
        ConversationPage { messages, received }
    }

    fn slice(&self, from: i64, to: i64) -> Slice {
        let (from, to) = (from.max(0), to.min(self.written));
        Slice {
            messages: (from..to).map(message).collect(),
            above: if from == 0 {
                Above::Nothing
            } else {
                Above::Cached
            },
            below: to < self.written,
        }
    }

    fn loaded(&self) -> &[ChatMessage] {
        &self.state.chat.as_ref().unwrap().messages
    }

    fn reader_is_at(&self) -> Option<i64> {
        let top = match self.state.anchor {
            Anchor::Bottom => return None,
            Anchor::At { message, .. } => message,
        };
        self.loaded().get(top).map(number)
    }

    fn cursor_is_at(&self) -> Option<i64> {
        self.loaded().get(self.state.cursor).map(number)
    }

    fn step(&mut self, step: u8) {
        let size = i64::from(PAGE);
        let now = self.now.timestamp();
        let first = self.loaded().first().map(number);
        let last = self.loaded().last().map(number);
        match step {
            0 => {
                let page = Self::page(self.written - size, self.written);
                self.state.newest_arrived(page, PAGE, now);
            }
            1 => {
                self.written += 7;
                let page = Self::page(self.written - 20, self.written);
                if self.state.news_arrived(page, now).is_none() {
                    self.step(0);
                }
            }
            2 => {
                let Some(first) = first else { return };
                let page = Self::page(first - size + 1, first + 1);
                self.state.older_arrived(page, PAGE, now);
            }
            3 => {
                let Some(first) = first else { return };
                let slice = self.slice(first - size, first);
                self.state.older_recalled(slice, now);
            }
            4 => {
                let Some(last) = last else { return };
                if self.state.chat.as_ref().unwrap().below {
                    let slice = self.slice(last + 1, last + 1 + size);
                    self.state.newer_recalled(slice, now);
                }
            }
            5 => self.state.scroll(-40, &self.now),
            6 => self.state.scroll(40, &self.now),
            7 => self.state.go_to(0, &self.now),
            9 => {
                // Somebody looks for the newest message but a few.
                let from = self.written - 250;
                let slice = self.slice(from, self.written);
                let at = slice.messages.len().saturating_sub(4);
                self.state.show(slice, Some(at));
            }
            _ => {
                let end = self.state.len().saturating_sub(1);
                self.state.go_to(end, &self.now);
            }
        }
        self.state.prepare(80, 30, &self.now);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn whatever_arrives_the_text_has_no_gap_and_the_reader_stays(
        steps in prop::collection::vec(0_u8..10, 1..60), written in 1_i64..30_000,
    ) {
        let mut model = Model::new(written);
        model.step(0);
        for step in steps {
            let before = model.reader_is_at();
            let held = model.cursor_is_at().filter(|_| model.state.brought);
            model.step(step);
            let numbers: Vec<i64> = model.loaded().iter().map(number).collect();
            prop_assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1));
            prop_assert!(numbers.len() <= MOST_LOADED + 2 * PAGE as usize, "{}", numbers.len());
            prop_assert!(model.state.cursor < numbers.len().max(1));
            let below = model.state.chat.as_ref().unwrap().below;
            prop_assert!(below || step == 0 || step == 1 || numbers.last() == Some(&(model.written - 1)));
            if step < 5 && let Some(held) = held {
                prop_assert_eq!(Some(held), model.cursor_is_at(), "step {}", step);
            }
            if step < 5 && let (Some(before), Some(after)) = (before, model.reader_is_at()) {
                prop_assert_eq!(before, after, "step {}", step);
            }
        }
    }
}

#[test]
fn a_page_without_a_common_message_takes_the_place_of_what_was_loaded() {
    let mut model = Model::new(2_000);
    model.step(0);
    model.written += 3_000;
    model.step(0);
    assert_eq!(model.loaded().first().map(number), Some(4_500));
    assert_eq!(model.state.chat.as_ref().unwrap().above, Above::Platform);
}
