//! How the Composer pane looks: one line, six lines, or the whole form, by height.

use super::state::State;
use super::{draw, summary};
use crate::domain::Guard;
use crate::panes::chrome::{Edges, ViewContext};
use crate::text::{format, sanitize};
use crate::theme::Role;
use crate::widgets::{Painter, Spans};
use ratatui::layout::Rect;

/// The texts on the frame.
pub fn edges(state: &State, context: &ViewContext<'_>) -> Edges {
    let mut edges = Edges {
        state: Spans::of(Role::Muted, state.note.clone()),
        ..Edges::default()
    };
    if let Some(word) = context.profile.guard.word() {
        let role = match context.profile.guard {
            Guard::Production => Role::Guard,
            Guard::None | Guard::Sandbox => Role::Active,
        };
        edges.about = Spans::of(role, format!("[{word}]"));
    }
    if context.profile.read_only {
        edges.about = Spans::of(Role::Attention, "read-only").with(
            Role::Muted,
            ": you can write and check, S is off. P changes it.",
        );
    }
    let Some(draft) = &state.draft else {
        return edges;
    };
    if !context.focused {
        edges.title = draft.subject();
    }
    if draft.is_raw() {
        edges.state = Spans::of(Role::Attention, "unverified").with(
            Role::Muted,
            if state.note.is_empty() {
                String::new()
            } else {
                format!(" · {}", state.note)
            },
        );
    }
    let made_for = draft.profile.as_ref();
    if let Some(other) = made_for.filter(|name| **name != context.profile.name) {
        let text = format!("made for {}", sanitize::clean_line(other));
        edges.state = Spans::of(Role::Attention, text);
    }
    if state.is_elsewhere() && !context.focused && edges.state.cells() == 0 {
        edges.state = Spans::of(Role::Attention, "not the open chat");
    }
    let number_to_fix = draft.problems.len();
    edges.position = if number_to_fix > 0 {
        Spans::of(Role::Failed, format!("S waits: {number_to_fix} to fix"))
    } else if context.focused {
        Spans::of(Role::Key, "S").with(Role::Muted, " reviews")
    } else {
        Spans::of(Role::Key, "3").with(Role::Muted, " opens it")
    };
    edges
}

/// Draws the pane's inside.
pub fn body(state: &State, painter: &mut Painter<'_>, inside: Rect, context: &ViewContext<'_>) {
    let Some(draft) = &state.draft else {
        painter.centred(inside, &empty(state, context.focused), Role::Muted);
        return;
    };
    if inside.height <= 2 {
        summary::one_line(draft, painter, inside);
    } else if inside.height < 10 && !context.focused {
        summary::rows(draft, painter, inside, state.is_elsewhere());
    } else {
        draw::form(state, draft, painter, inside, context);
    }
}

/// How something is begun: in this pane, or from elsewhere.
fn empty(state: &State, focused: bool) -> String {
    let kept = state.shelf.len() as u64;
    let kept = match kept {
        0 => String::new(),
        1 => " 1 draft is kept: d lists it.".to_owned(),
        _ => format!(
            " {} are kept: d lists them.",
            format::counted(kept, "draft")
        ),
    };
    let begin = if focused {
        "c starts a template for the people of a file, b a broadcast, f a flow, t on a person one \
         for them."
    } else {
        "t on a person starts a template, 3 and c one for the people of a file."
    };
    format!("Nothing is being written. {begin}{kept}")
}
