//! How the Conversation pane looks. Only shows what [`State::prepare`] computed.

use super::blocks::LineKind;
use super::outgoing;
use super::scroll::Anchor;
use super::state::{Chat, State, VisibleLine};
use super::window_hint;
use crate::contract::Remote;
use crate::panes::chrome::{self, Edges, ViewContext};
use crate::text::bidi::Direction;
use crate::text::{bidi, format, highlight, sanitize, width};
use crate::theme::{Glyph, Role};
use crate::widgets::{Hyperlink, Painter, Spans};
use ratatui::layout::Rect;
use std::sync::Arc;

/// The texts on the frame.
pub fn edges(state: &State, context: &ViewContext<'_>) -> Edges {
    let Some(chat) = &state.chat else {
        return Edges::default();
    };
    let mut edges = Edges {
        title: chat.name.clone(),
        title_end: format!(" {}", format::last_four(&chat.user.channel_user_id)),
        title_short: chat.short_name.clone(),
        state: data_state(chat, context),
        ..Edges::default()
    };
    let hint = window_hint::hint(&chat.messages, context.now.timestamp());
    let window = |roomy| Spans::of(Role::Muted, window_hint::words(hint, context.now, roomy));
    if let Some(find) = &state.find {
        edges.about = find_words(state, find);
    } else if let Some(since) = state.opted_out {
        let since = since.to_zoned(context.now.time_zone().clone());
        let text = format!("⊘ opted out {}", format::moment(&since, context.now));
        edges.about = Spans::of(Role::Attention, text);
        edges.about_short = Spans::of(Role::Attention, "⊘ opted out".to_owned());
    } else if let Some(proposal) = &state.proposal {
        let words = proposal.words(&chat.short_name, context.now);
        edges.about = Spans::of(Role::Attention, words);
        edges.about_short = Spans::of(Role::Attention, "O opts out?".to_owned());
    } else {
        edges.about = window(context.framed);
        edges.about_short = window(false);
    }
    if !chat.messages.is_empty() {
        edges.position = Spans::of(Role::Muted, position(state, chat));
    }
    edges
}

/// How much is marked, how much is loaded, and where in it the reader is.
fn position(state: &State, chat: &Chat) -> String {
    let mut position = String::new();
    let marked = state.marked().len();
    if marked > 0 {
        position.push_str(&format!("{} marked · ", format::count(marked as u64)));
    }
    let loaded = chat.messages.len() as u64;
    position.push_str(&if chat.is_whole() {
        format::counted(loaded, "message")
    } else {
        format!("{} loaded", format::count(loaded))
    });
    match (state.anchor, chat.new_from) {
        (Anchor::Bottom, _) => position.push_str(" · at the end"),
        (Anchor::At { .. }, Some((_, count))) => position.push_str(&format!(" · {count} new ↓ G")),
        (Anchor::At { .. }, None) => {}
    }
    position
}

fn find_words(state: &State, find: &crate::widgets::Find) -> Spans {
    if find.typing {
        return Spans::of(Role::Muted, "Enter goes to a match, Esc ends the search");
    }
    let query = sanitize::clean_line(&find.field.text()).into_owned();
    let total = find.matches.len();
    let at = find.matches.iter().position(|index| *index == state.cursor);
    let count = match at {
        Some(at) => format!("{} of {total}", at + 1),
        None => format!("{total} found"),
    };
    Spans::of(Role::Key, format!("/ {}", bidi::apart(&query)))
        .with(Role::Muted, format!("  {count}"))
}

fn data_state(chat: &Chat, context: &ViewContext<'_>) -> Spans {
    let clock = |time: jiff::Timestamp| {
        format::moment(&time.to_zoned(context.now.time_zone().clone()), context.now)
    };
    if let Remote::Failed { .. } = &chat.newest {
        let age = chat.newest.as_of().map_or_else(
            || "not loaded".to_owned(),
            |at| format!("as of {}", clock(at)),
        );
        return Spans::of(Role::Failed, "✗ ").with(Role::Muted, age);
    }
    if let Some((fetched, back_to)) = chat.fetching {
        let back_to = back_to.map_or_else(String::new, |at| format!(" back to {}", clock(at)));
        let text = format!("⠹ {} fetched{back_to}, Esc stops", format::count(fetched));
        return Spans::of(Role::Active, text);
    }
    let waiting = |remote: &Remote<()>| {
        remote.loading_since().is_some_and(|since| {
            context
                .now
                .timestamp()
                .duration_since(since)
                .unsigned_abs()
                .as_millis()
                >= 300
        })
    };
    if waiting(&chat.older) {
        return Spans::of(Role::Active, "⠹ loading older");
    }
    if waiting(&chat.newest) && !chat.messages.is_empty() {
        return Spans::of(Role::Active, "⠹ refreshing");
    }
    if let Remote::Failed { .. } = &chat.older {
        return Spans::of(Role::Failed, "✗ ").with(Role::Muted, "older not loaded, K tries again");
    }
    match chat.newest.as_of() {
        Some(at) => Spans::of(Role::Muted, format!("as of {}", clock(at))),
        None => Spans::default(),
    }
}

/// Draws the pane's inside.
pub fn body(state: &State, painter: &mut Painter<'_>, inside: Rect, context: &ViewContext<'_>) {
    let Some(chat) = &state.chat else {
        let text = "No chat open. Enter on a person opens one, Ctrl-p finds a person by name.";
        painter.centred(inside, text, Role::Muted);
        return;
    };
    if chat.messages.is_empty() {
        empty(chat, painter, inside, context);
        outgoing::draw(state, painter, inside, context);
        return;
    }
    outgoing::draw(state, painter, inside, context);
    rows_above(state, painter, inside);
    let y = inside.y + state.rows_above();
    let query = state
        .find
        .as_ref()
        .map(|find| find.field.text())
        .filter(|query| !query.trim().is_empty());
    let mut marked = None;
    for (y, line) in (y..inside.bottom()).zip(&state.visible) {
        let row = Rect {
            y,
            height: 1,
            ..inside
        };
        draw_line(painter, row, line, query.as_deref());
        if line.line.kind != LineKind::Text {
            continue;
        }
        if line.marked && marked.replace(line.message) != Some(line.message) {
            mark(painter, row, line.line.mark_cell);
        }
        if line.message == state.cursor {
            let cursor = painter.theme.glyph(Glyph::Cursor);
            painter.text((row.x, y), row.right(), cursor, Role::Focus);
            if context.focused {
                painter.overlay(Rect { width: 1, ..row }, Role::Focus);
            }
        }
    }
    let total = chat.messages.len();
    let shown = state
        .visible
        .iter()
        .map(|line| line.message)
        .collect::<std::collections::BTreeSet<_>>()
        .len();
    let edge = chrome::thumb_column(painter, inside, context);
    thumb(painter, (edge, inside), state.top.message, shown, total);
    if state.find.as_ref().is_some_and(|find| find.typing) {
        find_line(state, painter, inside);
    }
    failure_line(chat, painter, inside);
}

/// The sign of a marked message, on the first of its lines that can be seen.
fn mark(painter: &mut Painter<'_>, row: Rect, cell: usize) {
    let x = row
        .x
        .saturating_add(u16::try_from(cell).unwrap_or(u16::MAX));
    let sign = painter.theme.glyph(Glyph::Marked);
    painter.text((x, row.y), row.right(), sign, Role::Active);
}

/// The links among the visible lines, for whoever writes the screen to a terminal. What is drawn
/// over them later is not known here.
pub fn hyperlinks(state: &State, inside: Rect) -> Vec<Hyperlink> {
    let top = inside.y + state.rows_above();
    let rows = (top..inside.bottom()).zip(&state.visible);
    let links = rows.flat_map(|(y, line)| line.line.links.iter().map(move |link| (y, link)));
    let placed = links.map(|(y, link)| Hyperlink {
        x: inside
            .x
            .saturating_add(u16::try_from(link.from).unwrap_or(u16::MAX)),
        y,
        text: Arc::clone(&link.text),
        id: link.id,
        target: Arc::clone(&link.target),
    });
    placed.collect()
}

/// What colleagues left and the day of the first message.
fn rows_above(state: &State, painter: &mut Painter<'_>, inside: Rect) {
    let mut y = inside.y;
    if let Some(note) = state.note_line() {
        let note = width::truncate(
            &note,
            usize::from(inside.width.saturating_sub(4)),
            width::ELLIPSIS,
        );
        painter.text(
            (inside.x + 1, y),
            inside.right(),
            &format!("# {}", bidi::apart(&note)),
            Role::Active,
        );
        y += 1;
    }
    if let Some(day) = &state.sticky_day {
        let row = Rect {
            y,
            height: 1,
            ..inside
        };
        painter.titled_rule(row, day, Glyph::ThinRule, (Role::Border, Role::Muted));
    }
}

/// The thumb measures messages, not lines: counting lines would mean wrapping everything.
fn thumb(
    painter: &mut Painter<'_>,
    (edge, inside): (u16, Rect),
    first: usize,
    shown: usize,
    total: usize,
) {
    if shown == 0 || shown >= total {
        return;
    }
    let rows = usize::from(inside.height);
    painter.thumb(
        edge,
        inside,
        first * rows / shown.max(1),
        total * rows / shown.max(1),
    );
}

fn draw_line(painter: &mut Painter<'_>, row: Rect, line: &VisibleLine, query: Option<&str>) {
    match line.line.kind {
        LineKind::Blank => {}
        LineKind::Day => {
            let text: String = line
                .line
                .spans
                .0
                .iter()
                .map(|span| span.text.as_str())
                .collect();
            painter.titled_rule(row, &text, Glyph::ThinRule, (Role::Border, Role::Muted));
        }
        LineKind::New => {
            let text: String = line
                .line
                .spans
                .0
                .iter()
                .map(|span| span.text.as_str())
                .collect();
            painter.titled_rule(row, &text, Glyph::ThickRule, (Role::Focus, Role::Focus));
        }
        LineKind::Text => {
            let mut x = row.x;
            for span in &line.line.spans.0 {
                let from = x;
                x = painter.ordered(
                    (x, row.y),
                    row.right().saturating_sub(1),
                    &span.text,
                    span.role,
                );
                if let (Some(query), Role::Text) = (query, span.role) {
                    mark_matches(painter, (from, row), &span.text, query);
                }
            }
        }
    }
}

/// Lays the role of a match over the places of the query in a text in screen order. Which way its
/// paragraph runs is no longer known, so the query is looked for in both.
fn mark_matches(painter: &mut Painter<'_>, at: (u16, Rect), text: &str, query: &str) {
    let (from, row) = at;
    let query = sanitize::clean_line(query);
    let mut ways = vec![bidi::visual_in(&query, Direction::LeftToRight)];
    let other = bidi::visual_in(&query, Direction::RightToLeft);
    if !ways.contains(&other) {
        ways.push(other);
    }
    let ranges = ways
        .iter()
        .flat_map(|query| highlight::find_all(text, query));
    for range in ranges {
        let cells = |part: &str| u16::try_from(crate::text::width::cells(part)).unwrap_or(0);
        let x = from + cells(text.get(..range.start).unwrap_or(""));
        let width = cells(text.get(range).unwrap_or(""));
        painter.overlay(
            Rect {
                x,
                y: row.y,
                width,
                height: 1,
            },
            Role::Match,
        );
    }
}

/// The search field takes the last row while it is typed in.
fn find_line(state: &State, painter: &mut Painter<'_>, inside: Rect) {
    let Some(find) = &state.find else { return };
    let row = Rect {
        y: inside.bottom().saturating_sub(1),
        height: 1,
        ..inside
    };
    painter.clear(row);
    let x = painter.text((row.x, row.y), row.right(), "/ ", Role::Focus);
    let count = format!("{} found ", find.matches.len());
    let right = painter.right((row.right(), row.y), x + 8, &count, Role::Muted);
    let field = Rect {
        x,
        width: right.saturating_sub(x),
        ..row
    };
    find.field.draw(painter, field, Role::Text, true);
}

fn failure_line(chat: &Chat, painter: &mut Painter<'_>, inside: Rect) {
    let Some(error) = chat.newest.error() else {
        return;
    };
    let row = Rect {
        y: inside.bottom().saturating_sub(1),
        height: 1,
        ..inside
    };
    painter.clear(row);
    let text = format!(
        "✗ not refreshed: {} r tries again",
        sanitize::clean_line(&error.message)
    );
    painter.text((row.x, row.y), row.right(), &text, Role::Failed);
}

fn empty(chat: &Chat, painter: &mut Painter<'_>, inside: Rect, context: &ViewContext<'_>) {
    match &chat.newest {
        Remote::Failed { error, .. } => {
            let text = format!(
                "✗ {} {} r tries again, @ shows the call.",
                sanitize::clean_line(&error.message),
                sanitize::clean_line(&error.advice)
            );
            painter.centred(inside, &text, Role::Failed);
        }
        Remote::Ready { .. } => {
            let text = format!(
                "No messages with {} on this bot yet. t starts with a template.",
                bidi::apart(&chat.name)
            );
            painter.centred(inside, &text, Role::Muted);
        }
        Remote::Loading { since, .. } => {
            let waited = context
                .now
                .timestamp()
                .duration_since(*since)
                .unsigned_abs();
            if waited.as_millis() >= 300 {
                painter.centred(inside, "⠹ loading the newest 500, Esc stops", Role::Active);
            }
        }
        Remote::Idle => painter.centred(inside, "Loading was stopped. r loads.", Role::Muted),
    }
}
