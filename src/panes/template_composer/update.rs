//! What keys and actions do in the Composer pane.

use super::form::FieldId;
use super::state::{Draft, State};
use crate::contract::{Action, Library};
use crate::widgets::Lines;
use crossterm::event::KeyEvent;

/// What the pane wants of the rest of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// The draft changed: preview and keep it.
    Changed,
    /// Choose a template from the list.
    ChooseTemplate,
    /// Choose a flow from the list.
    ChooseFlow,
    /// Review the draft.
    Review,
    /// Edit the field in `$EDITOR`.
    EditExternally,
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
    let wish = if state.typing {
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
        Action::First => draft.cursor = 0,
        Action::Last => draft.cursor = draft.fields.len().saturating_sub(1),
        Action::MoveRight => return choose(draft, 1, library),
        Action::MoveLeft => return choose(draft, -1, library),
        Action::Open | Action::Edit => return begin(state),
        Action::EditExternally => {
            let typed = draft.field().is_some_and(|field| !field.id.is_choice());
            return typed.then_some(Wish::EditExternally);
        }
        Action::TidyField => return tidy(draft),
        Action::ClearField => return clear(draft),
        Action::UndoEdit => return undo(draft),
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
    let draft = state.draft.as_mut()?;
    match action {
        Action::StopTyping | Action::Back => state.typing = false,
        Action::NextField | Action::Accept | Action::Open => next_typed(state, 1),
        Action::PreviousField => next_typed(state, -1),
        Action::TidyField => return tidy(draft),
        Action::ClearField => return clear(draft),
        Action::UndoEdit => return undo(draft),
        Action::EditExternally => return Some(Wish::EditExternally),
        _ => {}
    }
    None
}

fn step(draft: &mut Draft, steps: isize) {
    let last = draft.fields.len().saturating_sub(1);
    draft.cursor = draft.cursor.saturating_add_signed(steps).min(last);
}

/// Tab and Enter go on typing in the next field; a choice or an end stops the typing.
fn next_typed(state: &mut State, steps: isize) {
    let Some(draft) = state.draft.as_mut() else {
        return;
    };
    let before = draft.cursor;
    step(draft, steps);
    let typed = draft.field().is_some_and(|field| !field.id.is_choice());
    state.typing = typed && draft.cursor != before;
}

fn begin(state: &mut State) -> Option<Wish> {
    match state.draft.as_ref()?.field()?.id {
        FieldId::Kind => None,
        FieldId::Template => Some(Wish::ChooseTemplate),
        FieldId::Flow => Some(Wish::ChooseFlow),
        FieldId::To
        | FieldId::Title
        | FieldId::Text
        | FieldId::When
        | FieldId::Parameter(_)
        | FieldId::Attribute(_) => {
            state.typing = true;
            None
        }
    }
}

/// Left and right go through the choices of the field under the cursor.
fn choose(draft: &mut Draft, steps: isize, library: &Library) -> Option<Wish> {
    match draft.field()?.id {
        FieldId::Kind => draft.kind = draft.kind.step(steps),
        FieldId::Template => {
            let at = draft.template.as_ref().and_then(|chosen| {
                let same = |t: &&crate::domain::Template| {
                    (&t.name, &t.language) == (&chosen.name, &chosen.language)
                };
                library
                    .templates
                    .iter()
                    .position(|template| same(&template))
            });
            let at = next_index(at, steps, library.templates.len());
            draft.template = Some(library.templates.get(at)?.clone());
        }
        FieldId::Flow => {
            let at = draft.flow.as_ref().and_then(|chosen| {
                library
                    .flows
                    .iter()
                    .position(|flow| flow.name == chosen.name)
            });
            let at = next_index(at, steps, library.flows.len());
            draft.flow = Some(library.flows.get(at)?.clone());
        }
        FieldId::To
        | FieldId::Title
        | FieldId::Text
        | FieldId::When
        | FieldId::Parameter(_)
        | FieldId::Attribute(_) => return None,
    }
    draft.rebuild();
    Some(Wish::Changed)
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
    let text = field.text();
    let tidy = text.split_whitespace().collect::<Vec<_>>().join(" ");
    field.set_text(&tidy);
    Some(Wish::Changed)
}

fn clear(draft: &mut Draft) -> Option<Wish> {
    typed_field(draft)?.set_text("");
    Some(Wish::Changed)
}

fn undo(draft: &mut Draft) -> Option<Wish> {
    typed_field(draft)?.undo();
    Some(Wish::Changed)
}

/// A key typed into the field under the cursor.
pub fn key(state: &mut State, key: KeyEvent) -> Option<Wish> {
    let changed = typed_field(state.draft.as_mut()?)?.key(key);
    state.revision += u64::from(changed);
    changed.then_some(Wish::Changed)
}

/// A paste into the field under the cursor.
pub fn paste(state: &mut State, text: &str) -> Option<Wish> {
    typed_field(state.draft.as_mut()?)?.paste(text);
    state.revision += 1;
    Some(Wish::Changed)
}
