//! What is known of one unknown result, as labelled lines for the list and for a page of its own.

use super::Row;
use crate::contract::{Phase, ReadBackBy};
use crate::domain::rule_in_words;
use crate::text::{format, sanitize, width, wrap};
use crate::theme::Role;
use crate::widgets::Spans;
use jiff::Zoned;
use jiff::tz::TimeZone;
use std::time::Duration;

/// Cells of a label.
const LABEL: usize = 10;
/// Characters of the end of an answer that are shown in the list.
const LAST: usize = 120;

/// A label and its text.
pub(super) type Fact = (&'static str, Role, String);

/// Who it was for, in so many cells: the name is cut, never the last digits.
pub(super) fn person(row: &Row, cells: usize) -> String {
    let item = &row.unknown.item;
    match (&item.recipient, item.recipients) {
        (Some(digits), _) => {
            let digits = sanitize::clean_line(digits);
            let last = format::last_four(&digits);
            let whole = format::recipient(&digits);
            match &row.name {
                Some(name) => {
                    let room = cells.saturating_sub(width::cells(&last) + 1);
                    format!("{} {last}", width::truncate(name, room, "…"))
                }
                None if width::cells(&whole) <= cells => whole,
                None => last,
            }
        }
        (None, Some(count)) => format::people(count),
        (None, None) => String::new(),
    }
}

/// What happened, in the few words of the list.
pub(super) fn what_happened(row: &Row) -> String {
    let unknown = &row.unknown;
    let waited = unknown.duration_ms.map(Duration::from_millis);
    match (unknown.item.rule.as_deref(), waited) {
        (Some("answer_timeout"), Some(waited)) => {
            format!("no answer for {}", format::duration(waited))
        }
        (Some("broken_after_start"), _) => "connection broke".to_owned(),
        (Some("process_stopped"), _) => "program stopped".to_owned(),
        (Some(rule), _) => rule_in_words(rule),
        (None, _) => String::new(),
    }
}

/// How far a look at the conversation came.
pub(super) fn looked(row: &Row) -> &'static str {
    if row.unknown.looked.is_some() {
        "no evidence"
    } else if row.unknown.read_back == ReadBackBy::Nobody {
        "cannot"
    } else {
        "not yet"
    }
}

/// What is known of a result.
pub(super) fn facts(row: &Row, now: &Zoned) -> Vec<Fact> {
    let unknown = &row.unknown;
    let zone = now.time_zone();
    let mut facts = Vec::new();
    if let Some(late) = &unknown.late_evidence {
        facts.push(("!", Role::Failed, late.clone()));
    }
    let text = unknown.text.clone();
    let message = text.unwrap_or_else(|| unknown.title.clone());
    facts.push(("Message", Role::Text, message));
    facts.push(("Started", Role::Text, started(row, zone)));
    if let Some(answer) = unknown.response.as_deref() {
        facts.push(("Answer", Role::Muted, last_of(answer)));
    }
    facts.push(("Evidence", Role::Text, evidence(row, now)));
    facts
}

fn started(row: &Row, zone: &TimeZone) -> String {
    let unknown = &row.unknown;
    let at = format::clock_seconds(&unknown.started.to_zoned(zone.clone()));
    let bytes = format::counted(unknown.body_bytes, "byte");
    let after = unknown.duration_ms.map_or_else(String::new, |millis| {
        format!(" after {}", format::latency(Duration::from_millis(millis)))
    });
    let how = match unknown.phase {
        Phase::NoAnswer if unknown.item.rule.as_deref() == Some("answer_timeout") => {
            what_happened(row)
        }
        Phase::NoAnswer => format!("{}{after}, before any answer", what_happened(row)),
        Phase::Answered => {
            let status = unknown.item.http_status;
            let status = status.map_or_else(String::new, |status| format!("HTTP {status}: "));
            format!("{status}{}{after}", what_happened(row))
        }
        Phase::ProcessStopped => "the program stopped before any answer".to_owned(),
    };
    let rule = unknown.item.rule.as_deref().unwrap_or("none");
    format!("{at}, {bytes}; {how} · rule {}", sanitize::clean_line(rule))
}

fn evidence(row: &Row, now: &Zoned) -> String {
    let unknown = &row.unknown;
    let clock = |time: jiff::Timestamp| format::clock(&time.to_zoned(now.time_zone().clone()));
    if let Some(look) = &unknown.looked {
        let again = if now.timestamp() < unknown.wait_until {
            let until = clock(unknown.wait_until);
            format!("Arrival can take 15 min: r again after {until}.")
        } else {
            "That does not mean that it did not arrive.".to_owned()
        };
        return format!("none at {}: {} {again}", clock(look.at), look.found);
    }
    match (unknown.read_back, &unknown.look_yourself) {
        (_, Some(yourself)) if unknown.read_back == ReadBackBy::Nobody => yourself.clone(),
        (ReadBackBy::MessageId, _) => {
            "none yet. r looks for the platform's id: the words are not known here.".to_owned()
        }
        (ReadBackBy::Text | ReadBackBy::Nobody, _) => {
            let minute = jiff::SignedDuration::from_mins(1);
            let from = unknown
                .started
                .saturating_sub(minute)
                .unwrap_or(unknown.started);
            format!(
                "none yet. r reads the conversation from {} on and looks for this text.",
                clock(from)
            )
        }
    }
}

fn last_of(answer: &str) -> String {
    let clean = sanitize::clean_line(answer);
    let from = clean.char_indices().rev().nth(LAST - 1);
    match from
        .and_then(|(at, _)| clean.get(at..))
        .filter(|_| clean.chars().count() > LAST)
    {
        Some(end) => format!("…{end}"),
        None => clean.into_owned(),
    }
}

/// The lines of a fact, the label in front of the first.
pub(super) fn lines(fact: &Fact, cells: usize) -> Vec<Spans> {
    let (label, role, text) = fact;
    let clean = sanitize::clean(text);
    let room = cells.saturating_sub(LABEL).max(1);
    let mut lines = Vec::new();
    for (index, line) in wrap::wrap(&clean, room).into_iter().enumerate() {
        let label = if index == 0 { label } else { "" };
        let head = width::pad_right(label, LABEL);
        lines.push(Spans::of(Role::Muted, head).with(*role, line));
    }
    lines
}

/// Everything known of a result, for a page to read.
pub fn page_lines(row: &Row, now: &Zoned, cells: usize) -> Vec<Spans> {
    let unknown = &row.unknown;
    let mut facts = vec![
        ("Person", Role::Text, person(row, cells)),
        (
            "Batch",
            Role::Text,
            format!("{} {}", unknown.item.batch, unknown.title),
        ),
        (
            "Attempt",
            Role::Text,
            format!("{} · item {}", unknown.item.attempts, unknown.item.id.0),
        ),
    ];
    facts.extend(self::facts(row, now));
    if let Some(sentence) = &unknown.sentence {
        facts.push(("Meaning", Role::Text, sentence.clone()));
    }
    if let Some(answer) = &unknown.response {
        facts.push(("Whole", Role::Muted, answer.clone()));
    }
    facts.iter().flat_map(|fact| lines(fact, cells)).collect()
}
