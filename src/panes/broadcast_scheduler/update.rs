//! What actions do in the Broadcasts pane.

use super::people::People;
use super::state::State;
use crate::contract::Action;
use crate::domain::{BatchId, ItemId, RowFilter};
use crossterm::event::KeyEvent;

/// What the pane wants of the rest of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Read the visible people of the open batch.
    LoadPeople,
    /// Show the frozen request of this item.
    ShowRequest(ItemId),
    /// Read the whole record again.
    Reload,
    /// Stop claiming at once.
    Pause(BatchId),
    /// Ask for the number that is left, then go on.
    AskResume(BatchId),
    /// Go on after the first people.
    GoOn(BatchId),
    /// Ask for the word, then take back what is not sent.
    AskCancel(BatchId),
    /// Ask for the file of the batch's report, then write it.
    AskReport(BatchId),
    /// Put what was refused for a while into a new paused batch.
    Retry(BatchId),
    /// Change the speed by this many per cent.
    ChangeRate(BatchId, i32),
    /// Make a draft of this batch.
    Clone(BatchId),
    /// Copy this text.
    Copy(String),
}

/// Runs an action of the pane. `height` is the number of rows the list shows.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a pane answers the actions it knows"
)]
pub fn act(state: &mut State, action: Action, height: usize) -> Option<Wish> {
    if state.detail_open {
        return act_in_detail(state, action, height);
    }
    let page = height.max(2).cast_signed();
    let batch = state.selected().map(|batch| batch.id);
    match action {
        Action::MoveDown => state.step(1, height),
        Action::MoveUp => state.step(-1, height),
        Action::PageDown | Action::HalfPageDown => state.step(page / 2, height),
        Action::PageUp | Action::HalfPageUp => state.step(-page / 2, height),
        Action::First => state.step(isize::MIN / 2, height),
        Action::Last => state.step(isize::MAX / 2, height),
        Action::Open => {
            state.detail_open = batch.is_some();
            state.people.begin();
            return batch.map(|_| Wish::LoadPeople);
        }
        Action::Refresh => return Some(Wish::Reload),
        _ => return on_batch(state, action),
    }
    None
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a batch answers the actions it knows"
)]
fn on_batch(state: &State, action: Action) -> Option<Wish> {
    let batch = state.selected()?;
    match action {
        Action::PauseBatch => Some(Wish::Pause(batch.id)),
        Action::ResumeBatch => Some(Wish::AskResume(batch.id)),
        Action::GoOn => Some(Wish::GoOn(batch.id)),
        Action::CancelBatch => Some(Wish::AskCancel(batch.id)),
        Action::ExportBatch => Some(Wish::AskReport(batch.id)),
        Action::RetryFailed => Some(Wish::Retry(batch.id)),
        Action::RateUp => Some(Wish::ChangeRate(batch.id, 25)),
        Action::RateDown => Some(Wish::ChangeRate(batch.id, -20)),
        Action::CloneBatch => Some(Wish::Clone(batch.id)),
        Action::Copy => Some(Wish::Copy(format!("{} {}", batch.id, batch.title))),
        _ => None,
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the detail answers the actions it knows"
)]
fn act_in_detail(state: &mut State, action: Action, height: usize) -> Option<Wish> {
    let people = &mut state.people;
    if people.typing {
        return act_in_find(people, action);
    }
    let len = people.rows();
    let page = height.max(2).cast_signed();
    match action {
        Action::MoveDown => people.list.move_by(1, len, height),
        Action::MoveUp => people.list.move_by(-1, len, height),
        Action::PageDown => people.list.move_by(page - 1, len, height),
        Action::PageUp => people.list.move_by(1 - page, len, height),
        Action::HalfPageDown => people.list.move_by(page / 2, len, height),
        Action::HalfPageUp => people.list.move_by(-page / 2, len, height),
        Action::First => people.list.first(),
        Action::Last => people.list.last(len, height),
        Action::Open | Action::Preview => {
            return people.selected().map(|item| Wish::ShowRequest(item.id));
        }
        Action::FilterRows => {
            let batch = state.selected()?;
            // Filters that would show nobody are passed over; all is never empty.
            let mut filter = state.people.filter.next();
            while filter != RowFilter::All && filter.people(batch) == 0 {
                filter = filter.next();
            }
            state.people.choose(filter);
            return Some(Wish::LoadPeople);
        }
        Action::Find => {
            people.typing = true;
            people.find.pick_all();
        }
        Action::Refresh => return Some(Wish::LoadPeople),
        Action::Back if !people.sought().is_empty() => {
            people.find.set_text("");
            people.seek();
            return Some(Wish::LoadPeople);
        }
        Action::Back => state.detail_open = false,
        _ => return on_batch(state, action),
    }
    state.people.lacks_rows(height).then_some(Wish::LoadPeople)
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a field answers the actions it knows"
)]
fn act_in_find(people: &mut People, action: Action) -> Option<Wish> {
    match action {
        Action::Open | Action::Accept => {
            people.seek();
            return Some(Wish::LoadPeople);
        }
        Action::StopTyping | Action::Back => {
            people.typing = false;
            let sought = people.sought().to_owned();
            people.find.set_text(&sought);
        }
        Action::ClearField => people.find.set_text(""),
        Action::UndoEdit => people.find.undo(),
        _ => {}
    }
    None
}

/// A key typed into the field of the search.
pub fn key(state: &mut State, key: KeyEvent) {
    state.people.find.key(key);
}

/// A paste into the field of the search.
pub fn paste(state: &mut State, text: &str) {
    state.people.find.paste(text);
}
