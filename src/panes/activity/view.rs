//! How the Activity pane looks.

use super::state::State;
use crate::contract::{CallDirection, CallOutcome, CallRecord};
use crate::panes::chrome::{self, Edges, ViewContext};
use crate::text::{format, sanitize};
use crate::theme::{Glyph, Role};
use crate::widgets::{Painter, Spans};
use ratatui::layout::Rect;

/// The texts on the frame.
pub fn edges(state: &State, _context: &ViewContext<'_>) -> Edges {
    let calls = if state.total == 1 { "call" } else { "calls" };
    let errors = if state.errors == 1 { "error" } else { "errors" };
    let mut edges = Edges {
        state: Spans::of(
            Role::Muted,
            format!(
                "{} {calls} · {} {errors}",
                format::count(state.total as u64),
                state.errors
            ),
        ),
        about: Spans::of(Role::Muted, "↑ sends  ↓ reads"),
        ..Edges::default()
    };
    if !state.records.is_empty() {
        let at = state.list.selected + 1;
        edges.position = Spans::of(Role::Muted, format!("{at} of {}", state.records.len()));
    }
    edges
}

/// The role of an outcome's sign and word.
pub fn outcome_role(outcome: CallOutcome) -> Role {
    match outcome {
        CallOutcome::Done => Role::Text,
        CallOutcome::Accepted => Role::Accepted,
        CallOutcome::Rejected | CallOutcome::Failed => Role::Failed,
        CallOutcome::Unknown => Role::Unknown,
        CallOutcome::Waiting => Role::Attention,
    }
}

/// Draws the pane's inside.
pub fn body(state: &State, painter: &mut Painter<'_>, inside: Rect, context: &ViewContext<'_>) {
    if state.records.is_empty() {
        let text = "No calls since the start. Every call and every error will be listed here.";
        painter.centred(inside, text, Role::Muted);
        return;
    }
    let height = usize::from(inside.height);
    let visible = state.list.visible(state.records.len(), height);
    let first = visible.start;
    for (y, at) in (inside.y..inside.bottom()).zip(visible) {
        let Some(record) = state.records.get(at) else {
            continue;
        };
        let row = Rect {
            y,
            height: 1,
            ..inside
        };
        line(painter, row, record, context);
        if at == state.list.selected {
            painter.text(
                (row.x, y),
                row.right(),
                painter.theme.glyph(Glyph::Cursor),
                Role::Focus,
            );
            if context.focused {
                painter.overlay(row, Role::Selection);
            }
        }
    }
    let edge = chrome::thumb_column(painter, inside, context);
    painter.thumb(edge, inside, first, state.records.len());
}

/// Time, direction, what; from the right duration (from 60 cells) and result (from 50: status).
fn line(painter: &mut Painter<'_>, row: Rect, record: &CallRecord, context: &ViewContext<'_>) {
    let at = record.started.to_zoned(context.now.time_zone().clone());
    let mut right = row.right().saturating_sub(1);
    if row.width >= 60 && record.direction != CallDirection::Local {
        painter.right(
            (right, row.y),
            row.x,
            &format::latency(record.duration),
            Role::Muted,
        );
        right = right.saturating_sub(10);
    }
    let result_width = 20.min(row.width / 3);
    let from = right.saturating_sub(result_width);
    painter.text(
        (from, row.y),
        right,
        &sanitize::clean_line(&record.result),
        outcome_role(record.outcome),
    );
    right = from.saturating_sub(1);
    if row.width >= 50 {
        // A result that begins with the status says it already.
        let status = record
            .http_status
            .map(|status| status.to_string())
            .filter(|status| !record.result.starts_with(status.as_str()))
            .unwrap_or_default();
        painter.right((right, row.y), row.x, &status, Role::Muted);
        right = right.saturating_sub(4);
    }
    let glyph = match record.direction {
        CallDirection::Read => Glyph::Read,
        CallDirection::Send => Glyph::Running,
        CallDirection::Local => Glyph::Online,
    };
    let x = painter.text(
        (row.x + 1, row.y),
        right,
        &format::clock_seconds(&at),
        Role::Muted,
    );
    let x = painter.text(
        (x + 1, row.y),
        right,
        painter.theme.glyph(glyph),
        Role::Active,
    );
    painter.text(
        (x + 1, row.y),
        right,
        &sanitize::clean_line(&record.title()),
        Role::Text,
    );
}
