//! The finished messages of the people that were checked, one by one: the calls of the plan that the
//! Payload pane shows, as a phone shows them. It makes no text of its own.

use super::people_checks;
use super::state::State;
use super::update::{Effects, notify};
use crate::contract::{Action, Notice};
use crate::domain::{Plan, PlannedCall};
use crate::overlays::{Overlay, phone};
use crate::panes::payload_preview::{self, Shown};
use crate::panes::template_composer::{self, Draft};
use crate::text::{format, sanitize};
use crate::theme::Role;
use crate::widgets::Span;
use crate::widgets::bubble::{self, Bubble, Rows};
use jiff::Zoned;
use std::sync::Arc;

/// Shows the messages of those who were checked: from the first one on, or the longest.
pub(super) fn open(state: &mut State, action: Action) -> Effects {
    let rows = people_checks::shown(state).map(|dialog| Arc::clone(&dialog.report.rows));
    let Some(rows) = rows.filter(|rows| !rows.is_empty()) else {
        let text = "Nobody gets a message yet: mend what must be settled first.";
        notify(state, Notice::warning("messages", text));
        return Vec::new();
    };
    state.overlays.push(Overlay::Phone(phone::State {
        title: String::new(),
        paging: Some(rows),
        rows: Rows::default(),
        scroll: 0,
    }));
    // The first key shows the first message, and only the next one goes on.
    state.payload.go_to_call(0);
    if matches!(action, Action::NextCall | Action::PreviousCall) {
        return Vec::new();
    }
    turn(state, action)
}

/// Goes to another message.
pub(super) fn turn(state: &mut State, action: Action) -> Effects {
    let pages =
        |overlay: &Overlay| matches!(overlay, Overlay::Phone(shown) if shown.paging.is_some());
    let plan = matches!(state.payload.shown, Shown::Plan(_));
    if !plan || !state.overlays.last().is_some_and(pages) {
        return Vec::new();
    }
    let wish = payload_preview::act(&mut state.payload, action, 1);
    if let Some(Overlay::Phone(shown)) = state.overlays.last_mut() {
        shown.scroll = 0;
    }
    if let Some(payload_preview::Wish::Say(text)) = wish {
        notify(state, Notice::warning("messages", text));
    }
    Vec::new()
}

/// What the dialog shows of the call of the Payload pane.
pub(super) fn prepare(
    shown: &mut phone::State,
    draft: &Draft,
    payload: &payload_preview::State,
    (now, room): (&Zoned, usize),
) {
    shown.rows = template_composer::bubble_rows(draft, now, room);
    let (Some(rows), Shown::Plan(plan)) = (&shown.paging, &payload.shown) else {
        return;
    };
    let Some(call) = plan.calls.get(payload.call) else {
        return;
    };
    shown.title = title(plan, payload.call, call, rows);
    if shown.rows.rows.is_empty() {
        shown.rows = as_it_leaves(call, room);
    }
}

/// `2 of 5 · +44 7700 900118 · row 2`.
fn title(plan: &Plan, at: usize, call: &PlannedCall, rows: &[u32]) -> String {
    let who = match call.recipients.as_slice() {
        [one] => match one.phone() {
            Some(phone) => format::phone(&phone.with_plus()),
            None => sanitize::clean_line(one.text()).into_owned(),
        },
        several => format::people(several.len() as u64),
    };
    let place = format!(
        "{} of {}",
        format::count(at as u64 + 1),
        format::count(plan.calls.len() as u64)
    );
    match rows.get(at) {
        Some(row) if *row > 0 => {
            format!("{place} · {who} · row {}", format::count(u64::from(*row)))
        }
        Some(_) | None => format!("{place} · {who}"),
    }
}

/// The body of a call whose words are not known.
fn as_it_leaves(call: &PlannedCall, room: usize) -> Rows {
    let body = String::from_utf8_lossy(&call.request.body.bytes()).into_owned();
    let text = [Span {
        text: sanitize::escape_json_text(&body),
        role: Role::Text,
    }];
    bubble::rows(
        &Bubble {
            title: Some("as it leaves"),
            head: &[],
            text: &text,
            footer: None,
            time: "",
            buttons: &[],
        },
        room,
    )
}
