//! What keys and actions do in the Payload pane.

use super::state::{Look, Shown, State};
use crate::contract::Action;
use crate::domain::ItemId;
use crate::domain::odd::oddity;
use crate::widgets::Find;
use crossterm::event::KeyEvent;

/// What the pane wants of the rest of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Choose in which form the request is copied.
    ChooseCopy,
    /// Look up the last request of the same thing.
    CompareWithLast,
    /// Go to the field that keeps the plan from being built.
    GoToField(Option<String>),
    /// Show the frozen call after that of this item, or before it.
    CallBeside(ItemId, bool),
    /// Review the draft.
    Review,
    /// Say this in a line.
    Say(&'static str),
}

/// Runs an action of the pane. `height` is the number of rows it shows.
pub fn act(state: &mut State, action: Action, height: usize) -> Option<Wish> {
    if state.find.as_ref().is_some_and(|find| find.typing) {
        return act_in_find(state, action);
    }
    let len = state.rows.len();
    let page = height.max(2).cast_signed();
    let mut step = |steps: isize| state.list.move_by(steps, len, height);
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "a pane answers the actions it knows"
    )]
    match action {
        Action::MoveDown => step(1),
        Action::MoveUp => step(-1),
        Action::PageDown => step(page - 1),
        Action::PageUp => step(1 - page),
        Action::HalfPageDown => step(page / 2),
        Action::HalfPageUp => step(-page / 2),
        Action::First => state.list.first(),
        Action::Last => state.list.last(len, height),
        Action::MoveLeft => state.fold(),
        Action::MoveRight => state.unfold(),
        Action::Open => return open(state),
        Action::Back => state.find = None,
        Action::Find => {
            let mut find = state.find.take().unwrap_or_default();
            find.typing = true;
            state.find = Some(find);
        }
        Action::NextMatch => jump(state, true),
        Action::PreviousMatch => jump(state, false),
        Action::Copy if state.request().is_some() => return Some(Wish::ChooseCopy),
        Action::Review => return Some(Wish::Review),
        other => return look_at(state, other),
    }
    None
}

/// Other views and other calls.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a pane answers the actions it knows"
)]
fn look_at(state: &mut State, action: Action) -> Option<Wish> {
    let last = state.calls().saturating_sub(1);
    if let (Shown::Item { item, .. }, Action::NextCall | Action::PreviousCall) =
        (&state.shown, action)
    {
        return Some(Wish::CallBeside(*item, action == Action::NextCall));
    }
    match action {
        Action::ExactBytes => state.set_look(match state.look {
            Look::Pretty | Look::Changes => Look::Exact,
            Look::Exact => Look::Pretty,
        }),
        Action::CompareLast => match (state.look, state.request().is_some()) {
            (Look::Changes, _) => state.set_look(Look::Pretty),
            (Look::Pretty | Look::Exact, true) => return Some(Wish::CompareWithLast),
            (Look::Pretty | Look::Exact, false) => {}
        },
        Action::NextCall => state.go_to_call((state.call + 1).min(last)),
        Action::PreviousCall => state.go_to_call(state.call.saturating_sub(1)),
        Action::LongestCall => {
            let call = extreme(state, false);
            state.go_to_call(call);
        }
        Action::ShortestCall => {
            let call = extreme(state, true);
            state.go_to_call(call);
        }
        Action::OddCall => return next_odd(state),
        _ => {}
    }
    None
}

/// Enter goes to what keeps the plan from being built; on a value it folds or opens it.
fn open(state: &mut State) -> Option<Wish> {
    if let Some(failure) = &state.failure {
        return Some(Wish::GoToField(failure.problems.first()?.field.clone()));
    }
    state.toggle_fold();
    None
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a field answers the actions it knows"
)]
fn act_in_find(state: &mut State, action: Action) -> Option<Wish> {
    match action {
        Action::Open | Action::Accept => {
            if let Some(find) = &mut state.find {
                find.typing = false;
            }
            let here = state.list.selected.checked_sub(1);
            jump_from(state, here, true);
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

fn jump(state: &mut State, down: bool) {
    jump_from(state, Some(state.list.selected), down);
}

/// The match after a row, or before it; around the end. `None` is before the first row.
fn jump_from(state: &mut State, row: Option<usize>, down: bool) {
    let Some(find) = &state.find else { return };
    let mut matches = find.matches.iter();
    let found = if down {
        let next = matches.find(|index| row.is_none_or(|row| **index > row));
        next.or(find.matches.first())
    } else {
        let before = matches
            .rev()
            .find(|index| row.is_some_and(|row| **index < row));
        before.or(find.matches.last())
    };
    if let Some(found) = found {
        state.list.selected = *found;
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

/// The next call that holds something odd, around the end.
fn next_odd(state: &mut State) -> Option<Wish> {
    let Shown::Plan(plan) = &state.shown else {
        return None;
    };
    let len = plan.calls.len();
    let found = (1..=len).find_map(|step| {
        let index = (state.call + step) % len;
        let call = plan.calls.get(index)?;
        Some((index, oddity(&call.request)?))
    });
    match found {
        Some((index, what)) => {
            state.go_to_call(index);
            state.odd = Some(what);
            None
        }
        None => Some(Wish::Say("no call holds an odd value")),
    }
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
