//! What actions do in the list of unknown results.

use super::{Row, State, person_of};
use crate::contract::{Action, ReadBackBy};
use crate::domain::{Decision, ItemId};
use std::collections::BTreeMap;

/// What the list wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Close it.
    Close,
    /// Look at the conversations of these.
    ReadBack(Vec<ItemId>),
    /// Ask for the decision about what is chosen.
    Decide(Decision),
    /// Show everything known of the row under the cursor.
    Show,
    /// Copy this.
    Copy(String),
    /// Say why nothing happened.
    Refuse(String),
}

/// Runs an action; `height` is the number of rows the list shows.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the list answers the actions it knows"
)]
pub fn act(state: &mut State, action: Action, height: usize) -> Option<Wish> {
    let len = state.rows().len();
    let page = height.max(2).cast_signed();
    match action {
        Action::MoveDown => state.list.move_by(1, len, height),
        Action::MoveUp => state.list.move_by(-1, len, height),
        Action::PageDown | Action::HalfPageDown => state.list.move_by(page / 2, len, height),
        Action::PageUp | Action::HalfPageUp => state.list.move_by(-page / 2, len, height),
        Action::First => state.list.first(),
        Action::Last => state.list.last(len, height),
        Action::Mark => {
            mark(state);
            state.list.move_by(1, len, height);
        }
        Action::MarkAll => mark_all(state),
        Action::ReadBack => return read_back(state),
        Action::SettleAccepted => return Some(Wish::Decide(Decision::Accepted)),
        Action::SettleNotAccepted => return Some(Wish::Decide(Decision::NotAccepted)),
        Action::GiveUp => return Some(Wish::Decide(Decision::Abandoned)),
        Action::Open | Action::Accept => return state.selected().map(|_| Wish::Show),
        Action::Copy => {
            let recipient = state.selected()?.unknown.item.recipient.clone();
            return recipient.map(Wish::Copy);
        }
        Action::Back => return Some(Wish::Close),
        _ => {}
    }
    None
}

fn mark(state: &mut State) {
    let under = state.selected().map(|row| row.unknown.item.id);
    if let Some(id) = under
        && !state.marked.remove(&id)
    {
        state.marked.insert(id);
    }
}

/// All of the batch under the cursor; if all of them are marked, none of them.
fn mark_all(state: &mut State) {
    let Some(batch) = state.selected().map(|row| row.unknown.item.batch) else {
        return;
    };
    let of_batch = |row: &&Row| row.unknown.item.batch == batch;
    let ids: Vec<ItemId> = state
        .rows()
        .iter()
        .filter(of_batch)
        .map(|row| row.unknown.item.id)
        .collect();
    if ids.iter().all(|id| state.marked.contains(id)) {
        state.marked.retain(|id| !ids.contains(id));
    } else {
        state.marked.extend(ids);
    }
}

/// Looks for what a look can prove; what it cannot is said instead.
fn read_back(state: &mut State) -> Option<Wish> {
    let chosen = state.chosen();
    let first = chosen.first()?;
    let can = |row: &&&Row| row.unknown.read_back != ReadBackBy::Nobody;
    let asked: BTreeMap<ItemId, String> = chosen
        .iter()
        .filter(can)
        .filter(|row| !state.looking.contains_key(&row.unknown.item.id))
        .map(|row| (row.unknown.item.id, person_of(row)))
        .collect();
    if asked.is_empty() {
        let yourself = first.unknown.look_yourself.clone();
        let why = yourself.unwrap_or_else(|| "it is being looked at already".to_owned());
        return Some(Wish::Refuse(why));
    }
    let ids = asked.keys().copied().collect();
    state.looking.extend(asked);
    Some(Wish::ReadBack(ids))
}
