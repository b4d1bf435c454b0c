//! A dashboard without a terminal that reads conversations of any length out of a real cache: keys
//! go through `update`, what it asks of the local copy is answered from the file, and every change
//! is drawn. The platform never answers.

use super::pages;
use super::who::{person, profile};
use alertdesk::api::decode::conversation_page;
use alertdesk::app::{Context, Settings, State, update, view};
use alertdesk::contract::{Above, CachedAnswer, Effect, Event, PaneId, StorageEvent, StoreRequest};
use alertdesk::domain::ChatMessage;
use alertdesk::keymap::Keymap;
use alertdesk::runtime::clock;
use alertdesk::runtime::conversation_cache::answer;
use alertdesk::store::cache::KnownRange;
use alertdesk::store::{CacheStore, ConversationKey, Library};
use alertdesk::theme::{Theme, ThemeOptions};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use serde_json::Value;
use std::path::Path;
use std::time::Duration;

pub const PAGE: usize = 500;
const SIZE: (u16, u16) = (120, 40);

pub fn key() -> ConversationKey {
    ConversationKey::new(&profile().target, &person().channel_user_id)
}

/// The moment of a message; they come every minute.
fn moment(number: usize) -> Timestamp {
    let first: Timestamp = "2024-01-01T00:00:00Z".parse().expect("a time");
    let minutes = i64::try_from(number).expect("small");
    first + SignedDuration::from_mins(minutes)
}

/// A page as it comes from the platform, decoded; every page is made after it.
pub fn pattern() -> Vec<ChatMessage> {
    let page = conversation_page(200, &pages::page(PAGE)).expect("a page");
    page.messages
}

/// The page that begins with the message of this number.
pub fn page(pattern: &[ChatMessage], from: usize) -> Vec<ChatMessage> {
    (from..).zip(pattern.iter().cloned()).map(moved).collect()
}

/// A message of the pattern in its own place.
fn moved((number, mut message): (usize, ChatMessage)) -> ChatMessage {
    let time = moment(number);
    let raw_time = time.strftime("%Y/%m/%d %H:%M:%S.000+0000").to_string();
    message.text.push_str(&format!(" of {number}"));
    if let Some(raw) = message.raw.as_object_mut() {
        raw.insert("timestamp".to_owned(), Value::from(raw_time.as_str()));
        raw.insert("response".to_owned(), Value::from(message.text.as_str()));
    }
    (message.time, message.time_raw) = (Some(time), raw_time);
    message
}

/// Fills a folder with a conversation of so many messages, from the newest page to the oldest, as
/// fetching it does.
pub fn fill(folder: &Path, messages: usize) {
    let pattern = pattern();
    let cache = CacheStore::open(folder).expect("a cache");
    for from in (0..messages).step_by(PAGE).rev() {
        let stored = cache.store_messages(&key(), &page(&pattern, from), pages::now());
        assert_eq!(stored.expect("stored").new, PAGE as u64);
    }
    let known = KnownRange {
        since: moment(0),
        until: moment(messages),
    };
    cache.add_known(&key(), known).expect("known");
    cache.mark_complete(&key(), true).expect("complete");
}

/// A dashboard with one person in its list.
pub struct Reader {
    state: State,
    stores: (CacheStore, Library),
    theme: Theme,
    keymap: Keymap,
    buffer: Buffer,
}

impl Reader {
    pub fn new(folder: &Path) -> Self {
        let mut state = State::new(profile(), Settings::default(), SIZE, pages::now());
        state.users.arrive(vec![person()], pages::now());
        state.focus = PaneId::Users;
        state.prepare();
        Self {
            state,
            stores: (
                CacheStore::open(folder).expect("a cache"),
                Library::open(folder).expect("a library"),
            ),
            theme: Theme::built_in(&ThemeOptions::default()).expect("a theme"),
            keymap: Keymap::default(),
            buffer: Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1)),
        }
    }

    /// Presses a key and draws until nothing more comes of it: the time to the first frame, to the
    /// last frame that changed anything on the screen, and until all work for it was done.
    pub fn press(&mut self, code: KeyCode) -> [Duration; 3] {
        let begun = clock::steady();
        let mut waiting = self.take(Event::Key(KeyEvent::new(code, KeyModifiers::NONE)));
        let first = begun.elapsed();
        let (mut quiet, mut done) = (first, first);
        while let Some(effect) = waiting.pop() {
            let before = self.buffer.clone();
            let begun = clock::steady();
            if let Some(event) = self.answer(effect) {
                waiting.extend(self.take(event));
                done += begun.elapsed();
                if self.buffer != before {
                    quiet = done;
                }
            }
        }
        [first, quiet, done]
    }

    /// Takes an event, draws, and gives back what is to be done.
    fn take(&mut self, event: Event) -> Vec<Effect> {
        let context = Context {
            now: pages::now(),
            keymap: &self.keymap,
        };
        let effects = update(&mut self.state, event, &context);
        self.buffer.reset();
        view(&self.state, &self.theme, &self.keymap, &mut self.buffer);
        effects
    }

    /// What the cache answers; nothing else answers here.
    fn answer(&self, effect: Effect) -> Option<Event> {
        let Effect::Store(StoreRequest::Conversation(conversation, ask)) = effect else {
            return None;
        };
        let stores = (&self.stores.0, &self.stores.1);
        let part = answer(stores, &conversation, ask, pages::now()).expect("an answer");
        let user = conversation.user.channel_user_id;
        let answer = StorageEvent::Conversation(Box::new(CachedAnswer { user, part }));
        Some(Event::Storage(Box::new(answer)))
    }

    /// Whether the screen shows this.
    pub fn shows(&self, text: &str) -> bool {
        let screen: String = self.buffer.content().iter().map(Cell::symbol).collect();
        screen.contains(text)
    }

    /// Whether the first or the last message there is is on the screen.
    pub fn is_at_an_end(&self) -> bool {
        let pane = &self.state.conversation;
        let Some(chat) = &pane.chat else { return false };
        let last = chat.messages.len().saturating_sub(1);
        let shown = |index: usize| pane.visible.iter().any(|line| line.message == index);
        (shown(0) && chat.above == Above::Nothing) || (shown(last) && !chat.below)
    }
}
