//! Copying the request of the Payload pane out of the program: for a colleague, for the vendor's
//! support, for a shell. The key is left out unless a person chooses the one form that has it, and
//! then it goes to the clipboard and nowhere else.

use super::flows;
use super::state::State;
use super::update::{Effects, notify};
use crate::contract::{Effect, Notice, OutboxCommand, Slot};
use crate::domain::copy_as::{self, CopyForm};
use crate::domain::copy_own::own_command;
use crate::overlays::palette::{Entry, Target};
use crate::overlays::{Overlay, palette};
use std::sync::Arc;

/// Opens the list of forms; a letter chooses at once.
pub fn open_forms(state: &mut State) -> Effects {
    let entries = CopyForm::ALL.iter().map(|form| Entry {
        kind: form.letter(),
        label: form.words().to_owned(),
        note: String::new(),
        unavailable: false,
        target: Target::Copy(*form),
    });
    let list = palette::State::new("Copy this call as", entries.collect()).with_letters();
    state.overlays.push(Overlay::Palette(list));
    Vec::new()
}

/// Copies the request shown in a form.
pub fn copy_request(state: &mut State, form: CopyForm) -> Effects {
    let Some(request) = state.payload.request() else {
        return Vec::new();
    };
    match form {
        CopyForm::CurlWithKey => {
            vec![Effect::CopyWithKey(Arc::new(request.clone()))]
        }
        CopyForm::Own => copy_own_command(state),
        CopyForm::Curl | CopyForm::Httpie | CopyForm::Body => {
            let text = match form {
                CopyForm::Httpie => copy_as::httpie(request, None),
                CopyForm::Body => String::from_utf8_lossy(&request.body.bytes()).into_owned(),
                CopyForm::Curl | CopyForm::CurlWithKey | CopyForm::Own => {
                    copy_as::curl(request, None)
                }
            };
            flows::copy(state, text)
        }
    }
}

/// Copies the open draft as a command of this program.
fn copy_own_command(state: &mut State) -> Effects {
    let (limits, version) = (state.limits(), state.profile.wire.flow_version);
    let (draft, templates) = (state.composer.draft.as_ref(), &state.library.templates);
    let form = draft.and_then(|draft| draft.form(limits, version, templates).ok());
    let command = form.and_then(|form| own_command(&form.content, &form.to, &form.when));
    if let Some(command) = command {
        return flows::copy(state, command);
    }
    let text = "No command for this: only an open draft without JSON of its own has one.";
    notify(state, Notice::warning("copy", text));
    Vec::new()
}

/// The command that holds the key is on the clipboard, or is not.
pub fn copied_with_key(state: &mut State, copied: bool) -> Effects {
    let notice = if copied {
        let text = "Copied with the key in it: whoever reads it can send as you.";
        Notice::warning("copy", text)
    } else {
        let text =
            "✗ Not copied: there is no connection with this bot yet. r in 1 Users makes one.";
        Notice::error("copy", text)
    };
    notify(state, notice);
    Vec::new()
}

/// Looks up the last request of the same thing, to compare with.
pub fn compare_with_last(state: &mut State) -> Effects {
    use crate::panes::payload_preview::Shown;
    let Shown::Plan(plan) = &state.payload.shown else {
        let text = "This call left already: changes are shown for the open draft.";
        notify(state, Notice::fact("compare", text));
        return Vec::new();
    };
    let recipient = plan
        .calls
        .get(state.payload.call)
        .and_then(|call| call.recipients.first())
        .map(|recipient| recipient.text().to_owned());
    let (kind, title, target) = (plan.kind, plan.title.clone(), plan.target.clone());
    match state.tickets.issue(Slot::LastSent) {
        Some(ticket) => vec![Effect::Outbox(OutboxCommand::LoadLastSent {
            ticket,
            kind,
            title,
            target,
            recipient,
        })],
        None => Vec::new(),
    }
}
