//! The audit and the report of a batch on the screen: asking for lines, showing one in full, the look
//! over the chain, the name of a file. Nothing here sends.

use super::help::plain;
use super::state::State;
use super::update::{Effects, notify};
use super::{flows, helping};
use crate::contract::{Action, ApiError, Effect, Notice, OutboxCommand};
use crate::domain::audit::AuditFilter;
use crate::domain::{AuditCheck, AuditLine, BatchId};
use crate::overlays::Overlay;
use crate::overlays::audit::{self, Row, Wish};
use crate::overlays::page::{self, Kind};
use crate::overlays::prompt::Purpose;
use crate::text::{format, sanitize, wrap};
use crate::theme::Role;
use crate::widgets::Spans;
use jiff::Zoned;
use std::path::Path;

/// Cells of a line in full.
const WIDTH: usize = 92;

/// Opens the list, of everything or of what was typed.
pub fn open(state: &mut State, typed: &str) -> Effects {
    let filter = asked(typed);
    let list = audit::State::new(filter.clone());
    state.overlays.push(Overlay::Audit(Box::new(list)));
    vec![Effect::Outbox(OutboxCommand::LoadAudit(filter))]
}

/// Looks over the whole chain.
pub fn verify() -> Effects {
    vec![Effect::Outbox(OutboxCommand::VerifyAudit)]
}

/// `#12` is a batch, anything else a number, its last digits, or an id.
fn asked(typed: &str) -> AuditFilter {
    let typed = typed.trim();
    if let Some(batch) = typed.strip_prefix('#').and_then(|id| id.parse().ok()) {
        return AuditFilter {
            batch: Some(BatchId(batch)),
            ..AuditFilter::default()
        };
    }
    let numeric = typed
        .chars()
        .all(|letter| letter.is_ascii_digit() || " +()-.".contains(letter));
    let recipient: String = if numeric {
        typed.chars().filter(char::is_ascii_digit).collect()
    } else {
        typed.to_owned()
    };
    AuditFilter {
        recipient: Some(recipient).filter(|recipient| !recipient.is_empty()),
        ..AuditFilter::default()
    }
}

/// Runs an action of the list.
pub fn act(state: &mut State, action: Action) -> Effects {
    let body = state.layout().body;
    let Some(Overlay::Audit(list)) = state.overlays.last_mut() else {
        return Vec::new();
    };
    match audit::act(list, action, audit::height(body)) {
        None => Vec::new(),
        Some(Wish::Close) => {
            state.overlays.pop();
            Vec::new()
        }
        Some(Wish::Look(typed)) => {
            list.filter = asked(&typed);
            list.rows = None;
            list.list.first();
            vec![Effect::Outbox(OutboxCommand::LoadAudit(
                list.filter.clone(),
            ))]
        }
        Some(Wish::Show(at)) => match list.rows.as_ref().and_then(|rows| rows.get(at)) {
            Some(row) => {
                let page = full(row);
                flows::push_page(state, page)
            }
            None => Vec::new(),
        },
        Some(Wish::Copy(text)) => flows::copy(state, text),
        Some(Wish::Verify) => verify(),
    }
}

/// Lines came; those of a question that was changed meanwhile are dropped.
pub fn arrived(state: &mut State, filter: &AuditFilter, lines: &[AuditLine], cut: bool) {
    let State { overlays, now, .. } = state;
    for overlay in overlays {
        if let Overlay::Audit(list) = overlay
            && list.filter == *filter
        {
            list.rows = Some(lines.iter().rev().map(|line| row(line, now)).collect());
            list.cut = cut;
        }
    }
}

/// The look over the chain ended.
pub fn verified(state: &mut State, check: &AuditCheck) {
    let sentence = check.sentence();
    let intact = check.broken.is_none();
    let notice = if intact {
        Notice::fact("audit", sentence.clone())
    } else {
        Notice::error("audit", format!("✗ {sentence}"))
    };
    for overlay in &mut state.overlays {
        if let Overlay::Audit(list) = overlay {
            let lines = format::counted(check.lines, "line");
            let broken = check.broken.as_ref().map(|broken| broken.seq);
            let short =
                broken.map(|seq| format!("broken at line {} of {lines}", format::count(seq)));
            list.checked = Some((intact, short.unwrap_or_else(|| sentence.clone())));
        }
    }
    notify(state, notice);
}

fn row(line: &AuditLine, now: &Zoned) -> Row {
    let reading = line.read();
    let clean = |text: &str| sanitize::clean_line(text).into_owned();
    let at = line.at.to_zoned(now.time_zone().clone());
    let verdict = reading
        .fields
        .get("verdict")
        .and_then(|verdict| verdict.as_str());
    let role = match (verdict, reading.action.as_str()) {
        (Some("unknown"), _) | (_, "late_evidence") => Role::Unknown,
        (Some("rejected"), _) => Role::Failed,
        (Some("accepted"), _) => Role::Accepted,
        (_, "paused" | "held" | "recovered" | "overridden" | "purged") => Role::Attention,
        (_, _) => Role::Text,
    };
    let today = at.date() == now.date();
    let (action, what) = match verdict {
        // The word of a result is its verdict, and the rule that came to it stands first.
        Some(verdict) => {
            let rest = reading.what.split_once(" · ").map_or("", |(_, rest)| rest);
            let judged_by = reading.rule.as_deref().unwrap_or_default();
            (verdict.to_owned(), format!("{judged_by} · {rest}"))
        }
        None => (reading.action.replace('_', " "), reading.what.clone()),
    };
    Row {
        seq: line.seq,
        time: if today {
            format::clock_seconds(&at)
        } else {
            format::moment(&at, now)
        },
        batch: line
            .batch
            .map_or_else(String::new, |batch| batch.to_string()),
        action: clean(&action),
        who: reading.recipient.as_deref().map_or_else(String::new, clean),
        what: clean(what.trim_end_matches(" · ")),
        role,
        json: line.jsonl(),
    }
}

/// A line in full: in words first, then every field of it.
fn full(row: &Row) -> page::State {
    let mut lines = Vec::new();
    for part in wrap::wrap(&row.what, WIDTH) {
        lines.push(Spans::of(Role::Text, part));
    }
    lines.push(Spans::default());
    let value: serde_json::Value = serde_json::from_str(&row.json).unwrap_or_default();
    for (name, value) in value.as_object().into_iter().flatten() {
        let text = match value.as_str() {
            Some(text) => text.to_owned(),
            None => value.to_string(),
        };
        let text = sanitize::clean_line(&text).into_owned();
        for (index, part) in wrap::wrap(&text, WIDTH - 17).into_iter().enumerate() {
            let label = if index == 0 { name.as_str() } else { "" };
            let label = crate::text::width::pad_right(&sanitize::clean_line(label), 16);
            lines.push(Spans::of(Role::Muted, label).with(Role::Text, format!(" {part}")));
        }
    }
    page::State {
        kind: Kind::Detail,
        title: format!("Audit line {} · {}", format::count(row.seq), row.action),
        state: Spans::of(Role::Muted, row.batch.clone()),
        copy: plain(&lines),
        lines,
        scroll: 0,
    }
}

/// Asks for the name of a batch's report.
pub fn ask_report(state: &mut State, batch: BatchId) -> Effects {
    helping::ask(state, Purpose::Report(batch))
}

/// What the file of a report is called if nobody says otherwise.
pub fn report_name(state: &State, id: BatchId) -> String {
    let batch = state.broadcasts.batches.iter().find(|batch| batch.id == id);
    let title = batch.map_or("", |batch| batch.title.as_str());
    let title: String = title
        .chars()
        .map(|letter| {
            if letter.is_alphanumeric() {
                letter
            } else {
                '-'
            }
        })
        .take(40)
        .collect();
    format!("batch-{}-{}.csv", id.0, title.trim_matches('-'))
}

/// Whether a name can be that of a report.
///
/// # Errors
/// What to type instead.
pub fn weigh_report(name: &str) -> Result<String, String> {
    let name = name.trim();
    let ending = Path::new(name)
        .extension()
        .map(|ending| ending.to_string_lossy());
    let known = ending.is_some_and(|ending| {
        ["csv", "json", "md"].contains(&ending.to_ascii_lowercase().as_str())
    });
    if known {
        Ok(name.to_owned())
    } else {
        Err("a report is CSV, JSON or Markdown: end the name in .csv, .json or .md".to_owned())
    }
}

/// Writes the report.
pub fn report(batch: BatchId, name: &str) -> Effects {
    vec![Effect::Outbox(OutboxCommand::ExportBatch {
        batch,
        file: name.trim().to_owned(),
    })]
}

/// The report is written, or is not.
pub fn reported(state: &mut State, batch: BatchId, result: Result<(String, u64), ApiError>) {
    let notice = match result {
        Ok((file, recipients)) => {
            let file = sanitize::clean_line(&file).into_owned();
            let people = format::counted(recipients, "recipient");
            Notice::fact("report", format!("Report of {batch}, {people}: {file}"))
        }
        Err(error) => {
            let text = format!("✗ {} {}", error.message, error.advice);
            Notice::error("report", text)
        }
    };
    notify(state, notice);
}

#[cfg(test)]
mod tests {
    use super::{asked, weigh_report};
    use crate::domain::BatchId;

    #[test]
    fn digits_are_somebody_and_a_number_sign_is_a_batch() {
        assert_eq!(asked("#12").batch, Some(BatchId(12)));
        assert_eq!(asked(" 4412 ").recipient.as_deref(), Some("4412"));
        let whole = asked("+44 7700 900412");
        assert_eq!(whole.recipient.as_deref(), Some("447700900412"));
        assert_eq!(asked("web-7f3a").recipient.as_deref(), Some("web-7f3a"));
        assert_eq!(asked(" "), super::AuditFilter::default());
    }

    #[test]
    fn the_name_of_a_report_says_its_format() {
        assert_eq!(weigh_report(" a.MD "), Ok("a.MD".to_owned()));
        assert!(weigh_report("a.html").is_err());
        assert!(weigh_report("csv").is_err());
    }
}
