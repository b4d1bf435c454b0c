//! What actions do in the Broadcasts pane.

use super::state::State;
use crate::contract::Action;
use crate::domain::{BatchId, ItemId};

/// What the pane wants of the rest of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Read the items of this batch.
    LoadItems(BatchId),
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
            state.item_list.first();
            return batch.map(Wish::LoadItems);
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
        Action::Copy => Some(Wish::Copy(format!("{} {}", batch.id, batch.title))),
        _ => None,
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the detail answers the actions it knows"
)]
fn act_in_detail(state: &mut State, action: Action, height: usize) -> Option<Wish> {
    let items = state
        .items
        .value()
        .map_or(&[][..], |(_, items)| items.as_slice());
    let len = items.len();
    let selected = items.get(state.item_list.selected).map(|item| item.id);
    let page = height.max(2).cast_signed();
    match action {
        Action::MoveDown => state.item_list.move_by(1, len, height),
        Action::MoveUp => state.item_list.move_by(-1, len, height),
        Action::PageDown | Action::HalfPageDown => state.item_list.move_by(page / 2, len, height),
        Action::PageUp | Action::HalfPageUp => state.item_list.move_by(-page / 2, len, height),
        Action::First => state.item_list.first(),
        Action::Last => state.item_list.last(len, height),
        Action::Open | Action::Preview => return selected.map(Wish::ShowRequest),
        Action::Refresh => return state.selected().map(|batch| Wish::LoadItems(batch.id)),
        Action::Back => state.detail_open = false,
        _ => return on_batch(state, action),
    }
    None
}
