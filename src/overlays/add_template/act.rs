//! Keys, pastes and actions of the dialog that adds templates.

use super::pasted::Typed;
use super::{Page, State};
use crate::contract::{Action, NewProfile};
use crossterm::event::KeyEvent;

/// Why a long text takes no keys.
const LONG: &str = "too long to type in: Ctrl-e opens it in your editor, Ctrl-u clears it";

/// What the dialog wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Close it; the text stays for the next time.
    Close,
    /// The text changed: look through it.
    Read,
    /// Keep what was found.
    Keep,
    /// Edit the text in `$EDITOR`.
    EditExternally,
    /// Open the form of a profile for its account.
    OfferProfile,
    /// Write this profile.
    AddProfile(NewProfile),
}

/// Runs an action of the dialog.
pub fn act(state: &mut State, action: Action) -> Option<Wish> {
    state.refusal = None;
    match state.page {
        Page::Text => in_text(state, action),
        Page::Names => in_names(state, action),
        Page::Profile => in_profile(state, action),
    }
}

/// A key typed into the dialog.
pub fn key(state: &mut State, key: KeyEvent) -> Option<Wish> {
    state.refusal = None;
    match state.page {
        Page::Text => match state.text.key(key) {
            Typed::Changed => return Some(Wish::Read),
            Typed::Same => {}
            Typed::Refused => state.refusal = Some(LONG.to_owned()),
        },
        Page::Names => {
            if state.names.key(key) {
                state.check_names();
            }
        }
        Page::Profile => {
            if let Some(form) = &mut state.profile {
                form.field().key(key);
            }
        }
    }
    None
}

/// A paste: text, whatever it holds. It never confirms and never leaves a page.
pub fn paste(state: &mut State, text: &str) -> Option<Wish> {
    state.refusal = None;
    match state.page {
        Page::Text => {
            state.text.paste(text);
            return Some(Wish::Read);
        }
        Page::Names => {
            state.names.change(|cell| {
                cell.paste(text);
            });
            state.check_names();
        }
        Page::Profile => match &mut state.profile {
            Some(form) if !form.at_answer => {
                form.name.paste(text);
            }
            Some(_) | None => {
                state.refusal = Some("type it: a paste is not taken here".to_owned());
            }
        },
    }
    None
}

/// Goes to the names, if there is anything to name or to look at.
fn to_names(state: &mut State) {
    let Some(found) = state.found() else {
        state.refusal = Some("nothing is found yet that could be named".to_owned());
        return;
    };
    let several = found.import.templates.len() > 1;
    if several || !state.names.rows.is_empty() {
        state.page = Page::Names;
    } else {
        state.refusal = Some("it takes no values: Ctrl-s keeps it".to_owned());
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a page answers the actions it knows"
)]
fn in_text(state: &mut State, action: Action) -> Option<Wish> {
    match action {
        Action::Back => return Some(Wish::Close),
        Action::NextField | Action::NextTab => to_names(state),
        Action::KeepTemplate => return Some(Wish::Keep),
        Action::EditExternally => return Some(Wish::EditExternally),
        Action::NewProfile => return Some(Wish::OfferProfile),
        Action::ReadNamedFiles => {
            state.read_files = true;
            return Some(Wish::Read);
        }
        Action::ClearField => {
            state.text.set("");
            return Some(Wish::Read);
        }
        Action::UndoEdit | Action::RedoEdit => {
            if let super::Pasted::Short(field) = &mut state.text {
                if action == Action::UndoEdit {
                    field.undo();
                } else {
                    field.redo();
                }
                return Some(Wish::Read);
            }
        }
        _ => {}
    }
    None
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a page answers the actions it knows"
)]
fn in_names(state: &mut State, action: Action) -> Option<Wish> {
    let names = &mut state.names;
    match action {
        Action::Back => state.page = Page::Text,
        Action::PreviousField if names.row == 0 && names.column == super::Column::Label => {
            state.page = Page::Text;
        }
        Action::NextField | Action::Accept | Action::Open => names.step(1),
        Action::PreviousField => names.step(-1),
        Action::MoveDown => names.move_by(1),
        Action::MoveUp => names.move_by(-1),
        Action::PageDown => names.move_by(10),
        Action::PageUp => names.move_by(-10),
        Action::KeepTemplate => return Some(Wish::Keep),
        Action::NewProfile => return Some(Wish::OfferProfile),
        Action::ClearField => names.change(|cell| cell.set_text("")),
        Action::UndoEdit => names.change(crate::widgets::TextField::undo),
        Action::RedoEdit => names.change(crate::widgets::TextField::redo),
        _ => {}
    }
    state.check_names();
    None
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a page answers the actions it knows"
)]
fn in_profile(state: &mut State, action: Action) -> Option<Wish> {
    let form = state.profile.as_mut()?;
    match action {
        Action::Back => {
            state.page = form.from;
            state.profile = None;
        }
        Action::NextField | Action::PreviousField | Action::MoveDown | Action::MoveUp => {
            form.at_answer = !form.at_answer;
        }
        Action::ClearField => form.field().set_text(""),
        Action::UndoEdit => form.field().undo(),
        Action::RedoEdit => form.field().redo(),
        Action::Accept | Action::Open => match form.profile() {
            Ok(profile) => return Some(Wish::AddProfile(profile)),
            Err(why) => {
                let to_answer = !form.at_answer && why.starts_with("type yes");
                form.at_answer |= to_answer;
                state.refusal = (!to_answer).then_some(why);
            }
        },
        _ => {}
    }
    None
}
