//! The life of a draft: begun, changed, planned for preview and review, queued, taken back in its
//! grace. It only asks for plans; what leaves is decided by the review.

use super::state::State;
use super::update::{Effects, notify};
use super::{choosing, dialogs, flows};
use crate::contract::{
    Effect, Notice, OutboxCommand, PaneId, PlanProblem, PlanPurpose, Slot, StoreRequest, TimerId,
};
use crate::domain::User;
use crate::panes::template_composer::{self, Draft, DraftKind};
use std::sync::Arc;
use std::time::Duration;

/// How long a draft must be quiet before it is written down.
const SAVE_AFTER: Duration = Duration::from_millis(300);

/// Starts a template draft for people and asks which template.
pub fn write_template(state: &mut State, users: &[User]) -> Effects {
    let marked = state.users.marked_users.clone();
    let users = if marked.is_empty() {
        users
    } else {
        marked.as_slice()
    };
    let from = state.focus;
    let mut effects = new_draft(state, DraftKind::Template);
    state.visited_from = Some(from).filter(|pane| *pane != PaneId::Composer);
    if let Some(draft) = &mut state.composer.draft {
        draft.address(users);
    }
    effects.extend(choosing::open_templates(state));
    effects
}

/// Starts a draft. An open draft with a recipient or a text stays kept in the values.
pub fn new_draft(state: &mut State, kind: DraftKind) -> Effects {
    let marked = state.users.marked_users.clone();
    let mut draft = state
        .composer
        .draft
        .take()
        .unwrap_or_else(|| Draft::new(kind));
    draft.kind = kind;
    draft
        .profile
        .get_or_insert_with(|| state.profile.name.clone());
    draft.rebuild();
    if !marked.is_empty() {
        draft.address(&marked);
    }
    draft.cursor = 1;
    state.composer.draft = Some(draft);
    state.composer.typing = false;
    flows::focus_pane(state, PaneId::Composer);
    let mut effects = draft_changed(state);
    if kind == DraftKind::Flow {
        effects.extend(choosing::open_flows(state));
    }
    effects
}

/// What the Composer pane wishes.
pub fn composer(state: &mut State, wish: Option<template_composer::Wish>) -> Effects {
    match wish {
        None => Vec::new(),
        Some(template_composer::Wish::Changed) => draft_changed(state),
        Some(template_composer::Wish::ChooseTemplate) => choosing::open_templates(state),
        Some(template_composer::Wish::ChooseFlow) => choosing::open_flows(state),
        Some(template_composer::Wish::Review) => review(state),
        Some(template_composer::Wish::EditExternally) => {
            let field = state.composer.draft.as_ref().and_then(Draft::field);
            field.map_or_else(Vec::new, |field| {
                vec![Effect::EditExternally(field.text.text())]
            })
        }
        Some(template_composer::Wish::Discard) => discard(state),
    }
}

fn discard(state: &mut State) -> Effects {
    state.composer.draft = None;
    state.composer.typing = false;
    state.composer.note.clear();
    state.payload.clear();
    state.tickets.forget(Slot::Preview);
    notify(state, Notice::fact("draft", "The draft is discarded."));
    vec![Effect::Store(StoreRequest::SaveDraft(None))]
}

/// The draft changed: build its plan for the preview and keep its text.
pub fn draft_changed(state: &mut State) -> Effects {
    state.composer.note.clear();
    let mut effects = vec![Effect::After {
        delay: SAVE_AFTER,
        timer: TimerId::SaveDraft,
    }];
    effects.extend(build_plan(state, Slot::Preview, PlanPurpose::Preview));
    effects
}

fn build_plan(state: &mut State, slot: Slot, purpose: PlanPurpose) -> Effects {
    let limits = state.limits();
    let version = state.profile.wire.flow_version;
    let form = state
        .composer
        .draft
        .as_ref()
        .and_then(|draft| draft.form(limits, version));
    let Some(form) = form else {
        state.payload.clear();
        if let Some(draft) = &mut state.composer.draft {
            let field = match draft.kind {
                DraftKind::Flow => "flow",
                DraftKind::Template | DraftKind::Broadcast => "template",
            };
            let text = format!("no {field} is chosen yet: Enter on its row lists them");
            draft.problems = vec![PlanProblem {
                field: Some(field.to_owned()),
                rule: "missing",
                text,
                advice: String::new(),
            }];
            draft.warnings.clear();
        }
        return Vec::new();
    };
    match state.tickets.issue(slot) {
        Some(ticket) => vec![Effect::BuildPlan {
            ticket,
            purpose,
            draft: Arc::new(form),
        }],
        None => Vec::new(),
    }
}

/// Builds the plan that a person reviews. While a single message is in grace and no draft is open,
/// the same key starts that message now.
pub fn review(state: &mut State) -> Effects {
    if state.composer.draft.is_none() {
        return start_now(state);
    }
    state.composer.typing = false;
    let made_for = state
        .composer
        .draft
        .as_ref()
        .and_then(|draft| draft.profile.clone());
    if let Some(made_for) = made_for.filter(|name| *name != state.profile.name) {
        return dialogs::ask_take_draft(state, &made_for);
    }
    build_plan(state, Slot::Review, PlanPurpose::Review)
}

fn start_now(state: &mut State) -> Effects {
    match state.armed.first() {
        Some(armed) if armed.single => vec![Effect::Outbox(OutboxCommand::StartNow(armed.batch))],
        Some(_) | None => Vec::new(),
    }
}

/// Asks the outbox to take back the next thing in grace. One at a time: whether it still could is
/// known only when it answers.
pub fn undo(state: &mut State) -> Effects {
    if state.armed.is_empty() || state.undoing.is_some() {
        return Vec::new();
    }
    let armed = state.armed.remove(0);
    let batch = armed.batch;
    state.undoing = Some(armed);
    vec![Effect::Outbox(OutboxCommand::Cancel(batch))]
}

/// Nothing of it has left: its draft is opened again.
pub fn undone(state: &mut State) -> Effects {
    let Some(armed) = state.undoing.take() else {
        return Vec::new();
    };
    if let (Some(draft), None) = (armed.draft, &state.composer.draft) {
        state.composer.draft = Some(*draft);
        flows::focus_pane(state, PaneId::Composer);
        return draft_changed(state);
    }
    Vec::new()
}

/// It was too late, or the record did not take it: what still waits is shown as waiting again.
pub fn not_undone(state: &mut State) {
    if let Some(armed) = state.undoing.take()
        && armed.until > state.now.timestamp()
    {
        state.armed.push(armed);
        state.armed.sort_by_key(|armed| armed.until);
    }
}
