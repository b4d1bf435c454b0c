//! What keys and actions do in the Users pane.

use super::state::{State, Typing};
use crate::contract::Action;
use crate::domain::{User, Wanted};
use crossterm::event::KeyEvent;

/// What the pane wants of the rest of the program.
#[derive(Debug, Clone, PartialEq)]
pub enum Wish {
    /// Ask the platform for people.
    Find(Wanted),
    /// Ask for the people of the list again.
    FindAgain,
    /// Say how many marks were taken away.
    Unmarked(usize),
    /// Open this person's conversation.
    OpenChat(Box<User>),
    /// Write a template to this person.
    WriteTemplate(Box<User>),
    /// Copy this text.
    Copy(String),
    /// Show everything known about this person.
    ShowDetails(Box<User>),
}

/// Runs an action of the pane. `height` is the number of rows the list shows.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a pane answers the actions it knows"
)]
pub fn act(state: &mut State, action: Action, height: usize) -> Option<Wish> {
    if state.typing == Typing::InSearch {
        return act_in_search(state, action);
    }
    let len = state.shown.len();
    let page = height.max(1).cast_signed();
    match action {
        Action::MoveDown => state.list.move_by(1, len, height),
        Action::MoveUp => state.list.move_by(-1, len, height),
        Action::PageDown => state.list.move_by(page, len, height),
        Action::PageUp => state.list.move_by(-page, len, height),
        Action::HalfPageDown => state.list.move_by((page / 2).max(1), len, height),
        Action::HalfPageUp => state.list.move_by(-(page / 2).max(1), len, height),
        Action::First => state.list.first(),
        Action::Last => state.list.last(len, height),
        Action::Mark | Action::MarkRange | Action::MarkAll => mark(state, action, height),
        Action::MarkNone => return Some(Wish::Unmarked(state.clear_marks())),
        Action::Find => {
            state.typing = Typing::InSearch;
            state.search.pick_all();
        }
        Action::Back if state.range_from.is_some() => state.range_from = None,
        Action::Back if !state.filter.is_empty() => {
            state.filter.clear();
            state.search.set_text(&state.asked_text());
            state.apply_filter();
        }
        Action::Refresh => return state.asked.is_some().then_some(Wish::FindAgain),
        Action::Open => {
            return state
                .selected()
                .map(|row| Wish::OpenChat(row.user.clone().into()));
        }
        Action::TemplateToUser => {
            return state
                .selected()
                .map(|row| Wish::WriteTemplate(row.user.clone().into()));
        }
        Action::RawView => {
            return state
                .selected()
                .map(|row| Wish::ShowDetails(row.user.clone().into()));
        }
        Action::Copy => {
            return state
                .selected()
                .map(|row| Wish::Copy(format!("{} {}", row.name, row.phone)));
        }
        _ => {}
    }
    None
}

/// Marks a row, a range or all of them. A range that is open ends with either key.
fn mark(state: &mut State, action: Action, height: usize) {
    if action == Action::MarkAll {
        state.toggle_all();
    } else if state.range_from.is_some() {
        state.mark_range();
    } else if action == Action::MarkRange {
        state.range_from = Some(state.list.selected);
    } else {
        state.toggle_mark();
        state.list.move_by(1, state.shown.len(), height);
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a pane answers the actions it knows"
)]
fn act_in_search(state: &mut State, action: Action) -> Option<Wish> {
    match action {
        Action::Open | Action::Accept => return submit(state),
        Action::StopTyping | Action::Back => state.typing = Typing::No,
        Action::ClearField => {
            state.search.set_text("");
            refilter(state);
        }
        Action::UndoEdit => {
            state.search.undo();
            refilter(state);
        }
        Action::MoveUp => recall(state, 1),
        Action::MoveDown => recall(state, -1),
        Action::NextField => complete(state),
        _ => {}
    }
    None
}

/// `NAME=VALUE` asks the platform; any other text filters what is there.
fn submit(state: &mut State) -> Option<Wish> {
    state.typing = Typing::No;
    state.history_at = None;
    Wanted::read(state.search.text().trim())
        .map(|wanted| Wanted {
            value: wanted.value.trim().to_owned(),
            ..wanted
        })
        .map(Wish::Find)
}

/// Up and down walk through the searches used before, as a shell does.
fn recall(state: &mut State, step: isize) {
    if state.history.is_empty() {
        return;
    }
    let at = match state.history_at {
        None if step < 0 => return,
        None => 0,
        Some(at) => at.saturating_add_signed(step).min(state.history.len() - 1),
    };
    state.history_at = Some(at);
    if let Some((name, value)) = state.history.get(at) {
        state.search.set_text(&format!("{name}={value}"));
    }
}

/// Tab completes an attribute name that was used before or seen on somebody.
fn complete(state: &mut State) {
    let text = state.search.text();
    if text.is_empty() || text.contains('=') {
        return;
    }
    let used = state.history.iter().map(|(name, _)| name.clone());
    let seen = state
        .rows()
        .iter()
        .flat_map(|row| row.user.attributes.keys().cloned());
    let found = used.chain(seen).find(|name| name.starts_with(&text));
    if let Some(name) = found {
        state.search.set_text(&format!("{name}="));
    }
}

/// A key typed into the search line. Text without `=` filters while it is typed.
pub fn key(state: &mut State, key: KeyEvent) {
    if state.search.key(key) {
        refilter(state);
    }
}

/// A paste into the search line.
pub fn paste(state: &mut State, text: &str) {
    state.search.paste(text);
    refilter(state);
}

fn refilter(state: &mut State) {
    let text = state.search.text();
    state.filter = if text.contains('=') {
        String::new()
    } else {
        text.trim().to_owned()
    };
    state.apply_filter();
    state.list.first();
}
