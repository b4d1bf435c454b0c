//! How the Payload pane looks. Only shows what [`State::prepare`] computed.

use super::state::{Look, Shown, State};
use crate::panes::chrome::{Edges, ViewContext};
use crate::text::{format, sanitize};
use crate::theme::Role;
use crate::widgets::{Painter, Spans};
use ratatui::layout::Rect;

/// The texts on the frame.
pub fn edges(state: &State, _context: &ViewContext<'_>) -> Edges {
    let mut edges = Edges::default();
    match &state.shown {
        Shown::Nothing => return edges,
        Shown::Plan(plan) => {
            let text = format!(
                "call {} of {}",
                state.call + 1,
                format::count(plan.calls.len() as u64)
            );
            edges.state = Spans::of(Role::Muted, text);
        }
        Shown::Item { label, .. } => edges.state = Spans::of(Role::Muted, label.clone()),
    }
    if state.failure.is_some() {
        edges.state = Spans::of(Role::Failed, "✗ ").with(Role::Muted, "older than the draft");
    }
    if let Some(request) = state.request() {
        let size = format::bytes(request.body.bytes().len());
        edges.about = Spans::of(
            Role::Muted,
            format!("{size} · sha256 {}", request.body_sha256.short()),
        );
    }
    let look = match state.look {
        Look::Pretty => "pretty",
        Look::Exact => "exact bytes",
    };
    edges.position = Spans::of(Role::Muted, look);
    edges
}

/// Draws the pane's inside.
pub fn body(state: &State, painter: &mut Painter<'_>, inside: Rect, _context: &ViewContext<'_>) {
    let problem = state
        .failure
        .as_ref()
        .and_then(|failure| failure.problems.first())
        .map(|problem| sanitize::clean_line(&problem.text));
    if state.lines.is_empty() {
        match problem {
            Some(problem) => {
                let text = format!("✗ Cannot be built: {problem} Enter goes there.");
                painter.centred(inside, &text, Role::Failed);
            }
            None => painter.centred(
                inside,
                "No draft open. Its exact bytes appear here while you write one.",
                Role::Muted,
            ),
        }
        return;
    }
    let outdated = state.failure.is_some();
    let rows = usize::from(inside.height);
    for (y, (index, line)) in
        (inside.y..inside.bottom()).zip(state.lines.iter().enumerate().skip(state.scroll))
    {
        let role = if outdated || index < state.head_lines {
            Role::Muted
        } else {
            Role::Text
        };
        painter.text(
            (inside.x + 1, y),
            inside.right().saturating_sub(1),
            line,
            role,
        );
    }
    if let Some(problem) = problem {
        let row = Rect {
            y: inside.bottom().saturating_sub(1),
            height: 1,
            ..inside
        };
        painter.clear(row);
        let text = format!("✗ {problem} Enter goes there.");
        painter.text((row.x + 1, row.y), row.right(), &text, Role::Failed);
    }
    if state.lines.len() > rows {
        painter.thumb(
            inside.right().saturating_sub(1),
            inside,
            state.scroll,
            state.lines.len(),
        );
    }
}
