//! What actions do in the Payload pane.

use super::state::{Look, Shown, State};
use crate::contract::Action;

/// What the pane wants of the rest of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Copy the exact body.
    Copy(String),
    /// Go to the field that keeps the plan from being built.
    GoToField(Option<String>),
    /// Review the draft.
    Review,
}

/// Runs an action of the pane. `height` is the number of lines it shows.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a pane answers the actions it knows"
)]
pub fn act(state: &mut State, action: Action, height: usize) -> Option<Wish> {
    let page = height.max(2);
    match action {
        Action::MoveDown => state.scroll += 1,
        Action::MoveUp => state.scroll = state.scroll.saturating_sub(1),
        Action::PageDown => state.scroll += page - 1,
        Action::PageUp => state.scroll = state.scroll.saturating_sub(page - 1),
        Action::HalfPageDown => state.scroll += page / 2,
        Action::HalfPageUp => state.scroll = state.scroll.saturating_sub(page / 2),
        Action::First => state.scroll = 0,
        Action::Last => state.scroll = state.lines.len(),
        Action::ExactBytes => {
            state.look = match state.look {
                Look::Pretty => Look::Exact,
                Look::Exact => Look::Pretty,
            };
            state.scroll = 0;
        }
        Action::NextCall => state.call = (state.call + 1).min(state.calls().saturating_sub(1)),
        Action::PreviousCall => state.call = state.call.saturating_sub(1),
        Action::LongestCall => state.call = extreme(state, false),
        Action::ShortestCall => state.call = extreme(state, true),
        Action::Copy => {
            let body = state.request().map(|request| request.body.bytes());
            return body.map(|bytes| Wish::Copy(String::from_utf8_lossy(&bytes).into_owned()));
        }
        Action::Open => {
            let field = state.failure.as_ref()?.problems.first()?.field.clone();
            return Some(Wish::GoToField(field));
        }
        Action::Review => return Some(Wish::Review),
        _ => {}
    }
    None
}

/// The first of the longest calls, or of the shortest ones.
fn extreme(state: &State, shortest: bool) -> usize {
    let Shown::Plan(plan) = &state.shown else {
        return 0;
    };
    let size = |index: &usize| {
        plan.calls
            .get(*index)
            .map_or(0, |call| call.request.body.bytes().len())
    };
    let indices = 0..plan.calls.len();
    let found = if shortest {
        indices.min_by_key(|index| (size(index), *index))
    } else {
        indices.max_by_key(|index| (size(index), std::cmp::Reverse(*index)))
    };
    found.unwrap_or(0)
}
