//! The whole screen from the state. Borrows everything, writes nothing back: drawing twice gives
//! the same picture and leaves the same state.

use super::layout::{Layout, Shape};
use super::state::State;
use super::{footer, header};
use crate::contract::PaneId;
use crate::keymap::Keymap;
use crate::overlays::{
    Overlay, add_template, audit, checks, confirm, form, link, mapping, media, page, palette,
    phone, prompt, review, triage, when,
};
use crate::panes::chrome::{self, Edges, ViewContext};
use crate::panes::{
    activity, broadcast_scheduler, conversation, payload_preview, template_composer, user_search,
};
use crate::text::{gate, turning};
use crate::theme::{Glyph, Role, Theme};
use crate::widgets::{Hyperlink, Painter};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws the whole screen into a buffer of its size.
pub fn view(state: &State, theme: &Theme, keymap: &Keymap, buffer: &mut Buffer) {
    let layout = state.layout();
    let area = buffer.area;
    buffer.set_style(area, theme.base());
    let mut painter = Painter { buffer, theme };
    if layout.shape == Shape::TooSmall || area != layout.screen {
        header::too_small(state, &mut painter, &layout);
    } else {
        screen(state, keymap, &mut painter, &layout);
    }
    // The last gate: nothing that could command a terminal leaves this buffer.
    gate::scrub_buffer(painter.buffer);
    theme.to_charset(painter.buffer);
    turning::turn(painter.buffer, state.settings.turning);
    // Only a picture that was made ready here passes the gate, and only in its own place.
    if let (Some(Overlay::Media(open)), true) = (
        state.overlays.last(),
        layout.shape != Shape::TooSmall && area == layout.screen,
    ) {
        media::put(open, layout.body, painter.buffer);
    }
}

/// The links on the screen that [`view`] drew into this buffer: those whose text can still be seen
/// whole. Under an overlay there are none; it has the keys and the eyes.
pub fn hyperlinks(state: &State, theme: &Theme, buffer: &Buffer) -> Vec<Hyperlink> {
    let layout = state.layout();
    let fits = layout.shape != Shape::TooSmall && buffer.area == layout.screen;
    let inside = layout.inside(PaneId::Conversation);
    let Some(inside) = inside.filter(|_| fits && state.overlays.is_empty()) else {
        return Vec::new();
    };
    let mut links = conversation::hyperlinks(&state.conversation, inside);
    links.retain(|link| link.is_shown(buffer, theme));
    links
}

fn screen(state: &State, keymap: &Keymap, painter: &mut Painter<'_>, layout: &Layout) {
    header::draw(state, painter, layout.header);
    if let Some(row) = layout.tabs {
        header::tabs(state, painter, row);
    }
    for pane in PaneId::ALL {
        if let Some(area) = layout.pane(pane) {
            draw_pane(state, painter, layout, (pane, area));
        }
    }
    if layout.shape == Shape::Docked
        && let Some(right) = layout.pane(PaneId::Conversation)
    {
        for y in right.top()..right.bottom() {
            painter.text(
                (right.x - 1, y),
                right.x,
                painter.theme.glyph(Glyph::Separator),
                Role::Border,
            );
        }
    }
    if let Some(overlay) = state.overlays.last() {
        dim(painter, layout.body);
        draw_overlay(state, overlay, painter, layout.body);
    }
    if let Some(row) = layout.strip {
        footer::strip(state, painter, row);
    }
    footer::toasts(state, painter, layout);
    footer::draw(state, keymap, painter, layout.footer);
}

fn context<'a>(state: &'a State, layout: &Layout, pane: PaneId) -> ViewContext<'a> {
    ViewContext {
        now: &state.now,
        profile: &state.profile,
        focused: state.focus == pane && state.overlays.is_empty(),
        framed: layout.framed(),
    }
}

fn edges_of(state: &State, context: &ViewContext<'_>, pane: PaneId) -> Edges {
    match pane {
        PaneId::Users => user_search::edges(&state.users, context),
        PaneId::Conversation => conversation::edges(&state.conversation, context),
        PaneId::Composer => template_composer::edges(&state.composer, context),
        PaneId::Broadcasts => broadcast_scheduler::edges(&state.broadcasts, context),
        PaneId::Payload => payload_preview::edges(&state.payload, context),
        PaneId::Activity => activity::edges(&state.activity, context),
    }
}

fn draw_pane(state: &State, painter: &mut Painter<'_>, layout: &Layout, place: (PaneId, Rect)) {
    let (pane, area) = place;
    let context = context(state, layout, pane);
    let edges = edges_of(state, &context, pane);
    if layout.framed() {
        chrome::frame(painter, pane, area, state.focus == pane, &edges);
    } else if let (true, Some(row)) = (state.focus == pane, layout.status) {
        footer::status(painter, row, &edges);
    }
    let Some(inside) = layout.inside(pane) else {
        return;
    };
    match pane {
        PaneId::Users => user_search::body(&state.users, painter, inside, &context),
        PaneId::Conversation => conversation::body(&state.conversation, painter, inside, &context),
        PaneId::Composer => template_composer::body(&state.composer, painter, inside, &context),
        PaneId::Broadcasts => {
            broadcast_scheduler::body(&state.broadcasts, painter, inside, &context);
        }
        PaneId::Payload => payload_preview::body(&state.payload, painter, inside, &context),
        PaneId::Activity => activity::body(&state.activity, painter, inside, &context),
    }
}

/// What is below an overlay stays alive but steps back.
fn dim(painter: &mut Painter<'_>, body: Rect) {
    painter.overlay(body, Role::Muted);
}

fn draw_overlay(state: &State, overlay: &Overlay, painter: &mut Painter<'_>, body: Rect) {
    match overlay {
        Overlay::Page(page) => page::draw(page, painter, body),
        Overlay::AddTemplate(dialog) => add_template::draw(dialog, painter, body),
        Overlay::Media(open) => media::draw(open, painter, body),
        Overlay::Link(links) => link::draw(links, painter, body),
        Overlay::Palette(palette) => palette::draw(palette, painter, body),
        Overlay::Review(review) => review::draw(review, painter, body, &state.now),
        Overlay::Triage(open) => triage::draw(open, painter, body, &state.now),
        Overlay::Form(open) => form::draw(open, painter, body),
        Overlay::Confirm(confirm) => confirm::draw(confirm, painter, body),
        Overlay::Prompt(asked) => prompt::draw(asked, painter, body),
        Overlay::When(dialog) => when::draw(dialog, painter, body, &state.now),
        Overlay::Audit(list) => audit::draw(list, painter, body),
        Overlay::Mapping(dialog) => mapping::draw(dialog, painter, body),
        Overlay::Checks(dialog) => checks::draw(dialog, painter, body),
        Overlay::Phone(shown) => phone::draw(shown, painter, body),
    }
}
