//! What keys and actions do in the Composer pane.

use super::form::{DraftKind, FieldId, Takes, VERSIONS};
use super::state::{Draft, State};
use crate::contract::{Action, Library};
use crate::domain::FlowVersion;
use crate::widgets::Lines;
use crossterm::event::KeyEvent;
use std::borrow::Cow;

/// Fields that a page is long.
const PAGE: isize = 8;

/// What the pane wants of the rest of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// The draft changed: preview and keep it.
    Changed,
    /// A paste of several lines went into a field of one line: it changed, and this is said.
    Joined,
    /// Choose a template from the list.
    ChooseTemplate,
    /// Choose a flow from the list.
    ChooseFlow,
    /// List what helps to fill the field under the cursor.
    Help,
    /// Review the draft.
    Review,
    /// Edit the field in `$EDITOR`.
    EditExternally,
    /// List the drafts.
    ListDrafts,
    /// Take the people from a file, or look at its columns.
    ChoosePeople,
    /// Write the template's own words.
    WriteWords,
    /// Switch between the form and raw JSON.
    SwitchRaw,
    /// Throw the draft away.
    Discard,
}

/// Whether Enter is text in the field that takes the keys.
pub fn field_takes_line_breaks(state: &State) -> bool {
    let field = state.draft.as_ref().and_then(Draft::field);
    state.typing && field.is_some_and(|field| field.text.lines() == Lines::Many)
}

/// Runs an action of the pane.
pub fn act(state: &mut State, action: Action, library: &Library) -> Option<Wish> {
    let wish = if action == Action::ListDrafts {
        Some(Wish::ListDrafts)
    } else if action == Action::ChoosePeople {
        Some(Wish::ChoosePeople)
    } else if state.typing {
        act_typing(state, action)
    } else {
        act_moving(state, action, library)
    };
    if wish == Some(Wish::Changed) {
        state.revision += 1;
    }
    wish
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a pane answers the actions it knows"
)]
fn act_moving(state: &mut State, action: Action, library: &Library) -> Option<Wish> {
    let draft = state.draft.as_mut()?;
    match action {
        Action::MoveDown | Action::NextField => step(draft, 1),
        Action::MoveUp | Action::PreviousField => step(draft, -1),
        Action::PageDown | Action::HalfPageDown => step(draft, PAGE),
        Action::PageUp | Action::HalfPageUp => step(draft, -PAGE),
        Action::First => draft.cursor = 0,
        Action::Last => draft.cursor = draft.fields.len().saturating_sub(1),
        Action::MoveRight => return choose(draft, 1, library),
        Action::MoveLeft => return choose(draft, -1, library),
        Action::Open | Action::Edit => return begin(state),
        Action::EditExternally => {
            let typed = draft.field().is_some_and(|field| !field.id.is_choice());
            return typed.then_some(Wish::EditExternally);
        }
        Action::FieldHelp => return Some(Wish::Help),
        Action::AddWording => return Some(Wish::WriteWords),
        Action::RawDraft => return Some(Wish::SwitchRaw),
        Action::TidyField => return tidy(draft),
        Action::ClearField => return clear(draft),
        Action::UndoEdit => return undo(draft),
        Action::RedoEdit => return redo(draft),
        Action::Review => return Some(Wish::Review),
        Action::DiscardDraft => return Some(Wish::Discard),
        _ => {}
    }
    None
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a field answers the actions it knows"
)]
fn act_typing(state: &mut State, action: Action) -> Option<Wish> {
    match action {
        Action::StopTyping | Action::Back => return leave_field(state),
        Action::NextField | Action::Accept | Action::Open => return next_typed(state, 1),
        Action::PreviousField => return next_typed(state, -1),
        Action::FieldHelp => return Some(Wish::Help),
        Action::EditExternally => return Some(Wish::EditExternally),
        _ => {}
    }
    let draft = state.draft.as_mut()?;
    match action {
        Action::TidyField => tidy(draft),
        Action::ClearField => clear(draft),
        Action::UndoEdit => undo(draft),
        Action::RedoEdit => redo(draft),
        _ => None,
    }
}

fn step(draft: &mut Draft, steps: isize) {
    let last = draft.fields.len().saturating_sub(1);
    draft.cursor = draft.cursor.saturating_add_signed(steps).min(last);
}

/// The typing ends; fields that come and go find their places.
fn leave_field(state: &mut State) -> Option<Wish> {
    state.typing = false;
    settle(state.draft.as_mut()?)
}

fn settle(draft: &mut Draft) -> Option<Wish> {
    if !draft.wants_rebuild() {
        return None;
    }
    draft.rebuild();
    Some(Wish::Changed)
}

/// Tab and Enter go on typing in the next field that is typed; an end stops the typing.
fn next_typed(state: &mut State, steps: isize) -> Option<Wish> {
    let draft = state.draft.as_mut()?;
    let typed = |index: &usize| {
        let field = draft.fields.get(*index);
        field.is_some_and(|field| !field.id.is_choice())
    };
    let next = if steps > 0 {
        (draft.cursor + 1..draft.fields.len()).find(typed)
    } else {
        (0..draft.cursor).rev().find(typed)
    };
    state.typing = next.is_some();
    draft.cursor = next.unwrap_or(draft.cursor);
    settle(draft)
}

fn begin(state: &mut State) -> Option<Wish> {
    match state.draft.as_ref()?.field()?.id {
        FieldId::Kind | FieldId::Version | FieldId::TitleId | FieldId::Carries => None,
        FieldId::Template => Some(Wish::ChooseTemplate),
        FieldId::Flow => Some(Wish::ChooseFlow),
        FieldId::To
        | FieldId::Title
        | FieldId::Text(_)
        | FieldId::Channel
        | FieldId::When
        | FieldId::Parameter(_)
        | FieldId::Attribute(_)
        | FieldId::Extra(_)
        | FieldId::Raw => {
            state.typing = true;
            None
        }
    }
}

/// Left and right go through the choices of the field under the cursor.
fn choose(draft: &mut Draft, steps: isize, library: &Library) -> Option<Wish> {
    let to_the_right = steps > 0;
    match draft.field()?.id {
        FieldId::Kind => draft.kind = beside(&DraftKind::ALL, draft.kind, steps),
        FieldId::TitleId => draft.choices.exact_title = to_the_right,
        FieldId::Carries => draft.choices.with_template = to_the_right,
        FieldId::Version => {
            let now = draft.choices.version.unwrap_or(draft.usual_version);
            draft.choices.version = Some(beside::<FlowVersion>(&VERSIONS, now, steps));
        }
        FieldId::Template => draft.template = Some(template_beside(draft, steps, library)?),
        FieldId::Flow => {
            let flows = &library.flows;
            let chosen = draft.flow.as_ref();
            let at = chosen.and_then(|flow| flows.iter().position(|one| one.name == flow.name));
            draft.flow = Some(flows.get(next_index(at, steps, flows.len()))?.clone());
        }
        FieldId::To
        | FieldId::Title
        | FieldId::Text(_)
        | FieldId::Channel
        | FieldId::When
        | FieldId::Parameter(_)
        | FieldId::Attribute(_)
        | FieldId::Extra(_)
        | FieldId::Raw => return None,
    }
    draft.rebuild();
    draft.prefill();
    Some(Wish::Changed)
}

fn template_beside(
    draft: &Draft,
    steps: isize,
    library: &Library,
) -> Option<crate::domain::Template> {
    let templates = &library.templates;
    let at = draft.template.as_ref().and_then(|chosen| {
        let same = |t: &crate::domain::Template| {
            (&t.name, &t.language) == (&chosen.name, &chosen.language)
        };
        templates.iter().position(same)
    });
    templates
        .get(next_index(at, steps, templates.len()))
        .cloned()
}

/// The choice so many steps further, stopping at both ends.
fn beside<T: Copy + PartialEq>(all: &[T], now: T, steps: isize) -> T {
    let at = all.iter().position(|one| *one == now);
    let at = next_index(at, steps, all.len());
    all.get(at).copied().unwrap_or(now)
}

fn next_index(at: Option<usize>, steps: isize, len: usize) -> usize {
    at.map_or(0, |at| {
        at.saturating_add_signed(steps).min(len.saturating_sub(1))
    })
}

fn typed_field(draft: &mut Draft) -> Option<&mut crate::widgets::TextField> {
    let field = draft.field_mut()?;
    (!field.id.is_choice()).then_some(&mut field.text)
}

fn tidy(draft: &mut Draft) -> Option<Wish> {
    let field = typed_field(draft)?;
    let tidy = tidied(&field.text());
    field.set_text(&tidy);
    Some(Wish::Changed)
}

/// Runs of spaces, tabs and line breaks as one space.
pub fn tidied(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn clear(draft: &mut Draft) -> Option<Wish> {
    typed_field(draft)?.set_text("");
    Some(Wish::Changed)
}

fn undo(draft: &mut Draft) -> Option<Wish> {
    typed_field(draft)?.undo();
    Some(Wish::Changed)
}

fn redo(draft: &mut Draft) -> Option<Wish> {
    typed_field(draft)?.redo();
    Some(Wish::Changed)
}

/// A key typed into the field under the cursor.
pub fn key(state: &mut State, key: KeyEvent) -> Option<Wish> {
    let draft = state.draft.as_mut()?;
    let changed = typed_field(draft)?.key(key);
    if changed {
        draft.grow();
        state.revision += 1;
    }
    changed.then_some(Wish::Changed)
}

/// A paste into the field under the cursor.
pub fn paste(state: &mut State, text: &str) -> Option<Wish> {
    let draft = state.draft.as_mut()?;
    let text = listed(draft.field()?.takes, text);
    let joined = typed_field(draft)?.paste(&text);
    draft.grow();
    state.revision += 1;
    Some(if joined { Wish::Joined } else { Wish::Changed })
}

/// A list with a line for each as one line with commas, where numbers are taken.
pub fn listed(takes: Takes, text: &str) -> Cow<'_, str> {
    let is_list = text.trim().contains(['\r', '\n']);
    if takes != Takes::Numbers || !is_list {
        return Cow::Borrowed(text);
    }
    let lines = text.split(['\r', '\n']).map(str::trim);
    let lines = lines.map(|line| line.trim_end_matches([',', ';']));
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    Cow::Owned(lines.join(", "))
}

/// Puts a text that a helper made into the field under the cursor: a placeholder where the caret
/// is, anything else in place of what stood there.
pub fn insert(state: &mut State, text: &str, at_caret: bool) -> Option<Wish> {
    let draft = state.draft.as_mut()?;
    let takes = draft.field()?.takes;
    let field = typed_field(draft)?;
    if at_caret && takes == Takes::Words {
        field.paste(text);
    } else {
        field.set_text(text);
    }
    draft.grow();
    state.revision += 1;
    Some(Wish::Changed)
}
