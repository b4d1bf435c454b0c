//! What all panes share in looks: the frame and the four texts on its edges.
//!
//! State lives on edges, so that content never moves when it changes. Where there are no frames
//! the same texts stand on the status row, which `app::view` draws.

use crate::contract::PaneId;
use crate::domain::Profile;
use crate::theme::{Frame, Glyph, Role};
use crate::widgets::{Painter, Spans};
use jiff::Zoned;
use ratatui::layout::Rect;
use ratatui::widgets::{Block, Widget};

/// What every view may know besides its own state.
#[derive(Debug, Clone, Copy)]
pub struct ViewContext<'a> {
    /// The moment of this draw in the profile's zone.
    pub now: &'a Zoned,
    /// The connection shown.
    pub profile: &'a Profile,
    /// Whether this pane has the keys.
    pub focused: bool,
    /// Whether panes have frames in this layout.
    pub framed: bool,
}

/// The texts on the edges of a pane.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edges {
    /// After the pane's name: what it shows, for example a person.
    pub title: String,
    /// Top right: the state of the data.
    pub state: Spans,
    /// Bottom left: what it is about.
    pub about: Spans,
    /// The same in fewer words, where the long ones do not fit; nothing where there are none.
    pub about_short: Spans,
    /// Bottom right: where in it we are.
    pub position: Spans,
}

/// Draws a pane's frame with its edges.
pub fn frame(painter: &mut Painter<'_>, pane: PaneId, area: Rect, focused: bool, edges: &Edges) {
    if area.width < 4 || area.height < 2 {
        return;
    }
    let (kind, line, title_role) = if focused {
        (Frame::Thick, Role::Focus, Role::Focus)
    } else {
        (Frame::Thin, Role::Border, Role::Text)
    };
    Block::bordered()
        .border_set(painter.theme.border(kind))
        .border_style(painter.theme.style(line))
        .render(area, painter.buffer);
    let right = area.right() - 2;
    let state_width = width(&edges.state);
    let room = right.saturating_sub(area.x + 2);
    // The title shrinks before the state does: its middle is the first thing to go.
    let state_from = if state_width > 0 && state_width + 14 <= room {
        right - state_width - 1
    } else {
        right
    };
    let name = format!(" {} {}", pane.number(), pane.title());
    let end = painter.text((area.x + 2, area.y), state_from, &name, title_role);
    let end = if edges.title.is_empty() {
        end
    } else {
        let limit = state_from.saturating_sub(2);
        painter.text(
            (end, area.y),
            limit,
            &format!(" · {}", edges.title),
            title_role,
        )
    };
    painter.text((end, area.y), state_from, " ", title_role);
    if state_from < right {
        edge_text(painter, (state_from, area.y), right + 1, &edges.state);
    }
    bottom_edge(painter, area, edges);
}

fn bottom_edge(painter: &mut Painter<'_>, area: Rect, edges: &Edges) {
    let y = area.bottom() - 1;
    let right = area.right() - 2;
    let position = width(&edges.position);
    let room = right.saturating_sub(area.x + 2);
    let position_from = if position > 0 && position + 6 <= room {
        right - position - 1
    } else {
        right + 1
    };
    if position_from <= right {
        edge_text(painter, (position_from, y), right + 1, &edges.position);
    }
    let limit = position_from.saturating_sub(1);
    let room = limit.saturating_sub(area.x + 4);
    let about = if width(&edges.about) > room && edges.about_short.cells() > 0 {
        &edges.about_short
    } else {
        &edges.about
    };
    if about.cells() > 0 {
        edge_text(painter, (area.x + 2, y), limit, about);
    }
}

fn edge_text(painter: &mut Painter<'_>, at: (u16, u16), limit: u16, spans: &Spans) {
    let x = painter.text(at, limit, " ", Role::Muted);
    let x = painter.spans((x, at.1), limit.saturating_sub(1), spans);
    painter.text((x, at.1), limit, " ", Role::Muted);
}

fn width(spans: &Spans) -> u16 {
    u16::try_from(spans.cells()).unwrap_or(u16::MAX)
}

/// The column of the scroll thumb beside rows of a pane: on its frame, or in the last column where
/// there is none, or where the frame is of the same sign, as in ASCII, and would hide it.
pub fn thumb_column(painter: &Painter<'_>, rows: Rect, context: &ViewContext<'_>) -> u16 {
    let frame = painter.theme.border(Frame::Thick).vertical_right;
    if context.framed && painter.theme.glyph(Glyph::BarFull) != frame {
        rows.right()
    } else {
        rows.right().saturating_sub(1)
    }
}

/// A separator between blocks inside a pane: `done ───────── 14`.
pub fn divider(painter: &mut Painter<'_>, row: Rect, name: &str, count: &str) {
    painter.rule((row.x, row.y), row.right(), Glyph::ThinRule, Role::Border);
    painter.text(
        (row.x, row.y),
        row.right(),
        &format!("{name} "),
        Role::Muted,
    );
    if !count.is_empty() {
        painter.right(
            (row.right(), row.y),
            row.x,
            &format!(" {count}"),
            Role::Muted,
        );
    }
}
