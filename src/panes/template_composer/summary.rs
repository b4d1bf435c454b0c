//! The draft in few rows, for a pane that has not the keys: what, to whom, what is wrong, how it
//! reads.

use super::form::{DraftKind, FieldId};
use super::state::Draft;
use super::{checks, preview};
use crate::text::{format, sanitize};
use crate::theme::Role;
use crate::widgets::{Painter, Spans};
use ratatui::layout::Rect;

/// Cells of the column of labels.
const LABEL: u16 = super::sheet::LABEL;

/// One row: `delivery_note → Arjun Mehta · 1 to fix`.
pub fn one_line(draft: &Draft, painter: &mut Painter<'_>, inside: Rect) {
    let state = match draft.problems.len() {
        0 => "nothing to fix".to_owned(),
        count => format!("{count} to fix"),
    };
    let text = format!("{} → {} · {state}", draft.subject(), draft.to_words());
    painter.text((inside.x + 1, inside.y), inside.right(), &text, Role::Text);
}

/// The rows from the top, as many as there are; `elsewhere` where the open chat is with somebody
/// else.
pub fn rows(draft: &Draft, painter: &mut Painter<'_>, inside: Rect, elsewhere: bool) {
    let row = |y: u16| Rect {
        x: inside.x + 1,
        y: inside.y + y,
        width: inside.width.saturating_sub(2),
        height: 1,
    };
    let (label, words) = subject(draft);
    let mut left = row(0);
    if elsewhere && inside.width > 60 {
        let end = (left.right(), left.y);
        let from = painter.right(end, left.x, "not the open chat", Role::Attention);
        left.width = from.saturating_sub(left.x + 2);
    }
    labelled(painter, left, "To", &draft.to_words());
    let rest = [
        (label, words),
        ("Values", values(draft)),
        ("Checks", String::new()),
        ("Reads", preview::line(draft, painter).unwrap_or_default()),
        ("Leaves", leaves(draft)),
    ];
    let rest = rest
        .into_iter()
        .filter(|(label, text)| *label == "Checks" || !text.is_empty());
    for (y, (label, text)) in (1..inside.height).zip(rest) {
        labelled(painter, row(y), label, &text);
        if label == "Checks" {
            check_row(draft, painter, row(y));
        }
    }
}

fn labelled(painter: &mut Painter<'_>, row: Rect, label: &str, text: &str) {
    painter.text((row.x, row.y), row.x + LABEL, label, Role::Muted);
    painter.text((row.x + LABEL, row.y), row.right(), text, Role::Text);
}

fn check_row(draft: &Draft, painter: &mut Painter<'_>, row: Rect) {
    let line = checks::first(draft);
    let sign = painter.theme.glyph(line.sign);
    let mut spans = Spans::of(line.role, sign).with(Role::Text, format!(" {}", line.text));
    if !draft.problems.is_empty() || !draft.warnings.is_empty() {
        for passed in checks::passed(draft) {
            let sign = painter.theme.glyph(crate::theme::Glyph::Accepted);
            spans.push(Role::Accepted, format!("   {sign}"));
            spans.push(Role::Text, format!(" {passed}"));
        }
    }
    painter.spans((row.x + LABEL, row.y), row.right(), &spans);
}

/// What the draft is made of: label and words.
pub fn subject(draft: &Draft) -> (&'static str, String) {
    let title = || sanitize::clean_line(&draft.value(&FieldId::Title)).into_owned();
    match draft.kind {
        DraftKind::Broadcast | DraftKind::Csv => ("Title", title()),
        DraftKind::Template if draft.is_raw() => ("Raw JSON", "unverified".to_owned()),
        DraftKind::Template => ("Template", template_words(draft, "version ")),
        DraftKind::Flow => ("Flow", flow_words(draft)),
    }
}

/// The template: name, language, version, category.
pub fn template_words(draft: &Draft, version: &str) -> String {
    let Some(template) = &draft.template else {
        return "none yet, Enter chooses one".to_owned();
    };
    let name = sanitize::clean_line(&template.name);
    let language = sanitize::clean_line(&template.language);
    let mut words = format!("{name} · {language} · {version}{}", template.version);
    if let Some(category) = &template.category {
        words.push_str(" · ");
        words.push_str(&sanitize::clean_line(category));
    }
    words
}

/// The flow.
pub fn flow_words(draft: &Draft) -> String {
    draft.flow.as_ref().map_or_else(
        || "none yet, Enter chooses one".to_owned(),
        |flow| sanitize::clean_line(&flow.name).into_owned(),
    )
}

fn values(draft: &Draft) -> String {
    let (filled, total) = draft.filled();
    if draft.kind == DraftKind::Broadcast && !draft.choices.with_template {
        return sanitize::clean_line(&draft.value(&FieldId::Text(0))).into_owned();
    }
    if total == 0 {
        return "none needed".to_owned();
    }
    let values: Vec<String> = draft
        .own_fields()
        .map(|field| {
            let text = field.text.text();
            let shown = if text.is_empty() {
                "▁▁▁▁"
            } else {
                &text
            };
            let label = sanitize::clean_line(&field.label);
            format!("{label} {}", sanitize::clean_line(shown))
        })
        .collect();
    format!("{filled} of {total} filled: {}", values.join(" · "))
}

fn leaves(draft: &Draft) -> String {
    let when = draft.value(&FieldId::When);
    let when = match when.trim() {
        "" => "now".to_owned(),
        typed => sanitize::clean_line(typed).into_owned(),
    };
    match &draft.plan {
        Some(plan) => {
            let calls = match plan.calls.len() {
                1 => "one call".to_owned(),
                many => format::counted(many as u64, "call"),
            };
            format!("{when}, {calls}")
        }
        None => when,
    }
}
