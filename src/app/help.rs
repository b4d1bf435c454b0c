//! Pages to read: the keys of a place, a call in full, a raw answer.

use super::availability::available;
use super::state::State;
use super::{commands, focus};
use crate::contract::{CallDirection, CallOutcome, CallRecord};
use crate::keymap::{Described, KeyContext, Keymap};
use crate::overlays::Overlay;
use crate::overlays::page::{self, Kind};
use crate::text::{format, sanitize, width, wrap};
use crate::theme::Role;
use crate::widgets::Spans;
use jiff::Zoned;

/// Cells of a page's text.
const WIDTH: usize = 92;
/// Cells that keys have.
const KEYS: usize = 12;
/// From so many cells on keys stand in two columns.
const TWO_COLUMNS: usize = 84;

/// The keys of the place that has them now: here, anywhere, and what is not possible now with its
/// reason.
pub fn page(state: &State, keymap: &Keymap) -> page::State {
    let place = focus::key_context(state);
    let described = keymap.describe(place);
    let room = page::room(state.layout().body).min(WIDTH);
    let mut lines = Vec::new();
    let possible = described
        .iter()
        .filter(|entry| available(entry.action, state).is_ok());
    let (anywhere, here): (Vec<&Described>, Vec<&Described>) =
        possible.partition(|entry| entry.from == KeyContext::Global);
    for (title, entries) in [("HERE", here), ("ANYWHERE", anywhere)] {
        if !entries.is_empty() {
            lines.push(Spans::of(Role::Muted, title));
            lines.extend(keys_in_columns(&entries, room));
            lines.push(Spans::default());
        }
    }
    not_now(state, &described, room, &mut lines);
    lines.push(Spans::of(Role::Muted, "COMMANDS"));
    let commands = commands::COMMANDS.iter();
    let words: Vec<String> = commands
        .map(|(name, rest)| format!(":{name} {rest}").trim_end().to_owned())
        .collect();
    lines.extend(words_in_lines(&words, room));
    lines.push(Spans::default());
    lines.push(Spans::of(
        Role::Muted,
        "No key sends by itself. Enter does nothing before the whole number is typed. Every key can be changed in keymap.toml.",
    ));
    page::State {
        kind: Kind::Help,
        title: format!("Keys here: {}", place.title()),
        state: Spans::default(),
        copy: plain(&lines),
        lines,
        scroll: 0,
    }
}

/// Lays the page of keys out anew for another size of the window. Its keys are those of the place
/// below it.
pub fn resized(state: &mut State, keymap: &Keymap) {
    let Some(Overlay::Page(shown)) = state.overlays.pop_if(is_help) else {
        return;
    };
    let scroll = shown.scroll;
    let page = page(state, keymap);
    state
        .overlays
        .push(Overlay::Page(page::State { scroll, ..page }));
}

fn is_help(overlay: &mut Overlay) -> bool {
    matches!(overlay, Overlay::Page(page) if page.kind == Kind::Help)
}

/// What is not possible now, under its reason.
fn not_now(state: &State, described: &[Described], room: usize, lines: &mut Vec<Spans>) {
    let mut reasons: Vec<(String, Vec<&Described>)> = Vec::new();
    for entry in described {
        let Err(why) = available(entry.action, state) else {
            continue;
        };
        match reasons.iter_mut().find(|(known, _)| *known == why) {
            Some((_, entries)) => entries.push(entry),
            None => reasons.push((why, vec![entry])),
        }
    }
    if reasons.is_empty() {
        return;
    }
    lines.push(Spans::of(Role::Muted, "NOT NOW"));
    for (why, entries) in &reasons {
        let why = wrap::wrap(why, room).into_iter();
        lines.extend(why.map(|line| Spans::of(Role::Attention, line)));
        lines.extend(keys_in_columns(entries, room));
    }
    lines.push(Spans::default());
}

/// Keys with what they do: two columns, down and then right, where there is room for them.
fn keys_in_columns(entries: &[&Described], room: usize) -> Vec<Spans> {
    if room < TWO_COLUMNS {
        let rows = entries.iter().flat_map(|entry| key_lines(entry, room));
        return rows.collect();
    }
    let column = room / 2 - 1;
    let half = entries.len().div_ceil(2);
    let mut lines = Vec::new();
    for (at, left) in entries.iter().take(half).enumerate() {
        let left = key_lines(left, column);
        let right = entries.get(half + at);
        let right = right.map_or_else(Vec::new, |entry| key_lines(entry, column));
        for line in 0..left.len().max(right.len()) {
            let mut row = left.get(line).cloned().unwrap_or_default();
            if let Some(beside) = right.get(line) {
                let gap = (column + 2).saturating_sub(row.cells()).max(1);
                row.push(Role::Text, " ".repeat(gap));
                row.0.extend(beside.0.iter().cloned());
            }
            lines.push(row);
        }
    }
    lines
}

/// Keys and what they do, wrapped beside the keys.
fn key_lines(entry: &Described, room: usize) -> Vec<Spans> {
    let keys = width::fit(&entry.keys(), KEYS, width::ELLIPSIS);
    let help = wrap::wrap(entry.action.help(), room.saturating_sub(KEYS + 1).max(1));
    let line = |(at, text): (usize, &str)| {
        let head = if at == 0 {
            keys.clone()
        } else {
            " ".repeat(KEYS)
        };
        Spans::of(Role::Key, head).with(Role::Text, format!(" {text}"))
    };
    help.into_iter().enumerate().map(line).collect()
}

/// Words with space between them, none broken.
fn words_in_lines(words: &[String], room: usize) -> Vec<Spans> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if width::cells(line) + 3 + width::cells(word) <= room => {
                line.push_str("   ");
                line.push_str(word);
            }
            Some(_) | None => lines.push(word.clone()),
        }
    }
    let spans = lines.into_iter().map(|line| Spans::of(Role::Text, line));
    spans.collect()
}

fn push_wrapped(lines: &mut Vec<Spans>, role: Role, text: &str) {
    let clean = sanitize::clean(text).into_owned();
    for line in wrap::wrap(&clean, WIDTH) {
        lines.push(Spans::of(role, line));
    }
}

/// `label          text`, wrapped beside the label.
fn push_fact(lines: &mut Vec<Spans>, label: &str, text: &str) {
    let clean = sanitize::clean(text).into_owned();
    for (index, line) in wrap::wrap(&clean, WIDTH - 16).into_iter().enumerate() {
        let label = if index == 0 { label } else { "" };
        let head = crate::text::width::pad_right(label, 16);
        lines.push(Spans::of(Role::Muted, head).with(Role::Text, line));
    }
}

pub(super) fn plain(lines: &[Spans]) -> String {
    let line = |spans: &Spans| {
        spans
            .0
            .iter()
            .map(|span| span.text.as_str())
            .collect::<String>()
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A call in full: sentence first, advice second, evidence last.
pub fn call_page(record: &CallRecord, now: &Zoned) -> page::State {
    let detail = &record.detail;
    let mut lines = Vec::new();
    let (word, role) = match record.outcome {
        CallOutcome::Done => ("done", Role::Muted),
        CallOutcome::Accepted => ("accepted", Role::Accepted),
        CallOutcome::Rejected => ("rejected", Role::Failed),
        CallOutcome::Unknown => ("unknown", Role::Unknown),
        CallOutcome::Waiting => ("waits", Role::Attention),
        CallOutcome::Failed => ("failed", Role::Failed),
    };
    push_wrapped(&mut lines, Role::Text, &detail.sentence);
    for error in &detail.errors {
        if let Some(meaning) = &error.meaning {
            push_fact(&mut lines, "What it means", meaning);
        }
        if let Some(advice) = &error.advice {
            push_fact(&mut lines, "What to do", advice);
        }
    }
    if !detail.advice.is_empty() {
        push_fact(&mut lines, "What to do", &detail.advice);
    }
    // What took no time and has no status asked nobody.
    if record.http_status.is_some() || !record.duration.is_zero() {
        lines.push(Spans::default());
        lines.push(Spans::of(
            Role::Muted,
            "what the platform said ─────────────────────",
        ));
        platform_lines(record, &mut lines);
    }
    if record.direction != CallDirection::Local {
        asked_lines(record, &mut lines);
    }
    let at = format::clock_seconds(&record.started.to_zoned(now.time_zone().clone()));
    page::State {
        kind: Kind::Detail,
        title: format!(
            "Activity · {at} · {}",
            sanitize::clean_line(&record.title())
        ),
        state: Spans::of(role, word),
        copy: plain(&lines),
        lines,
        scroll: 0,
    }
}

fn asked_lines(record: &CallRecord, lines: &mut Vec<Spans>) {
    let detail = &record.detail;
    lines.push(Spans::default());
    lines.push(Spans::of(
        Role::Muted,
        "what we asked ──────────────────────────────",
    ));
    push_wrapped(lines, Role::Text, &detail.request);
    let mut asked = "Authorization: Basic ••••••••".to_owned();
    if let Some(sha) = &detail.request_sha256 {
        asked.push_str(&format!(
            " · {}, sha256 {}",
            format::bytes(detail.request_bytes),
            sha.short()
        ));
    }
    if let Some(rule) = &detail.rule {
        asked.push_str(&format!(" · attempt {} · rule {rule}", detail.attempt));
    }
    push_wrapped(lines, Role::Muted, &asked);
}

fn platform_lines(record: &CallRecord, lines: &mut Vec<Spans>) {
    let detail = &record.detail;
    let status = record
        .http_status
        .map_or_else(|| "no answer".to_owned(), |status| format!("HTTP {status}"));
    let took = format::latency(record.duration);
    push_fact(lines, &status, &format!("after {took}"));
    if let Some(code) = detail.platform_code {
        let words = match &detail.platform_text {
            Some(words) => format!(" \"{words}\""),
            None => String::new(),
        };
        push_fact(
            lines,
            "status.code",
            &format!("{code}{words}   the platform's own number"),
        );
    }
    for error in &detail.errors {
        push_fact(lines, "errors[].code", &error.code.to_string());
        for (label, text) in [
            ("errors[].title", &error.title),
            ("errors[].details", &error.details),
        ] {
            if let Some(text) = text {
                push_fact(lines, label, &format!("\"{text}\""));
            }
        }
    }
    if !detail.response.is_empty() {
        push_fact(lines, "body", &detail.response);
    }
}

/// A raw JSON text as a page.
pub fn raw_page(title: &str, json: &str) -> page::State {
    let escaped = sanitize::escape_json_text(json);
    let mut lines = Vec::new();
    for line in escaped.lines() {
        for part in wrap::wrap(line, WIDTH) {
            lines.push(Spans::of(Role::Text, part));
        }
    }
    page::State {
        kind: Kind::Detail,
        title: title.to_owned(),
        state: Spans::default(),
        lines,
        scroll: 0,
        copy: json.to_owned(),
    }
}
