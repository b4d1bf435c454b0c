//! The views of a review, line by line. Each knows how many lines it has and makes only those that
//! are asked for: a list of a million costs what its window costs.

use super::summary;
use super::{State, Tab};
use crate::domain::plan_facts::recipients_from;
use crate::domain::{Plan, Recipient, SkippedRow};
use crate::text::{format, sanitize, wrap};
use crate::theme::Role;
use crate::widgets::{Painter, Spans};
use jiff::Zoned;
use ratatui::layout::Rect;
use std::sync::Arc;

/// The exact bytes of one call in lines of one width: what is sent must be readable to its last
/// byte in any window.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct WrappedCall {
    of: Option<(usize, usize)>,
    lines: Arc<[String]>,
}

impl WrappedCall {
    /// Wraps a call, unless it is the one that is wrapped.
    pub(super) fn wrap(&mut self, plan: &Plan, call: usize, width: usize) {
        if self.of != Some((call, width)) {
            self.of = Some((call, width));
            self.lines = call_lines(plan, call, width).into();
        }
    }
}

/// A number in groups, or the id of somebody on another channel.
pub(super) fn shown(recipient: &Recipient) -> String {
    match recipient.phone() {
        Some(phone) => format::phone(&phone.with_plus()),
        None => sanitize::clean_line(recipient.text()).into_owned(),
    }
}

fn call_lines(plan: &Plan, at: usize, width: usize) -> Vec<String> {
    let Some(call) = plan.calls.get(at) else {
        return Vec::new();
    };
    let to = match call.recipients.as_slice() {
        [one] => shown(one),
        several => format::people(several.len() as u64),
    };
    let about = format!(
        "call {} of {} · to {to} · sha256 {}",
        format::count(at as u64 + 1),
        format::count(plan.calls.len() as u64),
        call.request.body_sha256.short()
    );
    let body = String::from_utf8_lossy(&call.request.body.bytes()).into_owned();
    let body = sanitize::escape_json_text(&body);
    let address = format!("{} {}", call.request.method, call.request.url);
    let mut lines = Vec::new();
    for text in [address, body, String::new(), about] {
        let wrapped = wrap::wrap(&text, width);
        if wrapped.is_empty() {
            lines.push(String::new());
        }
        lines.extend(wrapped.into_iter().map(str::to_owned));
    }
    lines
}

/// Lines above the rows of those who are left out: the classes and an empty line.
fn skipped_head(state: &State, width: usize) -> Vec<Spans> {
    let total = format::people(state.plan.skipped.len() as u64);
    let text = format!("{total} left out: {}", summary::classes(state));
    let mut lines: Vec<Spans> = wrap::wrap(&text, width)
        .into_iter()
        .map(|line| Spans::of(Role::Muted, line.to_owned()))
        .collect();
    lines.push(Spans::default());
    lines
}

fn skipped_row(row: &SkippedRow) -> Spans {
    let place = row.row.map_or_else(String::new, |number| {
        format!("row {}: ", format::count(number))
    });
    let who = sanitize::clean_line(&row.recipient).into_owned();
    let why = sanitize::clean_line(&row.reason);
    Spans::of(Role::Muted, place)
        .with(Role::Text, who)
        .with(Role::Muted, format!("  {why}"))
}

/// How many lines the view has.
pub(super) fn total(state: &State, width: usize, now: &Zoned) -> usize {
    match state.tab {
        Tab::Summary => summary::lines(state, width, now).len(),
        Tab::People => usize::try_from(state.facts.people).unwrap_or(usize::MAX),
        Tab::Json => json(state, width).lines.len(),
        Tab::Skipped if state.plan.skipped.is_empty() => 0,
        Tab::Skipped => skipped_head(state, width).len() + state.plan.skipped.len(),
    }
}

/// The wrapped call; made on the spot if nobody prepared it.
fn json(state: &State, width: usize) -> WrappedCall {
    let mut json = state.json.clone();
    json.wrap(&state.plan, state.call, width);
    json
}

/// So many lines of the view from the first visible one on, and how many there are in all.
fn window(state: &State, (width, height): (usize, usize), now: &Zoned) -> (Vec<Spans>, usize) {
    let first = state.scroll;
    let plain = |text: &String| Spans::of(Role::Text, text.clone());
    match state.tab {
        Tab::Summary => {
            let lines = summary::lines(state, width, now);
            let total = lines.len();
            let visible = lines.into_iter().skip(first).take(height);
            (visible.collect(), total)
        }
        Tab::People => {
            let people = recipients_from(&state.plan, state.facts.people, first).take(height);
            let rows = people.map(|one| Spans::of(Role::Text, shown(one)));
            (rows.collect(), total(state, width, now))
        }
        Tab::Json => {
            let json = json(state, width);
            let visible = json.lines.iter().skip(first).take(height);
            (visible.map(plain).collect(), json.lines.len())
        }
        Tab::Skipped => {
            let head = skipped_head(state, width);
            let rows = &state.plan.skipped;
            let from = first.saturating_sub(head.len());
            let rows = rows.get(from..).unwrap_or_default().iter().map(skipped_row);
            let head = head.into_iter().skip(first);
            let visible = head.chain(rows).take(height);
            (visible.collect(), total(state, width, now))
        }
    }
}

/// Draws what is visible.
pub(super) fn draw(painter: &mut Painter<'_>, view: Rect, state: &State, now: &Zoned) {
    let room = (usize::from(view.width), usize::from(view.height));
    let (lines, total) = window(state, room, now);
    if total == 0 {
        let place = (view.x, view.y);
        painter.text(place, view.right(), "nobody is left out", Role::Muted);
        return;
    }
    for (y, line) in (view.y..view.bottom()).zip(&lines) {
        painter.spans((view.x, y), view.right(), line);
    }
    painter.thumb(view.right(), view, state.scroll, total);
}
