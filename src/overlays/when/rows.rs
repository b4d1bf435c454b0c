//! The rows below the line: what it means, its checks, what happens until then, and the question
//! where clocks are changed.

use super::{MOST, State};
use crate::domain::schedule::{Change, PlannedTime, TimeQuestion, When, WhenError};
use crate::overlays::review::alive;
use crate::text::{format, sanitize};
use crate::theme::{Glyph, Role};
use crate::widgets::{Painter, Spans};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};
use std::time::Duration;

/// A clock that is off by more than this is worth a warning.
const NOTED: SignedDuration = SignedDuration::from_secs(30);
const EXAMPLES: &str = "+2h · fri 14:30 · 24 dec 9:00 · 9:00 Asia/Kuwait · 8:00 UTC · now";

fn row(label: &str, text: impl Into<String>) -> Spans {
    Spans::of(Role::Muted, format!("{label:<11}")).with(Role::Text, text)
}

/// What the line means, its checks and what helps to type it.
pub(super) fn meaning(
    state: &State,
    now: &Zoned,
    painter: &Painter<'_>,
    tight: bool,
) -> Vec<Spans> {
    let mut rows = vec![Spans::default()];
    match &state.read {
        Ok(When::Now) => rows.push(row("Starts", "as soon as it is confirmed")),
        Ok(When::Ask(question)) => {
            let word = match question.change {
                Change::Twice => "exists twice",
                Change::Skipped => "does not exist",
            };
            let wall = question.wall.strftime("%a %-d %b %Y %H:%M");
            rows.push(
                Spans::of(Role::Attention, painter.theme.glyph(Glyph::Warning)).with(
                    Role::Text,
                    format!(" {wall} {word} in {}: Enter asks which", question.zone),
                ),
            );
        }
        Err(error) if state.time().is_none() => {
            if !state.field.is_empty() {
                rows.push(
                    Spans::of(Role::Failed, painter.theme.glyph(Glyph::Rejected))
                        .with(Role::Text, format!(" {}", short(error))),
                );
            }
        }
        Ok(When::At(_)) | Err(_) => {}
    }
    if let Some(time) = state.time() {
        let checks = checks(state, time, now, painter);
        let at = rows.len();
        rows.extend(in_full(state, time, now));
        if tight {
            // Whether it can be taken comes before what does not fit.
            rows.insert(at, checks);
        } else {
            rows.extend([Spans::default(), checks]);
        }
        rows.push(day(state, time, painter));
    }
    rows.extend(waits(state));
    rows.push(Spans::of(Role::Muted, format!("Also: {EXAMPLES}")));
    rows.push(keys(state));
    rows
}

fn short(error: &WhenError) -> String {
    match error {
        WhenError::Unread(_) => "not read yet".to_owned(),
        WhenError::NoClock(_) => "a clock time is missing, as in fri 9:00".to_owned(),
        WhenError::Past(_) | WhenError::TooSoon(_) => error.to_string(),
    }
}

/// Here, in UTC, from now, and in the call.
fn in_full(state: &State, time: &PlannedTime, now: &Zoned) -> Vec<Spans> {
    let here = time.at.to_zoned(state.zone());
    let utc = time.at.to_zoned(TimeZone::UTC);
    let name = here.time_zone().iana_name().unwrap_or_default().to_owned();
    let local = format!(
        "{}   {name} {}",
        here.strftime("%a %-d %b %Y  %H:%M"),
        here.strftime("%:z")
    );
    let mut rows = vec![
        row("Local", local),
        row("UTC", utc.strftime("%a %-d %b %Y  %H:%M").to_string()),
        row("From now", from_now(time.at, now)),
    ];
    // Only a broadcast carries its time; everything else is started from here.
    if state.wishes.late.is_some() {
        let text = utc.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
        rows.push(row("In JSON", text));
    }
    rows
}

/// `in 22 h 13 min`, `2 h ago`.
fn from_now(at: Timestamp, now: &Zoned) -> String {
    let left = at.duration_since(now.timestamp());
    let length = format::duration(left.unsigned_abs());
    if left.is_negative() {
        format!("{length} ago")
    } else {
        format!("in {length}")
    }
}

/// Whether it can be taken, in words.
fn checks(state: &State, time: &PlannedTime, now: &Zoned, painter: &Painter<'_>) -> Spans {
    let glyph = |glyph| painter.theme.glyph(glyph);
    let fine = |spans: Spans, text: String| {
        spans
            .with(Role::Accepted, glyph(Glyph::Accepted))
            .with(Role::Text, format!(" {text}  "))
    };
    let wrong = |spans: Spans, sign: Glyph, text: String| {
        let role = if sign == Glyph::Warning {
            Role::Attention
        } else {
            Role::Failed
        };
        spans
            .with(role, glyph(sign))
            .with(Role::Text, format!(" {text}  "))
    };
    let none = Spans::default();
    let mut spans = match &state.read {
        Err(WhenError::Past(_)) => wrong(
            none,
            Glyph::Rejected,
            format!(
                "that was {}. Type now to start at once",
                from_now(time.at, now)
            ),
        ),
        Err(WhenError::TooSoon(_)) => wrong(
            none,
            Glyph::Rejected,
            "less than 2 min ahead. Type now to start at once".to_owned(),
        ),
        Ok(_) | Err(WhenError::Unread(_) | WhenError::NoClock(_)) => {
            fine(none, "in the future".to_owned())
        }
    };
    spans = match state.skew {
        None => spans.with(Role::Muted, "clock not compared yet  "),
        Some(skew) if skew.abs() > MOST => wrong(
            spans,
            Glyph::Rejected,
            format!("clock {}: set it first", apart(skew)),
        ),
        Some(skew) if skew.abs() > NOTED => {
            wrong(spans, Glyph::Warning, format!("clock {}", apart(skew)))
        }
        Some(skew) => fine(
            spans,
            format!(
                "clock agrees with the server, {}",
                tenths(skew.unsigned_abs())
            ),
        ),
    };
    if state.quiet.is_empty() {
        fine(spans, "no quiet hours".to_owned())
    } else {
        wrong(spans, Glyph::Warning, state.quiet.clone())
    }
}

/// `45 s ahead of the server`.
fn apart(skew: SignedDuration) -> String {
    let side = if skew.is_negative() {
        "behind"
    } else {
        "ahead of"
    };
    format!(
        "{} {side} the server",
        format::duration(skew.unsigned_abs())
    )
}

/// `0.4 s`.
fn tenths(length: Duration) -> String {
    format!("{}.{} s", length.as_secs(), length.subsec_millis() / 100)
}

/// The hours of the day with what else goes out in them, and its names.
fn day(state: &State, time: &PlannedTime, painter: &Painter<'_>) -> Spans {
    let here = time.at.to_zoned(state.zone());
    let mut others: Vec<(Zoned, &str)> = state
        .others
        .iter()
        .map(|other| (other.at.to_zoned(state.zone()), other.label.as_str()))
        .filter(|(at, _)| at.date() == here.date())
        .collect();
    others.sort_by(|left, right| left.0.cmp(&right.0));
    let mut spans = Spans::of(Role::Muted, format!("{:<11}0 ", "That day"));
    for hour in 0..24 {
        let busy = others.iter().any(|(at, _)| at.hour() == hour);
        let (glyph, role) = if here.hour() == hour {
            (Glyph::BarFull, Role::Focus)
        } else if busy {
            (Glyph::Planned, Role::Active)
        } else {
            (Glyph::Note, Role::Muted)
        };
        spans.push(role, painter.theme.glyph(glyph));
    }
    let names: Vec<String> = others
        .iter()
        .map(|(at, label)| format!("{} {}", format::clock(at), sanitize::clean_line(label)))
        .collect();
    let names = if names.is_empty() {
        "nothing else".to_owned()
    } else {
        names.join(", ")
    };
    spans.with(Role::Muted, " 24  ").with(Role::Text, names)
}

/// Who starts it and until when it can be taken back; what an answer of the person does.
fn waits(state: &State) -> Vec<Spans> {
    if state.time().is_none() {
        return Vec::new();
    }
    let mut rows = Vec::new();
    let late = state.wishes.late.map(|(usual, lead)| {
        let late = state.waits.late.unwrap_or(usual);
        (late, format::duration(lead))
    });
    match &late {
        Some((true, lead)) => rows.push(row(
            "Handed on",
            format!("{lead} before that; until then C takes it back"),
        )),
        Some((false, _)) => rows.push(row(
            "Handed on",
            "at once; then only the panel stops it: this API has no cancel",
        )),
        None => rows.push(row("Starts", "from here; until then C takes it back")),
    }
    if late.as_ref().is_none_or(|(late, _)| *late) {
        let text = format!("one must run then; {}", alive(state.sender));
        rows.push(row("Sender", text));
    }
    if state.wishes.reply {
        let text = if state.waits.hold_on_reply {
            "holds it, if the person writes before that"
        } else {
            "does not hold it"
        };
        rows.push(row("A reply", text));
    }
    rows
}

/// The keys that are not letters of the line.
fn keys(state: &State) -> Spans {
    let mut keys = Vec::new();
    if state.zones.len() > 1 {
        keys.push(("Tab", "other zone"));
    }
    if state.time().is_some() && state.wishes.late.is_some() {
        keys.push(("Ctrl-o", "early or late"));
    }
    if state.time().is_some() && state.wishes.reply {
        keys.push(("Ctrl-r", "hold on reply"));
    }
    if state.quiet_ends.is_some() {
        keys.push(("Ctrl-n", "after quiet hours"));
    }
    let mut spans = Spans::default();
    for (index, (key, does)) in keys.into_iter().enumerate() {
        let before = if index == 0 { "" } else { "  " };
        spans = spans
            .with(Role::Key, format!("{before}{key}"))
            .with(Role::Muted, format!(" {does}"));
    }
    spans
}

/// The question where the clocks are changed.
pub(super) fn asked(
    state: &State,
    question: &TimeQuestion,
    now: &Zoned,
    painter: &Painter<'_>,
) -> Vec<Spans> {
    let wall = question.wall.strftime("%H:%M");
    let on = question.clocks.0.strftime("%a %-d %b %Y");
    let (from, to) = (
        question.clocks.0.strftime("%H:%M"),
        question.clocks.1.strftime("%H:%M"),
    );
    let why = match question.change {
        Change::Twice => {
            format!("On {on} the clocks go back from {from} to {to}, so {wall} happens twice:")
        }
        Change::Skipped => {
            format!("On {on} the clocks go on from {from} to {to}, so {wall} does not exist:")
        }
    };
    let words = match question.change {
        Change::Twice => ["first", "second"],
        Change::Skipped => ["before", "after"],
    };
    let mut rows = vec![
        Spans::default(),
        Spans::of(Role::Text, why),
        Spans::default(),
    ];
    for ((key, word), choice) in ["1", "2"].iter().zip(words).zip(&question.choices) {
        let here = choice.at.to_zoned(state.zone());
        let utc = choice.at.to_zoned(TimeZone::UTC);
        let text = format!(
            "   {} {}   {word:<6}  {} UTC   {}",
            format::clock(&here),
            here.strftime("%:z"),
            format::clock(&utc),
            from_now(choice.at, now)
        );
        rows.push(Spans::of(Role::Key, *key).with(Role::Text, text));
    }
    if !state.quiet.is_empty() {
        rows.push(Spans::default());
        let sign = painter.theme.glyph(Glyph::Warning);
        rows.push(Spans::of(Role::Attention, sign).with(Role::Text, format!(" {}", state.quiet)));
        rows.push(Spans::of(Role::Key, "h").with(Role::Muted, " waits for their end"));
    }
    rows
}
