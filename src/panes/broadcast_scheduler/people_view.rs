//! The people of the open batch: one row each, those in memory; a filter and a search above them.

use super::state::State;
use crate::domain::{Batch, Item, ItemState, RowFilter, rule_in_words};
use crate::panes::chrome::{self, ViewContext};
use crate::text::{format, sanitize, width};
use crate::theme::{Glyph, Role};
use crate::widgets::{Painter, Spans};
use ratatui::layout::Rect;

/// Draws the line of filters and the rows below it.
pub fn draw(
    painter: &mut Painter<'_>,
    area: Rect,
    state: &State,
    batch: &Batch,
    context: &ViewContext<'_>,
) {
    let head = Rect { height: 1, ..area };
    filters(painter, head, state, batch);
    let list = Rect {
        y: area.y + 1,
        height: area.height.saturating_sub(1),
        ..area
    };
    let people = &state.people;
    let say = |painter: &mut Painter<'_>, text: &str| {
        painter.text((list.x + 1, list.y), list.right(), text, Role::Muted);
    };
    if people.page.value().is_none() {
        return say(painter, "reading the record");
    }
    if people.rows() == 0 {
        let text = if people.sought().is_empty() {
            "Nobody."
        } else {
            "Nobody here has that number or name. Esc shows everybody."
        };
        return say(painter, text);
    }
    let visible = people.list.visible(people.rows(), usize::from(list.height));
    let first = visible.start;
    for (y, at) in (list.y..list.bottom()).zip(visible) {
        let row = Rect {
            y,
            height: 1,
            ..list
        };
        if let Some(item) = people.row(at) {
            item_line(painter, row, item);
        }
        if at == people.list.selected {
            let cursor = painter.theme.glyph(Glyph::Cursor);
            painter.text((row.x, y), row.right(), cursor, Role::Focus);
            if context.focused {
                painter.overlay(row, Role::Selection);
            }
        }
    }
    let edge = chrome::thumb_column(painter, list, context);
    painter.thumb(edge, list, first, people.rows());
}

/// `f all · accepted 612 · rejected 9 · …   / find`, or the field of the search.
fn filters(painter: &mut Painter<'_>, row: Rect, state: &State, batch: &Batch) {
    let people = &state.people;
    let right = row.right().saturating_sub(1);
    if people.typing {
        let x = painter.text((row.x, row.y), right, "/", Role::Key);
        let shown = sanitize::clean_line(&people.find.text()).into_owned();
        let x = painter.text((x + 1, row.y), right, &shown, Role::Text);
        painter.text(
            (x, row.y),
            right,
            painter.theme.glyph(Glyph::Rate1),
            Role::Focus,
        );
        return;
    }
    let mut spans = Spans::of(Role::Key, "f").with(Role::Muted, " ");
    let few = row.width < 60;
    for filter in RowFilter::ALL {
        let chosen = filter == people.filter;
        let count = filter.people(batch);
        if (count == 0 || few) && !chosen {
            continue;
        }
        let text = format!("{} {}", filter.word(), format::count(count));
        let role = if chosen { Role::Focus } else { Role::Muted };
        spans = spans.with(role, text).with(Role::Muted, "  ");
    }
    let sought = people.sought();
    spans = if sought.is_empty() {
        spans.with(Role::Key, "/").with(Role::Muted, " find")
    } else {
        spans.with(Role::Match, format!("/ {}", sanitize::clean_line(sought)))
    };
    painter.spans((row.x + 1, row.y), right, &spans);
}

/// Sign and role of an item's state.
fn item_sign(state: ItemState) -> (Glyph, Role) {
    match state {
        ItemState::Queued => (Glyph::Planned, Role::Muted),
        ItemState::Sending => (Glyph::Running, Role::Active),
        ItemState::Accepted => (Glyph::Accepted, Role::Accepted),
        ItemState::Rejected | ItemState::NotAccepted => (Glyph::Rejected, Role::Failed),
        ItemState::Unknown => (Glyph::Unknown, Role::Unknown),
        ItemState::Skipped | ItemState::Cancelled | ItemState::Abandoned => {
            (Glyph::Skipped, Role::Muted)
        }
    }
}

/// The words for an item's state on the screen.
fn item_word(state: ItemState) -> &'static str {
    match state {
        ItemState::Queued => "not sent",
        ItemState::Sending => "on the way",
        ItemState::NotAccepted => "not accepted",
        ItemState::Abandoned => "given up",
        ItemState::Skipped
        | ItemState::Accepted
        | ItemState::Rejected
        | ItemState::Unknown
        | ItemState::Cancelled => state.word(),
    }
}

fn item_line(painter: &mut Painter<'_>, row: Rect, item: &Item) {
    let (glyph, role) = item_sign(item.state);
    let sign = painter.theme.glyph(glyph);
    painter.text((row.x + 1, row.y), row.right(), sign, role);
    let who = match (&item.recipient, item.recipients) {
        (Some(recipient), _) => format::recipient(&sanitize::clean_line(recipient)),
        (None, Some(count)) => format::people(count),
        (None, None) => "nobody".to_owned(),
    };
    let who = width::fit(&who, 18, width::ELLIPSIS);
    let x = painter.text((row.x + 3, row.y), row.right(), &who, Role::Text);
    let word = width::fit(item_word(item.state), 12, width::ELLIPSIS);
    let x = painter.text((x + 1, row.y), row.right(), &word, role);
    let why = match (item.errors.first(), &item.message_id) {
        (Some(error), _) => {
            let said = error.meaning.as_deref().or(error.title.as_deref());
            format!("{} {}", error.code, said.unwrap_or(""))
        }
        (None, Some(id)) => id.clone(),
        (None, None) => rule_in_words(item.rule.as_deref().unwrap_or_default()),
    };
    let limit = row.right().saturating_sub(1);
    let limit = if item.says_opted_out() {
        let hint = "opt out for good: O";
        let from = painter.right((limit, row.y), x + 8, hint, Role::Key);
        from.saturating_sub(1)
    } else {
        limit
    };
    let why = sanitize::clean_line(&why);
    painter.text((x + 1, row.y), limit, &why, Role::Muted);
}
