//! The double frame of overlays, and how large they are.

use crate::theme::{Frame, Glyph, Role};
use crate::widgets::{Painter, Spans, TextField};
use ratatui::layout::Rect;
use ratatui::widgets::{Block, Widget};

/// The texts on the edges of an overlay.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OverlayEdges {
    /// Top left: what it is.
    pub title: String,
    /// Top right: its state or its tabs.
    pub state: Spans,
    /// Bottom left: what can be done.
    pub hint: String,
    /// Bottom right: how to leave.
    pub leave: String,
    /// Whether real customers are meant: the whole frame says so.
    pub guarded: bool,
}

/// The area of an overlay for content of this size: centred, at most 100 wide; below 100×30 it
/// fills the body without a frame.
pub fn area(body: Rect, width: u16, height: u16) -> Rect {
    if body.width < 100 || body.height < 26 {
        return body;
    }
    let width = (width + 4).min(100).min(body.width);
    let height = (height + 2).min(body.height);
    Rect {
        x: body.x + (body.width - width) / 2,
        y: body.y + (body.height - height) / 2,
        width,
        height,
    }
}

/// Draws the frame and gives the area inside, one cell of space included.
pub fn draw(painter: &mut Painter<'_>, body: Rect, area: Rect, edges: &OverlayEdges) -> Rect {
    painter.clear(area);
    if area == body {
        return unframed(painter, area, edges);
    }
    let role = if edges.guarded {
        Role::Guard
    } else {
        Role::Focus
    };
    Block::bordered()
        .border_set(painter.theme.border(Frame::Double))
        .border_style(painter.theme.style(role))
        .render(area, painter.buffer);
    let right = area.right().saturating_sub(2);
    let state_width = u16::try_from(edges.state.cells()).unwrap_or(u16::MAX);
    let state_from = right.saturating_sub(state_width + 1);
    if state_width > 0 && state_from > area.x + 12 {
        let x = painter.text((state_from, area.y), right + 1, " ", Role::Text);
        let x = painter.spans((x, area.y), right, &edges.state);
        painter.text((x, area.y), right + 1, " ", Role::Text);
    }
    let limit = if state_width > 0 { state_from } else { right };
    painter.text(
        (area.x + 2, area.y),
        limit,
        &format!(" {} ", edges.title),
        role,
    );
    let y = area.bottom() - 1;
    let leave = format!(" {} ", edges.leave);
    let from = painter.right((right + 1, y), area.x, &leave, Role::Muted);
    if !edges.hint.is_empty() {
        painter.text(
            (area.x + 2, y),
            from,
            &format!(" {} ", edges.hint),
            Role::Muted,
        );
    }
    Rect {
        x: area.x + 2,
        y: area.y + 1,
        width: area.width.saturating_sub(4),
        height: area.height.saturating_sub(2),
    }
}

fn unframed(painter: &mut Painter<'_>, area: Rect, edges: &OverlayEdges) -> Rect {
    let role = if edges.guarded {
        Role::Guard
    } else {
        Role::Focus
    };
    let right = area.right().saturating_sub(1);
    let state_width = u16::try_from(edges.state.cells()).unwrap_or(u16::MAX);
    let from = right.saturating_sub(state_width);
    let limit = if state_width > 0 && from > area.x + 20 {
        painter.spans((from, area.y), right, &edges.state);
        from.saturating_sub(1)
    } else {
        right
    };
    painter.text((area.x + 1, area.y), limit, &edges.title, role);
    let y = area.bottom().saturating_sub(1);
    let from = painter.right((right, y), area.x, &edges.leave, Role::Muted);
    painter.text(
        (area.x + 1, y),
        from.saturating_sub(2),
        &edges.hint,
        Role::Muted,
    );
    Rect {
        x: area.x + 1,
        y: area.y + 1,
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    }
}

/// Draws the line of a list that filters: what is typed, or how to type.
pub fn filter_line(
    painter: &mut Painter<'_>,
    inside: Rect,
    (field, typing): (&TextField, bool),
    hint: &str,
) {
    let prompt = painter.theme.glyph(Glyph::FromUs);
    let x = painter.text((inside.x, inside.y), inside.right(), prompt, Role::Focus) + 1;
    if typing || !field.is_empty() {
        let place = Rect {
            x,
            width: inside.right().saturating_sub(x),
            height: 1,
            ..inside
        };
        field.draw(painter, place, Role::Text, typing);
    } else {
        painter.text((x, inside.y), inside.right(), hint, Role::Muted);
    }
}
