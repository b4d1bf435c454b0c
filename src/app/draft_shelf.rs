//! The drafts beside the open one: put aside, kept in the local record, listed, opened again,
//! discarded and brought back. Whatever happens, a draft with something in it is either open, on
//! the shelf, or among the discarded ones of this session.

use super::state::State;
use super::update::{Effects, notify};
use super::{drafts, flows};
use crate::contract::{ApiError, Effect, KeptDraft, Notice, PaneId, Slot, StoreRequest, TimerId};
use crate::overlays::palette::{Entry, Target};
use crate::overlays::{Overlay, palette};
use crate::panes::template_composer::{Draft, Shelved};
use crate::text::{format, sanitize};
use std::time::Duration;

/// When a draft that could not be kept is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(3);

/// The effect that keeps a draft in the local record.
fn keep(draft: &Draft) -> Option<Effect> {
    let text = draft.to_text()?;
    let id = draft.id.clone();
    Some(Effect::Store(StoreRequest::SaveDraft { id, text }))
}

fn forget(id: &str) -> Effect {
    Effect::Store(StoreRequest::DeleteDraft(id.to_owned()))
}

/// Writes the open draft down, if it has something that is not.
pub fn save_now(state: &mut State) -> Effects {
    let unsaved = state.composer.unsaved.take();
    let draft = state.composer.draft.as_ref().filter(|_| unsaved.is_some());
    draft.and_then(keep).into_iter().collect()
}

/// Puts the open draft on the shelf. One with nothing in it goes.
pub fn put_aside(state: &mut State) -> Effects {
    let Some(draft) = state.composer.draft.take() else {
        return Vec::new();
    };
    state.composer.unsaved = None;
    state.composer.typing = false;
    if draft.is_blank() {
        return vec![forget(&draft.id)];
    }
    shelve(state, draft)
}

fn shelve(state: &mut State, draft: Draft) -> Effects {
    let effect = keep(&draft);
    let at = state.now.timestamp();
    let id = draft.id.clone();
    let draft = Some(draft);
    state.composer.shelf.insert(0, Shelved { id, draft, at });
    effect.into_iter().collect()
}

/// Opens a draft that is not on the shelf.
fn open(state: &mut State, draft: Draft) -> Effects {
    let mut effects = put_aside(state);
    state.composer.draft = Some(draft);
    state.composer.first = 0;
    flows::focus_pane(state, PaneId::Composer);
    effects.extend(drafts::draft_changed(state));
    effects
}

/// A draft comes back because nothing of it has left. It is opened, unless another one is being
/// written: that one stays, and this one is kept beside it.
pub fn give_back(state: &mut State, draft: Draft) -> Effects {
    let writing = state
        .composer
        .draft
        .as_ref()
        .is_some_and(|open| !open.is_blank());
    if !writing {
        return open(state, draft);
    }
    let text = format!(
        "The draft {} is kept: d in the composer lists it.",
        draft.subject()
    );
    notify(state, Notice::fact("draft-back", text));
    shelve(state, draft)
}

/// Opens a draft of the shelf.
pub fn open_shelved(state: &mut State, id: &str) -> Effects {
    let at = state.composer.shelf.iter().position(|one| one.id == id);
    let Some(at) = at else { return Vec::new() };
    let shelved = state.composer.shelf.remove(at);
    match shelved.draft {
        Some(draft) => open(state, draft),
        None => Vec::new(),
    }
}

/// Brings a discarded draft back.
pub fn bring_back(state: &mut State, id: &str) -> Effects {
    let at = state.composer.discarded.iter().position(|one| one.id == id);
    let Some(at) = at else { return Vec::new() };
    let draft = state.composer.discarded.remove(at);
    open(state, draft)
}

/// Asks before a draft with something in it is discarded.
pub fn ask_discard(state: &mut State) -> Effects {
    let Some(draft) = &state.composer.draft else {
        return Vec::new();
    };
    if draft.is_blank() {
        return discard(state);
    }
    let what = what(draft);
    let entry = |label: String, note: &str, target| Entry {
        kind: "draft",
        label,
        note: note.to_owned(),
        unavailable: false,
        target,
    };
    let entries = vec![
        entry("keep it".to_owned(), "nothing happens", Target::Nothing),
        entry(
            format!("discard  {what}"),
            "d lists it until the end",
            Target::DiscardDraft,
        ),
    ];
    let list = palette::State::new("Discard this draft?".to_owned(), entries);
    state.overlays.push(Overlay::Palette(list));
    Vec::new()
}

/// Discards the open draft; in this session it can be brought back.
pub fn discard(state: &mut State) -> Effects {
    let Some(draft) = state.composer.draft.take() else {
        return Vec::new();
    };
    state.composer.typing = false;
    state.composer.unsaved = None;
    state.composer.note.clear();
    state.payload.clear();
    state.tickets.forget(Slot::Preview);
    let effect = forget(&draft.id);
    if draft.is_blank() {
        notify(state, Notice::fact("draft", "The empty draft is closed."));
    } else {
        state.composer.discarded.insert(0, draft);
        let text = "The draft is discarded. 3, then d brings it back.";
        notify(state, Notice::fact("draft", text));
    }
    vec![effect]
}

/// What a draft is, in a few words: subject and person.
fn what(draft: &Draft) -> String {
    format!("{} → {}", draft.subject(), draft.to_words())
}

/// Lists the drafts: the open one, those on the shelf, those discarded in this session.
pub fn list(state: &mut State) -> Effects {
    let mut entries = Vec::new();
    if let Some(open) = &state.composer.draft {
        entries.push(entry_of(
            state,
            "open",
            open,
            "open now".to_owned(),
            Target::Nothing,
        ));
    }
    for shelved in &state.composer.shelf {
        let at = shelved.at.to_zoned(state.now.time_zone().clone());
        let age = format::moment(&at, &state.now);
        let target = Target::Draft(shelved.id.clone());
        entries.push(match &shelved.draft {
            Some(draft) => entry_of(state, "draft", draft, age, target),
            None => Entry {
                kind: "draft",
                label: format!("of another version of the program, {age}"),
                note: "cannot be opened here".to_owned(),
                unavailable: true,
                target,
            },
        });
    }
    for draft in &state.composer.discarded {
        let target = Target::Discarded(draft.id.clone());
        entries.push(entry_of(
            state,
            "discarded",
            draft,
            "bring back".to_owned(),
            target,
        ));
    }
    if entries.is_empty() {
        let text = "No drafts: t on a person or :broadcast new starts one.";
        notify(state, Notice::fact("draft", text));
        return Vec::new();
    }
    let list = palette::State::new("Drafts".to_owned(), entries);
    state.overlays.push(Overlay::Palette(list));
    Vec::new()
}

fn entry_of(
    state: &State,
    kind: &'static str,
    draft: &Draft,
    age: String,
    target: Target,
) -> Entry {
    let other = draft
        .profile
        .as_ref()
        .filter(|name| **name != state.profile.name);
    let note = match other {
        Some(profile) => format!("{} · {age}", sanitize::clean_line(profile)),
        None => age,
    };
    Entry {
        kind,
        label: what(draft),
        note,
        unavailable: false,
        target,
    }
}

/// A draft is kept; where another window had changed it, under a name of its own.
pub fn saved(state: &mut State, id: &str, kept_as: &str) {
    state.toasts.settle("draft-save");
    if id != kept_as {
        rename(state, id, kept_as);
        let text = "Another window changed this draft too: yours is kept beside it.";
        notify(state, Notice::warning("draft-copy", text));
    }
    let open = state.composer.draft.as_ref();
    if open.is_some_and(|draft| draft.id == kept_as) && state.composer.unsaved.is_none() {
        state.composer.note = format!("draft saved {}", format::clock(&state.now));
    }
}

fn rename(state: &mut State, id: &str, new: &str) {
    let shelf = state.composer.shelf.iter_mut();
    for shelved in shelf.filter(|one| one.id == id) {
        new.clone_into(&mut shelved.id);
        if let Some(draft) = &mut shelved.draft {
            new.clone_into(&mut draft.id);
        }
    }
    let armed = state
        .armed
        .iter_mut()
        .filter_map(|armed| armed.draft.as_deref_mut());
    let queueing = state.queueing.iter_mut().map(|(draft, _)| draft.as_mut());
    let open = state.composer.draft.iter_mut();
    for draft in open.chain(armed).chain(queueing).filter(|one| one.id == id) {
        new.clone_into(&mut draft.id);
    }
}

/// A draft could not be kept: say it, and try again soon.
pub fn not_saved(state: &mut State, error: &ApiError) -> Effects {
    let now = state.now.timestamp();
    let text = format!(
        "✗ The draft cannot be saved: {} Do not close; E keeps it in your editor.",
        error.message
    );
    notify(state, Notice::error("draft-save", text));
    if state.composer.draft.is_none() {
        return Vec::new();
    }
    state.composer.unsaved.get_or_insert(now);
    vec![Effect::After {
        delay: TRY_AGAIN,
        timer: TimerId::SaveDraft,
    }]
}

/// The drafts of last time: the newest is open again, the others are on the shelf.
pub fn restore(state: &mut State, kept: Vec<KeptDraft>) -> Effects {
    let known: Vec<String> = known_ids(state);
    let mut found = 0;
    for row in kept.into_iter().filter(|row| !known.contains(&row.id)) {
        found += 1;
        state.composer.shelf.push(Shelved {
            draft: Draft::from_text(&row.id, &row.text, &state.library),
            id: row.id,
            at: row.updated,
        });
    }
    state
        .composer
        .shelf
        .sort_by_key(|one| std::cmp::Reverse(one.at));
    let newest = state
        .composer
        .shelf
        .iter()
        .position(|one| one.draft.is_some())
        .filter(|_| found > 0 && state.composer.draft.is_none());
    let Some(newest) = newest else {
        return drafts::preview(state);
    };
    let shelved = state.composer.shelf.remove(newest);
    state.composer.draft = shelved.draft;
    let effects = drafts::preview(state);
    state.composer.note = match state.composer.shelf.len() as u64 {
        0 => "draft of last time".to_owned(),
        others => format!("of last time · d lists {} more", format::count(others)),
    };
    effects
}

fn known_ids(state: &State) -> Vec<String> {
    let shelf = state.composer.shelf.iter().map(|one| one.id.clone());
    let discarded = state.composer.discarded.iter().map(|one| one.id.clone());
    let armed = state
        .armed
        .iter()
        .filter_map(|armed| armed.draft.as_deref());
    let undoing = state
        .undoing
        .iter()
        .filter_map(|armed| armed.draft.as_deref());
    let queueing = state.queueing.iter().map(|(draft, _)| draft.as_ref());
    let open = state.composer.draft.iter();
    let away = open.chain(armed).chain(undoing).chain(queueing);
    shelf
        .chain(discarded)
        .chain(away.map(|draft| draft.id.clone()))
        .collect()
}

/// The plan of a draft is durably queued: its text is no longer needed.
pub fn queued(draft: &Draft) -> Effect {
    forget(&draft.id)
}
