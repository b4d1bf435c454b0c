//! What keys and actions do in the Conversation pane.

use super::marks::Place;
use super::scroll::Anchor;
use super::state::State;
use crate::contract::{Above, Action, Remote};
use crate::domain::{ChatMessage, Direction, Media, User};
use crate::text::{links, sanitize};
use crate::widgets::Find;
use crossterm::event::KeyEvent;
use jiff::{Timestamp, Zoned};
use std::cmp::Ordering;

/// How near the ends of what is loaded the reader may come before more is fetched: more messages than
/// the largest usual window shows, so that a page never ends at what is loaded while more is kept.
const NEAR: usize = 64;

/// What the pane wants of the rest of the program.
#[derive(Debug, Clone, PartialEq)]
pub enum Wish {
    /// Fetch the newest page again.
    Refresh,
    /// Fetch what comes before.
    LoadOlder,
    /// Fetch what comes after.
    LoadNewer,
    /// Show the end of the conversation, which is not loaded.
    GoToNewest,
    /// Show the beginning, as far as it is known.
    GoToOldest,
    /// Fetch everything into the local copy.
    FetchAll,
    /// Show the conversation at a glance.
    ShowChart,
    /// Look for the next match beyond what is loaded.
    FindBeyond {
        /// What is looked for.
        text: String,
        /// Towards newer messages.
        forward: bool,
    },
    /// Write a template to this person.
    WriteTemplate(Box<User>),
    /// Show the file of a message.
    ShowMedia(Box<Media>),
    /// Show the addresses in a message.
    ShowLinks(Vec<String>),
    /// Go to a moment that is not loaded.
    GoToTime(Timestamp),
    /// Copy this text.
    Copy(String),
    /// Copy what is marked, and say what that is.
    CopyMarked {
        /// The text.
        text: String,
        /// What it is.
        said: String,
    },
    /// Show this raw JSON.
    ShowRaw(String),
}

/// Runs an action of the pane.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a pane answers the actions it knows"
)]
pub fn act(state: &mut State, action: Action, now: &Zoned) -> Option<Wish> {
    if state.find.as_ref().is_some_and(|find| find.typing) {
        return act_in_find(state, action, now);
    }
    match action {
        Action::First if above(state) == Some(Above::Cached) => return Some(Wish::GoToOldest),
        Action::Last if below(state) => return Some(Wish::GoToNewest),
        Action::Find => {
            let mut find = state.find.take().unwrap_or_default();
            find.typing = true;
            state.find = Some(find);
        }
        Action::NextMatch => return jump(state, 1, now),
        Action::PreviousMatch => return jump(state, -1, now),
        Action::Mark => state.toggle_mark(),
        Action::NextMark => return go_to_mark(state, Ordering::Greater, now),
        Action::PreviousMark => return go_to_mark(state, Ordering::Less, now),
        Action::Back => state.find = None,
        Action::LoadOlder => return older(state),
        _ => {}
    }
    if let Some(wish) = about_chat(state, action).or_else(|| about_message(state, action, now)) {
        return Some(wish);
    }
    match move_reader(state, action, now) {
        Some(Way::Up) if is_near_top(state) => older(state),
        Some(Way::Down) if is_near_end(state) => newer(state),
        Some(Way::Up | Way::Down) | None => None,
    }
}

/// What is wished for the conversation as a whole.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a pane answers the actions it knows"
)]
fn about_chat(state: &State, action: Action) -> Option<Wish> {
    let chat = state.chat.as_ref()?;
    match action {
        Action::Refresh => Some(Wish::Refresh),
        Action::FetchAll => Some(Wish::FetchAll),
        Action::Chart => Some(Wish::ShowChart),
        Action::TemplateToUser => Some(Wish::WriteTemplate(chat.user.clone().into())),
        _ => None,
    }
}

/// What is wished for the message under the cursor, or for the marked ones.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a pane answers the actions it knows"
)]
fn about_message(state: &State, action: Action, now: &Zoned) -> Option<Wish> {
    let marked = state.marked().len();
    let of_marked = |text, what| {
        let messages = if marked == 1 { "message" } else { "messages" };
        let said = format!("{what}{marked} marked {messages}");
        Wish::CopyMarked { text, said }
    };
    match action {
        Action::Copy if marked > 0 => Some(of_marked(state.marked_text(now), "")),
        Action::CopyRaw if marked > 0 => {
            state.marked_json().map(|text| of_marked(text, "JSON of "))
        }
        Action::Open => file(state).or_else(|| links(state)),
        Action::OpenFile => links(state).or_else(|| file(state)),
        Action::Copy => current(state).map(|message| Wish::Copy(message.text.clone())),
        Action::CopyRaw => {
            let raw = &current(state)?.raw;
            serde_json::to_string(raw).ok().map(Wish::Copy)
        }
        Action::RawView => {
            let raw = &current(state)?.raw;
            serde_json::to_string_pretty(raw).ok().map(Wish::ShowRaw)
        }
        _ => None,
    }
}

/// Where the reader went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Up,
    Down,
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "everything else moves nothing"
)]
fn move_reader(state: &mut State, action: Action, now: &Zoned) -> Option<Way> {
    let page = state.text_rows().max(2).cast_signed();
    let last = state.len().saturating_sub(1);
    match action {
        Action::MoveDown => state.go_to(state.cursor + 1, now),
        Action::MoveUp => state.go_to(state.cursor.saturating_sub(1), now),
        Action::PageDown => state.scroll(page - 1, now),
        Action::PageUp => state.scroll(1 - page, now),
        Action::HalfPageDown => state.scroll(page / 2, now),
        Action::HalfPageUp => state.scroll(-page / 2, now),
        Action::First => state.go_to(0, now),
        Action::Last => state.go_to(last, now),
        Action::NextFromCustomer => go_to_customer(state, 1, now),
        Action::PreviousFromCustomer => go_to_customer(state, -1, now),
        _ => return None,
    }
    Some(match action {
        Action::MoveUp
        | Action::PageUp
        | Action::HalfPageUp
        | Action::First
        | Action::PreviousFromCustomer => Way::Up,
        _ => Way::Down,
    })
}

fn file(state: &State) -> Option<Wish> {
    let file = current(state)?.media.clone()?;
    Some(Wish::ShowMedia(file.into()))
}

fn links(state: &State) -> Option<Wish> {
    let addresses = addresses(current(state)?);
    (!addresses.is_empty()).then_some(Wish::ShowLinks(addresses))
}

/// The message under the cursor.
pub fn current(state: &State) -> Option<&ChatMessage> {
    state.chat.as_ref()?.messages.get(state.cursor)
}

/// The addresses in the text of a message, each once.
pub fn addresses(message: &ChatMessage) -> Vec<String> {
    let mut addresses: Vec<String> = Vec::new();
    for link in links::find(&sanitize::clean(&message.text)) {
        if !addresses.contains(&link.target) {
            addresses.push(link.target);
        }
    }
    addresses
}

/// The marked message after or before the cursor, loaded or not.
fn go_to_mark(state: &mut State, wanted: Ordering, now: &Zoned) -> Option<Wish> {
    match state.next_mark(wanted)? {
        Place::Loaded(index) => {
            state.go_to(index, now);
            None
        }
        Place::Elsewhere(time) => Some(Wish::GoToTime(time)),
    }
}

/// Paging moves the text and not always the cursor: either of them near the edge counts.
fn is_near_top(state: &State) -> bool {
    let top = match state.anchor {
        Anchor::Bottom => state.cursor,
        Anchor::At { message, .. } => message,
    };
    top.min(state.cursor) < NEAR
}

fn is_near_end(state: &State) -> bool {
    state.anchor == Anchor::Bottom || state.cursor + NEAR >= state.len()
}

fn above(state: &State) -> Option<Above> {
    state.chat.as_ref().map(|chat| chat.above)
}

fn below(state: &State) -> bool {
    state.chat.as_ref().is_some_and(|chat| chat.below)
}

fn newer(state: &State) -> Option<Wish> {
    let chat = state.chat.as_ref()?;
    let possible = chat.below && !matches!(chat.older, Remote::Loading { .. });
    possible.then_some(Wish::LoadNewer)
}

/// The next message of the customer below or above the cursor; none leaves it where it is.
fn go_to_customer(state: &mut State, direction: isize, now: &Zoned) {
    let Some(chat) = &state.chat else { return };
    let theirs = |index: &usize| {
        let message = chat.messages.get(*index);
        message.is_some_and(|message| message.direction == Direction::In)
    };
    let found = if direction > 0 {
        (state.cursor + 1..chat.messages.len()).find(theirs)
    } else {
        (0..state.cursor).rev().find(theirs)
    };
    if let Some(index) = found {
        state.go_to(index, now);
    }
}

fn older(state: &State) -> Option<Wish> {
    let chat = state.chat.as_ref()?;
    let possible = chat.above != Above::Nothing
        && !chat.messages.is_empty()
        && !matches!(chat.older, Remote::Loading { .. });
    possible.then_some(Wish::LoadOlder)
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a field answers the actions it knows"
)]
fn act_in_find(state: &mut State, action: Action, now: &Zoned) -> Option<Wish> {
    match action {
        Action::Open | Action::Accept => {
            if let Some(find) = &mut state.find {
                find.typing = false;
            }
            state.search();
            nearest_match(state, now);
        }
        Action::StopTyping | Action::Back => state.find = None,
        Action::ClearField => {
            state.find = Some(Find {
                typing: true,
                ..Find::default()
            });
        }
        Action::UndoEdit => {
            if let Some(find) = &mut state.find {
                find.field.undo();
            }
            state.search();
        }
        _ => {}
    }
    None
}

/// The match at the cursor or the nearest one above it: people look for what was said last.
fn nearest_match(state: &mut State, now: &Zoned) {
    let Some(find) = &state.find else { return };
    let cursor = state.cursor;
    let at = find.matches.iter().rev().find(|index| **index <= cursor);
    if let Some(index) = at.or(find.matches.first()).copied() {
        state.go_to(index, now);
    }
}

/// `n` goes up to older matches, `N` down, because reading starts at the end. Where the loaded
/// part ends the local copy is looked through before the search starts over.
fn jump(state: &mut State, direction: isize, now: &Zoned) -> Option<Wish> {
    let find = state.find.as_ref()?;
    let (cursor, text) = (state.cursor, find.field.text());
    let (next, over, beyond) = if direction > 0 {
        let older = find.matches.iter().rev().find(|index| **index < cursor);
        (
            older,
            find.matches.last(),
            above(state) == Some(Above::Cached),
        )
    } else {
        let newer = find.matches.iter().find(|index| **index > cursor);
        (newer, find.matches.first(), below(state))
    };
    if next.is_none() && beyond && !text.trim().is_empty() {
        let forward = direction < 0;
        return Some(Wish::FindBeyond { text, forward });
    }
    if let Some(index) = next.or(over).copied() {
        state.go_to(index, now);
    }
    None
}

/// A key typed into the search field; matches are counted while typing.
pub fn key(state: &mut State, key: KeyEvent) {
    let changed = state.find.as_mut().is_some_and(|find| find.field.key(key));
    if changed {
        state.search();
    }
}

/// A paste into the search field.
pub fn paste(state: &mut State, text: &str) {
    if let Some(find) = &mut state.find {
        find.field.paste(text);
    }
    state.search();
}
