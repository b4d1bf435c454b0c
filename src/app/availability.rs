//! Whether an action is possible right now, and if not, why: one table for keys, footer, help and
//! palette. Unavailable actions are shown grey and answer with the reason.

use super::focus::{self, Target};
use super::state::State;
use super::{batches, library, waits};
use crate::contract::{Above, Action, PaneId, Slot};
use crate::domain::BatchState;
use crate::overlays::Overlay;
use crate::panes::conversation;

/// Why an action is not possible, as a sentence.
pub type Why = String;

/// Whether an action is possible now.
///
/// # Errors
///
/// The reason, as a sentence that can stand in help or a toast.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "what is not named here is always possible"
)]
pub fn available(action: Action, state: &State) -> Result<(), Why> {
    match action {
        Action::Undo if !state.can_undo() => Err("nothing is in its grace time".to_owned()),
        Action::Unknowns if state.broadcasts.unknown() == 0 => {
            Err("no result is unknown".to_owned())
        }
        Action::SwitchProfile if state.settings.profiles.len() < 2 => {
            Err("there is only this profile; config.toml can hold more".to_owned())
        }
        Action::StopLoading if !waits::is_waiting(state, state.focus) => {
            Err("nothing is loading here".to_owned())
        }
        Action::FetchAll if state.tickets.is_waiting(Slot::Sync) => {
            Err("a conversation is being fetched already: Esc in its pane stops it".to_owned())
        }
        Action::Open | Action::OpenFile | Action::Mark if in_conversation(state) => {
            on_message(action, state)
        }
        Action::OptOut => super::opting_out::person(state).map(drop),
        Action::SaveFile | Action::OpenFile => on_file(action, state),
        Action::Mark if state.overlays.is_empty() && state.focus != PaneId::Users => {
            Err("only people and messages can be marked".to_owned())
        }
        Action::MarkRange | Action::MarkNone => on_people_listed(action, state),
        Action::MarkAll if state.overlays.is_empty() => on_people_listed(action, state),
        Action::NextMark | Action::PreviousMark if state.conversation.marked().is_empty() => {
            Err("no message is marked: Space marks one".to_owned())
        }
        Action::EditEntry | Action::RemoveEntry | Action::ShowVersions | Action::AddEntry => {
            library::tendable(action, state)
        }
        Action::KeepTemplate | Action::ReadNamedFiles | Action::NewProfile => {
            in_import(action, state)
        }
        Action::ExportBatch | Action::CloneBatch if state.broadcasts.selected().is_none() => {
            Err("no batch is under the cursor".to_owned())
        }
        Action::ReadBack
        | Action::SettleAccepted
        | Action::SettleNotAccepted
        | Action::GiveUp
        | Action::MarkAll => on_unknown(action, state),
        Action::PauseBatch
        | Action::ResumeBatch
        | Action::GoOn
        | Action::CancelBatch
        | Action::RateUp
        | Action::RateDown
        | Action::RetryFailed => on_batch(action, state),
        other => in_dialogs(other, state),
    }
}

/// What is only possible in some dialogs.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "what is not named here is always possible"
)]
fn in_dialogs(action: Action, state: &State) -> Result<(), Why> {
    match action {
        Action::NextCall
        | Action::PreviousCall
        | Action::LongestCall
        | Action::ShortestCall
        | Action::OddCall
            if one_message(state) =>
        {
            Err("this is one message: the check of the rows goes through all of them".to_owned())
        }
        Action::UseFallback
        | Action::ChangeForm
        | Action::GuessColumns
        | Action::SwitchHeader
        | Action::NextEncoding
        | Action::NextDelimiter
        | Action::CheckRows
        | Action::DecideClass
        | Action::WriteRejects
        | Action::OverrideTwins => on_people(action, state),
        other => in_chat_or_draft(other, state),
    }
}

/// Whether a phone shows the message of one person and not those of all who were checked.
fn one_message(state: &State) -> bool {
    matches!(state.overlays.last(), Some(Overlay::Phone(shown)) if shown.paging.is_none())
}

/// What can be done with the people of a plan, in the dialog that shows them.
fn on_people(action: Action, state: &State) -> Result<(), Why> {
    let why = match (action, state.overlays.last()) {
        (Action::WriteRejects, Some(Overlay::Checks(checks))) if checks.left_out() > 0 => {
            return Ok(());
        }
        (Action::WriteRejects, _) => "nobody is left out of rows that were checked",
        (Action::DecideClass, Some(Overlay::Checks(checks))) => {
            return checks.decidable().map_err(str::to_owned);
        }
        (Action::UseFallback, Some(Overlay::Checks(checks))) => {
            return checks.takes_fallback().map_err(str::to_owned);
        }
        (Action::OverrideTwins, Some(Overlay::Review(review)))
            if review.left_out_twins().is_some() =>
        {
            return Ok(());
        }
        (Action::OverrideTwins, _) => "nobody is left out for having the same already",
        (_, Some(Overlay::Mapping(_))) => return Ok(()),
        (_, _) => "no columns are shown: c in the Composer takes people from a file",
    };
    Err(why.to_owned())
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "what is not named here is always possible"
)]
fn in_chat_or_draft(action: Action, state: &State) -> Result<(), Why> {
    match action {
        Action::LoadOlder => older(state),
        Action::NextMatch | Action::PreviousMatch if state.focus == PaneId::Conversation => {
            match &state.conversation.find {
                Some(find) if !find.matches.is_empty() => Ok(()),
                Some(_) => Err("nothing in the loaded messages has it".to_owned()),
                None => Err("no search is on: / starts one".to_owned()),
            }
        }
        Action::TemplateToUser
            if state.focus == PaneId::Users && state.users.selected().is_none() =>
        {
            Err("nobody is under the cursor".to_owned())
        }
        Action::TemplateToUser
            if state.focus == PaneId::Conversation && state.conversation.chat.is_none() =>
        {
            Err("no chat is open".to_owned())
        }
        Action::Review => review(state),
        Action::RawDraft => raw(state),
        Action::Edit
        | Action::EditExternally
        | Action::Preview
        | Action::DiscardDraft
        | Action::FieldHelp
        | Action::When
        | Action::AddWording
            if state.composer.draft.is_none() =>
        {
            Err("no draft is open: t on a person starts one".to_owned())
        }
        _ => Ok(()),
    }
}

/// Whether keys reach the messages of the open conversation.
fn in_conversation(state: &State) -> bool {
    focus::target(state) == Target::Pane(PaneId::Conversation)
}

fn on_message(action: Action, state: &State) -> Result<(), Why> {
    let Some(message) = conversation::current(&state.conversation) else {
        return Err("no message is here".to_owned());
    };
    let opens = message.media.is_some() || !conversation::addresses(message).is_empty();
    if action == Action::Mark || opens {
        Ok(())
    } else {
        Err("the message under the cursor has no file and no link".to_owned())
    }
}

fn on_file(action: Action, state: &State) -> Result<(), Why> {
    match state.overlays.last() {
        Some(Overlay::Media(_)) => Ok(()),
        Some(Overlay::Link(_)) if action == Action::OpenFile => Ok(()),
        _ => Err("no file is open: Enter on a message opens its file".to_owned()),
    }
}

fn in_import(action: Action, state: &State) -> Result<(), Why> {
    let Some(Overlay::AddTemplate(dialog)) = state.overlays.last() else {
        return Err("no template is being added: a in the Composer pastes one".to_owned());
    };
    let found = dialog.found();
    let why = if action == Action::ReadNamedFiles && dialog.files_asked_for().is_none() {
        "the text names no file that is needed"
    } else if action == Action::NewProfile && found.is_none_or(|found| found.account.is_none()) {
        "the text names no other account, or this is the demo"
    } else if action == Action::KeepTemplate && found.is_none() {
        "nothing is found yet that could be kept"
    } else {
        return Ok(());
    };
    Err(why.to_owned())
}

fn older(state: &State) -> Result<(), Why> {
    let Some(chat) = &state.conversation.chat else {
        return Err("no chat is open".to_owned());
    };
    if chat.older.loading_since().is_some() {
        Err("already loading".to_owned())
    } else if chat.above == Above::Nothing {
        Err("the whole conversation is loaded".to_owned())
    } else {
        Ok(())
    }
}

fn review(state: &State) -> Result<(), Why> {
    if state.armed.first().is_some_and(|armed| armed.single) && state.composer.draft.is_none() {
        return Ok(());
    }
    if state.profile.read_only {
        return Err("this profile is read-only; P changes it".to_owned());
    }
    let Some(draft) = &state.composer.draft else {
        return Err("no draft is open: t on a person starts one".to_owned());
    };
    // While a newer plan is on its way these problems are of a draft that is no more; the review
    // makes a plan of its own and says what that one finds.
    let outdated = state.tickets.is_waiting(Slot::Preview);
    // People who have it already are no mistake of the draft: the review asks for a reason.
    let first = draft
        .problems
        .iter()
        .find(|problem| !problem.takes_reason());
    match first.filter(|_| !outdated) {
        Some(problem) => Err(format!("{} to fix: {}", draft.problems.len(), problem.text)),
        None => Ok(()),
    }
}

fn raw(state: &State) -> Result<(), Why> {
    let draft = state.composer.draft.as_ref();
    match draft.map(|draft| draft.kind.has_raw_form()) {
        Some(true) => Ok(()),
        Some(false) => Err("only templates and broadcasts can be written as JSON".to_owned()),
        None => Err("no draft is open: t on a person starts one".to_owned()),
    }
}

/// What can be done with the people of the list and their marks.
fn on_people_listed(action: Action, state: &State) -> Result<(), Why> {
    let why = if !state.overlays.is_empty() || state.focus != PaneId::Users {
        "people are marked in the Users pane: 1 goes there"
    } else if action == Action::MarkNone && state.users.marked.is_empty() {
        "nobody is marked"
    } else if action != Action::MarkNone && state.users.shown.is_empty() {
        "nobody is in the list: / finds people"
    } else {
        return Ok(());
    };
    Err(why.to_owned())
}

/// What can be done with the result under the cursor. Looking is always possible.
fn on_unknown(action: Action, state: &State) -> Result<(), Why> {
    let Some(Overlay::Triage(open)) = state.overlays.last() else {
        return Err("no unknown result is shown: U lists them".to_owned());
    };
    if open.selected().is_none() {
        return Err("nothing is unknown".to_owned());
    }
    if state.profile.read_only && !matches!(action, Action::ReadBack | Action::MarkAll) {
        return Err("this profile is read-only; P changes it".to_owned());
    }
    Ok(())
}

fn on_batch(action: Action, state: &State) -> Result<(), Why> {
    let Some(batch) = state.broadcasts.selected() else {
        return Err("no batch is under the cursor".to_owned());
    };
    if state.profile.read_only {
        return Err("this profile is read-only; P changes it".to_owned());
    }
    let stopped = matches!(batch.state, BatchState::Paused | BatchState::Held);
    if action == Action::RetryFailed {
        return match batch.counts.rejected {
            0 => Err(format!("nothing of {} was rejected", batch.id)),
            _ => Ok(()),
        };
    }
    let finished = matches!(
        batch.state,
        BatchState::Done | BatchState::DoneWithProblems | BatchState::Cancelled
    );
    if finished {
        // What the platform has is not taken back here, but it can be said where it is.
        let explains = action == Action::CancelBatch;
        if explains && batches::handed_over(batch, &state.now).is_some() {
            return Ok(());
        }
        return Err(format!("{} is finished", batch.id));
    }
    if action == Action::GoOn && !batch.waits_after_the_first() {
        return Err(format!("{} does not wait after its first people", batch.id));
    }
    if action == Action::ResumeBatch && batch.waits_for_approval() {
        // How to ask one stands with the batch itself.
        return Err(format!("no second person has approved {}", batch.id));
    }
    match (action == Action::ResumeBatch, stopped) {
        (true, false) => Err(format!("{} is not paused", batch.id)),
        (false, true) if action == Action::PauseBatch => {
            Err(format!("{} is paused already", batch.id))
        }
        _ => Ok(()),
    }
}
