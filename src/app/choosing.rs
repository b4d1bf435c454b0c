//! The lists to choose from: people, templates, flows, batches, profiles, actions, and what a choice
//! does. What is chosen is only opened or put into a draft; nothing here sends.

use super::availability::available;
use super::state::{Context, State};
use super::update::{Effects, notify};
use super::{
    commands, dialogs, draft_shelf, drafts, flows, focus, helping, library, people_file,
    people_forms, reading, searches,
};
use crate::contract::{Action, Effect, FoundMessage, Notice, PaneId, StoreRequest};
use crate::domain::{BatchId, User};
use crate::keymap::Keymap;
use crate::overlays::palette::{Entry, Target};
use crate::overlays::{Overlay, palette};
use crate::panes::broadcast_scheduler::Row;
use crate::panes::template_composer::{Draft, DraftKind};
use crate::text::{bidi, format, highlight, sanitize, width};

/// Does what a chosen entry stands for.
pub fn choose(state: &mut State, target: Target, context: &Context<'_>) -> Effects {
    match target {
        Target::Person(id) => {
            let user = person(state, &id);
            reading::open_chat(state, user)
        }
        Target::Message { user, at, text } => {
            let user = person(state, &user);
            reading::open_at(state, user, at, &text)
        }
        Target::Search(search) => {
            flows::focus_pane(state, PaneId::Users);
            searches::find(state, search)
        }
        Target::Template(name, language) => {
            let template = state
                .library
                .templates
                .iter()
                .find(|template| template.name == name && template.language == language)
                .cloned();
            let fits = Draft::takes_template;
            let mut effects = set_in_draft(state, (DraftKind::Template, fits), |draft| {
                draft.template = template;
            });
            effects.extend(people_file::template_chosen(state));
            effects
        }
        Target::Flow(name) => {
            let flow = state
                .library
                .flows
                .iter()
                .find(|flow| flow.name == name)
                .cloned();
            let fits = |draft: &Draft| draft.kind == DraftKind::Flow;
            set_in_draft(state, (DraftKind::Flow, fits), |draft| draft.flow = flow)
        }
        Target::Batch(id) => go_to_batch(state, id),
        Target::Profile(name) => dialogs::switch_profile(state, name),
        Target::Action(action) => super::actions::run(state, action, context),
        Target::Draft(id) => draft_shelf::open_shelved(state, &id),
        Target::Discarded(id) => draft_shelf::bring_back(state, &id),
        Target::DiscardDraft => draft_shelf::discard(state),
        Target::Recipient(id) => {
            let user = person(state, &id);
            helping::add_recipient(state, &user)
        }
        Target::Insert { text, at_caret } => helping::insert(state, &text, at_caret),
        Target::Column(place, column) => people_file::set_column(state, place, column),
        Target::Form(place, form) => people_forms::set(state, place, &form),
        Target::SameForAll(place) => people_file::type_it(state, place),
        Target::Ask(purpose) => helping::ask(state, purpose),
        Target::Nothing => Vec::new(),
        Target::Copy(form) => super::copying::copy_request(state, form),
    }
}

fn go_to_batch(state: &mut State, id: BatchId) -> Effects {
    flows::focus_pane(state, PaneId::Broadcasts);
    let at = state.broadcasts.rows.iter().position(|row| match row {
        Row::Batch(index) => state
            .broadcasts
            .batches
            .get(*index)
            .is_some_and(|batch| batch.id == id),
        Row::Divider(..) => false,
    });
    if let Some(at) = at {
        state.broadcasts.list.selected = at;
    }
    Vec::new()
}

/// Somebody by channel user id, as far as they are known.
fn person(state: &State, id: &str) -> User {
    let listed = state.users.rows().iter().map(|row| &row.user);
    let known = listed.chain(&state.recent);
    let found = known.into_iter().find(|user| user.channel_user_id == id);
    found.cloned().unwrap_or_else(|| User::unknown(id))
}

/// Looks for a text in every conversation of the local copy.
pub fn search_messages(state: &State, text: &str) -> Effects {
    vec![Effect::Store(StoreRequest::SearchMessages {
        target: state.profile.target.clone(),
        text: text.to_owned(),
    })]
}

/// Opens the list of messages that were found.
pub fn show_found(state: &mut State, text: &str, found: &[FoundMessage]) -> Effects {
    let clean = sanitize::clean_line(text).into_owned();
    if found.is_empty() {
        let text = format!("Nobody wrote {clean} in the conversations read or synced here.");
        notify(state, Notice::warning("search", text));
        return Vec::new();
    }
    let zone = state.now.time_zone().clone();
    let entries = found.iter().filter_map(|one| {
        let at = one.message.time?;
        let name = one.user.name.as_deref().map_or_else(
            || format::last_four(&one.user.channel_user_id),
            |name| sanitize::clean_line(name).into_owned(),
        );
        let when = format::moment(&at.to_zoned(zone.clone()), &state.now);
        let said = snippet(&sanitize::clean_line(&one.message.text), &clean);
        let target = Target::Message {
            user: one.user.channel_user_id.clone(),
            at,
            text: text.to_owned(),
        };
        let label = format!("{}  {}", bidi::apart(&name), bidi::apart(&said));
        Some(entry("message", label, when, target))
    });
    let entries: Vec<Entry> = entries.collect();
    let title = format!(
        "{} with {clean}",
        format::counted(entries.len() as u64, "message")
    );
    let list = palette::State::new(title, entries);
    state.overlays.push(Overlay::Palette(list));
    Vec::new()
}

/// The part of a message around what was looked for.
fn snippet(message: &str, text: &str) -> String {
    let at = highlight::find_all(message, text)
        .first()
        .map_or(0, |range| range.start);
    let before = message.get(..at).unwrap_or("").chars().count();
    let skipped = before.saturating_sub(24);
    let rest: String = message.chars().skip(skipped).collect();
    let lead = if skipped > 0 { "…" } else { "" };
    format!("{lead}{}", width::truncate(&rest, 44, width::ELLIPSIS))
}

/// Changes the open draft if it takes that, else a new one of this kind; the one that was open
/// stays as it was.
fn set_in_draft(
    state: &mut State,
    (kind, fits): (DraftKind, impl Fn(&Draft) -> bool),
    set: impl FnOnce(&mut Draft),
) -> Effects {
    let mut effects = Vec::new();
    if !state.composer.draft.as_ref().is_some_and(fits) {
        effects = drafts::begin(state, kind);
    }
    if let Some(draft) = &mut state.composer.draft {
        set(draft);
        draft.rebuild();
        draft.prefill();
        // The first empty value is where the person goes on.
        let empty = draft.fields.iter().position(|field| {
            !field.id.is_choice() && !field.id.is_optional() && field.text.is_empty()
        });
        let last = draft.fields.len().saturating_sub(1);
        draft.cursor = empty.unwrap_or(2.min(last));
        state.composer.typing = empty.is_some();
    }
    if state.focus != PaneId::Composer {
        flows::focus_pane(state, PaneId::Composer);
    }
    effects.extend(drafts::draft_changed(state));
    effects
}

/// A line of a list.
pub fn entry(kind: &'static str, label: String, note: impl Into<String>, target: Target) -> Entry {
    Entry {
        kind,
        label,
        note: note.into(),
        unavailable: false,
        target,
    }
}

/// Opens the list of everything.
pub fn open_palette(state: &mut State, keymap: &Keymap) -> Effects {
    let people = state.users.rows().iter().map(|row| {
        let label = format!("{}  {}", bidi::apart(&row.name), row.phone);
        entry(
            "person",
            label,
            "open",
            Target::Person(row.key().to_owned()),
        )
    });
    let listed = |user: &&User| !state.users.rows().iter().any(|row| row.user.id == user.id);
    let recent = state.recent.iter().filter(listed).map(|user| {
        let name = sanitize::clean_line(user.name.as_deref().unwrap_or("no name")).into_owned();
        let number = sanitize::clean_line(&user.channel_user_id).into_owned();
        let target = Target::Person(user.channel_user_id.clone());
        let label = format!("{}  {number}", bidi::apart(&name));
        entry("recent", label, "open", target)
    });
    let batches = state.broadcasts.batches.iter().rev().map(|batch| {
        let label = format!("{} {}", batch.id, sanitize::clean_line(&batch.title));
        entry("batch", label, batch.state.word(), Target::Batch(batch.id))
    });
    let place = focus::pane_context(state.focus);
    let actions = Action::ALL.iter().filter_map(|action| {
        let key = keymap.key_for(place, *action).map(|key| key.to_string());
        let key = key.or_else(|| commands::typed_for(*action))?;
        let label = action.help().to_owned();
        Some(match available(*action, state) {
            Ok(()) => entry("action", label, key, Target::Action(*action)),
            Err(why) => Entry {
                unavailable: true,
                ..entry("action", label, why, Target::Action(*action))
            },
        })
    });
    let entries = people
        .chain(recent)
        .chain(searches::entries(state))
        .chain(library::template_entries(state))
        .chain(library::flow_entries(state))
        .chain(batches)
        .chain(actions)
        .collect();
    state.overlays.push(Overlay::Palette(palette::State::new(
        "Go to or do",
        entries,
    )));
    Vec::new()
}

/// Opens the list of templates to take one into the draft.
pub fn open_templates(state: &mut State) -> Effects {
    library::open_templates(state, true)
}

/// Opens the list of flows to take one into the draft.
pub fn open_flows(state: &mut State) -> Effects {
    library::open_flows(state, true)
}

/// Opens the list of profiles.
pub fn open_profiles(state: &mut State) -> Effects {
    let entries = state
        .settings
        .profiles
        .iter()
        .map(|(name, guard, host)| {
            let word = guard
                .word()
                .map_or_else(String::new, |word| format!("[{word}]  "));
            let here = if *name == state.profile.name {
                "now"
            } else {
                ""
            };
            let label = format!("{name}  {word}{host}");
            entry("profile", label, here, Target::Profile(name.clone()))
        })
        .collect();
    state
        .overlays
        .push(Overlay::Palette(palette::State::new("Profile", entries)));
    Vec::new()
}
