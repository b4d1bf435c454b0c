//! How the list of unknown results looks: rows, then the one under the cursor, then what can be
//! done. As it gets smaller the explanations go first, then the detail; rows and evidence stay.

use super::detail::{facts, lines, looked, person, what_happened};
use super::{Row, State, too_early};
use crate::overlays::frame::{self, OverlayEdges};
use crate::text::{format, sanitize, width};
use crate::theme::{Glyph, Role};
use crate::widgets::{Painter, Spans};
use jiff::Zoned;
use ratatui::layout::Rect;

/// Cells of the list in a large window.
const WIDTH: u16 = 96;
/// Rows of it without the list itself.
const BELOW: u16 = 18;
/// Rows that the list has at least, where there are that many.
const LEAST: usize = 3;

/// Below this many rows inside there is no room for explanations.
const ROOMY: usize = 14;

/// What the keys do.
const KEYS: [(&str, &str, &str); 4] = [
    (
        "r",
        "read back",
        "only looks; one clear match settles it, no match proves nothing",
    ),
    (
        "a",
        "it was accepted",
        "you saw it on the phone or in the panel",
    ),
    (
        "n",
        "it was not accepted",
        "plans one new linked message; nothing leaves before R",
    ),
    ("x", "give up", "closed without knowing"),
];

fn area(state: &State, body: Rect) -> Rect {
    let height = match u16::try_from(state.rows().len()).unwrap_or(u16::MAX) {
        0 => 5,
        rows => rows.min(30) + BELOW,
    };
    frame::area(body, WIDTH, height)
}

/// Width and height inside the frame.
fn room(state: &State, body: Rect) -> (u16, u16) {
    let area = area(state, body);
    let (sides, ends) = if area == body { (2, 2) } else { (4, 2) };
    (
        area.width.saturating_sub(sides),
        area.height.saturating_sub(ends),
    )
}

/// Rows of the list in a body of this size, the head included where there is room for it.
pub fn list_height(state: &State, body: Rect, now: &Zoned) -> usize {
    let (width, height) = room(state, body);
    rows_for(state, (width, height), now)
}

/// The list gets what the rest leaves, and a few rows in any case.
fn rows_for(state: &State, (width, height): (u16, u16), now: &Zoned) -> usize {
    let height = usize::from(height);
    let head = usize::from(has_head(height));
    let below = below(state, (usize::from(width), height), now).len();
    let most = height.saturating_sub(head);
    most.saturating_sub(below)
        .max(LEAST.min(most))
        .min(state.rows().len().max(1))
}

fn has_head(height: usize) -> bool {
    height >= ROOMY
}

/// Draws the list.
pub fn draw(state: &State, painter: &mut Painter<'_>, body: Rect, now: &Zoned) {
    let area = area(state, body);
    let title = match state.only {
        Some(batch) => format!("Unknown in {batch}: did these people get it?"),
        None => "Unknown: did these people get it?".to_owned(),
    };
    let edges = OverlayEdges {
        title,
        state: open_since(state, now),
        hint: "Space mark · * all of one batch · several at once asks for the count".to_owned(),
        leave: "Esc back".to_owned(),
        guarded: state.guarded,
    };
    let inside = frame::draw(painter, body, area, &edges);
    let Some(rows) = &state.rows else {
        painter.centred(inside, "reading the record", Role::Muted);
        return;
    };
    if rows.is_empty() {
        let text = "Nothing is unknown. Every result is known or decided.";
        painter.centred(inside, text, Role::Muted);
        return;
    }
    let top = inside.y + u16::from(has_head(usize::from(inside.height)));
    if top > inside.y {
        let heads = ["batch", "person", "at", "what happened", "looked"];
        row_of_texts(painter, line_of(inside, inside.y), Role::Muted, heads);
    }
    let height = rows_for(state, (inside.width, inside.height), now);
    let list = Rect {
        y: top,
        height: u16::try_from(height).unwrap_or(u16::MAX),
        ..inside
    };
    let visible = state.list.visible(rows.len(), height);
    let first = visible.start;
    for (y, at) in (list.y..list.bottom()).zip(visible) {
        if let Some(row) = rows.get(at) {
            let row = (row, at == state.list.selected);
            draw_row(state, painter, line_of(inside, y), row, now);
        }
    }
    let edge = area.right().saturating_sub(1);
    painter.thumb(edge, list, first, rows.len());
    draw_below(state, painter, (inside, list.bottom()), now);
}

/// One row of an area.
fn line_of(inside: Rect, y: u16) -> Rect {
    Rect {
        y,
        height: 1,
        ..inside
    }
}

fn draw_below(state: &State, painter: &mut Painter<'_>, (inside, from): (Rect, u16), now: &Zoned) {
    let room = (usize::from(inside.width), usize::from(inside.height));
    for (y, line) in (from..inside.bottom()).zip(below(state, room, now)) {
        match line {
            Line::Rule(text) => {
                let roles = (Role::Border, Role::Text);
                painter.titled_rule(line_of(inside, y), &text, Glyph::ThinRule, roles);
            }
            Line::Text(spans) => {
                painter.spans((inside.x, y), inside.right(), &spans);
            }
        }
    }
}

fn open_since(state: &State, now: &Zoned) -> Spans {
    let oldest = state.rows().iter().map(|row| row.unknown.started).min();
    let since = oldest.map_or_else(String::new, |oldest| {
        let oldest = oldest.to_zoned(now.time_zone().clone());
        format!(", oldest {}", format::moment(&oldest, now))
    });
    let marked = match state.marked.len() {
        0 => String::new(),
        marked => format!("{marked} marked · "),
    };
    let open = format!("{marked}{} open{since}", format::count(state.people()));
    Spans::of(Role::Unknown, open)
}

/// Columns by the width: batch, person, time, what happened, looked.
fn columns(width: u16) -> [(u16, u16); 5] {
    match width {
        90.. => [(5, 20), (27, 20), (49, 8), (59, 21), (82, 14)],
        70..90 => [(5, 16), (22, 18), (41, 8), (50, 16), (67, 12)],
        50..70 => [(5, 5), (11, 18), (30, 8), (39, 18), (0, 0)],
        _ => [(5, 4), (10, 15), (0, 0), (26, 14), (0, 0)],
    }
}

fn row_of_texts(painter: &mut Painter<'_>, row: Rect, role: Role, texts: [&str; 5]) {
    for ((offset, cells), text) in columns(row.width).into_iter().zip(texts) {
        if cells > 0 {
            let limit = (row.x + offset + cells).min(row.right());
            painter.text((row.x + offset, row.y), limit, text, role);
        }
    }
}

fn draw_row(
    state: &State,
    painter: &mut Painter<'_>,
    place: Rect,
    (row, selected): (&Row, bool),
    now: &Zoned,
) {
    let id = row.unknown.item.id;
    let batch = row.unknown.item.batch;
    let batch = match place.width {
        70.. => format!("{batch} {}", sanitize::clean_line(&row.unknown.title)),
        _ => batch.to_string(),
    };
    let [_, (_, cells), ..] = columns(place.width);
    let zone = now.time_zone().clone();
    let at = format::clock_seconds(&row.unknown.started.to_zoned(zone));
    let looked = if state.looking.contains_key(&id) {
        "looking"
    } else {
        looked(row)
    };
    row_of_texts(
        painter,
        place,
        Role::Text,
        [
            &batch,
            &person(row, usize::from(cells)),
            &at,
            &what_happened(row),
            looked,
        ],
    );
    let at = |column: u16| (place.x + column, place.y);
    if state.marked.contains(&id) {
        let sign = painter.theme.glyph(Glyph::Marked);
        painter.text(at(1), place.right(), sign, Role::Focus);
    }
    let sign = painter.theme.glyph(Glyph::Unknown);
    painter.text(at(3), place.right(), sign, Role::Unknown);
    if selected {
        let cursor = painter.theme.glyph(Glyph::Cursor);
        painter.text(at(0), place.right(), cursor, Role::Focus);
        painter.overlay(place, Role::Selection);
    }
}

/// A line below the list.
enum Line {
    Rule(String),
    Text(Spans),
}

/// What stands below the list, the most needed first.
fn below(state: &State, (width, height): (usize, usize), now: &Zoned) -> Vec<Line> {
    let Some(row) = state.selected() else {
        return Vec::new();
    };
    let item = &row.unknown.item;
    let title = sanitize::clean_line(&row.unknown.title);
    let person = person(row, width / 2);
    let head = format!(
        "{person} · {} {title} · attempt {}",
        item.batch, item.attempts
    );
    let head = width::truncate(&head, width.saturating_sub(8), "…").into_owned();
    let mut below = vec![Line::Rule(head)];
    let known = facts(row, now);
    if height < ROOMY {
        // The evidence is what a person needs; Enter shows the rest.
        let evidence = known.last().map(|fact| lines(fact, width));
        below.extend(evidence.into_iter().flatten().map(Line::Text));
        return below;
    }
    if height >= 2 * ROOMY - 8 {
        below.insert(0, Line::Text(Spans::default()));
    }
    below.extend(
        known
            .iter()
            .flat_map(|fact| lines(fact, width))
            .map(Line::Text),
    );
    below.push(Line::Text(Spans::default()));
    for (key, does, means) in KEYS {
        let line = Spans::of(Role::Key, format!("{key}  "));
        let line = if width >= 70 {
            let does = width::pad_right(does, 22);
            line.with(Role::Text, does).with(Role::Muted, means)
        } else {
            line.with(Role::Text, does)
        };
        below.push(Line::Text(line));
    }
    below.push(Line::Text(Spans::default()));
    below.extend(warning(state, row, width, now).into_iter().map(Line::Text));
    below
}

fn warning(state: &State, row: &Row, width: usize, now: &Zoned) -> Vec<Spans> {
    let clock = |time: jiff::Timestamp| format::clock(&time.to_zoned(now.time_zone().clone()));
    let mut texts = vec![(
        Role::Attention,
        "! The platform may already have accepted this. Sending again can reach the person twice."
            .to_owned(),
    )];
    let until = row.unknown.wait_until;
    if now.timestamp() < until {
        let text = format!(
            "  Arrival can take 15 min: better wait until {}.",
            clock(until)
        );
        texts.push((Role::Text, text));
    }
    if let Some(until) = too_early(&state.chosen(), now.timestamp()) {
        let text = format!("  For several at once n is off until {}.", clock(until));
        texts.push((Role::Text, text));
    }
    let asked = "  a, n and x ask for a reason; it goes into the audit record.";
    texts.push((Role::Muted, asked.to_owned()));
    texts
        .into_iter()
        .flat_map(|(role, text)| Spans::of(role, text).wrapped(width))
        .collect()
}
