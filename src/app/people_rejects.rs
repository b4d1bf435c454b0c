//! Who is left out of a draft whose people come from a file: the rows of a finding, and all of them
//! as a file to be mended.

use super::flows;
use super::state::State;
use super::update::{Effects, notify};
use crate::contract::{ApiError, Effect, Notice, Rejects};
use crate::domain::audience::{CheckClass, row_rules};
use crate::overlays::page;
use crate::text::{format, sanitize};
use crate::theme::Role;
use crate::widgets::Spans;
use std::sync::Arc;

/// The rows of a class, as far as they are named.
pub(super) fn list(state: &mut State, class: &CheckClass) -> Effects {
    let mut lines = vec![Spans::of(
        Role::Text,
        sanitize::clean_line(&class.text).into_owned(),
    )];
    lines.push(Spans::default());
    for example in &class.examples {
        let row = example
            .row
            .map_or_else(String::new, |row| format!("row {row}  "));
        let why = sanitize::clean_line(&example.why).into_owned();
        lines.push(
            Spans::of(Role::Muted, row)
                .with(
                    Role::Text,
                    sanitize::clean_line(&example.shown).into_owned(),
                )
                .with(Role::Muted, format!("  {why}")),
        );
    }
    let more = class.count.saturating_sub(class.examples.len() as u64);
    if more > 0 {
        let text = format!(
            "and {} more: w writes all who are left out to a file",
            format::count(more)
        );
        lines.push(Spans::of(Role::Muted, text));
    }
    flows::push_page(
        state,
        page::State {
            kind: page::Kind::Detail,
            title: row_rules::short(&class.rule),
            state: Spans::of(Role::Muted, format::count(class.count)),
            lines,
            scroll: 0,
            copy: String::new(),
        },
    )
}

/// Writes who is left out to a file of this name.
pub fn write_rejects(state: &State, name: &str) -> Effects {
    let Some(draft) = &state.composer.draft else {
        return Vec::new();
    };
    let version = state.profile.wire.flow_version;
    let form = draft.form(state.limits(), version, &state.library.templates);
    let (Some(file), Ok(form)) = (draft.people_file(), form) else {
        return Vec::new();
    };
    vec![Effect::WriteRejects(Rejects {
        file,
        form: form.content.recipient_form(),
        region: state.profile.region.clone(),
        skipped: Arc::clone(&draft.table.skipped),
        name: name.to_owned(),
    })]
}

/// They were written, or not.
pub fn rejects_written(state: &mut State, written: Result<String, ApiError>) -> Effects {
    let notice = match written {
        Ok(file) => Notice::fact("rejects", format!("Who is left out: {file}")),
        Err(error) => Notice::error(
            "rejects",
            format!("\u{2717} {} {}", error.message, error.advice),
        ),
    };
    notify(state, notice);
    Vec::new()
}
