//! What keys and actions do in the Conversation pane.

use super::state::{Find, State};
use crate::contract::{Action, Remote};
use crate::domain::User;
use crossterm::event::KeyEvent;
use jiff::Zoned;

/// How near the top of what is loaded the reader may come before older messages are fetched.
const NEAR_TOP: usize = 8;

/// What the pane wants of the rest of the program.
#[derive(Debug, Clone, PartialEq)]
pub enum Wish {
    /// Fetch the newest page again.
    Refresh,
    /// Fetch the next older page.
    LoadOlder,
    /// Write a template to this person.
    WriteTemplate(Box<User>),
    /// Copy this text.
    Copy(String),
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
        Action::Find => {
            let mut find = state.find.take().unwrap_or_default();
            find.typing = true;
            state.find = Some(find);
        }
        Action::NextMatch => jump(state, 1, now),
        Action::PreviousMatch => jump(state, -1, now),
        Action::Back => state.find = None,
        Action::Refresh => return state.chat.as_ref().map(|_| Wish::Refresh),
        Action::LoadOlder => return older(state),
        Action::TemplateToUser => {
            return state
                .chat
                .as_ref()
                .map(|chat| Wish::WriteTemplate(chat.user.clone().into()));
        }
        Action::Copy => return current(state).map(|message| Wish::Copy(message.text.clone())),
        Action::RawView => {
            let raw = current(state).map(|message| &message.raw)?;
            return serde_json::to_string_pretty(raw).ok().map(Wish::ShowRaw);
        }
        _ => {}
    }
    let upwards = matches!(
        action,
        Action::MoveUp | Action::PageUp | Action::HalfPageUp | Action::First
    );
    if upwards && state.cursor < NEAR_TOP {
        older(state)
    } else {
        None
    }
}

fn current(state: &State) -> Option<&crate::domain::ChatMessage> {
    state.chat.as_ref()?.messages.get(state.cursor)
}

fn older(state: &State) -> Option<Wish> {
    let chat = state.chat.as_ref()?;
    let possible = !chat.complete
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

/// `n` goes up to older matches, `N` down, because reading starts at the end.
fn jump(state: &mut State, direction: isize, now: &Zoned) {
    let Some(find) = &state.find else { return };
    let cursor = state.cursor;
    let at = if direction > 0 {
        find.matches
            .iter()
            .rev()
            .find(|index| **index < cursor)
            .or(find.matches.last())
    } else {
        find.matches
            .iter()
            .find(|index| **index > cursor)
            .or(find.matches.first())
    };
    if let Some(index) = at.copied() {
        state.go_to(index, now);
    }
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
