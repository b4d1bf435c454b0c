//! People from a file: asking for the file, showing what fills what, and what was found in every
//! row. A column that fills a place stands in the draft's field as its placeholder, so preview,
//! review and sending know nothing of files here.

use super::people_places::{
    DELIMITERS, can_be_named, cells, fill, number_place, personal, place_of, placeholder_of,
    propose_number, shape_words, shown, single_place, unused,
};
use super::state::State;
use super::update::{Effects, notify};
use super::{choosing, drafts, helping, people_checks, people_forms, people_memory};
use crate::contract::{Action, Effect, Notice, SampleAnswer, SampleAsk, Slot};
use crate::domain::audience::{TableSample, TextEncoding};
use crate::overlays::mapping::{self, Head};
use crate::overlays::palette::{Entry, Target};
use crate::overlays::prompt::Purpose;
use crate::overlays::{Overlay, checks, palette};
use crate::panes::template_composer::{Draft, DraftKind};
use crate::text::sanitize;
use std::sync::Arc;

/// Shows the columns of the draft's file; asks for a file where there is none. Without a draft the
/// file begins one.
pub fn open(state: &mut State) -> Effects {
    match &state.composer.draft {
        Some(draft) if draft.people_file().is_some() => show(state),
        Some(_) => helping::ask(state, Purpose::PeopleFile),
        None => {
            let mut effects = drafts::new_draft(state, DraftKind::Template);
            effects.extend(helping::ask(state, Purpose::PeopleFile));
            effects
        }
    }
}

/// Whether columns could fill places of a template and none is chosen yet.
fn needs_template(draft: &Draft) -> bool {
    draft.takes_template() && draft.template.is_none()
}

/// What follows when the file is taken, in words.
pub fn what_comes_next(state: &State) -> &'static str {
    let draft = state.composer.draft.as_ref();
    if draft.is_some_and(needs_template) {
        "the template is asked next, then its columns"
    } else {
        "its columns are shown next"
    }
}

/// Takes the people of the draft from this file.
pub fn take(state: &mut State, path: &str) -> Effects {
    let Some(draft) = &mut state.composer.draft else {
        return Vec::new();
    };
    draft.take_people_from(path.trim());
    let is_open = needs_template(draft);
    state.composer.revision += 1;
    let mut effects = drafts::draft_changed(state);
    effects.extend(if is_open {
        choosing::open_templates(state)
    } else {
        show(state)
    });
    effects
}

/// The draft has another template: what fills its places is looked at, where people come from a
/// file.
pub fn template_chosen(state: &mut State) -> Effects {
    let draft = state.composer.draft.as_ref();
    if draft.and_then(Draft::people_file).is_none() {
        return Vec::new();
    }
    state.composer.typing = false;
    show(state)
}

fn show(state: &mut State) -> Effects {
    let Some(file) = state.composer.draft.as_ref().and_then(Draft::people_file) else {
        return Vec::new();
    };
    let dialog = mapping::State {
        file: sanitize::clean_line(file.name()).into_owned(),
        head: Head::Reading,
        places: Vec::new(),
        unused: Vec::new(),
        reads: String::new(),
        warnings: Vec::new(),
        as_before: None,
        at: 0,
        checking: false,
        guarded: state.profile.guard == crate::domain::Guard::Production,
    };
    state.overlays.push(Overlay::Mapping(Box::new(dialog)));
    read_head(state)
}

fn read_head(state: &mut State) -> Effects {
    let Some(file) = state.composer.draft.as_ref().and_then(Draft::people_file) else {
        return Vec::new();
    };
    let draft = state.composer.draft.as_ref();
    let template = draft.and_then(|draft| draft.template.as_ref());
    let template = template.map(|one| (one.name.clone(), one.language.clone()));
    match state.tickets.issue(Slot::PeopleSample) {
        Some(ticket) => vec![Effect::SamplePeople {
            ticket,
            ask: SampleAsk { file, template },
        }],
        None => Vec::new(),
    }
}

/// The first rows are there: empty places are filled by the names of the columns.
pub fn sampled(state: &mut State, answer: SampleAnswer) -> Effects {
    if !state.tickets.redeem(Slot::PeopleSample, answer.ticket) {
        return Vec::new();
    }
    let Some(draft) = &mut state.composer.draft else {
        return Vec::new();
    };
    let sample = match answer.result {
        Ok(sample) => Arc::new(sample),
        Err(error) => {
            draft.table.sample = None;
            if let Some(dialog) = dialog(state) {
                dialog.head = Head::Failed(format!("{} {}", error.message, error.advice));
            }
            return Vec::new();
        }
    };
    let gone = |column: &String| !sample.columns.contains(column);
    if draft.table.to_column.as_ref().is_some_and(gone) {
        draft.table.to_column = None;
    }
    people_memory::restore(draft, &sample, answer.before);
    propose_number(draft, &sample);
    draft.table.sample = Some(Arc::clone(&sample));
    draft.table.people = None;
    fill(draft, &sample, false);
    changed(state)
}

pub(super) fn dialog(state: &mut State) -> Option<&mut mapping::State> {
    state.overlays.iter_mut().rev().find_map(|overlay| {
        if let Overlay::Mapping(dialog) = overlay {
            Some(dialog.as_mut())
        } else {
            None
        }
    })
}

/// The draft changed under the dialog.
pub(super) fn changed(state: &mut State) -> Effects {
    state.composer.revision += 1;
    drafts::draft_changed(state)
}

/// Works out anew what the dialog shows, while it is open: after every change, because the draft, its
/// first person and the file have a part in it.
pub fn refresh(state: &mut State) {
    if dialog(state).is_none() {
        return;
    }
    let Some(draft) = &state.composer.draft else {
        return;
    };
    let Some(sample) = draft.table.sample.clone() else {
        return;
    };
    let region = state.profile.region.as_deref();
    let mut places = vec![number_place(draft, &sample, region)];
    places.extend(personal(draft).map(|field| place_of(field, &sample)));
    let unused = unused(draft, &sample);
    let reads = draft.reads().unwrap_or_default();
    let warnings = sample.warnings.clone();
    let as_before = people_memory::words(draft, &state.now);
    if let Some(dialog) = dialog(state) {
        dialog.head = Head::Read(shape_words(&sample));
        dialog.at = dialog.at.min(places.len().saturating_sub(1));
        dialog.places = places;
        dialog.unused = unused;
        dialog.reads = reads;
        dialog.warnings = warnings;
        dialog.as_before = as_before;
    }
}

/// Runs an action in the dialog of columns or that of the check, whichever is on top.
pub fn act(state: &mut State, action: Action) -> Effects {
    if let Some(Overlay::Mapping(dialog)) = state.overlays.last_mut() {
        let wish = mapping::act(dialog, action);
        return wished(state, wish);
    }
    if let Some(Overlay::Checks(dialog)) = state.overlays.last_mut() {
        let wish = checks::act(dialog, action);
        return people_checks::wished(state, wish);
    }
    Vec::new()
}

/// What the dialog of columns wants.
fn wished(state: &mut State, wish: Option<mapping::Wish>) -> Effects {
    let Some(wish) = wish else {
        return Vec::new();
    };
    let draft = state.composer.draft.as_ref();
    let sample = draft.and_then(|draft| draft.table.sample.clone());
    match (wish, sample) {
        (mapping::Wish::Close, _) => {
            state.overlays.pop();
            Vec::new()
        }
        // Without first rows there is nothing to check or to map yet.
        (mapping::Wish::OtherFile, _) | (mapping::Wish::Check | mapping::Wish::Map, None) => {
            ask_other_file(state)
        }
        (_, None) => Vec::new(),
        (mapping::Wish::Map, Some(sample)) => choose(state, &sample),
        (mapping::Wish::Fallback, Some(_)) => ask_fallback(state),
        (mapping::Wish::Form, Some(sample)) => people_forms::choose(state, &sample),
        (mapping::Wish::Guess, Some(sample)) => {
            if let Some(draft) = &mut state.composer.draft {
                fill(draft, &sample, true);
            }
            changed(state)
        }
        (mapping::Wish::SwitchHeader, Some(sample)) => reread(state, |draft| {
            draft.table.shape.header = Some(!sample.shape.header);
        }),
        (mapping::Wish::NextEncoding, Some(sample)) => reread(state, |draft| {
            let next = after(&TextEncoding::CHOICES, &sample.shape.encoding);
            draft.table.shape.encoding = next.copied();
        }),
        (mapping::Wish::NextDelimiter, Some(sample)) => reread(state, |draft| {
            let signs = DELIMITERS.map(|(sign, _)| sign);
            draft.table.shape.delimiter = after(&signs, &sample.shape.delimiter).copied();
        }),
        (mapping::Wish::Check, Some(_)) => people_checks::check(state),
    }
}

/// Asks for a file in place of this one; the dialog opens again for it.
fn ask_other_file(state: &mut State) -> Effects {
    state
        .overlays
        .retain(|overlay| !matches!(overlay, Overlay::Mapping(_)));
    helping::ask(state, Purpose::PeopleFile)
}

/// The choice after this one; the first after the last, or where it is none of them.
fn after<'c, T: PartialEq>(choices: &'c [T], now: &T) -> Option<&'c T> {
    let at = choices.iter().position(|choice| choice == now);
    let next = at.map_or(0, |at| at + 1);
    choices.get(next).or_else(|| choices.first())
}

/// Changes how the file is read, and reads its first rows again.
fn reread(state: &mut State, change: impl FnOnce(&mut Draft)) -> Effects {
    if let Some(draft) = &mut state.composer.draft {
        change(draft);
    }
    read_head(state)
}

/// The place under the cursor of the dialog: 0 is the number.
fn place_here(state: &mut State) -> usize {
    dialog(state).map_or(0, |dialog| dialog.at)
}

/// Lists the columns for the place under the cursor.
fn choose(state: &mut State, sample: &TableSample) -> Effects {
    let at = place_here(state);
    let Some(draft) = &state.composer.draft else {
        return Vec::new();
    };
    let label = match at.checked_sub(1) {
        None => "number".to_owned(),
        Some(field) => personal(draft)
            .nth(field)
            .map_or_else(String::new, |one| one.label.clone()),
    };
    let columns = sample
        .columns
        .iter()
        .enumerate()
        .map(|(index, name)| Entry {
            kind: "column",
            label: sanitize::clean_line(name).into_owned(),
            note: cells(sample, name)
                .map(|cells| shown(&cells))
                .unwrap_or_default(),
            unavailable: false,
            target: Target::Column(at, index),
        });
    let mut entries: Vec<Entry> = columns.collect();
    if at > 0 {
        entries.push(Entry {
            kind: "text",
            label: "the same for everybody: type it in the draft".to_owned(),
            note: String::new(),
            unavailable: false,
            target: Target::SameForAll(at),
        });
    }
    let title = format!("What fills {}", sanitize::clean_line(&label));
    state
        .overlays
        .push(Overlay::Palette(palette::State::new(title, entries)));
    Vec::new()
}

/// A column was chosen for a place.
pub fn set_column(state: &mut State, at: usize, column: usize) -> Effects {
    let Some(draft) = &mut state.composer.draft else {
        return Vec::new();
    };
    let sample = draft.table.sample.clone();
    let Some(name) = sample
        .as_ref()
        .and_then(|sample| sample.columns.get(column))
    else {
        return Vec::new();
    };
    if at == 0 {
        draft.table.to_column = Some(name.clone());
        draft.table.people = None;
        return changed(state);
    }
    if !can_be_named(name) {
        let text = "A column with { } or | in its name cannot fill a place: rename it in the file.";
        notify(state, Notice::warning("column", text));
        return Vec::new();
    }
    let id = personal(draft).nth(at - 1).map(|field| field.id.clone());
    if let Some(id) = id {
        let text = draft.value(&id);
        let before = single_place(&text);
        let fallback = before.and_then(|place| place.fallback);
        // Another column may hold something else: its form is chosen anew.
        let same = before.filter(|place| place.name == name);
        let written = same.map_or(name.as_str(), |place| place.written);
        draft.set_value(&id, &placeholder_of(written, fallback));
    }
    changed(state)
}

/// The place is filled with one text: the typing goes on in its field.
pub fn type_it(state: &mut State, at: usize) -> Effects {
    state
        .overlays
        .retain(|overlay| !matches!(overlay, Overlay::Mapping(_)));
    let Some(draft) = &mut state.composer.draft else {
        return Vec::new();
    };
    let id = at
        .checked_sub(1)
        .and_then(|at| personal(draft).nth(at))
        .map(|field| field.id.clone());
    let field = id.and_then(|id| draft.fields.iter().position(|field| field.id == id));
    if let Some(field) = field {
        draft.cursor = field;
        if let Some(field) = draft.field_mut()
            && single_place(&field.text.text()).is_some()
        {
            field.text.set_text("");
        }
        state.composer.typing = true;
    }
    drafts::draft_changed(state)
}

pub(super) fn ask_fallback(state: &mut State) -> Effects {
    let at = place_here(state);
    let draft = state.composer.draft.as_ref();
    let field = draft.and_then(|draft| personal(draft).nth(at.checked_sub(1)?));
    let text = field.map(|field| field.text.text()).unwrap_or_default();
    if let Some(place) = single_place(&text) {
        return helping::ask(state, Purpose::ColumnFallback(at, place.written.to_owned()));
    }
    let text = "Only a place that a column fills can have another text for empty cells.";
    notify(state, Notice::warning("column", text));
    Vec::new()
}

/// The text for people without a value was typed, with its column.
pub fn set_fallback(state: &mut State, at: usize, text: &str) -> Effects {
    let Some(draft) = &mut state.composer.draft else {
        return Vec::new();
    };
    let field = at.checked_sub(1).and_then(|at| personal(draft).nth(at));
    if let Some(id) = field.map(|field| field.id.clone()) {
        draft.set_value(&id, text);
    }
    changed(state)
}
