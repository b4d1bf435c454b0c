//! How the Broadcasts pane looks: a list, below it the batch under the cursor where there is room;
//! or that batch with its people in place of the list.

use super::groups::Row;
use super::state::State;
use super::{detail, line, people_view};
use crate::contract::Meter;
use crate::panes::chrome::{self, Edges, ViewContext, divider};
use crate::text::format;
use crate::theme::{Glyph, Role};
use crate::widgets::{Painter, Spans};
use jiff::Zoned;
use ratatui::layout::Rect;

/// Rows that the list has at least beside a detail, or as many as it needs.
const LIST: u16 = 8;
/// A detail of fewer rows says too little.
const DETAIL: u16 = 6;

/// The texts on the frame.
pub fn edges(state: &State, context: &ViewContext<'_>) -> Edges {
    let mut edges = Edges::default();
    let unknown = state.unknown();
    let mut text = Spans::of(Role::Muted, state.batches.len().to_string());
    if unknown > 0 {
        text = text
            .with(Role::Muted, " · ")
            .with(Role::Unknown, format!("{unknown} unknown"));
    }
    edges.state = text;
    edges.about = about(state.meter, state.meter.words(), context);
    edges.about_short = about(state.meter, state.meter.short(), context);
    if state.detail_open {
        let people = &state.people;
        let at = (people.list.selected + 1).min(people.rows());
        let whole = format::count(people.rows() as u64);
        let position = format!("{} of {whole} · ", format::count(at as u64));
        edges.position = Spans::of(Role::Muted, position)
            .with(Role::Key, "Esc")
            .with(Role::Muted, " list");
    }
    edges
}

/// How much of a day's limits is used, and that nothing is sent.
fn about(meter: Meter, words: Option<String>, context: &ViewContext<'_>) -> Spans {
    let role = if meter.is_tight() {
        Role::Attention
    } else {
        Role::Muted
    };
    let read_only = context.profile.read_only.then(|| "read-only".to_owned());
    let parts: Vec<String> = read_only.into_iter().chain(words).collect();
    if parts.is_empty() {
        return Spans::default();
    }
    Spans::of(role, parts.join(" · "))
}

/// Rows of the list in a pane of this size, or of the people in the open batch.
pub fn list_height(state: &State, inside: Rect, now: &Zoned) -> usize {
    if state.detail_open {
        let head = head_height(state, inside, now);
        usize::from(inside.height.saturating_sub(head + 1))
    } else {
        usize::from(inside.height - detail_height(state, inside, now))
    }
}

/// Rows of the detail below the list: what it wants, as far as the list keeps those that need a
/// person and some more.
fn detail_height(state: &State, inside: Rect, now: &Zoned) -> u16 {
    let Some(batch) = state.selected() else {
        return 0;
    };
    let rows = u16::try_from(state.rows.len()).unwrap_or(u16::MAX);
    let needing = u16::try_from(state.pinned(usize::MAX)).unwrap_or(u16::MAX);
    let least = LIST.max(needing.saturating_add(3)).min(rows);
    let room = inside.height.saturating_sub(least);
    if room < DETAIL {
        return 0;
    }
    detail::wanted(state, batch, inside, now).min(room)
}

/// Rows of the batch above its people: at most half.
fn head_height(state: &State, inside: Rect, now: &Zoned) -> u16 {
    let Some(batch) = state.selected() else {
        return 0;
    };
    let wanted = detail::wanted(state, batch, inside, now);
    wanted.min((inside.height / 2).max(4)).min(inside.height)
}

/// Draws the pane's inside.
pub fn body(state: &State, painter: &mut Painter<'_>, inside: Rect, context: &ViewContext<'_>) {
    if state.batches.is_empty() {
        let text = if state.loaded {
            "Nothing planned yet. t in a chat or :broadcast new starts one."
        } else {
            "reading the record"
        };
        painter.centred(inside, text, Role::Muted);
        return;
    }
    match (state.detail_open, state.selected()) {
        (true, Some(batch)) => {
            let head = head_height(state, inside, context.now);
            let upper = Rect {
                height: head,
                ..inside
            };
            detail::draw(painter, upper, state, batch, context);
            let lower = Rect {
                y: inside.y + head,
                height: inside.height - head,
                ..inside
            };
            people_view::draw(painter, lower, state, batch, context);
        }
        (true, None) | (false, _) => list_page(state, painter, inside, context),
    }
}

fn list_page(state: &State, painter: &mut Painter<'_>, inside: Rect, context: &ViewContext<'_>) {
    let lower = detail_height(state, inside, context.now);
    let list = Rect {
        height: inside.height - lower,
        ..inside
    };
    let height = usize::from(list.height);
    let visible = state.visible(height);
    let pinned = state.pinned(height);
    let first = visible.get(pinned).map_or(0, |row| row - pinned);
    for (y, at) in (list.y..list.bottom()).zip(visible) {
        let row = Rect {
            y,
            height: 1,
            ..list
        };
        match state.rows.get(at) {
            Some(Row::Divider(group, count)) => {
                let row = Rect {
                    x: row.x + 1,
                    width: row.width.saturating_sub(2),
                    ..row
                };
                divider(painter, row, group.title(), &count.to_string());
            }
            Some(Row::Batch(index)) => {
                let Some(batch) = state.batches.get(*index) else {
                    continue;
                };
                line::draw(painter, row, state, batch, context);
                if at == state.list.selected {
                    let cursor = painter.theme.glyph(Glyph::Cursor);
                    painter.text((row.x, y), row.right(), cursor, Role::Focus);
                    if context.focused {
                        painter.overlay(row, Role::Selection);
                    }
                }
            }
            None => {}
        }
    }
    let edge = chrome::thumb_column(painter, list, context);
    painter.thumb(edge, list, first, state.rows.len());
    if let (true, Some(batch)) = (lower > 0, state.selected()) {
        let area = Rect {
            y: list.bottom(),
            height: lower,
            ..inside
        };
        detail::draw(painter, area, state, batch, context);
    }
}
