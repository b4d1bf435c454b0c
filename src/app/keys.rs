//! Keys, pastes and the mouse: from the terminal to an action or to the field that takes text.

use super::state::{Context, State};
use super::update::{Effects, notify};
use super::{actions, choosing, dialogs, drafts, flows, focus};
use crate::contract::{Action, MouseInput, Notice, PaneId};
use crate::keymap::{Chord, KeyContext};
use crate::overlays::Overlay;
use crate::panes::{
    broadcast_scheduler, conversation, payload_preview, template_composer, user_search,
};
use crossterm::event::{KeyEvent, KeyEventKind};
use jiff::SignedDuration;

/// Held keys come faster than this one after the other, and no finger does.
const HELD: SignedDuration = SignedDuration::from_millis(100);

/// A key was pressed. Plain characters go into a field that is typed in before anything else.
pub fn press(state: &mut State, key: KeyEvent, context: &Context<'_>) -> Effects {
    if key.kind == KeyEventKind::Release {
        return Vec::new();
    }
    let held = is_held(state, key);
    if let Some(effects) = dialogs::drop_early_input(state, held) {
        return effects;
    }
    let place = focus::key_context(state);
    let chord = Chord::from_event(&key);
    let typed = chord.and_then(Chord::text);
    let is_text = typed.is_some_and(|sign| place.takes(sign));
    if !is_text {
        let action =
            chord.and_then(|chord| context.keymap.resolve(place, chord, focus::facts(state)));
        match action {
            Some(action) if !belongs_to_field(state, action) => {
                return actions::run(state, action, context);
            }
            Some(_) | None => {}
        }
    }
    // What means nothing in a review is typed into its field, where it is seen to be wrong.
    if place.takes_text() || place == KeyContext::Review {
        into_field(state, key, context)
    } else {
        Vec::new()
    }
}

/// Whether a key is held down. Few terminals say so, and none of Enter, which is what matters:
/// another Enter right after an Enter is taken for the same one.
fn is_held(state: &mut State, key: KeyEvent) -> bool {
    let now = state.now.timestamp();
    let entered = Chord::from_event(&key)
        .is_some_and(Chord::is_enter)
        .then_some(now);
    let before = std::mem::replace(&mut state.entered, entered).filter(|_| entered.is_some());
    let again = before.is_some_and(|before| now.duration_since(before) < HELD);
    again || key.kind == KeyEventKind::Repeat
}

/// In a field of several lines Enter, Up and Down are text and caret.
fn belongs_to_field(state: &State, action: Action) -> bool {
    let many_lines = match focus::target(state) {
        focus::Target::Field(PaneId::Composer) => {
            template_composer::field_takes_line_breaks(&state.composer)
        }
        focus::Target::Overlay => dialogs::takes_line_breaks(state),
        focus::Target::Field(_)
        | focus::Target::CommandLine
        | focus::Target::Pane(_)
        | focus::Target::TooSmall => false,
    };
    let arrows = matches!(
        action,
        Action::MoveLeft | Action::MoveRight | Action::First | Action::Last
    );
    (arrows && focus::target(state) == focus::Target::Overlay && dialogs::takes_arrows(state))
        || many_lines && matches!(action, Action::Accept | Action::MoveUp | Action::MoveDown)
}

fn into_field(state: &mut State, key: KeyEvent, context: &Context<'_>) -> Effects {
    match focus::target(state) {
        focus::Target::Overlay => {
            let effects = dialogs::key(state, key);
            if let Some(Overlay::Palette(palette)) = state.overlays.last()
                && let Some(target) = palette.chosen_by_letter()
            {
                state.overlays.pop();
                return choosing::choose(state, target, context);
            }
            return effects;
        }
        focus::Target::CommandLine => {
            if let Some(command) = &mut state.command {
                command.refusal = None;
                command.field.key(key);
            }
        }
        focus::Target::Field(PaneId::Users) => user_search::key(&mut state.users, key),
        focus::Target::Field(PaneId::Conversation) => {
            conversation::key(&mut state.conversation, key);
        }
        focus::Target::Field(PaneId::Composer) => {
            let wish = template_composer::key(&mut state.composer, key);
            return drafts::composer(state, wish);
        }
        focus::Target::Field(PaneId::Payload) => payload_preview::key(&mut state.payload, key),
        focus::Target::Field(PaneId::Broadcasts) => {
            broadcast_scheduler::key(&mut state.broadcasts, key);
        }
        focus::Target::Field(PaneId::Activity)
        | focus::Target::Pane(_)
        | focus::Target::TooSmall => {}
    }
    Vec::new()
}

/// Text was pasted: it is text in a field and nothing anywhere else; it never confirms.
pub fn paste(state: &mut State, text: &str, _context: &Context<'_>) -> Effects {
    match focus::target(state) {
        focus::Target::Overlay => return dialogs::paste(state, text),
        focus::Target::CommandLine => {
            if let Some(command) = &mut state.command {
                command.field.paste(text);
            }
        }
        focus::Target::Field(PaneId::Users) => user_search::paste(&mut state.users, text),
        focus::Target::Field(PaneId::Conversation) => {
            conversation::paste(&mut state.conversation, text);
        }
        focus::Target::Field(PaneId::Composer) => {
            let wish = template_composer::paste(&mut state.composer, text);
            return drafts::composer(state, wish);
        }
        focus::Target::Field(PaneId::Payload) => payload_preview::paste(&mut state.payload, text),
        focus::Target::Field(PaneId::Broadcasts) => {
            broadcast_scheduler::paste(&mut state.broadcasts, text);
        }
        focus::Target::Field(_) | focus::Target::Pane(_) => {
            let hint = "a paste does nothing here: it goes into fields only";
            notify(state, Notice::fact("paste", hint));
        }
        focus::Target::TooSmall => {}
    }
    Vec::new()
}

/// A click focuses and selects, the wheel scrolls what is under it; no click confirms anything.
pub fn mouse(state: &mut State, input: MouseInput, context: &Context<'_>) -> Effects {
    if !state.overlays.is_empty() || state.command.is_some() {
        return match input {
            MouseInput::WheelDown(..) => actions::run(state, Action::MoveDown, context),
            MouseInput::WheelUp(..) => actions::run(state, Action::MoveUp, context),
            MouseInput::Click(..) => Vec::new(),
        };
    }
    let layout = state.layout();
    let (column, row) = match input {
        MouseInput::Click(column, row)
        | MouseInput::WheelDown(column, row)
        | MouseInput::WheelUp(column, row) => (column, row),
    };
    let Some(pane) = layout.pane_at(column, row) else {
        return Vec::new();
    };
    match input {
        MouseInput::Click(..) => {
            if pane != state.focus {
                flows::focus_pane(state, pane);
                return Vec::new();
            }
            let Some(inside) = layout.inside(pane) else {
                return Vec::new();
            };
            select_row(
                state,
                pane,
                usize::from(row.saturating_sub(inside.y)),
                &layout,
            );
            Vec::new()
        }
        MouseInput::WheelDown(..) => actions::in_pane(state, pane, Action::MoveDown, context),
        MouseInput::WheelUp(..) => actions::in_pane(state, pane, Action::MoveUp, context),
    }
}

fn select_row(state: &mut State, pane: PaneId, row: usize, layout: &super::layout::Layout) {
    let height = state.list_height(layout, pane);
    match pane {
        PaneId::Users => {
            let inside = layout
                .inside(pane)
                .map_or(0, |inside| usize::from(inside.height));
            let above = inside.saturating_sub(height);
            if let Some(row) = row.checked_sub(above) {
                let at = state.users.list.offset + row;
                state.users.list.select(at, state.users.shown.len(), height);
            }
        }
        PaneId::Conversation => {
            let above = usize::from(state.conversation.rows_above());
            let line = row
                .checked_sub(above)
                .and_then(|row| state.conversation.visible.get(row));
            if let Some(message) = line.map(|line| line.message) {
                let now = state.now.clone();
                state.conversation.go_to(message, &now);
            }
        }
        PaneId::Activity => {
            let at = state.activity.list.offset + row;
            state
                .activity
                .list
                .select(at, state.activity.records.len(), height);
        }
        PaneId::Payload => {
            let at = state.payload.list.offset + row;
            let rows = state.payload.rows.len();
            state.payload.list.select(at, rows, height);
        }
        PaneId::Composer => {
            if let Some(inside) = layout.inside(pane) {
                let row = u16::try_from(row).unwrap_or(u16::MAX);
                state.composer.select_row(row, inside, &state.now);
            }
        }
        PaneId::Broadcasts => {}
    }
}
