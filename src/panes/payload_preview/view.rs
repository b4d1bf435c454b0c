//! How the Payload pane looks. Only shows what [`State::prepare`] computed.

use super::rows::Row;
use super::state::{Look, Shown, State};
use crate::panes::chrome::{Edges, ViewContext};
use crate::text::{format, highlight, sanitize};
use crate::theme::{Glyph, Role};
use crate::widgets::{Painter, Spans};
use ratatui::layout::Rect;

/// Cells of the column of numbers.
const GUTTER: u16 = 5;

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
    if let Some(odd) = &state.odd {
        edges
            .state
            .push(Role::Attention, format!(" ! {}", sanitize::clean_line(odd)));
    }
    if state.failure.is_some() {
        edges.state = Spans::of(Role::Failed, "✗ ").with(Role::Muted, "older than the draft");
    }
    edges.about = about(state);
    edges.position = position(state);
    edges
}

/// The search, or size and digest.
fn about(state: &State) -> Spans {
    if let Some(find) = &state.find {
        let query = sanitize::clean_line(&find.field.text()).into_owned();
        let total = find.matches.len();
        let at = find
            .matches
            .iter()
            .position(|row| *row == state.list.selected);
        let count = match at {
            Some(at) if !find.typing => format!("{} of {total}", at + 1),
            Some(_) | None => format!("{total} found"),
        };
        let caret = if find.typing { "▏" } else { "" };
        return Spans::of(Role::Key, format!("/ {query}{caret}"))
            .with(Role::Muted, format!("  {count}"));
    }
    let Some(request) = state.request() else {
        return Spans::default();
    };
    let size = format::bytes(state.size);
    Spans::of(
        Role::Muted,
        format!("{size} · sha256 {}", request.body_sha256.short()),
    )
}

fn position(state: &State) -> Spans {
    let look = match (state.look, &state.last_sent) {
        (Look::Pretty, _) => "pretty".to_owned(),
        (Look::Exact, _) => "exact bytes".to_owned(),
        (Look::Changes, Some(before)) => format!("changes since {}", before.label),
        (Look::Changes, None) => "changes".to_owned(),
    };
    Spans::of(Role::Muted, look)
}

/// Draws the pane's inside.
pub fn body(state: &State, painter: &mut Painter<'_>, inside: Rect, context: &ViewContext<'_>) {
    let problem = state
        .failure
        .as_ref()
        .and_then(|failure| failure.problems.first())
        .map(|problem| {
            let text = sanitize::clean_line(&problem.text);
            format!("{}. Enter goes there.", text.trim_end_matches('.'))
        });
    if state.rows.is_empty() {
        match problem {
            Some(problem) => {
                let text = format!("✗ Cannot be built: {problem}");
                painter.centred(inside, &text, Role::Failed);
            }
            None if state.building => painter.centred(inside, "Building the calls.", Role::Muted),
            None => painter.centred(
                inside,
                "No draft open. Its exact bytes appear here while you write one.",
                Role::Muted,
            ),
        }
        return;
    }
    let height = usize::from(inside.height);
    let visible = state.list.visible(state.rows.len(), height);
    let first = visible.start;
    for (y, index) in (inside.y..inside.bottom()).zip(visible) {
        if let Some(row) = state.rows.get(index) {
            let line = Rect {
                y,
                height: 1,
                ..inside
            };
            draw_row(state, (index, row), painter, line, context.focused);
        }
    }
    if let Some(problem) = problem {
        let row = Rect {
            y: inside.bottom().saturating_sub(1),
            height: 1,
            ..inside
        };
        painter.clear(row);
        let text = format!("✗ {problem}");
        painter.text((row.x + 1, row.y), row.right(), &text, Role::Failed);
    }
    if state.rows.len() > height {
        let right = inside.right().saturating_sub(1);
        painter.thumb(right, inside, first, state.rows.len());
    }
}

fn draw_row(
    state: &State,
    (index, row): (usize, &Row),
    painter: &mut Painter<'_>,
    line: Rect,
    focused: bool,
) {
    let limit = line.right().saturating_sub(1);
    let mut x = line.x + 1;
    if state.numbered {
        if let Some(number) = (index + 1).checked_sub(state.head_rows).filter(|n| *n > 0) {
            let number = number.to_string();
            painter.right((x + GUTTER - 2, line.y), x, &number, Role::Muted);
        }
        x += GUTTER;
    }
    let outdated = state.failure.is_some();
    if outdated {
        painter.text((x, line.y), limit, &row.text(), Role::Muted);
    } else {
        painter.spans((x, line.y), limit, &with_hits(state, row));
    }
    let under_cursor = focused && index == state.list.selected;
    if under_cursor || state.field_row == Some(index) {
        let sign = painter.theme.glyph(Glyph::Cursor);
        painter.text((line.x, line.y), limit, sign, Role::Focus);
    }
    if under_cursor {
        painter.overlay(
            Rect {
                x: line.x + 1,
                width: limit.saturating_sub(line.x + 1),
                ..line
            },
            Role::Selection,
        );
    }
}

/// The row with what is looked for in the role of a match.
fn with_hits(state: &State, row: &Row) -> Spans {
    let Some(find) = &state.find else {
        return row.spans.clone();
    };
    let text = row.text();
    let hits = highlight::find_all(&text, &find.field.text());
    row.spans.marked(&hits, Role::Match)
}
