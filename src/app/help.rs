//! Pages to read: the keys of a place, a call in full, a raw answer.

use super::availability::available;
use super::state::State;
use super::{commands, focus};
use crate::contract::{CallDirection, CallOutcome, CallRecord};
use crate::keymap::{Described, KeyContext, Keymap};
use crate::overlays::page::{self, Kind};
use crate::text::{format, sanitize, wrap};
use crate::theme::Role;
use crate::widgets::Spans;
use jiff::Zoned;

/// Cells of a page's text.
const WIDTH: usize = 92;

/// The keys of the place that has them now: here, anywhere, and what is not possible now with its
/// reason.
pub fn page(state: &State, keymap: &Keymap) -> page::State {
    let place = focus::key_context(state);
    let described = keymap.describe(place);
    let (possible, impossible): (Vec<&Described>, Vec<&Described>) = described
        .iter()
        .partition(|entry| available(entry.action, state).is_ok());
    let mut lines = Vec::new();
    section(
        &mut lines,
        "HERE",
        possible
            .iter()
            .filter(|entry| entry.from != KeyContext::Global),
    );
    section(
        &mut lines,
        "ANYWHERE",
        possible
            .iter()
            .filter(|entry| entry.from == KeyContext::Global),
    );
    if !impossible.is_empty() {
        lines.push(Spans::of(Role::Muted, "NOT NOW"));
        for entry in &impossible {
            let why = available(entry.action, state).err().unwrap_or_default();
            let row = key_row(entry).with(Role::Muted, format!("  {why}"));
            lines.push(row);
        }
        lines.push(Spans::default());
    }
    lines.push(Spans::of(Role::Muted, "COMMANDS"));
    let words: Vec<String> = commands::COMMANDS
        .iter()
        .map(|(name, rest)| {
            if rest.is_empty() {
                format!(":{name}")
            } else {
                format!(":{name} {rest}")
            }
        })
        .collect();
    push_wrapped(&mut lines, Role::Text, &words.join("   "));
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

fn section<'a>(
    lines: &mut Vec<Spans>,
    title: &str,
    entries: impl Iterator<Item = &'a &'a Described>,
) {
    let rows: Vec<Spans> = entries.map(|entry| key_row(entry)).collect();
    if rows.is_empty() {
        return;
    }
    lines.push(Spans::of(Role::Muted, title));
    // Two columns: most descriptions are short, and a page should fit on a screen.
    let half = rows.len().div_ceil(2);
    for index in 0..half {
        let mut row = rows.get(index).cloned().unwrap_or_default();
        if let Some(second) = rows.get(half + index) {
            let pad = (WIDTH / 2).saturating_sub(row.cells());
            row.push(Role::Text, " ".repeat(pad.max(1)));
            row.0.extend(second.0.iter().cloned());
        }
        lines.push(row);
    }
    lines.push(Spans::default());
}

fn key_row(entry: &Described) -> Spans {
    let keys = crate::text::width::fit(&entry.keys(), 12, "…");
    let help = crate::text::width::truncate(entry.action.help(), WIDTH / 2 - 15, "…").into_owned();
    Spans::of(Role::Key, keys).with(Role::Text, format!(" {help}"))
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
