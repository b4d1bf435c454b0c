//! First row: profile and guard, connection, who sends, what is unknown, the clock. As it narrows
//! parts are dropped in a fixed order; profile, guard word, connection sign, unknown count and
//! clock never are.

use super::layout::Layout;
use super::state::{Connection, State};
use super::waits;
use crate::contract::{PaneId, SenderState};
use crate::domain::Guard;
use crate::text::{format, sanitize, width};
use crate::theme::{Glyph, Role, Theme};
use crate::widgets::{Painter, Spans};
use ratatui::layout::Rect;

/// How much of the header there is room for; higher is shorter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Brevity(u8);

impl Brevity {
    const STEPS: [Brevity; 6] = [
        Brevity(0),
        Brevity(1),
        Brevity(2),
        Brevity(3),
        Brevity(4),
        Brevity(5),
    ];
}

/// Draws the header.
pub fn draw(state: &State, painter: &mut Painter<'_>, row: Rect) {
    if state.profile.guard == Guard::Production {
        painter.overlay(row, Role::Guard);
    }
    for brevity in Brevity::STEPS {
        let left = left(state, painter.theme, brevity);
        let right = clock(state, brevity);
        let last = Some(&brevity) == Brevity::STEPS.last();
        let fits = left.cells() + width::cells(&right) + 3 <= usize::from(row.width);
        if fits || last {
            let end = painter.spans((row.x + 1, row.y), row.right(), &left);
            let from = row.right().saturating_sub(1);
            painter.right((from, row.y), end.min(from), &right, Role::Text);
            break;
        }
    }
    if state.profile.guard == Guard::Production {
        painter.overlay(row, Role::Guard);
    }
}

fn left(state: &State, theme: &Theme, brevity: Brevity) -> Spans {
    let separator = if brevity.0 < 4 {
        format!(" {} ", theme.glyph(Glyph::Separator))
    } else {
        " ".to_owned()
    };
    let name = sanitize::clean_line(&state.profile.name).into_owned();
    let name = width::truncate_middle(&name, 20, theme.glyph(Glyph::Cut)).into_owned();
    let mut spans = Spans::of(Role::Focus, name);
    if let Some(word) = state.profile.guard.word() {
        let role = if state.profile.guard == Guard::Production {
            Role::Guard
        } else {
            Role::Active
        };
        spans = spans.with(Role::Text, " ").with(role, format!("[{word}]"));
    }
    if state.profile.read_only {
        spans = spans
            .with(Role::Text, " ")
            .with(Role::Attention, "[READ-ONLY]");
    }
    spans.push(Role::Border, separator.clone());
    connection(state, theme, brevity, &mut spans);
    if brevity.0 < 5 {
        spans.push(Role::Border, separator.clone());
        sender(state, theme, brevity, &mut spans);
    }
    spans.push(Role::Border, separator);
    let unknown = state.broadcasts.unknown();
    let role = if unknown > 0 {
        Role::Unknown
    } else {
        Role::Muted
    };
    let words = if brevity.0 < 5 {
        format!("? {unknown} unknown")
    } else {
        format!("?{unknown}")
    };
    spans.push(role, words);
    spans
}

fn connection(state: &State, theme: &Theme, brevity: Brevity, spans: &mut Spans) {
    let slow = std::time::Duration::from_secs(2);
    let zone = state.now.time_zone();
    let (glyph, role, word) = match state.connection {
        Connection::Connecting => {
            let asked = PaneId::ALL
                .iter()
                .any(|pane| waits::is_waiting(state, *pane));
            let word = if asked { "connecting" } else { "no call yet" };
            (Glyph::Connecting, Role::Muted, word.to_owned())
        }
        Connection::Online { answered_in } if answered_in >= slow => (
            Glyph::Slow,
            Role::Attention,
            format!("slow {}", format::latency(answered_in)),
        ),
        Connection::Online { answered_in } if brevity.0 < 2 => (
            Glyph::Online,
            Role::Accepted,
            format!("online {}", format::latency(answered_in)),
        ),
        Connection::Online { .. } => (Glyph::Online, Role::Accepted, "online".to_owned()),
        Connection::Offline { since } => {
            let since = format::clock(&since.to_zoned(zone.clone()));
            (
                Glyph::Offline,
                Role::Attention,
                format!("offline since {since}"),
            )
        }
        Connection::KeyRefused => (Glyph::Rejected, Role::Failed, "key refused".to_owned()),
    };
    spans.push(role, theme.glyph(glyph));
    if brevity.0 < 5 {
        spans.push(role, format!(" {word}"));
    }
}

fn sender(state: &State, theme: &Theme, brevity: Brevity, spans: &mut Spans) {
    let waiting = state.broadcasts.active().count();
    match state.sender {
        SenderState::ThisProcess => {
            let word = if brevity.0 < 3 {
                "this window sends"
            } else {
                "sends"
            };
            spans.push(
                Role::Muted,
                format!("{} {word}", theme.glyph(Glyph::Running)),
            );
        }
        SenderState::Other { pid } => {
            spans.push(
                Role::Muted,
                format!("{} pid {pid} sends", theme.glyph(Glyph::Running)),
            );
        }
        SenderState::CopiedFolder => {
            let text = format!("{} copied folder, read-only", theme.glyph(Glyph::Offline));
            spans.push(Role::Attention, text);
        }
        SenderState::Nobody if waiting > 0 => {
            let text = format!(
                "{} nobody sends, {waiting} wait",
                theme.glyph(Glyph::Offline)
            );
            spans.push(Role::Attention, text);
        }
        SenderState::Nobody => {
            spans.push(
                Role::Muted,
                format!("{} nobody sends", theme.glyph(Glyph::Offline)),
            );
        }
    }
}

fn clock(state: &State, brevity: Brevity) -> String {
    let now = &state.now;
    match brevity.0 {
        0 => format!(
            "{} {} {} {}",
            now.strftime("%a %-d %b"),
            format::clock(now),
            format::city(now),
            now.strftime("%:z")
        ),
        1 | 2 => format!(
            "{} {} {}",
            now.strftime("%a %-d %b"),
            format::clock(now),
            now.strftime("%:z")
        ),
        3 => format!(
            "{} {} {}",
            now.strftime("%a"),
            format::clock(now),
            now.strftime("%:z")
        ),
        _ => format::clock(now),
    }
}

/// Draws the tab line of the shapes without frames.
pub fn tabs(state: &State, painter: &mut Painter<'_>, row: Rect) {
    let needed: usize = PaneId::ALL
        .iter()
        .map(|pane| width::cells(&tab_name(state, *pane, true)) + 2)
        .sum();
    let long = needed <= usize::from(row.width);
    let mut x = row.x;
    for pane in PaneId::ALL {
        let focused = pane == state.focus;
        let name = tab_name(state, pane, long || focused);
        let (text, role) = if focused {
            (format!("[{name}]"), Role::Focus)
        } else {
            (format!(" {name} "), Role::Muted)
        };
        x = painter.text((x, row.y), row.right(), &text, role);
    }
}

fn tab_name(state: &State, pane: PaneId, long: bool) -> String {
    let mark = match pane {
        PaneId::Composer if state.composer.draft.is_some() => "✎".to_owned(),
        PaneId::Broadcasts if state.broadcasts.needing() > 0 => {
            format!("!{}", state.broadcasts.needing())
        }
        PaneId::Users
        | PaneId::Conversation
        | PaneId::Composer
        | PaneId::Broadcasts
        | PaneId::Payload
        | PaneId::Activity => String::new(),
    };
    if long {
        format!("{} {}{mark}", pane.number(), pane.title())
    } else {
        format!("{}{mark}", pane.number())
    }
}

/// What is shown when the window is too small: what runs keeps running and is named.
pub fn too_small(state: &State, painter: &mut Painter<'_>, layout: &Layout) {
    let area = layout.screen;
    let guard = state
        .profile
        .guard
        .word()
        .map_or_else(String::new, |word| format!(" [{word}]"));
    let mut lines = vec![
        format!(" {}{guard}", sanitize::clean_line(&state.profile.name)),
        " alertdesk needs 40×12 cells.".to_owned(),
        format!(
            " This window has {}×{}: enlarge it.",
            area.width, area.height
        ),
    ];
    let in_grace =
        |batch: &&crate::domain::Batch| !state.armed.iter().any(|armed| armed.batch == batch.id);
    for batch in state.broadcasts.active().filter(in_grace) {
        let left = batch.counts.queued + batch.counts.sending;
        lines.push(format!(
            " ↑ {} running: {} left",
            batch.id,
            format::count(left)
        ));
    }
    lines.push(format!(" ? {} unknown", state.broadcasts.unknown()));
    if let Some(armed) = state.armed.first() {
        let left = state.next_start().unwrap_or_default().unsigned_abs();
        let left = format::countdown(left);
        let what = state.counted_for(armed);
        lines.push(format!(" u stops {}, {what} {left}", armed.batch));
    }
    lines.push(" q quits".to_owned());
    for (y, line) in (area.y..area.bottom()).zip(lines) {
        painter.text((area.x, y), area.right(), &line, Role::Text);
    }
}
