//! The batch under the cursor in some rows: why it stands still first, then what became of
//! everybody, how fast it goes, and why people were refused. Fewer rows leave out what matters
//! least; the sum of all states always stays.

use super::chart::{class_row, sparkline, why_head};
use super::line::{bar, waiting};
use super::state::State;
use crate::domain::{Batch, BatchDetail, BatchState, Counts, ItemState, ReportClass, SendKind};
use crate::panes::chrome::ViewContext;
use crate::text::{format, sanitize};
use crate::theme::{Glyph, Role};
use crate::widgets::{Painter, Spans};
use jiff::{SignedDuration, Timestamp, Zoned};
use ratatui::layout::Rect;

/// Kinds of refusals that have a row of the chart.
const CLASSES: usize = 6;
/// Cells of a label.
const LABEL: u16 = 10;
/// From this width on the rate has its line.
const ROOMY: u16 = 60;

/// One row, and how much it matters: what has the highest number goes first.
struct Part {
    rank: u8,
    row: Row,
}

enum Row {
    Title(String),
    Text(Spans),
    Bar,
    Blank,
    Field(&'static str, Spans),
    Rate(String),
    Why(u64),
    Class(ReportClass, u64),
}

/// How many rows the batch would like to have.
pub fn wanted(state: &State, batch: &Batch, area: Rect, now: &Zoned) -> u16 {
    let rows = parts(state, batch, area.width.saturating_sub(2), now).len();
    u16::try_from(rows).unwrap_or(u16::MAX)
}

/// Draws as much of the batch as the area holds.
pub fn draw(
    painter: &mut Painter<'_>,
    area: Rect,
    state: &State,
    batch: &Batch,
    context: &ViewContext<'_>,
) {
    let inner = Rect {
        x: area.x + 1,
        width: area.width.saturating_sub(2),
        ..area
    };
    let mut rows = parts(state, batch, inner.width, context.now);
    while rows.len() > usize::from(area.height) {
        let last = rows.iter().map(|part| part.rank).max();
        let at = rows.iter().rposition(|part| Some(part.rank) == last);
        let Some(at) = at else { break };
        rows.remove(at);
    }
    for (y, part) in (inner.y..inner.bottom()).zip(&rows) {
        let row = Rect {
            y,
            height: 1,
            ..inner
        };
        draw_row(painter, row, &part.row, (state, batch), context);
    }
}

fn draw_row(
    painter: &mut Painter<'_>,
    row: Rect,
    part: &Row,
    (state, batch): (&State, &Batch),
    context: &ViewContext<'_>,
) {
    let at = (row.x, row.y);
    match part {
        Row::Title(title) => {
            let roles = (Role::Border, Role::Text);
            painter.titled_rule(row, title, Glyph::ThinRule, roles);
        }
        Row::Text(spans) => {
            painter.spans(at, row.right(), spans);
        }
        Row::Bar => bar(painter, row, &batch.counts),
        Row::Blank => {}
        Row::Field(label, spans) => {
            painter.text(at, row.x + LABEL, label, Role::Muted);
            painter.spans((row.x + LABEL, row.y), row.right(), spans);
        }
        Row::Rate(text) => {
            painter.text(at, row.x + LABEL, "Rate", Role::Muted);
            let keys = Spans::of(Role::Text, format!("{text}   "))
                .with(Role::Key, "+")
                .with(Role::Muted, " faster  ")
                .with(Role::Key, "-")
                .with(Role::Muted, " slower");
            let x = painter.spans((row.x + LABEL, row.y), row.right(), &keys);
            let minutes = state.pulses.minutes(batch.id, context.now.timestamp());
            sparkline(
                painter,
                Rect {
                    x: x + 3,
                    width: row.right().saturating_sub(x + 3),
                    ..row
                },
                &minutes,
            );
        }
        Row::Why(count) => why_head(painter, row, *count),
        Row::Class(class, most) => class_row(painter, row, class, *most),
    }
}

fn parts(state: &State, batch: &Batch, width: u16, now: &Zoned) -> Vec<Part> {
    let detail = state
        .detail_of_selected()
        .filter(|detail| detail.batch == batch.id);
    let mut rows = vec![Part {
        rank: 0,
        row: Row::Title(title(batch)),
    }];
    let mut add = |rank: u8, row: Row| rows.push(Part { rank, row });
    if matches!(batch.state, BatchState::Paused | BatchState::Held) {
        for line in reason(batch).wrapped(usize::from(width)) {
            add(0, Row::Text(line));
        }
    }
    let sum = Spans::of(Role::Text, sum_line(&batch.counts));
    for line in sum.wrapped(usize::from(width)) {
        add(1, Row::Text(line));
    }
    add(1, Row::Bar);
    add(9, Row::Blank);
    if matches!(batch.state, BatchState::Running | BatchState::Draining) {
        add(3, rate(state, batch, detail, (width, now)));
    }
    if let Some(left) = left(state, batch, now) {
        add(2, Row::Field("Left", left));
    }
    if let Some(canary) = detail.and_then(|detail| canary(batch, detail, now)) {
        add(5, Row::Field("Canary", canary));
    }
    if let Some(audience) = detail.and_then(audience) {
        add(6, Row::Field("Audience", audience));
    }
    add(7, Row::Field("Confirmed", confirmed(batch, now)));
    if let Some(at) = batch.scheduled {
        let at = format::planned(&at.to_zoned(now.time_zone().clone()));
        add(3, Row::Field("Planned", Spans::of(Role::Text, at)));
    }
    rows.extend(chart(batch, detail));
    if let Some(unknown) = unknown(batch, detail) {
        rows.push(Part {
            rank: 9,
            row: Row::Blank,
        });
        for line in unknown.wrapped(usize::from(width)) {
            rows.push(Part {
                rank: 2,
                row: Row::Text(line),
            });
        }
    }
    rows
}

fn title(batch: &Batch) -> String {
    let kind = match batch.kind {
        SendKind::Template => "template, one call each",
        SendKind::Broadcast => "broadcast of the platform",
        SendKind::CsvBroadcast => "CSV broadcast, handed over",
        SendKind::Flow => "flow, one call each",
    };
    let title = sanitize::clean_line(&batch.title);
    let of = batch
        .parent
        .map_or_else(String::new, |parent| format!(" · again of {parent}"));
    format!("{} {title} · {kind}{of}", batch.id)
}

/// Why it stands still and what to press.
fn reason(batch: &Batch) -> Spans {
    let left = format::count(batch.counts.queued);
    let why = batch
        .reason
        .as_ref()
        .map_or("a person stopped it.", |reason| &reason.text);
    let why = sanitize::clean_line(why);
    let why = format!("{}: {}. ", batch.state.word(), why.trim_end_matches('.'));
    let said = Spans::of(Role::Attention, "‖".to_owned()).with(Role::Text, format!(" {why}"));
    let said = if batch.waits_for_approval() {
        said.with(Role::Key, ":approval FILE")
            .with(Role::Text, " does so here, ".to_owned())
    } else if batch.waits_after_the_first() {
        said.with(Role::Key, "c")
            .with(Role::Text, format!(" goes on with {left}, "))
    } else {
        said.with(Role::Key, "R")
            .with(Role::Text, format!(" resumes {left}, "))
    };
    said.with(Role::Key, "C")
        .with(Role::Text, " takes them back.")
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

fn rate(
    state: &State,
    batch: &Batch,
    detail: Option<&BatchDetail>,
    (width, now): (u16, &Zoned),
) -> Row {
    let now = now.timestamp();
    let speed = state.pulses.rate(batch.id, now);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a speed is small and never below zero"
    )]
    let speed = speed.map_or("not known yet".to_owned(), |speed| {
        format!("{}/min", format::count(speed.round() as u64))
    });
    let limit = detail.map_or_else(String::new, |detail| {
        let limit = format::count(u64::from(detail.limits.per_minute));
        format!(" (limit {limit})")
    });
    let text = format!("{speed}{limit}");
    if width < ROOMY {
        return Row::Field("Rate", Spans::of(Role::Text, text));
    }
    Row::Rate(text)
}

/// `548 people, about 23 min, done near 11:10 London, 10:10 UTC`; nothing once nobody is left.
fn left(state: &State, batch: &Batch, now: &Zoned) -> Option<Spans> {
    let left = batch.counts.queued + batch.counts.sending;
    if left == 0 {
        return None;
    }
    let people = format::people(left);
    let stands = !matches!(batch.state, BatchState::Running | BatchState::Draining);
    let at = now.timestamp();
    let text = if stands {
        format!("{people} not sent")
    } else if let Some(wait) = state.pulses.wait(batch.id, at) {
        format!("{people}, {}", waiting(wait, now))
    } else if let Some(length) = state.pulses.left(batch.id, left, at) {
        let end = SignedDuration::try_from(length).ok();
        let end = end.and_then(|length| near(at, length));
        let end = end.map_or_else(String::new, |end| done_near(end, now));
        format!("{people}, {}{end}", format::estimate(length))
    } else {
        people
    };
    Some(Spans::of(Role::Text, text))
}

/// The end of an estimate, as coarse as it: to a minute, from an hour on to five. `None` where it
/// is about to end.
fn near(now: Timestamp, length: SignedDuration) -> Option<Timestamp> {
    let step = match length.as_secs() {
        ..60 => return None,
        60..3_600 => 60,
        _ => 300,
    };
    let end = now.as_second().checked_add(length.as_secs())?;
    Timestamp::from_second((end + step / 2).div_euclid(step) * step).ok()
}

fn done_near(end: Timestamp, now: &Zoned) -> String {
    let here = end.to_zoned(now.time_zone().clone());
    let day = if here.date() == now.date() {
        String::new()
    } else {
        here.strftime("%a ").to_string()
    };
    let city = format::city(&here);
    let local = format!(", done near {day}{} {city}", format::clock(&here));
    if city == "UTC" {
        return local;
    }
    format!("{local}, {} UTC", format::in_utc(&here))
}

/// `5 of the first 5 accepted at 10:20, continued at 10:21`
fn canary(batch: &Batch, detail: &BatchDetail, now: &Zoned) -> Option<Spans> {
    let first = u64::from(detail.limits.canary);
    let people = batch.counts.planned - batch.counts.skipped;
    if first == 0 || first >= people {
        return None;
    }
    let at = |time: Option<Timestamp>| {
        let here = time.map(|time| time.to_zoned(now.time_zone().clone()));
        here.map_or_else(String::new, |here| {
            format!(" at {}", format::moment(&here, now))
        })
    };
    let accepted = format!(
        "{} of the first {first} accepted{}",
        detail.canary_accepted,
        at(detail.canary_ended)
    );
    let text = if detail.canary_passed {
        match detail.went_on {
            Some(_) => format!("{accepted}, continued{}", at(detail.went_on)),
            // Of an older version.
            None => format!("{accepted}, then a person went on"),
        }
    } else if batch.waits_after_the_first() {
        format!("{accepted}, waits for a person: c goes on")
    } else {
        format!("waits after the first {first}")
    };
    Some(Spans::of(Role::Text, text))
}

/// `winter-2026.csv · first …0107 · last …0988`
fn audience(detail: &BatchDetail) -> Option<Spans> {
    let short = |text: &str| format::last_four(&sanitize::clean_line(text));
    let file = detail.source.as_deref();
    let file = file.map(|name| sanitize::clean_line(name).into_owned());
    let ends = detail.ends.as_ref().map(|(first, last)| {
        if first == last {
            format::recipient(&sanitize::clean_line(first))
        } else {
            format!("first {} · last {}", short(first), short(last))
        }
    });
    let parts: Vec<String> = file.into_iter().chain(ends).collect();
    (!parts.is_empty()).then(|| Spans::of(Role::Text, parts.join(" · ")))
}

fn confirmed(batch: &Batch, now: &Zoned) -> Spans {
    let at = batch.created.to_zoned(now.time_zone().clone());
    let text = format!(
        "{} · {} · plan {}",
        format::planned(&at),
        sanitize::clean_line(&batch.profile),
        batch.plan_sha256.short()
    );
    Spans::of(Role::Text, text)
}

fn refused(class: &ReportClass) -> bool {
    matches!(class.state, ItemState::Rejected | ItemState::NotAccepted)
}

/// Why people were refused, most first.
fn chart(batch: &Batch, detail: Option<&BatchDetail>) -> Vec<Part> {
    let classes = detail.map_or(&[][..], |detail| detail.classes.as_slice());
    let classes: Vec<&ReportClass> = classes.iter().filter(|class| refused(class)).collect();
    let Some(most) = classes.iter().map(|class| class.recipients).max() else {
        return Vec::new();
    };
    let counts = &batch.counts;
    let mut rows = vec![
        Part {
            rank: 9,
            row: Row::Blank,
        },
        Part {
            rank: 4,
            row: Row::Why(counts.rejected + counts.not_accepted),
        },
    ];
    rows.extend(classes.iter().take(CLASSES).map(|class| Part {
        rank: 4,
        row: Row::Class((*class).clone(), most),
    }));
    if classes.len() > CLASSES {
        let rest: u64 = classes
            .iter()
            .skip(CLASSES)
            .map(|class| class.recipients)
            .sum();
        let text = format!(
            "{} for other reasons: x writes the report",
            format::people(rest)
        );
        rows.push(Part {
            rank: 8,
            row: Row::Text(Spans::of(Role::Muted, text)),
        });
    }
    rows
}

fn unknown(batch: &Batch, detail: Option<&BatchDetail>) -> Option<Spans> {
    let count = batch.counts.unknown;
    if count == 0 {
        return None;
    }
    let classes = detail.map_or(&[][..], |detail| detail.classes.as_slice());
    let most = classes
        .iter()
        .find(|class| class.state == ItemState::Unknown);
    let why = most.map_or_else(String::new, |class| {
        let meaning = sanitize::clean_line(&class.meaning);
        format!(": {}", meaning.trim_end_matches('.'))
    });
    Some(
        Spans::of(Role::Unknown, format!("? {} unknown", format::count(count)))
            .with(
                Role::Text,
                format!("{why}. Nothing is repeated by itself. "),
            )
            .with(Role::Key, "U")
            .with(Role::Text, " decides."),
    )
}
