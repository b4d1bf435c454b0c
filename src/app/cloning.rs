//! A past batch becomes a draft again. Values that all of its calls share are taken over; what
//! differs from person to person stays empty, because nobody shall read the value of somebody else.

use super::state::State;
use super::update::{Effects, notify};
use super::{draft_shelf, drafts};
use crate::contract::{Effect, Notice, OutboxCommand};
use crate::domain::sent_text::{template_of, values_in};
use crate::domain::{BatchCopy, BatchId, Template};
use crate::panes::template_composer::{Draft, DraftKind, FieldId};
use crate::text::{format, sanitize};
use std::collections::BTreeMap;

/// Asks for what becomes of a batch, unless it is of another account.
pub fn ask(state: &mut State, batch: BatchId) -> Effects {
    let known = state
        .broadcasts
        .batches
        .iter()
        .find(|known| known.id == batch);
    let other = known.filter(|known| known.profile != state.profile.name);
    if let Some(other) = other {
        let profile = sanitize::clean_line(&other.profile);
        let text = format!("{batch} was confirmed as {profile}: P changes the profile first");
        notify(state, Notice::warning("clone", text));
        return Vec::new();
    }
    vec![Effect::Outbox(OutboxCommand::LoadCopy(batch))]
}

/// The calls came: a new draft opens, the open one goes to the shelf.
pub fn arrived(state: &mut State, copy: &BatchCopy) -> Effects {
    let template = template_of_copy(state, copy);
    let (shared, differing) = template
        .as_ref()
        .map_or_else(Default::default, |template| shared_values(copy, template));
    let mut effects = drafts::begin(state, DraftKind::Template);
    if let Some(draft) = &mut state.composer.draft {
        fill(draft, copy, template.clone(), &shared);
    }
    effects.extend(drafts::draft_changed(state));
    effects.extend(draft_shelf::save_now(state));
    let id = copy.batch.id;
    let people = format::people(copy.calls.len() as u64);
    let whom = if copy.only_not_sent {
        format!("the {people} not sent of {id}")
    } else {
        format!("the {people} of {id}")
    };
    let values = match (&template, differing) {
        (None, _) => "; its template is not in the library any more",
        (Some(_), true) => "; values that differ from person to person are empty",
        (Some(_), false) => "",
    };
    let text = format!("A draft for {whom}{values}.");
    notify(state, Notice::fact("clone", text));
    effects
}

fn template_of_copy(state: &State, copy: &BatchCopy) -> Option<Template> {
    let (_, request) = copy.calls.first()?;
    let (name, language) = template_of(copy.batch.kind, request)?;
    let mut all = state.library.templates.iter();
    let found = all.find(|template| template.name == name && template.language == language);
    found.cloned()
}

/// The values that are the same in every call, and whether there are others.
fn shared_values(copy: &BatchCopy, template: &Template) -> (BTreeMap<String, String>, bool) {
    let mut calls = copy.calls.iter();
    let mut values = calls
        .by_ref()
        .map(|(_, request)| values_in(copy.batch.kind, request, template));
    let Some(Some(mut shared)) = values.next() else {
        return (BTreeMap::new(), !template.parameters.is_empty());
    };
    for other in values {
        let other = other.unwrap_or_default();
        shared.retain(|name, value| other.get(name) == Some(value));
    }
    let differing = shared.len() < template.parameters.len();
    (shared, differing)
}

fn fill(
    draft: &mut Draft,
    copy: &BatchCopy,
    template: Option<Template>,
    values: &BTreeMap<String, String>,
) {
    draft.template = template;
    draft.people.clear();
    draft.rebuild();
    let numbers: Vec<String> = copy
        .calls
        .iter()
        .map(|(digits, _)| format!("+{digits}"))
        .collect();
    draft.set_value(&FieldId::To, &numbers.join(", "));
    for (name, value) in values {
        draft.set_value(&FieldId::Parameter(name.clone()), value);
    }
}
