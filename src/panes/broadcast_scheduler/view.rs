//! How the Broadcasts pane looks: a list, below it the batch under the cursor where there is room.

use super::groups::Row;
use super::state::State;
use crate::domain::{Batch, BatchState, Counts, Item, ItemState, rule_in_words};
use crate::panes::chrome::{self, Edges, ViewContext, divider};
use crate::text::{format, sanitize};
use crate::theme::{Glyph, Role};
use crate::widgets::{Painter, Spans};
use ratatui::layout::Rect;

/// The texts on the frame.
pub fn edges(state: &State, _context: &ViewContext<'_>) -> Edges {
    let mut edges = Edges::default();
    let unknown = state.unknown();
    let mut text = Spans::of(Role::Muted, state.batches.len().to_string());
    if unknown > 0 {
        text = text
            .with(Role::Muted, " · ")
            .with(Role::Unknown, format!("{unknown} unknown"));
    }
    edges.state = text;
    if state.detail_open {
        edges.position = Spans::of(Role::Key, "Esc").with(Role::Muted, " list");
    }
    edges
}

/// Rows of the list in a pane of this size: from 22 rows the lower part shows the batch.
pub fn list_height(state: &State, inside: Rect) -> usize {
    if state.detail_open {
        usize::from(inside.height.saturating_sub(detail_head(inside)))
    } else {
        usize::from(inside.height.saturating_sub(detail_height(state, inside)))
    }
}

fn detail_height(state: &State, inside: Rect) -> u16 {
    if inside.height >= 22 && state.selected().is_some() {
        10
    } else {
        0
    }
}

fn detail_head(inside: Rect) -> u16 {
    8.min(inside.height)
}

/// Draws the pane's inside.
pub fn body(state: &State, painter: &mut Painter<'_>, inside: Rect, context: &ViewContext<'_>) {
    if state.batches.is_empty() {
        let text = if state.loaded {
            "Nothing planned yet. t on a person or :broadcast new starts one."
        } else {
            "reading the record"
        };
        painter.centred(inside, text, Role::Muted);
        return;
    }
    match (state.detail_open, state.selected()) {
        (true, Some(batch)) => detail_page(state, batch, painter, inside, context),
        (true, None) | (false, _) => list_page(state, painter, inside, context),
    }
}

fn list_page(state: &State, painter: &mut Painter<'_>, inside: Rect, context: &ViewContext<'_>) {
    let lower = detail_height(state, inside);
    let list = Rect {
        height: inside.height - lower,
        ..inside
    };
    let visible = state
        .list
        .visible(state.rows.len(), usize::from(list.height));
    let first = visible.start;
    for (y, at) in (list.y..list.bottom()).zip(visible) {
        let row = Rect {
            y,
            height: 1,
            ..list
        };
        match state.rows.get(at) {
            Some(Row::Divider(group, count)) => {
                let line = Rect {
                    x: row.x + 1,
                    width: row.width.saturating_sub(2),
                    ..row
                };
                divider(painter, line, group.title(), &count.to_string());
            }
            Some(Row::Batch(index)) => {
                let Some(batch) = state.batches.get(*index) else {
                    continue;
                };
                batch_line(painter, row, batch, context);
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
        summary(painter, area, batch, context);
    }
}

/// Sign and role of a batch, by what a person should think of it.
pub fn sign(batch: &Batch) -> (Glyph, Role) {
    match batch.state {
        BatchState::Held | BatchState::Paused => (Glyph::Paused, Role::Attention),
        BatchState::Ready | BatchState::Running | BatchState::Draining => {
            (Glyph::Running, Role::Active)
        }
        BatchState::Armed | BatchState::Scheduled => (Glyph::Planned, Role::Active),
        BatchState::Done => (Glyph::Accepted, Role::Accepted),
        BatchState::DoneWithProblems if batch.counts.unknown > 0 => (Glyph::Unknown, Role::Unknown),
        BatchState::DoneWithProblems => (Glyph::Warning, Role::Attention),
        BatchState::Cancelled => (Glyph::Rejected, Role::Muted),
    }
}

/// What stands at the right of a batch's line.
fn result(batch: &Batch, roomy: bool) -> String {
    let counts = &batch.counts;
    let people = counts.planned - counts.skipped;
    let accepted = format!(
        "{} of {}",
        format::count(counts.accepted),
        format::count(people)
    );
    match batch.state {
        BatchState::Held | BatchState::Paused => {
            let reason = batch
                .reason
                .as_ref()
                .map_or("a person stopped it", |reason| reason.text.as_str());
            let state = batch.state.word();
            if roomy {
                format!(
                    "{state}: {}, {} not sent",
                    sanitize::clean_line(reason).trim_end_matches('.'),
                    format::count(counts.queued)
                )
            } else {
                format!("{state}, {} left", format::count(counts.queued))
            }
        }
        BatchState::Ready => format!("{} wait", format::count(counts.queued)),
        BatchState::Running | BatchState::Draining => {
            format!(
                "{}  {} left",
                format::percent(people - counts.queued - counts.sending, people),
                format::count(counts.queued + counts.sending)
            )
        }
        BatchState::Armed => "in its grace time".to_owned(),
        BatchState::Scheduled => format!("{} planned", format::count(people)),
        BatchState::DoneWithProblems if counts.unknown > 0 => {
            format!("{} unknown", format::count(counts.unknown))
        }
        BatchState::Done | BatchState::DoneWithProblems => {
            if roomy {
                format!("{accepted} accepted")
            } else {
                accepted
            }
        }
        BatchState::Cancelled => "cancelled".to_owned(),
    }
}

fn batch_line(painter: &mut Painter<'_>, row: Rect, batch: &Batch, context: &ViewContext<'_>) {
    let roomy = row.width >= 60;
    let (glyph, role) = sign(batch);
    let y = row.y;
    painter.text(
        (row.x + 1, y),
        row.right(),
        painter.theme.glyph(glyph),
        role,
    );
    let result = result(batch, roomy);
    let width = u16::try_from(crate::text::width::cells(&result)).unwrap_or(u16::MAX);
    let right = row.right().saturating_sub(1);
    let from = right.saturating_sub(width.min(row.width * 2 / 3));
    painter.text((from, y), right, &result, Role::Text);
    let mut limit = from.saturating_sub(1);
    if roomy {
        let at = batch
            .scheduled
            .unwrap_or(batch.created)
            .to_zoned(context.now.time_zone().clone());
        let time = format::moment(&at, context.now);
        if limit > row.x + 40 {
            let start = row.x + 27;
            painter.text((start, y), limit, &time, Role::Muted);
            limit = start - 1;
        }
    }
    let name = format!("{} {}", batch.id, sanitize::clean_line(&batch.title));
    painter.text((row.x + 3, y), limit, &name, Role::Text);
}

/// `1 204 = accepted 612 + rejected 9 + not sent 548`: it always balances.
fn sum_line(counts: &Counts) -> String {
    let words = [
        (counts.accepted, "accepted"),
        (counts.rejected, "rejected"),
        (counts.unknown, "unknown"),
        (counts.sending, "on the way"),
        (counts.queued, "not sent"),
        (counts.skipped, "skipped"),
        (counts.cancelled, "cancelled"),
        (counts.not_accepted, "not accepted"),
        (counts.abandoned, "given up"),
    ];
    let parts: Vec<String> = words
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{word} {}", format::count(count)))
        .collect();
    format!("{} = {}", format::count(counts.planned), parts.join(" + "))
}

/// Accepted, rejected or unknown, not sent: each group that is not zero has at least a cell.
fn bar(painter: &mut Painter<'_>, row: Rect, counts: &Counts) {
    let total = counts.planned - counts.skipped;
    let cells = u64::from(row.width);
    if total == 0 || cells == 0 {
        return;
    }
    let bad = counts.rejected + counts.unknown + counts.not_accepted + counts.abandoned;
    let share = |part: u64| {
        if part == 0 {
            0
        } else {
            (part * cells / total).max(1)
        }
    };
    let bad_cells = share(bad);
    let full_cells = share(counts.accepted).min(cells - bad_cells.min(cells));
    let signs = [
        (Glyph::BarFull, Role::Accepted, full_cells),
        (Glyph::BarBad, Role::Failed, bad_cells),
        (
            Glyph::BarRest,
            Role::Muted,
            cells.saturating_sub(full_cells + bad_cells),
        ),
    ];
    let mut x = row.x;
    for (glyph, role, width) in signs {
        let width = u16::try_from(width).unwrap_or(0);
        painter.rule((x, row.y), (x + width).min(row.right()), glyph, role);
        x += width;
    }
}

fn summary(painter: &mut Painter<'_>, area: Rect, batch: &Batch, context: &ViewContext<'_>) {
    let inner = Rect {
        x: area.x + 1,
        width: area.width.saturating_sub(2),
        ..area
    };
    let row = |offset: u16| Rect {
        y: (inner.y + offset).min(inner.bottom().saturating_sub(1)),
        height: 1,
        ..inner
    };
    let kind = match batch.kind {
        crate::domain::SendKind::Template => "template, one call each",
        crate::domain::SendKind::Broadcast => "broadcast of the platform",
        crate::domain::SendKind::CsvBroadcast => "CSV broadcast, handed over",
        crate::domain::SendKind::Flow => "flow, one call each",
    };
    let title = format!(
        "{} {} · {kind}",
        batch.id,
        sanitize::clean_line(&batch.title)
    );
    painter.titled_rule(row(0), &title, Glyph::ThinRule, (Role::Border, Role::Text));
    painter.text(
        (inner.x, row(1).y),
        inner.right(),
        &sum_line(&batch.counts),
        Role::Text,
    );
    bar(painter, row(2), &batch.counts);
    let zone = context.now.time_zone();
    let created = format::planned(&batch.created.to_zoned(zone.clone()));
    let mut lines = vec![
        ("State", state_words(batch)),
        ("Confirmed", created),
        ("Profile", batch.profile.clone()),
    ];
    if let Some(at) = batch.scheduled {
        lines.push(("Planned", format::planned(&at.to_zoned(zone.clone()))));
    }
    lines.push(("Plan", batch.plan_sha256.short().to_owned()));
    for (offset, (label, text)) in (4u16..).zip(lines) {
        if inner.y + offset >= inner.bottom() {
            break;
        }
        painter.text(
            (inner.x, inner.y + offset),
            inner.x + 10,
            label,
            Role::Muted,
        );
        painter.text(
            (inner.x + 10, inner.y + offset),
            inner.right(),
            &sanitize::clean_line(&text),
            Role::Text,
        );
    }
}

fn state_words(batch: &Batch) -> String {
    let state = match batch.state {
        BatchState::DoneWithProblems => "done with problems",
        BatchState::Held
        | BatchState::Ready
        | BatchState::Armed
        | BatchState::Scheduled
        | BatchState::Running
        | BatchState::Paused
        | BatchState::Draining
        | BatchState::Done
        | BatchState::Cancelled => batch.state.word(),
    };
    match &batch.reason {
        Some(reason) => format!("{state}: {}", reason.text),
        None => state.to_owned(),
    }
}

/// The batch and its items in place of the list.
fn detail_page(
    state: &State,
    batch: &Batch,
    painter: &mut Painter<'_>,
    inside: Rect,
    context: &ViewContext<'_>,
) {
    let head = detail_head(inside);
    summary(
        painter,
        Rect {
            height: head,
            ..inside
        },
        batch,
        context,
    );
    let list = Rect {
        y: inside.y + head,
        height: inside.height - head,
        ..inside
    };
    let Some((_, items)) = state.items.value() else {
        painter.text(
            (list.x + 1, list.y),
            list.right(),
            "reading the items",
            Role::Muted,
        );
        return;
    };
    let visible = state
        .item_list
        .visible(items.len(), usize::from(list.height));
    let first = visible.start;
    for (y, at) in (list.y..list.bottom()).zip(visible) {
        let row = Rect {
            y,
            height: 1,
            ..list
        };
        let Some(item) = items.get(at) else { continue };
        item_line(painter, row, item);
        if at == state.item_list.selected {
            painter.text(
                (row.x, y),
                row.right(),
                painter.theme.glyph(Glyph::Cursor),
                Role::Focus,
            );
            if context.focused {
                painter.overlay(row, Role::Selection);
            }
        }
    }
    let edge = chrome::thumb_column(painter, list, context);
    painter.thumb(edge, list, first, items.len());
}

/// Sign and role of an item's state.
pub fn item_sign(state: ItemState) -> (Glyph, Role) {
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
pub fn item_word(state: ItemState) -> &'static str {
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
    painter.text(
        (row.x + 1, row.y),
        row.right(),
        painter.theme.glyph(glyph),
        role,
    );
    let who = match (&item.recipient, item.recipients) {
        (Some(recipient), _) => format::recipient(&sanitize::clean_line(recipient)),
        (None, Some(count)) => format::people(count),
        (None, None) => "nobody".to_owned(),
    };
    let x = painter.text(
        (row.x + 3, row.y),
        row.right(),
        &crate::text::width::fit(&who, 18, "…"),
        Role::Text,
    );
    let x = painter.text(
        (x + 1, row.y),
        row.right(),
        &crate::text::width::fit(item_word(item.state), 12, "…"),
        role,
    );
    let mut why = rule_in_words(item.rule.as_deref().unwrap_or_default());
    if let Some(error) = item.errors.first() {
        why = format!(
            "{} {}",
            error.code,
            error
                .meaning
                .as_deref()
                .or(error.title.as_deref())
                .unwrap_or("")
        );
    } else if let Some(id) = &item.message_id {
        why.clone_from(id);
    }
    painter.text(
        (x + 1, row.y),
        row.right().saturating_sub(1),
        &sanitize::clean_line(&why),
        Role::Muted,
    );
}
