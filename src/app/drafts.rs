//! The life of a draft: begun, changed, planned for preview and review, queued, taken back in its
//! grace. It only asks for plans; what leaves is decided by the review.

use super::state::State;
use super::update::{Effects, notify};
use super::{choosing, dialogs, draft_shelf, flows, helping, people_file};
use crate::contract::{
    DraftForm, Effect, Notice, OutboxCommand, PaneId, PlanFailure, PlanPurpose, Slot, TimerId,
};
use crate::domain::{Direction, LastHeard, User};
use crate::panes::template_composer::{Draft, DraftKind, FieldId, Wish};
use std::sync::Arc;
use std::time::Duration;

/// How long a draft must be quiet before it is written down.
const SAVE_AFTER: Duration = Duration::from_millis(300);
/// How long something typed may wait at most, while the typing goes on. The writing itself takes
/// its time too, and together they must stay under a second.
const SAVE_AT_LATEST: Duration = Duration::from_millis(700);

/// Starts a template draft for people and asks which template. In the list those who are marked
/// are meant; in a chat its person, whoever is marked elsewhere.
pub fn write_template(state: &mut State, users: &[User]) -> Effects {
    let from = state.focus;
    let marked = marked_people(state);
    let users = if marked.is_empty() || from != PaneId::Users {
        users
    } else {
        marked.as_slice()
    };
    let mut effects = begin(state, DraftKind::Template);
    if from != PaneId::Composer {
        state.visited_from = vec![from];
    }
    if let Some(draft) = &mut state.composer.draft {
        draft.address(users);
    }
    effects.extend(draft_changed(state));
    effects.extend(choosing::open_templates(state));
    effects
}

/// Starts a draft of a kind, and asks which flow where it is for one.
pub fn new_draft(state: &mut State, kind: DraftKind) -> Effects {
    let mut effects = begin(state, kind);
    effects.extend(draft_changed(state));
    if kind == DraftKind::Flow {
        effects.extend(choosing::open_flows(state));
    }
    effects
}

/// Who is marked, an open range included: it is part of what a person sees as chosen.
fn marked_people(state: &mut State) -> Vec<User> {
    state.users.mark_range();
    state.users.marked_users.clone()
}

/// Opens a new draft; the one that was open goes to the shelf. It is for the marked people, else,
/// where somebody goes on from an open draft, for the people of that one.
pub fn begin(state: &mut State, kind: DraftKind) -> Effects {
    let marked = marked_people(state);
    let before = state
        .composer
        .draft
        .as_ref()
        .filter(|_| state.focus == PaneId::Composer)
        .map(|draft| (draft.value(&FieldId::To), draft.people.clone()));
    let effects = draft_shelf::put_aside(state);
    state.composer.begun += 1;
    let moment = state.now.timestamp().as_nanosecond();
    let id = format!("{moment:x}-{}", state.composer.begun);
    let mut draft = Draft::new(id, kind);
    draft.profile = Some(state.profile.name.clone());
    if !marked.is_empty() {
        draft.address(&marked);
    } else if let Some((to, people)) = before {
        draft.set_value(&FieldId::To, &to);
        draft.people = people;
    }
    draft.cursor = 1;
    state.composer.draft = Some(draft);
    state.composer.typing = false;
    state.composer.first = 0;
    flows::focus_pane(state, PaneId::Composer);
    effects
}

/// What the Composer pane wishes.
pub fn composer(state: &mut State, wish: Option<Wish>) -> Effects {
    match wish {
        None => Vec::new(),
        Some(Wish::Changed) => draft_changed(state),
        Some(Wish::Joined) => {
            let text = "The field has one line: the lines of the paste were joined.";
            notify(state, Notice::fact("paste", text));
            draft_changed(state)
        }
        Some(Wish::ChooseTemplate) => choosing::open_templates(state),
        Some(Wish::ChooseFlow) => choosing::open_flows(state),
        Some(Wish::Help) => helping::open(state),
        Some(Wish::Review) => review(state),
        Some(Wish::EditExternally) => {
            let field = state.composer.draft.as_ref().and_then(Draft::field);
            field.map_or_else(Vec::new, |field| {
                vec![Effect::EditExternally(field.text.text())]
            })
        }
        Some(Wish::ListDrafts) => draft_shelf::list(state),
        Some(Wish::ChoosePeople) => people_file::open(state),
        Some(Wish::WriteWords) => helping::ask_words(state),
        Some(Wish::SwitchRaw) => switch_raw(state),
        Some(Wish::Discard) => draft_shelf::ask_discard(state),
    }
}

/// From the form to raw JSON and back. Both texts stay; the first time the raw one begins as what
/// the form says now.
fn switch_raw(state: &mut State) -> Effects {
    let shown = state.payload.request().map(|request| request.body.clone());
    let Some(draft) = &mut state.composer.draft else {
        return Vec::new();
    };
    draft.choices.raw = !draft.choices.raw;
    draft.rebuild();
    if draft.is_raw() {
        let raw = draft
            .fields
            .iter()
            .position(|field| field.id == FieldId::Raw);
        draft.cursor = raw.unwrap_or(draft.cursor);
        if draft.value(&FieldId::Raw).is_empty()
            && let Some(text) = shown.and_then(|body| draft.raw_of(&body))
        {
            draft.set_value(&FieldId::Raw, &text);
        }
    }
    draft_changed(state)
}

/// The draft changed: build its plan for the preview and keep its text.
pub fn draft_changed(state: &mut State) -> Effects {
    let now = state.now.timestamp();
    state.composer.note.clear();
    if let Some(draft) = &mut state.composer.draft {
        draft.usual_version = state.profile.wire.flow_version;
    }
    let since = *state.composer.unsaved.get_or_insert(now);
    let waited = now.duration_since(since).unsigned_abs();
    let delay = SAVE_AT_LATEST.saturating_sub(waited).min(SAVE_AFTER);
    let mut effects = vec![Effect::After {
        delay,
        timer: TimerId::SaveDraft,
    }];
    effects.extend(preview(state));
    effects
}

/// Builds the plan of the open draft for the Payload pane and the checks.
pub fn preview(state: &mut State) -> Effects {
    build_plan(state, PlanPurpose::Preview, None)
}

/// Builds the plan of the open draft for its review, people who have the same already included.
/// The reason holds for this plan alone: the next one asks again.
pub fn review_overriding(state: &mut State, reason: String) -> Effects {
    build_plan(state, PlanPurpose::Review, Some(reason))
}

/// Builds the plan of the open draft for a purpose; nothing where it is not that far yet.
pub fn build_plan(
    state: &mut State,
    purpose: PlanPurpose,
    override_reason: Option<String>,
) -> Effects {
    let slot = match purpose {
        PlanPurpose::Preview => Slot::Preview,
        PlanPurpose::Review => Slot::Review,
        PlanPurpose::Check => Slot::Check,
    };
    let limits = state.limits();
    let version = state.profile.wire.flow_version;
    let heard = heard(state);
    let Some(draft) = &mut state.composer.draft else {
        state.payload.clear();
        return Vec::new();
    };
    if let Some((digits, heard)) = heard {
        draft.hear(&digits, heard);
    }
    match draft.form(limits, version, &state.library.templates) {
        Ok(form) => match state.tickets.issue(slot) {
            Some(ticket) => vec![Effect::BuildPlan {
                ticket,
                purpose,
                draft: Arc::new(DraftForm {
                    override_reason,
                    ..form
                }),
            }],
            None => Vec::new(),
        },
        Err(problems) => {
            // A plan that is still on its way is of a draft that is no more.
            state.tickets.forget(Slot::Preview);
            draft.problems.clone_from(&problems);
            draft.warnings.clear();
            draft.plan = None;
            if draft.is_chosen() {
                state.payload.fail(PlanFailure {
                    problems,
                    skipped: Vec::new(),
                });
            } else {
                state.payload.clear();
            }
            Vec::new()
        }
    }
}

/// When the person of the open chat wrote last, if its newest messages are here.
fn heard(state: &State) -> Option<(String, LastHeard)> {
    let chat = state
        .conversation
        .chat
        .as_ref()
        .filter(|chat| !chat.below)?;
    let looked = chat.newest.as_of()?;
    let mut messages = chat.messages.iter().rev();
    let at = messages
        .find(|one| one.direction == Direction::In && one.time.is_some())?
        .time?;
    Some((chat.user.channel_user_id.clone(), LastHeard { at, looked }))
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
    build_plan(state, PlanPurpose::Review, None)
}

fn start_now(state: &mut State) -> Effects {
    match state.armed.first() {
        Some(armed) if armed.single => vec![Effect::Outbox(OutboxCommand::StartNow(armed.batch))],
        Some(_) | None => Vec::new(),
    }
}

/// Asks the outbox to take back the next thing in grace, or to stop what has just left it. One at a
/// time: whether it still could is known only when it answers.
pub fn undo(state: &mut State) -> Effects {
    if state.undoing.is_some() {
        return Vec::new();
    }
    let now = state.now.timestamp();
    let next = if state.armed.is_empty() {
        let late = state.just_started.take();
        late.filter(|late| late.was_just_started(now))
    } else {
        Some(state.armed.remove(0))
    };
    let Some(armed) = next else {
        return Vec::new();
    };
    let batch = armed.batch;
    state.undoing = Some(armed);
    vec![Effect::Outbox(OutboxCommand::Undo(batch))]
}

/// Nothing of it has left: its draft is opened again, or kept where another one is being written.
pub fn undone(state: &mut State) -> Effects {
    let armed = state.undoing.take();
    match armed.and_then(|armed| armed.draft) {
        Some(draft) => draft_shelf::give_back(state, *draft),
        None => Vec::new(),
    }
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

/// Shows the message as a phone does, over the Payload pane, where the composer has no room for
/// it.
pub fn show_preview(state: &mut State) -> Effects {
    let hidden = state.focus == PaneId::Composer && !state.bubble_is_shown();
    flows::visit_pane(state, PaneId::Payload);
    if hidden {
        helping::show_phone(state);
    }
    Vec::new()
}
