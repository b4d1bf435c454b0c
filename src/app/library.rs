//! Looking after the library: the lists of templates and flows, and what is done with an entry. A
//! template that is chosen goes into a draft; nothing here sends.

use super::state::{Context, State};
use super::update::{Effects, notify};
use super::{choosing, dialogs, drafts, flows, importing, library_forms, library_pages};
use crate::contract::{
    Action, Effect, LibraryChange, Notice, PaneId, ShelfAnswer, ShelfRequest, StoreRequest,
};
use crate::domain::{Flow, Template, Usage, Used, User};
use crate::overlays::confirm::Purpose;
use crate::overlays::palette::{self, Entry, Shelf, ShelfKind, Target, Tending};
use crate::overlays::{Overlay, form};
use crate::text::{format, sanitize};

/// The templates as lines of a list.
pub fn template_entries(state: &State) -> impl Iterator<Item = Entry> + '_ {
    state.library.templates.iter().map(|template| {
        let label = title(template);
        let note = format::counted(template.parameters.len() as u64, "value");
        let target = Target::Template(template.name.clone(), template.language.clone());
        choosing::entry("template", label, note, target)
    })
}

/// The flows as lines of a list.
pub fn flow_entries(state: &State) -> impl Iterator<Item = Entry> + '_ {
    state.library.flows.iter().map(|flow| {
        let label = sanitize::clean_line(&flow.name).into_owned();
        let note = format!("{} required", flow.required.len());
        choosing::entry("flow", label, note, Target::Flow(flow.name.clone()))
    })
}

/// Name and language, clean.
pub fn title(template: &Template) -> String {
    let name = sanitize::clean_line(&template.name);
    format!("{name} · {}", sanitize::clean_line(&template.language))
}

fn templates_shelf(state: &State) -> Shelf {
    let cells = state.library.templates.iter().map(|template| {
        let used = Used::template(&template.name, &template.language);
        let (times, last) = used_cells(state, &used);
        let clean = |text: &str| sanitize::clean_line(text).into_owned();
        vec![
            clean(&template.name),
            clean(&template.language),
            clean(template.category.as_deref().unwrap_or_default()),
            template.version.to_string(),
            times,
            last,
            template.parameters.len().to_string(),
            if template.note.is_empty() { "" } else { "note" }.to_owned(),
        ]
    });
    Shelf {
        kind: ShelfKind::Templates,
        cells: cells.collect(),
        empty: "No templates yet. a adds one: paste the panel's \"Generate cURL\".",
    }
}

fn flows_shelf(state: &State) -> Shelf {
    let cells = state.library.flows.iter().map(|flow| {
        let (times, last) = used_cells(state, &Used::Flow(flow.name.clone()));
        let clean = |text: &str| sanitize::clean_line(text).into_owned();
        vec![
            clean(&flow.name),
            clean(&flow.key),
            clean(&flow.required.join(", ")),
            times,
            last,
        ]
    });
    Shelf {
        kind: ShelfKind::Flows,
        cells: cells.collect(),
        empty: "No flows yet: a adds one.",
    }
}

/// How often, and when last.
fn used_cells(state: &State, used: &Used) -> (String, String) {
    let usage: Usage = state.library.usage.get(used).copied().unwrap_or_default();
    let zone = state.now.time_zone();
    let last = usage.last.map(|at| at.to_zoned(zone.clone()));
    let last = last.map_or_else(|| "never".to_owned(), |at| format::moment(&at, &state.now));
    (format::count(usage.batches), last)
}

/// Opens the list of templates, typing a name at once or moving first.
pub fn open_templates(state: &mut State, typing: bool) -> Effects {
    let entries = template_entries(state).collect();
    let shelf = templates_shelf(state);
    open(
        state,
        palette::State::of_shelf("Templates", entries, shelf, typing),
    )
}

/// Opens the list of flows, typing a name at once or moving first.
pub fn open_flows(state: &mut State, typing: bool) -> Effects {
    let entries = flow_entries(state).collect();
    let shelf = flows_shelf(state);
    open(
        state,
        palette::State::of_shelf("Flows", entries, shelf, typing),
    )
}

/// What is known is shown at once; another window may have changed it meanwhile.
fn open(state: &mut State, list: palette::State) -> Effects {
    state.overlays.push(Overlay::Palette(list));
    vec![Effect::Store(StoreRequest::Shelf(ShelfRequest::Load))]
}

/// Takes what was chosen. A template or flow without an open draft begins one, for whoever is
/// marked, else for whoever is open.
pub fn choose(state: &mut State, target: Target, context: &Context<'_>) -> Effects {
    let begins = state.composer.draft.is_none()
        && state.users.marked_users.is_empty()
        && matches!(target, Target::Template(..) | Target::Flow(_));
    let here = begins.then(|| person_here(state)).flatten();
    let effects = choosing::choose(state, target.clone(), context);
    match (here, &mut state.composer.draft) {
        (Some(user), Some(draft)) => {
            draft.address(&[user]);
            // Once more, so that the cursor goes to the first value that is still empty.
            choosing::choose(state, target, context)
        }
        (_, _) => effects,
    }
}

/// Who is under the cursor of the list, else whose chat is open.
fn person_here(state: &State) -> Option<User> {
    let listed = state.users.selected().map(|row| row.user.clone());
    let listed = listed.filter(|_| state.focus == PaneId::Users);
    listed.or_else(|| Some(state.conversation.chat.as_ref()?.user.clone()))
}

/// The list of the library on top, and the entry under its cursor.
fn on_top(state: &State) -> Option<(ShelfKind, Option<&Entry>)> {
    match state.overlays.last() {
        Some(Overlay::Palette(list)) => Some((list.shelf.as_ref()?.kind, list.selected())),
        Some(_) | None => None,
    }
}

/// Whether an entry can be looked after in this way now.
///
/// # Errors
/// The reason, as a sentence.
pub fn tendable(action: Action, state: &State) -> Result<(), String> {
    let Some((kind, entry)) = on_top(state) else {
        return Err("no list of templates or flows is open: :templates opens one".to_owned());
    };
    if action == Action::AddEntry {
        return Ok(());
    }
    if action == Action::ShowVersions && kind == ShelfKind::Flows {
        return Err("a flow has no versions".to_owned());
    }
    match entry {
        Some(_) => Ok(()),
        None => Err("nothing is under the cursor".to_owned()),
    }
}

/// Looks after an entry.
pub fn tend(state: &mut State, tending: Tending, target: &Target) -> Effects {
    if let Some(template) = template_of(state, target) {
        return tend_template(state, tending, &template);
    }
    match flow_of(state, target) {
        Some(flow) => tend_flow(state, tending, &flow),
        None => Vec::new(),
    }
}

fn template_of(state: &State, target: &Target) -> Option<Template> {
    let Target::Template(name, language) = target else {
        return None;
    };
    let mut templates = state.library.templates.iter();
    let found = templates.find(|one| one.name == *name && one.language == *language);
    found.cloned()
}

fn flow_of(state: &State, target: &Target) -> Option<Flow> {
    let Target::Flow(name) = target else {
        return None;
    };
    state
        .library
        .flows
        .iter()
        .find(|one| one.name == *name)
        .cloned()
}

fn tend_template(state: &mut State, tending: Tending, template: &Template) -> Effects {
    match tending {
        Tending::Edit => show_form(state, library_forms::of_template(template)),
        Tending::Versions => vec![Effect::Store(StoreRequest::Shelf(
            ShelfRequest::LoadVersions {
                name: template.name.clone(),
                language: template.language.clone(),
            },
        ))],
        Tending::Copy => flows::copy(state, library_pages::payload_json(template)),
        Tending::Remove => {
            let lines = vec![
                "It leaves the lists; plans that were made with it keep theirs.".to_owned(),
                "Its versions stay in the record: alertdesk template restore brings one back."
                    .to_owned(),
            ];
            let change = LibraryChange::RemoveTemplate {
                name: template.name.clone(),
                language: template.language.clone(),
            };
            ask_remove(state, &title(template), lines, change)
        }
    }
}

fn tend_flow(state: &mut State, tending: Tending, flow: &Flow) -> Effects {
    match tending {
        Tending::Edit => show_form(state, library_forms::of_flow(Some(flow))),
        Tending::Versions => Vec::new(),
        Tending::Copy => flows::copy(state, flow.key.clone()),
        Tending::Remove => {
            let lines = vec![
                "The name and the key are forgotten here; the flow itself stays at the platform."
                    .to_owned(),
            ];
            let name = sanitize::clean_line(&flow.name).into_owned();
            ask_remove(
                state,
                &name,
                lines,
                LibraryChange::RemoveFlow(flow.name.clone()),
            )
        }
    }
}

fn ask_remove(state: &mut State, name: &str, lines: Vec<String>, change: LibraryChange) -> Effects {
    let title = format!("Remove {name}");
    let purpose = Purpose::Remove(change);
    dialogs::ask(state, purpose, title, lines, "remove".to_owned())
}

/// Opens the form of a new entry.
pub fn add(state: &mut State, kind: ShelfKind) -> Effects {
    match kind {
        ShelfKind::Flows => show_form(state, library_forms::of_flow(None)),
        ShelfKind::Templates => importing::open(state),
    }
}

fn show_form(state: &mut State, form: form::State) -> Effects {
    state.overlays.push(Overlay::Form(Box::new(form)));
    Vec::new()
}

/// Saves what the form on top holds; it stays open until the record has it.
pub fn save(state: &mut State) -> Effects {
    let State {
        library, overlays, ..
    } = state;
    let Some(Overlay::Form(form)) = overlays.last_mut() else {
        return Vec::new();
    };
    match library_forms::change_of(form, library) {
        Ok(Some(change)) => vec![Effect::Store(StoreRequest::Shelf(ShelfRequest::Change(
            change,
        )))],
        Ok(None) => {
            overlays.pop();
            Vec::new()
        }
        Err(refusal) => {
            form.refuse(refusal.field.as_deref(), refusal.text);
            Vec::new()
        }
    }
}

/// The record says something about the library.
pub fn answered(state: &mut State, answer: ShelfAnswer) -> Effects {
    match answer {
        ShelfAnswer::Now(shelves) => {
            (state.library.templates, state.library.flows) = (shelves.templates, shelves.flows);
            state.library.usage = shelves.usage;
            renew_lists(state);
            Vec::new()
        }
        ShelfAnswer::Changed(change, shelves) => {
            let effects = answered(state, ShelfAnswer::Now(shelves));
            if matches!(state.overlays.last(), Some(Overlay::Form(_))) {
                state.overlays.pop();
            }
            notify(state, Notice::fact("library", said(&change)));
            effects
                .into_iter()
                .chain(renew_draft(state, &change))
                .collect()
        }
        ShelfAnswer::Refused(error) => {
            let text = format!("{} {}", error.message, error.advice);
            match state.overlays.last_mut() {
                Some(Overlay::Form(form)) => form.refuse(None, text),
                Some(_) | None => notify(state, Notice::error("library", format!("✗ {text}"))),
            }
            Vec::new()
        }
        ShelfAnswer::Versions(versions) => match library_pages::versions(&versions, &state.now) {
            Some(page) => flows::push_page(state, page),
            None => Vec::new(),
        },
    }
}

/// Gives the open lists what the library holds now.
pub fn renew_lists(state: &mut State) {
    let templates = (
        template_entries(state).collect::<Vec<_>>(),
        templates_shelf(state),
    );
    let flows = (flow_entries(state).collect::<Vec<_>>(), flows_shelf(state));
    for overlay in &mut state.overlays {
        let Overlay::Palette(list) = overlay else {
            continue;
        };
        let (entries, shelf) = match list.shelf.as_ref().map(|shelf| shelf.kind) {
            Some(ShelfKind::Templates) => templates.clone(),
            Some(ShelfKind::Flows) => flows.clone(),
            None => continue,
        };
        list.renew(entries, shelf);
    }
}

fn said(change: &LibraryChange) -> String {
    let clean = |text: &str| sanitize::clean_line(text).into_owned();
    match change {
        LibraryChange::EditTemplate { name, language, .. } => {
            format!("{} {} is saved.", clean(name), clean(language))
        }
        LibraryChange::RemoveTemplate { name, language } => {
            format!("{} {} is out of the library.", clean(name), clean(language))
        }
        LibraryChange::PutFlow(flow) => format!("The flow {} is saved.", clean(&flow.name)),
        LibraryChange::RemoveFlow(name) => format!("The flow {} is forgotten.", clean(name)),
    }
}

/// An open draft with the version that was edited shows the new labels and words at once.
fn renew_draft(state: &mut State, change: &LibraryChange) -> Effects {
    let LibraryChange::EditTemplate { name, language, .. } = change else {
        return Vec::new();
    };
    let target = Target::Template(name.clone(), language.clone());
    let newest = template_of(state, &target);
    let Some((draft, newest)) = state.composer.draft.as_mut().zip(newest) else {
        return Vec::new();
    };
    let same = draft.template.as_ref().is_some_and(|open| {
        (&open.name, &open.language, open.version) == (name, language, newest.version)
    });
    if !same {
        return Vec::new();
    }
    draft.template = Some(newest);
    draft.rebuild();
    drafts::draft_changed(state)
}
