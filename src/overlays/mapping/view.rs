//! How the columns of a file and the places of the message stand side by side. In a narrow window
//! the check of a place goes below it.

use super::{Head, Place, Standing, State};
use crate::overlays::frame::{self, OverlayEdges};
use crate::text::wrap;
use crate::theme::{Glyph, Role};
use crate::widgets::{Painter, Spans};
use ratatui::layout::Rect;

/// Cells of the dialog in a large window.
const WIDTH: u16 = 96;
/// From this width on a place and its check share a row.
const ROOMY: u16 = 84;

/// A row below the places.
enum Line {
    Rule(&'static str),
    Text(Role, String),
    Blank,
}

/// Draws the dialog.
pub fn draw(state: &State, painter: &mut Painter<'_>, body: Rect) {
    let rows = u16::try_from(state.places.len()).unwrap_or(u16::MAX);
    let below = u16::try_from(below(state, usize::from(WIDTH)).len()).unwrap_or(u16::MAX);
    let area = frame::area(
        body,
        WIDTH,
        rows.saturating_add(below).saturating_add(3).max(8),
    );
    let written = match &state.head {
        Head::Read(words) => words.clone(),
        Head::Reading | Head::Failed(_) => String::new(),
    };
    let edges = OverlayEdges {
        title: format!("People from {}", state.file),
        state: Spans::of(Role::Muted, written),
        hint: "Enter map · f fallback · t form · h header".to_owned(),
        leave: "Esc back · c check all rows".to_owned(),
        guarded: state.guarded,
    };
    let inside = frame::draw(painter, body, area, &edges);
    match &state.head {
        Head::Reading => painter.centred(inside, "\u{2839} reading the first rows", Role::Active),
        Head::Failed(why) => painter.centred(inside, &format!("\u{2717} {why}"), Role::Failed),
        Head::Read(_) => table(state, painter, (area, inside)),
    }
}

/// Where a column begins, and how many cells it has; none has no room.
fn columns(width: u16) -> [(u16, u16); 4] {
    match width {
        ROOMY.. => [(2, 14), (17, 17), (35, 27), (63, width - 63)],
        50..ROOMY => [(2, 12), (15, 15), (31, width - 31), (0, 0)],
        _ => [(2, 12), (15, width.saturating_sub(15)), (0, 0), (0, 0)],
    }
}

fn table(state: &State, painter: &mut Painter<'_>, (area, inside): (Rect, Rect)) {
    let places = columns(inside.width);
    let wants = if inside.width >= ROOMY {
        "template wants"
    } else {
        "wants"
    };
    let heads = [wants, "takes column", "first rows", "check"];
    for ((offset, cells), text) in places.into_iter().zip(heads) {
        if cells > 0 {
            let limit = (inside.x + offset + cells).min(inside.right());
            painter.text((inside.x + offset, inside.y), limit, text, Role::Muted);
        }
    }
    painter.rule(
        (inside.x, inside.y + 1),
        inside.right(),
        Glyph::ThinRule,
        Role::Border,
    );
    let lines = below(state, usize::from(inside.width));
    let each = if inside.width >= ROOMY { 1 } else { 2 };
    let room = usize::from(inside.height).saturating_sub(2);
    let most = room.saturating_sub(lines.len()).max(room.min(each * 2)) / each;
    let first = state.at.saturating_sub(most.saturating_sub(1));
    let mut y = inside.y + 2;
    for (at, place) in state.places.iter().enumerate().skip(first).take(most) {
        let row = Rect {
            y,
            height: u16::try_from(each).unwrap_or(1),
            ..inside
        };
        draw_place(painter, row, place, at == state.at);
        y = y.saturating_add(row.height);
    }
    let list = Rect {
        y: inside.y + 2,
        height: y.saturating_sub(inside.y + 2),
        ..inside
    };
    let edge = area.right().saturating_sub(1);
    painter.thumb(edge, list, first * each, state.places.len() * each);
    for (y, line) in (y..inside.bottom()).zip(lines) {
        let row = Rect {
            y,
            height: 1,
            ..inside
        };
        match line {
            Line::Blank => {}
            Line::Rule(text) => {
                let roles = (Role::Border, Role::Muted);
                painter.titled_rule(row, text, Glyph::ThinRule, roles);
            }
            Line::Text(said, words) => {
                painter.ordered((row.x, y), row.right(), &words, said);
            }
        }
    }
}

fn draw_place(painter: &mut Painter<'_>, row: Rect, place: &Place, here: bool) {
    if here {
        let cursor = painter.theme.glyph(Glyph::Cursor);
        painter.text((row.x, row.y), row.right(), cursor, Role::Focus);
    }
    let [label, takes, samples, check] = columns(row.width);
    let texts = [
        (label, place.label.as_str(), Role::Text),
        (takes, place.takes.as_str(), Role::Text),
        (samples, place.samples.as_str(), Role::Muted),
    ];
    for ((offset, cells), text, role) in texts {
        if cells > 0 {
            let limit = (row.x + offset + cells).min(row.right());
            let shown = crate::text::width::truncate(
                text,
                usize::from(cells),
                crate::text::width::ELLIPSIS,
            );
            painter.ordered((row.x + offset, row.y), limit, &shown, role);
        }
    }
    let (sign, role) = match place.standing {
        Standing::Good => (Glyph::Accepted, Role::Accepted),
        Standing::Doubtful => (Glyph::Warning, Role::Attention),
        Standing::Missing => (Glyph::Rejected, Role::Failed),
    };
    let sign = painter.theme.glyph(sign);
    let at = if check.1 > 0 {
        (row.x + check.0, row.y)
    } else {
        (row.x + takes.0, row.y + 1)
    };
    painter.text(at, row.right(), sign, role);
    painter.text((at.0 + 2, at.1), row.right(), &place.check, Role::Text);
    if here {
        painter.overlay(Rect { height: 1, ..row }, Role::Selection);
    }
}

/// What stands below the places.
fn below(state: &State, width: usize) -> Vec<Line> {
    let mut lines = vec![Line::Blank];
    let wrapped = |lines: &mut Vec<Line>, role: Role, text: &str| {
        let parts = wrap::wrap(text, width.max(1));
        lines.extend(
            parts
                .into_iter()
                .map(|part| Line::Text(role, part.to_owned())),
        );
    };
    if let Some(as_before) = &state.as_before {
        wrapped(&mut lines, Role::Active, as_before);
    }
    if !state.unused.is_empty() {
        let unused = format!("Columns not used: {}", state.unused.join(" \u{b7} "));
        wrapped(&mut lines, Role::Muted, &unused);
    }
    if !state.reads.is_empty() {
        lines.push(Line::Rule("the first person gets"));
        wrapped(&mut lines, Role::Text, &state.reads);
    }
    for warning in &state.warnings {
        wrapped(&mut lines, Role::Attention, &format!("! {warning}"));
    }
    if state.checking {
        lines.push(Line::Text(
            Role::Active,
            "\u{2839} looking at every row".to_owned(),
        ));
    }
    lines
}
