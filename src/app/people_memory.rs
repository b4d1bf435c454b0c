//! What filled the message when a file of the same shape was confirmed: it comes back for the next
//! one, is said, and can be undone. What a person has typed already stays.

use super::people_places::{personal, propose_number};
use super::state::State;
use crate::contract::{Effect, StoreRequest};
use crate::domain::audience::{KeptMapping, MappingFor, TableSample};
use crate::panes::template_composer::{Draft, Restored};
use jiff::Zoned;
use std::collections::BTreeMap;

/// The template and the shape of the draft's file; none where no header names the columns.
fn about(draft: &Draft) -> Option<MappingFor> {
    let template = draft.template.as_ref().filter(|_| draft.takes_template())?;
    let sample = draft
        .table
        .sample
        .as_ref()
        .filter(|sample| sample.shape.header)?;
    Some(MappingFor {
        template: template.name.clone(),
        language: template.language.clone(),
        columns: sample.columns.clone(),
    })
}

/// Keeps what fills a draft that was just confirmed.
pub(super) fn keep(state: &State, draft: &Draft) -> Option<Effect> {
    draft.people_file()?;
    let to_column = draft.table.to_column.clone()?;
    let values = draft.values();
    let own = personal(draft).filter_map(|field| {
        let key = field.id.key();
        let text = values.get(&key).filter(|text| !text.is_empty())?;
        Some((key, text.clone()))
    });
    let mapping = KeptMapping {
        confirmed: state.now.timestamp(),
        to_column,
        values: own.collect(),
    };
    let of = about(draft)?;
    Some(Effect::Store(StoreRequest::KeepMapping(Box::new((
        of, mapping,
    )))))
}

/// Fills what is empty as it was filled last; only for a file that was just chosen.
pub(super) fn restore(draft: &mut Draft, sample: &TableSample, before: Option<KeptMapping>) {
    let Some(before) = before.filter(|_| draft.table.to_column.is_none()) else {
        return;
    };
    if sample.columns.contains(&before.to_column) {
        draft.table.to_column = Some(before.to_column);
    }
    let mut values = BTreeMap::new();
    for field in draft.fields.iter_mut().filter(|field| field.id.is_value()) {
        let text = field.text.text();
        let untouched = text.trim().is_empty() || field.imported.as_deref() == Some(text.as_str());
        if let Some(kept) = before.values.get(&field.id.key())
            && untouched
        {
            field.text.set_text(kept);
            values.insert(field.id.key(), (text, kept.clone()));
        }
    }
    draft.table.restored = Some(Restored {
        confirmed: before.confirmed,
        values,
    });
}

/// Takes back what came from the last time, except what was changed since.
pub(super) fn undo(draft: &mut Draft, sample: &TableSample) {
    let Some(restored) = draft.table.restored.take() else {
        return;
    };
    for field in &mut draft.fields {
        if let Some((before, kept)) = restored.values.get(&field.id.key())
            && field.text.text() == *kept
        {
            field.text.set_text(before);
        }
    }
    draft.table.to_column = None;
    propose_number(draft, sample);
}

/// `filled as on 24 Nov · a proposes anew`.
pub(super) fn words(draft: &Draft, now: &Zoned) -> Option<String> {
    let confirmed = draft.table.restored.as_ref()?.confirmed;
    let day = confirmed.to_zoned(now.time_zone().clone());
    let shape = if day.year() == now.year() {
        "%-d %b"
    } else {
        "%-d %b %Y"
    };
    let day = day.strftime(shape);
    Some(format!("Filled as on {day} \u{b7} a proposes anew"))
}
