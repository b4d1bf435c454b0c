//! What crosses panes: opening a chat for a person, a draft for a chat, a plan for a draft. Panes
//! only say what they wish; here a wish becomes changed state elsewhere and effects.

use super::state::State;
use super::update::{Effects, notify};
use super::{
    batches, copying, dialogs, draft_shelf, drafts, help, importing, leaving, people, reading,
    searches,
};
use crate::contract::{
    Action, ApiError, ApiRequest, Effect, ErrorKind, Notice, OutboxCommand, PaneId, Slot,
    StoreRequest, TimerId,
};
use crate::domain::{Profile, Search, Wanted};
use crate::keymap::Keymap;
use crate::overlays::{Overlay, page};
use crate::panes::template_composer::{self, Draft, Wish};
use crate::panes::{activity as activity_pane, payload_preview, user_search};
use crate::text::sanitize;
use crate::widgets::Lines;

/// The first effects: what the local record knows.
pub fn start(state: &mut State) -> Effects {
    let mut effects = vec![
        Effect::Store(StoreRequest::LoadLibrary),
        Effect::Outbox(OutboxCommand::Load),
        Effect::Store(StoreRequest::LoadRecent(state.profile.target.clone())),
    ];
    if let Some((attribute, value)) = state.settings.first_search.clone() {
        let search = Search::of(Wanted { attribute, value });
        effects.extend(searches::find(state, search));
    }
    effects
}

/// The terminal has another size; a dialog that decides starts its quiet time again.
pub fn resize(state: &mut State, (width, height): (u16, u16), keymap: &Keymap) -> Effects {
    state.size = (width, height);
    dialogs::restart_quiet_time(state);
    help::resized(state, keymap);
    Vec::new()
}

/// A timer ran out. Toasts and countdowns are computed from the time itself.
pub fn timer(state: &mut State, timer: TimerId) -> Effects {
    match timer {
        TimerId::Countdown => {
            let now = state.now.timestamp();
            state.start(|armed| armed.until <= now);
            Vec::new()
        }
        TimerId::SaveDraft => draft_shelf::save_now(state),
        TimerId::Follow => reading::look_again(state),
        TimerId::Spinner | TimerId::Toast | TimerId::DialogReady => Vec::new(),
    }
}

/// Gives the keys to a pane.
pub fn focus_pane(state: &mut State, pane: PaneId) {
    state.focus = pane;
    state.visited_from.clear();
}

/// Gives the keys to a pane for a look; `Back` returns.
pub fn visit_pane(state: &mut State, pane: PaneId) {
    if state.focus == pane {
        return;
    }
    match state.visited_from.iter().position(|from| *from == pane) {
        // Going back by another key.
        Some(at) => state.visited_from.truncate(at),
        None => state.visited_from.push(state.focus),
    }
    state.focus = pane;
}

/// The pane before or after, among those on the screen where all have a place.
pub fn step_pane(state: &mut State, steps: isize) -> Effects {
    let layout = state.layout();
    let mut pane = state.focus.step(steps);
    if layout.framed() {
        while layout.pane(pane).is_none() {
            pane = pane.step(steps);
        }
    }
    focus_pane(state, pane);
    Vec::new()
}

/// Puts a page above the panes.
pub fn push_page(state: &mut State, page: page::State) -> Effects {
    state.overlays.push(Overlay::Page(page));
    Vec::new()
}

/// What the Users pane wishes.
pub fn users(state: &mut State, wish: Option<user_search::Wish>) -> Effects {
    match wish {
        None => Vec::new(),
        Some(user_search::Wish::Find(wanted)) => searches::find(state, Search::of(wanted)),
        Some(user_search::Wish::FindAgain) => {
            let asked = state.users.asked.clone();
            asked.map_or_else(Vec::new, |search| searches::find(state, search))
        }
        Some(user_search::Wish::Unmarked(marks)) => {
            searches::say_unmarked(state, marks);
            Vec::new()
        }
        Some(user_search::Wish::OpenChat(user)) => reading::open_chat(state, *user),
        Some(user_search::Wish::WriteTemplate(user)) => drafts::write_template(state, &[*user]),
        Some(user_search::Wish::Copy(text)) => copy(state, text),
        Some(user_search::Wish::ShowDetails(user)) => {
            let page = people::details_page(&user);
            push_page(state, page)
        }
    }
}

pub(super) fn request(state: &mut State, slot: Slot, request: ApiRequest) -> Effects {
    match state.tickets.issue(slot) {
        Some(ticket) => vec![Effect::Api {
            slot,
            ticket,
            request,
        }],
        None => Vec::new(),
    }
}

/// What the Payload pane wishes.
pub fn payload(state: &mut State, wish: Option<payload_preview::Wish>) -> Effects {
    match wish {
        None => Vec::new(),
        Some(payload_preview::Wish::ChooseCopy) => copying::open_forms(state),
        Some(payload_preview::Wish::CompareWithLast) => copying::compare_with_last(state),
        Some(payload_preview::Wish::Say(text)) => {
            notify(state, Notice::fact("payload", text));
            Vec::new()
        }
        Some(payload_preview::Wish::Review) => drafts::review(state),
        Some(payload_preview::Wish::CallBeside(item, after)) => {
            batches::load_request(state, item, Some(after))
        }
        Some(payload_preview::Wish::GoToField(name)) => {
            if let (Some(draft), Some(name)) = (&mut state.composer.draft, name) {
                let at = draft
                    .fields
                    .iter()
                    .position(|field| field.id.name() == name.as_str());
                draft.cursor = at.unwrap_or(draft.cursor);
            }
            focus_pane(state, PaneId::Composer);
            Vec::new()
        }
    }
}

/// What the Activity pane wishes.
pub fn activity(state: &mut State, wish: Option<activity_pane::Wish>) -> Effects {
    match wish {
        None => Vec::new(),
        Some(activity_pane::Wish::Copy(text)) => copy(state, text),
        Some(activity_pane::Wish::ShowDetail) => {
            let page = state
                .activity
                .selected()
                .map(|record| help::call_page(record, &state.now));
            page.map_or_else(Vec::new, |page| push_page(state, page))
        }
    }
}

/// Copies text as it is, and says so.
pub fn copy(state: &mut State, text: String) -> Effects {
    let first: String = sanitize::clean_line(&text).chars().take(40).collect();
    copy_as(state, text, &first)
}

/// Copies text as it is, and says in these words what was copied.
pub fn copy_as(state: &mut State, text: String, said: &str) -> Effects {
    notify(state, Notice::fact("copy", format!("Copied: {said}")));
    vec![Effect::Copy(text)]
}

/// `$EDITOR` ended.
pub fn edited(state: &mut State, result: Result<String, Box<ApiError>>) -> Effects {
    match result {
        Ok(text) => {
            if let Some(effects) = importing::edited(state, &text) {
                return effects;
            }
            let field = state.composer.draft.as_mut().and_then(Draft::field_mut);
            let mut joined = false;
            if let Some(field) = field {
                // Editors end a file with a line break that nobody typed.
                let text = text.strip_suffix('\n').unwrap_or(&text);
                let text = template_composer::listed(field.takes, text);
                joined = field.text.lines() == Lines::One && text.contains('\n');
                field.text.set_text(&text);
            }
            if let Some(draft) = &mut state.composer.draft {
                draft.grow();
            }
            let wish = if joined { Wish::Joined } else { Wish::Changed };
            drafts::composer(state, Some(wish))
        }
        Err(error) => {
            let text = format!("✗ {} {}", error.message, error.advice);
            notify(state, Notice::error("editor", text));
            Vec::new()
        }
    }
}

/// Another profile is connected, or cannot be.
pub fn profile_switched(state: &mut State, result: Result<Profile, ApiError>) -> Effects {
    match result {
        Ok(profile) => {
            let (settings, size, now) = (state.settings.clone(), state.size, state.now.timestamp());
            let mut effects = draft_shelf::save_now(state);
            let mut tickets = std::mem::take(&mut state.tickets);
            effects.extend(tickets.forget_all().into_iter().map(Effect::Cancel));
            let read_only = state.read_only_before.is_some();
            state.composer.typing = false;
            let kept = (
                std::mem::take(&mut state.activity),
                std::mem::take(&mut state.armed),
                std::mem::take(&mut state.composer),
                (state.undoing.take(), state.queueing.take(), state.sender),
            );
            let half_imported = state.half_imported.take();
            *state = State::new(profile, settings, size, now);
            let others;
            (state.activity, state.armed, state.composer, others) = kept;
            (state.undoing, state.queueing, state.sender) = others;
            state.half_imported = half_imported;
            if read_only {
                // Switched on by hand for the rest of a shift, not for one profile.
                state.read_only_before = Some(state.profile.read_only);
                state.profile.read_only = true;
            }
            state.tickets = tickets;
            let text = format!("Connected as {}", state.profile);
            notify(state, Notice::fact("profile", text));
            effects.extend(start(state));
            effects.extend(batches::ask_meter(state));
            effects
        }
        Err(error) => {
            let text = format!("✗ {} {}", error.message, error.advice);
            notify(state, Notice::error("profile", text));
            Vec::new()
        }
    }
}

/// Leaves; asks first if something runs.
pub fn quit(state: &mut State) -> Effects {
    let asked = state.overlays.iter().any(|overlay| {
        matches!(overlay, Overlay::Confirm(confirm) if confirm.purpose == crate::overlays::confirm::Purpose::Quit)
    });
    if asked {
        return Vec::new();
    }
    if state.work_is_running() {
        return leaving::ask_quit(state);
    }
    leave(state)
}

/// Leaves at once; what is typed is written down first.
pub fn leave(state: &mut State) -> Effects {
    let mut effects = draft_shelf::save_now(state);
    effects.push(Effect::Quit);
    effects
}

/// The error of an action that needs something the dashboard does not have.
pub fn refuse(state: &mut State, action: Action, why: &str) {
    let error = ApiError::new(ErrorKind::Usage, format!("{}: {why}", action.label()), "");
    notify(state, Notice::warning("unavailable", error.message));
}
