//! What actions do in the Activity pane.

use super::state::State;
use crate::contract::Action;

/// What the pane wants of the rest of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Show the whole record under the cursor.
    ShowDetail,
    /// Copy this text.
    Copy(String),
}

/// Runs an action of the pane. `height` is the number of rows it shows.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a pane answers the actions it knows"
)]
pub fn act(state: &mut State, action: Action, height: usize) -> Option<Wish> {
    let len = state.records.len();
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
        Action::Open => return state.selected().map(|_| Wish::ShowDetail),
        Action::Copy => {
            let text = |record: &crate::contract::CallRecord| {
                format!(
                    "{} {}\n{}",
                    record.title(),
                    record.result,
                    record.detail.sentence
                )
            };
            return state.selected().map(|record| Wish::Copy(text(record)));
        }
        _ => {}
    }
    None
}
