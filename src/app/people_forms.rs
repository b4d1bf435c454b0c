//! The form in which a column stands in the message: chosen by a person who sees what becomes of the
//! first rows. A date that can be read in two ways is listed in both; nothing is chosen for them.

use super::people_file::{changed, dialog};
use super::people_places::{cells, personal, placeholder_of, shown, single_place};
use super::state::State;
use super::update::{Effects, notify};
use crate::contract::Notice;
use crate::domain::audience::TableSample;
use crate::domain::transform::{Transform, WRITTEN, readings};
use crate::overlays::palette::{Entry, Target};
use crate::overlays::{Overlay, palette};
use crate::text::sanitize;
use std::borrow::Cow;

/// Forms of any text, with what they do.
const TEXTS: [(&str, &str); 3] = [
    ("", "as in the file"),
    (":trim", "without outer spaces"),
    (":title", "Title Case"),
];

/// Lists the forms of the place under the cursor.
pub(super) fn choose(state: &mut State, sample: &TableSample) -> Effects {
    let at = dialog(state).map_or(0, |dialog| dialog.at);
    let draft = state.composer.draft.as_ref();
    let field = draft.and_then(|draft| personal(draft).nth(at.checked_sub(1)?));
    let text = field.map(|field| field.text.text()).unwrap_or_default();
    let place = single_place(&text);
    let Some((name, cells)) =
        place.and_then(|place| Some((place.name, cells(sample, place.name)?)))
    else {
        let text =
            "Only a place that a column fills can have a form; numbers are read by themselves.";
        notify(state, Notice::warning("column", text));
        return Vec::new();
    };
    let texts = TEXTS.map(|(form, label)| (form.to_owned(), label.to_owned()));
    let dates = readings(&cells);
    let several = dates.len() > 1;
    let mut forms = Vec::from(texts);
    for from in &dates {
        for to in WRITTEN {
            forms.push((
                format!(":date({from} -> {to})"),
                format!("date {from} as {to}"),
            ));
        }
    }
    let entries = forms.into_iter().map(|(form, label)| Entry {
        kind: "form",
        note: shown(&formed(&form, &cells)),
        label,
        unavailable: false,
        target: Target::Form(at, form),
    });
    let entries = entries.collect();
    let name = sanitize::clean_line(name);
    let title = if several {
        format!("How {name} stands there: which comes first, day or month?")
    } else {
        format!("How {name} stands in the message")
    };
    state
        .overlays
        .push(Overlay::Palette(palette::State::new(title, entries)));
    Vec::new()
}

/// The name of a column for the screen, without the form behind it.
pub(super) fn plain(column: &str) -> String {
    let split = Transform::split(column).ok().flatten();
    let name = split.map_or(column, |(name, _)| name);
    sanitize::clean_line(name).into_owned()
}

/// What becomes of cells; those that cannot be read in this form are left out.
fn formed<'c>(form: &str, cells: &[&'c str]) -> Vec<Cow<'c, str>> {
    let form = Transform::split(form).ok().flatten().map(|(_, form)| form);
    let one = |cell: &&'c str| match form {
        None => Some(Cow::Borrowed(*cell)),
        Some(form) => form.apply(Cow::Borrowed(*cell)).ok(),
    };
    cells.iter().filter_map(one).collect()
}

/// A form was chosen for a place.
pub fn set(state: &mut State, at: usize, form: &str) -> Effects {
    let Some(draft) = &mut state.composer.draft else {
        return Vec::new();
    };
    let field = at.checked_sub(1).and_then(|at| personal(draft).nth(at));
    let Some(id) = field.map(|field| field.id.clone()) else {
        return Vec::new();
    };
    let text = draft.value(&id);
    let Some(place) = single_place(&text) else {
        return Vec::new();
    };
    // Written as it is read, so that the usual form of dates stays short.
    let split = Transform::split(form).ok().flatten();
    let form = split.map(|(_, form)| form.to_string()).unwrap_or_default();
    let written = format!("{}{form}", place.name);
    let changed_text = placeholder_of(&written, place.fallback);
    draft.set_value(&id, &changed_text);
    changed(state)
}
