//! One batch in one line: sign, name, what it is about, and at the right end the number that
//! counts or the key a person must press.

use super::state::State;
use crate::domain::{Batch, BatchState, Counts};
use crate::panes::chrome::ViewContext;
use crate::text::{format, sanitize, width};
use crate::theme::{Glyph, Role};
use crate::widgets::{Painter, Spans};
use jiff::Zoned;
use ratatui::layout::Rect;

/// From this width on the middle of a line has something to say.
const ROOMY: u16 = 60;
/// Below this width a line has room for its name and one thing more.
const TIGHT: u16 = 36;
/// Cells of sign, number and title in a roomy line.
const NAME: u16 = 22;
/// Cells of the bar of a running batch.
const BAR: u16 = 20;

/// Sign and role of a batch, by what a person should think of it.
pub fn sign(batch: &Batch) -> (Glyph, Role) {
    match batch.state {
        BatchState::Held | BatchState::Paused => (Glyph::Paused, Role::Attention),
        BatchState::Ready | BatchState::Running | BatchState::Draining => {
            (Glyph::Running, Role::Active)
        }
        BatchState::Armed | BatchState::Scheduled => (Glyph::Planned, Role::Active),
        BatchState::Done | BatchState::DoneWithProblems | BatchState::Cancelled
            if batch.counts.unknown > 0 =>
        {
            (Glyph::Unknown, Role::Unknown)
        }
        BatchState::Done => (Glyph::Accepted, Role::Accepted),
        BatchState::DoneWithProblems => (Glyph::Warning, Role::Attention),
        BatchState::Cancelled => (Glyph::Rejected, Role::Muted),
    }
}

/// Draws the line of a batch.
pub fn draw(
    painter: &mut Painter<'_>,
    row: Rect,
    state: &State,
    batch: &Batch,
    context: &ViewContext<'_>,
) {
    let (glyph, role) = sign(batch);
    let right = row.right().saturating_sub(1);
    painter.text((row.x + 1, row.y), right, painter.theme.glyph(glyph), role);
    let roomy = row.width >= ROOMY;
    let end = end(state, batch, row.width, context);
    let cells = u16::try_from(end.cells()).unwrap_or(u16::MAX);
    let from = right.saturating_sub(cells).max(row.x + row.width / 3);
    painter.spans((from, row.y), right, &end);
    let name = format!("{} {}", batch.id, sanitize::clean_line(&batch.title));
    let limit = if roomy {
        (row.x + NAME - 1).min(from.saturating_sub(1))
    } else {
        from.saturating_sub(1)
    };
    let room = usize::from(limit.saturating_sub(row.x + 3));
    let name = width::truncate(&name, room, width::ELLIPSIS);
    painter.text((row.x + 3, row.y), limit, &name, Role::Text);
    let middle = Rect {
        x: row.x + NAME,
        width: from.saturating_sub(row.x + NAME + 1),
        ..row
    };
    if roomy && middle.width >= 8 {
        about(painter, middle, batch, context);
    }
}

/// What a person must do, or the number that counts.
fn end(state: &State, batch: &Batch, width: u16, context: &ViewContext<'_>) -> Spans {
    let roomy = width >= ROOMY;
    let alone = roomy || width < TIGHT;
    let counts = &batch.counts;
    let people = counts.planned - counts.skipped;
    let text = |text: String| Spans::of(Role::Text, text);
    match batch.state {
        BatchState::Held | BatchState::Paused => {
            let left = if alone {
                Spans::default()
            } else {
                text(format!("{} left  ", format::count(counts.queued)))
            };
            let (key, verb) = if batch.waits_after_the_first() {
                ("c", " goes on")
            } else {
                ("Enter", " why")
            };
            left.with(Role::Key, key).with(Role::Text, verb)
        }
        BatchState::Done | BatchState::DoneWithProblems | BatchState::Cancelled
            if counts.unknown > 0 =>
        {
            let unknown = if alone {
                Spans::default()
            } else {
                Spans::of(
                    Role::Unknown,
                    format!("{} unknown  ", format::count(counts.unknown)),
                )
            };
            unknown.with(Role::Key, "U").with(Role::Text, " decide")
        }
        BatchState::Ready => text(format!("{} wait", format::people(counts.queued))),
        BatchState::Running | BatchState::Draining => text(running(state, batch, roomy, context)),
        BatchState::Armed => text("in its grace time".to_owned()),
        BatchState::Scheduled if roomy => text(format!("{} · held here", format::count(people))),
        BatchState::Scheduled => text(format!("{} planned", format::count(people))),
        BatchState::Done | BatchState::DoneWithProblems => {
            let numbers = (format::count(counts.accepted), format::count(people));
            text(if roomy {
                format!("{:>6} of {:>6} accepted", numbers.0, numbers.1)
            } else {
                format!("{} of {}", numbers.0, numbers.1)
            })
        }
        BatchState::Cancelled => text("cancelled".to_owned()),
    }
}

/// `548 left, about 23 min`, or what it waits for.
fn running(state: &State, batch: &Batch, roomy: bool, context: &ViewContext<'_>) -> String {
    let counts = &batch.counts;
    let left = counts.queued + counts.sending;
    let now = context.now.timestamp();
    let count = format!("{} left", format::count(left));
    if !roomy {
        let people = counts.planned - counts.skipped;
        return format!("{}  {count}", format::percent(people - left, people));
    }
    if batch.state == BatchState::Draining {
        return format!("{count}, those on the way end");
    }
    if let Some(wait) = state.pulses.wait(batch.id, now) {
        return format!("{count}, {}", waiting(wait, context.now));
    }
    match state.pulses.left(batch.id, left, now) {
        Some(length) => format!("{count}, {}", format::estimate(length)),
        None => count,
    }
}

/// `waits 42 s, the platform asked`.
pub fn waiting(wait: super::Wait, now: &Zoned) -> String {
    let left = wait.until.duration_since(now.timestamp()).as_millis();
    let seconds = u64::try_from((left + 999) / 1000).unwrap_or(0);
    let left = std::time::Duration::from_secs(seconds);
    let why = if wait.asked {
        ", the platform asked"
    } else {
        " for the network"
    };
    format!("waits {}{why}", format::duration(left))
}

/// The middle of a roomy line.
fn about(painter: &mut Painter<'_>, area: Rect, batch: &Batch, context: &ViewContext<'_>) {
    let counts = &batch.counts;
    let people = counts.planned - counts.skipped;
    let at = (area.x, area.y);
    let zone = context.now.time_zone();
    let text = match batch.state {
        BatchState::Running | BatchState::Draining | BatchState::Ready => {
            let cells = BAR.min(area.width);
            bar(
                painter,
                Rect {
                    width: cells,
                    ..area
                },
                counts,
            );
            let done = people - counts.queued - counts.sending;
            let percent = format!("{:>5}", format::percent(done, people));
            painter.text(
                (area.x + cells + 1, area.y),
                area.right(),
                &percent,
                Role::Text,
            );
            return;
        }
        BatchState::Held | BatchState::Paused if batch.waits_after_the_first() => format!(
            "waits after its first {}, {} not sent",
            format::people(people - counts.queued),
            format::count(counts.queued)
        ),
        BatchState::Held | BatchState::Paused => {
            let reason = batch.reason.as_ref().map_or("", |reason| &reason.text);
            let left = format!(", {} not sent", format::count(counts.queued));
            let room = usize::from(area.width).saturating_sub(width::cells(&left));
            let reason = sanitize::clean_line(reason);
            let said = format!("{}: {}", batch.state.word(), reason.trim_end_matches('.'));
            format!("{}{left}", width::truncate(&said, room, width::ELLIPSIS))
        }
        BatchState::Scheduled | BatchState::Armed => {
            let at = batch.scheduled.unwrap_or(batch.created);
            format::planned_short(&at.to_zoned(zone.clone()))
        }
        BatchState::Done | BatchState::DoneWithProblems | BatchState::Cancelled => {
            let moment = format::moment(&batch.created.to_zoned(zone.clone()), context.now);
            let said = finished(counts);
            format!("{moment:<11} {said}")
        }
    };
    let role = if counts.unknown > 0 {
        Role::Text
    } else {
        Role::Muted
    };
    painter.text(at, area.right(), &text, role);
}

/// What went wrong with a finished batch, in a few words.
fn finished(counts: &Counts) -> String {
    let words = [
        (counts.unknown, "unknown"),
        (counts.rejected, "rejected"),
        (counts.cancelled, "cancelled"),
    ];
    let words = words.into_iter().filter(|(count, _)| *count > 0);
    let words: Vec<String> = words
        .map(|(count, word)| format!("{} {word}", format::count(count)))
        .collect();
    words.join(", ")
}

/// Accepted, rejected or unknown, not sent: each that is not zero has at least a cell.
pub fn bar(painter: &mut Painter<'_>, row: Rect, counts: &Counts) {
    let total = counts.planned - counts.skipped;
    let cells = u64::from(row.width);
    if total == 0 || cells == 0 {
        return;
    }
    let bad = counts.rejected + counts.unknown + counts.not_accepted + counts.abandoned;
    let share = |part: u64| match part {
        0 => 0,
        part => (part * cells / total).max(1),
    };
    let rest = u64::from(bad + counts.accepted < total);
    let bad_cells = share(bad).min(cells - rest);
    let full_cells = if bad + counts.accepted == total {
        cells - bad_cells
    } else {
        share(counts.accepted).min(cells - bad_cells - rest)
    };
    let signs = [
        (Glyph::BarFull, Role::Accepted, full_cells),
        (Glyph::BarBad, Role::Failed, bad_cells),
        (Glyph::BarRest, Role::Muted, cells - full_cells - bad_cells),
    ];
    let mut x = row.x;
    for (glyph, role, width) in signs {
        let width = u16::try_from(width).unwrap_or(0);
        painter.rule((x, row.y), (x + width).min(row.right()), glyph, role);
        x += width;
    }
}
