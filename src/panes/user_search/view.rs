//! How the Users pane looks.

use super::rows::UserRow;
use super::state::{State, Typing};
use crate::contract::Remote;
use crate::panes::chrome::{self, Edges, ViewContext};
use crate::text::{format, width};
use crate::theme::{Glyph, Role};
use crate::widgets::{Painter, Spans};
use jiff::Timestamp;
use ratatui::layout::Rect;

/// The texts on the frame.
pub fn edges(state: &State, context: &ViewContext<'_>) -> Edges {
    let mut edges = Edges::default();
    let found = state.rows().len();
    let shown = state.shown.len();
    match &state.users {
        Remote::Failed { .. } => {
            edges.state = Spans::of(Role::Failed, "✗").with(Role::Muted, " not refreshed");
        }
        Remote::Loading { .. } => edges.state = Spans::of(Role::Active, "looking"),
        Remote::Idle | Remote::Ready { .. } => {}
    }
    if state.users.value().is_some() {
        let mut about = format!("{} found", format::count(found as u64));
        if shown != found {
            about = format!("{} of {about}", format::count(shown as u64));
        }
        if !state.marked.is_empty() {
            let marked = format::count(state.marked.len() as u64);
            about.push_str(&format!(" · {marked} marked"));
        }
        if state.range_from.is_some() {
            about.push_str(" · range");
        }
        edges.about = Spans::of(Role::Muted, about);
    }
    if shown > 0 {
        let at = state.list.selected + 1;
        edges.position = Spans::of(
            Role::Muted,
            format!("{at} of {}", format::count(shown as u64)),
        );
    }
    if !context.framed && context.focused {
        edges.title = String::new();
    }
    edges
}

/// How many rows stand above the list.
pub fn rows_above(state: &State) -> u16 {
    match &state.users {
        Remote::Failed {
            previous: Some(_), ..
        } => 3,
        Remote::Idle
        | Remote::Loading { .. }
        | Remote::Ready { .. }
        | Remote::Failed { previous: None, .. } => 1,
    }
}

/// How many rows of the list a pane of this height shows.
pub fn list_height(state: &State, inside: Rect) -> usize {
    usize::from(inside.height.saturating_sub(rows_above(state)))
}

/// Draws the pane's inside.
pub fn body(state: &State, painter: &mut Painter<'_>, inside: Rect, context: &ViewContext<'_>) {
    if inside.height == 0 || inside.width < 4 {
        return;
    }
    search_line(
        state,
        painter,
        Rect {
            height: 1,
            ..inside
        },
        context,
    );
    let above = rows_above(state).min(inside.height);
    if above == 3 {
        failure_lines(state, painter, inside, context);
    }
    let list = Rect {
        y: inside.y + above,
        height: inside.height - above,
        ..inside
    };
    if state.shown.is_empty() {
        empty(state, painter, list, context);
        return;
    }
    let height = usize::from(list.height);
    let visible = state.list.visible(state.shown.len(), height);
    let first = visible.start;
    for (y, at) in (list.y..list.bottom()).zip(visible) {
        let Some(row) = state
            .shown
            .get(at)
            .and_then(|index| state.rows().get(*index))
        else {
            continue;
        };
        let line = Rect {
            y,
            height: 1,
            ..list
        };
        let selected = at == state.list.selected;
        user_line(state, painter, line, (row, selected), context);
        if state.is_in_range(at) {
            // They are chosen, and those marked before are too.
            let sign = painter.theme.glyph(Glyph::Marked);
            painter.text((line.x + 1, y), line.right(), sign, Role::Focus);
        }
        if (selected || state.is_in_range(at)) && context.focused {
            painter.overlay(line, Role::Selection);
        }
    }
    let edge = chrome::thumb_column(painter, list, context);
    painter.thumb(edge, list, first, state.shown.len());
}

fn search_line(state: &State, painter: &mut Painter<'_>, row: Rect, context: &ViewContext<'_>) {
    let typing = state.typing == Typing::InSearch;
    let mark = if typing { Role::Focus } else { Role::Muted };
    painter.text((row.x, row.y), row.right(), "/", mark);
    let field = Rect {
        x: row.x + 2,
        width: row.width.saturating_sub(3),
        ..row
    };
    if let (Some(since), false) = (state.users.loading_since(), typing) {
        let waited = context.now.timestamp().duration_since(since).unsigned_abs();
        if waited.as_millis() >= 300 {
            let text = format!("looking, {}, Esc stops", format::duration(waited));
            painter.text((field.x, field.y), field.right(), &text, Role::Active);
            return;
        }
    }
    let joined = state.asked.as_ref().filter(|search| search.is_joined());
    if let (Some(search), false) = (joined, typing) {
        let search = search.to_string();
        let question = crate::text::sanitize::clean_line(&search);
        painter.text((field.x, field.y), field.right(), &question, Role::Muted);
        return;
    }
    let role = if typing { Role::Text } else { Role::Muted };
    state
        .search
        .draw(painter, field, role, typing && context.focused);
}

fn failure_lines(
    state: &State,
    painter: &mut Painter<'_>,
    inside: Rect,
    context: &ViewContext<'_>,
) {
    let Remote::Failed {
        error,
        at,
        previous,
    } = &state.users
    else {
        return;
    };
    let zone = context.now.time_zone();
    let clock = |time: jiff::Timestamp| format::clock(&time.to_zoned(zone.clone()));
    let y = inside.y + 1;
    let x = painter.text(
        (inside.x, y),
        inside.right(),
        painter.theme.glyph(Glyph::Rejected),
        Role::Failed,
    ) + 1;
    let what = crate::text::sanitize::clean_line(&error.message).into_owned();
    painter.text(
        (x, y),
        inside.right(),
        &format!("{} at {}, r to retry", short(&what), clock(*at)),
        Role::Text,
    );
    if let Some((_, since)) = previous {
        let age = format!("this list is as of {}", clock(*since));
        painter.text((inside.x + 2, y + 1), inside.right(), &age, Role::Muted);
    }
}

/// The first clause of a sentence, for a line that has room for few words.
fn short(sentence: &str) -> &str {
    let clause = sentence.split([':', ';']).next().unwrap_or(sentence);
    clause
        .split(". ")
        .next()
        .unwrap_or(clause)
        .trim_end_matches('.')
}

fn empty(state: &State, painter: &mut Painter<'_>, area: Rect, context: &ViewContext<'_>) {
    match (&state.users, &state.asked) {
        (
            Remote::Failed {
                error,
                previous: None,
                ..
            },
            _,
        ) => {
            let sentence = crate::text::sanitize::clean_line(&error.message).into_owned();
            let sign = painter.theme.glyph(Glyph::Rejected);
            let text = format!("{sign} {sentence} r tries again, @ shows the call.");
            painter.centred(area, &text, Role::Failed);
        }
        (Remote::Loading { since, .. }, _) => {
            let waited = context
                .now
                .timestamp()
                .duration_since(*since)
                .unsigned_abs();
            if waited.as_millis() >= 300 {
                painter.centred(area, "looking, Esc stops", Role::Muted);
            }
        }
        (_, Some(search)) if state.rows().is_empty() && state.users.value().is_some() => {
            let search = search.to_string();
            let search = crate::text::sanitize::clean_line(&search);
            let text = format!("Nobody has {search}. Values must match exactly. / changes it.");
            painter.centred(area, &text, Role::Muted);
        }
        (Remote::Idle, Some(search)) => {
            let search = search.to_string();
            let search = crate::text::sanitize::clean_line(&search);
            let text = format!("Stopped looking for {search}. r looks again.");
            painter.centred(area, &text, Role::Muted);
        }
        _ if !state.filter.is_empty() => {
            painter.centred(
                area,
                "Nobody in the list fits the filter. Esc shows all.",
                Role::Muted,
            );
        }
        _ => painter.centred(area, &start_text(state), Role::Muted),
    }
}

fn start_text(state: &State) -> String {
    let mut text = "Find people by an attribute: press / and type city=London.".to_owned();
    let used: Vec<&str> = state
        .history
        .iter()
        .take(3)
        .map(|(name, _)| name.as_str())
        .collect();
    if !used.is_empty() {
        text.push_str(&format!(" Used before: {}.", used.join(", ")));
    }
    text
}

/// Cursor, mark, name, and from the right: digits or number, label, the attribute searched.
fn user_line(
    state: &State,
    painter: &mut Painter<'_>,
    row: Rect,
    (user, selected): (&UserRow, bool),
    context: &ViewContext<'_>,
) {
    let y = row.y;
    let opted_out = state.opted_out.get(user.key());
    signs(state, painter, row, (user, selected));
    let inside = row.width;
    let mut right = row.right().saturating_sub(1);
    let number = if inside >= 56 {
        &user.phone
    } else {
        &user.last_four
    };
    let columns: [(u16, &str, usize); 3] = [
        (82, &user.searched, 16),
        (0, number, if inside >= 56 { 17 } else { 5 }),
        (42, &user.label, 7),
    ];
    for (from, text, cells) in columns {
        if inside < from {
            continue;
        }
        let cells = u16::try_from(cells).unwrap_or(0);
        let start = right.saturating_sub(cells);
        painter.text((start, y), right, text, Role::Muted);
        right = start.saturating_sub(1);
    }
    if let Some(since) = opted_out.filter(|_| inside >= 56) {
        right = opted_out_since(painter, (right, y), since, context);
    }
    let role = if user.user.name.is_some() {
        Role::Text
    } else {
        Role::Muted
    };
    let name = width::truncate(
        &user.name,
        usize::from(right.saturating_sub(row.x + 3)),
        painter.theme.glyph(Glyph::Cut),
    )
    .into_owned();
    painter.text((row.x + 3, y), right, &name, role);
}

/// Cursor, and the mark or the sign of somebody who opted out.
fn signs(state: &State, painter: &mut Painter<'_>, row: Rect, (user, selected): (&UserRow, bool)) {
    let y = row.y;
    if selected {
        painter.text(
            (row.x, y),
            row.right(),
            painter.theme.glyph(Glyph::Cursor),
            Role::Focus,
        );
    }
    if state.marked.contains(user.key()) {
        painter.text(
            (row.x + 1, y),
            row.right(),
            painter.theme.glyph(Glyph::Marked),
            Role::Active,
        );
    }
    if state.opted_out.contains_key(user.key()) && !state.marked.contains(user.key()) {
        let sign = painter.theme.glyph(Glyph::OptedOut);
        painter.text((row.x + 1, y), row.right(), sign, Role::Attention);
    }
}

/// `opted out 9 Sep`, ending at a column; gives the column before it.
fn opted_out_since(
    painter: &mut Painter<'_>,
    (right, y): (u16, u16),
    since: &Timestamp,
    context: &ViewContext<'_>,
) -> u16 {
    let since = since.to_zoned(context.now.time_zone().clone());
    let text = format!("opted out {}", format::moment(&since, context.now));
    let cells = u16::try_from(width::cells(&text)).unwrap_or(u16::MAX);
    let start = right.saturating_sub(cells);
    painter.text((start, y), right, &text, Role::Attention);
    start.saturating_sub(1)
}
